//! Reading rows strictly: ids, instants and words that are not what we write are errors, never defaults.

use std::fmt::Display;
use std::str::FromStr;

use menshen_core::time::Millis;
use sqlx::any::AnyRow;
use sqlx::{ColumnIndex, Decode, Row, Type};

use crate::StoreError;

/// A stored word that this version does not write.
#[derive(Debug, thiserror::Error)]
#[error("parse a stored word: not one of this version")]
pub struct UnknownWord;

/// Gives an enum its stored words, in both directions.
macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $type {
            /// Returns the word that is stored.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl std::str::FromStr for $type {
            type Err = crate::columns::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(crate::columns::UnknownWord),
                }
            }
        }
    };
}
pub(crate) use words;

/// A row and the table it came from, so that an error can say where it was.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'r> {
    pub table: &'static str,
    pub row: &'r AnyRow,
}

impl<'r> Reader<'r> {
    /// Returns a reader of a row.
    pub fn new(table: &'static str, row: &'r AnyRow) -> Self {
        Self { table, row }
    }

    fn corrupt(self, column: &'static str) -> StoreError {
        StoreError::Corrupt {
            table: self.table,
            column,
        }
    }

    /// Returns a column's value: `String`, `i64`, `Vec<u8>` or an option of these.
    pub fn get<T>(self, column: &'static str) -> Result<T, StoreError>
    where
        T: Decode<'r, sqlx::Any> + Type<sqlx::Any>,
        &'static str: ColumnIndex<AnyRow>,
    {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    /// Returns a column's text, parsed: an id or a word.
    pub fn parse<T: FromStr>(self, column: &'static str) -> Result<T, StoreError> {
        let text: String = self.get(column)?;
        text.parse().map_err(|_| self.corrupt(column))
    }

    /// Returns a column's text, parsed, where it has one.
    pub fn parse_maybe<T: FromStr>(self, column: &'static str) -> Result<Option<T>, StoreError> {
        let text: Option<String> = self.get(column)?;
        text.map(|text| text.parse().map_err(|_| self.corrupt(column)))
            .transpose()
    }

    /// Returns an instant.
    pub fn at(self, column: &'static str) -> Result<Millis, StoreError> {
        self.get(column).map(Millis)
    }

    /// Returns an instant where there is one.
    pub fn at_maybe(self, column: &'static str) -> Result<Option<Millis>, StoreError> {
        self.get::<Option<i64>>(column).map(|at| at.map(Millis))
    }

    /// Returns a list that is stored with commas.
    pub fn list(self, column: &'static str) -> Result<Vec<String>, StoreError> {
        let text: String = self.get(column)?;
        Ok(text
            .split(',')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect())
    }

    /// Returns a yes or no that is stored as 1 or 0.
    pub fn flag(self, column: &'static str) -> Result<bool, StoreError> {
        match self.get::<i64>(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.corrupt(column)),
        }
    }
}

/// Maps every row of an answer.
pub(crate) fn all<T>(
    table: &'static str,
    rows: &[AnyRow],
    read: impl Fn(Reader<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    rows.iter()
        .map(|row| read(Reader::new(table, row)))
        .collect()
}

/// Maps the one row of an answer, where there is one.
pub(crate) fn one<T>(
    table: &'static str,
    row: Option<AnyRow>,
    read: impl Fn(Reader<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    row.map(|row| read(Reader::new(table, &row))).transpose()
}

/// Returns what every id of a page must be smaller than; `g` comes after all hexadecimal digits.
pub(crate) fn older_than(after: Option<impl Display>) -> String {
    after.map_or_else(|| "g".to_owned(), |id| id.to_string())
}

/// Returns what every id of a page must be greater than.
pub(crate) fn newer_than(after: Option<impl Display>) -> String {
    after.map_or_else(String::new, |id| id.to_string())
}
