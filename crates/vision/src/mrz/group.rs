//! Lines that can be a zone together, and their exact place.

use image::RgbImage;
use menshen_core::geometry::{Point, Quad};

use crate::text::boxes::TiltedRect;
use crate::text::extract_strip;

/// Lines of one zone are parallel within this sine.
const MAX_TURN: f32 = 0.07;
/// Shorter over longer of two lines of one zone.
const MIN_LENGTH_RATIO: f32 = 0.75;
/// Largest shift of two lines along each other, as part of their length.
const MAX_SHIFT: f32 = 0.15;
/// Distance of neighbouring lines in line heights. On drawn and real pages
/// they stand 1.6 to 3 capitals apart; a rough line can be higher or lower than its capitals.
const LINE_DISTANCE: std::ops::RangeInclusive<f32> = 0.8..=4.5;
/// Zones have two or three lines; more in a row can have ordinary text among them.
const MAX_LINES: usize = 5;

/// Returns the direction that lies closest to "to the right", or to "down" for steep lines.
fn canonical(line: &TiltedRect) -> TiltedRect {
    let u = line.along;
    let forward = if u.x.abs() >= u.y.abs() { u.x } else { u.y };
    if forward < 0.0 { turned(line) } else { *line }
}

/// Returns the same line read the other way round.
pub(super) fn turned(line: &TiltedRect) -> TiltedRect {
    let along = Point {
        x: -line.along.x,
        y: -line.along.y,
    };
    TiltedRect { along, ..*line }
}

