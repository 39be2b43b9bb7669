//! Dates as lists write them.

use jiff::civil::Date;

use crate::BirthDate;

/// Years around a "circa" that still count.
const CIRCA: i16 = 1;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Longest text of a date in bytes; every form that is read is shorter.
const LONGEST: usize = 64;

/// Reads `1960-03-12`, `12 Mar 1960`, `Mar 1960`, `1960`, `circa 1960`, `1959 to 1961`,
/// `12 Mar 1960 to 14 Mar 1960`; `None` for anything else.
pub(super) fn birth_date(text: &str) -> Option<BirthDate> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    let text = text.to_lowercase();
    match unsure(&text) {
        Some(rest) => span(rest).and_then(widened),
        None => span(&text),
    }
}

/// What follows the word by which a list says that it is not sure.
fn unsure(text: &str) -> Option<&str> {
    let rest = text
        .strip_prefix("circa")
        .or_else(|| text.strip_prefix("approximately"));
    rest.map(str::trim)
}

/// A date, or two with the years between them. Neither nests.
fn span(text: &str) -> Option<BirthDate> {
    match text.split_once(" to ").or_else(|| text.split_once(" - ")) {
        Some((from, to)) => range(years(end(from)?).0, years(end(to)?).1),
        None => single(text),
    }
}

/// One end of a span.
fn end(text: &str) -> Option<BirthDate> {
    let text = text.trim();
    match unsure(text) {
        Some(rest) => single(rest).and_then(widened),
        None => single(text),
    }
}

fn single(text: &str) -> Option<BirthDate> {
    day(text).map(BirthDate::Exact).or_else(|| {
        let last = text.split([' ', '-']).find(|part| part.len() == 4)?;
        year(last).map(BirthDate::Year)
    })
}

/// Both years, when they are in order.
pub(super) fn range(from: i16, to: i16) -> Option<BirthDate> {
    match from.cmp(&to) {
        std::cmp::Ordering::Less => Some(BirthDate::Range { from, to }),
        std::cmp::Ordering::Equal => Some(BirthDate::Year(from)),
        std::cmp::Ordering::Greater => None,
    }
}

/// A date that the list is not sure of.
pub(super) fn widened(date: BirthDate) -> Option<BirthDate> {
    let (from, to) = years(date);
    range(from - CIRCA, to + CIRCA)
}

/// A year that somebody on a list may be born in.
pub(super) fn year(text: &str) -> Option<i16> {
    text.trim()
        .parse()
        .ok()
        .filter(|year| (1850..=2100).contains(year))
}

/// Reads a day: `1960-03-12` with anything after a `T`, or `12 Mar 1960`.
pub(super) fn day(text: &str) -> Option<Date> {
    let text = text.trim().to_lowercase();
    let date = text.split(['t', 'z', '+']).next().unwrap_or(&text);
    if let Ok(date) = date.parse::<Date>() {
        return Some(date);
    }
    let mut parts = text.split_whitespace();
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.iter().position(|known| month.starts_with(known))?;
    Date::new(
        year.parse().ok()?,
        i8::try_from(month + 1).ok()?,
        day.parse().ok()?,
    )
    .ok()
}

/// Reads the American `03/12/2026` in which one list writes its own date.
pub(super) fn american(text: &str) -> Option<Date> {
    let mut parts = text.trim().split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn years(date: BirthDate) -> (i16, i16) {
    match date {
        BirthDate::Exact(date) => (date.year(), date.year()),
        BirthDate::Year(year) => (year, year),
        BirthDate::Range { from, to } => (from, to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_that_nests_or_never_ends_is_no_date() {
        for text in ["circa ", "approximately", "1960 to ", "circa 1960 - "] {
            for times in [1_000, 1_000_000] {
                assert_eq!(birth_date(&text.repeat(times)), None, "{text}");
            }
        }
        let both = birth_date("circa 1960 to circa 1962");
        assert_eq!(
            both,
            Some(BirthDate::Range {
                from: 1959,
                to: 1964
            })
        );
    }

    #[test]
    fn dates_are_read_as_far_as_they_go() {
        let exact = |y, m, d| Some(BirthDate::Exact(jiff::civil::date(y, m, d)));
        let cases = [
            ("1960-03-12", exact(1960, 3, 12)),
            ("12 Mar 1960", exact(1960, 3, 12)),
            ("Mar 1960", Some(BirthDate::Year(1960))),
            ("1960", Some(BirthDate::Year(1960))),
            (
                "circa 1960",
                Some(BirthDate::Range {
                    from: 1959,
                    to: 1961,
                }),
            ),
            (
                "1959 to 1961",
                Some(BirthDate::Range {
                    from: 1959,
                    to: 1961,
                }),
            ),
            ("12 Mar 1960 to 14 Mar 1960", Some(BirthDate::Year(1960))),
            ("1961 to 1959", None),
            ("unknown", None),
            ("31 Feb 1960", Some(BirthDate::Year(1960))),
        ];
        for (text, expected) in cases {
            assert_eq!(birth_date(text), expected, "{text}");
        }
        assert_eq!(american("11/02/2026"), Some(jiff::civil::date(2026, 11, 2)));
        assert_eq!(
            day("2026-11-02T10:00:00.000+01:00"),
            Some(jiff::civil::date(2026, 11, 2))
        );
    }
}
