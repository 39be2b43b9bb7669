//! A frame in small.

use image::RgbImage;
use menshen_core::geometry::Rect;

use crate::face::shrink;

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

/// Returns in how many bits two perceptual hashes differ; the most that can be where one is missing.
pub fn print_distance(a: &[u8], b: &[u8]) -> u32 {
    /// Bits of a hash.
    const BITS: u32 = 256;
    if a.is_empty() || a.len() != b.len() {
        return BITS;
    }
    a.iter().zip(b).map(|(p, q)| (p ^ q).count_ones()).sum()
}
