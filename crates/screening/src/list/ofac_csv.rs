//! The classic CSV files of OFAC.
//!
//! Columns relied on: `sdn.csv` 12 (number, name, type, programme, ..., 12th remarks), `alt.csv` 5 (entry's number, own
//! number, type, name, remarks), `add.csv` 6 (entry's number, own number, address, city, country, remarks). Dates of birth,
//! nationalities and weak aliases stand in the remarks: `DOB 12 Mar 1960; alt. DOB 1961; nationality X; a.k.a. 'Y'`.

use super::{Entities, List, country, csv_file, date, ofac_xml, sha256};
use crate::error::{ListError, ListProblem};
use crate::{Entity, ListName, Strength};

/// The three files, which belong together.
#[derive(Clone, Copy, Debug)]
pub struct OfacCsv<'a> {
    /// `sdn.csv`: the entries.
    pub sdn: &'a [u8],
    /// `alt.csv`: other names.
    pub alt: &'a [u8],
    /// `add.csv`: addresses, of which only the country is read.
    pub add: &'a [u8],
}

/// Reads the classic CSV files of OFAC, which carry no date.
///
/// # Errors
/// [`ListError`] when a file is cut, malformed or of another kind, or when the files do not belong together.
pub fn ofac_csv(files: OfacCsv<'_>) -> Result<List, ListError> {
    let mut entities = Entities::default();
    csv_file::read("sdn.csv", files.sdn, 12, |fields| {
        entities.add(entry(fields)?)
    })?;
    csv_file::read("alt.csv", files.alt, 5, |fields| {
        let entity = entities.get_mut(fields[0]).ok_or(ListProblem::Orphan)?;
        entity.add_name(&in_order(fields[3]), Strength::Alias)?;
        Ok(())
    })?;
    csv_file::read("add.csv", files.add, 6, |fields| {
        let entity = entities.get_mut(fields[0]).ok_or(ListProblem::Orphan)?;
        entity.add_country(country(fields[4]))?;
        Ok(())
    })?;
    if entities.found.is_empty() {
        let place = "the end".to_owned();
        return Err(ListError {
            file: "sdn.csv",
            place,
            problem: ListProblem::Empty,
        });
    }
    let digests = [files.sdn, files.alt, files.add].map(sha256).concat();
    Ok(List::new(sha256(digests.as_bytes()), None, entities.found))
}

fn entry(fields: &[&str]) -> Result<Entity, ListProblem> {
    if fields[0].is_empty() || fields[1].is_empty() {
        return Err(ListProblem::Unexpected {
            expected: "a number and a name",
        });
    }
    // Organisations have no type in these files.
    let kind = ofac_xml::kind(if fields[2].is_empty() {
        "entity"
    } else {
        fields[2]
    });
    let mut entity = Entity::new(ListName::OfacSdn, fields[0].to_owned(), kind);
    entity.add_name(&in_order(fields[1]), Strength::Primary)?;
    for programme in fields[3].split([';', ']']) {
        entity.add_programme(programme.trim().trim_start_matches('['))?;
    }
    for remark in fields[11].split(';') {
        remarked(&mut entity, remark.trim().trim_end_matches('.'))?;
    }
    Ok(entity)
}

fn remarked(entity: &mut Entity, remark: &str) -> Result<(), ListProblem> {
    let remark = remark.strip_prefix("alt. ").unwrap_or(remark);
    if let Some(text) = remark.strip_prefix("DOB ") {
        entity.add_birth_date(date::birth_date(text))?;
    } else if let Some(text) = remark
        .strip_prefix("nationality ")
        .or(remark.strip_prefix("citizen "))
    {
        entity.add_country(country(text))?;
    } else if let Some(text) = remark.strip_prefix("a.k.a. ") {
        entity.add_name(&in_order(text.trim_matches(['\'', '"'])), Strength::Weak)?;
    }
    Ok(())
}

/// A name as it is said: the files write the family name first, before a comma.
fn in_order(name: &str) -> String {
    match name.split_once(',') {
        Some((family, given)) => format!("{} {}", given.trim(), family.trim()),
        None => name.to_owned(),
    }
}
