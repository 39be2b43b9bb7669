//! `menshen backup` and `menshen restore`: one file that holds the whole service, and the way back.

use std::path::PathBuf;

use clap::Args;
use menshen_store::Saved;
use serde_json::json;

use crate::context::{Context, DIM, GOOD, WARN};
use crate::input::WrongUsage;
use crate::service::{ServiceArgs, open_store, runtime, size};

/// Arguments of `menshen backup` and `menshen restore`.
#[derive(Debug, Args)]
pub struct BackupArgs {
    #[command(flatten)]
    service: ServiceArgs,
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs `menshen backup`.
pub fn backup(args: &BackupArgs, context: &Context) -> anyhow::Result<()> {
    let config = args.service.read_existing()?;
    if args.file.exists() {
        let message = format!("{} exists: a backup replaces none", args.file.display());
        return Err(WrongUsage(message).into());
    }
    let saved = runtime()?.block_on(async {
        let store = open_store(&config).await?;
        let saved = store.backup(&args.file).await?;
        store.close().await;
        anyhow::Ok(saved)
    })?;
    context.emit(&out(args, saved), |w| {
        let (file, size) = (args.file.display(), size(&args.file));
        let Saved { rows, blobs } = saved;
        writeln!(
            w,
            "{GOOD}saved{GOOD:#}  {rows} rows and {blobs} sealed files in {file}, {size}"
        )?;
        writeln!(w, "{DIM}the keys are not in it: keep them elsewhere{DIM:#}")
    })
}

/// Runs `menshen restore`.
pub fn restore(args: &BackupArgs, context: &Context) -> anyhow::Result<()> {
    let config = args.service.read()?;
    let restored = menshen_server::restore_backup(&config, &args.file);
    let saved = runtime()?.block_on(restored)?;
    context.emit(&out(args, saved), |w| {
        let Saved { rows, blobs } = saved;
        writeln!(
            w,
            "{GOOD}restored{GOOD:#}  {rows} rows and {blobs} sealed files"
        )?;
        for path in [config.key_file(), config.signing_key_file()] {
            if config.keys.command.is_none() && !path.exists() {
                let path = path.display();
                writeln!(
                    w,
                    "{WARN}put the old key at {path} before the first start{WARN:#}"
                )?;
            }
        }
        Ok(())
    })
}

fn out(args: &BackupArgs, saved: Saved) -> serde_json::Value {
    json!({ "file": args.file, "rows": saved.rows, "blobs": saved.blobs })
}
