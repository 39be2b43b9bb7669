//! A perceptual hash: frames of an earlier session that come again are known by it, however they were coded.
//!
//! 256 bits: the middle square of the frame in 17 x 16 cells; a bit says whether a cell is clearly brighter than its left
//! neighbour. "Clearly", since on an even wall "brighter" alone would be noise.

use image::RgbImage;
use image::imageops::grayscale;
use menshen_core::geometry::Rect;

use crate::face::shrink;

/// Cells in a row and rows.
const CELLS: [u32; 2] = [17, 16];
/// Bits of a hash.
const BITS: u32 = 256;
/// Grey levels by which a cell must be brighter.
const CLEARLY: u8 = 2;

/// Returns the hash, 32 bytes; empty for an empty picture.
pub(super) fn print(image: &RgbImage) -> Vec<u8> {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let side = width.min(height);
    let middle = Rect {
        x: (width - side) / 2.0,
        y: (height - side) / 2.0,
        width: side,
        height: side,
    };
    let Some(small) = shrink(image, middle, CELLS[0], CELLS[1]) else {
        return Vec::new();
    };
    let small = grayscale(&small);
    let mut bits = vec![0u8; BITS as usize / 8];
    for y in 0..CELLS[1] {
        for x in 1..CELLS[0] {
            let (here, left) = (small.get_pixel(x, y).0[0], small.get_pixel(x - 1, y).0[0]);
            let at = (y * (CELLS[0] - 1) + x - 1) as usize;
            bits[at / 8] |= u8::from(here >= left.saturating_add(CLEARLY)) << (at % 8);
        }
    }
    bits
}

/// Returns in how many bits two perceptual hashes differ, 0..=256; 256 where one is missing.
pub fn print_distance(a: &[u8], b: &[u8]) -> u32 {
    if a.is_empty() || a.len() != b.len() {
        return BITS;
    }
    a.iter().zip(b).map(|(p, q)| (p ^ q).count_ones()).sum()
}
