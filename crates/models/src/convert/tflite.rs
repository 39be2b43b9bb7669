//! TFLite to ONNX for networks of convolutions with constants in half or single precision.
//!
//! TFLite keeps pictures as row, column, channel; ONNX wants channel, row, column. Every four-axis activation is
//! therefore turned once and for all (weights, paddings and axes with it), and turned back only before a reshape,
//! whose meaning depends on the order in memory. Inputs and outputs keep the ONNX order.

use std::collections::BTreeMap;

use super::flatbuffer::{Table, Truncated};
use super::half;
use crate::error::ModelsError;
use crate::onnx::{Dim, Graph};

mod operators;

const FORMAT: &str = "TFLite";
/// No axis of the networks we convert comes near this; larger ones are hostile and would overflow sums.
const MAX_AXIS: i32 = 1 << 20;
/// Written constants may be this much larger than the source: half to single precision doubles them, and no
/// constant needs to be written twice.
const MAX_GROWTH: usize = 4;

/// Returns the ONNX file of the first subgraph of a TFLite file.
///
/// The input is called `input`; outputs keep their names and order.
pub fn tflite(bytes: &[u8]) -> Result<Vec<u8>, ModelsError> {
    let model = Table::root(bytes, b"TFL3")?;
    let graphs = model.tables(2)?;
    let [subgraph] = graphs[..] else {
        return Err(unsupported(format!("{} subgraphs", graphs.len())));
    };
    let mut converter = Converter {
        tensors: subgraph.tables(0)?,
        buffers: model.tables(4)?,
        constants: BTreeMap::new(),
        graph: Graph::new("tflite"),
        room: bytes.len().saturating_mul(MAX_GROWTH),
        names: BTreeMap::new(),
    };
    converter.declare_input(&subgraph)?;
    let outputs = subgraph.ints(2)?;
    for &index in &outputs {
        let name = converter.tensor(index)?.text(3)?;
        let name = name.map_or_else(|| format!("t{index}"), str::to_owned);
        converter.names.insert(index, name);
    }
    let codes = operator_codes(&model)?;
    for operator in subgraph.tables(3)? {
        let code = usize::try_from(operator.int(0, 0)?).ok();
        let code = code.and_then(|i| codes.get(i)).copied();
        converter.operator(code.ok_or(Truncated)?, &operator)?;
    }
    for index in outputs {
        converter.declare_output(index)?;
    }
    Ok(converter.graph.finish())
}

struct Converter<'a> {
    tensors: Vec<Table<'a>>,
    buffers: Vec<Table<'a>>,
    /// Half-precision constants that an operator turned into single precision.
    constants: BTreeMap<i32, Vec<f32>>,
    graph: Graph,
    /// Bytes of constants that may still be written.
    room: usize,
    /// Names of the tensors that are inputs or outputs.
    names: BTreeMap<i32, String>,
}

impl<'a> Converter<'a> {
    fn declare_input(&mut self, subgraph: &Table) -> Result<(), ModelsError> {
        let inputs = subgraph.ints(1)?;
        let [index] = inputs[..] else {
            return Err(unsupported(format!("{} inputs", inputs.len())));
        };
        let shape = self.onnx_shape(index)?;
        self.graph.input("input", &shape);
        self.names.insert(index, "input".to_owned());
        Ok(())
    }

    fn declare_output(&mut self, index: i32) -> Result<(), ModelsError> {
        let shape = self.onnx_shape(index)?;
        let name = self.name(index);
        self.graph.output(&name, &shape);
        Ok(())
    }

    /// Shape in ONNX order.
    fn onnx_shape(&self, index: i32) -> Result<Vec<Dim>, ModelsError> {
        let shape = self.shape(index)?;
        let order: Vec<usize> = match shape[..] {
            [n, h, w, c] => vec![n, c, h, w],
            _ => shape,
        };
        Ok(order.into_iter().map(Dim::Fixed).collect())
    }

