//! One of OFAC's classic CSV files: no heads, a fixed number of columns, `-0-` for nothing, and a last
//! character 0x1A by which a whole file is told from a cut one.

use crate::error::{ListError, ListProblem};

/// The character after the last record.
const END: char = '\u{1a}';
/// Bytes of one field.
const MAX_FIELD: usize = 64 << 10;

/// Reads the records of a file with `columns` columns and hands them out with their number, from 1.
pub(super) fn read(
    file: &'static str,
    bytes: &[u8],
    columns: usize,
    mut take: impl FnMut(&[&str]) -> Result<(), ListProblem>,
) -> Result<(), ListError> {
    let refuse = |number: usize, problem| ListError {
        file,
        place: format!("record {number}"),
        problem,
    };
    let text = super::text(file, bytes)?.trim_end_matches(['\r', '\n']);
    let Some(text) = text.strip_suffix(END) else {
        return Err(refuse(0, ListProblem::Cut("the end mark 0x1A is missing")));
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    for (index, record) in reader.records().enumerate() {
        let number = index + 1;
        let malformed = |_| refuse(number, ListProblem::Malformed("a record"));
        let record = record.map_err(malformed)?;
        if record.len() != columns {
            let expected = "the number of columns of this file";
            return Err(refuse(number, ListProblem::Unexpected { expected }));
        }
        let fields: Vec<&str> = record.iter().map(value).collect();
        if fields.iter().any(|field| field.len() > MAX_FIELD) {
            return Err(refuse(number, ListProblem::TextTooLong(MAX_FIELD)));
        }
        take(&fields).map_err(|problem| refuse(number, problem))?;
    }
    Ok(())
}

fn value(field: &str) -> &str {
    match field.trim() {
        "-0-" => "",
        text => text,
    }
}
