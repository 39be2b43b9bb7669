//! Smaller copies of a picture for the stages that need no full resolution.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
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
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    let bytes = resample::<U8x3>(
        picture.as_raw(),
        picture.dimensions(),
        (width, height),
        &options,
    );
    RgbImage::from_raw(width, height, bytes?)
}

/// Returns the bytes of a picture in another size; `None` where size and bytes do not fit.
///
/// The kind of pixel is a parameter of the type: the library's other entry brings along all kinds that it knows, which are half
/// of a module for a browser.
pub(crate) fn resample<P: PixelTrait>(
    bytes: &[u8],
    (width, height): (u32, u32),
    (new_width, new_height): (u32, u32),
    options: &ResizeOptions,
) -> Option<Vec<u8>> {
    let source = TypedImageRef::<P>::from_buffer(width, height, bytes).ok()?;
    let mut out = vec![0; new_width as usize * new_height as usize * P::size()];
    let mut target = TypedImage::<P>::from_buffer(new_width, new_height, &mut out).ok()?;
    // Nothing here is transparent.
    let options = options.use_alpha(false);
    Resizer::new()
        .resize_typed(&source, &mut target, &options)
        .ok()?;
    Some(out)
}
