//! Finding bands of dense dark writing without a network.
//!
//! Dark strokes narrower than a kernel are what a morphological closing removes ("black hat"). Runs
//! of them joined along the line give long thin components: the lines of a zone are as long as each
//! other, parallel, and close together, which no other writing on a document is.

use image::RgbImage;
use menshen_core::geometry::Point;

use crate::photo::resized;
use crate::text::boxes::{TiltedRect, component_outlines, convex_hull, smallest_rectangle};

/// How lines are looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search {
    /// Longest side of the picture searched, in pixels.
    side: u32,
    /// Lines that run down instead of across.
    down: bool,
    /// Strokes weaker than this part of the picture's strongest ones are none.
    floor: f32,
}

const fn search(side: u32, down: bool, floor: f32) -> Search {
    Search { side, down, floor }
}

/// One after the other until a zone is found: most lie across and take most of the picture's width or are small; then without the fine
/// patterns that can join a line with what is beside it; then large characters.
pub(super) const SEARCHES: [Search; 6] = [
    search(1000, false, 0.0),
    search(1000, true, 0.0),
    search(1000, false, 0.4),
    search(1000, true, 0.4),
    search(560, false, 0.0),
    search(560, true, 0.0),
];
/// Of the strokes in a picture, the part that is weaker than its strongest ones.
const STRONGEST: f32 = 0.98;
/// Longest side of a picture that is too small for a zone, in pixels: thirty characters need five each.
const TINY: u32 = 150;
/// Half width and half height of the closing kernel in pixels; strokes up to twice as wide count.
const KERNEL: (usize, usize) = (6, 2);
/// Half side of the window that says how strong strokes are nearby, in pixels.
const WINDOW: usize = 20;
/// A stroke is this much stronger than the window's mean, and this many grey levels above it.
const ABOVE_MEAN: (u32, u32) = (13, 8);
/// Gaps up to this many pixels along the line are closed: the space between two glyphs.
const GAP: usize = 16;
/// Shortest line, as part of the searched picture's longest side.
const MIN_LENGTH: f32 = 0.22;
/// Lines are at least this many times as long as high (TD1 has 30 characters: about 25).
const MIN_ASPECT: f32 = 9.0;
/// Lowest line in pixels.
const MIN_HEIGHT: f32 = 4.0;
/// Steepest line: tilt up to 15 degrees is promised, perspective adds some.
const MAX_SLOPE: f32 = 0.36;

/// Returns candidate lines of a picture in its own pixels.
pub(super) fn find_lines(photo: &RgbImage, search: &Search) -> Vec<TiltedRect> {
    let Some((plane, scale)) = sized(photo, search.side) else {
        return Vec::new();
    };
    let plane = match search.down {
        true => plane.transposed(),
        false => plane,
    };
    let mut lines = lines_across(&plane, search.floor);
    for line in &mut lines {
        if search.down {
            line.centre = swapped(line.centre);
            line.along = swapped(line.along);
        }
        line.centre.x *= scale;
        line.centre.y *= scale;
        line.long *= scale;
        line.short *= scale;
    }
    lines
}

fn swapped(p: Point) -> Point {
    Point { x: p.y, y: p.x }
}

/// Returns the picture's luma with `side` pixels on its longest side and the factor back. A small picture is enlarged, as the sizes above
/// are in pixels of that one; a tiny one is not, as no zone can be in it.
fn sized(photo: &RgbImage, side: u32) -> Option<(Plane, f32)> {
    let longest = photo.width().max(photo.height());
    if longest < TINY {
        return None;
    }
    let scale = longest as f32 / side as f32;
    let fit = |size: u32| ((size as f32 / scale).round() as u32).max(1);
    let small = resized(photo, fit(photo.width()), fit(photo.height()))?;
    let plane = Plane {
        width: small.width() as usize,
        values: image::imageops::grayscale(&small).into_raw(),
    };
    Some((plane, scale))
}

