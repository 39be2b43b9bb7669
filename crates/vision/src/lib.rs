//! Pixels to evidence: quality, document, text, face and liveness measures. Holds no acceptance threshold.

pub mod model;
pub mod page;
pub mod photo;
pub mod traces;

pub use model::{Model, RtenModel, Tensor};
pub use photo::Photo;
