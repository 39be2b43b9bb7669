//! The raster of a screen around the face, at full resolution.
//!
//! A screen's stripes of red, green and blue beat with the pixels of a camera. Faces, walls and clothes have hardly any fine
//! colour, so the beat stands out in the differences between colours where fine shapes would hide it.

use image::RgbImage;
use menshen_core::geometry::{Point, Rect};

use crate::page::{TILE, spectrum, tile};

/// Side of the looked-at square over the longer side of the face's box.
const AROUND: f32 = 1.7;
/// Tiles in each direction.
const GRID: usize = 3;
/// Half the side of a tile, in pixels, and one more.
const HALF: f32 = 65.0;
/// Frequencies that are looked at, in periods a tile: below them lie shapes, above them coders that keep colour at half the
/// resolution leave nothing.
const LOWEST: i32 = 8;
const HIGHEST: i32 = 29;
/// The blocks of such coders are 16 pixels wide and leave a comb of this step on the picture's own axes.
const COMB: i32 = 8;
/// Surroundings of a peak, and the peak itself, in periods to each side.
const SURROUNDINGS: i32 = 5;
const PEAK: i32 = 1;
/// Power that says nothing: that of rounding, in grey levels.
const ROUNDING: f32 = 100.0;

/// Returns how far (decimal exponent of the power) the strongest period of colour around the face stands above its surroundings,
/// on average over the tiles: below 1.2 on all films of people at hand, up to 2.5 on drawn screens, most of whose rasters are too fine to beat. `None` where the picture is too
/// small to tell.
pub(super) fn moire(image: &RgbImage, face: &Rect) -> Option<f32> {
    let colours = |[r, g, b]: [u8; 3]| [f32::from(r) - f32::from(g), f32::from(b) - f32::from(g)];
    let mut sum = vec![0.0f32; TILE * TILE];
    let mut n = 0.0;
    for values in centres(image, face)?
        .into_iter()
        .filter_map(|centre| tile(image, centre, colours))
    {
        // Two real planes in one transform: their power lies at a frequency and at its opposite.
        for (sum, power) in sum.iter_mut().zip(spectrum(values)) {
            *sum += (power + ROUNDING).log10();
        }
        n += 1.0;
    }
    if n == 0.0 {
        // A picture without colours has no such beat.
        return Some(0.0);
    }
    let at = |u: i32, v: i32| {
        let wrap = |k: i32| k.rem_euclid(TILE as i32) as usize;
        (sum[wrap(v) * TILE + wrap(u)] + sum[wrap(-v) * TILE + wrap(-u)]) / (2.0 * n)
    };
    let frequencies = (0..=HIGHEST).flat_map(|v| (-HIGHEST..=HIGHEST).map(move |u| (u, v)));
    frequencies
        .filter(|(u, v)| u * u + v * v >= LOWEST * LOWEST && !on_comb(*u, *v))
        .map(|(u, v)| at(u, v) - around(&at, u, v))
        .max_by(f32::total_cmp)
        .map(|strongest| strongest.max(0.0))
}

/// Does a coder leave something there?
const fn on_comb(u: i32, v: i32) -> bool {
    (v.abs() <= 1 && u % COMB == 0) || (u.abs() <= 1 && v % COMB == 0)
}

/// Mean around a frequency, without the peak itself.
fn around(at: &impl Fn(i32, i32) -> f32, u: i32, v: i32) -> f32 {
    let mean = |reach: i32| {
        let places = (-reach..=reach).flat_map(|dv| (-reach..=reach).map(move |du| (du, dv)));
        let sum: f32 = places.map(|(du, dv)| at(u + du, v + dv)).sum();
        (sum, ((2 * reach + 1) * (2 * reach + 1)) as f32)
    };
    let (whole, inner) = (mean(SURROUNDINGS), mean(PEAK));
    (whole.0 - inner.0) / (whole.1 - inner.1)
}

fn centres(image: &RgbImage, face: &Rect) -> Option<Vec<Point>> {
    let (width, height) = (image.width() as f32, image.height() as f32);
    if width < 2.0 * HALF + 2.0 || height < 2.0 * HALF + 2.0 {
        return None;
    }
    let reach = AROUND * face.width.max(face.height) / 2.0;
    let centre = [face.x + face.width / 2.0, face.y + face.height / 2.0];
    let place = |middle: f32, k: usize, length: f32| {
        let part = 2.0 * k as f32 / (GRID - 1) as f32 - 1.0;
        (middle + part * (reach - HALF).max(HALF)).clamp(HALF, length - HALF)
    };
    let points = (0..GRID * GRID).map(|at| Point {
        x: place(centre[0], at % GRID, width),
        y: place(centre[1], at / GRID, height),
    });
    Some(points.collect())
}
