//! `menshen eval faces`: accuracy and error rates of each embedder, and the thresholds of its card.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use menshen_core::card::{Calibration, ModelCard};
use menshen_engine::FaceEngine;
use menshen_vision::face::{self, Embedding};
use rayon::prelude::*;
use serde::Serialize;

use super::EvalArgs;
use super::stats::{self, Rate};
use crate::context::{BOLD, Context};
use crate::engine;
use crate::pairs::{self, Pair};

type Embeddings<'a> = BTreeMap<&'a str, Option<Embedding>>;

/// Figures of one embedder on one data set.
#[derive(Debug, Serialize)]
struct Report {
    eval: &'static str,
    model: String,
    dataset: String,
    images: usize,
    without_face: usize,
    accuracy: Rate,
    genuine_pairs: usize,
    impostor_pairs: usize,
    points: Vec<Operating>,
    #[serde(skip_serializing_if = "Option::is_none")]
    east_asian: Option<Group>,
}

/// One operating point: a threshold and the errors there.
#[derive(Debug, Serialize)]
struct Operating {
    fmr: f64,
    threshold: f32,
    fnmr: Rate,
}

/// A group at the thresholds of the whole.
#[derive(Debug, Serialize)]
struct Group {
    people: usize,
    images: usize,
    points: Vec<GroupPoint>,
}

#[derive(Debug, Serialize)]
struct GroupPoint {
    global_fmr: f64,
    fmr: Rate,
    fnmr: Rate,
}

/// Measures every embedder that is present on `pairs.csv` (and `pairs_eastasian.csv`) in `--data`.
pub fn run(args: &EvalArgs, context: &Context) -> anyhow::Result<()> {
    let pairs = pairs::read(&args.data.join("pairs.csv"))?;
    let group = args.data.join("pairs_eastasian.csv");
    let group = if group.exists() {
        pairs::read(&group)?
    } else {
        Vec::new()
    };
    let engine = engine::open_face(context)?;
    for (idx, card) in engine.embedder_cards().enumerate() {
        let report = measure(args, &engine, idx, card, &pairs, &group)?;
        write_calibration(args, &report)?;
        context.emit(&report, |out| print(out, &report))?;
    }
    Ok(())
}

fn measure(
    args: &EvalArgs,
    engine: &FaceEngine,
    embedder: usize,
    card: &ModelCard,
    pairs: &[Pair],
    group: &[Pair],
) -> anyhow::Result<Report> {
    let metric = card.metric.context("an embedder's card names its metric")?;
    let score = |a: &Embedding, b: &Embedding| face::compare(a, b, metric);
    let files = pairs::files(pairs);
    let embeddings = pairs::embed_all(engine, embedder, &args.data, &files)?;
    let (genuine, impostor) = all_pairs(&embeddings, score);
    anyhow::ensure!(!impostor.is_empty(), "the data has no two people");
    let points: Vec<_> = [1e-2, 1e-3, 1e-4]
        .into_iter()
        .map(|fmr| {
            let threshold = stats::threshold_at(&impostor, fmr);
            Operating {
                fmr,
                threshold,
                fnmr: stats::below(&genuine, threshold),
            }
        })
        .collect();
    let east_asian = if group.is_empty() {
        None
    } else {
        let files = pairs::files(group);
        let embeddings = pairs::embed_all(engine, embedder, &args.data, &files)?;
        Some(measure_group(&embeddings, &points, score))
    };
    Ok(Report {
        eval: "faces",
        model: card.name.clone(),
        dataset: args.dataset_name(),
        images: files.len(),
        without_face: embeddings.values().filter(|e| e.is_none()).count(),
        accuracy: stats::cross_validated_accuracy(&folds(pairs, &embeddings, score)),
        genuine_pairs: genuine.len(),
        impostor_pairs: impostor.len(),
        points,
        east_asian,
    })
}

/// A pair without a face on one side is scored below everything: it never matches.
fn folds(
    pairs: &[Pair],
    embeddings: &Embeddings<'_>,
    score: impl Fn(&Embedding, &Embedding) -> f32,
) -> Vec<Vec<(f32, bool)>> {
    let mut folds = BTreeMap::<u32, Vec<(f32, bool)>>::new();
    for pair in pairs {
        let (Some(same), a, b) = (
            pair.same,
            &embeddings[&*pair.file_x],
            &embeddings[&*pair.file_y],
        ) else {
            continue;
        };
        let score = a
            .as_ref()
            .zip(b.as_ref())
            .map_or(f32::MIN, |(a, b)| score(a, b));
        folds
            .entry(pair.lfw_fold.unwrap_or(0))
            .or_default()
            .push((score, same == 1));
    }
    folds.into_values().collect()
}

