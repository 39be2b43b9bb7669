//! Quality components of a face after ISO/IEC 29794-5 that need no trained network: what was measured, and the standard's
//! mapping onto 0..=100. `docs/quality.md` has every formula.

use serde::{Deserialize, Serialize};

use super::FaceMeasures;

/// Native measures of the components. "Luminance" is linear light, 0..=255 before it is normalised, not the encoded luma of
/// [`super::FaceQuality`]; T is the distance from the middle between the eyes to the chin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FaceComponents {
    /// What the luminance histograms of two squares on the cheeks have in common, 0..=1.
    pub illumination_uniformity: f32,
    /// Mean luminance of the face, 0..=1.
    pub luminance_mean: f32,
    /// Variance of the luminance of the face, 0..=0.25.
    pub luminance_variance: f32,
    /// Part of the face with a luminance of 25 of 255 or less, 0..=1.
    pub under_exposure: f32,
    /// Part of the face with a luminance of 247 of 255 or more, 0..=1.
    pub over_exposure: f32,
    /// Entropy of the face's luminance histogram in bits, 0..=8.
    pub dynamic_range: f32,
    /// Distance of the cheeks' mean colour from those of skin, in CIELAB units; 100 where green or blue outweighs.
    pub natural_colour: f32,
    /// Distance between the eye centres in pixels, as it would be without the turn of the head.
    pub inter_eye_distance: f32,
    /// T over the picture's height.
    pub head_size: f32,
    /// Room to the picture's left edge, in distances between the eyes.
    pub margin_left: f32,
    /// Room to its right edge, in distances between the eyes.
    pub margin_right: f32,
    /// Room above the eyes, in T.
    pub margin_above: f32,
    /// Room below the eyes, in T.
    pub margin_below: f32,
    /// Opening of the less open eye, in T.
    pub eyes_open: f32,
    /// Opening of the mouth, in T.
    pub mouth_open: f32,
}

/// The standard's names of the components in the order of [`scores`].
pub const COMPONENTS: [&str; 18] = [
    "IlluminationUniformity",
    "LuminanceMean",
    "LuminanceVariance",
    "UnderExposurePrevention",
    "OverExposurePrevention",
    "DynamicRange",
    "NaturalColour",
    "InterEyeDistance",
    "HeadSize",
    "LeftwardCropOfTheFaceImage",
    "RightwardCropOfTheFaceImage",
    "MarginAboveOfTheFaceImage",
    "MarginBelowOfTheFaceImage",
    "HeadPoseYaw",
    "HeadPosePitch",
    "HeadPoseRoll",
    "EyesOpen",
    "MouthClosed",
];

/// Returns the quality of each component of a face, 0..=100, 100 best, in the order of [`COMPONENTS`]; `None` for a face whose
/// components were not measured.
pub fn scores(face: &FaceMeasures) -> Option<[u8; COMPONENTS.len()]> {
    let of = face.components.as_ref()?;
    let turned = |degrees: f32| 100.0 * degrees.to_radians().cos().powi(2) * facing(degrees);
    Some(
        [
            100.0 * of.illumination_uniformity.powf(0.3),
            100.0
                * rising(of.luminance_mean, 0.2, 0.05)
                * (1.0 - rising(of.luminance_mean, 0.8, 0.05)),
            spread(of.luminance_variance),
            120.0 * (0.832 - rising(of.under_exposure, 0.92, 0.05)),
            1.0 / (of.over_exposure + 0.01),
            12.5 * of.dynamic_range,
            200.0 * (1.0 - rising(of.natural_colour, 0.0, 10.0)),
            100.0 * rising(of.inter_eye_distance, 70.0, 20.0),
            200.0 * (1.0 - rising((of.head_size - 0.45).abs(), 0.0, 0.05)),
            100.0 * rising(of.margin_left, 0.9, 0.1),
            100.0 * rising(of.margin_right, 0.9, 0.1),
            100.0 * rising(of.margin_above, 1.4, 0.1),
            100.0 * rising(of.margin_below, 1.8, 0.1),
            turned(face.pose.yaw),
            turned(face.pose.pitch),
            turned(face.pose.roll),
            100.0 * rising(of.eyes_open, 0.02, 0.01),
            100.0 * (1.0 - rising(of.mouth_open, 0.2, 0.06)),
        ]
        // The cast takes what is no number for 0.
        .map(|score| score.round().clamp(0.0, 100.0) as u8),
    )
}