fn lines_across(gray: &Plane, floor: f32) -> Vec<TiltedRect> {
    let longest = gray.width.max(gray.height()) as f32;
    let mask = join_runs(&strokes(gray, floor), gray.width);
    component_outlines(mask, gray.width)
        .iter()
        .filter_map(|outline| smallest_rectangle(&convex_hull(outline)))
        .map(|line| TiltedRect {
            // The erosion took a pixel off above and below.
            short: line.short + 2.0,
            ..line
        })
        .filter(|line| {
            line.long >= MIN_LENGTH * longest
                && line.short >= MIN_HEIGHT
                && line.long >= MIN_ASPECT * line.short
                && line.along.y.abs() <= MAX_SLOPE * line.along.x.abs()
        })
        .collect()
}

/// Grey values row by row.
struct Plane {
    values: Vec<u8>,
    width: usize,
}

impl Plane {
    fn height(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    fn transposed(&self) -> Self {
        let (width, height) = (self.width, self.height());
        let mut values = Vec::with_capacity(self.values.len());
        for x in 0..width {
            values.extend((0..height).map(|y| self.values[y * width + x]));
        }
        Self {
            values,
            width: height,
        }
    }

    /// Applies `pick` (max or min) over a window of the given half sides.
    fn spread(&self, half: (usize, usize), pick: fn(u8, u8) -> u8) -> Self {
        let (width, height) = (self.width, self.height());
        let mut rows = self.values.clone();
        for (row, source) in rows
            .chunks_exact_mut(width)
            .zip(self.values.chunks_exact(width))
        {
            for shift in 1..=half.0.min(width.saturating_sub(1)) {
                for (to, from) in row[shift..].iter_mut().zip(source) {
                    *to = pick(*to, *from);
                }
                for (to, from) in row.iter_mut().zip(&source[shift..]) {
                    *to = pick(*to, *from);
                }
            }
        }
        let mut values = rows.clone();
        for y in 0..height {
            let from = y.saturating_sub(half.1);
            for near in from..(y + half.1 + 1).min(height) {
                let source = &rows[near * width..(near + 1) * width];
                let row = &mut values[y * width..(y + 1) * width];
                for (to, from) in row.iter_mut().zip(source) {
                    *to = pick(*to, *from);
                }
            }
        }
        Self { values, width }
    }
}

/// Marks the pixels of dark strokes.
fn strokes(gray: &Plane, floor: f32) -> Vec<bool> {
    let closed = gray.spread(KERNEL, u8::max).spread(KERNEL, u8::min);
    let hat: Vec<u8> = closed
        .values
        .iter()
        .zip(&gray.values)
        .map(|(closed, value)| closed.saturating_sub(*value))
        .collect();
    let least = floor * strongest(&hat);
    let sums = Sums::new(&hat, gray.width);
    let mut mask = Vec::with_capacity(hat.len());
    for (index, value) in hat.iter().enumerate() {
        let mean = sums.mean(index % gray.width, index / gray.width);
        let stands_out = u32::from(*value) * 10 > mean * ABOVE_MEAN.0 + ABOVE_MEAN.1 * 10;
        mask.push(stands_out && f32::from(*value) >= least);
    }
    mask
}

/// Returns how strong the picture's strongest strokes are.
fn strongest(hat: &[u8]) -> f32 {
    let mut counts = [0usize; 256];
    hat.iter()
        .for_each(|value| counts[usize::from(*value)] += 1);
    let weaker = (hat.len() as f32 * STRONGEST) as usize;
    let mut seen = 0;
    let level = counts.iter().position(|count| {
        seen += count;
        seen > weaker
    });
    level.unwrap_or(0) as f32
}

/// Sums over rectangles from the top left corner.
struct Sums {
    totals: Vec<u32>,
    width: usize,
    height: usize,
}

impl Sums {
    fn new(values: &[u8], width: usize) -> Self {
        let height = values.len() / width.max(1);
        let mut totals = vec![0u32; (width + 1) * (height + 1)];
        for y in 0..height {
            let mut row = 0;
            for x in 0..width {
                row += u32::from(values[y * width + x]);
                totals[(y + 1) * (width + 1) + x + 1] = totals[y * (width + 1) + x + 1] + row;
            }
        }
        Self {
            totals,
            width,
            height,
        }
    }

