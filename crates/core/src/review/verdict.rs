//! What a person says about a case, and what it means for whom it is about.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::decide::Outcome;
use crate::reason::{Disclosure, End, Reason, ReasonCode, Step, sort};

/// What a person says about a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The verification is done.
    Approve,
    /// It is refused; only an appeal helps.
    Refuse {
        /// Why.
        codes: BTreeSet<ReasonCode>,
    },
    /// Some steps are asked for once more; the rest is kept.
    AskAgain {
        /// Which steps.
        steps: BTreeSet<Step>,
        /// Why.
        codes: BTreeSet<ReasonCode>,
    },
}

/// Why a verdict cannot be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unfit {
    /// Too few or too many codes, or codes that say nothing about such a verdict.
    #[error("codes must be 1 to {} reason codes that fit the verdict", MOST_CODES)]
    Codes,
    /// No step, or one that the verification does not ask for.
    #[error("steps must be among those that the verification asks for")]
    Steps,
}

/// Most codes of a verdict: more help nobody.
const MOST_CODES: usize = 8;

impl Verdict {
    /// Checks that the verdict can be told to the person. `asked` are the steps that the verification asks for.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn check(&self, asked: &[Step]) -> Result<(), Unfit> {
        let number = |codes: &BTreeSet<ReasonCode>| (1..=MOST_CODES).contains(&codes.len());
        let fit = match self {
            Self::Approve => true,
            Self::Refuse { codes } => number(codes) && codes.iter().all(|code| refuses(*code)),
            Self::AskAgain { steps, codes } => {
                if steps.is_empty() || steps.iter().any(|step| !asked.contains(step)) {
                    return Err(Unfit::Steps);
                }
                number(codes) && codes.iter().all(|code| asks(*code))
            }
        };
        if fit { Ok(()) } else { Err(Unfit::Codes) }
    }

    /// Do two people mean the same? Codes may differ: they are said together.
    pub fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Approve, Self::Approve) | (Self::Refuse { .. }, Self::Refuse { .. }) => true,
            (Self::AskAgain { steps, .. }, Self::AskAgain { steps: others, .. }) => steps == others,
            _ => false,
        }
    }

    /// Returns its name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refuse { .. } => "refuse",
            Self::AskAgain { .. } => "ask_again",
        }
    }

    /// Returns the codes that it was given with.
    pub fn codes(&self) -> Vec<ReasonCode> {
        match self {
            Self::Approve => Vec::new(),
            Self::Refuse { codes } | Self::AskAgain { codes, .. } => {
                codes.iter().copied().collect()
            }
        }
    }

    /// Returns what becomes of the verification, in the machine's words.
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Approve => Outcome::Approved,
            Self::Refuse { .. } => Outcome::Refused,
            Self::AskAgain { .. } => Outcome::Retry,
        }
    }

    /// Returns what the person is told. Signs of fraud are not: the sentence that a person will look at it would be
    /// untrue by now.
    pub fn reasons(&self) -> Vec<Reason> {
        let told = |code: &&ReasonCode| code.spec().disclosure != Disclosure::None;
        let mut reasons: Vec<Reason> = match self {
            Self::Approve => Vec::new(),
            Self::Refuse { codes } => {
                let codes = codes.iter().filter(told).copied();
                let all = std::iter::once(ReasonCode::ReviewRefused).chain(codes);
                all.map(|code| Reason::new(code).ending(End::Final))
                    .collect()
            }
            Self::AskAgain { steps, codes } => codes
                .iter()
                .filter(told)
                .flat_map(|code| again(*code, steps))
                .collect(),
        };
        sort(&mut reasons);
        reasons
    }
}

/// Can a refusal be given with a code? Advice and waiting times are no reason for one.
fn refuses(code: ReasonCode) -> bool {
    !matches!(code.spec().end, End::Hint | End::Wait)
}

/// Can a step be asked for with a code? The person must be told what is wrong, and it must be theirs to mend.
fn asks(code: ReasonCode) -> bool {
    let spec = code.spec();
    let mended = matches!(spec.end, End::Again | End::Fix | End::Review);
    mended && spec.disclosure != Disclosure::None
}

