//! Cases computed by hand with a wall calendar, and properties over many zones.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::time::{DAY, MINUTE};

const FIVE: &str = r#"["monday", "tuesday", "wednesday", "thursday", "friday"]"#;
const SIX: &str = r#"["sunday", "monday", "tuesday", "wednesday", "thursday", "friday"]"#;
const ALL: &str =
    r#"["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]"#;

fn calendar(zone: &str, weekdays: &str, hours: (&str, &str), own: &str) -> Calendar {
    let (opens, closes) = hours;
    let text = format!(
        "zone = \"{zone}\"\nweekdays = {weekdays}\nopens = \"{opens}\"\ncloses = \"{closes}\"\n{own}"
    );
    toml::from_str(&text).expect("a calendar")
}

const OFFICE: (&str, &str) = ("09:00", "18:00");
const WHOLE: (&str, &str) = ("00:00", "24:00");

/// Mid-autumn and National Day of 2026 with the make-up days that were announced for them.
fn shanghai() -> Calendar {
    let own = r#"
        holidays = ["2026-09-25", "2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"]
        extra_days = ["2026-09-20", "2026-10-10"]
    "#;
    calendar("Asia/Shanghai", FIVE, OFFICE, own)
}

fn at(text: &str) -> Millis {
    let time: Timestamp = text.parse().expect(text);
    time.into()
}

fn check_days(calendar: &Calendar, cases: &[(&str, u32, &str)]) {
    for (from, days, expected) in cases {
        let found = due(calendar, at(from), *days).expect("a due moment");
        let shown = found.to_timestamp();
        assert_eq!(
            found,
            at(expected),
            "{from} + {days} business days: {shown}"
        );
    }
}

fn check_hours(calendar: &Calendar, cases: &[(&str, u32, &str)]) {
    for (from, hours, expected) in cases {
        let found = due_hours(calendar, at(from), *hours).expect("a due moment");
        let shown = found.to_timestamp();
        assert_eq!(
            found,
            at(expected),
            "{from} + {hours} business hours: {shown}"
        );
    }
}

#[test]
fn golden_week_is_skipped_and_its_make_up_days_are_worked() {
    check_days(
        &shanghai(),
        &[
            ("2026-09-30T17:00:00+08:00", 0, "2026-09-30T18:00:00+08:00"),
            ("2026-09-30T17:00:00+08:00", 1, "2026-10-08T18:00:00+08:00"),
            // Thursday, Friday and the Saturday that is worked.
            ("2026-09-30T17:00:00+08:00", 3, "2026-10-10T18:00:00+08:00"),
            // The moment of closing is outside: it counts as Thursday.
            ("2026-09-30T18:00:00+08:00", 1, "2026-10-09T18:00:00+08:00"),
            ("2026-10-03T12:00:00+08:00", 3, "2026-10-12T18:00:00+08:00"),
            (
                "2026-10-09T08:59:59.999+08:00",
                1,
                "2026-10-10T18:00:00+08:00",
            ),
            ("2026-10-10T12:00:00+08:00", 1, "2026-10-12T18:00:00+08:00"),
            ("2026-10-11T12:00:00+08:00", 0, "2026-10-12T18:00:00+08:00"),
            // A Saturday before the Sunday that is worked.
            ("2026-09-19T12:00:00+08:00", 1, "2026-09-21T18:00:00+08:00"),
            ("2026-09-24T10:00:00+08:00", 1, "2026-09-28T18:00:00+08:00"),
            // Still Wednesday in London, already Thursday in Shanghai.
            ("2026-09-30T23:30:00+01:00", 1, "2026-10-09T18:00:00+08:00"),
        ],
    );
    check_hours(
        &shanghai(),
        &[
            ("2026-09-30T17:00:00+08:00", 0, "2026-09-30T17:00:00+08:00"),
            ("2026-09-30T17:00:00+08:00", 1, "2026-09-30T18:00:00+08:00"),
            ("2026-09-30T17:00:00+08:00", 2, "2026-10-08T10:00:00+08:00"),
            ("2026-10-03T12:00:00+08:00", 0, "2026-10-08T09:00:00+08:00"),
            ("2026-10-08T09:00:00+08:00", 27, "2026-10-10T18:00:00+08:00"),
            ("2026-10-08T09:00:00+08:00", 28, "2026-10-12T10:00:00+08:00"),
        ],
    );
}

