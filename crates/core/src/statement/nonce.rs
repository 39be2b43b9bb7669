//! The code of a case: short enough to write by hand, plain enough to be read by a machine.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::NonceRead;

/// Letters and digits that look like no other one of them, in handwriting and to a recogniser. Missing are those of the
/// pairs and triples B8, DOQ0, GC6, I1L, S5, UV, Z2, and M with its neighbours N and W: three strokes are soon four.
const ALPHABET: [char; 23] = [
    'A', 'C', 'D', 'E', 'F', 'H', 'J', 'K', 'L', 'N', 'P', 'R', 'T', 'U', 'W', 'X', 'Y', '3', '4',
    '6', '7', '8', '9',
];
/// Characters that carry the chance: 23^8 is more than 36 bits.
const DATA: usize = 8;
/// With the check character.
const LENGTH: usize = DATA + 1;
/// Characters of a group.
const GROUP: usize = 3;

/// What a reader may make of a character of the alphabet, folded back to it. Each stands outside of the alphabet and for
/// one of its characters only, so that no two codes are ever taken for each other.
const LOOK_ALIKES: [(char, char); 22] = [
    ('O', 'D'),
    ('0', 'D'),
    ('Q', 'D'),
    ('I', 'L'),
    ('1', 'L'),
    ('|', 'L'),
    ('V', 'U'),
    ('B', '8'),
    ('G', '6'),
    ('S', '8'),
    ('Z', '7'),
    ('×', 'X'),
    ('А', 'A'),
    ('С', 'C'),
    ('Е', 'E'),
    ('Н', 'H'),
    ('К', 'K'),
    ('Р', 'P'),
    ('Т', 'T'),
    ('Х', 'X'),
    ('丫', 'Y'),
    ('下', 'T'),
];

/// The code of one case: eight characters by chance and one that checks them, in groups of three.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Nonce([u8; LENGTH]);

/// Why a text is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("read the code of a statement: not three groups of three characters that check each other")]
pub struct NoNonce;

impl Nonce {
    /// Returns the code that a random number gives. A number of 64 bits favours some codes by less than one in a
    /// hundred million.
    pub fn of_random(random: u64) -> Self {
        let mut left = random;
        let mut data = [0; LENGTH];
        for place in data.iter_mut().take(DATA) {
            *place = (left % ALPHABET.len() as u64) as u8;
            left /= ALPHABET.len() as u64;
        }
        data[DATA] = check(&data);
        Self(data)
    }

    fn from_places(places: [u8; LENGTH]) -> Option<Self> {
        (places[DATA] == check(&places)).then_some(Self(places))
    }
}

/// Returns the check character: a weighted sum modulo the size of the alphabet, a prime, with weights that differ, so
/// that one wrong character and two exchanged ones are always noticed.
fn check(places: &[u8; LENGTH]) -> u8 {
    let weighted = places.iter().take(DATA).zip(1_u32..);
    let sum: u32 = weighted
        .map(|(place, weight)| u32::from(*place) * weight)
        .sum();
    (sum % ALPHABET.len() as u32) as u8
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, place) in self.0.iter().enumerate() {
            if n > 0 && n % GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{}", ALPHABET[usize::from(*place)])?;
        }
        Ok(())
    }
}

/// A code opens no door, but stands in no log either.
impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(..)")
    }
}

impl FromStr for Nonce {
    type Err = NoNonce;

    fn from_str(text: &str) -> Result<Self, NoNonce> {
        let places: Option<Vec<u8>> = text
            .chars()
            .filter(|ch| !is_joint(*ch))
            .map(place)
            .collect();
        let places = places.and_then(|places| places.try_into().ok());
        places.and_then(Self::from_places).ok_or(NoNonce)
    }
}

impl TryFrom<String> for Nonce {
    type Error = NoNonce;

    fn try_from(text: String) -> Result<Self, NoNonce> {
        text.parse()
    }
}

impl From<Nonce> for String {
    fn from(nonce: Nonce) -> Self {
        nonce.to_string()
    }
}

/// Returns the place of a character in the alphabet, look-alikes and small letters folded.
fn place(ch: char) -> Option<u8> {
    let ch = narrow(ch).to_uppercase().next().unwrap_or(ch);
    let folded = LOOK_ALIKES.iter().find(|(seen, _)| *seen == ch);
    let ch = folded.map_or(ch, |(_, meant)| *meant);
    let at = ALPHABET.iter().position(|letter| *letter == ch)?;
    u8::try_from(at).ok()
}

/// Returns the ASCII form of a full-width character; any other one as it is.
pub(super) fn narrow(ch: char) -> char {
    match ch {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(ch) - 0xfee0).unwrap_or(ch),
        '\u{3000}' => ' ',
        _ => ch,
    }
}

