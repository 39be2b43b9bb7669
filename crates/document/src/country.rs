//! Issuing states and nationalities by the codes of machine-readable zones (ICAO Doc 9303-3,
//! section 5: ISO 3166-1 alpha-3 with additions).

use std::cmp::Ordering;
use std::sync::OnceLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// `code<TAB>alpha-2 or nothing<TAB>English<TAB>Chinese`, ascending by code; see the file's head.
const DATA: &str = include_str!("../data/countries.tsv");

/// A state, territory or organisation that issues documents, or a status that stands in place of a
/// nationality (stateless, refugee).
///
/// Ordered and serialised by its code. Germany is `D`, as its documents have it.
#[derive(Clone, Copy, Debug)]
pub struct Country(&'static Entry);

/// No code list knows this code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no state or organisation has this code")]
pub struct UnknownCountry;

#[derive(Debug)]
struct Entry {
    code: &'static str,
    alpha2: Option<&'static str>,
    english: &'static str,
    chinese: &'static str,
}

impl Country {
    /// Reads a code of a zone (fillers may follow), an ISO alpha-3 or an ISO alpha-2 code, in capital
    /// or small letters.
    ///
    /// # Errors
    /// [`UnknownCountry`] when none of these lists has it.
    pub fn parse(code: &str) -> Result<Self, UnknownCountry> {
        let code = code.trim().trim_end_matches('<');
        let known = |entry: &&Entry| match code.len() {
            2 => entry
                .alpha2
                .is_some_and(|alpha2| alpha2.eq_ignore_ascii_case(code)),
            _ => entry.code.eq_ignore_ascii_case(code) || entry.alpha3().eq_ignore_ascii_case(code),
        };
        all().iter().find(known).map(Self).ok_or(UnknownCountry)
    }

    /// Returns the code that machine-readable zones carry.
    pub fn code(self) -> &'static str {
        self.0.code
    }

    /// Returns the ISO 3166-1 alpha-2 code; `None` for organisations and statuses.
    pub fn alpha2(self) -> Option<&'static str> {
        self.0.alpha2
    }

    /// Returns the code with three letters always: `DEU` for Germany.
    pub fn alpha3(self) -> &'static str {
        self.0.alpha3()
    }

    /// Returns the short name in English.
    pub fn english(self) -> &'static str {
        self.0.english
    }

    /// Returns the short name in Chinese.
    pub fn chinese(self) -> &'static str {
        self.0.chinese
    }

    /// Tells whether the code stands on specimens only.
    pub fn is_specimen(self) -> bool {
        self.0.code == "UTO"
    }

    /// Returns every entry, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        all().iter().map(Self)
    }
}

impl Entry {
    fn alpha3(&self) -> &'static str {
        if self.code == "D" { "DEU" } else { self.code }
    }
}

impl PartialEq for Country {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for Country {}

impl PartialOrd for Country {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Country {
    fn cmp(&self, other: &Self) -> Ordering {
        self.code().cmp(other.code())
    }
}

impl std::hash::Hash for Country {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.code().hash(state);
    }
}

impl std::fmt::Display for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for Country {
    type Err = UnknownCountry;

    fn from_str(code: &str) -> Result<Self, UnknownCountry> {
        Self::parse(code)
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::parse(&code).map_err(serde::de::Error::custom)
    }
}

fn all() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        DATA.lines()
            .filter(|l| !l.starts_with('#'))
            .filter_map(entry)
            .collect()
    })
}

fn entry(line: &'static str) -> Option<Entry> {
    let mut columns = line.split('\t');
    let code = columns.next()?;
    let alpha2 = columns.next().filter(|alpha2| !alpha2.is_empty());
    Some(Entry {
        code,
        alpha2,
        english: columns.next()?,
        chinese: columns.next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_zones_and_of_iso_name_the_same_country() {
        for code in ["D", "D<<", "DEU", "de", "DE"] {
            assert_eq!(Country::parse(code).map(Country::code), Ok("D"), "{code}");
        }
        let china = Country::parse("CHN").expect("a state");
        assert_eq!(
            (china.alpha2(), china.english(), china.chinese()),
            (Some("CN"), "China", "中国")
        );
        for code in [
            "GBD", "GBN", "GBO", "GBP", "GBS", "UNO", "EUE", "XXA", "XXB", "XXC", "XXX", "UTO",
            "RKS", "XOM",
        ] {
            assert_eq!(Country::parse(code).map(Country::code), Ok(code));
        }
        for code in ["", "<<<", "ZZZ", "QQ", "CHINA", "é"] {
            assert_eq!(Country::parse(code), Err(UnknownCountry), "{code}");
        }
    }

    #[test]
    fn every_line_is_a_whole_entry_and_codes_ascend() {
        let lines = DATA.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(Country::all().count(), lines);
        assert!(lines > 270, "{lines}");
        assert!(all().windows(2).all(|pair| pair[0].code < pair[1].code));
        for country in Country::all() {
            assert!(
                !country.english().is_empty() && !country.chinese().is_empty(),
                "{country}"
            );
            assert_eq!(country.alpha3().len(), 3);
            assert!(
                country.chinese().chars().all(|c| !c.is_ascii_alphabetic()),
                "{country}"
            );
        }
    }
}
