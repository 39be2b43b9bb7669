//! `menshen eval spoof`: passive presentation attack detection on labelled pictures and clips.

use std::fs;
use std::path::{Path, PathBuf};

use menshen_engine::FaceEngine;
use serde::{Deserialize, Serialize};

use super::EvalArgs;
use super::stats::Rate;
use crate::context::{BOLD, Context, DIM};
use crate::engine;
use crate::input::{self, WrongUsage};

/// The score at which a sample is called an attack in this report; a policy sets its own.
const CUT: f32 = 0.5;

#[derive(Deserialize)]
struct Label {
    file: PathBuf,
    label: String,
}

#[derive(Debug, Serialize)]
struct Sample {
    file: PathBuf,
    label: String,
    frames: usize,
    score: Option<f32>,
}

#[derive(Debug, Serialize)]
struct Report {
    eval: &'static str,
    dataset: String,
    cut: f32,
    /// Attacks that pass (APCER), a sample without a score passes nothing.
    attacks_passed: Rate,
    /// Live samples refused (BPCER), a sample without a score counts as refused.
    live_refused: Rate,
    samples: Vec<Sample>,
    not_read: Vec<PathBuf>,
}

/// Scores every sample of `labels.csv` and prints both error rates at a score of 0.5.
pub fn run(args: &EvalArgs, context: &Context) -> anyhow::Result<()> {
    let path = args.data.join("labels.csv");
    let mut reader = csv::Reader::from_path(&path)
        .map_err(|error| WrongUsage(format!("cannot read {}: {error}", path.display())))?;
    let engine = engine::open_face(context)?;
    engine.require_anti_spoof()?;
    let (mut samples, mut not_read) = (Vec::new(), Vec::new());
    for row in reader.deserialize() {
        let Label { file, label } =
            row.map_err(|error| WrongUsage(format!("{}: {error}", path.display())))?;
        match frames(&args.data.join(&file)) {
            Some(frames) => {
                let score = score(&engine, &frames)?;
                samples.push(Sample {
                    file,
                    label,
                    frames: frames.len(),
                    score,
                });
            }
            None => not_read.push(file),
        }
    }
    let report = summarise(args, samples, not_read);
    context.emit(&report, |out| print(out, &report))
}

fn summarise(args: &EvalArgs, samples: Vec<Sample>, not_read: Vec<PathBuf>) -> Report {
    let (live, attacks): (Vec<_>, Vec<_>) = samples
        .iter()
        .partition(|sample| sample.label.starts_with("live") || sample.label == "real");
    let passed = |sample: &&&Sample| sample.score.is_some_and(|score| score < CUT);
    let (attacks_passed, live_passed) = (
        attacks.iter().filter(passed).count(),
        live.iter().filter(passed).count(),
    );
    Report {
        eval: "spoof",
        dataset: args.dataset_name(),
        cut: CUT,
        attacks_passed: Rate::of(attacks_passed as u64, attacks.len() as u64),
        live_refused: Rate::of((live.len() - live_passed) as u64, live.len() as u64),
        samples,
        not_read,
    }
}

/// A picture is one frame; a clip is the folder of its frames, named like the clip without its ending.
fn frames(path: &Path) -> Option<Vec<PathBuf>> {
    let folder = path.with_extension("");
    if folder.is_dir() {
        let mut frames: Vec<_> = fs::read_dir(folder)
            .ok()?
            .flatten()
            .map(|f| f.path())
            .collect();
        frames.sort();
        return Some(frames);
    }
    let picture = matches!(path.extension()?.to_str()?, "jpg" | "jpeg" | "png" | "webp");
    (picture && path.is_file()).then(|| vec![path.to_owned()])
}

/// The median over the frames that show a face.
fn score(engine: &FaceEngine, frames: &[PathBuf]) -> anyhow::Result<Option<f32>> {
    let mut scores = Vec::new();
    for frame in frames {
        if let Ok(photo) = input::read_photo(frame) {
            scores.extend(engine.anti_spoof(&photo)?);
        }
    }
    scores.sort_unstable_by(f32::total_cmp);
    Ok(scores.get(scores.len() / 2).copied())
}

fn print(out: &mut dyn std::io::Write, report: &Report) -> std::io::Result<()> {
    writeln!(
        out,
        "{BOLD}Passive attack detection{BOLD:#} on {}, cut {}",
        report.dataset, report.cut
    )?;
    writeln!(out, "  attacks passed {}", report.attacks_passed)?;
    writeln!(out, "  live refused   {}", report.live_refused)?;
    for sample in &report.samples {
        let score = sample
            .score
            .map_or("no face".to_owned(), |score| format!("{score:.3}"));
        writeln!(
            out,
            "  {score:>8}  {:<24} {}",
            sample.label,
            sample.file.display()
        )?;
    }
    for file in &report.not_read {
        writeln!(
            out,
            "  {DIM}not read: {} (unpack a clip into a folder of frames beside it){DIM:#}",
            file.display()
        )?;
    }
    Ok(())
}
