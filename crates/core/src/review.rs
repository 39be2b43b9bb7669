//! Review: what people decide, and who may.
//!
//! One function, [`Case::may`], tells who may take a case and who may work on it; one, [`standing`], tells what the votes
//! amount to. A case goes on by transitions that eat the old one and may refuse.

mod compare;
mod standing;
mod verdict;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::access::Role;
use crate::ids::{ApplicantId, StaffId, TenantId};
use crate::policy::ReviewRules;
use crate::time::Millis;

pub use crate::verification::Queue;
pub use compare::{Beside, Read, beside};
pub use standing::{Eyes, Matter, Standing, is_fraud_like, standing};
pub use verdict::{Unfit, Verdict};

/// Somebody who reviews, as they are now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reviewer {
    /// For whom they work.
    pub tenant: TenantId,
    /// Who.
    pub staff: StaffId,
    /// As what.
    pub role: Role,
    /// The applicant that they are themselves, where that is known.
    pub applicant: Option<ApplicantId>,
}

/// What somebody has said about a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// Who.
    pub staff: StaffId,
    /// As what, then.
    pub role: Role,
    /// When.
    pub at: Millis,
    /// What.
    pub verdict: Verdict,
}

/// Where a case is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits for somebody.
    Waiting {
        /// Since then.
        since: Millis,
    },
    /// Somebody looks at it.
    Claimed {
        /// Who.
        by: StaffId,
        /// Since then.
        since: Millis,
        /// Until then, unless it is claimed again.
        until: Millis,
    },
    /// It is decided; its votes say how.
    Decided {
        /// When.
        at: Millis,
    },
    /// There is nothing left to decide: the person was erased.
    Dropped {
        /// When.
        at: Millis,
    },
}

/// A case that people decide. No personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Whose it is.
    pub tenant: TenantId,
    /// Whom it is about.
    pub applicant: ApplicantId,
    /// What the number of people depends on.
    pub matter: Matter,
    /// Where it is.
    pub state: State,
    /// What was said, in order. A re-review begins with the vote that it looks at.
    pub votes: Vec<Vote>,
    /// Who may not take it: they know it from before.
    pub barred: BTreeSet<StaffId>,
    /// Who has ever held it.
    pub seen: BTreeSet<StaffId>,
}

/// What somebody wants to do with a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Take it, or hold on to it.
    Take,
    /// Look at it, note something, let it go, decide: all that takes a claim.
    Work,
}

/// Why somebody may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    /// It is another tenant's: it is not there.
    #[error("there is no such case")]
    NotThere,
    /// Their role decides nothing.
    #[error("this role works on no cases")]
    Role,
    /// It is about themselves.
    #[error("nobody works on their own case")]
    Own,
    /// It is decided, or there is nothing left to decide.
    #[error("the case is closed")]
    Closed,
    /// They have voted.
    #[error("whoever has voted leaves the case to others")]
    Voted,
    /// They know it from before.
    #[error("whoever knows the case from before leaves it to others")]
    Barred,
    /// Only a senior may.
    #[error("this case takes a senior now")]
    NeedsSenior,
    /// Somebody else holds it.
    #[error("somebody else holds the case")]
    Held,
    /// They do not hold it: never did, let it go, or let the time run out.
    #[error("claim the case first")]
    NotHeld,
    /// In a dispute the third must agree with one of the two.
    #[error("two have disagreed: agree with one of them")]
    StandsAlone,
}

impl Refused {
    /// Returns the stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotThere => "not_found",
            Self::Role => "role",
            Self::Own => "own_case",
            Self::Closed => "case_closed",
            Self::Voted => "voted_before",
            Self::Barred => "seen_before",
            Self::NeedsSenior => "senior_needed",
            Self::Held => "case_held",
            Self::NotHeld => "not_claimed",
            Self::StandsAlone => "stands_alone",
        }
    }
}

/// A verdict on which as many people agree as the policy asks for. Only [`Case::voted`] makes one, and nothing but one
/// lets a person's word change a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    verdict: Verdict,
}

impl Settled {
    /// Returns the verdict.
    pub const fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

impl Case {
    /// Returns a case that waits. `seen` are those who know the person's case from before.
    pub const fn new(
        (tenant, applicant): (TenantId, ApplicantId),
        matter: Matter,
        seen: BTreeSet<StaffId>,
        now: Millis,
    ) -> Self {
        Self {
            tenant,
            applicant,
            matter,
            state: State::Waiting { since: now },
            votes: Vec::new(),
            barred: seen,
            seen: BTreeSet::new(),
        }
    }

    /// Returns the case in which others look again at what one person has decided. That person's vote is its first.
    pub fn recheck(&self, vote: Vote, now: Millis) -> Self {
        let matter = Matter {
            queue: Queue::Recheck,
            ..self.matter.clone()
        };
        let barred = self.barred.union(&self.seen).copied().collect();
        Self {
            votes: vec![vote],
            ..Self::new((self.tenant, self.applicant), matter, barred, now)
        }
    }

