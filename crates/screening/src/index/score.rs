//! From a name's score to a hit's, by date of birth and country.

use jiff::civil::Date;

use super::{CountryRelation, DateRelation, Query};
use crate::{BirthDate, Entity, Strength};

/// The score from which a policy may call a hit an alert, where nothing better is known: it was set on the
/// tuning seeds of `docs/screening.md`, whose judging seeds give recall and alert rate at it.
pub const DEFAULT_ALERT_SCORE: f32 = 0.86;

/// Hits below are not returned: they are chance.
pub(super) const FLOOR: f32 = 0.6;

/// Scores of a name from which a date of birth that agrees begins to count, and counts in full.
const CONFIRMED_FROM: [f32; 2] = [0.28, 0.36];

/// What a name's score loses when the list itself holds the name weak.
pub(super) fn of_strength(strength: Strength) -> f32 {
    match strength {
        Strength::Primary | Strength::Alias => 1.0,
        Strength::Weak => 0.95,
    }
}

/// The score of a hit. A date that agrees closes part of what the name leaves open; one that differs takes a part.
pub(super) fn combined(name: f32, date: DateRelation, country: CountryRelation) -> f32 {
    // A single common word is no name that a date could confirm.
    let [nothing, everything] = CONFIRMED_FROM;
    let counts = ((name - nothing) / (everything - nothing)).clamp(0.0, 1.0);
    let closed = |part: f32| name + counts * part * (1.0 - name);
    let score = match date {
        DateRelation::Same => closed(0.88),
        DateRelation::SameYear => closed(0.4),
        DateRelation::Close => closed(0.2),
        DateRelation::Unknown => name,
        DateRelation::Differs => name * 0.75,
    };
    match country {
        CountryRelation::Same | CountryRelation::Unknown => score,
        CountryRelation::Differs => score * 0.9,
    }
}

/// How the person's date of birth relates to the nearest of the entry's.
pub(super) fn dates(query: &Query, entity: &Entity) -> DateRelation {
    let Some(date) = query.birth_date else {
        return DateRelation::Unknown;
    };
    let relations = entity
        .birth_dates
        .iter()
        .map(|listed| relation(date, *listed));
    let rank = |relation: &DateRelation| match relation {
        DateRelation::Same => 0,
        DateRelation::SameYear => 1,
        DateRelation::Close => 2,
        DateRelation::Differs | DateRelation::Unknown => 3,
    };
    relations.min_by_key(rank).unwrap_or(DateRelation::Unknown)
}

fn relation(date: Date, listed: BirthDate) -> DateRelation {
    let (from, to) = match listed {
        BirthDate::Exact(listed) if listed == date => return DateRelation::Same,
        BirthDate::Exact(listed) if is_slip(date, listed) => return DateRelation::Close,
        BirthDate::Exact(_) => return DateRelation::Differs,
        BirthDate::Year(year) => (year, year),
        BirthDate::Range { from, to } => (from, to),
    };
    match date.year() {
        year if (from..=to).contains(&year) => DateRelation::SameYear,
        year if (from - 1..=to + 1).contains(&year) => DateRelation::Close,
        _ => DateRelation::Differs,
    }
}

/// Day and month swapped, or one of the three wrong (the year by one, or by ten).
fn is_slip(a: Date, b: Date) -> bool {
    let swapped =
        a.year() == b.year() && i16::from(a.day()) == i16::from(b.month()) && a.month() == b.day();
    let years = a.year().abs_diff(b.year());
    let same = (a.month() == b.month(), a.day() == b.day());
    swapped
        || match same {
            (true, true) => years == 1 || years == 10,
            (true, false) | (false, true) => years == 0,
            (false, false) => false,
        }
}

/// How the person's country relates to the entry's.
pub(super) fn countries(query: &Query, entity: &Entity) -> CountryRelation {
    match query.country {
        Some(country) if entity.countries.contains(&country) => CountryRelation::Same,
        Some(_) if !entity.countries.is_empty() => CountryRelation::Differs,
        _ => CountryRelation::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn dates_relate_as_far_as_the_list_knows_them() {
        let person = date(1970, 3, 12);
        for (listed, expected) in [
            (BirthDate::Exact(date(1970, 3, 12)), DateRelation::Same),
            (BirthDate::Exact(date(1970, 12, 3)), DateRelation::Close),
            (BirthDate::Exact(date(1971, 3, 12)), DateRelation::Close),
            (BirthDate::Exact(date(1970, 3, 15)), DateRelation::Close),
            (BirthDate::Exact(date(1975, 3, 12)), DateRelation::Differs),
            (BirthDate::Year(1970), DateRelation::SameYear),
            (BirthDate::Year(1971), DateRelation::Close),
            (
                BirthDate::Range {
                    from: 1960,
                    to: 1965,
                },
                DateRelation::Differs,
            ),
        ] {
            assert_eq!(relation(person, listed), expected, "{listed:?}");
        }
    }

    #[test]
    fn a_date_that_agrees_raises_and_one_that_differs_lowers() {
        let of = |date| combined(0.8, date, CountryRelation::Unknown);
        assert!(of(DateRelation::Same) > of(DateRelation::SameYear));
        assert!(of(DateRelation::SameYear) > of(DateRelation::Unknown));
        assert!(of(DateRelation::Unknown) > of(DateRelation::Differs));
        assert!(
            combined(1.0, DateRelation::Differs, CountryRelation::Unknown) < DEFAULT_ALERT_SCORE
        );
    }
}
