//! Any bytes as a list file of each kind: never a panic, and what is read has entries with names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use menshen_screening::{List, ListError, OfacCsv, eu_xml, ofac_csv, ofac_xml, un_xml};

const PARSERS: [fn(&[u8]) -> Result<List, ListError>; 3] = [ofac_xml, un_xml, eu_xml];

fuzz_target!(|bytes: &[u8]| {
    for read in PARSERS {
        if let Ok(list) = read(bytes) {
            assert!(!list.entities.is_empty());
            assert!(list.entities.iter().all(|entity| !entity.names.is_empty()));
        }
    }
    // The three files of one list, one after the other.
    let mut parts = bytes.splitn(3, |byte| *byte == 0);
    let mut part = || parts.next().unwrap_or_default();
    let files = OfacCsv {
        sdn: part(),
        alt: part(),
        add: part(),
    };
    if let Ok(list) = ofac_csv(files) {
        assert!(!list.entities.is_empty());
    }
});
