//! Places where one frame is not the next moment of the one before: films that were joined, pictures that were exchanged.
//!
//! Two kinds. A *break*: picture or face change by more than anybody moves in that time. A *jump*: the face is elsewhere
//! from one frame to the next but rests before and after; heads have mass and take several frames for the same way.

use menshen_core::geometry::Rect;
use menshen_core::live::{FrameFace, Timed};

use super::picture::SIDE;
use super::signal::quantile;

/// Longest time between frames that are compared, in seconds: after a longer gap anything may have happened.
const LONGEST: f32 = 0.45;
/// Usual time between frames in seconds; over a longer one, more may happen.
const USUAL: f32 = 0.1;

/// Fastest movements of a head within the usual time: shift in eye distances (about 2 m/s), turn in degrees (600 a second;
/// shaking heads reach 400), growth as a logarithm.
const FASTEST: [f32; 3] = [3.0, 60.0, 0.45];
/// Least jump of a resting head: shift in eye distances (2 cm), turn in degrees, growth as a logarithm.
const JUMP: [f32; 3] = [0.4, 9.0, 0.12];
/// Rest: less than this part of the jump in the steps before and behind.
const REST: f32 = 0.2;
/// Least difference of two pictures that are not of one scene: one minus the correlation of their thumbnails, at the best
/// shift of two cells.
const SCENE: f32 = 0.35;
/// A change of scene stands out of what the frames around it change, so many times.
const STANDS_OUT: f32 = 4.0;

/// Returns how many neighbours are no neighbours in time.
pub(super) fn cuts(frames: &[&Timed]) -> u32 {
    let frames: Vec<&Timed> = frames
        .iter()
        .copied()
        .filter(|f| f.frame.unreadable.is_none())
        .collect();
    let steps: Vec<Step> = frames.windows(2).map(|w| Step::new(w[0], w[1])).collect();
    (0..steps.len()).filter(|&i| is_cut(&steps, i)).count() as u32
}

/// What changes from a frame to the next one.
struct Step {
    seconds: f32,
    /// Shift in eye distances, turn in degrees, growth as a logarithm; `None` where one shows no face.
    moved: Option<[f32; 3]>,
    /// 0 for the same scene, up to 2.
    changed: Option<f32>,
}

impl Step {
    fn new(before: &Timed, after: &Timed) -> Self {
        let (a, b) = (&before.frame, &after.frame);
        Self {
            seconds: after.time - before.time,
            moved: a
                .face
                .as_ref()
                .zip(b.face.as_ref())
                .map(|(a, b)| moved(a, b)),
            changed: changed(&a.thumbnail, &b.thumbnail),
        }
    }

    /// How many times the usual time this step took, at least once.
    fn long(&self) -> f32 {
        (self.seconds / USUAL).max(1.0)
    }
}

fn is_cut(steps: &[Step], i: usize) -> bool {
    let step = &steps[i];
    if step.seconds.is_nan() || step.seconds > LONGEST {
        return false;
    }
    let torn = step.moved.is_some_and(|moved| {
        let mut limits = moved.iter().zip(FASTEST);
        limits.any(|(moved, most)| *moved > most * step.long())
    });
    torn || jumps(steps, i) || other_scene(steps, i)
}

/// A jump between rests. Only at the usual pace: in a longer step a head may come to rest again.
fn jumps(steps: &[Step], i: usize) -> bool {
    let quiet = |at: Option<usize>, k: usize, most: f32| {
        let step = at.and_then(|at| steps.get(at));
        step.and_then(|step| step.moved)
            .is_some_and(|moved| moved[k] <= most)
    };
    let Some(moved) = steps[i].moved.filter(|_| steps[i].long() < 1.6) else {
        return false;
    };
    (0..3).any(|k| {
        let most = REST * moved[k];
        let around = [i.checked_sub(2), i.checked_sub(1), Some(i + 1), Some(i + 2)];
        moved[k] >= JUMP[k] && around.into_iter().all(|at| quiet(at, k, most))
    })
}

fn other_scene(steps: &[Step], i: usize) -> bool {
    let Some(changed) = steps[i].changed.filter(|changed| *changed > SCENE) else {
        return false;
    };
    let around = steps[i.saturating_sub(3)..(i + 4).min(steps.len())].iter();
    let mut others: Vec<f32> = around.filter_map(|step| step.changed).collect();
    others.retain(|other| *other != changed);
    changed > STANDS_OUT * quantile(&mut others, 0.5)
}

fn moved(a: &FrameFace, b: &FrameFace) -> [f32; 3] {
    let centre = |r: &Rect| [r.x + r.width / 2.0, r.y + r.height / 2.0];
    let (p, q) = (centre(&a.region), centre(&b.region));
    let unit = a.eye_distance.max(b.eye_distance).max(1.0);
    let turn = (a.pose.yaw - b.pose.yaw)
        .hypot(a.pose.pitch - b.pose.pitch)
        .hypot(a.pose.roll - b.pose.roll);
    let height = |face: &FrameFace| face.region.height.max(1.0).ln();
    [
        (p[0] - q[0]).hypot(p[1] - q[1]) / unit,
        turn,
        (height(a) - height(b)).abs(),
    ]
}

/// One minus the correlation of two thumbnails, the least over shifts of up to two cells: light and contrast do not count,
/// nor does a hand that shakes.
fn changed(a: &[u8], b: &[u8]) -> Option<f32> {
    if a.len() != SIDE * SIDE || b.len() != SIDE * SIDE {
        return None;
    }
    let shifts = (-2i32..=2).flat_map(|dy| (-2i32..=2).map(move |dx| (dx, dy)));
    shifts
        .map(|(dx, dy)| 1.0 - correlation(a, b, dx, dy))
        .min_by(f32::total_cmp)
}

fn correlation(a: &[u8], b: &[u8], dx: i32, dy: i32) -> f32 {
    let side = SIDE as i32;
    let range = |d: i32| 0.max(-d)..side.min(side - d);
    let (mut n, mut sums) = (0.0f32, [0.0f32; 5]);
    for y in range(dy) {
        for x in range(dx) {
            let p = f32::from(a[(y * side + x) as usize]);
            let q = f32::from(b[((y + dy) * side + x + dx) as usize]);
            n += 1.0;
            for (sum, value) in sums.iter_mut().zip([p, q, p * p, q * q, p * q]) {
                *sum += value;
            }
        }
    }
    let [p, q, pp, qq, pq] = sums.map(|sum| sum / n);
    let (left, right) = (pp - p * p, qq - q * q);
    // An even picture is like any other: there is nothing to tell them apart.
    if left < 4.0 || right < 4.0 {
        return 1.0;
    }
    ((pq - p * q) / (left * right).sqrt()).clamp(-1.0, 1.0)
}
