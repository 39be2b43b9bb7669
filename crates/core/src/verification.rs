//! The life of a verification: states that carry their data, transitions that eat the old state.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::decide::{Decision, Outcome};
use crate::policy::{Parts, Policy, TimeRules};
use crate::reason::{End, Reason};
use crate::review::{Settled, Verdict as Judgement};
use crate::time::{DAY, Millis};

/// Why a person is verified: for the first time, or again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// For the first time at this level.
    First,
    /// The state is stuck or abnormal.
    StuckState,
    /// A new device or environment.
    NewDevice,
    /// The face fails at login.
    FaceFails,
    /// The identity stands on another account, too.
    AccountConflict,
    /// The document was renewed.
    Renewal,
    /// Everything that the person signs in with is lost.
    Recovery,
    /// The face, as a factor of one sign-in: nothing is verified by it.
    FaceLogin,
}

impl Flow {
    /// Does it repeat a verification that was completed?
    pub const fn is_again(self) -> bool {
        !matches!(self, Self::First | Self::FaceLogin)
    }

    /// Is it begun by the sign-in, never by itself?
    pub const fn is_of_sign_in(self) -> bool {
        matches!(self, Self::Recovery | Self::FaceLogin)
    }
}

/// What people are told about a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing was handed in.
    NotStarted,
    /// Parts are handed in, or a submission is being judged.
    InProgress,
    /// A person looks at it.
    Pending,
    /// It failed; the state says what can be done.
    Failed,
    /// It is done.
    Verified,
    /// It is no longer valid, or was left lying.
    Expired,
}

/// Why people look at a case, and so who is waited for while a verification is pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// A reviewer.
    Review,
    /// A reviewer who has not seen the case.
    Appeal,
    /// A reviewer who has not seen the case, after the decision: nothing waits for it.
    Recheck,
}

impl Queue {
    /// Every queue.
    pub const ALL: [Self; 3] = [Self::Review, Self::Appeal, Self::Recheck];

    /// Returns its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Appeal => "appeal",
            Self::Recheck => "recheck",
        }
    }
}

/// A word that names no queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no such queue")]
pub struct NoQueue;

impl FromStr for Queue {
    type Err = NoQueue;

    fn from_str(name: &str) -> Result<Self, NoQueue> {
        let mut queues = Self::ALL.into_iter();
        queues.find(|queue| queue.name() == name).ok_or(NoQueue)
    }
}

/// What a person can do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Retry {
    /// Try again now.
    Now,
    /// Try again from a time on.
    At {
        /// From then on.
        at: Millis,
    },
    /// Only an appeal helps.
    Appeal,
}

/// So many times as long as until a submission is taken up again, the machine may take before the person is shown the way
/// to support: by then it was taken up several times in vain.
const LATE_AFTER: i64 = 10;

/// Why a verification expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expiry {
    /// Nobody touched it.
    LeftLying,
    /// Its document or its time ran out.
    RanOut,
    /// A newer one took its place.
    Replaced,
    /// The person was erased before there was a verdict.
    Erased,
    /// People looked again and did not confirm it.
    Overturned,
    /// It was a sign-in by face, and is over.
    Used,
}

/// The state of a verification. No personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    /// Nothing was handed in yet.
    NotStarted {
        /// Since then.
        since: Millis,
    },
    /// Parts are being handed in.
    Collecting {
        /// Since then.
        since: Millis,
    },
    /// Handed in; the machine judges.
    Processing {
        /// Since the submission.
        since: Millis,
        /// How often it was taken up again.
        requeued: u32,
    },
    /// A person judges.
    Pending {
        /// Since then.
        since: Millis,
        /// An answer is due by then.
        due: Millis,
        /// Who is waited for.
        queue: Queue,
        /// Has that time passed, and was it told?
        #[serde(default)]
        overdue: bool,
    },
    /// It failed.
    Failed {
        /// Since then.
        since: Millis,
        /// What can be done.
        retry: Retry,
    },
    /// It is done.
    Verified {
        /// Since then.
        since: Millis,
        /// Until then, where it ends.
        until: Option<Millis>,
    },
    /// It is over.
    Expired {
        /// Since then.
        since: Millis,
        /// Why.
        why: Expiry,
    },
}

