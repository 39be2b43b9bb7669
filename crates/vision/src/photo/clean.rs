//! A picture as a new file that holds nothing but its pixels.

use image::codecs::jpeg::JpegEncoder;
use thiserror::Error;

use super::{Photo, scale};

/// The encoder refused a picture that the decoder gave. Always the machine's fault.
#[derive(Debug, Error)]
#[error("encode picture")]
pub struct EncodeError(#[source] image::ImageError);

impl Photo {
    /// Returns a JPEG of the oriented pixels, made smaller where they are more than `max_pixels`. It carries no
    /// metadata and nothing else of the file that the picture came in.
    pub fn clean_jpeg(&self, max_pixels: u64, quality: u8) -> Result<Vec<u8>, EncodeError> {
        let (width, height) = self.pixels.dimensions();
        let factor = max_pixels as f64 / (f64::from(width) * f64::from(height)).max(1.0);
        let small = (factor < 1.0).then(|| {
            // Rounded down, so that the product stays below the bound.
            let side = |length: u32| ((f64::from(length) * factor.sqrt()) as u32).max(1);
            // A side that shrinks to nothing stays one pixel, and the other one makes up for it.
            let most =
                |other: u32| u32::try_from(max_pixels / u64::from(other)).unwrap_or(u32::MAX);
            let (wide, high) = (side(width), side(height));
            let wide = wide.min(most(high)).max(1);
            scale::resized(&self.pixels, wide, high.min(most(wide)).max(1))
        });
        let pixels = small.flatten();
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, quality)
            .encode_image(pixels.as_ref().unwrap_or(&self.pixels))
            .map_err(EncodeError)?;
        Ok(jpeg)
    }
}
