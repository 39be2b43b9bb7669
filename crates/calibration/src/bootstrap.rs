//! Intervals over people: what the rates would have been with other people of the same kind.
//!
//! Comparisons of one person are alike, so that an interval over comparisons would be far too narrow. Each replicate draws as many
//! people as there are, with replacement (B. Efron, 1979, on the subjects of ISO/IEC 19795-1): a comparison of two people counts by the
//! product of how often each was drawn, one of a single person by how often that one was.

use rayon::prelude::*;
use serde::Serialize;

use crate::halves::Rng;
use crate::trials::{Trial, Trials, reached, threshold};

/// A 95 % interval: the 2.5th and the 97.5th percentile of all replicates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Where rates are wanted: at a threshold, and at a false match rate whatever its threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct At {
    /// A false match rate.
    pub fmr: f64,
    /// A threshold.
    pub threshold: f32,
}

/// Intervals at one point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Of the false match rate at the threshold.
    pub fmr: Interval,
    /// Of the false non-match rate at the threshold.
    pub fnmr: Interval,
    /// Of the false non-match rate at the false match rate, with the threshold that each replicate has there.
    pub fnmr_at_fmr: Interval,
    /// Of that threshold.
    pub threshold: Interval,
}

impl Trials {
    /// Returns 95 % intervals at each point, by `replicates` draws of a seed. A replicate without impostors or without two
    /// pictures of a person has no rates and does not count; an interval of nothing is 0 to 1.
    pub fn spread(&self, points: &[At], replicates: u32, seed: u64) -> Vec<Spread> {
        let drawn: Vec<Vec<[f64; 4]>> = (0..replicates)
            .into_par_iter()
            .filter_map(|replicate| {
                // Streams of neighbouring seeds are unrelated: the generator mixes its counter.
                let mut rng = Rng::new(seed ^ (u64::from(replicate) << 32));
                self.replicate(points, &self.draw(&mut rng))
            })
            .collect();
        (0..points.len())
            .map(|point| {
                let of = |which: usize| interval(drawn.iter().map(|d| d[point][which]).collect());
                Spread {
                    fmr: of(0),
                    fnmr: of(1),
                    fnmr_at_fmr: of(2),
                    threshold: of(3),
                }
            })
            .collect()
    }

    /// Returns how often each person was drawn.
    fn draw(&self, rng: &mut Rng) -> Vec<u32> {
        let judged = (0..self.pictures.len()).filter(|&person| self.pictures[person] > 0);
        let judged: Vec<usize> = judged.collect();
        let mut times = vec![0; self.pictures.len()];
        for _ in 0..judged.len() {
            times[judged[rng.below(judged.len())]] += 1;
        }
        times
    }

    fn replicate(&self, points: &[At], times: &[u32]) -> Option<Vec<[f64; 4]>> {
        let once = |trial: &Trial| f64::from(times[trial.a as usize]);
        let both = |trial: &Trial| f64::from(times[trial.a as usize] * times[trial.b as usize]);
        let impostors = self.impostor_weight(times);
        let genuine: f64 = self.genuine().iter().map(once).sum();
        if impostors <= 0.0 || genuine <= 0.0 {
            return None;
        }
        let missed = |at: f32| {
            let reached = reached(self.genuine(), at).iter();
            1.0 - reached.map(once).sum::<f64>() / genuine
        };
        let rates = points.iter().map(|point| {
            let matched = reached(self.impostor(), point.threshold).iter();
            let moved = threshold(self.impostor(), point.fmr * impostors, both);
            [
                // The sum of nothing is -0.
                (0.0 + matched.map(both).sum::<f64>()) / impostors,
                missed(point.threshold),
                missed(moved),
                f64::from(moved),
            ]
        });
        Some(rates.collect())
    }

    /// Returns the weight of all comparisons of two people. In a group everybody is compared with everybody: the square of all
    /// pictures without those of one person among themselves, each pair once.
    fn impostor_weight(&self, times: &[u32]) -> f64 {
        let groups = self.group.iter().max().map_or(0, |&most| most as usize + 1);
        let mut sums = vec![(0.0, 0.0); groups];
        for ((&n, &group), &times) in self.pictures.iter().zip(&self.group).zip(times) {
            let weight = f64::from(n) * f64::from(times);
            let (sum, squares) = &mut sums[group as usize];
            *sum += weight;
            *squares += weight * weight;
        }
        let pairs = sums
            .iter()
            .map(|(sum, squares)| (sum * sum - squares) / 2.0);
        pairs.sum()
    }
}

