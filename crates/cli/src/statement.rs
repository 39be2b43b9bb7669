//! `menshen statement`: the photo of a person who holds up a dictated text.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use menshen_core::Policy;
use menshen_core::evidence::FaceMatch;
use menshen_core::statement::{Comparison, Next, ReadLine, Statement, StatementEvidence, judge};
use menshen_engine::{Engine, Holder};
use serde::Serialize;

use crate::context::{BAD, BOLD, Context, DIM};
use crate::engine;
use crate::input::{self, InputError, WrongUsage};
use crate::reasons::{self, ReasonOut, write_reasons};
use crate::verify::read_policy;

/// Read photos of a person who holds a sheet with a dictated text, and compare them with it.
///
/// The text is the file `statement.json` that `menshen specimen statement` writes: language, name, service, date and code.
/// Whatever is read, the answer is another try or a person's review, never an approval.
#[derive(Debug, Args)]
pub struct StatementArgs {
    /// Photos
    #[arg(required = true)]
    images: Vec<PathBuf>,
    /// The text that was dictated, as JSON
    #[arg(long, value_name = "FILE")]
    text: PathBuf,
    /// Picture of the person that it should be
    #[arg(long, value_name = "IMG")]
    face: Option<PathBuf>,
    /// Policy to judge by
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Day to judge the date by [default: today]
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    file: &'a Path,
    next: Next,
    comparison: Comparison,
    quarter_turns: u32,
    mirrored: bool,
    lines: &'a [ReadLine],
    faces: u32,
    face_match: Option<&'a FaceMatch>,
    reasons: Vec<ReasonOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<InputError>,
}

/// Reads and compares each photo.
pub fn run(args: &StatementArgs, context: &Context) -> anyhow::Result<()> {
    let statement = read_statement(&args.text)?;
    let policy = read_policy(args.policy.as_deref())?;
    let engine = engine::open(context)?;
    let template = match &args.face {
        Some(file) => {
            let photo = input::read_photo(file)
                .map_err(|error| WrongUsage(format!("{}: {}", file.display(), error.message)))?;
            engine.person(&photo)?.embedding
        }
        None => None,
    };
    let today = context.today(args.today);
    args.images.iter().try_for_each(|file| {
        let (evidence, error) = match input::read_photo(file) {
            Ok(photo) => (engine.holder(&photo, template.as_ref())?.0.evidence, None),
            Err(error) => (Holder::unreadable(&error.code).evidence, Some(error)),
        };
        let line = line(file, &policy, &statement, &evidence, error, &engine, today);
        context.emit(&line, |out| print(out, &line, context))
    })
}

/// Returns the dictated text in a file.
pub fn read_statement(file: &Path) -> anyhow::Result<Statement> {
    let text = input::read_text(file)?;
    // What the parser would say may quote the name.
    serde_json::from_str(&text)
        .map_err(|_| WrongUsage(format!("{}: not a statement", file.display())).into())
}

fn line<'a>(
    file: &'a Path,
    policy: &Policy,
    statement: &Statement,
    evidence: &'a StatementEvidence,
    error: Option<InputError>,
    engine: &Engine,
    today: Date,
) -> Line<'a> {
    let verdict = judge(policy, statement, evidence, &engine.face.cards(), today);
    Line {
        file,
        next: verdict.next,
        comparison: verdict.comparison,
        quarter_turns: evidence.quarter_turns,
        mirrored: evidence.mirrored,
        lines: &evidence.lines,
        faces: evidence.face.faces,
        face_match: evidence.face_match.as_ref(),
        reasons: reasons::with_texts(verdict.reasons),
        error,
    }
}

fn print(out: &mut dyn Write, line: &Line<'_>, context: &Context) -> std::io::Result<()> {
    let next = match line.next {
        Next::Again => "again",
        Next::Person => "a person looks at it",
    };
    writeln!(out, "{BOLD}{}{BOLD:#}  {next}", line.file.display())?;
    if let Some(error) = &line.error {
        writeln!(out, "  {BAD}{}{BAD:#} {}", error.code, error.message)?;
    }
    for read in line.lines {
        writeln!(out, "  {DIM}{:.2}{DIM:#}  {}", read.confidence, read.text)?;
    }
    let found = &line.comparison;
    let date = found
        .date
        .map_or_else(|| "none".to_owned(), |date| date.to_string());
    writeln!(
        out,
        "  code {:?}, date {date}, name {} ({:.2}), purpose {:.2}, faces {}",
        found.nonce, found.name, found.name_share, found.purpose_share, line.faces
    )?;
    if let Some(compared) = line.face_match {
        writeln!(out, "  face {:.3} by {}", compared.score, compared.model)?;
    }
    write_reasons(out, &line.reasons, context.locale)
}
