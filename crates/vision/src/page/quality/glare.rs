//! Reflections: burnt-out spots that fade into the paper around them.
//!
//! White paper and white print are burnt out, too, but paper has no rim and print has a hard one; a
//! reflection has a soft one and swallows the ink under it.

use std::collections::VecDeque;

use image::RgbImage;

use crate::page::plane::{luma, percentile};

/// Darkest channel value that counts as burnt out (of 255): what a clipped 255 becomes through JPEG.
const BURNT: u8 = 246;
/// Smallest spot, in parts of the page: 4 mm across on a card.
const SMALLEST: f32 = 0.003;
/// Half-size of the square that bridges gaps between burnt pixels.
const BRIDGE: usize = 2;
/// How much darker than the spot the paper around it must be, in luma.
const FADE: f32 = 0.025;

/// A mask of burnt-out places with its spots.
pub(super) struct Glare {
    pub mask: Vec<bool>,
    pub width: usize,
    pub height: usize,
    /// Left, top, right and bottom of each spot in mask pixels, largest first.
    pub spots: Vec<[usize; 4]>,
}

impl Glare {
    /// Returns the burnt-out part of an area (left, top, right, bottom in mask pixels).
    pub fn part(&self, area: [usize; 4]) -> f32 {
        let [x0, y0, x1, y1] = area;
        let total = (x1.saturating_sub(x0)) * (y1.saturating_sub(y0));
        let burnt: usize = (y0..y1)
            .map(|y| {
                self.mask[y * self.width + x0..y * self.width + x1]
                    .iter()
                    .filter(|&&b| b)
                    .count()
            })
            .sum();
        burnt as f32 / total.max(1) as f32
    }
}

/// Finds the reflections on a page picture of about 500 pixels in width.
pub(super) fn find(page: &RgbImage) -> Glare {
    let (width, height) = (page.width() as usize, page.height() as usize);
    let burnt: Vec<bool> = page
        .pixels()
        .map(|p| p.0.iter().all(|&c| c >= BURNT))
        .collect();
    let solid = grow(
        &shrink(&burnt, width, height, BRIDGE),
        width,
        height,
        BRIDGE,
    );
    let light: Vec<f32> = page.pixels().map(|p| luma(p.0)).collect();
    let mut spots = Vec::new();
    let mut mask = vec![false; width * height];
    for spot in components(&solid, width, height) {
        let large = spot.len() as f32 >= SMALLEST * (width * height) as f32;
        if large && is_reflection(&spot, &light, width, height) {
            spot.iter().for_each(|&at| mask[at] = true);
            spots.push(spot);
        }
    }
    // Ink that still shows as dots inside a spot is lost to a reader.
    let mask = shrink(&grow(&mask, width, height, 3), width, height, 3);
    spots.sort_by_key(|spot| std::cmp::Reverse(spot.len()));
    let spots = spots.iter().map(|spot| bounds(spot, width)).collect();
    Glare {
        mask,
        width,
        height,
        spots,
    }
}

fn bounds(spot: &[usize], width: usize) -> [usize; 4] {
    let start = [usize::MAX, usize::MAX, 0, 0];
    spot.iter().fold(start, |[l, t, r, b], at| {
        let (x, y) = (at % width, at / width);
        [l.min(x), t.min(y), r.max(x + 1), b.max(y + 1)]
    })
}

/// Judges a burnt spot by the paper around it and the ink in it.
fn is_reflection(spot: &[usize], light: &[f32], width: usize, height: usize) -> bool {
    const REACH: usize = 16;
    let distance = distances(spot, width, height, REACH);
    let ring = |near: usize, far: usize| -> Option<f32> {
        let mut values: Vec<f32> = distance
            .iter()
            .filter(|(_, d)| (near..=far).contains(d))
            .map(|(at, _)| light[*at])
            .collect();
        // The upper part of the ring is paper, ink is below.
        percentile(&mut values, 0.7)
    };
    let (Some(rim), Some(paper)) = (ring(4, 6), ring(12, REACH)) else {
        // No paper is left: the whole page is white. That is its exposure, not a spot.
        return false;
    };
    // Inside the spot ink must be gone; strokes between clipped paper are a bright exposure.
    let [l, t, r, b] = bounds(spot, width);
    let (mut dark, mut total) = (0, 0);
    for y in t + (b - t) / 6..b - (b - t) / 6 {
        for x in l + (r - l) / 6..r - (r - l) / 6 {
            total += 1;
            dark += usize::from(light[y * width + x] < 0.6);
        }
    }
    let legible = dark as f32 > 0.06 * total as f32;
    1.0 - paper >= FADE && rim - paper >= 0.25 * (1.0 - paper) && !legible
}

