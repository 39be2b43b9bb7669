//! What a parent and its engine child say to each other.
//!
//! A frame is a length of 4 bytes (big-endian, of all that follows), a header's length of 4 bytes, the header in JSON,
//! and raw bytes whose parts the header counts. Each side takes the other for hostile: the child reads what people
//! upload, and the parent reads what a child says whose decoder may have been taken over.

use std::fmt;
use std::io;

use menshen_core::ModelCards;
use menshen_core::evidence::{FaceEvidence, PageEvidence};
use menshen_core::live::FrameEvidence;
use menshen_core::statement::StatementEvidence;
use menshen_vision::liveness::Look;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::isolate::Isolation;

mod frame;
mod head;
pub(crate) use frame::LENGTH_BYTES;
pub use frame::{read_frame, write_frame};

/// Largest request in bytes, frame included. `vision` refuses photos from 25 MB on, with a reason; this only keeps a
/// broken peer from filling the memory.
pub const MAX_REQUEST_BYTES: usize = 32 << 20;

/// Largest answer in bytes. Twelve megapixels of noise as JPEG of quality 92 take some 20 MB.
pub const MAX_ANSWER_BYTES: usize = 48 << 20;

/// What a parent asks.
#[derive(Clone, PartialEq)]
pub enum Request {
    /// Measure one side of a document.
    Page {
        /// The file.
        bytes: Vec<u8>,
    },
    /// Measure a picture of a person.
    Selfie {
        /// The file.
        bytes: Vec<u8>,
    },
    /// Measure a photo of a person who holds a sheet with a dictated text.
    Statement {
        /// The file.
        bytes: Vec<u8>,
        /// The face that it should be: a vector as the answers carry it, or the default embedder's alone.
        template: Option<Vec<f32>>,
    },
    /// Write a picture anew, without measuring it.
    Clean {
        /// The file.
        bytes: Vec<u8>,
    },
    /// Measure a frame of a live check.
    Frame {
        /// The file, a JPEG of at most [`MAX_FRAME_BYTES`](crate::live::MAX_FRAME_BYTES).
        bytes: Vec<u8>,
        /// What is looked for.
        look: Look,
    },
    /// Compare two vectors as the answers carry them, or of the default embedder alone.
    Compare {
        /// One face.
        a: Vec<f32>,
        /// The other face.
        b: Vec<f32>,
    },
}

/// What a child answers.
#[derive(Clone, PartialEq)]
pub enum Answer {
    /// One side of a document was measured.
    Page {
        /// Everything that was measured; `unreadable` says why there is nothing.
        evidence: PageEvidence,
        /// The portrait's vector.
        portrait: Option<Vec<f32>>,
        /// The picture as a new JPEG, upright and without metadata, at most [`CLEAN_PIXELS`](crate::child::CLEAN_PIXELS).
        clean: Option<Vec<u8>>,
    },
    /// A picture of a person was measured.
    Selfie {
        /// Everything that was measured; `unreadable` says why there is nothing.
        evidence: FaceEvidence,
        /// The face's vector.
        embedding: Option<Vec<f32>>,
        /// As for a page.
        clean: Option<Vec<u8>>,
    },
    /// A photo of a person who holds a sheet was measured.
    Statement {
        /// Everything that was measured; `unreadable` says why there is nothing. Never enough alone: see
        /// [`judge`](menshen_core::statement::judge).
        evidence: StatementEvidence,
        /// The face's vector.
        embedding: Option<Vec<f32>>,
        /// As for a page, with the writing upright.
        clean: Option<Vec<u8>>,
    },
    /// A picture was written anew.
    Clean {
        /// As for a page, or the stable word that says why the file is no picture.
        picture: Result<Vec<u8>, String>,
    },
    /// A frame was measured.
    Frame {
        /// Everything that was measured; `unreadable` says why there is nothing.
        evidence: Box<FrameEvidence>,
    },
    /// Two vectors were compared.
    Score {
        /// The card that judges the score: the embedder's, or that of a comparison with the operator's cohort.
        model: String,
        /// Higher is more alike; -1 (-100 with a cohort) for vectors that cannot be compared.
        score: f32,
    },
}

/// What a child says of itself before it takes requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ready {
    /// Version of the engine.
    pub engine: String,
    /// Cards of the embedders that are loaded.
    pub cards: ModelCards,
    /// Name of the embedder whose vectors the answers carry.
    pub embedder: String,
    /// How many numbers at the head of a vector are that embedder's; those of others may stand behind them, by which faces are compared,
    /// too. `None` where nothing measures: all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_numbers: Option<usize>,
    /// What holds the child, and what could not be had here.
    pub isolation: Isolation,
}

/// Everything that a child sends.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one lives at a time, beside pictures of megabytes"
)]
pub enum Message {
    /// The models are loaded and the door is shut. Always the first message of a child that works.
    Ready(Ready),
    /// The child cannot start; it ends after this.
    Broken {
        /// Why, naming files and rules only.
        reason: String,
    },
    /// The answer to the request.
    Answer(Answer),
    /// The networks failed on this request. The child goes on.
    Failed,
}

/// Why a frame is none. Says nothing of its content.
#[derive(Debug, Error)]
pub enum ProtocolError {
    /// The pipe failed.
    #[error("engine pipe")]
    Io(#[from] io::Error),
    /// More bytes than a frame may have.
    #[error("engine frame of {size} bytes is above {limit}")]
    TooLarge {
        /// What it has, or says it has.
        size: usize,
        /// What it may have.
        limit: usize,
    },
    /// The frame ends before its parts do.
    #[error("engine frame is cut short")]
    Truncated,
    /// The header is not JSON of the expected shape, or a number in it is not finite.
    #[error("engine frame has a wrong header")]
    Header,
    /// The bytes behind the header are not what it counts.
    #[error("engine frame has a wrong body")]
    Body,
}

/// What a request is about; its answer is about the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Page,
    Selfie,
    Statement,
    Clean,
    Frame,
    Score,
}

impl Request {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Page { .. } => Kind::Page,
            Self::Selfie { .. } => Kind::Selfie,
            Self::Statement { .. } => Kind::Statement,
            Self::Clean { .. } => Kind::Clean,
            Self::Frame { .. } => Kind::Frame,
            Self::Compare { .. } => Kind::Score,
        }
    }
}

impl Answer {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Page { .. } => Kind::Page,
            Self::Selfie { .. } => Kind::Selfie,
            Self::Statement { .. } => Kind::Statement,
            Self::Clean { .. } => Kind::Clean,
            Self::Frame { .. } => Kind::Frame,
            Self::Score { .. } => Kind::Score,
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page { bytes } => write!(f, "Page({} bytes)", bytes.len()),
            Self::Selfie { bytes } => write!(f, "Selfie({} bytes)", bytes.len()),
            Self::Statement { bytes, template } => {
                let numbers = template.as_ref().map_or(0, Vec::len);
                write!(f, "Statement({} bytes, {numbers} numbers)", bytes.len())
            }
            Self::Clean { bytes } => write!(f, "Clean({} bytes)", bytes.len()),
            Self::Frame { bytes, .. } => write!(f, "Frame({} bytes)", bytes.len()),
            Self::Compare { a, b } => write!(f, "Compare({}, {} numbers)", a.len(), b.len()),
        }
    }
}

/// An answer is personal data: it has no readable `Debug`.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}(..)", self.kind())
    }
}

#[cfg(test)]
mod tests;
