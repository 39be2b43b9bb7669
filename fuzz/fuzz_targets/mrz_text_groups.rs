//! Any text as a file of zones: no line is lost and none is empty.
#![no_main]

use libfuzzer_sys::fuzz_target;
use menshen_document::mrz;

fuzz_target!(|text: &str| {
    let groups = mrz::groups(text);
    assert!(groups.iter().all(|group| !group.is_empty()));
    assert!(groups.iter().flatten().all(|line| !line.is_empty() && line.trim() == *line));
    let lines = text.trim_start_matches('\u{feff}').lines().filter(|line| !line.trim().is_empty());
    assert_eq!(groups.iter().flatten().count(), lines.count());
    for group in &groups {
        let _ = mrz::parse(group);
    }
});
