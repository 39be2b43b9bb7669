//! MiniFASNet V2 and V1SE (passive anti-spoofing, 80x80) from a legacy torch file to ONNX.
//!
//! The file holds tensors only; the network is known from their names: two stem convolutions, then groups of
//! depth-wise blocks (expand, filter, project), three of which halve the picture, and a linear end. Where a block
//! has weights for it, its output is weighted by channel (squeeze and excitation) before the shortcut is added.

use std::collections::BTreeMap;

use super::torch::read_torch;
use super::weights::{Norm, Weight, rounded};
use crate::error::ModelsError;
use crate::onnx::{Attribute, Dim, Graph};

/// Side of the input in pixels.
const SIDE: usize = 80;
/// torch's default for batch normalisation, which these networks use.
const EPSILON: f64 = 1e-5;
/// Groups of blocks, each behind one block that halves the picture.
const GROUPS: [[&str; 2]; 3] = [
    ["conv_23", "conv_3"],
    ["conv_34", "conv_4"],
    ["conv_45", "conv_5"],
];
/// Published variants tell three or four kinds of picture apart.
const MAX_CLASSES: usize = 16;
/// More blocks than any variant has in one group.
const MAX_BLOCKS: usize = 32;

/// Returns the ONNX file of the network whose weights the torch file holds.
///
/// Input: 1 x 3 x 80 x 80; output `prob`: 1 x classes, after softmax.
pub fn mini_fas_net(bytes: &[u8]) -> Result<Vec<u8>, ModelsError> {
    build(read_torch(bytes)?)
}

fn build(weights: BTreeMap<String, Weight>) -> Result<Vec<u8>, ModelsError> {
    let weights = weights
        .into_iter()
        // Trained on several devices at once, the names carry the wrapper's.
        .map(|(name, weight)| (name.trim_start_matches("module.").to_owned(), weight))
        .collect();
    let mut net = Net {
        weights,
        graph: Graph::new("mini-fas-net"),
    };
    let shape = [1, 3, SIDE, SIDE].map(Dim::Fixed);
    net.graph.input("input", &shape);
    let mut x = net.activated("conv1", "input", 2, 1)?;
    x = net.activated("conv2_dw", &x, 1, 1)?;
    for [entry, group] in GROUPS {
        x = net.block(entry, &x, 2)?;
        for index in 0..MAX_BLOCKS {
            let name = format!("{group}.model.{index}");
            if !net.has(&format!("{name}.conv")) {
                break;
            }
            x = net.residual(&name, &x)?;
        }
    }
    x = net.activated("conv_6_sep", &x, 1, 0)?;
    x = net.normalised("conv_6_dw", &x, 1, 0)?;
    net.head(&x)?;
    Ok(net.graph.finish())
}

struct Net {
    weights: BTreeMap<String, Weight>,
    graph: Graph,
}

impl Net {
    fn has(&self, layer: &str) -> bool {
        self.weights.contains_key(&format!("{layer}.conv.weight"))
    }

    fn residual(&mut self, name: &str, x: &str) -> Result<String, ModelsError> {
        let mut y = self.block(name, x, 1)?;
        if self
            .weights
            .contains_key(&format!("{name}.se_module.fc1.weight"))
        {
            y = self.excited(&format!("{name}.se_module"), &y)?;
        }
        let sum = format!("{name}.sum");
        self.graph.node("Add", &[x, &y], &sum, &[]);
        Ok(sum)
    }

    /// Expand to more channels, filter each, project to fewer.
    fn block(&mut self, name: &str, x: &str, stride: i64) -> Result<String, ModelsError> {
        let wide = self.activated(&format!("{name}.conv"), x, 1, 0)?;
        let filtered = self.activated(&format!("{name}.conv_dw"), &wide, stride, 1)?;
        self.normalised(&format!("{name}.project"), &filtered, 1, 0)
    }

