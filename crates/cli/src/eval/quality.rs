//! `menshen eval quality`: which reason code each degradation yields, as a confusion table.

use std::collections::BTreeMap;

use menshen_core::reason::End;
use menshen_core::{Policy, judge_page};
use serde::Serialize;

use super::EvalArgs;
use super::truth;
use crate::context::{BOLD, Context};
use crate::engine;
use crate::input;
use crate::progress;

#[derive(Debug, Default, Serialize)]
struct Row {
    eval: &'static str,
    dataset: String,
    degradation: String,
    pages: u64,
    /// Pages on which each code was given; `none` where there was no reason.
    codes: BTreeMap<String, u64>,
}

/// Prints one row for each degradation; hints are left out, they block nobody.
pub fn run(args: &EvalArgs, context: &Context) -> anyhow::Result<()> {
    let specimens = truth::load(&args.data)?;
    let engine = engine::open(context)?;
    let policy = Policy::default();
    let today = context.today(args.today);
    let bar = progress::bar(specimens.len() as u64, "specimens");
    let mut rows = BTreeMap::<String, Row>::new();
    for specimen in &specimens {
        for side in &specimen.sides {
            let row = rows.entry(side.label()).or_default();
            row.pages += 1;
            let photo = match input::read_original(&specimen.folder.join(&side.file)) {
                Ok(photo) => photo,
                Err(error) => {
                    *row.codes.entry(error.code).or_default() += 1;
                    continue;
                }
            };
            let reasons = judge_page(
                &policy,
                &engine.page(&photo)?.evidence,
                Some(side.side),
                today,
            );
            let mut codes: Vec<_> = reasons
                .iter()
                .filter(|reason| reason.end != End::Hint)
                .map(|reason| reason.code.as_str())
                .collect();
            codes.dedup();
            if codes.is_empty() {
                codes.push("none");
            }
            for code in codes {
                *row.codes.entry(code.to_owned()).or_default() += 1;
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    for (degradation, row) in rows {
        let row = Row {
            eval: "quality",
            dataset: args.dataset_name(),
            degradation,
            ..row
        };
        context.emit(&row, |out| {
            writeln!(
                out,
                "{BOLD}{}{BOLD:#} ({} pages)",
                row.degradation, row.pages
            )?;
            for (code, n) in &row.codes {
                writeln!(out, "  {n:>4}  {code}")?;
            }
            Ok(())
        })?;
    }
    Ok(())
}
