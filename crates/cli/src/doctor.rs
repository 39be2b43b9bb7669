//! `menshen doctor`: everything that the service needs, a line each, and what to do about it.

use std::io::Write;
use std::path::Path;

use anstyle::Style;
use menshen_core::time::Millis;
use menshen_ledger::Checkpoint;
use menshen_models::{ModelStore, Set, Status};
use menshen_server::{Clock, Config, Outbound};
use menshen_store::Store;
use serde::Serialize;

use crate::audit::sentence;
use crate::context::{BAD, BOLD, Context, GOOD, WARN};
use crate::service::{ServiceArgs, missing, open_store, runtime};

/// Space on the disk below which an operator is warned, and below which the service cannot go on, in bytes.
const LITTLE_SPACE: u64 = 1 << 30;
const NO_SPACE: u64 = 100 << 20;
/// 2025-01-01: a clock before it was never set.
const EARLIEST: Millis = Millis(1_735_689_600_000);
/// 2100-01-01: nor is one after it right.
const LATEST: Millis = Millis(4_102_444_800_000);
/// How far the clocks of nodes may lie apart, in milliseconds.
const APART: i64 = 5_000;

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Level {
    Ok,
    Warning,
    Failed,
}

#[derive(Serialize)]
struct Line {
    check: &'static str,
    level: Level,
    message: String,
}

/// What is found, printed as it is found: a check may take a while.
struct Findings<'a> {
    context: &'a Context,
    failed: u32,
}

impl Findings<'_> {
    fn say(
        &mut self,
        check: &'static str,
        level: Level,
        message: impl Into<String>,
    ) -> anyhow::Result<()> {
        self.failed += u32::from(level == Level::Failed);
        let line = Line {
            check,
            level,
            message: message.into(),
        };
        self.context.emit(&line, |w| write(w, &line))
    }
}

fn write(w: &mut dyn Write, line: &Line) -> std::io::Result<()> {
    let (style, word): (Style, _) = match line.level {
        Level::Ok => (GOOD, "ok"),
        Level::Warning => (WARN, "warning"),
        Level::Failed => (BAD, "failed"),
    };
    let (check, message) = (line.check, &line.message);
    writeln!(
        w,
        "{style}{word:<8}{style:#} {BOLD}{check:<14}{BOLD:#} {message}"
    )
}

/// Runs `menshen doctor`; an error where something failed.
pub fn run(args: &ServiceArgs, context: &Context) -> anyhow::Result<()> {
    let mut findings = Findings { context, failed: 0 };
    match args.read() {
        Ok(config) => {
            findings.say("configuration", Level::Ok, "every key is known")?;
            check(&config, &mut findings)?;
        }
        Err(error) => findings.say("configuration", Level::Failed, format!("{error:#}"))?,
    }
    match findings.failed {
        0 => Ok(()),
        count => anyhow::bail!("checks that failed: {count}"),
    }
}

fn check(config: &Config, findings: &mut Findings<'_>) -> anyhow::Result<()> {
    keys(config, findings)?;
    runtime()?.block_on(async {
        database(config, findings).await?;
        disk(&config.data_dir, findings)?;
        messages(config, findings).await?;
        models(config, findings)?;
        engine(config, findings).await
    })
}

/// The key files: there, readable by their owner alone, and keys.
fn keys(config: &Config, findings: &mut Findings<'_>) -> anyhow::Result<()> {
    let named = [
        ("master keys", config.key_file(), config.keys.file.is_some()),
        (
            "signing key",
            config.signing_key_file(),
            config.keys.signing_file.is_some(),
        ),
    ];
    for (check, path, own) in named {
        let at = path.display();
        if check == "master keys" && config.keys.command.is_some() {
            findings.say(
                check,
                Level::Ok,
                "from keys.command; read with the database",
            )?;
        } else if !path.exists() && !own {
            let message = format!("{at} is made on the first start; keep a copy elsewhere");
            findings.say(check, Level::Warning, message)?;
        } else {
            match menshen_server::check_keys(&path) {
                Ok(count) if own => {
                    let message = format!("{count} in {at}, for its owner only");
                    findings.say(check, Level::Ok, message)?;
                }
                Ok(count) => {
                    let message =
                        format!("{count} in {at}, made for trying out; keep a copy elsewhere");
                    findings.say(check, Level::Ok, message)?;
                }
                Err(error) => findings.say(check, Level::Failed, sentence(&error))?,
            }
        }
    }
    Ok(())
}

