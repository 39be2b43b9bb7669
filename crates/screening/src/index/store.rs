//! The forms of every name, packed, and where each word stands.

use super::dictionary::Dictionary;
use crate::name::{Form, Scheme, Word};

/// Words that cover some places of a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// First place.
    pub at: u8,
    /// Places covered.
    pub places: u8,
    first: u32,
    words: u32,
}

#[derive(Clone, Copy, Debug)]
struct Packed {
    entity: u32,
    name: u16,
    scheme: Scheme,
    chinese: bool,
    places: u8,
    first: u32,
    spans: u32,
    weight: f32,
}

/// Where a word stands, and how much it weighs there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Posting {
    pub form: u32,
    pub weight: f32,
}

/// All forms.
#[derive(Debug, Default)]
pub(super) struct FormStore {
    forms: Vec<Packed>,
    spans: Vec<Span>,
    words: Vec<u32>,
    /// Postings of a word begin here; one more at the end.
    starts: Vec<u32>,
    postings: Vec<Posting>,
}

/// A form as it lies in the store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stored<'a> {
    pub entity: u32,
    pub name: u16,
    pub scheme: Scheme,
    pub chinese: bool,
    pub places: usize,
    pub weight: f32,
    pub spans: &'a [Span],
    words: &'a [u32],
}

impl Stored<'_> {
    /// Returns the usual spelling of a place.
    pub fn first<'a>(&self, place: usize, dictionary: &'a Dictionary) -> &'a Word {
        dictionary.word(self.words(&self.spans[place])[0])
    }

    /// Returns the spellings of a span.
    pub fn words(&self, span: &Span) -> &[u32] {
        &self.words[span.first as usize..(span.first + span.words) as usize]
    }
}

impl FormStore {
    /// Takes a form of an entry's name.
    pub fn add(&mut self, entity: u32, name: u16, form: &Form, dictionary: &mut Dictionary) {
        let first = size(self.spans.len());
        for (at, words) in (0u8..).zip(&form.places) {
            self.add_span(at, 1, words, dictionary);
            if let Some(&number) = self
                .spans
                .last()
                .and_then(|span| self.words.get(span.first as usize))
            {
                dictionary.count(number);
            }
        }
        for (at, places, words) in &form.spans {
            let narrow = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
            self.add_span(narrow(*at), narrow(*places), words, dictionary);
        }
        self.forms.push(Packed {
            entity,
            name,
            scheme: form.scheme,
            chinese: form.chinese,
            places: u8::try_from(form.places.len()).unwrap_or(u8::MAX),
            first,
            spans: size(self.spans.len()) - first,
            weight: 0.0,
        });
    }

    fn add_span(&mut self, at: u8, places: u8, words: &[Word], dictionary: &mut Dictionary) {
        let first = size(self.words.len());
        self.words
            .extend(words.iter().map(|word| dictionary.number(word)));
        self.spans.push(Span {
            at,
            places,
            first,
            words: size(words.len()),
        });
    }

    /// Weighs the forms and notes where each word stands, once all are known.
    pub fn finish(&mut self, dictionary: &Dictionary) {
        let mut all: Vec<(u32, Posting)> = Vec::new();
        for number in 0..self.forms.len() {
            let form = self.get(size(number));
            let weights = form.weights(dictionary);
            for span in form.spans {
                let covered = usize::from(span.at)..usize::from(span.at + span.places);
                let weight = weights.get(covered).map_or(0.0, |w| w.iter().sum());
                let posting = Posting {
                    form: size(number),
                    weight,
                };
                all.extend(form.words(span).iter().map(|word| (*word, posting)));
            }
            self.forms[number].weight = weights.iter().sum();
        }
        all.sort_unstable_by_key(|(word, posting)| (*word, posting.form));
        self.starts = vec![0; dictionary.len() + 1];
        for (word, _) in &all {
            self.starts[*word as usize + 1] += 1;
        }
        for place in 1..self.starts.len() {
            self.starts[place] += self.starts[place - 1];
        }
        self.postings = all.into_iter().map(|(_, posting)| posting).collect();
    }

    pub fn len(&self) -> usize {
        self.forms.len()
    }

    pub fn get(&self, number: u32) -> Stored<'_> {
        let form = &self.forms[number as usize];
        Stored {
            entity: form.entity,
            name: form.name,
            scheme: form.scheme,
            chinese: form.chinese,
            places: usize::from(form.places),
            weight: form.weight,
            spans: &self.spans[form.first as usize..(form.first + form.spans) as usize],
            words: &self.words,
        }
    }

    /// Returns the forms in which a word stands.
    pub fn postings(&self, word: u32) -> &[Posting] {
        let (from, to) = (self.starts[word as usize], self.starts[word as usize + 1]);
        &self.postings[from as usize..to as usize]
    }
}

impl Stored<'_> {
    /// Returns the weight of each place.
    pub fn weights(&self, dictionary: &Dictionary) -> Vec<f32> {
        let places = self.spans.iter().take(self.places);
        let first = |span: &Span| {
            self.words(span)
                .first()
                .map_or(0.0, |word| dictionary.weight_of(*word))
        };
        places.map(first).collect()
    }
}

/// A form of the person's name, with weights.
#[derive(Clone, Debug)]
pub(super) struct Spelled {
    pub scheme: Scheme,
    pub chinese: bool,
    pub places: usize,
    /// First place, places covered, spellings.
    pub spans: Vec<(usize, usize, Vec<Word>)>,
    pub weights: Vec<f32>,
}

impl Spelled {
    pub fn of(form: Form, dictionary: &Dictionary) -> Self {
        let weigh = |words: &Vec<Word>| words.first().map_or(0.0, |word| dictionary.weight(word));
        let weights = form.places.iter().map(weigh).collect();
        let places = form.places.len();
        let single = form
            .places
            .into_iter()
            .enumerate()
            .map(|(at, words)| (at, 1, words));
        Self {
            scheme: form.scheme,
            chinese: form.chinese,
            places,
            spans: single.chain(form.spans).collect(),
            weights,
        }
    }
}

/// Four thousand million words are more than any list has.
fn size(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
