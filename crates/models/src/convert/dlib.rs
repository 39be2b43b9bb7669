//! Quantised weight manifest (JSON beside one shard of bytes) to ONNX: dlib's face ResNet, 29 convolutions.
//!
//! The weight names give the network: a strided stem, then residual blocks of two convolutions, each followed by
//! a per-channel scale, which is folded into the convolution. A `down` block halves the picture: its shortcut is
//! an average pool whose missing channels are zero, and where the convolution comes out smaller than the pool
//! (even sizes, no padding), the convolution is filled up with zeros at the right and bottom.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::ModelsError;
use crate::onnx::{Attribute, Dim, Graph};

const FORMAT: &str = "quantised manifest";
/// Side of the input chip in pixels: dlib's network is declared for 150x150.
const SIDE: usize = 150;
/// Length of the vector that comes out.
const OUTPUTS: usize = 128;
/// Names of the residual blocks in the order of the network.
const BLOCKS: [&str; 14] = [
    "conv32_1",
    "conv32_2",
    "conv32_3",
    "conv64_down",
    "conv64_1",
    "conv64_2",
    "conv64_3",
    "conv128_down",
    "conv128_1",
    "conv128_2",
    "conv256_down",
    "conv256_1",
    "conv256_2",
    "conv256_down_out",
];

/// Returns the ONNX file of the network described by `manifest` with the weights in `shard`.
///
/// Input: `n` x 3 x 150 x 150; output: `n` x 128, not normalised.
pub fn dlib_resnet(manifest: &[u8], shard: &[u8]) -> Result<Vec<u8>, ModelsError> {
    let mut net = Net {
        weights: read_weights(manifest, shard)?,
        graph: Graph::new("dlib-resnet"),
        side: SIDE,
        channels: 3,
    };
    let shape = [3, SIDE, SIDE].map(Dim::Fixed);
    net.graph
        .input("image", &[Dim::Batch, shape[0], shape[1], shape[2]]);
    let mut x = net.stem("image")?;
    for name in BLOCKS {
        x = net.block(name, &x)?;
    }
    net.head(&x)?;
    Ok(net.graph.finish())
}

struct Net {
    weights: BTreeMap<String, Weight>,
    graph: Graph,
    /// Width and height of the current activation.
    side: usize,
    /// Channels of the current activation.
    channels: usize,
}

impl Net {
    /// 7x7 by 2 without padding, then a 3x3 maximum by 2.
    fn stem(&mut self, x: &str) -> Result<String, ModelsError> {
        let conv = self.convolution("conv32_down", x, 7, 2)?;
        self.graph.node("Relu", &[&conv], "stem", &[]);
        let window = [Attribute::Ints("kernel_shape", &[3, 3]), TWO];
        self.graph.node("MaxPool", &["stem"], "pooled", &window);
        self.side = shrunk(self.side, 3)?;
        Ok("pooled".to_owned())
    }

    fn block(&mut self, name: &str, x: &str) -> Result<String, ModelsError> {
        let (side, channels) = (self.side, self.channels);
        let stride = if name.contains("down") { 2 } else { 1 };
        let first = self.convolution(&format!("{name}/conv1"), x, 3, stride)?;
        let relu = format!("{name}/relu1");
        self.graph.node("Relu", &[&first], &relu, &[]);
        let second = self.convolution(&format!("{name}/conv2"), &relu, 3, 1)?;
        let (main, shortcut) = if stride == 2 {
            self.halved(name, x, second, side, channels)?
        } else if channels == self.channels {
            (second, x.to_owned())
        } else {
            return Err(malformed(format!("{name} changes the number of channels")));
        };
        let (sum, out) = (format!("{name}/sum"), format!("{name}/out"));
        self.graph.node("Add", &[&main, &shortcut], &sum, &[]);
        self.graph.node("Relu", &[&sum], &out, &[]);
        Ok(out)
    }

