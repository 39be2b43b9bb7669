//! `menshen eval statements`: how much of drawn statements is read right, and whether another case's is ever accepted.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use menshen_core::Policy;
use menshen_core::statement::{Next, NonceRead, Statement, StatementEvidence, judge};
use serde::Serialize;

use super::EvalArgs;
use super::stats::Rate;
use crate::context::{BOLD, Context, DIM};
use crate::engine;
use crate::input::{self, WrongUsage};
use crate::progress;
use crate::statement::read_statement;

/// One drawn statement with what was read of it.
struct Read {
    folder: PathBuf,
    statement: Statement,
    evidence: StatementEvidence,
}

#[derive(Debug, Serialize)]
struct Report {
    eval: &'static str,
    dataset: String,
    code: Rate,
    date: Rate,
    name: Rate,
    purpose: Rate,
    face: Rate,
    /// Whole statements that go to a person at the first try.
    to_a_person: Rate,
    /// Photos that go to a person though another case's text was dictated.
    another_case_accepted: Rate,
    /// Of those, photos whose code was told to be another case's.
    another_case_told: Rate,
    median_ms: u128,
    misses: Vec<String>,
}

/// Measures the folders in `--data` that hold a drawn statement each.
pub fn run(args: &EvalArgs, context: &Context) -> anyhow::Result<()> {
    let folders = folders(&args.data)?;
    let engine = engine::open(context)?;
    let bar = progress::bar(folders.len() as u64, "photos");
    let (mut all, mut times) = (Vec::new(), Vec::new());
    for folder in folders {
        let statement = read_statement(&folder.join("statement.json"))?;
        let photo = input::read_photo(&folder.join("statement.jpg"))
            .map_err(|error| WrongUsage(format!("{}: {}", folder.display(), error.message)))?;
        let started = Instant::now();
        let evidence = engine.holder(&photo, None)?.0.evidence;
        times.push(started.elapsed().as_millis());
        all.push(Read {
            folder,
            statement,
            evidence,
        });
        bar.inc(1);
    }
    bar.finish_and_clear();
    times.sort_unstable();
    let report = Report {
        dataset: args.dataset_name(),
        median_ms: times.get(times.len() / 2).copied().unwrap_or_default(),
        ..report(&all, &engine.face.cards())
    };
    context.emit(&report, |out| {
        writeln!(out, "{BOLD}statements{BOLD:#} of {}", report.dataset)?;
        writeln!(out, "  code {}", report.code)?;
        writeln!(out, "  date {}", report.date)?;
        writeln!(out, "  name {}", report.name)?;
        writeln!(out, "  purpose {}", report.purpose)?;
        writeln!(out, "  face {}", report.face)?;
        writeln!(out, "  to a person at once {}", report.to_a_person)?;
        writeln!(
            out,
            "  another case's accepted {}",
            report.another_case_accepted
        )?;
        writeln!(out, "  another case's told {}", report.another_case_told)?;
        writeln!(out, "  median {} ms", report.median_ms)?;
        for miss in &report.misses {
            writeln!(out, "  {DIM}{miss}{DIM:#}")?;
        }
        Ok(())
    })
}

fn folders(data: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(data)?.collect::<Result<Vec<_>, _>>()?;
    let mut folders: Vec<PathBuf> = entries
        .into_iter()
        .map(|entry| entry.path())
        .filter(|folder| folder.join("statement.json").exists())
        .collect();
    folders.sort();
    if folders.len() < 2 {
        let message = format!("{} holds fewer than two drawn statements", data.display());
        return Err(WrongUsage(message).into());
    }
    Ok(folders)
}

fn report(all: &[Read], cards: &menshen_core::ModelCards) -> Report {
    let policy = Policy::default();
    let total = all.len() as u64;
    let mut counts = [0_u64; 6];
    let (mut accepted, mut told, mut pairs) = (0, 0, 0);
    let mut misses = Vec::new();
    for read in all {
        let statement = &read.statement;
        let own = judge(&policy, statement, &read.evidence, cards, statement.date());
        let found = own.comparison;
        let right = [
            found.nonce == NonceRead::Ours,
            found.date == Some(statement.date()),
            found.name,
            found.purpose_share >= policy.statement.purpose_min,
            read.evidence.face.largest.is_some(),
            own.next == Next::Person,
        ];
        for (count, right) in counts.iter_mut().zip(right) {
            *count += u64::from(right);
        }
        if own.next != Next::Person {
            let codes: Vec<&str> = own
                .reasons
                .iter()
                .map(|reason| reason.code.as_str())
                .collect();
            let folder = read.folder.file_name().unwrap_or_default();
            misses.push(format!("{}: {}", folder.display(), codes.join(", ")));
        }
        for other in all {
            if other.statement.nonce() == statement.nonce() {
                continue;
            }
            pairs += 1;
            let day = other.statement.date();
            let verdict = judge(&policy, &other.statement, &read.evidence, cards, day);
            accepted += u64::from(verdict.next == Next::Person);
            told += u64::from(verdict.comparison.nonce == NonceRead::Other);
        }
    }
    let [code, date, name, purpose, face, to_a_person] = counts.map(|count| Rate::of(count, total));
    Report {
        eval: "statements",
        dataset: String::new(),
        code,
        date,
        name,
        purpose,
        face,
        to_a_person,
        another_case_accepted: Rate::of(accepted, pairs),
        another_case_told: Rate::of(told, pairs),
        median_ms: 0,
        misses,
    }
}
