//! The resident identity card of the PRC against its own rules.

use jiff::civil::Date;
use menshen_document::Field;
use menshen_document::mrz::DocumentDate;
use menshen_document::prc_card::{CardFacts, Finding as Contradiction, findings};

use crate::facts::{Fact, Facts, Source};
use crate::finding::Finding;
use crate::reason::{ReasonCode, Step, Why};

/// Compares the card's sure facts with each other: number, print, both sides.
pub(crate) fn check(facts: &Facts, today: Date) -> Vec<Finding> {
    let Some(number) = &facts.resident_number else {
        return Vec::new();
    };
    let card = CardFacts {
        number: Some(number),
        // The general comparison of sources has already compared sex and birth with the number.
        sex: None,
        birth: printed(&facts.births).and_then(|date: &DocumentDate| date.full()),
        ethnicity: printed(&facts.ethnicities).map(String::as_str),
        address: printed(&facts.addresses).map(String::as_str),
        authority: printed(&facts.authorities).map(String::as_str),
        valid_from: printed(&facts.valid_from).copied(),
        valid_until: printed(&facts.valid_until).copied(),
    };
    findings(&card, today)
        .into_iter()
        .filter_map(finding)
        .collect()
}

fn finding(contradiction: Contradiction) -> Option<Finding> {
    let (field, step, why) = match contradiction {
        // Said by the general comparison, or by the check of the first day of validity.
        Contradiction::SexDiffers | Contradiction::BirthDiffers | Contradiction::IssuedInFuture => {
            return None;
        }
        Contradiction::EthnicityUnknown => (Field::Ethnicity, Step::DocumentFront, Why::Impossible),
        Contradiction::ValidityForAge { .. } => {
            (Field::ValidUntil, Step::DocumentBack, Why::ValidityLength)
        }
        Contradiction::IssuedBeforeBirth
        | Contradiction::IssuedTooEarly
        | Contradiction::EndsBeforeItBegins => {
            (Field::ValidFrom, Step::DocumentBack, Why::DateOrder)
        }
        Contradiction::RegionAbolished { .. } => (
            Field::DocumentNumber,
            Step::DocumentFront,
            Why::NumberEncodes,
        ),
        Contradiction::AuthorityElsewhere => (Field::Authority, Step::DocumentBack, Why::Sources),
    };
    let finding = Finding::new(ReasonCode::DocDataInconsistent, step).firm();
    Some(finding.map(|r| r.field(field).why(why)))
}

fn printed<T>(facts: &[Fact<T>]) -> Option<&T> {
    let sure = |fact: &&Fact<T>| fact.firm && fact.source == Source::Print;
    facts.iter().find(sure).map(|fact| &fact.value)
}
