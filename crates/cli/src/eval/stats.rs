//! Error rates with intervals. Pure functions over scores.

use serde::Serialize;

/// A proportion with its 95 % Wilson interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// Events counted.
    pub hits: u64,
    /// Trials.
    pub n: u64,
    /// `hits / n`; 0 where nothing was tried.
    pub rate: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval; 1 where nothing was tried.
    pub high: f64,
}

impl Rate {
    /// Returns the rate and its Wilson score interval (E. B. Wilson, 1927) at z = 1.96.
    pub fn of(hits: u64, n: u64) -> Self {
        if n == 0 {
            return Self {
                hits,
                n,
                rate: 0.0,
                low: 0.0,
                high: 1.0,
            };
        }
        const Z: f64 = 1.96;
        let (count, p) = (n as f64, hits as f64 / n as f64);
        let spread = Z * ((p * (1.0 - p) + Z * Z / (4.0 * count)) / count).sqrt();
        let centre = p + Z * Z / (2.0 * count);
        let scale = 1.0 + Z * Z / count;
        let low = ((centre - spread) / scale).max(0.0);
        let high = ((centre + spread) / scale).min(1.0);
        Self {
            hits,
            n,
            rate: p,
            low,
            high,
        }
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let percent = |value: f64| value * 100.0;
        write!(
            f,
            "{:.2} % [{:.2}, {:.2}] ({}/{})",
            percent(self.rate),
            percent(self.low),
            percent(self.high),
            self.hits,
            self.n
        )
    }
}

/// Returns the one-sided 95 % upper bound of a proportion (C. Clopper and E. Pearson, 1934): the largest one under which as
/// few events as these are seen in one case of twenty. 1 where nothing was tried.
pub fn clopper_pearson_upper(hits: u64, n: u64) -> f64 {
    if hits >= n {
        return 1.0;
    }
    // Likelihood of at most `hits` events, added up from the logarithm of each term.
    let at_most = |p: f64| {
        let mut term = n as f64 * (1.0 - p).ln();
        let mut sum = term.exp();
        for k in 1..=hits {
            term += ((n - k + 1) as f64 / k as f64).ln() + (p / (1.0 - p)).ln();
            sum += term.exp();
        }
        sum
    };
    let (mut low, mut high) = (hits as f64 / n as f64, 1.0 - 1e-12);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        match at_most(middle.max(1e-15)) > 0.05 {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}

/// Returns the lowest threshold whose false match rate over `impostor` is at most `fmr`: a pair
/// matches at or above it. `impostor` must be sorted in ascending order and not be empty.
pub fn threshold_at(impostor: &[f32], fmr: f64) -> f32 {
    let allowed = (impostor.len() as f64 * fmr).floor() as usize;
    let idx = impostor.len().saturating_sub(allowed);
    match impostor.get(idx) {
        // Nothing below the next higher score keeps the rate when scores are tied.
        Some(&score) if idx == 0 || impostor[idx - 1] < score => score,
        Some(&score) => impostor
            .iter()
            .copied()
            .find(|&s| s > score)
            .unwrap_or(f32::INFINITY),
        None => impostor
            .last()
            .map_or(f32::INFINITY, |&last| last.next_up()),
    }
}

/// Returns the part of `scores` at or above `threshold`. `scores` must be sorted in ascending order.
pub fn at_or_above(scores: &[f32], threshold: f32) -> Rate {
    let below = scores.partition_point(|&score| score < threshold);
    Rate::of((scores.len() - below) as u64, scores.len() as u64)
}

/// Returns the part of `scores` below `threshold`. `scores` must be sorted in ascending order.
pub fn below(scores: &[f32], threshold: f32) -> Rate {
    let below = scores.partition_point(|&score| score < threshold);
    Rate::of(below as u64, scores.len() as u64)
}

/// Returns the threshold of highest accuracy over labelled scores (ties: the lowest).
pub fn best_threshold(scored: &[(f32, bool)]) -> f32 {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let genuine = sorted.iter().filter(|(_, same)| *same).count();
    // Threshold below everything: every pair is called genuine.
    let (mut correct, mut best) = (genuine, (genuine, f32::NEG_INFINITY));
    for (score, same) in &sorted {
        if *same {
            correct -= 1
        } else {
            correct += 1
        }
        if correct > best.0 {
            best = (correct, score.next_up());
        }
    }
    best.1
}

/// Returns the accuracy over folds: each is judged at the threshold that is best on the others.
/// With a single fold the threshold comes from the same pairs, which flatters it.
pub fn cross_validated_accuracy(folds: &[Vec<(f32, bool)>]) -> Rate {
    let mut right = 0;
    let mut n = 0;
    for (idx, fold) in folds.iter().enumerate() {
        let others: Vec<_> = folds
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != idx || folds.len() == 1)
            .flat_map(|(_, fold)| fold.iter().copied())
            .collect();
        let threshold = best_threshold(&others);
        right += fold
            .iter()
            .filter(|(score, same)| (*score >= threshold) == *same)
            .count();
        n += fold.len();
    }
    Rate::of(right as u64, n as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_keeps_the_false_match_rate() {
        let impostor: Vec<f32> = (0..1000).map(|i| i as f32 / 1000.0).collect();
        for fmr in [0.0, 1e-3, 1e-2, 0.5] {
            let threshold = threshold_at(&impostor, fmr);
            assert!(at_or_above(&impostor, threshold).rate <= fmr, "{fmr}");
        }
        assert_eq!(threshold_at(&impostor, 1e-2), 0.99);
    }

    #[test]
    fn tied_scores_do_not_break_the_rate() {
        let impostor = [0.1, 0.5, 0.5, 0.5];
        let threshold = threshold_at(&impostor, 0.5);
        assert_eq!(at_or_above(&impostor, threshold).hits, 0);
    }

    #[test]
    fn a_perfect_separation_is_all_right() {
        let fold: Vec<_> = (0..10).map(|i| (i as f32, i >= 5)).collect();
        assert_eq!(cross_validated_accuracy(&[fold.clone(), fold]).rate, 1.0);
    }

    #[test]
    fn the_exact_bound_is_that_of_the_tables() {
        // None of n: 1 - 0.05^(1/n). One of 20: 0.2161 (any table of exact binomial limits).
        let close = |a: f64, b: f64| (a - b).abs() < 5e-4;
        assert!(close(
            clopper_pearson_upper(0, 42),
            1.0 - 0.05_f64.powf(1.0 / 42.0)
        ));
        assert!(close(clopper_pearson_upper(1, 20), 0.2161));
        assert_eq!(
            (clopper_pearson_upper(3, 3), clopper_pearson_upper(0, 0)),
            (1.0, 1.0)
        );
    }

    #[test]
    fn wilson_of_no_event_in_42_is_below_nine_percent() {
        let rate = Rate::of(0, 42);
        assert!(
            rate.low == 0.0 && rate.high < 0.09 && rate.high > 0.08,
            "{rate:?}"
        );
    }
}
