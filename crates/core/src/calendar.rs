//! Business days and business hours in an operator's time zone: when an answer is due.
//!
//! Pure: the time zone database is part of the program, and the moment is an argument.

mod rules;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use rules::{CalendarRules, DayTime, NoDayTime, Weekday};

use crate::time::{HOUR, Millis};

/// Days that are looked at before the search for a working day is given up: 100 years. A calendar that was accepted has
/// a working day in every [`MOST_DATES`] + 1 weeks, so that only absurd counts and the end of time come this far.
const MOST_DAYS: u32 = 36_525;
/// Dates that each list of a calendar may hold: 30 years of public holidays and more.
pub const MOST_DATES: usize = 1_000;
/// Changes of a zone that are looked at for the one that skipped a time: the next one, but for changes of name alone.
const CHANGES: usize = 4;
/// Years of the dates that a calendar may name. Anything else is a slip of the pen.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2999;

/// Working days and hours of an operator, checked: it has working days, and its dates mean something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "CalendarRules", into = "CalendarRules")]
pub struct Calendar {
    rules: CalendarRules,
    zone: TimeZone,
}

/// Why rules are no calendar.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoCalendar {
    /// No such time zone.
    #[error("read calendar: `zone` `{0}` is no time zone of the IANA database")]
    Zone(String),
    /// It closes before it opens.
    #[error("read calendar: `closes` must be later than `opens` on the same day")]
    Hours,
    /// No weekday is a working day.
    #[error("read calendar: `weekdays` must name at least one working day")]
    NoWorkingDay,
    /// A date that cannot be meant.
    #[error("read calendar: `{list}` holds {date}, which is not between 1970 and 2999")]
    Year {
        /// Where it stands.
        list: &'static str,
        /// The date.
        date: Date,
    },
    /// Too many dates.
    #[error("read calendar: `{list}` holds more than {MOST_DATES} dates")]
    TooMany {
        /// Which list.
        list: &'static str,
    },
    /// A date is a holiday and an extra working day.
    #[error("read calendar: {0} stands in `holidays` and in `extra_days`")]
    Both(Date),
}

/// No working day was found within a hundred years, or before the end of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("count business days: the due moment lies beyond what is counted")]
pub struct TooFar;

/// The working time of one day: from the first moment on, before the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Open {
    from: Millis,
    until: Millis,
}

impl Default for Calendar {
    /// Returns the calendar of an operator who said nothing: whole days, Monday to Friday, UTC, no holidays.
    fn default() -> Self {
        Self::new(CalendarRules::default()).expect("the default is a calendar: a test reads it")
    }
}

impl TryFrom<CalendarRules> for Calendar {
    type Error = NoCalendar;

    fn try_from(rules: CalendarRules) -> Result<Self, NoCalendar> {
        Self::new(rules)
    }
}

impl From<Calendar> for CalendarRules {
    fn from(calendar: Calendar) -> Self {
        calendar.rules
    }
}

impl Calendar {
    /// Checks rules.
    ///
    /// # Errors
    /// [`NoCalendar`] names what cannot be meant.
    pub fn new(rules: CalendarRules) -> Result<Self, NoCalendar> {
        let zone = TimeZoneDatabase::bundled().get(&rules.zone);
        let zone = zone.ok().filter(|zone| !zone.is_unknown());
        let zone = zone.ok_or_else(|| NoCalendar::Zone(rules.zone.clone()))?;
        if rules.closes <= rules.opens {
            return Err(NoCalendar::Hours);
        }
        if rules.weekdays.is_empty() {
            return Err(NoCalendar::NoWorkingDay);
        }
        check_dates("holidays", &rules.holidays)?;
        check_dates("extra_days", &rules.extra_days)?;
        match rules.holidays.intersection(&rules.extra_days).next() {
            Some(date) => Err(NoCalendar::Both(*date)),
            None => Ok(Self { rules, zone }),
        }
    }

    /// Has the operator said nothing else than the default?
    pub fn is_default(&self) -> bool {
        self.rules == CalendarRules::default()
    }

    /// Returns the day that a moment falls on, by the clock on the operator's wall.
    pub fn date(&self, at: Millis) -> Date {
        at.to_timestamp().to_zoned(self.zone.clone()).date()
    }

    /// Is a day a working day? One that the time zone skipped, as Apia did 2011-12-30, is none.
    pub fn is_working(&self, date: Date) -> bool {
        self.open(date).is_some()
    }

