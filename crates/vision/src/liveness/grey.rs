//! A frame without its colours, at full resolution.

use image::RgbImage;

/// Grey values 0..=255 in rows, top first (Rec. 601 weights, sRGB-encoded).
pub(super) struct Grey {
    pub width: usize,
    pub height: usize,
    pub data: Vec<u8>,
}

impl Grey {
    pub fn of(image: &RgbImage) -> Self {
        // Weights in 1/256: exact to a half of a grey level, and quick.
        let grey = |p: &[u8; 3]| {
            ((77 * u32::from(p[0]) + 150 * u32::from(p[1]) + 29 * u32::from(p[2]) + 128) >> 8) as u8
        };
        Self {
            width: image.width() as usize,
            height: image.height() as usize,
            data: image.as_raw().as_chunks().0.iter().map(grey).collect(),
        }
    }

    /// Returns so many pixels of a row, from a column on. Both must lie inside.
    pub fn row(&self, x: usize, y: usize, count: usize) -> &[u8] {
        &self.data[y * self.width + x..][..count]
    }
}
