//! The recogniser of lines: a small network of our own that was trained on drawn lines (`training/mrz`), inside the program.

use image::RgbImage;

use super::places::{CLASSES, Step};
use crate::model::{Model, ModelError, Tensor};

/// The network as ONNX: 1 x 1 x 32 x W grey values of mean 0 and deviation 1 to 1 x (W / 4) x 38 probabilities, the blank first.
pub const NETWORK: &[u8] = include_bytes!("reader.onnx");

/// Height of a strip in pixels.
pub(super) const HEIGHT: u32 = 32;
/// Longest strip in pixels: 44 characters of a wide face are below 1,100.
pub(super) const WIDEST: u32 = 1_400;
/// Shortest strip.
const NARROWEST: u32 = 64;

/// Reads lines of zones.
pub struct ZoneReader {
    network: Box<dyn Model>,
}

impl ZoneReader {
    /// Takes [`NETWORK`] as an engine has loaded it.
    pub fn new(network: Box<dyn Model>) -> Self {
        Self { network }
    }

    /// Loads it with the built-in engine.
    ///
    /// # Errors
    /// [`ModelError::Load`], which a test rules out.
    #[cfg(feature = "rten")]
    pub fn built_in() -> Result<Self, ModelError> {
        let network = crate::RtenModel::from_bytes(NETWORK.to_vec())?;
        Ok(Self::new(Box::new(network)))
    }

    /// Returns what the network says along an upright strip, [`HEIGHT`] pixels high; nothing for one that is too short to hold a line.
    pub(super) fn read(&self, strip: &RgbImage) -> Result<Vec<Step>, ModelError> {
        let (width, height) = strip.dimensions();
        if height != HEIGHT || !(NARROWEST..=WIDEST).contains(&width) {
            return Ok(Vec::new());
        }
        let input = Tensor {
            shape: vec![1, 1, height as usize, width as usize],
            data: normal(strip),
        };
        let outputs = self.network.run(input)?;
        let Ok([output]) = <[Tensor; 1]>::try_from(outputs) else {
            return Err(ModelError::Output);
        };
        let [1, steps, CLASSES] = *output.shape.as_slice() else {
            return Err(ModelError::Output);
        };
        let (rows, rest) = output.data.as_chunks::<CLASSES>();
        if rows.len() != steps || !rest.is_empty() {
            return Err(ModelError::Output);
        }
        Ok(rows.to_vec())
    }
}

/// Luma with mean 0 and deviation 1, as in training; a strip without any writing is not blown up.
fn normal(strip: &RgbImage) -> Vec<f32> {
    let luma = |p: &image::Rgb<u8>| {
        let [r, g, b] = p.0.map(f32::from);
        0.299 * r + 0.587 * g + 0.114 * b
    };
    let mut values: Vec<f32> = strip.pixels().map(luma).collect();
    let n = values.len().max(1) as f32;
    let mean = values.iter().sum::<f32>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / n;
    let deviation = variance.sqrt().max(1.0);
    values.iter_mut().for_each(|v| *v = (*v - mean) / deviation);
    values
}
