//! How many guesses a password takes: an estimate, as a power of ten.
//!
//! A password is cut into what a guesser would try: leaked passwords by their rank, the person's own words, rows of keys, dates,
//! and single characters for the rest; the cheapest cut counts. The manner is that of zxcvbn (Wheeler, USENIX Security 2016). Its
//! crate is not used: it reads a clock, and would come with it into every page.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{COMMON, folded, letters, period, unleet};

/// Guesses, as a power of ten, that somebody makes who may only try online and goes on for months (Florêncio, Herley and van
/// Oorschot, LISA 2014). Below it a password is refused; a higher figure would refuse eight random letters.
pub(super) const ONLINE: f32 = 6.0;

/// Passwords that leak most often, the commonest first.
const LEAKED: &str = include_str!("../../data/leaked_passwords.txt");
/// Shortest of them that counts as a part: shorter ones stand in anything.
const SHORTEST_WORD: usize = 3;
/// Longest one, in characters.
const LONGEST_WORD: usize = 32;
/// What a word of our own list costs: it stands for the ways in which people here write a common one.
const OWN_LIST: f32 = 2.0;
/// What a word of the person or the service costs: whoever guesses for them tries these first.
const PERSONAL: f32 = 0.5;
/// What it costs that a part may stand elsewhere, or be written with digits for letters.
const TWIST: f32 = 0.3;
/// A character that could be any of some ten, as zxcvbn has it; one of a script of thousands says twice as much.
const CHARACTER: f32 = 1.0;
const CHARACTER_OF_THOUSANDS: f32 = 2.0;
/// Shortest row of keys, and what it costs besides its length.
const SHORTEST_ROW: usize = 4;
const ROW: f32 = 1.0;
/// A year of the last or this century; a day of one.
const YEAR: f32 = 2.1;
const DAY: f32 = 4.6;

/// What a leaked password costs: its rank as a power of ten.
static WORDS: LazyLock<BTreeMap<&str, f32>> = LazyLock::new(|| {
    let mut words: BTreeMap<_, _> = COMMON.lines().map(|word| (word, OWN_LIST)).collect();
    for (n, word) in leaked().enumerate() {
        let cost = ((n + 1) as f32).log10();
        let known = words.entry(word).or_insert(cost);
        *known = known.min(cost);
    }
    words
});

/// Returns leaked passwords, the commonest first.
pub(super) fn leaked() -> impl Iterator<Item = &'static str> {
    let lines = LEAKED.lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Is it one of the lists, as a whole?
pub(super) fn is_leaked(password: &str) -> bool {
    WORDS.contains_key(password)
}

/// Returns the words of a person or service that somebody would try: each name as a whole, its parts, and the end of a number.
pub(super) fn own_words(names: &[&str]) -> Vec<String> {
    let mut words = Vec::new();
    for name in names {
        let name = folded(name);
        words.push(letters(&name));
        let parts = name.split(|c: char| !c.is_alphanumeric());
        words.extend(parts.map(str::to_owned));
        let digits: String = name.chars().filter(char::is_ascii_digit).collect();
        words.extend([6, 8].map(|n| digits[digits.len().saturating_sub(n)..].to_owned()));
    }
    // Two letters stand anywhere; two Han characters are a name.
    let telling = |word: &String| match word.is_ascii() {
        true => word.len() >= SHORTEST_WORD,
        false => word.chars().count() >= 2,
    };
    words.retain(telling);
    words
}

/// Returns how many guesses a password takes at least, as a power of ten, for somebody who knows the words.
pub(super) fn magnitude(password: &str, own: &[String]) -> f32 {
    let folded = folded(password);
    let part = period(&folded);
    let times = (folded.len() / part.len().max(1)).max(1);
    cheapest(part, own) + (times as f32).log10()
}

/// Returns the cost of the cheapest cut.
fn cheapest(text: &str, own: &[String]) -> f32 {
    let chars: Vec<char> = text.chars().collect();
    let mut starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    starts.push(text.len());
    // What the first so many characters cost.
    let mut costs = vec![0.0_f32];
    for end in 1..=chars.len() {
        let mut best = costs[end - 1] + character(chars[end - 1]);
        let mut in_row = true;
        for start in (0..end - 1).rev() {
            in_row = in_row && follows(chars[start], chars[start + 1]);
            let length = end - start;
            if !in_row && length > LONGEST_WORD {
                break;
            }
            let row = (in_row && length >= SHORTEST_ROW).then(|| ROW + (length as f32).log10());
            let piece = &text[starts[start]..starts[end]];
            let part = (length <= LONGEST_WORD).then(|| part(piece, length, own));
            for cost in [row, part.flatten()].into_iter().flatten() {
                best = best.min(costs[start] + cost + TWIST);
            }
        }
        costs.push(best);
    }
    costs.last().copied().unwrap_or_default()
}

const fn character(c: char) -> f32 {
    match c {
        // Han, kana, hangul, emoji.
        '\u{2e80}'.. => CHARACTER_OF_THOUSANDS,
        _ => CHARACTER,
    }
}

/// Returns what a piece costs that somebody would try as a whole.
fn part(piece: &str, length: usize, own: &[String]) -> Option<f32> {
    let personal = own.iter().any(|word| word == piece).then_some(PERSONAL);
    let word = (length >= SHORTEST_WORD).then(|| WORDS.get(piece).copied());
    let plain = match unleet(piece) {
        Cow::Borrowed(_) => None,
        Cow::Owned(plain) => WORDS.get(&plain[..]).map(|cost| cost + TWIST),
    };
    let known = [personal, word.flatten(), plain, date(piece)];
    known.into_iter().flatten().reduce(f32::min)
}

/// Is it a year, or a day with or without century, in any order?
fn date(piece: &str) -> Option<f32> {
    if !piece.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |digits: &str| digits.parse::<u32>().unwrap_or_default();
    let year = |digits: &str| (1900..2100).contains(&number(digits));
    let day = |digits: &str| {
        let (a, b) = (number(&digits[..2]), number(&digits[2..]));
        let of = |month, day| (1..=12).contains(&month) && (1..=31).contains(&day);
        of(a, b) || of(b, a)
    };
    match piece.len() {
        4 if year(piece) => Some(YEAR),
        6 if day(&piece[..4]) || day(&piece[2..]) => Some(DAY),
        8 if year(&piece[..4]) && day(&piece[4..]) => Some(DAY),
        8 if year(&piece[4..]) && day(&piece[..4]) => Some(DAY),
        _ => None,
    }
}

/// Does a character follow another on the keyboard, in the alphabet or in counting, in either direction, or repeat it?
pub(super) fn follows(a: char, b: char) -> bool {
    const ROWS: [&str; 5] = [
        "1234567890",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "!@#$%^&*()",
    ];
    const COUNTED: &str = "一二三四五六七八九十";
    let beside = |row: &str| {
        let place = |c| row.chars().position(|key| key == c);
        place(a).zip(place(b)).is_some_and(|(a, b)| {
            a.abs_diff(b) == 1 || (row.is_ascii() && a.abs_diff(b) == row.len() - 1)
        })
    };
    let step = i64::from(u32::from(b)) - i64::from(u32::from(a));
    step.abs() <= 1 || ROWS.into_iter().chain([COUNTED]).any(beside)
}
