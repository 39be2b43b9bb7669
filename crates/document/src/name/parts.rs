//! A name cut into parts, and its letters with their places.

use unicode_normalization::UnicodeNormalization;

use super::latin::{APOSTROPHES, is_separator};
use super::{han, script};

/// Parts up to which every order is tried: 5! = 120.
const MAX_ORDERED: usize = 5;

/// A letter of a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    /// Where it stands in the name, in characters from 1.
    pub at: usize,
    /// The letter as written.
    written: char,
    /// The letter in its compatible form (half-width).
    compatible: char,
    /// It bears a mark with which it has no composed form.
    pub marked: bool,
}

/// Which differences of form are overlooked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Folds {
    pub width: bool,
    pub case: bool,
    pub accents: bool,
    pub han: bool,
}

impl Folds {
    pub const ALL: Self = Self {
        width: true,
        case: true,
        accents: true,
        han: true,
    };
}

impl Unit {
    /// Returns the letter with the differences of form removed.
    pub fn folded(&self, folds: Folds) -> char {
        let character = if folds.width {
            self.compatible
        } else {
            self.written
        };
        let character = if folds.case {
            capital(character)
        } else {
            character
        };
        if folds.accents {
            without_accents(character)
        } else {
            character
        }
    }

    /// Returns the capital in compatible form, accents kept.
    pub fn capital(&self) -> char {
        capital(self.compatible)
    }

    pub fn is_han(&self) -> bool {
        han::is_han(self.compatible)
    }
}

/// A name: its parts in the order given, never an empty one.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    parts: Vec<Vec<Unit>>,
}

impl Parts {
    pub fn of(name: &str) -> Self {
        let mut parts = vec![Vec::new()];
        for (index, written) in name.nfc().enumerate() {
            if APOSTROPHES.contains(&written) || is_invisible(written) {
                continue;
            }
            if is_separator(written) {
                parts.push(Vec::new());
                continue;
            }
            if is_diacritic(written) {
                if let Some(letter) = parts
                    .last_mut()
                    .and_then(|part: &mut Vec<Unit>| part.last_mut())
                {
                    letter.marked = true;
                }
                continue;
            }
            for compatible in written.nfkc().filter(|c| !is_diacritic(*c)) {
                // A compatible form may be several letters (ﬁ); they share one place.
                let written = if written.nfkc().nth(1).is_some() {
                    compatible
                } else {
                    written
                };
                if let Some(part) = parts.last_mut() {
                    part.push(Unit {
                        at: index + 1,
                        written,
                        compatible,
                        marked: false,
                    });
                }
            }
        }
        parts.retain(|part| !part.is_empty());
        Self { parts }
    }

    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Lengths of the parts.
    pub fn lengths(&self) -> Vec<usize> {
        self.parts.iter().map(Vec::len).collect()
    }

    pub fn parts(&self) -> &[Vec<Unit>] {
        &self.parts
    }

    /// Returns the order as given.
    pub fn order(&self) -> Vec<usize> {
        (0..self.parts.len()).collect()
    }

    /// Returns the orders to try, the one given first: all of up to five parts, the rotations of
    /// more (surname and given names change places as blocks).
    pub fn orders(&self) -> Vec<Vec<usize>> {
        let given = self.order();
        if given.len() <= MAX_ORDERED {
            return permutations(&given);
        }
        (0..given.len())
            .map(|shift| given.iter().map(|i| (i + shift) % given.len()).collect())
            .collect()
    }

    /// Returns the letters of all parts in an order.
    pub fn in_order(&self, order: &[usize]) -> Vec<&Unit> {
        order
            .iter()
            .filter_map(|index| self.parts.get(*index))
            .flatten()
            .collect()
    }

    pub fn has_han(&self) -> bool {
        self.parts.iter().flatten().any(Unit::is_han)
    }
}

/// All orders of these, lexicographic, so the given one comes first.
fn permutations(items: &[usize]) -> Vec<Vec<usize>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut found = Vec::new();
    for (index, first) in items.iter().enumerate() {
        let rest: Vec<usize> = items
            .iter()
            .enumerate()
            .filter(|(i, _)| *i != index)
            .map(|(_, item)| *item)
            .collect();
        for mut tail in permutations(&rest) {
            tail.insert(0, *first);
            found.push(tail);
        }
    }
    found
}

/// Byte-order marks, zero-width spaces and joiners, variation selectors and direction marks: typed
/// or pasted without being seen.
fn is_invisible(character: char) -> bool {
    matches!(u32::from(character),
        0x00ad | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060 | 0x2066..=0x2069 | 0xfe00..=0xfe0f
        | 0xfeff | 0xe_0100..=0xe_01ef)
}

/// Marks on Latin, Greek and Cyrillic letters. Those of other scripts are vowels and stay letters.
fn is_diacritic(character: char) -> bool {
    matches!(u32::from(character), 0x0300..=0x036f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0xfe20..=0xfe2f)
}

/// The capital, where it is one character; ß has none that fits and stays.
fn capital(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(only), None) => only,
        _ => character,
    }
}

/// The base letter of an accented Latin or Greek one; a Cyrillic breve makes another letter.
fn without_accents(character: char) -> char {
    let base = character.nfd().next().unwrap_or(character);
    if base.is_ascii_alphabetic() || script::is_greek(base) {
        base
    } else {
        character
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_know_where_their_letters_stand() {
        let name = Parts::of(" Jean‐Luc d’Arc");
        assert_eq!(name.lengths(), [4, 3, 4]);
        let places: Vec<usize> = name.in_order(&name.order()).iter().map(|u| u.at).collect();
        assert_eq!(places, [2, 3, 4, 5, 7, 8, 9, 11, 13, 14, 15]);
        assert!(Parts::of(" ·-' ").is_empty());
    }

    #[test]
    fn the_given_order_comes_first() {
        let orders = Parts::of("a b c").orders();
        assert_eq!(orders.len(), 6);
        assert_eq!(orders.first(), Some(&vec![0, 1, 2]));
        assert_eq!(Parts::of("a b c d e f").orders().len(), 6);
    }
}
