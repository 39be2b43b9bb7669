//! `menshen eval attacks`: live checks of simulated people and attacks, of recordings, and of real clips.
//!
//! People and attacks are drawn (`menshen_specimen::attack`); everything after the JPEG is what the server runs: each frame is
//! looked at, the session goes on, the whole is measured and judged by the default policy. What is simulated is said to be.

mod chance;
mod clips;
mod drive;
mod people;
mod pixels;
mod plot;
mod recorded;
mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use clap::Args;
use menshen_core::live::{Challenge, Mode, Timed};
use menshen_core::policy::SignRules;
use menshen_core::{Outcome, Policy};
use menshen_engine::FaceEngine;
use menshen_specimen::attack::{Puppet, Species};
use menshen_vision::parallel;

use super::EvalArgs;
use crate::context::Context;
use crate::engine;
use crate::input::{self, WrongUsage};
use crate::progress;
use crate::verify::read_policy;
use chance::Chance;
use drive::{Ended, Pace, Verdict};
use recorded::{Played, Way};
use report::{Report, Row};

/// Arguments of `menshen eval attacks`.
#[derive(Debug, Args)]
pub struct AttackArgs {
    /// Folder of portraits, one folder a person or all in one; by default `faces/lfw/images` of the data, or drawn people
    #[arg(long, value_name = "DIR")]
    portraits: Option<PathBuf>,
    /// Sessions of each kind
    #[arg(long, default_value_t = 150)]
    n: u64,
    /// Recordings played against other challenges; 0 for none
    #[arg(long, default_value_t = 10_000)]
    recordings: u64,
    /// People who sit for it at most
    #[arg(long, default_value_t = 60)]
    people: usize,
    /// Chooses people, rooms, cameras and challenges
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Kinds to try, with commas between them; by default all
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    species: Vec<String>,
    /// Go on with the rows that an earlier run of the same seed has left in the folder for results
    #[arg(long)]
    resume: bool,
    /// Policy to judge by; by default the built-in one
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Judge these rows of earlier runs again (`attacks.jsonl`) and draw nothing: what other limits would have said of the
    /// same sessions
    #[arg(long, value_name = "FILE", conflicts_with_all = ["n", "recordings", "resume"])]
    rows: Vec<PathBuf>,
}

/// The file of the rows.
const ROWS: &str = "attacks.jsonl";

/// What is needed to run sessions.
struct Bench<'a> {
    engine: &'a FaceEngine,
    policy: Policy,
    people: Vec<Puppet>,
    seed: u64,
}

/// Runs the bench, prints its table, and writes table, rows and plots.
pub fn run(args: &EvalArgs, attacks: &AttackArgs, context: &Context) -> anyhow::Result<()> {
    let species = chosen(&attacks.species)?;
    let engine = engine::open_face(context)?;
    let lfw = args.data.join("faces").join("lfw").join("images");
    let portraits = attacks.portraits.clone().or(lfw.is_dir().then_some(lfw));
    let mut bench = Bench {
        engine: &engine,
        policy: read_policy(attacks.policy.as_deref())?,
        people: Vec::new(),
        seed: attacks.seed,
    };
    let (rows, recordings) = if attacks.rows.is_empty() {
        bench.people = people::gather(&engine, portraits.as_deref(), attacks.people, attacks.seed)?;
        if bench.people.is_empty() {
            return Err(WrongUsage("no portrait of somebody who looks straight".to_owned()).into());
        }
        let path = args.out.join(ROWS);
        let before = match attacks.resume && path.is_file() {
            true => judged_again(&bench, std::slice::from_ref(&path))?,
            false => Vec::new(),
        };
        drawn(&bench, &species, attacks.n, &path, before)?
    } else {
        (judged_again(&bench, &attacks.rows)?, Vec::new())
    };
    let mut lines: Vec<_> = (species.iter())
        .map(|species| {
            let rows = rows.iter().filter(|row| row.species == species.name());
            let outcomes: Vec<_> = rows.map(|row| (row.outcome, row.reasons.clone())).collect();
            report::line(species.name(), species.is_attack(), &outcomes)
        })
        .collect();
    if attacks.recordings > 0 && !recordings.is_empty() {
        lines.extend(replayed(&bench, &recordings, attacks.recordings)?);
    }
    let report = Report {
        eval: "attacks",
        dataset: match &portraits {
            _ if !attacks.rows.is_empty() => "earlier runs".to_owned(),
            Some(folder) => named(folder),
            None => "drawn portraits".to_owned(),
        },
        people: rows
            .iter()
            .map(|row| row.who)
            .collect::<BTreeSet<_>>()
            .len(),
        seed: attacks.rows.is_empty().then_some(attacks.seed),
        lines,
        clips: real(&bench, &args.data, &args.out)?,
    };
    write(&args.out, &report, &rows, &bench.policy, attacks)?;
    context.emit(&report, |out| report::print(out, &report))
}

