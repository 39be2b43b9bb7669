//! `menshen prc-id`: identity numbers of the People's Republic of China.

use std::path::Path;

use clap::Args;
use jiff::civil::Date;
use menshen_document::mrz::Sex;
use menshen_document::prc_id::PrcId;
use serde::Serialize;

use crate::context::{BAD, Context, DIM, GOOD};
use crate::input;

/// Arguments of `menshen prc-id`.
#[derive(Debug, Args)]
pub struct PrcIdArgs {
    /// Numbers to check; `-` reads one a line from standard input
    #[arg(required = true, value_name = "NUMBER")]
    numbers: Vec<String>,
    /// Day to judge births by
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<Date>,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    number: &'a str,
    valid: bool,
    birth: Option<Date>,
    sex: Option<Sex>,
    region: Option<String>,
    region_name: Option<String>,
    /// Null for a valid number, else a stable word.
    why: Option<&'static str>,
}

/// Checks each number.
pub fn run(args: &PrcIdArgs, context: &Context) -> anyhow::Result<()> {
    let today = context.today(args.today);
    for number in &args.numbers {
        if number == "-" {
            let text = input::read_text(Path::new("-"))?;
            let numbers = text.lines().map(str::trim).filter(|line| !line.is_empty());
            numbers
                .map(|number| check(number, today))
                .try_for_each(|line| emit(context, &line))?;
        } else {
            emit(context, &check(number, today))?;
        }
    }
    Ok(())
}

fn check(number: &str, today: Date) -> Line<'_> {
    match PrcId::parse(number, today) {
        Ok(id) => Line {
            number,
            valid: true,
            birth: Some(id.birth()),
            sex: Some(id.sex()),
            region: Some(id.region().to_owned()),
            region_name: Some(id.region_name()),
            why: None,
        },
        Err(error) => Line {
            number,
            valid: false,
            birth: None,
            sex: None,
            region: None,
            region_name: None,
            why: Some(error.why()),
        },
    }
}

fn emit(context: &Context, line: &Line<'_>) -> anyhow::Result<()> {
    context.emit(line, |out| {
        match (line.birth, line.sex, &line.region_name) {
            (Some(birth), Some(sex), Some(region)) => {
                writeln!(
                    out,
                    "{}  {GOOD}valid{GOOD:#}  {birth} {sex:?} {DIM}{region}{DIM:#}",
                    line.number
                )
            }
            _ => writeln!(
                out,
                "{}  {BAD}{}{BAD:#}",
                line.number,
                line.why.unwrap_or("invalid")
            ),
        }
    })
}
