//! An appeal: a person says that a verdict, or the waiting, is wrong, proves who they are, and is answered by somebody who
//! has not seen the case.
//!
//! The states carry their data, the transitions eat the old state and may refuse. While an appeal is open nothing is
//! handed in to its verification: see [`crate::progress::Progress::collected`].

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::policy::{AppealRules, TimeRules};
use crate::reason::{Class, Disclosure, End, Param, Reason, ReasonCode, Step};
use crate::time::Millis;
use crate::verification;

/// The way of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By mail.
    Email,
    /// By SMS.
    Sms,
}

impl Channel {
    /// Returns the milliseconds for which a code is good: an SMS comes at once, mail may lie.
    pub const fn code_lasts(self) -> i64 {
        match self {
            Self::Email => 24 * crate::time::HOUR,
            Self::Sms => 10 * crate::time::MINUTE,
        }
    }
}

/// How it was shown whose appeal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "proof")]
pub enum Proof {
    /// By a code sent to an address from the time of registration.
    Code {
        /// By which way.
        channel: Channel,
    },
    /// The integrator vouches for the person.
    Vouched,
}

/// What became of an appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The verdict stands.
    Upheld,
    /// The verdict was wrong.
    Overturned,
}

/// Why an appeal ended without a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Nobody touched it.
    LeftLying,
    /// Its verification was decided or ended meanwhile.
    Settled,
    /// The person was erased.
    Erased,
}

/// The state of an appeal. No personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    /// Whose it is has not been shown yet.
    Opened {
        /// Since then.
        since: Millis,
        /// The way of the code that was sent last.
        sent: Option<Channel>,
    },
    /// Whose it is was shown; screenshots and the statement are wanted.
    Collecting {
        /// Since then.
        since: Millis,
        /// How it was shown.
        proof: Proof,
    },
    /// A person who has not seen the case is to decide.
    Waiting {
        /// Since then.
        since: Millis,
        /// An answer is due by then.
        due: Millis,
        /// How it was shown whose it is.
        proof: Proof,
    },
    /// The reviewer asks for one more step.
    AskedAgain {
        /// Since then.
        since: Millis,
        /// What is asked for.
        steps: BTreeSet<Step>,
        /// How it was shown whose it is.
        proof: Proof,
    },
    /// It is decided.
    Decided {
        /// Since then.
        since: Millis,
        /// How.
        outcome: Outcome,
        /// The rule that was disputed; none where the waiting was.
        rule: Option<ReasonCode>,
    },
    /// The person took it back.
    Withdrawn {
        /// Since then.
        since: Millis,
    },
    /// It ended without a decision.
    Lapsed {
        /// Since then.
        since: Millis,
        /// Why.
        why: Ending,
    },
}

/// The word of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the states say it")]
pub enum Word {
    Opened,
    Collecting,
    Waiting,
    AskedAgain,
    Decided,
    Withdrawn,
    Lapsed,
}

impl Word {
    /// Returns its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Collecting => "collecting",
            Self::Waiting => "waiting",
            Self::AskedAgain => "asked_again",
            Self::Decided => "decided",
            Self::Withdrawn => "withdrawn",
            Self::Lapsed => "lapsed",
        }
    }
}

/// Why an appeal cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CannotOpen {
    /// There is nothing to appeal against.
    #[error("only what failed, or waits beyond its time, can be appealed against")]
    NothingWrong {
        /// From then on, where it waits.
        from: Option<Millis>,
    },
    /// The quoted reason is none of the verification's.
    #[error("the quoted reason is none of this verification's")]
    OtherReason,
    /// One is open.
    #[error("an appeal of this verification is open")]
    Open,
    /// There were too many.
    #[error("too many appeals; the next one can be opened later")]
    TooMany {
        /// From then on.
        until: Millis,
    },
}

/// Why a transition was refused: the state does not allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an appeal that is {} cannot be {wanted}", state.name())]
pub struct NotNow {
    /// What it is.
    pub state: Word,
    /// What was wanted.
    pub wanted: &'static str,
}

