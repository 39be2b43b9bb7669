//! Chinese names: Han characters in three systems of Latin letters, and pinyin as Wade-Giles.

use std::collections::HashSet;
use std::sync::LazyLock;

use menshen_document::name::spell::{self, System};

/// Spellings kept of one place in a name.
const MAX_SPELLINGS: usize = 8;
/// Spellings kept of two characters written as one word.
const MAX_JOINED: usize = 36;
/// Letters of the longest pinyin syllable.
const LONGEST_SYLLABLE: usize = 6;

/// Every pinyin syllable in capitals, u for ü.
static SYLLABLES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let common = ('\u{4e00}'..='\u{9fff}').flat_map(spell::syllables);
    let with_vowel = |s: &String| s.contains(['a', 'e', 'i', 'o', 'u', 'ü']);
    common
        .filter(with_vowel)
        .map(|s| s.replace('ü', "u").to_uppercase())
        .collect()
});

/// Returns the spellings of each character of a Han name under a system, the most usual first; `None` when
/// a character has none.
pub(super) fn places(name: &[char], system: System) -> Option<Vec<Vec<String>>> {
    let surname = if system == System::Cantonese {
        Vec::new()
    } else {
        spell::surname_syllables(name)
    };
    let place = |(index, &character): (usize, &char)| {
        let mut spellings = match surname.get(index) {
            Some(usual) => usual
                .iter()
                .flat_map(|s| spell::of_syllable(s, system))
                .collect(),
            None => spell::of_han(character, system),
        };
        for spelling in &mut spellings {
            *spelling = spelling.replace('Ü', "U");
        }
        let mut seen = HashSet::new();
        spellings.retain(|spelling| seen.insert(spelling.clone()));
        spellings.truncate(MAX_SPELLINGS);
        (!spellings.is_empty()).then_some(spellings)
    };
    name.iter().enumerate().map(place).collect()
}

/// Returns the spellings of neighbouring places as one word.
pub(super) fn joined(places: &[Vec<String>]) -> Vec<String> {
    let mut found = vec![String::new()];
    for place in places {
        found = found
            .iter()
            .flat_map(|start| {
                place
                    .iter()
                    .map(move |syllable| format!("{start}{syllable}"))
            })
            .take(MAX_JOINED)
            .collect();
    }
    found
}

/// Returns how many characters of a Han name are its surname.
pub(super) fn surname_length(name: &[char]) -> usize {
    if name.len() > 3 || (name.len() == 3 && spell::surname_syllables(name).len() == 2) {
        2
    } else {
        1
    }
}

/// Returns the Wade-Giles spellings of a word that is nothing but pinyin syllables.
pub(super) fn wade_giles(word: &str) -> Option<Vec<String>> {
    let syllables = segmented(word)?;
    let places: Vec<Vec<String>> = syllables
        .iter()
        .map(|s| spell::of_syllable(&s.to_lowercase(), System::WadeGiles))
        .map(|spellings| {
            spellings
                .into_iter()
                .map(|s| s.replace('Ü', "U"))
                .take(2)
                .collect()
        })
        .collect();
    Some(joined(&places).into_iter().take(4).collect())
}

/// Cuts a word into pinyin syllables, the longest first where there is a choice.
fn segmented(word: &str) -> Option<Vec<&str>> {
    if word.is_empty() {
        return Some(Vec::new());
    }
    if !word.is_ascii() || word.len() > 4 * LONGEST_SYLLABLE {
        return None;
    }
    (1..=LONGEST_SYLLABLE.min(word.len()))
        .rev()
        .find_map(|length| {
            let (syllable, rest) = word.split_at(length);
            if !SYLLABLES.contains(syllable) {
                return None;
            }
            let mut found = segmented(rest)?;
            found.insert(0, syllable);
            Some(found)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pinyin_is_cut_into_syllables_and_spelled_as_in_taiwan() {
        assert_eq!(segmented("XIAOMING"), Some(vec!["XIAO", "MING"]));
        assert_eq!(segmented("HARTWELL"), None);
        assert!(wade_giles("JIANGUO").is_some_and(|w| w.contains(&"CHIENKUO".to_owned())));
    }

    #[test]
    fn a_han_name_has_its_spellings_place_by_place() {
        let name: Vec<char> = "曾小明".chars().collect();
        let pinyin = places(&name, System::Pinyin).expect("known characters");
        assert_eq!(pinyin[0], ["ZENG"]);
        let cantonese = places(&name, System::Cantonese).expect("known characters");
        assert!(cantonese[0].contains(&"TSANG".to_owned()));
        assert_eq!(
            (
                surname_length(&name),
                surname_length(&"欧阳小明".chars().collect::<Vec<_>>())
            ),
            (1, 2)
        );
    }
}