    /// Convolution, normalisation and PReLU.
    fn activated(
        &mut self,
        name: &str,
        x: &str,
        stride: i64,
        pad: i64,
    ) -> Result<String, ModelsError> {
        let plain = self.normalised(name, x, stride, pad)?;
        let slopes = self.take(&format!("{name}.prelu.weight"))?;
        let (slope_name, out) = (format!("{name}.slopes"), format!("{name}.prelu"));
        let values = rounded(&slopes.data);
        self.graph
            .floats(&slope_name, &[values.len(), 1, 1], &values);
        self.graph.node("PRelu", &[&plain, &slope_name], &out, &[]);
        Ok(out)
    }

    /// Convolution and normalisation.
    fn normalised(
        &mut self,
        name: &str,
        x: &str,
        stride: i64,
        pad: i64,
    ) -> Result<String, ModelsError> {
        let (conv, norm) = (format!("{name}.conv"), format!("{name}.bn"));
        self.convolution([&conv, &norm], x, stride, pad)
    }

    fn convolution(
        &mut self,
        [name, norm]: [&str; 2],
        x: &str,
        stride: i64,
        pad: i64,
    ) -> Result<String, ModelsError> {
        let mut weight = self.take(&format!("{name}.weight"))?;
        let [outputs, inputs, height, width] = weight.shape[..] else {
            return Err(malformed(format!("{name} has no four-axis weights")));
        };
        let mut bias = vec![0.0; outputs];
        self.norm(norm, outputs)?.fold(&mut weight.data, &mut bias);
        let (w, b) = (format!("{name}.w"), format!("{name}.b"));
        self.graph.floats(&w, &weight.shape, &rounded(&weight.data));
        self.graph.floats(&b, &[outputs], &rounded(&bias));
        // Only depth-wise layers have one input channel a filter: the picture itself has three.
        let group = if inputs == 1 { outputs } else { 1 };
        let attributes = [
            Attribute::Int("group", group as i64),
            Attribute::Ints("kernel_shape", &[height as i64, width as i64]),
            Attribute::Ints("strides", &[stride, stride]),
            Attribute::Ints("pads", &[pad, pad, pad, pad]),
        ];
        self.graph.node("Conv", &[x, &w, &b], name, &attributes);
        Ok(name.to_owned())
    }

    fn excited(&mut self, name: &str, x: &str) -> Result<String, ModelsError> {
        let part = |suffix: &str| format!("{name}.{suffix}");
        let (mean, relu, gate, out) = (part("mean"), part("relu"), part("gate"), part("out"));
        self.graph.node("GlobalAveragePool", &[x], &mean, &[]);
        let small = self.convolution([&part("fc1"), &part("bn1")], &mean, 1, 0)?;
        self.graph.node("Relu", &[&small], &relu, &[]);
        let wide = self.convolution([&part("fc2"), &part("bn2")], &relu, 1, 0)?;
        self.graph.node("Sigmoid", &[&wide], &gate, &[]);
        self.graph.node("Mul", &[x, &gate], &out, &[]);
        Ok(out)
    }

