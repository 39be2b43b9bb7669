//! Coming closer: the face grows in the picture, told from the distance between the eyes.
//!
//! Who came closer may stay there. So rest is where the face was just before, never where it was at first; and the action
//! is over when the face no longer grows, not when it goes back.

use menshen_core::evidence::{Action, ActionEvent};

use super::signal::{median_of_three, quantile};

/// Growth that counts: a quarter, as from 45 to 36 cm. Whoever speaks or nods moves the head by less than a tenth of that
/// way, and a face that began at the usual size still fits into the picture.
const CLOSER: f32 = 1.25;
/// It begins at this growth, which nobody sways by.
const BEGUN: f32 = 1.08;
/// Shortest time that it lasts, in seconds: one mismeasured frame, or two, are none.
const HELD: f32 = 0.3;
/// The face no longer grows when it gains less than this part...
const STOPPED: f32 = 1.03;
/// ...in this time, in seconds.
const STOPPED_TIME: f32 = 0.4;
/// Time over which rest is taken, in seconds: a slow approach of four seconds still starts from before it.
const REST_TIME: f32 = 5.0;
/// Part of that time's distances below which rest lies: most of the time may have passed on the way.
const REST_PART: f32 = 0.25;
/// Fewest frames of rest.
const REST_FRAMES: usize = 3;

/// Returns the approaches in frames with a face: their times and eye distances as if the face looked straight, in pixels.
pub(super) fn approaches(times: &[f32], distances: &[f32]) -> Vec<ActionEvent> {
    let distances = median_of_three(distances);
    let mut found = Vec::new();
    let mut from = 0;
    let mut at = REST_FRAMES;
    let mut around = Vec::new();
    while at < times.len() {
        from += times[from..at].partition_point(|time| *time < times[at] - REST_TIME);
        if at - from < REST_FRAMES {
            at += 1;
            continue;
        }
        around.clear();
        around.extend_from_slice(&distances[from..at]);
        let rest = quantile(&mut around, REST_PART);
        // Most frames are at rest: nothing to look at.
        if distances[at] < CLOSER * rest {
            at += 1;
            continue;
        }
        let end = end(times, &distances, at, rest);
        if times[end] - times[at] >= HELD {
            let first = begin(&distances, from, at, rest);
            found.push(ActionEvent {
                action: Action::ComeCloser,
                start: (times[first] + times[first.saturating_sub(1)]) / 2.0,
                end: times[end],
            });
        }
        // Rest is here now.
        from = end;
        at = end + 1;
    }
    found
}

/// The first frame of the way that leads to `at`.
fn begin(distances: &[f32], from: usize, at: usize, rest: f32) -> usize {
    let way = distances[from..at].iter().rev();
    at - way.take_while(|d| **d >= BEGUN * rest).count()
}

/// The last frame in which the face is near and has grown.
fn end(times: &[f32], distances: &[f32], at: usize, rest: f32) -> usize {
    let mut end = at;
    for i in at + 1..times.len() {
        let before = times[..i].partition_point(|time| *time < times[i] - STOPPED_TIME);
        let grows = distances[i] >= STOPPED * distances[before.min(i - 1)];
        let long_enough = times[end] - times[at] >= HELD;
        if distances[i] < CLOSER * rest || (long_enough && !grows) {
            break;
        }
        end = i;
    }
    end
}
