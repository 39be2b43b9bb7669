//! Requests and messages to frames and back.

use std::borrow::Cow;

use menshen_core::evidence::{FaceEvidence, PageEvidence};
use menshen_core::live::FrameEvidence;
use menshen_core::statement::StatementEvidence;
use menshen_vision::liveness::Look;
use serde::{Deserialize, Serialize};

use super::frame::{bytes, count, join, split};
use super::{Answer, MAX_ANSWER_BYTES, MAX_REQUEST_BYTES, Message, ProtocolError, Ready, Request};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RequestHead {
    Page,
    Selfie,
    Statement { template: Option<u32> },
    Clean,
    Frame { look: Look },
    Compare { a: u32, b: u32 },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MessageHead<'a> {
    Ready(Cow<'a, Ready>),
    Broken {
        reason: Cow<'a, str>,
    },
    Page {
        evidence: Cow<'a, PageEvidence>,
        vector: Option<u32>,
        clean: bool,
    },
    Selfie {
        evidence: Cow<'a, FaceEvidence>,
        vector: Option<u32>,
        clean: bool,
    },
    Statement {
        evidence: Cow<'a, StatementEvidence>,
        vector: Option<u32>,
        clean: bool,
    },
    Clean {
        unreadable: Option<Cow<'a, str>>,
    },
    Frame {
        evidence: Cow<'a, FrameEvidence>,
    },
    Score {
        model: Cow<'a, str>,
        score: f32,
    },
    Failed,
}

impl Request {
    /// Returns the whole frame.
    pub fn encode(&self) -> Result<Vec<u8>, ProtocolError> {
        let limit = MAX_REQUEST_BYTES;
        match self {
            Self::Page { bytes } => join(&RequestHead::Page, [bytes, &[]], limit),
            Self::Selfie { bytes } => join(&RequestHead::Selfie, [bytes, &[]], limit),
            Self::Statement {
                bytes: file,
                template,
            } => {
                let template = template.as_deref();
                let head = RequestHead::Statement {
                    template: template.map(count).transpose()?,
                };
                join(&head, [&bytes(template.unwrap_or_default()), file], limit)
            }
            Self::Clean { bytes } => join(&RequestHead::Clean, [bytes, &[]], limit),
            Self::Frame { bytes, look } => {
                join(&RequestHead::Frame { look: *look }, [bytes, &[]], limit)
            }
            Self::Compare { a, b } => {
                let head = RequestHead::Compare {
                    a: count(a)?,
                    b: count(b)?,
                };
                join(&head, [&bytes(a), &bytes(b)], limit)
            }
        }
    }

    /// Reads what follows a frame's length.
    pub fn decode(frame: &[u8]) -> Result<Self, ProtocolError> {
        let (head, mut body) = split(frame)?;
        Ok(match head {
            RequestHead::Page => Self::Page { bytes: body.rest() },
            RequestHead::Selfie => Self::Selfie { bytes: body.rest() },
            RequestHead::Statement { template } => Self::Statement {
                template: template.map(|count| body.vector(count)).transpose()?,
                bytes: body.rest(),
            },
            RequestHead::Clean => Self::Clean { bytes: body.rest() },
            RequestHead::Frame { look } => Self::Frame {
                look,
                bytes: body.rest(),
            },
            RequestHead::Compare { a, b } => {
                let (a, b) = (body.vector(a)?, body.vector(b)?);
                body.end()?;
                Self::Compare { a, b }
            }
        })
    }
}

impl Message {
    /// Returns the whole frame.
    pub fn encode(&self) -> Result<Vec<u8>, ProtocolError> {
        let (vector, clean) = match self {
            Self::Answer(Answer::Page {
                portrait, clean, ..
            }) => (portrait.as_deref(), clean.as_deref()),
            Self::Answer(
                Answer::Selfie {
                    embedding, clean, ..
                }
                | Answer::Statement {
                    embedding, clean, ..
                },
            ) => (embedding.as_deref(), clean.as_deref()),
            Self::Answer(Answer::Clean { picture }) => (None, picture.as_deref().ok()),
            _ => (None, None),
        };
        let length = vector.map(count).transpose()?;
        let head = head(self, length, clean.is_some());
        let vector = bytes(vector.unwrap_or_default());
        let clean = clean.unwrap_or_default();
        join(&head, [&vector, clean], MAX_ANSWER_BYTES)
    }

    /// Reads what follows a frame's length.
    pub fn decode(frame: &[u8]) -> Result<Self, ProtocolError> {
        let (head, mut body) = split(frame)?;
        let message = match head {
            MessageHead::Ready(ready) => Self::Ready(ready.into_owned()),
            MessageHead::Broken { reason } => Self::Broken {
                reason: reason.into_owned(),
            },
            MessageHead::Failed => Self::Failed,
            MessageHead::Page {
                evidence,
                vector,
                clean,
            } => Self::Answer(Answer::Page {
                evidence: evidence.into_owned(),
                portrait: vector.map(|count| body.vector(count)).transpose()?,
                clean: clean.then(|| body.rest()),
            }),
            MessageHead::Selfie {
                evidence,
                vector,
                clean,
            } => Self::Answer(Answer::Selfie {
                evidence: evidence.into_owned(),
                embedding: vector.map(|count| body.vector(count)).transpose()?,
                clean: clean.then(|| body.rest()),
            }),
            MessageHead::Statement {
                evidence,
                vector,
                clean,
            } => Self::Answer(Answer::Statement {
                evidence: evidence.into_owned(),
                embedding: vector.map(|count| body.vector(count)).transpose()?,
                clean: clean.then(|| body.rest()),
            }),
            MessageHead::Clean { unreadable } => Self::Answer(Answer::Clean {
                picture: match unreadable {
                    None => Ok(body.rest()),
                    Some(word) => Err(word.into_owned()),
                },
            }),
            MessageHead::Frame { evidence } => Self::Answer(Answer::Frame {
                evidence: Box::new(evidence.into_owned()),
            }),
            MessageHead::Score { model, score } => Self::Answer(Answer::Score {
                model: model.into_owned(),
                score,
            }),
        };
        body.end()?;
        Ok(message)
    }
}

fn head(message: &Message, vector: Option<u32>, clean: bool) -> MessageHead<'_> {
    match message {
        Message::Ready(ready) => MessageHead::Ready(Cow::Borrowed(ready)),
        Message::Broken { reason } => MessageHead::Broken {
            reason: Cow::Borrowed(reason),
        },
        Message::Failed => MessageHead::Failed,
        Message::Answer(Answer::Page { evidence, .. }) => MessageHead::Page {
            evidence: Cow::Borrowed(evidence),
            vector,
            clean,
        },
        Message::Answer(Answer::Selfie { evidence, .. }) => MessageHead::Selfie {
            evidence: Cow::Borrowed(evidence),
            vector,
            clean,
        },
        Message::Answer(Answer::Statement { evidence, .. }) => MessageHead::Statement {
            evidence: Cow::Borrowed(evidence),
            vector,
            clean,
        },
        Message::Answer(Answer::Clean { picture }) => MessageHead::Clean {
            unreadable: picture.as_ref().err().map(Cow::from),
        },
        Message::Answer(Answer::Frame { evidence }) => MessageHead::Frame {
            evidence: Cow::Borrowed(evidence),
        },
        Message::Answer(Answer::Score { model, score }) => MessageHead::Score {
            model: Cow::Borrowed(model),
            score: *score,
        },
    }
}
