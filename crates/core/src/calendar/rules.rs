//! What an operator writes about working time.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Minutes of a day on a clock that is not put forward or back.
const DAY_MINUTES: u16 = 24 * 60;

/// Working days and hours as they stand in a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CalendarRules {
    /// Name of the time zone in the IANA database.
    pub zone: String,
    /// Weekdays on which is worked.
    pub weekdays: BTreeSet<Weekday>,
    /// When work begins.
    pub opens: DayTime,
    /// When work ends; 24:00 is the end of the day.
    pub closes: DayTime,
    /// Days on which is not worked.
    pub holidays: BTreeSet<Date>,
    /// Days on which is worked though their weekday is free, as the make-up days (调休) of China.
    pub extra_days: BTreeSet<Date>,
}

impl Default for CalendarRules {
    fn default() -> Self {
        Self {
            zone: "UTC".to_owned(),
            weekdays: Weekday::ALL.into_iter().take(5).collect(),
            opens: DayTime(0),
            closes: DayTime(DAY_MINUTES),
            holidays: BTreeSet::new(),
            extra_days: BTreeSet::new(),
        }
    }
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "everybody knows the days of the week")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// Every day of the week, Monday first.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// Returns the weekday of a date.
    pub fn of(date: Date) -> Self {
        match date.weekday() {
            jiff::civil::Weekday::Monday => Self::Monday,
            jiff::civil::Weekday::Tuesday => Self::Tuesday,
            jiff::civil::Weekday::Wednesday => Self::Wednesday,
            jiff::civil::Weekday::Thursday => Self::Thursday,
            jiff::civil::Weekday::Friday => Self::Friday,
            jiff::civil::Weekday::Saturday => Self::Saturday,
            jiff::civil::Weekday::Sunday => Self::Sunday,
        }
    }
}

/// A time of the day in whole minutes, 00:00 to 24:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DayTime(u16);

/// Why a text is no time of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("read a time of the day: not HH:MM from 00:00 to 24:00")]
pub struct NoDayTime;

impl DayTime {
    /// Returns the time on a clock; `None` for 24:00, which is the next day's midnight.
    pub(super) fn time(self) -> Option<Time> {
        let (hour, minute) = (self.0 / 60, self.0 % 60);
        let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?);
        Time::new(hour, minute, 0, 0).ok()
    }
}

impl FromStr for DayTime {
    type Err = NoDayTime;

    fn from_str(text: &str) -> Result<Self, NoDayTime> {
        let (hour, minute) = text.split_once(':').ok_or(NoDayTime)?;
        let two = |part: &str| {
            let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u16>().ok().filter(|_| digits)
        };
        let (hour, minute) = two(hour).zip(two(minute)).ok_or(NoDayTime)?;
        let minutes = hour * 60 + minute;
        let good = minute < 60 && minutes <= DAY_MINUTES;
        good.then_some(Self(minutes)).ok_or(NoDayTime)
    }
}

impl TryFrom<String> for DayTime {
    type Error = NoDayTime;

    fn try_from(text: String) -> Result<Self, NoDayTime> {
        text.parse()
    }
}

impl From<DayTime> for String {
    fn from(time: DayTime) -> Self {
        time.to_string()
    }
}

impl fmt::Display for DayTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}
