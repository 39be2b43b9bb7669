//! `menshen face`: the face in pictures.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use menshen_core::evidence::FaceMeasures;
use menshen_core::{Policy, judge_face};
use menshen_engine::FaceEngine;
use serde::Serialize;

use crate::context::{BAD, BOLD, Context};
use crate::engine;
use crate::input::{self, InputError};
use crate::reasons::{self, ReasonOut, write_reasons};

/// Arguments of `menshen face`.
#[derive(Debug, Args)]
pub struct FaceArgs {
    /// Pictures of a person
    #[arg(required = true)]
    images: Vec<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    file: &'a Path,
    faces: u32,
    largest: Option<FaceMeasures>,
    reasons: Vec<ReasonOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<InputError>,
}

/// Measures each picture.
pub fn run(args: &FaceArgs, context: &Context) -> anyhow::Result<()> {
    let engine = engine::open_face(context)?;
    args.images.iter().try_for_each(|file| {
        let line = measure(&engine, file)?;
        context.emit(&line, |out| print(out, &line, context))
    })
}

fn measure<'a>(engine: &FaceEngine, file: &'a Path) -> anyhow::Result<Line<'a>> {
    let photo = match input::read_photo(file) {
        Ok(photo) => photo,
        Err(error) => {
            let error = Some(error);
            return Ok(Line {
                file,
                faces: 0,
                largest: None,
                reasons: Vec::new(),
                error,
            });
        }
    };
    let face = engine.examine(&photo)?;
    let reasons = reasons::with_texts(judge_face(&Policy::default(), &face));
    Ok(Line {
        file,
        faces: face.faces,
        largest: face.largest,
        reasons,
        error: None,
    })
}

fn print(out: &mut dyn Write, line: &Line<'_>, context: &Context) -> std::io::Result<()> {
    writeln!(
        out,
        "{BOLD}{}{BOLD:#}  faces {}",
        line.file.display(),
        line.faces
    )?;
    if let Some(error) = &line.error {
        writeln!(out, "  {BAD}{}{BAD:#} {}", error.code, error.message)?;
    }
    if let Some(face) = &line.largest {
        let pose = face.pose;
        writeln!(
            out,
            "  yaw {:.0}°, pitch {:.0}°, roll {:.0}°, eyes open {:.2} {:.2}, mouth open {:.2}, {:.0} px between the eyes",
            pose.yaw,
            pose.pitch,
            pose.roll,
            face.eyes_open[0],
            face.eyes_open[1],
            face.mouth_open,
            face.eye_distance
        )?;
    }
    write_reasons(out, &line.reasons, context.locale)
}
