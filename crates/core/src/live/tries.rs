//! How often a live check may be tried.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::policy::LiveTries;
use crate::time::{Millis, SECOND};

/// Sessions of one person in which something was shown and that did not pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries {
    /// Since the last one that passed.
    pub run: u32,
    /// In all.
    pub total: u32,
    /// When the newest one ended, or was opened where it has not.
    pub last: Option<Millis>,
}

/// Why no further try is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TriedOut {
    /// There were too many in a row.
    #[error("too many tries; the next one is possible after a wait")]
    Wait {
        /// From then on.
        until: Millis,
    },
    /// There were too many in all: only a person helps.
    #[error("too many tries for ever")]
    Never,
}

impl LiveTries {
    /// Tells whether another try may be made.
    ///
    /// # Errors
    /// [`TriedOut`] where it may not.
    pub fn open(&self, tries: Tries, now: Millis) -> Result<(), TriedOut> {
        if tries.total >= self.most {
            return Err(TriedOut::Never);
        }
        let wait = i64::from(self.wait_seconds) * SECOND;
        match tries.last {
            Some(last) if tries.run >= self.free && now < last.plus(wait) => Err(TriedOut::Wait {
                until: last.plus(wait),
            }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_000_000);
    const RULES: LiveTries = LiveTries {
        free: 5,
        wait_seconds: 30,
        most: 50,
    };

    fn tries(run: u32, total: u32) -> Tries {
        Tries {
            run,
            total,
            last: Some(NOW),
        }
    }

    #[test]
    fn five_are_free_then_each_waits_and_fifty_are_the_end() {
        let open = |tries, after| RULES.open(tries, NOW.plus(after));
        assert_eq!(open(Tries::default(), 0), Ok(()));
        assert_eq!(open(tries(4, 4), 0), Ok(()));
        let until = NOW.plus(30_000);
        assert_eq!(open(tries(5, 5), 0), Err(TriedOut::Wait { until }));
        assert_eq!(open(tries(5, 5), 29_999), Err(TriedOut::Wait { until }));
        assert_eq!(open(tries(5, 5), 30_000), Ok(()));
        assert_eq!(open(tries(0, 49), 0), Ok(()), "one passed in between");
        assert_eq!(open(tries(0, 50), 1_000_000_000), Err(TriedOut::Never));
        assert_eq!(
            open(tries(5, 5), -86_400_000),
            Err(TriedOut::Wait { until }),
            "set back"
        );
    }
}
