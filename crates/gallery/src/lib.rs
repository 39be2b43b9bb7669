//! Is there anybody in here who looks like this? Vectors of many people, searched for one.
//!
//! Every vector is looked at, in one byte a number: a million of 128 numbers are 128 MB, read once a search. What the
//! rounding may have cost is kept for each vector, so that a search returns *every* one whose exact score can reach the
//! floor; whoever asks compares those few exactly. There is no graph to build and none to go stale: a vector
//! that is put is found by the next search, and one that is removed is not.
//!
//! Pure: no clock, no I/O, no threshold of its own.

mod quantised;
mod search;

use std::collections::HashMap;
use std::hash::Hash;

use menshen_core::card::Metric;
use thiserror::Error;

use quantised::Measures;
pub use search::Near;

/// Numbers in a vector, at most. Sums of as many products fit into 32 bits.
pub const LONGEST: usize = 4_096;

/// Why a vector was refused. Names no number of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum VectorError {
    /// Empty, or longer than any embedder's.
    #[error("take a vector: {0} numbers, not 1 to {LONGEST}")]
    Length(usize),
    /// Of another length than the vectors that are kept.
    #[error("take a vector: {found} numbers where the others have {expected}")]
    OtherLength {
        /// How many the others have.
        expected: usize,
        /// How many this one has.
        found: usize,
    },
    /// Not finite, or without length where only the direction counts.
    #[error("take a vector: not finite, or zero")]
    Degenerate,
}

/// Vectors of one model, by key. Personal data: it has no `Debug`.
pub struct Gallery<K> {
    metric: Metric,
    length: usize,
    codes: Vec<i8>,
    measures: Vec<Measures>,
    keys: Vec<K>,
    places: HashMap<K, u32>,
}

impl<K: Copy + Eq + Hash + Send + Sync> Gallery<K> {
    /// Returns an empty one, whose vectors are compared by a metric.
    pub fn new(metric: Metric) -> Self {
        Self {
            metric,
            length: 0,
            codes: Vec::new(),
            measures: Vec::new(),
            keys: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// Returns how many vectors there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Is there a vector of this key?
    pub fn contains(&self, key: K) -> bool {
        self.places.contains_key(&key)
    }

    /// Returns the bytes that the vectors take, without what the allocator holds in reserve.
    pub fn bytes(&self) -> usize {
        self.codes.len()
            + self.measures.len() * size_of::<Measures>()
            + self.keys.len() * (2 * size_of::<K>() + size_of::<u32>() + 1)
    }

    /// Keeps a vector in the place of the key's last one.
    ///
    /// # Errors
    /// [`VectorError`] for a vector that cannot be compared with the others; nothing has changed then.
    pub fn put(&mut self, key: K, vector: &[f32]) -> Result<(), VectorError> {
        let (codes, measures) = self.read(vector)?;
        let place = self.places.get(&key).map(|place| *place as usize);
        match place {
            Some(place) => {
                self.codes[place * self.length..][..self.length].copy_from_slice(&codes);
                self.measures[place] = measures;
            }
            None => {
                self.length = codes.len();
                let place = u32::try_from(self.keys.len()).expect("memory ends before 2^32 faces");
                self.codes.extend_from_slice(&codes);
                self.measures.push(measures);
                self.keys.push(key);
                self.places.insert(key, place);
            }
        }
        Ok(())
    }

    /// Forgets a key's vector; tells whether there was one. Its bytes are overwritten.
    pub fn remove(&mut self, key: K) -> bool {
        let Some(place) = self.places.remove(&key) else {
            return false;
        };
        let (place, last) = (place as usize, self.keys.len() - 1);
        self.codes.copy_within(
            last * self.length..(last + 1) * self.length,
            place * self.length,
        );
        self.codes[last * self.length..].fill(0);
        self.codes.truncate(last * self.length);
        self.measures.swap_remove(place);
        self.keys.swap_remove(place);
        if let Some(moved) = self.keys.get(place) {
            self.places.insert(*moved, place as u32);
        }
        true
    }

    fn read(&self, vector: &[f32]) -> Result<(Vec<i8>, Measures), VectorError> {
        let found = vector.len();
        if !(1..=LONGEST).contains(&found) {
            return Err(VectorError::Length(found));
        }
        if !self.is_empty() && found != self.length {
            let expected = self.length;
            return Err(VectorError::OtherLength { expected, found });
        }
        quantised::quantise(self.metric, vector).ok_or(VectorError::Degenerate)
    }
}

#[cfg(test)]
mod tests;