    /// Mean over the window around a pixel.
    fn mean(&self, x: usize, y: usize) -> u32 {
        let (left, right) = (x.saturating_sub(WINDOW), (x + WINDOW + 1).min(self.width));
        let (top, bottom) = (y.saturating_sub(WINDOW), (y + WINDOW + 1).min(self.height));
        let at = |x: usize, y: usize| self.totals[y * (self.width + 1) + x];
        let sum = at(right, bottom) + at(left, top) - at(right, top) - at(left, bottom);
        sum / ((right - left) * (bottom - top)) as u32
    }
}

/// Closes short gaps along the rows, then erodes by a pixel above and below so that specks do not
/// join two lines.
fn join_runs(strokes: &[bool], width: usize) -> Vec<bool> {
    let mut joined = strokes.to_vec();
    for row in joined.chunks_exact_mut(width) {
        let mut last = None;
        for x in 0..width {
            if !row[x] {
                continue;
            }
            if let Some(last) = last
                && x - last <= GAP
            {
                row[last..x].fill(true);
            }
            last = Some(x);
        }
    }
    let height = joined.len() / width.max(1);
    let mut eroded = vec![false; joined.len()];
    for y in 1..height.saturating_sub(1) {
        for x in 0..width {
            let at = y * width + x;
            eroded[at] = joined[at] && joined[at - width] && joined[at + width];
        }
    }
    eroded
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rows of little upright bars, tilted, dark on light.
    fn page(angle: f32) -> RgbImage {
        let (sin, cos) = angle.sin_cos();
        RgbImage::from_fn(800, 500, |x, y| {
            let (dx, dy) = (x as f32 - 400.0, y as f32 - 250.0);
            let (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
            let bar = u.abs() < 330.0 && u.rem_euclid(15.0) < 4.0;
            let row = (v - 0.0).abs() < 8.0 || (v - 40.0).abs() < 8.0;
            image::Rgb([if bar && row { 40 } else { 210 }; 3])
        })
    }

    #[test]
    fn two_rows_of_glyphs_are_two_lines_of_their_tilt() {
        for angle in [0.0f32, 0.2, -0.25] {
            let lines = find_lines(&page(angle), &SEARCHES[0]);
            assert_eq!(lines.len(), 2, "{angle}: {lines:?}");
            for line in lines {
                let found = (line.along.y / line.along.x).atan();
                assert!((found - angle).abs() < 0.03, "{angle} {found}");
                assert!((line.long - 655.0).abs() < 40.0, "{}", line.long);
            }
        }
    }

    #[test]
    fn rows_that_run_down_are_found_too() {
        let turned = image::imageops::rotate90(&page(0.1));
        let lines = find_lines(&turned, &SEARCHES[1]);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|l| l.along.y.abs() > 0.9));
    }

    #[test]
    fn flat_noisy_and_empty_pictures_hold_no_lines() {
        assert!(find_lines(&RgbImage::new(0, 0), &SEARCHES[0]).is_empty());
        assert!(find_lines(&RgbImage::new(3, 1), &SEARCHES[0]).is_empty());
        assert!(find_lines(&RgbImage::new(900, 700), &SEARCHES[4]).is_empty());
        let mut seed = 7u32;
        let noise = RgbImage::from_fn(600, 400, |_, _| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Rgb([(seed >> 24) as u8; 3])
        });
        assert!(find_lines(&noise, &SEARCHES[4]).is_empty());
    }
}
