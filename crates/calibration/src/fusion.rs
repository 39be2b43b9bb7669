//! Scores of several embedders in one: a weighted sum of standardised scores.

use rayon::prelude::*;
use serde::Serialize;

use crate::pairs::PairScores;
use crate::trials::Trials;
use crate::vectors::VectorError;

/// Weights are found in steps of one part of this many.
const STEPS: u32 = 10;

/// False match rates whose mean FNMR the weights keep lowest.
const WANTED: [f64; 2] = [1e-3, 1e-4];

/// What an embedder adds: weight * (score - mean) / deviation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Term {
    /// Subtracted.
    pub mean: f32,
    /// Divided by.
    pub deviation: f32,
    /// Multiplied with; all of them together are 1.
    pub weight: f32,
}

/// A weighted sum of the scores of several embedders.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fusion {
    /// A term for each, in their order.
    pub terms: Vec<Term>,
}

impl Fusion {
    /// Finds weights with raw scores, standardised by the impostors of the pictures that it is trained on. Whoever measures the fusion
    /// does so on other people.
    ///
    /// # Errors
    /// [`VectorError::OtherNumber`] where the embedders have scored different pictures.
    pub fn train(
        parts: &[&PairScores],
        people: &[u32],
        judged: &[Option<u32>],
    ) -> Result<Self, VectorError> {
        let trials: Vec<Trials> = of_each(parts, people, judged);
        let scales: Vec<(f32, f32)> = trials.iter().map(impostor_scale).collect();
        Self::weighted(parts, people, judged, &scales)
    }

    /// Finds weights with scores that are normalised already.
    ///
    /// # Errors
    /// As [`train`](Self::train).
    pub fn train_normalised(
        parts: &[&PairScores],
        people: &[u32],
        judged: &[Option<u32>],
    ) -> Result<Self, VectorError> {
        Self::weighted(parts, people, judged, &vec![(0.0, 1.0); parts.len()])
    }

    fn weighted(
        parts: &[&PairScores],
        people: &[u32],
        judged: &[Option<u32>],
        scales: &[(f32, f32)],
    ) -> Result<Self, VectorError> {
        let candidates: Vec<Self> = weights(parts.len())
            .into_iter()
            .map(|weights| Self {
                terms: (scales.iter().zip(weights))
                    .map(|(&(mean, deviation), weight)| Term {
                        mean,
                        deviation,
                        weight,
                    })
                    .collect(),
            })
            .collect();
        let mut best: Option<(f64, Self)> = None;
        for candidate in candidates {
            let trials = Trials::of(&candidate.fuse(parts)?, people, judged);
            let missed = WANTED.map(|fmr| trials.fnmr(trials.threshold_at(fmr)).rate);
            let missed = missed.iter().sum::<f64>() / WANTED.len() as f64;
            if best.as_ref().is_none_or(|(least, _)| missed < *least) {
                best = Some((missed, candidate));
            }
        }
        let none = Self { terms: Vec::new() };
        Ok(best.map_or(none, |(_, fusion)| fusion))
    }

    /// Returns the weighted sums of all pairs.
    ///
    /// # Errors
    /// [`VectorError::OtherNumber`] where the embedders have scored different pictures, or are not as many as the terms.
    pub fn fuse(&self, parts: &[&PairScores]) -> Result<PairScores, VectorError> {
        let rows = parts.first().map_or(0, |part| part.pictures());
        let other = parts.iter().find(|part| part.pictures() != rows);
        if let Some(columns) = other.map(|part| part.pictures()) {
            return Err(VectorError::OtherNumber { rows, columns });
        }
        if parts.len() != self.terms.len() {
            let (rows, columns) = (self.terms.len(), parts.len());
            return Err(VectorError::OtherNumber { rows, columns });
        }
        Ok(PairScores::build(rows, |i, j| {
            self.sum(parts.iter().map(|part| part.row(i)[j - i - 1]))
        }))
    }

    /// Returns the weighted sum of one score of each embedder.
    pub fn sum(&self, scores: impl Iterator<Item = f32>) -> f32 {
        let terms = self.terms.iter().zip(scores);
        terms
            .map(|(term, score)| term.weight * ((score - term.mean) / term.deviation))
            .sum()
    }
}

fn of_each(parts: &[&PairScores], people: &[u32], judged: &[Option<u32>]) -> Vec<Trials> {
    let parts = parts.par_iter();
    parts.map(|part| Trials::of(part, people, judged)).collect()
}

