//! What `vision` measured: numbers with units, never a verdict. `core::decide` judges them.
//!
//! Boxes and points are pixels of the oriented image. Ratios are 0..=1. A measure that could not be
//! taken is `None`; a missing measure is never a pass.

mod components;

use std::collections::BTreeMap;

use menshen_document::{DocumentKind, Field, Side};
use serde::{Deserialize, Serialize};

pub use components::{COMPONENTS, FaceComponents, scores as component_scores};

use crate::duplicate::Duplicates;
use crate::geometry::{Quad, Rect};
use crate::ids::ScreeningHitId;
use crate::live::{Cue, Mode, NoLight, Stopped};
use crate::policy::SanctionList;

/// Everything that was measured for one verification.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The photo handed in as the front, if any.
    pub front: Option<PageEvidence>,
    /// The photo handed in as the back, if any.
    pub back: Option<PageEvidence>,
    /// The selfie, or the best frame of the sequence.
    pub selfie: Option<FaceEvidence>,
    /// The comparison of the selfie with the portrait on the document.
    pub face_match: Option<FaceMatch>,
    /// Measures over a sequence of frames, where one was handed in.
    pub liveness: Option<LivenessEvidence>,
    /// The search of lists of sanctioned people, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screening: Option<ScreeningEvidence>,
    /// The same person elsewhere, where somebody has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicates: Option<Duplicates>,
}

/// One photo of one side of a document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PageEvidence {
    /// Why the photo could not be decoded; everything else is empty then.
    pub unreadable: Option<String>,
    /// Oriented width and height in pixels.
    pub size: [u32; 2],
    /// The document's outline, when one was found.
    pub quad: Option<Quad>,
    /// For each corner of `quad`: does it lie inside the picture, with its two edges seen?
    pub corners_visible: [bool; 4],
    /// What the page looks like; `None` when it does not look like a known document.
    pub seen: Option<Seen>,
    /// Quality of the document area (of the whole picture when no outline was found).
    pub quality: PageQuality,
    /// Text by field.
    pub fields: BTreeMap<Field, FieldEvidence>,
    /// The machine-readable zone, when one was found.
    pub mrz: Option<MrzEvidence>,
    /// The portrait printed on the page, when one was found.
    pub portrait: Option<PortraitEvidence>,
    /// What the file says about its own history.
    pub traces: FileTraces,
}

/// What a page looks like.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// The kind of document.
    pub kind: DocumentKind,
    /// The side.
    pub side: Side,
    /// 0..=1, from structural agreement (MRZ format, labels, proportions, colour), not a probability.
    pub confidence: f32,
}

/// Quality measures of the document area.
///
/// "Page pixels" are pixels of the rectified page scaled to 1,000 pixels in width.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PageQuality {
    /// Standard deviation of the Gaussian blur that explains the softest *text edges*, in page
    /// pixels. 0 is perfectly sharp; `None` when there is no edge to measure.
    pub blur: Option<f32>,
    /// Part of the page area that is burnt out by a reflection, 0..=1.
    pub glare: f32,
    /// The burnt-out spots.
    pub glare_regions: Vec<Rect>,
    /// Median luma of the page beside its shadow, 0..=1 (sRGB-encoded, Rec. 601 weights).
    pub brightness: f32,
    /// 95th minus 1st percentile of luma, 0..=1: paper against ink, also where there is little of it.
    pub contrast: f32,
    /// Depth of the darkest shadow: 1 - (darkest / brightest) of the smooth illumination, 0..=1.
    pub shadow: f32,
    /// The shadowed area.
    pub shadow_region: Option<Rect>,
    /// Part of the page area hidden by a finger or object, 0..=1.
    pub covered: f32,
    /// The hidden areas.
    pub covered_regions: Vec<Rect>,
    /// Mean chroma of the page, 0..=1 (max - min of R, G, B over 255, white-balanced); a grey copy is near 0.
    pub chroma: f32,
    /// Strength of periodic patterns that a re-photographed screen or print raster leaves, 0..=1.
    pub moire: f32,
    /// Median height of capital letters or digits of the page's text in *source* pixels; `None`
    /// when no text was found.
    pub text_height: Option<f32>,
    /// Width of the page in source pixels (mean of its upper and lower edge).
    pub page_width: f32,
}