/// Returns the pixels within `reach` of the spot with their distance in steps.
fn distances(spot: &[usize], width: usize, height: usize, reach: usize) -> Vec<(usize, usize)> {
    let mut seen = vec![false; width * height];
    let mut queue: VecDeque<(usize, usize)> = VecDeque::with_capacity(spot.len());
    for &at in spot {
        seen[at] = true;
        queue.push_back((at, 0));
    }
    let mut out = Vec::new();
    while let Some((at, far)) = queue.pop_front() {
        if far > 0 {
            out.push((at, far));
        }
        if far == reach {
            continue;
        }
        for next in neighbours(at, width, height) {
            if !seen[next] {
                seen[next] = true;
                queue.push_back((next, far + 1));
            }
        }
    }
    out
}

fn neighbours(at: usize, width: usize, height: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (at % width, at / width);
    [
        (x > 0).then(|| at - 1),
        (x + 1 < width).then(|| at + 1),
        (y > 0).then(|| at - width),
        (y + 1 < height).then(|| at + width),
    ]
    .into_iter()
    .flatten()
}

/// Returns the connected groups of set pixels.
pub(super) fn components(mask: &[bool], width: usize, height: usize) -> Vec<Vec<usize>> {
    let mut seen = vec![false; mask.len()];
    let mut groups = Vec::new();
    for start in 0..mask.len() {
        if !mask[start] || seen[start] {
            continue;
        }
        seen[start] = true;
        let mut group = vec![start];
        let mut next = 0;
        while next < group.len() {
            for other in neighbours(group[next], width, height) {
                if mask[other] && !seen[other] {
                    seen[other] = true;
                    group.push(other);
                }
            }
            next += 1;
        }
        groups.push(group);
    }
    groups
}

/// Keeps pixels whose whole square is set.
fn shrink(mask: &[bool], width: usize, height: usize, radius: usize) -> Vec<bool> {
    let inverted: Vec<bool> = mask.iter().map(|&set| !set).collect();
    grow(&inverted, width, height, radius)
        .iter()
        .map(|&set| !set)
        .collect()
}

/// Sets the square around every set pixel.
fn grow(mask: &[bool], width: usize, height: usize, radius: usize) -> Vec<bool> {
    let mut rows = vec![false; mask.len()];
    for (row, out) in mask.chunks_exact(width).zip(rows.chunks_exact_mut(width)) {
        let mut set = row.iter().take(radius).filter(|&&set| set).count();
        for x in 0..width {
            set += usize::from(x + radius < width && row[x + radius]);
            set -= usize::from(x > radius && row[x - radius - 1]);
            out[x] = set > 0;
        }
    }
    let line = |y: usize| &rows[y * width..][..width];
    let mut set = vec![0_usize; width];
    let add = |set: &mut [usize], row: &[bool]| {
        set.iter_mut()
            .zip(row)
            .for_each(|(n, &one)| *n += usize::from(one));
    };
    (0..radius.min(height)).for_each(|y| add(&mut set, line(y)));
    let mut out = Vec::with_capacity(mask.len());
    for y in 0..height {
        if y + radius < height {
            add(&mut set, line(y + radius));
        }
        if y > radius {
            let gone = line(y - radius - 1);
            set.iter_mut()
                .zip(gone)
                .for_each(|(n, &one)| *n -= usize::from(one));
        }
        out.extend(set.iter().map(|&n| n > 0));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn what_grows_is_the_square_around_each(
            width in 1..9_usize, height in 1..9_usize, radius in 0..4_usize, bits in proptest::num::u128::ANY,
        ) {
            let mask: Vec<bool> = (0..width * height).map(|at| bits >> at & 1 == 1).collect();
            let near = |at: usize, other: usize| {
                let apart = |a: usize, b: usize| a.abs_diff(b) <= radius;
                apart(at % width, other % width) && apart(at / width, other / width)
            };
            let expected: Vec<bool> = (0..mask.len())
                .map(|at| (0..mask.len()).any(|other| mask[other] && near(at, other)))
                .collect();
            proptest::prop_assert_eq!(grow(&mask, width, height, radius), expected);
        }
    }
}
