//! Every embedder, and their fusion, raw and normalised, on everybody and on one half of the people.

use std::collections::BTreeMap;

use anyhow::Context as _;
use menshen_calibration::{
    At, CohortScores, Fusion, PairScores, Rate, Trials, cross_validated_accuracy, halves, normalise,
};
use menshen_core::card::MEASURED;

use super::data::Data;
use super::report::{Condition, Elsewhere, Group, GroupPoint, Operating, Report, Scope, Score};

/// Replicates of an interval.
pub const REPLICATES: u32 = 1_000;

/// One way to score, with the scores of all pairs.
struct Way {
    model: String,
    score: Score,
    weights: Option<Vec<f32>>,
    cohort_people: Option<usize>,
    pairs: PairScores,
}

/// What the weights of a fusion were found by, so that one condition's serve the other.
#[derive(Default)]
struct Trained {
    raw: Option<Fusion>,
    normalised: Option<Fusion>,
}

/// Everything that stays the same for all reports.
pub struct Study<'a> {
    data: &'a Data,
    names: Vec<String>,
    dataset: String,
    seed: u64,
    /// For each person, 0 or 1: set on 0, judged on 1.
    half: Vec<u32>,
}

impl<'a> Study<'a> {
    /// Takes the data and the embedders' names.
    pub fn new(data: &'a Data, names: Vec<String>, dataset: String, seed: u64) -> Self {
        Self {
            half: halves(data.count(), seed),
            data,
            names,
            dataset,
            seed,
        }
    }

    /// Measures everything; `done` takes each report as it comes.
    pub fn run(&self, mut done: impl FnMut(Report) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let mut trained = Trained::default();
        // Thresholds of clean pictures by way, for everybody.
        let mut clean = BTreeMap::new();
        for condition in [Condition::Clean, Condition::Portrait] {
            for scope in [Scope::OtherHalf, Scope::Everybody] {
                for way in self.ways(condition, scope, &mut trained)? {
                    let key = (way.model.clone(), way.score == Score::Raw);
                    let report = self.report(&way, condition, scope, clean.get(&key));
                    if scope == Scope::Everybody && condition == Condition::Clean {
                        clean.insert(key, report.thresholds());
                    }
                    done(report)?;
                }
            }
        }
        Ok(())
    }

    /// All ways to score. Weights are found on half 0 with clean pictures and a cohort of that half, whatever they are used for.
    fn ways(
        &self,
        condition: Condition,
        scope: Scope,
        trained: &mut Trained,
    ) -> anyhow::Result<Vec<Way>> {
        let data = self.data;
        let other = match condition {
            Condition::Clean => &data.clean,
            Condition::Portrait => &data.degraded,
        };
        let (firsts, members) = match scope {
            Scope::Everybody => data.firsts(|_| true),
            Scope::OtherHalf => data.firsts(|person| self.half[person as usize] == 0),
        };
        let (mut raw, mut normal) = (Vec::new(), Vec::new());
        for (rows, columns) in data.clean.iter().zip(other) {
            let pairs = PairScores::of(rows, columns)?;
            let cohort = rows.pick(&firsts);
            let of = |side| CohortScores::of(side, &data.people, &cohort, &members);
            normal.push(normalise(&pairs, &of(rows)?, &of(columns)?));
            raw.push(pairs);
        }
        let several = self.names.len() > 1;
        if several && trained.raw.is_none() {
            let half = self.judged(|picture| self.in_half(picture, 0));
            let parts: Vec<&PairScores> = raw.iter().collect();
            trained.raw = Some(Fusion::train(&parts, &data.people, &half)?);
            let parts: Vec<&PairScores> = normal.iter().collect();
            let fusion = Fusion::train_normalised(&parts, &data.people, &half)?;
            trained.normalised = Some(fusion);
        }
        let mut ways = Vec::new();
        let kinds = [
            (Score::Raw, raw, &trained.raw),
            (Score::AsNorm, normal, &trained.normalised),
        ];
        for (score, scores, fusion) in kinds {
            let cohort_people = (score == Score::AsNorm).then_some(members.len());
            let mut add = |model: String, weights, pairs| {
                ways.push(Way {
                    model,
                    score,
                    weights,
                    cohort_people,
                    pairs,
                });
            };
            if let Some(fusion) = fusion {
                let parts: Vec<&PairScores> = scores.iter().collect();
                let weights = fusion.terms.iter().map(|term| term.weight).collect();
                add(self.names.join("+"), Some(weights), fusion.fuse(&parts)?);
            }
            for (name, pairs) in self.names.iter().zip(scores) {
                add(name.clone(), None, pairs);
            }
        }
        Ok(ways)
    }

    fn judged(&self, take: impl Fn(usize) -> bool) -> Vec<Option<u32>> {
        let pictures = 0..self.data.people.len();
        pictures.map(|picture| take(picture).then_some(0)).collect()
    }

    fn in_half(&self, picture: usize, half: u32) -> bool {
        let person = self.data.people[picture] as usize;
        self.data.listed[picture] && self.half[person] == half
    }

    fn trials(&self, way: &Way, take: impl Fn(usize) -> bool) -> Trials {
        Trials::of(&way.pairs, &self.data.people, &self.judged(take))
    }

