//! Reading zones from pictures: characters, whole zones, and what is called certain.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::time::Instant;

use menshen_engine::{Original, ZoneEngine};
use menshen_vision::mrz::MrzRead;
use rayon::prelude::*;
use serde::Serialize;

use super::super::EvalArgs;
use super::super::report::{Bar, Figure};
use super::super::stats::Rate;
use super::source::{Opened, Picture};
use crate::context::{BOLD, Context, DIM};
use crate::engine;
use crate::progress;

/// Misses that are shown to a person; `mrz.jsonl` has them all.
const SHOWN: usize = 20;
/// Pictures that are in memory together.
const AT_ONCE: usize = 32;

/// What was read of a set of pictures.
#[derive(Debug, Serialize)]
pub struct Report {
    eval: &'static str,
    dataset: String,
    characters: Rate,
    exact: Rate,
    certain: Rate,
    wrong_but_certain: u64,
    median_ms: f64,
    #[serde(skip)]
    misses: Vec<Row>,
}

/// One picture.
#[derive(Clone, Debug, Serialize)]
struct Row {
    name: String,
    exact: bool,
    certain: bool,
    /// Characters read right, of how many.
    right: u64,
    of: u64,
    /// From the file's bytes to the zone.
    ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    read: Option<Doubts>,
}

/// What was read and how much speaks for it.
#[derive(Clone, Debug, Serialize)]
struct Doubts {
    lines: Vec<String>,
    valid: bool,
    char_height: f32,
    /// How much less probable another text with agreeing check digits is (natural logarithm).
    margin: f32,
    /// Probability of the least sure character.
    weakest: f32,
}

/// Reads every picture; writes a row each to `mrz.jsonl` in `--out`.
pub fn measure(
    args: &EvalArgs,
    context: &Context,
    dataset: String,
    pictures: &[Picture<'_>],
) -> anyhow::Result<Report> {
    let engine = engine::open_zones(context)?;
    let bar = progress::bar(pictures.len() as u64, "pictures");
    let mut rows = Vec::with_capacity(pictures.len());
    for some in pictures.chunks(AT_ONCE) {
        // Drawn side by side, but read one after the other: else each would wait for the others and its time be theirs.
        let opened: Vec<Opened> = (some.par_iter())
            .map(Picture::open)
            .collect::<anyhow::Result<_>>()?;
        for (picture, opened) in some.iter().zip(opened) {
            rows.push(row(&engine, picture, opened)?);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    let mut out = BufWriter::new(File::create(args.out.join("mrz.jsonl"))?);
    for row in &rows {
        serde_json::to_writer(&mut out, row)?;
        writeln!(out)?;
    }
    out.flush()?;
    Ok(report(dataset, rows))
}

fn row(engine: &ZoneEngine, picture: &Picture<'_>, opened: Opened) -> anyhow::Result<Row> {
    let Opened { bytes, mrz } = opened;
    let started = Instant::now();
    let photo = Original::decode(bytes);
    let read = match &photo {
        Ok(original) => engine.read(&original.photo)?,
        Err(_) => None,
    };
    let ms = started.elapsed().as_secs_f64() * 1e3;
    let lines = read.as_ref().map_or(&[][..], |read| read.reading.lines());
    Ok(Row {
        name: picture.name(),
        exact: lines == mrz,
        certain: read.as_ref().is_some_and(|read| read.certain),
        right: characters_right(lines, &mrz),
        of: mrz.iter().map(String::len).sum::<usize>() as u64,
        ms,
        read: read.as_ref().map(doubts),
    })
}

fn doubts(read: &MrzRead) -> Doubts {
    let all = read.confidences.iter().flatten();
    Doubts {
        lines: read.reading.lines().to_vec(),
        valid: read.reading.valid(),
        char_height: read.char_height,
        margin: read.margin,
        weakest: all.copied().fold(1.0, f32::min),
    }
}

/// How many characters of a zone were read right; of lines of another number or length none was.
fn characters_right(read: &[String], wanted: &[String]) -> u64 {
    if read.len() != wanted.len() {
        return 0;
    }
    let alike = |(read, wanted): (&String, &String)| match read.len() == wanted.len() {
        true => (read.bytes().zip(wanted.bytes()))
            .filter(|(a, b)| a == b)
            .count() as u64,
        false => 0,
    };
    read.iter().zip(wanted).map(alike).sum()
}

fn report(dataset: String, rows: Vec<Row>) -> Report {
    let n = rows.len() as u64;
    let count = |wanted: fn(&Row) -> bool| rows.iter().filter(|row| wanted(row)).count() as u64;
    let sum = |of: fn(&Row) -> u64| rows.iter().map(of).sum::<u64>();
    let mut times: Vec<f64> = rows.iter().map(|row| row.ms).collect();
    times.sort_by(f64::total_cmp);
    Report {
        eval: "mrz-pictures",
        dataset,
        characters: Rate::of(sum(|row| row.right), sum(|row| row.of)),
        exact: Rate::of(count(|row| row.exact), n),
        certain: Rate::of(count(|row| row.certain), n),
        wrong_but_certain: count(|row| row.certain && !row.exact),
        median_ms: times.get(times.len() / 2).copied().unwrap_or(0.0),
        misses: rows.into_iter().filter(|row| !row.exact).collect(),
    }
}

impl Report {
    /// Returns the rates with what row 18 of the promises asks for, named below `part`.
    pub fn figures(&self, part: &str) -> Vec<Figure> {
        let figure = |id: &str, what: &str, rate, bar| Figure {
            id: format!("{part}.{id}"),
            what: what.to_owned(),
            rate,
            bar: Some(bar),
            bundled: id == "characters",
        };
        let wrong = Rate::of(self.wrong_but_certain, self.exact.n);
        vec![
            figure(
                "characters",
                "characters right",
                self.characters,
                Bar::AtLeast(0.995),
            ),
            figure("exact", "whole zones right", self.exact, Bar::AtLeast(0.97)),
            figure("wrong", "wrong and called certain", wrong, Bar::AtMost(0.0)),
            Figure {
                bar: None,
                ..figure("certain", "called certain", self.certain, Bar::AtLeast(0.0))
            },
        ]
    }
}

/// Prints for people.
pub fn print(out: &mut dyn Write, report: &Report) -> std::io::Result<()> {
    writeln!(out, "{BOLD}MRZ on pictures{BOLD:#} of {}", report.dataset)?;
    writeln!(out, "  characters        {}", report.characters)?;
    writeln!(out, "  exact             {}", report.exact)?;
    writeln!(out, "  certain           {}", report.certain)?;
    writeln!(out, "  wrong but certain {}", report.wrong_but_certain)?;
    writeln!(out, "  median time       {:.0} ms", report.median_ms)?;
    for miss in report.misses.iter().take(SHOWN) {
        let certain = if miss.certain { ", certain" } else { "" };
        writeln!(out, "  {DIM}missed {}{certain}{DIM:#}", miss.name)?;
        for line in miss.read.iter().flat_map(|read| &read.lines) {
            writeln!(out, "    {line}")?;
        }
    }
    if report.misses.len() > SHOWN {
        writeln!(
            out,
            "  {DIM}and {} more{DIM:#}",
            report.misses.len() - SHOWN
        )?;
    }
    Ok(())
}
