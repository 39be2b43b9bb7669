//! A face to a vector, and two vectors to a score.

use std::fmt;

use image::RgbImage;
use menshen_core::card::{Alignment, ColourOrder, Input, Layout, Metric, ModelCard};
use menshen_core::geometry::Point;

use super::mesh::Mesh;
use super::transform::{Kernel, Similarity, warp};
use crate::model::{Model, ModelError, Tensor};

/// A face as a vector. Personal data: it has no readable `Debug`.
#[derive(Clone, PartialEq)]
pub struct Embedding(Vec<f32>);

impl Embedding {
    /// Returns an embedding of stored numbers.
    pub fn new(values: Vec<f32>) -> Self {
        Self(values)
    }

    /// Returns the numbers.
    pub fn values(&self) -> &[f32] {
        &self.0
    }
}

impl fmt::Debug for Embedding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Embedding({} numbers)", self.0.len())
    }
}

/// Returns how alike two faces are; higher is more alike.
pub fn compare(a: &Embedding, b: &Embedding, metric: Metric) -> f32 {
    metric.score(&a.0, &b.0)
}

fn norm(values: &[f32]) -> f32 {
    values.iter().map(|v| v * v).sum::<f32>().sqrt()
}

/// Returns the face cut out and turned as the card's template asks, or `None` when the card has no
/// usable alignment or the points coincide.
pub fn align(image: &RgbImage, mesh: &Mesh, card: &ModelCard) -> Option<RgbImage> {
    let points = |index: usize| (index < mesh.points().len()).then(|| mesh.at(index));
    align_points(image, &points, card)
}

/// Returns the face cut out by any source of mesh points (a mesh, or a general face laid over the
/// detector's eyes). Template groups without a known point are left out.
pub(crate) fn align_points(
    image: &RgbImage,
    point: &dyn Fn(usize) -> Option<Point>,
    card: &ModelCard,
) -> Option<RgbImage> {
    let (template, face) = pairs(card.alignment.as_ref()?, point);
    let into = Similarity::fit(&template, &face)?;
    let (width, height) = (card.input.width, card.input.height);
    let drawable = width > 0 && height > 0 && image.width() > 0 && image.height() > 0;
    drawable.then(|| warp(image, &into, width, height, Kernel::Cubic))
}

fn pairs(
    alignment: &Alignment,
    point: &dyn Fn(usize) -> Option<Point>,
) -> (Vec<Point>, Vec<Point>) {
    let groups = alignment.mesh.iter().zip(&alignment.template);
    groups
        .filter_map(|(indices, &[x, y])| {
            let found: Option<Vec<Point>> = indices.iter().map(|&i| point(i as usize)).collect();
            let found = found.filter(|found| !found.is_empty())?;
            let n = found.len() as f32;
            let mean = Point {
                x: found.iter().map(|p| p.x).sum::<f32>() / n,
                y: found.iter().map(|p| p.y).sum::<f32>() / n,
            };
            Some((Point { x, y }, mean))
        })
        .unzip()
}

/// Returns the vector of the face under `mesh`, or `None` when the card's alignment does not fit it.
pub fn embed(
    model: &dyn Model,
    card: &ModelCard,
    image: &RgbImage,
    mesh: &Mesh,
) -> Result<Option<Embedding>, ModelError> {
    match align(image, mesh, card) {
        Some(chip) => embed_chip(model, card, &chip).map(Some),
        None => Ok(None),
    }
}

/// Returns the vector of an aligned face; with the card's mirror flag the mean of the raw vectors of
/// the face and its mirror image. Cosine vectors get length 1.
pub fn embed_chip(
    model: &dyn Model,
    card: &ModelCard,
    chip: &RgbImage,
) -> Result<Embedding, ModelError> {
    let mut values = vector(model, &card.input, chip)?;
    if card.mirror {
        let mirrored = image::imageops::flip_horizontal(chip);
        let other = vector(model, &card.input, &mirrored)?;
        if other.len() != values.len() {
            return Err(ModelError::Output);
        }
        for (value, other) in values.iter_mut().zip(other) {
            *value = (*value + other) / 2.0;
        }
    }
    if card.metric == Some(Metric::Cosine) {
        let length = norm(&values).max(f32::MIN_POSITIVE);
        values.iter_mut().for_each(|value| *value /= length);
    }
    Ok(Embedding(values))
}

/// Returns how many numbers an embedder's vectors have, by a grey picture.
pub fn vector_numbers(model: &dyn Model, card: &ModelCard) -> Result<usize, ModelError> {
    let grey = RgbImage::from_pixel(card.input.width, card.input.height, image::Rgb([127; 3]));
    Ok(vector(model, &card.input, &grey)?.len())
}

fn vector(model: &dyn Model, input: &Input, chip: &RgbImage) -> Result<Vec<f32>, ModelError> {
    let outputs = model.run(input_tensor(chip, input))?;
    let first = outputs.into_iter().next().ok_or(ModelError::Output)?;
    if first.data.is_empty() || first.data.iter().any(|v| !v.is_finite()) {
        return Err(ModelError::Output);
    }
    Ok(first.data)
}

/// Returns a picture as the card describes the network's input: (byte - mean) * scale.
pub(crate) fn input_tensor(chip: &RgbImage, input: &Input) -> Tensor {
    let (width, height) = (chip.width() as usize, chip.height() as usize);
    let source = |channel: usize| match input.colour {
        ColourOrder::Rgb => channel,
        ColourOrder::Bgr => 2 - channel,
    };
    let value = |pixel: &[u8], channel: usize| {
        (f32::from(pixel[source(channel)]) - input.mean[channel]) * input.scale[channel]
    };
    let pixels = chip.as_raw().chunks_exact(3);
    let (shape, data) = match input.layout {
        Layout::Nchw => (
            vec![1, 3, height, width],
            (0..3)
                .flat_map(|c| pixels.clone().map(move |p| value(p, c)))
                .collect(),
        ),
        Layout::Nhwc => (
            vec![1, height, width, 3],
            pixels
                .flat_map(|p| [value(p, 0), value(p, 1), value(p, 2)])
                .collect(),
        ),
    };
    Tensor { shape, data }
}
