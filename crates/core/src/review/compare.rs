//! What was typed beside what was read, field by field, with the place where they part.

use std::fmt::Display;

use jiff::civil::Date;
use menshen_document::Field;
use menshen_document::mrz::DocumentDate;
use menshen_document::prc_card::ValidUntil;
use serde::Serialize;

use crate::checks::{names, numbers};
use crate::claims::Claims;
use crate::decide::facts_of;
use crate::evidence::Evidence;
use crate::facts::{Fact, Source};
use crate::geometry::Rect;
use crate::policy::Policy;
use crate::reason::Step;

/// One field: typed, and read from each source. Personal.
#[derive(Clone, PartialEq, Serialize)]
pub struct Beside {
    /// Which field.
    pub field: Field,
    /// What was typed, where the form asks for it.
    pub typed: Option<String>,
    /// What was read.
    pub read: Vec<Read>,
}

/// One reading of a field. Personal.
#[derive(Clone, PartialEq, Serialize)]
pub struct Read {
    /// What was read.
    pub value: String,
    /// On which photo.
    pub step: Step,
    /// `print`, `zone`, or `number` for what the number encodes.
    pub source: &'static str,
    /// Is the reader sure?
    pub sure: bool,
    /// Where in the oriented photo.
    pub region: Rect,
    /// The first position that differs from what was typed, from 1; none where it says the same.
    pub differs_at: Option<u32>,
}

/// Returns each field that was typed or read.
pub fn beside(policy: &Policy, claims: &Claims, evidence: &Evidence, today: Date) -> Vec<Beside> {
    let facts = facts_of(policy, claims, evidence, today);
    let name = |read: &String| names::differs_at(&claims.name, read);
    let number = |read: &String| numbers::differs_at(&claims.number, read);
    let born = |read: &DocumentDate| {
        let other = !read.agrees_with(claims.birth_date);
        other.then(|| first(&claims.birth_date.to_string(), &date(*read)))
    };
    let sex = claims.sex.map(word);
    let text = |typed: Option<&String>, read: &str| {
        let other = typed.filter(|typed| !typed.eq_ignore_ascii_case(read));
        other.map(|typed| first(typed, read))
    };
    let nationality = claims.nationality.as_ref();
    let mut all = vec![
        row(
            Field::Name,
            Some(&claims.name),
            &facts.names,
            String::clone,
            name,
        ),
        row(
            Field::DocumentNumber,
            Some(&claims.number),
            &facts.numbers,
            String::clone,
            number,
        ),
        row(
            Field::BirthDate,
            Some(&claims.birth_date),
            &facts.births,
            |read| date(*read),
            born,
        ),
        row(
            Field::Sex,
            sex.as_ref(),
            &facts.sexes,
            |read| word(*read),
            |read| text(sex.as_ref(), &word(*read)),
        ),
        row(
            Field::Nationality,
            nationality,
            &facts.nationalities,
            String::clone,
            |read| text(nationality, read),
        ),
        row(
            Field::IssuingState,
            Some(&claims.country),
            &facts.issuers,
            String::clone,
            |read| text(Some(&claims.country), read),
        ),
        row(
            Field::BirthPlace,
            claims.birth_country.as_ref(),
            &facts.birth_places,
            String::clone,
            |_| None,
        ),
        read_only(Field::ValidFrom, &facts.valid_from, Date::to_string),
        read_only(Field::ValidUntil, &facts.valid_until, |read| match read {
            ValidUntil::Day(day) => day.to_string(),
            ValidUntil::LongTerm => "长期".to_owned(),
        }),
        read_only(Field::Ethnicity, &facts.ethnicities, String::clone),
        read_only(Field::Address, &facts.addresses, String::clone),
        read_only(Field::Authority, &facts.authorities, String::clone),
    ];
    all.retain(|row| !row.read.is_empty() || row.typed.is_some());
    all
}

fn row<T>(
    field: Field,
    typed: Option<&impl Display>,
    facts: &[Fact<T>],
    show: impl Fn(&T) -> String,
    differs_at: impl Fn(&T) -> Option<u32>,
) -> Beside {
    let read = facts.iter().map(|fact| Read {
        value: show(&fact.value),
        step: fact.origin,
        source: match fact.source {
            Source::Print => "print",
            Source::Zone => "zone",
            Source::Number => "number",
        },
        sure: fact.firm,
        region: fact.region,
        differs_at: differs_at(&fact.value),
    });
    Beside {
        field,
        typed: typed.map(ToString::to_string),
        read: read.collect(),
    }
}

fn read_only<T>(field: Field, facts: &[Fact<T>], show: impl Fn(&T) -> String) -> Beside {
    row(field, None::<&String>, facts, show, |_| None)
}

/// Returns a unit value's name on the wire.
fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn date(read: DocumentDate) -> String {
    word(read)
}

/// Returns the first position that differs, from 1.
fn first(typed: &str, read: &str) -> u32 {
    let pairs = typed.chars().zip(read.chars());
    let same = pairs.take_while(|(a, b)| a == b).count();
    u32::try_from(same + 1).unwrap_or(u32::MAX)
}
