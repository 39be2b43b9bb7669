//! Exposure, colour and the unevenness of light.

use image::RgbImage;

use super::glare::components;
use crate::page::plane::{Plane, percentile};

/// Side of a cell of the light map in page pixels.
pub(super) const CELL: usize = 10;
/// A cell belongs to the shadow below this part of the brightest paper.
const SHADE: f32 = 0.88;
/// Darker than this part of the paper it is ink: a shadow in a lit room still leaves a fifth.
const INK: f32 = 0.18;
/// Smallest shadow in parts of the page.
const SMALLEST: f32 = 0.015;
/// Paper in shadow keeps its colour: largest distance of its chromaticity from the page's own.
const SAME_COLOUR: f32 = 0.035;

/// Depth of the darkest shadow, 0..=1, and the cells (left, top, right, bottom) that it covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shadow {
    pub depth: f32,
    pub area: Option<[usize; 4]>,
}

/// Light of a page in cells: paper luma and its chromaticity (red and green part), `None` outside the photo.
pub(super) struct LightMap {
    paper: Vec<Option<(f32, [f32; 2])>>,
    columns: usize,
    rows: usize,
}

impl LightMap {
    /// Reads the paper of every cell for which `inside` holds: the brighter third of its pixels.
    pub fn new(page: &RgbImage, plane: &Plane, inside: impl Fn(usize, usize) -> bool) -> Self {
        let (columns, rows) = (plane.width / CELL, plane.height / CELL);
        let mut paper = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                let seen = inside(column * CELL + CELL / 2, row * CELL + CELL / 2);
                paper.push(seen.then(|| cell(page, plane, column * CELL, row * CELL)));
            }
        }
        Self {
            paper,
            columns,
            rows,
        }
    }

    /// Spreads bright paper over thin print: each cell takes the brightest of its neighbourhood.
    fn closed(&self) -> Vec<Option<(f32, [f32; 2])>> {
        let mut out = Vec::with_capacity(self.paper.len());
        for row in 0..self.rows {
            for column in 0..self.columns {
                let rows = row.saturating_sub(1)..(row + 2).min(self.rows);
                let near = rows.flat_map(|y| {
                    let columns = column.saturating_sub(1)..(column + 2).min(self.columns);
                    columns.filter_map(move |x| self.paper[y * self.columns + x])
                });
                let here = self.paper[row * self.columns + column];
                out.push(here.and_then(|_| near.max_by(|a, b| a.0.total_cmp(&b.0))));
            }
        }
        out
    }

    /// Finds dark areas of the page's own colour whose rim is soft.
    pub fn shadow(&self) -> Shadow {
        let closed = self.closed();
        let none = Shadow {
            depth: 0.0,
            area: None,
        };
        let Some((colour, bright)) = page_paper(&closed) else {
            return none;
        };
        let matching = |cell: &Option<(f32, [f32; 2])>| {
            cell.filter(|(value, tint)| *value > INK * bright && apart(*tint, colour) < SAME_COLOUR)
        };
        let shaded: Vec<bool> = closed
            .iter()
            .map(|cell| matching(cell).is_some_and(|(value, _)| value < SHADE * bright))
            .collect();
        let least = SMALLEST * closed.len() as f32;
        let mut best = none;
        for group in components(&shaded, self.columns, self.rows) {
            if (group.len() as f32) < least {
                continue;
            }
            let mut values: Vec<f32> = group
                .iter()
                .filter_map(|&at| closed[at].map(|(value, _)| value))
                .collect();
            let dark = percentile(&mut values, 0.1).unwrap_or(bright);
            let depth = (1.0 - dark / bright).clamp(0.0, 1.0);
            let cast = depth > best.depth && self.reaches_edge(&group);
            if cast && self.soft(&group, &shaded, &closed, bright - dark) {
                best = Shadow {
                    depth,
                    area: Some(self.bounds(&group)),
                };
            }
        }
        best
    }

    /// Tells whether the area runs off the page. What casts a shadow stands beside the page; a dark portrait
    /// lies within.
    fn reaches_edge(&self, group: &[usize]) -> bool {
        const DEEP: usize = 2;
        let at_edge = |at: &&usize| {
            let (x, y) = (*at % self.columns, *at / self.columns);
            x < DEEP || y < DEEP || x + DEEP >= self.columns || y + DEEP >= self.rows
        };
        group.iter().filter(at_edge).count() >= 2 * DEEP
    }

    fn bounds(&self, group: &[usize]) -> [usize; 4] {
        let start = [usize::MAX, usize::MAX, 0, 0];
        group.iter().fold(start, |[l, t, r, b], at| {
            let (x, y) = (at % self.columns, at / self.columns);
            [l.min(x), t.min(y), r.max(x + 1), b.max(y + 1)]
        })
    }

    /// Tells whether most of the rim is a slope and no print edge: three cells outside (30 page pixels) the
    /// light has not yet made up most of the `drop`.
    fn soft(
        &self,
        group: &[usize],
        shaded: &[bool],
        closed: &[Option<(f32, [f32; 2])>],
        drop: f32,
    ) -> bool {
        const OUT: isize = 3;
        let (mut hard, mut rim) = (0, 0);
        for &at in group {
            let (x, y) = ((at % self.columns) as isize, (at / self.columns) as isize);
            for (dx, dy) in [(1, 0), (-1, 0), (0, 1), (0, -1)] {
                let cell = |steps: isize| {
                    let (x, y) = (x + dx * steps, y + dy * steps);
                    let inside =
                        x >= 0 && y >= 0 && x < self.columns as isize && y < self.rows as isize;
                    inside.then(|| y as usize * self.columns + x as usize)
                };
                let Some(beside) = cell(1).filter(|&beside| !shaded[beside]) else {
                    continue;
                };
                rim += 1;
                let outer = cell(OUT).and_then(|at| closed[at]).or(closed[beside]);
                let inner = cell(-1).and_then(|at| closed[at]).or(closed[at]);
                let step = outer
                    .zip(inner)
                    .map_or(0.0, |(outer, inner)| outer.0 - inner.0);
                hard += usize::from(step > 0.6 * drop);
            }
        }
        rim > 0 && hard * 2 < rim
    }

    /// Returns mean chroma of the page, white-balanced on its paper; 0..=1.
    pub fn chroma(page: &RgbImage, inside: impl Fn(usize, usize) -> bool) -> f32 {
        const STEP: usize = 3;
        let mut pixels: Vec<[f32; 3]> = Vec::new();
        for y in (0..page.height() as usize).step_by(STEP) {
            for x in (0..page.width() as usize).step_by(STEP) {
                if inside(x, y) {
                    pixels.push(page.get_pixel(x as u32, y as u32).0.map(f32::from));
                }
            }
        }
        let mut sums: Vec<f32> = pixels.iter().map(|p| p.iter().sum()).collect();
        let Some(bright) = percentile(&mut sums, 0.85) else {
            return 0.0;
        };
        let (mut white, mut n) = ([0.0_f32; 3], 0.0);
        for pixel in pixels.iter().filter(|p| p.iter().sum::<f32>() >= bright) {
            (0..3).for_each(|k| white[k] += pixel[k]);
            n += 1.0;
        }
        let mean = white.iter().sum::<f32>() / 3.0;
        // Lamps tint by up to a third; what is beyond that is the document's own colour.
        let gains = white.map(|value| (mean / value.max(1.0)).clamp(0.75, 1.33));
        if n == 0.0 {
            return 0.0;
        }
        let chroma = |pixel: &[f32; 3]| {
            let balanced: [f32; 3] = std::array::from_fn(|k| (pixel[k] * gains[k]).min(255.0));
            let high = balanced.iter().copied().fold(0.0, f32::max);
            let low = balanced.iter().copied().fold(255.0, f32::min);
            (high - low) / 255.0
        };
        pixels.iter().map(chroma).sum::<f32>() / pixels.len() as f32
    }
}

