//! Hand-held statements: drawn, read back, and refused where they are another case's, old, or no statement at all.

use std::fs;
use std::path::{Path, PathBuf};

use menshen_engine::{Answer, Engine, Loader, Pool, PoolConfig, Request, Standing, child};
use menshen_models::ModelStore;
use serde_json::Value;
use tempfile::TempDir;

use crate::engine::sample;
use crate::shared::{blocking, menshen, models};

/// Day of all drawings and checks.
const TODAY: &str = "2026-11-26";

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A photo of one person, where the models and their samples are there.
fn portrait() -> Option<PathBuf> {
    Some(sample()?.folder.join("selfie.jpg"))
}

/// A drawn statement in a folder of its own.
fn drawn(portrait: &Path, lang: &str, seed: &str, more: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut args = vec!["specimen", "statement", "--portrait", text(portrait)];
    args.extend(["--out", text(folder.path()), "--today", TODAY, "--offline"]);
    args.extend(["--lang", lang, "--seed", seed]);
    args.extend(more);
    let run = menshen(&args);
    assert_eq!(run.code, 0, "{}", run.err);
    folder
}

/// What `menshen statement` says of a photo against a text.
fn read(photo: &Path, dictated: &Path, today: &str, more: &[&str]) -> Value {
    let mut args = vec!["statement", text(photo), "--text", text(dictated), "--json"];
    args.extend(["--offline", "--today", today]);
    args.extend(more);
    menshen(&args).line()
}

fn why(line: &Value) -> Vec<Value> {
    let reasons = line["reasons"].as_array().unwrap().iter();
    reasons
        .map(|reason| reason["params"]["why"]["why"].clone())
        .collect()
}

#[test]
fn a_drawn_statement_is_read_back_in_both_languages_and_goes_to_a_person() {
    let Some(portrait) = portrait() else { return };
    for (lang, seed) in [("zh-CN", "1"), ("en", "2")] {
        let folder = drawn(&portrait, lang, seed, &[]);
        let (photo, dictated) = files(&folder);
        let line = read(&photo, &dictated, TODAY, &["--face", text(&portrait)]);
        let found = &line["comparison"];
        assert_eq!(found["nonce"], "ours", "{line:#}");
        assert_eq!(found["date"], TODAY, "{line:#}");
        assert_eq!(found["name"], true, "{line:#}");
        assert!(found["purpose_share"].as_f64().unwrap() > 0.7, "{line:#}");
        assert_eq!(line["next"], "person", "{line:#}");
        // Beside another person's face the same sheet scores far lower.
        let other = portrait.with_file_name("other.jpg");
        let against = read(&photo, &dictated, TODAY, &["--face", text(&other)]);
        let score = |line: &Value| line["face_match"]["score"].as_f64().unwrap();
        assert!(score(&line) > score(&against) + 0.2, "{line:#} {against:#}");
        assert_ne!(against["reasons"].as_array().unwrap().len(), 0);
    }
}

fn files(folder: &TempDir) -> (PathBuf, PathBuf) {
    let file = |name| folder.path().join(name);
    (file("statement.jpg"), file("statement.json"))
}

#[test]
fn another_cases_sheet_a_wrong_code_and_an_old_date_are_told() {
    let Some(portrait) = portrait() else { return };
    let (mine, other) = (
        drawn(&portrait, "en", "3", &[]),
        drawn(&portrait, "en", "4", &[]),
    );
    let ((photo, dictated), (_, elsewhere)) = (files(&mine), files(&other));
    let line = read(&photo, &elsewhere, TODAY, &[]);
    assert_eq!(line["next"], "again", "{line:#}");
    assert_eq!(line["comparison"]["nonce"], "other", "{line:#}");
    assert!(blocking(&line).contains(&"statement_text_mismatch".to_owned()));

    // The same person and text, and another code: a photo made for an earlier case of the same person.
    let mut changed: Value = serde_json::from_slice(&fs::read(&dictated).unwrap()).unwrap();
    let code: Value = serde_json::from_slice(&fs::read(&elsewhere).unwrap()).unwrap();
    changed["nonce"] = code["nonce"].clone();
    let wrong = mine.path().join("wrong.json");
    fs::write(&wrong, changed.to_string()).unwrap();
    let line = read(&photo, &wrong, TODAY, &[]);
    assert_eq!(line["next"], "again", "{line:#}");
    assert_eq!(why(&line)[0], "other_code", "{line:#}");

    let line = read(&photo, &dictated, "2026-12-24", &[]);
    assert_eq!(line["next"], "again", "{line:#}");
    assert_eq!(line["comparison"]["nonce"], "ours");
    assert!(
        blocking(&line).contains(&"statement_date_old".to_owned()),
        "{line:#}"
    );
}