/// The logistic function with its middle and its width.
fn rising(value: f32, middle: f32, width: f32) -> f32 {
    1.0 / (1.0 + ((middle - value) / width).exp())
}

/// Quality of a variance: highest at 1/60, where 60 v / (60 v + 1) is a half.
fn spread(variance: f32) -> f32 {
    let part = 60.0 * variance / (60.0 * variance + 1.0);
    100.0 * (part * std::f32::consts::PI).sin()
}

/// A head that looks away has no quality, although its cosine squared rises again.
fn facing(degrees: f32) -> f32 {
    f32::from(u8::from(degrees.abs() <= 90.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Pose;

    fn face(change: impl FnOnce(&mut FaceMeasures, &mut FaceComponents)) -> [u8; 18] {
        let mut components = FaceComponents {
            illumination_uniformity: 1.0,
            luminance_mean: 0.5,
            luminance_variance: 1.0 / 60.0,
            under_exposure: 0.0,
            over_exposure: 0.0,
            dynamic_range: 8.0,
            natural_colour: 0.0,
            inter_eye_distance: 240.0,
            head_size: 0.45,
            margin_left: 2.0,
            margin_right: 2.0,
            margin_above: 3.0,
            margin_below: 3.0,
            eyes_open: 0.12,
            mouth_open: 0.0,
        };
        let mut face = FaceMeasures::default();
        change(&mut face, &mut components);
        face.components = Some(components);
        scores(&face).expect("it was measured")
    }

    fn score(name: &str, change: impl FnOnce(&mut FaceMeasures, &mut FaceComponents)) -> u8 {
        let place = COMPONENTS.iter().position(|known| *known == name);
        face(change)[place.expect("a known component")]
    }

    #[test]
    fn a_face_without_a_fault_has_the_highest_quality() {
        let all = face(|_, _| ());
        // The standard's mapping of under-exposure, of mean luminance and of the mouth end a little below.
        assert!(all.iter().all(|score| *score >= 96), "{all:?}");
    }

    #[test]
    fn each_mapping_has_its_middle_where_the_standard_has_it() {
        assert_eq!(
            score("InterEyeDistance", |_, of| of.inter_eye_distance = 70.0),
            50
        );
        assert_eq!(score("LuminanceMean", |_, of| of.luminance_mean = 0.2), 50);
        assert_eq!(score("EyesOpen", |_, of| of.eyes_open = 0.02), 50);
        assert_eq!(score("MouthClosed", |_, of| of.mouth_open = 0.2), 50);
        assert_eq!(
            score("LeftwardCropOfTheFaceImage", |_, of| of.margin_left = 0.9),
            50
        );
        assert_eq!(
            score("MarginAboveOfTheFaceImage", |_, of| of.margin_above = 1.4),
            50
        );
        assert_eq!(score("DynamicRange", |_, of| of.dynamic_range = 4.0), 50);
        assert_eq!(
            score("OverExposurePrevention", |_, of| of.over_exposure = 0.01),
            50
        );
        assert_eq!(
            score("IlluminationUniformity", |_, of| of
                .illumination_uniformity =
                0.0),
            0
        );
        assert_eq!(
            score("HeadPoseYaw", |face, _| face.pose = Pose {
                yaw: 45.0,
                pitch: 0.0,
                roll: 0.0
            }),
            50
        );
        assert_eq!(
            score("HeadPoseRoll", |face, _| face.pose = Pose {
                yaw: 0.0,
                pitch: 0.0,
                roll: 180.0
            }),
            0
        );
        assert_eq!(
            score("LuminanceVariance", |_, of| of.luminance_variance = 0.0),
            0
        );
        // A colour ten units beside skin: 200 (1 - 1 / (1 + 1/e)) = 54.
        assert_eq!(score("NaturalColour", |_, of| of.natural_colour = 10.0), 54);
        assert_eq!(score("HeadSize", |_, of| of.head_size = 0.5), 54);
    }

    #[test]
    fn what_was_not_measured_has_no_quality_and_what_is_no_number_the_worst() {
        assert_eq!(scores(&FaceMeasures::default()), None);
        assert_eq!(
            score("DynamicRange", |_, of| of.dynamic_range = f32::NAN),
            0
        );
    }
}
