//! Reasons and steps as integrators and people see them.

use menshen_core::geometry::Rect;
use menshen_core::reason::{Disclosure, End, Step, Value};
use menshen_core::{Catalogue, Locale, Reason};
use menshen_document::Field;
use serde::Serialize;
use utoipa::ToSchema;

/// A text in every language.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TextOut {
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    pub zh_cn: String,
    /// English.
    pub en: String,
}

impl TextOut {
    /// Returns what a catalogue says, in every language.
    pub fn of(text: impl Fn(&Catalogue) -> String) -> Self {
        Self {
            zh_cn: text(Catalogue::of(Locale::ZhCn)),
            en: text(Catalogue::of(Locale::En)),
        }
    }
}

/// One thing that stands between a person and approval.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReasonOut {
    /// Its code; codes are append-only, an unknown one is a failure like any other. `null` where the finding is
    /// for the operator only.
    pub code: Option<String>,
    /// What happens next: `again`, `fix`, `wait`, `review`, `final`, or `hint` for advice that never blocks.
    #[schema(value_type = String, example = "again")]
    pub end: End,
    /// Where it is put right.
    #[schema(value_type = String, example = "document_front")]
    pub step: Step,
    /// The field that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub field: Option<Field>,
    /// Does it count as an attempt?
    pub counts: bool,
    /// What is wrong.
    pub title: TextOut,
    /// What to do about it.
    pub remedy: TextOut,
    /// The exact finding, for operators: only where the caller's key may read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<FindingOut>,
}

/// The exact finding.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FindingOut {
    /// The code.
    pub code: String,
    /// In words.
    pub text: TextOut,
    /// What was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    pub measured: Option<Value>,
    /// The policy's limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    pub limit: Option<Value>,
    /// On which photo it was found: `front`, `back` or `selfie`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<&'static str>,
    /// Where on it, in pixels of the oriented photo.
    #[serde(rename = "box", skip_serializing_if = "Option::is_none")]
    pub region: Option<BoxOut>,
}

/// A rectangle, in pixels of the oriented photo, from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct BoxOut {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl From<Rect> for BoxOut {
    fn from(rect: Rect) -> Self {
        Self {
            x: rect.x,
            y: rect.y,
            width: rect.width,
            height: rect.height,
        }
    }
}

/// Returns the photo of a step, where it has one.
pub const fn part(step: Step) -> Option<&'static str> {
    match step {
        Step::DocumentFront => Some("front"),
        Step::DocumentBack => Some("back"),
        Step::Selfie | Step::Liveness => Some("selfie"),
        Step::Device | Step::Account | Step::Form => None,
    }
}

/// Whom reasons are shown to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The person and the integrator's pages: what helps, and nothing that helps a forger.
    Person,
    /// The operator's staff.
    Operator,
}

/// A step still to be done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StepOut {
    /// Its name: `form`, `document_front`, `document_back`, `selfie`.
    #[schema(value_type = String, example = "document_front")]
    pub step: Step,
    /// In words.
    pub title: TextOut,
}

impl From<Step> for StepOut {
    fn from(step: Step) -> Self {
        let title = both(|catalogue| catalogue.step(step));
        Self { step, title }
    }
}

/// Returns reasons for an audience, first what must be done first.
pub fn show(reasons: &[Reason], audience: Audience) -> Vec<ReasonOut> {
    reasons.iter().map(|reason| one(reason, audience)).collect()
}

fn one(reason: &Reason, audience: Audience) -> ReasonOut {
    let operator = audience == Audience::Operator;
    let named = operator || reason.disclosure != Disclosure::None;
    let exact = operator || reason.disclosure == Disclosure::Full;
    let finding = operator.then(|| FindingOut {
        code: reason.code.as_str().to_owned(),
        text: both(|catalogue| catalogue.render(reason).operator),
        measured: reason.measured.clone(),
        limit: reason.limit.clone(),
        part: part(reason.step),
        region: reason.region.map(BoxOut::from),
    });
    ReasonOut {
        code: named.then(|| reason.code.as_str().to_owned()),
        end: reason.end,
        step: reason.step,
        field: reason.field.filter(|_| exact),
        counts: reason.counts,
        title: both(|catalogue| catalogue.render(reason).title),
        remedy: both(|catalogue| catalogue.render(reason).remedy),
        finding,
    }
}

fn both(text: impl Fn(&Catalogue) -> String) -> TextOut {
    TextOut {
        zh_cn: text(Catalogue::of(Locale::ZhCn)),
        en: text(Catalogue::of(Locale::En)),
    }
}
