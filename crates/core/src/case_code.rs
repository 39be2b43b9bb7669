//! Codes that prove a contact: whoever writes or calls for the tenant names one, and the person can check it.
//!
//! A code belongs to one person. It has 8 characters of 27, of each pair of look-alikes one at most; the last character
//! checks the others, so that a slip of the ear is told from a code that is not ours.

use crate::time::{DAY, Millis};

/// Neither 0 nor O, 1 nor I nor L, S (5), B (8), U (V), Z (2).
const ALPHABET: &[u8; 27] = b"23456789ACDEFGHJKMNPQRTVWXY";
/// Weights of the drawn characters. Each, and each difference of neighbours, has no factor in common with 27: one wrong
/// character and two that changed places are always seen. The check itself weighs -1.
const WEIGHTS: [u32; 7] = [1, 2, 4, 5, 7, 8, 10];
/// How many codes that are none a person may ask about within [`WINDOW`]. There are 27^7 codes, some 10^10, of which a
/// person rarely has ten: 10 guesses a day find one after some 280,000 years.
pub const MOST_MISSES: usize = 10;
/// The window of [`MOST_MISSES`] in milliseconds.
pub const WINDOW: i64 = DAY;

/// A code. Without `Debug` or `Display`: it is told to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct CaseCode([u8; 8]);

impl CaseCode {
    /// Returns the code of 16 random bytes.
    pub fn new(random: [u8; 16]) -> Self {
        let mut left = u128::from_le_bytes(random);
        let mut digits = [0; 7];
        for digit in &mut digits {
            // 27^7 is so far below 2^128 that no code is likelier than another.
            *digit = (left % 27) as u32;
            left /= 27;
        }
        let mut code = [0; 8];
        for (to, digit) in code
            .iter_mut()
            .zip(digits.into_iter().chain([check(digits)]))
        {
            *to = ALPHABET[digit as usize];
        }
        Self(code)
    }

    /// Reads what a person types, in any case and with spaces or hyphens; `None` for what cannot be a code.
    pub fn parse(text: &str) -> Option<Self> {
        let mut code = [0; 8];
        let mut digits = [0; 8];
        let mut typed = text.chars().filter(|ch| !matches!(ch, ' ' | '-'));
        for (to, digit) in code.iter_mut().zip(&mut digits) {
            let ch = typed.next()?.to_ascii_uppercase();
            let at = ALPHABET.iter().position(|known| char::from(*known) == ch)?;
            *to = ALPHABET[at];
            *digit = at as u32;
        }
        let [drawn @ .., last] = digits;
        (typed.next().is_none() && check(drawn) == last).then_some(Self(code))
    }

    /// Returns the code as it is told and shown, to its person and to whoever contacts them: `7KQ4-M2XA`.
    pub fn reveal(&self) -> String {
        let text: String = self.0.iter().copied().map(char::from).collect();
        format!("{}-{}", &text[..4], &text[4..])
    }
}

fn check(digits: [u32; 7]) -> u32 {
    let pairs = digits.iter().zip(WEIGHTS);
    pairs.map(|(digit, weight)| digit * weight).sum::<u32>() % 27
}

/// Returns from when on a person may ask about another code; `None` where they may now. `misses` are the instants of the
/// codes within the window that were none, oldest first.
pub fn wait(misses: &[Millis]) -> Option<Millis> {
    let over = misses.len().checked_sub(MOST_MISSES)?;
    misses.get(over).map(|oldest| oldest.plus(WINDOW))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_code_reads_back_however_it_is_typed(random: [u8; 16]) {
            let code = CaseCode::new(random);
            let shown = code.reveal();
            for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', ""), format!(" {shown} ")] {
                prop_assert!(CaseCode::parse(&typed).is_some_and(|read| read == code));
            }
        }

        #[test]
        fn one_wrong_character_and_two_that_changed_places_are_seen(random: [u8; 16], at in 0..8_usize, other in 1..27_usize) {
            let code = CaseCode::new(random);
            let mut wrong = code.clone();
            let known = ALPHABET.iter().position(|c| *c == wrong.0[at]).expect("of the alphabet");
            wrong.0[at] = ALPHABET[(known + other) % 27];
            prop_assert!(CaseCode::parse(&wrong.reveal()).is_none());
            let mut turned = code.clone();
            turned.0.swap(at, (at + 1).min(7));
            prop_assert!(turned == code || CaseCode::parse(&turned.reveal()).is_none());
        }

        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = CaseCode::parse(&text);
        }
    }

    #[test]
    fn a_code_has_no_look_alikes_and_nothing_before_or_behind_it() {
        for pair in ["0O", "1I", "1L", "5S", "8B", "UV", "2Z"] {
            let n = pair.bytes().filter(|ch| ALPHABET.contains(ch)).count();
            assert!(n <= 1, "{pair}");
        }
        let shown = CaseCode::new([7; 16]).reveal();
        assert_eq!(shown.len(), 9);
        for text in [
            "",
            "7",
            &format!("{shown}2"),
            &format!("x{shown}"),
            "é".repeat(8).as_str(),
        ] {
            assert!(CaseCode::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_eleventh_wrong_code_of_a_day_waits() {
        let misses: Vec<Millis> = (1..=12).map(Millis).collect();
        assert_eq!(wait(&misses[..9]), None);
        assert_eq!(wait(&misses[..10]), Some(Millis(1).plus(WINDOW)));
        assert_eq!(wait(&misses), Some(Millis(3).plus(WINDOW)));
    }
}
