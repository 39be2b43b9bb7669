//! A picture that was edited after it was taken: a part of another photograph stands in it.
//!
//! The forger has two JPEG files, the photograph of the document and one of another document that lies in the same place. A
//! part of the second is put into the first, and the result is saved. Each file has its own grid of 8 x 8 blocks; that of the
//! second lies elsewhere, because it was cut out by hand.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, RgbImage, imageops};
use menshen_core::geometry::Rect;

use super::Degradation;
use crate::SpecimenError;

/// Where the blocks of the second file begin in the first, in pixels: neither is a multiple of 8.
const OFFSET: [u32; 2] = [3, 5];

/// What is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The portrait.
    Portrait,
    /// One printed field.
    Field,
}

/// An edit that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub part: Part,
    /// JPEG quality that both files had before, 1..=100.
    pub quality: u8,
}

impl Edit {
    /// Returns the edits in a list of degradations.
    pub fn all(list: &[Degradation]) -> impl Iterator<Item = Self> {
        list.iter().filter_map(|step| match *step {
            Degradation::EditPortrait(quality) => Some(Self {
                part: Part::Portrait,
                quality,
            }),
            Degradation::EditField(quality) => Some(Self {
                part: Part::Field,
                quality,
            }),
            _ => None,
        })
    }
}

/// Puts a part of another picture of the same size into one; `area` is in pixels and cut at the borders.
///
/// # Errors
/// A picture that cannot be coded.
pub fn splice(
    pixels: &mut RgbImage,
    other: &RgbImage,
    area: Rect,
    quality: u8,
) -> Result<(), SpecimenError> {
    *pixels = through_jpeg(pixels, quality)?;
    let [dx, dy] = OFFSET;
    let (width, height) = other.dimensions();
    let (rest_x, rest_y) = (width.saturating_sub(dx), height.saturating_sub(dy));
    let cut = imageops::crop_imm(other, dx, dy, rest_x, rest_y).to_image();
    let cut = through_jpeg(&cut, quality)?;
    let [left, top] = [area.x - dx as f32, area.y - dy as f32].map(|v| v.max(0.0).round() as u32);
    let right = (area.x + area.width - dx as f32).round() as u32;
    let bottom = (area.y + area.height - dy as f32).round() as u32;
    for y in top..bottom.min(cut.height()) {
        for x in left..right.min(cut.width()) {
            if let Some(pixel) = pixels.get_pixel_mut_checked(x + dx, y + dy) {
                *pixel = *cut.get_pixel(x, y);
            }
        }
    }
    Ok(())
}

/// Returns what is left of a picture that was saved and opened again.
fn through_jpeg(pixels: &RgbImage, quality: u8) -> Result<RgbImage, SpecimenError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode_image(pixels)
        .map_err(SpecimenError::Encode)?;
    let picture = image::load(Cursor::new(bytes), ImageFormat::Jpeg);
    Ok(picture.map_err(SpecimenError::Encode)?.into_rgb8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_part_that_was_asked_for_is_the_other_pictures() {
        let mut pixels = RgbImage::from_pixel(160, 120, image::Rgb([200, 200, 200]));
        let other = RgbImage::from_pixel(160, 120, image::Rgb([40, 90, 40]));
        let area = Rect {
            x: 40.0,
            y: 30.0,
            width: 64.0,
            height: 32.0,
        };
        splice(&mut pixels, &other, area, 80).expect("a picture");
        let dark = |x: u32, y: u32| pixels.get_pixel(x, y).0[0] < 120;
        assert!(dark(41, 31) && dark(103, 61));
        assert!(!dark(38, 31) && !dark(41, 28) && !dark(105, 40) && !dark(60, 63));
        let outside = Rect {
            x: -20.0,
            y: 100.0,
            width: 900.0,
            height: 900.0,
        };
        splice(&mut pixels, &other, outside, 80).expect("it is cut at the borders");
    }
}