    fn tensor(&self, index: i32) -> Result<Table<'a>, ModelsError> {
        let index = usize::try_from(index).map_err(|_| Truncated)?;
        Ok(*self.tensors.get(index).ok_or(Truncated)?)
    }

    /// Shape in TFLite order; every axis is at least 1.
    fn shape(&self, index: i32) -> Result<Vec<usize>, ModelsError> {
        let axes = self.tensor(index)?.ints(0)?;
        axes.iter()
            .map(|&size| match size {
                1..=MAX_AXIS => Ok(size as usize),
                _ => Err(malformed(format!("tensor {index} has an axis of {size}"))),
            })
            .collect()
    }

    /// Shape of an activation: batch, height, width, channels.
    fn picture(&self, index: i32) -> Result<[usize; 4], ModelsError> {
        let shape = self.shape(index)?;
        shape
            .try_into()
            .map_err(|_| unsupported(format!("tensor {index}, which is no picture")))
    }

    fn name(&self, index: i32) -> String {
        self.names
            .get(&index)
            .cloned()
            .unwrap_or_else(|| format!("t{index}"))
    }

    /// The bytes of a constant; empty for an activation.
    fn raw(&self, index: i32) -> Result<&'a [u8], ModelsError> {
        let buffer = usize::try_from(self.tensor(index)?.int(2, 0)?).map_err(|_| Truncated)?;
        Ok(self.buffers.get(buffer).ok_or(Truncated)?.bytes(0)?)
    }

    /// The values of a constant of real numbers, whatever its precision.
    fn floats(&self, index: i32) -> Result<Vec<f32>, ModelsError> {
        if let Some(values) = self.constants.get(&index) {
            // The widened tensor states its shape anew, and may lie.
            self.expect_count(index, values.len())?;
            return Ok(values.clone());
        }
        let raw = self.raw(index)?;
        let values: Vec<f32> = match self.tensor(index)?.byte(1)? {
            0 => raw
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect(),
            1 => raw
                .chunks_exact(2)
                .map(|b| half::to_single(u16::from_le_bytes([b[0], b[1]])))
                .collect(),
            other => return Err(unsupported(format!("constants of type {other}"))),
        };
        self.expect_count(index, values.len())?;
        Ok(values)
    }

    /// The values of a constant of 32-bit integers.
    fn integers(&self, index: i32) -> Result<Vec<i64>, ModelsError> {
        if self.tensor(index)?.byte(1)? != 2 {
            return Err(unsupported(format!("tensor {index} as a list of integers")));
        }
        let values: Vec<i64> = self
            .raw(index)?
            .chunks_exact(4)
            .map(|b| i64::from(i32::from_le_bytes([b[0], b[1], b[2], b[3]])))
            .collect();
        self.expect_count(index, values.len())?;
        Ok(values)
    }

    fn expect_count(&self, index: i32, found: usize) -> Result<(), ModelsError> {
        let shape = self.shape(index)?;
        let expected = shape.iter().try_fold(1usize, |n, &s| n.checked_mul(s));
        if expected == Some(found) {
            Ok(())
        } else {
            Err(malformed(format!("constant {index} has {found} values")))
        }
    }

    /// Writes a constant, within the room that the source's size allows.
    fn constant(&mut self, name: &str, shape: &[usize], data: &[f32]) -> Result<(), ModelsError> {
        self.room = self
            .room
            .checked_sub(4 * data.len())
            .ok_or_else(|| malformed("constants are used too often".to_owned()))?;
        self.graph.floats(name, shape, data);
        Ok(())
    }

    /// Reads the two or three operands of an operator with weights.
    fn weighted(&self, operator: &Table) -> Result<(i32, i32, Option<i32>, i32), ModelsError> {
        let (inputs, outputs) = (operator.ints(1)?, operator.ints(2)?);
        match (&inputs[..], &outputs[..]) {
            (&[x, w], &[y]) => Ok((x, w, None, y)),
            (&[x, w, b], &[y]) => Ok((x, w, Some(b).filter(|&b| b >= 0), y)),
            _ => Err(malformed("an operator has odd operands".to_owned())),
        }
    }
}

/// The built-in operator codes of the file: the byte of old files, or the newer wider field where it is larger.
fn operator_codes(model: &Table) -> Result<Vec<i32>, ModelsError> {
    let codes = model.tables(1)?.into_iter();
    codes
        .map(|code| Ok(i32::from(code.byte(0)?).max(code.int(3, 0)?)))
        .collect()
}

impl From<Truncated> for ModelsError {
    fn from(_: Truncated) -> Self {
        malformed("the file is cut or not TFLite".to_owned())
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
