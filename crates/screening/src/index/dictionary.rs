//! Every word of every name once, and the words that come near another.

use std::collections::HashMap;

use super::By;
use crate::name::{Word, distance, is_particle, vowels_agree, vowels_agree_across};

/// Weight of a word that tells nobody apart.
const PARTICLE_WEIGHT: f32 = 0.1;
/// Least weight of any other word, however common.
const LEAST_WEIGHT: f32 = 0.4;
/// Entries that a list is taken to have at least, when words are weighed: in a list of three every word is common.
const LEAST_ENTITIES: usize = 10_000;
/// Longest word that is compared letter by letter, in letters.
const LONGEST: usize = 32;
/// Below this two words are not near.
const LEAST_SIMILARITY: f32 = 0.55;

/// Similarity of another spelling of the same sounds.
const PHONETIC: f32 = 0.95;
/// Similarity of the same consonants across scripts.
const ACROSS_SCRIPTS: f32 = 0.97;
/// Similarity of the same consonants with vowels that are one in Arabic.
const CONSONANTS: f32 = 0.9;
/// Similarity of the same consonants with other vowels.
const OTHER_VOWELS: f32 = 0.5;
/// What a typing error takes, in a word of one letter.
const TYPO: f32 = 1.2;
/// Weight of an initial that no list has.
const INITIAL_WEIGHT: f32 = 0.2;

/// Words by number.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    words: Vec<Word>,
    by_letters: HashMap<String, u32>,
    by_sound: HashMap<String, Vec<u32>>,
    by_consonants: HashMap<String, Vec<u32>>,
    /// Latin words by length: which letters they have, and their number.
    by_length: Vec<Vec<(u32, u32)>>,
    /// The same of words that only ever stand for several run together.
    joined_by_length: Vec<Vec<(u32, u32)>>,
    /// In how many names a word stands by itself.
    frequency: Vec<u32>,
    weights: Vec<f32>,
}

impl Dictionary {
    /// Returns the number of a word, a new one if need be.
    pub fn number(&mut self, word: &Word) -> u32 {
        if let Some(&known) = self.by_letters.get(&word.letters) {
            return known;
        }
        let number = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.by_letters.insert(word.letters.clone(), number);
        if word.is_latin() {
            self.by_sound
                .entry(word.sound.clone())
                .or_default()
                .push(number);
        }
        if !word.consonants.is_empty() {
            self.by_consonants
                .entry(word.consonants.clone())
                .or_default()
                .push(number);
        }
        self.words.push(word.clone());
        self.frequency.push(0);
        number
    }

    /// Counts a word that stands by itself in a name.
    pub fn count(&mut self, number: u32) {
        self.frequency[number as usize] += 1;
    }

    /// Weighs and sorts the words once all are known.
    pub fn finish(&mut self, entities: usize) {
        self.by_length = vec![Vec::new(); LONGEST + 1];
        self.joined_by_length = self.by_length.clone();
        for (number, word) in (0u32..).zip(&self.words) {
            if word.is_latin() && word.letters.len() <= LONGEST {
                let single = self.frequency[number as usize] > 0;
                let lists = if single {
                    &mut self.by_length
                } else {
                    &mut self.joined_by_length
                };
                lists[word.letters.len()].push((word.mask, number));
            }
        }
        let entities = entities.max(LEAST_ENTITIES) as f32 + 1.0;
        let weight = |(word, count): (&Word, &u32)| {
            if is_particle(&word.letters) {
                return PARTICLE_WEIGHT;
            }
            let rarity = (entities / (*count).max(1) as f32).ln() / entities.ln();
            rarity.clamp(LEAST_WEIGHT, 1.0)
        };
        self.weights = self.words.iter().zip(&self.frequency).map(weight).collect();
    }

    pub fn word(&self, number: u32) -> &Word {
        &self.words[number as usize]
    }

    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Returns how much a word tells people apart; that of a word that no list has is full.
    pub fn weight(&self, word: &Word) -> f32 {
        if is_particle(&word.letters) {
            return PARTICLE_WEIGHT;
        }
        let unknown = match word.letters.len() {
            1 => INITIAL_WEIGHT,
            2 => LEAST_WEIGHT,
            _ => 1.0,
        };
        let known = self.by_letters.get(&word.letters);
        known.map_or(unknown, |number| self.weights[*number as usize])
    }

    pub fn weight_of(&self, number: u32) -> f32 {
        self.weights[number as usize]
    }

    /// Returns the word with the same letters.
    pub fn same(&self, word: &Word, found: &mut Vec<(u32, f32)>) {
        found.extend(
            self.by_letters
                .get(&word.letters)
                .map(|number| (*number, 1.0)),
        );
    }

