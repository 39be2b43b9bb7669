//! The commands that need the models, on drawn specimens and the sample photographs that `models pull` keeps.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::shared::{Run, blocking, evaluation_data, menshen, models};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Day of all drawings and decisions.
const TODAY: &str = "2026-06-15";

/// The sample: a drawn card with one photo of a person, another photo of her as the selfie.
pub struct Sample {
    /// Where it lies.
    pub folder: PathBuf,
    decision: Value,
}

/// Returns the sample, drawn once, where the models are there.
pub fn sample() -> Option<&'static Sample> {
    static SAMPLE: OnceLock<Option<Sample>> = OnceLock::new();
    SAMPLE
        .get_or_init(|| {
            let models = models()?;
            let run = menshen(&[
                "verify",
                "--sample",
                "--json",
                "--offline",
                "--today",
                TODAY,
            ]);
            Some(Sample {
                folder: models.join("samples/drawn"),
                decision: run.line(),
            })
        })
        .as_ref()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn draw(kind: &str, portrait: &Path, out: &Path, more: &[&str]) -> Run {
    let mut args = vec![
        "specimen",
        kind,
        "--portrait",
        text(portrait),
        "--out",
        text(out),
    ];
    args.extend(["--today", TODAY, "--offline", "--json"]);
    args.extend(more);
    let run = menshen(&args);
    assert_eq!(run.code, 0, "{}", run.err);
    run
}

fn verify(folder: &Path, selfie: &Path, more: &[&str]) -> Value {
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (claims, front, back) = (file("claims.json"), file("front.jpg"), file("back.jpg"));
    let mut args = vec![
        "verify",
        "--json",
        "--offline",
        "--today",
        TODAY,
        "--claims",
        &claims,
    ];
    args.extend(["--front", &front, "--selfie", text(selfie)]);
    if Path::new(&back).exists() {
        args.extend(["--back", &back]);
    }
    args.extend(more);
    menshen(&args).line()
}

/// What an honest person may meet when only an embedder for evaluation is installed.
fn approved_or_only_uncertain(decision: &Value) -> bool {
    decision["outcome"] == "approved"
        || (decision["outcome"] == "review" && blocking(decision) == ["face_match_uncertain"])
}

#[test]
fn the_sample_is_approved_or_sent_to_a_person_for_the_embedder_alone() {
    let Some(sample) = sample() else { return };
    assert!(
        approved_or_only_uncertain(&sample.decision),
        "{:#}",
        sample.decision
    );
}

#[test]
fn another_persons_selfie_is_a_face_mismatch_and_nothing_else() {
    let (Some(sample), Some(models)) = (sample(), models()) else {
        return;
    };
    let other = models.join("samples/drawn/other.jpg");
    let decision = verify(&sample.folder, &other, &[]);
    assert_eq!(blocking(&decision), ["face_mismatch"], "{decision:#}");
    assert_ne!(decision["outcome"], "approved");
}

#[test]
fn every_reason_carries_its_parts_and_both_languages() {
    let Some(sample) = sample() else { return };
    let selfie = sample.folder.join("selfie.jpg");
    let folder = tempfile::tempdir().unwrap();
    for file in ["front.jpg", "claims.json"] {
        fs::copy(sample.folder.join(file), folder.path().join(file)).unwrap();
    }
    let decision = verify(folder.path(), &selfie, &[]);
    let reasons = decision["reasons"].as_array().unwrap();
    let missing = reasons
        .iter()
        .find(|r| r["code"] == "doc_side_missing")
        .expect("the back is missing");
    for key in ["class", "end", "counts", "disclosure", "step"] {
        assert!(!missing[key].is_null(), "{key}: {missing}");
    }
    for language in ["zh-CN", "en"] {
        for key in ["title", "remedy"] {
            assert!(
                !missing["text"][language][key].as_str().unwrap().is_empty(),
                "{language} {key}"
            );
        }
    }
    assert_eq!(decision["outcome"], "retry");
}

#[test]
fn a_wrong_letter_in_the_typed_name_is_found_at_its_position() {
    let Some(sample) = sample() else { return };
    let folder = copy_of(&sample.folder);
    change_claims(folder.path(), |claims| {
        let mut name: Vec<char> = claims["name"].as_str().unwrap().chars().collect();
        *name.last_mut().unwrap() = '龘';
        claims["name"] = json!(name.iter().collect::<String>());
    });
    let decision = verify(folder.path(), &sample.folder.join("selfie.jpg"), &[]);
    assert!(
        blocking(&decision).contains(&"name_mismatch".to_owned()),
        "{decision:#}"
    );
    assert_eq!(decision["outcome"], "retry");
}

