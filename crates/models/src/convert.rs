//! Converters from published weights to ONNX: pure, deterministic, and safe on hostile bytes.
//!
//! The same source always gives the same file, so that the manifest can promise its SHA-256. Bytes that are cut,
//! damaged or hostile give a typed error; memory stays within a small multiple of the source.

mod dlib;
mod flatbuffer;
mod half;
mod mini_fas_net;
mod mxnet;
mod mxnet_params;
mod pickle;
mod tflite;
mod torch;
mod weights;

pub use dlib::dlib_resnet;
pub use mini_fas_net::mini_fas_net;
pub use mxnet::mxnet;
pub use tflite::tflite;
