//! A name as one text, so that the same name typed twice gives the same text. For digests, which know no "almost".

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::latin::{self, is_separator};
use super::spell::{is_han, simplified};

/// Returns a name's parts in the order of the alphabet, with a space between: capitals, accents, hyphens, the order of the
/// parts and variant forms of Han characters make no difference. Another script does: 张伟 is not ZHANG WEI here.
pub fn key(name: &str) -> String {
    let mut parts = latin::mrz_components(name).unwrap_or_else(|| other(name));
    parts.sort();
    parts.join(" ")
}

fn other(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut before = None;
    for character in name.nfkd().filter(|c| !is_combining_mark(*c)) {
        // Spaces between Han characters are typesetting, and so is one before a Latin name in the same line.
        let han = is_han(character);
        if is_separator(character) || before.is_some_and(|before| before != han) {
            parts.push(String::new());
        }
        before = (!is_separator(character)).then_some(han);
        if character.is_alphanumeric() {
            let folded = simplified(character).to_uppercase();
            parts.last_mut().expect("never empty").extend(folded);
        }
    }
    let (han, rest): (Vec<String>, Vec<String>) =
        parts.into_iter().partition(|part| part.chars().all(is_han));
    let han = han.concat();
    let parts = rest.into_iter().chain([han]);
    parts.filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn one_name_has_one_key() {
        for (key_of, same) in [
            (
                "ADA LOVELACE",
                &[
                    "Ada Lovelace",
                    "lovelace, ada",
                    "LOVELACE<<ADA",
                    " Ada  Lovelace ",
                ][..],
            ),
            ("JUERGEN MUELLER", &["Jürgen Müller", "Müller Jürgen"]),
            ("张伟", &["张伟", "張偉", "张 伟", "张　伟"]),
            ("ИВАН ПЕТРОВ", &["Иван Петров", "ПЕТРОВ ИВАН"]),
            ("", &["", " ", "--"]),
        ] {
            for name in same {
                assert_eq!(key(name), key_of, "{name}");
            }
        }
    }

    #[test]
    fn different_names_have_different_keys() {
        let names = [
            "张伟",
            "张炜",
            "ZHANG WEI",
            "ZHANG WEIWEI",
            "Ada Lovelace",
            "Ada B Lovelace",
            "李 Ada",
        ];
        for (at, name) in names.iter().enumerate() {
            for other in &names[at + 1..] {
                assert_ne!(key(name), key(other), "{name} {other}");
            }
        }
    }
}
