//! One frame: what it shows.

use image::RgbImage;
use menshen_core::evidence::Pose;
use menshen_core::geometry::{Point, Rect};
use menshen_core::live::{FrameEvidence, FrameFace};
use serde::{Deserialize, Serialize};

use super::grey::Grey;
use super::measure::LivenessModels;
use super::{bands, border, moire, noise, patches, picture, print};
use crate::face::{
    FaceModels, Mesh, View, antispoof, covered, detect_crowd_frame, detect_frame, embed, eyes_open,
    glance, mesh, mesh_near, mouth_open, people, pose, same_face, skull, subject,
};
use crate::model::ModelError;

/// What is looked for in a frame beside the face itself. Costly measures are taken on some frames only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// The face's box in the frame before, in pixels: where the mesh network confirms a face there, nothing is searched.
    /// `None` where the frame before showed nobody or several people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<Rect>,
    /// Search for other people: the whole picture, and a part of it whose turn this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crowd: Option<u32>,
    /// Measure the face's vector, for continuity and the comparison with the document.
    #[serde(default)]
    pub embed: bool,
    /// Ask the anti-spoof models.
    #[serde(default)]
    pub spoof: bool,
    /// Measure what hides the face.
    #[serde(default)]
    pub covered: bool,
    /// Measure periodic patterns and straight edges around the face.
    #[serde(default)]
    pub raster: bool,
}

/// Every frame of this step is searched for other people: whoever is as large as the subject is seen within half a second, and
/// smaller ones when the turn comes to their part of the picture, within three.
const CROWD_STEP: usize = 4;
/// Every frame of this step gives a vector: a face cannot be exchanged and back within half a second without a cut.
const EMBED_STEP: usize = 5;
/// Every frame of this step gives a spoof score.
const SPOOF_STEP: usize = 7;
/// Every frame of this step tells whether something hides the face: who takes off a hat wants to be believed soon.
const COVERED_STEP: usize = 10;
/// Every frame of this step gives the costliest measures of the picture: a screen does not come and go.
const RASTER_STEP: usize = 25;
/// Turned or tilted further than this, a face is not embedded, in degrees: its similarity would say
/// more about the pose than about the person.
const EMBED_TURN: f32 = 20.0;
/// The spoof models know faces that look into the camera, in degrees.
const SPOOF_TURN: f32 = 20.0;

impl Look {
    /// Returns what is looked for in the frame of that index (from 0 on), given the face's box in the frame before. The
    /// costly measures fall on different frames, so that no frame takes much longer than another.
    pub const fn nth(index: usize, near: Option<Rect>) -> Self {
        Self {
            near,
            crowd: match index.is_multiple_of(CROWD_STEP) {
                true => Some((index / CROWD_STEP) as u32),
                false => None,
            },
            embed: index % EMBED_STEP == 2,
            spoof: index % SPOOF_STEP == 4,
            covered: index % COVERED_STEP == 1,
            raster: index % RASTER_STEP == 3,
        }
    }

    /// Returns what is looked for in the frame of that index, given what the one before showed.
    pub fn after(index: usize, before: Option<&FrameEvidence>) -> Self {
        let alone = before.filter(|frame| frame.faces == 1);
        let near = alone.and_then(|frame| frame.face.as_ref());
        Self::nth(index, near.map(|face| face.region))
    }
}

/// Measures a frame.
///
/// # Errors
/// A network failed. Whatever the picture shows is evidence.
pub fn look(
    models: &LivenessModels,
    image: &RgbImage,
    look: &Look,
) -> Result<FrameEvidence, ModelError> {
    let grey = Grey::of(image);
    let mut frame = FrameEvidence {
        size: [image.width(), image.height()],
        thumbnail: picture::thumbnail(image),
        print: print::print(image),
        noise: noise::noise(&grey),
        grain: noise::grain(&grey),
        bands: bands::bands(&grey),
        ..FrameEvidence::default()
    };
    let Some((mesh, faces)) = find(&models.face, image, look)? else {
        return Ok(frame);
    };
    frame.faces = faces;
    let face = face(models, image, &mesh, &frame.thumbnail, look)?;
    frame.patches = Some(patches::patches(image, &mesh));
    if look.raster {
        frame.moire = moire::moire(image, &face.region);
        frame.border = Some(border::border(image, &face.region));
    }
    frame.face = Some(face);
    Ok(frame)
}

/// The face that the frame is about, and how many people there are.
fn find(
    models: &FaceModels,
    image: &RgbImage,
    look: &Look,
) -> Result<Option<(Mesh, u32)>, ModelError> {
    let kept = match &look.near {
        Some(near) => mesh_near(models.mesh, image, near)?,
        None => None,
    };
    match kept {
        Some(mesh) if look.crowd.is_none() => return Ok(Some((mesh, 1))),
        _ => {}
    }
    let found = match look.crowd {
        Some(turn) => detect_crowd_frame(models.detector, image, turn)?,
        None => detect_frame(models.detector, image)?,
    };
    let subject = subject(&found, image).copied();
    // The same mesh from frame to frame moves less than one that starts from the detector's box each time.
    let kept = kept.filter(|mesh| subject.is_none_or(|found| same_face(&found, mesh)));
    let chosen = match (kept, subject) {
        (Some(mesh), _) => Some(mesh),
        (None, Some(found)) => mesh(models.mesh, image, &found)?,
        (None, None) => None,
    };
    let Some(mesh) = chosen else {
        return Ok(None);
    };
    let faces = people(models, image, &found)?.clamp(1, 2);
    Ok(Some((mesh, faces)))
}

fn face(
    models: &LivenessModels,
    image: &RgbImage,
    mesh: &Mesh,
    thumbnail: &[u8],
    look: &Look,
) -> Result<FrameFace, ModelError> {
    let pose = pose(mesh);
    let view = View::new(image, mesh);
    let glance = view.as_ref().map(glance).unwrap_or_default();
    let hidden = view.as_ref().filter(|_| look.covered).map(covered);
    let around = picture::around(thumbnail, [image.width(), image.height()], mesh);
    let embedding = match models.embedder {
        Some((model, card)) if look.embed && turn(&pose) <= EMBED_TURN => {
            embed(model, card, image, mesh)?
        }
        _ => None,
    };
    let spoof = match look.spoof && turn(&pose) <= SPOOF_TURN {
        true => antispoof(models.spoof, image, &mesh.region())?,
        false => None,
    };
    Ok(FrameFace {
        region: mesh.region(),
        pose,
        eyes_open: eyes_open(&models.face, image, mesh)?,
        mouth_open: mouth_open(mesh),
        sharpness: glance.sharpness,
        eye_distance: mesh.eye_distance(),
        brightness: glance.brightness,
        bright: glance.bright,
        backlight: around.map_or(0.0, |around| around - glance.luma),
        covered: hidden,
        points: skull(mesh).map(|Point { x, y }| [x, y]).collect(),
        embedding: embedding.map(|vector| vector.values().to_vec()),
        spoof,
    })
}

/// How far a face looks away, in degrees.
fn turn(pose: &Pose) -> f32 {
    pose.yaw.abs().max(pose.pitch.abs())
}
