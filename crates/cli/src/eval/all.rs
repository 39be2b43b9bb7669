//! `menshen eval all`: everything that there is data for, as one page and one file, and held against an earlier run.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use serde::Serialize;

use super::baseline::{Baseline, Regression};
use super::report::{self, Head, Part};
use super::{EvalArgs, faces, mrz, prc, quality};
use crate::context::{BAD, BOLD, Context, GOOD};

/// Arguments of `menshen eval all`.
#[derive(Debug, Args)]
pub struct AllArgs {
    /// Documents drawn for the reading of zones
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    drawn: u32,
    /// PRC cards of each sort
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    cards: u32,
    /// Chooses everything that is drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A graded set of `menshen specimen --set`, for the reason codes
    #[arg(long, value_name = "DIR")]
    set: Option<PathBuf>,
    /// Leave out the comparison of faces, which takes longest
    #[arg(long)]
    no_faces: bool,
    /// Hold the figures against this file of an earlier run, and fail where one is worse than chance explains
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Keep the figures in this file for later runs
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
}

/// `report.json`.
#[derive(Serialize)]
struct Report<'a> {
    eval: &'static str,
    #[serde(flatten)]
    head: &'a Head,
    parts: &'a [Part],
    worse: &'a [Regression],
}

/// Measures, and writes `index.html` and `report.json` to `--out`.
///
/// # Errors
/// A figure that is worse than before, above what fails on the way.
pub fn run(args: &EvalArgs, all: &AllArgs, context: &Context) -> anyhow::Result<()> {
    let before = all.against.as_deref().map(Baseline::read).transpose()?;
    let parts = [
        drawn_zones(args, all, context)?,
        photographed_zones(args, context)?,
        cards(args, all, context)?,
        codes(args, all, context)?,
        comparison(args, all, context)?,
    ];
    let head = Head {
        version: env!("CARGO_PKG_VERSION"),
        day: context.today(args.today).to_string(),
        seed: all.seed,
        cores: std::thread::available_parallelism().map_or(1, Into::into),
    };
    let worse = before.map_or_else(Vec::new, |before| before.regressions(&parts));
    write(&args.out.join("index.html"), &report::page(&head, &parts))?;
    let whole = Report {
        eval: "all",
        head: &head,
        parts: &parts,
        worse: &worse,
    };
    write(
        &args.out.join("report.json"),
        &serde_json::to_string_pretty(&whole)?,
    )?;
    if let Some(path) = &all.keep {
        write(path, &serde_json::to_string_pretty(&Baseline::of(&parts))?)?;
    }
    context.emit(&whole, |out| print(out, &parts, &args.out))?;
    match worse.first() {
        None => Ok(()),
        Some(first) => bail!(
            "{} figures are worse than before, {} among them",
            worse.len(),
            first.id
        ),
    }
}

fn drawn_zones(args: &EvalArgs, all: &AllArgs, context: &Context) -> anyhow::Result<Part> {
    let report = mrz::drawn(args, all.drawn, all.seed, context)?;
    Ok(Part {
        id: "mrz",
        title: "Machine-readable zones of drawn documents",
        data: "TD1, TD2 and TD3 in turn; tilt up to 15 degrees, slant, blur, noise, glare, JPEG 40 to 95".to_owned(),
        command: format!("menshen eval mrz --drawn {} --seed {}", all.drawn, all.seed),
        figures: report.figures("mrz"),
        missing: None,
        body: String::new(),
    })
}

fn photographed_zones(args: &EvalArgs, context: &Context) -> anyhow::Result<Part> {
    let folder = args.data.join("documents");
    let report = mrz::photographed(args, &folder, context)?;
    Ok(Part {
        id: "photos",
        title: "Machine-readable zones of photographs",
        data: "specimen documents with zones read by eye".to_owned(),
        command: "menshen eval mrz --data DIR/documents".to_owned(),
        missing: absent(report.is_none(), &folder, "mrz_truth.jsonl"),
        figures: report.map_or_else(Vec::new, |report| report.figures("photos")),
        body: String::new(),
    })
}

fn cards(args: &EvalArgs, all: &AllArgs, context: &Context) -> anyhow::Result<Part> {
    Ok(Part {
        id: "prc",
        title: "Cards of the People's Republic of China that contradict themselves",
        data: format!(
            "{} contradictory and as many consistent cards, as facts",
            all.cards
        ),
        command: format!("menshen eval prc --count {} --seed {}", all.cards, all.seed),
        figures: prc::figures(all.cards, all.seed, context.today(args.today))?,
        missing: None,
        body: String::new(),
    })
}

fn codes(args: &EvalArgs, all: &AllArgs, context: &Context) -> anyhow::Result<Part> {
    let part = |figures, missing, body| {
        Part {
        id: "quality",
        title: "Reason codes by degradation and strength",
        data: "a graded set of drawn documents, judged by the default policy".to_owned(),
        command: "menshen specimen --set N --seed S --portrait DIR --out SET && menshen eval quality --data SET".to_owned(),
        figures,
        missing,
        body,
    }
    };
    let Some(set) = &all.set else {
        let missing = "no set was named (--set)".to_owned();
        return Ok(part(Vec::new(), Some(missing), String::new()));
    };
    let (figures, body) = quality::part(&args.on(set), context)?;
    Ok(part(figures, None, body))
}

fn comparison(args: &EvalArgs, all: &AllArgs, context: &Context) -> anyhow::Result<Part> {
    let folder = args.data.join("faces/lfw");
    let there = folder.join("pairs.csv").exists();
    let (figures, body) = match there && !all.no_faces {
        true => faces::part(&args.on(&folder), context)?,
        false => (Vec::new(), String::new()),
    };
    Ok(Part {
        id: "faces",
        title: "Face comparison, 1:1",
        data: "all pairs of the pictures of pairs.csv".to_owned(),
        command: "menshen eval faces --data DIR/faces/lfw".to_owned(),
        figures,
        missing: match all.no_faces {
            true => Some("left out (--no-faces)".to_owned()),
            false => absent(!there, &folder, "pairs.csv"),
        },
        body,
    })
}

fn absent(absent: bool, folder: &Path, file: &str) -> Option<String> {
    absent.then(|| format!("{} is not there", folder.join(file).display()))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("write {}", path.display()))
}

fn print(out: &mut dyn std::io::Write, parts: &[Part], folder: &Path) -> std::io::Result<()> {
    for part in parts {
        writeln!(out, "{BOLD}{}{BOLD:#}", part.title)?;
        if let Some(missing) = &part.missing {
            writeln!(out, "  not measured: {missing}")?;
        }
        for figure in &part.figures {
            let verdict = match figure.bar.map(|bar| bar.holds(figure.rate.rate)) {
                None => String::new(),
                Some(true) => format!("{GOOD}reached{GOOD:#}"),
                Some(false) => format!("{BAD}missed{BAD:#}"),
            };
            writeln!(out, "  {:<48} {} {verdict}", figure.what, figure.rate)?;
        }
    }
    writeln!(out, "{}", folder.join("index.html").display())
}
