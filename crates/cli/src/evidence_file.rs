//! `menshen evidence`: does a decision's file hold, and does its verdict follow again?

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use menshen_core::ids::{DecisionId, TenantId, VerificationId};
use menshen_core::{Outcome, ReasonCode};
use menshen_ledger::{
    Difference, EvidenceError, Hash, Human, InputFile, VerifiedEvidence, verify_evidence,
};
use serde::Serialize;

use crate::audit::{read_keys, sentence};
use crate::context::{BAD, BOLD, Context, DIM, GOOD};
use crate::input;

/// Arguments of `menshen evidence`.
#[derive(Args, Debug)]
pub struct EvidenceArgs {
    #[command(subcommand)]
    command: EvidenceCommand,
}

#[derive(Debug, Subcommand)]
enum EvidenceCommand {
    /// Check the signature of a decision's file and judge again from what it holds.
    Verify(VerifyArgs),
}

#[derive(Args, Debug)]
struct VerifyArgs {
    /// The file, as the service hands it out
    file: PathBuf,
    /// Public keys that are trusted, one a line as name+id+key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Files that should be among those handed in, known by their hash
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,
}

/// Ids, codes and hashes: what a file says of a person is not printed.
#[derive(Debug, Default, Serialize)]
struct Out {
    valid: bool,
    decision: Option<DecisionId>,
    verification: Option<VerificationId>,
    tenant: Option<TenantId>,
    made_at: Option<Timestamp>,
    today: Option<Date>,
    outcome: Option<Outcome>,
    codes: Vec<ReasonCode>,
    policy: Option<String>,
    engine: Option<String>,
    key: Option<String>,
    inputs: Vec<InputFile>,
    /// What people made of it; null in a file about the machine's decision.
    people: Option<Human>,
    /// Null for a file that holds, else a stable word.
    why: Option<&'static str>,
    message: Option<String>,
    /// Where another verdict follows: the two, by their codes.
    difference: Option<Difference>,
}

/// Runs `menshen evidence`.
pub fn run(args: &EvidenceArgs, context: &Context) -> anyhow::Result<()> {
    let EvidenceCommand::Verify(args) = &args.command;
    let keys = read_keys(&args.key)?;
    let given = args.input.iter().map(|path| Ok((path, hash_of(path)?)));
    let given = given.collect::<anyhow::Result<Vec<_>>>()?;
    let out = match verify_evidence(&input::read_small_file(&args.file)?, &keys) {
        Ok(verified) => held(verified, &given),
        Err(error) => refused(error),
    };
    context.emit(&out, |w| write(w, &out))
}

fn hash_of(path: &Path) -> anyhow::Result<Hash> {
    Ok(Hash::of(&input::read_small_file(path)?))
}

fn held(verified: VerifiedEvidence, given: &[(&PathBuf, Hash)]) -> Out {
    let case = verified.case;
    let unknown = given
        .iter()
        .find(|(_, hash)| case.inputs.iter().all(|input| input.sha256 != *hash));
    Out {
        valid: unknown.is_none(),
        decision: Some(case.decision_id),
        verification: Some(case.verification_id),
        tenant: Some(case.tenant_id),
        made_at: Some(case.made_at.to_timestamp()),
        today: Some(case.today),
        outcome: Some(case.decision.outcome),
        codes: case
            .decision
            .reasons
            .iter()
            .map(|reason| reason.code)
            .collect(),
        policy: Some(case.decision.policy_version),
        engine: Some(verified.engine),
        key: Some(verified.key_id),
        inputs: case.inputs,
        people: case.human,
        why: unknown.map(|_| "input_unknown"),
        message: unknown.map(|(path, _)| format!("{} was not handed in", path.display())),
        difference: None,
    }
}

fn refused(error: EvidenceError) -> Out {
    Out {
        why: Some(error.code()),
        message: Some(sentence(&error)),
        difference: match error {
            EvidenceError::VerdictDiffers(difference) => Some(*difference),
            _ => None,
        },
        ..Out::default()
    }
}

fn write(w: &mut dyn Write, out: &Out) -> io::Result<()> {
    match &out.message {
        None => writeln!(w, "{GOOD}{BOLD}valid{BOLD:#}{GOOD:#}")?,
        Some(message) => writeln!(w, "{BAD}{BOLD}not valid{BOLD:#}{BAD:#}  {message}")?,
    }
    if let Some(difference) = &out.difference {
        for (which, verdict) in [
            ("recorded", &difference.recorded),
            ("follows", &difference.recomputed),
        ] {
            let codes = words(&verdict.codes);
            writeln!(
                w,
                "  {DIM}{which:<9}{DIM:#} {} {codes}",
                word(&verdict.outcome)
            )?;
        }
        writeln!(w, "  {DIM}judged by engine {}{DIM:#}", difference.engine)?;
    }
    let (Some(decision), Some(outcome), Some(at)) = (out.decision, &out.outcome, out.made_at)
    else {
        return Ok(());
    };
    writeln!(w, "  {DIM}decision {DIM:#} {decision}, made {at}")?;
    writeln!(
        w,
        "  {DIM}verdict  {DIM:#} {} {}",
        word(outcome),
        words(&out.codes)
    )?;
    let policy = out.policy.as_deref().unwrap_or_default();
    writeln!(
        w,
        "  {DIM}policy   {DIM:#} {policy}, engine {}",
        out.engine.as_deref().unwrap_or_default()
    )?;
    if let Some(people) = &out.people {
        let (verdict, votes) = (people.verdict.name(), &people.votes);
        writeln!(w, "  {DIM}people   {DIM:#} {verdict}, case {}", people.case)?;
        for vote in votes {
            let (role, said) = (vote.role.name(), vote.verdict.name());
            writeln!(w, "  {DIM}{role:<9}{DIM:#} {} {said}", vote.staff)?;
        }
    }
    for input in &out.inputs {
        writeln!(w, "  {DIM}{:<9}{DIM:#} {}", input.part, input.sha256)?;
    }
    Ok(())
}

fn words(codes: &[ReasonCode]) -> String {
    codes
        .iter()
        .map(|code| code.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

const fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Approved => "approved",
        Outcome::Review => "review",
        Outcome::Retry => "retry",
        Outcome::Refused => "refused",
    }
}