    /// Returns the two sides of a `down` block's sum, filled up with zeros to the same shape.
    fn halved(
        &mut self,
        name: &str,
        x: &str,
        main: String,
        side: usize,
        channels: usize,
    ) -> Result<(String, String), ModelsError> {
        let pool = format!("{name}/pool");
        let window = [Attribute::Ints("kernel_shape", &[2, 2]), TWO];
        self.graph.node("AveragePool", &[x], &pool, &window);
        let pooled = shrunk(side, 2)?;
        let (Some(rows), Some(planes)) = (
            pooled.checked_sub(self.side),
            self.channels.checked_sub(channels),
        ) else {
            return Err(malformed(format!("{name} does not shrink the picture")));
        };
        self.side = pooled;
        let shortcut = self.padded(&pool, planes, 0);
        let main = self.padded(&main, 0, rows);
        Ok((main, shortcut))
    }

    /// Adds zero channels, and zero rows and columns at the bottom and right.
    fn padded(&mut self, x: &str, planes: usize, rows: usize) -> String {
        if planes == 0 && rows == 0 {
            return x.to_owned();
        }
        let (pads, out) = (format!("{x}/pads"), format!("{x}/padded"));
        let ends = [0, planes as i64, rows as i64, rows as i64];
        self.graph
            .integers(&pads, &[0, 0, 0, 0, ends[0], ends[1], ends[2], ends[3]]);
        self.graph.node("Pad", &[x, &pads], &out, &[]);
        out
    }

    /// A convolution with its scale layer folded in: w' = w s, b' = b s + t.
    fn convolution(
        &mut self,
        name: &str,
        x: &str,
        kernel: usize,
        stride: usize,
    ) -> Result<String, ModelsError> {
        let filters = self.weight(&format!("{name}/conv/filters"), None)?;
        let [kh, kw, inputs, outputs] = filters.shape[..] else {
            return Err(malformed(format!("{name} has no four-axis filters")));
        };
        if [kh, kw, inputs] != [kernel, kernel, self.channels] {
            return Err(malformed(format!("{name} has filters of another size")));
        }
        let bias = self.weight(&format!("{name}/conv/bias"), Some(outputs))?;
        let scale = self.weight(&format!("{name}/scale/weights"), Some(outputs))?;
        let shift = self.weight(&format!("{name}/scale/biases"), Some(outputs))?;

        let mut folded = Vec::with_capacity(filters.data.len());
        for o in 0..outputs {
            for i in 0..inputs {
                // Source order is row, column, input, output; ONNX wants output, input, row, column.
                let taps = (0..kh * kw).map(|k| filters.data[(k * inputs + i) * outputs + o]);
                folded.extend(taps.map(|w| (w * scale.data[o]) as f32));
            }
        }
        let biases: Vec<f32> = (0..outputs)
            .map(|o| (bias.data[o] * scale.data[o] + shift.data[o]) as f32)
            .collect();
        let (w, b) = (format!("{name}/w"), format!("{name}/b"));
        self.graph.floats(&w, &[outputs, inputs, kh, kw], &folded);
        self.graph.floats(&b, &[outputs], &biases);
        // dlib pads by half the kernel, but only where it does not stride.
        let pad = if stride == 1 { kernel / 2 } else { 0 };
        self.side = shrunk_by(self.side + 2 * pad, kernel, stride)?;
        self.channels = outputs;
        let (kernel, stride, pad) = (kernel as i64, stride as i64, pad as i64);
        let attributes = [
            Attribute::Ints("kernel_shape", &[kernel, kernel]),
            Attribute::Ints("strides", &[stride, stride]),
            Attribute::Ints("pads", &[pad, pad, pad, pad]),
        ];
        self.graph.node("Conv", &[x, &w, &b], name, &attributes);
        Ok(name.to_owned())
    }

