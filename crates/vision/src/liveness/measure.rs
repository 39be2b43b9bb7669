//! From pictures to a sequence, all cores used.

use image::RgbImage;
use menshen_core::card::{Metric, ModelCard};
use menshen_core::evidence::LivenessEvidence;

use super::{FaceFrame, Frame, Seen, Sequence, Thumbnail};
use crate::face::{
    Face, FaceModels, antispoof, detect_crowd, detect_frame, embed, eyes_open, face_sharpness,
    mesh, mouth_open, people, pose, subject,
};
use crate::model::{Model, ModelError};
use crate::parallel;

/// The networks that watch a sequence.
#[derive(Clone, Copy)]
pub struct LivenessModels<'a> {
    /// Detector, mesh, iris.
    pub face: FaceModels<'a>,
    /// The embedder behind `continuity`.
    pub embedder: Option<(&'a dyn Model, &'a ModelCard)>,
    /// The anti-spoof models; may be empty.
    pub spoof: &'a [(Box<dyn Model>, ModelCard)],
}

/// Each frame with this step is searched for small faces beside the large one: people do not come
/// and go within half a second, and the search costs as much as all the rest.
const CROWD_STEP: usize = 5;
/// Every frame of this step gives a spoof score.
const SPOOF_STEP: usize = 3;
/// Turned or tilted further than this, a face is not embedded, in degrees: its similarity would say
/// more about the pose than about the person.
const EMBED_TURN: f32 = 25.0;
/// The spoof models know faces that look into the camera, in degrees.
const SPOOF_TURN: f32 = 20.0;

/// Returns the measures of a sequence of frames: time in seconds and the picture, or `None` where it
/// could not be decoded. Frames are read one by one and measured in parallel.
pub fn measure(
    models: &LivenessModels,
    frames: impl Iterator<Item = (f32, Option<RgbImage>)> + Send,
) -> Result<LivenessEvidence, ModelError> {
    let measured = parallel::map(frames.enumerate(), |(index, (time, image))| {
        frame(models, index, time, image.as_ref())
    });
    let mut sequence = Sequence::default();
    for frame in measured {
        sequence.push(frame?);
    }
    let embedder = models.embedder.map(|(_, card)| {
        let metric = card.metric.unwrap_or(Metric::Cosine);
        (card.name.as_str(), metric)
    });
    Ok(sequence.finish(embedder))
}

fn frame(
    models: &LivenessModels,
    index: usize,
    time: f32,
    image: Option<&RgbImage>,
) -> Result<Frame, ModelError> {
    let Some(image) = image else {
        return Ok(Frame {
            time,
            thumbnail: None,
            seen: Seen::Unreadable,
        });
    };
    Ok(Frame {
        time,
        thumbnail: Thumbnail::of(image),
        seen: look(models, index, image)?,
    })
}

fn look(models: &LivenessModels, index: usize, image: &RgbImage) -> Result<Seen, ModelError> {
    let detector = models.face.detector;
    let found = match index % CROWD_STEP {
        0 => detect_crowd(detector, image)?,
        _ => detect_frame(detector, image)?,
    };
    let Some(detection) = subject(&found, image).copied() else {
        return Ok(Seen::Nobody);
    };
    let Some(mesh) = mesh(models.face.mesh, image, &detection)? else {
        return Ok(Seen::Nobody);
    };
    let face = face_frame(models, index, image, &Face { detection, mesh })?;
    Ok(match people(&models.face, image, &found)? {
        0 | 1 => Seen::One(face),
        _ => Seen::Several(face),
    })
}

fn face_frame(
    models: &LivenessModels,
    index: usize,
    image: &RgbImage,
    face: &Face,
) -> Result<FaceFrame, ModelError> {
    let mesh = &face.mesh;
    let pose = pose(mesh);
    let turn = pose.yaw.abs().max(pose.pitch.abs());
    let embedding = match models.embedder {
        Some((model, card)) if turn <= EMBED_TURN => embed(model, card, image, mesh)?,
        _ => None,
    };
    let spoof = match index % SPOOF_STEP {
        0 if turn <= SPOOF_TURN => antispoof(models.spoof, image, &mesh.region())?,
        _ => None,
    };
    Ok(FaceFrame {
        pose,
        eyes_open: eyes_open(&models.face, image, mesh)?,
        mouth_open: mouth_open(mesh),
        sharpness: face_sharpness(image, mesh),
        eye_distance: mesh.eye_distance(),
        embedding,
        spoof,
    })
}
