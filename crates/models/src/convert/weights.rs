//! Named weights on their way into an ONNX file. Arithmetic is in double precision and rounded once.

/// An array of real numbers, row by row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weight {
    pub shape: Vec<usize>,
    pub data: Vec<f64>,
}

/// What a batch normalisation does to a channel once trained: x times `scale` plus `shift`.
#[derive(Clone, Debug)]
pub(super) struct Norm {
    pub scale: Vec<f64>,
    pub shift: Vec<f64>,
}

impl Norm {
    /// (x - mean) / sqrt(variance + epsilon) * gamma + beta; the four have one length.
    pub fn new(gamma: &[f64], beta: &[f64], mean: &[f64], variance: &[f64], epsilon: f64) -> Self {
        let deviations = variance.iter().map(|v| (v + epsilon).sqrt());
        let scale: Vec<f64> = gamma.iter().zip(deviations).map(|(g, d)| g / d).collect();
        let shift = beta
            .iter()
            .zip(mean.iter().zip(&scale))
            .map(|(b, (m, s))| b - m * s)
            .collect();
        Self { scale, shift }
    }

    /// Folds the normalisation into weights whose first axis is the channel.
    pub fn fold(&self, weights: &mut [f64], bias: &mut [f64]) {
        let row = weights.len() / self.scale.len().max(1);
        for (channel, (&scale, &shift)) in self.scale.iter().zip(&self.shift).enumerate() {
            weights[channel * row..][..row]
                .iter_mut()
                .for_each(|w| *w *= scale);
            bias[channel] = bias[channel] * scale + shift;
        }
    }
}

/// Rounds to single precision. Numbers too small for a normal single become zero: they change no output, but some
/// processors take a hundred times longer over each of them.
pub(super) fn rounded(values: &[f64]) -> Vec<f32> {
    let single = values.iter().map(|&v| v as f32);
    single
        .map(|v| if v.is_subnormal() { 0.0 } else { v })
        .collect()
}
