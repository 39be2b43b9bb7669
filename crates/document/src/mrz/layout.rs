//! Where each part of a zone stands, format by format.

use serde::{Deserialize, Serialize};

/// The format of a machine-readable zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Format {
    /// Card of ID-1 size: three lines of 30 (Doc 9303-5).
    #[serde(rename = "TD1")]
    Td1,
    /// Card of ID-2 size: two lines of 36 (Doc 9303-6).
    #[serde(rename = "TD2")]
    Td2,
    /// Passport: two lines of 44 (Doc 9303-4).
    #[serde(rename = "TD3")]
    Td3,
    /// Visa of the larger size: two lines of 44 (Doc 9303-7).
    #[serde(rename = "MRVA")]
    MrvA,
    /// Visa of the smaller size: two lines of 36 (Doc 9303-7).
    #[serde(rename = "MRVB")]
    MrvB,
    /// French identity card issued 1988 to 2021: two lines of 36 that begin with `IDFRA`, laid out
    /// by the decree of 1987 and not by Doc 9303. It has no expiry date.
    #[serde(rename = "FRENCH_NATIONAL_ID")]
    FrenchId,
}

/// Part of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// One or two letters that say what kind of document it is.
    DocumentCode,
    /// Issuing state or organisation.
    IssuingState,
    /// Name field: surname, two fillers, given names (the surname alone on a French card).
    Names,
    /// Given names, where they have a field of their own.
    GivenNames,
    /// Document number (its first nine characters).
    Number,
    /// Check digit of the document number.
    NumberCheck,
    /// Nationality.
    Nationality,
    /// Date of birth, `YYMMDD`.
    Birth,
    /// Check digit of the date of birth.
    BirthCheck,
    /// Sex.
    Sex,
    /// Date of expiry, `YYMMDD`.
    Expiry,
    /// Check digit of the date of expiry.
    ExpiryCheck,
    /// Optional data (the personal number of a passport).
    Optional,
    /// Second field of optional data.
    SecondOptional,
    /// Check digit of the personal number.
    OptionalCheck,
    /// Check digit over several fields.
    CompositeCheck,
}

/// What may stand at a position of a zone, for readers of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CharClass {
    /// `A-Z<`.
    Letter,
    /// `0-9<`.
    Digit,
    /// `M`, `F`, `X` (deprecated but in use) or `<`.
    Sex,
    /// `0-9A-Z<`.
    Any,
}

/// A run of characters: line, first column, column after the last (all from 0).
#[derive(Clone, Copy, Debug)]
pub(super) struct Span(pub usize, pub usize, pub usize);

type Parts = &'static [(Part, Span)];

const TD1: Parts = &[
    (Part::DocumentCode, Span(0, 0, 2)),
    (Part::IssuingState, Span(0, 2, 5)),
    (Part::Number, Span(0, 5, 14)),
    (Part::NumberCheck, Span(0, 14, 15)),
    (Part::Optional, Span(0, 15, 30)),
    (Part::Birth, Span(1, 0, 6)),
    (Part::BirthCheck, Span(1, 6, 7)),
    (Part::Sex, Span(1, 7, 8)),
    (Part::Expiry, Span(1, 8, 14)),
    (Part::ExpiryCheck, Span(1, 14, 15)),
    (Part::Nationality, Span(1, 15, 18)),
    (Part::SecondOptional, Span(1, 18, 29)),
    (Part::CompositeCheck, Span(1, 29, 30)),
    (Part::Names, Span(2, 0, 30)),
];

const TD2: Parts = &[
    (Part::DocumentCode, Span(0, 0, 2)),
    (Part::IssuingState, Span(0, 2, 5)),
    (Part::Names, Span(0, 5, 36)),
    (Part::Number, Span(1, 0, 9)),
    (Part::NumberCheck, Span(1, 9, 10)),
    (Part::Nationality, Span(1, 10, 13)),
    (Part::Birth, Span(1, 13, 19)),
    (Part::BirthCheck, Span(1, 19, 20)),
    (Part::Sex, Span(1, 20, 21)),
    (Part::Expiry, Span(1, 21, 27)),
    (Part::ExpiryCheck, Span(1, 27, 28)),
    (Part::Optional, Span(1, 28, 35)),
    (Part::CompositeCheck, Span(1, 35, 36)),
];

const TD3: Parts = &[
    (Part::DocumentCode, Span(0, 0, 2)),
    (Part::IssuingState, Span(0, 2, 5)),
    (Part::Names, Span(0, 5, 44)),
    (Part::Number, Span(1, 0, 9)),
    (Part::NumberCheck, Span(1, 9, 10)),
    (Part::Nationality, Span(1, 10, 13)),
    (Part::Birth, Span(1, 13, 19)),
    (Part::BirthCheck, Span(1, 19, 20)),
    (Part::Sex, Span(1, 20, 21)),
    (Part::Expiry, Span(1, 21, 27)),
    (Part::ExpiryCheck, Span(1, 27, 28)),
    (Part::Optional, Span(1, 28, 42)),
    (Part::OptionalCheck, Span(1, 42, 43)),
    (Part::CompositeCheck, Span(1, 43, 44)),
];

const MRV_A: Parts = &[
    (Part::DocumentCode, Span(0, 0, 2)),
    (Part::IssuingState, Span(0, 2, 5)),
    (Part::Names, Span(0, 5, 44)),
    (Part::Number, Span(1, 0, 9)),
    (Part::NumberCheck, Span(1, 9, 10)),
    (Part::Nationality, Span(1, 10, 13)),
    (Part::Birth, Span(1, 13, 19)),
    (Part::BirthCheck, Span(1, 19, 20)),
    (Part::Sex, Span(1, 20, 21)),
    (Part::Expiry, Span(1, 21, 27)),
    (Part::ExpiryCheck, Span(1, 27, 28)),
    (Part::Optional, Span(1, 28, 44)),
];

