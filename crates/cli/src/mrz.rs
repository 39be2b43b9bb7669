//! `menshen mrz`: machine-readable zones from pictures or text.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use menshen_core::evidence::{MrzEvidence, PageEvidence};
use menshen_core::{Policy, judge_mrz};
use menshen_document::mrz::{self, Checks, Fields, Format, Reading};
use menshen_engine::ZoneEngine;
use serde::Serialize;

use crate::context::{BAD, BOLD, Context, DIM, GOOD, WARN};
use crate::engine;
use crate::input::{self, InputError, WrongUsage};
use crate::reasons::{ReasonOut, write_reasons};

/// Arguments of `menshen mrz`.
#[derive(Debug, Args)]
pub struct MrzArgs {
    /// Pictures to read
    images: Vec<PathBuf>,
    /// Check text instead: groups of lines separated by an empty line; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "images")]
    text: Option<PathBuf>,
    /// Day to judge dates by
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<Date>,
}

/// A zone, read and checked.
#[derive(Clone, Debug, Serialize)]
pub struct MrzOut {
    /// `TD1`, `TD2`, `TD3`, `MRVA` or `MRVB`.
    pub format: Format,
    /// The lines.
    pub lines: Vec<String>,
    /// Verdict of each check digit; null where the format has none.
    pub checks: Checks,
    /// Every check digit agrees.
    pub valid: bool,
    /// The reader stands by every character, names included.
    pub certain: bool,
    /// What the lines say.
    pub fields: Fields,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a Path>,
    mrz: Option<MrzOut>,
    reasons: Vec<ReasonOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<InputError>,
}

impl MrzOut {
    /// Returns what is printed of a reading.
    pub fn new(reading: &Reading, certain: bool, today: Date) -> Self {
        let valid = reading.valid();
        Self {
            format: reading.format(),
            lines: reading.lines().to_vec(),
            checks: reading.checks(),
            valid,
            certain: certain && valid,
            fields: reading.fields(today),
        }
    }
}

/// Reads and checks each picture, or each group of lines.
pub fn run(args: &MrzArgs, context: &Context) -> anyhow::Result<()> {
    let today = context.today(args.today);
    if let Some(path) = &args.text {
        let text = input::read_text(path)?;
        return mrz::groups(&text)
            .iter()
            .try_for_each(|group| emit(context, text_line(group, today)));
    }
    if args.images.is_empty() {
        return Err(WrongUsage("name pictures, or text with --text".to_owned()).into());
    }
    let engine = engine::open_zones(context)?;
    args.images
        .iter()
        .try_for_each(|path| emit(context, picture_line(&engine, path, today)?))
}

fn text_line<'a>(group: &[&str], today: Date) -> Line<'a> {
    match mrz::parse(group) {
        Ok(reading) => {
            // Text is what it is: nobody doubts its characters.
            let read = MrzEvidence {
                lines: reading.lines().to_vec(),
                confidence: 1.0,
                certain: true,
                ..MrzEvidence::default()
            };
            let zone = MrzOut::new(&reading, true, today);
            Line {
                file: None,
                reasons: judge(Some(read), today),
                mrz: Some(zone),
                error: None,
            }
        }
        Err(error) => Line {
            file: None,
            mrz: None,
            reasons: judge(None, today),
            error: Some(InputError::new("not_an_mrz", error.to_string())),
        },
    }
}

fn picture_line<'a>(engine: &ZoneEngine, path: &'a Path, today: Date) -> anyhow::Result<Line<'a>> {
    let photo = match input::read_photo(path) {
        Ok(photo) => photo,
        Err(error) => {
            let error = Some(error);
            return Ok(Line {
                file: Some(path),
                mrz: None,
                reasons: Vec::new(),
                error,
            });
        }
    };
    let read = engine.read(&photo)?;
    let zone = read
        .as_ref()
        .map(|read| MrzOut::new(&read.reading, read.certain, today));
    let reasons = judge(read.map(|read| read.evidence()), today);
    Ok(Line {
        file: Some(path),
        reasons,
        mrz: zone,
        error: None,
    })
}

/// A zone that is absent, does not add up or is not read for sure is a reason.
fn judge(mrz: Option<MrzEvidence>, today: Date) -> Vec<ReasonOut> {
    let page = PageEvidence {
        mrz,
        ..PageEvidence::default()
    };
    crate::reasons::with_texts(judge_mrz(&Policy::default(), &page, today))
}

fn emit(context: &Context, line: Line<'_>) -> anyhow::Result<()> {
    context.emit(&line, |out| {
        if let Some(file) = line.file {
            writeln!(out, "{BOLD}{}{BOLD:#}", file.display())?;
        }
        if let Some(error) = &line.error {
            writeln!(out, "  {BAD}{}{BAD:#} {}", error.code, error.message)?;
        }
        if let Some(zone) = &line.mrz {
            write_zone(out, zone)?;
        }
        write_reasons(out, &line.reasons, context.locale)
    })
}

fn write_zone(out: &mut dyn Write, zone: &MrzOut) -> std::io::Result<()> {
    for line in &zone.lines {
        writeln!(out, "  {line}")?;
    }
    let mark = |right: bool| {
        if right {
            format!("{GOOD}right{GOOD:#}")
        } else {
            format!("{BAD}wrong{BAD:#}")
        }
    };
    let checks = [
        ("document number", Some(zone.checks.document_number)),
        ("birth date", Some(zone.checks.birth_date)),
        ("expiry date", zone.checks.expiry_date),
        ("personal number", zone.checks.personal_number),
        ("composite", zone.checks.composite),
    ];
    for (name, right) in checks {
        if let Some(right) = right {
            writeln!(out, "  {DIM}{name:<16}{DIM:#} {}", mark(right))?;
        }
    }
    let certain = if zone.certain {
        format!("{GOOD}certain{GOOD:#}")
    } else {
        format!("{WARN}not certain{WARN:#}")
    };
    writeln!(out, "  {:?}, {certain}", zone.format)
}