    /// Two linear layers with a normalisation between: without an activation they are one.
    fn head(&mut self, x: &str) -> Result<(), ModelsError> {
        let (mut linear, prob) = (self.take("linear.weight")?, self.take("prob.weight")?);
        let (&[middle, inputs], &[classes, last]) = (&linear.shape[..], &prob.shape[..]) else {
            return Err(malformed("the end is not linear".to_owned()));
        };
        if middle != last || classes > MAX_CLASSES {
            return Err(malformed("the last two layers do not fit".to_owned()));
        }
        let mut bias = vec![0.0; middle];
        self.norm("bn", middle)?.fold(&mut linear.data, &mut bias);
        let row = |class: usize| &prob.data[class * middle..][..middle];
        let dot = |a: &[f64], column: &dyn Fn(usize) -> f64| -> f64 {
            a.iter().enumerate().map(|(m, v)| v * column(m)).sum()
        };
        let mut matrix = Vec::with_capacity(inputs * classes);
        for class in 0..classes {
            matrix.extend((0..inputs).map(|i| dot(row(class), &|m| linear.data[m * inputs + i])));
        }
        let bias: Vec<f64> = (0..classes)
            .map(|class| dot(row(class), &|m| bias[m]))
            .collect();
        self.graph
            .floats("end.w", &[classes, inputs], &rounded(&matrix));
        self.graph.floats("end.b", &[classes], &rounded(&bias));
        self.graph.node("Flatten", &[x], "flat", &[]);
        let turned = [Attribute::Int("transB", 1)];
        self.graph
            .node("Gemm", &["flat", "end.w", "end.b"], "logits", &turned);
        let axis = [Attribute::Int("axis", 1)];
        self.graph.node("Softmax", &["logits"], "prob", &axis);
        self.graph
            .output("prob", &[Dim::Fixed(1), Dim::Fixed(classes)]);
        Ok(())
    }

    fn norm(&mut self, name: &str, channels: usize) -> Result<Norm, ModelsError> {
        let mut part = |suffix: &str| {
            let weight = self.take(&format!("{name}.{suffix}"))?;
            if weight.shape == [channels] {
                Ok(weight.data)
            } else {
                Err(malformed(format!("{name} has another size")))
            }
        };
        let (gamma, beta) = (part("weight")?, part("bias")?);
        let (mean, variance) = (part("running_mean")?, part("running_var")?);
        Ok(Norm::new(&gamma, &beta, &mean, &variance, EPSILON))
    }

    fn take(&mut self, name: &str) -> Result<Weight, ModelsError> {
        let weight = self.weights.remove(name);
        weight.ok_or_else(|| malformed(format!("{name} is missing")))
    }
}

fn malformed(what: String) -> ModelsError {
    ModelsError::Malformed {
        format: "MiniFASNet",
        what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use menshen_vision::{Model, RtenModel, Tensor};

    fn outputs(onnx: Vec<u8>) -> Vec<f32> {
        let data = (0..3 * SIDE * SIDE).map(|i| (i * 37 % 256) as f32);
        let input = Tensor {
            shape: vec![1, 3, SIDE, SIDE],
            data: data.collect(),
        };
        let model = RtenModel::from_bytes(onnx).expect("loads");
        model.run(input).expect("runs").remove(0).data
    }

    /// The shared conversion of V1SE lacks the squeeze-and-excitation that the published weights hold, so that it
    /// is compared with our network without it; the whole one must differ.
    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "where the data lies is told by the environment"
    )]
    fn v1se_equals_the_reference_but_for_its_squeeze_and_excitation() {
        let root = std::env::var("MENSHEN_SHARED");
        let root =
            root.unwrap_or(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
        let read = |path: &str| std::fs::read(format!("{root}/models/{path}")).ok();
        let (Some(source), Some(reference)) = (
            read("upstream/4_0_0_80x80_MiniFASNetV1SE.pth"),
            read("reference/minifas_4_0_0_80x80_MiniFASNetV1SE.onnx"),
        ) else {
            println!("skipped: ../shared is absent");
            return;
        };
        let mut weights = read_torch(&source).expect("a torch file");
        let whole = outputs(build(weights.clone()).expect("converts"));
        weights.retain(|name, _| !name.contains("se_module"));
        let plain = outputs(build(weights).expect("converts"));
        let expected = outputs(reference);
        let far = |a: &[f32]| {
            let pairs = a.iter().zip(&expected);
            pairs.fold(0.0_f32, |most, (a, b)| most.max((a - b).abs()))
        };
        assert!(far(&plain) < 1e-5, "{plain:?} {expected:?}");
        assert!(far(&whole) > 1e-4, "{whole:?} {expected:?}");
    }
}
