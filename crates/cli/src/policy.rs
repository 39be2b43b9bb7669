//! `menshen policy`: is a file a policy, and what would it have decided?

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use menshen_core::Policy;
use menshen_core::ids::TenantId;
use menshen_server::TryOut;
use menshen_store::Store;
use serde::Serialize;

use crate::audit::sentence;
use crate::context::{BAD, BOLD, Context, DIM, GOOD, WARN};
use crate::input::{self, WrongUsage};
use crate::service::{ServiceArgs, open_store, runtime};

/// Arguments of `menshen policy`.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// Read a policy and say what is wrong with it
    Check(CheckArgs),
    /// Judge a tenant's newest past cases by a policy, without changing anything
    Try(TryArgs),
}

#[derive(Debug, Args)]
struct CheckArgs {
    /// The keys that differ from the defaults, TOML
    file: PathBuf,
}

#[derive(Debug, Args)]
struct TryArgs {
    #[command(flatten)]
    service: ServiceArgs,
    /// The keys that differ from the defaults, TOML
    file: PathBuf,
    /// Whose cases; may be left out where there is one tenant
    #[arg(long, value_name = "ID")]
    tenant: Option<TenantId>,
}

#[derive(Serialize)]
struct CheckOut {
    valid: bool,
    identity: Option<String>,
    message: Option<String>,
}

/// Runs `menshen policy`.
pub fn run(args: &PolicyArgs, context: &Context) -> anyhow::Result<()> {
    match &args.command {
        PolicyCommand::Check(args) => check(&args.file, context),
        PolicyCommand::Try(args) => try_policy(args, context),
    }
}

fn check(file: &Path, context: &Context) -> anyhow::Result<()> {
    let read = Policy::from_toml(&input::read_text(file)?);
    let out = CheckOut {
        valid: read.is_ok(),
        identity: read.as_ref().ok().map(Policy::identity),
        message: read.as_ref().err().map(|error| sentence(error)),
    };
    context.emit(&out, |w| match (&out.identity, &out.message) {
        (Some(identity), _) => writeln!(w, "{GOOD}{BOLD}valid{BOLD:#}{GOOD:#}  {identity}"),
        (None, message) => {
            let message = message.as_deref().unwrap_or_default();
            writeln!(w, "{BAD}{BOLD}not valid{BOLD:#}{BAD:#}  {message}")
        }
    })
}

fn try_policy(args: &TryArgs, context: &Context) -> anyhow::Result<()> {
    let policy = Policy::from_toml(&input::read_text(&args.file)?);
    let policy = policy.map_err(|error| WrongUsage(sentence(&error)))?;
    let config = args.service.read_existing()?;
    let signer = menshen_server::signer(&config)?;
    let out = runtime()?.block_on(async {
        let store = open_store(&config).await?;
        let tenant = tenant(&store, args.tenant).await?;
        let out = menshen_server::try_on(&store, &signer.verifier(), tenant, &policy).await?;
        store.close().await;
        anyhow::Ok(out)
    })?;
    context.emit(&out, |w| write(w, &out))
}

async fn tenant(store: &Store, asked: Option<TenantId>) -> anyhow::Result<TenantId> {
    /// Tenants that a refusal names.
    const SOME: u32 = 20;
    let tenants = store.list_tenants(None, SOME).await?;
    match (asked, tenants.as_slice()) {
        (Some(id), _) => match store.find_tenant(id).await? {
            Some(tenant) => Ok(tenant.id),
            None => Err(WrongUsage(format!("there is no tenant {id}")).into()),
        },
        (None, [only]) => Ok(only.id),
        (None, several) => {
            let ids: Vec<String> = several.iter().map(|it| it.id.to_string()).collect();
            let message = format!("say whose cases with --tenant: {}", ids.join(", "));
            Err(WrongUsage(message).into())
        }
    }
}

fn write(w: &mut dyn Write, out: &TryOut) -> std::io::Result<()> {
    let TryOut {
        cases,
        same,
        erased,
        ..
    } = out;
    writeln!(w, "{BOLD}{}{BOLD:#}", out.identity)?;
    writeln!(
        w,
        "{cases} past cases: {same} keep their outcome, {} would have another",
        out.changed.len()
    )?;
    for change in &out.changed {
        let codes = change.codes.join(", ");
        let (was, now) = (&change.was, &change.would_be);
        writeln!(
            w,
            "  {}  {was} -> {WARN}{now}{WARN:#}  {DIM}{codes}{DIM:#}",
            change.verification
        )?;
    }
    if *erased > 0 {
        writeln!(
            w,
            "{DIM}{erased} were erased and cannot be judged again{DIM:#}"
        )?;
    }
    Ok(())
}
