//! Writes measured thresholds into the text of a manifest, comments and order kept.

use menshen_core::card::Calibration;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use crate::error::ModelsError;

/// Returns the manifest text with new thresholds for a model.
///
/// A model that the text describes gets them in its own entry; for any other (one that is part of the program) a
/// `[[calibration]]` entry is added or replaced, which overrides the built-in values when the text is an
/// operator's manifest.
pub fn with_calibration(
    text: &str,
    model: &str,
    calibration: &Calibration,
) -> Result<String, ModelsError> {
    let unreadable = |error: Box<dyn std::error::Error + Send + Sync>| ModelsError::Manifest {
        name: format!("to calibrate {model}"),
        source: error,
    };
    let mut document: DocumentMut = text.parse().map_err(|e| unreadable(Box::new(e)))?;
    if let Some(entry) = find(&mut document, "model", "name", model) {
        let slot = entry.entry("calibration");
        let table = slot.or_insert_with(|| Item::Table(Table::new()));
        let table = table
            .as_table_like_mut()
            .ok_or_else(|| unreadable("its calibration is not a table".into()))?;
        write(table, calibration);
        return Ok(document.to_string());
    }
    if find(&mut document, "calibration", "model", model).is_none() {
        let mut table = Table::new();
        table.insert("model", value(model));
        document
            .entry("calibration")
            .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()))
            .as_array_of_tables_mut()
            .ok_or_else(|| unreadable("calibration is not a list of tables".into()))?
            .push(table);
    }
    if let Some(entry) = find(&mut document, "calibration", "model", model) {
        write(entry, calibration);
    }
    Ok(document.to_string())
}

fn find<'a>(
    document: &'a mut DocumentMut,
    list: &str,
    key: &str,
    name: &str,
) -> Option<&'a mut Table> {
    let tables = document.get_mut(list)?.as_array_of_tables_mut()?;
    tables
        .iter_mut()
        .find(|t| t.get(key).and_then(Item::as_str) == Some(name))
}

/// Error rates of other thresholds than these would be none of theirs: what was not measured again goes.
pub(super) fn write(table: &mut dyn toml_edit::TableLike, calibration: &Calibration) {
    if calibration.fnmr.is_none() {
        table.remove("fnmr");
    }
    if calibration.scores_95.is_none() {
        table.remove("scores_95");
    }
    fields(calibration).for_each(|(key, item)| set(table, key, item));
}

/// Replaces the value only, so that a comment behind it stays.
fn set(table: &mut dyn toml_edit::TableLike, key: &str, new: toml_edit::Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            let decor = old.decor().clone();
            *old = new;
            *old.decor_mut() = decor;
        }
        None => {
            table.insert(key, Item::Value(new));
        }
    }
}

fn fields(calibration: &Calibration) -> impl Iterator<Item = (&'static str, toml_edit::Value)> {
    // Four decimals are finer than any calibration's confidence interval and keep the text readable. Rounding up
    // keeps the false match rate at or below the nominal one.
    let score = |v: f32| toml_edit::Value::from((f64::from(v) * 1e4).ceil() / 1e4);
    let count = |v: u64| toml_edit::Value::from(i64::try_from(v).unwrap_or(i64::MAX));
    let part = |v: f32| (f64::from(v) * 1e4).round() / 1e4;
    let fnmr = calibration.fnmr.map(|parts| {
        let parts: toml_edit::Array = parts.into_iter().map(part).collect();
        ("fnmr", toml_edit::Value::from(parts))
    });
    let measured = [
        ("dataset", toml_edit::Value::from(&calibration.dataset)),
        ("genuine_pairs", count(calibration.genuine_pairs)),
        ("impostor_pairs", count(calibration.impostor_pairs)),
        ("fmr_1e2", score(calibration.fmr_1e2)),
        ("fmr_1e3", score(calibration.fmr_1e3)),
        ("fmr_1e4", score(calibration.fmr_1e4)),
    ];
    let intervals = calibration.scores_95.map(|intervals| {
        let pairs = intervals.into_iter();
        let pairs = pairs.map(|ends| ends.into_iter().map(part).collect::<toml_edit::Array>());
        let pairs: toml_edit::Array = pairs.collect();
        ("scores_95", toml_edit::Value::from(pairs))
    });
    measured.into_iter().chain(fnmr).chain(intervals)
}