    fn head(&mut self, x: &str) -> Result<(), ModelsError> {
        let matrix = self.weight("fc", None)?;
        if matrix.shape != [self.channels, OUTPUTS] {
            return Err(malformed("fc has another size".to_owned()));
        }
        let values: Vec<f32> = matrix.data.iter().map(|&v| v as f32).collect();
        self.graph.floats("fc/w", &matrix.shape, &values);
        self.graph.node("GlobalAveragePool", &[x], "mean", &[]);
        self.graph.node("Flatten", &["mean"], "flat", &[]);
        self.graph
            .node("MatMul", &["flat", "fc/w"], "embedding", &[]);
        self.graph
            .output("embedding", &[Dim::Batch, Dim::Fixed(OUTPUTS)]);
        Ok(())
    }

    /// Takes a weight out of the manifest; `length` is asked of vectors.
    fn weight(&mut self, name: &str, length: Option<usize>) -> Result<Weight, ModelsError> {
        let weight = self.weights.remove(name);
        weight
            .filter(|w| length.is_none_or(|n| w.shape == [n]))
            .ok_or_else(|| malformed(format!("{name} is missing or has another size")))
    }
}

const TWO: Attribute<'static> = Attribute::Ints("strides", &[2, 2]);

fn shrunk(side: usize, kernel: usize) -> Result<usize, ModelsError> {
    shrunk_by(side, kernel, 2)
}

fn shrunk_by(side: usize, kernel: usize, stride: usize) -> Result<usize, ModelsError> {
    let room = side
        .checked_sub(kernel)
        .ok_or_else(|| malformed("a window is larger than the picture".to_owned()))?;
    Ok(room / stride + 1)
}

#[derive(Clone)]
struct Weight {
    shape: Vec<usize>,
    data: Vec<f64>,
}

#[derive(Deserialize)]
struct Group {
    weights: Vec<Described>,
}

#[derive(Deserialize)]
struct Described {
    name: String,
    shape: Vec<usize>,
    dtype: String,
    quantization: Option<Quantization>,
}

#[derive(Deserialize)]
struct Quantization {
    dtype: String,
    scale: f64,
    min: f64,
}

/// Cuts the shard into the weights that the manifest lists, in its order, and undoes the quantisation.
fn read_weights(manifest: &[u8], shard: &[u8]) -> Result<BTreeMap<String, Weight>, ModelsError> {
    let groups: Vec<Group> =
        serde_json::from_slice(manifest).map_err(|error| malformed(error.to_string()))?;
    let mut rest = shard;
    let mut weights = BTreeMap::new();
    for described in groups.into_iter().flat_map(|group| group.weights) {
        let (data, after) = read_values(&described, rest)?;
        rest = after;
        let weight = Weight {
            shape: described.shape,
            data,
        };
        if weights.insert(described.name.clone(), weight).is_some() {
            return Err(malformed(format!("{} is listed twice", described.name)));
        }
    }
    if rest.is_empty() {
        Ok(weights)
    } else {
        Err(malformed(format!("{} bytes are left over", rest.len())))
    }
}

fn read_values<'a>(
    described: &Described,
    bytes: &'a [u8],
) -> Result<(Vec<f64>, &'a [u8]), ModelsError> {
    let count = described
        .shape
        .iter()
        .try_fold(1usize, |n, &size| n.checked_mul(size));
    let width = match (&described.dtype[..], &described.quantization) {
        ("float32", None) => 4,
        ("float32", Some(q)) if q.dtype == "uint8" => 1,
        _ => {
            return Err(ModelsError::Unsupported {
                format: FORMAT,
                what: format!("the data type of {}", described.name),
            });
        }
    };
    let (own, rest) = count
        .and_then(|n| n.checked_mul(width))
        .and_then(|length| bytes.split_at_checked(length))
        .ok_or_else(|| malformed(format!("{} reaches past the end", described.name)))?;
    let data = match &described.quantization {
        Some(q) => own
            .iter()
            .map(|&v| f64::from(v) * q.scale + q.min)
            .collect(),
        None => own
            .chunks_exact(4)
            .map(|b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]])))
            .collect(),
    };
    Ok((data, rest))
}

fn malformed(what: String) -> ModelsError {
    ModelsError::Malformed {
        format: FORMAT,
        what,
    }
}
