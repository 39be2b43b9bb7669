//! `sdn.xml` of OFAC.
//!
//! Fields relied on: root `sdnList`; `publshInformation` (so spelled) with `Publish_Date` (month/day/year) and
//! `Record_Count`; `sdnEntry` with `uid`, `lastName`, `firstName`, `sdnType`, `programList/program`,
//! `akaList/aka` (`category` strong or weak, `lastName`, `firstName`), `nationalityList/nationality/country`,
//! `citizenshipList/citizenship/country`, `addressList/address/country`, `dateOfBirthList/dateOfBirthItem/dateOfBirth`.

use jiff::civil::Date;

use super::xml::{Layout, Node, read};
use super::{Entities, List, country, date, sha256};
use crate::error::{ListError, ListProblem};
use crate::{Entity, Kind, ListName, Strength};

const FILE: &str = "sdn.xml";
const LAYOUT: Layout = Layout {
    file: FILE,
    root: "sdnList",
    records: &["publshInformation", "sdnEntry"],
};

/// Reads `sdn.xml` of OFAC.
///
/// # Errors
/// [`ListError`] when the file is cut, malformed, hostile, of another kind, or has another number of
/// entries than it announces.
pub fn ofac_xml(bytes: &[u8]) -> Result<List, ListError> {
    let mut entities = Entities::default();
    let mut head: Option<(Option<Date>, u64)> = None;
    let mut found = 0;
    read(&LAYOUT, bytes, |node| {
        match node.name.as_str() {
            "publshInformation" => {
                let announced = node.field("Record_Count").parse();
                let announced = announced.map_err(|_| ListProblem::Unexpected {
                    expected: "a number in Record_Count",
                })?;
                head = Some((date::american(node.field("Publish_Date")), announced));
            }
            "sdnEntry" => {
                found += 1;
                entities.add(entry(&node)?)?;
            }
            _ => {}
        }
        Ok(())
    })?;
    let refuse = |problem| ListError {
        file: FILE,
        place: "the end".to_owned(),
        problem,
    };
    let (date, announced) = head.ok_or_else(|| {
        refuse(ListProblem::Unexpected {
            expected: "publshInformation",
        })
    })?;
    if announced != found {
        return Err(refuse(ListProblem::Count { announced, found }));
    }
    if found == 0 {
        return Err(refuse(ListProblem::Empty));
    }
    Ok(List::new(sha256(bytes), date, entities.found))
}

/// The word for a kind, as both forms of the list have it.
pub(super) fn kind(text: &str) -> Kind {
    match text.trim().to_lowercase().as_str() {
        "individual" => Kind::Person,
        "entity" => Kind::Organisation,
        "vessel" => Kind::Vessel,
        _ => Kind::Other,
    }
}

fn entry(node: &Node) -> Result<Entity, ListProblem> {
    let id = node.field("uid");
    if id.is_empty() {
        return Err(ListProblem::Unexpected { expected: "a uid" });
    }
    let mut entity = Entity::new(
        ListName::OfacSdn,
        id.to_owned(),
        kind(node.field("sdnType")),
    );
    entity.add_name(&name(node), Strength::Primary)?;
    if entity.names.is_empty() {
        return Err(ListProblem::Unexpected { expected: "a name" });
    }
    for aka in node.within("akaList", "aka") {
        let weak = aka.field("category").eq_ignore_ascii_case("weak");
        entity.add_name(
            &name(aka),
            if weak {
                Strength::Weak
            } else {
                Strength::Alias
            },
        )?;
    }
    for item in node.within("dateOfBirthList", "dateOfBirthItem") {
        entity.add_birth_date(date::birth_date(item.field("dateOfBirth")))?;
    }
    let places = [
        ("nationalityList", "nationality"),
        ("citizenshipList", "citizenship"),
        ("addressList", "address"),
    ];
    for (list, item) in places {
        for place in node.within(list, item) {
            entity.add_country(country(place.field("country")))?;
        }
    }
    for programme in node.within("programList", "program") {
        entity.add_programme(&programme.text)?;
    }
    Ok(entity)
}

fn name(node: &Node) -> String {
    format!("{} {}", node.field("firstName"), node.field("lastName"))
}