    /// Returns the working time of a day, or `None` where it has none.
    fn open(&self, date: Date) -> Option<Open> {
        let weekday = Weekday::of(date);
        let worked = self.rules.extra_days.contains(&date)
            || self.rules.weekdays.contains(&weekday) && !self.rules.holidays.contains(&date);
        if !worked {
            return None;
        }
        let midnight = self.start(date)?;
        let next = self.start(date.tomorrow().ok()?)?;
        let from = match self.rules.opens.time() {
            Some(time) => self.first(date.to_datetime(time))?,
            None => next,
        };
        let until = match self.rules.closes.time() {
            Some(time) => self.last(date.to_datetime(time))?,
            None => next,
        };
        // Where a clock is put back over midnight both sides have the hour; the days must not overlap.
        let (from, until) = (from.max(midnight), until.min(next));
        (from < until).then_some(Open { from, until })
    }

    /// Returns the first moment of a day.
    fn start(&self, date: Date) -> Option<Millis> {
        self.first(date.to_datetime(Time::midnight()))
    }

    /// Returns the first moment at which the clock shows a time, or has passed it where the time is skipped.
    fn first(&self, at: DateTime) -> Option<Millis> {
        self.instant(at, |before, _| before)
    }

    /// Returns the last moment at which the clock shows a time, or has passed it where the time is skipped.
    fn last(&self, at: DateTime) -> Option<Millis> {
        self.instant(at, |_, after| after)
    }

    fn instant<F>(&self, at: DateTime, of_two: F) -> Option<Millis>
    where
        F: Fn(Offset, Offset) -> Offset,
    {
        let offset = match self.zone.to_ambiguous_timestamp(at).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Fold { before, after } => of_two(before, after),
            AmbiguousOffset::Gap { after, .. } => {
                // Read with the later offset the time lies before the change, so that the next change to it is the one.
                let earlier = after.to_timestamp(at).ok()?;
                let mut changes = self.zone.following(earlier).take(CHANGES);
                let change = changes.find(|change| change.offset() == after)?;
                return Some(change.timestamp().into());
            }
        };
        offset.to_timestamp(at).ok().map(Millis::from)
    }

    /// Returns the working day that a moment belongs to: its own, or outside of working time the next one.
    fn receiving(&self, from: Millis) -> Result<(Date, Open), TooFar> {
        if Millis::from(from.to_timestamp()) != from {
            return Err(TooFar);
        }
        // A day earlier, because where a clock is put back over midnight the date is not in order.
        let date = self.date(from).yesterday().map_err(|_| TooFar)?;
        self.working(date)
            .find(|(_, open)| open.until > from)
            .ok_or(TooFar)
    }

    /// Returns the working days from a day on, that one included.
    fn working(&self, from: Date) -> impl Iterator<Item = (Date, Open)> {
        (0..MOST_DAYS)
            .map_while(move |n| from.checked_add(i64::from(n).days()).ok())
            .filter_map(|date| self.open(date).map(|open| (date, open)))
    }
}

fn check_dates(list: &'static str, dates: &BTreeSet<Date>) -> Result<(), NoCalendar> {
    if dates.len() > MOST_DATES {
        return Err(NoCalendar::TooMany { list });
    }
    match dates.iter().find(|date| !YEARS.contains(&date.year())) {
        Some(&date) => Err(NoCalendar::Year { list, date }),
        None => Ok(()),
    }
}

/// Returns the end of the n-th business day after a moment.
///
/// What arrives outside of working time counts as if it had arrived when work begins again. The day of arrival is not
/// counted: what arrives on a Monday at ten and may take one business day is due when Tuesday closes, and what arrives on
/// Sunday, too. With 0 it is due when the day of arrival closes.
///
/// # Errors
/// [`TooFar`] beyond a hundred years or the end of time.
pub fn due(calendar: &Calendar, from: Millis, business_days: u32) -> Result<Millis, TooFar> {
    let (date, _) = calendar.receiving(from)?;
    let nth = usize::try_from(business_days).map_err(|_| TooFar)?;
    let found = calendar.working(date).nth(nth);
    found.map(|(_, open)| open.until).ok_or(TooFar)
}

/// Returns the moment by which so many hours of working time have passed since a moment; the clock stands still outside
/// of working time.
///
/// # Errors
/// [`TooFar`] beyond a hundred years or the end of time.
pub fn due_hours(calendar: &Calendar, from: Millis, hours: u32) -> Result<Millis, TooFar> {
    let (date, _) = calendar.receiving(from)?;
    let mut left = i64::from(hours) * HOUR;
    for (_, open) in calendar.working(date) {
        let begin = open.from.max(from);
        let has = open.until.0 - begin.0;
        if left <= has {
            return Ok(begin.plus(left));
        }
        left -= has;
    }
    Err(TooFar)
}

/// Returns the moment so many hours later, nights and holidays included.
pub const fn due_plain_hours(from: Millis, hours: u32) -> Millis {
    from.plus(hours as i64 * HOUR)
}
