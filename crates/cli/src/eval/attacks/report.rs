//! What the bench says: who was accepted, by kind, and which signs told them apart.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

use menshen_core::evidence::LivenessEvidence;
use menshen_core::live::Hint;
use menshen_core::reason::Param;
use menshen_core::{Outcome, Reason};
use serde::{Deserialize, Serialize};

use super::clips::Clip;
use crate::context::{BOLD, DIM};
use crate::eval::stats::clopper_pearson_upper;

/// One judged session: measures and words, nothing of a face.
#[derive(Debug, Serialize, Deserialize)]
pub struct Row {
    /// Kind of sequence.
    pub species: String,
    /// The session's own seed.
    pub seed: u64,
    /// Who sat for it, by number.
    pub who: usize,
    /// Where it led.
    pub outcome: Outcome,
    /// Why.
    pub reasons: Vec<String>,
    /// Frames.
    pub frames: usize,
    /// What the session still waited for when it ended.
    pub hint: Option<Hint>,
    /// Everything as it was judged.
    pub evidence: LivenessEvidence,
}

/// Outcomes of one kind.
#[derive(Debug, Serialize)]
pub struct Line {
    /// Kind of sequence.
    pub species: String,
    /// Is it an attack?
    pub attack: bool,
    /// Sessions.
    pub n: u64,
    /// Accepted by the machine alone.
    pub accepted: u64,
    /// Left to a person.
    pub review: u64,
    /// Refused; may be tried again.
    pub refused: u64,
    /// The error rate: accepted attacks (APCER), refused people (BPCER).
    pub rate: f64,
    /// Its one-sided 95 % upper bound.
    pub upper: f64,
    /// How often each reason was given.
    pub reasons: BTreeMap<String, u64>,
}

/// Everything.
#[derive(Debug, Serialize)]
pub struct Report {
    /// `attacks`.
    pub eval: &'static str,
    /// Where the portraits come from.
    pub dataset: String,
    /// People they show.
    pub people: usize,
    /// The seed of what was drawn; none where rows of earlier runs were judged.
    pub seed: Option<u64>,
    /// Kinds in order.
    pub lines: Vec<Line>,
    /// Real clips, where there were any.
    pub clips: Option<Vec<Clip>>,
}

/// Returns a reason's code with its more exact words and what was measured.
pub fn words(reason: &Reason) -> String {
    let mut text = word(&reason.code);
    for param in reason.params.values() {
        let _ = write!(text, " {}", param_word(param));
    }
    if let (Some(measured), Some(limit)) = (&reason.measured, &reason.limit) {
        let _ = write!(text, " ({} / {})", word(measured), word(limit));
    }
    text
}

/// A reason's code and its more exact word, without numbers.
pub fn short(reason: &Reason) -> String {
    let mut text = word(&reason.code);
    for param in reason.params.values() {
        let _ = write!(text, " {}", param_word(param));
    }
    text
}

/// The word alone of what fills a placeholder.
fn param_word(param: &Param) -> String {
    let value = serde_json::to_value(param).unwrap_or_default();
    let inner = value.as_object().and_then(|map| map.values().next());
    word(&inner)
}

fn word(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).unwrap_or_default();
    text.trim_matches('"').to_owned()
}

