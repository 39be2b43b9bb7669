//! Writes ONNX files: the few protobuf messages a converted network needs, always in the same byte order.
//!
//! Field numbers are those of `onnx.proto3` (IR version 8). Nothing here depends on time, hashing order or the
//! machine, so that the same source always gives the same file and the manifest can promise its SHA-256.

/// IR version of onnx.proto3 that the files declare; runtimes since 2021 read it.
const IR_VERSION: u64 = 8;
/// Operator set: the first in which every operator we emit takes its present form, read by every engine we use.
const OPSET: u64 = 13;
/// `TensorProto.DataType`.
const FLOAT: u64 = 1;
/// `TensorProto.DataType`.
const INT64: u64 = 7;

/// Size of one axis of an input or output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dim {
    /// Always this size.
    Fixed(usize),
    /// Free, named `n`: the batch.
    Batch,
}

/// A value attached to a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute<'a> {
    /// One integer.
    Int(&'a str, i64),
    /// A list of integers.
    Ints(&'a str, &'a [i64]),
}

/// A network under construction; nodes are kept in the order in which they are added.
#[derive(Debug)]
pub struct Graph {
    name: String,
    nodes: Vec<Vec<u8>>,
    constants: Vec<Vec<u8>>,
    inputs: Vec<Vec<u8>>,
    outputs: Vec<Vec<u8>>,
}

impl Graph {
    /// Returns an empty network.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            nodes: Vec::new(),
            constants: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// Declares an input of real numbers.
    pub fn input(&mut self, name: &str, shape: &[Dim]) {
        self.inputs.push(value_info(name, shape));
    }

    /// Declares an output of real numbers.
    pub fn output(&mut self, name: &str, shape: &[Dim]) {
        self.outputs.push(value_info(name, shape));
    }

    /// Adds a constant of real numbers; `data` holds the product of `shape` values.
    pub fn floats(&mut self, name: &str, shape: &[usize], data: &[f32]) {
        debug_assert_eq!(shape.iter().product::<usize>(), data.len());
        let raw: Vec<u8> = data.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.constants.push(tensor(name, shape, FLOAT, &raw));
    }

    /// Adds a constant list of integers.
    pub fn integers(&mut self, name: &str, data: &[i64]) {
        let raw: Vec<u8> = data.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.constants
            .push(tensor(name, &[data.len()], INT64, &raw));
    }

    /// Adds an operator with one output. Its inputs must exist by then, as ONNX asks for topological order.
    pub fn node(&mut self, op: &str, inputs: &[&str], output: &str, attributes: &[Attribute]) {
        let mut message = Vec::new();
        for input in inputs {
            put_bytes(&mut message, 1, input.as_bytes());
        }
        put_bytes(&mut message, 2, output.as_bytes());
        put_bytes(&mut message, 4, op.as_bytes());
        for attribute in attributes {
            put_bytes(&mut message, 5, &encode_attribute(attribute));
        }
        self.nodes.push(message);
    }

    /// Returns the bytes of the ONNX file.
    pub fn finish(self) -> Vec<u8> {
        let mut graph = Vec::new();
        self.nodes.iter().for_each(|m| put_bytes(&mut graph, 1, m));
        put_bytes(&mut graph, 2, self.name.as_bytes());
        self.constants
            .iter()
            .for_each(|m| put_bytes(&mut graph, 5, m));
        self.inputs
            .iter()
            .for_each(|m| put_bytes(&mut graph, 11, m));
        self.outputs
            .iter()
            .for_each(|m| put_bytes(&mut graph, 12, m));

        let mut opset = Vec::new();
        put_bytes(&mut opset, 1, b"");
        put_number(&mut opset, 2, OPSET);

        let mut model = Vec::new();
        put_number(&mut model, 1, IR_VERSION);
        put_bytes(&mut model, 2, b"menshen");
        put_bytes(&mut model, 7, &graph);
        put_bytes(&mut model, 8, &opset);
        model
    }
}

fn value_info(name: &str, shape: &[Dim]) -> Vec<u8> {
    let mut dims = Vec::new();
    for dim in shape {
        let mut message = Vec::new();
        match dim {
            Dim::Fixed(size) => put_number(&mut message, 1, *size as u64),
            Dim::Batch => put_bytes(&mut message, 2, b"n"),
        }
        put_bytes(&mut dims, 1, &message);
    }
    let mut tensor_type = Vec::new();
    put_number(&mut tensor_type, 1, FLOAT);
    put_bytes(&mut tensor_type, 2, &dims);
    let mut kind = Vec::new();
    put_bytes(&mut kind, 1, &tensor_type);
    let mut info = Vec::new();
    put_bytes(&mut info, 1, name.as_bytes());
    put_bytes(&mut info, 2, &kind);
    info
}

fn tensor(name: &str, shape: &[usize], kind: u64, raw: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(raw.len() + 64);
    for &size in shape {
        put_number(&mut message, 1, size as u64);
    }
    put_number(&mut message, 2, kind);
    put_bytes(&mut message, 8, name.as_bytes());
    put_bytes(&mut message, 9, raw);
    message
}

/// `AttributeProto`: the value in the field of its type, and the type once more in field 20.
fn encode_attribute(attribute: &Attribute) -> Vec<u8> {
    let mut message = Vec::new();
    let (name, kind) = match attribute {
        Attribute::Int(name, _) => (name, 2),
        Attribute::Ints(name, _) => (name, 7),
    };
    put_bytes(&mut message, 1, name.as_bytes());
    match attribute {
        Attribute::Int(_, value) => put_number(&mut message, 3, *value as u64),
        Attribute::Ints(_, values) => {
            for value in *values {
                put_number(&mut message, 8, *value as u64);
            }
        }
    }
    put_number(&mut message, 20, kind);
    message
}

/// Wire type 0. Negative integers arrive as their two's complement, as protobuf's int64 asks.
fn put_number(out: &mut Vec<u8>, field: u64, value: u64) {
    put_varint(out, field << 3);
    put_varint(out, value);
}

/// Wire type 2.
fn put_bytes(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    put_varint(out, (field << 3) | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8 & 0x7f) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use menshen_vision::{Model, RtenModel, Tensor};

    #[test]
    fn a_written_network_loads_and_computes() {
        let mut graph = Graph::new("sum");
        graph.input("x", &[Dim::Batch, Dim::Fixed(2)]);
        graph.floats("one", &[2], &[1.0, -3.0]);
        graph.node("Add", &["x", "one"], "y", &[]);
        graph.node("Softmax", &["y"], "z", &[Attribute::Int("axis", 1)]);
        graph.output("z", &[Dim::Batch, Dim::Fixed(2)]);
        let model = RtenModel::from_bytes(graph.finish()).expect("loads");
        let input = Tensor {
            shape: vec![2, 2],
            data: vec![-1.0, 3.0, 0.0, 104.0],
        };
        let out = model.run(input).expect("runs");
        assert_eq!(out[0].data, [0.5, 0.5, 0.0, 1.0]);
    }

    #[test]
    fn numbers_take_the_bytes_of_the_protobuf_wire_format() {
        let mut out = Vec::new();
        put_number(&mut out, 1, 300);
        put_bytes(&mut out, 2, b"hi");
        assert_eq!(out, [0x08, 0xac, 0x02, 0x12, 0x02, b'h', b'i']);
    }
}
