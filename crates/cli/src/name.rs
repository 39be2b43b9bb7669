//! `menshen name`: how two names relate.

use clap::Args;
use menshen_document::name::{self, Relation};

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
    context.emit(&relation, |out| {
        let style = if relation.relation == Relation::Different {
            BAD
        } else {
            GOOD
        };
        write!(out, "{style}{}{style:#}", word(relation.relation))?;
        if let Some(position) = relation.position {
            write!(out, " at position {position}")?;
        }
        let details: Vec<_> = relation.detail.iter().map(|detail| detail.word()).collect();
        writeln!(out, " {DIM}{}{DIM:#}", details.join(", "))
    })
}

fn word(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "equal",
        Relation::Variant => "variant",
        Relation::Order => "order",
        Relation::Transliteration => "transliteration",
        Relation::Truncated => "truncated",
        Relation::Different => "different",
    }
}
