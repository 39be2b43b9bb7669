//! Pictures that people attach to what they write: what is taken, and what is said of what is not.

use serde::{Deserialize, Serialize};

/// Largest file in bytes. Screenshots take less than 5 MB; a photo of a telephone rarely more than 8.
pub const LARGEST: usize = 10_000_000;
/// Most pictures that one message or appeal brings.
pub const MOST_AT_ONCE: usize = 6;
/// Most new pictures of one person in a day. The processes that judge photos write them anew: nobody may keep those busy.
pub const MOST_A_DAY: usize = 30;

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// No bytes, or cut short.
    Incomplete,
    /// More bytes than [`LARGEST`].
    TooLarge,
    /// Not a JPEG, PNG or WebP.
    NotAPicture,
    /// More pixels than are decoded, or coded so that decoding would take too long.
    TooManyPixels,
    /// It breaks the rules of its format.
    Damaged,
    /// A picture, and something else besides.
    NotOnlyAPicture,
    /// More pictures than [`MOST_AT_ONCE`].
    TooMany,
    /// More pictures than [`MOST_A_DAY`].
    TooManyToday,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 8] = [
        Self::Incomplete,
        Self::TooLarge,
        Self::NotAPicture,
        Self::TooManyPixels,
        Self::Damaged,
        Self::NotOnlyAPicture,
        Self::TooMany,
        Self::TooManyToday,
    ];

    /// Returns the fault that a decoder's word stands for. One that is not known is a damaged file.
    pub fn of(word: &str) -> Self {
        match word {
            "empty" | "truncated" => Self::Incomplete,
            "too_large" => Self::TooLarge,
            "not_an_image" | "unsupported_format" => Self::NotAPicture,
            "too_many_pixels" | "too_much_memory" | "too_complex" => Self::TooManyPixels,
            "not_only_a_picture" => Self::NotOnlyAPicture,
            _ => Self::Damaged,
        }
    }

    /// Returns its name on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Incomplete => "attachment_incomplete",
            Self::TooLarge => "attachment_too_large",
            Self::NotAPicture => "attachment_not_a_picture",
            Self::TooManyPixels => "attachment_too_many_pixels",
            Self::Damaged => "attachment_damaged",
            Self::NotOnlyAPicture => "attachment_not_only_a_picture",
            Self::TooMany => "attachments_too_many",
            Self::TooManyToday => "attachments_too_many_today",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Catalogue, Locale};

    #[test]
    fn every_fault_says_in_both_languages_what_is_taken() {
        for locale in Locale::ALL {
            for fault in Fault::ALL {
                let text = Catalogue::of(locale).attachment(fault);
                assert!(text.chars().count() > 10, "{fault:?} {text}");
            }
            for kind in crate::ticket::Kind::ALL {
                assert!(!Catalogue::of(locale).ticket(kind).is_empty());
            }
        }
    }
}
