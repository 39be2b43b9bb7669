//! How many people a verdict takes, and what votes amount to.

use serde::{Deserialize, Serialize};

use super::{Queue, Verdict, Vote};
use crate::access::Role;
use crate::policy::ReviewRules;
use crate::reason::{Class, Disclosure, ReasonCode};

/// What the number of people depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matter {
    /// Why people look at it.
    pub queue: Queue,
    /// The level that an approval gives.
    pub level: String,
    /// The codes of the reasons that the machine found.
    pub codes: Vec<String>,
}

/// How many people a verdict takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eyes {
    /// One.
    One,
    /// Two.
    Two,
    /// Two, of whom one is a senior.
    TwoWithSenior,
}

/// What votes amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Nobody has voted.
    Open,
    /// Another must agree.
    Second {
        /// Must it be a senior?
        senior: bool,
    },
    /// Two have disagreed; a senior ends it together with one of them.
    Disputed,
    /// It is decided.
    Ended(&'a Verdict),
}

/// Is a code a sign of fraud? One person alone lets none of them go. A code that this version does not know is one.
pub fn is_fraud_like(code: &str) -> bool {
    ReasonCode::parse(code).is_none_or(|code| {
        let spec = code.spec();
        spec.class == Class::Risk || spec.disclosure == Disclosure::None
    })
}

/// Does a role decide cases?
pub(super) const fn works(role: Role) -> bool {
    matches!(role, Role::Reviewer | Role::Senior)
}

impl Matter {
    /// Returns how many people a verdict takes.
    ///
    /// Two look at whatever lets a sign of fraud go, at every approval that an appeal asks for, and at approvals of all
    /// levels but those that the policy names. A re-review is the second look by itself.
    pub fn eyes(&self, rules: &ReviewRules, verdict: &Verdict) -> Eyes {
        if self.queue == Queue::Recheck {
            return Eyes::Two;
        }
        let fraud = self.codes.iter().any(|code| is_fraud_like(code));
        let single = rules.single_approval_levels.contains(&self.level);
        match verdict {
            Verdict::Refuse { .. } => Eyes::One,
            _ if fraud => Eyes::TwoWithSenior,
            Verdict::Approve if !single || self.queue == Queue::Appeal => Eyes::TwoWithSenior,
            Verdict::Approve | Verdict::AskAgain { .. } => Eyes::One,
        }
    }

    /// Must the second be a senior, after this first vote?
    fn senior_after(&self, rules: &ReviewRules, first: &Vote) -> bool {
        let eyes = self.eyes(rules, &first.verdict);
        eyes == Eyes::TwoWithSenior && first.role != Role::Senior
    }
}

/// Returns what votes amount to; `None` for votes that no rule lets happen.
pub fn standing<'a>(
    matter: &Matter,
    rules: &ReviewRules,
    votes: &'a [Vote],
) -> Option<Standing<'a>> {
    let mut people: Vec<_> = votes.iter().map(|vote| vote.staff).collect();
    people.sort_unstable();
    people.dedup();
    if people.len() != votes.len() || votes.iter().any(|vote| !works(vote.role)) {
        return None;
    }
    match votes {
        [] => Some(Standing::Open),
        [first] if matter.eyes(rules, &first.verdict) == Eyes::One => {
            Some(Standing::Ended(&first.verdict))
        }
        [first] => Some(Standing::Second {
            senior: matter.senior_after(rules, first),
        }),
        [first, second, rest @ ..] => {
            let ended = matter.eyes(rules, &first.verdict) == Eyes::One;
            let junior = matter.senior_after(rules, first) && second.role != Role::Senior;
            let agreed = second.verdict.agrees(&first.verdict);
            match rest {
                _ if ended || junior => None,
                [] if agreed => Some(Standing::Ended(&second.verdict)),
                [] => Some(Standing::Disputed),
                [third] => {
                    let with = |other: &Vote| third.verdict.agrees(&other.verdict);
                    let ends = third.role == Role::Senior && (with(first) || with(second));
                    (ends && !agreed).then_some(Standing::Ended(&third.verdict))
                }
                _ => None,
            }
        }
    }
}
