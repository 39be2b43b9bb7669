//! Lines by voting: every edge votes for the lines that it could be part of.

use menshen_core::geometry::Point;

use super::edges::{Edge, Edges};
use super::line::Line;

/// A line with the places along it that edges speak for.
pub(super) struct Supported {
    pub line: Line,
    /// Support of the first `i` pixels from `start`, in hundredths of a pixel.
    covered: Vec<u32>,
    start: f32,
    /// Picture border taken as a side, because the page may run out of the picture there.
    pub border: bool,
}

impl Supported {
    /// Returns which part of the stretch between two places along the line is supported, 0..=1.
    pub fn support(&self, from: f32, to: f32) -> f32 {
        let (from, to) = (from.min(to), from.max(to));
        let last = self.covered.len().saturating_sub(1);
        let place = |t: f32| ((t - self.start).round().max(0.0) as usize).min(last);
        let (a, b) = (place(from), place(to));
        if b <= a {
            return 0.0;
        }
        (self.covered[b] - self.covered[a]) as f32 / (100 * (b - a)) as f32
    }

    /// Returns one of the picture's borders.
    pub fn border(line: Line) -> Self {
        Self {
            line,
            covered: Vec::new(),
            start: 0.0,
            border: true,
        }
    }
}

const ANGLES: usize = 180;
/// An edge's direction is trusted to this many degrees when it votes.
const SPREAD: i32 = 3;
/// Lines that are looked at. A page on a busy table needs its four among them.
const LINES: usize = 48;

/// Returns the lines with most votes, longest first.
pub(super) fn find_lines(edges: &Edges) -> Vec<Supported> {
    let diagonal = (edges.width as f32).hypot(edges.height as f32).ceil();
    let rhos = 2 * diagonal as usize + 3;
    let mut votes = vec![0.0_f32; ANGLES * rhos];
    let turns: Vec<(f32, f32)> = (0..ANGLES)
        .map(|a| (a as f32).to_radians().sin_cos())
        .collect();
    for edge in &edges.list {
        let weight = (edge.strength / 16.0).min(1.0);
        let angle = edge.gy.atan2(edge.gx).to_degrees().round() as i32;
        for spread in -SPREAD..=SPREAD {
            let bin = (angle + spread).rem_euclid(ANGLES as i32) as usize;
            let (sin, cos) = turns[bin];
            let rho = (edge.x * cos + edge.y * sin + diagonal).round() as usize;
            votes[bin * rhos + rho.min(rhos - 1)] += weight;
        }
    }
    let mut lines = Vec::new();
    let least = 0.08 * edges.width.min(edges.height) as f32;
    let mut peaks = local_peaks(&votes, rhos, least);
    peaks.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (_, bin, rho) in peaks {
        let (sin, cos) = turns[bin];
        let rough = Line {
            nx: cos,
            ny: sin,
            rho: rho as f32 - diagonal,
        };
        let Some(line) = settle(rough, &edges.list) else {
            continue;
        };
        let centre = Point {
            x: edges.width as f32 / 2.0,
            y: edges.height as f32 / 2.0,
        };
        if !lines
            .iter()
            .any(|other: &Supported| same(&other.line, &line, centre))
        {
            lines.push(supported(line, edges, diagonal));
        }
        if lines.len() == LINES {
            break;
        }
    }
    lines
}

fn local_peaks(votes: &[f32], rhos: usize, least: f32) -> Vec<(f32, usize, usize)> {
    let mut peaks = Vec::new();
    for bin in 0..ANGLES {
        for rho in 2..rhos - 2 {
            let here = votes[bin * rhos + rho];
            if here < least {
                continue;
            }
            let beaten = (-2_i32..=2).any(|da| {
                // Past 180 degrees the same line has the opposite distance; peaks there are caught by `same`.
                let other = bin as i32 + da;
                (0..ANGLES as i32).contains(&other)
                    && (rho - 2..=rho + 2).any(|r| votes[other as usize * rhos + r] > here)
            });
            if !beaten {
                peaks.push((here, bin, rho));
            }
        }
    }
    peaks
}

/// Fits the line to its own edges, twice, with a narrowing band.
fn settle(mut line: Line, edges: &[Edge]) -> Option<Line> {
    for band in [2.5, 1.5] {
        let near: Vec<(Point, f32)> = edges
            .iter()
            .filter(|edge| speaks_for(edge, &line, band))
            .map(|edge| {
                (
                    Point {
                        x: edge.x,
                        y: edge.y,
                    },
                    edge.strength.min(16.0),
                )
            })
            .collect();
        line = Line::fit(&near)?;
    }
    Some(line)
}

/// Cosine of the largest angle between an edge and the line that it supports: 12 degrees.
const ALIGNED: f32 = 0.978;

fn speaks_for(edge: &Edge, line: &Line, band: f32) -> bool {
    let place = Point {
        x: edge.x,
        y: edge.y,
    };
    line.distance(place).abs() <= band && (edge.gx * line.nx + edge.gy * line.ny).abs() >= ALIGNED
}

fn same(a: &Line, b: &Line, centre: Point) -> bool {
    let parallel = (a.nx * b.nx + a.ny * b.ny).abs() > 0.9986;
    let foot = Point {
        x: centre.x - b.nx * b.distance(centre),
        y: centre.y - b.ny * b.distance(centre),
    };
    parallel && a.distance(foot).abs() < 3.0
}

fn supported(line: Line, edges: &Edges, diagonal: f32) -> Supported {
    let mut places = vec![0_u32; 2 * diagonal as usize + 8];
    let last = places.len() - 1;
    for edge in edges
        .list
        .iter()
        .filter(|edge| speaks_for(edge, &line, 1.6))
    {
        let place = line.along(Point {
            x: edge.x,
            y: edge.y,
        }) + diagonal;
        let place = place.round().max(0.0) as usize;
        // Weave and wood grain are long and straight, too, but faint beside a document's edge.
        let weight = 60 + (40.0 * (edge.strength / 12.0).min(1.0)) as u32;
        // A slanted line of thin edges skips every other pixel: each covers its neighbours.
        for covered in &mut places[place.saturating_sub(1).min(last)..=(place + 1).min(last)] {
            *covered = weight.max(*covered);
        }
    }
    let mut total = 0;
    for place in &mut places {
        total += *place;
        *place = total;
    }
    Supported {
        line,
        covered: places,
        start: -diagonal,
        border: false,
    }
}
