//! When frames were taken: what a client claims, as far as the arrival on the server's clock allows.

use serde::{Deserialize, Serialize};

use crate::evidence::TimingEvidence;

/// A frame is taken at most so long before it arrives, in milliseconds: half a second of encoding and sending at the usual
/// sizes, and a second in which a mobile network says nothing. Larger lets a client move actions further than a person reacts.
pub const LATE_MS: i64 = 1_500;

/// Times of the frames of a session so far. Knows no clock: all times are arguments, milliseconds from the session's opening,
/// or from any moment that the client has chosen, where it claims them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Arrivals {
    /// The smallest arrival minus claimed time: the client's clock on ours, with the shortest way that a frame has had.
    offset_ms: Option<i64>,
    last: Option<Last>,
    first_ms: u32,
    frames: u32,
    lost: u32,
    bent: u32,
    claimed: Spread,
    arrived: Spread,
}

/// The newest frame.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Last {
    seq: u32,
    claimed_ms: u32,
    arrival_ms: u32,
    taken_ms: u32,
}

impl Arrivals {
    /// Returns when a frame was taken, in milliseconds from the opening: never after its arrival, never more than [`LATE_MS`]
    /// before it, and never before the frame ahead of it. A claim that is not possible counts as bent and is moved there.
    pub fn arrived(&mut self, seq: u32, claimed_ms: u32, arrival_ms: u32) -> u32 {
        let last = self.last;
        // The server's own clock may be set back between two nodes: nothing arrives before what came earlier.
        let arrival_ms = last.map_or(arrival_ms, |last| arrival_ms.max(last.arrival_ms));
        let (claimed, arrival) = (i64::from(claimed_ms), i64::from(arrival_ms));
        let offset = arrival - claimed;
        let backwards = last.is_some_and(|last| claimed_ms < last.claimed_ms);
        let known = self.offset_ms.unwrap_or(offset);
        // A claim ahead of all earlier ones by more than a frame can be late would mean that all of those were that late.
        let ahead = claimed + known > arrival + LATE_MS;
        if !backwards {
            self.offset_ms = Some(known.min(offset));
        }
        let at = claimed + self.offset_ms.unwrap_or(offset);
        let late = at < arrival - LATE_MS;
        if backwards || ahead || late {
            self.bent = self.bent.saturating_add(1);
        }
        let at = if backwards { arrival } else { at };
        let earliest = last.map_or(0, |last| i64::from(last.taken_ms));
        let at = at.max(arrival - LATE_MS).max(earliest).min(arrival);
        let taken_ms = u32::try_from(at).unwrap_or(arrival_ms);
        self.count(last, seq, claimed_ms, arrival_ms);
        self.last = Some(Last {
            seq,
            claimed_ms: last.map_or(claimed_ms, |last| last.claimed_ms.max(claimed_ms)),
            arrival_ms,
            taken_ms,
        });
        taken_ms
    }

    /// Intervals are counted per number of the sequence: a lost frame makes no irregular camera.
    fn count(&mut self, last: Option<Last>, seq: u32, claimed_ms: u32, arrival_ms: u32) {
        self.frames = self.frames.saturating_add(1);
        let Some(last) = last else {
            self.first_ms = arrival_ms;
            return;
        };
        let steps = seq.saturating_sub(last.seq).max(1);
        self.lost = self.lost.saturating_add(steps - 1);
        let per_step =
            |now: u32, before: u32| (f64::from(now) - f64::from(before)) / f64::from(steps);
        self.claimed.add(per_step(claimed_ms, last.claimed_ms));
        self.arrived.add(per_step(arrival_ms, last.arrival_ms));
    }

    /// A frame that arrived was not looked at: there was a newer one, or too much to do.
    pub fn passed_over(&mut self) {
        self.lost = self.lost.saturating_add(1);
    }

    /// Returns the figures.
    pub fn timing(&self, reconnects: u32) -> TimingEvidence {
        let last_ms = self.last.map_or(self.first_ms, |last| last.arrival_ms);
        let seconds = f64::from(last_ms.saturating_sub(self.first_ms)) / 1_000.0;
        let rate = if seconds > 0.0 {
            f64::from(self.frames.saturating_sub(1)) / seconds
        } else {
            0.0
        };
        TimingEvidence {
            frames: self.frames,
            lost: self.lost,
            rate: rate as f32,
            claimed_jitter_ms: self.claimed.deviation() as f32,
            arrival_jitter_ms: self.arrived.deviation() as f32,
            bent: self.bent,
            reconnects,
        }
    }
}

/// A standard deviation that grows value by value (Welford's way: no sum of squares that loses its digits).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Spread {
    n: u32,
    mean: f64,
    squares: f64,
}