#[test]
fn a_photo_without_face_or_without_text_is_taken_again() {
    let Some(portrait) = portrait() else { return };
    // A drawn page of paper, no person: the box names a corner of the wall as the face.
    let folder = tempfile::tempdir().unwrap();
    let wall = folder.path().join("wall.png");
    fs::write(&wall, blank_png()).unwrap();
    let sheet = drawn(&wall, "en", "5", &["--face", "100,100,100,120"]);
    let (photo, dictated) = files(&sheet);
    let line = read(&photo, &dictated, TODAY, &[]);
    assert_eq!(line["comparison"]["nonce"], "ours", "{line:#}");
    assert!(
        blocking(&line).contains(&"face_not_found".to_owned()),
        "{line:#}"
    );
    assert_eq!(line["next"], "again");

    let line = read(&portrait, &dictated, TODAY, &[]);
    assert!(
        blocking(&line).contains(&"statement_text_mismatch".to_owned()),
        "{line:#}"
    );
    assert_eq!(line["next"], "again");
}

#[test]
fn a_file_that_is_no_picture_is_a_result_and_a_text_that_is_none_wrong_usage() {
    let Some(portrait) = portrait() else { return };
    let folder = drawn(&portrait, "en", "6", &[]);
    let (photo, dictated) = files(&folder);
    let line = read(&dictated, &dictated, TODAY, &[]);
    assert_eq!(line["error"]["code"], "not_an_image");
    assert_eq!(blocking(&line), ["photo_unreadable"]);
    let run = menshen(&[
        "statement",
        text(&photo),
        "--text",
        text(&photo),
        "--offline",
    ]);
    assert_eq!(run.code, 2);
    let name = serde_json::from_slice::<Value>(&fs::read(&dictated).unwrap()).unwrap();
    assert!(!run.err.contains(name["name"].as_str().unwrap()));
}

/// A grey PNG of 300 x 300 pixels, stored without compression.
fn blank_png() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [300_u32.to_be_bytes(), 300_u32.to_be_bytes()].concat();
    header.extend([8, 0, 0, 0, 0]);
    chunk(&mut png, b"IHDR", &header);
    let raw: Vec<u8> = (0..300)
        .flat_map(|_| std::iter::once(0).chain([150; 300]))
        .collect();
    let mut zlib = vec![0x78, 0x01];
    let mut blocks = raw.chunks(60_000).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap();
        zlib.push(u8::from(blocks.peek().is_none()));
        zlib.extend(length.to_le_bytes());
        zlib.extend((!length).to_le_bytes());
        zlib.extend(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in &raw {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    zlib.extend((b << 16 | a).to_be_bytes());
    chunk(&mut png, b"IDAT", &zlib);
    chunk(&mut png, b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    png.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
    let mut crc = !0_u32;
    for byte in name.iter().chain(data) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = match crc & 1 {
                1 => crc >> 1 ^ 0xedb8_8320,
                _ => crc >> 1,
            };
        }
    }
    png.extend(name);
    png.extend(data);
    png.extend((!crc).to_be_bytes());
}

#[tokio::test]
async fn a_statement_is_measured_in_a_child_as_it_is_in_process() {
    let Some(portrait) = portrait() else { return };
    let models = models().unwrap();
    let folder = drawn(&portrait, "zh-CN", "8", &[]);
    let bytes = fs::read(files(&folder).0).unwrap();
    let args = [
        "engine-worker".into(),
        "--models-dir".into(),
        models.clone().into(),
    ];
    let mut config = PoolConfig::new(env!("CARGO_BIN_EXE_menshen"), args);
    config.workers = 1;
    config.timeout = std::time::Duration::from_secs(60);
    let pool = Pool::start(config).await.unwrap();
    let request = Request::Statement {
        bytes,
        template: Some(vec![1.0, 0.0]),
    };
    let answer = pool.ask(request.clone(), Standing::New).await.unwrap();
    let loader = Loader::new(ModelStore::open(&models).unwrap());
    let engine = Engine::load(&loader).unwrap();
    assert!(answer == child::answer(&engine, request).unwrap());
    let Answer::Statement {
        evidence,
        embedding,
        clean,
    } = answer
    else {
        panic!("a statement is answered by a statement");
    };
    assert!(!evidence.lines.is_empty() && embedding.is_some() && clean.is_some());
    // A vector of another length can be compared with nothing.
    assert_eq!(
        evidence.face_match.map(|compared| compared.score),
        Some(-1.0)
    );
    let broken = Request::Statement {
        bytes: b"GIF89a".to_vec(),
        template: None,
    };
    let Ok(Answer::Statement {
        evidence,
        embedding: None,
        clean: None,
    }) = pool.ask(broken, Standing::New).await
    else {
        panic!("a bad photo is an answer");
    };
    assert_eq!(evidence.unreadable.as_deref(), Some("unsupported_format"));
    pool.stop().await;
}
