//! Dates as printed zones write them (ICAO Doc 9303-3, 3.8, and what issuers do besides).

use jiff::civil::Date;

use super::fold::fold;

/// Beginnings of month names, folded: English, French, Spanish, German, Italian, Portuguese, Dutch.
/// Longer ones first where one begins another.
const MONTHS: &[(&str, i8)] = &[
    ("juil", 7),
    ("juin", 6),
    ("jan", 1),
    ("ene", 1),
    ("gen", 1),
    ("feb", 2),
    ("fev", 2),
    ("mar", 3),
    ("mrt", 3),
    ("apr", 4),
    ("avr", 4),
    ("abr", 4),
    ("may", 5),
    ("mai", 5),
    ("mag", 5),
    ("mei", 5),
    ("jun", 6),
    ("giu", 6),
    ("jul", 7),
    ("lug", 7),
    ("aug", 8),
    ("aou", 8),
    ("ago", 8),
    ("sep", 9),
    ("set", 9),
    ("oct", 10),
    ("okt", 10),
    ("ott", 10),
    ("out", 10),
    ("nov", 11),
    ("dec", 12),
    ("dez", 12),
    ("dic", 12),
];

/// What a date is about; it decides the century of a two-digit year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// A birth: 30 to 99 are the twentieth century.
    Birth,
    /// An issue or expiry: 70 to 99 are the twentieth century (such documents began around 1970).
    Document,
}

enum Token {
    Number(i16, usize),
    Month(i8),
}

/// Reads the first date of a text: `12 AUG/AOUT 74`, `12.08.1974`, `12 08 1974`, `1974-08-12`,
/// `02/18/1957`. Where day and month could be either, the day comes first.
pub(crate) fn printed_date(text: &str, about: About) -> Option<Date> {
    let tokens = tokens(text);
    (0..tokens.len()).find_map(|start| date_at(&tokens[start..], about))
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    for run in chars.chunk_by(|a, b| {
        a.is_ascii_digit() && b.is_ascii_digit() || a.is_alphabetic() && b.is_alphabetic()
    }) {
        let run: String = run.iter().collect();
        match run.parse::<i16>() {
            Ok(number) => tokens.push(Token::Number(number, run.len())),
            Err(_) if run.len() == 8 && run.bytes().all(|b| b.is_ascii_digit()) => {
                let parts = [(0..2), (2..4), (4..8)].map(|part| run[part].parse::<i16>());
                tokens.extend(
                    parts
                        .into_iter()
                        .zip([2, 2, 4])
                        .filter_map(|(number, length)| Some(Token::Number(number.ok()?, length))),
                );
            }
            Err(_) => tokens.extend(month(&run).map(Token::Month)),
        }
    }
    tokens
}

fn month(word: &str) -> Option<i8> {
    let word = fold(word);
    let found = MONTHS.iter().find(|(start, _)| word.starts_with(start));
    // A longer word that only begins alike is no month: MARTIN.
    found
        .filter(|_| word.chars().count() <= 9 && !word.starts_with("mart"))
        .map(|(_, month)| *month)
}

fn date_at(tokens: &[Token], about: About) -> Option<Date> {
    let (day, month, year, length) = match tokens {
        // Two names of one month: AUG/AOUT.
        [
            Token::Number(day, 1..=2),
            Token::Month(month),
            Token::Month(_),
            Token::Number(year, length),
            ..,
        ]
        | [
            Token::Number(day, 1..=2),
            Token::Month(month),
            Token::Number(year, length),
            ..,
        ]
        | [
            Token::Month(month),
            Token::Number(day, 1..=2),
            Token::Number(year, length),
            ..,
        ] => (*day, i16::from(*month), *year, *length),
        [
            Token::Number(year, 4),
            Token::Number(month, 2),
            Token::Number(day, 2),
            ..,
        ] => (*day, *month, *year, 4),
        [
            Token::Number(a, 1..=2),
            Token::Number(b, 1..=2),
            Token::Number(year, length),
            ..,
        ] => {
            if *b > 12 {
                (*b, *a, *year, *length)
            } else {
                (*a, *b, *year, *length)
            }
        }
        _ => return None,
    };
    let year = match length {
        4 => year,
        2 => century(year, about),
        _ => return None,
    };
    if !(1880..2100).contains(&year) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn century(year: i16, about: About) -> i16 {
    let first_of_past = match about {
        About::Birth => 30,
        About::Document => 70,
    };
    year + if year >= first_of_past { 1900 } else { 2000 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        printed_date(text, About::Birth).map(|date| date.to_string())
    }

    #[test]
    fn dates_of_printed_zones_are_read() {
        for text in [
            "12 AUG/AOUT 74",
            "12.08.1974",
            "12 08 1974",
            "1974-08-12",
            "12 AOÛT 1974",
            "12/08/74",
            "12AUG1974",
            "Aug 12 1974",
            "12081974",
            "12. 8. 1974",
        ] {
            assert_eq!(read(text).as_deref(), Some("1974-08-12"), "{text}");
        }
        assert_eq!(read("02/18/1957").as_deref(), Some("1957-02-18"));
        assert_eq!(read("31 JUIL/JUL 90").as_deref(), Some("1990-07-31"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "MARTIN",
            "99.99.2000",
            "12 AUG",
            "L898902C",
            "12 34 56 78",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_century_follows_what_the_date_is_about() {
        let expiry = printed_date("15 APR 45", About::Document).map(|date| date.year());
        assert_eq!(expiry, Some(2045));
        assert_eq!(read("15 APR 45").as_deref(), Some("1945-04-15"));
    }
}
