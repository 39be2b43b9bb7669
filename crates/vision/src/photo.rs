//! Bytes to an upright picture, behind limits.

use image::RgbImage;

/// A decoded picture, turned as its EXIF orientation asks.
#[derive(Clone, Debug)]
pub struct Photo {
    /// Oriented pixels.
    pub pixels: RgbImage,
}
