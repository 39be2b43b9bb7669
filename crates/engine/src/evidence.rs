//! Bytes to evidence: what one photo of a document, or of a person, says.

use menshen_core::evidence::{FaceEvidence, PageEvidence};
use menshen_core::statement::StatementEvidence;
use menshen_vision::face::Embedding;
use menshen_vision::layout::{self, ExaminedPage, PageModels};
use menshen_vision::photo::{Limits, PhotoError};
use menshen_vision::{Photo, TextReader};

use crate::error::EngineError;
use crate::face::FaceEngine;
use crate::load::Loader;
use crate::zone::ZoneEngine;

/// A picture together with the file that it came in, which tells of editing.
pub struct Original {
    /// The file.
    pub bytes: Vec<u8>,
    /// The picture.
    pub photo: Photo,
}

impl Original {
    /// Decodes a file behind the usual limits.
    pub fn decode(bytes: Vec<u8>) -> Result<Self, PhotoError> {
        let photo = Photo::decode(&bytes, &Limits::default())?;
        Ok(Self { bytes, photo })
    }
}

/// What one side of a document says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Side {
    /// Everything that was measured.
    pub evidence: PageEvidence,
    /// The portrait's vector, to compare with the selfie's.
    pub portrait: Option<Embedding>,
}

impl Side {
    /// Returns the evidence of a photo that could not be decoded, with the stable word that says why.
    pub fn unreadable(code: &str) -> Self {
        Self {
            evidence: PageEvidence {
                unreadable: Some(code.to_owned()),
                ..PageEvidence::default()
            },
            portrait: None,
        }
    }
}

/// What a picture of a person says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Person {
    /// Everything that was measured.
    pub evidence: FaceEvidence,
    /// The face's vector, to compare with the portrait's.
    pub embedding: Option<Embedding>,
}

impl Person {
    /// Returns the evidence of a photo that could not be decoded, with the stable word that says why.
    pub fn unreadable(code: &str) -> Self {
        Self {
            evidence: FaceEvidence {
                unreadable: Some(code.to_owned()),
                ..FaceEvidence::default()
            },
            embedding: None,
        }
    }
}

/// What a photo of a person who holds a sheet says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Holder {
    /// Everything that was measured, in pixels of the photo with the writing upright.
    pub evidence: StatementEvidence,
    /// The face's vector.
    pub embedding: Option<Embedding>,
}

impl Holder {
    /// Returns the evidence of a photo that could not be decoded, with the stable word that says why.
    pub fn unreadable(code: &str) -> Self {
        Self {
            evidence: StatementEvidence {
                unreadable: Some(code.to_owned()),
                ..StatementEvidence::default()
            },
            embedding: None,
        }
    }
}

/// Everything: text, zones and faces.
pub struct Engine {
    text: TextReader,
    zones: ZoneEngine,
    /// Measures faces.
    pub face: FaceEngine,
}

impl Engine {
    /// Loads all models.
    pub fn load(loader: &Loader) -> Result<Self, EngineError> {
        let (text, face) = rayon::join(|| loader.text_reader(), || FaceEngine::load(loader));
        Ok(Self {
            text: text?,
            zones: ZoneEngine::load(loader)?,
            face: face?,
        })
    }

    /// Measures a photo of one side of a document.
    pub fn page(&self, original: &Original) -> Result<ExaminedPage, EngineError> {
        let models = PageModels {
            text: &self.text,
            zones: &self.zones.reader,
            face: Some(self.face.models()),
        };
        let Original { bytes, photo } = original;
        Ok(layout::examine_page(&models, bytes, &photo.pixels)?)
    }

    /// Measures a photo of one side of a document, the portrait's vector included.
    pub fn side(&self, original: &Original) -> Result<Side, EngineError> {
        let page = self.page(original)?;
        let portrait = match &page.portrait {
            Some(portrait) => self.face.portrait_vector(portrait)?,
            None => None,
        };
        Ok(Side {
            evidence: page.evidence,
            portrait,
        })
    }

    /// Measures a photo of a person who holds a sheet and compares the face with another one's vector where there is
    /// one; returns the photo with the writing upright, too.
    pub fn holder(
        &self,
        photo: &Photo,
        template: Option<&Embedding>,
    ) -> Result<(Holder, Photo), EngineError> {
        let sheet = layout::read_sheet(&self.text, &photo.pixels)?;
        let upright = Photo {
            pixels: sheet.pixels,
        };
        let Person {
            evidence: face,
            embedding,
        } = self.person(&upright)?;
        let face_match = match (&embedding, template) {
            (Some(own), Some(template)) => Some(self.face.match_faces(own, template)?),
            _ => None,
        };
        let evidence = StatementEvidence {
            unreadable: None,
            size: [upright.pixels.width(), upright.pixels.height()],
            quarter_turns: sheet.quarter_turns,
            mirrored: sheet.mirrored,
            lines: sheet.lines,
            face,
            face_match,
        };
        let holder = Holder {
            evidence,
            embedding,
        };
        Ok((holder, upright))
    }

    /// Measures a picture of a person, the face's vector included.
    pub fn person(&self, photo: &Photo) -> Result<Person, EngineError> {
        self.face.person(photo)
    }
}
