//! How often a secret may be guessed: a few times, then a long wait, and not for ever.
//!
//! The count belongs to the person whose secret it is, not to one secret: another secret brings no new guesses. A guess is
//! counted before it is looked at, in the transaction that looks at it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::time::{HOUR, Millis};

/// Guesses that are looked at before the wait. A code of six digits falls to them once in 100,000 times.
pub const MOST_AT_ONCE: u32 = 10;
/// How long the wait is, in milliseconds.
pub const WAIT: i64 = HOUR;
/// Guesses that are ever looked at: once in 10,000 times one of them is right. After that a person helps.
pub const MOST_EVER: u32 = 100;

/// Guesses that were looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guesses {
    /// Since the last wait or the last right one.
    pub run: u32,
    /// Ever, right ones too.
    pub total: u32,
    /// None is looked at before then.
    pub wait_until: Option<Millis>,
}

/// Why a guess is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Capped {
    /// There were too many in a row.
    #[error("too many guesses; the next one is possible after a wait")]
    Wait {
        /// From then on.
        until: Millis,
    },
    /// There were too many ever.
    #[error("too many guesses for ever")]
    Never,
}

impl Guesses {
    /// Counts a guess that is going to be looked at.
    ///
    /// # Errors
    /// [`Capped`] where it must not be looked at; then nothing is counted.
    pub fn counted(mut self, now: Millis) -> Result<Self, Capped> {
        self.open(now)?;
        if self.wait_until.is_some() {
            self.wait_until = None;
            self.run = 0;
        }
        self.run += 1;
        self.total += 1;
        if self.run >= MOST_AT_ONCE {
            self.wait_until = Some(now.plus(WAIT));
        }
        Ok(self)
    }

    /// Tells whether a guess would be looked at.
    ///
    /// # Errors
    /// [`Capped`] where it would not.
    pub fn open(&self, now: Millis) -> Result<(), Capped> {
        match self.wait_until {
            _ if self.total >= MOST_EVER => Err(Capped::Never),
            Some(until) if now < until => Err(Capped::Wait { until }),
            _ => Ok(()),
        }
    }

    /// The guess that was counted last was right: the next row begins.
    #[must_use]
    pub const fn right(self) -> Self {
        Self {
            run: 0,
            wait_until: None,
            total: self.total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_000);

    /// Guesses once a minute for so many minutes; returns how many were looked at.
    fn looked_at(minutes: i64) -> u32 {
        let mut guesses = Guesses::default();
        for minute in 0..minutes {
            if let Ok(counted) = guesses.counted(NOW.plus(minute * HOUR / 60)) {
                guesses = counted;
            }
        }
        guesses.total
    }

    #[test]
    fn ten_are_looked_at_an_hour_and_a_hundred_ever() {
        assert_eq!(looked_at(9), 9);
        assert_eq!(looked_at(69), 10);
        assert_eq!(looked_at(70), 11, "an hour after the tenth");
        assert_eq!(looked_at(100_000), MOST_EVER);
    }

    #[test]
    fn a_clock_that_was_set_back_frees_nobody() {
        let mut guesses = Guesses::default();
        for _ in 0..MOST_AT_ONCE {
            guesses = guesses.counted(NOW).expect("looked at");
        }
        let until = NOW.plus(WAIT);
        for now in [NOW.plus(-WAIT), NOW, until.plus(-1)] {
            assert_eq!(guesses.counted(now), Err(Capped::Wait { until }));
        }
        assert!(guesses.counted(until).is_ok());
    }

    #[test]
    fn a_right_one_ends_the_row_and_not_the_count() {
        let guesses = Guesses::default().counted(NOW).expect("looked at").right();
        assert_eq!((guesses.run, guesses.total), (0, 1));
    }
}
