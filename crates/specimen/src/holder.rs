//! A person before a wall who holds a sheet below the face: the picture around the sheet.

use image::{Rgb, RgbImage, imageops};
use menshen_core::geometry::Rect;

use crate::SpecimenError;
use crate::camera::Shot;
use crate::page::level;

/// Width and height of the picture in pixels: what a phone held upright makes of a selfie for an upload.
pub const FRAME: [u32; 2] = [1200, 1600];
/// Height of the face box over the picture's height, and where its centre stands.
const FACE_HEIGHT: f32 = 0.25;
const FACE_CENTRE: [f32; 2] = [0.5, 0.27];
/// Least height of a face in the portrait in pixels; below it enlarging gives no face any more.
const LEAST_FACE: f32 = 48.0;
/// Blur of the wall behind the person, in pixels of a picture an eighth as large.
const WALL_BLUR: f32 = 6.0;
/// Width of the seam between the person's picture and the wall, in pixels.
const SEAM: f32 = 70.0;

/// Returns the picture of the person, and the face's box in it.
///
/// # Errors
/// A face outside the picture or too small a one.
pub fn stand(picture: &RgbImage, face: Option<Rect>) -> Result<(RgbImage, Rect), SpecimenError> {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    // Without a box the face is taken to fill the middle as a passport photo's does.
    let face = face.unwrap_or(Rect {
        x: width * 0.3,
        y: height * 0.25,
        width: width * 0.4,
        height: height * 0.42,
    });
    let centre = [face.x + face.width / 2.0, face.y + face.height / 2.0];
    if !((0.0..width).contains(&centre[0]) && (0.0..height).contains(&centre[1])) {
        return Err(SpecimenError::FaceOutside);
    }
    // The comparison is written so that NaN is refused, too.
    if !(face.height >= LEAST_FACE && face.height <= 2.0 * height) {
        return Err(SpecimenError::PortraitTooSmall {
            width: picture.width(),
            height: picture.height(),
            least: LEAST_FACE as u32,
        });
    }
    let [frame_w, frame_h] = FRAME.map(|side| side as f32);
    let scale = FACE_HEIGHT * frame_h / face.height;
    let origin = [
        FACE_CENTRE[0] * frame_w - centre[0] * scale,
        FACE_CENTRE[1] * frame_h - centre[1] * scale,
    ];
    let mut stood = wall(picture);
    let fine = resized(picture, scale);
    let (fine_w, fine_h) = (fine.width() as f32, fine.height() as f32);
    for (x, y, pixel) in stood.enumerate_pixels_mut() {
        let (u, v) = (x as f32 - origin[0], y as f32 - origin[1]);
        let inside = u.min(v).min(fine_w - 1.0 - u).min(fine_h - 1.0 - v);
        if inside < 0.0 {
            continue;
        }
        let over = (inside / SEAM).min(1.0);
        let over = over * over * (3.0 - 2.0 * over);
        let top = fine.get_pixel(u as u32, v as u32).0;
        for (old, new) in pixel.0.iter_mut().zip(top) {
            *old = level(f32::from(*old) + (f32::from(new) - f32::from(*old)) * over);
        }
    }
    let placed = Rect {
        x: face.x * scale + origin[0],
        y: face.y * scale + origin[1],
        width: face.width * scale,
        height: face.height * scale,
    };
    Ok((stood, placed))
}

/// Enlarges or shrinks a picture; what would be larger than any picture we draw stays within four frames.
fn resized(picture: &RgbImage, scale: f32) -> RgbImage {
    let most = (4 * FRAME[1]) as f32;
    let side = |length: u32| (length as f32 * scale).clamp(1.0, most).round() as u32;
    let filter = imageops::FilterType::CatmullRom;
    imageops::resize(
        picture,
        side(picture.width()),
        side(picture.height()),
        filter,
    )
}

/// Returns a wall in the colours of the portrait's own surroundings.
fn wall(picture: &RgbImage) -> RgbImage {
    let [width, height] = FRAME;
    let filter = imageops::FilterType::Triangle;
    let small = imageops::resize(picture, width / 8, height / 8, filter);
    let soft = imageproc::filter::gaussian_blur_f32(&small, WALL_BLUR);
    imageops::resize(&soft, width, height, filter)
}

/// Puts two thumbs over the sheet's sides, in colours of the person's own skin.
pub fn thumbs(shot: &mut Shot, face: Rect) {
    let skin = skin(&shot.pixels, face);
    let [width, height] = shot.flat_size();
    let radius = width * 0.048;
    for (side, sign) in [(0.0, 1.0), (width, -1.0)] {
        let tip = [side + sign * width * 0.03, height * 0.72];
        let root = [side - sign * width * 0.10, height * 1.0];
        let axis = [root[0] - tip[0], root[1] - tip[1]];
        let length = axis[0].hypot(axis[1]);
        let along = axis.map(|part| part / length);
        shot.paint(|u, v, colour| {
            let (du, dv) = (u - tip[0], v - tip[1]);
            let t = (du * along[0] + dv * along[1]).clamp(0.0, length);
            let distance = (du - t * along[0]).hypot(dv - t * along[1]) / radius;
            if distance > 1.3 {
                return colour;
            }
            if distance > 1.0 {
                let shade = 0.7 + 0.3 * (distance - 1.0) / 0.3;
                return colour.map(|channel| channel * shade);
            }
            let light = 0.7 + 0.3 * (1.0 - distance * distance).max(0.0).sqrt();
            skin.map(|channel| channel * light)
        });
    }
}

/// Returns the mean colour of the cheeks.
fn skin(pixels: &RgbImage, face: Rect) -> [f32; 3] {
    let (mut sum, mut count) = ([0.0_f32; 3], 0.0_f32);
    for part in [0.3, 0.7] {
        for dy in -6..=6 {
            for dx in -6..=6 {
                let x = (face.x + face.width * part) as i32 + dx;
                let y = (face.y + face.height * 0.6) as i32 + dy;
                let at = u32::try_from(x).ok().zip(u32::try_from(y).ok());
                let Some(Rgb(pixel)) = at.and_then(|(x, y)| pixels.get_pixel_checked(x, y)) else {
                    continue;
                };
                for (total, channel) in sum.iter_mut().zip(pixel) {
                    *total += f32::from(*channel);
                }
                count += 1.0;
            }
        }
    }
    match count {
        0.0 => [205.0, 160.0, 138.0],
        count => sum.map(|total| total / count),
    }
}
