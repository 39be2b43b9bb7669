//! Every word of every name once, and the words that come near another.

use std::collections::HashMap;

use super::By;
use crate::name::{Word, distance, is_particle};

/// Weight of a word that tells nobody apart.
const PARTICLE_WEIGHT: f32 = 0.1;
/// Least weight of any other word, however common.
const LEAST_WEIGHT: f32 = 0.3;
/// Entries that a list is taken to have at least, when words are weighed: in a list of three every word is common.
const LEAST_ENTITIES: usize = 10_000;
/// Longest word that is compared letter by letter, in letters.
const LONGEST: usize = 32;
/// Below this two words are not near.
const LEAST_SIMILARITY: f32 = 0.5;

/// Similarity of another spelling of the same sounds.
const PHONETIC: f32 = 0.95;
/// Similarity of the same consonants across scripts.
const ACROSS_SCRIPTS: f32 = 0.95;
/// Similarity of the same consonants, vowels differing.
const CONSONANTS: f32 = 0.84;

/// Words by number.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    words: Vec<Word>,
    by_letters: HashMap<String, u32>,
    by_sound: HashMap<String, Vec<u32>>,
    by_consonants: HashMap<String, Vec<u32>>,
    /// Latin words by length: which letters they have, and their number.
    by_length: Vec<Vec<(u32, u32)>>,
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
        for (number, word) in (0u32..).zip(&self.words) {
            if word.is_latin() && word.letters.len() <= LONGEST {
                self.by_length[word.letters.len()].push((letters_of(&word.letters), number));
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
        let known = self.by_letters.get(&word.letters);
        known.map_or(1.0, |number| self.weights[*number as usize])
    }

    pub fn weight_of(&self, number: u32) -> f32 {
        self.weights[number as usize]
    }

    /// Returns the words with the same letters or sounds.
    pub fn same(&self, word: &Word, found: &mut Vec<(u32, f32)>) {
        if let Some(&number) = self.by_letters.get(&word.letters) {
            found.push((number, 1.0));
        }
        if let Some(numbers) = self.by_sound.get(&word.sound) {
            found.extend(numbers.iter().map(|number| (*number, PHONETIC)));
        }
    }

    /// Returns the words that come near, with their similarity; a word may come twice.
    pub fn near(&self, word: &Word, found: &mut Vec<(u32, f32)>) {
        self.same(word, found);
        if let Some(numbers) = self.by_consonants.get(&word.consonants) {
            let near = |number: &u32| Some((*number, similarity(word, self.word(*number))?.0));
            found.extend(numbers.iter().filter_map(near));
        }
        let length = word.letters.len();
        let limit = typos(length);
        if !word.is_latin() || limit == 0 {
            return;
        }
        let letters = letters_of(&word.letters);
        for length in length.saturating_sub(limit)..=(length + limit).min(LONGEST) {
            for &(others, number) in &self.by_length[length] {
                // A typing error changes at most two of the letters that a word has.
                if (letters ^ others).count_ones() as usize <= 2 * limit
                    && let Some((near, _)) = similarity(word, self.word(number))
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
    if a.is_consonants_only() || b.is_consonants_only() {
        return across_scripts(a, b);
    }
    if !a.is_latin() || !b.is_latin() {
        return None;
    }
    if a.sound == b.sound {
        return Some((PHONETIC, By::Phonetic));
    }
    let longest = a.letters.len().max(b.letters.len());
    let typed = distance(a.letters.as_bytes(), b.letters.as_bytes(), typos(longest))
        .map(|typos| (1.0 - typos as f32 / longest as f32, By::Typo));
    let sounds = a.sound.len().max(b.sound.len());
    let heard = distance(a.sound.as_bytes(), b.sound.as_bytes(), typos(sounds)).map(|typos| {
        (
            PHONETIC * (1.0 - typos as f32 / sounds as f32),
            By::Phonetic,
        )
    });
    let vowels = (a.consonants.len() > 2 && a.consonants == b.consonants)
        .then_some((CONSONANTS, By::Transliteration));
    [typed, heard, vowels]
        .into_iter()
        .flatten()
        .max_by(|x, y| x.0.total_cmp(&y.0))
        .filter(|(similarity, _)| *similarity >= LEAST_SIMILARITY)
}

/// One side has consonants only.
fn across_scripts(a: &Word, b: &Word) -> Option<(f32, By)> {
    if a.consonants.len() < 2 || b.consonants.len() < 2 {
        return None;
    }
    if a.consonants == b.consonants {
        return Some((ACROSS_SCRIPTS, By::Transliteration));
    }
    let longest = a.consonants.len().max(b.consonants.len());
    let near =
        longest > 3 && distance(a.consonants.as_bytes(), b.consonants.as_bytes(), 1).is_some();
    near.then_some((
        ACROSS_SCRIPTS * (1.0 - 1.0 / longest as f32),
        By::Transliteration,
    ))
}

/// Typing errors allowed in a word of this many letters.
fn typos(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=4 => 1,
        _ => 2,
    }
}

/// A bit for each letter that a word has.
fn letters_of(word: &str) -> u32 {
    word.bytes().fold(0, |bits, letter| {
        bits | 1 << (letter.wrapping_sub(b'A') & 31)
    })
}