    /// Returns who holds the case.
    pub fn holder(&self, now: Millis) -> Option<StaffId> {
        match self.state {
            State::Claimed { by, until, .. } if until > now => Some(by),
            _ => None,
        }
    }

    /// Is it over?
    pub const fn is_closed(&self) -> bool {
        matches!(self.state, State::Decided { .. } | State::Dropped { .. })
    }

    /// Have two people disagreed?
    pub fn is_disputed(&self, rules: &ReviewRules) -> bool {
        match standing(&self.matter, rules, &self.votes) {
            Some(Standing::Disputed) => true,
            // A dispute that was ended.
            Some(Standing::Ended(_)) => self.votes.len() > 2,
            _ => false,
        }
    }

    /// May somebody take the case, or work on it? All that is asked about people is asked here.
    ///
    /// # Errors
    /// [`Refused`] says why not.
    pub fn may(
        &self,
        who: &Reviewer,
        deed: Deed,
        rules: &ReviewRules,
        now: Millis,
    ) -> Result<(), Refused> {
        let senior = who.role == Role::Senior;
        if who.tenant != self.tenant {
            return Err(Refused::NotThere);
        }
        if !standing::works(who.role) {
            return Err(Refused::Role);
        }
        if who.applicant == Some(self.applicant) {
            return Err(Refused::Own);
        }
        if self.is_closed() {
            return Err(Refused::Closed);
        }
        if self.votes.iter().any(|vote| vote.staff == who.staff) {
            return Err(Refused::Voted);
        }
        if self.barred.contains(&who.staff) {
            return Err(Refused::Barred);
        }
        match standing(&self.matter, rules, &self.votes) {
            Some(Standing::Open | Standing::Second { senior: false }) => {}
            Some(Standing::Second { senior: true } | Standing::Disputed) if senior => {}
            Some(Standing::Second { .. } | Standing::Disputed) => return Err(Refused::NeedsSenior),
            // Votes that have ended it, or that no rule lets happen, leave nothing to do.
            Some(Standing::Ended(_)) | None => return Err(Refused::Closed),
        }
        match (deed, self.holder(now)) {
            (_, Some(by)) if by == who.staff => Ok(()),
            (Deed::Take, None) => Ok(()),
            (Deed::Take, Some(_)) => Err(Refused::Held),
            (Deed::Work, _) => Err(Refused::NotHeld),
        }
    }

    /// Somebody takes the case, or holds on to it.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn claimed(
        mut self,
        who: &Reviewer,
        rules: &ReviewRules,
        now: Millis,
    ) -> Result<Self, Refused> {
        self.may(who, Deed::Take, rules, now)?;
        let since = match self.state {
            State::Claimed { since, until, .. } if until > now => since,
            _ => now,
        };
        self.seen.insert(who.staff);
        self.state = State::Claimed {
            by: who.staff,
            since,
            until: now.plus(rules.claim()),
        };
        Ok(self)
    }

    /// Somebody lets the case go, and for good where they should not decide it.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn released(
        mut self,
        who: &Reviewer,
        why: Release,
        rules: &ReviewRules,
        now: Millis,
    ) -> Result<Self, Refused> {
        self.may(who, Deed::Work, rules, now)?;
        if why == Release::Conflict {
            self.barred.insert(who.staff);
        }
        self.state = State::Waiting { since: now };
        Ok(self)
    }

    /// Somebody says what they think; a verdict comes back where that settles it.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn voted(
        mut self,
        who: &Reviewer,
        verdict: Verdict,
        rules: &ReviewRules,
        now: Millis,
    ) -> Result<(Self, Option<Settled>), Refused> {
        self.may(who, Deed::Work, rules, now)?;
        if self.votes.is_empty() {
            // The second must not have seen the case before the first has voted.
            self.barred.extend(self.seen.iter().copied());
        }
        self.votes.push(Vote {
            staff: who.staff,
            role: who.role,
            at: now,
            verdict,
        });
        let settled = match standing(&self.matter, rules, &self.votes) {
            Some(Standing::Ended(verdict)) => Some(Settled {
                verdict: verdict.clone(),
            }),
            Some(Standing::Second { .. } | Standing::Disputed) => None,
            Some(Standing::Open) | None => return Err(Refused::StandsAlone),
        };
        self.state = match settled {
            Some(_) => State::Decided { at: now },
            None => State::Waiting { since: now },
        };
        Ok((self, settled))
    }

    /// Did those who looked again say the same as the first? Only a re-review has an answer.
    pub fn is_upheld(&self, settled: &Settled) -> Option<bool> {
        let first = self.votes.first()?;
        let again = self.matter.queue == Queue::Recheck;
        again.then(|| first.verdict.agrees(&settled.verdict))
    }
}

/// Why somebody lets a case go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// They have no time, or do not know.
    Open,
    /// They know the person, or have another reason not to decide it, ever.
    Conflict,
}

#[cfg(test)]
mod tests;
