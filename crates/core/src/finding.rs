//! A finding: a reason on its way into a decision, with what the rules of explanation need to know.

use crate::reason::{Reason, ReasonCode, Step};

/// A reason, where its evidence comes from, and how sure it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    /// The reason.
    pub reason: Reason,
    /// The photo it comes from, which need not be where the person puts it right: a name read on the
    /// front is corrected in the form.
    pub origin: Step,
    /// Read or measured so surely that no fault of quality explains it away.
    pub firm: bool,
}

impl Finding {
    /// Returns a finding that comes from the photo where it is put right, and is not firm.
    pub fn new(code: ReasonCode, step: Step) -> Self {
        Reason::new(code).at(step).into()
    }

    /// Changes the reason.
    pub fn map(mut self, change: impl FnOnce(Reason) -> Reason) -> Self {
        self.reason = change(self.reason);
        self
    }

    /// Sets where the evidence comes from.
    pub fn from(mut self, origin: Step) -> Self {
        self.origin = origin;
        self
    }

    /// Marks the finding as sure.
    pub fn firm(mut self) -> Self {
        self.firm = true;
        self
    }
}

impl From<Reason> for Finding {
    fn from(reason: Reason) -> Self {
        let origin = reason.step;
        Self {
            reason,
            origin,
            firm: false,
        }
    }
}

/// Tells whether a measure keeps a lower limit. What is not a number keeps none.
pub(crate) fn at_least(measured: f32, limit: f32) -> bool {
    measured >= limit
}

/// Tells whether a measure keeps an upper limit. What is not a number keeps none.
pub(crate) fn at_most(measured: f32, limit: f32) -> bool {
    measured <= limit
}
