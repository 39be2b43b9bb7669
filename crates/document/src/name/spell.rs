//! The Latin spellings of one character at a time, for those who index names instead of comparing two.

use super::{cantonese, han, latin, pinyin, script};

/// A way to spell Han characters in Latin letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// Hanyu Pinyin, as passports of the PRC spell it.
    Pinyin,
    /// Wade-Giles, as in Taiwan.
    WadeGiles,
    /// Cantonese, as in Hong Kong and Macau.
    Cantonese,
}

/// Tells whether this is a Han character.
pub fn is_han(character: char) -> bool {
    han::is_han(character)
}

/// Returns the simplified form of a Han character; any other character as it is.
pub fn simplified(character: char) -> char {
    han::forms(character).nth(1).unwrap_or(character)
}

/// Returns every pinyin syllable of a Han character, in small letters without tones.
pub fn syllables(character: char) -> Vec<String> {
    pinyin::readings(character)
}

/// Returns the usual syllables of the surname that a Han name begins with, character by character;
/// empty when the surname has no reading of its own.
pub fn surname_syllables(name: &[char]) -> Vec<Vec<String>> {
    pinyin::surname_readings(name)
}

/// Returns the spellings of a pinyin syllable in capitals; none for [`System::Cantonese`], which has
/// syllables of its own.
pub fn of_syllable(syllable: &str, system: System) -> Vec<String> {
    match system {
        System::Pinyin => pinyin::spellings(syllable),
        System::WadeGiles => pinyin::wade_giles(syllable),
        System::Cantonese => Vec::new(),
    }
}

/// Returns every spelling of a Han character under a system, in capitals; empty where it has none.
pub fn of_han(character: char, system: System) -> Vec<String> {
    if system == System::Cantonese {
        return cantonese::spellings(character);
    }
    let mut spellings: Vec<String> = pinyin::readings(character)
        .iter()
        .flat_map(|syllable| of_syllable(syllable, system))
        .collect();
    spellings.sort_unstable();
    spellings.dedup();
    spellings
}

/// Returns the spellings of a Latin, Cyrillic or Greek letter in `A-Z`, the recommended one first;
/// empty for any other character.
pub fn of_letter(letter: char) -> Vec<String> {
    let latin = latin::spellings(letter);
    if !latin.is_empty() {
        return latin;
    }
    let mut upper = letter.to_uppercase();
    upper.next().map_or_else(Vec::new, script::spellings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_has_its_spellings_in_every_system() {
        assert_eq!(of_han('張', System::Pinyin), ["ZHANG"]);
        assert_eq!(of_han('张', System::WadeGiles), ["CHANG"]);
        assert!(of_han('张', System::Cantonese).contains(&"CHEUNG".to_owned()));
        assert_eq!(simplified('張'), '张');
        assert_eq!(simplified('A'), 'A');
        assert_eq!(of_letter('ж').first().map(String::as_str), Some("ZH"));
        assert_eq!(of_letter('ö'), ["OE", "O"]);
        assert!(of_letter('م').is_empty());
    }
}
