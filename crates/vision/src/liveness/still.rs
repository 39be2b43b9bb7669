//! Frames that stand still or come again: signs of a picture or loop in place of a camera.

use menshen_core::live::Timed;

use super::picture::SIDE;

/// The mean and the largest difference of two thumbnails in grey levels (0..=255), the largest over 2 x 2 pixels so that
/// one noisy pixel says nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Difference {
    pub mean: f32,
    pub largest: f32,
}

impl Difference {
    /// Compares two thumbnails; `None` where one is missing.
    pub fn of(a: &[u8], b: &[u8]) -> Option<Self> {
        if a.len() != SIDE * SIDE || b.len() != SIDE * SIDE {
            return None;
        }
        let signed: Vec<i32> = a
            .iter()
            .zip(b)
            .map(|(&p, &q)| i32::from(p) - i32::from(q))
            .collect();
        let sum: i32 = signed.iter().map(|d| d.abs()).sum();
        let block =
            |i: usize| (signed[i] + signed[i + 1] + signed[i + SIDE] + signed[i + SIDE + 1]).abs();
        let inner = (0..SIDE - 1).flat_map(|y| (0..SIDE - 1).map(move |x| y * SIDE + x));
        Some(Self {
            mean: sum as f32 / signed.len() as f32,
            largest: inner.map(block).max().unwrap_or(0) as f32 / 4.0,
        })
    }

    /// One picture coded twice (JPEG 50 to 95) differs by less; a living face by more.
    fn same(self) -> bool {
        self.mean <= SAME_MEAN && self.largest <= SAME_LARGEST
    }
}

/// Mean and largest difference of one picture coded twice, in grey levels. Measured on thumbnails of 64 x 64 and not anew on these,
/// which average more noise away: people who hold very still repeat some frames by them.
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
pub(super) fn still(frames: &[&Timed]) -> Still {
    let seen: Vec<(f32, &[u8])> = frames
        .iter()
        .filter(|timed| timed.frame.thumbnail.len() == SIDE * SIDE)
        .map(|timed| (timed.time, timed.frame.thumbnail.as_slice()))
        .collect();
    let mut frozen = 0.0f32;
    let mut start = 0;
    for i in 1..seen.len() {
        // Both neighbours and the run's first frame: a slow drift is no standstill.
        let like = |j: usize| Difference::of(seen[i].1, seen[j].1).is_some_and(Difference::same);
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

fn comes_again(seen: &[(f32, &[u8])], i: usize) -> bool {
    let mut moved = false;
    for j in (i.saturating_sub(MEMORY)..i).rev() {
        let Some(difference) = Difference::of(seen[i].1, seen[j].1) else {
            continue;
        };
        moved |= difference.largest > MOVED_LARGEST;
        if moved && difference.same() {
            return true;
        }
    }
    false
}
