//! What the page is answered, as `web/app/src/engine/types.ts` describes it.

use menshen_core::Reason;
use menshen_core::evidence::{
    FaceEvidence, FaceMeasures, PageEvidence, PageQuality, PortraitEvidence,
};
use menshen_core::geometry::{Point, Quad, Rect};
use menshen_core::reason::{End, Param, ReasonCode, Step, Value, Why};
use menshen_document::{DocumentKind, Field};
use serde::Serialize;

/// What a picture of a document shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DocumentAnswer {
    /// Was an outline seen?
    pub found: bool,
    /// Its corners.
    pub outline: Option<Quad>,
    /// Which of them are in the picture.
    pub corners_visible: [bool; 4],
    /// Kinds that the picture does not contradict.
    pub kinds: Vec<DocumentKind>,
    /// What is wrong, first what comes first.
    pub reasons: Vec<ReasonAnswer>,
    /// What was measured.
    pub measures: PageQuality,
    /// The portrait, where one was looked for and found.
    pub portrait: Option<PortraitEvidence>,
    /// Width and height of the picture.
    pub size: [u32; 2],
    /// Why the file could not be read.
    pub unreadable: Option<String>,
}

/// What a picture of a person shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FaceAnswer {
    /// Was a face seen?
    pub found: bool,
    /// How many.
    pub faces: u32,
    /// The corners of the face's box.
    pub outline: Option<Quad>,
    /// What is wrong, first what comes first.
    pub reasons: Vec<ReasonAnswer>,
    /// What was measured.
    pub measures: Option<FaceMeasures>,
    /// Width and height of the picture.
    pub size: [u32; 2],
    /// Why the file could not be read.
    pub unreadable: Option<String>,
}

/// A reason as the page needs it: what the texts are found by, and where to draw.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReasonAnswer {
    /// Its code.
    pub code: ReasonCode,
    /// Where it is put right.
    pub step: Step,
    /// What happens next.
    pub end: End,
    /// Which case of the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// The field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    /// What was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<Value>,
    /// The policy's limit for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Value>,
    /// Where in the picture.
    #[serde(rename = "box", skip_serializing_if = "Option::is_none")]
    pub region: Option<Rect>,
}

impl DocumentAnswer {
    pub(crate) fn new(
        evidence: PageEvidence,
        kinds: Vec<DocumentKind>,
        reasons: Vec<Reason>,
    ) -> Self {
        Self {
            found: evidence.quad.is_some(),
            outline: evidence.quad,
            corners_visible: evidence.corners_visible,
            kinds,
            reasons: reasons.into_iter().map(ReasonAnswer::from).collect(),
            measures: evidence.quality,
            portrait: evidence.portrait,
            size: evidence.size,
            unreadable: evidence.unreadable,
        }
    }
}

impl FaceAnswer {
    pub(crate) fn new(evidence: FaceEvidence, reasons: Vec<Reason>) -> Self {
        Self {
            found: evidence.largest.is_some(),
            faces: evidence.faces,
            outline: evidence.largest.as_ref().map(|face| corners(face.region)),
            reasons: reasons.into_iter().map(ReasonAnswer::from).collect(),
            measures: evidence.largest,
            size: evidence.size,
            unreadable: evidence.unreadable,
        }
    }
}

impl From<Reason> for ReasonAnswer {
    fn from(reason: Reason) -> Self {
        let why = reason.params.get("why").and_then(|param| match param {
            Param::Why(why) => Some(*why),
            _ => None,
        });
        Self {
            code: reason.code,
            step: reason.step,
            end: reason.end,
            why,
            field: reason.field,
            measured: reason.measured,
            limit: reason.limit,
            region: reason.region,
        }
    }
}

fn corners(rect: Rect) -> Quad {
    let (right, bottom) = (rect.x + rect.width, rect.y + rect.height);
    [
        (rect.x, rect.y),
        (right, rect.y),
        (right, bottom),
        (rect.x, bottom),
    ]
    .map(|(x, y)| Point { x, y })
}
