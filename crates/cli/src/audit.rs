//! `menshen audit`: is the log whole, does an entry stand in it?

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use menshen_ledger::{
    Entry, EntryError, LogVerifier, ProofError, ProofFile, StoredEntry, Tampered, Trusted,
    Verified, Verifier,
};
use serde::Serialize;

use crate::context::{BAD, BOLD, Context, DIM, GOOD, WARN};
use crate::input::{self, WrongUsage};
use crate::service::{ServiceArgs, open_store, runtime};

/// Longest line of an export, in bytes: an entry in canonical form is far shorter.
const MAX_LINE: u64 = 64 << 10;

/// Arguments of `menshen audit`.
#[derive(Args, Debug)]
pub struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Hold an exported log against signed checkpoints: nothing flipped, dropped, swapped, cut off or rolled back.
    Verify(VerifyArgs),
    /// Write the service's own log into a folder: entries, signed checkpoints, public key.
    Export(ExportArgs),
    /// Check the proof that an entry stands in the log.
    Proof(ProofArgs),
}

#[derive(Args, Debug)]
struct VerifyArgs {
    #[command(flatten)]
    service: ServiceArgs,
    /// The exported log, one entry a line, from the first; `-` is standard input; without it the service's own database
    #[arg(long, value_name = "FILE", requires_all = ["checkpoint", "key"])]
    entries: Option<PathBuf>,
    /// Signed checkpoints: those kept beside the log, and those that you anchored elsewhere
    #[arg(long, value_name = "FILE", num_args = 1..)]
    checkpoint: Vec<PathBuf>,
    /// Public keys that are trusted, one a line as name+id+key; without it the service's own
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct ExportArgs {
    #[command(flatten)]
    service: ServiceArgs,
    /// The folder; it must not exist
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

#[derive(Args, Debug)]
struct ProofArgs {
    /// The proof, as the service hands it out
    file: PathBuf,
    /// Public keys that are trusted, one a line as name+id+key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

#[derive(Debug, Default, Serialize)]
struct LogOut {
    valid: bool,
    /// Entries, where the log is whole.
    size: Option<u64>,
    root: Option<String>,
    /// Entries that the newest checkpoint covers.
    signed: Option<u64>,
    signed_at: Option<Timestamp>,
    checkpoints: Option<usize>,
    /// Null for a whole log, else a stable word.
    why: Option<&'static str>,
    /// The first entry that is, or may be, wrong; from 0.
    place: Option<u64>,
    message: Option<String>,
}

#[derive(Debug, Default, Serialize)]
struct ProofOut {
    valid: bool,
    entry: Option<Entry>,
    /// Entries of the log that was signed.
    size: Option<u64>,
    signed_at: Option<Timestamp>,
    /// Null for a proof that holds, else a stable word.
    why: Option<&'static str>,
    message: Option<String>,
}

/// Runs `menshen audit`.
pub fn run(args: &AuditArgs, context: &Context) -> anyhow::Result<()> {
    match &args.command {
        AuditCommand::Verify(args) => verify(args, context),
        AuditCommand::Export(args) => export(args, context),
        AuditCommand::Proof(args) => proof(args, context),
    }
}

/// Reads a file of public keys.
pub fn read_keys(path: &Path) -> anyhow::Result<Verifier> {
    let keys = Verifier::from_text(&input::read_text(path)?);
    keys.map_err(|error| WrongUsage(format!("{}: {error}", path.display())).into())
}

fn verify(args: &VerifyArgs, context: &Context) -> anyhow::Result<()> {
    let keys = args.key.as_deref().map(read_keys).transpose()?;
    let signed = args.checkpoint.iter().map(|path| input::read_text(path));
    let signed = signed.collect::<Result<Vec<_>, _>>()?;
    let verified = match (&args.entries, keys) {
        (Some(entries), Some(keys)) => {
            match Trusted::open(signed.iter().map(String::as_str), &keys) {
                Ok(trusted) => verify_entries(entries, &trusted)?,
                Err(tampered) => Err(tampered),
            }
        }
        (_, keys) => verify_own(&args.service, keys, &signed)?,
    };
    let out = log_out(verified);
    context.emit(&out, |w| write_log(w, &out))
}

/// Holds the log in the service's own database against its checkpoints and those that were anchored.
fn verify_own(
    service: &ServiceArgs,
    keys: Option<Verifier>,
    anchored: &[String],
) -> anyhow::Result<Result<Verified, Tampered>> {
    let config = service.read_existing()?;
    let keys = match keys {
        Some(keys) => keys,
        None => menshen_server::signer(&config)?.verifier(),
    };
    runtime()?.block_on(async {
        let store = open_store(&config).await?;
        let verified = store.verify_audit(&keys, anchored).await?;
        store.close().await;
        Ok(verified)
    })
}

#[derive(Serialize)]
struct ExportOut<'a> {
    folder: &'a Path,
    entries: u64,
    checkpoints: usize,
}

/// Entries that are read at once.
const PAGE: u32 = 1_000;

fn export(args: &ExportArgs, context: &Context) -> anyhow::Result<()> {
    let config = args.service.read_existing()?;
    let signer = menshen_server::signer(&config)?;
    let folder = args.folder.as_path();
    std::fs::create_dir(folder).with_context(|| format!("make {}", folder.display()))?;
    let out = runtime()?.block_on(async {
        let store = open_store(&config).await?;
        let keys = signer.verifier();
        // What was written since the last one is signed, too.
        let now = menshen_server::Clock::system().now();
        store.checkpoint(&signer, &keys, now).await?;
        let mut lines = io::BufWriter::new(File::create(folder.join("entries.jsonl"))?);
        let mut entries = 0;
        loop {
            let page = store.list_audit(entries, PAGE).await?;
            if page.is_empty() {
                break;
            }
            for stored in page {
                writeln!(lines, "{}", stored.to_line())?;
                entries = stored.entry.seq + 1;
            }
        }
        lines.flush()?;
        let notes = store.list_checkpoints().await?;
        for (nth, note) in (1..).zip(&notes) {
            std::fs::write(folder.join(format!("checkpoint-{nth:06}")), note)?;
        }
        std::fs::write(folder.join("key"), keys.to_text())?;
        store.close().await;
        anyhow::Ok(ExportOut {
            folder,
            entries,
            checkpoints: notes.len(),
        })
    })?;
    context.emit(&out, |w| {
        let (entries, count, at) = (out.entries, out.checkpoints, folder.display());
        writeln!(w, "{GOOD}exported{GOOD:#}  {entries} entries and {count} checkpoints")?;
        writeln!(w, "{DIM}menshen audit verify --entries {at}/entries.jsonl --checkpoint {at}/checkpoint-* --key {at}/key{DIM:#}")
    })
}

/// Reads the export line by line, so that a log of any length fits into little memory.
fn verify_entries(path: &Path, trusted: &Trusted) -> anyhow::Result<Result<Verified, Tampered>> {
    let mut lines: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(path).map_err(|error| {
            WrongUsage(format!("cannot read {}: {}", path.display(), error.kind()))
        })?;
        Box::new(BufReader::new(file))
    };
    let mut next = || next_entry(&mut lines).with_context(|| format!("read {}", path.display()));
    let mut verifier = match LogVerifier::new(trusted) {
        Ok(verifier) => verifier,
        Err(tampered) => return Ok(Err(tampered)),
    };
    while let Some(read) = next()? {
        let place = verifier.place();
        let read = read.map_err(|_| Tampered::Malformed { place });
        if let Err(tampered) = read.and_then(|entry| verifier.push(&entry)) {
            return Ok(Err(tampered));
        }
    }
    Ok(verifier.finish())
}

fn next_entry(lines: &mut dyn BufRead) -> io::Result<Option<Result<StoredEntry, EntryError>>> {
    let mut line = Vec::new();
    if lines.take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    let line = line.strip_suffix(b"\n").unwrap_or(&line);
    let text = str::from_utf8(line).map_err(|_| EntryError::Malformed);
    Ok(Some(text.and_then(StoredEntry::from_line)))
}

fn log_out(result: Result<Verified, Tampered>) -> LogOut {
    match result {
        Ok(verified) => LogOut {
            valid: true,
            size: Some(verified.head.size),
            root: Some(verified.head.root.to_string()),
            signed: Some(verified.signed),
            signed_at: verified.signed_at.map(|at| at.to_timestamp()),
            checkpoints: Some(verified.checkpoints),
            ..LogOut::default()
        },
        Err(tampered) => LogOut {
            why: Some(tampered.code()),
            place: tampered.place(),
            message: Some(sentence(&tampered)),
            ..LogOut::default()
        },
    }
}

/// Returns an error with its cause: here both are for the reader of a verdict.
pub fn sentence(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", sentence(cause)),
        None => error.to_string(),
    }
}

