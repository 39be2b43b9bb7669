//! MXNet (symbol and parameters) to ONNX for face embedders of convolutions: MobileFace V2.
//!
//! Batch normalisations are folded into the layer before them, and a maximum with a minimum behind it becomes one
//! clip. What the symbol does not say is the picture's size: it is 112x112, as for all of this family.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::mxnet_params::read_params;
use super::weights::{Norm, Weight, rounded};
use crate::error::ModelsError;
use crate::onnx::{Attribute, Dim, Graph};

const FORMAT: &str = "MXNet";
/// Side of the input chip in pixels.
const SIDE: usize = 112;
/// MXNet's default for batch normalisation, used where the symbol gives none.
const EPSILON: f64 = 1e-3;

/// Returns the ONNX file of the network in `symbol` with the weights in `parameters`.
///
/// Input: `n` x 3 x 112 x 112; output `embedding`: `n` x length, not normalised.
pub fn mxnet(parameters: &[u8], symbol: &[u8]) -> Result<Vec<u8>, ModelsError> {
    let symbol: Symbol =
        serde_json::from_slice(symbol).map_err(|error| malformed(error.to_string()))?;
    let &[[head, ..]] = &symbol.heads[..] else {
        return Err(unsupported(format!("{} outputs", symbol.heads.len())));
    };
    let mut net = Net {
        consumers: consumers(&symbol.nodes)?,
        nodes: symbol.nodes,
        weights: read_params(parameters)?,
        graph: Graph::new("mxnet"),
        values: BTreeMap::new(),
        length: None,
    };
    let shape = [3, SIDE, SIDE].map(Dim::Fixed);
    net.graph
        .input("input", &[Dim::Batch, shape[0], shape[1], shape[2]]);
    for index in 0..net.nodes.len() {
        net.node(index, head)?;
    }
    let length = net.length.filter(|_| net.values.contains_key(&head));
    let length = length.ok_or_else(|| unsupported("a network without a linear end".to_owned()))?;
    net.graph
        .output("embedding", &[Dim::Batch, Dim::Fixed(length)]);
    Ok(net.graph.finish())
}

#[derive(Deserialize)]
struct Symbol {
    nodes: Vec<Node>,
    heads: Vec<[usize; 3]>,
}

#[derive(Deserialize)]
struct Node {
    op: String,
    name: String,
    #[serde(default)]
    attrs: BTreeMap<String, String>,
    inputs: Vec<[usize; 3]>,
}

struct Net {
    nodes: Vec<Node>,
    /// For each node, the nodes that read it.
    consumers: Vec<Vec<usize>>,
    weights: BTreeMap<String, Weight>,
    graph: Graph,
    /// Names of the values that nodes gave; absent for weights and for nodes folded into a later one.
    values: BTreeMap<usize, String>,
    /// Length of the output of the linear layer.
    length: Option<usize>,
}

fn consumers(nodes: &[Node]) -> Result<Vec<Vec<usize>>, ModelsError> {
    let mut consumers = vec![Vec::new(); nodes.len()];
    for (index, node) in nodes.iter().enumerate() {
        for &[from, ..] in &node.inputs {
            if from >= index {
                return Err(malformed(format!("node {index} reads a later one")));
            }
            consumers[from].push(index);
        }
    }
    Ok(consumers)
}

impl Net {
    fn node(&mut self, index: usize, head: usize) -> Result<(), ModelsError> {
        let op = self.nodes[index].op.clone();
        let name = if index == head {
            "embedding".to_owned()
        } else {
            format!("v{index}")
        };
        match &op[..] {
            "null" if self.nodes[index].name == "data" => {
                self.values.insert(index, "input".to_owned());
                return Ok(());
            }
            // Weights are taken where they are used.
            "null" => return Ok(()),
            "Convolution" | "FullyConnected" => return self.weighted(index, head),
            // Folded when its layer was written.
            "BatchNorm" if self.values.contains_key(&index) => return Ok(()),
            "_maximum_scalar" if self.only_consumer(index, "_minimum_scalar").is_some() => {
                return Ok(());
            }
            "_minimum_scalar" => self.clip(index, &name)?,
            "_minus_scalar" => self.with_scalar(index, "Sub", &name)?,
            "_mul_scalar" => self.with_scalar(index, "Mul", &name)?,
            "elemwise_add" => self.plain(index, "Add", 2, &name)?,
            "Flatten" => self.plain(index, "Flatten", 1, &name)?,
            _ => return Err(unsupported(format!("operator {op}"))),
        }
        self.values.insert(index, name);
        Ok(())
    }

