//! Latin letters beyond A to Z, as machine-readable zones write them.
//!
//! Source: ICAO Doc 9303-3, section 6, table A (national Latin characters). Where the table leaves a
//! choice, the first spelling is the one we write; [`spellings`] gives all of them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Capital letters with the spellings that a zone may use, the recommended one first.
const TABLE: &[(char, &[&str])] = &[
    ('Ä', &["AE", "A"]),
    ('Å', &["AA", "A"]),
    ('Æ', &["AE"]),
    ('Ð', &["D"]),
    ('Đ', &["D"]),
    ('Ħ', &["H"]),
    ('ı', &["I"]),
    ('Ĳ', &["IJ"]),
    ('Ŀ', &["L"]),
    ('Ł', &["L"]),
    ('Ñ', &["N", "NXX"]),
    ('Ŋ', &["N"]),
    ('Ö', &["OE", "O"]),
    ('Ø', &["OE", "O"]),
    ('Œ', &["OE"]),
    ('Ŧ', &["T"]),
    ('Ü', &["UE", "UXX", "U"]),
    ('ẞ', &["SS"]),
    ('ß', &["SS"]),
    ('Þ', &["TH"]),
    ('ĸ', &["Q"]),
    // Not in table A, but on documents: Azerbaijani schwa, Hausa and Fula hooks.
    ('Ə', &["A", "E"]),
    ('Ɓ', &["B"]),
    ('Ɗ', &["D"]),
    ('Ƙ', &["K"]),
    ('Ɣ', &["G"]),
];

/// Characters that disappear inside a name: apostrophes and what is typed in their place.
pub const APOSTROPHES: &[char] = &['\'', '’', '‘', 'ʼ', 'ʻ', '`', '´', 'ʹ', 'ʾ', 'ʿ', '＇', '′'];

/// Returns the spellings of one letter in `A-Z`, the recommended one first; empty when it is no
/// Latin letter. Any other accented letter is its base letter.
pub fn spellings(letter: char) -> Vec<String> {
    let mut upper = letter.to_uppercase();
    let capital = match (upper.next(), upper.next()) {
        (Some(only), None) => only,
        // ß and ligatures have several capitals: the table knows the letter itself.
        _ => letter,
    };
    if capital.is_ascii_uppercase() {
        return vec![capital.to_string()];
    }
    if let Some((_, found)) = TABLE.iter().find(|(known, _)| *known == capital) {
        return found.iter().map(|&spelling| spelling.to_owned()).collect();
    }
    let base: String = capital.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    let base = base.to_uppercase();
    if !base.is_empty() && base.bytes().all(|b| b.is_ascii_uppercase()) {
        vec![base]
    } else {
        Vec::new()
    }
}

/// Returns the components of a Latin name as a zone writes them, or `None` when a character has no
/// Latin spelling.
pub fn mrz_components(name: &str) -> Option<Vec<String>> {
    let mut components = vec![String::new()];
    for character in name.nfc() {
        if APOSTROPHES.contains(&character) {
            continue;
        }
        if is_separator(character) {
            components.push(String::new());
            continue;
        }
        let spelling = spellings(character).into_iter().next()?;
        components.last_mut()?.push_str(&spelling);
    }
    components.retain(|component| !component.is_empty());
    Some(components)
}

/// Tells whether this stands between the components of a name.
pub fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '-' | '‐'
                | '‑'
                | '–'
                | '－'
                | '.'
                | ','
                | '，'
                | '<'
                | '·'
                | '•'
                | '・'
                | '‧'
                | '．'
                | '･'
                | '∙'
                | '⋅'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_out_as_in_table_a() {
        for (letter, expected) in [
            ('ä', "AE"),
            ('Ø', "OE"),
            ('ß', "SS"),
            ('Þ', "TH"),
            ('ł', "L"),
            ('ñ', "N"),
            ('é', "E"),
            ('Ș', "S"),
            ('ĳ', "IJ"),
            ('ﬁ', "FI"),
            ('Ơ', "O"),
            ('İ', "I"),
            ('ı', "I"),
            ('đ', "D"),
        ] {
            assert_eq!(
                spellings(letter).first().map(String::as_str),
                Some(expected),
                "{letter}"
            );
        }
        assert!(spellings('王').is_empty());
        assert!(spellings('7').is_empty());
    }
}
