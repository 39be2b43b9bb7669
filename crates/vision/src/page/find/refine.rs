//! Sides at the precision of the full picture.

use image::RgbImage;
use menshen_core::geometry::{Point, Quad};

use super::line::Line;

/// Places looked at along a side.
const PLACES: usize = 64;
/// Part of a side next to each corner that is left out: cards have round corners (3.2 mm of 54 mm).
const CORNER: f32 = 0.08;
/// Fewer agreeing places than this leave the side where it was.
const LEAST: usize = 14;

/// Returns the quad with each side that is free to move put onto the strongest step within `reach` pixels.
pub(super) fn refine(picture: &RgbImage, quad: &Quad, fixed: [bool; 4], reach: f32) -> Quad {
    let sides: [Option<Line>; 4] = std::array::from_fn(|side| {
        let (from, to) = (quad[side], quad[(side + 1) % 4]);
        let rough = Line::fit(&[(from, 1.0), (to, 1.0)]);
        if fixed[side] {
            return rough;
        }
        better_side(picture, from, to, reach).or(rough)
    });
    let mut out = *quad;
    for corner in 0..4 {
        let (before, after) = (sides[(corner + 3) % 4], sides[corner]);
        if let Some(point) = before.zip(after).and_then(|(a, b)| a.meet(&b)) {
            let moved = (point.x - quad[corner].x).hypot(point.y - quad[corner].y);
            // A side that jumped elsewhere is no refinement.
            if moved <= 3.0 * reach {
                out[corner] = point;
            }
        }
    }
    out
}

fn better_side(picture: &RgbImage, from: Point, to: Point, reach: f32) -> Option<Line> {
    let length = (to.x - from.x).hypot(to.y - from.y);
    if length < 8.0 {
        return None;
    }
    let normal = Point {
        x: (to.y - from.y) / length,
        y: (from.x - to.x) / length,
    };
    let mut steps = Vec::with_capacity(PLACES);
    for place in 0..PLACES {
        let t = CORNER + (1.0 - 2.0 * CORNER) * (place as f32 + 0.5) / PLACES as f32;
        let at = Point {
            x: from.x + (to.x - from.x) * t,
            y: from.y + (to.y - from.y) * t,
        };
        if let Some((offset, strength)) = strongest_step(picture, at, normal, reach) {
            let point = Point {
                x: at.x + normal.x * offset,
                y: at.y + normal.y * offset,
            };
            steps.push((point, strength));
        }
    }
    agreeing(steps, reach)
}

/// Fits a line to most of the points, dropping those that disagree.
fn agreeing(steps: Vec<(Point, f32)>, reach: f32) -> Option<Line> {
    let mut kept = steps.clone();
    let mut band = reach;
    while band > 0.8 {
        let line = Line::fit(&kept)?;
        let mut away: Vec<f32> = steps.iter().map(|(p, _)| line.distance(*p).abs()).collect();
        away.sort_by(f32::total_cmp);
        band = (2.0 * away[away.len() / 2]).min(band * 0.7).max(0.75);
        kept = steps
            .iter()
            .filter(|(p, _)| line.distance(*p).abs() <= band.max(1.0))
            .copied()
            .collect();
        if kept.len() < LEAST {
            return None;
        }
    }
    Line::fit(&kept)
}

/// Returns offset (in pixels along the normal, sub-pixel) and height of the strongest colour step.
fn strongest_step(picture: &RgbImage, at: Point, normal: Point, reach: f32) -> Option<(f32, f32)> {
    /// Pixels averaged on each side of a step.
    const SIDE: usize = 2;
    let span = reach.ceil() as i32 + SIDE as i32;
    let mut profile = Vec::with_capacity(2 * span as usize + 1);
    for offset in -span..=span {
        let x = (at.x + normal.x * offset as f32).round();
        let y = (at.y + normal.y * offset as f32).round();
        let inside =
            x >= 0.0 && y >= 0.0 && x < picture.width() as f32 && y < picture.height() as f32;
        if !inside {
            return None;
        }
        profile.push(picture.get_pixel(x as u32, y as u32).0.map(f32::from));
    }
    let step = |centre: usize| -> f32 {
        (0..3)
            .map(|c| {
                let mean = |range: std::ops::Range<usize>| {
                    profile[range].iter().map(|p| p[c]).sum::<f32>() / SIDE as f32
                };
                let (before, after) = (centre - SIDE..centre, centre + 1..centre + 1 + SIDE);
                (mean(before) - mean(after)).abs()
            })
            .fold(0.0, f32::max)
    };
    let steps: Vec<f32> = (SIDE..profile.len() - SIDE).map(step).collect();
    let best = (0..steps.len()).max_by(|&a, &b| steps[a].total_cmp(&steps[b]))?;
    if steps[best] < 6.0 {
        return None;
    }
    // Centre of mass of the peak and its neighbours.
    let (low, high) = (best.saturating_sub(2), (best + 2).min(steps.len() - 1));
    let mass: f32 = steps[low..=high].iter().sum();
    let centre = (low..=high).map(|i| i as f32 * steps[i]).sum::<f32>() / mass;
    Some((centre - reach.ceil(), steps[best]))
}
