//! Comparing two faces with the operator's cohort.

use crate::cohort::{Normal, as_norm};
use crate::file::{Cohort, Part};
use crate::vectors::score;

/// A normalised score of two faces, by the leading embedder or by all of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Compared {
    /// By the leading embedder: one of the faces is known by its vector alone.
    Lead(f32),
    /// By all embedders.
    All(f32),
}

/// Score of faces that cannot be compared: lengths differ, or a vector is none. Far below every threshold, which are of some deviations.
pub const INCOMPARABLE: f32 = -100.0;

/// Compares faces by their scores with a cohort.
///
/// A face is given as the vectors of all embedders, one behind the other in the cohort's order, or as that of the leading one, whatever
/// stands behind it.
pub struct Normaliser {
    cohort: Cohort,
    weights: Vec<f32>,
}

impl Normaliser {
    /// Takes a cohort and the weight of each of its embedders, which together are 1. `None` where they are not as many.
    pub fn new(cohort: Cohort, weights: Vec<f32>) -> Option<Self> {
        let fit = weights.len() == cohort.parts().len();
        fit.then_some(Self { cohort, weights })
    }

    /// Returns the cohort.
    pub fn cohort(&self) -> &Cohort {
        &self.cohort
    }

    /// Returns how many numbers the leading embedder's vector has.
    pub fn lead_numbers(&self) -> usize {
        self.cohort.parts().first().map_or(0, |p| p.vectors.width())
    }

    fn all_numbers(&self) -> usize {
        self.cohort.parts().iter().map(|p| p.vectors.width()).sum()
    }

    /// Returns how alike two faces are; higher is more alike. By all embedders where both faces have all their vectors and there
    /// are several, else by the leading one.
    pub fn compare(&self, a: &[f32], b: &[f32]) -> Compared {
        let (lead, all) = (self.lead_numbers(), self.all_numbers());
        if a.len() < lead || b.len() < lead {
            return Compared::Lead(INCOMPARABLE);
        }
        if all > lead && a.len() == all && b.len() == all {
            return Compared::All(self.fused(a, b).unwrap_or(INCOMPARABLE));
        }
        let part = self.cohort.parts().first();
        let score = part.and_then(|part| normalised(part, &a[..lead], &b[..lead]));
        Compared::Lead(score.unwrap_or(INCOMPARABLE))
    }

    fn fused(&self, mut a: &[f32], mut b: &[f32]) -> Option<f32> {
        let mut sum = 0.0;
        for (part, weight) in self.cohort.parts().iter().zip(&self.weights) {
            let width = part.vectors.width();
            let ((own_a, rest_a), (own_b, rest_b)) =
                (a.split_at_checked(width)?, b.split_at_checked(width)?);
            sum += weight * normalised(part, own_a, own_b)?;
            (a, b) = (rest_a, rest_b);
        }
        Some(sum)
    }
}

fn normalised(part: &Part, a: &[f32], b: &[f32]) -> Option<f32> {
    let vectors = &part.vectors;
    let (a, b) = (vectors.ready(a).ok()?, vectors.ready(b).ok()?);
    let normal = |face: &[f32]| Normal::of_highest(vectors.scores(face).collect());
    let score = as_norm(score(vectors.metric(), &a, &b), normal(&a)?, normal(&b)?);
    score.is_finite().then_some(score)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::halves::Rng;
    use crate::{CohortScores, PairScores, Vectors, normalise};
    use menshen_core::card::Metric;

    fn drawn(people: usize, width: usize, seed: u64, metric: Metric) -> Vectors {
        let mut rng = Rng::new(seed);
        let mut vectors = Vectors::new(metric);
        for _ in 0..people {
            let face = (0..width).map(|_| rng.below(2001) as f32 / 1000.0 - 1.0);
            vectors.push(&face.collect::<Vec<_>>()).unwrap();
        }
        vectors
    }

    fn normaliser() -> Normaliser {
        let part = |name: &str, vectors| Part {
            model: name.to_owned(),
            sha256: "cd".repeat(32),
            vectors,
        };
        let cohort = Cohort::new(vec![
            part("one", drawn(520, 16, 1, Metric::Cosine)),
            part("two", drawn(520, 12, 2, Metric::Euclidean)),
        ]);
        Normaliser::new(cohort.unwrap(), vec![0.75, 0.25]).unwrap()
    }

    #[test]
    fn the_score_of_two_faces_is_that_of_the_measurement() {
        let normaliser = normaliser();
        // Two strangers to the cohort, measured as eval and calibrate measure.
        let people = [1000, 1001];
        let members: Vec<u32> = (0..520).collect();
        let mut expected = 0.0;
        let (mut a, mut b) = (Vec::new(), Vec::new());
        for (part, weight) in normaliser.cohort().parts().iter().zip([0.75, 0.25]) {
            let (width, metric) = (part.vectors.width(), part.vectors.metric());
            let faces = drawn(2, width, 3, metric);
            let pairs = PairScores::of(&faces, &faces).unwrap();
            let scores = CohortScores::of(&faces, &people, &part.vectors, &members).unwrap();
            expected += weight * normalise(&pairs, &scores, &scores).at(0, 1);
            a.extend_from_slice(faces.row(0));
            b.extend_from_slice(faces.row(1));
        }
        let Compared::All(found) = normaliser.compare(&a, &b) else {
            panic!("both vectors are there");
        };
        assert!((found - expected).abs() < 1e-3, "{found} {expected}");
        assert_eq!(normaliser.compare(&b, &a), Compared::All(found));
        let lead = normaliser.compare(&a, &b[..16]);
        assert_eq!(lead, normaliser.compare(&a[..16], &b[..16]));
        assert!(matches!(lead, Compared::Lead(score) if score > INCOMPARABLE));
    }

    #[test]
    fn what_cannot_be_compared_never_matches() {
        let normaliser = normaliser();
        let face = [0.5; 16];
        for other in [vec![], vec![0.5; 15], vec![0.0; 16], vec![f32::NAN; 16]] {
            let found = normaliser.compare(&face, &other);
            assert_eq!(found, Compared::Lead(INCOMPARABLE));
        }
        let nothing = normaliser.compare(&[0.5; 28], &[0.0; 28]);
        assert_eq!(nothing, Compared::All(INCOMPARABLE));
    }
}
