//! How far a verification has come: its state, and the steps that hold good material.

use std::collections::BTreeSet;

use menshen_document::DocumentKind;
use serde::{Deserialize, Serialize};

use crate::ids::AppealId;
use crate::pages::two_sided;
use crate::policy::{Part, Parts, Policy, TimeRules};
use crate::reason::{End, Reason, Step};
use crate::time::Millis;
use crate::verification::{NotNow, Retry, State, Verdict};

/// State and steps of a verification. No personal data: it stands in a plain column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The state.
    pub state: State,
    /// Steps with good material: what failed leaves this set, the rest is kept for the next attempt.
    pub done: BTreeSet<Step>,
    /// The kind of document chosen, where one is.
    pub kind: Option<DocumentKind>,
    /// The open appeal that locks it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal: Option<Lock>,
    /// The person cannot or will not show the face: nothing is asked of it, and a person decides.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub face_declined: bool,
}

/// An open appeal: nothing is handed in while it is, but what its reviewer asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// Which appeal.
    pub appeal: AppealId,
    /// When it is answered, if it is handed in at once where it is not yet.
    pub due: Millis,
    /// Steps that its reviewer asks for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub asked: BTreeSet<Step>,
    /// What the verification was before the appeal was handed in, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<State>,
    /// Is it handed in, so that an answer is due?
    #[serde(default)]
    pub handed_in: bool,
}

impl Progress {
    /// Returns a new verification's progress.
    pub const fn new(now: Millis) -> Self {
        Self {
            state: State::new(now),
            done: BTreeSet::new(),
            kind: None,
            appeal: None,
            face_declined: false,
        }
    }

    /// The person cannot or will not show the face, or takes that back.
    ///
    /// # Errors
    /// [`NotNow`] where the state takes nothing, or an open appeal forbids it.
    pub fn face_declined(mut self, declined: bool, now: Millis) -> Result<Self, NotNow> {
        self.takes(Step::Liveness, now)?;
        if self.appeal.is_none() {
            self.state = self.state.collected(now)?;
        }
        self.face_declined = declined;
        Ok(self)
    }

    /// Tells whether material for a step is taken.
    ///
    /// # Errors
    /// [`NotNow`] where the state takes nothing, or an open appeal forbids it.
    pub fn takes(&self, step: Step, now: Millis) -> Result<(), NotNow> {
        match &self.appeal {
            Some(lock) if with_twin(step).any(|step| lock.asked.contains(&step)) => Ok(()),
            Some(lock) => Err(self.locked(lock, "changed")),
            None => self.state.collected(now).map(|_| ()),
        }
    }

    /// Material for a step was handed in and is good, or is not. What the reviewer of an appeal asked for leaves the state
    /// as it is: it is the reviewer's to judge.
    ///
    /// # Errors
    /// [`NotNow`] where the state takes nothing, or an open appeal forbids it.
    pub fn collected(mut self, step: Step, good: Material, now: Millis) -> Result<Self, NotNow> {
        self.takes(step, now)?;
        if self.appeal.is_none() {
            self.state = self.state.collected(now)?;
        }
        if with_twin(step).count() > 1 {
            self.face_declined = false;
        }
        // A picture of a person that was handed in by itself is not the live check's any more.
        self.undo(step);
        if good == Material::Good {
            self.done.insert(step);
        }
        Ok(self)
    }

    /// A live check was passed: its best frame is the picture of the person.
    ///
    /// # Errors
    /// [`NotNow`] where the state takes nothing, or an open appeal forbids it.
    pub fn live_checked(self, now: Millis) -> Result<Self, NotNow> {
        let mut checked = self.collected(Step::Selfie, Material::Good, now)?;
        checked.done.insert(Step::Liveness);
        Ok(checked)
    }

    /// Takes back a step, and the live check with the picture that is its.
    fn undo(&mut self, step: Step) {
        for step in with_twin(step) {
            self.done.remove(&step);
        }
    }

    /// Everything is handed in.
    ///
    /// # Errors
    /// [`NotNow`] unless parts were handed in since the last verdict, and while an appeal is open.
    pub fn submitted(mut self, now: Millis) -> Result<Self, NotNow> {
        if let Some(lock) = &self.appeal {
            return Err(self.locked(lock, "submitted"));
        }
        self.state = self.state.submitted(now)?;
        Ok(self)
    }

    /// Returns when the service must look at it by itself, if nobody touches it after `touched`. An appeal has a time of its
    /// own.
    pub fn due(&self, times: &TimeRules, touched: Millis) -> Option<Millis> {
        match (&self.appeal, self.state) {
            // What is stuck is taken up again, appeal or not; and whoever waits for people is told when they are late.
            (Some(_), State::Processing { .. } | State::Pending { .. }) | (None, _) => {
                self.state.due(times, touched)
            }
            (Some(_), _) => None,
        }
    }

