//! The machine-readable zone of a specimen, with the contradictions that concern it.

use jiff::{ToSpan, civil::Date};
use menshen_document::DocumentKind;
use menshen_document::mrz::{Format, MrzInput, Sex as MrzSex, compose};

use crate::SpecimenError;
use crate::contradiction::Contradiction;
use crate::facts::Facts;
use crate::people::Sex;

/// The lines of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Two or three lines.
    pub lines: Vec<String>,
}

impl Zone {
    /// Returns the zone of these facts, or none on a document that has none.
    pub fn of(
        facts: &Facts,
        contradictions: &[Contradiction],
    ) -> Result<Option<Self>, SpecimenError> {
        let (format, code) = match facts.kind {
            DocumentKind::Passport => (Format::Td3, "P"),
            DocumentKind::IdCardTd1 => (Format::Td1, "I"),
            DocumentKind::IdCardTd2 => (Format::Td2, "I"),
            _ => return Ok(None),
        };
        let has = |wanted| contradictions.contains(&wanted);
        let mut input = input(facts, format, code);
        if has(Contradiction::MrzName) {
            input.given_names = other_given(facts).to_owned();
        }
        if has(Contradiction::MrzNumber) {
            input.document_number = other_number(&facts.number);
        }
        if has(Contradiction::MrzBirth) {
            input.birth_date = next_day(facts.birth)?.into();
        }
        let mut lines = compose(&input)?;
        if has(Contradiction::MrzChecksum) {
            spoil_number_check(&mut lines, format);
        }
        Ok(Some(Self { lines }))
    }
}

fn input(facts: &Facts, format: Format, code: &str) -> MrzInput {
    MrzInput {
        format,
        document_code: code.to_owned(),
        issuing_state: facts.country().to_owned(),
        surname: facts.surname.clone(),
        given_names: facts.given.clone(),
        document_number: facts.number.clone(),
        nationality: facts.country().to_owned(),
        birth_date: facts.birth.into(),
        sex: match facts.sex {
            Sex::Male => MrzSex::Male,
            Sex::Female => MrzSex::Female,
        },
        expiry_date: facts.expires.into(),
        optional_data: String::new(),
        second_optional_data: String::new(),
    }
}

fn other_given(facts: &Facts) -> &'static str {
    if facts.given == "VICTORIA" {
        "WILHELMINA"
    } else {
        "VICTORIA"
    }
}

/// Changes the last digit, which no other field repeats.
fn other_number(number: &str) -> String {
    let mut letters: Vec<char> = number.chars().collect();
    if let Some(last) = letters.last_mut() {
        *last = if *last == '3' { '8' } else { '3' };
    }
    letters.into_iter().collect()
}

fn next_day(date: Date) -> Result<Date, SpecimenError> {
    Ok(date.checked_add(1.day())?)
}

/// Replaces the check digit of the document number: column 15 of a TD1's first line, column 10 of
/// the second line elsewhere.
fn spoil_number_check(lines: &mut [String], format: Format) {
    let (line, column) = if format == Format::Td1 {
        (0, 14)
    } else {
        (1, 9)
    };
    if let Some(text) = lines.get_mut(line) {
        let wrong = if text.as_bytes().get(column) == Some(&b'1') {
            "7"
        } else {
            "1"
        };
        text.replace_range(column..=column, wrong);
    }
}
