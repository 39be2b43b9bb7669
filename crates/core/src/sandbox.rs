//! Sandbox tenants: the typed name chooses outcome and reasons, so that integrators can see every answer
//! without documents, faces or models.
//!
//! `MAGIC APPROVED`, `MAGIC REVIEW`, `MAGIC REFUSED`, or `MAGIC` and any reason codes:
//! `MAGIC name_mismatch doc_expired`. Every other name is approved.

use crate::decide::{Decision, Outcome, outcome};
use crate::policy::Policy;
use crate::reason::{Reason, ReasonCode, sort};

/// Returns the decision that a name asks for. Words that are no code are passed over.
pub fn decide(policy: &Policy, name: &str) -> Decision {
    let mut reasons: Vec<Reason> = codes(name).map(Reason::new).collect();
    sort(&mut reasons);
    let wanted = words(name).find_map(|word| match word.to_ascii_lowercase().as_str() {
        "review" => Some(Outcome::Review),
        "refused" => Some(Outcome::Refused),
        _ => None,
    });
    let found = outcome(&reasons);
    Decision {
        outcome: wanted.map_or(found, |wanted| wanted.max(found)),
        reasons,
        policy_version: policy.identity(),
    }
}

/// Returns the codes that a name asks for.
pub fn codes(name: &str) -> impl Iterator<Item = ReasonCode> {
    words(name).filter_map(|word| ReasonCode::parse(&word.to_ascii_lowercase()))
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    let mut words = name.split_whitespace();
    let magic = words
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("magic"));
    words.filter(move |_| magic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(name: &str) -> (Outcome, Vec<&'static str>) {
        let decision = decide(&Policy::default(), name);
        let codes = decision.reasons.iter().map(|reason| reason.code.as_str());
        (decision.outcome, codes.collect())
    }

    #[test]
    fn names_choose_outcomes_and_reasons() {
        assert_eq!(judge("Ada Lovelace"), (Outcome::Approved, vec![]));
        assert_eq!(judge("MAGIC APPROVED"), (Outcome::Approved, vec![]));
        assert_eq!(judge("Magic review"), (Outcome::Review, vec![]));
        assert_eq!(judge("MAGIC REFUSED"), (Outcome::Refused, vec![]));
        assert_eq!(judge("MAGIC face_mismatch").0, Outcome::Retry);
        let both = judge("MAGIC name_mismatch DOC_EXPIRED");
        assert_eq!(both, (Outcome::Retry, vec!["doc_expired", "name_mismatch"]));
    }

    #[test]
    fn an_ordinary_name_holds_no_magic() {
        assert_eq!(judge("Smith face_mismatch"), (Outcome::Approved, vec![]));
    }

    #[test]
    fn every_code_can_be_chosen() {
        for code in ReasonCode::ALL {
            assert!(codes(&format!("MAGIC {}", code.as_str())).eq([*code]));
        }
    }
}
