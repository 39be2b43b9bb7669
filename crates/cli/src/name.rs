//! `menshen name`: how two names relate.

use clap::Args;
use menshen_document::name::{self, NameRelation};

use crate::context::{BAD, Context, DIM, GOOD};

/// Arguments of `menshen name`.
#[derive(Debug, Args)]
pub struct NameArgs {
    /// The name as typed
    a: String,
    /// The name as printed
    b: String,
}

/// Compares the two names.
pub fn run(args: &NameArgs, context: &Context) -> anyhow::Result<()> {
    let relation = name::relation(&args.a, &args.b);
    context.emit(&relation, |out| match &relation {
        relation if relation.is_related() => writeln!(out, "{GOOD}{relation}{GOOD:#}"),
        relation => writeln!(out, "{BAD}{relation}{BAD:#}"),
    })
}