#[test]
fn new_york_keeps_its_hours_over_both_changes_of_the_clock() {
    let office = calendar("America/New_York", FIVE, OFFICE, "");
    check_days(
        &office,
        &[
            ("2026-03-06T16:00:00-05:00", 1, "2026-03-09T18:00:00-04:00"),
            ("2026-10-30T16:00:00-04:00", 1, "2026-11-02T18:00:00-05:00"),
        ],
    );
    check_hours(
        &office,
        &[
            ("2026-03-06T16:00:00-05:00", 3, "2026-03-09T10:00:00-04:00"),
            ("2026-10-30T16:00:00-04:00", 3, "2026-11-02T10:00:00-05:00"),
        ],
    );
    let always = calendar("America/New_York", ALL, WHOLE, "");
    check_days(
        &always,
        &[
            ("2026-03-07T12:00:00-05:00", 0, "2026-03-08T00:00:00-05:00"),
            ("2026-03-07T12:00:00-05:00", 1, "2026-03-09T00:00:00-04:00"),
            ("2026-10-31T12:00:00-04:00", 0, "2026-11-01T00:00:00-04:00"),
            ("2026-10-31T12:00:00-04:00", 1, "2026-11-02T00:00:00-05:00"),
        ],
    );
    check_hours(
        &always,
        &[
            ("2026-03-07T12:00:00-05:00", 24, "2026-03-08T13:00:00-04:00"),
            ("2026-10-31T12:00:00-04:00", 24, "2026-11-01T11:00:00-05:00"),
        ],
    );
}

#[test]
fn hours_that_the_clock_skips_or_shows_twice_are_counted_as_they_pass() {
    // 02:30 does not exist on 8 March: work begins when the clock jumps to three.
    let gap = calendar("America/New_York", ALL, ("02:30", "10:00"), "");
    check_hours(
        &gap,
        &[
            ("2026-03-08T00:00:00-05:00", 0, "2026-03-08T03:00:00-04:00"),
            ("2026-03-08T00:00:00-05:00", 7, "2026-03-08T10:00:00-04:00"),
            ("2026-03-08T00:00:00-05:00", 8, "2026-03-09T03:30:00-04:00"),
        ],
    );
    // 01:30 comes twice on 1 November: work ends with the second.
    let fold = calendar("America/New_York", ALL, ("00:00", "01:30"), "");
    check_hours(
        &fold,
        &[
            ("2026-11-01T00:00:00-04:00", 2, "2026-11-01T01:00:00-05:00"),
            ("2026-11-01T00:00:00-04:00", 3, "2026-11-02T00:30:00-05:00"),
        ],
    );
    check_days(
        &fold,
        &[("2026-11-01T01:10:00-05:00", 0, "2026-11-01T01:30:00-05:00")],
    );
    // Work lies wholly in the hour that is skipped: no working day.
    let none = calendar("America/New_York", ALL, ("02:00", "03:00"), "");
    assert!(!none.is_working(date(2026, 3, 8)));
    assert!(none.is_working(date(2026, 3, 9)));
    check_days(
        &none,
        &[("2026-03-07T02:30:00-05:00", 1, "2026-03-09T03:00:00-04:00")],
    );
    // São Paulo skipped midnight on 4 November 2018.
    let midnight = calendar("America/Sao_Paulo", ALL, WHOLE, "");
    check_days(
        &midnight,
        &[
            ("2018-11-03T12:00:00-03:00", 0, "2018-11-04T01:00:00-02:00"),
            ("2018-11-03T12:00:00-03:00", 1, "2018-11-05T00:00:00-02:00"),
        ],
    );
}

