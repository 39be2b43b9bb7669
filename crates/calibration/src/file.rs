//! The cohort as a file: faces of many strangers, one byte a number. Personal data: it stays on the operator's machine.
//!
//! `menshen-cohort/1` and a line feed; the length of a header, 4 bytes, big-endian; the header as JSON: people, and of each embedder
//! its name, the SHA-256 of its file, its metric and the numbers of a vector. Then, embedder by embedder and person by person, a scale
//! (f32, little-endian) and the numbers as signed bytes: number = byte * scale.

use menshen_core::card::Metric;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::cohort::{LEAST_PEOPLE, TooFewPeople};
use crate::vectors::{VectorError, Vectors};

/// How the file begins.
const MAGIC: &[u8] = b"menshen-cohort/1\n";

/// People in a cohort, at most: more would make each comparison slower, and no better.
pub const MOST_PEOPLE: usize = 5_000;

/// Embedders in a cohort, at most.
const MOST_PARTS: usize = 4;

/// Longest header in bytes.
const LONGEST_HEADER: usize = 1 << 16;

/// Why there is no cohort.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CohortError {
    /// It is too small to be of use.
    #[error(transparent)]
    TooFew(#[from] TooFewPeople),
    /// Not the form of a cohort file.
    #[error("read the cohort: not in the form menshen-cohort/1")]
    Malformed,
    /// A vector in it is none.
    #[error("read the cohort")]
    Vector(#[from] VectorError),
}

/// Vectors of a cohort by one embedder.
#[derive(Clone)]
pub struct Part {
    /// The embedder's name.
    pub model: String,
    /// SHA-256 of its file, in lower-case hexadecimal: vectors of another one mean nothing to it.
    pub sha256: String,
    /// One a person.
    pub vectors: Vectors,
}

/// Faces of many strangers, by one embedder or several. Personal data: it has no `Debug`.
#[derive(Clone)]
pub struct Cohort {
    parts: Vec<Part>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    people: usize,
    parts: Vec<PartHeader>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartHeader {
    model: String,
    sha256: String,
    metric: Metric,
    numbers: usize,
}

impl Cohort {
    /// Takes the vectors of the same people by each embedder, the leading one first.
    ///
    /// # Errors
    /// [`CohortError`] for fewer than [`LEAST_PEOPLE`], more than [`MOST_PEOPLE`], or parts that do not fit each other.
    pub fn new(parts: Vec<Part>) -> Result<Self, CohortError> {
        let found = parts.first().map_or(0, |part| part.vectors.len());
        if found < LEAST_PEOPLE {
            let needed = LEAST_PEOPLE;
            return Err(TooFewPeople { found, needed }.into());
        }
        let even = parts.iter().all(|part| part.vectors.len() == found);
        if !even || found > MOST_PEOPLE || parts.len() > MOST_PARTS {
            return Err(CohortError::Malformed);
        }
        Ok(Self { parts })
    }

    /// Returns its embedders with their vectors, the leading one first.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Returns it without all embedders but the first `n`.
    #[must_use]
    pub fn first(mut self, n: usize) -> Self {
        self.parts.truncate(n);
        self
    }

    /// Returns how many people it shows.
    pub fn people(&self) -> usize {
        self.parts.first().map_or(0, |part| part.vectors.len())
    }

    /// Returns the file. Its numbers are rounded: whoever measures with a cohort reads it from its file first.
    pub fn encode(&self) -> Vec<u8> {
        let header = Header {
            people: self.people(),
            parts: (self.parts.iter())
                .map(|part| PartHeader {
                    model: part.model.clone(),
                    sha256: part.sha256.clone(),
                    metric: part.vectors.metric(),
                    numbers: part.vectors.width(),
                })
                .collect(),
        };
        let header = serde_json::to_vec(&header).expect("words and numbers are always JSON");
        let mut bytes = MAGIC.to_vec();
        bytes.extend((header.len() as u32).to_be_bytes());
        bytes.extend(header);
        for part in &self.parts {
            for person in 0..part.vectors.len() {
                write_row(part.vectors.row(person), &mut bytes);
            }
        }
        bytes
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`CohortError`] for anything that is not a whole cohort of enough people.
    pub fn decode(bytes: &[u8]) -> Result<Self, CohortError> {
        let malformed = CohortError::Malformed;
        let rest = bytes.strip_prefix(MAGIC).ok_or(malformed.clone())?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(malformed.clone())?;
        let length = u32::from_be_bytes(*length) as usize;
        if length > LONGEST_HEADER {
            return Err(malformed);
        }
        let (header, mut rest) = rest.split_at_checked(length).ok_or(malformed.clone())?;
        let header: Header = serde_json::from_slice(header).map_err(|_| malformed.clone())?;
        if header.parts.len() > MOST_PARTS || header.people > MOST_PEOPLE {
            return Err(malformed);
        }
        let mut parts = Vec::new();
        for part in header.parts {
            let mut vectors = Vectors::new(part.metric);
            for _ in 0..header.people {
                let row = part.numbers.checked_add(4);
                let row = row.and_then(|row| rest.split_at_checked(row));
                let (row, after) = row.ok_or(malformed.clone())?;
                vectors.push(&read_row(row).ok_or(malformed.clone())?)?;
                rest = after;
            }
            parts.push(Part {
                model: part.model,
                sha256: part.sha256,
                vectors,
            });
        }
        match rest.is_empty() {
            true => Self::new(parts),
            false => Err(malformed),
        }
    }
}

fn write_row(row: &[f32], bytes: &mut Vec<u8>) {
    let largest = row.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
    let scale = (largest / 127.0).max(f32::MIN_POSITIVE);
    bytes.extend(scale.to_le_bytes());
    bytes.extend(row.iter().map(|v| (v / scale).round() as i8 as u8));
}

fn read_row(bytes: &[u8]) -> Option<Vec<f32>> {
    let (scale, codes) = bytes.split_first_chunk::<4>()?;
    let scale = f32::from_le_bytes(*scale);
    let sound = scale.is_finite() && scale > 0.0;
    let numbers = codes.iter().map(|&code| f32::from(code as i8) * scale);
    sound.then(|| numbers.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drawn(people: usize) -> Result<Cohort, CohortError> {
        let part = |metric, width: usize, name: &str| {
            let mut vectors = Vectors::new(metric);
            for person in 0..people {
                let face = (0..width).map(|i| ((person * 31 + i * 17) as f32).sin());
                vectors.push(&face.collect::<Vec<_>>()).unwrap();
            }
            Part {
                model: name.to_owned(),
                sha256: "ab".repeat(32),
                vectors,
            }
        };
        Cohort::new(vec![
            part(Metric::Cosine, 24, "one"),
            part(Metric::Euclidean, 8, "two"),
        ])
    }

    #[test]
    fn a_cohort_comes_back_nearly_as_it_was() {
        let cohort = drawn(500).unwrap();
        let file = cohort.encode();
        assert!(file.len() < 500 * (24 + 8 + 8) + 500, "one byte a number");
        let read = Cohort::decode(&file).unwrap();
        assert_eq!((read.people(), read.parts().len()), (500, 2));
        for (was, is) in cohort.parts().iter().zip(read.parts()) {
            assert_eq!((&was.model, &was.sha256), (&is.model, &is.sha256));
            for person in 0..500 {
                let pairs = was.vectors.row(person).iter().zip(is.vectors.row(person));
                for (was, is) in pairs {
                    assert!((was - is).abs() < 0.01, "{was} {is}");
                }
            }
        }
    }

    #[test]
    fn few_people_and_foreign_bytes_are_refused() {
        let (found, needed) = (499, LEAST_PEOPLE);
        let few = CohortError::TooFew(TooFewPeople { found, needed });
        assert_eq!(drawn(499).err(), Some(few));
        let file = drawn(500).unwrap().encode();
        for cut in [0, 5, MAGIC.len(), MAGIC.len() + 4, 200, file.len() - 1] {
            let cut = Cohort::decode(&file[..cut]).err();
            assert_eq!(cut, Some(CohortError::Malformed));
        }
        let longer = [&file[..], &[0]].concat();
        assert_eq!(Cohort::decode(&longer).err(), Some(CohortError::Malformed));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(mut noise in prop::collection::vec(any::<u8>(), 0..300), at in 0_usize..20_000, flip in any::<u8>()) {
            let _ = Cohort::decode(&noise);
            noise.splice(0..0, MAGIC.iter().copied());
            let _ = Cohort::decode(&noise);
            let mut file = drawn(500).unwrap().encode();
            let at = at % file.len();
            file[at] ^= flip;
            let _ = Cohort::decode(&file);
        }
    }
}
