//! `menshen eval quality`: which reason code each degradation yields at each strength, as a confusion table.
//!
//! Every page of a drawn set is measured once; what was measured is kept in `evidence.jsonl`, so that the same pages can be
//! judged again by another policy without a pixel. What is right, the documented limits of the drawing say
//! ([`menshen_specimen::LADDERS`]). Documents with several degradations have no limit, and are left out.

mod html;
mod pixels;
mod table;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use menshen_core::evidence::{Evidence, PageEvidence};
use menshen_core::policy::{Part, Parts};
use menshen_core::reason::{End, Reason, ReasonCode};
use menshen_core::{Claims, ModelCards, Policy, decide_parts, judge_page};
use menshen_document::Side;
use menshen_engine::Engine;
use menshen_specimen::Contradiction;
use serde::{Deserialize, Serialize};

use self::table::{Report, Table};
use super::EvalArgs;
use super::report::{Bar, Figure};
use super::truth::{self, SideTruth, Specimen};
use crate::context::{BOLD, Context, DIM};
use crate::input::{self, WrongUsage};
use crate::verify::read_policy;
use crate::{engine, progress};

/// Arguments of `menshen eval quality`.
#[derive(Debug, Default, Args)]
pub struct QualityArgs {
    /// Judge what an earlier run has measured (its `evidence.jsonl`) instead of the pictures
    #[arg(long, value_name = "FILE")]
    measured: Option<PathBuf>,
    /// Policy to judge by; keys that it leaves out keep their defaults
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Only clean documents and single degradations: no contradictions
    #[arg(long)]
    singles: bool,
    /// Take kind and text from the truth and measure the pixels alone: eight times faster, and the reader of text has no part in
    /// the verdict. Implies --singles
    #[arg(long, conflicts_with = "measured")]
    pixels: bool,
}

/// A line of `evidence.jsonl`.
#[derive(Serialize, Deserialize)]
struct Measured {
    /// Path below the data's folder.
    file: PathBuf,
    evidence: PageEvidence,
}

/// Measures or takes what was measured, judges it, and writes `quality.json` and `quality.html`.
pub fn run(args: &EvalArgs, own: &QualityArgs, context: &Context) -> anyhow::Result<()> {
    let report = measure(args, own, context)?;
    context.emit(&report, |out| print(out, &report))
}

/// Measures a drawn set for the report: its figures, and the table as HTML.
pub fn part(args: &EvalArgs, context: &Context) -> anyhow::Result<(Vec<Figure>, String)> {
    let report = measure(args, &QualityArgs::default(), context)?;
    let bars = [
        (
            "right",
            report.due_right,
            "beyond its limit: a right code",
            Some(Bar::AtLeast(0.95)),
        ),
        (
            "alone",
            report.due_alone,
            "beyond its limit: a right code and no other",
            None,
        ),
        (
            "clean",
            report.clean_false,
            "clean: any code (false)",
            Some(Bar::AtMost(0.02)),
        ),
        (
            "free",
            report.free_false,
            "within its limit: any code (false)",
            None,
        ),
        (
            "named",
            report.wrong_right,
            "contradiction named (whole document)",
            None,
        ),
    ];
    let figures = bars.into_iter().filter(|(_, rate, ..)| rate.n > 0);
    let figures = figures.map(|(id, rate, what, bar)| Figure {
        id: format!("quality.{id}"),
        what: what.to_owned(),
        rate,
        bar,
        bundled: false,
    });
    Ok((figures.collect(), html::fragment(&report)))
}

fn measure(args: &EvalArgs, own: &QualityArgs, context: &Context) -> anyhow::Result<Report> {
    let policy = read_policy(own.policy.as_deref())?;
    let mut specimens = truth::load(&args.data)?;
    specimens.retain(|one| is_judged(one, own.singles || own.pixels));
    let mut pages = Pages::open(args, own, context)?;
    let mut table = Table::default();
    let bar = progress::bar(specimens.len() as u64, "specimens");
    for specimen in &specimens {
        let measured: Vec<PageEvidence> = (specimen.sides.iter())
            .map(|side| pages.measure(specimen, side))
            .collect::<anyhow::Result<_>>()?;
        judge(&policy, args, specimen, &measured, &mut table)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    pages.close()?;
    let text = match (own.pixels, &own.measured) {
        (true, _) => "kind and text from the truth",
        (false, Some(_)) => "kind and text as an earlier run had them",
        (false, None) => "kind and text read from the picture",
    };
    let report = table.report(args.dataset_name(), policy.identity(), text);
    write(
        &args.out.join("quality.json"),
        &serde_json::to_string_pretty(&report)?,
    )?;
    write(&args.out.join("quality.html"), &html::page(&report))?;
    Ok(report)
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("write {}", path.display()))
}

/// Tells whether there is a documented limit to judge a document by.
fn is_judged(specimen: &Specimen, singles: bool) -> bool {
    let most = (specimen.sides.iter())
        .map(|side| side.degradations.len())
        .max()
        .unwrap_or(0);
    match specimen.contradictions.len() {
        0 => most <= 1,
        1 => most == 0 && !singles,
        _ => false,
    }
}

