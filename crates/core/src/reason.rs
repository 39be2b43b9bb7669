//! A reason: one thing that stands between a person and approval, with all that is needed to explain it.

mod code;

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use menshen_document::{DocumentKind, Field, Side};
use serde::{Deserialize, Serialize};

pub use code::{ReasonCode, Spec};

use crate::evidence::Action;
use crate::geometry::Rect;

/// What a code is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Quality of a picture.
    Quality,
    /// The document itself.
    Document,
    /// Two sources disagree.
    Mismatch,
    /// Face and liveness.
    Face,
    /// The machine or the network.
    Technical,
    /// Rules and flow.
    Policy,
    /// Signs of fraud.
    Risk,
}

/// What happens next, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Nothing: advice that never blocks.
    Hint,
    /// A person looks at it.
    Review,
    /// Wait until a moment.
    Wait,
    /// Try again now.
    Again,
    /// Change something first, then try again.
    Fix,
    /// Over.
    Final,
}

/// How much the person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disclosure {
    /// Exactly what is wrong.
    Full,
    /// The area only.
    Soft,
    /// A neutral sentence.
    None,
}

/// Where a person puts it right, in the order of the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Camera, network, client.
    Device,
    /// Account and level.
    Account,
    /// The photo of the document's front.
    DocumentFront,
    /// The photo of the document's back.
    DocumentBack,
    /// The picture of the person.
    Selfie,
    /// The sequence with actions.
    Liveness,
    /// The typed data.
    Form,
}

impl Step {
    /// Returns the step at which a side of the document is photographed.
    pub const fn of(side: Side) -> Self {
        match side {
            Side::Front => Self::DocumentFront,
            Side::Back => Self::DocumentBack,
        }
    }
}

/// When it is a reason's turn: what a person must do first comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// It is over: nothing else matters.
    Final,
    /// Nothing helps before this moment.
    Wait,
    /// Without a working device or file no photo arrives.
    Technical,
    /// Another document or another choice makes new photos necessary anyway.
    Choice,
    /// Retake a photo of the document.
    DocumentPhoto,
    /// Retake the selfie.
    Selfie,
    /// Repeat the actions.
    Liveness,
    /// Correct what was typed; the photos may stay.
    Form,
    /// A person looks at it; there is nothing to do.
    Review,
    /// Advice.
    Hint,
}

/// A measured value or a limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A number in the unit of the measure.
    Number(f64),
    /// A day.
    Date(Date),
    /// Anything else. Personal data stands here masked only.
    Text(String),
}

impl From<f32> for Value {
    /// Keeps the shortest decimal that names the `f32`, so that 0.3 does not become 0.30000001192.
    /// What is not a number becomes text: JSON has no word for it.
    fn from(value: f32) -> Self {
        let text = value.to_string();
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Self::Number(number),
            _ => Self::Text(text),
        }
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Number(value.into())
    }
}

impl From<Date> for Value {
    fn from(value: Date) -> Self {
        Self::Date(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

/// What fills a placeholder of a text; words are put into the reader's language when it is rendered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Param {
    /// A kind of document.
    Kind(DocumentKind),
    /// Kinds of document.
    Kinds(Vec<DocumentKind>),
    /// A side.
    Side(Side),
    /// A field.
    Field(Field),
    /// An action.
    Action(Action),
    /// A day.
    Date(Date),
    /// A moment.
    Time(Timestamp),
    /// A count.
    Count(u32),
    /// Which case of the code, a key of the catalogue's section `why`.
    Why(Why),
    /// An ICAO country code, or other text that is the same in every language.
    Text(String),
}

/// Which case of a code it is, where one code has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The face is small: come closer.
    TooFar,
    /// The face is large: step back.
    TooNear,
    /// The face is away from the middle.
    OffCentre,
    /// Part of the face is outside the picture.
    CutOff,
    /// The head is turned to a side.
    Turned,
    /// The head looks up or down.
    UpOrDown,
    /// The head leans.
    Leaning,
    /// The face is dark.
    Dark,
    /// The face is bright.
    Bright,
    /// The light comes from behind.
    Backlit,
    /// One half of the face is darker.
    OneSided,
    /// The eyes are covered.
    Eyes,
    /// Mouth or nose are covered.
    Mouth,
    /// The forehead is covered.
    Forehead,
    /// The score lies between the two thresholds.
    Band,
    /// The embedder is marked for evaluation only.
    Evaluation,
    /// The embedder has no usable thresholds.
    Uncalibrated,
    /// No comparison was handed in.
    NotRun,
    /// The picture has no colour.
    Grey,
    /// A periodic pattern of a screen or print.
    Raster,
    /// An image editor left its name in the file.
    Editor,
    /// Compression differs between regions.
    Compression,
    /// Frames stand still.
    Frozen,
    /// Frames repeat.
    Repeated,
    /// The face is not the same throughout.
    OtherPerson,
    /// The passive detector sees an attack.
    Spoof,
    /// Too few frames.
    TooFew,
    /// The two names are in different scripts.
    Script,
    /// The parts of the name stand in another order.
    Order,
    /// The name differs at a position.
    Letter,
    /// One name has more parts.
    Length,
    /// Two sources on the document differ in a field.
    Sources,
    /// The number encodes another value than the one printed.
    NumberEncodes,
    /// The length of validity does not fit the age at issue.
    ValidityLength,
    /// The document's dates stand in an impossible order.
    DateOrder,
    /// There is no machine-readable zone.
    NoZone,
    /// The check digits disagree.
    CheckDigits,
    /// The issuing state is another one.
    Country,
    /// The holder is younger than the rules allow.
    Age,
    /// The value is empty.
    Empty,
    /// The date lies in the future or too far in the past.
    Impossible,
    /// The code is in no list of countries.
    UnknownCode,
    /// The portrait was not found.
    NotFound,
    /// The portrait is out of focus.
    Unclear,
    /// The statement carries the code of another case.
    OtherCode,
    /// The statement's code was not read.
    NoCode,
    /// The statement's name was not read.
    NoName,
    /// The statement's date was not read.
    NoDate,
    /// The statement's sentence about its purpose was not read.
    NoPurpose,
    /// The name comes near an entry of a list.
    Listed,
    /// A list was not searched.
    NotSearched,
    /// The face does not follow the colours of the screen.
    Light,
    /// No colours were shown.
    NoLight,
    /// The points of the face lie in one plane.
    Flat,
    /// The depth of the face was not measured.
    NoRelief,
    /// The sequence jumps.
    Cut,
    /// The noise of the picture is painted.
    Grain,
    /// The picture has less noise than a sensor.
    Noise,
    /// Frames of an earlier session.
    Replayed,
    /// Claimed times that the arrival does not allow.
    Times,
    /// Intervals more even than a camera's.
    Even,
    /// Software in place of a camera.
    VirtualCamera,
    /// The client contradicts itself.
    Contradictory,
    /// Frames that no client of ours has sent.
    Forged,
    /// The challenge leaves too little to chance.
    Challenge,
}

/// One thing that stands between a person and approval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Its code.
    pub code: ReasonCode,
    /// What the code is about.
    pub class: Class,
    /// What happens next.
    pub end: End,
    /// Does it count as an attempt?
    pub counts: bool,
    /// How much the person is told.
    pub disclosure: Disclosure,
    /// Where the person puts it right.
    pub step: Step,
    /// The field it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    /// What was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Value>,
    /// The policy's limit for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Value>,
    /// Where in the oriented image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Rect>,
    /// What fills the placeholders of its text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Param>,
    /// When the person may try again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
}