const MRV_B: Parts = &[
    (Part::DocumentCode, Span(0, 0, 2)),
    (Part::IssuingState, Span(0, 2, 5)),
    (Part::Names, Span(0, 5, 36)),
    (Part::Number, Span(1, 0, 9)),
    (Part::NumberCheck, Span(1, 9, 10)),
    (Part::Nationality, Span(1, 10, 13)),
    (Part::Birth, Span(1, 13, 19)),
    (Part::BirthCheck, Span(1, 19, 20)),
    (Part::Sex, Span(1, 20, 21)),
    (Part::Expiry, Span(1, 21, 27)),
    (Part::ExpiryCheck, Span(1, 27, 28)),
    (Part::Optional, Span(1, 28, 36)),
];

const FRENCH_ID: Parts = &[
    (Part::DocumentCode, Span(0, 0, 2)),
    (Part::IssuingState, Span(0, 2, 5)),
    (Part::Names, Span(0, 5, 30)),
    // Department and office of issue.
    (Part::Optional, Span(0, 30, 36)),
    // Year and month of issue, department and a running number.
    (Part::Number, Span(1, 0, 12)),
    (Part::NumberCheck, Span(1, 12, 13)),
    (Part::GivenNames, Span(1, 13, 27)),
    (Part::Birth, Span(1, 27, 33)),
    (Part::BirthCheck, Span(1, 33, 34)),
    (Part::Sex, Span(1, 34, 35)),
    (Part::CompositeCheck, Span(1, 35, 36)),
];

impl Format {
    /// Every format.
    pub const ALL: [Self; 6] = [
        Self::Td1,
        Self::Td2,
        Self::Td3,
        Self::MrvA,
        Self::MrvB,
        Self::FrenchId,
    ];

    /// Returns the number of lines and of characters in each.
    pub fn size(self) -> (usize, usize) {
        match self {
            Self::Td1 => (3, 30),
            Self::Td2 | Self::MrvB | Self::FrenchId => (2, 36),
            Self::Td3 | Self::MrvA => (2, 44),
        }
    }

    /// Returns line, first column and column after the last of a part, all from 0; `None` where the
    /// format has no such part.
    pub fn span(self, part: Part) -> Option<(usize, std::ops::Range<usize>)> {
        let (_, span) = self
            .parts()
            .iter()
            .find(|(candidate, _)| *candidate == part)?;
        Some((span.0, span.1..span.2))
    }

    /// The parts that the composite check digit covers, in order (Doc 9303-4 to -6, "composite
    /// check digit"; visas have none).
    pub(super) fn composite(self) -> &'static [Span] {
        match self {
            Self::Td1 => &[
                Span(0, 5, 30),
                Span(1, 0, 7),
                Span(1, 8, 15),
                Span(1, 18, 29),
            ],
            Self::Td2 => &[Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, 35)],
            Self::Td3 => &[Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, 43)],
            Self::FrenchId => &[Span(0, 0, 36), Span(1, 0, 35)],
            Self::MrvA | Self::MrvB => &[],
        }
    }

    fn parts(self) -> Parts {
        match self {
            Self::Td1 => TD1,
            Self::Td2 => TD2,
            Self::Td3 => TD3,
            Self::MrvA => MRV_A,
            Self::MrvB => MRV_B,
            Self::FrenchId => FRENCH_ID,
        }
    }
}

/// Returns what may stand at `line` and `column` (from 0) of a zone of this format.
///
/// A position outside the format is [`CharClass::Any`].
pub fn char_class(format: Format, line: usize, column: usize) -> CharClass {
    let part = format
        .parts()
        .iter()
        .find(|(_, span)| span.0 == line && (span.1..span.2).contains(&column))
        .map(|(part, _)| *part);
    match part {
        Some(
            Part::DocumentCode
            | Part::IssuingState
            | Part::Nationality
            | Part::Names
            | Part::GivenNames,
        ) => CharClass::Letter,
        Some(
            Part::NumberCheck
            | Part::Birth
            | Part::BirthCheck
            | Part::Expiry
            | Part::ExpiryCheck
            | Part::OptionalCheck
            | Part::CompositeCheck,
        ) => CharClass::Digit,
        Some(Part::Sex) => CharClass::Sex,
        Some(Part::Number | Part::Optional | Part::SecondOptional) | None => CharClass::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_every_format_belongs_to_exactly_one_part() {
        for format in Format::ALL {
            let (lines, width) = format.size();
            for line in 0..lines {
                for column in 0..width {
                    let owners = format
                        .parts()
                        .iter()
                        .filter(|(_, s)| s.0 == line && (s.1..s.2).contains(&column))
                        .count();
                    assert_eq!(owners, 1, "{format:?} line {line} column {column}");
                }
            }
            let longest = format.parts().iter().map(|(_, s)| (s.0, s.2)).max();
            assert_eq!(longest, Some((lines - 1, width)), "{format:?}");
        }
    }

    #[test]
    fn positions_tell_letters_from_digits() {
        assert_eq!(char_class(Format::Td1, 0, 0), CharClass::Letter);
        assert_eq!(char_class(Format::Td1, 0, 14), CharClass::Digit);
        assert_eq!(char_class(Format::Td1, 1, 7), CharClass::Sex);
        assert_eq!(char_class(Format::Td3, 1, 3), CharClass::Any);
        assert_eq!(char_class(Format::Td3, 1, 12), CharClass::Letter);
        assert_eq!(char_class(Format::Td3, 7, 12), CharClass::Any);
    }
}
