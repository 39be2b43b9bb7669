//! What `menshen eval faces` says: one report a way to score, a condition and a set of people.

use std::io::Write;

use menshen_calibration::{DetPoint, Interval, Rate};
use serde::Serialize;

use crate::context::{BOLD, DIM};

/// How scores are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Score {
    /// As the embedder's metric gives them; of several, the weighted sum of standardised ones.
    Raw,
    /// Normalised by a cohort.
    AsNorm,
}

/// What the second picture of a pair looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// As it is.
    Clean,
    /// As a document's portrait.
    Portrait,
}

/// Who is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All people. Each pair is normalised by everybody else.
    Everybody,
    /// One half of the people. Weights, and the thresholds of `set_elsewhere`, come from the other half, who are the cohort.
    OtherHalf,
}

/// The error rates of one way to score.
#[derive(Debug, Serialize)]
pub struct Report {
    pub eval: &'static str,
    /// The embedder's name; several with a plus sign between.
    pub model: String,
    pub score: Score,
    pub condition: Condition,
    pub scope: Scope,
    pub dataset: String,
    pub people: usize,
    pub images: usize,
    /// People whose pictures normalise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cohort_people: Option<usize>,
    /// The embedders' weights, where they are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<Vec<f32>>,
    pub genuine_pairs: usize,
    pub impostor_pairs: usize,
    /// By the folds of `pairs.csv`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<Rate>,
    pub points: Vec<Operating>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub east_asian: Option<Group>,
    pub det: Vec<DetPoint>,
}

/// One operating point. Intervals are over people; those of a [`Rate`] are over comparisons, as if they were independent, and are too
/// narrow.
#[derive(Debug, Serialize)]
pub struct Operating {
    pub fmr: f64,
    pub threshold: f32,
    pub threshold_95: Interval,
    /// Of the false match rate at this threshold.
    pub fmr_95: Interval,
    pub fnmr: Rate,
    /// Of the false non-match rate at this threshold.
    pub fnmr_95: Interval,
    /// Of the false non-match rate at this false match rate, each replicate with its own threshold.
    pub fnmr_at_fmr_95: Interval,
    /// The errors at a threshold from elsewhere: what the other half of the people has at this false match rate; for pictures as
    /// portraits of all people, what clean pictures have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_elsewhere: Option<Elsewhere>,
}

/// Errors at a threshold that other people have set.
#[derive(Debug, Serialize)]
pub struct Elsewhere {
    pub threshold: f32,
    pub fmr: Rate,
    pub fmr_95: Interval,
    pub fnmr: Rate,
    pub fnmr_95: Interval,
}

/// A group at the thresholds of the whole, and at its own.
#[derive(Debug, Serialize)]
pub struct Group {
    pub people: usize,
    pub images: usize,
    pub genuine_pairs: usize,
    pub impostor_pairs: usize,
    pub points: Vec<GroupPoint>,
}

#[derive(Debug, Serialize)]
pub struct GroupPoint {
    pub global_fmr: f64,
    pub fmr: Rate,
    pub fmr_95: Interval,
    pub fnmr: Rate,
    pub fnmr_95: Interval,
    /// The part of the group's own pairs below the threshold that it has at this false match rate.
    pub fnmr_at_own_fmr: Rate,
    pub fnmr_at_own_fmr_95: Interval,
}

impl Report {
    /// The thresholds of the points.
    pub fn thresholds(&self) -> [f32; 3] {
        let mut points = self.points.iter().map(|point| point.threshold);
        [(); 3].map(|()| points.next().unwrap_or(f32::INFINITY))
    }

    /// The way to score, in words.
    pub fn way(&self) -> String {
        match self.score {
            Score::Raw => self.model.clone(),
            Score::AsNorm => format!("{}, AS-norm", self.model),
        }
    }
}

impl Condition {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Portrait => "one side as a document's portrait",
        }
    }
}

impl Scope {
    /// Where thresholds from elsewhere come from, in words.
    pub fn elsewhere(self) -> &'static str {
        match self {
            Self::Everybody => "clean pictures",
            Self::OtherHalf => "other half",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Everybody => "all people",
            Self::OtherHalf => "one half of the people, all else set on the other half",
        }
    }
}

/// An interval in percent.
pub fn ends(interval: &Interval) -> String {
    format!(
        "[{:.3}, {:.3}]",
        interval.low * 100.0,
        interval.high * 100.0
    )
}

/// Prints for people.
pub fn print(out: &mut dyn Write, report: &Report) -> std::io::Result<()> {
    writeln!(
        out,
        "{BOLD}{}{BOLD:#} on {}: {}; {}",
        report.way(),
        report.dataset,
        report.condition.words(),
        report.scope.words()
    )?;
    write!(
        out,
        "  {} people, {} images, {} genuine and {} impostor pairs",
        report.people, report.images, report.genuine_pairs, report.impostor_pairs
    )?;
    if let Some(people) = report.cohort_people {
        write!(out, "; cohort of {people} people")?;
    }
    if let Some(weights) = &report.weights {
        write!(out, "; weights {weights:?}")?;
    }
    writeln!(out)?;
    if let Some(accuracy) = &report.accuracy {
        writeln!(out, "  accuracy              {accuracy}")?;
    }
    for point in &report.points {
        writeln!(
            out,
            "  FNMR at FMR {:<8.0e}  {:.2} %, 95 % over people {}   score {:.4}",
            point.fmr,
            point.fnmr.rate * 100.0,
            ends(&point.fnmr_at_fmr_95),
            point.threshold
        )?;
        if let Some(set) = &point.set_elsewhere {
            writeln!(
                out,
                "    threshold from elsewhere ({}): FMR {:.4} % {}, FNMR {:.2} % {}",
                report.scope.elsewhere(),
                set.fmr.rate * 100.0,
                ends(&set.fmr_95),
                set.fnmr.rate * 100.0,
                ends(&set.fnmr_95)
            )?;
        }
    }
    if let Some(group) = &report.east_asian {
        writeln!(
            out,
            "  East Asian cut ({} people, {} images, {} genuine and {} impostor pairs) at the same thresholds:",
            group.people, group.images, group.genuine_pairs, group.impostor_pairs
        )?;
        for point in &group.points {
            writeln!(
                out,
                "    global FMR {:<8.0e} FMR {:.3} % {}   FNMR {:.2} % {} {DIM}(at its own FMR {:.2} %){DIM:#}",
                point.global_fmr,
                point.fmr.rate * 100.0,
                ends(&point.fmr_95),
                point.fnmr.rate * 100.0,
                ends(&point.fnmr_95),
                point.fnmr_at_own_fmr.rate * 100.0
            )?;
        }
    }
    Ok(())
}