/// One field of text as read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FieldEvidence {
    /// The text: dates as `YYYY-MM-DD`, sex as `M`, `F` or `X`, the rest as printed.
    pub value: String,
    /// Mean character confidence of the recogniser, 0..=1.
    pub confidence: f32,
    /// Where it stands, in the oriented image.
    #[serde(rename = "box")]
    pub region: Rect,
    /// Part of the box that is burnt out, 0..=1.
    pub glare: f32,
    /// Blur of the box, as in [`PageQuality::blur`].
    pub blur: Option<f32>,
}

/// A machine-readable zone as read from pixels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MrzEvidence {
    /// The lines as read, `A-Z0-9<`.
    pub lines: Vec<String>,
    /// Mean character confidence, 0..=1.
    pub confidence: f32,
    /// The reader stands by every character, names included (check digits do not cover them).
    pub certain: bool,
    /// Height of the characters in source pixels.
    pub char_height: f32,
    /// Where it stands, in the oriented image.
    #[serde(rename = "box")]
    pub region: Rect,
}

/// The portrait printed on a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PortraitEvidence {
    /// The face's box in the oriented image.
    #[serde(rename = "box")]
    pub region: Rect,
    /// Distance between the eye centres in source pixels.
    pub eye_distance: f32,
    /// Sharpness as in [`FaceMeasures::sharpness`].
    pub sharpness: f32,
}

/// What the file says about its own history.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FileTraces {
    /// Name of an image editor that left its mark (from a fixed list, never free text of the file).
    pub editor: Option<String>,
    /// The file carries camera metadata (make, model or exposure).
    pub camera: bool,
    /// Strongest disagreement of compression history between a region and the rest, 0..=1.
    pub inconsistency: f32,
    /// Where it disagrees.
    pub inconsistent_region: Option<Rect>,
}

/// A picture of a person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FaceEvidence {
    /// Why the photo could not be decoded; everything else is empty then.
    pub unreadable: Option<String>,
    /// Oriented width and height in pixels.
    pub size: [u32; 2],
    /// Faces whose box is at least a third of the largest one's width.
    pub faces: u32,
    /// The largest face.
    pub largest: Option<FaceMeasures>,
}

/// Head pose in degrees, as the *viewer of the picture* sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pose {
    /// Positive: the face turns towards the picture's right edge (the person's own left).
    pub yaw: f32,
    /// Positive: the face looks up.
    pub pitch: f32,
    /// Positive: the head leans clockwise in the picture.
    pub roll: f32,
}

/// Measures of one face, after ISO/IEC 29794-5 where it has a measure that needs no extra network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FaceMeasures {
    /// The mesh's bounding box in the oriented image.
    #[serde(rename = "box")]
    pub region: Rect,
    /// Detector score, 0..=1.
    pub score: f32,
    /// Head pose.
    pub pose: Pose,
    /// Opening of the eye on the picture's left and right: lid distance over eye width, about 0.3 when open.
    pub eyes_open: [f32; 2],
    /// Lip distance over mouth width, 0 when closed.
    pub mouth_open: f32,
    /// Distance between the eye centres in pixels.
    pub eye_distance: f32,
    /// Everything else.
    pub quality: FaceQuality,
    /// Components of ISO/IEC 29794-5. `None` in what was stored before they were measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub components: Option<FaceComponents>,
}

