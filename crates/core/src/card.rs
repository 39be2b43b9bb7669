//! A model's card: what a network expects, gives, and how well it was measured.
//!
//! The manifest carries one card a model; `vision` reads the input and alignment, `decide` the calibration.

mod tail;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Finds faces with six key points.
    FaceDetection,
    /// 468-point face mesh.
    FaceMesh,
    /// Iris and eye contour.
    Iris,
    /// Face to vector.
    FaceEmbedding,
    /// Passive presentation attack detection.
    AntiSpoof,
    /// Finds lines of text.
    TextDetection,
    /// Reads a line of text.
    TextRecognition,
}

/// Order of colours in the input tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColourOrder {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
}

/// Order of axes in the input tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Batch, channels, height, width.
    Nchw,
    /// Batch, height, width, channels.
    Nhwc,
}

/// What a network expects: value = (byte - mean) * scale, per channel in `colour` order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Width in pixels; 0 where the network takes any.
    pub width: u32,
    /// Height in pixels; 0 where the network takes any.
    pub height: u32,
    /// Order of colours.
    pub colour: ColourOrder,
    /// Order of axes.
    pub layout: Layout,
    /// Subtracted from the byte, in `colour` order.
    pub mean: [f32; 3],
    /// Multiplied afterwards, in `colour` order.
    pub scale: [f32; 3],
}

/// How a face is brought into the input: a similarity from mesh points onto the template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alignment {
    /// For each template point, the mesh indices whose mean it is.
    pub mesh: Vec<Vec<u32>>,
    /// Template points in input pixels.
    pub template: Vec<[f32; 2]>,
}

/// How two embeddings are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Cosine of the two vectors.
    Cosine,
    /// 1 - Euclidean distance of the raw vectors.
    Euclidean,
}

/// Score of two vectors that cannot be compared (lengths differ, empty, not finite): that of opposite vectors,
/// so that nothing is ever accepted on it.
pub const INCOMPARABLE: f32 = -1.0;

impl Metric {
    /// Returns how alike two vectors are; higher is more alike.
    pub fn score(self, a: &[f32], b: &[f32]) -> f32 {
        if a.len() != b.len() || a.is_empty() {
            return INCOMPARABLE;
        }
        let pairs = a.iter().zip(b);
        let score = match self {
            Self::Euclidean => 1.0 - pairs.map(|(p, q)| (p - q).powi(2)).sum::<f32>().sqrt(),
            Self::Cosine => {
                let dot: f32 = pairs.map(|(p, q)| p * q).sum();
                dot / (length(a) * length(b))
            }
        };
        if score.is_finite() {
            score
        } else {
            INCOMPARABLE
        }
    }
}

fn length(values: &[f32]) -> f32 {
    values.iter().map(|v| v * v).sum::<f32>().sqrt()
}

/// May a model's answer alone approve a person?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Good enough to approve at its threshold.
    Production,
    /// Evidence for a reviewer only.
    Evaluation,
}

/// Scores at measured false match rates, with the data behind them. Written by `menshen eval faces`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Data set and its part.
    pub dataset: String,
    /// Genuine pairs measured.
    pub genuine_pairs: u64,
    /// Impostor pairs measured.
    pub impostor_pairs: u64,
    /// Score at FMR 1e-2.
    pub fmr_1e2: f32,
    /// Score at FMR 1e-3.
    pub fmr_1e3: f32,
    /// Score at FMR 1e-4.
    pub fmr_1e4: f32,
    /// Part of the genuine pairs below each of the three scores, in their order, where it was measured. Nothing is decided by it:
    /// it tells an operator what the thresholds cost honest people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fnmr: Option<[f32; 3]>,
    /// 95 % intervals of the three scores over people, lower end and upper end, where they were measured. Nothing is decided by them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scores_95: Option<[[f32; 2]; 3]>,
}

/// The false match rates at which a calibration has scores.
pub const MEASURED: [f64; 3] = [1e-2, 1e-3, 1e-4];

impl Calibration {
    /// Returns the scores at [`MEASURED`], in its order.
    pub const fn scores(&self) -> [f32; 3] {
        [self.fmr_1e2, self.fmr_1e3, self.fmr_1e4]
    }
}

/// What stands behind scores that are no embedder's own: normalised by a cohort, of one embedder or of several together.
///
/// s' = sum of weight * ((s - mean_a) / deviation_a + (s - mean_b) / deviation_b) / 2 over the parts, with mean and deviation of each
/// face's `top` highest scores with the cohort.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// SHA-256 of the cohort's file, in lower-case hexadecimal.
    pub cohort: String,
    /// People in the cohort.
    pub people: u64,
    /// Of how many highest scores mean and deviation are.
    pub top: u64,
    /// The embedders, the leading one first.
    pub parts: Vec<ComparisonPart>,
}

/// An embedder in a [`Comparison`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparisonPart {
    /// Its name.
    pub model: String,
    /// SHA-256 of its file, in lower-case hexadecimal.
    pub sha256: String,
    /// What its normalised score is multiplied with; all together are 1.
    pub weight: f32,
}

/// The card of one model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// Unique name, e.g. `mobileface-v2`.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// What it expects.
    pub input: Input,
    /// For anti-spoof models: the side of the square crop over the side of the face box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop_scale: Option<f32>,
    /// For embedders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alignment: Option<Alignment>,
    /// For embedders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<Metric>,
    /// For embedders: average with the mirrored chip.
    #[serde(default)]
    pub mirror: bool,
    /// What comes out, in words and shape.
    pub output: String,
    /// May its answer approve?
    pub grade: Grade,
    /// Measured thresholds, for embedders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// For scores that are no embedder's own. The rest of such a card is that of the leading embedder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
}

/// The cards of the models behind some evidence, by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelCards(BTreeMap<String, ModelCard>);

impl ModelCards {
    /// Returns the card of a model.
    pub fn find(&self, name: &str) -> Option<&ModelCard> {
        self.0.get(name)
    }

    /// Returns all cards, by name.
    pub fn iter(&self) -> impl Iterator<Item = &ModelCard> {
        self.0.values()
    }
}

impl FromIterator<ModelCard> for ModelCards {
    fn from_iter<I: IntoIterator<Item = ModelCard>>(cards: I) -> Self {
        Self(
            cards
                .into_iter()
                .map(|card| (card.name.clone(), card))
                .collect(),
        )
    }
}
