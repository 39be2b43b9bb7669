//! The default engine: pure Rust, the same on the server and in the browser.

use std::sync::Arc;

use rten::op_registry;
use rten_tensor::prelude::*;

use super::{Model, ModelError, Tensor};
use crate::parallel;

thread_local! {
    /// One core for a thread that shares the cores with others: two runs that each wait for two cores
    /// take a quarter longer than two that have one each.
    static ONE_CORE: Arc<rten::ThreadPool> = Arc::new(rten::ThreadPool::with_num_threads(1));
}

/// An ONNX network run by `rten`.
pub struct RtenModel {
    network: rten::Model,
}

impl RtenModel {
    /// Loads a network from the bytes of an ONNX file.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, ModelError> {
        let network =
            rten::Model::load(bytes).map_err(|error| ModelError::Load(Box::new(error)))?;
        Ok(Self { network })
    }

    /// Loads a network that finds or measures faces, as [`Self::from_bytes`] does. Brings along only the operators that
    /// those networks have, so that a program for a browser stays small.
    pub fn of_faces(bytes: Vec<u8>) -> Result<Self, ModelError> {
        let operators = op_registry!(
            Add, Concat, Conv, MaxPool, PRelu, Pad, Relu, Reshape, Transpose
        );
        let loaded = rten::ModelOptions::with_ops(operators).load(bytes);
        let network = loaded.map_err(|error| ModelError::Load(Box::new(error)))?;
        Ok(Self { network })
    }
}

impl Model for RtenModel {
    fn run(&self, input: Tensor) -> Result<Vec<Tensor>, ModelError> {
        let tensor = rten_tensor::Tensor::from_data(input.shape.as_slice(), input.data);
        let [id] = self.network.input_ids() else {
            return Err(ModelError::Output);
        };
        let outputs = self.network.output_ids();
        let values = self
            .network
            .run(vec![(*id, tensor.into())], outputs, options())
            .map_err(|error| ModelError::Run(Box::new(error)))?;
        values.into_iter().map(plain).collect()
    }
}

fn options() -> Option<rten::RunOptions> {
    parallel::is_sharing()
        .then(|| rten::RunOptions::default().with_thread_pool(Some(ONE_CORE.with(Arc::clone))))
}

fn plain(value: rten::Value) -> Result<Tensor, ModelError> {
    let tensor: rten_tensor::Tensor<f32> = value.try_into().map_err(|_| ModelError::Output)?;
    let shape = tensor.shape().to_vec();
    Ok(Tensor {
        shape,
        data: tensor.to_vec(),
    })
}