/// Quality measures of a face; all 0..=1 unless said otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FaceQuality {
    /// Blur-insensitive edge energy of the face at a fixed 128-pixel size; 0 is flat, 1 is crisp.
    pub sharpness: f32,
    /// Median luma of the skin.
    pub brightness: f32,
    /// 95th minus 5th percentile of luma over the face (low: haze, a dirty lens).
    pub contrast: f32,
    /// Part of the face that is under-exposed (luma below 0.1).
    pub dark: f32,
    /// Part of the face that is over-exposed (luma above 0.97).
    pub bright: f32,
    /// Background median luma minus face median luma, -1..=1; large and positive: back-lit.
    pub backlight: f32,
    /// Imbalance of the two halves: |left - right| / (left + right) of mean luma.
    pub half_lit: f32,
    /// Likelihood that the eyes are hidden (sunglasses, hair, hand).
    pub eyes_covered: f32,
    /// Likelihood of a visible frame of glasses.
    pub glasses: f32,
    /// Likelihood that mouth and nose are hidden (mask, hand).
    pub mouth_covered: f32,
    /// Likelihood that the forehead is hidden (hat, hair).
    pub forehead_covered: f32,
    /// Edge density of the background around the head.
    pub background_clutter: f32,
    /// Face box height over picture height.
    pub face_height: f32,
    /// Distance of the face centre from the picture centre over half the picture's diagonal.
    pub off_centre: f32,
    /// Part of the face box that lies inside the picture.
    pub inside: f32,
}

/// The comparison of two faces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaceMatch {
    /// Name of the card that judges the score: an embedder's, or that of a comparison with the operator's cohort, whose name ends with
    /// the first digits of the cohort's hash.
    pub model: String,
    /// Higher is more alike: cosine, or 1 - Euclidean distance, as the card's metric says; in deviations where the card has a
    /// comparison.
    pub score: f32,
}

/// What a person does on demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Both eyes close and open.
    Blink,
    /// The head goes down and comes back.
    Nod,
    /// The head goes to one side and to the other.
    Shake,
    /// The face turns towards the picture's left edge.
    TurnLeft,
    /// The face turns towards the picture's right edge.
    TurnRight,
    /// The mouth opens.
    MouthOpen,
    /// The face comes closer to the camera.
    ComeCloser,
}

/// An action seen in a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActionEvent {
    /// What was done.
    pub action: Action,
    /// Seconds on the clock of the frames: from the opening of a session, or from the first frame of a folder.
    pub start: f32,
    /// Seconds on the clock of the frames: from the opening of a session, or from the first frame of a folder.
    pub end: f32,
}

/// Measures over a sequence of timed frames.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LivenessEvidence {
    /// Frames handed in.
    pub frames: u32,
    /// Frames that could not be decoded.
    pub unreadable: u32,
    /// Frames with exactly one face.
    pub one_face: u32,
    /// Frames with several faces.
    pub several_faces: u32,
    /// Actions seen, in order of their start.
    pub events: Vec<ActionEvent>,
    /// Lowest similarity between the reference frame and any other frame, as the embedder's score; `None`
    /// without two faces.
    pub continuity: Option<f32>,
    /// Name of the embedder behind `continuity`.
    pub continuity_model: Option<String>,
    /// Longest run of frames that are identical up to coding noise, in seconds.
    pub frozen: f32,
    /// Frames that repeat an earlier, non-adjacent one.
    pub repeated: u32,
    /// Likelihood of a presentation attack, 0..=1; `None` where no model for it is installed.
    pub spoof: Option<f32>,
    /// Index of the best frame for the comparison.
    pub best_frame: Option<u32>,
    /// Physical signs of a living face before a camera, or of something else. `None` in what was stored before they were measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signs: Option<Signs>,
    /// What the session itself shows; `None` for frames that were handed in without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<LiveEvidence>,
}

/// Physical signs over a sequence. What could not be measured is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Signs {
    /// How the face's colour follows the screen's.
    pub light: Option<LightEvidence>,
    /// How far the points of the face are from lying in one plane.
    pub relief: Option<ReliefEvidence>,
    /// Places where picture or face jump: one frame is not the next moment of the one before.
    pub cuts: u32,
    /// Likeness of the noise of neighbouring frames, -1..=1: about 0 for a sensor, near 1 where it is painted.
    pub grain: Option<f32>,
    /// Median of the frames' noise in grey levels.
    pub noise: Option<f32>,
    /// Median of how far the strongest period of colour stands above its surroundings, as a decimal exponent of its power.
    pub moire: Option<f32>,
    /// Median strength of straight edges around the face, 0..=1.
    pub border: Option<f32>,
    /// Median strength of bands across the rows, as a part of the light.
    pub bands: Option<f32>,
    /// Median change of exposure between frames while no colour changes, as a part of the light.
    pub flicker: Option<f32>,
}

