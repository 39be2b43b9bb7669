//! Things that reach over the page's edge: fingers, hands, clips.
//!
//! Where nothing lies on it, the page's edge parts paper from background. Where a thing crosses the edge,
//! both sides of the edge show the same colour, and it is neither the paper's nor the background's.

use std::collections::VecDeque;

use image::RgbImage;
use menshen_core::geometry::Point;

use crate::page::plane::percentile;
use crate::page::rectify::{PAGE_WIDTH, Page};

/// Places looked at along each side.
const PLACES: usize = 140;
/// Distance from the edge at which paper and background are looked at, in page pixels (1.2 mm on a card).
const BESIDE: f32 = 14.0;
/// Colours closer than this (root mean square of the channels, in levels) are one thing.
const SAME: f32 = 26.0;
/// Colours farther than this are two things.
const OTHER: f32 = 34.0;
/// Shortest crossing in parts of a side.
const SHORTEST: f32 = 0.025;
/// Smallest cover in parts of the page.
const SMALLEST: f32 = 0.002;
/// Largest cover by one thing: beyond that the spreading has leaked into the document's own ground. A hand
/// that hides more leaves fields that cannot be read, which says it better.
const LARGEST: f32 = 0.4;

/// A mask of covered places on the page picture it was made from.
pub(super) struct Cover {
    pub part: f32,
    /// Left, top, right and bottom in pixels of the page picture.
    pub areas: Vec<[usize; 4]>,
}

type Colour = [f32; 3];

/// Finds what crosses the page's edge. `small` is the page at any scale.
pub(super) fn find(page: &Page, photo: &RgbImage, small: &RgbImage) -> Cover {
    let zoom = small.width() as f32 / PAGE_WIDTH;
    let height = page.height();
    let mut areas = Vec::new();
    let mut covered = vec![false; (small.width() * small.height()) as usize];
    for side in 0..4 {
        let samples = edge_samples(page, photo, side, height);
        for run in crossings(&samples) {
            let palette: Vec<Colour> = samples[run.clone()]
                .iter()
                .flatten()
                .flat_map(|s| [s.inner, s.outer])
                .collect();
            let seeds = run.map(|place| {
                let p = on_edge(side, place, height, BESIDE);
                ((p.x * zoom) as usize, (p.y * zoom) as usize)
            });
            areas.extend(flood(small, seeds, &palette, &mut covered));
        }
    }
    let total = covered.iter().filter(|&&c| c).count();
    Cover {
        part: total as f32 / covered.len().max(1) as f32,
        areas,
    }
}

/// Colours on both sides of the edge.
#[derive(Clone, Copy)]
struct Sample {
    inner: Colour,
    outer: Colour,
}

/// Returns a point `depth` page pixels inside the edge (outside for negative ones).
fn on_edge(side: usize, place: usize, height: f32, depth: f32) -> Point {
    let t = (place as f32 + 0.5) / PLACES as f32;
    let (x, y) = match side {
        0 => (t * PAGE_WIDTH, depth),
        1 => (PAGE_WIDTH - depth, t * height),
        2 => (t * PAGE_WIDTH, height - depth),
        _ => (depth, t * height),
    };
    Point { x, y }
}

fn edge_samples(page: &Page, photo: &RgbImage, side: usize, height: f32) -> Vec<Option<Sample>> {
    let colour = |place: usize, depth: f32| {
        let mut sum = [0.0; 3];
        let mut n = 0.0;
        for along in [-2.0, 0.0, 2.0] {
            for across in [-3.0, 0.0, 3.0] {
                let mut p = on_edge(side, place, height, depth + across);
                if side.is_multiple_of(2) {
                    p.x += along
                } else {
                    p.y += along
                }
                let at = page.to_image.map(p);
                let (x, y) = (at.x.round(), at.y.round());
                let inside =
                    x >= 0.0 && y >= 0.0 && x < photo.width() as f32 && y < photo.height() as f32;
                if inside {
                    let pixel = photo.get_pixel(x as u32, y as u32).0;
                    (0..3).for_each(|k| sum[k] += f32::from(pixel[k]));
                    n += 1.0;
                }
            }
        }
        // Half a patch outside the photo says nothing about the edge.
        (n > 6.0).then(|| sum.map(|value: f32| value / n))
    };
    (0..PLACES)
        .map(|place| {
            let (inner, outer) = (colour(place, BESIDE)?, colour(place, -BESIDE)?);
            Some(Sample { inner, outer })
        })
        .collect()
}

