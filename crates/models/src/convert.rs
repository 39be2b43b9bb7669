//! Converters from published weights to ONNX: pure, deterministic, and safe on hostile bytes.

mod dlib;
pub use dlib::dlib_resnet;
