//! One rule an operator. Numbers of operators and option fields are those of TFLite's published schema.

use super::{Converter, ModelsError, Table, malformed, unsupported};
use crate::convert::flatbuffer::Truncated;
use crate::onnx::Attribute;

/// Largest stride, dilation or window we convert; real networks stay far below.
const MAX_STEP: i32 = 64;
/// Where each ONNX axis of a picture is in TFLite: batch, channel, row, column.
const FROM_TFLITE: [i64; 4] = [0, 3, 1, 2];
const TO_TFLITE: [i64; 4] = [0, 2, 3, 1];

/// How a window moves over the picture, vertical before horizontal.
struct Window {
    same: bool,
    strides: [usize; 2],
    dilations: [usize; 2],
    kernel: [usize; 2],
}

impl Converter<'_> {
    pub(super) fn operator(&mut self, code: i32, operator: &Table) -> Result<(), ModelsError> {
        match code {
            0 => self.add(operator),
            1 => self.pool(operator, "AveragePool"),
            2 => self.concatenation(operator),
            3 => self.convolution(operator),
            4 => self.depthwise(operator),
            6 => self.dequantize(operator),
            17 => self.pool(operator, "MaxPool"),
            19 => self.unary(operator, "Relu"),
            14 => self.unary(operator, "Sigmoid"),
            22 => self.reshape(operator),
            34 => self.pad(operator),
            54 => self.prelu(operator),
            other => Err(unsupported(format!("operator {other}"))),
        }
    }

    fn convolution(&mut self, operator: &Table) -> Result<(), ModelsError> {
        let options = operator.table(4)?.ok_or(Truncated)?;
        let (x, w, b, y) = self.weighted(operator)?;
        let [out, kh, kw, inputs] = self.picture(w)?;
        if self.picture(x)?[3] != inputs {
            return Err(malformed(format!("convolution {y} has odd channels")));
        }
        let window = read_window(&options, [kh, kw], Some((4, 5)))?;
        let source = self.floats(w)?;
        let mut weights = Vec::with_capacity(source.len());
        for o in 0..out {
            for i in 0..inputs {
                weights.extend((0..kh * kw).map(|k| source[(o * kh * kw + k) * inputs + i]));
            }
        }
        self.constant(&format!("w{y}"), &[out, inputs, kh, kw], &weights)?;
        self.windowed([x, y], out, b, 1, &window, options.byte(3)?)
    }

    fn depthwise(&mut self, operator: &Table) -> Result<(), ModelsError> {
        let options = operator.table(4)?.ok_or(Truncated)?;
        let (x, w, b, y) = self.weighted(operator)?;
        let [one, kh, kw, out] = self.picture(w)?;
        let groups = self.picture(x)?[3];
        if one != 1 || out % groups != 0 {
            return Err(malformed(format!("convolution {y} has odd channels")));
        }
        let window = read_window(&options, [kh, kw], Some((5, 6)))?;
        let source = self.floats(w)?;
        let mut weights = Vec::with_capacity(source.len());
        for o in 0..out {
            weights.extend((0..kh * kw).map(|k| source[k * out + o]));
        }
        self.constant(&format!("w{y}"), &[out, 1, kh, kw], &weights)?;
        self.windowed([x, y], out, b, groups, &window, options.byte(4)?)
    }

    /// The common end of both convolutions: bias, paddings and activation.
    fn windowed(
        &mut self,
        [x, y]: [i32; 2],
        out: usize,
        bias: Option<i32>,
        groups: usize,
        window: &Window,
        activation: u8,
    ) -> Result<(), ModelsError> {
        let biases = bias.map_or_else(|| Ok(vec![0.0; out]), |b| self.floats(b))?;
        if biases.len() != out || self.picture(y)?[3] != out {
            return Err(malformed(format!("convolution {y} has odd channels")));
        }
        let (weight_name, bias_name) = (format!("w{y}"), format!("b{y}"));
        self.constant(&bias_name, &[out], &biases)?;
        let pads = window.pads(self.picture(x)?)?;
        let numbers =
            [window.kernel, window.strides, window.dilations].map(|p| p.map(|v| v as i64));
        let attributes = [
            Attribute::Int("group", groups as i64),
            Attribute::Ints("kernel_shape", &numbers[0]),
            Attribute::Ints("strides", &numbers[1]),
            Attribute::Ints("dilations", &numbers[2]),
            Attribute::Ints("pads", &pads),
        ];
        let operands = [&self.name(x), &weight_name[..], &bias_name[..]];
        self.activated("Conv", &operands, y, &attributes, activation)
    }

    fn pool(&mut self, operator: &Table, op: &str) -> Result<(), ModelsError> {
        let options = operator.table(4)?.ok_or(Truncated)?;
        let (x, y) = unary_operands(operator)?;
        let kernel = [step(options.int(4, 0)?)?, step(options.int(3, 0)?)?];
        let window = read_window(&options, kernel, None)?;
        let pads = window.pads(self.picture(x)?)?;
        let numbers = [window.kernel, window.strides].map(|p| p.map(|v| v as i64));
        let attributes = [
            Attribute::Ints("kernel_shape", &numbers[0]),
            Attribute::Ints("strides", &numbers[1]),
            Attribute::Ints("pads", &pads),
        ];
        self.activated(op, &[&self.name(x)], y, &attributes, options.byte(5)?)
    }

    fn add(&mut self, operator: &Table) -> Result<(), ModelsError> {
        let (a, b, rest, y) = self.weighted(operator)?;
        if rest.is_some() || self.shape(a)? != self.shape(b)? || !self.raw(b)?.is_empty() {
            return Err(unsupported("a sum of different shapes".to_owned()));
        }
        let activation = operator.table(4)?.map_or(Ok(0), |o| o.byte(0))?;
        self.activated("Add", &[&self.name(a), &self.name(b)], y, &[], activation)
    }

    fn unary(&mut self, operator: &Table, op: &str) -> Result<(), ModelsError> {
        let (x, y) = unary_operands(operator)?;
        self.activated(op, &[&self.name(x)], y, &[], 0)
    }

    fn prelu(&mut self, operator: &Table) -> Result<(), ModelsError> {
        let (x, alpha, _, y) = self.weighted(operator)?;
        let channels = self.picture(x)?[3];
        let slopes = self.floats(alpha)?;
        // One slope a channel, shared by all rows and columns; the shape ends with the channels.
        if slopes.len() != channels || self.shape(alpha)?.last() != Some(&channels) {
            return Err(unsupported("a PReLU with slopes a pixel".to_owned()));
        }
        let name = format!("p{y}");
        self.constant(&name, &[channels, 1, 1], &slopes)?;
        self.activated("PRelu", &[&self.name(x), &name], y, &[], 0)
    }

    /// The operator only widens constants; it leaves no trace in the network.
    fn dequantize(&mut self, operator: &Table) -> Result<(), ModelsError> {
        let (x, y) = unary_operands(operator)?;
        if self.tensor(x)?.byte(1)? != 1 || self.raw(x)?.is_empty() {
            return Err(unsupported("a network quantised to integers".to_owned()));
        }
        let values = self.floats(x)?;
        self.room = self
            .room
            .checked_sub(values.len())
            .ok_or_else(|| malformed("constants are used too often".to_owned()))?;
        self.constants.insert(y, values);
        Ok(())
    }

    fn pad(&mut self, operator: &Table) -> Result<(), ModelsError> {
        let (x, sizes, _, y) = self.weighted(operator)?;
        self.picture(x)?;
        let sizes = self.integers(sizes)?;
        if sizes.len() != 8 || sizes.iter().any(|v| !(0..1 << 20).contains(v)) {
            return Err(malformed(format!("padding {y} has odd sizes")));
        }
        let side = |end: usize| FROM_TFLITE.map(|axis| sizes[axis as usize * 2 + end]);
        let name = format!("pads{y}");
        self.graph.integers(&name, &[side(0), side(1)].concat());
        self.activated("Pad", &[&self.name(x), &name], y, &[], 0)
    }

    fn reshape(&mut self, operator: &Table) -> Result<(), ModelsError> {
        let (inputs, outputs) = (operator.ints(1)?, operator.ints(2)?);
        let (Some(&x), &[y]) = (inputs.first(), &outputs[..]) else {
            return Err(malformed("an operator has odd operands".to_owned()));
        };
        let (from, to) = (self.shape(x)?, self.shape(y)?);
        let count = |shape: &[usize]| shape.iter().try_fold(1usize, |n, &s| n.checked_mul(s));
        if count(&from).is_none() || count(&from) != count(&to) {
            return Err(malformed(format!(
                "reshape {y} changes the number of values"
            )));
        }
        let mut current = self.name(x);
        if from.len() == 4 {
            let turned = format!("turned{y}");
            let order = [Attribute::Ints("perm", &TO_TFLITE)];
            self.graph.node("Transpose", &[&current], &turned, &order);
            current = turned;
        }
        let (sizes, shaped) = (format!("shape{y}"), format!("shaped{y}"));
        let target: Vec<i64> = to.iter().map(|&v| v as i64).collect();
        self.graph.integers(&sizes, &target);
        if to.len() != 4 {
            return self.activated("Reshape", &[&current, &sizes], y, &[], 0);
        }
        self.graph
            .node("Reshape", &[&current, &sizes], &shaped, &[]);
        let order = [Attribute::Ints("perm", &FROM_TFLITE)];
        self.activated("Transpose", &[&shaped], y, &order, 0)
    }

    fn concatenation(&mut self, operator: &Table) -> Result<(), ModelsError> {
        let options = operator.table(4)?.ok_or(Truncated)?;
        let (inputs, outputs) = (operator.ints(1)?, operator.ints(2)?);
        let &[y] = &outputs[..] else {
            return Err(malformed("an operator has odd operands".to_owned()));
        };
        let rank = self.shape(y)?.len() as i32;
        let axis = options.int(0, 0)?;
        let axis = if axis < 0 {
            axis.saturating_add(rank)
        } else {
            axis
        };
        if !(0..rank).contains(&axis) {
            return Err(malformed(format!("concatenation {y} has an odd axis")));
        }
        let axis = match rank {
            4 => [0, 2, 3, 1][axis as usize],
            _ => i64::from(axis),
        };
        let names: Vec<String> = inputs.iter().map(|&x| self.name(x)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let attributes = [Attribute::Int("axis", axis)];
        self.activated("Concat", &names, y, &attributes, options.byte(1)?)
    }

    /// Adds a node and, where one is fused into it, its activation.
    fn activated(
        &mut self,
        op: &str,
        operands: &[&str],
        y: i32,
        attributes: &[Attribute],
        activation: u8,
    ) -> Result<(), ModelsError> {
        let name = self.name(y);
        match activation {
            0 => self.graph.node(op, operands, &name, attributes),
            1 => {
                let plain = format!("plain{y}");
                self.graph.node(op, operands, &plain, attributes);
                self.graph.node("Relu", &[&plain], &name, &[]);
            }
            other => return Err(unsupported(format!("fused activation {other}"))),
        }
        Ok(())
    }
}