/// How a face answers the colours of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LightEvidence {
    /// Frames that it was measured on.
    pub frames: u32,
    /// Correlation of the face's chromaticity with the colours shown, -1..=1, at the best delay.
    pub response: f32,
    /// Part of other sequences of colours, drawn as the session's was, that fit as well, 0..=1.
    pub chance: f32,
    /// Delay of the picture behind the screen, in seconds.
    pub lag: f32,
    /// Change of the face's chromaticity for a whole colour (natural logarithm of a ratio of channels).
    pub face_gain: f32,
    /// The same of the background.
    pub background_gain: f32,
    /// Standard deviation of the gain between parts of the face over its mean: 0 for a flat thing.
    pub spread: f32,
}

/// What turning shows of the depth of a face.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReliefEvidence {
    /// Mean distance of the points of turned frames from the best projection of a plane through those of straight ones,
    /// in eye distances over the sine of the turn.
    pub residual: f32,
    /// The largest turn in degrees.
    pub turn: f32,
    /// Turned frames that it was measured on.
    pub frames: u32,
}

/// What a session of a live check shows beside its pictures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LiveEvidence {
    /// Which way was chosen.
    pub mode: Mode,
    /// Choice of the challenge in bits.
    pub bits: f32,
    /// Cues in the order in which they were shown.
    pub cues: Vec<CueEvidence>,
    /// Cues that were never shown.
    pub cues_left: u32,
    /// Another action than the one asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrong: Option<Action>,
    /// Colours that were shown.
    pub colours: u32,
    /// Why there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_light: Option<NoLight>,
    /// Why the session ended before its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
    /// When it ended, milliseconds from its opening.
    pub ended_ms: u32,
    /// Frames that look like ones of earlier sessions.
    pub replayed: u32,
    /// Times of the frames.
    pub timing: TimingEvidence,
    /// What the client says of its camera.
    pub source: SourceEvidence,
}

/// A cue and its answer; milliseconds from the opening of the session.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CueEvidence {
    /// What was asked for.
    pub cue: Cue,
    /// When it was shown.
    pub shown_ms: u32,
    /// When the action began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_ms: Option<u32>,
}

/// Times of the frames of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TimingEvidence {
    /// Frames that arrived.
    pub frames: u32,
    /// Numbers of the sequence that never arrived, or arrived too late to be looked at.
    pub lost: u32,
    /// Mean frames a second.
    pub rate: f32,
    /// Standard deviation of the intervals that the client claims, in milliseconds.
    pub claimed_jitter_ms: f32,
    /// Standard deviation of the intervals between arrivals, in milliseconds.
    pub arrival_jitter_ms: f32,
    /// Frames whose claimed time their arrival does not allow.
    pub bent: u32,
    /// Connections after the first one.
    pub reconnects: u32,
}

/// What a client says of its camera. A hostile one says what it likes: a bad answer is a sign, a good one none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceEvidence {
    /// The label is that of software that passes pictures on as a camera's.
    pub virtual_camera: bool,
    /// The client gave no label.
    pub unnamed: bool,
    /// The client's own description contradicts itself or the frames (size, rate).
    pub contradictory: bool,
}

/// What a search of the lists of sanctioned people found. Entries by their lists' own ids, never by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScreeningEvidence {
    /// The lists that were searched, each with the SHA-256 of its file. One that is not here was not searched.
    pub lists: BTreeMap<SanctionList, String>,
    /// The entries that the person's name comes near, the best first.
    pub hits: Vec<ScreeningHit>,
    /// There may be more of them: a search names so many at most.
    pub cut: bool,
}

/// An entry that a person's name comes near.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScreeningHit {
    /// The list.
    pub list: SanctionList,
    /// The list's own id of the entry.
    pub entry: String,
    /// How near, 0..=1.
    pub score: f32,
    /// The exception in force for this person and this content of the entry: somebody found that it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<ScreeningHitId>,
}
