//! Converters from published weights to ONNX: pure, deterministic, and safe on hostile bytes.

mod dlib;
mod flatbuffer;
mod half;
mod tflite;

pub use dlib::dlib_resnet;
pub use tflite::tflite;
