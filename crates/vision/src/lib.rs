//! Pixels to evidence: quality, document, text, face and liveness measures. Holds no acceptance threshold.

pub mod capture;
pub mod face;
pub mod layout;
pub mod liveness;
pub mod model;
pub mod mrz;
pub mod page;
pub mod parallel;
pub mod photo;
pub mod text;
pub mod traces;

#[cfg(feature = "rten")]
pub use model::RtenModel;
pub use model::{Model, Tensor};
pub use photo::Photo;
pub use text::TextReader;
