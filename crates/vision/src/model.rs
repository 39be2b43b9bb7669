//! The narrow door to inference: bytes in at start-up, one tensor in and tensors out per run.

use thiserror::Error;

/// A dense `f32` tensor in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Sizes of the axes.
    pub shape: Vec<usize>,
    /// Values; the product of `shape` of them.
    pub data: Vec<f32>,
}

/// Why a network could not be loaded or run. Always the machine's fault, never the person's.
#[derive(Debug, Error)]
pub enum ModelError {
    /// The bytes are not a usable network.
    #[error("load model")]
    Load(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The network refused the input or failed.
    #[error("run model")]
    Run(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The output has another shape or number than the caller knows.
    #[error("model output has an unexpected shape")]
    Output,
}

/// A loaded network with one input.
pub trait Model: Send + Sync {
    /// Returns all outputs in the network's order.
    fn run(&self, input: Tensor) -> Result<Vec<Tensor>, ModelError>;
}

#[cfg(feature = "ort")]
mod ort_engine;
#[cfg(feature = "rten")]
mod rten_engine;

#[cfg(feature = "ort")]
pub use ort_engine::{OrtModel, OrtRuntime};
#[cfg(feature = "rten")]
pub use rten_engine::RtenModel;
