//! Which of all names are worth comparing: those that share enough weight of near words.

use super::store::Spelled;
use super::{Index, Query, score};
use crate::name::Scheme;

/// Names that are compared for one form of the person's name.
const MAX_CANDIDATES: usize = 200;

/// Returns the forms to compare with, the most promising first.
pub(super) fn of(index: &Index, form: &Spelled, query: &Query) -> Vec<u32> {
    let mut shared = vec![0f32; index.forms.len()];
    let mut last_seen = vec![0u32; index.forms.len()];
    let mut touched = Vec::new();
    for (number, (_, _, words)) in (1u32..).zip(&form.spans) {
        for (word, similarity) in near(index, form.scheme, words) {
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
    let mut promising: Vec<(f32, u32)> = touched
        .into_iter()
        .filter_map(|number| {
            let stored = index.forms.get(number);
            let shared = shared[number as usize];
            let (less, more) = (total.min(stored.weight), total.max(stored.weight));
            let most = (shared / less).min(1.0);
            let entity = &index.entities[stored.entity as usize];
            let country = score::countries(query, entity);
            let most = score::combined(most, score::dates(query, entity), country);
            (most >= score::FLOOR).then_some((most + 0.2 * (shared / more).min(1.0), number))
        })
        .collect();
    if promising.len() > MAX_CANDIDATES {
        promising.select_nth_unstable_by(MAX_CANDIDATES, |a, b| b.0.total_cmp(&a.0));
        promising.truncate(MAX_CANDIDATES);
    }
    promising.into_iter().map(|(_, number)| number).collect()
}

/// The words near any spelling, the nearest first. Of several spellings only the first is searched for typing errors.
fn near(index: &Index, scheme: Scheme, words: &[crate::name::Word]) -> Vec<(u32, f32)> {
    let mut found = Vec::new();
    for (place, word) in words.iter().enumerate() {
        if place == 0 || scheme == Scheme::Written {
            index.dictionary.near(word, &mut found);
        } else {
            index.dictionary.same(word, &mut found);
        }
    }
    found.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found
}
