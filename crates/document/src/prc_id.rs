//! Resident identity numbers of the People's Republic of China (GB 11643-1999): region, date of
//! birth, running number with the sex, check character.

use std::fmt;

use jiff::civil::{Date, date};
use thiserror::Error;

use crate::mrz::Sex;
use crate::prc_region::{self, DATA_YEAR};

/// Characters of a number.
const LENGTH: usize = 18;

/// Earliest birth that a number can carry. Numbers were given to the living from 1984 on, and nobody
/// has lived 130 years: an earlier date is a misreading.
const EARLIEST_BIRTH: Date = date(1850, 1, 1);

/// Weights of the first 17 digits, 2^(18-i) mod 11 (GB 11643-1999, annex A; ISO 7064 MOD 11-2).
const WEIGHTS: [u32; LENGTH - 1] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Check characters by the weighted sum modulo 11.
const CHECK_CHARACTERS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// A number whose check character, region and date of birth hold. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PrcId {
    number: String,
    birth: Date,
}

/// Why a text is not a resident identity number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum PrcIdError {
    /// Not 18 characters (numbers of 15 digits are void since 2013).
    #[error("a resident identity number has 18 characters, found {found}")]
    Length {
        /// Characters found, white space not counted.
        found: usize,
    },
    /// Something else than 17 digits and a digit or X.
    #[error("character {position} is not one that may stand there")]
    Characters {
        /// The first wrong character, from 1, white space not counted.
        position: usize,
    },
    /// The check character disagrees.
    #[error("the check character disagrees")]
    Checksum,
    /// No region ever had this code.
    #[error("no region has or had this code")]
    Region,
    /// The date of birth does not exist, or is too early.
    #[error("the date of birth does not exist")]
    Birth,
    /// The date of birth lies in the future.
    #[error("the date of birth lies in the future")]
    FutureBirth,
}

impl PrcIdError {
    /// Returns the stable word for machines.
    pub fn why(self) -> &'static str {
        match self {
            Self::Length { .. } => "length",
            Self::Characters { .. } => "characters",
            Self::Checksum => "checksum",
            Self::Region => "region",
            Self::Birth => "impossible_date",
            Self::FutureBirth => "future_birth",
        }
    }
}

impl PrcId {
    /// Reads a number. White space is dropped; full-width digits and letters, the Roman numeral ten
    /// and a small x are taken as what they stand for.
    ///
    /// # Errors
    /// The first of: length, characters, check character, region, date of birth.
    pub fn parse(text: &str, today: Date) -> Result<Self, PrcIdError> {
        // What is far longer than a number is cut before it is copied.
        let plain = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(plain_character);
        let number: Vec<char> = plain.take(10 * LENGTH).collect();
        if number.len() != LENGTH {
            return Err(PrcIdError::Length {
                found: number.len(),
            });
        }
        let fits = |(i, c): (usize, &char)| c.is_ascii_digit() || (i == LENGTH - 1 && *c == 'X');
        if let Some(wrong) = number.iter().enumerate().position(|pair| !fits(pair)) {
            return Err(PrcIdError::Characters {
                position: wrong + 1,
            });
        }
        let number: String = number.into_iter().collect();
        if check_character(&number) != number.chars().next_back() {
            return Err(PrcIdError::Checksum);
        }
        let birth = birth_of(&number);
        if !region_is_known(&number, birth) {
            return Err(PrcIdError::Region);
        }
        match birth {
            Some(birth) if birth > today => Err(PrcIdError::FutureBirth),
            Some(birth) if birth >= EARLIEST_BIRTH => Ok(Self { number, birth }),
            _ => Err(PrcIdError::Birth),
        }
    }

    /// Returns the 18 characters.
    pub fn as_str(&self) -> &str {
        &self.number
    }

    /// Returns the date of birth.
    pub fn birth(&self) -> Date {
        self.birth
    }

    /// Returns the sex: the 17th digit is odd for men.
    pub fn sex(&self) -> Sex {
        let odd = self
            .number
            .as_bytes()
            .get(LENGTH - 2)
            .is_some_and(|digit| digit % 2 == 1);
        if odd { Sex::Male } else { Sex::Female }
    }

    /// Returns the code of the region where the number was first issued.
    pub fn region(&self) -> &str {
        self.number.get(..6).unwrap_or_default()
    }

    /// Returns the region's full name in Chinese; for a code newer than our data, as far as known.
    pub fn region_name(&self) -> String {
        prc_region::full_name(self.region())
    }
}

impl fmt::Debug for PrcId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrcId(..)")
    }
}

