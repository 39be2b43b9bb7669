//! A selfie cut out of a larger photograph, upright, for samples and tests.

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use imageproc::geometric_transformations::{Border, Interpolation, rotate};
use menshen_core::geometry::Rect;

use crate::SpecimenError;

/// Side of the cut over the height of the face box: the head, and no neighbour.
const SIDE_PER_FACE: f32 = 2.0;

/// JPEG quality, as a phone's camera writes.
const QUALITY: u8 = 92;

/// Returns the picture turned about the face so that a head that leans clockwise by `roll` degrees stands
/// upright.
pub fn upright(picture: &RgbImage, face: Rect, roll: f32) -> RgbImage {
    let centre = (face.x + face.width / 2.0, face.y + face.height / 2.0);
    let grey = Border::Constant(Rgb([110, 110, 110]));
    rotate(
        picture,
        centre,
        -roll.to_radians(),
        Interpolation::Bilinear,
        grey,
    )
}

/// Returns a square JPEG file with the face in its middle.
///
/// # Errors
/// A face outside the picture, or a picture that cannot be encoded.
pub fn selfie(picture: &RgbImage, face: Rect) -> Result<Vec<u8>, SpecimenError> {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let side = (face.height * SIDE_PER_FACE).min(width).min(height);
    let (x, y) = (face.x + face.width / 2.0, face.y + face.height / 2.0);
    if !((0.0..width).contains(&x) && (0.0..height).contains(&y) && side >= 1.0) {
        return Err(SpecimenError::FaceOutside);
    }
    let left = (x - side / 2.0).clamp(0.0, width - side);
    let top = (y - side / 2.0).clamp(0.0, height - side);
    let cut = image::imageops::crop_imm(picture, left as u32, top as u32, side as u32, side as u32);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .encode_image(&cut.to_image())
        .map_err(SpecimenError::Encode)?;
    Ok(jpeg)
}
