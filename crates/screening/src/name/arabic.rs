//! Arabic letters by the class of consonant that customary Latin spellings give them.
//!
//! After the romanisation tables of BGN/PCGN and ICAO Doc 9303-3 (section 6, table C), made coarser: where
//! customary spelling does not tell two letters apart, they share a class.

/// Letters and their class; vowels that are not written in Latin, or not always, have none.
const CLASSES: &[(char, &str)] = &[
    ('ب', "B"),
    ('پ', "B"),
    ('ت', "T"),
    ('ث', "T"),
    ('ج', "J"),
    ('چ', "S"),
    ('ح', "H"),
    ('خ', "H"),
    ('د', "D"),
    ('ذ', "D"),
    ('ر', "R"),
    ('ز', "Z"),
    ('ژ', "J"),
    ('س', "S"),
    ('ش', "S"),
    ('ص', "S"),
    ('ض', "D"),
    ('ط', "T"),
    ('ظ', "Z"),
    ('غ', "J"),
    ('ف', "F"),
    ('ق', "K"),
    ('ك', "K"),
    ('ک', "K"),
    ('گ', "J"),
    ('ل', "L"),
    ('م', "M"),
    ('ن', "N"),
    ('ه', "H"),
];

/// Tells whether this is a letter of the Arabic script.
pub(super) fn is_arabic(character: char) -> bool {
    matches!(u32::from(character), 0x0620..=0x06ff | 0x0750..=0x077f)
}

/// Returns the word with one form for each letter, without vowel signs and the lengthening stroke.
pub(super) fn normalised(word: &str) -> String {
    let letters = word
        .chars()
        .filter(|c| !matches!(u32::from(*c), 0x0640 | 0x064b..=0x065f | 0x0670));
    letters
        .map(|letter| match letter {
            'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
            'ى' | 'ی' | 'ئ' => 'ي',
            'ة' => 'ه',
            'ؤ' => 'و',
            other => other,
        })
        .collect()
}

/// Returns the article and the rest of a normalised word that begins with it.
pub(super) fn article(word: &str) -> Option<&str> {
    // God's name begins with the article and is never without it.
    let rest = word.strip_prefix("ال").filter(|_| word != "الله")?;
    (rest.chars().count() > 2).then_some(rest)
}

/// Returns the consonants of a normalised word, in the classes of [`super::fold::consonants`].
pub(super) fn consonants(word: &str) -> String {
    let mut found = String::new();
    for (place, letter) in word.chars().enumerate() {
        let class = match letter {
            'ا' | 'ع' | 'ء' if place == 0 => "A",
            'و' if place == 0 => "W",
            'ي' if place == 0 => "Y",
            _ => CLASSES
                .iter()
                .find(|(known, _)| *known == letter)
                .map_or("", |(_, class)| class),
        };
        if !found.ends_with(class) || class.is_empty() {
            found.push_str(class);
        }
    }
    super::fold::ending(found)
}

/// Tells whether a normalised Arabic word and a Latin one with the same consonants may have the same vowels: a
/// long one is written in both, and Latin writes none with a glide that Arabic leaves out.
pub(crate) fn vowels_agree(arabic: &str, latin: &str) -> bool {
    let (written, spelled) = (gaps(arabic), super::fold::gaps(latin));
    // A consonant more or less at either end: nothing can be said.
    written.len() != spelled.len()
        || written
            .iter()
            .zip(&spelled)
            .all(|(long, vowels)| match long {
                // As part of an article it may sound otherwise.
                Some('ا') => !vowels.is_empty(),
                Some('و') => vowels.contains(['U', 'O', 'W']),
                Some('ي') => vowels.contains(['I', 'Y', 'E']),
                _ => !vowels.contains(['Y', 'W']),
            })
}

/// The long vowel before each consonant but the first.
fn gaps(word: &str) -> Vec<Option<char>> {
    let mut found = Vec::new();
    let (mut long, mut last) = (None, "");
    for (place, letter) in word.chars().enumerate() {
        match CLASSES.iter().find(|(known, _)| *known == letter) {
            Some((_, class)) if *class == last && long.is_none() => {}
            Some((_, class)) => {
                found.push(long.take());
                last = class;
            }
            None if place > 0 && "اوي".contains(letter) => long = Some(letter),
            None => {}
        }
    }
    found.into_iter().skip(1).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fold;
    use super::*;

    #[test]
    fn arabic_and_latin_spellings_have_the_same_consonants() {
        for (arabic, latin) in [
            ("محمد", "MUHAMMAD"),
            ("أحمد", "AHMED"),
            ("يوسف", "YUSUF"),
            ("عبدالله", "ABDULLAH"),
            ("فاطمة", "FATIMAH"),
            ("خالد", "KHALED"),
            ("قاسم", "QASIM"),
        ] {
            assert_eq!(
                consonants(&normalised(arabic)),
                fold::consonants(latin),
                "{latin}"
            );
        }
        for (arabic, latin, expected) in [
            ("محمود", "MAHMUD", true),
            ("محمود", "MUHAMMAD", false),
            ("حسين", "HUSSEIN", true),
            ("حسين", "HASAN", false),
            ("حسن", "HUSAYN", false),
            ("سليمان", "SULAYMAN", true),
        ] {
            assert_eq!(vowels_agree(arabic, latin), expected, "{latin}");
        }
        assert_eq!(article("الراشد"), Some("راشد"));
        assert_eq!(article("الله"), None);
    }
}