fn interval(mut values: Vec<f64>) -> Interval {
    values.sort_unstable_by(f64::total_cmp);
    let at = |part: f64| {
        let place = (values.len().max(1) - 1) as f64 * part;
        values.get(place.round() as usize).copied()
    };
    Interval {
        low: at(0.025).unwrap_or(0.0),
        high: at(0.975).unwrap_or(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pairs::PairScores;
    use proptest::prelude::{prop, prop_assert, proptest};

    /// Scores of a seed: impostors around 0, genuine pairs around 3, both with deviation 1.
    fn drawn(people: u32, pictures: u32, seed: u64) -> Trials {
        let who: Vec<u32> = (0..people * pictures).map(|i| i / pictures).collect();
        let normal = |i: usize, j: usize| {
            let mut rng = Rng::new(seed ^ ((i as u64) << 40) ^ ((j as u64) << 20));
            (0..12)
                .map(|_| rng.below(1 << 20) as f32 / (1 << 20) as f32)
                .sum::<f32>()
                - 6.0
        };
        let pairs = PairScores::build(who.len(), |i, j| {
            normal(i, j) + if who[i] == who[j] { 3.0 } else { 0.0 }
        });
        Trials::of(&pairs, &who, &vec![Some(0); who.len()])
    }

    #[test]
    fn an_interval_holds_the_rate_and_narrows_with_people() {
        let width = |people: u32| {
            let trials = drawn(people, 2, 5);
            let threshold = trials.threshold_at(0.05);
            let fmr = 0.05;
            let spread = trials.spread(&[At { fmr, threshold }], 200, 9)[0];
            let (fmr, fnmr) = (trials.fmr(threshold).rate, trials.fnmr(threshold).rate);
            assert!(
                spread.fmr.low <= fmr && fmr <= spread.fmr.high,
                "{spread:?}"
            );
            assert!(spread.fnmr.low <= fnmr && fnmr <= spread.fnmr.high);
            assert!(spread.fnmr_at_fmr.low <= fnmr && fnmr <= spread.fnmr_at_fmr.high);
            let at = f64::from(threshold);
            assert!(spread.threshold.low <= at && at <= spread.threshold.high);
            spread.fnmr.high - spread.fnmr.low
        };
        let (few, many) = (width(40), width(160));
        // A quarter of the people: twice the width, give or take.
        assert!((1.4..2.9).contains(&(few / many)), "{few} {many}");
    }

    #[test]
    fn everybody_drawn_once_has_the_rates_themselves() {
        let trials = drawn(30, 3, 8);
        let threshold = trials.threshold_at(0.02);
        let once = vec![1; 30];
        let point = At {
            fmr: 0.02,
            threshold,
        };
        let found = trials.replicate(&[point], &once).unwrap()[0];
        let (fmr, fnmr) = (trials.fmr(threshold).rate, trials.fnmr(threshold).rate);
        for (found, known) in found.into_iter().zip([fmr, fnmr, fnmr, threshold.into()]) {
            assert!((found - known).abs() < 1e-9, "{found} {known}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_interval() {
        let trials = drawn(30, 2, 3);
        let points = [At {
            fmr: 0.1,
            threshold: 1.3,
        }];
        assert_eq!(trials.spread(&points, 50, 1), trials.spread(&points, 50, 1));
        let nobody = Trials::default().spread(&points, 50, 1)[0].fmr;
        assert_eq!((nobody.low, nobody.high), (0.0, 1.0));
    }

    proptest! {
        #[test]
        fn the_weight_of_all_comparisons_is_their_sum(
            times in prop::collection::vec(0_u32..4, 12),
            pictures in prop::collection::vec(1_usize..4, 12),
        ) {
            let who = pictures.iter().enumerate();
            let who: Vec<u32> = who.flat_map(|(p, &n)| vec![p as u32; n]).collect();
            let judged: Vec<_> = who.iter().map(|p| (p % 3 != 2).then_some(p % 2)).collect();
            let pairs = PairScores::build(who.len(), |_, _| 0.0);
            let trials = Trials::of(&pairs, &who, &judged);
            let weights = trials.impostor().iter();
            let slow: u32 = weights.map(|t| times[t.a as usize] * times[t.b as usize]).sum();
            prop_assert!((trials.impostor_weight(&times) - f64::from(slow)).abs() < 1e-6);
        }
    }
}
