//! Any text as the printed fields of a card.
#![no_main]

use jiff::civil::{Date, date};
use libfuzzer_sys::fuzz_target;
use menshen_document::prc_card::{CardFacts, ValidUntil, findings, parse_validity};

const TODAY: Date = date(2026, 11, 22);

fuzz_target!(|text: &str| {
    let (address, rest) = text.split_once('\n').unwrap_or((text, ""));
    let validity = parse_validity(rest);
    let facts = CardFacts {
        ethnicity: Some(rest),
        address: Some(address),
        authority: Some(rest),
        birth: ValidUntil::parse(address).and_then(ValidUntil::day),
        valid_from: validity.map(|(from, _)| from),
        valid_until: validity.map(|(_, until)| until),
        ..CardFacts::default()
    };
    let _ = findings(&facts, TODAY);
});
