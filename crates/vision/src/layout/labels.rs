//! The words that documents print beside their fields, and where they stand in a line of text.

use std::sync::LazyLock;

use menshen_document::Field;

use super::fold::{Folded, Place, find_like, fold};

/// What a printed label announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Label {
    /// A field that we read.
    Of(Field),
    /// Something that we do not read: it still shows that the line is no value.
    Other,
}

/// A label inside a line; `start..end` are indices of characters of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub label: Label,
    pub start: usize,
    pub end: usize,
    /// Characters that differ from the label as we know it.
    pub errors: usize,
}

/// Lines of `field: word, word`; compared after folding.
const LABELS: &str = include_str!("labels.txt");

struct Word {
    label: Label,
    chars: Vec<char>,
    han: bool,
}

/// Longest first, so that "date of birth" wins over "birth".
static WORDS: LazyLock<Vec<Word>> = LazyLock::new(|| {
    let mut words: Vec<Word> = LABELS
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter_map(|(name, words)| Some((label(name)?, words)))
        .flat_map(|(label, words)| words.split(',').map(move |word| (label, fold(word))))
        .map(|(label, word)| Word {
            label,
            han: word.chars().all(is_han),
            chars: word.chars().collect(),
        })
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars.len()));
    words
});

fn label(name: &str) -> Option<Label> {
    Some(match name {
        "surname" => Label::Of(Field::Surname),
        "given_names" => Label::Of(Field::GivenNames),
        "name" => Label::Of(Field::Name),
        "birth_date" => Label::Of(Field::BirthDate),
        "birth_place" => Label::Of(Field::BirthPlace),
        "sex" => Label::Of(Field::Sex),
        "nationality" => Label::Of(Field::Nationality),
        "document_number" => Label::Of(Field::DocumentNumber),
        "personal_number" => Label::Of(Field::PersonalNumber),
        "valid_until" => Label::Of(Field::ValidUntil),
        "valid_from" => Label::Of(Field::ValidFrom),
        "authority" => Label::Of(Field::Authority),
        "issuing_state" => Label::Of(Field::IssuingState),
        "address" => Label::Of(Field::Address),
        "ethnicity" => Label::Of(Field::Ethnicity),
        "other" => Label::Other,
        _ => return None,
    })
}

/// Is this a Han character of the basic block or its first extension?
pub(crate) fn is_han(ch: char) -> bool {
    matches!(ch, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

/// Returns the labels in a line, left to right, none overlapping.
pub(crate) fn label_hits(text: &str) -> Vec<Hit> {
    let folded = Folded::new(text);
    let mut free = vec![true; folded.chars.len()];
    let mut hits = Vec::new();
    for word in WORDS.iter() {
        let Some(place) = find_word(&folded, word, &free) else {
            continue;
        };
        free[place.start..place.end].fill(false);
        hits.push(Hit {
            label: word.label,
            start: folded.source[place.start],
            end: folded.source[place.end - 1] + 1,
            errors: place.errors,
        });
    }
    hits.sort_by_key(|hit| hit.start);
    hits
}

fn find_word(folded: &Folded, word: &Word, free: &[bool]) -> Option<Place> {
    let length = word.chars.len();
    if length > folded.chars.len() + 2 {
        return None;
    }
    // Short words are everywhere inside longer ones; they must stand alone and be exact.
    let most = if word.han || length < 6 {
        0
    } else {
        length / 6
    };
    if most == 0 {
        return (0..=folded.chars.len().checked_sub(length)?)
            .map(|start| Place {
                start,
                end: start + length,
                errors: 0,
            })
            .find(|place| {
                folded.chars[place.start..place.end] == word.chars
                    && free[place.start..place.end].iter().all(|free| *free)
                    && stands_alone(folded, word, place)
            });
    }
    find_like(&folded.chars, &word.chars, most).filter(|place| {
        free[place.start..place.end].iter().all(|free| *free) && stands_alone(folded, word, place)
    })
}

fn stands_alone(folded: &Folded, word: &Word, place: &Place) -> bool {
    if word.han {
        // A single character is a label only on its own: 姓 / Surname.
        return word.chars.len() > 1
            || (folded.starts[place.start] && folded.ends(place.end))
            || folded
                .chars
                .get(place.end)
                .is_some_and(char::is_ascii_alphabetic);
    }
    // Recognisers drop spaces, so a long label may touch its neighbours on one side.
    let (start, end) = (folded.starts[place.start], folded.ends(place.end));
    if word.chars.len() < 9 {
        start && end
    } else {
        start || end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Vec<Label> {
        label_hits(text).into_iter().map(|hit| hit.label).collect()
    }

    #[test]
    fn labels_in_several_languages_are_one_field() {
        let of = Label::Of;
        assert_eq!(labels("Surname/Nom"), [of(Field::Surname); 2]);
        assert_eq!(
            labels("Date of birth / Date de naissance"),
            [of(Field::BirthDate); 2]
        );
        assert_eq!(labels("Dateofbirth"), [of(Field::BirthDate)]);
        assert_eq!(labels("Geburtsdalum/Date of birth").len(), 2);
        assert_eq!(
            labels("性別男民族漢"),
            [of(Field::Sex), of(Field::Ethnicity)]
        );
    }

    #[test]
    fn every_line_of_the_list_names_a_field() {
        let names = LABELS.lines().filter(|line| !line.starts_with('#'));
        for line in names {
            let (name, words) = line.split_once(':').unwrap();
            assert!(label(name).is_some(), "{name}");
            assert!(
                words.split(',').all(|word| !fold(word).is_empty()),
                "{line}"
            );
        }
    }

    #[test]
    fn names_are_not_labels() {
        assert!(labels("ERIKSSON").is_empty());
        assert!(labels("NOMURA SEXTON").is_empty());
        assert!(labels("12 AUG/AOUT 74").is_empty());
        assert!(labels("姓张").is_empty());
    }

    #[test]
    fn a_hit_says_where_the_label_ends() {
        let hits = label_hits("Nom : MARTIN");
        assert_eq!((hits[0].start, hits[0].end), (0, 3));
    }
}
