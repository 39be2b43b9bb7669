//! What a person says about themselves: the typed data of one verification.

use jiff::civil::Date;
use menshen_document::DocumentKind;
pub use menshen_document::mrz::Sex;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

/// The typed data. Personal: never in a log, a metric or an error text.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The kind of document chosen.
    pub document: DocumentKind,
    /// Issuing state, ICAO three-letter code.
    pub country: String,
    /// The name as on the document, in its script.
    pub name: String,
    /// Date of birth.
    pub birth_date: Date,
    /// Sex.
    #[serde(default)]
    pub sex: Option<Sex>,
    /// Nationality, ICAO three-letter code.
    #[serde(default)]
    pub nationality: Option<String>,
    /// Country of birth, ICAO three-letter code.
    #[serde(default)]
    pub birth_country: Option<String>,
    /// The document's number.
    pub number: String,
    /// What the verification is for; kept, not judged.
    #[serde(default)]
    pub purpose: Option<String>,
    /// The identity first verified for this account, when there is one.
    #[serde(default)]
    pub first: Option<FirstIdentity>,
}

/// ICAO Doc 9303-3, part 5: the code of a person of unspecified nationality. No state issues documents under it.
const UNSPECIFIED: &str = "XXX";

impl Claims {
    /// Returns the data of nobody: what somebody is compared with who wants to recover an account that does not exist, so that
    /// nothing tells it from one that does. No document says this.
    pub fn of_nobody() -> Self {
        Self {
            document: DocumentKind::Passport,
            country: UNSPECIFIED.to_owned(),
            name: "\u{fffd}".to_owned(),
            birth_date: Date::ZERO,
            sex: None,
            nationality: None,
            birth_country: None,
            number: "\u{fffd}".to_owned(),
            purpose: None,
            first: Some(FirstIdentity {
                name: "\u{fffd}".to_owned(),
                number: "\u{fffd}".to_owned(),
            }),
        }
    }
}

/// The identity first verified for an account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstIdentity {
    /// The name.
    pub name: String,
    /// The document's number.
    pub number: String,
}

/// Why typed data was not understood. Names the key, never its value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClaimsError {
    /// Not JSON, or not an object.
    #[error("claims are not a JSON object (line {line}, column {column})")]
    Syntax {
        /// Line, from 1; 0 when the text is JSON of another type.
        line: usize,
        /// Column, from 1; 0 when the text is JSON of another type.
        column: usize,
    },
    /// A key that is not part of the claims.
    #[error("claims carry the unknown key `{key}`; known keys: {}", KEYS.join(", "))]
    UnknownKey {
        /// The key.
        key: String,
    },
    /// A key that must be there.
    #[error("claims lack the key `{key}`")]
    Missing {
        /// The key.
        key: &'static str,
    },
    /// A value of another type or form.
    #[error("claims have an invalid value at `{key}`; expected {expected}")]
    Invalid {
        /// The key.
        key: &'static str,
        /// What was expected.
        expected: &'static str,
    },
}

/// Every key of the claims.
const KEYS: [&str; 10] = [
    "document",
    "country",
    "name",
    "birth_date",
    "sex",
    "nationality",
    "birth_country",
    "number",
    "purpose",
    "first",
];

impl Claims {
    /// Reads claims from JSON.
    ///
    /// # Errors
    /// [`ClaimsError`], which names the key at fault and never repeats what was typed.
    pub fn from_json(text: &str) -> Result<Self, ClaimsError> {
        let value: Value = serde_json::from_str(text).map_err(|error| ClaimsError::Syntax {
            line: error.line(),
            column: error.column(),
        })?;
        let Value::Object(mut map) = value else {
            return Err(ClaimsError::Syntax { line: 0, column: 0 });
        };
        if let Some(key) = map.keys().find(|key| !KEYS.contains(&key.as_str())) {
            // A key is not typed by the person, but may be anything: it is cut to a sane length.
            return Err(ClaimsError::UnknownKey {
                key: key.chars().take(40).collect(),
            });
        }
        let code = "an ICAO three-letter country code";
        Ok(Self {
            document: required(&mut map, "document", "a kind of document, e.g. prc_id_card")?,
            country: required(&mut map, "country", code)?,
            name: required(&mut map, "name", "text")?,
            birth_date: required(&mut map, "birth_date", "a date YYYY-MM-DD")?,
            sex: optional(&mut map, "sex", "M, F, X or null")?,
            nationality: optional(&mut map, "nationality", code)?,
            birth_country: optional(&mut map, "birth_country", code)?,
            number: required(&mut map, "number", "text")?,
            purpose: optional(&mut map, "purpose", "text or null")?,
            first: optional(&mut map, "first", "{\"name\", \"number\"} or null")?,
        })
    }
}

fn required<T: DeserializeOwned>(
    map: &mut Map<String, Value>,
    key: &'static str,
    expected: &'static str,
) -> Result<T, ClaimsError> {
    let value = map.remove(key).ok_or(ClaimsError::Missing { key })?;
    serde_json::from_value(value).map_err(|_| ClaimsError::Invalid { key, expected })
}

fn optional<T: DeserializeOwned>(
    map: &mut Map<String, Value>,
    key: &'static str,
    expected: &'static str,
) -> Result<Option<T>, ClaimsError> {
    match map.remove(key) {
        None => Ok(None),
        Some(value) => {
            serde_json::from_value(value).map_err(|_| ClaimsError::Invalid { key, expected })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"document":"prc_id_card","country":"CHN","name":"张伟","birth_date":"1990-01-31",
        "sex":"M","nationality":"CHN","birth_country":null,"number":"11010519900131001X"}"#;

    fn error_of(text: &str) -> String {
        match Claims::from_json(text) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn good_claims_are_read_and_written_back_alike() {
        let claims = Claims::from_json(GOOD).expect("good claims");
        assert_eq!(claims.sex, Some(Sex::Male));
        let text = serde_json::to_string(&claims).expect("claims serialise");
        assert!(Claims::from_json(&text) == Ok(claims));
    }

    #[test]
    fn each_fault_names_its_key_and_no_value() {
        let cases = [
            (
                GOOD.replace("\"sex\"", "\"gender\""),
                "unknown key `gender`",
            ),
            (
                GOOD.replace("1990-01-31", "1990-02-31"),
                "`birth_date`; expected a date",
            ),
            (
                GOOD.replace("\"prc_id_card\"", "\"paper\""),
                "`document`; expected a kind",
            ),
            (
                GOOD.replace("\"number\":\"11010519900131001X\"", "\"purpose\":null"),
                "lack the key `number`",
            ),
            ("[]".to_owned(), "not a JSON object"),
            ("{".to_owned(), "not a JSON object (line 1"),
        ];
        for (text, expected) in cases {
            let found = error_of(&text);
            assert!(found.contains(expected), "{found}");
            assert!(
                !found.contains("张伟") && !found.contains("02-31"),
                "{found}"
            );
        }
    }
}
