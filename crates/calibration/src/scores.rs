//! Accuracy over labelled scores, as the protocol of Labeled Faces in the Wild counts it.

use crate::rate::Rate;

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
    fn a_perfect_separation_is_all_right() {
        let fold: Vec<_> = (0..10).map(|i| (i as f32, i >= 5)).collect();
        assert_eq!(cross_validated_accuracy(&[fold.clone(), fold]).rate, 1.0);
    }
}
