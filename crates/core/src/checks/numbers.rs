//! Document numbers: the typed one against print and zone.

use menshen_document::Field;
use menshen_document::mrz::is_blind_pair;

use crate::checks::document::unreadable;
use crate::claims::Claims;
use crate::facts::{Facts, Verdict, compare};
use crate::finding::Finding;
use crate::reason::{Param, ReasonCode, Step};

/// Compares the typed number with every number on the document.
pub(crate) fn check(claims: &Claims, facts: &Facts) -> Vec<Finding> {
    let typed = fold(&claims.number);
    match compare(&facts.numbers, |number| fold(number) == typed) {
        Verdict::Confirmed | Verdict::Unknown => Vec::new(),
        Verdict::Unsure(fact) => {
            vec![unreadable(fact.origin, Field::DocumentNumber).map(|r| r.region(fact.region))]
        }
        Verdict::Differs(fact) => {
            let printed = fold(&fact.value);
            if confusable(&typed, &printed) {
                // The check digit cannot tell the two apart, so the reader may be wrong.
                let finding = unreadable(fact.origin, Field::DocumentNumber);
                return vec![finding.map(|r| r.region(fact.region))];
            }
            let position = first_difference(&typed, &printed);
            let finding = Finding::new(ReasonCode::NumberMismatch, Step::Form);
            vec![finding.from(fact.origin).firm().map(|r| {
                r.field(Field::DocumentNumber)
                    .with("n", Param::Count(position))
                    .measured(&*masked(&printed, position), &*masked(&typed, position))
                    .region(fact.region)
            })]
        }
    }
}

/// Tells whether two numbers on one document are the same, but for characters that recognisers and
/// check digits take for each other.
pub(crate) fn numbers_agree(a: &str, b: &str) -> bool {
    let (a, b) = (fold(a), fold(b));
    a == b || confusable(&a, &b)
}

/// Returns the first position at which a typed number differs from one that was read, without spaces and hyphens.
pub(crate) fn differs_at(typed: &str, read: &str) -> Option<u32> {
    let (typed, read) = (fold(typed), fold(read));
    (typed != read).then(|| first_difference(&typed, &read))
}

/// Returns a number in capitals without spaces, hyphens and fillers; full-width forms, as Chinese
/// input methods produce them, become plain ones.
pub(crate) fn fold(number: &str) -> Vec<char> {
    number
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(u32::from(c) - 0xfee0).expect("the full-width block maps onto ASCII")
            }
            other => other,
        })
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .collect()
}

fn confusable(a: &[char], b: &[char]) -> bool {
    let alike = |(a, b): (&char, &char)| a == b || is_blind_pair(*a, *b) || looks_alike(*a, *b);
    a.len() == b.len() && a.iter().zip(b).all(alike)
}

/// Shapes that recognisers mix up although the check digit would tell them apart.
fn looks_alike(a: char, b: char) -> bool {
    const PAIRS: [(char, char); 4] = [('0', 'O'), ('1', 'I'), ('2', 'Z'), ('8', 'B')];
    PAIRS.iter().any(|pair| *pair == (a, b) || *pair == (b, a))
}

fn first_difference(a: &[char], b: &[char]) -> u32 {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    u32::try_from(same + 1).unwrap_or(u32::MAX)
}

/// Hides every character; `?` marks the position that differs.
fn masked(number: &[char], position: u32) -> String {
    (1..=number.len())
        .map(|n| if n == position as usize { '?' } else { '•' })
        .collect()
}
