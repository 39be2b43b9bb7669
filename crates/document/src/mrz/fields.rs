//! What a zone says, part by part.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::date::DocumentDate;
use super::layout::Part;
use super::reading::{Mrz, Reading};

/// Sex as a document states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Sex {
    /// Male.
    #[serde(rename = "M")]
    Male,
    /// Female.
    #[serde(rename = "F")]
    Female,
    /// Not stated, or neither (`<` in a zone, `X` in print).
    #[serde(rename = "X")]
    Unspecified,
}

/// The contents of a zone; outer fillers are gone, those inside numbers stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fields {
    /// One or two characters; the first is `P`, `V`, `I`, `A` or `C` on documents of Doc 9303.
    pub document_code: String,
    /// Issuing state or organisation, see [`crate::country`].
    pub issuing_state: String,
    /// Primary identifier, components separated by a space.
    pub surname: String,
    /// Secondary identifiers, separated by a space; empty when there are none.
    pub given_names: String,
    /// Surname and given names in the order of the zone.
    pub name: String,
    /// The name reaches the last position of its field, so that some of it may be missing.
    pub name_truncated: bool,
    /// Document number; the two pieces of a long one are joined.
    pub document_number: String,
    /// Nationality; empty where the format has none.
    pub nationality: String,
    /// Date of birth; `None` when what stands there is no date.
    pub birth_date: Option<DocumentDate>,
    /// Sex; `None` when what stands there is none of `M`, `F`, `X` and filler.
    pub sex: Option<Sex>,
    /// Date of expiry; `None` when what stands there is no date or the format has none.
    pub expiry_date: Option<DocumentDate>,
    /// Optional data, without the end of a long document number.
    pub optional_data: Option<String>,
    /// The second field of optional data of a TD1 zone.
    pub second_optional_data: Option<String>,
    /// Personal number of a passport.
    pub personal_number: Option<String>,
}

impl Reading {
    /// Returns what the zone says; centuries of dates follow from `today` and the field's meaning.
    ///
    /// Works on readings with wrong check digits too: what they contain may then be misread.
    pub fn fields(&self, today: Date) -> Fields {
        let (surname, given_names) = self.names();
        let name = format!("{surname} {given_names}").trim().to_owned();
        let text = |part| self.raw(part).map(trimmed).unwrap_or_default();
        let (document_number, optional) = match self.long_number() {
            Some(long) => (trimmed(&long.number()), trimmed(long.rest)),
            None => (text(Part::Number), text(Part::Optional)),
        };
        let birth_date = DocumentDate::birth(self.raw(Part::Birth).unwrap_or_default(), today);
        let has_personal_number = self.raw(Part::OptionalCheck).is_some();
        Fields {
            document_code: text(Part::DocumentCode),
            issuing_state: text(Part::IssuingState),
            surname,
            given_names,
            name,
            name_truncated: self.name_truncated(),
            document_number,
            nationality: text(Part::Nationality),
            birth_date,
            sex: self.sex(),
            expiry_date: self
                .raw(Part::Expiry)
                .and_then(|text| DocumentDate::expiry(text, birth_date, today)),
            optional_data: filled(&optional).filter(|_| !has_personal_number),
            second_optional_data: filled(&text(Part::SecondOptional)),
            personal_number: filled(&optional).filter(|_| has_personal_number),
        }
    }

    fn names(&self) -> (String, String) {
        let names = self.raw(Part::Names).unwrap_or_default();
        match (self.raw(Part::GivenNames), names.split_once("<<")) {
            (Some(given), _) => (spaced(names), spaced(given)),
            (None, Some((surname, given))) => (spaced(surname), spaced(given)),
            (None, None) => (spaced(names), String::new()),
        }
    }

    /// Doc 9303-4, 4.2.3: a letter in the last position says that the name may be cut.
    fn name_truncated(&self) -> bool {
        [Part::Names, Part::GivenNames]
            .iter()
            .filter_map(|part| self.raw(*part))
            .any(|field| !field.ends_with('<'))
    }

    fn sex(&self) -> Option<Sex> {
        match self.raw(Part::Sex)? {
            "M" => Some(Sex::Male),
            "F" => Some(Sex::Female),
            "X" | "<" => Some(Sex::Unspecified),
            _ => None,
        }
    }
}

impl Mrz {
    /// Returns what the zone says, see [`Reading::fields`].
    pub fn fields(&self, today: Date) -> Fields {
        self.reading().fields(today)
    }
}

fn trimmed(text: &str) -> String {
    text.trim_matches('<').to_owned()
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Turns fillers into single spaces.
fn spaced(text: &str) -> String {
    text.split('<')
        .filter(|piece| !piece.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
