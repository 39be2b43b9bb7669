//! `menshen keys`: another master key, in steps that may be killed and run again.

use std::io::Write;

use clap::{Args, Subcommand};
use menshen_server::{Config, KeyFile};
use menshen_store::Store;
use serde::Serialize;

use crate::context::{Context, DIM, GOOD, WARN};
use crate::input::WrongUsage;
use crate::service::{ServiceArgs, open_store, runtime};

/// Keys that are wrapped anew in one transaction: others wait for it.
const STEP: u32 = 100;

/// Arguments of `menshen keys`.
#[derive(Debug, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Show the master keys by their ids, and how much each of them wraps
    List(ServiceArgs),
    /// Add a key that is not used yet, so that all nodes can learn it before it is
    Add(ServiceArgs),
    /// Make another key the current one and wrap everything with it; run again, it goes on where it ended
    Rotate(RotateArgs),
}

#[derive(Debug, Args)]
struct RotateArgs {
    #[command(flatten)]
    service: ServiceArgs,
    /// The key to make current, one that `keys add` has made; without it one is made
    #[arg(long, value_name = "ID")]
    to: Option<String>,
    /// Remove the keys from the file that wrap nothing any more
    #[arg(long)]
    drop_old: bool,
}

/// A key in the file.
#[derive(Serialize)]
struct KeyOut {
    id: String,
    current: bool,
    /// Keys of people and of the service that it wraps.
    wraps: u64,
}

#[derive(Default, Serialize)]
struct RotateOut {
    current: String,
    /// Was it made by this run?
    made: bool,
    rewrapped: u64,
    dropped: Vec<String>,
}

/// Runs `menshen keys`.
pub fn run(args: &KeysArgs, context: &Context) -> anyhow::Result<()> {
    match &args.command {
        KeysCommand::List(args) => list(args, context),
        KeysCommand::Add(args) => add(args, context),
        KeysCommand::Rotate(args) => rotate(args, context),
    }
}

fn list(args: &ServiceArgs, context: &Context) -> anyhow::Result<()> {
    let config = args.read_existing()?;
    let file = KeyFile::read(&config)?;
    let used = runtime()?.block_on(used(&config))?;
    for (nth, id) in file.ids().into_iter().enumerate() {
        let wraps = used.iter().find(|(key, _)| key == id);
        let out = KeyOut {
            id: id.to_owned(),
            current: nth == 0,
            wraps: wraps.map_or(0, |(_, count)| *count),
        };
        context.emit(&out, |w| {
            let word = if out.current { "current" } else { "" };
            writeln!(
                w,
                "{id}  {GOOD}{word:<7}{GOOD:#}  {DIM}wraps {}{DIM:#}",
                out.wraps
            )
        })?;
    }
    Ok(())
}

async fn used(config: &Config) -> anyhow::Result<Vec<(String, u64)>> {
    let store = open_store(config).await?;
    let used = store.list_master_keys().await?;
    store.close().await;
    Ok(used)
}

fn add(args: &ServiceArgs, context: &Context) -> anyhow::Result<()> {
    let config = args.read_existing()?;
    let id = KeyFile::read(&config)?.add()?;
    let out = KeyOut {
        id,
        current: false,
        wraps: 0,
    };
    context.emit(&out, |w| {
        writeln!(w, "{GOOD}added{GOOD:#}  {}", out.id)?;
        writeln!(w, "{WARN}copy the file, restart every node, then run: menshen keys rotate --to {}{WARN:#}", out.id)
    })
}

fn rotate(args: &RotateArgs, context: &Context) -> anyhow::Result<()> {
    let config = args.service.read_existing()?;
    let out = runtime()?.block_on(rotate_keys(&config, args))?;
    context.emit(&out, |w| write(w, &out))
}

async fn rotate_keys(config: &Config, args: &RotateArgs) -> anyhow::Result<RotateOut> {
    let made = choose(config, args).await?;
    // With the keys as the file has them now.
    let store = open_store(config).await?;
    let mut out = RotateOut {
        made,
        ..RotateOut::default()
    };
    loop {
        match store.rewrap_some(STEP).await? {
            0 => break,
            count => out.rewrapped += count,
        }
    }
    if args.drop_old {
        out.dropped = KeyFile::read(config)?.drop_unneeded(&needed(&store).await?)?;
    }
    store.close().await;
    let file = KeyFile::read(config)?;
    out.current = file.ids().first().copied().unwrap_or_default().to_owned();
    Ok(out)
}

/// Makes the right key current; tells whether one was made for it. Where a run was killed before everything was
/// wrapped anew, its key is the right one.
async fn choose(config: &Config, args: &RotateArgs) -> anyhow::Result<bool> {
    let mut file = KeyFile::read(config)?;
    if let Some(id) = &args.to {
        if !file.promote(id)? {
            let message = format!("no key {id} is in the file; see `menshen keys list`");
            return Err(WrongUsage(message).into());
        }
        return Ok(false);
    }
    let used = used(config).await?;
    let old = |id: &&str| used.iter().any(|(key, _)| key == id);
    let ids = file.ids();
    let unfinished = ids.iter().skip(1).any(old);
    // An unused second key was added for `--to`, or is what a whole rotation left.
    if unfinished || args.drop_old && ids.len() > 1 {
        return Ok(false);
    }
    let id = file.add()?;
    file.promote(&id)?;
    Ok(true)
}

async fn needed(store: &Store) -> anyhow::Result<Vec<String>> {
    let used = store.list_master_keys().await?;
    Ok(used.into_iter().map(|(id, _)| id).collect())
}

fn write(w: &mut dyn Write, out: &RotateOut) -> std::io::Result<()> {
    let word = if out.made { "made" } else { "kept" };
    writeln!(
        w,
        "{GOOD}{word}{GOOD:#}  {} is the current key",
        out.current
    )?;
    writeln!(w, "{} keys were wrapped with it", out.rewrapped)?;
    for id in &out.dropped {
        writeln!(w, "{WARN}{id} was removed from the file{WARN:#}")?;
    }
    if out.dropped.is_empty() {
        writeln!(
            w,
            "{DIM}restart every node, run this again with --drop-old{DIM:#}"
        )?;
    }
    Ok(())
}