#[test]
fn the_wrong_choice_of_document_is_said() {
    let Some(sample) = sample() else { return };
    let folder = copy_of(&sample.folder);
    change_claims(folder.path(), |claims| {
        claims["document"] = json!("passport")
    });
    let decision = verify(folder.path(), &sample.folder.join("selfie.jpg"), &[]);
    assert!(
        blocking(&decision).contains(&"doc_type_mismatch".to_owned()),
        "{decision:#}"
    );
}

#[test]
fn nothing_handed_in_is_never_a_pass() {
    let Some(sample) = sample() else { return };
    let claims = sample.folder.join("claims.json");
    let decision = menshen(&[
        "verify",
        "--claims",
        text(&claims),
        "--json",
        "--offline",
        "--today",
        TODAY,
    ]);
    let decision = decision.line();
    assert_eq!(decision["outcome"], "retry");
    let codes = blocking(&decision);
    assert!(codes.contains(&"doc_side_missing".to_owned()), "{codes:?}");
    assert!(codes.contains(&"selfie_missing".to_owned()), "{codes:?}");
}

#[test]
fn the_evidence_of_a_decision_is_written_whole() {
    let Some(sample) = sample() else { return };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("evidence.json");
    let selfie = sample.folder.join("selfie.jpg");
    verify(&sample.folder, &selfie, &["--evidence", text(&out)]);
    let evidence = fs::read_to_string(&out).unwrap();
    let evidence: menshen_core::Evidence = serde_json::from_str(&evidence).unwrap();
    assert!(evidence.front.is_some() && evidence.back.is_some() && evidence.face_match.is_some());
}

fn copy_of(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in ["front.jpg", "back.jpg", "claims.json"] {
        fs::copy(folder.join(file), copy.path().join(file)).unwrap();
    }
    copy
}

fn change_claims(folder: &Path, change: impl FnOnce(&mut Value)) {
    let path = folder.join("claims.json");
    let mut claims: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut claims);
    fs::write(path, claims.to_string()).unwrap();
}

#[test]
fn a_drawn_passport_is_read_field_by_field() {
    let Some(models) = models() else { return };
    let out = tempfile::tempdir().unwrap();
    draw(
        "passport",
        &models.join("samples/sample3.jpg"),
        out.path(),
        &[],
    );
    let front = out.path().join("front.jpg");
    let truth = fs::read_to_string(out.path().join("truth.json")).unwrap();
    let truth: Value = serde_json::from_str(&truth).unwrap();
    let line = menshen(&[
        "document",
        text(&front),
        "--json",
        "--offline",
        "--today",
        TODAY,
    ])
    .line();
    assert_eq!(line["kind"], "passport");
    assert_eq!(line["country"], "UTO");
    assert_eq!(line["mrz"]["lines"], truth["sides"][0]["mrz"]["lines"]);
    assert_eq!(line["mrz"]["valid"], true);
    let number = &truth["sides"][0]["fields"]["document_number"]["value"];
    assert_eq!(&line["fields"]["document_number"]["value"], number);
    assert!(line["quality"]["blur"].is_number() && line["quad"].is_array());
    assert_eq!(
        blocking(&line),
        Vec::<String>::new(),
        "{:#}",
        line["reasons"]
    );
    let line = menshen(&["mrz", text(&front), "--json", "--offline", "--today", TODAY]).line();
    assert_eq!(line["mrz"]["lines"], truth["sides"][0]["mrz"]["lines"]);
}

/// Each degradation with the one code that it must yield; none for what a reader must put up with.
const DEGRADATIONS: [(&str, &[&str]); 13] = [
    ("blur=3", &["doc_blurred"]),
    ("motion=10", &["doc_blurred"]),
    ("dark=0.3", &["doc_too_dark"]),
    ("crop=corner", &["doc_corners_missing"]),
    ("size=420", &["doc_low_resolution"]),
    ("finger=0.4", &["doc_covered"]),
    ("glare=0.3", &["doc_glare"]),
    ("shadow=0.8", &["doc_shadow"]),
    ("moire=0.6", &["doc_copy_or_screen"]),
    ("print=0.7", &["doc_copy_or_screen"]),
    ("grey=1", &["doc_copy_or_screen"]),
    ("rotate=12,jpeg=50", &[]),
    ("rotate=180,noise=8", &[]),
];

