//! The document in the photo: where it lies, what it looks like laid flat, how good the picture of it is.

mod find;
mod homography;
mod plane;
mod quality;
mod rectify;

pub use find::{FoundPage, OUTLINE, find_page};
pub use homography::Homography;
pub use quality::{Survey, exposure, quality};
pub(crate) use quality::{TILE, spectrum, tile};
pub use rectify::{PAGE_WIDTH, Page, PageRect, rectify, rectify_at};

use image::RgbImage;
use menshen_core::geometry::Rect;

/// Returns the part of the photo around a face box, widened by `margin` of the box's sides on every side
/// and cut at the picture's borders; `None` where the box misses the picture.
pub fn portrait_crop(photo: &RgbImage, face: Rect, margin: f32) -> Option<RgbImage> {
    let (mx, my) = (face.width * margin, face.height * margin);
    let bound = |value: f32, most: u32| value.clamp(0.0, most as f32);
    let left = bound(face.x - mx, photo.width()).floor();
    let top = bound(face.y - my, photo.height()).floor();
    let right = bound(face.x + face.width + mx, photo.width()).ceil();
    let bottom = bound(face.y + face.height + my, photo.height()).ceil();
    let (width, height) = (right - left, bottom - top);
    let some = width >= 1.0 && height >= 1.0;
    some.then(|| {
        let part = [left, top, width, height].map(|value| value as u32);
        image::imageops::crop_imm(photo, part[0], part[1], part[2], part[3]).to_image()
    })
}

#[cfg(test)]
mod tests;
