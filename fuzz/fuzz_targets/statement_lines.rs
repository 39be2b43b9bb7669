//! Any text as the lines that were read of a statement: it is compared without panic, and a text without the code of the
//! case is never taken for the right one.
#![no_main]

use jiff::civil::date;
use libfuzzer_sys::fuzz_target;
use menshen_core::statement::{Nonce, NonceRead, ReadLine, Statement, compare};
use menshen_core::{Locale, Policy};

fuzz_target!(|text: &str| {
    let today = date(2026, 11, 26);
    let nonce = Nonce::of_random(0x5eed);
    let statement = Statement::new(Locale::ZhCn, "张伟", "Example", today, nonce).expect("a statement");
    let line = |text: &str| ReadLine {
        text: text.to_owned(),
        ..ReadLine::default()
    };
    let lines: Vec<ReadLine> = text.lines().map(line).collect();
    let found = compare(&Policy::default(), &statement, &lines, today);
    assert!((0.0..=1.0).contains(&found.purpose_share) && (0.0..=1.0).contains(&found.name_share));
    if text.chars().count() < 9 {
        assert_ne!(found.nonce, NonceRead::Ours);
    }
});
