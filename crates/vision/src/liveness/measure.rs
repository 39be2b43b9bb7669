//! From pictures to a sequence, all cores used.

use image::RgbImage;
use menshen_core::card::{Metric, ModelCard};
use menshen_core::evidence::LivenessEvidence;
use menshen_core::live::{FrameEvidence, Timed};

use super::{Look, look, sequence};
use crate::face::FaceModels;
use crate::model::{Model, ModelError};
use crate::parallel;

/// The networks that watch a sequence.
#[derive(Clone, Copy)]
pub struct LivenessModels<'a> {
    /// Detector, mesh and, where the eyes are to be followed more closely, iris.
    pub face: FaceModels<'a>,
    /// The embedder behind `continuity`.
    pub embedder: Option<(&'a dyn Model, &'a ModelCard)>,
    /// The anti-spoof models; may be empty.
    pub spoof: &'a [(Box<dyn Model>, ModelCard)],
}

impl LivenessModels<'_> {
    /// Returns the embedder's name and how its vectors are compared, as [`sequence`] takes them.
    pub fn metric(&self) -> Option<(&str, Metric)> {
        let named = |card: &ModelCard| card.metric.unwrap_or(Metric::Cosine);
        self.embedder
            .map(|(_, card)| (card.name.as_str(), named(card)))
    }
}

/// Why a frame of a folder shows nothing: which word is the caller's to know.
const UNREADABLE: &str = "unreadable";

/// Returns the measures of a sequence of frames: time in seconds and the picture, or `None` where it
/// could not be decoded. Frames are read one by one and measured in parallel, each for itself: none knows the one before.
pub fn measure(
    models: &LivenessModels,
    frames: impl Iterator<Item = (f32, Option<RgbImage>)> + Send,
) -> Result<LivenessEvidence, ModelError> {
    let measured = parallel::map(frames.enumerate(), |(index, (time, image))| {
        let frame = match image {
            Some(image) => look(models, &image, &Look::nth(index, None))?,
            None => FrameEvidence {
                unreadable: Some(UNREADABLE.to_owned()),
                ..FrameEvidence::default()
            },
        };
        Ok(Timed { time, frame })
    });
    let frames: Vec<Timed> = measured.into_iter().collect::<Result<_, ModelError>>()?;
    Ok(sequence(&frames, &[], models.metric()))
}
