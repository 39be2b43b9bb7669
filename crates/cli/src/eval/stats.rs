//! Error rates with intervals, from where they are computed with optimisation.

pub use menshen_calibration::{Rate, clopper_pearson_upper};