    /// A layer with weights, and the normalisation behind it where it is the only reader.
    fn weighted(&mut self, index: usize, head: usize) -> Result<(), ModelsError> {
        let x = self.input(index, 0)?;
        let mut weight = self.parameter(index, 1)?;
        let outputs = *weight.shape.first().unwrap_or(&0);
        let mut bias = match self.flag(index, "no_bias") {
            true => vec![0.0; outputs],
            false => self.vector(index, 2, outputs)?,
        };
        let norm = self.only_consumer(index, "BatchNorm");
        if let Some(norm) = norm {
            self.norm(norm, outputs)?.fold(&mut weight.data, &mut bias);
        }
        let last = norm.unwrap_or(index);
        let name = if last == head {
            "embedding".to_owned()
        } else {
            format!("v{last}")
        };
        let (w, b) = (format!("w{index}"), format!("b{index}"));
        self.graph.floats(&w, &weight.shape, &rounded(&weight.data));
        self.graph.floats(&b, &[outputs], &rounded(&bias));
        let operands = [&x[..], &w, &b];
        if self.nodes[index].op == "Convolution" {
            self.convolution(index, &weight.shape, operands, &name)?;
        } else {
            let [outputs, _] = weight.shape[..] else {
                return Err(malformed(format!("node {index} is not linear")));
            };
            self.length = Some(outputs);
            let turned = [Attribute::Int("transB", 1)];
            self.graph.node("Gemm", &operands, &name, &turned);
        }
        self.values.insert(last, name);
        Ok(())
    }

    fn convolution(
        &mut self,
        index: usize,
        shape: &[usize],
        operands: [&str; 3],
        name: &str,
    ) -> Result<(), ModelsError> {
        let kernel = self.pair(index, "kernel", None)?;
        let (strides, pad) = (
            self.pair(index, "stride", Some([1, 1]))?,
            self.pair(index, "pad", Some([0, 0]))?,
        );
        let groups = self.number(index, "num_group", 1.0)? as i64;
        let window = shape.get(2..).map(|k| k.iter().map(|&v| v as i64));
        if self.nodes[index].attrs.contains_key("dilate")
            || !window.is_some_and(|window| window.eq(kernel))
        {
            return Err(unsupported(format!("the window of node {index}")));
        }
        let attributes = [
            Attribute::Int("group", groups),
            Attribute::Ints("kernel_shape", &kernel),
            Attribute::Ints("strides", &strides),
            Attribute::Ints("pads", &[pad[0], pad[1], pad[0], pad[1]]),
        ];
        self.graph.node("Conv", &operands, name, &attributes);
        Ok(())
    }

    fn norm(&mut self, index: usize, channels: usize) -> Result<Norm, ModelsError> {
        let mut parts = Vec::new();
        for slot in 1..=4 {
            parts.push(self.vector(index, slot, channels)?);
        }
        // MXNet's own default is a fixed gamma of one.
        let fixed = self.nodes[index].attrs.get("fix_gamma");
        if fixed.is_none_or(|v| v != "False") {
            parts[0].fill(1.0);
        }
        let epsilon = self.number(index, "eps", EPSILON)?;
        Ok(Norm::new(
            &parts[0], &parts[1], &parts[2], &parts[3], epsilon,
        ))
    }

    /// A minimum behind a maximum.
    fn clip(&mut self, index: usize, name: &str) -> Result<(), ModelsError> {
        let from = self.source(index, 0)?;
        if self.nodes[from].op != "_maximum_scalar"
            || self.only_consumer(from, "_minimum_scalar").is_none()
        {
            return Err(unsupported("a minimum without a maximum".to_owned()));
        }
        let x = self.input(from, 0)?;
        let bounds = [self.scalar(from)?, self.scalar(index)?];
        let names = [format!("low{index}"), format!("high{index}")];
        for (name, bound) in names.iter().zip(bounds) {
            self.graph.floats(name, &[], &[bound]);
        }
        self.graph
            .node("Clip", &[&x, &names[0], &names[1]], name, &[]);
        Ok(())
    }