/// Returns a code's reason at its own step where that is asked for, else at each one that is.
fn again(code: ReasonCode, steps: &BTreeSet<Step>) -> Vec<Reason> {
    let spec = code.spec();
    let end = match spec.end {
        End::Fix => End::Fix,
        _ => End::Again,
    };
    let own = steps.get(&spec.step).copied();
    let places: Vec<Step> = match own {
        Some(step) => vec![step],
        None => steps.iter().copied().collect(),
    };
    places
        .into_iter()
        .map(|step| Reason::new(code).at(step).ending(end))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: [Step; 3] = [Step::DocumentFront, Step::Selfie, Step::Form];

    fn refuse(codes: &[ReasonCode]) -> Verdict {
        let codes = codes.iter().copied().collect();
        Verdict::Refuse { codes }
    }

    fn ask(steps: &[Step], codes: &[ReasonCode]) -> Verdict {
        Verdict::AskAgain {
            steps: steps.iter().copied().collect(),
            codes: codes.iter().copied().collect(),
        }
    }

    #[test]
    fn a_verdict_that_cannot_be_told_is_not_given() {
        use ReasonCode::{AttemptsExhausted, DocBlurred, DocEdited, FaceGlasses, NotEligible};
        let front = [Step::DocumentFront];
        for (verdict, expected) in [
            (Verdict::Approve, Ok(())),
            (refuse(&[DocEdited]), Ok(())),
            (refuse(&[NotEligible, DocBlurred]), Ok(())),
            (refuse(&[]), Err(Unfit::Codes)),
            (refuse(&[FaceGlasses]), Err(Unfit::Codes)),
            (refuse(&[AttemptsExhausted]), Err(Unfit::Codes)),
            (refuse(&ReasonCode::ALL[..9]), Err(Unfit::Codes)),
            (ask(&front, &[DocBlurred]), Ok(())),
            (ask(&front, &[ReasonCode::DocDamaged]), Ok(())),
            (ask(&front, &[]), Err(Unfit::Codes)),
            (ask(&front, &[DocEdited]), Err(Unfit::Codes)),
            (ask(&front, &[NotEligible]), Err(Unfit::Codes)),
            (ask(&[], &[DocBlurred]), Err(Unfit::Steps)),
            (ask(&[Step::DocumentBack], &[DocBlurred]), Err(Unfit::Steps)),
        ] {
            assert_eq!(verdict.check(&ASKED), expected, "{verdict:?}");
        }
    }

    #[test]
    fn who_is_refused_hears_that_people_looked_and_nothing_that_helps_a_forger() {
        let told = refuse(&[ReasonCode::DocEdited, ReasonCode::DocExpired]).reasons();
        let codes: Vec<_> = told.iter().map(|reason| reason.code).collect();
        assert_eq!(codes, [ReasonCode::ReviewRefused, ReasonCode::DocExpired]);
        assert!(told.iter().all(|reason| reason.end == End::Final));
    }

    #[test]
    fn who_is_asked_again_hears_at_which_step() {
        let asked = ask(
            &[Step::Selfie, Step::Form],
            &[ReasonCode::DocBlurred, ReasonCode::FaceMismatch],
        );
        let told: Vec<_> = asked
            .reasons()
            .iter()
            .map(|reason| (reason.code, reason.step, reason.end))
            .collect();
        for expected in [
            (ReasonCode::DocBlurred, Step::Selfie, End::Again),
            (ReasonCode::DocBlurred, Step::Form, End::Again),
            (ReasonCode::FaceMismatch, Step::Selfie, End::Again),
        ] {
            assert!(told.contains(&expected), "{told:?}");
        }
        assert_eq!(told.len(), 3);
    }

    #[test]
    fn two_mean_the_same_whatever_their_codes() {
        let blurred = ask(&[Step::Selfie], &[ReasonCode::FaceBlurred]);
        let dark = ask(&[Step::Selfie], &[ReasonCode::FaceLighting]);
        let form = ask(&[Step::Form], &[ReasonCode::NameMismatch]);
        assert!(blurred.agrees(&dark) && !blurred.agrees(&form));
        assert!(refuse(&[ReasonCode::DocEdited]).agrees(&refuse(&[ReasonCode::NotEligible])));
        assert!(!Verdict::Approve.agrees(&refuse(&[ReasonCode::DocEdited])));
    }
}
