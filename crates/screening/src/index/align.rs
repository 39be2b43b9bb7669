//! Which word of one name is which of the other.

use super::dictionary::{Dictionary, similarity};
use super::store::{Span, Spelled, Stored};
use super::{By, TokenMatch};
use crate::name::{Word, is_particle};

/// Similarity of an initial to its word.
const INITIAL: f32 = 0.9;
/// The part of a word's weight that its initial carries.
const INITIAL_PART: f32 = 0.35;
/// What the names lose for the words that only one of them has, at most.
const MISSING: f32 = 0.25;
/// The part left when a single word is all that matches, and there are more.
const SINGLE_WORD: f32 = 0.8;

/// Two names laid side by side.
#[derive(Clone, Debug)]
pub(super) struct Alignment {
    /// 0 to 1.
    pub score: f32,
    pub tokens: Vec<TokenMatch>,
    pub only_in_query: Vec<String>,
    pub only_in_list: Vec<String>,
    pub reordered: bool,
}

struct Edge<'a> {
    query: (usize, usize),
    listed: (usize, usize),
    words: (&'a Word, &'a Word),
    similarity: f32,
    by: By,
    weight: f32,
}

/// Lays a person's name beside a stored one: the nearest words first, each used once.
pub(super) fn align(query: &Spelled, stored: &Stored<'_>, dictionary: &Dictionary) -> Alignment {
    let weights = stored.weights(dictionary);
    let mut edges = edges(query, stored, dictionary, &weights);
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
    let missing = (left(&query.weights, &used.0), left(&weights, &used.1));
    let score = score(&taken, missing, query, stored, dictionary);
    taken.sort_by_key(|edge| edge.query);
    Alignment {
        score,
        reordered: taken.windows(2).any(|pair| pair[0].listed > pair[1].listed),
        tokens: taken.iter().map(token).collect(),
        only_in_query: unused(&used.0, |place| query.spans[place].2[0].letters.clone()),
        only_in_list: unused(&used.1, |place| {
            first(stored, place, dictionary).letters.clone()
        }),
    }
}

fn edges<'a>(
    query: &'a Spelled,
    stored: &Stored<'_>,
    dictionary: &'a Dictionary,
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
            let near = pairs.filter_map(|(a, b)| compared(a, b).map(|(s, by)| (a, b, s, by)));
            let Some((a, b, similarity, by)) = near.max_by(|x, y| x.2.total_cmp(&y.2)) else {
                continue;
            };
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

fn compared(a: &Word, b: &Word) -> Option<(f32, By)> {
    let initial = |short: &Word, long: &Word| {
        short.is_latin() && short.letters.len() == 1 && long.letters.starts_with(&short.letters)
    };
    similarity(a, b).or_else(|| (initial(a, b) || initial(b, a)).then_some((INITIAL, By::Initial)))
}

fn score(
    taken: &[Edge<'_>],
    missing: (f32, f32),
    query: &Spelled,
    stored: &Stored<'_>,
    dictionary: &Dictionary,
) -> f32 {
    let matched: f32 = taken.iter().map(|edge| edge.weight * edge.similarity).sum();
    let weight: f32 = taken.iter().map(|edge| edge.weight).sum();
    let covered = |missing: f32| {
        if weight > 0.0 {
            matched / (weight + missing)
        } else {
            0.0
        }
    };
    let (more, less) = {
        let (ours, theirs) = (covered(missing.0), covered(missing.1));
        (ours.max(theirs), ours.min(theirs))
    };
    let score = more * (1.0 - MISSING + MISSING * less / more.max(f32::EPSILON));
    let whole = |edge: &&Edge<'_>| edge.by != By::Initial && !is_particle(&edge.words.1.letters);
    let words: usize = taken
        .iter()
        .filter(whole)
        .map(|edge| edge.query.1.max(edge.listed.1))
        .sum();
    let ours = (0..query.places)
        .filter(|p| !is_particle(&query.spans[*p].2[0].letters))
        .count();
    let theirs = (0..stored.places)
        .filter(|p| !is_particle(&first(stored, *p, dictionary).letters))
        .count();
    if words < 2 && ours.max(theirs) > 1 {
        score * SINGLE_WORD
    } else {
        score
    }
}

fn first<'a>(stored: &Stored<'_>, place: usize, dictionary: &'a Dictionary) -> &'a Word {
    let span: &Span = &stored.spans[place];
    dictionary.word(stored.words(span)[0])
}

fn token(edge: &Edge<'_>) -> TokenMatch {
    TokenMatch {
        query: edge.words.0.letters.clone(),
        listed: edge.words.1.letters.clone(),
        by: edge.by,
        similarity: edge.similarity,
    }
}

fn range((at, places): (usize, usize)) -> std::ops::Range<usize> {
    at..at + places
}

fn left(weights: &[f32], used: &[bool]) -> f32 {
    weights
        .iter()
        .zip(used)
        .filter(|(_, used)| !**used)
        .map(|(weight, _)| weight)
        .sum()
}

fn unused(used: &[bool], letters: impl Fn(usize) -> String) -> Vec<String> {
    (0..used.len())
        .filter(|place| !used[*place])
        .map(letters)
        .collect()
}
