//! A drawn TFLite network, converted and computed, against the same network computed by hand.

#[path = "support/flat.rs"]
mod flat;

use flat::{Field, Flat};
use menshen_models::ModelsError;
use menshen_models::convert::tflite;
use menshen_vision::{Model, RtenModel, Tensor};

/// Halves that are exact in every precision, so that sums are equal bit by bit.
fn weight(index: usize) -> f32 {
    [0.5, -1.0, 2.0, -0.25, 1.5][index % 5]
}

fn half_bits(value: f32) -> u16 {
    let bits = value.to_bits();
    let exponent = ((bits >> 23) & 0xff) as u16 - 112;
    ((bits >> 16) as u16 & 0x8000) | (exponent << 10) | ((bits >> 13) as u16 & 0x3ff)
}

const BIAS: [f32; 3] = [0.5, -2.0, 4.0];

/// Input 1x4x4x2; a 3x3 convolution by 2 to three channels with half-precision weights and ReLU; two zero channels
/// more; reshaped to 1x20.
fn drawn() -> Vec<u8> {
    use Field::{Absent, Int, Later};
    let (mut flat, root) = Flat::new();
    let parts = flat.table(root, &[Int(3), Later, Later, Absent, Later]);

    // Operator codes: DEQUANTIZE, CONV_2D, PAD, RESHAPE.
    for (place, code) in flat.tables(parts[0], 4).into_iter().zip([6, 3, 34, 22]) {
        flat.table(place, &[Int(code), Absent, Absent, Int(code)]);
    }
    let graph = flat.tables(parts[1], 1);
    let graph = flat.table(graph[0], &[Later, Later, Later, Later]);
    let tensors: [(&[i32], i32, i32); 7] = [
        (&[1, 4, 4, 2], 0, 0),
        (&[3, 3, 3, 2], 1, 1),
        (&[3, 3, 3, 2], 0, 0),
        (&[3], 0, 2),
        (&[1, 2, 2, 3], 0, 0),
        (&[4, 2], 2, 3),
        (&[1, 2, 2, 5], 0, 0),
    ];
    let places = flat.tables(graph[0], tensors.len() + 1);
    for (place, (shape, kind, buffer)) in places.iter().zip(tensors) {
        let later = flat.table(*place, &[Later, Int(kind), Int(buffer)]);
        flat.ints(later[0], shape);
    }
    let last = flat.table(places[7], &[Later, Int(0), Int(0), Later]);
    flat.ints(last[0], &[1, 20]);
    flat.vector(last[1], 4, b"flat");
    flat.ints(graph[1], &[0]);
    flat.ints(graph[2], &[7]);

    let operators: [(&[i32], i32); 4] = [(&[1], 2), (&[0, 2, 3], 4), (&[4, 5], 6), (&[6], 7)];
    let places = flat.tables(graph[3], 4);
    for (code, (place, (inputs, output))) in places.iter().zip(operators).enumerate() {
        let options = if code == 1 { Later } else { Absent };
        let kind = Int(i32::from(code == 1));
        let later = flat.table(*place, &[Int(code as i32), Later, Later, kind, options]);
        flat.ints(later[0], inputs);
        flat.ints(later[1], &[output]);
        if code == 1 {
            // Padding SAME, strides 2 and 2, fused ReLU.
            flat.table(later[2], &[Int(0), Int(2), Int(2), Int(1)]);
        }
    }
    let weights: Vec<u8> = (0..54)
        .flat_map(|i| half_bits(weight(i)).to_le_bytes())
        .collect();
    let bias: Vec<u8> = BIAS.iter().flat_map(|b| b.to_le_bytes()).collect();
    let pads: Vec<u8> = [0, 0, 0, 0, 0, 0, 0, 2]
        .iter()
        .flat_map(|p: &i32| p.to_le_bytes())
        .collect();
    let places = flat.tables(parts[2], 4);
    for (place, data) in places.iter().zip([&[][..], &weights, &bias, &pads]) {
        let later = flat.table(*place, &[if data.is_empty() { Absent } else { Later }]);
        if let Some(&data_place) = later.first() {
            flat.vector(data_place, data.len(), data);
        }
    }
    flat.bytes
}

/// The same network in TFLite's own order: row, column, channel.
fn by_hand(input: &[f32]) -> Vec<f32> {
    let mut output = Vec::new();
    for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        for (out, bias) in BIAS.into_iter().enumerate() {
            let mut sum = bias;
            for (ky, kx, channel) in (0..18).map(|i| (i / 6, i / 2 % 3, i % 2)) {
                // SAME with one odd pixel: it is added at the bottom and right.
                let (y, x) = (row * 2 + ky, column * 2 + kx);
                if y < 4 && x < 4 {
                    let w = weight(((out * 3 + ky) * 3 + kx) * 2 + channel);
                    sum += w * input[(y * 4 + x) * 2 + channel];
                }
            }
            output.push(sum.max(0.0));
        }
        output.extend([0.0, 0.0]);
    }
    output
}

#[test]
fn a_drawn_network_computes_the_same_after_conversion() {
    let onnx = tflite(&drawn()).unwrap();
    let model = RtenModel::from_bytes(onnx).unwrap();
    let own: Vec<f32> = (0..32).map(|i| (i * 7 % 11) as f32 - 5.0).collect();
    let turned = (0..2).flat_map(|channel| own.iter().skip(channel).step_by(2).copied());
    let input = Tensor {
        shape: vec![1, 2, 4, 4],
        data: turned.collect(),
    };
    let output = model.run(input).unwrap();
    assert_eq!(output[0].shape, [1, 20]);
    assert_eq!(output[0].data, by_hand(&own));
}

#[test]
fn a_file_cut_anywhere_is_an_error() {
    let file = drawn();
    for length in 0..file.len() {
        let answer = tflite(&file[..length]);
        assert!(
            matches!(answer, Err(ModelsError::Malformed { .. })),
            "{length}"
        );
    }
}

#[test]
fn no_changed_byte_makes_the_converter_panic() {
    let file = drawn();
    let mut refused = 0;
    for place in 0..file.len() {
        for change in [0x01, 0x10, 0x80, 0xff] {
            let mut changed = file.clone();
            changed[place] ^= change;
            refused += usize::from(tflite(&changed).is_err());
        }
    }
    // Offsets, sizes and codes fill most of such a small file.
    assert!(refused > file.len(), "{refused}");
}

#[test]
fn an_operator_without_a_rule_is_named() {
    let file = drawn();
    let position = file
        .windows(8)
        .position(|w| w == [34, 0, 0, 0, 34, 0, 0, 0]);
    let mut changed = file.clone();
    changed[position.unwrap()] = 99;
    let error = tflite(&changed).unwrap_err().to_string();
    assert!(error.contains("operator 99"), "{error}");
}
