//! From the detector's probability map to tilted rectangles around lines of text.
//!
//! The steps are those of "Real-time Scene Text Detection with Differentiable Binarization" (Liao
//! et al. 2020): threshold, connected components, smallest rectangle around each, grow it again.

use menshen_core::geometry::{Point, Quad};

/// A pixel of the map above this belongs to the core of a line (PP-OCR export: `thresh`).
const CORE_PROBABILITY: f32 = 0.3;
/// Mean probability inside the rectangle below which it is not text (PP-OCR export: `box_thresh`).
const BOX_PROBABILITY: f32 = 0.5;
/// The network is trained on shrunken lines; area over perimeter times this grows them back (PP-OCR
/// export: `unclip_ratio`). Too small cuts ascenders off, too large takes in the next line.
const UNCLIP_RATIO: f32 = 1.6;
/// Shortest side of a core rectangle in map pixels; smaller ones are specks.
const MIN_SIDE: f32 = 3.0;
/// Most components looked at; a picture of noise must not cost more than one of text.
const MAX_COMPONENTS: usize = 1000;

/// A probability map: row by row, values 0..=1.
pub(super) struct ProbabilityMap<'a> {
    pub values: &'a [f32],
    pub width: usize,
    pub height: usize,
}

/// A rectangle in map pixels with its mean probability.
pub(super) struct FoundBox {
    pub corners: Quad,
    pub score: f32,
}

/// Returns the grown rectangles around all lines of text, in map pixels.
pub(super) fn find_boxes(map: &ProbabilityMap) -> Vec<FoundBox> {
    let core = map.values.iter().map(|v| *v > CORE_PROBABILITY).collect();
    let outlines = component_outlines(core, map.width);
    outlines
        .iter()
        .filter_map(|outline| {
            let tight = smallest_rectangle(&convex_hull(outline))?;
            if tight.long.min(tight.short) < MIN_SIDE {
                return None;
            }
            let score = mean_inside(map, &tight);
            (score >= BOX_PROBABILITY).then(|| FoundBox {
                corners: tight.grown(UNCLIP_RATIO).corners(),
                score,
            })
        })
        .collect()
}

/// Returns for each 8-connected component of a mask `width` pixels wide the ends of each of its
/// rows: all that its convex hull needs. The mask is used up.
pub(crate) fn component_outlines(mut open: Vec<bool>, width: usize) -> Vec<Vec<Point>> {
    let mut outlines = Vec::new();
    for start in 0..open.len() {
        if open[start] && outlines.len() < MAX_COMPONENTS {
            outlines.push(take_component(&mut open, width, start));
        }
    }
    outlines
}

fn take_component(open: &mut [bool], width: usize, start: usize) -> Vec<Point> {
    let height = open.len() / width;
    let mut rows: std::collections::BTreeMap<usize, (usize, usize)> = Default::default();
    let mut stack = vec![start];
    open[start] = false;
    while let Some(index) = stack.pop() {
        let (x, y) = (index % width, index / width);
        let ends = rows.entry(y).or_insert((x, x));
        *ends = (ends.0.min(x), ends.1.max(x));
        for ny in y.saturating_sub(1)..(y + 2).min(height) {
            for nx in x.saturating_sub(1)..(x + 2).min(width) {
                let next = ny * width + nx;
                if open[next] {
                    open[next] = false;
                    stack.push(next);
                }
            }
        }
    }
    // Pixel corners, not centres: a row of ten pixels is ten wide.
    rows.iter()
        .flat_map(|(y, (left, right))| {
            let (left, right) = (*left as f32, *right as f32 + 1.0);
            let (top, bottom) = (*y as f32, *y as f32 + 1.0);
            [(left, top), (right, top), (left, bottom), (right, bottom)]
        })
        .map(|(x, y)| Point { x, y })
        .collect()
}

/// Andrew's monotone chain.
pub(crate) fn convex_hull(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let mut hull: Vec<Point> = Vec::new();
    for _ in 0..2 {
        let floor = hull.len() + 1;
        for p in &sorted {
            while hull.len() > floor {
                let (a, b) = (hull[hull.len() - 2], hull[hull.len() - 1]);
                if (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) > 0.0 {
                    break;
                }
                hull.pop();
            }
            hull.push(*p);
        }
        hull.pop();
        sorted.reverse();
    }
    hull
}

/// A rectangle by its centre, direction of the long side, and sides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TiltedRect {
    pub centre: Point,
    /// Unit vector along `long`.
    pub along: Point,
    pub long: f32,
    pub short: f32,
}

impl TiltedRect {
    /// Grows all four sides by area / perimeter * ratio.
    fn grown(self, ratio: f32) -> Self {
        let by = self.long * self.short * ratio / (2.0 * (self.long + self.short));
        Self {
            long: self.long + 2.0 * by,
            short: self.short + 2.0 * by,
            ..self
        }
    }

    /// Corners in reading order: the first edge is the one that runs closest to the right.
    pub(crate) fn corners(&self) -> Quad {
        let (mut u, mut half_u, mut half_v) = (self.along, self.long / 2.0, self.short / 2.0);
        if u.x.abs() < u.y.abs() {
            u = Point { x: -u.y, y: u.x };
            (half_u, half_v) = (half_v, half_u);
        }
        if u.x < 0.0 {
            u = Point { x: -u.x, y: -u.y };
        }
        let corner = |a: f32, b: f32| Point {
            x: self.centre.x + u.x * a - u.y * b,
            y: self.centre.y + u.y * a + u.x * b,
        };
        [
            corner(-half_u, -half_v),
            corner(half_u, -half_v),
            corner(half_u, half_v),
            corner(-half_u, half_v),
        ]
    }
}

