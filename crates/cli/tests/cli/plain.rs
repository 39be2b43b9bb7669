//! The commands that need no model.

use crate::shared::{evaluation_data, menshen, menshen_with_input};

#[test]
fn without_a_command_help_teaches() {
    let run = menshen::<&str>(&[]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("menshen verify --sample"), "{}", run.err);
}

#[test]
fn completions_exist_for_every_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let run = menshen(&["completions", shell]);
        assert_eq!(run.code, 0);
        assert!(run.out.contains("liveness"), "{shell}");
    }
}

#[test]
fn wrong_usage_ends_with_two_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let claims = folder.path().join("claims.json");
    std::fs::write(&claims, r#"{"document": "library_card"}"#).unwrap();
    let claims = claims.to_str().unwrap();
    let cases: [&[&str]; 6] = [
        &["verify"],
        &["verify", "--claims", "no-such-file.json", "--offline"],
        &["verify", "--claims", claims, "--offline"],
        &["mrz"],
        &["mrz", "--text", "no-such-file.txt"],
        &["name", "one"],
    ];
    for args in cases {
        let run = menshen(args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.err);
        assert!(!run.err.is_empty(), "{args:?}");
        assert!(run.out.is_empty(), "{args:?}");
    }
}

#[test]
fn a_missing_model_is_named_with_the_command_that_brings_it() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let run = menshen(&["face", "a.jpg", "--offline", "--models-dir", dir]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.contains("menshen models pull"), "{}", run.err);
}

#[test]
fn a_prc_number_is_taken_apart_or_refused_with_a_word() {
    let run = menshen(&[
        "prc-id",
        "--json",
        "11010519491231002X",
        "110105194912310021",
        "1234",
    ]);
    let lines = run.lines();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["valid"], true);
    assert_eq!(lines[0]["birth"], "1949-12-31");
    assert_eq!(lines[0]["sex"], "F");
    assert_eq!(lines[0]["region"], "110105");
    assert!(lines[0]["why"].is_null());
    assert_eq!(
        (&lines[1]["valid"], &lines[1]["why"]),
        (&false.into(), &"checksum".into())
    );
    assert_eq!(lines[2]["why"], "length");
}

#[test]
fn prc_numbers_come_from_standard_input_too() {
    let run = menshen_with_input(&["prc-id", "-", "--json"], "11010519491231002X\n\n12\n");
    assert_eq!(run.lines().len(), 2);
}

#[test]
fn every_prc_number_of_the_evaluation_data_is_judged_right() {
    let Some(folder) = evaluation_data("prc") else {
        return;
    };
    let truth = std::fs::read_to_string(folder.join("prc_id.jsonl")).unwrap();
    let truth: Vec<serde_json::Value> = truth
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let numbers: Vec<_> = truth
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    let run = menshen_with_input(&["prc-id", "-", "--json"], &numbers.join("\n"));
    let lines = run.lines();
    assert_eq!(lines.len(), truth.len());
    for (line, truth) in lines.iter().zip(&truth) {
        assert_eq!(line["valid"], truth["valid"], "{truth}");
        for key in ["birth", "sex", "region"] {
            if let Some(expected) = truth.get(key) {
                assert_eq!(&line[key], expected, "{truth}");
            }
        }
    }
}

#[test]
fn the_relation_of_two_names_is_said_not_just_judged() {
    let cases = [
        ("张伟", "张伟", "equal"),
        ("吕布", "呂布", "variant"),
        ("ZHANG WEI", "张伟", "transliteration"),
        ("WEI ZHANG", "ZHANG WEI", "order"),
        ("张伟", "张卫", "different"),
    ];
    for (a, b, relation) in cases {
        let line = menshen(&["name", a, b, "--json"]).line();
        assert_eq!(line["relation"], relation, "{line}");
    }
    assert_eq!(
        menshen(&["name", "张伟", "张卫", "--json"]).line()["position"],
        2
    );
}

#[test]
fn every_name_of_the_evaluation_data_is_related() {
    let Some(folder) = evaluation_data("prc") else {
        return;
    };
    let table = std::fs::read_to_string(folder.join("name_pinyin.tsv")).unwrap();
    for row in table.lines().skip(1) {
        let (hanzi, latin) = row.split_once('\t').unwrap();
        let line = menshen(&["name", latin, hanzi, "--json"]).line();
        assert_eq!(line["relation"], "transliteration", "{line}");
    }
}

const TD3: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n\
                   L898902C36UTO7408122F1204159ZE184226B<<<<<10\n";

#[test]
fn mrz_text_is_checked_in_groups() {
    let broken = TD3.replace("7408122", "7408123");
    let text = format!("{TD3}\n{broken}\nno zone at all\n");
    let run = menshen_with_input(&["mrz", "--text", "-", "--json"], &text);
    let lines = run.lines();
    assert_eq!(lines.len(), 3);
    let zone = &lines[0]["mrz"];
    assert_eq!(
        (&zone["format"], &zone["valid"], &zone["certain"]),
        (&"TD3".into(), &true.into(), &true.into())
    );
    assert_eq!(zone["fields"]["surname"], "ERIKSSON");
    assert_eq!(zone["fields"]["birth_date"], "1974-08-12");
    for check in [
        "document_number",
        "birth_date",
        "expiry_date",
        "personal_number",
        "composite",
    ] {
        assert_eq!(zone["checks"][check], true, "{check}");
    }
    assert!(lines[0].get("file").is_none());
    assert_eq!(lines[1]["mrz"]["checks"]["birth_date"], false);
    assert_eq!(lines[1]["mrz"]["valid"], false);
    assert_eq!(lines[1]["reasons"][0]["code"], "doc_mrz_invalid");
    assert!(lines[2]["mrz"].is_null());
}

#[test]
fn every_mrz_text_of_the_evaluation_data_gets_its_verdict() {
    let Some(folder) = evaluation_data("mrz") else {
        return;
    };
    let out = tempfile::tempdir().unwrap();
    let run = menshen(&[
        "eval",
        "mrz",
        "--json",
        "--data",
        folder.to_str().unwrap(),
        "--out",
        out.path().to_str().unwrap(),
    ]);
    let lines = run.lines();
    assert_eq!(lines.len(), 2, "{}", run.err);
    for line in lines {
        assert_eq!(line["verdicts_right"]["rate"], 1.0, "{line}");
    }
}

#[test]
fn people_get_text_and_chinese_when_they_ask() {
    let broken = TD3.replace("7408122", "7408123");
    let english = menshen_with_input(&["mrz", "--text", "-"], &broken);
    let chinese = menshen_with_input(&["mrz", "--text", "-", "--lang", "zh-CN"], &broken);
    assert!(
        english.out.contains("doc_mrz_invalid") && english.out.is_ascii(),
        "{}",
        english.out
    );
    assert!(chinese.out.contains("机读"), "{}", chinese.out);
}
