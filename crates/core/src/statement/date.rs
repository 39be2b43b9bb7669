//! Dates as people write them, as machines read them.

use jiff::civil::Date;

use super::nonce::{is_dash, narrow};

/// First three letters of the months in English.
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// A piece of a line.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    /// Digits: how many, and their value.
    Number(usize, u32),
    /// Latin letters in lower case.
    Word(String),
    /// What may stand between the numbers of a date.
    Joint(char),
    /// Anything else.
    Other,
}

/// Returns the date among lines that is nearest to a day, of two equally near ones the earlier.
///
/// Read are 2026-11-26, 2026/11/26, 2026.11.26, 2026年11月26日, 20261126, 26.11.2026, 26/11/2026, 11/26/2026,
/// 26 November 2026 and November 26, 2026, in ASCII and full-width digits. Where day and month can be taken for each
/// other, both dates are considered.
pub(super) fn nearest(lines: &[String], to: Date) -> Option<Date> {
    let mut dates: Vec<Date> = lines.iter().flat_map(|line| dates(line)).collect();
    dates.sort_by_key(|date| (distance(*date, to), *date));
    dates.first().copied()
}

/// Returns how many days lie between two dates.
pub(super) fn distance(a: Date, b: Date) -> u32 {
    let days = (a - b).get_days();
    days.unsigned_abs()
}

fn dates(line: &str) -> Vec<Date> {
    let pieces = pieces(line);
    let mut found = Vec::new();
    for start in 0..pieces.len() {
        at(&pieces[start..], &mut found);
    }
    found
}

/// Adds the dates that pieces begin with.
fn at(pieces: &[Piece], found: &mut Vec<Date>) {
    use Piece::{Joint, Number, Word};
    let mut add = |year: u32, month: u32, day: u32| {
        let parts = (i16::try_from(year), i8::try_from(month), i8::try_from(day));
        if let (Ok(year), Ok(month), Ok(day)) = parts
            && let Ok(date) = Date::new(year, month, day)
        {
            found.push(date);
        }
    };
    match pieces {
        [
            Number(4, year),
            Joint(_),
            Number(1 | 2, month),
            Joint(_),
            Number(1 | 2, day),
            ..,
        ] => {
            add(*year, *month, *day);
        }
        [
            Number(1 | 2, a),
            Joint(_),
            Number(1 | 2, b),
            Joint(_),
            Number(4, year),
            ..,
        ] => {
            add(*year, *b, *a);
            add(*year, *a, *b);
        }
        [Number(1 | 2, day), Word(word), Number(4, year), ..]
        | [
            Number(1 | 2, day),
            Joint('.'),
            Word(word),
            Number(4, year),
            ..,
        ]
        | [Word(word), Number(1 | 2, day), Number(4, year), ..]
        | [
            Word(word),
            Number(1 | 2, day),
            Joint('.' | ','),
            Number(4, year),
            ..,
        ] => {
            if let Some(month) = month(word) {
                add(*year, month, *day);
            }
        }
        [Number(8, all), ..] => add(all / 10_000, all / 100 % 100, all % 100),
        _ => {}
    }
}

fn month(word: &str) -> Option<u32> {
    let month = MONTHS.iter().position(|month| word.starts_with(month))?;
    u32::try_from(month + 1).ok()
}

/// Cuts a line into pieces. Spaces part words and numbers and are otherwise left out; `2026 年 11 月 26 日` is one date.
fn pieces(line: &str) -> Vec<Piece> {
    let chars: Vec<char> = line.chars().map(narrow).collect();
    let mut pieces = Vec::new();
    let mut rest = &chars[..];
    while let Some(&ch) = rest.first() {
        let run = |of: fn(&char) -> bool| rest.iter().take_while(|ch| of(ch)).count().max(1);
        let (length, piece) = if is_digit(&ch) {
            let length = run(is_digit);
            (length, number(&rest[..length]))
        } else if ch.is_ascii_alphabetic() {
            let length = run(char::is_ascii_alphabetic);
            let word: String = rest[..length].iter().collect();
            (length, Some(Piece::Word(word.to_lowercase())))
        } else if ch.is_whitespace() {
            (1, None)
        } else if is_dash(ch) && ch != '.' && ch != '·' {
            (1, Some(Piece::Joint('-')))
        } else {
            (1, Some(joint(ch)))
        };
        pieces.extend(piece);
        rest = &rest[length..];
    }
    pieces
}

fn is_digit(ch: &char) -> bool {
    ch.is_ascii_digit()
}

fn number(digits: &[char]) -> Option<Piece> {
    let text: String = digits.iter().collect();
    let value = text.parse().ok();
    Some(value.map_or(Piece::Other, |value| Piece::Number(digits.len(), value)))
}

fn joint(ch: char) -> Piece {
    match ch {
        '.' | '·' | '。' => Piece::Joint('.'),
        '/' | '\\' => Piece::Joint('/'),
        ',' | '，' => Piece::Joint(','),
        '年' | '月' => Piece::Joint(ch),
        // A recogniser's other readings of the two.
        '午' | '牛' => Piece::Joint('年'),
        '用' | '目' => Piece::Joint('月'),
        _ => Piece::Other,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn read(line: &str) -> Option<Date> {
        nearest(&[line.to_owned()], date(2026, 11, 26))
    }

    #[test]
    fn dates_are_read_in_the_forms_that_people_write() {
        let day = Some(date(2026, 11, 26));
        for line in [
            "2026-11-26",
            "2026/11/26",
            "2026.11.26",
            "2026年11月26日",
            "2026 年 11 月 26 日",
            "日期：２０２６年１１月２６日",
            "20261126",
            "26.11.2026",
            "26/11/2026",
            "11/26/2026",
            "26 November 2026",
            "26. Nov 2026",
            "November 26, 2026",
            "Nov 26 2026",
            "Date: 2026 - 11 - 26.",
            "2026一11一26",
        ] {
            assert_eq!(read(line), day, "{line}");
        }
        assert_eq!(read("2026年1月5日"), Some(date(2026, 1, 5)));
        assert_eq!(read("5.1.2026"), Some(date(2026, 5, 1)));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for line in [
            "",
            "2026",
            "2026-13-41",
            "2026-02-30",
            "99999999",
            "K4H-7PT",
            "year 2026 month",
            "123456789012345678901234567890",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn of_several_dates_the_nearest_counts() {
        let lines = ["2020-01-01".to_owned(), "2026-11-25 2026-12-31".to_owned()];
        assert_eq!(
            nearest(&lines, date(2026, 11, 26)),
            Some(date(2026, 11, 25))
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(line in ".{0,80}") {
            read(&line);
        }

        #[test]
        fn any_date_is_read_back(year in 1000_i16..=9999, month in 1_i8..=12, day in 1_i8..=28) {
            let day = date(year, month, day);
            let to = |line: String| nearest(&[line], day);
            prop_assert_eq!(to(day.to_string()), Some(day));
            let (y, m, d) = (day.year(), day.month(), day.day());
            prop_assert_eq!(to(format!("{y}年{m}月{d}日")), Some(day));
            prop_assert_eq!(to(format!("{d:02}.{m:02}.{y}")), Some(day));
        }
    }
}