#[test]
fn each_degradation_yields_its_own_reason_and_no_other() {
    let Some(models) = models() else { return };
    let folder = tempfile::tempdir().unwrap();
    for kind in ["prc-id", "passport"] {
        for (degradation, codes) in DEGRADATIONS {
            let out = folder.path().join(kind).join(degradation);
            let portrait = models.join("samples/sample3.jpg");
            draw(kind, &portrait, &out, &["--degrade", degradation]);
            let front = out.join("front.jpg");
            let args = [
                "document",
                text(&front),
                "--json",
                "--offline",
                "--today",
                TODAY,
            ];
            let line = menshen(&args).line();
            assert_eq!(
                blocking(&line),
                codes,
                "{kind} {degradation}: {:#}",
                line["reasons"]
            );
        }
    }
}

#[test]
fn a_drawn_card_and_passport_are_verified_with_the_right_selfie() {
    let (Some(sample), Some(models)) = (sample(), models()) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for kind in ["id-card", "passport"] {
        let out = folder.path().join(kind);
        // The face that the sample's portrait shows, in its other photo.
        let face = ["--face", "1080,200,200,230"];
        draw(kind, &models.join("samples/sample3.jpg"), &out, &face);
        let decision = verify(&out, &sample.folder.join("selfie.jpg"), &[]);
        assert!(
            approved_or_only_uncertain(&decision),
            "{kind}: {decision:#}"
        );
    }
}

#[test]
fn an_expired_card_is_refused_until_it_is_renewed() {
    let (Some(sample), Some(models)) = (sample(), models()) else {
        return;
    };
    let out = tempfile::tempdir().unwrap();
    let more = ["--face", "1080,200,200,230", "--contradict", "expired"];
    draw(
        "passport",
        &models.join("samples/sample3.jpg"),
        out.path(),
        &more,
    );
    let decision = verify(out.path(), &sample.folder.join("selfie.jpg"), &[]);
    assert!(
        blocking(&decision).contains(&"doc_expired".to_owned()),
        "{decision:#}"
    );
    assert_eq!(decision["outcome"], "retry");
}

#[test]
fn drawn_sets_are_evaluated() {
    let Some(models) = models() else { return };
    let folder = tempfile::tempdir().unwrap();
    let portrait = models.join("samples/sample3.jpg");
    draw(
        "prc-id",
        &portrait,
        &folder.path().join("set"),
        &["--count", "2"],
    );
    let eval = |what: &str| {
        let out = folder.path().join("out");
        let args = [
            "eval",
            what,
            "--data",
            text(folder.path()),
            "--out",
            text(&out),
        ];
        let run = menshen(&[&args[..], &["--json", "--offline", "--today", TODAY]].concat());
        run.line()
    };
    let documents = eval("documents");
    assert_eq!(documents["kind_and_side"]["rate"], 1.0, "{documents:#}");
    assert!(
        documents["fields"]["rate"].as_f64().unwrap() >= 0.9,
        "{documents:#}"
    );
    let quality = eval("quality");
    let clean = &quality["clean_false"];
    assert_eq!(
        (&clean["hits"], &clean["n"]),
        (&json!(0), &json!(4)),
        "{quality:#}"
    );
}

#[test]
fn a_face_is_measured_and_a_table_of_pairs_scored() {
    let Some(sample) = sample() else { return };
    let selfie = sample.folder.join("selfie.jpg");
    let line = menshen(&["face", text(&selfie), "--json", "--offline"]).line();
    assert_eq!(line["faces"], 1);
    for key in ["yaw", "pitch", "roll"] {
        assert!(line["largest"]["pose"][key].is_number(), "{line:#}");
    }
    let line = menshen(&["match", text(&selfie), text(&selfie), "--json", "--offline"]).line();
    assert_eq!(line["same"], true);
    assert!(line["score"].as_f64().unwrap() >= line["threshold"].as_f64().unwrap());

    let folder = tempfile::tempdir().unwrap();
    let (table, out) = (
        folder.path().join("pairs.csv"),
        folder.path().join("scores.csv"),
    );
    fs::write(
        &table,
        "file_x,file_y\nselfie.jpg,selfie.jpg\nselfie.jpg,claims.json\n",
    )
    .unwrap();
    let run = menshen(&[
        "match",
        "--pairs",
        text(&table),
        "--root",
        text(&sample.folder),
        "--out",
        text(&out),
        "--offline",
    ]);
    assert_eq!(run.code, 0, "{}", run.err);
    let scores = fs::read_to_string(&out).unwrap();
    let rows: Vec<_> = scores.lines().collect();
    assert_eq!(rows[0], "file_x,file_y,score");
    assert!(rows[1].starts_with("selfie.jpg,selfie.jpg,"), "{scores}");
    assert_eq!(
        rows[2], "selfie.jpg,claims.json,",
        "no picture has no score"
    );
}

