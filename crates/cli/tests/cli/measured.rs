//! A small seeded measurement, held against what was measured before: a change that makes the engine worse fails here.

use std::path::Path;

use crate::shared::{evaluation_data, menshen};

/// Figures of an earlier, larger run; `menshen eval all --keep` writes them.
const BEFORE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/measured.json");

#[test]
fn nothing_is_measured_to_be_worse_than_before() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    // Without the photographs only what is drawn is measured.
    let data = evaluation_data("").unwrap_or_else(|| folder.path().to_owned());
    let data = data.to_str().unwrap();
    let run = menshen(&[
        "eval",
        "all",
        "--json",
        "--data",
        data,
        "--out",
        out,
        "--today",
        "2026-11-28",
        "--seed",
        "5",
        "--drawn",
        "40",
        "--cards",
        "400",
        "--no-faces",
        "--against",
        BEFORE,
    ]);
    assert_eq!(run.code, 0, "{}\n{}", run.err, run.out);
    let report = &run.lines()[0];
    assert_eq!(report["worse"].as_array().unwrap().len(), 0);
    assert!(report["parts"][0]["figures"].as_array().unwrap().len() >= 3);
    let page = std::fs::read_to_string(Path::new(out).join("index.html")).unwrap();
    assert!(page.contains("Machine-readable zones") && page.contains("Not measured"));
}

#[test]
fn a_run_that_is_worse_fails_and_names_the_figure() {
    let out = tempfile::tempdir().unwrap();
    let out = out.path();
    let before = out.join("before.json");
    // A figure that is not measured any more.
    std::fs::write(&before, r#"{"prc.gone": {"hits": 400, "n": 400}}"#).unwrap();
    let folder = out.to_str().unwrap();
    let run = menshen(&[
        "eval",
        "all",
        "--data",
        folder,
        "--out",
        folder,
        "--drawn",
        "1",
        "--cards",
        "20",
        "--no-faces",
        "--against",
        before.to_str().unwrap(),
    ]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.contains("prc.gone"), "{}", run.err);
}
