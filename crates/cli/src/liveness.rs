//! `menshen liveness`: a sequence of frames.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use menshen_core::evidence::{ActionEvent, LivenessEvidence};
use menshen_core::{Policy, judge_liveness};
use menshen_engine::FaceEngine;
use menshen_vision::Photo;
use serde::Serialize;

use crate::context::{BOLD, Context, DIM};
use crate::engine;
use crate::input::{self, WrongUsage};
use crate::progress;
use crate::reasons::{self, ReasonOut, write_reasons};

/// Arguments of `menshen liveness`.
#[derive(Debug, Args)]
pub struct LivenessArgs {
    /// Folder of frames (JPEG, PNG or WebP), in order of their names
    folder: PathBuf,
    /// Frames a second
    #[arg(long, value_name = "N", default_value_t = 10.0)]
    fps: f32,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    folder: &'a Path,
    events: Vec<ActionEvent>,
    /// Most faces seen in one frame: 0, 1, or 2 for several.
    faces: u32,
    continuity: Option<f32>,
    spoof: Option<f32>,
    frames: u32,
    unreadable: u32,
    frozen: f32,
    repeated: u32,
    reasons: Vec<ReasonOut>,
}

/// Measures one sequence.
pub fn run(args: &LivenessArgs, context: &Context) -> anyhow::Result<()> {
    let engine = engine::open_face(context)?;
    let (evidence, _) = measure(&engine, &args.folder, args.fps)?;
    let reasons = judge_liveness(&Policy::default(), &evidence, &engine.cards());
    let line = Line {
        folder: &args.folder,
        faces: match (evidence.several_faces, evidence.one_face) {
            (0, 0) => 0,
            (0, _) => 1,
            _ => 2,
        },
        events: evidence.events,
        continuity: evidence.continuity,
        spoof: evidence.spoof,
        frames: evidence.frames,
        unreadable: evidence.unreadable,
        frozen: evidence.frozen,
        repeated: evidence.repeated,
        reasons: reasons::with_texts(reasons),
    };
    context.emit(&line, |out| print(out, &line, context))
}

/// Returns what was measured over a folder of frames, and the best frame for a comparison.
pub fn measure(
    engine: &FaceEngine,
    folder: &Path,
    fps: f32,
) -> anyhow::Result<(LivenessEvidence, Option<Photo>)> {
    /// Slower than this, actions fall between frames; faster, no camera of a phone delivers.
    const RATES: std::ops::RangeInclusive<f32> = 1.0..=120.0;
    if !RATES.contains(&fps) {
        return Err(WrongUsage(format!("--fps must be within {RATES:?}")).into());
    }
    let files = frames(folder)?;
    let bar = progress::bar(files.len() as u64, "frames");
    let frames = files.iter().enumerate().map(|(idx, path)| {
        bar.inc(1);
        (idx as f32 / fps, input::read_photo(path).ok())
    });
    let evidence = engine.sequence(frames)?;
    bar.finish_and_clear();
    let best = evidence.best_frame.and_then(|idx| files.get(idx as usize));
    let best = best.and_then(|path| input::read_photo(path).ok());
    Ok((evidence, best))
}

fn frames(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    /// Half an hour at 10 frames a second; a live check lasts seconds.
    const MAX_FRAMES: usize = 18_000;
    let entries = fs::read_dir(folder).map_err(|error| {
        WrongUsage(format!(
            "cannot read folder {}: {}",
            folder.display(),
            error.kind()
        ))
    })?;
    let mut files: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|p| p.is_file())
        .collect();
    if files.len() > MAX_FRAMES {
        return Err(WrongUsage(format!("more than {MAX_FRAMES} frames")).into());
    }
    files.sort();
    Ok(files)
}

fn print(out: &mut dyn Write, line: &Line<'_>, context: &Context) -> std::io::Result<()> {
    writeln!(
        out,
        "{BOLD}{}{BOLD:#} {DIM}{} frames{DIM:#}",
        line.folder.display(),
        line.frames
    )?;
    for event in &line.events {
        let name = context.catalogue().action(event.action);
        writeln!(out, "  {:6.2} - {:6.2} s  {name}", event.start, event.end)?;
    }
    let number = |value: Option<f32>| value.map_or("-".to_owned(), |value| format!("{value:.3}"));
    writeln!(
        out,
        "  faces {}, continuity {}, spoof {}",
        line.faces,
        number(line.continuity),
        number(line.spoof)
    )?;
    writeln!(
        out,
        "  frozen {:.2} s, repeated {}",
        line.frozen, line.repeated
    )?;
    write_reasons(out, &line.reasons, context.locale)
}
