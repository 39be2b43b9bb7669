//! Blur from the flanks of dark strokes.
//!
//! A step of height `a` behind a Gaussian of deviation `s` has the steepest slope `a / (s * sqrt(2 pi))`, so
//! slope and height tell `s`. A stroke much thinner than the blur is itself a bell of that deviation: its
//! steepest slope is `a * exp(-1/2) / s`, and its two steepest places are `2 s` apart. The distance of these
//! places says which of the two holds.

use crate::page::plane::{Plane, percentile};

/// Side of the tiles that are judged alone, in page pixels: about three letters.
const TILE: usize = 50;
/// Strokes that a tile must show before it counts.
const LEAST: usize = 10;
/// Faintest stroke in luma. Fainter ones are ground patterns and noise.
const FAINTEST: f32 = 0.08;
/// Farthest that a flank is followed, in page pixels.
const FLANK: usize = 22;
/// Deviation that sampling alone gives to a perfect step under a one-pixel difference: 1 / sqrt(2 pi).
const SAMPLING: f32 = 0.399;

/// One flank pair: height of the stroke and blur of its softer flank.
#[derive(Clone, Copy)]
struct Stroke {
    height: f32,
    sigma: f32,
}

/// Returns the blur of the strokes inside a part of the plane, in its pixels; `None` without strokes.
pub(super) fn blur(plane: &Plane, area: [usize; 4]) -> Option<f32> {
    let [x0, y0, x1, y1] = area;
    let (columns, rows) = ((x1 - x0).div_ceil(TILE), (y1 - y0).div_ceil(TILE));
    let mut across = vec![Vec::new(); columns * rows];
    let mut down = vec![Vec::new(); columns * rows];
    for y in y0..y1 {
        let line: Vec<f32> = (x0..x1).map(|x| plane.at(x, y)).collect();
        for (x, stroke) in strokes(&line) {
            across[(y - y0) / TILE * columns + x / TILE].push(stroke);
        }
    }
    for x in x0..x1 {
        let line: Vec<f32> = (y0..y1).map(|y| plane.at(x, y)).collect();
        for (y, stroke) in strokes(&line) {
            down[y / TILE * columns + (x - x0) / TILE].push(stroke);
        }
    }
    // Movement blurs one direction only: the softer one counts.
    match (direction(across), direction(down)) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}

/// Returns the blur in one direction over tiles of strong print.
fn direction(tiles: Vec<Vec<Stroke>>) -> Option<f32> {
    let mut judged = Vec::new();
    for strokes in tiles {
        let mut heights: Vec<f32> = strokes.iter().map(|s| s.height).collect();
        let Some(high) = percentile(&mut heights, 0.9).filter(|_| strokes.len() >= LEAST) else {
            continue;
        };
        let strong = strokes.iter().filter(|s| s.height >= 0.6 * high);
        let mut sigmas: Vec<f32> = strong.map(|s| s.sigma).collect();
        if let Some(sigma) = percentile(&mut sigmas, 0.5) {
            judged.push((high, sigma));
        }
    }
    let mut heights: Vec<f32> = judged.iter().map(|(high, _)| *high).collect();
    // Text is the strongest print of a page; fainter tiles show ground and portrait.
    let text = 0.5 * percentile(&mut heights, 0.9)?;
    let mut sigmas: Vec<f32> = judged
        .iter()
        .filter(|(high, _)| *high >= text)
        .map(|(_, sigma)| *sigma)
        .collect();
    percentile(&mut sigmas, 0.6)
}

/// Returns the dark strokes that a line of luma crosses, with their places.
fn strokes(line: &[f32]) -> Vec<(usize, Stroke)> {
    let mut found = Vec::new();
    let mut x = 1;
    while x + 1 < line.len() {
        if !(line[x] < line[x - 1] && line[x] <= line[x + 1]) {
            x += 1;
            continue;
        }
        let left = flank(line[..=x].iter().rev());
        // Most valleys are noise, and one side shows it.
        if left.height < FAINTEST {
            x += 1;
            continue;
        }
        let right = flank(line[x..].iter());
        let height = left.height.min(right.height);
        if height >= FAINTEST && height >= 0.5 * left.height.max(right.height) {
            let apart = (right.place + left.place) as f32;
            let sigma = left.sigma(apart).max(right.sigma(apart));
            found.push((x, Stroke { height, sigma }));
            x += right.place;
        }
        x += 1;
    }
    found
}

/// One side of a stroke: its height, its steepest slope and how far from the valley that lies.
struct Flank {
    height: f32,
    slope: f32,
    place: usize,
}

impl Flank {
    /// Returns the deviation of the blur behind the flank, given the distance of the stroke's two
    /// steepest places.
    fn sigma(&self, apart: f32) -> f32 {
        let step = self.height / (self.slope.max(1e-4) * 2.507);
        // For a bell the step formula gives 0.657 s while the steepest places are 2 s = 3.04 of that apart;
        // from 5 on the stroke is wide and the formula holds.
        let bell = ((5.0 - apart / step.max(1e-3)) / (5.0 - 3.04)).clamp(0.0, 1.0);
        let sigma = step * (1.0 + bell * (1.0 / 0.657 - 1.0));
        (sigma * sigma - SAMPLING * SAMPLING).max(0.0).sqrt()
    }
}

/// Follows a flank from its valley on.
fn flank<'a>(mut line: impl Iterator<Item = &'a f32>) -> Flank {
    /// Dips smaller than this are noise on the way up.
    const DIP: f32 = 0.006;
    let valley = *line.next().unwrap_or(&0.0);
    let mut flank = Flank {
        height: 0.0,
        slope: 0.0,
        place: 0,
    };
    let mut here = valley;
    for (place, &next) in line.take(FLANK).enumerate() {
        let rise = next - here;
        if rise < -DIP {
            break;
        }
        // The paper beside a stroke creeps on; what follows a long way at a twentieth of the steepest slope
        // is ground, not flank.
        if rise < 0.05 * flank.slope && flank.height > FAINTEST {
            break;
        }
        if rise > flank.slope {
            flank.slope = rise;
            flank.place = place + 1;
        }
        flank.height = next - valley;
        here = next;
    }
    flank
}