    /// An appeal is opened, or its answer is expected at another time.
    #[must_use]
    pub fn under_appeal(mut self, appeal: AppealId, due: Millis) -> Self {
        let lock = self.appeal.get_or_insert(Lock {
            appeal,
            due,
            asked: BTreeSet::new(),
            before: None,
            handed_in: false,
        });
        lock.due = due;
        self
    }

    /// The open appeal is handed in: a person who has not seen the case decides. What the machine has not judged yet nobody
    /// can look at: neither a first submission nor what was asked for once more. It goes to people when it is judged, see
    /// [`Self::decided`].
    ///
    /// # Errors
    /// [`NotNow`] where no appeal is open, or it waits already.
    pub fn appealed(mut self, due: Millis, now: Millis) -> Result<Self, NotNow> {
        let state = self.state;
        let lock = self.appeal.as_mut().filter(|lock| !lock.handed_in);
        let Some(lock) = lock else {
            return Err(state.not_now("appealed against"));
        };
        // What was asked for once more is no longer: it is handed in.
        let again = !std::mem::take(&mut lock.asked).is_empty();
        if !again {
            lock.before = Some(state);
        }
        lock.due = due;
        lock.handed_in = true;
        self.state = match state {
            State::Processing { .. } => state,
            _ if again => state.submitted(now)?,
            _ => state.appealed(due, now)?,
        };
        Ok(self)
    }

    /// The machine has judged. While an appeal waits, what it does not approve goes to those who decide the appeal. What they
    /// asked for once more goes to them whatever the machine says: it approves nobody whom people have refused.
    ///
    /// # Errors
    /// [`NotNow`] unless it was being judged.
    pub fn decided(mut self, verdict: &Verdict, now: Millis) -> Result<Self, NotNow> {
        let judged = self.state;
        self.state = judged.decided(verdict, now)?;
        let Some(lock) = self.appeal.as_mut().filter(|lock| lock.handed_in) else {
            return Ok(self);
        };
        let first = matches!(lock.before, Some(State::Processing { .. }));
        if first && matches!(self.state, State::Verified { .. }) {
            return Ok(self);
        }
        if first {
            lock.before = Some(self.state);
        }
        self.state = judged.appealed(lock.due, now)?;
        Ok(self)
    }

    /// The reviewer of the open appeal asks for steps once more.
    #[must_use]
    pub fn asked_under_appeal(mut self, steps: &BTreeSet<Step>) -> Self {
        if let Some(lock) = &mut self.appeal {
            lock.asked.extend(steps);
            lock.handed_in = false;
        }
        for step in steps {
            self.undo(*step);
        }
        self
    }

    /// The appeal was decided against the person: they can do what they could before it, if that was something.
    #[must_use]
    pub fn upheld(mut self, now: Millis) -> Self {
        let before = self.appeal.take().and_then(|lock| lock.before);
        let retry = match before {
            Some(State::Failed { retry, .. }) => retry,
            _ => Retry::Appeal,
        };
        if matches!(self.state, State::Failed { .. } | State::Pending { .. }) {
            self.state = State::Failed { since: now, retry };
        }
        self
    }

    /// The appeal ended without a decision. A verification that had failed is failed again; one that waited for a step goes
    /// on without the appeal.
    #[must_use]
    pub fn released(mut self) -> Self {
        let before = self.appeal.take().and_then(|lock| lock.before);
        let moved = matches!(self.state, State::Pending { .. } | State::Collecting { .. });
        if let (true, Some(before @ State::Failed { .. })) = (moved, before) {
            self.state = before;
        }
        self
    }

    fn locked(&self, lock: &Lock, wanted: &'static str) -> NotNow {
        NotNow {
            retry_at: Some(lock.due),
            appeal: Some(lock.due),
            ..self.state.not_now(wanted)
        }
    }

    /// Returns the steps that still need good material, in the order of the flow.
    pub fn missing(&self, policy: &Policy, parts: &Parts) -> Vec<Step> {
        let mut steps = steps(policy, parts, self.kind);
        steps.retain(|step| !(self.face_declined && with_twin(*step).count() > 1));
        steps.retain(|step| !self.done.contains(step));
        steps
    }

    /// Takes back the steps at which blocking reasons are put right.
    #[must_use]
    pub fn without(mut self, reasons: &[Reason]) -> Self {
        let blocking = |reason: &&Reason| matches!(reason.end, End::Again | End::Fix);
        for reason in reasons.iter().filter(blocking) {
            self.undo(reason.step);
        }
        self
    }

    /// Takes back steps that a person asks for once more.
    #[must_use]
    pub fn asked_again(mut self, steps: &BTreeSet<Step>) -> Self {
        for step in steps {
            self.undo(*step);
        }
        self
    }
}