/// Returns the check character of the first 17 digits, or `None` when there are fewer or others.
pub fn check_character(digits: &str) -> Option<char> {
    let mut sum = 0;
    let mut characters = digits.chars();
    for weight in WEIGHTS {
        sum += characters.next()?.to_digit(10)? * weight;
    }
    CHECK_CHARACTERS
        .get(usize::try_from(sum % 11).ok()?)
        .copied()
}

/// The ASCII character that a typed one stands for.
fn plain_character(character: char) -> char {
    let half_width = match character {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character)
        }
        'Ⅹ' | 'ⅹ' => 'X',
        other => other,
    };
    half_width.to_ascii_uppercase()
}

fn birth_of(number: &str) -> Option<Date> {
    let year = number.get(6..10)?.parse().ok()?;
    let month = number.get(10..12)?.parse().ok()?;
    Date::new(year, month, number.get(12..14)?.parse().ok()?).ok()
}

/// Any code that was ever in force is good. Of people born after the data ends, only the prefecture
/// must be known: their county may have been founded since.
fn region_is_known(number: &str, birth: Option<Date>) -> bool {
    let known = |digits: usize| {
        number
            .get(..digits)
            .is_some_and(|head| prc_region::find(&format!("{head:0<6}")).is_some())
    };
    known(6) || (birth.is_some_and(|birth| birth.year() > DATA_YEAR) && known(4))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = date(2026, 11, 22);

    fn why(text: &str) -> &'static str {
        PrcId::parse(text, TODAY).map_or_else(PrcIdError::why, |_| "valid")
    }

    /// A number with the right check character.
    fn number(seventeen: &str) -> String {
        format!(
            "{seventeen}{}",
            check_character(seventeen).expect("17 digits")
        )
    }

    #[test]
    fn the_number_of_the_standard_is_read() {
        // GB 11643-1999, annex B.
        let id = PrcId::parse("11010519491231002X", TODAY).expect("the standard's own example");
        assert_eq!(id.birth(), date(1949, 12, 31));
        assert_eq!(id.sex(), Sex::Female);
        assert_eq!(id.region(), "110105");
        assert_eq!(id.region_name(), "北京市朝阳区");
        assert_eq!(format!("{id:?}"), "PrcId(..)");
    }

    #[test]
    fn typed_forms_are_the_same_number() {
        for text in [
            "11010519491231002x",
            " 110105 1949 1231 002X\n",
            "１１０１０５１９４９１２３１００２Ｘ",
            "11010519491231002Ⅹ",
        ] {
            assert_eq!(
                PrcId::parse(text, TODAY).expect(text).as_str(),
                "11010519491231002X"
            );
        }
    }

    #[test]
    fn each_fault_has_its_word() {
        assert_eq!(why(""), "length");
        assert_eq!(why("11010519491231002"), "length");
        assert_eq!(why("110105194912310021X"), "length");
        assert_eq!(why("1101051949123100X1"), "characters");
        assert_eq!(why("11010519491231002Y"), "characters");
        assert_eq!(why("110105194912310021"), "checksum");
        assert_eq!(why(&number("00000019491231002")), "region");
        assert_eq!(why(&number("11010519490230002")), "impossible_date");
        assert_eq!(why(&number("11010518491231002")), "impossible_date");
        assert_eq!(why(&number("11010520261123002")), "future_birth");
        assert_eq!(why(&number("11010520261122002")), "valid");
    }

    #[test]
    fn abolished_regions_stay_and_new_ones_belong_to_the_young() {
        assert_eq!(why(&number("11010419500101002")), "valid");
        assert_eq!(why(&number("33019919500101002")), "region");
        assert_eq!(why(&number("33019920230101002")), "valid");
        assert_eq!(why(&number("99019920230101002")), "region");
    }

    #[test]
    fn every_single_error_and_every_adjacent_swap_is_seen() {
        let good = "11010519491231002X";
        let alphabet: Vec<char> = "0123456789X".chars().collect();
        for position in 0..LENGTH {
            for &other in &alphabet {
                let mut wrong: Vec<char> = good.chars().collect();
                if std::mem::replace(&mut wrong[position], other) != other {
                    assert_ne!(
                        why(&wrong.iter().collect::<String>()),
                        "valid",
                        "{position} {other}"
                    );
                }
            }
            let mut swapped: Vec<char> = good.chars().collect();
            if position + 1 < LENGTH && swapped[position] != swapped[position + 1] {
                swapped.swap(position, position + 1);
                assert_ne!(
                    why(&swapped.iter().collect::<String>()),
                    "valid",
                    "{position}"
                );
            }
        }
    }
}
