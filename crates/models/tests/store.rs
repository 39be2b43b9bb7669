//! The store on disk: reading with a checked hash, the operator's manifest, calibration.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use menshen_core::card::{Calibration, Comparison, ComparisonPart, Grade, Role};
use menshen_models::manifest::EMBEDDED;
use menshen_models::{
    ComparisonEntry, Manifest, ModelStore, ModelsError, Network, Set, Status, sha256_hex,
    with_calibration,
};

fn calibration() -> Calibration {
    Calibration {
        dataset: "drawn, for a test".to_owned(),
        genuine_pairs: 10,
        impostor_pairs: 1_000_000,
        fmr_1e2: 0.25,
        fmr_1e3: 0.5,
        fmr_1e4: 0.75,
        fnmr: Some([0.125, 0.25, 0.5]),
        scores_95: Some([[0.125, 0.375], [0.375, 0.625], [0.625, 1.0]]),
    }
}

/// An operator's entry for a 112x112 embedder kept in `own.onnx`.
fn own_entry(bytes: &[u8]) -> String {
    format!(
        r#"
[[model]]
name = "own-embedder"
role = "face_embedding"
set = "local"
licence = "our own"
file = "own.onnx"
sha256 = "{}"
input = {{ width = 112, height = 112, colour = "bgr", layout = "nchw", mean = [127.5, 127.5, 127.5], scale = [0.0078125, 0.0078125, 0.0078125] }}
alignment = {{ mesh = [[33, 133], [263, 362], [1], [61], [291]], template = [[38.3, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]] }}
metric = "cosine"
output = "nx512"
grade = "production"
"#,
        sha256_hex(bytes)
    )
}

#[test]
fn the_built_in_manifest_is_sound_and_complete() {
    let manifest = Manifest::parse("built in", EMBEDDED).unwrap();
    let of = |set| manifest.models.iter().filter(move |m| m.set == set).count();
    assert_eq!(
        (of(Set::Default), of(Set::Optional), of(Set::Local)),
        (6, 4, 0)
    );
    for entry in &manifest.models {
        assert!(entry.bytes.is_some(), "{}", entry.card.name);
        assert!(!entry.licence.is_empty());
    }
}

#[test]
fn an_embedder_without_measured_thresholds_counts_as_evaluation() {
    let manifest = Manifest::parse("built in", EMBEDDED).unwrap();
    let grade = |name| manifest.entry(name).unwrap().effective_card().grade;
    assert_eq!(grade("sface"), Grade::Evaluation);
    assert_eq!(grade("mobileface-v2"), Grade::Production);
    assert_eq!(grade("dlib-resnet"), Grade::Evaluation);
}

#[test]
fn an_operators_own_embedder_is_described_in_a_further_manifest() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("own.onnx"), b"network").unwrap();
    fs::write(dir.path().join("models.toml"), own_entry(b"network")).unwrap();
    let store = ModelStore::open(dir.path()).unwrap();
    let (bytes, card) = store.load("own-embedder").unwrap();
    assert_eq!(bytes, b"network");
    assert_eq!((card.role, card.input.width), (Role::FaceEmbedding, 112));
    assert_eq!(card.grade, Grade::Evaluation, "it has no thresholds yet");

    store
        .record_calibration("own-embedder", &calibration())
        .unwrap();
    let (_, card) = ModelStore::open(dir.path())
        .unwrap()
        .load("own-embedder")
        .unwrap();
    assert_eq!(card.grade, Grade::Production);
    assert_eq!(card.calibration, Some(calibration()));
}

#[test]
fn new_thresholds_of_a_built_in_model_survive_in_the_models_folder() {
    let dir = tempfile::tempdir().unwrap();
    let store = ModelStore::open(dir.path()).unwrap();
    store.record_calibration("sface", &calibration()).unwrap();
    store.record_calibration("sface", &calibration()).unwrap();
    let store = ModelStore::open(dir.path()).unwrap();
    let card = store.manifest().entry("sface").unwrap().effective_card();
    assert_eq!(
        (card.grade, card.calibration),
        (Grade::Production, Some(calibration()))
    );
    assert!(matches!(
        store.record_calibration("nobody", &calibration()),
        Err(ModelsError::Unknown { .. })
    ));
}

