//! Names cut into places, each with the spellings that may stand there.

use menshen_document::name::{latin, spell};
use serde::Serialize;
use spell::System;
use unicode_normalization::UnicodeNormalization;

use super::{arabic, chinese, fold};

/// Longest name that is read, in characters.
const MAX_LENGTH: usize = 200;
/// Most places of a name.
const MAX_PLACES: usize = 12;

/// Words that are often left out, or belong to a name without telling people apart.
const PARTICLES: &[&str] = &[
    "AL", "EL", "UL", "AS", "BIN", "BEN", "IBN", "BINT", "BINTI", "VAN", "VON", "DER", "DEN", "DE",
    "DI", "DA", "DO", "DOS", "DAS", "DU", "DEL", "DELLA", "LA", "LE", "LES", "LOS", "LAS", "Y",
    "E", "ZU", "ZUR", "TEN", "TER", "MR", "MRS", "MS", "DR", "SR", "JR", "HAJI", "HAJJI", "SHEIKH",
    "بن", "ابن", "بنت", "ال",
];

/// By which system a form of a name came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// As written; letters of other alphabets by the table of Doc 9303.
    Written,
    /// Han characters themselves.
    Han,
    /// Hanyu Pinyin of Han characters.
    Pinyin,
    /// Wade-Giles, of Han characters or of pinyin.
    WadeGiles,
    /// Cantonese of Han characters.
    Cantonese,
}

/// One spelling of a place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Word {
    /// Capitals `A-Z`, or the letters themselves where they have no Latin spelling.
    pub letters: String,
    /// How it sounds; empty for words that are not Latin.
    pub sound: String,
    /// Its consonants; empty for scripts without classes.
    pub consonants: String,
    /// A bit for each Latin letter in it.
    pub mask: u32,
}

impl Word {
    fn latin(letters: String) -> Self {
        let (sound, consonants) = (fold::sound(&letters), fold::consonants(&letters));
        let mask = letters.bytes().fold(0, |bits, letter| {
            bits | 1 << (letter.wrapping_sub(b'A') & 31)
        });
        Self {
            letters,
            sound,
            consonants,
            mask,
        }
    }

    fn of_text(letters: &str) -> Self {
        if letters.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Self::latin(letters.to_owned());
        }
        let consonants = if letters.chars().all(arabic::is_arabic) {
            arabic::consonants(letters)
        } else {
            String::new()
        };
        Self {
            letters: letters.to_owned(),
            sound: String::new(),
            consonants,
            mask: 0,
        }
    }

    /// Tells whether letters of it may be compared one by one.
    pub fn is_latin(&self) -> bool {
        !self.sound.is_empty()
    }

    /// Tells whether only its consonants are known.
    pub fn is_consonants_only(&self) -> bool {
        self.sound.is_empty() && !self.consonants.is_empty()
    }
}

/// Tells whether a word tells nobody apart.
pub(crate) fn is_particle(letters: &str) -> bool {
    PARTICLES.contains(&letters)
}

/// A name in one system.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// The system.
    pub scheme: Scheme,
    /// It may be Chinese: every word of it is pinyin, or it was made from Han characters.
    pub chinese: bool,
    /// For each place its spellings, the most usual first.
    pub places: Vec<Vec<Word>>,
    /// Words that cover several places: the first place, how many, spellings.
    pub spans: Vec<(usize, usize, Vec<Word>)>,
}

/// Returns every form of a name; none for an empty one.
pub(crate) fn forms(name: &str) -> Vec<Form> {
    let name: String = name.nfc().take(MAX_LENGTH).collect();
    let han: Vec<char> = name.chars().filter(|c| spell::is_han(*c)).collect();
    let others = name
        .chars()
        .filter(|c| c.is_alphabetic() && !spell::is_han(*c))
        .count();
    if han.len() > 1 && others == 0 {
        return han_forms(&han);
    }
    let words = words(&name);
    if words.is_empty() {
        return Vec::new();
    }
    let spelled: Option<Vec<_>> = words.iter().map(|word| chinese::wade_giles(word)).collect();
    let mut found = vec![written(&words, spelled.is_some())];
    found.extend(spelled.and_then(|spelled| wade_giles(&words, &spelled)));
    found
}

/// Cuts a name into normalised words.
fn words(name: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for character in name.chars() {
        if latin::APOSTROPHES.contains(&character) {
            continue;
        }
        if latin::is_separator(character) || character.is_ascii_punctuation() {
            found.push(String::new());
        } else if let Some(word) = found.last_mut() {
            match spell::of_letter(character).into_iter().next() {
                Some(spelling) => word.push_str(&spelling),
                // Soft signs have an empty spelling; marks without a letter are passed over.
                None if character.is_alphanumeric() || arabic::is_arabic(character) => {
                    word.extend(character.to_uppercase());
                }
                None => {}
            }
        }
    }
    found.retain(|word| !word.is_empty());
    let mut cut = Vec::new();
    for word in found {
        let word = if word.chars().all(arabic::is_arabic) {
            arabic::normalised(&word)
        } else {
            word
        };
        match arabic::article(&word) {
            Some(rest) => cut.extend(["ال".to_owned(), rest.to_owned()]),
            None => cut.push(word),
        }
    }
    cut.truncate(MAX_PLACES);
    cut
}

