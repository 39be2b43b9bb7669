//! The converters on the published files: equal to the checked conversions, the same bytes every time, and without
//! a panic on damaged files. Needs the shared evaluation data, and an installed default set for its part.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(
    clippy::disallowed_methods,
    reason = "where the data lies is told by the environment"
)]

use std::fs;
use std::path::PathBuf;

use menshen_models::convert::{dlib_resnet, mini_fas_net, mxnet};
use menshen_models::manifest::EMBEDDED;
use menshen_models::{Manifest, ModelStore, ModelsError, sha256_hex};
use menshen_vision::{Model, RtenModel, Tensor};

fn shared(path: &str) -> Option<Vec<u8>> {
    let root = std::env::var_os("MENSHEN_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let bytes = fs::read(root.join("models").join(path)).ok();
    if bytes.is_none() {
        println!("skipped: ../shared is absent");
    }
    bytes
}

/// Repeatable numbers from `low` to `high`.
fn values(count: usize, low: f32, high: f32) -> Vec<f32> {
    let mut state = 7_u32;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            low + (high - low) * (state >> 8) as f32 / (1 << 24) as f32
        })
        .collect()
}

fn outputs(onnx: Vec<u8>, shape: [usize; 4], low: f32, high: f32) -> Vec<Tensor> {
    let model = RtenModel::from_bytes(onnx).unwrap();
    let data = values(shape.iter().product(), low, high);
    let shape = shape.to_vec();
    model.run(Tensor { shape, data }).unwrap()
}

/// Largest difference over all outputs, which must agree in number and shape.
fn difference(a: &[Tensor], b: &[Tensor]) -> f32 {
    assert_eq!(a.len(), b.len());
    let mut largest = 0.0_f32;
    for (a, b) in a.iter().zip(b) {
        assert_eq!(a.shape, b.shape);
        let pairs = a.data.iter().zip(&b.data);
        largest = pairs.fold(largest, |most, (a, b)| most.max((a - b).abs()));
    }
    largest
}

fn promised(name: &str) -> String {
    let manifest = Manifest::parse("built in", EMBEDDED).unwrap();
    manifest.entry(name).unwrap().sha256.clone()
}

#[test]
fn the_torch_converter_gives_the_promised_bytes_and_the_reference_outputs() {
    let Some(source) = shared("upstream/2.7_80x80_MiniFASNetV2.pth") else {
        return;
    };
    let onnx = mini_fas_net(&source).unwrap();
    assert_eq!(sha256_hex(&onnx), promised("minifasnet-v2"));
    let reference = shared("reference/minifas_2.7_80x80_MiniFASNetV2.onnx").unwrap();
    let shape = [1, 3, 80, 80];
    let ours = outputs(onnx, shape, 0.0, 255.0);
    assert!(difference(&ours, &outputs(reference, shape, 0.0, 255.0)) < 1e-5);

    let source = shared("upstream/4_0_0_80x80_MiniFASNetV1SE.pth").unwrap();
    let onnx = mini_fas_net(&source).unwrap();
    assert_eq!(sha256_hex(&onnx), promised("minifasnet-v1se"));
}

#[test]
fn the_mxnet_converter_gives_the_promised_bytes_and_the_reference_outputs() {
    let Some(parameters) = shared("upstream/MobileFace_Identification_V2-0000.params") else {
        return;
    };
    let symbol = shared("upstream/MobileFace_Identification_V2-symbol.json").unwrap();
    let onnx = mxnet(&parameters, &symbol).unwrap();
    assert_eq!(sha256_hex(&onnx), promised("mobileface-v2"));
    let reference = shared("reference/mobileface_v2.onnx").unwrap();
    let shape = [2, 3, 112, 112];
    let ours = outputs(onnx, shape, 0.0, 255.0);
    assert!(difference(&ours, &outputs(reference, shape, 0.0, 255.0)) < 1e-4);
}

#[test]
fn the_installed_tflite_conversions_give_the_reference_outputs() {
    let store =
        ModelStore::open(ModelStore::default_dir(|n| std::env::var_os(n)).unwrap()).unwrap();
    let cases = [
        ("face-detection", "mp_face_detection_short_range", 128, -1.0),
        ("face-mesh", "mp_face_landmark", 192, 0.0),
        ("iris", "mp_iris_landmark", 64, 0.0),
    ];
    for (name, reference, side, low) in cases {
        let Some(reference) = shared(&format!("reference/{reference}.onnx")) else {
            return;
        };
        // `load` refuses every file but the converter's own output, by its hash.
        let (onnx, card) = match store.load(name) {
            Ok(loaded) => loaded,
            Err(error) => {
                println!("skipped: {error}");
                return;
            }
        };
        assert_eq!(card.input.width as usize, side);
        let shape = [1, 3, side, side];
        let ours = outputs(onnx, shape, low, 1.0);
        assert!(
            difference(&ours, &outputs(reference, shape, low, 1.0)) < 1e-3,
            "{name}"
        );
    }
}

