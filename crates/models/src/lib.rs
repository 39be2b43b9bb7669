//! The model manifest, its files, and converters from published weights to ONNX.
