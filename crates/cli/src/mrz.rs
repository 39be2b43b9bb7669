//! `menshen mrz`: machine-readable zones from pictures or text.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use menshen_document::mrz::{self, Checks, Fields, Format};
use serde::Serialize;

use crate::context::{BAD, BOLD, Context, DIM, GOOD, WARN};
use crate::engine::Engine;
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
    /// Returns the checked zone of `lines`, or why they are none.
    pub fn parse(lines: &[String], certain: bool, today: Date) -> Result<Self, mrz::MrzError> {
        let reading = mrz::parse(lines)?;
        let valid = reading.valid();
        Ok(Self {
            format: reading.format(),
            lines: reading.lines().to_vec(),
            checks: reading.checks(),
            valid,
            certain: certain && valid,
            fields: reading.fields(today),
        })
    }
}