impl Spread {
    fn add(&mut self, value: f64) {
        self.n = self.n.saturating_add(1);
        let before = value - self.mean;
        self.mean += before / f64::from(self.n);
        self.squares += before * (value - self.mean);
    }

    fn deviation(&self) -> f64 {
        if self.n < 2 {
            return 0.0;
        }
        (self.squares / f64::from(self.n)).max(0.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Frames every 100 ms that arrive 40 ms after they were taken, on a clock that began 5 s later than ours.
    fn steady(n: u32) -> Arrivals {
        let mut arrivals = Arrivals::default();
        for seq in 0..n {
            let taken = arrivals.arrived(seq, seq * 100, 5_040 + seq * 100);
            assert_eq!(taken, 5_040 + seq * 100);
        }
        arrivals
    }

    #[test]
    fn a_steady_client_is_believed() {
        let timing = steady(30).timing(0);
        assert_eq!((timing.frames, timing.lost, timing.bent), (30, 0, 0));
        assert!((timing.rate - 10.0).abs() < 0.01, "{timing:?}");
        assert!(timing.claimed_jitter_ms < 0.001, "{timing:?}");
    }

    #[test]
    fn a_frame_that_was_under_way_for_long_keeps_its_time() {
        let mut arrivals = steady(10);
        // A second of silence: the frame of 1,000 arrives when the one of 2,000 would.
        assert_eq!(arrivals.arrived(10, 1_000, 7_040), 6_040);
        assert_eq!(arrivals.timing(0).bent, 0);
    }

    #[test]
    fn jumps_of_the_clients_clock_are_counted_and_bounded() {
        for (claimed, arrival) in [(0, 6_040), (500_000, 6_040), (1_000, 90_000)] {
            let mut arrivals = steady(10);
            let taken = arrivals.arrived(10, claimed, arrival);
            assert!((arrival - 1_500..=arrival).contains(&taken), "{taken}");
            assert_eq!(arrivals.timing(0).bent, 1, "{claimed} {arrival}");
        }
    }

    #[test]
    fn numbers_that_never_came_and_frames_that_waited_in_vain_are_lost() {
        let mut arrivals = steady(3);
        arrivals.arrived(7, 700, 5_740);
        arrivals.passed_over();
        let timing = arrivals.timing(2);
        assert_eq!((timing.lost, timing.reconnects), (5, 2));
        assert!(timing.claimed_jitter_ms < 0.001, "{timing:?}");
    }

    proptest! {
        /// Whatever is claimed, and however the server's own clock jumps: a frame was taken within the bounds of its arrival,
        /// times never run backwards, and no figure is anything but a number.
        #[test]
        fn no_claim_moves_a_frame_out_of_its_bounds(
            frames in prop::collection::vec((any::<u32>(), any::<u32>(), any::<u32>()), 1..200),
        ) {
            let mut arrivals = Arrivals::default();
            let (mut before, mut newest) = (0, 0);
            for (seq, claimed, arrival) in frames {
                let taken = arrivals.arrived(seq, claimed, arrival);
                newest = newest.max(arrival);
                prop_assert!(taken <= newest);
                prop_assert!(i64::from(taken) >= i64::from(newest) - LATE_MS || taken >= before);
                prop_assert!(taken >= before);
                before = taken;
            }
            let timing = arrivals.timing(0);
            prop_assert!(timing.rate.is_finite() && timing.claimed_jitter_ms.is_finite());
            prop_assert!(timing.arrival_jitter_ms.is_finite());
        }

        /// An honest client on any clock, whose frames take 0 to 400 ms, is never counted as bent and keeps its intervals to
        /// within what the way has added.
        #[test]
        fn an_honest_client_is_never_bent(
            start in 0u32..1_000_000, ways in prop::collection::vec(0u32..400, 2..200),
        ) {
            let mut arrivals = Arrivals::default();
            let mut newest = 0;
            for (seq, way) in (0u32..).zip(ways) {
                let arrival = (10_000 + seq * 100 + way).max(newest);
                newest = arrival;
                let taken = arrivals.arrived(seq, start + seq * 100, arrival);
                prop_assert!(i64::from(taken) - i64::from(10_000 + seq * 100) <= 400);
            }
            prop_assert_eq!(arrivals.timing(0).bent, 0);
        }

        /// A clock that runs backwards is bent each time.
        #[test]
        fn backwards_is_bent(steps in prop::collection::vec(1u32..5_000, 1..50)) {
            let mut arrivals = steady(10);
            let mut claimed = 900_000;
            arrivals.arrived(10, claimed, 6_040);
            let before = arrivals.timing(0).bent;
            for (n, step) in (1u32..).zip(&steps) {
                claimed -= step;
                arrivals.arrived(10 + n, claimed, 6_040 + n * 100);
            }
            prop_assert_eq!(arrivals.timing(0).bent, before + steps.len() as u32);
        }
    }
}