    /// Returns the words that come near with up to so many typing errors, and their similarity; a word may
    /// come twice.
    pub fn near(&self, word: &Word, most_typos: usize, found: &mut Vec<(u32, f32)>) {
        self.same(word, found);
        for numbers in [
            self.by_sound.get(&word.sound),
            self.by_consonants.get(&word.consonants),
        ] {
            let near = |number: &u32| Some((*number, similarity(word, self.word(*number))?.0));
            found.extend(numbers.into_iter().flatten().filter_map(near));
        }
        if word.is_latin() && word.letters.len() <= LONGEST {
            self.scan(&self.by_length, word, most_typos, found);
            self.scan(&self.joined_by_length, word, most_typos.min(1), found);
        }
    }

    fn scan(
        &self,
        lists: &[Vec<(u32, u32)>],
        word: &Word,
        most_typos: usize,
        found: &mut Vec<(u32, f32)>,
    ) {
        let length = word.letters.len();
        let most = typos(length + 2).min(most_typos);
        let lengths = length.saturating_sub(most)..=(length + most).min(LONGEST);
        for (others, list) in lengths.clone().zip(&lists[lengths]) {
            let limit = typos(length.max(others)).min(most_typos);
            for &(mask, number) in list {
                // A typing error changes at most two of the letters that a word has.
                if (word.mask ^ mask).count_ones() as usize <= 2 * limit
                    && let Some((near, _)) = typed(word, self.word(number))
                {
                    found.push((number, near));
                }
            }
        }
    }
}

/// Returns how near two words are and by what; `None` when they are not.
pub(super) fn similarity(a: &Word, b: &Word) -> Option<(f32, By)> {
    if a.letters == b.letters {
        return Some((1.0, By::Exact));
    }
    match (is_particle(&a.letters), is_particle(&b.letters)) {
        (true, true) => return Some((PHONETIC, By::Phonetic)),
        // BIWN for BIN.
        (true, false) | (false, true) => return typed(a, b),
        (false, false) => {}
    }
    if a.is_consonants_only() || b.is_consonants_only() {
        return across_scripts(a, b).filter(|(similarity, _)| *similarity >= LEAST_SIMILARITY);
    }
    if !a.is_latin() || !b.is_latin() {
        return None;
    }
    if a.sound == b.sound {
        return Some((PHONETIC, By::Phonetic));
    }
    let vowels = (a.consonants.len() > 1 && a.consonants == b.consonants)
        .then(|| vowels_agree(&a.letters, &b.letters))
        .map(|agree| {
            (
                if agree { CONSONANTS } else { OTHER_VOWELS },
                By::Transliteration,
            )
        });
    let best = |x: (f32, By), y: (f32, By)| if y.0 > x.0 { y } else { x };
    let found = [typed(a, b), heard(a, b), vowels]
        .into_iter()
        .flatten()
        .reduce(best);
    found.filter(|(similarity, _)| *similarity >= LEAST_SIMILARITY)
}

/// Compares the letters alone.
pub(super) fn typed(a: &Word, b: &Word) -> Option<(f32, By)> {
    if a.letters == b.letters {
        return Some((1.0, By::Exact));
    }
    let longest = a.letters.len().max(b.letters.len());
    let limit = typos(longest);
    if !a.is_latin() || !b.is_latin() || (a.mask ^ b.mask).count_ones() as usize > 2 * limit {
        return None;
    }
    let typos = distance(a.letters.as_bytes(), b.letters.as_bytes(), limit)?;
    Some((1.0 - TYPO * typos as f32 / longest as f32, By::Typo))
}

/// Compares the sounds alone.
fn heard(a: &Word, b: &Word) -> Option<(f32, By)> {
    let longest = a.sound.len().max(b.sound.len());
    let typos = distance(a.sound.as_bytes(), b.sound.as_bytes(), typos(longest))?;
    Some((
        PHONETIC * (1.0 - TYPO * typos as f32 / longest as f32),
        By::Phonetic,
    ))
}

/// One side has consonants only.
fn across_scripts(a: &Word, b: &Word) -> Option<(f32, By)> {
    // LAYLA has one, and both of its vowels.
    let short = |word: &Word| word.consonants.is_empty() || word.letters.chars().count() < 3;
    if (short(a) || short(b)) && a.consonants.len().min(b.consonants.len()) < 2 {
        return None;
    }
    if a.consonants == b.consonants {
        let agree = match (a.is_latin(), b.is_latin()) {
            (false, true) => vowels_agree_across(&a.letters, &b.letters),
            (true, false) => vowels_agree_across(&b.letters, &a.letters),
            _ => false,
        };
        let similarity = if agree { ACROSS_SCRIPTS } else { OTHER_VOWELS };
        return Some((similarity, By::Transliteration));
    }
    let longest = a.consonants.len().max(b.consonants.len());
    let near =
        longest > 4 && distance(a.consonants.as_bytes(), b.consonants.as_bytes(), 1).is_some();
    near.then_some((
        ACROSS_SCRIPTS * (1.0 - 1.0 / longest as f32),
        By::Transliteration,
    ))
}

/// Typing errors allowed in words of which the longer has this many letters.
fn typos(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    }
}
