//! What a person is told while frames arrive, so that the check does not fail for a dark room or a hat.

use serde::{Deserialize, Serialize};

use super::frame::FrameEvidence;
use crate::policy::FaceLimits;

/// What would help right now. One at a time: the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// Nobody is seen.
    NoFace,
    /// Several people are seen.
    SeveralFaces,
    /// It is too dark.
    TooDark,
    /// It is too bright.
    TooBright,
    /// The light comes from behind.
    Backlit,
    /// The face is too small.
    ComeCloser,
    /// The face is too large.
    StepBack,
    /// The face is away from the middle.
    MoveIntoOval,
    /// Something hides the eyes.
    UncoverEyes,
    /// Something hides mouth and nose.
    UncoverMouth,
    /// A hat or hair hides the forehead.
    UncoverForehead,
    /// The face looks to a side, up or down.
    LookStraight,
    /// Look straight and hold still until asked.
    HoldStill,
    /// The movement goes the right way; a little further.
    TurnFurther,
}

impl Hint {
    /// Every hint.
    pub const ALL: [Self; 14] = [
        Self::NoFace,
        Self::SeveralFaces,
        Self::TooDark,
        Self::TooBright,
        Self::Backlit,
        Self::ComeCloser,
        Self::StepBack,
        Self::MoveIntoOval,
        Self::UncoverEyes,
        Self::UncoverMouth,
        Self::UncoverForehead,
        Self::LookStraight,
        Self::HoldStill,
        Self::TurnFurther,
    ];

    /// Returns whether a movement of a face that is seen could not be told meanwhile, so that nothing can be asked for. The others
    /// are guesses about hair, clothes and lamps that may be wrong (dark skin is no dark room), and hide no movement: they are
    /// worth a moment's wait and no more.
    pub const fn hides(self) -> bool {
        !matches!(
            self,
            Self::TooDark
                | Self::TooBright
                | Self::Backlit
                | Self::UncoverEyes
                | Self::UncoverMouth
                | Self::UncoverForehead
        )
    }
}

/// A face that fills less of the picture's height than the policy's limit for a selfie, by this factor, still shows its
/// actions: frames are smaller than selfies and people move.
const SLACK: f32 = 0.85;

/// Part of a picture in which nothing is lit that may still be brighter: a window far away, a lamp that is seen and lights nobody.
const LAMPS: f32 = 0.1;

/// Is the picture so dark that no face would be found in it? Told from its small copy: all but a few places are darker than a face
/// may be. `false` for a picture that could not be read.
fn is_unlit(limits: &FaceLimits, frame: &FrameEvidence) -> bool {
    let lit = limits.brightness_min * 255.0;
    let bright = (frame.thumbnail.iter()).filter(|&&grey| f32::from(grey) >= lit);
    !frame.thumbnail.is_empty() && bright.count() as f32 <= LAMPS * frame.thumbnail.len() as f32
}

/// Returns what keeps a frame from being judged, by the policy's limits for a selfie; `None` for a frame that can be.
/// `covered` is the newest answer to whether something hides the face: it is not looked for in every frame. What hides a
/// movement comes first.
pub fn hint(limits: &FaceLimits, frame: &FrameEvidence, covered: Option<[f32; 3]>) -> Option<Hint> {
    let Some(face) = &frame.face else {
        return Some(if is_unlit(limits, frame) {
            Hint::TooDark
        } else {
            Hint::NoFace
        });
    };
    if frame.faces > 1 {
        return Some(Hint::SeveralFaces);
    }
    let [width, height] = frame.size.map(|side| side as f32);
    let part = face.region.height / height.max(1.0);
    let centre = (
        face.region.x + face.region.width / 2.0 - width / 2.0,
        face.region.y + face.region.height / 2.0 - height / 2.0,
    );
    let off_centre = centre.0.hypot(centre.1) / (width.hypot(height) / 2.0).max(1.0);
    let [eyes, mouth, forehead] = covered.unwrap_or_default();
    let found = [
        (part < limits.face_height_min * SLACK, Hint::ComeCloser),
        (part > limits.face_height_max / SLACK, Hint::StepBack),
        (off_centre > limits.off_centre_max, Hint::MoveIntoOval),
        (face.brightness < limits.brightness_min, Hint::TooDark),
        (
            face.brightness > limits.brightness_max || face.bright > limits.bright_max,
            Hint::TooBright,
        ),
        (face.backlight > limits.backlight_max, Hint::Backlit),
        (eyes > limits.eyes_covered_max, Hint::UncoverEyes),
        (mouth > limits.mouth_covered_max, Hint::UncoverMouth),
        (
            forehead > limits.forehead_covered_max,
            Hint::UncoverForehead,
        ),
    ];
    found
        .into_iter()
        .find_map(|(applies, hint)| applies.then_some(hint))
}
