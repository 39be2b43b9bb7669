//! Sex, nationality, country of birth and issuing state.

use menshen_document::{Country, DocumentKind, Field};

use crate::checks::document::unreadable;
use crate::claims::Claims;
use crate::facts::{Facts, Verdict, compare, surest};
use crate::finding::Finding;
use crate::reason::{Param, ReasonCode, Step, Why};

/// Compares the typed sex with print, zone and number.
pub(crate) fn check_sex(claims: &Claims, facts: &Facts) -> Vec<Finding> {
    let Some(typed) = claims.sex else {
        return Vec::new();
    };
    verdict(
        compare(&facts.sexes, |sex| *sex == typed),
        ReasonCode::SexMismatch,
        Field::Sex,
    )
}

/// Compares the typed nationality with print and zone.
pub(crate) fn check_nationality(claims: &Claims, facts: &Facts) -> Vec<Finding> {
    let Some(typed) = &claims.nationality else {
        return Vec::new();
    };
    let code = ReasonCode::NationalityMismatch;
    if claims.document == DocumentKind::PrcIdCard && !same_country(typed, "CHN") {
        // The card is issued to nationals only and does not print the nationality.
        let finding = Finding::new(code, Step::Form).firm();
        return vec![finding.map(|r| r.field(Field::Nationality))];
    }
    let found = compare(&facts.nationalities, |read| same_country(read, typed));
    verdict(found, code, Field::Nationality)
}

/// Compares the typed country of birth where the document prints a country code there.
pub(crate) fn check_birth_country(claims: &Claims, facts: &Facts) -> Vec<Finding> {
    let Some(typed) = &claims.birth_country else {
        return Vec::new();
    };
    let is_code = |text: &str| text.len() == 3 && Country::parse(text).is_ok();
    let codes: Vec<_> = facts
        .birth_places
        .iter()
        .filter(|fact| is_code(&fact.value))
        .cloned()
        .collect();
    let found = compare(&codes, |read| same_country(read, typed));
    verdict(found, ReasonCode::NationalityMismatch, Field::BirthPlace)
}

/// Compares the chosen country with the issuing state.
pub(crate) fn check_issuer(claims: &Claims, facts: &Facts) -> Vec<Finding> {
    let differs = |fact: &&crate::facts::Fact<String>| !same_country(&fact.value, &claims.country);
    let Some(fact) = surest(&facts.issuers).filter(differs) else {
        return Vec::new();
    };
    if !fact.firm {
        return vec![unreadable(fact.origin, Field::IssuingState).map(|r| r.region(fact.region))];
    }
    let finding = Finding::new(ReasonCode::DocTypeMismatch, fact.origin).firm();
    vec![finding.map(|r| {
        r.why(Why::Country)
            .field(Field::IssuingState)
            .with("chosen", Param::Text(claims.country.clone()))
            .with("seen", Param::Text(fact.value.clone()))
            .region(fact.region)
    })]
}

fn verdict<T>(verdict: Verdict<T>, code: ReasonCode, field: Field) -> Vec<Finding> {
    match verdict {
        Verdict::Confirmed | Verdict::Unknown => Vec::new(),
        Verdict::Unsure(fact) => {
            vec![unreadable(fact.origin, field).map(|r| r.region(fact.region))]
        }
        Verdict::Differs(fact) => {
            let finding = Finding::new(code, Step::Form).from(fact.origin).firm();
            vec![finding.map(|r| r.field(field).region(fact.region))]
        }
    }
}

/// Tells whether two codes name one country, in whichever of its code lists (`D`, `DEU`, `DE`).
/// Codes that no list knows are compared letter by letter.
pub(crate) fn same_country(a: &str, b: &str) -> bool {
    match (Country::parse(a), Country::parse(b)) {
        (Ok(a), Ok(b)) => a.code() == b.code(),
        _ => a.trim().eq_ignore_ascii_case(b.trim()),
    }
}
