//! The 7-3-1 check digit of ICAO Doc 9303-3, section 4.9, and what it cannot see.

/// Weights of the positions, repeated from the left (Doc 9303-3, section 4.9).
const WEIGHTS: [u32; 3] = [7, 3, 1];

/// Returns the check digit of `text`, or `None` when it holds a character outside `0-9A-Z<`.
///
/// Fillers count as zero, so the check digit of an empty field is `0`.
pub fn check_digit(text: &str) -> Option<char> {
    let mut sum = 0;
    for (character, weight) in text.chars().zip(WEIGHTS.iter().cycle()) {
        // The sum is reduced at every step, so that no length of input can overflow it.
        sum = (sum + value(character)? * weight) % 10;
    }
    char::from_digit(sum, 10)
}

/// Tells whether the check digit stays the same when `a` is read as `b` or `b` as `a`.
///
/// All weights are coprime to 10, so a substitution is invisible exactly when both values agree
/// modulo 10: 52 of the 666 pairs, `0`/`U`, `5`/`Z`, `6`/`G`, `8`/`S` and `1`/`L` among them. Such a
/// pair must never be repaired because "the check digit agrees"; it agrees with both.
pub fn is_blind_pair(a: char, b: char) -> bool {
    match (value(a), value(b)) {
        (Some(left), Some(right)) => a != b && left % 10 == right % 10,
        _ => false,
    }
}

/// Value of a character: digits as they are, `A` 10 to `Z` 35, filler 0.
fn value(character: char) -> Option<u32> {
    match character {
        '0'..='9' | 'A'..='Z' => character.to_digit(36),
        '<' => Some(0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<";

    #[test]
    fn the_examples_of_doc_9303_come_out() {
        for (text, expected) in [
            ("520727", '3'),
            ("AB2134<<<", '5'),
            ("L898902C<", '3'),
            ("HA672242<658022549601086<<<<<<<<<<<<<<0", '8'),
            ("D231458907<<<<<<<<<<<<<<<34071279507122<<<<<<<<<<<", '2'),
        ] {
            assert_eq!(check_digit(text), Some(expected), "{text}");
        }
        assert_eq!(check_digit("<<<<<<"), Some('0'));
        assert_eq!(check_digit("a"), None);
    }

    #[test]
    fn exactly_the_52_blind_pairs_go_unseen_at_every_position() {
        let mut blind = 0;
        for (index, a) in ALPHABET.chars().enumerate() {
            for b in ALPHABET.chars().skip(index + 1) {
                blind += usize::from(is_blind_pair(a, b));
                for position in 0..6 {
                    let with = |c: char| {
                        let mut text = String::from("<<<<<<");
                        text.replace_range(position..=position, &c.to_string());
                        check_digit(&text)
                    };
                    assert_eq!(
                        with(a) == with(b),
                        is_blind_pair(a, b),
                        "{a} {b} at {position}"
                    );
                }
            }
        }
        assert_eq!(blind, 52);
    }
}