/// Cuts at many places, and changes bytes where the structure is: at the start, in `dense`, and here and there.
fn damaged(source: &[u8], dense: std::ops::Range<usize>) -> impl Iterator<Item = Vec<u8>> {
    let cuts = (0..20).map(|i| i * source.len() / 20);
    let cuts = cuts.map(|end| source[..end].to_vec());
    let places = (0..50).map(move |i| dense.start + i * dense.len() / 50);
    let changes = places.flat_map(|place| [(place, 0x01), (place, 0x80)]);
    let changes = changes.map(|(place, change)| {
        let mut changed = source.to_vec();
        changed[place] ^= change;
        changed
    });
    cuts.chain(changes)
}

#[test]
fn damaged_published_files_never_make_a_converter_panic() {
    let Some(torch) = shared("upstream/2.7_80x80_MiniFASNetV2.pth") else {
        return;
    };
    for (index, bytes) in damaged(&torch, 0..40_000).enumerate() {
        let answer = mini_fas_net(&bytes);
        assert!(
            index >= 20 || matches!(answer, Err(ModelsError::Malformed { .. })),
            "cut {index}"
        );
    }
    let parameters = shared("upstream/MobileFace_Identification_V2-0000.params").unwrap();
    let symbol = shared("upstream/MobileFace_Identification_V2-symbol.json").unwrap();
    for (index, bytes) in damaged(&symbol, 0..symbol.len()).enumerate() {
        let answer = mxnet(&parameters, &bytes);
        assert!(index >= 20 || answer.is_err(), "cut {index}");
    }
    for (index, bytes) in damaged(&parameters, 0..3_000).enumerate() {
        let answer = mxnet(&bytes, &symbol);
        assert!(index >= 20 || answer.is_err(), "cut {index}");
    }
}

#[test]
fn a_drawn_manifest_of_the_face_network_converts_and_runs() {
    let (manifest, shard) = drawn_resnet();
    let onnx = dlib_resnet(manifest.as_bytes(), &shard).unwrap();
    assert_eq!(onnx, dlib_resnet(manifest.as_bytes(), &shard).unwrap());
    let output = outputs(onnx, [2, 3, 150, 150], -0.5, 0.5);
    assert_eq!(output[0].shape, [2, 128]);
    assert!(output[0].data.iter().all(|v| v.is_finite()));
    assert!(output[0].data.iter().any(|&v| v != output[0].data[0]));
}

#[test]
fn a_damaged_manifest_or_shard_of_the_face_network_is_an_error() {
    let (manifest, shard) = drawn_resnet();
    for end in (0..shard.len()).step_by(shard.len() / 20) {
        assert!(dlib_resnet(manifest.as_bytes(), &shard[..end]).is_err());
    }
    for (index, bytes) in damaged(manifest.as_bytes(), 0..400).enumerate() {
        let answer = dlib_resnet(&bytes, &shard);
        assert!(index >= 20 || answer.is_err(), "cut {index}");
    }
    let huge = manifest.replacen("[7,7,3,32]", "[4294967295,4294967295,4294967295,32]", 1);
    assert!(matches!(
        dlib_resnet(huge.as_bytes(), &shard),
        Err(ModelsError::Malformed { .. })
    ));
}

/// The weight manifest of the 29 convolutions, with drawn bytes for weights.
fn drawn_resnet() -> (String, Vec<u8>) {
    let mut weights = Vec::new();
    let mut layer = |name: &str, kernel: usize, inputs: usize, outputs: usize| {
        weights.push((
            format!("{name}/conv/filters"),
            vec![kernel, kernel, inputs, outputs],
        ));
        for part in ["conv/bias", "scale/weights", "scale/biases"] {
            weights.push((format!("{name}/{part}"), vec![outputs]));
        }
    };
    layer("conv32_down", 7, 3, 32);
    let groups = [
        (32, 0..0, 1..4),
        (64, 32..33, 1..4),
        (128, 64..65, 1..3),
        (256, 128..129, 1..3),
    ];
    for (channels, from, blocks) in groups {
        for inputs in from {
            layer(&format!("conv{channels}_down/conv1"), 3, inputs, channels);
            layer(&format!("conv{channels}_down/conv2"), 3, channels, channels);
        }
        for block in blocks {
            layer(
                &format!("conv{channels}_{block}/conv1"),
                3,
                channels,
                channels,
            );
            layer(
                &format!("conv{channels}_{block}/conv2"),
                3,
                channels,
                channels,
            );
        }
    }
    layer("conv256_down_out/conv1", 3, 256, 256);
    layer("conv256_down_out/conv2", 3, 256, 256);
    weights.push(("fc".to_owned(), vec![256, 128]));

    let described = weights.iter().map(|(name, shape)| {
        let shape = format!("{shape:?}").replace(' ', "");
        let quantised = r#"{"dtype":"uint8","scale":0.002,"min":-0.25}"#;
        format!(
            r#"{{"name":"{name}","shape":{shape},"dtype":"float32","quantization":{quantised}}}"#
        )
    });
    let described: Vec<String> = described.collect();
    let manifest = format!(
        r#"[{{"weights":[{}],"paths":["drawn.bin"]}}]"#,
        described.join(",")
    );
    let count = weights
        .iter()
        .map(|(_, shape)| shape.iter().product::<usize>())
        .sum();
    let shard = values(count, 0.0, 255.0).iter().map(|&v| v as u8).collect();
    (manifest, shard)
}
