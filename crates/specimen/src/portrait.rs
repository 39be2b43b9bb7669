//! The printed portrait: a crop of the given picture in passport proportion.

use image::RgbImage;
use image::imageops::crop_imm;
use menshen_core::geometry::Rect;

use crate::SpecimenError;

/// Least side of the picture in pixels; below it the face has fewer than about 60 pixels.
const LEAST: u32 = 100;

/// Height of the mesh box of the face over the height of the portrait. ICAO Doc 9303 part 3 asks
/// for 70-80 % from chin to crown; the mesh box ends at the forehead and covers about 0.75 of that.
const FACE_PART: f32 = 0.58;

/// Where the centre of the face box stands, from the portrait's top over its height.
const FACE_CENTRE: f32 = 0.54;

/// Returns the part of the picture that is printed at `aspect` (width over height): around the
/// face where its box is known, else the middle of the picture.
///
/// # Errors
/// A picture below 100 pixels, or a face box outside it.
pub fn crop(
    picture: &RgbImage,
    face: Option<Rect>,
    aspect: f32,
) -> Result<RgbImage, SpecimenError> {
    let (width, height) = picture.dimensions();
    if width < LEAST || height < LEAST {
        return Err(SpecimenError::PortraitTooSmall {
            width,
            height,
            least: LEAST,
        });
    }
    let area = match face {
        Some(face) => around_face(face, aspect, width as f32, height as f32)?,
        None => middle(aspect, width as f32, height as f32),
    };
    let [x, y, w, h] = [area.x, area.y, area.width, area.height].map(|v| v.round() as u32);
    let (x, y) = (x.min(width - 1), y.min(height - 1));
    Ok(crop_imm(picture, x, y, w.clamp(1, width - x), h.clamp(1, height - y)).to_image())
}

fn around_face(face: Rect, aspect: f32, width: f32, height: f32) -> Result<Rect, SpecimenError> {
    let centre = [face.x + face.width / 2.0, face.y + face.height / 2.0];
    let inside = (0.0..width).contains(&centre[0]) && (0.0..height).contains(&centre[1]);
    // The comparison is written so that NaN is refused, too.
    if !(inside && face.height > 1.0 && face.height <= height * 2.0) {
        return Err(SpecimenError::FaceOutside);
    }
    let h = (face.height / FACE_PART).min(height).min(width / aspect);
    let w = h * aspect;
    Ok(Rect {
        x: (centre[0] - w / 2.0).clamp(0.0, width - w),
        y: (centre[1] - h * FACE_CENTRE).clamp(0.0, height - h),
        width: w,
        height: h,
    })
}

fn middle(aspect: f32, width: f32, height: f32) -> Rect {
    let h = height.min(width / aspect);
    let w = h * aspect;
    // People stand higher than the middle of their pictures.
    Rect {
        x: (width - w) / 2.0,
        y: (height - h) * 0.35,
        width: w,
        height: h,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> RgbImage {
        RgbImage::from_fn(400, 300, |x, y| {
            image::Rgb([(x / 2) as u8, (y / 2) as u8, 0])
        })
    }

    #[test]
    fn the_crop_keeps_the_proportion_and_the_face_centre() {
        let face = Rect {
            x: 180.0,
            y: 100.0,
            width: 80.0,
            height: 90.0,
        };
        let crop = crop(&picture(), Some(face), 35.0 / 45.0).expect("a crop");
        let aspect = crop.width() as f32 / crop.height() as f32;
        assert!((aspect - 35.0 / 45.0).abs() < 0.02, "{aspect}");
        let middle = crop.get_pixel(crop.width() / 2, crop.height() / 2).0;
        assert!(
            (f32::from(middle[0]) * 2.0 - 220.0).abs() < 6.0,
            "{middle:?}"
        );
    }

    #[test]
    fn a_tiny_picture_and_a_face_elsewhere_are_refused() {
        let tiny = RgbImage::new(40, 40);
        assert!(matches!(
            crop(&tiny, None, 0.8),
            Err(SpecimenError::PortraitTooSmall { .. })
        ));
        let away = Rect {
            x: 900.0,
            y: 0.0,
            width: 10.0,
            height: 10.0,
        };
        assert!(matches!(
            crop(&picture(), Some(away), 0.8),
            Err(SpecimenError::FaceOutside)
        ));
        let nan = Rect {
            x: f32::NAN,
            y: 0.0,
            width: 10.0,
            height: 10.0,
        };
        assert!(matches!(
            crop(&picture(), Some(nan), 0.8),
            Err(SpecimenError::FaceOutside)
        ));
    }
}
