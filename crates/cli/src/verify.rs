//! `menshen verify`: the main job.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use clap::Args;
use jiff::civil::Date;
use menshen_core::{Claims, Evidence, Outcome, Policy, decide, judge_match};
use serde::Serialize;

use crate::context::{BAD, BOLD, Context, DIM, GOOD, WARN};
use crate::engine;
use crate::evidence::{self, Files};
use crate::input::{self, WrongUsage};
use crate::reasons::{self, ReasonOut};
use crate::sample;

/// Arguments of `menshen verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// What the person typed, as JSON: document, country, name, birth_date, sex, nationality, number
    #[arg(long, value_name = "FILE", required_unless_present = "sample")]
    claims: Option<PathBuf>,
    /// Photo of the side with the portrait
    #[arg(long, value_name = "IMAGE")]
    front: Option<PathBuf>,
    /// Photo of the other side
    #[arg(long, value_name = "IMAGE")]
    back: Option<PathBuf>,
    /// Picture of the person
    #[arg(long, value_name = "IMAGE", conflicts_with = "frames")]
    selfie: Option<PathBuf>,
    /// Folder with a sequence of frames of the person, in order of their names
    #[arg(long, value_name = "DIR")]
    frames: Option<PathBuf>,
    /// Frames a second in `--frames`
    #[arg(long, value_name = "N", default_value_t = 10.0)]
    fps: f32,
    /// Policy to judge by; keys that it leaves out keep their defaults
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Day to judge by
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<Date>,
    /// Write everything that was measured to this file, to replay the decision
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
    /// Verify a drawn person instead of files
    #[arg(long, conflicts_with_all = ["claims", "front", "back", "selfie", "frames"])]
    sample: bool,
}

#[derive(Debug, Serialize)]
struct DecisionOut {
    outcome: Outcome,
    reasons: Vec<ReasonOut>,
    policy: String,
    today: Date,
    /// The card by which the faces were compared.
    model: Option<String>,
    /// The score from which that card's calibration accepts, by the policy.
    threshold: Option<f32>,
    /// SHA-256 of the operator's cohort, where the score is normalised by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    cohort: Option<String>,
    milliseconds: u128,
}

/// Decides on one person.
pub fn run(args: &VerifyArgs, context: &Context) -> anyhow::Result<()> {
    let policy = read_policy(args.policy.as_deref())?;
    let today = context.today(args.today);
    let given = if args.sample {
        None
    } else {
        Some((read_claims(args)?, files(args)))
    };
    let engine = engine::open(context)?;
    let (claims, files) = match given {
        Some(given) => given,
        None => sample::draw(context, &engine.face, today)?,
    };
    let started = Instant::now();
    let evidence = evidence::gather(&engine, &files)?;
    let cards = engine.face.cards();
    let decision = decide(&policy, &claims, &evidence, &cards, today);
    let milliseconds = started.elapsed().as_millis();
    if let Some(path) = &args.evidence {
        write_evidence(path, &evidence)?;
    }
    let compared = evidence.face_match.as_ref();
    let card = compared.and_then(|compared| cards.find(&compared.model));
    let verdict = compared.map(|compared| judge_match(&policy, compared, card));
    let comparison = card.and_then(|card| card.comparison.as_ref());
    let out = DecisionOut {
        outcome: decision.outcome,
        reasons: reasons::with_texts(decision.reasons),
        policy: decision.policy_version,
        today,
        model: compared.map(|compared| compared.model.clone()),
        threshold: verdict.and_then(|verdict| verdict.threshold),
        cohort: comparison.map(|comparison| comparison.cohort.clone()),
        milliseconds,
    };
    print(context, &out)
}

fn files(args: &VerifyArgs) -> Files {
    Files {
        front: args.front.clone(),
        back: args.back.clone(),
        selfie: args.selfie.clone(),
        frames: args.frames.clone(),
        fps: args.fps,
    }
}

fn read_claims(args: &VerifyArgs) -> anyhow::Result<Claims> {
    let path = args.claims.as_ref().context("clap requires the claims")?;
    Claims::from_json(&input::read_text(path)?).map_err(|error| wrong(path, &error))
}

/// Reads a policy; without a file, the built-in one.
pub fn read_policy(path: Option<&Path>) -> anyhow::Result<Policy> {
    let Some(path) = path else {
        return Ok(Policy::default());
    };
    Policy::from_toml(&input::read_text(path)?).map_err(|error| wrong(path, &error))
}

fn wrong(path: &Path, error: &dyn std::error::Error) -> anyhow::Error {
    let mut message = format!("{}: {error}", path.display());
    let mut source = error.source();
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    WrongUsage(message).into()
}

fn write_evidence(path: &Path, evidence: &Evidence) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(evidence)?;
    fs::write(path, text).with_context(|| format!("write {}", path.display()))
}

fn print(context: &Context, out: &DecisionOut) -> anyhow::Result<()> {
    context.emit(out, |w| {
        let milliseconds = out.milliseconds;
        let (style, word) = match out.outcome {
            Outcome::Approved => (GOOD, "approved"),
            Outcome::Retry => (WARN, "retry"),
            Outcome::Review => (WARN, "review"),
            Outcome::Refused => (BAD, "refused"),
        };
        writeln!(
            w,
            "{style}{BOLD}{word}{BOLD:#}{style:#} {DIM}({milliseconds} ms, policy {}){DIM:#}",
            out.policy
        )?;
        reasons::write_reasons(w, &out.reasons, context.locale)
    })
}
