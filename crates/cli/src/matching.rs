//! `menshen match`: two faces, or a table of pairs.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use menshen_core::{Policy, evidence::FaceMatch, judge_match};
use menshen_engine::{EngineError, FaceEngine};
use menshen_vision::Photo;
use menshen_vision::face::Embedding;
use serde::Serialize;

use crate::context::{BAD, BOLD, Context, GOOD};
use crate::engine;
use crate::input::{self, InputError, WrongUsage};
use crate::pairs;
use crate::reasons::{self, ReasonOut, write_reasons};

/// Arguments of `menshen match`.
#[derive(Debug, Args)]
pub struct MatchArgs {
    /// Two pictures
    #[arg(num_args = 2, value_names = ["A", "B"], required_unless_present = "pairs")]
    images: Vec<PathBuf>,
    /// Table with the columns file_x and file_y
    #[arg(long, value_name = "CSV", conflicts_with = "images", requires = "out")]
    pairs: Option<PathBuf>,
    /// Folder that the table's files are relative to
    #[arg(long, value_name = "DIR", default_value = ".")]
    root: PathBuf,
    /// Where to write file_x,file_y,score (higher is more alike; empty where no face was found)
    #[arg(long, value_name = "CSV")]
    out: Option<PathBuf>,
    /// Embedder to use; by default the best that is installed
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    files: [&'a Path; 2],
    /// The card that judges the score.
    model: String,
    /// SHA-256 of the operator's cohort, where the score is normalised by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    cohort: Option<String>,
    score: Option<f32>,
    threshold: Option<f32>,
    same: bool,
    reasons: Vec<ReasonOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<InputError>,
}

#[derive(Debug, Serialize)]
struct Summary<'a> {
    pairs: usize,
    files: usize,
    without_face: usize,
    /// The card that judges the scores; none where nothing was compared.
    model: Option<String>,
    out: &'a Path,
}

/// How faces are compared: by one embedder that was named, or by the best that there is, the operator's cohort too.
#[derive(Clone, Copy)]
enum By {
    Embedder(usize),
    Best,
}

impl By {
    /// The vector of a face that a mesh confirms.
    fn vector(self, engine: &FaceEngine, photo: &Photo) -> Result<Option<Embedding>, EngineError> {
        match self {
            Self::Embedder(embedder) => engine.embed(embedder, photo),
            Self::Best => engine.face_vector(photo),
        }
    }

    /// The vector of a face, or of what stands where one would be.
    fn any(self, engine: &FaceEngine, photo: &Photo) -> Result<Option<Embedding>, EngineError> {
        match self {
            Self::Embedder(embedder) => engine.embed_any(embedder, photo),
            Self::Best => engine.face_vector_any(photo),
        }
    }

    fn compare(
        self,
        engine: &FaceEngine,
        a: &Embedding,
        b: &Embedding,
    ) -> Result<FaceMatch, EngineError> {
        match self {
            Self::Embedder(embedder) => Ok(FaceMatch {
                model: engine.embedder_card(embedder).name.clone(),
                score: engine.compare(embedder, a, b),
            }),
            Self::Best => engine.match_faces(a, b),
        }
    }
}

/// Compares two pictures or a table of them.
pub fn run(args: &MatchArgs, context: &Context) -> anyhow::Result<()> {
    let engine = engine::open_face(context)?;
    let by = match args.model.as_deref() {
        Some(name) => By::Embedder(engine::embedder(&engine, Some(name))?),
        None => By::Best,
    };
    match (&args.pairs, &args.out, &args.images[..]) {
        (Some(table), Some(out), _) => score_table(args, context, &engine, by, table, out),
        (None, _, [a, b]) => compare(context, &engine, by, [a.as_path(), b.as_path()]),
        _ => Err(WrongUsage("name two pictures, or a table with --pairs and --out".into()).into()),
    }
}