/// The database: it opens, has this version's tables, takes a write; the clock against what stands in it.
async fn database(config: &Config, findings: &mut Findings<'_>) -> anyhow::Result<()> {
    let now = Clock::system().now();
    if let Some(path) = missing(config) {
        let message = format!("nothing yet: {} is made on the first start", path.display());
        findings.say("database", Level::Warning, message)?;
        return clock(now, None, findings);
    }
    // Opening brings the tables to this version and writes.
    let store = match open_store(config).await {
        Ok(store) => store,
        Err(error) => {
            findings.say("database", Level::Failed, format!("{error:#}"))?;
            return clock(now, None, findings);
        }
    };
    let kind = match config.database_url().reveal().split_once(':') {
        Some(("sqlite", _)) => "SQLite",
        _ => "PostgreSQL",
    };
    let message = format!("{kind} opens, has this version's tables and takes writes");
    findings.say("database", Level::Ok, message)?;
    clock(now, store.newest_audit().await?, findings)?;
    audit(config, &store, findings).await?;
    rotation(config, &store, findings).await?;
    store.close().await;
    Ok(())
}

fn clock(now: Millis, newest: Option<Millis>, findings: &mut Findings<'_>) -> anyhow::Result<()> {
    let at = now.to_timestamp();
    let sane = EARLIEST.0 < now.0 && now.0 < LATEST.0;
    let (level, message) = match newest {
        _ if !sane => (Level::Failed, format!("{at}: set the machine's clock")),
        Some(newest) if now.0 + APART < newest.0 => {
            let newest = newest.to_timestamp();
            let message = format!("{at} is before the newest entry of {newest}: set the clock");
            (Level::Failed, message)
        }
        _ => (Level::Ok, at.to_string()),
    };
    findings.say("clock", level, message)
}

/// The newest checkpoint must be of this node's signing key, or the log can neither be signed nor checked.
async fn audit(config: &Config, store: &Store, findings: &mut Findings<'_>) -> anyhow::Result<()> {
    let Some(note) = store.find_newest_checkpoint().await? else {
        return findings.say("audit log", Level::Ok, "not signed yet");
    };
    if !config.signing_key_file().exists() {
        let message = "the log was signed with a key that is not here: copy it from the other node";
        return findings.say("audit log", Level::Failed, message);
    }
    let verifier = match menshen_server::signer(config) {
        Ok(signer) => signer.verifier(),
        // Said above.
        Err(_) => return Ok(()),
    };
    match Checkpoint::open(&note, &verifier) {
        Ok(signed) => {
            let size = signed.head.size;
            let message = format!("{size} entries are signed; `menshen audit verify` checks them");
            findings.say("audit log", Level::Ok, message)
        }
        Err(error) => {
            let message = format!(
                "{}: do all nodes have the same signing key?",
                sentence(&error)
            );
            findings.say("audit log", Level::Failed, message)
        }
    }
}

async fn rotation(
    config: &Config,
    store: &Store,
    findings: &mut Findings<'_>,
) -> anyhow::Result<()> {
    let Ok(file) = menshen_server::KeyFile::read(config) else {
        return Ok(());
    };
    let used = store.list_master_keys().await?;
    let current = file.ids().first().copied().unwrap_or_default().to_owned();
    let old: u64 = used
        .iter()
        .filter(|(id, _)| *id != current)
        .map(|(_, n)| n)
        .sum();
    if old > 0 {
        let message =
            format!("{old} keys are wrapped with an old master key: `menshen keys rotate`");
        findings.say("rotation", Level::Warning, message)?;
    }
    Ok(())
}

