//! The raster of a screen or print around the face, at full resolution.

use image::RgbImage;
use menshen_core::geometry::{Point, Rect};

use crate::page::lattice;

/// Side of the looked-at square over the longer side of the face's box.
const AROUND: f32 = 1.7;
/// Squares in each direction.
const GRID: usize = 3;
/// Half the side of a square that is transformed, in pixels, and one more.
const HALF: f32 = 65.0;

/// Returns the strength of a lattice that most squares around the face share, 0..=1: see `page::quality::moire`. `None`
/// where the picture is too small to tell.
pub(super) fn moire(image: &RgbImage, face: &Rect) -> Option<f32> {
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
    let centres: Vec<Point> = (0..GRID * GRID)
        .map(|at| Point {
            x: place(centre[0], at % GRID, width),
            y: place(centre[1], at / GRID, height),
        })
        .collect();
    Some(lattice(image, &centres))
}
