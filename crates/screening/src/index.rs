//! All entries, ready to be searched by name.

mod align;
mod candidates;
mod dictionary;
mod explain;
mod score;
mod store;

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

/// Hits that a search returns at most, the best first.
const MAX_HITS: usize = 50;
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
        let mut best: HashMap<u32, Found> = HashMap::new();
        let names = query.names.iter().take(MAX_NAMES).enumerate();
        let spelled = names.flat_map(|(number, text)| {
            let forms = name::forms(text).into_iter();
            forms.map(move |form| (number, form))
        });
        for (number, form) in spelled {
            let form = Spelled::of(form, &self.dictionary);
            for candidate in candidates::of(self, &form, query) {
                let stored = self.forms.get(candidate);
                let alignment = align::align(&form, &stored, &self.dictionary);
                let found = Found::new(self, query, number, &form, candidate, alignment);
                let known = best.entry(stored.entity);
                known
                    .and_modify(|known| known.improve(&found))
                    .or_insert(found);
            }
        }
        let mut found: Vec<(u32, Found)> = best.into_iter().collect();
        found.retain(|(_, found)| found.score >= score::FLOOR);
        found.sort_by(|(a, x), (b, y)| y.score.total_cmp(&x.score).then(a.cmp(b)));
        found.truncate(MAX_HITS);
        found
            .into_iter()
            .map(|(entity, found)| found.into_hit(self, query, entity))
            .collect()
    }
}

/// The best comparison with an entry so far.
#[derive(Clone, Debug)]
struct Found {
    score: f32,
    name_score: f32,
    query_name: usize,
    scheme: name::Scheme,
    form: u32,
    alignment: Alignment,
}

impl Found {
    fn new(
        index: &Index,
        query: &Query,
        query_name: usize,
        spelled: &Spelled,
        form: u32,
        alignment: Alignment,
    ) -> Self {
        let stored = index.forms.get(form);
        let entity = &index.entities[stored.entity as usize];
        let listed = &entity.names[usize::from(stored.name)];
        let name_score = alignment.score * score::of_strength(listed.strength);
        let score = score::combined(
            name_score,
            score::dates(query, entity),
            score::countries(query, entity),
        );
        Self {
            score,
            name_score,
            query_name,
            scheme: spelled.scheme,
            form,
            alignment,
        }
    }

    fn improve(&mut self, other: &Self) {
        if other.score > self.score {
            self.clone_from(other);
        }
    }

    fn into_hit<'a>(self, index: &'a Index, query: &Query, entity: u32) -> Hit<'a> {
        let entity = &index.entities[entity as usize];
        let stored = index.forms.get(self.form);
        let listed = &entity.names[usize::from(stored.name)];
        Hit {
            entity,
            score: self.score,
            explanation: Explanation {
                name_score: self.name_score,
                query_name: query.names[self.query_name].clone(),
                listed_name: listed.text.clone(),
                strength: listed.strength,
                query_scheme: self.scheme,
                listed_scheme: stored.scheme,
                tokens: self.alignment.tokens,
                only_in_query: self.alignment.only_in_query,
                only_in_list: self.alignment.only_in_list,
                reordered: self.alignment.reordered,
                birth_date: score::dates(query, entity),
                country: score::countries(query, entity),
            },
        }
    }
}
