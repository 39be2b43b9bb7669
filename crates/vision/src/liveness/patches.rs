//! Mean colours of parts of face and background, in linear light: what the screen's colours change.

use image::RgbImage;
use menshen_core::geometry::{Point, Rect};
use menshen_core::live::Patches;

use crate::face::{Mesh, fill};

/// Forehead, cheek on the picture's left, cheek on its right, nose and upper lip: outlines in mesh indices, clear of brows,
/// eyes, nostrils and the mouth's red.
const FACE: [&[usize]; 4] = [
    &[67, 109, 10, 338, 297, 333, 299, 337, 151, 108, 69, 104],
    &[117, 118, 101, 36, 205, 187, 123],
    &[346, 347, 330, 266, 425, 411, 352],
    &[193, 168, 417, 412, 327, 393, 267, 0, 37, 167, 98, 188],
];

/// From this value on a channel may be burnt out, and says no colour any more.
const BURNT: u8 = 251;

/// The background beside the head, in widths of the face from its box and in heights from its top.
const AWAY: [f32; 2] = [0.25, 0.85];
const ALONG: [f32; 2] = [-0.1, 0.6];
/// Narrower than this part of the usual, in the picture, a side says nothing.
const NARROW: f32 = 0.15;
/// Where the face fills the picture, the outermost part of it stands for the background.
const MARGIN: f32 = 0.06;

/// Sums of linear light.
#[derive(Clone, Copy, Default)]
struct Sum {
    colour: [f32; 3],
    count: f32,
}

impl Sum {
    fn add(&mut self, linear: &[f32; 256], pixels: &[[u8; 3]]) {
        for pixel in pixels {
            for (sum, &value) in self.colour.iter_mut().zip(pixel) {
                *sum += linear[usize::from(value)];
            }
            self.count += 1.0;
        }
    }

    fn mean(self) -> [f32; 3] {
        self.colour.map(|sum| sum / self.count.max(1.0))
    }
}

/// Returns the mean colours of a frame with a face.
pub(super) fn patches(image: &RgbImage, mesh: &Mesh) -> Patches {
    let linear = linear_light();
    let face = FACE.map(|outline| {
        let corners: Vec<Point> = outline.iter().map(|&i| mesh.at(i)).collect();
        of_face(image, &corners, &linear)
    });
    Patches {
        face,
        background: background(image, &mesh.region(), &linear),
    }
}

/// Mean colour inside an outline, without what is burnt out unless that is most of it.
fn of_face(image: &RgbImage, corners: &[Point], linear: &[f32; 256]) -> [f32; 3] {
    let (mut sound, mut all) = (Sum::default(), Sum::default());
    let pixels = image.as_raw().as_chunks::<3>().0;
    let (width, height) = (image.width() as usize, image.height() as usize);
    fill(corners, [width, height], |y, columns| {
        for pixel in &pixels[y * width..][columns] {
            let one = std::slice::from_ref(pixel);
            all.add(linear, one);
            if pixel.iter().all(|&value| value < BURNT) {
                sound.add(linear, one);
            }
        }
    });
    if sound.count * 2.0 >= all.count {
        sound.mean()
    } else {
        all.mean()
    }
}

fn background(image: &RgbImage, face: &Rect, linear: &[f32; 256]) -> [[f32; 3]; 2] {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let rows = ALONG.map(|part| (face.y + part * face.height).clamp(0.0, height));
    let right = face.x + face.width;
    let sides = [
        [face.x - AWAY[1] * face.width, face.x - AWAY[0] * face.width],
        [right + AWAY[0] * face.width, right + AWAY[1] * face.width],
    ];
    let usual = (AWAY[1] - AWAY[0]) * face.width;
    let seen = sides.map(|side| {
        let [from, to] = side.map(|x| x.clamp(0.0, width));
        let wide = to - from >= (NARROW * usual).max(2.0) && rows[1] - rows[0] >= 2.0;
        wide.then(|| of_area(image, [from, to], rows, linear))
    });
    match seen {
        [Some(left), Some(right)] => [left, right],
        [Some(one), None] | [None, Some(one)] => [one; 2],
        [None, None] => {
            let margin = (MARGIN * width).max(1.0);
            [[0.0, margin], [width - margin, width]]
                .map(|columns| of_area(image, columns, [0.0, height], linear))
        }
    }
}

/// Mean colour of every second pixel of every second row: a background is large.
fn of_area(image: &RgbImage, x: [f32; 2], y: [f32; 2], linear: &[f32; 256]) -> [f32; 3] {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let pixels = image.as_raw().as_chunks::<3>().0;
    let [left, right] = x.map(|x| (x.max(0.0) as usize).min(width));
    let [top, bottom] = y.map(|y| (y.max(0.0) as usize).min(height));
    let mut sum = Sum::default();
    for row in (top..bottom).step_by(2) {
        for column in (left..right).step_by(2) {
            sum.add(linear, std::slice::from_ref(&pixels[row * width + column]));
        }
    }
    sum.mean()
}

/// Linear light of each sRGB value (IEC 61966-2-1).
fn linear_light() -> [f32; 256] {
    std::array::from_fn(|value| {
        let value = value as f32 / 255.0;
        match value <= 0.04045 {
            true => value / 12.92,
            false => ((value + 0.055) / 1.055).powf(2.4),
        }
    })
}