/// Returns the rectangle of least area around a convex polygon: one of its sides lies on an edge.
pub(crate) fn smallest_rectangle(hull: &[Point]) -> Option<TiltedRect> {
    let mut best: Option<TiltedRect> = None;
    for (index, a) in hull.iter().enumerate() {
        let b = hull[(index + 1) % hull.len()];
        let length = (b.x - a.x).hypot(b.y - a.y);
        if length <= 0.0 {
            continue;
        }
        let u = Point {
            x: (b.x - a.x) / length,
            y: (b.y - a.y) / length,
        };
        let rect = rectangle_along(hull, u);
        if best.is_none_or(|old| rect.long * rect.short < old.long * old.short) {
            best = Some(rect);
        }
    }
    best
}

fn rectangle_along(hull: &[Point], u: Point) -> TiltedRect {
    let (mut low, mut high) = ([f32::MAX; 2], [f32::MIN; 2]);
    for p in hull {
        for (axis, value) in [p.x * u.x + p.y * u.y, p.y * u.x - p.x * u.y]
            .into_iter()
            .enumerate()
        {
            low[axis] = low[axis].min(value);
            high[axis] = high[axis].max(value);
        }
    }
    let middle = [(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0];
    let sides = [high[0] - low[0], high[1] - low[1]];
    let centre = Point {
        x: middle[0] * u.x - middle[1] * u.y,
        y: middle[0] * u.y + middle[1] * u.x,
    };
    let along = if sides[0] >= sides[1] {
        u
    } else {
        Point { x: -u.y, y: u.x }
    };
    TiltedRect {
        centre,
        along,
        long: sides[0].max(sides[1]),
        short: sides[0].min(sides[1]),
    }
}

fn mean_inside(map: &ProbabilityMap, rect: &TiltedRect) -> f32 {
    let corners = rect.corners();
    let span = |values: [f32; 4], size: usize| {
        let low = values.iter().copied().fold(f32::MAX, f32::min).max(0.0);
        let high = values.iter().copied().fold(0.0, f32::max);
        (low as usize, (high.ceil() as usize).min(size))
    };
    let (left, right) = span(corners.map(|c| c.x), map.width);
    let (top, bottom) = span(corners.map(|c| c.y), map.height);
    let (mut sum, mut count) = (0.0f32, 0u32);
    for y in top..bottom {
        for x in left..right {
            let (dx, dy) = (
                x as f32 + 0.5 - rect.centre.x,
                y as f32 + 0.5 - rect.centre.y,
            );
            let along = dx * rect.along.x + dy * rect.along.y;
            let across = dy * rect.along.x - dx * rect.along.y;
            if along.abs() <= rect.long / 2.0 && across.abs() <= rect.short / 2.0 {
                sum += map.values[y * map.width + x];
                count += 1;
            }
        }
    }
    if count == 0 { 0.0 } else { sum / count as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(angle: f32) -> Vec<f32> {
        let (sin, cos) = angle.sin_cos();
        (0..100 * 100)
            .map(|i| {
                let (x, y) = ((i % 100) as f32 - 50.0, (i / 100) as f32 - 50.0);
                let (along, across) = (x * cos + y * sin, y * cos - x * sin);
                if along.abs() < 30.0 && across.abs() < 5.0 {
                    0.9
                } else {
                    0.0
                }
            })
            .collect()
    }

    #[test]
    fn a_tilted_bar_gives_one_box_of_its_tilt_and_grown_size() {
        let values = bar(0.2);
        let map = ProbabilityMap {
            values: &values,
            width: 100,
            height: 100,
        };
        let boxes = find_boxes(&map);
        assert_eq!(boxes.len(), 1);
        let [a, b, _, d] = boxes[0].corners;
        let tilt = (b.y - a.y).atan2(b.x - a.x);
        assert!((tilt - 0.2).abs() < 0.05, "{tilt}");
        // 60 x 10 grown by 600 * 1.6 / 140 = 6.9 on each side.
        let (long, short) = ((b.x - a.x).hypot(b.y - a.y), (d.x - a.x).hypot(d.y - a.y));
        assert!(
            (long - 73.7).abs() < 3.0 && (short - 23.7).abs() < 3.0,
            "{long} {short}"
        );
    }

    #[test]
    fn a_bar_that_stands_upright_still_starts_at_its_top_left() {
        let values = bar(std::f32::consts::FRAC_PI_2);
        let map = ProbabilityMap {
            values: &values,
            width: 100,
            height: 100,
        };
        let [a, b, c, _] = find_boxes(&map)[0].corners;
        assert!(a.x < b.x && b.y < c.y && c.y - b.y > b.x - a.x);
    }

    #[test]
    fn faint_or_tiny_spots_are_no_text() {
        let mut values = vec![0.0; 100 * 100];
        values[5050] = 0.9;
        let map = ProbabilityMap {
            values: &values,
            width: 100,
            height: 100,
        };
        assert!(find_boxes(&map).is_empty());
        let faint: Vec<f32> = bar(0.0).iter().map(|v| v * 0.45).collect();
        let map = ProbabilityMap {
            values: &faint,
            width: 100,
            height: 100,
        };
        assert!(find_boxes(&map).is_empty());
    }
}
