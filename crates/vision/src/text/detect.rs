//! Finding lines of text.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, Resizer};
use image::RgbImage;
use menshen_core::geometry::{Point, Quad};

use super::boxes::{ProbabilityMap, find_boxes};
use crate::model::{Model, ModelError, Tensor};

/// The network halves its input five times.
const STRIDE: u32 = 32;
/// A small picture is enlarged at most this much: more adds no detail, only time.
const MAX_ENLARGEMENT: f32 = 2.0;
/// Longest side of the network's input whatever the caller asks, in pixels: time and memory grow
/// with its square, and 608 x 960 takes 0.7 s on one core.
const LARGEST_SIDE: u32 = 1600;

/// A line of text that was found but not read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextBox {
    /// Corners in reading order for text that is not upside down, in pixels of the picture.
    pub corners: Quad,
    /// Mean probability of "text" inside, 0..=1.
    pub score: f32,
}

/// Runs the detector on `photo` resized so that its longest side is `max_side` pixels (or twice
/// its own size, if that is less). Boxes come top to bottom, left to right.
pub(super) fn detect(
    detector: &dyn Model,
    photo: &RgbImage,
    max_side: u32,
) -> Result<Vec<TextBox>, ModelError> {
    if photo.width() == 0 || photo.height() == 0 {
        return Ok(Vec::new());
    }
    let (width, height) = input_size(photo.width(), photo.height(), max_side);
    let small = resize(photo, width, height)?;
    let outputs = detector.run(to_tensor(&small, width, height))?;
    let [output] = outputs.as_slice() else {
        return Err(ModelError::Output);
    };
    let (width, height) = (width as usize, height as usize);
    if output.shape != [1, 1, height, width] || output.data.len() != width * height {
        return Err(ModelError::Output);
    }
    let map = ProbabilityMap {
        values: &output.data,
        width,
        height,
    };
    let scale_x = photo.width() as f32 / width as f32;
    let scale_y = photo.height() as f32 / height as f32;
    let mut boxes: Vec<TextBox> = find_boxes(&map)
        .into_iter()
        .map(|found| TextBox {
            corners: found.corners.map(|c| Point {
                x: c.x * scale_x,
                y: c.y * scale_y,
            }),
            score: found.score,
        })
        .collect();
    sort_for_reading(&mut boxes);
    Ok(boxes)
}

fn input_size(width: u32, height: u32, max_side: u32) -> (u32, u32) {
    let longest = width.max(height) as f32;
    let target = max_side.clamp(STRIDE, LARGEST_SIDE) as f32;
    let scale = (target / longest).min(MAX_ENLARGEMENT);
    let fit = |side: u32| {
        let strides = (side as f32 * scale / STRIDE as f32).round() as u32;
        strides.max(1) * STRIDE
    };
    (fit(width), fit(height))
}

/// Returns RGB bytes of the resized picture.
fn resize(photo: &RgbImage, width: u32, height: u32) -> Result<Vec<u8>, ModelError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| ModelError::Run(error);
    let source = ImageRef::new(
        photo.width(),
        photo.height(),
        photo.as_raw(),
        PixelType::U8x3,
    )
    .map_err(|error| failed(Box::new(error)))?;
    let mut target = Image::new(width, height, PixelType::U8x3);
    Resizer::new()
        .resize(&source, &mut target, None)
        .map_err(|error| failed(Box::new(error)))?;
    Ok(target.into_vec())
}

/// Planes in the order blue, green, red, (byte / 255 - 0.5) / 0.5: what rapidocr 3.10 feeds these
/// weights. With red first the mean probability of text fell from 0.93 to 0.91 on a coloured passport;
/// the ImageNet mean and deviation made no difference.
fn to_tensor(rgb: &[u8], width: u32, height: u32) -> Tensor {
    let plane = |channel: usize| {
        rgb.iter()
            .skip(channel)
            .step_by(3)
            .map(|byte| f32::from(*byte) / 127.5 - 1.0)
    };
    Tensor {
        shape: vec![1, 3, height as usize, width as usize],
        data: plane(2).chain(plane(1)).chain(plane(0)).collect(),
    }
}

/// Orders boxes by rows; two boxes share a row when their middles differ by less than half the
/// lower one's height.
fn sort_for_reading(boxes: &mut [TextBox]) {
    let middle = |b: &TextBox| b.corners.iter().map(|c| c.y).sum::<f32>() / 4.0;
    let height = |b: &TextBox| super::strip::mean_height(&b.corners);
    boxes.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
    let mut start = 0;
    while start < boxes.len() {
        let mut end = start + 1;
        while end < boxes.len()
            && middle(&boxes[end]) - middle(&boxes[end - 1])
                < height(&boxes[end]).min(height(&boxes[end - 1])) / 2.0
        {
            end += 1;
        }
        boxes[start..end].sort_by(|a, b| a.corners[0].x.total_cmp(&b.corners[0].x));
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers every input with one bar of text across the middle third of the picture.
    struct Bar;

    impl Model for Bar {
        fn run(&self, input: Tensor) -> Result<Vec<Tensor>, ModelError> {
            let (h, w) = (input.shape[2], input.shape[3]);
            let inside = |i: usize| (h * 4 / 9..h * 5 / 9).contains(&(i / w)) && i % w > w / 4;
            let data = (0..h * w).map(|i| f32::from(inside(i))).collect();
            Ok(vec![Tensor {
                shape: vec![1, 1, h, w],
                data,
            }])
        }
    }

    #[test]
    fn boxes_come_in_pixels_of_the_picture() {
        let photo = RgbImage::new(1000, 500);
        let boxes = detect(&Bar, &photo, 640).unwrap();
        assert_eq!(boxes.len(), 1);
        let [a, _, c, _] = boxes[0].corners;
        assert!(
            a.y > 150.0 && a.y < 225.0 && c.y > 275.0 && c.y < 350.0,
            "{a:?} {c:?}"
        );
    }

    #[test]
    fn the_input_is_a_multiple_of_the_stride_and_never_huge() {
        assert_eq!(input_size(1000, 500, 640), (640, 320));
        assert_eq!(input_size(100, 50, 640), (192, 96));
        assert_eq!(input_size(10_000, 3, 100_000), (1600, 32));
    }

    #[test]
    fn an_empty_picture_has_no_text() {
        assert!(detect(&Bar, &RgbImage::new(0, 0), 640).unwrap().is_empty());
    }

    #[test]
    fn boxes_are_ordered_by_rows() {
        let at = |x: f32, y: f32| TextBox {
            corners: [(0.0, 0.0), (50.0, 0.0), (50.0, 20.0), (0.0, 20.0)].map(|(dx, dy)| Point {
                x: x + dx,
                y: y + dy,
            }),
            score: 1.0,
        };
        let mut boxes = vec![at(100.0, 3.0), at(0.0, 40.0), at(0.0, 0.0)];
        sort_for_reading(&mut boxes);
        let order: Vec<f32> = boxes.iter().map(|b| b.corners[0].y).collect();
        assert_eq!(order, vec![0.0, 3.0, 40.0]);
    }
}
