//! The model manifest, its files, and converters from published weights to ONNX.
//!
//! `ModelStore` is the way in: `pull` brings models, `load` returns the bytes of one with its hash checked, and
//! its card.

pub mod convert;
mod disk;
mod error;
mod hash;
pub mod manifest;
mod onnx;
mod pull;
mod store;

pub use error::ModelsError;
pub use hash::sha256_hex;
pub use manifest::{CohortEntry, ComparisonEntry, Entry, Manifest, Set, with_calibration};
pub use pull::{InstalledClients, Network, Packages, Progress, Pulled, Selection, Source};
pub use store::{Checked, ModelStore, OPERATOR_MANIFEST, Status};
