//! Names: the typed one against print and zone, and print against zone.

use menshen_document::Field;

use crate::checks::document::unreadable;
use crate::claims::Claims;
use crate::facts::{Facts, Verdict, compare};
use crate::finding::Finding;
use crate::policy::Policy;
use crate::reason::{Param, ReasonCode, Step};

/// Compares the typed name with every name on the document.
pub(crate) fn check(policy: &Policy, claims: &Claims, facts: &Facts) -> Vec<Finding> {
    let same = |name: &String| relate(policy, &claims.name, name).is_none();
    match compare(&facts.names, same) {
        Verdict::Confirmed | Verdict::Unknown => Vec::new(),
        Verdict::Unsure(fact) => {
            vec![unreadable(fact.origin, Field::Name).map(|r| r.region(fact.region))]
        }
        Verdict::Differs(fact) => {
            let position = relate(policy, &claims.name, &fact.value).unwrap_or(1);
            let finding = Finding::new(ReasonCode::NameMismatch, Step::Form);
            vec![finding.from(fact.origin).firm().map(|r| {
                r.field(Field::Name)
                    .with("n", Param::Count(position))
                    .region(fact.region)
            })]
        }
    }
}

/// Returns the position (from 1) at which two names differ.
fn relate(_policy: &Policy, typed: &str, printed: &str) -> Option<u32> {
    let fold = |name: &str| -> Vec<char> {
        name.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_uppercase)
            .collect()
    };
    let (typed, printed) = (fold(typed), fold(printed));
    if typed == printed {
        return None;
    }
    let position = typed
        .iter()
        .zip(&printed)
        .take_while(|(a, b)| a == b)
        .count();
    u32::try_from(position + 1).ok()
}

/// Tells whether two typed names are one, whoever typed them.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    relate(&Policy::default(), a, b).is_none()
}
