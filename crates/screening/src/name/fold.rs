//! Two coarser spellings of a Latin word: how it sounds, and its consonants alone.

/// Letters that stand for one sound in several systems of transliteration, the longer first: ICAO Doc 9303,
/// BGN/PCGN, GOST and French custom for Cyrillic; the customary English and French spellings of Arabic.
const SOUNDS: &[(&str, &str)] = &[
    ("SHCH", "S"),
    ("TCH", "C"),
    ("SCH", "S"),
    ("DZH", "I"),
    ("DJ", "I"),
    ("SH", "S"),
    ("CH", "C"),
    ("ZH", "Z"),
    ("KH", "H"),
    ("PH", "F"),
    ("GH", "G"),
    ("TH", "T"),
    ("DH", "D"),
    ("TS", "C"),
    ("TZ", "C"),
    ("CK", "K"),
    ("OU", "U"),
    ("OO", "U"),
    ("AE", "E"),
    ("OE", "O"),
    ("UE", "U"),
    ("X", "KS"),
    ("Q", "K"),
    ("W", "V"),
    ("J", "I"),
    ("Y", "I"),
];

/// Consonants that Arabic and Latin letters share, by the Arabic letter's class.
const CONSONANTS: &[(&str, &str)] = &[
    ("SH", "S"),
    ("CH", "S"),
    ("KH", "H"),
    ("GH", "J"),
    ("DJ", "J"),
    ("ZH", "J"),
    ("TH", "T"),
    ("DH", "D"),
    ("PH", "F"),
    ("G", "J"),
    ("Q", "K"),
    ("C", "K"),
    ("X", "KS"),
    ("V", "F"),
    ("P", "B"),
];

/// Returns the word as it sounds: the same for `YURIY`, `IURII` and `JURIJ`, for `SAEED` and `SAID` not.
pub(crate) fn sound(word: &str) -> String {
    let coarse = without_pairs(&replaced(word, SOUNDS));
    // The glide before a vowel is written in some systems only: ALEKSEEV, ALEKSEYEV.
    let letters: Vec<char> = coarse.chars().collect();
    let mut found = String::with_capacity(letters.len());
    for (place, &letter) in letters.iter().enumerate() {
        let before_vowel = letters
            .get(place + 1)
            .is_some_and(|next| "AEOU".contains(*next));
        if !(letter == 'I' && before_vowel) {
            found.push(letter);
        }
    }
    let found = without_pairs(&found);
    match found.strip_suffix('H') {
        Some(rest) if rest.len() > 2 => rest.to_owned(),
        _ => found,
    }
}

/// Returns the consonants of a word in the classes of [`super::arabic`]; a vowel at the beginning is `A`.
pub(crate) fn consonants(word: &str) -> String {
    let mut found = String::new();
    for (place, letter) in replaced(word, CONSONANTS).chars().enumerate() {
        match letter {
            'A' | 'E' | 'I' | 'O' | 'U' if place == 0 => found.push('A'),
            'A' | 'E' | 'I' | 'O' | 'U' => {}
            'W' | 'Y' if place > 0 => {}
            other => found.push(other),
        }
    }
    let found = without_pairs(&found);
    ending(found)
}

/// The end of a word as many languages speak it: a silent H, a D that sounds as T (AHMAD, AHMET).
pub(super) fn ending(consonants: String) -> String {
    if consonants.len() < 2 {
        return consonants;
    }
    if let Some(rest) = consonants.strip_suffix('H') {
        return rest.to_owned();
    }
    match consonants.strip_suffix('D') {
        Some(rest) if !rest.ends_with('T') => format!("{rest}T"),
        _ => consonants,
    }
}

/// Tells whether two words with the same consonants may have the same vowels: as many, and each pair such as
/// spellings of Arabic take for one (A and E, E and I, O and U).
pub(crate) fn vowels_agree(a: &str, b: &str) -> bool {
    let (a, b) = (vowels(a), vowels(b));
    let agree =
        |(a, b): (&char, &char)| a == b || matches!((a, b), ('E', 'A' | 'I') | ('A' | 'I', 'E'));
    a.len() == b.len() && a.iter().zip(&b).all(agree)
}

/// What stands before each consonant but the first: vowels and glides.
pub(super) fn gaps(word: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut gap, mut last) = (String::new(), ' ');
    for (place, letter) in replaced(word, CONSONANTS).chars().enumerate() {
        if "AEIOU".contains(letter) || (place > 0 && "WY".contains(letter)) {
            gap.push(letter);
        } else if letter != last || !gap.is_empty() {
            found.push(std::mem::take(&mut gap));
            last = letter;
        }
    }
    found.into_iter().skip(1).collect()
}

/// The first vowel of each group.
fn vowels(word: &str) -> Vec<char> {
    let mut found = Vec::new();
    let mut within = false;
    for (place, letter) in word.chars().enumerate() {
        let vowel = match letter {
            'A' | 'E' | 'I' => Some(letter),
            'O' | 'U' => Some('U'),
            'Y' if place > 0 => Some('I'),
            _ => None,
        };
        found.extend(vowel.filter(|_| !within));
        within = vowel.is_some();
    }
    found
}

fn replaced(word: &str, table: &[(&str, &str)]) -> String {
    let mut found = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        match table.iter().find(|(from, _)| rest.starts_with(from)) {
            Some((from, to)) => {
                found.push_str(to);
                rest = &rest[from.len()..];
            }
            None => {
                found.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    found
}

fn without_pairs(word: &str) -> String {
    let mut found = String::with_capacity(word.len());
    for letter in word.chars() {
        if !found.ends_with(letter) {
            found.push(letter);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_sound_alike() {
        for (a, b) in [
            ("YURIY", "IURII"),
            ("ALEKSEEV", "ALEKSEYEV"),
            ("KHABAROV", "HABAROV"),
            ("TSVETKOV", "CVETKOV"),
            ("MUELLER", "MULLER"),
            ("PHILIPP", "FILIP"),
            ("YOUSSEF", "YUSEF"),
        ] {
            assert_eq!(sound(a), sound(b), "{a} {b}");
        }
        assert_ne!(sound("MARTIN"), sound("MARTIA"));
    }

    #[test]
    fn consonants_overlook_the_vowels_that_arabic_does_not_write() {
        for (a, b) in [
            ("MUHAMMAD", "MOHAMED"),
            ("KHALID", "KHALED"),
            ("FATIMAH", "FATIMA"),
        ] {
            assert_eq!(consonants(a), consonants(b), "{a} {b}");
        }
        assert_ne!(consonants("KHALID"), consonants("WALID"));
        assert!(vowels_agree("MUHAMMAD", "MOHAMED") && vowels_agree("LAYLA", "LEILA"));
        assert!(!vowels_agree("MUHAMMAD", "MAHMUD") && !vowels_agree("HASAN", "HUSAYN"));
    }
}
