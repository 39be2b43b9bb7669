//! Parts whose JPEG blocks are out of step with the rest of the picture.
//!
//! JPEG codes squares of 8 pixels and leaves faint steps at their borders. A part that was cut from another
//! JPEG, or moved inside this one, brings steps of its own at another offset. Only a clear and compact
//! disagreement counts: pictures that were scaled or coded finely show no steps at all, and score 0.

use image::RgbImage;
use menshen_core::geometry::Rect;

/// Side of the parts that are judged, in pixels: 8 x 8 blocks.
const PART: usize = 64;
/// How far the steps of one offset must stand above those of the others, in their deviations.
const CLEAR: f32 = 2.0;
/// Smallest number of parts that must agree on another offset and lie together.
const TOGETHER: usize = 4;
/// Parts of the largest picture that is looked at: 80 megapixels.
const MOST_PARTS: usize = 20_000;

/// Returns strength (0..=1) and place of the strongest disagreement.
pub(super) fn disagreement(picture: &RgbImage) -> Option<(f32, Rect)> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (columns, rows) = (width / PART, height / PART);
    if columns * rows < 4 * TOGETHER || columns * rows > MOST_PARTS {
        return None;
    }
    let green: Vec<i16> = picture.pixels().map(|p| i16::from(p.0[1])).collect();
    let offsets: Vec<Option<(u8, u8)>> = (0..columns * rows)
        .map(|at| offset(&green, width, at % columns * PART, at / columns * PART))
        .collect();
    let known = offsets.iter().flatten().count();
    let main = most_common(&offsets)?;
    let agree = offsets.iter().flatten().filter(|o| **o == main).count();
    // Without a majority nothing says what the picture's own blocks are.
    if agree * 2 < known || agree < columns * rows / 10 {
        return None;
    }
    let group = largest_stranger(&offsets, columns, main)?;
    let strength = ((group.len() - TOGETHER + 1) as f32 / 8.0).min(1.0);
    let (mut l, mut t, mut r, mut b) = (usize::MAX, usize::MAX, 0, 0);
    for at in group {
        let (x, y) = (at % columns, at / columns);
        (l, t, r, b) = (l.min(x), t.min(y), r.max(x + 1), b.max(y + 1));
    }
    let region = [l, t, r - l, b - t].map(|value| (value * PART) as f32);
    let [x, y, width, height] = region;
    Some((
        strength,
        Rect {
            x,
            y,
            width,
            height,
        },
    ))
}

/// Returns the offset of a part's steps in both directions; `None` where they are not clear.
fn offset(green: &[i16], width: usize, left: usize, top: usize) -> Option<(u8, u8)> {
    let at = |x: usize, y: usize| i32::from(green[y * width + x]);
    let mut across = [0_i32; 8];
    let mut down = [0_i32; 8];
    for y in top + 1..top + PART - 2 {
        for x in left + 1..left + PART - 2 {
            // Third difference: slopes cancel, a step stays. Print edges are far larger and would drown it.
            let step = |a: i32, b: i32, c: i32, d: i32| ((3 * (b - c) - (a - d)).abs() / 2).min(12);
            across[(x + 1) % 8] += step(at(x - 1, y), at(x, y), at(x + 1, y), at(x + 2, y));
            down[(y + 1) % 8] += step(at(x, y - 1), at(x, y), at(x, y + 1), at(x, y + 2));
        }
    }
    Some((clear_peak(&across)?, clear_peak(&down)?))
}

/// Returns the place of the largest value when it stands clear of all that are not beside it (a step
/// raises its neighbours a little, too).
fn clear_peak(values: &[i32; 8]) -> Option<u8> {
    let best = (0..8).max_by_key(|&k| values[k])?;
    let others: Vec<f32> = (2..7)
        .map(|away| values[(best + away) % 8] as f32)
        .collect();
    let mean = others.iter().sum::<f32>() / others.len() as f32;
    let square = others.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / others.len() as f32;
    let gap = values[best] as f32 - others.iter().copied().fold(f32::MIN, f32::max);
    // At least a twentieth of a level for each of the 460 places that an offset has in a part.
    (gap > CLEAR * square.sqrt() && gap > 25.0).then_some(best as u8)
}

fn most_common(offsets: &[Option<(u8, u8)>]) -> Option<(u8, u8)> {
    let mut counts = [0_u32; 64];
    for (a, b) in offsets.iter().flatten() {
        counts[usize::from(*a) * 8 + usize::from(*b)] += 1;
    }
    let best = (0..64_u8).max_by_key(|&k| counts[usize::from(k)])?;
    (counts[usize::from(best)] > 0).then_some((best / 8, best % 8))
}

/// Returns the largest group of neighbouring parts that share one offset other than the picture's.
fn largest_stranger(
    offsets: &[Option<(u8, u8)>],
    columns: usize,
    main: (u8, u8),
) -> Option<Vec<usize>> {
    let mut seen = vec![false; offsets.len()];
    let mut best: Option<Vec<usize>> = None;
    for start in 0..offsets.len() {
        let Some(own) = offsets[start].filter(|own| *own != main && !seen[start]) else {
            continue;
        };
        seen[start] = true;
        let mut group = vec![start];
        let mut next = 0;
        while next < group.len() {
            let at = group[next];
            let near = [
                (at % columns > 0).then(|| at - 1),
                ((at + 1) % columns > 0).then(|| at + 1),
                at.checked_sub(columns),
                Some(at + columns),
            ];
            for other in near
                .into_iter()
                .flatten()
                .filter(|&other| other < offsets.len())
            {
                if !seen[other] && offsets[other] == Some(own) {
                    seen[other] = true;
                    group.push(other);
                }
            }
            next += 1;
        }
        if group.len() >= TOGETHER && best.as_ref().is_none_or(|b| group.len() > b.len()) {
            best = Some(group);
        }
    }
    best
}