/// Returns sets of two or more lines that can be one zone, most promising first. Within a set the
/// lines stand in reading order, if their direction is the right one.
pub(super) fn groups(lines: &[TiltedRect]) -> Vec<Vec<TiltedRect>> {
    let lines: Vec<TiltedRect> = lines.iter().map(canonical).collect();
    let mut found: Vec<(Vec<usize>, f32)> = Vec::new();
    for seed in 0..lines.len() {
        let members = companions(&lines, seed);
        if !(2..=MAX_LINES).contains(&members.len()) || found.iter().any(|(m, _)| *m == members) {
            continue;
        }
        let lengths = members.iter().map(|m| lines[*m].long);
        let longest = lengths.clone().fold(0.0, f32::max);
        let shortest = lengths.fold(f32::MAX, f32::min);
        found.push((members, shortest * shortest / longest));
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    let pick = |(members, _): (Vec<usize>, f32)| members.iter().map(|m| lines[*m]).collect();
    found.into_iter().map(pick).collect()
}

/// Returns the lines that follow each other above and below the seed, itself among them.
fn companions(lines: &[TiltedRect], seed: usize) -> Vec<usize> {
    let first = &lines[seed];
    let u = first.along;
    let across =
        |l: &TiltedRect| (l.centre.y - first.centre.y) * u.x - (l.centre.x - first.centre.x) * u.y;
    let fits = |l: &TiltedRect| {
        let turn = (l.along.y * u.x - l.along.x * u.y).abs();
        let forward = l.along.x * u.x + l.along.y * u.y > 0.0;
        let shift = (l.centre.x - first.centre.x) * u.x + (l.centre.y - first.centre.y) * u.y;
        let ratio = l.long.min(first.long) / l.long.max(first.long);
        forward
            && turn <= MAX_TURN
            && ratio >= MIN_LENGTH_RATIO
            && shift.abs() <= MAX_SHIFT * first.long
    };
    let mut near: Vec<usize> = (0..lines.len()).filter(|l| fits(&lines[*l])).collect();
    near.sort_by(|a, b| across(&lines[*a]).total_cmp(&across(&lines[*b])));
    let Some(at) = near.iter().position(|l| *l == seed) else {
        return Vec::new();
    };
    let joined = |a: usize, b: usize| {
        let gap = across(&lines[near[b]]) - across(&lines[near[a]]);
        let height = lines[near[a]].short.min(lines[near[b]].short);
        LINE_DISTANCE.contains(&(gap / height.max(1.0)))
    };
    let mut start = at;
    while start > 0 && joined(start - 1, start) {
        start -= 1;
    }
    let mut end = at;
    while end + 1 < near.len() && joined(end, end + 1) {
        end += 1;
    }
    near[start..=end].to_vec()
}

/// Returns the corners of a line in reading order, grown by `across` and `along` of its height.
pub(super) fn corners(line: &TiltedRect, across: f32, along: f32) -> Quad {
    let half_u = line.long / 2.0 + along * line.short;
    let half_v = line.short * (0.5 + across);
    let u = line.along;
    let corner = |a: f32, b: f32| Point {
        x: line.centre.x + u.x * a - u.y * b,
        y: line.centre.y + u.y * a + u.x * b,
    };
    [
        corner(-half_u, -half_v),
        corner(half_u, -half_v),
        corner(half_u, half_v),
        corner(-half_u, half_v),
    ]
}

/// Height at which a line is measured, in pixels.
const MEASURE_HEIGHT: u32 = 48;
/// Part of the line's height looked at above and below it: half the gap to its neighbours.
const MEASURE_MARGIN: f32 = 0.5;
/// Pieces along the line whose middles give its tilt.
const PIECES: usize = 12;
/// Rows with more ink than this part of the fullest one's belong to the capitals.
const INK_SHARE: f32 = 0.22;

/// Returns the line moved, tilted and sized so that it holds exactly the capitals' height; `None`
/// when there is no writing.
pub(super) fn refine(photo: &RgbImage, line: &TiltedRect) -> Option<TiltedRect> {
    let strip = extract_strip(photo, &corners(line, MEASURE_MARGIN, 0.0), MEASURE_HEIGHT)?;
    let ink = Ink::new(&strip);
    let (offset, slope) = ink.axis()?;
    let (top, bottom) = ink.extent(offset, slope)?;
    // Strip pixels back to the picture's.
    let scale = line.short * (1.0 + 2.0 * MEASURE_MARGIN) / MEASURE_HEIGHT as f32;
    let middle = (top + bottom) / 2.0 * scale;
    let (sin, cos) = slope.atan().sin_cos();
    let (u, v) = (
        line.along,
        Point {
            x: -line.along.y,
            y: line.along.x,
        },
    );
    Some(TiltedRect {
        centre: Point {
            x: line.centre.x + v.x * middle,
            y: line.centre.y + v.y * middle,
        },
        along: Point {
            x: u.x * cos + v.x * sin,
            y: u.y * cos + v.y * sin,
        },
        short: (bottom - top) * scale,
        ..*line
    })
}

/// How dark each pixel of a strip is against its surroundings.
struct Ink {
    values: Vec<f32>,
    width: usize,
    height: usize,
}

impl Ink {
    fn new(strip: &RgbImage) -> Self {
        let (width, height) = (strip.width() as usize, strip.height() as usize);
        let gray: Vec<f32> = strip
            .pixels()
            .map(|p| 0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2]))
            .collect();
        let mut values = vec![0.0; gray.len()];
        for piece in 0..PIECES {
            let (from, to) = (piece * width / PIECES, (piece + 1) * width / PIECES);
            let at = |x: usize, y: usize| gray[y * width + x];
            let mut sorted: Vec<f32> = (from..to)
                .flat_map(|x| (0..height).map(move |y| (x, y)))
                .map(|(x, y)| at(x, y))
                .collect();
            sorted.sort_by(f32::total_cmp);
            // Paper is brighter than the median of a piece, whatever is written on it.
            let paper = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
            for y in 0..height {
                for x in from..to {
                    values[y * width + x] = (paper - 12.0 - at(x, y)).max(0.0);
                }
            }
        }
        Self {
            values,
            width,
            height,
        }
    }

    /// Least squares through the middles of the pieces: offset at the strip's centre and slope,
    /// both against the strip's middle row.
    fn axis(&self) -> Option<(f32, f32)> {
        let mut points = Vec::with_capacity(PIECES);
        for piece in 0..PIECES {
            let range = piece * self.width / PIECES..(piece + 1) * self.width / PIECES;
            let x = (range.start + range.end) as f32 / 2.0 - self.width as f32 / 2.0;
            let (mut mass, mut moment) = (0.0f32, 0.0f32);
            // The outer rows may hold the feet and heads of the neighbours.
            for y in self.height / 6..self.height - self.height / 6 {
                let row = &self.values[y * self.width..(y + 1) * self.width];
                let ink: f32 = row[range.clone()].iter().sum();
                mass += ink;
                moment += ink * (y as f32 + 0.5 - self.height as f32 / 2.0);
            }
            if mass > 0.0 {
                points.push((x, moment / mass));
            }
        }
        if points.len() < PIECES / 2 {
            return None;
        }
        let n = points.len() as f32;
        let mean_x = points.iter().map(|p| p.0).sum::<f32>() / n;
        let mean_y = points.iter().map(|p| p.1).sum::<f32>() / n;
        let spread: f32 = points.iter().map(|p| (p.0 - mean_x).powi(2)).sum();
        let joint: f32 = points.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum();
        let slope = if spread > 0.0 { joint / spread } else { 0.0 };
        Some((mean_y - slope * mean_x, slope))
    }

    /// First and last row of the capitals along the axis, against the strip's middle row.
    fn extent(&self, offset: f32, slope: f32) -> Option<(f32, f32)> {
        let middle = self.height as f32 / 2.0;
        let mut rows = vec![0.0f32; self.height];
        for y in 0..self.height {
            for x in 0..self.width {
                let lean = slope * (x as f32 + 0.5 - self.width as f32 / 2.0);
                let row = (y as f32 - lean).round();
                if (0.0..self.height as f32).contains(&row) {
                    rows[row as usize] += self.values[y * self.width + x];
                }
            }
        }
        let full = rows.iter().copied().fold(0.0, f32::max);
        if full <= 0.0 {
            return None;
        }
        let inked = |y: usize| rows[y] > INK_SHARE * full;
        let centre = (middle + offset).clamp(0.0, self.height as f32 - 1.0) as usize;
        if !inked(centre) {
            return None;
        }
        let top = (0..=centre).rev().take_while(|y| inked(*y)).last()?;
        let bottom = (centre..self.height).take_while(|y| inked(*y)).last()?;
        Some((top as f32 - middle, bottom as f32 + 1.0 - middle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(x: f32, y: f32, long: f32, short: f32, angle: f32) -> TiltedRect {
        let (sin, cos) = angle.sin_cos();
        TiltedRect {
            centre: Point { x, y },
            along: Point { x: cos, y: sin },
            long,
            short,
        }
    }

    #[test]
    fn lines_of_one_length_and_direction_are_a_group() {
        let lines = [
            line(300.0, 440.0, 500.0, 16.0, 0.02),
            line(300.0, 400.0, 505.0, 15.0, 0.01),
            line(200.0, 100.0, 150.0, 14.0, 0.0),
            line(300.0, 200.0, 500.0, 15.0, 0.5),
        ];
        let groups = groups(&lines);
        assert_eq!(groups.len(), 1);
        let heights: Vec<f32> = groups[0].iter().map(|l| l.centre.y).collect();
        assert_eq!(heights, vec![400.0, 440.0]);
    }

    #[test]
    fn a_line_alone_is_no_group() {
        assert!(groups(&[line(300.0, 440.0, 500.0, 16.0, 0.0)]).is_empty());
        assert!(groups(&[]).is_empty());
    }

    /// Bars of capitals 20 pixels high along a line through the middle.
    fn writing(angle: f32) -> RgbImage {
        let (sin, cos) = angle.sin_cos();
        RgbImage::from_fn(700, 200, |x, y| {
            let (dx, dy) = (x as f32 + 0.5 - 350.0, y as f32 + 0.5 - 100.0);
            let (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
            let dark = v.abs() < 10.0 && u.abs() < 300.0 && u.rem_euclid(16.0) < 4.0;
            image::Rgb([if dark { 30 } else { 220 }; 3])
        })
    }

    #[test]
    fn a_rough_line_is_brought_onto_the_capitals() {
        let rough = line(350.0, 104.0, 600.0, 28.0, 0.0);
        let exact = refine(&writing(0.015), &rough).unwrap();
        assert!((exact.short - 20.0).abs() < 3.0, "{}", exact.short);
        assert!((exact.centre.y - 100.0).abs() < 1.5, "{}", exact.centre.y);
        let slope = exact.along.y / exact.along.x;
        assert!((slope - 0.015).abs() < 0.004, "{slope}");
    }

    #[test]
    fn blank_paper_has_no_line() {
        let paper = RgbImage::from_pixel(700, 200, image::Rgb([220; 3]));
        assert!(refine(&paper, &line(350.0, 100.0, 600.0, 28.0, 0.0)).is_none());
    }
}