/// Mean and standard deviation of the impostors' scores; 0 and 1 where there are none.
fn impostor_scale(trials: &Trials) -> (f32, f32) {
    let scores = trials.impostor().iter().map(|trial| f64::from(trial.score));
    let n = trials.impostor().len().max(1) as f64;
    let mean = scores.clone().sum::<f64>() / n;
    let squares = scores.map(|score| (score - mean).powi(2)).sum::<f64>() / n;
    let deviation = squares.sqrt();
    match deviation > 0.0 {
        true => (mean as f32, deviation as f32),
        false => (0.0, 1.0),
    }
}

/// Returns every way to share 1 among some embedders in tenths, the first one's largest share first.
fn weights(parts: usize) -> Vec<Vec<f32>> {
    fn share(parts: usize, left: u32) -> Vec<Vec<u32>> {
        match parts {
            0 => Vec::new(),
            1 => vec![vec![left]],
            _ => (0..=left)
                .rev()
                .flat_map(|first| {
                    let rest = share(parts - 1, left - first);
                    rest.into_iter()
                        .map(move |rest| std::iter::once(first).chain(rest).collect())
                })
                .collect(),
        }
    }
    let shares = share(parts, STEPS).into_iter();
    shares
        .map(|shares| {
            let shares = shares.into_iter();
            shares.map(|n| n as f32 / STEPS as f32).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::halves::Rng;

    #[test]
    fn weights_share_one() {
        assert_eq!(weights(1), [[1.0]]);
        assert_eq!((weights(2).len(), weights(3).len()), (11, 66));
        assert_eq!(weights(2)[0], [1.0, 0.0]);
        for shares in weights(3) {
            assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        }
    }

    /// Two embedders that err independently, and one that says nothing.
    fn embedders() -> (Vec<PairScores>, Vec<u32>) {
        let who: Vec<u32> = (0..240).map(|i| i / 2).collect();
        let normal = |seed: u64, i: usize, j: usize| {
            let mut rng = Rng::new(seed ^ ((i as u64) << 40) ^ ((j as u64) << 20));
            let unit = (0..12).map(|_| rng.below(1 << 20) as f32 / (1 << 20) as f32);
            unit.sum::<f32>() - 6.0
        };
        let part = |seed: u64, lift: f32, scale: f32| {
            PairScores::build(who.len(), |i, j| {
                let lift = if who[i] == who[j] { lift } else { 0.0 };
                scale * (normal(seed, i, j) + lift)
            })
        };
        let parts = vec![part(1, 3.0, 0.1), part(2, 3.0, 5.0), part(3, 0.0, 1.0)];
        (parts, who)
    }

    #[test]
    fn independent_embedders_are_better_together_and_noise_is_left_out() {
        let (parts, who) = embedders();
        let parts: Vec<&PairScores> = parts.iter().collect();
        let half = crate::halves(120, 4);
        let in_half = |which: u32| {
            let people = who.iter();
            people
                .map(|&person| (half[person as usize] == which).then_some(0))
                .collect::<Vec<_>>()
        };
        let fusion = Fusion::train(&parts, &who, &in_half(0)).unwrap();
        let weights: Vec<f32> = fusion.terms.iter().map(|term| term.weight).collect();
        assert!(weights[0] >= 0.2 && weights[1] >= 0.2, "{weights:?}");
        assert!(weights[2] <= 0.2, "{weights:?}");
        let missed = |pairs: &PairScores| {
            let trials = Trials::of(pairs, &who, &in_half(1));
            trials.fnmr(trials.threshold_at(1e-2)).rate
        };
        let together = missed(&fusion.fuse(&parts).unwrap());
        assert!(together < missed(parts[0]) && together < missed(parts[1]));
    }

    #[test]
    fn embedders_of_different_pictures_are_refused() {
        let fusion = Fusion {
            terms: vec![
                Term {
                    mean: 0.0,
                    deviation: 1.0,
                    weight: 0.5
                };
                2
            ],
        };
        let (few, many) = (
            PairScores::build(2, |_, _| 0.0),
            PairScores::build(3, |_, _| 0.0),
        );
        assert!(fusion.fuse(&[&few, &many]).is_err());
        assert!(fusion.fuse(&[&few]).is_err());
    }
}