#[test]
fn berlin_has_its_holidays_and_its_changes_of_the_clock() {
    let own =
        r#"holidays = ["2026-04-03", "2026-04-06", "2026-12-25", "2026-12-26", "2027-01-01"]"#;
    check_days(
        &calendar("Europe/Berlin", FIVE, OFFICE, own),
        &[
            // Good Friday and Easter Monday.
            ("2026-04-02T15:00:00+02:00", 1, "2026-04-07T18:00:00+02:00"),
            ("2026-03-27T17:30:00+01:00", 1, "2026-03-30T18:00:00+02:00"),
            ("2026-10-23T12:00:00+02:00", 1, "2026-10-26T18:00:00+01:00"),
            ("2026-12-24T10:00:00+01:00", 3, "2026-12-30T18:00:00+01:00"),
            ("2026-12-31T17:59:00+01:00", 1, "2027-01-04T18:00:00+01:00"),
        ],
    );
}

#[test]
fn a_day_that_apia_skipped_is_no_business_day() {
    let office = calendar("Pacific/Apia", FIVE, OFFICE, "");
    assert!(!office.is_working(date(2011, 12, 30)));
    check_days(
        &office,
        &[
            ("2011-12-29T10:00:00-10:00", 0, "2011-12-29T18:00:00-10:00"),
            ("2011-12-29T10:00:00-10:00", 1, "2012-01-02T18:00:00+14:00"),
        ],
    );
    // Not even one that the operator declared.
    let extra = calendar(
        "Pacific/Apia",
        FIVE,
        OFFICE,
        r#"extra_days = ["2011-12-30"]"#,
    );
    assert!(!extra.is_working(date(2011, 12, 30)));
    let always = calendar("Pacific/Apia", ALL, WHOLE, "");
    check_days(
        &always,
        &[("2011-12-29T12:00:00-10:00", 1, "2012-01-01T00:00:00+14:00")],
    );
    check_hours(
        &always,
        &[("2011-12-29T12:00:00-10:00", 24, "2011-12-31T12:00:00+14:00")],
    );
}

#[test]
fn offsets_of_quarter_hours_and_weeks_from_sunday_are_counted() {
    let kathmandu = calendar("Asia/Kathmandu", SIX, OFFICE, "");
    check_days(
        &kathmandu,
        &[
            ("2026-11-27T17:00:00+05:45", 1, "2026-11-29T18:00:00+05:45"),
            ("2026-11-28T12:00:00+05:45", 1, "2026-11-30T18:00:00+05:45"),
            // 12:15 in UTC is 18:00 in Kathmandu.
            ("2026-11-26T12:14:59Z", 0, "2026-11-26T18:00:00+05:45"),
            ("2026-11-26T12:15:00Z", 0, "2026-11-27T18:00:00+05:45"),
        ],
    );
    check_hours(
        &kathmandu,
        &[("2026-11-27T17:00:00+05:45", 2, "2026-11-29T10:00:00+05:45")],
    );
}