/// What is known when an appeal is to be opened.
#[derive(Clone, Debug)]
pub struct Opening<'a> {
    /// The verification's state.
    pub state: &'a verification::State,
    /// The reasons of its last verdict, as whoever opens it was told of them.
    pub codes: &'a [ReasonCode],
    /// The one that is disputed; none where the waiting is, or where none was named to the person.
    pub disputed: Option<ReasonCode>,
    /// Is an appeal of the verification open?
    pub open: bool,
    /// When the person opened appeals before.
    pub earlier: &'a [Millis],
}

impl State {
    /// Opens an appeal.
    ///
    /// # Errors
    /// [`CannotOpen`].
    pub fn open(
        rules: &AppealRules,
        times: &TimeRules,
        opening: &Opening<'_>,
        now: Millis,
    ) -> Result<Self, CannotOpen> {
        appealable(opening.state, times, now)?;
        if opening.open {
            return Err(CannotOpen::Open);
        }
        match opening.disputed {
            Some(code) if !opening.codes.contains(&code) => return Err(CannotOpen::OtherReason),
            None if !opening.codes.is_empty() => return Err(CannotOpen::OtherReason),
            _ => {}
        }
        let mut recent: Vec<Millis> = opening.earlier.to_vec();
        recent.retain(|at| at.plus(rules.window()) > now);
        recent.sort_unstable();
        if let Some(over) = recent.len().checked_sub(rules.most as usize) {
            let until = recent[over].plus(rules.window());
            return Err(CannotOpen::TooMany { until });
        }
        Ok(Self::Opened {
            since: now,
            sent: None,
        })
    }

    /// Returns the state's word.
    pub const fn word(&self) -> Word {
        match self {
            Self::Opened { .. } => Word::Opened,
            Self::Collecting { .. } => Word::Collecting,
            Self::Waiting { .. } => Word::Waiting,
            Self::AskedAgain { .. } => Word::AskedAgain,
            Self::Decided { .. } => Word::Decided,
            Self::Withdrawn { .. } => Word::Withdrawn,
            Self::Lapsed { .. } => Word::Lapsed,
        }
    }

    /// Returns since when it is so.
    pub const fn since(&self) -> Millis {
        match *self {
            Self::Opened { since, .. }
            | Self::Collecting { since, .. }
            | Self::Waiting { since, .. }
            | Self::AskedAgain { since, .. }
            | Self::Decided { since, .. }
            | Self::Withdrawn { since }
            | Self::Lapsed { since, .. } => since,
        }
    }

    /// Is something still to be done, by the person or for them?
    pub const fn is_open(&self) -> bool {
        matches!(
            self,
            Self::Opened { .. }
                | Self::Collecting { .. }
                | Self::Waiting { .. }
                | Self::AskedAgain { .. }
        )
    }

    /// Is it the person's turn?
    pub const fn is_persons(&self) -> bool {
        self.is_open() && !matches!(self, Self::Waiting { .. })
    }

    /// Returns when the service must look at it by itself, if nobody touches it after `touched`.
    pub const fn due(&self, rules: &AppealRules, touched: Millis) -> Option<Millis> {
        if self.is_persons() {
            Some(touched.plus(rules.open()))
        } else {
            None
        }
    }

    /// A code was sent.
    ///
    /// # Errors
    /// [`NotNow`] unless it is still to be shown whose appeal it is.
    pub fn sent(self, channel: Channel) -> Result<Self, NotNow> {
        match self {
            Self::Opened { since, .. } => Ok(Self::Opened {
                since,
                sent: Some(channel),
            }),
            _ => Err(self.not_now("sent a code")),
        }
    }

    /// It was shown whose appeal it is.
    ///
    /// # Errors
    /// [`NotNow`] where it was shown before.
    pub fn proven(self, proof: Proof, now: Millis) -> Result<Self, NotNow> {
        match self {
            Self::Opened { .. } => Ok(Self::Collecting { since: now, proof }),
            _ => Err(self.not_now("proven")),
        }
    }

    /// May evidence be handed in?
    ///
    /// # Errors
    /// [`NotNow`] before it was shown whose it is, and when it is no longer the person's turn.
    pub fn collects(&self) -> Result<(), NotNow> {
        match self {
            Self::Collecting { .. } | Self::AskedAgain { .. } => Ok(()),
            _ => Err(self.not_now("added to")),
        }
    }

