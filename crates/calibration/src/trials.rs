//! Comparisons of judged pictures, sorted, each with its people.

use rayon::prelude::*;
use serde::Serialize;

use crate::pairs::PairScores;
use crate::rate::Rate;

/// One comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial {
    /// Higher is more alike.
    pub score: f32,
    /// Who is on one picture.
    pub a: u32,
    /// Who is on the other.
    pub b: u32,
}

/// All comparisons of the judged pictures, the highest scores first.
#[derive(Clone, Debug, Default)]
pub struct Trials {
    genuine: Vec<Trial>,
    impostor: Vec<Trial>,
    /// Judged pictures of each person.
    pub(crate) pictures: Vec<u32>,
    /// Among whom each person is compared.
    pub(crate) group: Vec<u32>,
}

/// One point of a detection error trade-off curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DetPoint {
    /// False match rate that is allowed.
    pub fmr: f64,
    /// The lowest score that keeps to it.
    pub threshold: f32,
    /// False non-match rate there.
    pub fnmr: f64,
}

/// Points of a curve in each power of ten.
const STEPS: u32 = 12;

impl Trials {
    /// Returns the comparisons of every two judged pictures. `people` says who is on each picture; `judged` in which group it
    /// is judged, or that it is not: pictures of two groups are not compared, and all judged pictures of a person are in one.
    pub fn of(pairs: &PairScores, people: &[u32], judged: &[Option<u32>]) -> Self {
        let count = people.iter().max().map_or(0, |&most| most as usize + 1);
        let (mut pictures, mut group) = (vec![0; count], vec![0; count]);
        for (&person, place) in people.iter().zip(judged) {
            if let Some(place) = place {
                pictures[person as usize] += 1;
                group[person as usize] = *place;
            }
        }
        let (mut genuine, mut impostor) = (0..pairs.pictures())
            .into_par_iter()
            .filter(|&i| judged[i].is_some())
            .map(|i| row(pairs, people, judged, i))
            .reduce(Default::default, |mut a, b| {
                a.0.extend(b.0);
                a.1.extend(b.1);
                a
            });
        let highest_first = |a: &Trial, b: &Trial| b.score.total_cmp(&a.score);
        genuine.par_sort_unstable_by(highest_first);
        impostor.par_sort_unstable_by(highest_first);
        Self {
            genuine,
            impostor,
            pictures,
            group,
        }
    }

    /// Returns the comparisons of two pictures of one person, the highest scores first.
    pub fn genuine(&self) -> &[Trial] {
        &self.genuine
    }

    /// Returns the comparisons of two people, the highest scores first.
    pub fn impostor(&self) -> &[Trial] {
        &self.impostor
    }

    /// Returns how many people are judged.
    pub fn people(&self) -> usize {
        self.pictures.iter().filter(|&&n| n > 0).count()
    }

    /// Returns how many pictures are judged.
    pub fn pictures(&self) -> usize {
        self.pictures.iter().map(|&n| n as usize).sum()
    }

    /// Returns the lowest threshold whose false match rate is at most `fmr`: a pair matches at or above it. Infinite without
    /// impostors.
    pub fn threshold_at(&self, fmr: f64) -> f32 {
        let allowed = (self.impostor.len() as f64 * fmr).floor();
        threshold(&self.impostor, allowed, |_| 1.0)
    }

    /// Returns the part of the comparisons of two people at or above a threshold.
    pub fn fmr(&self, threshold: f32) -> Rate {
        let reached = reached(&self.impostor, threshold).len();
        Rate::of(reached as u64, self.impostor.len() as u64)
    }

    /// Returns the part of the comparisons of one person below a threshold.
    pub fn fnmr(&self, threshold: f32) -> Rate {
        let missed = self.genuine.len() - reached(&self.genuine, threshold).len();
        Rate::of(missed as u64, self.genuine.len() as u64)
    }

    /// Returns the curve of FNMR over FMR, at false match rates that are evenly spaced by their logarithm, from that of a single
    /// comparison up to 1.
    pub fn det(&self) -> Vec<DetPoint> {
        let least = 1.0 / self.impostor.len().max(1) as f64;
        let powers = (0..).map(|step| 10_f64.powf(-f64::from(step) / f64::from(STEPS)));
        let mut curve: Vec<DetPoint> = powers
            .take_while(|&fmr| fmr >= least)
            .map(|fmr| {
                let threshold = self.threshold_at(fmr);
                let fnmr = self.fnmr(threshold).rate;
                DetPoint {
                    fmr,
                    threshold,
                    fnmr,
                }
            })
            .collect();
        curve.reverse();
        curve
    }
}