    fn with_scalar(&mut self, index: usize, op: &str, name: &str) -> Result<(), ModelsError> {
        let (x, constant) = (self.input(index, 0)?, format!("c{index}"));
        let value = self.scalar(index)?;
        self.graph.floats(&constant, &[], &[value]);
        self.graph.node(op, &[&x, &constant], name, &[]);
        Ok(())
    }

    fn plain(
        &mut self,
        index: usize,
        op: &str,
        count: usize,
        name: &str,
    ) -> Result<(), ModelsError> {
        let inputs: Result<Vec<String>, _> = (0..count).map(|i| self.input(index, i)).collect();
        let inputs = inputs?;
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        self.graph.node(op, &inputs, name, &[]);
        Ok(())
    }

    fn source(&self, index: usize, slot: usize) -> Result<usize, ModelsError> {
        let input = self.nodes[index].inputs.get(slot);
        let [from, ..] = input.ok_or_else(|| malformed(format!("node {index} lacks an input")))?;
        Ok(*from)
    }

    /// The name of the value that an input reads.
    fn input(&self, index: usize, slot: usize) -> Result<String, ModelsError> {
        let value = self.values.get(&self.source(index, slot)?);
        value
            .cloned()
            .ok_or_else(|| malformed(format!("node {index} reads no value")))
    }

    fn parameter(&mut self, index: usize, slot: usize) -> Result<Weight, ModelsError> {
        let name = &self.nodes[self.source(index, slot)?].name;
        let weight = self.weights.remove(name);
        weight.ok_or_else(|| malformed(format!("parameter {name} is missing")))
    }

    fn vector(
        &mut self,
        index: usize,
        slot: usize,
        length: usize,
    ) -> Result<Vec<f64>, ModelsError> {
        let weight = self.parameter(index, slot)?;
        if weight.shape == [length] {
            Ok(weight.data)
        } else {
            Err(malformed(format!(
                "a parameter of node {index} has another size"
            )))
        }
    }

    fn only_consumer(&self, index: usize, op: &str) -> Option<usize> {
        match self.consumers[index][..] {
            [only] if self.nodes[only].op == op => Some(only),
            _ => None,
        }
    }

    fn flag(&self, index: usize, name: &str) -> bool {
        self.nodes[index]
            .attrs
            .get(name)
            .is_some_and(|v| v == "True")
    }

    fn scalar(&self, index: usize) -> Result<f32, ModelsError> {
        self.number(index, "scalar", f64::NAN).and_then(|v| {
            let odd = || malformed(format!("node {index} has no scalar"));
            (v.is_finite()).then_some(v as f32).ok_or_else(odd)
        })
    }

    fn number(&self, index: usize, name: &str, default: f64) -> Result<f64, ModelsError> {
        match self.nodes[index].attrs.get(name) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .map_err(|_| malformed(format!("node {index} has an odd {name}"))),
        }
    }

    /// An attribute of the form `(a, b)`.
    fn pair(
        &self,
        index: usize,
        name: &str,
        default: Option<[i64; 2]>,
    ) -> Result<[i64; 2], ModelsError> {
        let odd = || malformed(format!("node {index} has an odd {name}"));
        let Some(text) = self.nodes[index].attrs.get(name) else {
            return default.ok_or_else(odd);
        };
        let inner = text.strip_prefix('(').and_then(|t| t.strip_suffix(')'));
        let (a, b) = inner.and_then(|t| t.split_once(',')).ok_or_else(odd)?;
        let number = |t: &str| t.trim().parse::<u8>().map(i64::from).map_err(|_| odd());
        Ok([number(a)?, number(b)?])
    }
}

fn malformed(what: String) -> ModelsError {
    ModelsError::Malformed {
        format: FORMAT,
        what,
    }
}

fn unsupported(what: String) -> ModelsError {
    ModelsError::Unsupported {
        format: FORMAT,
        what,
    }
}
