//! How far a verification has come: its state, and the steps that hold good material.

use std::collections::BTreeSet;

use menshen_document::DocumentKind;
use serde::{Deserialize, Serialize};

use crate::pages::two_sided;
use crate::policy::{Part, Parts, Policy};
use crate::reason::{End, Reason, Step};
use crate::time::Millis;
use crate::verification::{NotNow, State};

/// State and steps of a verification. No personal data: it stands in a plain column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The state.
    pub state: State,
    /// Steps with good material: what failed leaves this set, the rest is kept for the next attempt.
    pub done: BTreeSet<Step>,
    /// The kind of document chosen, where one is.
    pub kind: Option<DocumentKind>,
}

impl Progress {
    /// Returns a new verification's progress.
    pub const fn new(now: Millis) -> Self {
        Self {
            state: State::new(now),
            done: BTreeSet::new(),
            kind: None,
        }
    }

    /// Material for a step was handed in and is good, or is not.
    ///
    /// # Errors
    /// [`NotNow`] where the state takes nothing.
    pub fn collected(mut self, step: Step, good: Material, now: Millis) -> Result<Self, NotNow> {
        self.state = self.state.collected(now)?;
        match good {
            Material::Good => self.done.insert(step),
            Material::Bad => self.done.remove(&step),
        };
        Ok(self)
    }

    /// Returns the steps that still need good material, in the order of the flow.
    pub fn missing(&self, policy: &Policy, parts: &Parts) -> Vec<Step> {
        let mut steps = steps(policy, parts, self.kind);
        steps.retain(|step| !self.done.contains(step));
        steps
    }

    /// Takes back the steps at which blocking reasons are put right.
    #[must_use]
    pub fn without(mut self, reasons: &[Reason]) -> Self {
        let blocking = |reason: &&Reason| matches!(reason.end, End::Again | End::Fix);
        for reason in reasons.iter().filter(blocking) {
            self.done.remove(&reason.step);
        }
        self
    }

    /// Takes back steps that a person asks for once more.
    #[must_use]
    pub fn asked_again(mut self, steps: &BTreeSet<Step>) -> Self {
        self.done.retain(|step| !steps.contains(step));
        self
    }
}

/// Is what was handed in good?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Material {
    /// It can be judged.
    Good,
    /// It must be handed in again.
    Bad,
}

impl Material {
    /// Returns what reasons found on arrival make of it: advice and doubts that go to a person do not spoil it.
    pub fn of(reasons: &[Reason]) -> Self {
        let bad = reasons
            .iter()
            .any(|reason| matches!(reason.end, End::Again | End::Fix | End::Final));
        if bad { Self::Bad } else { Self::Good }
    }
}

/// Returns the steps that parts ask for, in the order in which people go through them.
pub fn steps(policy: &Policy, parts: &Parts, kind: Option<DocumentKind>) -> Vec<Step> {
    let back = kind.is_some_and(two_sided) && policy.document.both_sides;
    let mut steps = Vec::new();
    for part in parts {
        match part {
            Part::Data => steps.push(Step::Form),
            Part::Document => {
                steps.push(Step::DocumentFront);
                steps.extend(back.then_some(Step::DocumentBack));
            }
            Part::Face => steps.push(Step::Selfie),
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::ReasonCode;
    use crate::verification::Retry;

    const NOW: Millis = Millis(1_000);

    fn everything() -> Parts {
        Parts::from([Part::Data, Part::Document, Part::Face])
    }

    #[test]
    fn a_two_sided_document_asks_for_its_back() {
        let policy = Policy::default();
        let of = |kind| steps(&policy, &everything(), kind);
        let passport = [Step::Form, Step::DocumentFront, Step::Selfie];
        assert_eq!(of(Some(DocumentKind::Passport)), passport);
        assert_eq!(of(Some(DocumentKind::PrcIdCard)).len(), 4);
        assert_eq!(of(None), passport, "no document is chosen yet");
    }

    #[test]
    fn only_what_failed_is_asked_for_again() {
        let policy = Policy::default();
        let mut progress = Progress::new(NOW);
        progress.kind = Some(DocumentKind::Passport);
        for step in [Step::Form, Step::DocumentFront, Step::Selfie] {
            progress = progress.collected(step, Material::Good, NOW).expect("open");
        }
        assert!(progress.missing(&policy, &everything()).is_empty());
        progress.state = State::Failed {
            since: NOW,
            retry: Retry::Now,
        };
        let progress = progress.without(&[Reason::new(ReasonCode::FaceMismatch)]);
        assert_eq!(progress.missing(&policy, &everything()), [Step::Selfie]);
    }

    #[test]
    fn bad_material_takes_the_place_of_good() {
        let progress = Progress::new(NOW);
        let progress = progress
            .collected(Step::Selfie, Material::Good, NOW)
            .expect("open");
        let progress = progress
            .collected(Step::Selfie, Material::Bad, NOW)
            .expect("open");
        assert!(progress.done.is_empty());
    }

    #[test]
    fn advice_and_doubts_do_not_spoil_a_photo() {
        let of = |code| Material::of(&[Reason::new(code)]);
        assert_eq!(of(ReasonCode::FaceGlasses), Material::Good);
        assert_eq!(of(ReasonCode::DocEdited), Material::Good);
        assert_eq!(of(ReasonCode::DocBlurred), Material::Bad);
    }
}
