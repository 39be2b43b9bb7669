//! Names: the typed one against print and zone, and print against zone.

use std::collections::BTreeSet;

use menshen_document::Field;
use menshen_document::name::{Detail, NameRelation, Relation, relation};

use crate::checks::document::unreadable;
use crate::claims::Claims;
use crate::facts::{Fact, Facts, Source, Verdict, compare, contradiction};
use crate::finding::Finding;
use crate::policy::{AcceptedRelation, NameRules, Policy};
use crate::reason::{Param, ReasonCode, Step, Why};

/// Compares the typed name with every name on the document.
pub(crate) fn check(policy: &Policy, claims: &Claims, facts: &Facts) -> Vec<Finding> {
    let rules = &policy.name;
    // Each source has its own list of accepted relations, so that the sources are judged one by one.
    let judged: Vec<Fact<Judged>> = facts
        .names
        .iter()
        .map(|fact| judge(rules, claims, fact))
        .collect();
    match compare(&judged, |name| name.accepted) {
        Verdict::Confirmed | Verdict::Unknown => Vec::new(),
        Verdict::Unsure(fact) => {
            vec![unreadable(fact.origin, Field::Name).map(|r| r.region(fact.region))]
        }
        Verdict::Differs(fact) => {
            let (why, position) = (fact.value.why, fact.value.position);
            let finding = Finding::new(ReasonCode::NameMismatch, Step::Form);
            vec![finding.from(fact.origin).firm().map(|r| {
                let reason = r.field(Field::Name).why(why).region(fact.region);
                reason.with("n", Param::Count(position))
            })]
        }
    }
}

/// Tells whether two typed names are one, whoever typed them.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    matches!(relation(a, b).relation, Relation::Equal | Relation::Variant)
}

/// Returns the first position at which a typed name differs from one that was read; none where they are related.
pub(crate) fn differs_at(typed: &str, read: &str) -> Option<u32> {
    let related = relation(typed, read);
    (!related.is_related()).then(|| position(typed, read, &related))
}

/// Returns two names on one document that cannot be one person's in any script, order or spelling.
pub(crate) fn contradicting(facts: &Facts) -> Option<(&Fact<String>, &Fact<String>)> {
    contradiction(&facts.names, |a, b| relation(a, b).is_related())
}

/// A name on the document, judged against the typed one.
struct Judged {
    accepted: bool,
    why: Why,
    position: u32,
}

fn judge(rules: &NameRules, claims: &Claims, fact: &Fact<String>) -> Fact<Judged> {
    let accepted_relations = match fact.source {
        Source::Zone => &rules.accepted_zone,
        Source::Print | Source::Number => &rules.accepted_print,
    };
    let related = relation(&claims.name, &fact.value);
    let value = Judged {
        accepted: is_accepted(accepted_relations, &related),
        why: why(&related),
        position: position(&claims.name, &fact.value, &related),
    };
    Fact {
        value,
        origin: fact.origin,
        source: fact.source,
        firm: fact.firm,
        needed: fact.needed,
        region: fact.region,
    }
}

/// Everything that had to be overlooked must be accepted, not only the strongest difference.
pub(crate) fn is_accepted(accepted: &BTreeSet<AcceptedRelation>, related: &NameRelation) -> bool {
    let overall = match related.relation {
        Relation::Equal => AcceptedRelation::Equal,
        Relation::Variant => AcceptedRelation::Variant,
        Relation::Order => AcceptedRelation::Order,
        Relation::Transliteration => transliteration(&related.detail),
        Relation::Truncated => AcceptedRelation::Truncated,
        Relation::Different => return false,
    };
    accepted.contains(&overall)
        && related
            .detail
            .iter()
            .all(|detail| accepted.contains(&needed_for(*detail)))
}

fn transliteration(detail: &[Detail]) -> AcceptedRelation {
    let romanised = detail
        .iter()
        .any(|d| needed_for(*d) == AcceptedRelation::Romanisation);
    if romanised {
        AcceptedRelation::Romanisation
    } else {
        AcceptedRelation::Transliteration
    }
}

const fn needed_for(detail: Detail) -> AcceptedRelation {
    match detail {
        // Spaces and capitals differ between print and zone of one and the same document.
        Detail::Separators | Detail::Width | Detail::Case => AcceptedRelation::Equal,
        Detail::Accents | Detail::HanVariant => AcceptedRelation::Variant,
        Detail::Order => AcceptedRelation::Order,
        Detail::IcaoLatin | Detail::Cyrillic | Detail::Greek => AcceptedRelation::Transliteration,
        Detail::Pinyin
        | Detail::UncommonReading
        | Detail::WadeGiles
        | Detail::Cantonese
        | Detail::CustomarySurname => AcceptedRelation::Romanisation,
        Detail::Truncated => AcceptedRelation::Truncated,
    }
}

fn why(related: &NameRelation) -> Why {
    match related.relation {
        Relation::Transliteration => Why::Script,
        Relation::Order => Why::Order,
        Relation::Truncated => Why::Length,
        Relation::Equal | Relation::Variant | Relation::Different => Why::Letter,
    }
}

/// Returns the first position that differs, from 1. Names that are related but not accepted as they
/// are (another script, another order) differ from their first character on.
fn position(typed: &str, printed: &str, related: &NameRelation) -> u32 {
    let position = related.position.unwrap_or_else(|| {
        let same = typed
            .chars()
            .zip(printed.chars())
            .take_while(|(a, b)| a == b)
            .count();
        same + 1
    });
    u32::try_from(position).unwrap_or(u32::MAX)
}