#[test]
fn frames_that_never_change_are_frozen() {
    let Some(sample) = sample() else { return };
    let folder = tempfile::tempdir().unwrap();
    for idx in 0..12 {
        fs::copy(
            sample.folder.join("selfie.jpg"),
            folder.path().join(format!("{idx:03}.jpg")),
        )
        .unwrap();
    }
    fs::write(folder.path().join("999.jpg"), b"no picture").unwrap();
    let line = menshen(&[
        "liveness",
        text(folder.path()),
        "--fps",
        "10",
        "--json",
        "--offline",
    ])
    .line();
    assert_eq!(
        (&line["frames"], &line["unreadable"]),
        (&json!(13), &json!(1))
    );
    assert_eq!(line["faces"], 1);
    assert_eq!(line["events"], json!([]));
    assert!(line["frozen"].as_f64().unwrap() > 0.9, "{line:#}");
    assert!(!blocking(&line).is_empty());
}

#[test]
fn bad_files_are_results_and_end_no_batch() {
    let Some(_) = models() else { return };
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    // A PNG header that promises 65,535 x 65,535 pixels.
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff\x08\x02\0\0\0".to_vec();
    bomb.extend(0x2fe4_u32.to_be_bytes());
    let files = [
        write("empty.jpg", b""),
        write("text.png", b"not a picture at all"),
        write(
            "truncated.jpg",
            b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0",
        ),
        write("bomb.png", &bomb),
        folder.path().to_owned(),
        folder.path().join("absent.jpg"),
    ];
    for command in ["document", "mrz", "face"] {
        let mut args = vec![command, "--json", "--offline"];
        args.extend(files.iter().map(|file| text(file)));
        let run = menshen(&args);
        assert_eq!(run.code, 0, "{command}: {}", run.err);
        let lines = run.lines();
        assert_eq!(lines.len(), files.len(), "{command}");
        for line in lines {
            assert!(line["error"]["code"].is_string(), "{command}: {line}");
        }
    }
}

#[test]
fn every_malformed_file_of_the_evaluation_data_is_a_picture_or_a_typed_error() {
    let (Some(_), Some(root)) = (models(), evaluation_data("malformed")) else {
        return;
    };
    let mut files = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path)
            } else {
                files.push(path)
            }
        }
    }
    let mut args = vec!["face".into(), "--json".into(), "--offline".into()];
    args.extend(files.iter().map(|file| file.clone().into_os_string()));
    let run = menshen(&args);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(run.lines().len(), files.len());
}

#[test]
fn machine_readable_zones_on_photographs_reach_the_bar() {
    let (Some(_), Some(folder)) = (models(), evaluation_data("documents")) else {
        return;
    };
    let out = tempfile::tempdir().unwrap();
    let line = menshen(&[
        "eval",
        "mrz",
        "--json",
        "--offline",
        "--data",
        text(&folder),
        "--out",
        text(out.path()),
    ])
    .line();
    assert!(line["exact"]["hits"].as_u64().unwrap() >= 20, "{line:#}");
    assert_eq!(line["wrong_but_certain"], 0, "{line:#}");
}

#[test]
fn models_are_listed_and_checked() {
    let Some(_) = models() else { return };
    for command in ["list", "check"] {
        let run = menshen(&["models", command, "--json"]);
        assert_eq!(run.code, 0, "{}", run.err);
        let lines = run.lines();
        assert!(lines.len() >= 9, "{}", run.out);
        for name in [
            "face-detection",
            "face-mesh",
            "iris",
            "dlib-resnet",
            "text-detection",
            "text-recognition",
        ] {
            assert!(run.out.contains(name), "{command}: {name}");
        }
    }
}
