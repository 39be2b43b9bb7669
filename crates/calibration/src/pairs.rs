//! A score for every two pictures.

use rayon::prelude::*;

use crate::vectors::{VectorError, Vectors, score};

/// A score for every two of n pictures i < j.
#[derive(Clone, Debug, PartialEq)]
pub struct PairScores {
    n: usize,
    values: Vec<f32>,
}

impl PairScores {
    /// Compares every two pictures: i as `rows` has it with j > i as `columns` has it. The two are one set, or the second shows the
    /// same pictures degraded.
    ///
    /// # Errors
    /// [`VectorError`] where the sets are of different numbers or lengths.
    pub fn of(rows: &Vectors, columns: &Vectors) -> Result<Self, VectorError> {
        let n = rows.len();
        if n != columns.len() {
            let columns = columns.len();
            return Err(VectorError::OtherNumber { rows: n, columns });
        }
        if rows.width() != columns.width() {
            let (expected, found) = (rows.width(), columns.width());
            return Err(VectorError::OtherLength { expected, found });
        }
        let metric = rows.metric();
        Ok(Self::build(n, |i, j| {
            score(metric, rows.row(i), columns.row(j))
        }))
    }

    /// Fills in the score of every two pictures i < j.
    pub(crate) fn build(n: usize, score: impl Fn(usize, usize) -> f32 + Sync) -> Self {
        let rows: Vec<Vec<f32>> = (0..n)
            .into_par_iter()
            .map(|i| (i + 1..n).map(|j| score(i, j)).collect())
            .collect();
        Self {
            n,
            values: rows.concat(),
        }
    }

    /// Returns how many pictures there are.
    pub fn pictures(&self) -> usize {
        self.n
    }

    /// Returns the score of two different pictures; the first of them in the pictures' order is the one of the rows.
    pub fn at(&self, a: usize, b: usize) -> f32 {
        let (i, j) = (a.min(b), a.max(b));
        self.row(i)[j - i - 1]
    }

    /// Returns the scores of picture i with each later one.
    pub(crate) fn row(&self, i: usize) -> &[f32] {
        let begin = i * self.n - i * (i + 1) / 2;
        &self.values[begin..][..self.n - i - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use menshen_core::card::Metric;

    #[test]
    fn every_two_pictures_have_their_own_score() {
        let pairs = PairScores::build(5, |i, j| (10 * i + j) as f32);
        for i in 0..5 {
            for j in i + 1..5 {
                assert_eq!(pairs.at(i, j), (10 * i + j) as f32);
                assert_eq!(pairs.at(j, i), pairs.at(i, j));
            }
        }
        assert_eq!(pairs.row(4), &[] as &[f32]);
    }

    #[test]
    fn sets_of_different_pictures_are_refused() {
        let mut one = Vectors::new(Metric::Euclidean);
        one.push(&[1.0]).unwrap();
        let none = Vectors::new(Metric::Euclidean);
        let refused = PairScores::of(&one, &none);
        let (rows, columns) = (1, 0);
        assert_eq!(refused, Err(VectorError::OtherNumber { rows, columns }));
    }
}