fn judge(
    policy: &Policy,
    args: &EvalArgs,
    specimen: &Specimen,
    measured: &[PageEvidence],
    table: &mut Table,
) -> anyhow::Result<()> {
    let today = args.today.unwrap_or(specimen.today);
    if let Some(wrong) = specimen.contradictions.first() {
        let wrong = Contradiction::parse_list(wrong)?;
        let wrong = wrong.first().context("a contradiction has a name")?;
        let claims = Claims::from_json(&specimen.claims.to_string())?;
        let mut evidence = Evidence::default();
        for (side, page) in specimen.sides.iter().zip(measured) {
            match slot(side) {
                Side::Front => evidence.front = Some(page.clone()),
                Side::Back => evidence.back = Some(page.clone()),
            }
        }
        let parts = Parts::from([Part::Data, Part::Document]);
        let cards = ModelCards::default();
        let decision = decide_parts(policy, &parts, &claims, &evidence, &cards, today);
        table.document(*wrong, &blocking(&decision.reasons));
        return Ok(());
    }
    for (side, page) in specimen.sides.iter().zip(measured) {
        let reasons = judge_page(policy, page, Some(slot(side)), today);
        let degradation = side.degradations.first();
        let degradation = degradation.map(|one| (one.name.as_str(), one.value.as_str()));
        table.page(degradation, &blocking(&reasons))?;
    }
    Ok(())
}

/// The side that a photograph was asked for.
fn slot(side: &SideTruth) -> Side {
    match side.file.file_stem().is_some_and(|stem| stem == "back") {
        true => Side::Back,
        false => Side::Front,
    }
}

/// The codes that hold somebody up; a hint holds up nobody.
fn blocking(reasons: &[Reason]) -> Vec<ReasonCode> {
    let reasons = reasons.iter().filter(|reason| reason.end != End::Hint);
    let mut codes: Vec<ReasonCode> = reasons.map(|reason| reason.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Where measurements come from.
enum Pages {
    /// The pictures, the engine that measures them (without one, the pixels alone), and the file that keeps it.
    Pictures {
        root: PathBuf,
        engine: Option<Box<Engine>>,
        kept: BufWriter<File>,
    },
    /// An earlier run.
    Kept {
        root: PathBuf,
        pages: BTreeMap<PathBuf, PageEvidence>,
    },
}

impl Pages {
    fn open(args: &EvalArgs, own: &QualityArgs, context: &Context) -> anyhow::Result<Self> {
        let root = args.data.clone();
        let Some(path) = &own.measured else {
            let path = args.out.join("evidence.jsonl");
            let kept = File::create(&path).with_context(|| format!("write {}", path.display()))?;
            let engine = match own.pixels {
                true => None,
                false => Some(Box::new(engine::open(context)?)),
            };
            return Ok(Self::Pictures {
                root,
                engine,
                kept: BufWriter::new(kept),
            });
        };
        let mut pages = BTreeMap::new();
        for line in input::read_text(path)?.lines() {
            let line: Measured = serde_json::from_str(line)
                .map_err(|error| WrongUsage(format!("{}: {error}", path.display())))?;
            pages.insert(line.file, line.evidence);
        }
        Ok(Self::Kept { root, pages })
    }

    /// Returns what a picture shows; one that cannot be decoded is a result, too.
    fn measure(&mut self, specimen: &Specimen, side: &SideTruth) -> anyhow::Result<PageEvidence> {
        let path = specimen.folder.join(&side.file);
        match self {
            Self::Pictures { root, engine, kept } => {
                let evidence = match (input::read_original(&path), engine) {
                    (Ok(photo), Some(engine)) => engine.page(&photo)?.evidence,
                    (Ok(photo), None) => pixels::measure(&photo, specimen.kind, side)?,
                    (Err(error), _) => PageEvidence {
                        unreadable: Some(error.code),
                        ..PageEvidence::default()
                    },
                };
                let line = Measured {
                    file: path.strip_prefix(root)?.to_owned(),
                    evidence,
                };
                serde_json::to_writer(&mut *kept, &line)?;
                kept.write_all(b"\n")?;
                Ok(line.evidence)
            }
            Self::Kept { root, pages } => {
                let file = path.strip_prefix(root)?;
                let page = pages.get(file).cloned();
                page.with_context(|| format!("{} was not measured", file.display()))
            }
        }
    }

    fn close(self) -> anyhow::Result<()> {
        match self {
            Self::Pictures { mut kept, .. } => Ok(kept.flush()?),
            Self::Kept { .. } => Ok(()),
        }
    }
}

fn print(out: &mut dyn Write, report: &Report) -> std::io::Result<()> {
    writeln!(
        out,
        "{BOLD}{}{BOLD:#} {DIM}(policy {}, {}){DIM:#}",
        report.dataset, report.policy, report.text
    )?;
    for (what, rate) in report.figures() {
        writeln!(out, "  {what:<58} {rate}")?;
    }
    for row in &report.rows {
        let codes: Vec<String> = (row.codes.iter())
            .map(|(code, n)| format!("{code} {n}"))
            .collect();
        writeln!(
            out,
            "{:<22} {:<8} {:>4} {}  {}",
            row.label(),
            row.grade.word(),
            row.n,
            row.right.map_or("     -".to_owned(), |right| format!(
                "{:>5.1} %",
                right.rate * 100.0
            )),
            codes.join(", ")
        )?;
    }
    Ok(())
}
