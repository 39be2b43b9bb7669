//! One vector against all.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::hash::Hash;
use std::num::NonZeroUsize;

use crate::quantised::{Measures, dot, scored};
use crate::{Gallery, VectorError};

/// Vectors below which a second core is not worth waking.
const FEW: usize = 50_000;

/// A vector that may reach the floor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near<K> {
    /// Whose.
    pub key: K,
    /// The score by one byte a number.
    pub score: f32,
    /// The exact score is not above this one.
    pub at_most: f32,
}

impl<K: Copy + Eq + Hash + Send + Sync> Gallery<K> {
    /// Returns the vectors whose exact score can reach `floor`, the most alike first; the best `most` of them where there
    /// are more. As many threads as `cores` says do the work where there is enough of it.
    ///
    /// # Errors
    /// [`VectorError`] for a vector that cannot be compared with those that are kept.
    pub fn search(
        &self,
        vector: &[f32],
        floor: f32,
        most: usize,
        cores: NonZeroUsize,
    ) -> Result<Vec<Near<K>>, VectorError> {
        let (codes, measures) = self.read(vector)?;
        if self.is_empty() || most == 0 {
            return Ok(Vec::new());
        }
        let wanted = Wanted {
            codes: codes.into_iter().map(i16::from).collect(),
            measures,
            floor,
            most,
        };
        let cores = if self.len() < FEW { 1 } else { cores.get() };
        let each = self.len().div_ceil(cores);
        let mut found = self.parts(&wanted, each);
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found.truncate(most);
        Ok(found)
    }

    /// Searches stretches of `each` vectors side by side.
    fn parts(&self, wanted: &Wanted, each: usize) -> Vec<Near<K>> {
        let starts = (0..self.len()).step_by(each);
        if self.len() <= each {
            return self.part(wanted, 0, self.len());
        }
        std::thread::scope(|scope| {
            let threads: Vec<_> = starts
                .map(|start| {
                    let end = (start + each).min(self.len());
                    scope.spawn(move || self.part(wanted, start, end))
                })
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().expect("a search does not panic"))
                .collect()
        })
    }

    fn part(&self, wanted: &Wanted, start: usize, end: usize) -> Vec<Near<K>> {
        // The same loop, with the widest registers that the processor has: half the time and less.
        pulp::Arch::new().dispatch(Stretch {
            gallery: self,
            wanted,
            start,
            end,
        })
    }

    #[inline(always)]
    fn scan(&self, wanted: &Wanted, start: usize, end: usize) -> Vec<Near<K>> {
        let codes = self.codes[start * self.length..end * self.length].chunks_exact(self.length);
        let mut best: BinaryHeap<Worst> = BinaryHeap::with_capacity(wanted.most.min(1_024) + 1);
        let measures = &self.measures[start..end];
        for (at, (codes, measures)) in codes.zip(measures).enumerate() {
            let product = dot(&wanted.codes, codes);
            let found = scored(self.metric, product, wanted.measures, *measures);
            if found.at_most < wanted.floor {
                continue;
            }
            if best.len() == wanted.most {
                if best.peek().is_some_and(|worst| worst.score >= found.score) {
                    continue;
                }
                best.pop();
            }
            best.push(Worst {
                score: found.score,
                at_most: found.at_most,
                place: start + at,
            });
        }
        let near = |found: Worst| Near {
            key: self.keys[found.place],
            score: found.score,
            at_most: found.at_most,
        };
        best.into_iter().map(near).collect()
    }
}

/// A stretch of a gallery that is searched in registers as wide as there are.
struct Stretch<'a, K> {
    gallery: &'a Gallery<K>,
    wanted: &'a Wanted,
    start: usize,
    end: usize,
}

impl<K: Copy + Eq + Hash + Send + Sync> pulp::WithSimd for Stretch<'_, K> {
    type Output = Vec<Near<K>>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Self::Output {
        self.gallery.scan(self.wanted, self.start, self.end)
    }
}

struct Wanted {
    codes: Vec<i16>,
    measures: Measures,
    floor: f32,
    most: usize,
}

/// The least alike comes out of a heap first.
struct Worst {
    score: f32,
    at_most: f32,
    place: usize,
}

impl Ord for Worst {
    fn cmp(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score)
    }
}

impl PartialOrd for Worst {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Worst {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Worst {}