fn comparison(cohort: &[u8]) -> ComparisonEntry {
    ComparisonEntry {
        name: "dlib-resnet/as-norm".to_owned(),
        comparison: Comparison {
            cohort: sha256_hex(cohort),
            people: 500,
            top: 200,
            parts: vec![ComparisonPart {
                model: "dlib-resnet".to_owned(),
                sha256: "ab".repeat(32),
                weight: 1.0,
            }],
        },
        calibration: calibration(),
    }
}

#[test]
fn a_cohort_is_kept_beside_what_the_operator_has_written_and_goes_without_a_trace() {
    let dir = tempfile::tempdir().unwrap();
    let written = "# mine\n[[calibration]]\nmodel = \"sface\"\ndataset = \"d\"\ngenuine_pairs = 1\nimpostor_pairs = 1\nfmr_1e2 = 0.1\nfmr_1e3 = 0.2\nfmr_1e4 = 0.3\n";
    fs::write(dir.path().join("models.toml"), written).unwrap();
    let open = || ModelStore::open(dir.path()).unwrap();
    assert_eq!(open().cohort().unwrap(), None);
    for cohort in [b"first".as_slice(), b"second"] {
        let entry = open().record_cohort(cohort, &[comparison(cohort)]).unwrap();
        let store = open();
        assert_eq!(store.cohort().unwrap().as_deref(), Some(cohort));
        assert_eq!(store.manifest().cohort.as_ref(), Some(&entry));
        assert_eq!(store.manifest().comparisons, [comparison(cohort)]);
    }
    let cohorts = || {
        let files = fs::read_dir(dir.path()).unwrap();
        let names = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("cohort-")).count()
    };
    assert_eq!(cohorts(), 1, "faces that nobody uses are not kept");
    assert_eq!(open().remove_cohort().unwrap(), 1);
    assert_eq!((cohorts(), open().cohort().unwrap()), (0, None));
    let left = fs::read_to_string(dir.path().join("models.toml")).unwrap();
    assert_eq!(left, written);
}

#[test]
fn what_was_measured_with_another_cohort_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = ModelStore::open(dir.path()).unwrap();
    store.record_cohort(b"one", &[comparison(b"two")]).unwrap();
    assert!(matches!(
        ModelStore::open(dir.path()),
        Err(ModelsError::ManifestRule { what }) if what.contains("another cohort")
    ));
}

#[test]
fn calibration_replaces_numbers_and_keeps_comments() {
    let text = EMBEDDED.replace("fmr_1e2 = 0.2534", "fmr_1e2 = 0.2534 # keep me");
    let new = with_calibration(&text, "mobileface-v2", &calibration()).unwrap();
    let manifest = Manifest::parse("new", &new).unwrap();
    let entry = manifest.entry("mobileface-v2").unwrap();
    assert_eq!(entry.card.calibration, Some(calibration()));
    assert!(new.contains("fmr_1e2 = 0.25 # keep me"), "{new}");
    assert!(new.contains("# The recommended embedder."));
    let old = Manifest::parse("old", EMBEDDED).unwrap();
    assert_eq!(
        manifest.entry("dlib-resnet").unwrap(),
        old.entry("dlib-resnet").unwrap()
    );
    assert_eq!(new.lines().count(), text.lines().count());
    let unmeasured = Calibration {
        fnmr: None,
        scores_95: None,
        ..calibration()
    };
    let newest = with_calibration(&new, "mobileface-v2", &unmeasured).unwrap();
    let manifest = Manifest::parse("newest", &newest).unwrap();
    let card = &manifest.entry("mobileface-v2").unwrap().card;
    assert_eq!(card.calibration, Some(unmeasured));
}

#[test]
fn a_file_with_a_wrong_hash_is_refused_and_named() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("iris.onnx"), b"something else").unwrap();
    let store = ModelStore::open(dir.path()).unwrap();
    match store.load("iris") {
        Err(ModelsError::WrongHash { name, found, .. }) => {
            assert_eq!(
                (&name[..], found),
                ("iris.onnx", sha256_hex(b"something else"))
            );
        }
        other => panic!("{other:?}"),
    }
    let iris = store
        .check()
        .into_iter()
        .find(|c| c.name == "iris")
        .unwrap();
    assert!(matches!(iris.status, Status::WrongHash { .. }));
}

