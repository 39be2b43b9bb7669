//! The raster of a screen or of a halftone copy: the same two-way lattice everywhere on the page.
//!
//! Text has no frequency that is there on the whole page, and the fine lines of a genuine ground run in
//! one direction at a time; a raster has two directions. The score is therefore the weaker peak of two
//! crossing directions among the frequencies that most tiles share.

use image::RgbImage;
use menshen_core::geometry::Point;

use crate::page::plane::{luma, percentile};
use crate::page::rectify::{PAGE_WIDTH, Page};

/// Side of a tile in source pixels; a power of two for the transform.
pub(crate) const SIDE: usize = 128;
/// Tiles in each direction.
const GRID: usize = 4;
/// Lowest frequency looked at, in periods a tile: letters and their spacing lie below.
const LOWEST: usize = 14;
/// Part of the tiles in which a shared peak may be weaker than it counts: text hides a raster.
const SHARED: f32 = 0.4;
/// Power over its surroundings at which a shared peak starts to count, as a decimal exponent: text and JPEG
/// at quality 30 stay below it on drawn cards.
const FLOOR: f32 = 1.1;
/// Decimal exponents above the floor at which the score is 1.
const SPAN: f32 = 1.4;

/// Returns the strength of a shared lattice, 0..=1; 0 where the page is too small in the photo to tell.
pub(super) fn strength(page: &Page, photo: &RgbImage) -> f32 {
    let part = |k: usize| 0.08 + 0.84 * (k as f32 + 0.5) / GRID as f32;
    let centres: Vec<Point> = (0..GRID * GRID)
        .map(|at| {
            page.to_image.map(Point {
                x: PAGE_WIDTH * part(at % GRID),
                y: page.height() * part(at / GRID),
            })
        })
        .collect();
    lattice(photo, &centres)
}

/// Returns the strength of a lattice that most of the tiles around these points share, 0..=1; 0 where fewer than half of
/// them lie in the picture.
fn lattice(photo: &RgbImage, centres: &[Point]) -> f32 {
    let spectra: Vec<Vec<f32>> = centres
        .iter()
        .filter_map(|&centre| tile(photo, centre, |pixel| [luma(pixel), 0.0]))
        .map(|values| prominence(spectrum(values)))
        .collect();
    if spectra.is_empty() || spectra.len() < centres.len() / 2 {
        return 0.0;
    }
    let mut peaks = shared_peaks(&spectra);
    peaks.sort_by(|a, b| b.2.total_cmp(&a.2));
    let Some(&(u, v, first)) = peaks.first() else {
        return 0.0;
    };
    let crossing = |&&(a, b, _): &&(f32, f32, f32)| {
        let sine = (u * b - v * a).abs() / (u.hypot(v) * a.hypot(b));
        sine > 0.5
    };
    let second = peaks.iter().find(crossing).map_or(0.0, |peak| peak.2);
    let both = 0.25 * first + 0.75 * second;
    ((both - FLOOR) / SPAN).clamp(0.0, 1.0)
}

/// Cuts a tile of one or two planes out of a photo, without its mean, faded to its rim; `None` at the photo's border or for an
/// even tile.
pub(crate) fn tile(
    photo: &RgbImage,
    centre: Point,
    planes: impl Fn([u8; 3]) -> [f32; 2],
) -> Option<Vec<[f32; 2]>> {
    let (left, top) = (centre.x - SIDE as f32 / 2.0, centre.y - SIDE as f32 / 2.0);
    let fits = left >= 0.0
        && top >= 0.0
        && left + (SIDE as f32) < photo.width() as f32
        && top + (SIDE as f32) < photo.height() as f32;
    if !fits {
        return None;
    }
    let (left, top) = (left as u32, top as u32);
    let side = SIDE as u32;
    let mut values: Vec<[f32; 2]> = (0..side * side)
        .map(|at| planes(photo.get_pixel(left + at % side, top + at / side).0))
        .collect();
    let mean = [0, 1].map(|k| values.iter().map(|v| v[k]).sum::<f32>() / values.len() as f32);
    let fades: [f32; SIDE] = std::array::from_fn(|k| {
        let part = (k as f32 + 0.5) / SIDE as f32;
        (std::f32::consts::PI * part).sin().powi(2)
    });
    for (at, value) in values.iter_mut().enumerate() {
        let fade = fades[at % SIDE] * fades[at / SIDE];
        *value = [0, 1].map(|k| (value[k] - mean[k]) * fade);
    }
    let energy: f32 = values.iter().flatten().map(|value| value * value).sum();
    (energy > 1e-4).then_some(values)
}

