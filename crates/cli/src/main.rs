//! The `menshen` command: from photos and typed data to an explained decision.

mod args;
mod audit;
mod backup;
mod calibrate;
mod context;
mod doctor;
mod document;
mod engine;
mod eval;
mod evidence;
mod evidence_file;
mod face;
mod input;
mod keys;
mod liveness;
mod matching;
mod models;
mod mrz;
mod name;
mod official;
mod pairs;
mod policy;
mod portraits;
mod prc_id;
mod progress;
mod reasons;
mod sample;
mod screening;
mod serve;
mod service;
mod specimen;
mod statement;
mod verify;
mod worker;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::args::{Cli, Command};
use crate::calibrate::GalleryError;
use crate::context::{BAD, Context, Exit};
use crate::input::WrongUsage;

/// The machine failed.
const FAILED: u8 = 1;
/// The command was not used as it can be.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let Some(command) = cli.command else {
        // Also where the environment sets an option, which clap takes for an argument.
        anstream::eprintln!("{}", Cli::command().render_long_help().ansi());
        return ExitCode::from(WRONG_USAGE);
    };
    let result = cli
        .global
        .context()
        .and_then(|context| run(command, &context));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) if error.is::<Exit>() => {
            let found = error.downcast_ref::<Exit>();
            ExitCode::from(found.map_or(FAILED, |Exit(code)| *code))
        }
        Err(error) => {
            anstream::eprintln!("{BAD}menshen:{BAD:#} {error:#}");
            let wrong = |cause: &(dyn std::error::Error + 'static)| {
                cause.is::<WrongUsage>() || cause.is::<GalleryError>()
            };
            let wrong_usage = error.chain().any(wrong);
            ExitCode::from(if wrong_usage { WRONG_USAGE } else { FAILED })
        }
    }
}

fn run(command: Command, context: &Context) -> anyhow::Result<()> {
    // A worker shuts some doors before its first thread.
    if !matches!(command, Command::EngineWorker(_)) {
        context.start_threads()?;
    }
    match command {
        Command::Verify(args) => verify::run(&args, context),
        Command::Document(args) => document::run(&args, context),
        Command::Mrz(args) => mrz::run(&args, context),
        Command::PrcId(args) => prc_id::run(&args, context),
        Command::Name(args) => name::run(&args, context),
        Command::Face(args) => face::run(&args, context),
        Command::Match(args) => matching::run(&args, context),
        Command::Liveness(args) => liveness::run(&args, context),
        Command::Statement(args) => statement::run(&args, context),
        Command::Specimen(args) => specimen::run(&args, context),
        Command::Models(args) => models::run(args, context),
        Command::Audit(args) => audit::run(&args, context),
        Command::Evidence(args) => evidence_file::run(&args, context),
        Command::Official(args) => official::run(&args, context),
        Command::Calibrate(args) => calibrate::run(&args, context),
        Command::Eval(args) => eval::run(&args, context),
        Command::Serve(args) => serve::run(&args, context),
        Command::Doctor(args) => doctor::run(&args, context),
        Command::Backup(args) => backup::backup(&args, context),
        Command::Restore(args) => backup::restore(&args, context),
        Command::Keys(args) => keys::run(&args, context),
        Command::Policy(args) => policy::run(&args, context),
        Command::Screening(args) => screening::run(&args, context),
        Command::EngineWorker(args) => worker::run(&args, context),
        Command::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Cli::command(),
                "menshen",
                &mut std::io::stdout(),
            );
            Ok(())
        }
    }
}

/// `menshen ... | head` is no failure.
fn closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
