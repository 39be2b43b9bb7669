//! How often one may fail: sliding windows over counted failures.

use crate::policy::{AttemptRules, Window};
use crate::time::Millis;

/// Counted failures within the longest window, by who or what they are counted for. Times in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// Of the applicant.
    pub applicant: Vec<Millis>,
    /// From the device, where it is known.
    pub device: Vec<Millis>,
    /// From the network address, where it is known.
    pub address: Vec<Millis>,
}

/// Returns when the next submission is allowed, or `None` when it is now.
///
/// A failure leaves a window exactly `minutes` after it happened. Failures that seem to lie in the future
/// (a clock was set back) count: nothing is gained by turning clocks.
pub fn retry_at(rules: &AttemptRules, failures: &Failures, now: Millis) -> Option<Millis> {
    let waits = rules.windows.iter().flat_map(|window| {
        let length = window.millis();
        [
            free_at(&failures.applicant, length, window.applicant, now),
            free_at(&failures.device, length, window.device, now),
            free_at(&failures.address, length, window.address, now),
        ]
    });
    waits.flatten().max()
}

/// Returns when fewer than `limit` of the times lie within the window; `None` when that is so now.
fn free_at(times: &[Millis], length: i64, limit: u32, now: Millis) -> Option<Millis> {
    let mut within: Vec<Millis> = times
        .iter()
        .copied()
        .filter(|at| at.plus(length) > now)
        .collect();
    within.sort_unstable();
    let over = within.len().checked_sub(limit as usize)?;
    within.get(over).map(|at| at.plus(length))
}

/// Returns the length of the longest window in milliseconds: how far back failures must be known.
pub fn horizon(rules: &AttemptRules) -> i64 {
    let lengths = rules.windows.iter().map(Window::millis);
    lengths.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::MINUTE;

    fn rules() -> AttemptRules {
        AttemptRules {
            windows: vec![
                Window {
                    minutes: 60,
                    applicant: 2,
                    device: 3,
                    address: 9,
                },
                Window {
                    minutes: 600,
                    applicant: 3,
                    device: 9,
                    address: 9,
                },
            ],
        }
    }

    fn minutes(times: &[i64]) -> Vec<Millis> {
        times.iter().map(|at| Millis(at * MINUTE)).collect()
    }

    fn judge(applicant: &[i64], device: &[i64], now: i64) -> Option<i64> {
        let failures = Failures {
            applicant: minutes(applicant),
            device: minutes(device),
            address: Vec::new(),
        };
        retry_at(&rules(), &failures, Millis(now * MINUTE)).map(|at| at.0 / MINUTE)
    }

    #[test]
    fn each_window_waits_for_its_oldest_failure_that_is_too_many() {
        assert_eq!(judge(&[], &[], 100), None);
        assert_eq!(judge(&[90], &[], 100), None);
        assert_eq!(judge(&[80, 90], &[], 100), Some(140), "two an hour");
        assert_eq!(judge(&[80, 90], &[], 140), None, "the first has left");
        assert_eq!(
            judge(&[10, 80, 90], &[], 200),
            Some(610),
            "three in ten hours"
        );
        assert_eq!(
            judge(&[90], &[85, 86, 87], 100),
            Some(145),
            "three a device"
        );
    }

    #[test]
    fn a_clock_that_was_set_back_frees_nobody() {
        assert_eq!(judge(&[80, 90], &[], 20), Some(140));
    }
}
