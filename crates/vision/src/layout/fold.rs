//! Comparing what was read with words one expects: case, accents, width, spacing and a few misread
//! characters must not matter.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Traditional or variant forms that the recogniser gives for characters of PRC labels, and the form
/// that the labels print.
const PLAIN_HAN: [(char, char); 22] = [
    ('別', '别'),
    ('證', '证'),
    ('號', '号'),
    ('碼', '码'),
    ('國', '国'),
    ('華', '华'),
    ('關', '关'),
    ('發', '发'),
    ('簽', '签'),
    ('機', '机'),
    ('駛', '驶'),
    ('駕', '驾'),
    ('動', '动'),
    ('車', '车'),
    ('長', '长'),
    ('護', '护'),
    ('効', '效'),
    ('岀', '出'),
    ('曰', '日'),
    ('囯', '国'),
    ('户', '户'),
    ('産', '产'),
];

/// Text reduced to lower-case letters without marks, digits and Han characters.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Folded {
    pub chars: Vec<char>,
    /// For each of `chars` the index of the character of the source that it came from.
    pub source: Vec<usize>,
    /// For each of `chars`: does a word start there?
    pub starts: Vec<bool>,
}

impl Folded {
    pub fn new(text: &str) -> Self {
        let mut folded = Self::default();
        let mut before_is_word = false;
        for (index, ch) in text.chars().enumerate() {
            let mut is_word = false;
            for plain in fold_char(ch) {
                folded.starts.push(!before_is_word && !is_word);
                folded.chars.push(plain);
                folded.source.push(index);
                is_word = true;
            }
            before_is_word = is_word;
        }
        folded
    }

    /// Does a word end before this place?
    pub fn ends(&self, place: usize) -> bool {
        place >= self.chars.len() || self.starts[place]
    }
}

/// Returns the text as [`Folded`] sees it.
pub(crate) fn fold(text: &str) -> String {
    text.chars().flat_map(fold_char).collect()
}

/// Returns the plain characters of one character: none for marks, spaces and punctuation.
fn fold_char(ch: char) -> Vec<char> {
    let special: &[char] = match ch {
        'ß' => &['s', 's'],
        'æ' | 'Æ' => &['a', 'e'],
        'œ' | 'Œ' => &['o', 'e'],
        'ø' | 'Ø' => &['o'],
        'ł' | 'Ł' => &['l'],
        'đ' | 'Đ' | 'ð' | 'Ð' => &['d'],
        'ı' | 'İ' => &['i'],
        'þ' | 'Þ' => &['t', 'h'],
        _ => &[],
    };
    if !special.is_empty() {
        return special.to_vec();
    }
    let simple = PLAIN_HAN.iter().find(|(from, _)| *from == ch);
    let ch = simple.map_or(ch, |(_, to)| *to);
    ch.nfkd()
        .filter(|c| !is_combining_mark(*c) && c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// A place in folded text that reads like a word, `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub start: usize,
    pub end: usize,
    /// Characters to change, add or drop.
    pub errors: usize,
}

/// Returns the place in `text` that is nearest to `word` with at most `most` errors, the first of
/// equals (Sellers 1980: edit distance with a free start and end).
pub(crate) fn find_like(text: &[char], word: &[char], most: usize) -> Option<Place> {
    if word.is_empty() {
        return None;
    }
    // Per row of the table: (errors, start of the match).
    let mut above: Vec<(usize, usize)> = (0..=text.len()).map(|at| (0, at)).collect();
    for (row, wanted) in word.iter().enumerate() {
        let mut current = vec![(row + 1, 0)];
        for (column, seen) in text.iter().enumerate() {
            let (diagonal, start) = above[column];
            let same = (diagonal + usize::from(wanted != seen), start);
            let dropped = (above[column + 1].0 + 1, above[column + 1].1);
            let added = (current[column].0 + 1, current[column].1);
            let best = [same, dropped, added].into_iter().min_by_key(|c| c.0);
            current.push(best.unwrap_or(same));
        }
        above = current;
    }
    let (end, (errors, start)) = above
        .into_iter()
        .enumerate()
        .min_by_key(|(_, (errors, _))| *errors)?;
    (errors <= most && end > start).then_some(Place { start, end, errors })
}

/// Returns the edit distance of two texts.
pub(crate) fn distance(a: &[char], b: &[char]) -> usize {
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (row, x) in a.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, y) in b.iter().enumerate() {
            let same = above[column] + usize::from(x != y);
            current.push(same.min(above[column + 1] + 1).min(current[column] + 1));
        }
        above = current;
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn case_accents_width_and_spacing_fold_away() {
        assert_eq!(fold("Prénom(s) / ＮＡＭＥ"), "prenomsname");
        assert_eq!(fold("Łódź Straße Øre"), "lodzstrasseore");
        assert_eq!(fold("性 別：男"), "性别男");
    }

    #[test]
    fn folded_text_remembers_where_words_start() {
        let folded = Folded::new("Né(e) le");
        assert_eq!(folded.chars, chars("neele"));
        assert_eq!(folded.starts, [true, false, true, true, false]);
        assert_eq!(folded.source, [0, 1, 3, 6, 7]);
    }

    #[test]
    fn a_word_is_found_in_spite_of_misread_letters() {
        let text = chars("typedateofb1rthplace");
        let found = find_like(&text, &chars("dateofbirth"), 1);
        assert_eq!(
            found,
            Some(Place {
                start: 4,
                end: 15,
                errors: 1
            })
        );
        assert_eq!(find_like(&text, &chars("nationality"), 2), None);
        assert_eq!(find_like(&[], &chars("a"), 0), None);
    }

    #[test]
    fn the_distance_counts_changes() {
        assert_eq!(distance(&chars("eriksson"), &chars("erikson")), 1);
        assert_eq!(distance(&chars(""), &chars("ab")), 2);
    }
}
