//! EXIF orientation, in tiles: the plain column walk misses the cache on every pixel of a large photo.

use image::metadata::Orientation;
use image::{RgbImage, imageops};

/// Returns the picture as its orientation asks to see it.
pub(super) fn upright(mut picture: RgbImage, orientation: Orientation) -> RgbImage {
    match orientation {
        Orientation::NoTransforms => picture,
        Orientation::FlipHorizontal => {
            imageops::flip_horizontal_in_place(&mut picture);
            picture
        }
        Orientation::FlipVertical => {
            imageops::flip_vertical_in_place(&mut picture);
            picture
        }
        Orientation::Rotate180 => {
            imageops::rotate180_in_place(&mut picture);
            picture
        }
        Orientation::Rotate90 => quarter(&picture, |x, y, _, height| (height - 1 - y, x)),
        Orientation::Rotate270 => quarter(&picture, |x, y, width, _| (y, width - 1 - x)),
        Orientation::Rotate90FlipH => quarter(&picture, |x, y, _, _| (y, x)),
        Orientation::Rotate270FlipH => quarter(&picture, |x, y, width, height| {
            (height - 1 - y, width - 1 - x)
        }),
    }
}

/// Side of a tile in pixels: two tiles of 32 x 32 x 3 bytes fit the first-level cache.
const TILE: usize = 32;

/// Moves every pixel to `place(x, y, width, height)` of a picture with the sides exchanged.
pub(crate) fn quarter(
    picture: &RgbImage,
    place: impl Fn(usize, usize, usize, usize) -> (usize, usize),
) -> RgbImage {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut out = RgbImage::new(picture.height(), picture.width());
    let from = picture.as_raw();
    let to: &mut [u8] = &mut out;
    for top in (0..height).step_by(TILE) {
        for left in (0..width).step_by(TILE) {
            for y in top..(top + TILE).min(height) {
                for x in left..(left + TILE).min(width) {
                    let (column, row) = place(x, y, width, height);
                    let (s, t) = ((y * width + x) * 3, (row * height + column) * 3);
                    to[t..t + 3].copy_from_slice(&from[s..s + 3]);
                }
            }
        }
    }
    out
}
