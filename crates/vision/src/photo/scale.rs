//! Smaller copies of a picture for the stages that need no full resolution.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

/// Returns a copy whose longer side is at most `max_side` pixels, and its scale; never enlarges.
pub(crate) fn shrink(picture: &RgbImage, max_side: u32) -> (RgbImage, f32) {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= max_side || max_side == 0 {
        return (picture.clone(), 1.0);
    }
    let scale = f64::from(max_side) / f64::from(longest);
    let side = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
    match resized(picture, side(width), side(height)) {
        Some(small) => (small, scale as f32),
        None => (picture.clone(), 1.0),
    }
}

/// Returns a copy of the given size by area averaging; `None` for an empty size.
pub(crate) fn resized(picture: &RgbImage, width: u32, height: u32) -> Option<RgbImage> {
    let source = ImageRef::new(
        picture.width(),
        picture.height(),
        picture.as_raw(),
        PixelType::U8x3,
    )
    .ok()?;
    let mut target = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new()
        .resize(&source, &mut target, Some(&options))
        .ok()?;
    RgbImage::from_raw(width, height, target.into_vec())
}
