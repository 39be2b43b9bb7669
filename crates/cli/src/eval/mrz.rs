//! `menshen eval mrz`: verdicts on text, and reading from pictures.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use menshen_document::mrz;
use serde::{Deserialize, Serialize};

use super::EvalArgs;
use super::stats::Rate;
use super::truth;
use crate::context::{BOLD, Context, DIM};
use crate::engine;
use crate::input::{self, WrongUsage};
use crate::mrz::MrzOut;
use crate::progress;

#[derive(Deserialize)]
struct Truth {
    #[serde(default)]
    file: String,
    mrz: Vec<String>,
    valid_checks: bool,
}

#[derive(Debug, Serialize)]
struct TextReport {
    eval: &'static str,
    dataset: String,
    file: &'static str,
    verdicts_right: Rate,
}

#[derive(Debug, Default, Serialize)]
struct Miss {
    file: String,
    read: Option<Vec<String>>,
    certain: bool,
}

#[derive(Debug, Serialize)]
struct PictureReport {
    eval: &'static str,
    dataset: String,
    characters: Rate,
    exact: Rate,
    certain: Rate,
    wrong_but_certain: u64,
    median_ms: u128,
    misses: Vec<Miss>,
}

/// Measures whichever truth files `--data` holds.
pub fn run(args: &EvalArgs, context: &Context) -> anyhow::Result<()> {
    let mut found = false;
    for file in ["vectors.jsonl", "corrupted.jsonl"] {
        let path = args.data.join(file);
        if path.exists() {
            found = true;
            judge_text(args, context, file, &read_truth(&path)?)?;
        }
    }
    let pictures = pictures(&args.data)?;
    if !pictures.is_empty() {
        found = true;
        read_pictures(args, context, &pictures)?;
    }
    if !found {
        let message = format!("{} holds no MRZ truth", args.data.display());
        return Err(WrongUsage(message).into());
    }
    Ok(())
}

/// A picture of a zone.
struct Picture {
    /// Where it is below the data's folder.
    file: PathBuf,
    /// What the zone says.
    mrz: Vec<String>,
}

/// Returns the pictures of `mrz_truth.jsonl`, and the sides of drawn specimens that have a zone.
fn pictures(data: &Path) -> anyhow::Result<Vec<Picture>> {
    let mut pictures = Vec::new();
    let listed = data.join("mrz_truth.jsonl");
    if listed.exists() {
        let rows = read_truth(&listed)?.into_iter();
        pictures.extend(rows.map(|row| Picture {
            file: row.file.into(),
            mrz: row.mrz,
        }));
    }
    for specimen in truth::find(data)? {
        let folder = specimen.folder.strip_prefix(data)?;
        let sides = specimen.sides.into_iter();
        pictures.extend(sides.filter_map(|side| {
            Some(Picture {
                file: folder.join(side.file),
                mrz: side.mrz?.lines,
            })
        }));
    }
    Ok(pictures)
}

/// How many characters of a zone were read right; of lines of another number or length none was.
fn characters_right(read: &[String], wanted: &[String]) -> u64 {
    if read.len() != wanted.len() {
        return 0;
    }
    let alike = |(read, wanted): (&String, &String)| match read.len() == wanted.len() {
        true => read
            .bytes()
            .zip(wanted.bytes())
            .filter(|(a, b)| a == b)
            .count() as u64,
        false => 0,
    };
    read.iter().zip(wanted).map(alike).sum()
}

fn read_truth(path: &Path) -> anyhow::Result<Vec<Truth>> {
    let text = fs::read_to_string(path)?;
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            serde_json::from_str(line)
                .map_err(|error| WrongUsage(format!("{}: {error}", path.display())).into())
        })
        .collect()
}

fn judge_text(
    args: &EvalArgs,
    context: &Context,
    file: &'static str,
    truth: &[Truth],
) -> anyhow::Result<()> {
    let right = truth.iter().filter(|row| {
        let verdict = mrz::parse(&row.mrz).is_ok_and(|reading| reading.valid());
        verdict == row.valid_checks
    });
    let report = TextReport {
        eval: "mrz-text",
        dataset: args.dataset_name(),
        file,
        verdicts_right: Rate::of(right.count() as u64, truth.len() as u64),
    };
    context.emit(&report, |out| {
        writeln!(out, "{BOLD}{}{BOLD:#} of {}", report.file, report.dataset)?;
        writeln!(out, "  verdicts right {}", report.verdicts_right)
    })
}

fn read_pictures(args: &EvalArgs, context: &Context, truth: &[Picture]) -> anyhow::Result<()> {
    let engine = engine::open_text(context)?;
    let bar = progress::bar(truth.len() as u64, "pictures");
    let today = context.today(args.today);
    let (mut exact, mut certain, mut wrong_but_certain) = (0, 0, 0);
    let (mut characters, mut all) = (0, 0);
    let (mut times, mut misses) = (Vec::new(), Vec::new());
    for row in truth {
        let started = Instant::now();
        let photo = input::read_photo(&args.data.join(&row.file));
        let read = photo
            .ok()
            .map(|photo| engine.read_mrz(&photo))
            .transpose()?
            .flatten();
        times.push(started.elapsed().as_millis());
        let lines = read.as_ref().map(|read| read.reading.lines().to_vec());
        let right = lines.as_ref() == Some(&row.mrz);
        characters += characters_right(lines.as_deref().unwrap_or_default(), &row.mrz);
        all += row.mrz.iter().map(String::len).sum::<usize>() as u64;
        let sure = read.is_some_and(|read| MrzOut::new(&read.reading, read.certain, today).certain);
        exact += u64::from(right);
        certain += u64::from(sure);
        wrong_but_certain += u64::from(sure && !right);
        if !right {
            misses.push(Miss {
                file: row.file.display().to_string(),
                read: lines,
                certain: sure,
            });
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    times.sort_unstable();
    let n = truth.len() as u64;
    let report = PictureReport {
        eval: "mrz-pictures",
        dataset: args.dataset_name(),
        characters: Rate::of(characters, all),
        exact: Rate::of(exact, n),
        certain: Rate::of(certain, n),
        wrong_but_certain,
        median_ms: times.get(times.len() / 2).copied().unwrap_or(0),
        misses,
    };
    context.emit(&report, |out| print(out, &report))
}

fn print(out: &mut dyn std::io::Write, report: &PictureReport) -> std::io::Result<()> {
    writeln!(out, "{BOLD}MRZ on pictures{BOLD:#} of {}", report.dataset)?;
    writeln!(out, "  characters        {}", report.characters)?;
    writeln!(out, "  exact             {}", report.exact)?;
    writeln!(out, "  certain           {}", report.certain)?;
    writeln!(out, "  wrong but certain {}", report.wrong_but_certain)?;
    writeln!(out, "  median time       {} ms", report.median_ms)?;
    for miss in &report.misses {
        writeln!(
            out,
            "  {DIM}missed {} (certain: {}){DIM:#}",
            miss.file, miss.certain
        )?;
        for line in miss.read.iter().flatten() {
            writeln!(out, "    {line}")?;
        }
    }
    Ok(())
}
