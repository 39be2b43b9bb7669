//! Which of all names are worth comparing: those that share enough weight of near words.

use super::store::Spelled;
use super::terms::Terms;
use super::{Index, Query, score};
use crate::name::{Scheme, Word, is_particle};

/// Names that are compared for one form of the person's name.
const MAX_CANDIDATES: usize = 150;

/// Returns the forms to compare with, the most promising ones.
pub(super) fn of(index: &Index, form: &Spelled, query: &Query) -> Vec<(u32, Terms)> {
    let mut shared = vec![0f32; index.forms.len()];
    let mut last_seen = vec![0u32; index.forms.len()];
    let mut touched = Vec::new();
    for (number, (_, places, words)) in (1u32..).zip(&form.spans) {
        for (word, similarity) in near(index, form.scheme, *places, words) {
            for posting in index.forms.postings(word) {
                let place = posting.form as usize;
                if last_seen[place] != number {
                    if last_seen[place] == 0 {
                        touched.push(posting.form);
                    }
                    last_seen[place] = number;
                    shared[place] += posting.weight * similarity;
                }
            }
        }
    }
    let total: f32 = form.weights.iter().sum();
    let mut promising: Vec<(f32, u32, Terms)> = touched
        .into_iter()
        .filter_map(|number| {
            let stored = index.forms.get(number);
            let shared = shared[number as usize];
            let (less, more) = (total.min(stored.weight), total.max(stored.weight));
            let most = (shared / less).min(1.0);
            // Whatever the date of birth says, half a name is no name.
            if most < 0.4 {
                return None;
            }
            let terms = Terms::of((form.scheme, form.chinese), (stored.scheme, stored.chinese))?;
            let entity = &index.entities[stored.entity as usize];
            let date = score::dates(query, entity);
            let most = score::combined(most, date, score::countries(query, entity));
            (most >= score::FLOOR).then_some((most + 0.3 * (shared / more).min(1.0), number, terms))
        })
        .collect();
    if promising.len() > MAX_CANDIDATES {
        promising.select_nth_unstable_by(MAX_CANDIDATES, |a, b| b.0.total_cmp(&a.0));
        promising.truncate(MAX_CANDIDATES);
    }
    promising
        .into_iter()
        .map(|(_, number, terms)| (number, terms))
        .collect()
}

/// The words near any spelling, the nearest first. Of several spellings only the first is searched for typing errors,
/// and words run together for one only.
fn near(index: &Index, scheme: Scheme, places: usize, words: &[Word]) -> Vec<(u32, f32)> {
    let mut found = Vec::new();
    for (place, word) in words.iter().enumerate() {
        if is_particle(&word.letters) {
            continue;
        }
        match (place, scheme) {
            (0, Scheme::Written) => {
                index
                    .dictionary
                    .near(word, if places > 1 { 1 } else { 2 }, &mut found)
            }
            (0, _) => index.dictionary.near(word, 1, &mut found),
            _ => index.dictionary.same(word, &mut found),
        }
    }
    found.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found
}
