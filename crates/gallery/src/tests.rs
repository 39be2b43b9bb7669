use std::num::NonZeroUsize;

use menshen_core::card::Metric;
use proptest::prelude::*;

use super::*;

const ONE: NonZeroUsize = NonZeroUsize::MIN;
const METRICS: [Metric; 2] = [Metric::Cosine, Metric::Euclidean];

fn filled(metric: Metric, vectors: &[Vec<f32>]) -> Gallery<usize> {
    let mut gallery = Gallery::new(metric);
    for (key, vector) in vectors.iter().enumerate() {
        gallery.put(key, vector).expect("a good vector");
    }
    gallery
}

fn vectors(n: usize, length: usize) -> impl Strategy<Value = Vec<Vec<f32>>> {
    let numbers = prop::collection::vec(-1.0_f32..1.0, length);
    let moved = numbers.prop_map(|mut numbers| {
        numbers[0] += 1.5;
        numbers
    });
    prop::collection::vec(moved, 1..n)
}

proptest! {
    #[test]
    fn nobody_who_reaches_the_floor_is_missed(
        kept in vectors(60, 24),
        wanted in vectors(2, 24),
        part in 0.0_f32..1.0,
        metric in prop::sample::select(METRICS.to_vec()),
    ) {
        let gallery = filled(metric, &kept);
        let exact: Vec<f32> = kept.iter().map(|v| metric.score(&wanted[0], v)).collect();
        let least = exact.iter().copied().fold(f32::INFINITY, f32::min);
        let most = exact.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let floor = least + (most - least) * part;
        let found = gallery.search(&wanted[0], floor, kept.len(), ONE).unwrap();
        for (key, exact) in exact.iter().enumerate() {
            let near = found.iter().find(|near| near.key == key);
            prop_assert!(near.is_some() || *exact < floor);
            if let Some(near) = near {
                prop_assert!(*exact <= near.at_most, "{exact} {near:?}");
                prop_assert!((near.score - exact).abs() < 0.05, "{exact} {near:?}");
            }
        }
    }

    #[test]
    fn what_was_put_and_removed_in_any_order_is_found_or_not(
        kept in vectors(20, 8),
        steps in prop::collection::vec((0_usize..20, any::<bool>(), 0_usize..20), 1..80),
        metric in prop::sample::select(METRICS.to_vec()),
    ) {
        let mut gallery = Gallery::new(metric);
        let mut model: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
        for (key, put, which) in steps {
            if put {
                let which = which % kept.len();
                gallery.put(key, &kept[which]).unwrap();
                model.insert(key, which);
            } else {
                prop_assert_eq!(gallery.remove(key), model.remove(&key).is_some());
            }
            prop_assert_eq!(gallery.len(), model.len());
        }
        for (key, which) in &model {
            let found = gallery.search(&kept[*which], f32::NEG_INFINITY, 100, ONE).unwrap();
            prop_assert_eq!(found.len(), model.len());
            let own = found.iter().find(|near| near.key == *key);
            prop_assert!(own.is_some_and(|near| near.at_most >= 1.0 - 1e-3));
        }
    }
}

#[test]
fn many_threads_find_what_one_finds() {
    let mut seed = 1_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((seed >> 40) as f32) / 8_388_608.0 - 1.0
    };
    let vectors: Vec<Vec<f32>> = (0..60_000)
        .map(|_| (0..16).map(|_| next()).collect())
        .collect();
    let gallery = filled(Metric::Cosine, &vectors);
    for wanted in vectors.iter().take(5) {
        let alone = gallery.search(wanted, 0.7, 50, ONE).unwrap();
        for cores in 2..5 {
            let cores = NonZeroUsize::new(cores).unwrap();
            let together = gallery.search(wanted, 0.7, 50, cores).unwrap();
            assert_eq!(alone.len(), 50);
            let scores = |found: &[Near<usize>]| found.iter().map(|n| n.score).collect::<Vec<_>>();
            assert_eq!(scores(&alone), scores(&together));
        }
    }
}

#[test]
fn vectors_that_cannot_be_compared_are_refused() {
    for metric in METRICS {
        let mut gallery = filled(metric, &[vec![1.0, 2.0]]);
        for (vector, error) in [
            (vec![], VectorError::Length(0)),
            (vec![0.1; LONGEST + 1], VectorError::Length(LONGEST + 1)),
            (
                vec![1.0; 3],
                VectorError::OtherLength {
                    expected: 2,
                    found: 3,
                },
            ),
            (vec![f32::NAN, 1.0], VectorError::Degenerate),
            (vec![f32::INFINITY, 1.0], VectorError::Degenerate),
        ] {
            assert_eq!(gallery.put(9, &vector), Err(error));
            assert_eq!(gallery.search(&vector, 0.0, 1, ONE).err(), Some(error));
            assert_eq!(gallery.len(), 1);
        }
    }
    let mut gallery = Gallery::new(Metric::Cosine);
    assert_eq!(gallery.put(1, &[0.0, 0.0]), Err(VectorError::Degenerate));
}

#[test]
fn an_empty_gallery_knows_nobody_and_takes_another_length_again() {
    let mut gallery = filled(Metric::Cosine, &[vec![1.0, 2.0]]);
    assert!(gallery.remove(0) && !gallery.remove(0));
    assert_eq!(gallery.search(&[1.0, 0.5, 0.1], -1.0, 5, ONE), Ok(vec![]));
    gallery.put(7, &[1.0, 0.5, 0.1]).unwrap();
    assert_eq!(
        gallery.search(&[1.0, 0.5, 0.1], 0.99, 5, ONE).unwrap()[0].key,
        7
    );
}
