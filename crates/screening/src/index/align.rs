//! Which word of one name is which of the other.

use std::ops::Range;

use super::dictionary::Dictionary;
use super::store::{Spelled, Stored};
use super::terms::Terms;
use super::{By, TokenMatch};
use crate::name::{Word, is_particle};

/// Similarity of an initial to its word.
const INITIAL: f32 = 0.9;
/// The part of a word's weight that its initial carries.
const INITIAL_PART: f32 = 0.35;
/// What the names lose for the words that only one of them has, at most.
const MISSING: f32 = 0.25;
/// The same for Chinese names, of which nobody leaves out a syllable.
const MISSING_SYLLABLE: f32 = 0.6;
/// The part left for each word that stands against another one.
const AGAINST: f32 = 0.82;
/// The part left when the words stand in an order that is no rotation: a father's name for one's own.
const SCRAMBLED: f32 = 0.88;
/// The part left when a single word is all that matches, and there are more.
const SINGLE_WORD: f32 = 0.8;
/// The part left when a single word matches and every other by its initial.
const INITIALS_ONLY: f32 = 0.93;
/// The part left when one name lacks the first word of the other: most often one's own name.
const FIRST_MISSING: f32 = 0.9;
/// What a typing error in a Chinese name takes beyond that in another: one letter makes another name.
const TYPO_IN_CHINESE: f32 = 1.8;
/// Consonants that words run together must have, to be compared by them.
const LEAST_CONSONANTS: usize = 4;
/// The part left when Han characters differ and only their reading agrees.
const SAME_READING: f32 = 0.9;

/// Two names laid side by side.
#[derive(Debug)]
pub(super) struct Alignment<'a> {
    /// 0 to 1.
    pub score: f32,
    pub reordered: bool,
    taken: Vec<Edge<'a>>,
    /// Places of either name without a match.
    missing: (Vec<usize>, Vec<usize>),
}

#[derive(Debug)]
struct Edge<'a> {
    query: (usize, usize),
    listed: (usize, usize),
    words: (&'a Word, &'a Word),
    similarity: f32,
    by: By,
    weight: f32,
}

/// Lays a person's name beside a stored one: the nearest words first, each used once.
pub(super) fn align<'a>(
    query: &'a Spelled,
    stored: &Stored<'_>,
    dictionary: &'a Dictionary,
    terms: Terms,
) -> Alignment<'a> {
    let weights = stored.weights(dictionary);
    let mut edges = edges(query, stored, dictionary, terms, &weights);
    let key = |edge: &Edge<'_>| match edge.by {
        By::Initial => edge.similarity - 1.0,
        _ => edge.similarity,
    };
    edges.sort_by(|a, b| {
        key(b)
            .total_cmp(&key(a))
            .then(b.weight.total_cmp(&a.weight))
    });
    let mut used = (vec![false; query.places], vec![false; stored.places]);
    let mut taken: Vec<Edge<'_>> = Vec::new();
    for edge in edges {
        let (ours, theirs) = (range(edge.query), range(edge.listed));
        if used.0[ours.clone()]
            .iter()
            .chain(&used.1[theirs.clone()])
            .any(|used| *used)
        {
            continue;
        }
        used.0[ours].fill(true);
        used.1[theirs].fill(true);
        taken.push(edge);
    }
    taken.sort_by_key(|edge| edge.query);
    let missing = (places_left(&used.0), places_left(&used.1));
    let left = |weights: &[f32], places: &[usize]| places.iter().map(|place| weights[*place]).sum();
    let left = (left(&query.weights, &missing.0), left(&weights, &missing.1));
    let first_missing = missing.0.first() == Some(&0) || missing.1.first() == Some(&0);
    let against = telling(&missing.0, query).min(telling_stored(&missing.1, stored, dictionary));
    Alignment {
        score: score(&taken, left, against, terms)
            * if first_missing && against == 0 {
                FIRST_MISSING
            } else {
                1.0
            },
        reordered: taken.windows(2).any(|pair| pair[0].listed > pair[1].listed),
        taken,
        missing,
    }
}

impl Alignment<'_> {
    /// Returns the words that match.
    pub fn tokens(&self) -> Vec<TokenMatch> {
        let token = |edge: &Edge<'_>| TokenMatch {
            query: edge.words.0.letters.clone(),
            listed: edge.words.1.letters.clone(),
            by: edge.by,
            similarity: edge.similarity,
        };
        self.taken.iter().map(token).collect()
    }

    /// Returns the words of the person's name without a match.
    pub fn only_in_query(&self, query: &Spelled) -> Vec<String> {
        self.missing
            .0
            .iter()
            .map(|place| query.spans[*place].2[0].letters.clone())
            .collect()
    }

    /// Returns the words of the entry's name without a match.
    pub fn only_in_list(&self, stored: &Stored<'_>, dictionary: &Dictionary) -> Vec<String> {
        self.missing
            .1
            .iter()
            .map(|place| stored.first(*place, dictionary).letters.clone())
            .collect()
    }
}