/// Why a transition was refused: the state does not allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a verification that is {}{} cannot be {wanted}", word(*.status), under(*.appeal))]
pub struct NotNow {
    /// What it is.
    pub status: Status,
    /// What was wanted.
    pub wanted: &'static str,
    /// When it can be, where a time is known.
    pub retry_at: Option<Millis>,
    /// When the open appeal is answered that stands in the way, where one does.
    pub appeal: Option<Millis>,
}

const fn under(appeal: Option<Millis>) -> &'static str {
    match appeal {
        Some(_) => " under appeal",
        None => "",
    }
}

const fn word(status: Status) -> &'static str {
    match status {
        Status::NotStarted => "not started",
        Status::InProgress => "in progress",
        Status::Pending => "pending",
        Status::Failed => "failed",
        Status::Verified => "verified",
        Status::Expired => "expired",
    }
}

impl State {
    /// Returns a new verification's state.
    pub const fn new(now: Millis) -> Self {
        Self::NotStarted { since: now }
    }

    /// Returns what people are told.
    pub const fn status(&self) -> Status {
        match self {
            Self::NotStarted { .. } => Status::NotStarted,
            Self::Collecting { .. } | Self::Processing { .. } => Status::InProgress,
            Self::Pending { .. } => Status::Pending,
            Self::Failed { .. } => Status::Failed,
            Self::Verified { .. } => Status::Verified,
            Self::Expired { .. } => Status::Expired,
        }
    }

    /// Returns since when it is so.
    pub const fn since(&self) -> Millis {
        match *self {
            Self::NotStarted { since }
            | Self::Collecting { since }
            | Self::Processing { since, .. }
            | Self::Pending { since, .. }
            | Self::Failed { since, .. }
            | Self::Verified { since, .. }
            | Self::Expired { since, .. } => since,
        }
    }

    /// Is something still to be done by the person or the machine? An applicant has one open verification.
    pub const fn is_open(&self) -> bool {
        !matches!(self, Self::Verified { .. } | Self::Expired { .. })
    }

    /// Returns when the service must look at it by itself, if nobody touches it after `touched`: to end what was
    /// left lying or has run out, and to take up what is stuck.
    pub fn due(&self, times: &TimeRules, touched: Millis) -> Option<Millis> {
        match *self {
            Self::NotStarted { .. } | Self::Collecting { .. } | Self::Failed { .. } => {
                Some(touched.plus(times.open()))
            }
            Self::Processing { .. } => Some(touched.plus(times.stuck())),
            Self::Verified { until, .. } => until,
            Self::Pending {
                due,
                overdue: false,
                ..
            } => Some(due),
            Self::Pending { .. } | Self::Expired { .. } => None,
        }
    }

    /// Should there be an answer by now? Then the person is shown the way to support.
    pub fn is_late(&self, times: &TimeRules, now: Millis) -> bool {
        match *self {
            Self::Processing { since, .. } => since.plus(LATE_AFTER * times.stuck()) <= now,
            Self::Pending { due, .. } => due <= now,
            _ => false,
        }
    }

    /// Something is handed in: typed data or a photo.
    ///
    /// # Errors
    /// [`NotNow`] while it is judged, when it is over, or before the time of a retry.
    pub fn collected(self, now: Millis) -> Result<Self, NotNow> {
        match self {
            Self::NotStarted { .. } => Ok(Self::Collecting { since: now }),
            Self::Collecting { .. } => Ok(self),
            Self::Failed { retry, .. } => {
                self.may_retry(retry, now, "changed")?;
                Ok(Self::Collecting { since: now })
            }
            _ => Err(self.not_now("changed")),
        }
    }

