//! From lines of text to a structured reading, and to a proven zone.

use serde::Serialize;
use thiserror::Error;

use super::check::check_digit;
use super::layout::{Format, Part, Span};

/// Why lines are not a machine-readable zone at all.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MrzError {
    /// No format has this many lines.
    #[error("a machine-readable zone has two or three lines, found {found}")]
    LineCount {
        /// Lines found.
        found: usize,
    },
    /// A line has a length that no format with this many lines has, or differs from the first.
    #[error("line {line} has {found} characters, which fits no format")]
    Length {
        /// The line, from 1.
        line: usize,
        /// Characters found.
        found: usize,
    },
    /// A character outside `0-9A-Z<`.
    #[error("line {line} has a character at column {column} that no zone contains")]
    Character {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
}

/// Which check digits agree; `None` where the format has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Checks {
    /// Check digit of the document number, the long TD1 and TD2 number included.
    pub document_number: bool,
    /// Check digit of the date of birth.
    pub birth_date: bool,
    /// Check digit of the date of expiry.
    pub expiry_date: Option<bool>,
    /// Check digit of the personal number of a passport.
    pub personal_number: Option<bool>,
    /// Check digit over several fields.
    pub composite: Option<bool>,
}

impl Checks {
    /// Tells whether every check digit that the format has agrees.
    pub fn all(&self) -> bool {
        self.document_number
            && self.birth_date
            && [self.expiry_date, self.personal_number, self.composite]
                .iter()
                .all(|c| *c != Some(false))
    }
}

/// A zone of the right shape, whether its check digits agree or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    format: Format,
    lines: Vec<String>,
    checks: Checks,
}

/// A zone whose check digits all agree.
///
/// They do not cover names, sex, issuing state and nationality, nor the blind pairs of
/// [`super::is_blind_pair`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mrz(Reading);

/// Reads lines as a zone: finds its format by shape and judges every check digit.
///
/// Lower-case letters are taken as their capitals; anything else outside `0-9A-Z<`, spaces
/// included, is refused.
///
/// # Errors
/// [`MrzError`] when no format has such lines. Wrong check digits are not an error but
/// [`Reading::checks`].
pub fn parse<S: AsRef<str>>(lines: &[S]) -> Result<Reading, MrzError> {
    if !(2..=3).contains(&lines.len()) {
        return Err(MrzError::LineCount { found: lines.len() });
    }
    let mut upper = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        upper.push(checked_line(
            line.as_ref(),
            index,
            upper.first(),
            lines.len(),
        )?);
    }
    let format = format_of(&upper);
    let mut reading = Reading {
        format,
        lines: upper,
        checks: Checks {
            document_number: false,
            birth_date: false,
            expiry_date: None,
            personal_number: None,
            composite: None,
        },
    };
    reading.checks = judge(&reading);
    Ok(reading)
}

/// Returns the line in capitals when its length and characters are those of a zone.
fn checked_line(
    line: &str,
    index: usize,
    first: Option<&String>,
    n_lines: usize,
) -> Result<String, MrzError> {
    let number = index + 1;
    // The longest line has 44 characters: what is far longer is not even looked at.
    let found = line.chars().take(1_000).count();
    let fits = match (first, n_lines) {
        (Some(first), _) => found == first.len(),
        (None, 3) => found == 30,
        (None, _) => found == 36 || found == 44,
    };
    if !fits {
        return Err(MrzError::Length {
            line: number,
            found,
        });
    }
    match line
        .chars()
        .position(|c| !(c.is_ascii_alphanumeric() || c == '<'))
    {
        Some(column) => Err(MrzError::Character {
            line: number,
            column: column + 1,
        }),
        None => Ok(line.to_ascii_uppercase()),
    }
}

/// The format of lines whose shape was checked.
fn format_of(lines: &[String]) -> Format {
    let first = lines.first().map_or("", String::as_str);
    match (lines.len(), first.len()) {
        (3, _) => Format::Td1,
        (_, 44) if first.starts_with('V') => Format::MrvA,
        (_, 44) => Format::Td3,
        _ if first.starts_with('V') => Format::MrvB,
        _ if first.starts_with("IDFRA") => Format::FrenchId,
        _ => Format::Td2,
    }
}

