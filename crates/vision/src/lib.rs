//! Pixels to evidence: quality, document, text, face and liveness measures. Holds no acceptance threshold.

pub mod face;
pub mod liveness;
pub mod model;
pub mod photo;

pub use model::{Model, RtenModel, Tensor};
pub use photo::Photo;
