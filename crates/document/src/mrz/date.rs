//! Dates as documents write them: two-digit years, and days or months that nobody knows.

use jiff::civil::Date;
use serde::{Serialize, Serializer};

/// A date on a document, of which parts may be unknown.
///
/// Serialises as `YYYY-MM-DD` with `X` for every unknown digit (ISO 8601-2, level 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentDate {
    /// All of it is known.
    Full(Date),
    /// At least one part is unknown (Doc 9303-3, 4.8: fillers); the known ones are in range.
    Partial {
        /// Year with its century.
        year: Option<i16>,
        /// Month, 1 to 12.
        month: Option<i8>,
        /// Day, 1 to 31.
        day: Option<i8>,
    },
}

/// Years that an expiry date may lie ahead before it must belong to the past century instead.
const EXPIRY_YEARS_AHEAD: i16 = 50;

impl DocumentDate {
    /// Returns the date when all of it is known.
    pub fn full(self) -> Option<Date> {
        match self {
            Self::Full(date) => Some(date),
            Self::Partial { .. } => None,
        }
    }

    /// Returns the year, where it is known.
    pub fn year(self) -> Option<i16> {
        match self {
            Self::Full(date) => Some(date.year()),
            Self::Partial { year, .. } => year,
        }
    }

    /// Tells whether this date and `other` contradict each other in no part that both know.
    pub fn agrees_with(self, other: Date) -> bool {
        match self {
            Self::Full(date) => date == other,
            Self::Partial { year, month, day } => {
                year.is_none_or(|y| y == other.year())
                    && month.is_none_or(|m| m == other.month())
                    && day.is_none_or(|d| d == other.day())
            }
        }
    }

    /// Reads `YYMMDD` as a date of birth: the latest century that is not in the future.
    pub(super) fn birth(text: &str, today: Date) -> Option<Self> {
        Self::read(text, |parts| {
            let year = i16::from(parts.year?) + today.year() / 100 * 100;
            // What is unknown counts as the earliest day, so that "this year" stays this year.
            let month_and_day = (parts.month.unwrap_or(1), parts.day.unwrap_or(1));
            let future = (year, month_and_day) > (today.year(), (today.month(), today.day()));
            Some(if future { year - 100 } else { year })
        })
    }

    /// Reads `YYMMDD` as a date of expiry: at most 50 years ahead, at most 49 past, and never before
    /// the year of birth.
    pub(super) fn expiry(text: &str, birth: Option<Self>, today: Date) -> Option<Self> {
        Self::read(text, |parts| {
            let mut year = i16::from(parts.year?) + today.year() / 100 * 100;
            if year > today.year() + EXPIRY_YEARS_AHEAD {
                year -= 100;
            } else if year <= today.year() + EXPIRY_YEARS_AHEAD - 100 {
                year += 100;
            }
            let born = birth.and_then(Self::year);
            Some(if born.is_some_and(|born| year < born) {
                year + 100
            } else {
                year
            })
        })
    }

    /// Returns the six characters `YYMMDD` of a zone.
    pub(super) fn to_mrz(self) -> String {
        let (year, month, day) = match self {
            Self::Full(date) => (Some(date.year()), Some(date.month()), Some(date.day())),
            Self::Partial { year, month, day } => (year, month, day),
        };
        let two = |part: Option<i16>| match part {
            Some(number) => format!("{:02}", number.rem_euclid(100)),
            None => "<<".to_owned(),
        };
        two(year) + &two(month.map(i16::from)) + &two(day.map(i16::from))
    }

    fn read(text: &str, century: impl Fn(&Parts) -> Option<i16>) -> Option<Self> {
        let parts = Parts::read(text)?;
        match (century(&parts), parts.month, parts.day) {
            (Some(year), Some(month), Some(day)) => {
                Date::new(year, month, day).ok().map(Self::Full)
            }
            (year, month, day) => Some(Self::Partial { year, month, day }),
        }
    }
}

