//! Height of the page's text from its letters' shapes, before anything is read.

use super::glare::components;
use crate::page::plane::{Plane, percentile};

/// Radius of the square whose mean a letter is darker than, in page pixels: above a stroke's width, below
/// a shadow's.
const AROUND: usize = 14;
/// How much darker than its surroundings ink is, in luma.
const INK: f32 = 0.07;
/// Heights of letters, in page pixels: 0.7 mm on a passport page to the largest headings.
const HEIGHTS: std::ops::RangeInclusive<usize> = 6..=60;
/// Letters of a row that make it a row of text.
const ROW: usize = 5;

/// A letter-like shape.
#[derive(Clone, Copy)]
struct Shape {
    left: f32,
    right: f32,
    bottom: f32,
    height: f32,
}

/// Returns the median height of capitals and digits in page pixels; `None` without rows of text.
pub(super) fn height(plane: &Plane) -> Option<f32> {
    let around = plane.box_mean(AROUND);
    let ink: Vec<bool> = plane
        .data
        .iter()
        .zip(&around.data)
        .map(|(here, mean)| here + INK < *mean)
        .collect();
    let mut shapes: Vec<Shape> = components(&ink, plane.width, plane.height)
        .iter()
        .filter_map(|group| shape(group, plane.width))
        .collect();
    shapes.sort_by(|a, b| a.left.total_cmp(&b.left));
    let mut used = vec![false; shapes.len()];
    let mut heights = Vec::new();
    for first in 0..shapes.len() {
        if used[first] {
            continue;
        }
        let row = row_from(&shapes, first, &mut used);
        if row.len() >= ROW {
            let mut tall: Vec<f32> = row.iter().map(|&at| shapes[at].height).collect();
            // Capitals and digits are the taller letters of a row.
            if let Some(capital) = percentile(&mut tall, 0.75) {
                // Rows weigh by their ink: micro-print has most letters, but nobody is to read it.
                let weight = row.len() * (capital * capital / 36.0) as usize;
                heights.extend(std::iter::repeat_n(capital, weight));
            }
        }
    }
    percentile(&mut heights, 0.5)
}

fn shape(group: &[usize], width: usize) -> Option<Shape> {
    let start = [usize::MAX, usize::MAX, 0, 0];
    let [l, t, r, b] = group.iter().fold(start, |[l, t, r, b], at| {
        let (x, y) = (at % width, at / width);
        [l.min(x), t.min(y), r.max(x + 1), b.max(y + 1)]
    });
    let (wide, high) = (r - l, b - t);
    let filled = group.len() as f32 / (wide * high) as f32;
    let letter = HEIGHTS.contains(&high)
        && wide as f32 >= 0.1 * high as f32
        && wide as f32 <= 1.6 * high as f32
        && (0.12..0.95).contains(&filled);
    letter.then_some(Shape {
        left: l as f32,
        right: r as f32,
        bottom: b as f32,
        height: high as f32,
    })
}

/// Collects the row that starts with a shape: the next one stands on the same line, close by, alike in height.
fn row_from(shapes: &[Shape], first: usize, used: &mut [bool]) -> Vec<usize> {
    let mut row = vec![first];
    used[first] = true;
    let mut last = shapes[first];
    for (at, shape) in shapes.iter().enumerate().skip(first + 1) {
        if shape.left > last.right + 1.4 * last.height {
            break;
        }
        let ratio = shape.height / last.height;
        let level = (shape.bottom - last.bottom).abs() < 0.25 * last.height.max(shape.height);
        if !used[at] && level && (0.6..1.7).contains(&ratio) && shape.left > last.left {
            used[at] = true;
            row.push(at);
            last = *shape;
        }
    }
    row
}
