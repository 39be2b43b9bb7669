//! How many messages a connection may send.

use std::time::Duration;

/// Messages a second that go on for ever: three times what a camera of 10 frames a second sends.
const SUSTAINED: f64 = 30.0;
/// Messages at once: what waited in a network that said nothing for two seconds.
const BURST: f64 = 60.0;

/// A bucket that each message takes from, and that time fills.
pub struct Bucket {
    left: f64,
    at: Duration,
}

impl Bucket {
    /// Returns a full one.
    pub const fn new() -> Self {
        Self {
            left: BURST,
            at: Duration::ZERO,
        }
    }

    /// Takes for one message at a time since the session was opened; tells whether there was enough.
    pub fn takes(&mut self, at: Duration) -> bool {
        let passed = at.saturating_sub(self.at);
        self.at = self.at.max(at);
        self.left = (self.left + passed.as_secs_f64() * SUSTAINED).min(BURST);
        if self.left < 1.0 {
            return false;
        }
        self.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_a_second_go_on_for_ever_and_a_flood_does_not() {
        let mut bucket = Bucket::new();
        for n in 0..10_000u32 {
            assert!(
                bucket.takes(Duration::from_millis(u64::from(n) * 34)),
                "{n}"
            );
        }
        let mut bucket = Bucket::new();
        let taken = (0..10_000).filter(|_| bucket.takes(Duration::from_secs(1)));
        assert_eq!(taken.count(), 60);
        assert!(
            !bucket.takes(Duration::ZERO),
            "a clock that runs back fills nothing"
        );
    }
}
