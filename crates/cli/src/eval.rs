//! `menshen eval`: error rates on data with known truth, with N, interval and data set.

mod all;
mod attacks;
mod baseline;
mod documents;
mod faces;
mod html;
mod mrz;
mod plot;
mod prc;
mod quality;
mod report;
mod spoof;
mod statements;
mod stats;
mod truth;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::civil::Date;

use crate::context::Context;

/// `menshen eval`.
#[derive(Debug, Args)]
pub struct EvalCommand {
    /// What to measure
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    args: EvalArgs,
}

/// What all measurements take.
#[derive(Clone, Debug, Args)]
pub struct EvalArgs {
    /// Folder with the data and its truth
    #[arg(long, value_name = "DIR", global = true, default_value = ".")]
    data: PathBuf,
    /// Folder for results
    #[arg(long, value_name = "DIR", global = true, default_value = "eval-out")]
    out: PathBuf,
    /// Name of the data set to print; by default the folder's
    #[arg(long, value_name = "NAME", global = true)]
    dataset: Option<String>,
    /// Day to judge dates by
    #[arg(long, value_name = "YYYY-MM-DD", global = true)]
    today: Option<Date>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Everything that there is data for below --data (`documents`, `faces/lfw`): one page (`index.html`) and `report.json`
    All(all::AllArgs),
    /// Face comparison: `pairs.csv` (file_x,file_y,same[,lfw_fold]), pictures in one folder a person;
    /// writes thresholds into a copy of the manifest
    Faces,
    /// Machine-readable zones: `mrz_truth.jsonl` or drawn specimens (pictures), `vectors.jsonl` and `corrupted.jsonl` (text)
    Mrz(mrz::MrzArgs),
    /// Kind, outline and fields of drawn specimens with `truth.json`
    Documents,
    /// Which reason code each degradation of drawn specimens yields at each strength; writes `quality.json`, `quality.html` and
    /// `evidence.jsonl`
    Quality(quality::QualityArgs),
    /// PRC cards that contradict themselves, the law or what was typed, and cards that do not; needs no data
    Prc(prc::PrcArgs),
    /// Passive presentation attack detection: `labels.csv` (file,label); a clip is a folder of frames
    Spoof,
    /// Live checks against simulated attacks and people, recordings and clips: who is accepted, by kind of attack
    Attacks(attacks::AttackArgs),
    /// Drawn statements in one folder each: what is read right, and whether another case's is ever accepted
    Statements,
}

impl EvalArgs {
    /// Returns the same for the data of another folder.
    fn on(&self, data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            ..self.clone()
        }
    }

    fn dataset_name(&self) -> String {
        self.dataset.clone().unwrap_or_else(|| {
            let parts: Vec<_> = self.data.components().rev().take(2).collect();
            let name: PathBuf = parts.into_iter().rev().collect();
            name.display().to_string()
        })
    }
}

/// Runs the measurement that was asked for.
pub fn run(command: &EvalCommand, context: &Context) -> anyhow::Result<()> {
    let args = &command.args;
    if !args.data.is_dir() {
        let message = format!("{} is not a folder", args.data.display());
        return Err(crate::input::WrongUsage(message).into());
    }
    std::fs::create_dir_all(&args.out)?;
    match &command.what {
        What::All(all) => all::run(args, all, context),
        What::Attacks(attacks) => attacks::run(args, attacks, context),
        What::Faces => faces::run(args, context),
        What::Mrz(zones) => mrz::run(args, zones, context),
        What::Documents => documents::run(args, context),
        What::Quality(own) => quality::run(args, own, context),
        What::Prc(own) => prc::run(args, own, context),
        What::Spoof => spoof::run(args, context),
        What::Statements => statements::run(args, context),
    }
}
