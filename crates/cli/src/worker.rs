//! `menshen engine-worker`: the child process of a server that reads its photos.

use clap::Args;
use menshen_engine::{Limits, child};

use crate::context::Context;
use crate::engine;

/// Arguments of `menshen engine-worker`.
#[derive(Debug, Args)]
pub struct WorkerArgs {
    /// Writable memory in bytes
    #[arg(long, value_name = "N", default_value_t = Limits::MEMORY_BYTES)]
    memory_bytes: u64,
}

/// Answers requests on standard input until it is closed.
pub fn run(args: &WorkerArgs, context: &Context) -> anyhow::Result<()> {
    let limits = Limits {
        memory_bytes: args.memory_bytes,
    };
    child::run(&limits, || {
        let engine = context
            .start_threads()
            .and_then(|()| engine::open_installed(context));
        Ok(engine?)
    })?;
    Ok(())
}