fn compare(
    context: &Context,
    engine: &FaceEngine,
    by: By,
    files: [&Path; 2],
) -> anyhow::Result<()> {
    let used = match by {
        By::Embedder(embedder) => embedder,
        By::Best => engine.embedder(None)?,
    };
    let mut line = Line {
        files,
        model: engine.embedder_card(used).name.clone(),
        cohort: None,
        score: None,
        threshold: None,
        same: false,
        reasons: Vec::new(),
        error: None,
    };
    let mut embeddings = Vec::new();
    let mut missing = None;
    for file in files {
        match input::read_photo(file) {
            Ok(photo) => match by.vector(engine, &photo)? {
                Some(embedding) => embeddings.push(embedding),
                None => missing = Some(engine.examine(&photo)?),
            },
            Err(error) => line.error = Some(error),
        }
    }
    let policy = Policy::default();
    if let [a, b] = &embeddings[..] {
        let found = by.compare(engine, a, b)?;
        let cards = engine.cards();
        let card = cards.find(&found.model);
        let judged = judge_match(&policy, &found, card);
        let comparison = card.and_then(|card| card.comparison.as_ref());
        line.cohort = comparison.map(|comparison| comparison.cohort.clone());
        line.score = Some(found.score);
        line.model = found.model;
        line.threshold = judged.threshold;
        line.same = judged.same;
        line.reasons = reasons::with_texts(judged.reasons);
    } else if let Some(face) = missing {
        line.reasons = reasons::with_texts(menshen_core::judge_face(&policy, &face));
    }
    context.emit(&line, |out| print(out, &line, context))
}

fn score_table(
    args: &MatchArgs,
    context: &Context,
    engine: &FaceEngine,
    by: By,
    table: &Path,
    out: &Path,
) -> anyhow::Result<()> {
    let pairs = pairs::read(table)?;
    let files = pairs::files(&pairs);
    let embeddings = pairs::embed_all(&args.root, &files, |photo| by.any(engine, photo))?;
    let mut model = None;
    let file = File::create(out).with_context(|| format!("write {}", out.display()))?;
    let mut writer = csv::Writer::from_writer(file);
    writer.write_record(["file_x", "file_y", "score"])?;
    for pair in &pairs {
        let (a, b) = (&embeddings[&*pair.file_x], &embeddings[&*pair.file_y]);
        let found = a.as_ref().zip(b.as_ref());
        let found = found.map(|(a, b)| by.compare(engine, a, b)).transpose()?;
        let score = found
            .as_ref()
            .map_or(String::new(), |f| f.score.to_string());
        model = model.or(found.map(|found| found.model));
        writer.write_record([&pair.file_x, &pair.file_y, &score])?;
    }
    writer.flush()?;
    let summary = Summary {
        pairs: pairs.len(),
        files: files.len(),
        without_face: embeddings
            .values()
            .filter(|embedding| embedding.is_none())
            .count(),
        model,
        out,
    };
    context.emit(&summary, |w| {
        writeln!(
            w,
            "{} pairs of {} files with {}, {} without a face: {}",
            summary.pairs,
            summary.files,
            summary.model.as_deref().unwrap_or("no embedder"),
            summary.without_face,
            out.display()
        )
    })
}

fn print(out: &mut dyn Write, line: &Line<'_>, context: &Context) -> std::io::Result<()> {
    if let Some(error) = &line.error {
        writeln!(out, "  {BAD}{}{BAD:#} {}", error.code, error.message)?;
    }
    if let Some(score) = line.score {
        let verdict = if line.same {
            format!("{GOOD}same{GOOD:#}")
        } else {
            format!("{BAD}not the same{BAD:#}")
        };
        let threshold = line
            .threshold
            .map_or("none".to_owned(), |t| format!("{t:.3}"));
        writeln!(
            out,
            "{BOLD}{verdict}{BOLD:#}  score {score:.3}, threshold {threshold} ({})",
            line.model
        )?;
    }
    write_reasons(out, &line.reasons, context.locale)
}