/// Returns sorted genuine and impostor scores of every two pictures; the folder is the person.
fn all_pairs(
    embeddings: &Embeddings<'_>,
    score: impl Fn(&Embedding, &Embedding) -> f32 + Sync,
) -> (Vec<f32>, Vec<f32>) {
    let faces: Vec<_> = embeddings
        .iter()
        .filter_map(|(file, embedding)| Some((person(file), embedding.as_ref()?)))
        .collect();
    let (mut genuine, mut impostor) = (0..faces.len())
        .into_par_iter()
        .map(|i| {
            let (mut genuine, mut impostor) = (Vec::new(), Vec::new());
            let (person, embedding) = faces[i];
            for (other, candidate) in &faces[i + 1..] {
                let side = if *other == person {
                    &mut genuine
                } else {
                    &mut impostor
                };
                side.push(score(embedding, candidate));
            }
            (genuine, impostor)
        })
        .reduce(Default::default, |mut a, b| {
            a.0.extend(b.0);
            a.1.extend(b.1);
            a
        });
    genuine.par_sort_unstable_by(f32::total_cmp);
    impostor.par_sort_unstable_by(f32::total_cmp);
    (genuine, impostor)
}

fn person(file: &str) -> &Path {
    Path::new(file).parent().unwrap_or(Path::new(""))
}

fn measure_group(
    embeddings: &Embeddings<'_>,
    points: &[Operating],
    score: impl Fn(&Embedding, &Embedding) -> f32 + Sync,
) -> Group {
    let (genuine, impostor) = all_pairs(embeddings, score);
    let people: BTreeSet<_> = embeddings.keys().map(|file| person(file)).collect();
    let points = points
        .iter()
        .map(|point| GroupPoint {
            global_fmr: point.fmr,
            fmr: stats::at_or_above(&impostor, point.threshold),
            fnmr: stats::below(&genuine, point.threshold),
        })
        .collect();
    Group {
        people: people.len(),
        images: embeddings.len(),
        points,
    }
}

/// Writes the thresholds into a copy of the manifest in `--out`, which a developer then commits.
fn write_calibration(args: &EvalArgs, report: &Report) -> anyhow::Result<()> {
    let [p2, p3, p4] = &report.points[..] else {
        anyhow::bail!("three operating points")
    };
    let calibration = Calibration {
        dataset: report.dataset.clone(),
        genuine_pairs: report.genuine_pairs as u64,
        impostor_pairs: report.impostor_pairs as u64,
        fmr_1e2: p2.threshold,
        fmr_1e3: p3.threshold,
        fmr_1e4: p4.threshold,
        fnmr: Some([p2, p3, p4].map(|point| point.fnmr.rate as f32)),
    };
    fs::create_dir_all(&args.out)?;
    let path = args.out.join("manifest.toml");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(_) => menshen_models::manifest::EMBEDDED.to_owned(),
    };
    let text = menshen_models::with_calibration(&text, &report.model, &calibration)?;
    fs::write(&path, text).with_context(|| format!("write {}", path.display()))
}

fn print(out: &mut dyn std::io::Write, report: &Report) -> std::io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#} on {}", report.model, report.dataset)?;
    writeln!(
        out,
        "  images {}, without a face {}",
        report.images, report.without_face
    )?;
    writeln!(out, "  accuracy              {}", report.accuracy)?;
    writeln!(
        out,
        "  over {} genuine and {} impostor pairs:",
        report.genuine_pairs, report.impostor_pairs
    )?;
    for point in &report.points {
        writeln!(
            out,
            "  FNMR at FMR {:<8.0e}  {}   score {:.4}",
            point.fmr, point.fnmr, point.threshold
        )?;
    }
    if let Some(group) = &report.east_asian {
        writeln!(
            out,
            "  East Asian cut ({} people, {} images) at the same thresholds:",
            group.people, group.images
        )?;
        for point in &group.points {
            writeln!(
                out,
                "    global FMR {:<8.0e} FMR {}   FNMR {}",
                point.global_fmr, point.fmr, point.fnmr
            )?;
        }
    }
    Ok(())
}