    /// Everything is handed in; an answer is due.
    ///
    /// # Errors
    /// [`NotNow`] before it was shown whose it is, and when it is no longer the person's turn.
    pub fn handed_in(self, due: Millis, now: Millis) -> Result<Self, NotNow> {
        match self {
            Self::Collecting { proof, .. } | Self::AskedAgain { proof, .. } => Ok(Self::Waiting {
                since: now,
                due,
                proof,
            }),
            _ => Err(self.not_now("handed in")),
        }
    }

    /// The reviewer asks for one more step.
    ///
    /// # Errors
    /// [`NotNow`] unless a reviewer is waited for.
    pub fn asked(self, steps: BTreeSet<Step>, now: Millis) -> Result<Self, NotNow> {
        match self {
            Self::Waiting { proof, .. } => Ok(Self::AskedAgain {
                since: now,
                steps,
                proof,
            }),
            _ => Err(self.not_now("asked for more")),
        }
    }

    /// It is decided.
    ///
    /// # Errors
    /// [`NotNow`] unless a reviewer is waited for: a decision is made once.
    pub fn decided(
        self,
        outcome: Outcome,
        rule: Option<ReasonCode>,
        now: Millis,
    ) -> Result<Self, NotNow> {
        match self {
            Self::Waiting { .. } => Ok(Self::Decided {
                since: now,
                outcome,
                rule,
            }),
            _ => Err(self.not_now("decided")),
        }
    }

    /// The person takes it back.
    ///
    /// # Errors
    /// [`NotNow`] where it is not the person's turn.
    pub fn withdrawn(self, now: Millis) -> Result<Self, NotNow> {
        if self.is_persons() {
            return Ok(Self::Withdrawn { since: now });
        }
        Err(self.not_now("withdrawn"))
    }

    /// It ends without a decision.
    ///
    /// # Errors
    /// [`NotNow`] where it has ended before, and where a reviewer is waited for and the person is not gone.
    pub fn lapsed(self, why: Ending, now: Millis) -> Result<Self, NotNow> {
        let may = match why {
            Ending::LeftLying => self.is_persons(),
            Ending::Settled | Ending::Erased => self.is_open(),
        };
        match may {
            true => Ok(Self::Lapsed { since: now, why }),
            false => Err(self.not_now("ended")),
        }
    }

    const fn not_now(&self, wanted: &'static str) -> NotNow {
        NotNow {
            state: self.word(),
            wanted,
        }
    }
}

/// Tells whether there is something to appeal against: a failure, or waiting beyond the promised time.
///
/// # Errors
/// [`CannotOpen::NothingWrong`] with the moment from which there is, where the person waits.
pub fn appealable(
    state: &verification::State,
    times: &TimeRules,
    now: Millis,
) -> Result<(), CannotOpen> {
    use verification::State::{Failed, Pending, Processing};
    let from = match *state {
        Failed { .. } => return Ok(()),
        Pending { due, .. } => Some(due),
        Processing { since, .. } => Some(since.plus(times.stuck())),
        _ => None,
    };
    match from {
        Some(from) if from <= now => Ok(()),
        from => Err(CannotOpen::NothingWrong { from }),
    }
}

/// Returns the reasons that a person was told of and may quote, and one more: the first that was not named to them, which
/// is disputed where nothing is quoted. A hint stands in nobody's way.
pub fn quotable(reasons: &[Reason]) -> (Vec<ReasonCode>, Option<ReasonCode>) {
    let blocks = |reason: &&Reason| reason.end != End::Hint;
    let named = |reason: &&Reason| reason.disclosure != Disclosure::None;
    let codes = reasons.iter().filter(blocks).filter(named);
    let hidden = reasons.iter().filter(blocks).find(|reason| !named(reason));
    (
        codes.map(|reason| reason.code).collect(),
        hidden.map(|reason| reason.code),
    )
}

/// Does an appeal against these reasons take two people, whatever else the policy says? What smells of fraud does.
pub fn takes_two(reasons: &[Reason]) -> bool {
    reasons
        .iter()
        .any(|reason| reason.class == Class::Risk || reason.disclosure == Disclosure::None)
}

/// Returns the reason that stands in the way of everything else while an appeal is open.
pub fn in_progress(due: Millis) -> Reason {
    let due = due.to_timestamp();
    let mut reason = Reason::new(ReasonCode::AppealInProgress).with("date", Param::Time(due));
    reason.retry_at = Some(due);
    reason
}
