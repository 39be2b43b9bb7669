//! The model manifest, its files, and converters from published weights to ONNX.

pub mod convert;
mod error;
mod onnx;

pub use error::ModelsError;