#[test]
fn leap_days_and_new_year_are_days_like_others() {
    let utc = calendar("UTC", FIVE, OFFICE, "");
    check_days(
        &utc,
        &[
            ("2028-02-28T10:00:00Z", 1, "2028-02-29T18:00:00Z"),
            ("2028-02-28T10:00:00Z", 2, "2028-03-01T18:00:00Z"),
            ("2027-02-26T10:00:00Z", 1, "2027-03-01T18:00:00Z"),
        ],
    );
    check_days(
        &Calendar::default(),
        &[("2026-12-31T23:59:59.999Z", 1, "2027-01-02T00:00:00Z")],
    );
    check_days(
        &calendar("UTC", FIVE, WHOLE, r#"holidays = ["2027-01-01"]"#),
        &[
            ("2026-12-31T23:59:59.999Z", 1, "2027-01-05T00:00:00Z"),
            ("2027-01-01T00:00:00Z", 1, "2027-01-06T00:00:00Z"),
        ],
    );
    // Five days a week make 366 business days a year and 146 days.
    check_days(
        &utc,
        &[("2026-11-26T10:00:00Z", 366, "2028-04-21T18:00:00Z")],
    );
}

#[test]
fn plain_hours_pass_on_holidays_too() {
    let from = at("2026-09-30T17:00:00+08:00");
    let expected = at("2026-10-02T17:00:00+08:00");
    assert_eq!(due_plain_hours(from, 48), expected);
}

#[test]
fn absurd_counts_and_moments_end() {
    let calendar = shanghai();
    let from = at("2026-11-26T10:00:00Z");
    for days in [40_000, u32::MAX] {
        assert_eq!(due(&calendar, from, days), Err(TooFar));
        assert_eq!(due_hours(&calendar, from, u32::MAX), Err(TooFar));
    }
    for from in [i64::MAX, i64::MIN, Timestamp::MAX.as_millisecond()] {
        assert_eq!(due(&calendar, Millis(from), 1), Err(TooFar));
        assert_eq!(due_hours(&calendar, Millis(from), 1), Err(TooFar));
    }
    // As many holidays as a calendar holds, all on its one working day of the week.
    let mondays = (0..MOST_DATES as i64).map(|week| {
        let monday = date(2026, 11, 30).checked_add((7 * week).days());
        format!("\"{}\"", monday.expect("a date"))
    });
    let own = format!("holidays = [{}]", mondays.collect::<Vec<_>>().join(", "));
    let rare = super::tests::calendar("UTC", r#"["monday"]"#, OFFICE, &own);
    check_days(
        &rare,
        &[("2026-11-26T10:00:00Z", 0, "2046-01-29T18:00:00Z")],
    );
}

/// Zones with daylight saving, half and quarter hours, skipped days, changes at midnight, and without any change.
const ZONES: [&str; 16] = [
    "UTC",
    "Asia/Shanghai",
    "America/New_York",
    "Europe/Berlin",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "America/Havana",
    "America/Sao_Paulo",
    "Pacific/Kwajalein",
    "Africa/Casablanca",
    "Asia/Tehran",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Pacific/Kiritimati",
];

fn any_calendar() -> impl Strategy<Value = Calendar> {
    let zone = prop::sample::select(&ZONES[..]);
    let weekdays = prop::collection::btree_set(0..7_usize, 1..=7);
    let minutes = (0..1_440_u16, 1..=1_440_u16).prop_filter("opens first", |(a, b)| a < b);
    let day = (1969_i16..2040, 1..=12_i8, 1..=28_i8).prop_map(|(y, m, d)| date(y.max(1970), m, d));
    let near = (-40..40_i64).prop_map(|days| {
        let found = date(2026, 11, 26).checked_add(days.days());
        found.expect("a date")
    });
    let dates = prop::collection::btree_set(prop_oneof![day, near], 0..30);
    (zone, weekdays, minutes, dates.clone(), dates).prop_map(
        |(zone, weekdays, (opens, closes), holidays, extra)| {
            let show = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
            Calendar::new(CalendarRules {
                zone: zone.to_owned(),
                weekdays: weekdays.into_iter().map(|n| Weekday::ALL[n]).collect(),
                opens: show(opens).parse().expect("a time"),
                closes: show(closes).parse().expect("a time"),
                extra_days: extra.difference(&holidays).copied().collect(),
                holidays,
            })
            .expect("a calendar")
        },
    )
}

/// Moments from 1970 to 2040, many of them around a change of some clock.
fn any_moment() -> impl Strategy<Value = Millis> {
    let changes = prop::sample::select(vec![
        "2026-03-08T07:00:00Z",
        "2026-11-01T06:00:00Z",
        "2026-10-25T01:00:00Z",
        "2011-12-30T10:00:00Z",
        "2018-11-04T03:00:00Z",
        "2010-11-07T02:31:00Z",
        "1993-08-21T12:00:00Z",
        "2026-11-26T00:00:00Z",
    ]);
    prop_oneof![
        (0..2_208_988_800_000_i64).prop_map(Millis),
        (changes, -3 * DAY..3 * DAY).prop_map(|(text, by)| at(text).plus(by)),
    ]
}

fn working_dates(calendar: &Calendar, from: Date) -> BTreeSet<Date> {
    let days = (0..60_i64).filter_map(|n| from.checked_add(n.days()).ok());
    days.filter(|day| calendar.is_working(*day)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn due_is_never_past_never_on_a_free_day_and_never_early(
        calendar in any_calendar(), from in any_moment(), days in 0..12_u32, more in 1..4_u32,
        later in 0..4 * DAY,
    ) {
        let found = due(&calendar, from, days).expect("a due moment");
        prop_assert!(found > from);
        // The last moment of working time belongs to a working day, or to one next to it where midnight comes twice.
        let day = calendar.date(found.plus(-1));
        let near = [day.yesterday().expect("a day"), day, day.tomorrow().expect("a day")];
        let closes = near.iter().filter_map(|day| calendar.open(*day)).any(|open| open.until == found);
        prop_assert!(closes, "{} is no end of a working day", found.to_timestamp());
        let further = due(&calendar, from, days + more).expect("a due moment");
        prop_assert!(further > found);
        let late = due(&calendar, from.plus(later), days).expect("a due moment");
        prop_assert!(late >= found);
    }

    #[test]
    fn hours_run_on_and_only_in_working_time(
        calendar in any_calendar(), from in any_moment(), hours in 0..60_u32, later in 0..4 * DAY,
    ) {
        let found = due_hours(&calendar, from, hours).expect("a due moment");
        prop_assert!(found >= from);
        let next = due_hours(&calendar, from, hours + 1).expect("a due moment");
        prop_assert!(next.0 - found.0 >= HOUR);
        let late = due_hours(&calendar, from.plus(later), hours).expect("a due moment");
        prop_assert!(late >= found);
        // Counted the slow way: minute by minute.
        if found.0 - from.0 < 20 * DAY {
            let dates = working_dates(&calendar, calendar.date(from.plus(-2 * DAY)));
            let opens: Vec<Open> = dates.iter().filter_map(|day| calendar.open(*day)).collect();
            let worked = |at: Millis| opens.iter().any(|open| open.from <= at && at < open.until);
            let begin = Millis(from.0.div_euclid(MINUTE) * MINUTE);
            let passed = (0..(found.0 - begin.0) / MINUTE).filter(|n| worked(begin.plus(n * MINUTE)));
            let passed = i64::try_from(passed.count()).expect("a count") * MINUTE;
            prop_assert!((passed - i64::from(hours) * HOUR).abs() <= MINUTE, "{passed}");
        }
    }

    #[test]
    fn working_times_of_following_days_never_overlap(calendar in any_calendar(), around in any_moment()) {
        let day = calendar.date(around);
        let opens: Vec<Open> = (-5..5_i64)
            .filter_map(|n| day.checked_add(n.days()).ok())
            .filter_map(|day| calendar.open(day))
            .collect();
        for pair in opens.windows(2) {
            prop_assert!(pair[0].from < pair[0].until && pair[0].until <= pair[1].from);
        }
    }

    #[test]
    fn a_calendar_written_reads_back(calendar in any_calendar()) {
        let text = toml::to_string(&calendar).expect("written");
        prop_assert_eq!(toml::from_str::<Calendar>(&text).expect("read"), calendar);
    }
}
