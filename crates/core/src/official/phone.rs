//! Telephone numbers in one form.

use unicode_normalization::UnicodeNormalization as _;

/// Digits of a number with its country's code: the most that E.164 allows, and the least that any country has.
const WORLDWIDE: std::ops::RangeInclusive<usize> = 7..=15;
/// Digits of one without: service numbers are short, `95588`.
const NATIONAL: std::ops::RangeInclusive<usize> = 3..=15;

/// Returns a number as numbers are compared: its digits, with `+` in front where it has its country's code. `None` for what is no
/// number. Nothing is guessed: a number without its country's code is another one than the same with it.
pub(super) fn phone(text: &str) -> Option<String> {
    let text: String = text.nfkc().collect();
    let text = text.trim();
    let plain = text
        .split_at_checked(4)
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("tel:"));
    let text = plain.map_or(text, |(_, rest)| rest);
    let text = text.split([';', '?']).next().unwrap_or_default().trim();
    let (plus, rest) = match text.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mark = |ch: char| {
        matches!(
            ch,
            ' ' | '-' | '(' | ')' | '.' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}'
        )
    };
    if !rest.chars().all(|ch| ch.is_ascii_digit() || mark(ch)) {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.strip_prefix("00") {
        Some(world) if !plus && WORLDWIDE.contains(&world.len()) => format!("+{world}"),
        _ if plus => format!("+{digits}"),
        _ => digits,
    };
    let lengths = match digits.starts_with('+') {
        true => WORLDWIDE,
        false => NATIONAL,
    };
    let n = digits.bytes().filter(u8::is_ascii_digit).count();
    lengths.contains(&n).then_some(digits)
}
