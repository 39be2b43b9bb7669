//! `menshen eval faces`: error rates of each embedder, of their fusion, and of scores normalised by a cohort, with intervals over
//! people; the thresholds of each embedder's card; a page for an auditor.

mod data;
mod measure;
mod page;
mod report;

use std::fs;

use anyhow::Context as _;
use menshen_core::card::Calibration;

use self::data::Data;
use self::measure::Study;
use self::report::{Condition, Report, Scope, Score};
use super::EvalArgs;
use super::report::{Bar, Figure};
use crate::context::Context;
use crate::engine;

/// Draws the halves of the people and the replicates of the intervals.
const SEED: u64 = 9;

/// Measures every embedder that is present on `pairs.csv` (and `pairs_eastasian.csv`) in `--data`.
pub fn run(args: &EvalArgs, context: &Context) -> anyhow::Result<()> {
    part(args, context).map(drop)
}

/// The same; returns the figures with what row 22 of the promises asks for, and the tables and plots as HTML.
pub fn part(args: &EvalArgs, context: &Context) -> anyhow::Result<(Vec<Figure>, String)> {
    let engine = engine::open_embedders(context)?;
    let data = Data::read(args, &engine)?;
    measure::check(&data)?;
    let names = engine.embedder_cards().map(|card| card.name.clone());
    let study = Study::new(&data, names.collect(), args.dataset_name(), SEED);
    let mut reports = Vec::new();
    study.run(|report| {
        context.emit(&report, |out| report::print(out, &report))?;
        reports.push(report);
        Ok(())
    })?;
    let cards = reports.iter().filter(|report| is_of_card(report));
    for report in cards {
        write_calibration(args, report)?;
    }
    let page = page::page(&reports, data.unreadable, data.unsure);
    data::write(&args.out, "faces.html", &page)?;
    let body = page::fragment(&reports, data.unreadable, data.unsure);
    Ok((figures(&reports), body))
}

/// FNMR at FMR 1e-4 of every way to score, all people: clean pictures.
fn figures(reports: &[Report]) -> Vec<Figure> {
    let clean = (reports.iter())
        .filter(|one| one.condition == Condition::Clean && one.scope == Scope::Everybody);
    let figure = |report: &Report| {
        let strict = report.points.last()?;
        let way = report.way();
        Some(Figure {
            id: format!("faces.{}", way.replace([' ', ','], "_")),
            what: format!("{way}: FNMR at FMR 1e-4"),
            rate: strict.fnmr,
            bar: Some(Bar::AtMost(0.01)),
            bundled: true,
        })
    };
    clean.filter_map(figure).collect()
}

/// Is it measured what an embedder's card tells?
fn is_of_card(report: &Report) -> bool {
    report.score == Score::Raw
        && report.condition == Condition::Clean
        && report.scope == Scope::Everybody
        && report.weights.is_none()
}

/// Writes the thresholds into a copy of the manifest in `--out`, which a developer then commits.
fn write_calibration(args: &EvalArgs, report: &Report) -> anyhow::Result<()> {
    let [p2, p3, p4] = &report.points[..] else {
        anyhow::bail!("three operating points")
    };
    let calibration = Calibration {
        dataset: report.dataset.clone(),
        genuine_pairs: report.genuine_pairs as u64,
        impostor_pairs: report.impostor_pairs as u64,
        fmr_1e2: p2.threshold,
        fmr_1e3: p3.threshold,
        fmr_1e4: p4.threshold,
        fnmr: Some([p2, p3, p4].map(|point| point.fnmr.rate as f32)),
        scores_95: Some([p2, p3, p4].map(|point| {
            let ends = point.threshold_95;
            [ends.low as f32, ends.high as f32]
        })),
    };
    let path = args.out.join("manifest.toml");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(_) => menshen_models::manifest::EMBEDDED.to_owned(),
    };
    let text = menshen_models::with_calibration(&text, &report.model, &calibration)?;
    fs::write(&path, text).with_context(|| format!("write {}", path.display()))
}