/// Returns a step and the one that shows the same: the live check and the picture of the person that comes from it.
fn with_twin(step: Step) -> impl Iterator<Item = Step> {
    let twin = match step {
        Step::Selfie => Some(Step::Liveness),
        Step::Liveness => Some(Step::Selfie),
        _ => None,
    };
    std::iter::once(step).chain(twin)
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
            Part::Face if policy.liveness.required => steps.push(Step::Liveness),
            Part::Face => steps.push(Step::Selfie),
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::ReasonCode;

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
    fn an_open_appeal_locks_everything_but_what_its_reviewer_asks_for() {
        let lock = Lock {
            appeal: AppealId::new(NOW, [1; 10]),
            due: NOW.plus(5_000),
            asked: BTreeSet::from([Step::Selfie]),
            before: None,
            handed_in: false,
        };
        let mut progress = Progress::new(NOW);
        progress.state = State::Failed {
            since: NOW,
            retry: Retry::Now,
        };
        let times = Policy::default().times;
        assert!(progress.due(&times, NOW).is_some());
        progress.appeal = Some(lock.clone());
        assert_eq!(
            progress.due(&times, NOW),
            None,
            "it does not expire under appeal"
        );
        let form = progress.clone().collected(Step::Form, Material::Good, NOW);
        assert_eq!(form.expect_err("locked").appeal, Some(lock.due));
        let submitted = progress.clone().submitted(NOW).expect_err("locked");
        assert_eq!(submitted.retry_at, Some(lock.due));
        let before = progress.state;
        let selfie = progress.collected(Step::Selfie, Material::Good, NOW);
        let progress = selfie.expect("asked for");
        assert_eq!(progress.state, before);
        assert!(progress.done.contains(&Step::Selfie));
        let text = serde_json::to_string(&progress).expect("it serialises");
        assert_eq!(
            serde_json::from_str::<Progress>(&text).expect("reads back"),
            progress
        );
    }

    #[test]
    fn a_verification_is_after_an_appeal_what_it_was_or_what_was_decided() {
        let appeal = AppealId::new(NOW, [1; 10]);
        let failed = State::Failed {
            since: NOW,
            retry: Retry::Now,
        };
        let mut progress = Progress::new(NOW);
        progress.state = failed;
        assert!(progress.clone().appealed(NOW, NOW).is_err(), "none is open");
        let opened = progress.clone().under_appeal(appeal, NOW);
        let waiting = opened
            .appealed(NOW.plus(9), NOW)
            .expect("an appeal is open");
        assert!(waiting.clone().appealed(NOW, NOW).is_err(), "once");
        assert_eq!(waiting.clone().released(), progress);
        let upheld = waiting.clone().upheld(NOW.plus(5));
        let at = State::Failed {
            since: NOW.plus(5),
            retry: Retry::Now,
        };
        assert_eq!((upheld.state, upheld.appeal), (at, None));
        // What its reviewer asks for is handed in, and it waits again.
        let mut asked = waiting.asked_under_appeal(&BTreeSet::from([Step::Selfie]));
        asked.state = State::Collecting { since: NOW };
        assert_eq!(asked.clone().released(), progress);
        let again = asked.appealed(NOW.plus(20), NOW).expect("asked");
        let lock = again.appeal.clone().expect("locked");
        assert_eq!((lock.before, lock.due), (Some(failed), NOW.plus(20)));
        assert!(lock.asked.is_empty());
        let selfie = again.collected(Step::Selfie, Material::Good, NOW);
        assert!(selfie.is_err(), "nothing is asked for any more");
    }

    #[test]
    fn what_is_stuck_under_appeal_goes_to_people_unless_the_machine_approves() {
        let appeal = AppealId::new(NOW, [1; 10]);
        let due = NOW.plus(9);
        let mut progress = Progress::new(NOW);
        progress.state = State::Processing {
            since: NOW,
            requeued: 1,
        };
        let progress = progress.under_appeal(appeal, NOW);
        let waiting = progress.appealed(due, NOW).expect("an appeal is open");
        assert!(matches!(waiting.state, State::Processing { .. }));
        assert!(waiting.clone().appealed(due, NOW).is_err(), "once");
        let failed = Verdict::Failed { retry: Retry::Now };
        let to_people = waiting.clone().decided(&failed, NOW).expect("processing");
        let pending = State::Pending {
            since: NOW,
            due,
            queue: crate::verification::Queue::Appeal,
            overdue: false,
        };
        assert_eq!(to_people.state, pending);
        let review = Verdict::Pending { due: NOW };
        let review = waiting.clone().decided(&review, NOW).expect("processing");
        assert_eq!(review.state, pending);
        let approved = Verdict::Verified { until: None };
        let approved = waiting.decided(&approved, NOW).expect("processing");
        assert!(matches!(approved.state, State::Verified { .. }));
    }

    #[test]
    fn what_was_stored_before_there_were_appeals_reads() {
        let text = serde_json::to_string(&Progress::new(NOW)).expect("it serialises");
        assert!(!text.contains("appeal"));
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
