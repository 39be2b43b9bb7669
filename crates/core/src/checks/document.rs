//! The document itself: is it the kind chosen, accepted, complete and readable?

use jiff::civil::Date;
use menshen_document::mrz;
use menshen_document::prc_card::ValidUntil;
use menshen_document::prc_id::PrcId;
use menshen_document::{DocumentKind, Field, Side};

use crate::checks::quality::is_found;
use crate::claims::Claims;
use crate::evidence::PageEvidence;
use crate::facts::{Facts, zone};
use crate::finding::{Finding, at_least};
use crate::pages::{Page, Pages, ZonePlace, mandatory, zone_place};
use crate::policy::Policy;
use crate::reason::{Param, ReasonCode, Step, Why};

/// Is this kind accepted from this country at all?
pub(crate) fn check_accepted(policy: &Policy, claims: &Claims) -> Vec<Finding> {
    let accepted = policy.accepted_kinds(&claims.country);
    if accepted.contains(&claims.document) {
        return Vec::new();
    }
    let finding = Finding::new(ReasonCode::DocTypeUnsupported, Step::Form);
    vec![finding.map(|r| {
        r.with("chosen", Param::Kind(claims.document))
            .with("list", Param::Kinds(accepted.to_vec()))
    })]
}

/// Is the page of the kind chosen?
pub(crate) fn check_kind(policy: &Policy, page: &Page, chosen: DocumentKind) -> Vec<Finding> {
    let Some(seen) = page
        .evidence
        .seen
        .filter(|_| is_found(policy, page.evidence))
    else {
        return Vec::new();
    };
    if seen.kind == chosen {
        return Vec::new();
    }
    let finding = Finding::new(ReasonCode::DocTypeMismatch, page.step).map(|r| {
        r.with("chosen", Param::Kind(chosen))
            .with("seen", Param::Kind(seen.kind))
            .measured(seen.confidence, policy.document.kind_certain)
    });
    let certain = at_least(seen.confidence, policy.document.kind_certain);
    vec![if certain { finding.firm() } else { finding }]
}

/// Does the zone's format belong to the kind chosen?
pub(crate) fn check_formats(facts: &Facts, chosen: DocumentKind) -> Vec<Finding> {
    let strange = facts
        .formats
        .iter()
        .find(|fact| DocumentKind::of_format(fact.value) != chosen);
    let Some(fact) = strange else {
        return Vec::new();
    };
    let finding = Finding::new(ReasonCode::DocTypeMismatch, fact.origin).firm();
    vec![finding.map(|r| {
        r.with("chosen", Param::Kind(chosen))
            .with("seen", Param::Kind(DocumentKind::of_format(fact.value)))
            .region(fact.region)
    })]
}

/// What makes a whole name where it is printed in parts.
const PARTS_OF_NAME: [Field; 2] = [Field::Surname, Field::GivenNames];

/// Can each field be read that the policy demands on this page?
pub(crate) fn check_fields(
    policy: &Policy,
    page: &Page,
    kind: DocumentKind,
    today: Date,
) -> Vec<Finding> {
    let limit = policy.reading.field_confidence;
    let mut found = Vec::new();
    for field in mandatory(policy, kind, page.side) {
        let finding = unreadable(page.step, *field);
        let fields = &page.evidence.fields;
        let legible = |field: Field| {
            fields.get(&field).is_some_and(|read| {
                at_least(read.confidence, limit) && makes_sense(kind, field, &read.value, today)
            })
        };
        match fields.get(field) {
            // A name may be printed in two parts.
            None if *field == Field::Name && PARTS_OF_NAME.into_iter().all(legible) => {}
            None => found.push(finding),
            Some(read) if !legible(*field) => {
                let confidence = read.confidence;
                found.push(finding.map(|r| r.measured(confidence, limit).region(read.region)));
            }
            Some(_) => {}
        }
    }
    found
}

/// A value that cannot be what the field holds was not read, however confident the recogniser is.
fn makes_sense(kind: DocumentKind, field: Field, value: &str, today: Date) -> bool {
    let value = value.trim();
    match field {
        Field::BirthDate | Field::ValidFrom => value.parse::<Date>().is_ok(),
        Field::ValidUntil => ValidUntil::parse(value).is_some(),
        Field::DocumentNumber if kind == DocumentKind::PrcIdCard => {
            PrcId::parse(value, today).is_ok()
        }
        Field::Sex => matches!(value, "M" | "F" | "X"),
        _ => !value.is_empty(),
    }
}

/// Has the document a zone whose check digits agree, where its kind carries one?
pub(crate) fn check_zone(pages: &Pages, kind: DocumentKind, today: Date) -> Vec<Finding> {
    let candidates: Vec<&Page> = match zone_place(kind) {
        ZonePlace::Nowhere => return Vec::new(),
        ZonePlace::On(side) => pages
            .pages
            .iter()
            .filter(|page| page.side == side)
            .collect(),
        ZonePlace::Either => pages.pages.iter().collect(),
    };
    if candidates
        .iter()
        .any(|page| zone(page.evidence, today).is_some())
    {
        return Vec::new();
    }
    // The photo that shows lines is the one to retake; without any, the last one.
    let with_lines = candidates.iter().find(|page| page.evidence.mrz.is_some());
    match with_lines.or(candidates.last()) {
        Some(page) => vec![zone_fault(page.evidence, page.step)],
        None => Vec::new(),
    }
}

/// Judges the zone of one page, which must be there.
pub(crate) fn zone_fault(page: &PageEvidence, step: Step) -> Finding {
    let finding = Finding::new(ReasonCode::DocMrzInvalid, step);
    match &page.mrz {
        None => finding.map(|r| r.why(Why::NoZone)),
        Some(zone) => {
            let why = match mrz::parse(&zone.lines) {
                Ok(_) => Why::CheckDigits,
                Err(_) => Why::NoZone,
            };
            finding.map(|r| r.why(why).region(zone.region))
        }
    }
}

/// Is anything unknown that no document may leave unknown? Says so at the page where it belongs.
pub(crate) fn check_complete(facts: &Facts, kind: DocumentKind) -> Vec<Finding> {
    let zone_step = match zone_place(kind) {
        ZonePlace::On(side) => Step::of(side),
        ZonePlace::Nowhere | ZonePlace::Either => Step::DocumentFront,
    };
    let expiry_step = match kind {
        DocumentKind::PrcIdCard => Step::of(Side::Back),
        _ => zone_step,
    };
    [
        (facts.names.is_empty(), Field::Name, zone_step),
        (facts.births.is_empty(), Field::BirthDate, zone_step),
        (facts.numbers.is_empty(), Field::DocumentNumber, zone_step),
        (facts.valid_until.is_empty(), Field::ValidUntil, expiry_step),
    ]
    .into_iter()
    .filter(|(missing, ..)| *missing)
    .map(|(_, field, step)| unreadable(step, field))
    .collect()
}

/// Returns the finding that a field could not be read.
pub(crate) fn unreadable(step: Step, field: Field) -> Finding {
    Finding::new(ReasonCode::DocFieldUnreadable, step).map(|r| r.field(field))
}