    /// Everything is handed in.
    ///
    /// # Errors
    /// [`NotNow`] unless parts were handed in since the last verdict.
    pub fn submitted(self, now: Millis) -> Result<Self, NotNow> {
        match self {
            Self::Collecting { .. } => Ok(Self::Processing {
                since: now,
                requeued: 0,
            }),
            _ => Err(self.not_now("submitted")),
        }
    }

    /// The machine did not answer in time and takes it up again.
    ///
    /// # Errors
    /// [`NotNow`] unless it is being judged.
    pub fn requeued(self) -> Result<Self, NotNow> {
        match self {
            Self::Processing { since, requeued } => Ok(Self::Processing {
                since,
                requeued: requeued.saturating_add(1),
            }),
            _ => Err(self.not_now("taken up again")),
        }
    }

    /// The machine has judged.
    ///
    /// # Errors
    /// [`NotNow`] unless it was being judged: a decision is made once.
    pub fn decided(self, verdict: &Verdict, now: Millis) -> Result<Self, NotNow> {
        let Self::Processing { .. } = self else {
            return Err(self.not_now("decided"));
        };
        Ok(match *verdict {
            Verdict::Verified { until } => Self::Verified { since: now, until },
            Verdict::Pending { due } => Self::Pending {
                since: now,
                due,
                queue: Queue::Review,
                overdue: false,
            },
            Verdict::Failed { retry } => Self::Failed { since: now, retry },
        })
    }

    /// Nobody has answered in time; that is told once.
    ///
    /// # Errors
    /// [`NotNow`] unless an answer was due and that was not told.
    pub fn missed(self, now: Millis) -> Result<Self, NotNow> {
        match self {
            Self::Pending {
                since,
                due,
                queue,
                overdue: false,
            } if due <= now => Ok(Self::Pending {
                since,
                due,
                queue,
                overdue: true,
            }),
            _ => Err(self.not_now("called overdue")),
        }
    }

    /// People have judged: as many as the policy asks for agree.
    ///
    /// # Errors
    /// [`NotNow`] unless people were asked.
    pub fn judged(
        self,
        settled: &Settled,
        policy: &Policy,
        document_ends: Option<Millis>,
        now: Millis,
    ) -> Result<Self, NotNow> {
        let Self::Pending { .. } = self else {
            return Err(self.not_now("decided"));
        };
        Ok(match settled.verdict() {
            Judgement::Approve => Self::Verified {
                since: now,
                until: valid_until(policy, document_ends, now),
            },
            Judgement::Refuse { .. } => Self::Failed {
                since: now,
                retry: Retry::Appeal,
            },
            Judgement::AskAgain { .. } => Self::Collecting { since: now },
        })
    }

    /// Its appeal is handed in: a person who has not seen it decides. Whether there is something to appeal against is asked
    /// when the appeal is opened; from then on the verification is locked, unless a reviewer asks for a step.
    ///
    /// # Errors
    /// [`NotNow`] where there is nothing to appeal against, or an appeal is waiting already.
    pub fn appealed(self, due: Millis, now: Millis) -> Result<Self, NotNow> {
        match self {
            Self::Collecting { .. }
            | Self::Failed { .. }
            | Self::Processing { .. }
            | Self::Pending {
                queue: Queue::Review,
                ..
            } => Ok(Self::Pending {
                since: now,
                due,
                queue: Queue::Appeal,
                overdue: false,
            }),
            _ => Err(self.not_now("appealed against")),
        }
    }

    /// People looked again at a decision and did not confirm it. Nobody is approved by that: what was verified ends, and
    /// who failed for good may try again.
    ///
    /// # Errors
    /// [`NotNow`] where the decision is not in force any more.
    pub fn overturned(self, now: Millis) -> Result<Self, NotNow> {
        match self {
            Self::Verified { .. } => Ok(Self::Expired {
                since: now,
                why: Expiry::Overturned,
            }),
            Self::Failed { .. } => Ok(Self::Failed {
                since: now,
                retry: Retry::Now,
            }),
            _ => Err(self.not_now("overturned")),
        }
    }

