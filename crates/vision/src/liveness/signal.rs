//! Small tools for a signal that is sampled at uneven times.

/// Returns the value below which `part` (0..=1) of the values lie; 0 for none.
pub(super) fn quantile(values: &mut [f32], part: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let rank = ((values.len() - 1) as f32 * part).round() as usize;
    *values.select_nth_unstable_by(rank, f32::total_cmp).1
}

/// Seconds before a frame in which its resting level is looked for: who shifts in the chair or comes closer rests elsewhere
/// from then on, and who holds an action for some seconds has not moved his rest.
const REST_TIME: f32 = 25.0;
/// The first frames know so many seconds of what follows them: a session begins at rest.
const FIRST_TIME: f32 = 2.0;

/// Returns for each frame the level at which the signal rests, told from the frames up to it, so that what comes later
/// changes nothing of what was seen.
pub(super) fn resting_levels(times: &[f32], values: &[f32]) -> Vec<f32> {
    let Some(&start) = times.first() else {
        return Vec::new();
    };
    let mut sorted: Vec<f32> = Vec::new();
    let (mut first, mut next) = (0, 0);
    let mut levels = Vec::with_capacity(values.len());
    for (i, &time) in times.iter().enumerate() {
        while next < values.len() && (next <= i || times[next] <= start + FIRST_TIME) {
            let at = sorted.partition_point(|v| v.total_cmp(&values[next]).is_lt());
            sorted.insert(at, values[next]);
            next += 1;
        }
        while times[first] < time - REST_TIME {
            let at = sorted.partition_point(|v| v.total_cmp(&values[first]).is_lt());
            sorted.remove(at);
            first += 1;
        }
        levels.push(resting_level(&sorted));
    }
    levels
}

/// Returns the level at which the signal stays most: the middle of the shortest interval that holds a third of the values
/// (in order of size), one far from zero counting as longer (people begin and end by looking into the camera).
fn resting_level(sorted: &[f32]) -> f32 {
    let held = (sorted.len() / 3).max(1);
    let middle = |w: &[f32]| (w[0] + w[w.len() - 1]) / 2.0;
    let cost = |w: &[f32]| w[w.len() - 1] - w[0] + 0.25 * middle(w).abs();
    let windows = sorted.windows(held);
    windows
        .min_by(|p, q| cost(p).total_cmp(&cost(q)))
        .map_or(0.0, middle)
}

/// Returns each value replaced by the median of itself and its two neighbours: one mismeasured
/// frame makes no event.
pub(super) fn median_of_three(values: &[f32]) -> Vec<f32> {
    let last = values.len().saturating_sub(1);
    let three = |i: usize| {
        [
            values[i.saturating_sub(1)],
            values[i],
            values[(i + 1).min(last)],
        ]
    };
    let median = |[a, b, c]: [f32; 3]| a.max(b).min(a.min(b).max(c));
    (0..values.len()).map(|i| median(three(i))).collect()
}

/// A stretch of frames, both ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stretch {
    pub first: usize,
    pub last: usize,
}

/// Returns the stretches in which `values` stay at or above `leave` and reach `enter` (hysteresis).
/// A gap in time longer than `gap` seconds ends a stretch.
pub(super) fn stretches(
    times: &[f32],
    values: &[f32],
    enter: f32,
    leave: f32,
    gap: f32,
) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut open: Option<(Stretch, f32)> = None;
    for (i, &value) in values.iter().enumerate() {
        let torn = i > 0 && times[i] - times[i - 1] > gap;
        if torn || value < leave {
            found.extend(open.take().filter(|&(_, peak)| peak >= enter));
        }
        if value >= leave {
            let (stretch, peak) = open.get_or_insert((Stretch { first: i, last: i }, value));
            stretch.last = i;
            *peak = peak.max(value);
        }
    }
    found.extend(open.filter(|&(_, peak)| peak >= enter));
    found.into_iter().map(|(stretch, _)| stretch).collect()
}

/// Returns start and end of a stretch in seconds: half-way to the frames beside it.
pub(super) fn bounds(times: &[f32], stretch: Stretch) -> (f32, f32) {
    let before = stretch.first.saturating_sub(1);
    let after = (stretch.last + 1).min(times.len() - 1);
    (
        (times[before] + times[stretch.first]) / 2.0,
        (times[after] + times[stretch.last]) / 2.0,
    )
}

/// A turning point of a signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Extreme {
    pub at: usize,
    pub value: f32,
}

/// Returns the turning points whose swings are at least `least` (zigzag), beginning with the first
/// value and ending with the last extreme.
pub(super) fn extremes(values: &[f32], least: f32) -> Vec<Extreme> {
    let Some(&first) = values.first() else {
        return Vec::new();
    };
    let start = Extreme {
        at: 0,
        value: first,
    };
    let (mut low, mut high) = (start, start);
    let mut found: Vec<Extreme> = Vec::new();
    let mut rising: Option<bool> = None;
    for (at, &value) in values.iter().enumerate() {
        let here = Extreme { at, value };
        if value > high.value {
            high = here;
        }
        if value < low.value {
            low = here;
        }
        if rising != Some(true) && value - low.value >= least {
            found.push(low);
            (rising, high) = (Some(true), here);
        } else if rising != Some(false) && high.value - value >= least {
            found.push(high);
            (rising, low) = (Some(false), here);
        }
    }
    match rising {
        Some(true) => found.push(high),
        Some(false) => found.push(low),
        None => {}
    }
    found
}
