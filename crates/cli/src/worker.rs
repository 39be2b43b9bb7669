//! `menshen engine-worker`: the child process of a server that reads its photos.

use clap::Args;
use menshen_engine::Limits;
use menshen_engine::child::{self, Serving};

use crate::context::Context;
use crate::engine;

/// Arguments of `menshen engine-worker`.
#[derive(Debug, Args)]
pub struct WorkerArgs {
    /// Writable memory in bytes
    #[arg(long, value_name = "N", default_value_t = Limits::MEMORY_BYTES)]
    memory_bytes: u64,
    /// Load the models that see faces and no others: for frames of live checks
    #[arg(long)]
    faces: bool,
}

/// Answers requests on standard input until it is closed.
pub fn run(args: &WorkerArgs, context: &Context) -> anyhow::Result<()> {
    let limits = Limits {
        memory_bytes: args.memory_bytes,
    };
    child::run(&limits, || {
        context.start_threads()?;
        Ok(match args.faces {
            true => Serving::Faces(Box::new(engine::open_installed_face(context)?)),
            false => Serving::All(Box::new(engine::open_installed(context)?)),
        })
    })?;
    Ok(())
}
