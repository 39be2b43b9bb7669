//! Any text as a resident identity number: what is accepted is accepted again as it is printed.
#![no_main]

use jiff::civil::{Date, date};
use libfuzzer_sys::fuzz_target;
use menshen_document::PrcId;

const TODAY: Date = date(2026, 11, 22);

fuzz_target!(|text: &str| {
    let Ok(id) = PrcId::parse(text, TODAY) else { return };
    assert!(id.birth() <= TODAY);
    assert_eq!(PrcId::parse(id.as_str(), TODAY).as_ref(), Ok(&id));
    assert!(!id.region_name().is_empty());
});