impl Reason {
    /// Returns a reason with what is fixed for its code.
    pub fn new(code: ReasonCode) -> Self {
        let spec = code.spec();
        Self {
            code,
            class: spec.class,
            end: spec.end,
            counts: spec.counts,
            disclosure: spec.disclosure,
            step: spec.step,
            field: None,
            measured: None,
            limit: None,
            region: None,
            params: BTreeMap::new(),
            retry_at: None,
        }
    }

    /// Sets where the person puts it right.
    pub fn at(mut self, step: Step) -> Self {
        self.step = step;
        self
    }

    /// Sets what happens next.
    pub fn ending(mut self, end: End) -> Self {
        self.end = end;
        self
    }

    /// Sets the field, also as a placeholder.
    pub fn field(mut self, field: Field) -> Self {
        self.field = Some(field);
        self.with("field", Param::Field(field))
    }

    /// Sets the measured value and the limit that it breaks.
    pub fn measured(mut self, measured: impl Into<Value>, limit: impl Into<Value>) -> Self {
        self.measured = Some(measured.into());
        self.limit = Some(limit.into());
        self
    }

    /// Sets the place in the picture; a rectangle that is not finite is left out.
    pub fn region(mut self, region: Rect) -> Self {
        let sides = [region.x, region.y, region.width, region.height];
        self.region = sides.iter().all(|side| side.is_finite()).then_some(region);
        self
    }

    /// Adds a placeholder's value.
    pub fn with(mut self, name: &str, param: Param) -> Self {
        self.params.insert(name.to_owned(), param);
        self
    }

    /// Says which case of the code it is.
    pub fn why(self, why: Why) -> Self {
        self.with("why", Param::Why(why))
    }

    /// Returns the reason as the person may see it: figures and regions only where the code is told
    /// in full, and nothing but the code's neutral sentence where it is not told at all.
    pub fn disclosed(mut self) -> Self {
        if self.disclosure == Disclosure::Full {
            return self;
        }
        self.measured = None;
        self.limit = None;
        self.region = None;
        self.params.remove("why");
        if self.disclosure == Disclosure::None {
            self.field = None;
            self.params.clear();
        }
        self
    }

    /// Returns when it is this reason's turn; a changed `end` moves it to where that end belongs.
    pub fn turn(&self) -> Turn {
        match self.end {
            End::Final => Turn::Final,
            End::Wait => Turn::Wait,
            End::Review => Turn::Review,
            End::Hint => Turn::Hint,
            End::Again | End::Fix => match self.code.spec().turn {
                // A code that usually ends elsewhere but now asks for something is a photo to retake.
                Turn::Final | Turn::Wait | Turn::Review | Turn::Hint => Turn::DocumentPhoto,
                turn => turn,
            },
        }
    }
}

/// Sorts reasons by what the person must do first. Of several that say the same in the same words,
/// the first stays.
pub fn sort(reasons: &mut Vec<Reason>) {
    reasons.sort_by_key(|reason| (reason.turn(), reason.step, reason.code, reason.field));
    let mut kept: Vec<Reason> = Vec::with_capacity(reasons.len());
    for reason in reasons.drain(..) {
        let said = |other: &Reason| {
            (other.code, other.step, other.end) == (reason.code, reason.step, reason.end)
                && other.params == reason.params
        };
        if !kept.iter().any(said) {
            kept.push(reason);
        }
    }
    *reasons = kept;
}
