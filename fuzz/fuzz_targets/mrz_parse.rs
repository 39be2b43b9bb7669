//! Any text as lines of a zone: never a panic; what parses says the same when parsed again, and what
//! is proven has every check digit right.
#![no_main]

use jiff::civil::{Date, date};
use libfuzzer_sys::fuzz_target;
use menshen_document::mrz;

const TODAY: Date = date(2026, 11, 22);

fuzz_target!(|text: &str| {
    let lines: Vec<&str> = text.split('\n').collect();
    let Ok(reading) = mrz::parse(&lines) else { return };
    assert_eq!(mrz::parse(reading.lines()).as_ref(), Ok(&reading));
    let fields = reading.fields(TODAY);
    assert!(fields.birth_date.and_then(|birth| birth.full()).is_none_or(|birth| birth <= TODAY));
    let valid = reading.checks().all();
    assert_eq!(reading.into_mrz().is_ok(), valid);
});
