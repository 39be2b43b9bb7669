//! A frame in small.

use image::RgbImage;
use menshen_core::geometry::Rect;

use super::signal::quantile;
use crate::face::{Mesh, shrink};

/// Side of a thumbnail in pixels.
pub(super) const SIDE: usize = 32;

/// Returns the picture averaged down to 32 x 32 grey values, row by row; empty for an empty picture.
pub(super) fn thumbnail(image: &RgbImage) -> Vec<u8> {
    let whole = Rect {
        x: 0.0,
        y: 0.0,
        width: image.width() as f32,
        height: image.height() as f32,
    };
    let Some(small) = shrink(image, whole, SIDE as u32, SIDE as u32) else {
        return Vec::new();
    };
    let grey = small.pixels().map(|p| {
        let [r, g, b] = p.0.map(u32::from);
        ((299 * r + 587 * g + 114 * b + 500) / 1000) as u8
    });
    grey.collect()
}

/// Fewest cells of background.
const CELLS: usize = 40;

/// Returns the median luma of what lies around the head, above the chin, 0..=1, told from a thumbnail of a picture of that
/// size; `None` where the face fills the picture.
pub(super) fn around(thumbnail: &[u8], size: [u32; 2], mesh: &Mesh) -> Option<f32> {
    let (top, chin) = (mesh.at(10), mesh.at(152));
    let height = (chin.x - top.x).hypot(chin.y - top.y).max(1.0);
    let centre = [(top.x + chin.x) / 2.0, (top.y + chin.y) / 2.0];
    let cell = size.map(|side| side as f32 / SIDE as f32);
    let mut lumas: Vec<f32> = Vec::new();
    for (at, value) in thumbnail.iter().enumerate() {
        let place = |k: usize, middle: f32, cell: f32| ((k as f32 + 0.5) * cell - middle) / height;
        let (dx, dy) = (
            place(at % SIDE, centre[0], cell[0]),
            place(at / SIDE, centre[1], cell[1]),
        );
        // Head with hair: an ellipse 1.5 face heights wide and 1.9 high, a little above the middle.
        let head = (dx / 0.75).powi(2) + ((dy + 0.1) / 0.95).powi(2) < 1.0;
        if !head && dy < 0.4 {
            lumas.push(f32::from(*value) / 255.0);
        }
    }
    (lumas.len() >= CELLS).then(|| quantile(&mut lumas, 0.5))
}
