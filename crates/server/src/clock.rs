//! The one place that reads the clock.

use std::sync::atomic::{AtomicI64, Ordering};

use menshen_core::time::Millis;

/// Tells the time. Tests turn it by hand.
#[derive(Debug)]
pub enum Clock {
    /// The machine's.
    System(Steady),
    /// One that stands until it is moved.
    Set(AtomicI64),
}

/// The latest time that was told: the machine's clock may be set back, and waiting times must not start anew.
#[derive(Debug, Default)]
pub struct Steady(AtomicI64);

impl Clock {
    /// Returns the machine's clock.
    pub fn system() -> Self {
        Self::System(Steady::default())
    }

    /// Returns a clock that stands at a time.
    pub const fn set(at: Millis) -> Self {
        Self::Set(AtomicI64::new(at.0))
    }

    /// Returns the time. It never runs backwards within one process.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one site that reads the clock"
    )]
    pub fn now(&self) -> Millis {
        match self {
            Self::System(Steady(latest)) => {
                let now = Millis::from(jiff::Timestamp::now()).0;
                Millis(latest.fetch_max(now, Ordering::Relaxed).max(now))
            }
            Self::Set(at) => Millis(at.load(Ordering::Relaxed)),
        }
    }

    /// Moves a clock that stands; the machine's is left alone.
    pub fn advance(&self, millis: i64) {
        if let Self::Set(at) = self {
            at.fetch_add(millis, Ordering::Relaxed);
        }
    }
}