impl Window {
    /// Top, left, bottom, right. `SAME` keeps ceil(size / stride) outputs and puts the odd pixel at the end.
    fn pads(&self, [_, height, width, _]: [usize; 4]) -> Result<[i64; 4], ModelsError> {
        if !self.same {
            return Ok([0; 4]);
        }
        let mut pads = [0; 4];
        for (axis, size) in [height, width].into_iter().enumerate() {
            let reach = (self.kernel[axis] - 1) * self.dilations[axis] + 1;
            let covered = (size.div_ceil(self.strides[axis]) - 1) * self.strides[axis] + reach;
            let total = covered.saturating_sub(size);
            pads[axis] = (total / 2) as i64;
            pads[axis + 2] = (total - total / 2) as i64;
        }
        Ok(pads)
    }
}

/// Reads padding and strides, and dilations where the options carry them in the given fields (width, height).
fn read_window(
    options: &Table,
    kernel: [usize; 2],
    dilation: Option<(usize, usize)>,
) -> Result<Window, ModelsError> {
    let same = match options.byte(0)? {
        0 => true,
        1 => false,
        other => return Err(malformed(format!("padding {other}"))),
    };
    let dilations = match dilation {
        Some((wide, high)) => [step(options.int(high, 1)?)?, step(options.int(wide, 1)?)?],
        None => [1, 1],
    };
    Ok(Window {
        same,
        strides: [step(options.int(2, 0)?)?, step(options.int(1, 0)?)?],
        dilations,
        kernel,
    })
}

fn step(value: i32) -> Result<usize, ModelsError> {
    match value {
        1..=MAX_STEP => Ok(value as usize),
        _ => Err(malformed(format!("a stride or window of {value}"))),
    }
}

fn unary_operands(operator: &Table) -> Result<(i32, i32), ModelsError> {
    match (&operator.ints(1)?[..], &operator.ints(2)?[..]) {
        (&[x], &[y]) => Ok((x, y)),
        _ => Err(malformed("an operator has odd operands".to_owned())),
    }
}