fn difference(a: Colour, b: Colour) -> f32 {
    let sum: f32 = (0..3).map(|k| (a[k] - b[k]).powi(2)).sum();
    (sum / 3.0).sqrt()
}

/// Returns stretches of places that something crosses.
fn crossings(samples: &[Option<Sample>]) -> Vec<std::ops::Range<usize>> {
    let middle = |pick: fn(&Sample) -> Colour| -> Option<Colour> {
        let channel = |k: usize| {
            let mut values: Vec<f32> = samples.iter().flatten().map(|s| pick(s)[k]).collect();
            percentile(&mut values, 0.5)
        };
        Some([channel(0)?, channel(1)?, channel(2)?])
    };
    let (Some(paper), Some(ground)) = (middle(|s| s.inner), middle(|s| s.outer)) else {
        return Vec::new();
    };
    let crossing = |sample: &Option<Sample>| {
        sample.is_some_and(|s| {
            difference(s.inner, s.outer) < SAME
                && difference(s.inner, paper) > OTHER
                && difference(s.outer, ground) > OTHER
        })
    };
    let mut runs = Vec::new();
    let mut start = None;
    for place in 0..=samples.len() {
        let on = samples.get(place).is_some_and(crossing);
        match (on, start) {
            (true, None) => start = Some(place),
            (false, Some(from)) => {
                if (place - from) as f32 >= SHORTEST * samples.len() as f32 {
                    runs.push(from..place);
                }
                start = None;
            }
            _ => {}
        }
    }
    runs
}

/// Spreads from the seeds over pixels like the crossing thing; returns the box of what was new.
fn flood(
    small: &RgbImage,
    seeds: impl Iterator<Item = (usize, usize)>,
    palette: &[Colour],
    covered: &mut [bool],
) -> Option<[usize; 4]> {
    let (width, height) = (small.width() as usize, small.height() as usize);
    let tints: Vec<[f32; 2]> = palette.iter().map(|c| tint(*c)).collect();
    let mean = |k: usize| tints.iter().map(|t| t[k]).sum::<f32>() / tints.len().max(1) as f32;
    let own = [mean(0), mean(1)];
    let mut levels: Vec<f32> = palette
        .iter()
        .map(|c| c.iter().sum::<f32>() / 3.0)
        .collect();
    let low = 0.6 * percentile(&mut levels, 0.05)?;
    let high = 1.35 * percentile(&mut levels, 0.95)?;
    let colour = |at: usize| {
        let pixel = small.get_pixel((at % width) as u32, (at / width) as u32).0;
        pixel.map(f32::from)
    };
    let like = |at: usize| {
        let colour = colour(at);
        let [a, b] = tint(colour);
        let level = colour.iter().sum::<f32>() / 3.0;
        (a - own[0]).hypot(b - own[1]) < 0.055 && (low..high).contains(&level)
    };
    let mut queue = VecDeque::new();
    for (x, y) in seeds.filter(|&(x, y)| x < width && y < height) {
        queue.push_back(y * width + x);
    }
    let mut reached = vec![false; covered.len()];
    let mut group = Vec::new();
    while let Some(at) = queue.pop_front() {
        if reached[at] || !like(at) {
            continue;
        }
        reached[at] = true;
        group.push(at);
        let (x, y) = (at % width, at / width);
        let near = [
            (x > 0).then(|| at - 1),
            (x + 1 < width).then(|| at + 1),
            (y > 0).then(|| at - width),
            (y + 1 < height).then(|| at + width),
        ];
        // A thing has no sharp edges of its own: the next pixel is much like this one.
        let here = colour(at);
        queue.extend(
            near.into_iter()
                .flatten()
                .filter(|&next| !reached[next] && difference(here, colour(next)) < 22.0),
        );
    }
    let part = group.len() as f32 / covered.len().max(1) as f32;
    if !(SMALLEST..LARGEST).contains(&part) {
        return None;
    }
    group.iter().for_each(|&at| covered[at] = true);
    let start = [usize::MAX, usize::MAX, 0, 0];
    Some(group.iter().fold(start, |[l, t, r, b], at| {
        let (x, y) = (at % width, at / width);
        [l.min(x), t.min(y), r.max(x + 1), b.max(y + 1)]
    }))
}

/// Red and green parts of a colour: what stays when only the light changes.
fn tint(colour: Colour) -> [f32; 2] {
    let total = colour.iter().sum::<f32>().max(1.0);
    [colour[0] / total, colour[1] / total]
}