fn write_log(w: &mut dyn Write, out: &LogOut) -> io::Result<()> {
    if let Some(message) = &out.message {
        return writeln!(w, "{BAD}{BOLD}not valid{BOLD:#}{BAD:#}  {message}");
    }
    let (size, signed) = (out.size.unwrap_or(0), out.signed.unwrap_or(0));
    writeln!(
        w,
        "{GOOD}{BOLD}valid{BOLD:#}{GOOD:#}  {size} entries, {signed} of them signed"
    )?;
    if size > signed {
        let count = size - signed;
        writeln!(
            w,
            "{WARN}{count} after the newest checkpoint are not signed yet{WARN:#}"
        )?;
    }
    let root = out.root.as_deref().unwrap_or_default();
    writeln!(w, "{DIM}root {root}{DIM:#}")?;
    if let Some(at) = out.signed_at {
        writeln!(w, "{DIM}newest checkpoint {at}{DIM:#}")?;
    }
    Ok(())
}

fn proof(args: &ProofArgs, context: &Context) -> anyhow::Result<()> {
    let keys = read_keys(&args.key)?;
    let out = match ProofFile::verify(&input::read_text(&args.file)?, &keys) {
        Ok((file, checkpoint)) => ProofOut {
            valid: true,
            entry: Some(file.entry),
            size: Some(checkpoint.head.size),
            signed_at: Some(checkpoint.at.to_timestamp()),
            ..ProofOut::default()
        },
        Err(error) => refused_proof(error),
    };
    context.emit(&out, |w| write_proof(w, &out))
}

fn refused_proof(error: ProofError) -> ProofOut {
    ProofOut {
        why: Some(error.code()),
        message: Some(sentence(&error)),
        ..ProofOut::default()
    }
}

fn write_proof(w: &mut dyn Write, out: &ProofOut) -> io::Result<()> {
    if let Some(message) = &out.message {
        return writeln!(w, "{BAD}{BOLD}not valid{BOLD:#}{BAD:#}  {message}");
    }
    if let (Some(entry), Some(size), Some(at)) = (&out.entry, out.size, out.signed_at) {
        writeln!(
            w,
            "{GOOD}{BOLD}valid{BOLD:#}{GOOD:#}  entry {} of {size}, signed {at}",
            entry.seq
        )?;
        let done = entry.at.to_timestamp();
        writeln!(
            w,
            "{done}  {}  {}  {}",
            entry.actor, entry.action, entry.object
        )?;
        for (key, value) in &entry.detail {
            writeln!(w, "  {DIM}{key}{DIM:#} {value}")?;
        }
    }
    Ok(())
}
