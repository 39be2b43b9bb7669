//! The optional engine: ONNX Runtime from a shared library that the operator installed.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use ort::environment::Environment;
use ort::session::Session;

use super::{Model, ModelError, Tensor};

/// ONNX Runtime, loaded once per process.
pub struct OrtRuntime {
    environment: Environment,
}

impl OrtRuntime {
    /// Loads the shared library at `library`.
    pub fn open(library: &Path) -> Result<Self, ModelError> {
        let builder = ort::init_from(library).map_err(|error| ModelError::Load(Box::new(error)))?;
        let environment = builder.build().map_err(load_error)?;
        Ok(Self { environment })
    }

    /// Loads a network from the bytes of an ONNX file, to run on `threads` threads.
    pub fn load(&self, bytes: &[u8], threads: usize) -> Result<OrtModel, ModelError> {
        let session = Session::builder(&self.environment)
            .map_err(load_error)?
            .with_intra_threads(threads)
            .map_err(load_error)?
            .commit_from_memory(bytes)
            .map_err(load_error)?;
        Ok(OrtModel {
            session: Mutex::new(session),
        })
    }
}

/// An ONNX network run by ONNX Runtime.
pub struct OrtModel {
    // A session takes `&mut self` per run; callers share the model between threads.
    session: Mutex<Session>,
}

impl Model for OrtModel {
    fn run(&self, input: Tensor) -> Result<Vec<Tensor>, ModelError> {
        let value = ort::value::Tensor::from_array((input.shape, input.data)).map_err(run_error)?;
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let outputs = session.run(ort::inputs![value]).map_err(run_error)?;
        outputs
            .values()
            .map(|value| {
                let (shape, data) = value.try_extract_tensor::<f32>().map_err(run_error)?;
                let shape = shape
                    .iter()
                    .map(|&axis| usize::try_from(axis).map_err(|_| ModelError::Output))
                    .collect::<Result<_, _>>()?;
                Ok(Tensor {
                    shape,
                    data: data.to_vec(),
                })
            })
            .collect()
    }
}

fn load_error<R>(error: ort::Error<R>) -> ModelError {
    ModelError::Load(error.to_string().into())
}

fn run_error(error: ort::Error) -> ModelError {
    ModelError::Run(error.to_string().into())
}