fn row(
    pairs: &PairScores,
    people: &[u32],
    judged: &[Option<u32>],
    i: usize,
) -> (Vec<Trial>, Vec<Trial>) {
    let (mut genuine, mut impostor) = (Vec::new(), Vec::new());
    for (j, &score) in (i + 1..).zip(pairs.row(i)) {
        if judged[j] != judged[i] {
            continue;
        }
        let (a, b) = (people[i], people[j]);
        let side = if a == b { &mut genuine } else { &mut impostor };
        side.push(Trial { score, a, b });
    }
    (genuine, impostor)
}

/// Returns the trials at or above a threshold; the highest scores come first.
pub(crate) fn reached(trials: &[Trial], threshold: f32) -> &[Trial] {
    &trials[..trials.partition_point(|trial| trial.score >= threshold)]
}

/// Returns the lowest threshold that trials of a weight of at most `allowed` reach. Trials of one score reach it together.
pub(crate) fn threshold(trials: &[Trial], allowed: f64, weight: impl Fn(&Trial) -> f64) -> f32 {
    let Some(highest) = trials.first() else {
        return f32::INFINITY;
    };
    let (mut kept, mut last, mut sum) = (highest.score.next_up(), highest.score, 0.0);
    for trial in trials {
        if trial.score < last {
            kept = last;
            last = trial.score;
        }
        sum += weight(trial);
        if sum > allowed {
            return kept;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(scores: &[f32], people: &[u32]) -> Trials {
        let mut values = scores.iter().copied();
        let n = people.len();
        let table: Vec<Vec<f32>> = (0..n)
            .map(|i| (i + 1..n).map(|_| values.next().unwrap()).collect())
            .collect();
        let pairs = PairScores::build(n, |i, j| table[i][j - i - 1]);
        Trials::of(&pairs, people, &vec![Some(0); n])
    }

    #[test]
    fn a_threshold_keeps_the_false_match_rate() {
        let people: Vec<u32> = (0..40).collect();
        let scores: Vec<f32> = (0..780).map(|i| (i * 7 % 780) as f32 / 780.0).collect();
        let trials = drawn(&scores, &people);
        for fmr in [0.0, 1e-3, 1e-2, 0.5, 1.0] {
            let threshold = trials.threshold_at(fmr);
            assert!(trials.fmr(threshold).rate <= fmr, "{fmr}");
        }
        assert_eq!(trials.threshold_at(0.1), 702.0 / 780.0);
        assert_eq!(trials.threshold_at(1.0), 0.0);
    }

    #[test]
    fn tied_scores_do_not_break_the_rate() {
        let trials = drawn(&[0.5, 0.5, 0.1, 0.5, 0.1, 0.1], &[0, 1, 2, 3]);
        assert_eq!(trials.fmr(trials.threshold_at(0.3)).hits, 0);
        assert_eq!(trials.threshold_at(0.5), 0.5);
        assert_eq!(Trials::default().threshold_at(0.1), f32::INFINITY);
    }

    #[test]
    fn groups_are_not_mixed() {
        let pairs = PairScores::build(5, |i, j| (i + j) as f32);
        let judged = [Some(0), Some(0), Some(1), Some(1), None];
        let trials = Trials::of(&pairs, &[0, 0, 1, 2, 3], &judged);
        let scores = |trials: &[Trial]| trials.iter().map(|t| t.score).collect::<Vec<_>>();
        assert_eq!(scores(trials.genuine()), [1.0]);
        assert_eq!(scores(trials.impostor()), [5.0]);
        assert_eq!((trials.people(), trials.pictures()), (3, 4));
    }

    #[test]
    fn a_curve_falls() {
        let people: Vec<u32> = (0..60).map(|i| i / 2).collect();
        let scores: Vec<f32> = (0..1770).map(|i| (i * 97 % 1770) as f32).collect();
        let curve = drawn(&scores, &people).det();
        assert_eq!(curve.last().unwrap().fmr, 1.0);
        assert!(curve.is_sorted_by(|a, b| a.fmr < b.fmr && a.fnmr >= b.fnmr));
        assert!(curve.len() > 3 * STEPS as usize);
    }
}