fn written(words: &[String], chinese: bool) -> Form {
    let places: Vec<Vec<Word>> = words.iter().map(|word| vec![Word::of_text(word)]).collect();
    let pairs = words.windows(2).enumerate();
    let mut spans: Vec<_> = pairs
        .map(|(at, pair)| (at, 2, vec![Word::of_text(&pair.concat())]))
        .collect();
    // VANDERSPECIMEN for VAN DER SPECIMEN.
    for (at, three) in words.windows(3).enumerate() {
        if three.iter().take(2).all(|word| is_particle(word)) {
            spans.push((at, 3, vec![Word::of_text(&three.concat())]));
        }
    }
    if (3..=4).contains(&words.len()) {
        spans.push((0, words.len(), vec![Word::of_text(&words.concat())]));
    }
    Form {
        scheme: Scheme::Written,
        chinese,
        places,
        spans,
    }
}

/// The same name in Wade-Giles, unless it is spelled alike.
fn wade_giles(words: &[String], spelled: &[Vec<String>]) -> Option<Form> {
    let same = spelled
        .iter()
        .zip(words)
        .all(|(spellings, word)| spellings == std::slice::from_ref(word));
    (!same && words.len() > 1).then(|| from_places(Scheme::WadeGiles, spelled, None))
}

fn han_forms(name: &[char]) -> Vec<Form> {
    let whole: String = name.iter().copied().map(spell::simplified).collect();
    let mut found = vec![Form {
        scheme: Scheme::Han,
        chinese: true,
        places: vec![vec![Word::of_text(&whole)]],
        spans: Vec::new(),
    }];
    let surname = chinese::surname_length(name);
    for (scheme, system) in [
        (Scheme::Pinyin, System::Pinyin),
        (Scheme::WadeGiles, System::WadeGiles),
        (Scheme::Cantonese, System::Cantonese),
    ] {
        let places = chinese::places(name, system);
        found.extend(places.map(|places| from_places(scheme, &places, Some(surname))));
    }
    found
}

/// A form of places with spellings, and the words that two or all of them make together.
fn from_places(scheme: Scheme, places: &[Vec<String>], surname: Option<usize>) -> Form {
    let latin = |spellings: &[String]| {
        spellings
            .iter()
            .cloned()
            .map(Word::latin)
            .collect::<Vec<_>>()
    };
    let mut spans = Vec::new();
    for at in 0..places.len().saturating_sub(1) {
        spans.push((at, 2, latin(&chinese::joined(&places[at..at + 2]))));
    }
    if places.len() > 2 {
        spans.push((0, places.len(), latin(&chinese::joined(places))));
    }
    // The given name of a compound surname, as one word.
    if let Some(surname) = surname.filter(|surname| places.len() > surname + 2) {
        let given = &places[surname..];
        spans.push((surname, given.len(), latin(&chinese::joined(given))));
    }
    Form {
        scheme,
        chinese: true,
        places: places.iter().map(|place| latin(place)).collect(),
        spans,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(name: &str) -> Vec<String> {
        let forms = forms(name);
        forms[0]
            .places
            .iter()
            .map(|place| place[0].letters.clone())
            .collect()
    }

    #[test]
    fn words_come_out_in_plain_capitals() {
        for (name, expected) in [
            ("José Núñez-Ávila", vec!["JOSE", "NUNEZ", "AVILA"]),
            ("Юрий Щербаков", vec!["IURII", "SHCHERBAKOV"]),
            ("O'Hara", vec!["OHARA"]),
            ("محمد الراشد", vec!["محمد", "ال", "راشد"]),
        ] {
            assert_eq!(letters(name), expected, "{name}");
        }
        assert!(forms(" - ").is_empty());
    }

    #[test]
    fn a_han_name_has_a_form_for_each_system() {
        let schemes: Vec<Scheme> = forms("王小明").iter().map(|form| form.scheme).collect();
        assert_eq!(
            schemes,
            [
                Scheme::Han,
                Scheme::Pinyin,
                Scheme::WadeGiles,
                Scheme::Cantonese
            ]
        );
        let pinyin = &forms("王小明")[1];
        assert!(pinyin.spans.iter().any(|(at, n, words)| {
            (*at, *n) == (1, 2) && words.iter().any(|word| word.letters == "XIAOMING")
        }));
    }
}
