//! How well are faces told apart? Scores of pairs to error rates (ISO/IEC 19795-1: FMR, FNMR, DET), with intervals over people;
//! scores normalised by a cohort, and scores of several embedders in one.
//!
//! Pure: vectors and numbers in, numbers out. No I/O, no clock, no randomness but a seed's, and no threshold of its own. What is
//! computed over all pairs of thousands of pictures is in here, so that it is compiled with optimisation whoever asks.
//!
//! The way of a measurement: [`Vectors`] of all pictures, one set an embedder; [`PairScores`] of every two of them; optionally
//! [`CohortScores`], which normalise, and a [`Fusion`]; [`Trials`] of the pictures that are judged; their [`Trials::threshold_at`],
//! [`Trials::det`] and [`Trials::spread`].

mod bootstrap;
mod cohort;
mod file;
mod fusion;
mod halves;
mod operator;
mod pairs;
mod rate;
mod scores;
mod trials;
mod vectors;

pub use bootstrap::{At, Interval, Spread};
pub use cohort::{CohortScores, LEAST_PEOPLE, Normal, TOP, TooFewPeople, as_norm, normalise};
pub use file::{Cohort, CohortError, MOST_PEOPLE, Part};
pub use fusion::{Fusion, Term};
pub use halves::{halves, shuffled};
pub use operator::{Compared, INCOMPARABLE, Normaliser};
pub use pairs::PairScores;
pub use rate::{Rate, clopper_pearson_upper};
pub use scores::{best_threshold, cross_validated_accuracy};
pub use trials::{DetPoint, Trial, Trials};
pub use vectors::{VectorError, Vectors};
