//! A photo of a person as a document's portrait comes out of a photo of the document.

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, resize};
use menshen_core::geometry::Rect;

use super::optics;
use crate::error::SpecimenError;

/// How a printed portrait comes out: small, soft, coded coarsely. Pixels are those of the portrait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrintedPortrait {
    /// The face is within this width and height; a smaller one is not enlarged.
    pub face: [u32; 2],
    /// Standard deviation of the Gaussian blur, in pixels.
    pub blur: f32,
    /// JPEG quality, 1..=100.
    pub jpeg: u8,
}

impl PrintedPortrait {
    /// What a page 1,000 pixels wide leaves of a portrait of usual size.
    pub const USUAL: Self = Self {
        face: [64, 80],
        blur: 1.0,
        jpeg: 50,
    };

    /// Returns the JPEG that a photo becomes whose face is in this box.
    ///
    /// # Errors
    /// A face without an extent, or a picture that cannot be coded.
    pub fn of(&self, photo: &RgbImage, face: Rect) -> Result<Vec<u8>, SpecimenError> {
        if !(face.width >= 1.0 && face.height >= 1.0) {
            return Err(SpecimenError::FaceOutside);
        }
        let [width, height] = self.face.map(|side| side as f32);
        let scale = (width / face.width).min(height / face.height).min(1.0);
        let side = |length: u32| ((length as f32 * scale).round() as u32).max(1);
        let (width, height) = (side(photo.width()), side(photo.height()));
        let mut small = match scale < 1.0 {
            true => resize(photo, width, height, FilterType::Triangle),
            false => photo.clone(),
        };
        optics::blur(&mut small, self.blur);
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, self.jpeg)
            .encode_image(&small)
            .map_err(SpecimenError::Encode)?;
        Ok(jpeg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge() -> RgbImage {
        RgbImage::from_fn(300, 400, |x, _| {
            image::Rgb([if x < 150 { 0 } else { 250 }; 3])
        })
    }

    fn face(width: f32, height: f32) -> Rect {
        Rect {
            x: 50.0,
            y: 50.0,
            width,
            height,
        }
    }

    #[test]
    fn a_face_is_made_small_and_never_large() {
        let size = |face| {
            let jpeg = PrintedPortrait::USUAL.of(&edge(), face).unwrap();
            let read = image::load_from_memory(&jpeg).unwrap();
            (read.width(), read.height())
        };
        assert_eq!(size(face(128.0, 100.0)), (150, 200));
        assert_eq!(size(face(128.0, 320.0)), (75, 100));
        assert_eq!(size(face(20.0, 20.0)), (300, 400));
        assert!(PrintedPortrait::USUAL.of(&edge(), face(0.0, 9.0)).is_err());
    }

    #[test]
    fn edges_become_soft() {
        let jpeg = PrintedPortrait::USUAL
            .of(&edge(), face(64.0, 80.0))
            .unwrap();
        let read = image::load_from_memory(&jpeg).unwrap().to_rgb8();
        let at = |x| read.get_pixel(x, 200).0[0];
        assert!(at(149) > 40 && at(150) < 210, "{} {}", at(149), at(150));
        assert!(at(100) < 20 && at(200) > 230);
    }
}
