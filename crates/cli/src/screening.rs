//! `menshen screening`: lists of sanctioned people, imported into a service.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use menshen_core::policy::SanctionList;
use menshen_server::{Clock, LARGEST_LIST, WHOLE_LIST};
use menshen_store::ListPart;
use serde::Serialize;

use crate::context::{BOLD, Context, DIM, GOOD};
use crate::input::WrongUsage;
use crate::service::{ServiceArgs, open_store, runtime};

/// Arguments of `menshen screening`.
#[derive(Debug, Args)]
pub struct ScreeningArgs {
    #[command(subcommand)]
    command: ScreeningCommand,
}

#[derive(Debug, Subcommand)]
enum ScreeningCommand {
    /// Import a list from its authority's own files; everyone who is verified is searched again
    Import(ImportArgs),
}

#[derive(Debug, Args)]
struct ImportArgs {
    #[command(flatten)]
    service: ServiceArgs,
    /// Which list: ofac_sdn, un or eu
    #[arg(long, value_name = "LIST", value_parser = list)]
    list: SanctionList,
    /// The file in XML, or for ofac_sdn the three files sdn.csv, alt.csv and add.csv
    #[arg(required = true, num_args = 1..=3)]
    files: Vec<PathBuf>,
}

fn list(name: &str) -> Result<SanctionList, String> {
    SanctionList::parse(name).ok_or_else(|| "known: ofac_sdn, un, eu".to_owned())
}

#[derive(Serialize)]
struct ImportOut {
    list: &'static str,
    id: String,
    sha256: String,
    published: Option<String>,
    entries: i64,
    known: bool,
}

/// Runs `menshen screening`.
pub fn run(args: &ScreeningArgs, context: &Context) -> anyhow::Result<()> {
    let ScreeningCommand::Import(args) = &args.command;
    let parts = parts(&args.files)?;
    let config = args.service.read_existing()?;
    let imported = runtime()?.block_on(async {
        let store = open_store(&config).await?;
        let clock = Clock::system();
        let now = || clock.now();
        let imported = menshen_server::import_by_hand(&store, args.list, parts, now).await?;
        store.close().await;
        anyhow::Ok(imported)
    })?;
    let row = imported.row;
    let out = ImportOut {
        list: row.list.name(),
        id: row.id.to_string(),
        sha256: row.sha256,
        published: row.published,
        entries: row.entries,
        known: imported.known,
    };
    context.emit(&out, |w| {
        let said = if out.known {
            "in force already"
        } else {
            "imported"
        };
        let (entries, digest) = (out.entries, &out.sha256);
        writeln!(
            w,
            "{GOOD}{BOLD}{said}{BOLD:#}{GOOD:#}  {}, {entries} entries",
            out.list
        )?;
        writeln!(w, "{DIM}{digest}{DIM:#}")
    })
}

fn parts(files: &[PathBuf]) -> anyhow::Result<Vec<ListPart>> {
    if let [only] = files {
        let name = WHOLE_LIST.to_owned();
        return Ok(vec![ListPart {
            name,
            bytes: read(only)?,
        }]);
    }
    let part = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(ListPart {
            name: name.to_lowercase(),
            bytes: read(path)?,
        })
    };
    files.iter().map(part).collect()
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let limit = LARGEST_LIST as u64;
    let mut bytes = Vec::new();
    let read =
        std::fs::File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => {
            let message = format!("cannot read {}: {}", path.display(), error.kind());
            Err(WrongUsage(message).into())
        }
        Ok(size) if size as u64 > limit => {
            let message = format!("{} has more than {limit} bytes", path.display());
            Err(WrongUsage(message).into())
        }
        Ok(_) => Ok(bytes),
    }
}