impl From<Date> for DocumentDate {
    fn from(date: Date) -> Self {
        Self::Full(date)
    }
}

impl std::fmt::Display for DocumentDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = match *self {
            Self::Full(date) => return write!(f, "{date}"),
            Self::Partial { year, month, day } => (year, month, day),
        };
        match year {
            Some(year) => write!(f, "{year:04}")?,
            None => f.write_str("XXXX")?,
        }
        for part in [month, day] {
            match part {
                Some(number) => write!(f, "-{number:02}")?,
                None => f.write_str("-XX")?,
            }
        }
        Ok(())
    }
}

impl Serialize for DocumentDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The three pairs of a date; a pair of fillers is unknown.
struct Parts {
    year: Option<i8>,
    month: Option<i8>,
    day: Option<i8>,
}

impl Parts {
    /// `None` when a pair is neither a number in range nor unknown.
    fn read(text: &str) -> Option<Self> {
        let pair = |from: usize| match text.get(from..from + 2)? {
            "<<" => Some(None),
            digits if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok().map(Some),
            _ => None,
        };
        let parts = Self {
            year: pair(0)?,
            month: pair(2)?,
            day: pair(4)?,
        };
        let fits = text.len() == 6
            && parts.month.is_none_or(|month| (1..=12).contains(&month))
            && parts.day.is_none_or(|day| (1..=31).contains(&day));
        fits.then_some(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 22);

    fn birth(text: &str) -> String {
        DocumentDate::birth(text, TODAY).map_or_else(|| "none".to_owned(), |d| d.to_string())
    }

    fn expiry(text: &str, born: &str) -> String {
        let born = DocumentDate::birth(born, TODAY);
        DocumentDate::expiry(text, born, TODAY).map_or_else(|| "none".to_owned(), |d| d.to_string())
    }

    #[test]
    fn a_birth_is_never_in_the_future() {
        assert_eq!(birth("261122"), "2026-11-22");
        assert_eq!(birth("261123"), "1926-11-23");
        assert_eq!(birth("740812"), "1974-08-12");
        assert_eq!(birth("000229"), "2000-02-29");
    }

    #[test]
    fn unknown_parts_stay_unknown() {
        assert_eq!(birth("74<<<<"), "1974-XX-XX");
        assert_eq!(birth("7408<<"), "1974-08-XX");
        assert_eq!(birth("<<0812"), "XXXX-08-12");
        assert_eq!(birth("26<<<<"), "2026-XX-XX");
        assert_eq!(birth("<<<<<<"), "XXXX-XX-XX");
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "741332", "740230", "7408", "74081Z", "740800", "7<0812", "é4081",
        ] {
            assert_eq!(birth(text), "none", "{text}");
        }
    }

    #[test]
    fn an_expiry_lies_near_today_and_after_the_birth() {
        assert_eq!(expiry("360101", "740812"), "2036-01-01");
        assert_eq!(expiry("940623", "690806"), "1994-06-23");
        assert_eq!(expiry("761231", "740812"), "2076-12-31");
        assert_eq!(expiry("770101", "740812"), "1977-01-01");
        assert_eq!(expiry("770101", "200812"), "2077-01-01");
    }

    #[test]
    fn an_expiry_at_the_turn_of_a_century_goes_forward() {
        let today = date(2080, 1, 1);
        let found = DocumentDate::expiry("050101", None, today).expect("a date");
        assert_eq!(found.to_string(), "2105-01-01");
    }

    #[test]
    fn partial_dates_agree_where_they_speak() {
        let partial = DocumentDate::birth("7408<<", TODAY).expect("a date");
        assert!(partial.agrees_with(date(1974, 8, 3)));
        assert!(!partial.agrees_with(date(1974, 9, 3)));
        assert!(!DocumentDate::Full(date(1974, 8, 1)).agrees_with(date(1974, 8, 3)));
    }
}
