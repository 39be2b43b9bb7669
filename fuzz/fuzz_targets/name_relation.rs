//! Any two texts as names: both directions agree whether they are related, and a difference lies
//! inside the first name or right behind it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use menshen_document::name::relation;

fuzz_target!(|text: &str| {
    let (a, b) = text.split_once('\n').unwrap_or((text, text));
    let (there, back) = (relation(a, b), relation(b, a));
    assert_eq!(there.is_related(), back.is_related(), "{a:?} {b:?}");
    assert_eq!(there.is_related(), there.position.is_none());
    if let Some(position) = there.position {
        assert!((1..=a.chars().count().max(1) + 1).contains(&position), "{a:?} {b:?} {position}");
    }
});
