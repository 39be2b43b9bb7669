//! Which way up a page lies, by the direction of its text.

use image::RgbImage;
use menshen_core::geometry::{Point, Quad};

use crate::model::ModelError;
use crate::text::{Line, TextBox, TextReader, mean_height, mean_width};

/// Boxes longer than this many heights tell the direction of their text.
const LONG: f32 = 2.2;
/// Lines that are read both ways at most.
const TRIED: usize = 3;
/// A line with this mean confidence and [`MIN_CHARS`] letters stands upright and is not read the
/// other way round. Digits do not count: 6, 8, 9, 0 and 1 read well upside down.
const SURE: f32 = 0.96;
const MIN_CHARS: usize = 4;

/// How a page must be turned, and what was read on the way.
#[derive(Clone, Debug, Default)]
pub struct Turned {
    /// Quarter turns clockwise that bring the page upright.
    pub quarter_turns: u32,
    /// The boxes of the text, in pixels of the turned page.
    pub boxes: Vec<Quad>,
    /// For each of `boxes` the line, where it was read for the decision.
    pub lines: Vec<Option<Line>>,
}

/// Finds the turn that brings a page upright. `boxes` are what the detector found on it; a page
/// without text stays as it is.
pub fn upright(
    reader: &TextReader,
    page: &RgbImage,
    boxes: &[TextBox],
) -> Result<Turned, ModelError> {
    let quads: Vec<Quad> = boxes.iter().map(|found| found.corners).collect();
    let side = u32::from(lies_on_its_side(&quads));
    let size = (page.width() as f32, page.height() as f32);
    let pixels = match side {
        0 => None,
        _ => Some(image::imageops::rotate90(page)),
    };
    let pixels = pixels.as_ref().unwrap_or(page);
    let quads: Vec<Quad> = quads.iter().map(|quad| turned(quad, size, side)).collect();
    // Lines are read side by side: a network spread over all cores wastes a good part of them.
    let tried = longest(&quads);
    let as_they_are: Vec<Quad> = tried.iter().map(|index| quads[*index]).collect();
    let forward = reader.recognise_boxes(pixels, &as_they_are)?;
    let sure = |line: &Line| line.confidence > SURE && letters(line) >= MIN_CHARS;
    let mut backward = Vec::new();
    if !forward.iter().any(sure) {
        let over: Vec<Quad> = as_they_are
            .iter()
            .map(|[a, b, c, d]| [*c, *d, *a, *b])
            .collect();
        backward = reader.recognise_boxes(pixels, &over)?;
    }
    let weights = |lines: &[Line]| lines.iter().map(weight).sum::<f32>();
    let n_lines = quads.len();
    let place = |lines: Vec<Line>| {
        let mut placed = vec![None; n_lines];
        for (index, line) in tried.iter().zip(lines) {
            placed[*index] = Some(line);
        }
        placed
    };
    if backward.is_empty() || weights(&forward) >= weights(&backward) {
        return Ok(Turned {
            quarter_turns: side,
            boxes: quads,
            lines: place(forward),
        });
    }
    let size = (pixels.width() as f32, pixels.height() as f32);
    let boxes: Vec<Quad> = quads.iter().map(|quad| turned(quad, size, 2)).collect();
    let lines = place(backward).into_iter().zip(&boxes);
    let lines = lines.map(|(line, quad)| {
        line.map(|line| Line {
            corners: *quad,
            ..line
        })
    });
    Ok(Turned {
        quarter_turns: side + 2,
        lines: lines.collect(),
        boxes,
    })
}

/// Does most of the text run up or down?
fn lies_on_its_side(quads: &[Quad]) -> bool {
    let (mut across, mut down) = (0.0, 0.0);
    for quad in quads {
        let (width, height) = (mean_width(quad), mean_height(quad));
        if width > LONG * height {
            across += width;
        } else if height > LONG * width {
            down += height;
        }
    }
    down > across
}

/// Returns the indices of the longest boxes.
fn longest(quads: &[Quad]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..quads.len()).collect();
    // Lines of 4 to 15 heights say enough and are read fast.
    let length = |index: &usize| {
        let ratio = mean_width(&quads[*index]) / mean_height(&quads[*index]).max(1.0);
        if ratio > 15.0 {
            15.0 - ratio * 0.1
        } else {
            ratio
        }
    };
    order.sort_by(|a, b| length(b).total_cmp(&length(a)));
    order.truncate(TRIED);
    order
}

fn letters(line: &Line) -> usize {
    line.chars
        .iter()
        .filter(|read| read.ch.is_alphabetic())
        .count()
}

/// What a reading is worth: sure characters count, unsure ones hardly.
pub(super) fn weight(line: &Line) -> f32 {
    line.chars
        .iter()
        .map(|read| read.confidence.powi(4))
        .sum::<f32>()
        * line.confidence
}

/// Returns a box of a picture of `size` after the picture was turned clockwise, its corners again in
/// reading order.
fn turned(quad: &Quad, size: (f32, f32), quarter_turns: u32) -> Quad {
    let (width, height) = size;
    let [a, b, c, d] = quad.map(|p| match quarter_turns % 4 {
        1 => Point {
            x: height - p.y,
            y: p.x,
        },
        2 => Point {
            x: width - p.x,
            y: height - p.y,
        },
        3 => Point {
            x: p.y,
            y: width - p.x,
        },
        _ => p,
    });
    match quarter_turns % 4 {
        1 => [d, a, b, c],
        2 => [c, d, a, b],
        3 => [b, c, d, a],
        _ => [a, b, c, d],
    }
}

#[cfg(test)]
mod tests {
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
    fn a_box_turns_with_its_picture_and_keeps_its_reading_order() {
        let before = quad(10.0, 20.0, 5.0, 60.0);
        assert_eq!(
            turned(&before, (100.0, 200.0), 1),
            quad(120.0, 10.0, 60.0, 5.0)
        );
        assert_eq!(
            turned(&before, (100.0, 200.0), 3),
            quad(20.0, 85.0, 60.0, 5.0)
        );
        let twice = turned(&turned(&before, (100.0, 200.0), 1), (200.0, 100.0), 1);
        assert_eq!(twice, turned(&before, (100.0, 200.0), 2));
    }

    #[test]
    fn text_that_runs_down_lies_on_its_side() {
        assert!(lies_on_its_side(&[
            quad(0.0, 0.0, 20.0, 300.0),
            quad(50.0, 0.0, 90.0, 20.0)
        ]));
        assert!(!lies_on_its_side(&[
            quad(0.0, 0.0, 300.0, 20.0),
            quad(0.0, 50.0, 20.0, 90.0)
        ]));
        assert!(!lies_on_its_side(&[]));
    }
}
