//! The consolidated list of financial sanctions of the European Union.
//!
//! Fields relied on (attributes, in the namespace of the export): root `export` with `generationDate`;
//! `sanctionEntity` with `logicalId`, `euReferenceNumber`; in it `subjectType` (`code`), `nameAlias` (`wholeName`,
//! `firstName`, `middleName`, `lastName`, `strong`), `birthdate` (`birthdate`, `year`, `yearRangeFrom`, `yearRangeTo`, `circa`,
//! `countryIso2Code`), `citizenship` and `address` (`countryIso2Code`), `regulation` (`programme`).

use super::xml::{Layout, Node, read};
use super::{Entities, List, country, date, sha256};
use crate::error::{ListError, ListProblem};
use crate::{BirthDate, Entity, Kind, ListName, Strength};

const FILE: &str = "export.xml";
const LAYOUT: Layout = Layout {
    file: FILE,
    root: "export",
    records: &["sanctionEntity"],
};

/// Reads the consolidated list of the European Union in XML.
///
/// # Errors
/// [`ListError`] when the file is cut, malformed, hostile or of another kind.
pub fn eu_xml(bytes: &[u8]) -> Result<List, ListError> {
    let mut entities = Entities::default();
    let mut generated = None;
    read(&LAYOUT, bytes, |node| {
        if node.name == "sanctionEntity" {
            return entities.add(entry(&node)?);
        }
        generated = date::day(node.attribute("generationDate"));
        Ok(())
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

fn entry(node: &Node) -> Result<Entity, ListProblem> {
    let id = [
        node.attribute("euReferenceNumber"),
        node.attribute("logicalId"),
    ];
    let id = id.into_iter().find(|id| !id.is_empty());
    let id = id.ok_or(ListProblem::Unexpected {
        expected: "a euReferenceNumber",
    })?;
    let kind = match node
        .all("subjectType")
        .next()
        .map_or("", |kind| kind.attribute("code"))
    {
        "person" => Kind::Person,
        "enterprise" => Kind::Organisation,
        _ => Kind::Other,
    };
    let mut entity = Entity::new(ListName::EuConsolidated, id.to_owned(), kind);
    for alias in node.all("nameAlias") {
        let weak = alias.attribute("strong").eq_ignore_ascii_case("false");
        let strength = match (entity.names.is_empty(), weak) {
            (true, false) => Strength::Primary,
            (false, false) => Strength::Alias,
            (_, true) => Strength::Weak,
        };
        entity.add_name(&whole_name(alias), strength)?;
    }
    if entity.names.is_empty() {
        return Err(ListProblem::Unexpected { expected: "a name" });
    }
    entity.names.sort_by_key(|name| name.strength);
    for born in node.all("birthdate") {
        entity.add_birth_date(birth_date(born))?;
    }
    for place in ["citizenship", "birthdate", "address"] {
        for place in node.all(place) {
            // "00" stands for a country that nobody knows.
            entity.add_country(country(place.attribute("countryIso2Code")))?;
        }
    }
    for regulation in node.all("regulation") {
        entity.add_programme(regulation.attribute("programme"))?;
    }
    Ok(entity)
}

fn whole_name(alias: &Node) -> String {
    match alias.attribute("wholeName") {
        "" => ["firstName", "middleName", "lastName"]
            .map(|part| alias.attribute(part))
            .join(" "),
        whole => whole.to_owned(),
    }
}

fn birth_date(node: &Node) -> Option<BirthDate> {
    let year = |name| date::year(node.attribute(name));
    let known = match (date::day(node.attribute("birthdate")), year("year")) {
        (Some(day), _) => BirthDate::Exact(day),
        (None, Some(year)) => BirthDate::Year(year),
        (None, None) => date::range(year("yearRangeFrom")?, year("yearRangeTo")?)?,
    };
    if node.attribute("circa").eq_ignore_ascii_case("true") {
        date::widened(known)
    } else {
        Some(known)
    }
}