    /// It is over without a verdict, or its verdict no longer holds.
    ///
    /// # Errors
    /// [`NotNow`] while somebody waits for an answer, unless they were erased, or when it has expired before.
    pub fn expired(self, why: Expiry, now: Millis) -> Result<Self, NotNow> {
        match self {
            Self::Expired { .. } => Err(self.not_now("ended")),
            Self::Processing { .. } | Self::Pending { .. } if why != Expiry::Erased => {
                Err(self.not_now("ended"))
            }
            _ => Ok(Self::Expired { since: now, why }),
        }
    }

    fn may_retry(self, retry: Retry, now: Millis, wanted: &'static str) -> Result<(), NotNow> {
        match retry {
            Retry::Now => Ok(()),
            Retry::At { at } if at <= now => Ok(()),
            Retry::At { at } => Err(NotNow {
                retry_at: Some(at),
                ..self.not_now(wanted)
            }),
            Retry::Appeal => Err(self.not_now(wanted)),
        }
    }

    pub(crate) const fn not_now(self, wanted: &'static str) -> NotNow {
        NotNow {
            status: self.status(),
            wanted,
            retry_at: None,
            appeal: match self {
                Self::Pending {
                    due,
                    queue: Queue::Appeal,
                    ..
                } => Some(due),
                _ => None,
            },
        }
    }
}

/// What a decision makes of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is done.
    Verified {
        /// Until then, where it ends.
        until: Option<Millis>,
    },
    /// A person looks at it.
    Pending {
        /// An answer is due by then.
        due: Millis,
    },
    /// It failed.
    Failed {
        /// What can be done.
        retry: Retry,
    },
}

impl Verdict {
    /// Returns what follows from a decision. `document_ends` is the document's last moment, where it is known;
    /// `retry_at` the time before which the attempts made so far forbid another.
    pub fn new(
        policy: &Policy,
        decision: &Decision,
        document_ends: Option<Millis>,
        retry_at: Option<Millis>,
        now: Millis,
    ) -> Self {
        match decision.outcome {
            Outcome::Approved => Self::Verified {
                until: valid_until(policy, document_ends, now),
            },
            Outcome::Review => Self::Pending {
                due: now.plus(policy.times.review()),
            },
            Outcome::Retry => Self::Failed {
                retry: retry_at.map_or(Retry::Now, |at| Retry::At { at }),
            },
            Outcome::Refused => Self::Failed {
                retry: Retry::Appeal,
            },
        }
    }
}

/// Returns until when an approval holds: no longer than the policy says, and never longer than its document.
fn valid_until(policy: &Policy, document_ends: Option<Millis>, now: Millis) -> Option<Millis> {
    let days = policy.times.verified_days;
    let limit = (days > 0).then(|| now.plus(i64::from(days) * DAY));
    match (limit, document_ends) {
        (Some(limit), Some(ends)) => Some(limit.min(ends)),
        (limit, ends) => limit.or(ends),
    }
}

/// Returns the parts that a verification asks for; `None` for a level that the policy does not have.
pub fn parts<'a>(policy: &'a Policy, level: &str, flow: Flow) -> Option<&'a Parts> {
    let level = policy.levels.get(level)?;
    Some(policy.flows.parts(flow).unwrap_or(level))
}

/// Does a failure with these reasons count as an attempt? Faults of quality and technique do not, and what
/// goes to a person is no failure.
pub fn counts(outcome: Outcome, reasons: &[Reason]) -> bool {
    let failed = matches!(outcome, Outcome::Retry | Outcome::Refused);
    let counted = |reason: &&Reason| reason.end != End::Hint && reason.code.spec().counts;
    failed && reasons.iter().any(|reason| counted(&reason))
}

#[cfg(test)]
mod tests;
