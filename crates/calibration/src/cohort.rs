//! Adaptive score normalisation: how far a score lies above those of the strangers who look most alike.
//!
//! For each picture the mean and the deviation of its [`TOP`] highest scores with a cohort, one picture a person:
//! s' = ((s - mean_a) / deviation_a + (s - mean_b) / deviation_b) / 2 (symmetric, adaptive: Z. Karam, W. Campbell, N. Dehak, 2011;
//! P. Matejka et al., 2017). A face that is like many strangers, as those are whom an embedder tells apart badly, needs a higher
//! score than others do.

use rayon::prelude::*;
use thiserror::Error;

use crate::pairs::PairScores;
use crate::vectors::Vectors;

/// Of how many highest cohort scores the mean and the deviation are.
pub const TOP: usize = 200;

/// People in a cohort, at least. With 100 to 200 the normalised scores were worse than raw ones (docs/calibration.md).
pub const LEAST_PEOPLE: usize = 500;

/// A deviation below this is none: two hundred strangers are never equally like a face.
const LEAST_DEVIATION: f64 = 1e-5;

/// Why there is no normalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("normalise scores: {found} people in the cohort, at least {needed} are needed")]
pub struct TooFewPeople {
    /// Who is in the cohort.
    pub found: usize,
    /// Who must be, at least.
    pub needed: usize,
}

/// Mean and deviation of a picture's highest cohort scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    /// The mean.
    pub mean: f32,
    /// The standard deviation, of all of them (not of a sample).
    pub deviation: f32,
}

impl Normal {
    /// Returns those of `TOP` scores by their sum and sum of squares; `None` for scores that are all the same.
    fn of(sum: f64, squares: f64) -> Option<Self> {
        let mean = sum / TOP as f64;
        let deviation = (squares / TOP as f64 - mean * mean).max(0.0).sqrt();
        (deviation > LEAST_DEVIATION).then_some(Self {
            mean: mean as f32,
            deviation: deviation as f32,
        })
    }

    /// Returns those of the highest of more scores than `TOP`; `None` where they are fewer, or all the same.
    pub(crate) fn of_highest(mut scores: Vec<f32>) -> Option<Self> {
        if scores.len() < TOP {
            return None;
        }
        scores.select_nth_unstable_by(TOP - 1, |a, b| b.total_cmp(a));
        let top = scores[..TOP].iter().map(|&score| f64::from(score));
        let (sum, squares) = top.fold((0.0, 0.0), |(sum, squares), score| {
            (sum + score, squares + score * score)
        });
        Self::of(sum, squares)
    }
}

/// Returns the normalised score of two pictures.
pub fn as_norm(score: f32, a: Normal, b: Normal) -> f32 {
    ((score - a.mean) / a.deviation + (score - b.mean) / b.deviation) / 2.0
}

/// A picture's highest scores: of the `TOP` highest sum, sum of squares and least one, and the next one.
#[derive(Clone, Copy)]
struct Reach {
    sum: f64,
    squares: f64,
    least: f32,
    next: f32,
}

/// Scores of pictures with a cohort, without their own people: a picture is never normalised by its own person, nor by the one that it
/// is compared with. So a cohort may be drawn from the very people that are judged, and every pair is judged by strangers all the same.
pub struct CohortScores<'a> {
    people: &'a [u32],
    /// For each person, the row in the cohort.
    places: Vec<Option<u32>>,
    width: usize,
    scores: Vec<f32>,
    reach: Vec<Reach>,
}

impl<'a> CohortScores<'a> {
    /// Compares pictures with a cohort. `people` says who is on each picture, `members` who each of the cohort is, by the same numbers.
    ///
    /// # Errors
    /// [`TooFewPeople`] for fewer than `TOP` + 2: two of them may be left out for a pair.
    pub fn of(
        pictures: &Vectors,
        people: &'a [u32],
        cohort: &Vectors,
        members: &[u32],
    ) -> Result<Self, TooFewPeople> {
        let width = cohort.len();
        if width < TOP + 2 {
            let needed = TOP + 2;
            return Err(TooFewPeople {
                found: width,
                needed,
            });
        }
        let known = people.iter().chain(members).max();
        let mut places = vec![None; known.map_or(0, |&most| most as usize + 1)];
        for (row, &member) in members.iter().enumerate() {
            places[member as usize] = Some(row as u32);
        }
        let rows: Vec<(Vec<f32>, Reach)> = (0..pictures.len())
            .into_par_iter()
            .map(|picture| {
                let scores: Vec<f32> = cohort.scores(pictures.row(picture)).collect();
                let own = places[people[picture] as usize];
                let reach = reach(&scores, own);
                (scores, reach)
            })
            .collect();
        let (scores, reach): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        Ok(Self {
            people,
            places,
            width,
            scores: scores.concat(),
            reach,
        })
    }

    /// Returns mean and deviation of a picture that is compared with somebody, whose own cohort score does not count.
    fn normal(&self, picture: usize, with: u32) -> Option<Normal> {
        let Reach {
            mut sum,
            mut squares,
            least,
            next,
        } = self.reach[picture];
        if with != self.people[picture]
            && let Some(row) = self.places[with as usize]
        {
            let score = self.scores[picture * self.width + row as usize];
            // Among equals it is the same which one is left out.
            if score >= least {
                let (gone, come) = (f64::from(score), f64::from(next));
                sum += come - gone;
                squares += come * come - gone * gone;
            }
        }
        Normal::of(sum, squares)
    }
}

