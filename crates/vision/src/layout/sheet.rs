//! Writing on a sheet that a person holds up: anywhere in a photo, any way up, perhaps mirrored.

use image::{RgbImage, imageops};
use menshen_core::geometry::{Quad, Rect};
use menshen_core::statement::{MOST_LINES, ReadLine};

use super::upright::{Turned, upright, weight};
use crate::model::ModelError;
use crate::photo::shrink;
use crate::text::{Line, TextReader, mean_width};

/// Longer side of the picture that is read, in pixels: writing a fiftieth of it high is 40 pixels high, the recogniser's
/// own height.
const WORKING_SIDE: u32 = 2000;
/// Longer side of the detector's input for a whole photo, in pixels: writing a hundredth of the photo high is ten pixels
/// high there. The detector's time grows with its square.
const DETECTOR_SIDE: u32 = 960;
/// Where all writing lies in less than this part of the photo, it is looked at again from nearer.
const SMALL: f32 = 0.3;
/// Margin around the writing when it is looked at from nearer, in parts of its larger side.
const MARGIN: f32 = 0.15;
/// Mean worth of a character below which the mirror image is read, too. Upright writing that reads at all has 0.6 and more.
const LEGIBLE: f32 = 0.55;

/// A photo with its writing upright.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The whole photo at its own resolution, turned and mirrored so that the writing reads.
    pub pixels: RgbImage,
    /// Quarter turns clockwise that brought it there.
    pub quarter_turns: u32,
    /// It was mirrored, before it was turned.
    pub mirrored: bool,
    /// What was read, in reading order, in pixels of `pixels`.
    pub lines: Vec<ReadLine>,
}

/// Reads all writing in a photo, at most [`MOST_LINES`] lines, the longest first.
pub fn read_sheet(reader: &TextReader, photo: &RgbImage) -> Result<Sheet, ModelError> {
    let (working, scale) = shrink(photo, WORKING_SIDE);
    let plain = look(reader, &working)?;
    let mirrored = match plain.worth() < LEGIBLE && !plain.boxes_empty {
        true => Some(look(reader, &imageops::flip_horizontal(&working))?),
        false => None,
    };
    let (look, mirrored) = match mirrored {
        Some(other) if other.weight() > plain.weight() => (other, true),
        _ => (plain, false),
    };
    let pixels = turned_picture(photo, look.quarter_turns, mirrored);
    let lines = look.lines.iter();
    Ok(Sheet {
        lines: lines.map(|line| read_line(line, scale)).collect(),
        pixels,
        quarter_turns: look.quarter_turns,
        mirrored,
    })
}

/// What one look at a picture gave.
struct Look {
    quarter_turns: u32,
    /// In pixels of the turned picture.
    lines: Vec<Line>,
    /// Nothing like writing was found.
    boxes_empty: bool,
}

impl Look {
    fn weight(&self) -> f32 {
        self.lines.iter().map(weight).sum()
    }

    /// Returns the mean worth of a character, 0..=1.
    fn worth(&self) -> f32 {
        let all: usize = self.lines.iter().map(|line| line.chars.len()).sum();
        self.weight() / all.max(1) as f32
    }
}

fn look(reader: &TextReader, picture: &RgbImage) -> Result<Look, ModelError> {
    let boxes = reader.detect(picture, DETECTOR_SIDE)?;
    let turned = upright(reader, picture, &boxes)?;
    let quarter_turns = turned.quarter_turns;
    let picture = turned_picture(picture, quarter_turns, false);
    let lines = match nearer(&picture, &turned.boxes) {
        Some(part) => read_part(reader, &picture, part)?,
        None => read_rest(reader, &picture, turned)?,
    };
    Ok(Look {
        quarter_turns,
        lines,
        boxes_empty: boxes.is_empty(),
    })
}

/// A part of a picture, in whole pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

/// Returns the part of a picture that holds all writing, where that is small.
fn nearer(picture: &RgbImage, boxes: &[Quad]) -> Option<Part> {
    let all = around(boxes.iter().flatten().map(|point| (point.x, point.y)))?;
    let margin = MARGIN * all.width.max(all.height);
    let bound = |value: f32, most: u32| value.clamp(0.0, most as f32) as u32;
    let (width, height) = picture.dimensions();
    let (x, y) = (bound(all.x - margin, width), bound(all.y - margin, height));
    let right = bound(all.x + all.width + margin, width);
    let bottom = bound(all.y + all.height + margin, height);
    let part = Part {
        x,
        y,
        width: right.checked_sub(x)?,
        height: bottom.checked_sub(y)?,
    };
    let area = part.width as f32 * part.height as f32;
    let small = area < SMALL * width as f32 * height as f32;
    (small && part.width > 0 && part.height > 0).then_some(part)
}

