//! The menshen command.

mod context;
mod specimen;

use clap::{Parser, Subcommand};

use context::Context;

#[derive(Parser)]
#[command(name = "menshen", version)]
struct Cli {
    /// One JSON object a line.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Specimen(specimen::SpecimenArgs),
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let context = Context {
        json: cli.json,
        ..Context::default()
    };
    match cli.command {
        Command::Specimen(args) => specimen::run(&args, &context),
    }
}