/// Returns the power spectrum of a tile whose second plane is the imaginary one, zero frequency first.
pub(crate) fn spectrum(mut data: Vec<[f32; 2]>) -> Vec<f32> {
    let turns: Vec<[f32; 2]> = (0..SIDE / 2)
        .map(|k| {
            let (sin, cos) = (-std::f32::consts::TAU * k as f32 / SIDE as f32).sin_cos();
            [cos, sin]
        })
        .collect();
    for row in data.as_chunks_mut::<SIDE>().0 {
        transform(row, &turns);
    }
    let mut column = [[0.0; 2]; SIDE];
    for x in 0..SIDE {
        for y in 0..SIDE {
            column[y] = data[y * SIDE + x];
        }
        transform(&mut column, &turns);
        for y in 0..SIDE {
            data[y * SIDE + x] = column[y];
        }
    }
    data.iter().map(|[re, im]| re * re + im * im).collect()
}

/// Cooley and Tukey's transform in place, radix 2.
fn transform(data: &mut [[f32; 2]; SIDE], turns: &[[f32; 2]]) {
    let bits = SIDE.trailing_zeros();
    for at in 0..SIDE {
        let other = at.reverse_bits() >> (usize::BITS - bits);
        if at < other {
            data.swap(at, other);
        }
    }
    let mut half = 1;
    while half < SIDE {
        for start in (0..SIDE).step_by(2 * half) {
            for k in 0..half {
                let [cos, sin] = turns[k * (SIDE / 2 / half)];
                let [re, im] = data[start + k + half];
                let turned = [re * cos - im * sin, re * sin + im * cos];
                let [re, im] = data[start + k];
                data[start + k] = [re + turned[0], im + turned[1]];
                data[start + k + half] = [re - turned[0], im - turned[1]];
            }
        }
        half *= 2;
    }
}

/// Returns the signed frequency of a place.
fn signed(k: usize) -> i32 {
    if k < SIDE / 2 {
        k as i32
    } else {
        k as i32 - SIDE as i32
    }
}

/// Returns for the upper half plane how far (decimal exponent) the power stands above its surroundings: the
/// median at the same distance from zero, and the places before and behind in the same direction, because
/// straight strokes leave a long ray where a raster leaves a point.
fn prominence(power: Vec<f32>) -> Vec<f32> {
    let medians = ring_medians(&power);
    let high = spread(&power);
    let mut out = vec![0.0; (SIDE / 2 + 1) * SIDE];
    for y in 0..=SIDE / 2 {
        for x in 0..SIDE {
            let (u, v) = (signed(x), signed(y));
            let radius = (u as f32).hypot(v as f32);
            // The coder's blocks leave combs on the picture's own axes.
            let looked_at = (LOWEST..SIDE / 2).contains(&(radius as usize));
            if !looked_at || u.abs() <= 1 || v.abs() <= 1 {
                continue;
            }
            let on_ray = |away: f32| {
                let part = 1.0 + away / radius;
                let place = |k: i32| (k as f32 * part).round() as i32;
                let wrap = |k: i32| k.rem_euclid(SIDE as i32) as usize;
                high[wrap(place(v)) * SIDE + wrap(place(u))]
            };
            let ray = [-7.0, -5.0, 5.0, 7.0].map(on_ray).iter().sum::<f32>() / 4.0;
            let around = medians[radius as usize].max(ray).max(1e-9);
            out[y * SIDE + x] = (high[y * SIDE + x] / around).max(1.0).log10();
        }
    }
    out
}

/// Returns the median power at each whole distance from zero.
fn ring_medians(power: &[f32]) -> Vec<f32> {
    let mut rings: Vec<Vec<f32>> = vec![Vec::new(); SIDE];
    for y in 0..=SIDE / 2 {
        for x in 0..SIDE {
            let radius = (signed(x) as f32).hypot(signed(y) as f32) as usize;
            rings[radius.min(SIDE - 1)].push(power[y * SIDE + x]);
        }
    }
    rings
        .iter_mut()
        .map(|ring| percentile(ring, 0.5).unwrap_or(0.0))
        .collect()
}

/// Gives every place the largest power next to it: perspective shifts a peak from tile to tile.
fn spread(power: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0_f32; SIDE * SIDE];
    for (at, high) in out.iter_mut().enumerate() {
        for dy in [SIDE - 1, 0, 1] {
            for dx in [SIDE - 1, 0, 1] {
                let (x, y) = ((at % SIDE + dx) % SIDE, (at / SIDE + dy) % SIDE);
                *high = high.max(power[y * SIDE + x]);
            }
        }
    }
    out
}

/// Returns frequency and strength of the places that most tiles share.
fn shared_peaks(spectra: &[Vec<f32>]) -> Vec<(f32, f32, f32)> {
    let mut peaks = Vec::new();
    let mut values = Vec::with_capacity(spectra.len());
    for at in 0..spectra[0].len() {
        values.clear();
        values.extend(spectra.iter().map(|spectrum| spectrum[at]));
        let shared = percentile(&mut values, SHARED).unwrap_or(0.0);
        if shared > FLOOR {
            peaks.push((signed(at % SIDE) as f32, signed(at / SIDE) as f32, shared));
        }
    }
    peaks
}
