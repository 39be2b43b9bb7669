//! The consolidated list of the Security Council.
//!
//! Fields relied on: root `CONSOLIDATED_LIST` with `dateGenerated`; `INDIVIDUAL` and `ENTITY` with `DATAID`,
//! `REFERENCE_NUMBER`, `FIRST_NAME` to `FOURTH_NAME`, `NAME_ORIGINAL_SCRIPT`, `UN_LIST_TYPE`,
//! `INDIVIDUAL_ALIAS`/`ENTITY_ALIAS` (`QUALITY`, `ALIAS_NAME`), `NATIONALITY/VALUE`,
//! `INDIVIDUAL_ADDRESS`/`ENTITY_ADDRESS` (`COUNTRY`), `INDIVIDUAL_PLACE_OF_BIRTH/COUNTRY`,
//! `INDIVIDUAL_DATE_OF_BIRTH` (`TYPE_OF_DATE`, `DATE`, `YEAR`, `FROM_YEAR`, `TO_YEAR`).

use super::xml::{Layout, Node, read};
use super::{Entities, List, country, date, sha256};
use crate::error::{ListError, ListProblem};
use crate::{BirthDate, Entity, Kind, ListName, Strength};

const FILE: &str = "consolidated.xml";
const LAYOUT: Layout = Layout {
    file: FILE,
    root: "CONSOLIDATED_LIST",
    records: &["INDIVIDUAL", "ENTITY"],
};

/// Reads the consolidated list of the Security Council in XML.
///
/// # Errors
/// [`ListError`] when the file is cut, malformed, hostile or of another kind.
pub fn un_xml(bytes: &[u8]) -> Result<List, ListError> {
    let mut entities = Entities::default();
    let mut generated = None;
    read(&LAYOUT, bytes, |node| match node.name.as_str() {
        "INDIVIDUAL" => entities.add(entry(&node, Kind::Person)?),
        "ENTITY" => entities.add(entry(&node, Kind::Organisation)?),
        _ => {
            generated = date::day(node.attribute("dateGenerated"));
            Ok(())
        }
    })?;
    if entities.found.is_empty() {
        let place = "the end".to_owned();
        return Err(ListError {
            file: FILE,
            place,
            problem: ListProblem::Empty,
        });
    }
    Ok(List::new(sha256(bytes), generated, entities.found))
}

fn entry(node: &Node, kind: Kind) -> Result<Entity, ListProblem> {
    let id = [node.field("DATAID"), node.field("REFERENCE_NUMBER")];
    let id = id.into_iter().find(|id| !id.is_empty());
    let id = id.ok_or(ListProblem::Unexpected {
        expected: "a DATAID",
    })?;
    let mut entity = Entity::new(ListName::UnConsolidated, id.to_owned(), kind);
    let parts = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"];
    entity.add_name(
        &parts.map(|part| node.field(part)).join(" "),
        Strength::Primary,
    )?;
    entity.add_name(node.field("NAME_ORIGINAL_SCRIPT"), Strength::Alias)?;
    if entity.names.is_empty() {
        return Err(ListProblem::Unexpected { expected: "a name" });
    }
    for alias in node.all("INDIVIDUAL_ALIAS").chain(node.all("ENTITY_ALIAS")) {
        let weak = alias.field("QUALITY").eq_ignore_ascii_case("low");
        // One element may hold several names.
        for name in alias.field("ALIAS_NAME").split(';') {
            entity.add_name(
                name,
                if weak {
                    Strength::Weak
                } else {
                    Strength::Alias
                },
            )?;
        }
    }
    for born in node.all("INDIVIDUAL_DATE_OF_BIRTH") {
        entity.add_birth_date(birth_date(born))?;
    }
    for value in node.within("NATIONALITY", "VALUE") {
        entity.add_country(country(&value.text))?;
    }
    for place in [
        "INDIVIDUAL_PLACE_OF_BIRTH",
        "INDIVIDUAL_ADDRESS",
        "ENTITY_ADDRESS",
    ] {
        for place in node.all(place) {
            entity.add_country(country(place.field("COUNTRY")))?;
        }
    }
    entity.add_programme(node.field("UN_LIST_TYPE"))?;
    Ok(entity)
}

fn birth_date(node: &Node) -> Option<BirthDate> {
    let (from, to) = (
        date::year(node.field("FROM_YEAR")),
        date::year(node.field("TO_YEAR")),
    );
    let known = match (date::day(node.field("DATE")), from, to) {
        (Some(day), ..) => BirthDate::Exact(day),
        (None, Some(from), Some(to)) => date::range(from, to)?,
        _ => BirthDate::Year(date::year(node.field("YEAR"))?),
    };
    match node.field("TYPE_OF_DATE").to_lowercase().as_str() {
        "approximately" => date::widened(known),
        _ => Some(known),
    }
}
