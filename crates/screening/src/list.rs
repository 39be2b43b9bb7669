//! Official list files, read whole or refused.

mod csv_file;
mod date;
mod eu;
mod ofac_csv;
mod ofac_xml;
mod un;
mod xml;

use std::collections::HashMap;

use jiff::civil::Date;
use menshen_document::Country;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Entity;
use crate::error::{ListError, ListProblem};

pub use eu::eu_xml;
pub use ofac_csv::{OfacCsv, ofac_csv};
pub use ofac_xml::ofac_xml;
pub use un::un_xml;

/// Largest file that is read, in bytes. The largest official one has some 30 MB.
const MAX_BYTES: usize = 256 << 20;

/// Most entries of a list. The largest official one has some 20,000.
const MAX_ENTITIES: usize = 1_000_000;

/// Which file a list was read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListVersion {
    /// SHA-256 of the bytes (of several files: of their digests in order), in small hexadecimal digits.
    pub sha256: String,
    /// The date that the file itself carries, where it does.
    pub date: Option<Date>,
    /// Entries after merging.
    pub entities: usize,
}

/// A list and which one it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Which file.
    pub version: ListVersion,
    /// Entries in the order of the file, one for each id.
    pub entities: Vec<Entity>,
}

impl List {
    fn new(sha256: String, date: Option<Date>, entities: Vec<Entity>) -> Self {
        let version = ListVersion {
            sha256,
            date,
            entities: entities.len(),
        };
        Self { version, entities }
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Entries by id, in the order in which they came.
#[derive(Debug, Default)]
struct Entities {
    found: Vec<Entity>,
    places: HashMap<String, usize>,
}

impl Entities {
    fn add(&mut self, entity: Entity) -> Result<(), ListProblem> {
        if let Some(&place) = self.places.get(&entity.id) {
            return self.found[place].merge(entity);
        }
        if self.found.len() == MAX_ENTITIES {
            return Err(ListProblem::TooMany(MAX_ENTITIES, "entries"));
        }
        self.places.insert(entity.id.clone(), self.found.len());
        self.found.push(entity);
        Ok(())
    }

    fn get_mut(&mut self, id: &str) -> Option<&mut Entity> {
        self.places.get(id).map(|&place| &mut self.found[place])
    }
}

/// Returns the text of a file, without a byte-order mark.
fn text<'a>(file: &'static str, bytes: &'a [u8]) -> Result<&'a str, ListError> {
    let refuse = |place: usize, problem| ListError {
        file,
        place: format!("byte {place}"),
        problem,
    };
    if bytes.len() > MAX_BYTES {
        return Err(refuse(MAX_BYTES, ListProblem::TooLarge(MAX_BYTES)));
    }
    let text = str::from_utf8(bytes).map_err(|e| refuse(e.valid_up_to(), ListProblem::Encoding))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Finds a country by a code or by its English name, as lists write it.
fn country(text: &str) -> Option<Country> {
    /// Names of lists that differ from the short names of our own table.
    const CUSTOMARY: &[(&str, &str)] = &[
        ("russia", "RUS"),
        ("iran", "IRN"),
        ("syria", "SYR"),
        ("north korea", "PRK"),
        ("korea, north", "PRK"),
        ("south korea", "KOR"),
        ("korea, south", "KOR"),
        ("venezuela", "VEN"),
        ("bolivia", "BOL"),
        ("tanzania", "TZA"),
        ("moldova", "MDA"),
        ("burma", "MMR"),
        ("turkey", "TUR"),
        ("democratic republic of the congo", "COD"),
        ("congo, democratic republic of the", "COD"),
        ("united kingdom", "GBR"),
        ("united states", "USA"),
        ("hong kong", "HKG"),
        ("macau", "MAC"),
        ("taiwan", "TWN"),
        ("palestinian", "PSE"),
        ("vietnam", "VNM"),
        ("laos", "LAO"),
    ];
    let wanted = text.trim().to_lowercase();
    let customary = CUSTOMARY.iter().find(|(name, _)| *name == wanted);
    let by_code = customary.map(|(_, code)| *code).or_else(|| {
        let short = matches!(wanted.len(), 2 | 3) && wanted.is_ascii();
        short.then_some(wanted.as_str())
    });
    by_code
        .and_then(|code| Country::parse(code).ok())
        .or_else(|| Country::all().find(|known| known.english().to_lowercase() == wanted))
}
