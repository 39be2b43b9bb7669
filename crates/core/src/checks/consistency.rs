//! The document against itself: sources that are sure and contradict each other.

use menshen_document::Field;

use crate::checks::dates::births_agree;
use crate::checks::names::contradicting;
use crate::checks::numbers::numbers_agree;
use crate::checks::places::same_country;
use crate::facts::{Fact, Facts, Source, contradiction};
use crate::finding::Finding;
use crate::reason::{ReasonCode, Step, Why};

/// Compares all sources of one document with each other.
pub(crate) fn check(facts: &Facts) -> Vec<Finding> {
    [
        judge(Field::Name, contradicting(facts)),
        judge(Field::BirthDate, contradiction(&facts.births, births_agree)),
        judge(
            Field::DocumentNumber,
            contradiction(&facts.numbers, |a, b| numbers_agree(a, b)),
        ),
        judge(Field::Sex, contradiction(&facts.sexes, |a, b| a == b)),
        judge(
            Field::ValidUntil,
            contradiction(&facts.valid_until, |a, b| a == b),
        ),
        judge(
            Field::Nationality,
            contradiction(&facts.nationalities, |a, b| same_country(a, b)),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Two photos that disagree may show two documents; one photo that disagrees with itself is for a
/// person to look at.
fn judge<T>(field: Field, pair: Option<(&Fact<T>, &Fact<T>)>) -> Option<Finding> {
    let (first, second) = pair?;
    let finding = if first.origin == second.origin {
        let number = [first.source, second.source].contains(&Source::Number);
        let why = if number {
            Why::NumberEncodes
        } else {
            Why::Sources
        };
        Finding::new(ReasonCode::DocDataInconsistent, first.origin).map(|r| r.why(why))
    } else {
        Finding::new(ReasonCode::DocSidesDiffer, Step::DocumentBack)
    };
    Some(finding.firm().map(|r| r.field(field).region(second.region)))
}
