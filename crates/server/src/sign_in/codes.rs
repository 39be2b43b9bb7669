//! Recovery codes: each stands in once for a second factor that was lost.

use menshen_store::Store;

use crate::problem::ApiError;

/// How many are drawn at a time.
pub const COUNT: usize = 10;
/// Letters and digits that nobody takes for another.
const LETTERS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
const HALF: usize = 5;

/// Draws codes, as they are printed: ten letters of 31, about 49 bits each.
///
/// # Errors
/// The operating system's.
pub fn draw() -> Result<Vec<String>, ApiError> {
    (0..COUNT).map(|_| one()).collect()
}

fn one() -> Result<String, ApiError> {
    let mut code = String::with_capacity(2 * HALF + 1);
    // A letter of 31 from a byte below 248: each as likely as the others.
    let n_letters = LETTERS.len();
    let most = u8::try_from(256 / n_letters * n_letters).unwrap_or(u8::MAX);
    while code.len() < 2 * HALF + 1 {
        for byte in Store::random_key()?.iter().filter(|byte| **byte < most) {
            if code.len() == HALF {
                code.push('-');
            }
            if code.len() < 2 * HALF + 1 {
                code.push(char::from(LETTERS[usize::from(*byte) % n_letters]));
            }
        }
    }
    Ok(code)
}

/// Returns a code as it is kept: however it was typed, without hyphens, spaces and case. None where it cannot be one.
pub fn normal(typed: &str) -> Option<String> {
    let bare: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let right = bare.len() == 2 * HALF && bare.bytes().all(|byte| LETTERS.contains(&byte));
    right.then_some(bare)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_differ_and_are_read_however_they_are_typed() {
        let codes: BTreeSet<String> = draw().unwrap().into_iter().collect();
        assert_eq!(codes.len(), COUNT);
        for code in codes {
            assert_eq!(code.len(), 11, "{code}");
            let bare = code.replace('-', "");
            for typed in [code.to_uppercase(), code.replace('-', " "), bare.clone()] {
                assert_eq!(normal(&typed).as_deref(), Some(&bare[..]));
            }
        }
        for none in ["", "123456", "abcde-abcdi", "abcde-abcd"] {
            assert_eq!(normal(none), None);
        }
    }
}
