//! Vectors of many faces by one embedder, in one block of memory.

use menshen_core::card::Metric;
use thiserror::Error;

/// Numbers in a vector, at most; no embedder gives more.
const LONGEST: usize = 4_096;

/// Why a vector was refused. Names no number of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum VectorError {
    /// Empty, or longer than any embedder's.
    #[error("take a vector: {0} numbers, not 1 to {LONGEST}")]
    Length(usize),
    /// Of another length than the others.
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
    /// Two sets that must show the same pictures in the same order have different numbers of them.
    #[error("pair two sets of vectors: {rows} and {columns} pictures")]
    OtherNumber {
        /// Of one set.
        rows: usize,
        /// Of the other.
        columns: usize,
    },
}

/// Vectors of one embedder, a picture each. Personal data: it has no `Debug`.
#[derive(Clone)]
pub struct Vectors {
    metric: Metric,
    width: usize,
    values: Vec<f32>,
}

impl Vectors {
    /// Returns an empty set, whose vectors are compared by a metric.
    pub fn new(metric: Metric) -> Self {
        Self {
            metric,
            width: 0,
            values: Vec::new(),
        }
    }

    /// Adds a picture's vector.
    ///
    /// # Errors
    /// [`VectorError`] for one that cannot be compared with the others; nothing has changed then.
    pub fn push(&mut self, vector: &[f32]) -> Result<(), VectorError> {
        if self.values.is_empty() && (1..=LONGEST).contains(&vector.len()) {
            self.width = vector.len();
        }
        let ready = self.ready(vector)?;
        self.values.extend_from_slice(&ready);
        Ok(())
    }

    /// Returns a vector as those of this set are kept: of length 1 where only the direction counts.
    pub(crate) fn ready(&self, vector: &[f32]) -> Result<Vec<f32>, VectorError> {
        let found = vector.len();
        if !(1..=LONGEST).contains(&found) {
            return Err(VectorError::Length(found));
        }
        if found != self.width {
            let expected = self.width;
            return Err(VectorError::OtherLength { expected, found });
        }
        let length = match self.metric {
            Metric::Euclidean => 1.0,
            Metric::Cosine => vector.iter().map(|v| v * v).sum::<f32>().sqrt(),
        };
        let ready: Vec<f32> = vector.iter().map(|v| v / length).collect();
        match ready.iter().all(|v| v.is_finite()) {
            true => Ok(ready),
            false => Err(VectorError::Degenerate),
        }
    }

    /// Returns how many pictures there are.
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the numbers of one vector; 0 while there is none.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Returns how they are compared.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// Returns the vector of a picture, as it is kept.
    pub fn row(&self, index: usize) -> &[f32] {
        &self.values[index * self.width..][..self.width]
    }

    /// Returns the picked pictures' vectors, in that order.
    pub fn pick(&self, indices: &[usize]) -> Self {
        let rows = indices.iter().flat_map(|&index| self.row(index));
        Self {
            metric: self.metric,
            width: self.width,
            values: rows.copied().collect(),
        }
    }

    /// Returns how alike a vector made [`ready`](Self::ready) is to each of these; higher is more alike.
    pub(crate) fn scores(&self, ready: &[f32]) -> impl Iterator<Item = f32> {
        let rows = self.values.chunks_exact(self.width.max(1));
        rows.map(|row| score(self.metric, row, ready))
    }
}

/// Returns how alike two kept vectors are: the metric's score, up to rounding.
pub(crate) fn score(metric: Metric, a: &[f32], b: &[f32]) -> f32 {
    match metric {
        Metric::Cosine => summed(a, b, |p, q| p * q),
        Metric::Euclidean => 1.0 - summed(a, b, |p, q| (p - q) * (p - q)).sqrt(),
    }
}

/// Sums over two vectors in eight lanes, which the compiler puts side by side.
fn summed(a: &[f32], b: &[f32], term: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    for (p, q) in a.iter().zip(b) {
        for ((lane, &p), &q) in lanes.iter_mut().zip(p).zip(q) {
            *lane += term(p, q);
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(&p, &q)| term(p, q)).sum();
    lanes.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_metric() {
        let a: Vec<f32> = (0..19).map(|i| (i as f32 * 0.7).sin()).collect();
        let b: Vec<f32> = (0..19).map(|i| (i as f32 * 1.3).cos() * 2.0).collect();
        for metric in [Metric::Cosine, Metric::Euclidean] {
            let mut vectors = Vectors::new(metric);
            vectors.push(&a).unwrap();
            vectors.push(&b).unwrap();
            let found = score(metric, vectors.row(0), vectors.row(1));
            assert!((found - metric.score(&a, &b)).abs() < 1e-6, "{metric:?}");
        }
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let mut vectors = Vectors::new(Metric::Cosine);
        assert_eq!(vectors.push(&[]), Err(VectorError::Length(0)));
        assert_eq!(vectors.push(&[0.0, 0.0]), Err(VectorError::Degenerate));
        vectors.push(&[1.0, 2.0]).unwrap();
        let expected = 2;
        let other = VectorError::OtherLength { expected, found: 3 };
        assert_eq!(vectors.push(&[1.0, 2.0, 3.0]), Err(other));
        assert_eq!(vectors.push(&[f32::NAN, 1.0]), Err(VectorError::Degenerate));
        assert_eq!((vectors.len(), vectors.width()), (1, 2));
    }
}