#[test]
fn a_missing_model_is_named_with_the_command_that_gets_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = ModelStore::open(dir.path().join("not/yet/there")).unwrap();
    let said = |name| store.load(name).unwrap_err().to_string();
    assert!(said("mobileface-v2").contains("`menshen models pull mobileface-v2`"));
    assert!(said("iris").contains("`menshen models pull`"));
    assert!(said("nothing").contains("no manifest entry"));
    assert!(store.check().iter().all(|c| c.status == Status::Missing));
    assert!(store.installed(Role::FaceEmbedding).is_empty());
}

#[test]
fn offline_a_missing_default_model_is_an_error_and_nothing_is_fetched() {
    let dir = tempfile::tempdir().unwrap();
    let store = ModelStore::open(dir.path()).unwrap();
    let answer = store.ensure_default(Network::Offline, &mut |p| panic!("{p:?}"));
    assert!(matches!(answer, Err(ModelsError::Missing { name, .. }) if name == "face-detection"));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_manifest_that_contradicts_itself_is_refused() {
    let own = own_entry(b"network");
    let cases = [
        ("twice", format!("{own}{own}")),
        ("leaves the folder", own.replace("own.onnx", "../own.onnx")),
        ("absolute", own.replace("own.onnx", "/own.onnx")),
        ("hidden", own.replace("own.onnx", ".lock")),
        (
            "upper-case hash",
            own.replace(&sha256_hex(b"network"), &"A".repeat(64)),
        ),
        ("short hash", own.replace(&sha256_hex(b"network"), "abc")),
        ("odd name", own.replace("own-embedder", "own embedder")),
        ("mesh index", own.replace("[61]", "[468]")),
        ("point missing", own.replace("[61], ", "")),
        ("no metric", own.replace("metric = \"cosine\"\n", "")),
        (
            "unknown role",
            own.replace("face_embedding", "mind_reading"),
        ),
        ("no source", own.replace("\"local\"", "\"optional\"")),
        ("not TOML", "[[model".to_owned()),
        (
            "calibrates a stranger",
            with_calibration("", "nobody", &calibration()).unwrap(),
        ),
        ("falling thresholds", {
            let falling = Calibration {
                fmr_1e2: 0.9,
                ..calibration()
            };
            with_calibration(&own, "own-embedder", &falling).unwrap()
        }),
        ("takes a built-in name", own.replace("own-embedder", "iris")),
    ];
    let dir = tempfile::tempdir().unwrap();
    for (case, text) in cases {
        fs::write(dir.path().join("models.toml"), text).unwrap();
        assert!(ModelStore::open(dir.path()).is_err(), "{case}");
    }
    fs::write(dir.path().join("models.toml"), own).unwrap();
    assert!(ModelStore::open(dir.path()).is_ok());
}

#[test]
fn the_folder_follows_the_variable_then_the_xdg_data_folder_then_home() {
    fn dir(set: &[(&str, &str)]) -> Option<PathBuf> {
        let look = |name: &str| {
            let found = set.iter().find(|(n, _)| *n == name);
            found.map(|(_, value)| OsString::from(value))
        };
        ModelStore::default_dir(look).ok()
    }
    let all = [
        ("MENSHEN_MODELS", "/m"),
        ("XDG_DATA_HOME", "/x"),
        ("HOME", "/h"),
    ];
    assert_eq!(dir(&all), Some("/m".into()));
    assert_eq!(dir(&all[1..]), Some("/x/menshen/models".into()));
    assert_eq!(
        dir(&all[2..]),
        Some("/h/.local/share/menshen/models".into())
    );
    let relative = [
        ("MENSHEN_MODELS", ""),
        ("XDG_DATA_HOME", "x"),
        ("HOME", "/h"),
    ];
    assert_eq!(
        dir(&relative),
        Some("/h/.local/share/menshen/models".into())
    );
    assert_eq!(dir(&[]), None);
}
