//! Frames that stand still or come again: signs of a picture or loop in place of a camera.

use image::RgbImage;
use menshen_core::geometry::Rect;

use super::Frame;
use crate::face::shrink;

/// Side of a thumbnail in pixels.
const SIDE: u32 = 64;

/// A frame in small and grey.
#[derive(Clone, Debug, PartialEq)]
pub struct Thumbnail(Vec<u8>);

impl Thumbnail {
    /// Returns the picture averaged down to 64 x 64 grey values; `None` for an empty picture.
    pub fn of(image: &RgbImage) -> Option<Self> {
        let whole = Rect {
            x: 0.0,
            y: 0.0,
            width: image.width() as f32,
            height: image.height() as f32,
        };
        let small = shrink(image, whole, SIDE, SIDE)?;
        let grey = small.pixels().map(|p| {
            let [r, g, b] = p.0.map(u32::from);
            ((299 * r + 587 * g + 114 * b + 500) / 1000) as u8
        });
        Some(Self(grey.collect()))
    }

    /// Returns the mean and the largest difference of two thumbnails in grey levels (0..=255), the
    /// largest over 2 x 2 pixels so that one noisy pixel says nothing.
    fn difference(&self, other: &Self) -> Difference {
        let signed: Vec<i32> = self
            .0
            .iter()
            .zip(&other.0)
            .map(|(&p, &q)| i32::from(p) - i32::from(q))
            .collect();
        let side = SIDE as usize;
        let sum: i32 = signed.iter().map(|d| d.abs()).sum();
        let block = |i: usize| {
            (signed[i] + signed[i + 1] + signed[i + side] + signed[i + side + 1]).abs() as f32 / 4.0
        };
        let inner = (0..side - 1).flat_map(|y| (0..side - 1).map(move |x| y * side + x));
        Difference {
            mean: sum as f32 / signed.len() as f32,
            largest: inner.map(block).fold(0.0, f32::max),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Difference {
    mean: f32,
    largest: f32,
}

impl Difference {
    /// One picture coded twice (JPEG 50 to 95) differs by less; a living face by more.
    fn same(self) -> bool {
        self.mean <= SAME_MEAN && self.largest <= SAME_LARGEST
    }
}

/// Mean and largest difference of one picture coded twice, in grey levels.
const SAME_MEAN: f32 = 0.45;
const SAME_LARGEST: f32 = 2.0;
/// A frame comes again only if something clearly different lay between, in grey levels.
const MOVED_LARGEST: f32 = 8.0;
/// More frames than this are not compared with each other but with this many before them.
const MEMORY: usize = 600;

/// How much of the sequence stands still or repeats.
pub(super) struct Still {
    /// Longest run of like frames in seconds.
    pub frozen: f32,
    /// Frames like an earlier, non-adjacent one.
    pub repeated: u32,
}

/// Judges frames in order of time.
pub(super) fn still(frames: &[&Frame]) -> Still {
    let seen: Vec<(f32, &Thumbnail)> = frames
        .iter()
        .filter_map(|f| Some((f.time, f.thumbnail.as_ref()?)))
        .collect();
    let mut frozen = 0.0f32;
    let mut start = 0;
    for i in 1..seen.len() {
        // Both neighbours and the run's first frame: a slow drift is no standstill.
        let like = |j: usize| seen[i].1.difference(seen[j].1).same();
        if !(like(i - 1) && like(start)) {
            start = i;
        }
        frozen = frozen.max(seen[i].0 - seen[start].0);
    }
    let repeated = (0..seen.len()).filter(|&i| comes_again(&seen, i)).count();
    Still {
        frozen,
        repeated: repeated as u32,
    }
}

fn comes_again(seen: &[(f32, &Thumbnail)], i: usize) -> bool {
    let mut moved = false;
    for j in (i.saturating_sub(MEMORY)..i).rev() {
        let difference = seen[i].1.difference(seen[j].1);
        moved |= difference.largest > MOVED_LARGEST;
        if moved && difference.same() {
            return true;
        }
    }
    false
}
