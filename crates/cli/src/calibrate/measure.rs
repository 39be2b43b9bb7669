//! Thresholds of the ways to compare faces with a cohort.

use menshen_calibration::{
    At, Cohort, CohortScores, Fusion, Interval, PairScores, TOP, Trials, halves, normalise,
};
use menshen_core::card::{Calibration, Comparison, ComparisonPart, MEASURED};
use menshen_models::ComparisonEntry;
use serde::Serialize;

use super::gallery::{Gallery, GalleryError};

/// Replicates of an interval.
const REPLICATES: u32 = 1_000;

/// What was measured of one way to compare.
pub struct Measured {
    pub entry: ComparisonEntry,
    pub other_half: Halves,
}

/// FNMR at FMR 1e-3 and 1e-4 on the half of the people on whom no weight was found.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Halves {
    /// The leading embedder without the cohort.
    pub raw: [f64; 2],
    /// This way, with it.
    pub normalised: [f64; 2],
}

/// Measures the leading embedder with the cohort, and all embedders together where that is better.
///
/// # Errors
/// [`GalleryError::NoGain`] where the cohort does not help these people.
pub fn all(
    gallery: &Gallery,
    cohort: &Cohort,
    sha256: &str,
    dataset: &str,
    seed: u64,
) -> anyhow::Result<Vec<Measured>> {
    let people = &gallery.people;
    let members: Vec<u32> = (0..gallery.count() as u32).collect();
    let (mut raw, mut normal) = (Vec::new(), Vec::new());
    for (vectors, part) in gallery.vectors.iter().zip(cohort.parts()) {
        let pairs = PairScores::of(vectors, vectors)?;
        let scores = CohortScores::of(vectors, people, &part.vectors, &members)?;
        normal.push(normalise(&pairs, &scores, &scores));
        raw.push(pairs);
    }
    let everybody = vec![Some(0); people.len()];
    let half = halves(gallery.count(), seed);
    let of_half = |which: u32| -> Vec<Option<u32>> {
        let people = people.iter();
        people
            .map(|&person| (half[person as usize] == which).then_some(0))
            .collect()
    };
    let rates = |pairs: &PairScores| {
        let trials = Trials::of(pairs, people, &of_half(1));
        [1e-3, 1e-4].map(|fmr| trials.fnmr(trials.threshold_at(fmr)).rate)
    };
    let without = rates(&raw[0]);
    let trials = Trials::of(&normal[0], people, &everybody);
    gained(&Trials::of(&raw[0], people, &everybody), &trials)?;
    let measured = |trials: &Trials, weights: &[f32], normalised| Measured {
        entry: entry(trials, cohort, weights, sha256, dataset, seed),
        other_half: Halves {
            raw: without,
            normalised,
        },
    };
    let alone = rates(&normal[0]);
    let mut found = vec![measured(&trials, &[1.0], alone)];
    if normal.len() > 1 {
        let parts: Vec<&PairScores> = normal.iter().collect();
        let fusion = Fusion::train_normalised(&parts, people, &of_half(0))?;
        let fused = fusion.fuse(&parts)?;
        let together = rates(&fused);
        if together.iter().sum::<f64>() < alone.iter().sum::<f64>() {
            let weights: Vec<f32> = fusion.terms.iter().map(|term| term.weight).collect();
            let trials = Trials::of(&fused, people, &everybody);
            found.push(measured(&trials, &weights, together));
        }
    }
    Ok(found)
}

fn gained(raw: &Trials, normal: &Trials) -> Result<(), GalleryError> {
    let missed = |trials: &Trials| trials.fnmr(trials.threshold_at(1e-4)).hits;
    let (raw, normalised, genuine) = (missed(raw), missed(normal), normal.genuine().len() as u64);
    match normalised > raw {
        true => Err(GalleryError::NoGain {
            normalised,
            raw,
            genuine,
        }),
        false => Ok(()),
    }
}

fn entry(
    trials: &Trials,
    cohort: &Cohort,
    weights: &[f32],
    sha256: &str,
    dataset: &str,
    seed: u64,
) -> ComparisonEntry {
    let parts = cohort.parts().iter().zip(weights);
    let parts: Vec<ComparisonPart> = parts
        .map(|(part, &weight)| ComparisonPart {
            model: part.model.clone(),
            sha256: part.sha256.clone(),
            weight,
        })
        .collect();
    let models: Vec<&str> = parts.iter().map(|part| &*part.model).collect();
    let points = MEASURED.map(|fmr| At {
        fmr,
        threshold: trials.threshold_at(fmr),
    });
    let [fmr_1e2, fmr_1e3, fmr_1e4] = points.map(|point| point.threshold);
    let spreads = trials.spread(&points, REPLICATES, seed);
    let ends = |Interval { low, high }: Interval| [low as f32, high as f32];
    let mut intervals = spreads.iter().map(|spread| ends(spread.threshold));
    let scores_95 = points.map(|point| intervals.next().unwrap_or([point.threshold; 2]));
    ComparisonEntry {
        name: format!("{}/as-norm/{}", models.join("+"), &sha256[..16]),
        comparison: Comparison {
            cohort: sha256.to_owned(),
            people: cohort.people() as u64,
            top: TOP as u64,
            parts,
        },
        calibration: Calibration {
            dataset: dataset.to_owned(),
            genuine_pairs: trials.genuine().len() as u64,
            impostor_pairs: trials.impostor().len() as u64,
            fmr_1e2,
            fmr_1e3,
            fmr_1e4,
            fnmr: Some(points.map(|point| trials.fnmr(point.threshold).rate as f32)),
            scores_95: Some(scores_95),
        },
    }
}