fn chosen(names: &[String]) -> anyhow::Result<Vec<Species>> {
    if names.is_empty() {
        return Ok(Species::ALL.to_vec());
    }
    let find = |name: &String| {
        let known = Species::ALL
            .into_iter()
            .find(|species| species.name() == name);
        known.ok_or_else(|| {
            let known: Vec<_> = Species::ALL.iter().map(|species| species.name()).collect();
            WrongUsage(format!("no kind {name}; known: {}", known.join(", "))).into()
        })
    };
    names.iter().map(find).collect()
}

/// The last three parts of a folder's path.
fn named(folder: &Path) -> String {
    let parts: Vec<_> = folder.components().rev().take(3).collect();
    let name: PathBuf = parts.into_iter().rev().collect();
    name.display().to_string()
}

/// Runs the sessions that are drawn; returns their rows, and what the frames of accepted people show, for recordings.
fn drawn(
    bench: &Bench<'_>,
    species: &[Species],
    n: u64,
    path: &Path,
    before: Vec<Row>,
) -> anyhow::Result<(Vec<Row>, Vec<Vec<Timed>>)> {
    // Rows are written as they come: a run that is cut off leaves what it found.
    let mut file = fs::File::create(path).with_context(|| format!("write {}", path.display()))?;
    for row in &before {
        writeln!(file, "{}", serde_json::to_string(row)?)?;
    }
    let kept = Mutex::new(file);
    let known: BTreeSet<(&str, u64)> = (before.iter())
        .map(|row| (row.species.as_str(), row.seed))
        .collect();
    // One of each kind after the other, so that a run that is cut off says something of every kind.
    let jobs: Vec<(Species, u64)> = (0..n)
        .flat_map(|i| species.iter().map(move |species| (*species, i)))
        .filter(|(species, i)| !known.contains(&(species.name(), seed(bench, *i))))
        .collect();
    let bar = progress::bar(jobs.len() as u64, "sessions");
    let done = AtomicU64::new(0);
    let results = parallel::map(jobs.iter(), |(species, index)| {
        let result = session(bench, *species, *index).and_then(|(row, ended)| {
            let line = serde_json::to_string(&row)? + "\n";
            let mut file = kept.lock().unwrap_or_else(PoisonError::into_inner);
            file.write_all(line.as_bytes())?;
            // What thousands of sessions have shown is too much to keep.
            let person = *species == Species::BonaFide && row.outcome == Outcome::Approved;
            Ok((row, person.then_some(ended.frames)))
        });
        bar.inc(1);
        let so_far = done.fetch_add(1, Ordering::Relaxed) + 1;
        // Where no bar is drawn, a line now and then says that it goes on.
        if bar.is_hidden() && so_far.is_multiple_of(50) {
            anstream::eprintln!("{so_far} of {} sessions", jobs.len());
        }
        result
    });
    bar.finish_and_clear();
    let (mut rows, mut recordings) = (before, Vec::new());
    for result in results {
        let (row, recording) = result?;
        recordings.extend(recording);
        rows.push(row);
    }
    Ok((rows, recordings))
}

/// Reads rows of earlier runs and judges them by the policy of this one.
fn judged_again(bench: &Bench<'_>, files: &[PathBuf]) -> anyhow::Result<Vec<Row>> {
    let cards = bench.engine.cards();
    let mut rows = Vec::new();
    for file in files {
        // The last line of a run that was cut off may be half a one.
        for line in input::read_text(file)?
            .lines()
            .filter(|line| line.ends_with('}'))
        {
            let mut row: Row =
                serde_json::from_str(line).with_context(|| format!("read {}", file.display()))?;
            let verdict = Verdict::of(&bench.policy, &row.evidence, &cards);
            row.outcome = verdict.outcome;
            row.reasons = verdict.reasons.iter().map(report::short).collect();
            rows.push(row);
        }
    }
    Ok(rows)
}

/// The seed of the session of that index: every kind meets the same people, rooms and challenges.
const fn seed(bench: &Bench<'_>, index: u64) -> u64 {
    bench.seed.wrapping_mul(1_000_003).wrapping_add(index)
}

fn session(bench: &Bench<'_>, species: Species, index: u64) -> anyhow::Result<(Row, Ended)> {
    let seed = seed(bench, index);
    let mut chance = Chance::new(seed, 22);
    let rules = &bench.policy.liveness.challenge;
    let challenge = Challenge::draw(rules, Mode::Usual, None, |n| chance.below(n));
    let mut source = pixels::Drawn::new(bench.engine, &bench.people, species, seed);
    let pace = pixels::pace(species, &mut chance);
    let (engine, policy) = (bench.engine, &bench.policy);
    let (ended, verdict) =
        drive::judged(policy, engine, challenge, &mut source, pace, &mut chance)?;
    let row = Row {
        species: species.name().to_owned(),
        seed,
        who: source.who,
        outcome: verdict.outcome,
        reasons: verdict.reasons.iter().map(report::short).collect(),
        frames: ended.frames.len(),
        hint: ended.live.hint,
        evidence: ended.evidence.clone(),
    };
    Ok((row, ended))
}

