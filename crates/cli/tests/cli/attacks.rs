//! The attack bench, short: drawn people, a session or two of a few kinds, recordings.

use std::path::Path;

use serde_json::Value;

use crate::shared::{menshen, models};

fn bench(out: &Path, models: &Path, more: &[&str]) -> Value {
    let [out, models] = [out, models].map(|path| path.to_str().expect("a plain path"));
    let mut args = vec![
        "--json",
        "--offline",
        "--models-dir",
        models,
        "eval",
        "attacks",
        "--data",
        out,
        "--out",
        out,
    ];
    args.extend(more);
    menshen(&args).line()
}

#[test]
fn no_short_attack_is_accepted_and_the_table_is_written() {
    let Some(models) = models() else { return };
    let folder = tempfile::tempdir().unwrap();
    let kinds = "print_held,print_tilted,injected_puppet";
    let more = [
        "--n",
        "1",
        "--people",
        "2",
        "--recordings",
        "0",
        "--species",
        kinds,
    ];
    let report = bench(folder.path(), &models, &more);
    let lines = report["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 3);
    for line in lines {
        assert_eq!(
            (&line["n"], &line["accepted"]),
            (&1.into(), &0.into()),
            "{line}"
        );
    }
    for file in ["attacks.json", "attacks.jsonl", "attacks.md", "attacks.svg"] {
        assert!(
            folder.path().join(file).metadata().unwrap().len() > 100,
            "{file}"
        );
    }
}

#[test]
fn an_unknown_kind_of_attack_is_named_with_those_that_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let run = menshen(&[
        "eval",
        "attacks",
        "--data",
        data,
        "--out",
        data,
        "--species",
        "mask",
    ]);
    assert!(
        run.code == 2 && run.err.contains("screen_replay"),
        "{}",
        run.err
    );
}
