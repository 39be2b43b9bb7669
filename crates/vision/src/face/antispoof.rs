//! Passive detection of prints and screens, by the MiniFASNet models.

use image::RgbImage;
use menshen_core::card::ModelCard;
use menshen_core::geometry::{Point, Rect};

use super::embed::input_tensor;
use super::transform::middle;
use crate::model::{Model, ModelError};

/// The class that means a living face; the two others are printed and shown fakes.
const REAL: usize = 1;
/// Printed fake, living, shown fake.
const CLASSES: usize = 3;
/// Side of the crop over the side of the box where a card does not say.
const USUAL_SCALE: f32 = 2.7;

/// Returns the likelihood of a presentation attack, 0..=1: one minus the mean of the models'
/// probability of a living face. `face` is the *mesh's* bounding box (the detector's box misleads
/// these models). `None` without models.
pub fn antispoof(
    models: &[(Box<dyn Model>, ModelCard)],
    image: &RgbImage,
    face: &Rect,
) -> Result<Option<f32>, ModelError> {
    let mut sum = 0.0;
    for (model, card) in models {
        let Some(chip) = crop(image, face, card) else {
            return Ok(None);
        };
        let outputs = model.run(input_tensor(&chip, &card.input))?;
        let first = outputs.first().ok_or(ModelError::Output)?;
        sum += living(&first.data)?;
    }
    let n = models.len() as f32;
    Ok((!models.is_empty()).then(|| 1.0 - sum / n))
}

/// Probability of the living class among three. Some conversions end in the softmax, some before it:
/// numbers that already are probabilities are taken as they are.
fn living(raw: &[f32]) -> Result<f32, ModelError> {
    if raw.len() != CLASSES || raw.iter().any(|v| !v.is_finite()) {
        return Err(ModelError::Output);
    }
    let sum: f32 = raw.iter().sum();
    if (sum - 1.0).abs() < 1e-3 && raw.iter().all(|v| (0.0..=1.0).contains(v)) {
        return Ok(raw[REAL]);
    }
    let top = raw.iter().copied().fold(f32::MIN, f32::max);
    let powers = raw.iter().map(|v| (v - top).exp());
    Ok((raw[REAL] - top).exp() / powers.sum::<f32>())
}

/// Cuts the box enlarged by the card's scale, as far as the picture allows, moved inside the picture
/// where it reaches over an edge, and stretches it to the input. Sampled without averaging, as in
/// the models' training: the raster of a screen or print is what they look for.
fn crop(image: &RgbImage, face: &Rect, card: &ModelCard) -> Option<RgbImage> {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let sound = face.width >= 1.0 && face.height >= 1.0 && width >= 2.0 && height >= 2.0;
    let (out_width, out_height) = (card.input.width, card.input.height);
    if !sound || out_width == 0 || out_height == 0 {
        return None;
    }
    let fits = ((width - 1.0) / face.width).min((height - 1.0) / face.height);
    let scale = card.crop_scale.unwrap_or(USUAL_SCALE).min(fits);
    let (crop_width, crop_height) = (face.width * scale, face.height * scale);
    let centre = middle(face);
    let left = (centre.x - crop_width / 2.0).clamp(0.0, width - crop_width);
    let top = (centre.y - crop_height / 2.0).clamp(0.0, height - crop_height);
    let step = (
        crop_width / out_width as f32,
        crop_height / out_height as f32,
    );
    Some(RgbImage::from_fn(out_width, out_height, |x, y| {
        let at = Point {
            x: left + (x as f32 + 0.5) * step.0,
            y: top + (y as f32 + 0.5) * step.1,
        };
        super::transform::linear_at(image, at)
    }))
}