fn cell(page: &RgbImage, plane: &Plane, left: usize, top: usize) -> (f32, [f32; 2]) {
    let mut values: Vec<f32> = Vec::with_capacity(CELL * CELL);
    for y in top..top + CELL {
        values.extend(&plane.data[y * plane.width + left..y * plane.width + left + CELL]);
    }
    let level = percentile(&mut values, 0.8).unwrap_or(0.0);
    let mut sum = [0.0_f32; 3];
    for y in top..top + CELL {
        for x in left..left + CELL {
            if plane.at(x, y) >= level - 0.02 {
                let pixel = page.get_pixel(x as u32, y as u32).0;
                (0..3).for_each(|k| sum[k] += f32::from(pixel[k]));
            }
        }
    }
    let total = sum.iter().sum::<f32>().max(1.0);
    (level, [sum[0] / total, sum[1] / total])
}

fn apart(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Returns the page's paper: the median chromaticity of its cells, and the luma of its well-lit part.
fn page_paper(cells: &[Option<(f32, [f32; 2])>]) -> Option<([f32; 2], f32)> {
    let seen: Vec<_> = cells.iter().flatten().collect();
    let middle = |k: usize| {
        let mut values: Vec<f32> = seen.iter().map(|(_, tint)| tint[k]).collect();
        percentile(&mut values, 0.5)
    };
    let colour = [middle(0)?, middle(1)?];
    let mut values: Vec<f32> = seen
        .iter()
        .filter(|(_, tint)| apart(*tint, colour) < SAME_COLOUR)
        .map(|(value, _)| *value)
        .collect();
    // Too little of one colour: nothing says what is shadow and what is print.
    if values.len() * 4 < seen.len() {
        return None;
    }
    percentile(&mut values, 0.85)
        .filter(|bright| *bright > 0.02)
        .map(|bright| (colour, bright))
}
