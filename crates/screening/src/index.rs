//! All entries, ready to be searched by name.

mod align;
mod candidates;
mod dictionary;
mod explain;
mod score;
mod store;
mod terms;

use std::collections::HashMap;

use jiff::civil::Date;
use menshen_document::Country;

use crate::Entity;
use crate::name;
use align::Alignment;
use dictionary::Dictionary;
use store::{FormStore, Spelled};

pub use explain::{By, CountryRelation, DateRelation, Explanation, Hit, TokenMatch};
pub use score::DEFAULT_ALERT_SCORE;

/// Hits that a search returns at most, the best first. Where it returns so many, there may be more.
pub const MAX_HITS: usize = 50;
/// Names of a query that are looked at.
const MAX_NAMES: usize = 8;

/// Whom to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The person's names, in any script; the first eight count.
    pub names: Vec<String>,
    /// The date of birth.
    pub birth_date: Option<Date>,
    /// The nationality.
    pub country: Option<Country>,
}

/// Entries that can be searched by name. It is built once for a set of lists and never changes.
#[derive(Debug)]
pub struct Index {
    entities: Vec<Entity>,
    dictionary: Dictionary,
    forms: FormStore,
}

impl Index {
    /// Builds the index; names past the limits of a name (200 characters, 12 words) are cut.
    pub fn build(entities: Vec<Entity>) -> Self {
        let mut dictionary = Dictionary::default();
        let mut forms = FormStore::default();
        for (place, entity) in (0u32..).zip(&entities) {
            for (number, listed) in (0u16..).zip(&entity.names) {
                for form in name::forms(&listed.text) {
                    forms.add(place, number, &form, &mut dictionary);
                }
            }
        }
        dictionary.finish(entities.len());
        forms.finish(&dictionary);
        Self {
            entities,
            dictionary,
            forms,
        }
    }

    /// Returns the entries.
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// Returns the entries whose names come near the person's, the best first, with measures and their
    /// explanation. There is no threshold in it: most hits of a long list are of nobody's concern.
    pub fn search(&self, query: &Query) -> Vec<Hit<'_>> {
        let names = query.names.iter().take(MAX_NAMES).enumerate();
        let spelled: Vec<(usize, Spelled)> = names
            .flat_map(|(number, text)| {
                name::forms(text)
                    .into_iter()
                    .map(move |form| (number, form))
            })
            .map(|(number, form)| (number, Spelled::of(form, &self.dictionary)))
            .collect();
        let mut best: HashMap<u32, Found<'_>> = HashMap::new();
        for (number, form) in &spelled {
            for (candidate, terms) in candidates::of(self, form, query) {
                let stored = self.forms.get(candidate);
                let alignment = align::align(form, &stored, &self.dictionary, terms);
                let entity = &self.entities[stored.entity as usize];
                let strength = entity.names[usize::from(stored.name)].strength;
                let name_score = alignment.score * score::of_strength(strength);
                let date = score::dates(query, entity);
                let score = score::combined(name_score, date, score::countries(query, entity));
                let known = best
                    .get(&stored.entity)
                    .map_or(score::FLOOR, |known| known.score);
                if score > known {
                    let name = &query.names[*number];
                    let found = Found {
                        score,
                        name_score,
                        name,
                        form,
                        candidate,
                        alignment,
                    };
                    best.insert(stored.entity, found);
                }
            }
        }
        let mut found: Vec<(u32, Found<'_>)> = best.into_iter().collect();
        found.sort_by(|(a, x), (b, y)| y.score.total_cmp(&x.score).then(a.cmp(b)));
        found.truncate(MAX_HITS);
        found
            .into_iter()
            .map(|(_, found)| self.hit(query, &found))
            .collect()
    }

    fn hit(&self, query: &Query, found: &Found<'_>) -> Hit<'_> {
        let stored = self.forms.get(found.candidate);
        let entity = &self.entities[stored.entity as usize];
        let listed = &entity.names[usize::from(stored.name)];
        let explanation = Explanation {
            name_score: found.name_score,
            query_name: found.name.to_owned(),
            listed_name: listed.text.clone(),
            strength: listed.strength,
            query_scheme: found.form.scheme,
            listed_scheme: stored.scheme,
            tokens: found.alignment.tokens(),
            only_in_query: found.alignment.only_in_query(found.form),
            only_in_list: found.alignment.only_in_list(&stored, &self.dictionary),
            reordered: found.alignment.reordered,
            birth_date: score::dates(query, entity),
            country: score::countries(query, entity),
        };
        Hit {
            entity,
            score: found.score,
            explanation,
        }
    }
}

/// The best comparison with an entry so far.
struct Found<'a> {
    score: f32,
    name_score: f32,
    name: &'a str,
    form: &'a Spelled,
    candidate: u32,
    alignment: Alignment<'a>,
}