/// Stands between groups: spaces, and whatever a dash is read as.
fn is_joint(ch: char) -> bool {
    is_dash(ch) || narrow(ch).is_whitespace()
}

pub(super) fn is_dash(ch: char) -> bool {
    matches!(
        ch,
        '-' | '‐'
            | '‑'
            | '‒'
            | '–'
            | '—'
            | '―'
            | '−'
            | '一'
            | 'ー'
            | '~'
            | '～'
            | '_'
            | '－'
            | '.'
            | '·'
            | '・'
            | '•'
    )
}

/// Looks for a code among lines: anywhere in a line, with or without its dashes, and over the end of a line.
pub(super) fn find(ours: &Nonce, lines: &[String]) -> NonceRead {
    // What is no character of a code parts what stands around it.
    let mut all: Vec<Option<u8>> = Vec::new();
    for line in lines {
        let places = line.chars().filter(|ch| !is_joint(*ch)).map(place);
        all.extend(places);
    }
    let ours_read = all.windows(LENGTH).any(|window| {
        window
            .iter()
            .zip(ours.0)
            .all(|(read, place)| *read == Some(place))
    });
    if ours_read {
        return NonceRead::Ours;
    }
    match lines.iter().any(|line| holds_code(line)) {
        true => NonceRead::Other,
        false => NonceRead::None,
    }
}

/// Is there a code as it is dictated: three groups of three with dashes, that check each other?
fn holds_code(line: &str) -> bool {
    let chars: Vec<char> = line
        .chars()
        .filter(|ch| !narrow(*ch).is_whitespace())
        .collect();
    let whole = LENGTH + LENGTH / GROUP - 1;
    chars.windows(whole).any(|window| {
        let dashes = (0..whole).all(|n| (n % (GROUP + 1) == GROUP) == is_dash(window[n]));
        dashes && window.iter().collect::<String>().parse::<Nonce>().is_ok()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn look_alikes_stand_outside_of_the_alphabet() {
        for (seen, meant) in LOOK_ALIKES {
            assert!(!ALPHABET.contains(&seen), "{seen}");
            assert!(ALPHABET.contains(&meant), "{meant}");
        }
    }

    #[test]
    fn a_code_is_found_as_people_and_machines_write_it() {
        let ours = Nonce::of_random(0x1234_5678_9abc_def0);
        let shown = ours.to_string();
        assert_eq!(shown.len(), 11);
        let without = shown.replace('-', "");
        let (head, tail) = shown.split_at(4);
        for lines in [
            vec![shown.clone()],
            vec![format!("Code: {}", shown.to_lowercase())],
            vec![format!("编号：{}", shown.replace('-', " 一 "))],
            vec![without.clone()],
            vec![format!("{without}2026年11月26日")],
            vec![head.to_owned(), tail.to_owned()],
        ] {
            assert_eq!(find(&ours, &lines), NonceRead::Ours, "{lines:?}");
        }
        let other = Nonce::of_random(7);
        assert_eq!(find(&ours, &[other.to_string()]), NonceRead::Other);
        for none in ["", "2026-11-26", "ABC-DEF", "仅供身份验证使用"] {
            assert_eq!(find(&ours, &[none.to_owned()]), NonceRead::None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn a_code_reads_back(random: u64) {
            let nonce = Nonce::of_random(random);
            prop_assert_eq!(nonce.to_string().parse::<Nonce>(), Ok(nonce));
        }

        #[test]
        fn one_wrong_character_or_two_exchanged_ones_are_no_code(
            random: u64, at in 0..LENGTH, other in 1..ALPHABET.len(), second in 0..LENGTH,
        ) {
            let Nonce(places) = Nonce::of_random(random);
            let mut wrong = places;
            wrong[at] = ((usize::from(wrong[at]) + other) % ALPHABET.len()) as u8;
            prop_assert_eq!(Nonce::from_places(wrong), None);
            let mut exchanged = places;
            exchanged.swap(at, second);
            // The check character itself has no weight of its own to be exchanged under.
            if exchanged != places && at < DATA && second < DATA {
                prop_assert_eq!(Nonce::from_places(exchanged), None);
            }
        }

        #[test]
        fn another_cases_code_is_never_ours(a: u64, b: u64) {
            let (ours, other) = (Nonce::of_random(a), Nonce::of_random(b));
            prop_assume!(ours != other);
            prop_assert_ne!(find(&ours, &[other.to_string()]), NonceRead::Ours);
        }

        #[test]
        fn any_text_is_read_without_panic(lines in prop::collection::vec(".{0,60}", 0..6), random: u64) {
            find(&Nonce::of_random(random), &lines);
        }
    }
}