/// Finds and reads the lines in a part of a picture.
fn read_part(reader: &TextReader, picture: &RgbImage, part: Part) -> Result<Vec<Line>, ModelError> {
    let Part {
        x,
        y,
        width,
        height,
    } = part;
    let cut = imageops::crop_imm(picture, x, y, width, height).to_image();
    let found = reader.detect(&cut, DETECTOR_SIDE)?;
    let boxes: Vec<Quad> = found.iter().map(|found| found.corners).collect();
    let mut lines = read_longest(reader, &cut, vec![None; boxes.len()], &boxes)?;
    for line in &mut lines {
        for point in &mut line.corners {
            point.x += x as f32;
            point.y += y as f32;
        }
    }
    Ok(lines)
}

/// Reads the boxes that were not read to find out which way is up.
fn read_rest(
    reader: &TextReader,
    picture: &RgbImage,
    turned: Turned,
) -> Result<Vec<Line>, ModelError> {
    read_longest(reader, picture, turned.lines, &turned.boxes)
}

fn read_longest(
    reader: &TextReader,
    picture: &RgbImage,
    mut lines: Vec<Option<Line>>,
    boxes: &[Quad],
) -> Result<Vec<Line>, ModelError> {
    let mut order: Vec<usize> = (0..boxes.len()).collect();
    order.sort_by(|a, b| mean_width(&boxes[*b]).total_cmp(&mean_width(&boxes[*a])));
    order.truncate(MOST_LINES);
    order.retain(|index| lines[*index].is_none());
    let todo: Vec<Quad> = order.iter().map(|index| boxes[*index]).collect();
    let read = reader.recognise_boxes(picture, &todo)?;
    for (index, line) in order.into_iter().zip(read) {
        lines[index] = Some(line);
    }
    let written = lines
        .into_iter()
        .flatten()
        .filter(|line| !line.text.is_empty());
    Ok(written.take(MOST_LINES).collect())
}

fn turned_picture(picture: &RgbImage, quarter_turns: u32, mirrored: bool) -> RgbImage {
    // A mirrored picture was mirrored first, so that the other order turns the other way.
    let picture = match mirrored {
        true => imageops::flip_horizontal(picture),
        false => picture.clone(),
    };
    match quarter_turns % 4 {
        1 => imageops::rotate90(&picture),
        2 => imageops::rotate180(&picture),
        3 => imageops::rotate270(&picture),
        _ => picture,
    }
}

fn read_line(line: &Line, scale: f32) -> ReadLine {
    let corners = line.corners.iter();
    let points = corners.map(|point| (point.x / scale, point.y / scale));
    ReadLine {
        text: line.text.clone(),
        confidence: line.confidence,
        region: around(points).unwrap_or_default(),
    }
}

/// Returns the box around points.
fn around(points: impl Iterator<Item = (f32, f32)>) -> Option<Rect> {
    let ends = points.fold(None, |ends: Option<[f32; 4]>, (x, y)| {
        let [left, top, right, bottom] = ends.unwrap_or([x, y, x, y]);
        Some([left.min(x), top.min(y), right.max(x), bottom.max(y)])
    });
    ends.map(|[left, top, right, bottom]| Rect {
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
    })
}

#[cfg(test)]
mod tests {
    use menshen_core::geometry::Point;

    use super::*;

    fn quad(x: f32, y: f32, width: f32, height: f32) -> Quad {
        [
            (x, y),
            (x + width, y),
            (x + width, y + height),
            (x, y + height),
        ]
        .map(|(x, y)| Point { x, y })
    }

    #[test]
    fn small_writing_is_looked_at_from_nearer_and_large_is_not() {
        let picture = RgbImage::new(1000, 1000);
        let part = nearer(&picture, &[quad(400.0, 500.0, 200.0, 30.0)]).expect("a part");
        let expected = Part {
            x: 370,
            y: 470,
            width: 260,
            height: 90,
        };
        assert_eq!(part, expected);
        assert_eq!(nearer(&picture, &[quad(50.0, 100.0, 900.0, 700.0)]), None);
        assert_eq!(nearer(&picture, &[]), None);
        // Writing at the edge, and boxes that reach over it.
        let part = nearer(&picture, &[quad(-20.0, -20.0, 200.0, 30.0)]).expect("a part");
        assert_eq!((part.x, part.y), (0, 0));
        assert_eq!(nearer(&picture, &[quad(-400.0, -400.0, 20.0, 20.0)]), None);
    }

    #[test]
    fn a_picture_is_mirrored_before_it_is_turned() {
        let mut picture = RgbImage::new(2, 1);
        picture.put_pixel(0, 0, image::Rgb([9, 9, 9]));
        let turned = turned_picture(&picture, 1, true);
        assert_eq!(turned.dimensions(), (1, 2));
        assert_eq!(turned.get_pixel(0, 1).0, [9, 9, 9]);
        assert_eq!(turned_picture(&picture, 4, false), picture);
    }
}
