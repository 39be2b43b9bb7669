//! Every verdict of the evaluation vectors must come out exactly. Skipped without `../shared`.
#![expect(
    clippy::disallowed_methods,
    reason = "a test finds its data by environment"
)]

use menshen_document::mrz;
use serde_json::Value;

/// The lines of a file of the evaluation data, or `None` with a line when it is absent.
fn shared(file: &str) -> Option<String> {
    let root = std::env::var("MENSHEN_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let found = std::fs::read_to_string(format!("{root}/data/{file}")).ok();
    if found.is_none() {
        println!("skipped: ../shared is absent");
    }
    found
}

/// The zone's verdict in the words of the vectors.
fn verdict(lines: &[String]) -> Value {
    let reading = mrz::parse(lines).expect("every vector has the shape of a zone");
    let checks = reading.checks();
    let mut found = serde_json::json!({"doc": checks.document_number, "birth": checks.birth_date});
    for (name, check) in [
        ("expiry", checks.expiry_date),
        ("personal", checks.personal_number),
        ("composite", checks.composite),
    ] {
        if let Some(check) = check {
            found[name] = check.into();
        }
    }
    let reading_format = reading.format();
    let valid = reading.valid();
    assert_eq!(reading.into_mrz().is_ok(), valid);
    serde_json::json!({"format": reading_format, "checks": found, "valid_checks": valid})
}

#[test]
fn every_verdict_of_the_vectors_comes_out() {
    for file in [
        "mrz/vectors.jsonl",
        "mrz/corrupted.jsonl",
        "documents/mrz_truth.jsonl",
    ] {
        let Some(text) = shared(file) else { return };
        for (number, line) in text.lines().enumerate() {
            let truth: Value = serde_json::from_str(line).expect("the vectors are JSON");
            let lines: Vec<String> =
                serde_json::from_value(truth["mrz"].clone()).expect("lines of text");
            let found = verdict(&lines);
            for key in ["format", "checks", "valid_checks"] {
                assert_eq!(found[key], truth[key], "{file} line {}", number + 1);
            }
        }
    }
}
