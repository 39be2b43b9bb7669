//! The typed data by itself, and against the identity first verified.

use jiff::civil::Date;
use menshen_document::Field;

use crate::checks::dates::full_years;
use crate::checks::numbers::fold;
use crate::claims::Claims;
use crate::finding::Finding;
use crate::policy::Policy;
use crate::reason::{ReasonCode, Step, Why};

/// Judges what was typed, without looking at any photo.
pub(crate) fn check(policy: &Policy, claims: &Claims, today: Date) -> Vec<Finding> {
    let mut found = Vec::new();
    let letters = |text: &str| text.chars().any(char::is_alphabetic);
    if !letters(&claims.name) {
        found.push(invalid(Field::Name, Why::Empty));
    }
    if fold(&claims.number).is_empty() {
        found.push(invalid(Field::DocumentNumber, Why::Empty));
    }
    let age = full_years(claims.birth_date, today);
    if age < 0 || age > i32::from(policy.document.maximum_age) {
        found.push(invalid(Field::BirthDate, Why::Impossible));
    }
    found
}

fn invalid(field: Field, why: Why) -> Finding {
    Finding::new(ReasonCode::FormFieldInvalid, Step::Form).map(|r| r.field(field).why(why))
}
