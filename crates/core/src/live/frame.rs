//! What one frame of a live check shows.

use serde::{Deserialize, Serialize};

use crate::evidence::Pose;
use crate::geometry::Rect;

/// What one frame shows: measures only, some kilobytes, personal data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FrameEvidence {
    /// Why it could not be decoded: a stable word of `vision::photo`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// Faces: 0, 1, or 2 for several.
    pub faces: u32,
    /// The largest face.
    pub face: Option<FrameFace>,
    /// Mean colours of face and background; `None` without a face.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patches: Option<Patches>,
    /// The whole picture as 32 x 32 grey values, row by row; empty where it could not be decoded.
    #[serde(with = "hex")]
    pub thumbnail: Vec<u8>,
    /// Perceptual hash of 256 bits: like pictures differ in few bits. Empty where it could not be decoded.
    #[serde(with = "hex")]
    pub print: Vec<u8>,
    /// Standard deviation of the sensor's noise in grey levels, 0..=255, where the picture is smooth.
    pub noise: f32,
    /// The noise of 32 fixed places of the picture, sign and size in 1/8 grey levels around 128: the same in two frames where the noise is painted.
    #[serde(with = "hex")]
    pub grain: Vec<u8>,
    /// Strength of a periodic pattern (moire, raster) over its surroundings in the spectrum, 0..=1; measured on some frames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moire: Option<f32>,
    /// Strength of long straight edges that enclose the face (a screen's or sheet's border), 0..=1; measured on some frames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub border: Option<f32>,
    /// Differences of the mean light of rows after smoothing, as a part of the mean: rolling bands of a lit screen.
    pub bands: f32,
}

/// The face of a frame, in pixels of the frame.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FrameFace {
    /// The mesh's bounding box.
    #[serde(rename = "box")]
    pub region: Rect,
    /// Head pose.
    pub pose: Pose,
    /// Opening of both eyes, as in [`FaceMeasures::eyes_open`](crate::evidence::FaceMeasures::eyes_open).
    pub eyes_open: [f32; 2],
    /// Opening of the mouth, as in [`FaceMeasures::mouth_open`](crate::evidence::FaceMeasures::mouth_open).
    pub mouth_open: f32,
    /// Sharpness, as in [`FaceQuality::sharpness`](crate::evidence::FaceQuality::sharpness).
    pub sharpness: f32,
    /// Distance between the eye centres.
    pub eye_distance: f32,
    /// Median luma of the skin, 0..=1.
    pub brightness: f32,
    /// Part of the face that is over-exposed, 0..=1.
    pub bright: f32,
    /// Background's median luma minus the face's, -1..=1.
    pub backlight: f32,
    /// Likelihood that eyes, mouth and forehead are hidden, 0..=1 each; measured on some frames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covered: Option<[f32; 3]>,
    /// Points that keep their place on the skull (`vision::face::canonical`), in that table's order.
    pub points: Vec<[f32; 2]>,
    /// The face as a vector of the default embedder; on some frames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding: Option<Vec<f32>>,
    /// Likelihood of a presentation attack by the anti-spoof models, 0..=1; on some frames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spoof: Option<f32>,
}

/// Mean colours of parts of a frame: red, green, blue in linear light, 0..=1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Patches {
    /// Forehead, cheek on the picture's left, cheek on its right, nose and upper lip.
    pub face: [[f32; 3]; 4],
    /// Picture beside the head: left, right. What lies outside of the frame repeats the other side.
    pub background: [[f32; 3]; 2],
}

/// A frame in time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timed {
    /// Seconds from the opening of the session, by the server's clock: when it was taken, as far as its arrival allows.
    pub time: f32,
    /// What it shows.
    pub frame: FrameEvidence,
}

/// Bytes as hexadecimal text.
mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], out: S) -> Result<S::Ok, S::Error> {
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let digits = digits.map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]));
        out.serialize_str(&digits.collect::<String>())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(input)?;
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let digit = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
        let byte = |[high, low]: &[u8; 2]| Some(digit(*high)? << 4 | digit(*low)?);
        let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
        bytes
            .filter(|_| rest.is_empty())
            .ok_or_else(|| D::Error::custom("not hexadecimal"))
    }
}