fn reach(scores: &[f32], own: Option<u32>) -> Reach {
    let others = scores.iter().enumerate();
    let mut others: Vec<f32> = others
        .filter(|(row, _)| own != Some(*row as u32))
        .map(|(_, &score)| score)
        .collect();
    let (top, next, _) = others.select_nth_unstable_by(TOP, |a, b| b.total_cmp(a));
    let wide = top.iter().map(|&score| f64::from(score));
    Reach {
        sum: wide.clone().sum(),
        squares: wide.map(|score| score * score).sum(),
        least: top.iter().copied().fold(f32::INFINITY, f32::min),
        next: *next,
    }
}

/// Returns the normalised scores of all pairs. `rows` and `columns` are of the pictures as each side of the pairs shows them. A picture
/// that is equally like everybody is like nobody: its pairs have the lowest score there is.
pub fn normalise(pairs: &PairScores, rows: &CohortScores, columns: &CohortScores) -> PairScores {
    PairScores::build(pairs.pictures(), |i, j| {
        let a = rows.normal(i, columns.people[j]);
        let b = columns.normal(j, rows.people[i]);
        a.zip(b)
            .map_or(f32::MIN, |(a, b)| as_norm(pairs.at(i, j), a, b))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::halves::Rng;
    use menshen_core::card::Metric;

    /// Vectors of a seed, for `people` with two pictures each.
    fn drawn(people: u32, seed: u64) -> (Vectors, Vec<u32>) {
        let mut rng = Rng::new(seed);
        let mut unit = || rng.below(1 << 20) as f32 / (1 << 19) as f32 - 1.0;
        let (mut vectors, mut who) = (Vectors::new(Metric::Cosine), Vec::new());
        for person in 0..people {
            let face: Vec<f32> = (0..16).map(|_| unit()).collect();
            for _ in 0..2 {
                let shown: Vec<f32> = face.iter().map(|v| v + 0.3 * unit()).collect();
                vectors.push(&shown).unwrap();
                who.push(person);
            }
        }
        (vectors, who)
    }

    #[test]
    fn each_pair_is_normalised_by_strangers_only() {
        let (vectors, people) = drawn(260, 1);
        let firsts: Vec<usize> = (0..people.len()).step_by(2).collect();
        let members: Vec<u32> = (0..260).collect();
        let cohort = vectors.pick(&firsts);
        let scores = CohortScores::of(&vectors, &people, &cohort, &members).unwrap();
        for (i, with) in [(0, 1), (0, 0), (77, 259), (500, 3), (501, 4)] {
            let slow: Vec<f32> = members
                .iter()
                .filter(|&&m| m != people[i] && m != with)
                .map(|&m| {
                    crate::vectors::score(Metric::Cosine, vectors.row(i), cohort.row(m as usize))
                })
                .collect();
            let slow = Normal::of_highest(slow).unwrap();
            let fast = scores.normal(i, with).unwrap();
            assert!((slow.mean - fast.mean).abs() < 1e-5, "{i} {with}");
            assert!((slow.deviation - fast.deviation).abs() < 1e-5, "{i} {with}");
        }
    }

    #[test]
    fn a_cohort_that_is_judged_gives_the_scores_of_one_without_the_pair() {
        let (vectors, people) = drawn(210, 2);
        let firsts: Vec<usize> = (0..people.len()).step_by(2).collect();
        let members: Vec<u32> = (0..210).collect();
        let pairs = PairScores::of(&vectors, &vectors).unwrap();
        let all = CohortScores::of(&vectors, &people, &vectors.pick(&firsts), &members).unwrap();
        let all = normalise(&pairs, &all, &all);
        let (rest, others) = (vectors.pick(&firsts[2..]), &members[2..]);
        let rest = CohortScores::of(&vectors, &people, &rest, others).unwrap();
        let rest = normalise(&pairs, &rest, &rest);
        // Pictures 0 and 2 show people 0 and 1.
        assert!((all.at(0, 2) - rest.at(0, 2)).abs() < 1e-3);
    }

    #[test]
    fn a_small_cohort_is_refused() {
        let (vectors, people) = drawn(201, 3);
        let members: Vec<u32> = people.iter().copied().take(201).collect();
        let few = vectors.pick(&(0..201).collect::<Vec<_>>());
        let refused = CohortScores::of(&vectors, &people, &few, &members).err();
        let (found, needed) = (201, TOP + 2);
        assert_eq!(refused, Some(TooFewPeople { found, needed }));
    }

    #[test]
    fn the_formula_is_symmetric() {
        let a = Normal {
            mean: 0.25,
            deviation: 0.125,
        };
        let b = Normal {
            mean: 0.5,
            deviation: 0.25,
        };
        assert_eq!(as_norm(1.0, a, b), (6.0 + 2.0) / 2.0);
        assert_eq!(as_norm(1.0, a, b), as_norm(1.0, b, a));
        assert_eq!(Normal::of_highest(vec![0.5; 300]), None);
    }
}