/// Plays recordings of people who were accepted against challenges that they do not know.
fn replayed(
    bench: &Bench<'_>,
    recordings: &[Vec<Timed>],
    n: u64,
) -> anyhow::Result<Vec<report::Line>> {
    let each = n.div_ceil(Way::ALL.len() as u64);
    let jobs: Vec<(Way, u64)> = (Way::ALL.into_iter())
        .flat_map(|way| (0..each).map(move |i| (way, i)))
        .collect();
    let bar = progress::bar(jobs.len() as u64, "recordings");
    let results = parallel::map(jobs.iter(), |(way, index)| {
        let result = replay(bench, recordings, *way, *index);
        bar.inc(1);
        result
    });
    bar.finish_and_clear();
    let mut outcomes: Vec<(Way, (Outcome, Vec<String>))> = Vec::new();
    for ((way, _), result) in jobs.iter().zip(results) {
        outcomes.push((*way, result?));
    }
    let of = |ways: &[Way]| -> Vec<(Outcome, Vec<String>)> {
        let those = outcomes.iter().filter(|(way, _)| ways.contains(way));
        those.map(|(_, outcome)| outcome.clone()).collect()
    };
    let mut lines: Vec<_> = (Way::ALL.iter())
        .map(|way| report::line(way.name(), true, &of(&[*way])))
        .collect();
    lines.push(report::line("recordings, all ways", true, &of(&Way::ALL)));
    Ok(lines)
}

fn replay(
    bench: &Bench<'_>,
    recordings: &[Vec<Timed>],
    way: Way,
    index: u64,
) -> anyhow::Result<(Outcome, Vec<String>)> {
    let mut chance = Chance::new(bench.seed.wrapping_add(index), 41 + way as u64);
    let rules = &bench.policy.liveness.challenge;
    let challenge = Challenge::draw(rules, Mode::Usual, None, |n| chance.below(n));
    let mut source = Played::new(way, recordings, &mut chance);
    let pace = Pace { jitter_ms: 4.0 };
    let (engine, policy) = (bench.engine, &bench.policy);
    let (_, verdict) = drive::judged(policy, engine, challenge, &mut source, pace, &mut chance)?;
    let reasons = verdict.reasons.iter().map(report::short).collect();
    Ok((verdict.outcome, reasons))
}

/// Judges real clips where the data holds some and ffmpeg is there to cut them.
fn real(bench: &Bench<'_>, data: &Path, out: &Path) -> anyhow::Result<Option<Vec<clips::Clip>>> {
    let scratch = out.join("clips.tmp");
    let folder = data.join("spoof");
    let clips = clips::judge(bench.engine, &bench.policy, &folder, &scratch);
    if scratch.is_dir() {
        fs::remove_dir_all(&scratch).context("remove the clips' frames")?;
    }
    let clips = clips?;
    if clips.is_none() {
        anstream::eprintln!("no real clips: spoof/labels.csv or ffmpeg is missing");
    }
    Ok(clips)
}

/// Writes `attacks.json`, `attacks.md` and the plots; the rows stand in `attacks.jsonl` already.
fn write(
    out: &Path,
    report: &Report,
    rows: &[Row],
    policy: &Policy,
    args: &AttackArgs,
) -> anyhow::Result<()> {
    let file = |name: &str, text: String| {
        fs::write(out.join(name), text).with_context(|| format!("write {name}"))
    };
    file("attacks.json", serde_json::to_string_pretty(report)?)?;
    let mut command = match args.rows.is_empty() {
        true => format!(
            "menshen eval attacks --data DIR --n {} --recordings {} --seed {}",
            args.n, args.recordings, args.seed
        ),
        false => "menshen eval attacks --rows attacks.jsonl".to_owned(),
    };
    if args.policy.is_some() {
        command.push_str(" --policy FILE");
    }
    file("attacks.md", report::markdown(report, &command))?;
    file("attacks.svg", plot::bars(&report.lines))?;
    let signs = rows.iter().map(|row| report::signs(&row.evidence));
    for name in signs.flat_map(BTreeMap::into_keys).collect::<BTreeSet<_>>() {
        let limit = limit(&policy.liveness.signs, name);
        if let Some(svg) = plot::histogram(name, rows, limit) {
            file(&format!("sign-{name}.svg"), svg)?;
        }
    }
    Ok(())
}

/// The policy's limit of a sign, where it has one of its own.
fn limit(rules: &SignRules, sign: &str) -> Option<f32> {
    match sign {
        "light_response" => Some(rules.light_response_min),
        "light_chance" => Some(rules.light_chance_max),
        "light_over_background" => Some(rules.light_face_over_background),
        "light_spread" => Some(rules.light_spread_min),
        "light_face_gain" => Some(rules.light_gain_min),
        "relief" => Some(rules.relief_min),
        "relief_turn" => Some(rules.relief_turn_min),
        "grain" => Some(rules.grain_max),
        _ => None,
    }
}