/// Every sign of a session by name.
pub fn signs(evidence: &LivenessEvidence) -> BTreeMap<&'static str, f32> {
    let none = Default::default();
    let signs = evidence.signs.as_ref().unwrap_or(&none);
    let light = signs.light;
    let relief = signs.relief;
    let all = [
        ("light_response", light.map(|l| l.response)),
        ("light_chance", light.map(|l| l.chance)),
        ("light_lag", light.map(|l| l.lag)),
        ("light_face_gain", light.map(|l| l.face_gain)),
        (
            "light_over_background",
            light.map(|l| l.face_gain / l.background_gain.abs().max(1e-4)),
        ),
        ("light_spread", light.map(|l| l.spread)),
        ("relief", relief.map(|r| r.residual)),
        ("relief_turn", relief.map(|r| r.turn)),
        ("cuts", Some(signs.cuts as f32)),
        ("grain", signs.grain),
        ("noise", signs.noise),
        ("moire", signs.moire),
        ("border", signs.border),
        ("bands", signs.bands),
        ("flicker", signs.flicker),
        ("spoof", evidence.spoof),
        ("continuity", evidence.continuity),
        ("frozen", Some(evidence.frozen)),
        ("repeated", Some(evidence.repeated as f32)),
    ];
    (all.into_iter())
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// Counts the rows of one kind.
pub fn line(species: &str, attack: bool, outcomes: &[(Outcome, Vec<String>)]) -> Line {
    let count =
        |test: fn(Outcome) -> bool| outcomes.iter().filter(|(o, _)| test(*o)).count() as u64;
    let n = outcomes.len() as u64;
    let accepted = count(|o| o == Outcome::Approved);
    let review = count(|o| o == Outcome::Review);
    let refused = n - accepted - review;
    let wrong = if attack { accepted } else { refused };
    let mut reasons = BTreeMap::new();
    for reason in outcomes.iter().flat_map(|(_, reasons)| reasons) {
        *reasons.entry(reason.clone()).or_insert(0) += 1;
    }
    Line {
        species: species.to_owned(),
        attack,
        n,
        accepted,
        review,
        refused,
        rate: if n == 0 { 0.0 } else { wrong as f64 / n as f64 },
        upper: clopper_pearson_upper(wrong, n),
        reasons,
    }
}

fn seed(report: &Report) -> String {
    report
        .seed
        .map_or_else(String::new, |seed| format!(", seed {seed}"))
}

/// Prints for people.
pub fn print(out: &mut dyn Write, report: &Report) -> std::io::Result<()> {
    writeln!(
        out,
        "{BOLD}Simulated attacks{BOLD:#} on {} people of {}{}",
        report.people,
        report.dataset,
        seed(report)
    )?;
    let (kind, bound) = ("kind", "95 % bound");
    writeln!(
        out,
        "  {kind:<26} {:>6} {:>9} {:>7} {:>8} {:>7} {bound:>10}",
        "N", "accepted", "review", "refused", "error"
    )?;
    for line in &report.lines {
        writeln!(
            out,
            "  {:<26} {:>6} {:>9} {:>7} {:>8} {:>6.2}% {:>9.2}%",
            line.species,
            line.n,
            line.accepted,
            line.review,
            line.refused,
            line.rate * 100.0,
            line.upper * 100.0
        )?;
        for (reason, times) in most(&line.reasons, 4) {
            writeln!(out, "  {DIM}{:>28} x {reason}{DIM:#}", times)?;
        }
    }
    writeln!(
        out,
        "  {DIM}error: accepted attacks (APCER), refused people (BPCER); review is neither{DIM:#}"
    )?;
    for clip in report.clips.iter().flatten() {
        let [accepted, drawn] = clip.accepted;
        writeln!(
            out,
            "  {:<34} {:<30} {} frames, {accepted} of {drawn} drawn challenges accepted",
            clip.file.display(),
            clip.label,
            clip.frames
        )?;
        let asked = word(&clip.matching);
        match &clip.outcome {
            Some((outcome, reasons)) => writeln!(
                out,
                "    asked for what it shows {asked}: {outcome:?} {}",
                reasons.join("; ")
            )?,
            None => writeln!(out, "    shows nothing that can be asked for")?,
        }
    }
    Ok(())
}

/// The commonest reasons, commonest first.
fn most(reasons: &BTreeMap<String, u64>, n: usize) -> Vec<(&String, u64)> {
    let mut all: Vec<_> = reasons
        .iter()
        .map(|(reason, times)| (reason, *times))
        .collect();
    all.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    all.truncate(n);
    all
}

/// Returns the table for SECURITY.md.
pub fn markdown(report: &Report, command: &str) -> String {
    let mut text = format!(
        "Made by `{command}`: {} people of {}{}. All of it is simulated.\n\n\
         | kind | N | accepted | left to a person | refused | error | 95 % upper bound |\n\
         |---|---:|---:|---:|---:|---:|---:|\n",
        report.people,
        report.dataset,
        seed(report)
    );
    for line in &report.lines {
        let what = if line.attack { "APCER" } else { "BPCER" };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {what} {:.2} % | {:.2} % |",
            line.species,
            line.n,
            line.accepted,
            line.review,
            line.refused,
            line.rate * 100.0,
            line.upper * 100.0
        );
    }
    text
}
