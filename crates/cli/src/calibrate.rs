//! `menshen calibrate`: thresholds for the operator's own people, and a cohort of them that normalises scores.

mod gallery;
mod measure;

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use menshen_calibration::{Cohort, Part};
use menshen_models::{CohortEntry, ComparisonEntry, ModelStore, sha256_hex};
use serde::Serialize;

use self::gallery::Gallery;
pub use self::gallery::GalleryError;
use self::measure::Measured;
use crate::context::{BOLD, Context, DIM};
use crate::engine;
use crate::models::ready;

/// Arguments of `menshen calibrate`.
#[derive(Debug, Args)]
pub struct CalibrateArgs {
    /// Folder with the pictures of at least 500 people: one folder a person, with two pictures or more of at least 100 of them
    #[arg(long, value_name = "DIR", required_unless_present = "remove")]
    gallery: Option<PathBuf>,
    /// Who is on which picture, where there is not a folder for each person: a table with the columns file and person
    #[arg(long, value_name = "CSV", requires = "gallery")]
    table: Option<PathBuf>,
    /// What to call these people where thresholds are shown
    #[arg(long, value_name = "NAME", default_value = "the operator's gallery")]
    dataset: String,
    /// Draws the people of a large gallery, the halves by which weights are found, and the replicates of intervals
    #[arg(long, value_name = "N", default_value_t = 9)]
    seed: u64,
    /// Delete the cohort and what was measured with it: from then on faces are compared as before
    #[arg(long, conflicts_with_all = ["gallery", "table"])]
    remove: bool,
}

#[derive(Serialize)]
struct Summary {
    people: usize,
    images: usize,
    without_face: usize,
    cohort: CohortEntry,
    comparisons: Vec<ComparisonOut>,
}

#[derive(Serialize)]
struct ComparisonOut {
    #[serde(flatten)]
    entry: ComparisonEntry,
    /// Genuine pairs that are missed at FMR 1e-3 and 1e-4, of those of the half of the people on whom no weight was found: without
    /// the cohort, and with it.
    other_half: measure::Halves,
}

#[derive(Serialize)]
struct Removed {
    removed: usize,
}

/// Measures the gallery and keeps cohort and thresholds in the models folder, or takes them away.
pub fn run(args: &CalibrateArgs, context: &Context) -> anyhow::Result<()> {
    let Some(root) = &args.gallery else {
        return remove(context);
    };
    let files = gallery::list(root, args.table.as_deref())?;
    // Before the work: no picture makes more people of them.
    gallery::enough(files.len())?;
    let store = ready(context)?;
    let engine = engine::open_embedders(context)?;
    let lead = engine.embedder(None)?;
    let mut embedders = vec![lead];
    embedders.extend((0..engine.embedder_cards().count()).filter(|&other| other != lead));
    let gallery = Gallery::read(files, &engine, &embedders, args.seed)?;
    let cohort = cohort_of(&gallery, &store, &engine, &embedders)?;
    let bytes = cohort.encode();
    // Measured is what is used: the numbers as the file keeps them.
    let cohort = Cohort::decode(&bytes)?;
    let sha256 = sha256_hex(&bytes);
    let measured = measure::all(&gallery, &cohort, &sha256, &args.dataset, args.seed)?;
    let entries: Vec<ComparisonEntry> = measured.iter().map(|m| m.entry.clone()).collect();
    let summary = Summary {
        people: gallery.count(),
        images: gallery.people.len(),
        without_face: gallery.without_face,
        cohort: store.record_cohort(&bytes, &entries)?,
        comparisons: measured
            .into_iter()
            .map(|Measured { entry, other_half }| ComparisonOut { entry, other_half })
            .collect(),
    };
    let folder = store.dir().display().to_string();
    context.emit(&summary, |out| print(out, &summary, &folder))
}

fn cohort_of(
    gallery: &Gallery,
    store: &ModelStore,
    engine: &menshen_engine::FaceEngine,
    embedders: &[usize],
) -> anyhow::Result<Cohort> {
    let firsts = gallery.firsts();
    let mut parts = Vec::new();
    for (vectors, &embedder) in gallery.vectors.iter().zip(embedders) {
        let model = engine.embedder_card(embedder).name.clone();
        parts.push(Part {
            sha256: store.manifest().entry(&model)?.sha256.clone(),
            model,
            vectors: vectors.pick(&firsts),
        });
    }
    Ok(Cohort::new(parts)?)
}

fn remove(context: &Context) -> anyhow::Result<()> {
    let store = ModelStore::open(&context.models_dir)?;
    let removed = Removed {
        removed: store.remove_cohort()?,
    };
    context.emit(&removed, |out| match removed.removed {
        0 => writeln!(out, "there was no cohort"),
        _ => writeln!(
            out,
            "the cohort is deleted; a service that runs goes on with it until it is started again"
        ),
    })
}

fn print(out: &mut dyn Write, summary: &Summary, folder: &str) -> std::io::Result<()> {
    writeln!(
        out,
        "{} people, {} images, {} more without a face",
        summary.people, summary.images, summary.without_face
    )?;
    for ComparisonOut { entry, other_half } in &summary.comparisons {
        let calibration = &entry.calibration;
        writeln!(out, "{BOLD}{}{BOLD:#}", entry.name)?;
        for part in &entry.comparison.parts {
            writeln!(out, "  {:.1} x {}", part.weight, part.model)?;
        }
        writeln!(
            out,
            "  over {} genuine and {} impostor pairs:",
            calibration.genuine_pairs, calibration.impostor_pairs
        )?;
        let points = ["1e-2", "1e-3", "1e-4"].into_iter();
        let points = points.zip(calibration.scores()).enumerate();
        for (n, (fmr, score)) in points {
            let [low, high] = calibration.scores_95.map_or([score; 2], |ends| ends[n]);
            let fnmr = calibration.fnmr.map_or(f32::NAN, |parts| parts[n] * 100.0);
            writeln!(
                out,
                "  FMR {fmr}  from score {score:.4} [{low:.4}, {high:.4}]  FNMR {fnmr:.2} %"
            )?;
        }
        let [raw, normalised] = [other_half.raw, other_half.normalised];
        writeln!(
            out,
            "  {DIM}on the half without a part in the weights, FNMR at FMR 1e-3 and 1e-4: {:.2} % and {:.2} % without the cohort, {:.2} % and {:.2} % with it{DIM:#}",
            raw[0] * 100.0,
            raw[1] * 100.0,
            normalised[0] * 100.0,
            normalised[1] * 100.0
        )?;
    }
    writeln!(
        out,
        "{} holds the cohort: faces of your people, readable by this account alone. Keep it on this machine; `menshen calibrate --remove` deletes it.",
        std::path::Path::new(folder)
            .join(&summary.cohort.file)
            .display()
    )?;
    writeln!(
        out,
        "Comparisons use it from now on; a service that runs, when it is started again."
    )
}
