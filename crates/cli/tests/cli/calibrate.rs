//! The operator's cohort: made only of enough people, used where it is there, and never passed over where it is broken.

use std::fs;
use std::path::{Path, PathBuf};

use menshen_calibration::{Cohort, Part, Vectors};
use menshen_core::card::{Calibration, Comparison, ComparisonPart, Metric};
use menshen_models::{ComparisonEntry, ModelStore, sha256_hex};
use tempfile::TempDir;

use crate::engine::sample;
use crate::shared::{menshen, models};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A folder with the default models and no others.
fn folder() -> Option<TempDir> {
    let models = models()?;
    let folder = tempfile::tempdir().unwrap();
    for entry in ModelStore::open(&models).unwrap().list() {
        let from = models.join(&entry.file);
        if from.exists() && entry.set == menshen_models::Set::Default {
            std::os::unix::fs::symlink(&from, folder.path().join(&entry.file)).unwrap();
        }
    }
    Some(folder)
}

/// Keeps a cohort of drawn vectors, which are nobody's, for dlib's embedder; the thresholds are for the test.
fn keep_cohort(folder: &Path, sha256: Option<&str>) {
    let store = ModelStore::open(folder).unwrap();
    let own = store.manifest().entry("dlib-resnet").unwrap();
    let mut vectors = Vectors::new(Metric::Euclidean);
    for person in 0..500_u32 {
        let face = (0..128_u32).map(|i| ((person * 131 + i * 17) as f32).sin() * 0.1);
        vectors.push(&face.collect::<Vec<_>>()).unwrap();
    }
    let part = Part {
        model: own.card.name.clone(),
        sha256: sha256.unwrap_or(&own.sha256).to_owned(),
        vectors,
    };
    let parts = vec![ComparisonPart {
        model: part.model.clone(),
        sha256: part.sha256.clone(),
        weight: 1.0,
    }];
    let bytes = Cohort::new(vec![part]).unwrap().encode();
    let hash = sha256_hex(&bytes);
    let entry = ComparisonEntry {
        name: format!("dlib-resnet/as-norm/{}", &hash[..16]),
        comparison: Comparison {
            cohort: hash,
            people: 500,
            top: 200,
            parts,
        },
        calibration: Calibration {
            dataset: "drawn, for a test".to_owned(),
            genuine_pairs: 1,
            impostor_pairs: 1,
            fmr_1e2: 1.0,
            fmr_1e3: 2.0,
            fmr_1e4: 3.0,
            fnmr: None,
            scores_95: None,
        },
    };
    store.record_cohort(&bytes, &[entry]).unwrap();
}

fn cohort_file(folder: &Path) -> PathBuf {
    let mut files = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let file = files.find(|path| path.extension().is_some_and(|end| end == "bin"));
    file.unwrap()
}

#[test]
fn a_gallery_of_few_people_is_refused_with_the_reason() {
    let gallery = tempfile::tempdir().unwrap();
    for person in 0..3 {
        fs::create_dir(gallery.path().join(format!("person-{person}"))).unwrap();
    }
    let run = menshen(&["calibrate", "--gallery", text(gallery.path()), "--offline"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("has 3 people"), "{}", run.err);
    assert!(run.err.contains("500 are needed"), "{}", run.err);
}

#[test]
fn faces_are_compared_with_the_cohort_and_the_answer_names_it() {
    let (Some(sample), Some(folder)) = (sample(), folder()) else {
        return;
    };
    let selfie = sample.folder.join("selfie.jpg");
    let compare = || {
        let args = ["match", text(&selfie), text(&selfie), "--json", "--offline"];
        menshen(&[&args[..], &["--models-dir", text(folder.path())]].concat())
    };
    let before = compare().line();
    assert_eq!(before["model"], "dlib-resnet");
    assert!(before.get("cohort").is_none());

    keep_cohort(folder.path(), None);
    let line = compare().line();
    let name = line["model"].as_str().unwrap();
    assert!(name.starts_with("dlib-resnet/as-norm/"), "{line:#}");
    assert!(line["cohort"].as_str().unwrap().starts_with(&name[20..]));
    assert_eq!(line["threshold"], 3.0);
    assert_ne!(line["score"], before["score"]);
    // Graded as the embedder is: normalised or not, this one approves nobody.
    assert_eq!(line["reasons"][0]["code"], "face_match_uncertain");

    let removed = ["calibrate", "--remove", "--json", "--offline"];
    let removed = menshen(&[&removed[..], &["--models-dir", text(folder.path())]].concat());
    assert_eq!(removed.line()["removed"], 1);
    assert_eq!(compare().line(), before);
}

#[test]
fn a_cohort_that_is_broken_gone_or_of_another_model_stops_everything() {
    use std::os::unix::fs::PermissionsExt;
    let (Some(sample), Some(folder)) = (sample(), folder()) else {
        return;
    };
    let selfie = sample.folder.join("selfie.jpg");
    let refused = |why: &str| {
        let args = ["match", text(&selfie), text(&selfie), "--json", "--offline"];
        let run = menshen(&[&args[..], &["--models-dir", text(folder.path())]].concat());
        assert_eq!((run.code, &*run.out), (1, ""), "{}", run.err);
        assert!(run.err.contains(why), "{why}: {}", run.err);
    };
    keep_cohort(folder.path(), Some(&"ab".repeat(32)));
    refused("dlib-resnet is another file now");
    keep_cohort(folder.path(), None);
    let file = cohort_file(folder.path());
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "faces of people are for one account");
    let mut bytes = fs::read(&file).unwrap();
    bytes[1000] ^= 1;
    fs::write(&file, bytes).unwrap();
    refused("SHA-256");
    fs::remove_file(&file).unwrap();
    refused("cohort-");
}
