//! The text that a person writes on the sheet.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Nonce;
use crate::catalogue::{Catalogue, Locale};

/// Longest name, as `document::name` compares it.
const LONGEST_NAME: usize = 120;
/// Longest name of a service; people write it by hand.
const LONGEST_SERVICE: usize = 40;

/// A text that was dictated to one person for one case. Personal data: it is kept sealed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Statement(Parts);

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    locale: Locale,
    name: String,
    service: String,
    date: Date,
    nonce: Nonce,
}

/// The words of the text in one language, part of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementWords {
    /// Who speaks, with `{name}`.
    name: String,
    /// What for, with `{service}`.
    purpose: String,
    /// When, with `{year}`, `{month}` and `{day}`.
    date: String,
}

/// Why nothing can be dictated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoStatement {
    /// No name, too long a one, or one over several lines.
    #[error("compose a statement: the name must be one line of 1 to {LONGEST_NAME} characters")]
    Name,
    /// The same of the service's name.
    #[error(
        "compose a statement: the service's name must be one line of 1 to {LONGEST_SERVICE} characters"
    )]
    Service,
}

impl Statement {
    /// Composes the text: `name` is the person's as typed or shown, `service` the operator's, `date` the day in the
    /// operator's time zone ([`Calendar::date`](crate::calendar::Calendar::date)).
    ///
    /// # Errors
    /// [`NoStatement`] for names that no sheet can hold.
    pub fn new(
        locale: Locale,
        name: &str,
        service: &str,
        date: Date,
        nonce: Nonce,
    ) -> Result<Self, NoStatement> {
        Self::try_from(Parts {
            locale,
            name: name.trim().to_owned(),
            service: service.trim().to_owned(),
            date,
            nonce,
        })
    }

    /// Returns the lines to write, top to bottom.
    pub fn lines(&self) -> [String; 4] {
        let words = self.words();
        let date = self.0.date;
        let two = |number: i8| format!("{number:02}");
        [
            words.name.replacen("{name}", &self.0.name, 1),
            self.purpose(),
            words
                .date
                .replacen("{year}", &date.year().to_string(), 1)
                .replacen("{month}", &two(date.month()), 1)
                .replacen("{day}", &two(date.day()), 1),
            self.0.nonce.to_string(),
        ]
    }

    /// Returns the language.
    pub fn locale(&self) -> Locale {
        self.0.locale
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Returns the day.
    pub fn date(&self) -> Date {
        self.0.date
    }

    /// Returns the code of the case.
    pub fn nonce(&self) -> &Nonce {
        &self.0.nonce
    }

    /// Returns the sentence about the purpose.
    pub fn purpose(&self) -> String {
        let words = self.words();
        words.purpose.replacen("{service}", &self.0.service, 1)
    }

    fn words(&self) -> &'static StatementWords {
        Catalogue::of(self.0.locale).statement()
    }
}

impl std::fmt::Debug for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Statement(..)")
    }
}

impl TryFrom<Parts> for Statement {
    type Error = NoStatement;

    fn try_from(parts: Parts) -> Result<Self, NoStatement> {
        if !is_line(&parts.name, LONGEST_NAME) {
            return Err(NoStatement::Name);
        }
        if !is_line(&parts.service, LONGEST_SERVICE) {
            return Err(NoStatement::Service);
        }
        Ok(Self(parts))
    }
}

impl From<Statement> for Parts {
    fn from(statement: Statement) -> Self {
        statement.0
    }
}

fn is_line(text: &str, longest: usize) -> bool {
    let length = text.chars().count();
    let written = text.chars().any(char::is_alphanumeric);
    (1..=longest).contains(&length) && written && !text.chars().any(char::is_control)
}
