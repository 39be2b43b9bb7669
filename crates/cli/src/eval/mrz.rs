//! `menshen eval mrz`: verdicts on text, and reading from pictures.

mod pictures;
mod source;

use std::fs;
use std::path::Path;

use clap::Args;
use menshen_document::mrz;
use menshen_specimen::{Fonts, plan_zones};
use serde::{Deserialize, Serialize};

pub use self::pictures::Report;
use self::source::{Pen, Picture};
use super::EvalArgs;
use super::stats::Rate;
use crate::context::{BOLD, Context};
use crate::input::WrongUsage;

/// Arguments of `menshen eval mrz`.
#[derive(Debug, Args)]
pub struct MrzArgs {
    /// Instead of --data: draw so many documents (TD1, TD2, TD3; tilt up to 15 degrees, slant, blur, noise, glare, JPEG 40 to 95)
    /// and read each at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    drawn: Option<u32>,
    /// Which documents are drawn
    #[arg(long, default_value_t = 1, requires = "drawn")]
    seed: u64,
}

/// A row of truth.
#[derive(Deserialize)]
struct Truth {
    #[serde(default)]
    file: String,
    mrz: Vec<String>,
    valid_checks: bool,
}

#[derive(Debug, Serialize)]
struct TextReport {
    eval: &'static str,
    dataset: String,
    file: &'static str,
    verdicts_right: Rate,
}

/// Measures whichever truth files `--data` holds, or drawn documents.
pub fn run(args: &EvalArgs, mrz: &MrzArgs, context: &Context) -> anyhow::Result<()> {
    let say = |report: Report| context.emit(&report, |out| pictures::print(out, &report));
    if let Some(count) = mrz.drawn {
        return say(drawn(args, count, mrz.seed, context)?);
    }
    let mut found = false;
    for file in ["vectors.jsonl", "corrupted.jsonl"] {
        let path = args.data.join(file);
        if path.exists() {
            found = true;
            judge_text(args, context, file, &read_truth(&path)?)?;
        }
    }
    let files = source::files(&args.data)?;
    if !files.is_empty() {
        found = true;
        say(pictures::measure(
            args,
            context,
            args.dataset_name(),
            &files,
        )?)?;
    }
    if !found {
        let message = format!("{} holds no MRZ truth", args.data.display());
        return Err(WrongUsage(message).into());
    }
    Ok(())
}

/// Draws documents and reads each at once.
pub fn drawn(args: &EvalArgs, count: u32, seed: u64, context: &Context) -> anyhow::Result<Report> {
    let pen = Pen {
        fonts: Fonts::load(context.fonts_dir.as_deref())?,
        today: context.today(args.today),
    };
    let planned = plan_zones(count, seed);
    let pictures: Vec<_> = planned.map(|one| Picture::Drawn(&pen, one)).collect();
    let dataset = format!("{count} drawn documents, seed {seed}");
    pictures::measure(args, context, dataset, &pictures)
}

/// Reads the pictures that a folder has truth for; `None` where it has none.
pub fn photographed(
    args: &EvalArgs,
    folder: &Path,
    context: &Context,
) -> anyhow::Result<Option<Report>> {
    let files = match folder.is_dir() {
        true => source::files(folder)?,
        false => Vec::new(),
    };
    if files.is_empty() {
        return Ok(None);
    }
    let dataset = format!("{} specimen photographs, read by eye", files.len());
    pictures::measure(args, context, dataset, &files).map(Some)
}

fn read_truth(path: &Path) -> anyhow::Result<Vec<Truth>> {
    let text = fs::read_to_string(path)?;
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            serde_json::from_str(line)
                .map_err(|error| WrongUsage(format!("{}: {error}", path.display())).into())
        })
        .collect()
}

fn judge_text(
    args: &EvalArgs,
    context: &Context,
    file: &'static str,
    truth: &[Truth],
) -> anyhow::Result<()> {
    let right = truth.iter().filter(|row| {
        let verdict = mrz::parse(&row.mrz).is_ok_and(|reading| reading.valid());
        verdict == row.valid_checks
    });
    let report = TextReport {
        eval: "mrz-text",
        dataset: args.dataset_name(),
        file,
        verdicts_right: Rate::of(right.count() as u64, truth.len() as u64),
    };
    context.emit(&report, |out| {
        writeln!(out, "{BOLD}{}{BOLD:#} of {}", report.file, report.dataset)?;
        writeln!(out, "  verdicts right {}", report.verdicts_right)
    })
}
