//! Both engines give the same answers on the models that are installed.
#![cfg(feature = "ort")]
#![expect(
    clippy::disallowed_methods,
    reason = "a test finds its models and library by environment"
)]

use std::path::PathBuf;

use menshen_vision::model::{OrtRuntime, RtenModel};
use menshen_vision::{Model, Tensor};

fn models() -> PathBuf {
    std::env::var_os("MENSHEN_MODELS").map_or_else(
        || {
            PathBuf::from(std::env::var_os("HOME").unwrap_or_default())
                .join(".local/share/menshen/models")
        },
        PathBuf::from,
    )
}

/// A deterministic picture-like input in the range that the network expects.
fn input(shape: &[usize]) -> Tensor {
    let n: usize = shape.iter().product();
    let data = (0..n)
        .map(|i| ((i * 7919 % 1009) as f32 / 1009.0) - 0.5)
        .collect();
    Tensor {
        shape: shape.to_vec(),
        data,
    }
}

#[test]
fn onnx_runtime_and_rten_agree() {
    let Some(library) = std::env::var_os("MENSHEN_ORT_LIBRARY") else {
        println!("skipped: MENSHEN_ORT_LIBRARY is not set");
        return;
    };
    let runtime = OrtRuntime::open(library.as_ref()).unwrap();
    let cases: [(&str, &[usize]); 5] = [
        ("face-detection", &[1, 3, 128, 128]),
        ("face-mesh", &[1, 3, 192, 192]),
        ("dlib-resnet", &[1, 3, 150, 150]),
        ("text-detection", &[1, 3, 160, 256]),
        ("text-recognition", &[1, 3, 48, 160]),
    ];
    for (name, shape) in cases {
        let Ok(bytes) = std::fs::read(models().join(format!("{name}.onnx"))) else {
            println!("skipped: {name} is not installed");
            continue;
        };
        let ours = RtenModel::from_bytes(bytes.clone())
            .unwrap()
            .run(input(shape))
            .unwrap();
        let theirs = runtime.load(&bytes, 1).unwrap().run(input(shape)).unwrap();
        assert_eq!(ours.len(), theirs.len(), "{name}");
        for (a, b) in ours.iter().zip(&theirs) {
            assert_eq!(a.shape, b.shape, "{name}");
            let range = b.data.iter().fold(1.0_f32, |m, v| m.max(v.abs()));
            let worst = a
                .data
                .iter()
                .zip(&b.data)
                .fold(0.0_f32, |m, (x, y)| m.max((x - y).abs()));
            assert!(worst <= 1e-3 * range, "{name}: {worst} of {range}");
        }
    }
}