    /// `clean` are the thresholds that clean pictures of everybody have.
    fn report(
        &self,
        way: &Way,
        condition: Condition,
        scope: Scope,
        clean: Option<&[f32; 3]>,
    ) -> Report {
        let (trials, elsewhere) = match scope {
            Scope::Everybody => (
                self.trials(way, |picture| self.data.listed[picture]),
                clean.copied(),
            ),
            Scope::OtherHalf => {
                let other = self.trials(way, |picture| self.in_half(picture, 0));
                let set = MEASURED.map(|fmr| other.threshold_at(fmr));
                (
                    self.trials(way, |picture| self.in_half(picture, 1)),
                    Some(set),
                )
            }
        };
        let points = self.points(&trials, elsewhere);
        let everybody = scope == Scope::Everybody;
        let group = everybody.then(|| self.group(way, &points)).flatten();
        Report {
            eval: "faces",
            model: way.model.clone(),
            score: way.score,
            condition,
            scope,
            dataset: self.dataset.clone(),
            people: trials.people(),
            images: trials.pictures(),
            cohort_people: way.cohort_people,
            weights: way.weights.clone(),
            genuine_pairs: trials.genuine().len(),
            impostor_pairs: trials.impostor().len(),
            accuracy: everybody.then(|| self.accuracy(way)),
            points,
            east_asian: group,
            det: trials.det(),
        }
    }

    fn points(&self, trials: &Trials, elsewhere: Option<[f32; 3]>) -> Vec<Operating> {
        let own = MEASURED.map(|fmr| At {
            fmr,
            threshold: trials.threshold_at(fmr),
        });
        let spreads = trials.spread(&own, REPLICATES, self.seed);
        let set = elsewhere.map(|thresholds| self.set_elsewhere(trials, thresholds));
        let mut set = set.into_iter().flatten();
        own.into_iter()
            .zip(spreads)
            .map(|(At { fmr, threshold }, spread)| Operating {
                fmr,
                threshold,
                threshold_95: spread.threshold,
                fmr_95: spread.fmr,
                fnmr: trials.fnmr(threshold),
                fnmr_95: spread.fnmr,
                fnmr_at_fmr_95: spread.fnmr_at_fmr,
                set_elsewhere: set.next(),
            })
            .collect()
    }

    fn set_elsewhere(&self, trials: &Trials, thresholds: [f32; 3]) -> Vec<Elsewhere> {
        let points = MEASURED.into_iter().zip(thresholds);
        let points: Vec<At> = points
            .map(|(fmr, threshold)| At { fmr, threshold })
            .collect();
        let spreads = trials.spread(&points, REPLICATES, self.seed);
        let judged = points.iter().zip(spreads).map(|(at, spread)| Elsewhere {
            threshold: at.threshold,
            fmr: trials.fmr(at.threshold),
            fmr_95: spread.fmr,
            fnmr: trials.fnmr(at.threshold),
            fnmr_95: spread.fnmr,
        });
        judged.collect()
    }

    fn group(&self, way: &Way, points: &[Operating]) -> Option<Group> {
        let trials = self.trials(way, |picture| self.data.group[picture]);
        if trials.impostor().is_empty() {
            return None;
        }
        let at: Vec<At> = points
            .iter()
            .map(|&Operating { fmr, threshold, .. }| At { fmr, threshold })
            .collect();
        let spreads = trials.spread(&at, REPLICATES, self.seed);
        let points = at.iter().zip(spreads).map(|(at, spread)| GroupPoint {
            global_fmr: at.fmr,
            fmr: trials.fmr(at.threshold),
            fmr_95: spread.fmr,
            fnmr: trials.fnmr(at.threshold),
            fnmr_95: spread.fnmr,
            fnmr_at_own_fmr: trials.fnmr(trials.threshold_at(at.fmr)),
            fnmr_at_own_fmr_95: spread.fnmr_at_fmr,
        });
        Some(Group {
            people: trials.people(),
            images: trials.pictures(),
            genuine_pairs: trials.genuine().len(),
            impostor_pairs: trials.impostor().len(),
            points: points.collect(),
        })
    }

    /// A pair of which a picture could not be read is scored below everything: it never matches.
    fn accuracy(&self, way: &Way) -> Rate {
        let place = |file: &String| self.data.files.binary_search(file).ok();
        let mut folds = BTreeMap::<u32, Vec<(f32, bool)>>::new();
        for pair in &self.data.pairs {
            let Some(same) = pair.same else { continue };
            let places = place(&pair.file_x).zip(place(&pair.file_y));
            let score = places.map_or(f32::MIN, |(a, b)| match a == b {
                true => f32::MAX,
                false => way.pairs.at(a, b),
            });
            let fold = folds.entry(pair.lfw_fold.unwrap_or(0)).or_default();
            fold.push((score, same == 1));
        }
        let folds: Vec<_> = folds.into_values().collect();
        cross_validated_accuracy(&folds)
    }
}

/// Refuses data on which nothing can be measured.
pub fn check(data: &Data) -> anyhow::Result<()> {
    let two = data.people.iter().any(|person| *person != 0);
    two.then_some(()).context("the data has no two people")
}