/// The ways out to people: the mail server is asked, the gateway is not, for an SMS costs money.
async fn messages(config: &Config, findings: &mut Findings<'_>) -> anyhow::Result<()> {
    let outbound = match Outbound::new(config) {
        Ok(outbound) => outbound,
        Err(error) => return findings.say("messages", Level::Failed, sentence(&error)),
    };
    match outbound.mailer() {
        None => findings.say("mail", Level::Warning, "not set up: people get no mail")?,
        Some(mailer) => match mailer.try_it().await {
            Ok(()) => findings.say("mail", Level::Ok, "the server answers and lets us in")?,
            Err(error) => {
                let message = format!("{error}: check mail.host, its certificate and the account");
                findings.say("mail", Level::Failed, message)?;
            }
        },
    }
    match config.sms {
        None => findings.say("sms", Level::Warning, "not set up: people get no SMS"),
        Some(_) => findings.say("sms", Level::Ok, "address and template are well formed"),
    }
}

#[cfg(unix)]
fn disk(folder: &Path, findings: &mut Findings<'_>) -> anyhow::Result<()> {
    // The folder may not be there yet: then where it will be.
    let there = folder
        .ancestors()
        .find(|it| it.exists() && !it.as_os_str().is_empty());
    let there = there.unwrap_or(Path::new("."));
    let found = match rustix::fs::statvfs(there) {
        Ok(found) => found,
        Err(error) => return findings.say("disk", Level::Warning, error.to_string()),
    };
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    let message = format!("{} MiB are free at {}", free >> 20, there.display());
    if rustix::fs::access(there, rustix::fs::Access::WRITE_OK).is_err() {
        let message = format!("{} cannot be written by this user", there.display());
        findings.say("disk", Level::Failed, message)
    } else if free < NO_SPACE {
        findings.say("disk", Level::Failed, format!("{message}: make room"))
    } else if free < LITTLE_SPACE {
        findings.say("disk", Level::Warning, format!("{message}: make room soon"))
    } else {
        findings.say("disk", Level::Ok, message)
    }
}

#[cfg(not(unix))]
fn disk(_folder: &Path, findings: &mut Findings<'_>) -> anyhow::Result<()> {
    findings.say("disk", Level::Warning, "not measured on this system")
}

fn models(config: &Config, findings: &mut Findings<'_>) -> anyhow::Result<()> {
    if config.engine.workers == 0 {
        return findings.say("models", Level::Ok, "none are needed: sandbox tenants only");
    }
    let checked = match ModelStore::open(&findings.context.models_dir) {
        Ok(store) => store.check(),
        Err(error) => return findings.say("models", Level::Failed, sentence(&error)),
    };
    let named = |wanted: fn(&Status) -> bool| {
        let needed = |set: &Set| matches!(set, Set::Default);
        let names = checked.iter().filter(|one| {
            wanted(&one.status) && (needed(&one.set) || !matches!(one.status, Status::Missing))
        });
        names
            .map(|one| one.name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let wrong = named(|status| matches!(status, Status::WrongHash { .. } | Status::Unreadable));
    let missing = named(|status| matches!(status, Status::Missing));
    if !wrong.is_empty() {
        let message =
            format!("not the promised files: {wrong}; remove them, `menshen models pull`");
        findings.say("models", Level::Failed, message)
    } else if !missing.is_empty() {
        let message = format!("missing: {missing}; `menshen models pull` brings them");
        findings.say("models", Level::Failed, message)
    } else {
        findings.say("models", Level::Ok, "installed, with the right hashes")
    }
}

/// Starts one process that looks at photos and asks what holds it.
async fn engine(config: &Config, findings: &mut Findings<'_>) -> anyhow::Result<()> {
    let mut one = config.clone();
    one.engine.workers = config.engine.workers.min(1);
    let pool = match crate::serve::engine(&one, &findings.context.models_dir).await {
        Ok(Some(pool)) => pool,
        Ok(None) => {
            return findings.say("engine", Level::Ok, "none is needed: sandbox tenants only");
        }
        Err(error) => return findings.say("engine", Level::Failed, format!("{error:#}")),
    };
    let isolation = pool.ready().isolation.clone();
    pool.stop().await;
    if isolation.missing.is_empty() {
        let message = format!("starts, fenced in by {}", isolation.on.join(", "));
        findings.say("engine", Level::Ok, message)
    } else {
        let message = format!("starts, without {}", isolation.missing.join("; "));
        findings.say("engine", Level::Warning, message)
    }
}
