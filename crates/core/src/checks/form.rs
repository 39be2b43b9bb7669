//! The typed data by itself, and against the identity first verified.

use jiff::civil::Date;
use menshen_document::prc_id::PrcId;
use menshen_document::{Country, DocumentKind, Field};

use crate::checks::dates::full_years;
use crate::checks::names::same_name;
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
    if claims.document == DocumentKind::PrcIdCard {
        found.extend(resident_number(claims, today));
    }
    let codes = [
        (Field::IssuingState, Some(&claims.country)),
        (Field::Nationality, claims.nationality.as_ref()),
        (Field::BirthPlace, claims.birth_country.as_ref()),
    ];
    for (field, code) in codes {
        if code.is_some_and(|code| Country::parse(code).is_err()) {
            found.push(invalid(field, Why::UnknownCode));
        }
    }
    let age = full_years(claims.birth_date, today);
    if age < 0 || age > i32::from(policy.document.maximum_age) {
        found.push(invalid(Field::BirthDate, Why::Impossible));
    }
    found
}

/// Is this the identity first verified? A change of name or document needs proof, and a person.
pub(crate) fn check_first(claims: &Claims) -> Vec<Finding> {
    let Some(first) = &claims.first else {
        return Vec::new();
    };
    let changed = |field| {
        let finding = Finding::new(ReasonCode::IdentityChanged, Step::Form).firm();
        finding.map(|r| r.field(field))
    };
    let mut found = Vec::new();
    if !same_name(&claims.name, &first.name) {
        found.push(changed(Field::Name));
    }
    if fold(&claims.number) != fold(&first.number) {
        found.push(changed(Field::DocumentNumber));
    }
    found
}

/// A resident number is proven by itself, and its date of birth must be the one typed beside it.
fn resident_number(claims: &Claims, today: Date) -> Option<Finding> {
    let Ok(number) = PrcId::parse(&claims.number, today) else {
        let finding = Finding::new(ReasonCode::DocNumberChecksum, Step::Form);
        return Some(finding.map(|r| r.field(Field::DocumentNumber)));
    };
    (number.birth() != claims.birth_date).then(|| {
        let finding = Finding::new(ReasonCode::DobMismatch, Step::Form).firm();
        finding.map(|r| r.field(Field::BirthDate))
    })
}

fn invalid(field: Field, why: Why) -> Finding {
    Finding::new(ReasonCode::FormFieldInvalid, Step::Form).map(|r| r.field(field).why(why))
}