fn judge(reading: &Reading) -> Checks {
    Checks {
        document_number: number_agrees(reading),
        birth_date: agrees(reading, Part::Birth, Part::BirthCheck).unwrap_or(false),
        expiry_date: agrees(reading, Part::Expiry, Part::ExpiryCheck),
        personal_number: agrees(reading, Part::Optional, Part::OptionalCheck)
            .map(|agreed| agreed || personal_number_is_absent(reading)),
        composite: composite_agrees(reading),
    }
}

/// Doc 9303-4, 4.2.2.2: without a personal number its check digit may be `0` or a filler.
fn personal_number_is_absent(reading: &Reading) -> bool {
    let empty = reading
        .raw(Part::Optional)
        .is_some_and(|text| text.bytes().all(|b| b == b'<'));
    empty && reading.raw(Part::OptionalCheck) == Some("<")
}

/// Doc 9303-5 does not say whether the filler between the two pieces of a long number takes a weight
/// of its own. Its example gives it none, but readers and issuers differ, so both sums are accepted;
/// the composite check digit covers the same characters once more.
fn number_agrees(reading: &Reading) -> bool {
    match reading.long_number() {
        Some(long) => {
            let spaced = format!("{}<{}", long.head, long.tail);
            let digit = Some(long.digit);
            check_digit(&long.number()) == digit || check_digit(&spaced) == digit
        }
        None => agrees(reading, Part::Number, Part::NumberCheck).unwrap_or(false),
    }
}

fn agrees(reading: &Reading, data: Part, check: Part) -> Option<bool> {
    let (data, check) = (reading.raw(data)?, reading.raw(check)?);
    Some(check_digit(data) == check.chars().next())
}

fn composite_agrees(reading: &Reading) -> Option<bool> {
    let found = reading.raw(Part::CompositeCheck)?;
    let spans = reading.format.composite();
    let covered: String = spans
        .iter()
        .filter_map(|span| reading.slice(*span))
        .collect();
    Some(check_digit(&covered) == found.chars().next())
}

impl Reading {
    /// Returns the format.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Returns the lines in capitals.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Returns the verdict of each check digit.
    pub fn checks(&self) -> Checks {
        self.checks
    }

    /// Tells whether every check digit agrees.
    pub fn valid(&self) -> bool {
        self.checks.all()
    }

    /// Returns the characters of a part as they stand, fillers included; `None` where the format has
    /// no such part.
    pub fn raw(&self, part: Part) -> Option<&str> {
        let (line, columns) = self.format.span(part)?;
        self.lines.get(line)?.get(columns)
    }

    /// Turns the reading into a proven zone.
    ///
    /// # Errors
    /// The reading itself, when a check digit disagrees.
    pub fn into_mrz(self) -> Result<Mrz, Self> {
        if self.valid() {
            Ok(Mrz(self))
        } else {
            Err(self)
        }
    }

    /// A number of more than nine characters (Doc 9303-5 and -6, note on the document number): a
    /// filler stands for the check digit, and the number goes on in the optional data, its own check
    /// digit last, up to the next filler.
    pub(super) fn long_number(&self) -> Option<LongNumber<'_>> {
        if !matches!(self.format, Format::Td1 | Format::Td2)
            || self.raw(Part::NumberCheck) != Some("<")
        {
            return None;
        }
        let optional = self.raw(Part::Optional)?;
        let (piece, rest) = optional.split_once('<').unwrap_or((optional, ""));
        let (split, digit) = piece.char_indices().next_back()?;
        let head = self.raw(Part::Number)?;
        Some(LongNumber {
            head,
            tail: piece.get(..split)?,
            digit,
            rest,
        })
    }

    fn slice(&self, span: Span) -> Option<&str> {
        self.lines.get(span.0)?.get(span.1..span.2)
    }
}

/// The two pieces of a long document number.
pub(super) struct LongNumber<'a> {
    /// The first nine characters.
    head: &'a str,
    /// The characters in the optional data.
    tail: &'a str,
    /// The check digit behind them.
    digit: char,
    /// Optional data after the number.
    pub rest: &'a str,
}

impl LongNumber<'_> {
    /// Returns the whole number.
    pub(super) fn number(&self) -> String {
        format!("{}{}", self.head, self.tail)
    }
}

impl Mrz {
    /// Returns the reading behind it.
    pub fn reading(&self) -> &Reading {
        &self.0
    }
}