fn edges<'a>(
    query: &'a Spelled,
    stored: &Stored<'_>,
    dictionary: &'a Dictionary,
    terms: Terms,
    weights: &[f32],
) -> Vec<Edge<'a>> {
    let mut found = Vec::new();
    for (at, places, ours) in &query.spans {
        for span in stored.spans {
            // Words run together on one side only: on both they match by themselves.
            if *places > 1 && span.places > 1 {
                continue;
            }
            let theirs = stored
                .words(span)
                .iter()
                .map(|number| dictionary.word(*number));
            let pairs = theirs.flat_map(|theirs| ours.iter().map(move |ours| (ours, theirs)));
            let near =
                pairs.filter_map(|(a, b)| compared(a, b, terms).map(|(s, by)| (a, b, s, by)));
            let Some((a, b, similarity, by)) = near.max_by(|x, y| x.2.total_cmp(&y.2)) else {
                continue;
            };
            let run_together = *places > 1 || span.places > 1;
            if run_together && by == By::Transliteration && a.consonants.len() < LEAST_CONSONANTS {
                continue;
            }
            let listed = (usize::from(span.at), usize::from(span.places));
            let weight: f32 = weights[range(listed)].iter().sum();
            let weight = if by == By::Initial {
                weight * INITIAL_PART
            } else {
                weight
            };
            let (query, words) = ((*at, *places), (a, b));
            found.push(Edge {
                query,
                listed,
                words,
                similarity,
                by,
                weight,
            });
        }
    }
    found
}

fn compared(a: &Word, b: &Word, terms: Terms) -> Option<(f32, By)> {
    let initial = |short: &Word, long: &Word| {
        short.is_latin() && short.letters.len() == 1 && long.letters.starts_with(&short.letters)
    };
    let initials = initial(a, b) || initial(b, a);
    let compared = terms
        .compare(a, b)
        .map(|(similarity, by)| match (terms, by) {
            (Terms::Letters, By::Typo) => (1.0 - TYPO_IN_CHINESE * (1.0 - similarity), by),
            _ => (similarity, by),
        });
    compared.or_else(|| initials.then_some((INITIAL, By::Initial)))
}

/// From the words that match, the weight of those left on either side, and how many stand against each other.
fn score(taken: &[Edge<'_>], left: (f32, f32), against: usize, terms: Terms) -> f32 {
    let matched: f32 = taken.iter().map(|edge| edge.weight * edge.similarity).sum();
    let weight: f32 = taken.iter().map(|edge| edge.weight).sum();
    if weight <= 0.0 {
        return 0.0;
    }
    let (less, more) = (left.0.min(left.1), left.0.max(left.1));
    let missing = if terms == Terms::Everything {
        MISSING
    } else {
        MISSING_SYLLABLE
    };
    let covered = (weight + less) / (weight + more);
    let mut score = matched / (weight + less) * (1.0 - missing + missing * covered);
    if terms == Terms::Nothing && taken.len() > 1 {
        score *= SAME_READING;
    }
    for _ in 0..against {
        score *= AGAINST;
    }
    let whole = |edge: &&Edge<'_>| edge.by != By::Initial && !is_particle(&edge.words.1.letters);
    if taken.iter().filter(whole).count() < 2 && (more > 0.0 || taken.len() > 1) {
        score *= if more > 0.0 {
            SINGLE_WORD
        } else {
            INITIALS_ONLY
        };
    }
    if is_scrambled(taken) {
        score *= SCRAMBLED;
    }
    score
}

/// Tells whether the words cannot be brought into order by moving some from one end to the other.
fn is_scrambled(taken: &[Edge<'_>]) -> bool {
    let falls = taken
        .windows(2)
        .filter(|pair| pair[0].listed > pair[1].listed)
        .count();
    let (first, last) = (taken.first(), taken.last());
    let closes = first
        .zip(last)
        .is_some_and(|(first, last)| last.listed < first.listed);
    falls > 1 || (falls == 1 && !closes)
}

/// Words among these that tell people apart.
fn telling(places: &[usize], query: &Spelled) -> usize {
    places
        .iter()
        .filter(|place| !is_particle(&query.spans[**place].2[0].letters))
        .count()
}

fn telling_stored(places: &[usize], stored: &Stored<'_>, dictionary: &Dictionary) -> usize {
    places
        .iter()
        .filter(|place| !is_particle(&stored.first(**place, dictionary).letters))
        .count()
}

fn places_left(used: &[bool]) -> Vec<usize> {
    (0..used.len()).filter(|place| !used[*place]).collect()
}

fn range((at, places): (usize, usize)) -> Range<usize> {
    at..at + places
}
