//! The operator's cohort in the operator's manifest: written by `menshen calibrate`, never by hand.

use menshen_core::card::{Calibration, Comparison};
use serde::{Deserialize, Serialize};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, value};

use super::{calibrate, check_hash, check_plain, check_rising, rule};
use crate::error::ModelsError;

/// Where the cohort is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CohortEntry {
    /// Its file in the models folder.
    pub file: String,
    /// SHA-256 of that file.
    pub sha256: String,
}

/// A way to compare faces with the cohort, and how well it was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparisonEntry {
    /// The name of its card.
    pub name: String,
    /// How scores are made.
    #[serde(flatten)]
    pub comparison: Comparison,
    /// Thresholds of these scores.
    pub calibration: Calibration,
}

/// Returns an operator's manifest with a cohort and its comparisons in place of those that it names.
pub fn with_cohort(
    text: &str,
    cohort: &CohortEntry,
    comparisons: &[ComparisonEntry],
) -> Result<String, ModelsError> {
    let mut document = parsed(text)?;
    let mut entry = Table::new();
    entry.insert("file", value(&cohort.file));
    entry.insert("sha256", value(&cohort.sha256));
    document.insert("cohort", Item::Table(entry));
    let mut tables = ArrayOfTables::new();
    for comparison in comparisons {
        tables.push(table(comparison));
    }
    document.insert("comparison", Item::ArrayOfTables(tables));
    Ok(document.to_string())
}

/// Returns an operator's manifest without cohort and comparisons.
pub fn without_cohort(text: &str) -> Result<String, ModelsError> {
    let mut document = parsed(text)?;
    document.remove("cohort");
    document.remove("comparison");
    Ok(document.to_string())
}

fn parsed(text: &str) -> Result<DocumentMut, ModelsError> {
    text.parse()
        .map_err(|error: toml_edit::TomlError| ModelsError::Manifest {
            name: "of the operator".to_owned(),
            source: Box::new(error),
        })
}

fn table(entry: &ComparisonEntry) -> Table {
    let count = |n: u64| value(i64::try_from(n).unwrap_or(i64::MAX));
    let Comparison {
        cohort,
        people,
        top,
        parts,
    } = &entry.comparison;
    let parts: Array = parts
        .iter()
        .map(|part| {
            let mut line = InlineTable::new();
            line.insert("model", part.model.as_str().into());
            line.insert("sha256", part.sha256.as_str().into());
            let weight = (f64::from(part.weight) * 1e4).round() / 1e4;
            line.insert("weight", weight.into());
            line
        })
        .collect();
    let mut table = Table::new();
    table.insert("name", value(&entry.name));
    table.insert("cohort", value(cohort));
    table.insert("people", count(*people));
    table.insert("top", count(*top));
    table.insert("parts", value(parts));
    let mut calibration = Table::new();
    calibrate::write(&mut calibration, &entry.calibration);
    table.insert("calibration", Item::Table(calibration));
    table
}

pub(super) fn check(
    cohort: Option<&CohortEntry>,
    comparisons: &[ComparisonEntry],
) -> Result<(), ModelsError> {
    if let Some(cohort) = cohort {
        check_hash("the cohort", &cohort.sha256)?;
        check_plain("the cohort", &cohort.file)?;
    }
    for entry in comparisons {
        let name = &entry.name;
        let parts = &entry.comparison.parts;
        if cohort.is_none_or(|cohort| cohort.sha256 != entry.comparison.cohort) {
            let what = format!("{name} was measured with another cohort than is described");
            return Err(rule(what));
        }
        let sum: f32 = parts.iter().map(|part| part.weight).sum();
        // Weights are kept with four decimals; not-a-number fails the comparison and is refused too.
        let even = (sum - 1.0).abs() < 1e-3;
        if parts.is_empty() || !even || parts.iter().any(|part| part.weight < 0.0) {
            return Err(rule(format!("the weights of {name} are not shares of 1")));
        }
        check_rising(name, &entry.calibration)?;
    }
    Ok(())
}
