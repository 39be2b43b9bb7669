//! Pictures to answers.

use std::fmt;

use menshen_core::evidence::{FaceEvidence, PageEvidence};
use menshen_core::{CaptureRules, judge_capture_face, judge_capture_page, possible_kinds};
use menshen_document::Side;
use menshen_vision::capture::{CapturedPage, Frame, face_frame, opaque, page_frame, page_shot};
use menshen_vision::face::{self, FaceModels};
use menshen_vision::photo::{Limits, Photo};
use menshen_vision::{Model, RtenModel};

use crate::answer::{DocumentAnswer, FaceAnswer};

/// A picture as it comes from the browser.
#[derive(Clone, Copy)]
pub enum Picture<'a> {
    /// The file of a shot: a JPEG. The browser decodes what else there is.
    Shot(&'a [u8]),
    /// Red, green, blue and alpha of a whole shot, which is opaque.
    Pixels {
        /// Four bytes a pixel, rows from above.
        rgba: &'a [u8],
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// Red, green, blue and alpha of a frame.
    Frame {
        /// Four bytes a pixel, rows from above.
        rgba: &'a [u8],
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Pixels of the camera's picture that one of them is wide.
        scale: f32,
    },
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPage {
    /// The bytes are no network that we know.
    Model,
    /// The text is no set of rules.
    Rules,
    /// No rules were set before.
    NoRules,
    /// The models that this needs were not loaded before.
    NoModel,
    /// The number of bytes is not that of the picture.
    Pixels,
    /// A network failed.
    Failed,
}

impl fmt::Display for NoPage {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Self::Model => "the model cannot be loaded",
            Self::Rules => "the rules cannot be read",
            Self::NoRules => "no rules were set",
            Self::NoModel => "the model was not loaded",
            Self::Pixels => "the frame has another size than its bytes",
            Self::Failed => "the model failed",
        })
    }
}

/// The engine of a page: rules, and whichever models have arrived.
#[derive(Default)]
pub struct Page {
    rules: Option<CaptureRules>,
    /// By their numbers in [`Page::load_model`].
    models: [Option<RtenModel>; 3],
}

impl Page {
    /// Loads the bytes of an ONNX file: 0 finds faces, 1 meshes them, 2 measures eyes.
    ///
    /// # Errors
    /// [`NoPage::Model`]
    pub fn load_model(&mut self, role: usize, bytes: Vec<u8>) -> Result<(), NoPage> {
        let slot = self.models.get_mut(role).ok_or(NoPage::Model)?;
        *slot = Some(RtenModel::of_faces(bytes).map_err(|_| NoPage::Model)?);
        Ok(())
    }

    /// Sets the limits by which pictures are judged, as JSON of [`CaptureRules`].
    ///
    /// # Errors
    /// [`NoPage::Rules`]
    pub fn set_rules(&mut self, json: &[u8]) -> Result<(), NoPage> {
        self.rules = Some(serde_json::from_slice(json).map_err(|_| NoPage::Rules)?);
        Ok(())
    }

    /// Judges a picture of a side of a document. Needs no model; with those for faces a shot's portrait is judged, too.
    ///
    /// # Errors
    /// Anything that is not the picture's fault.
    pub fn document(&self, picture: Picture, side: Side) -> Result<DocumentAnswer, NoPage> {
        let rules = self.rules.as_ref().ok_or(NoPage::NoRules)?;
        let captured = match picture {
            Picture::Frame {
                rgba,
                width,
                height,
                scale,
            } => {
                let pixels = &whole(rgba, width, height)?.pixels;
                page_frame(Frame { pixels, scale })
            }
            Picture::Pixels {
                rgba,
                width,
                height,
            } => self.page(side, &whole(rgba, width, height)?)?,
            Picture::Shot(file) => match Photo::decode(file, &Limits::default()) {
                Ok(photo) => self.page(side, &photo)?,
                Err(error) => unreadable_page(error.code()),
            },
        };
        let reasons = judge_capture_page(rules, &captured.evidence, side);
        let kinds = possible_kinds(side, captured.ratio, captured.zone);
        Ok(DocumentAnswer::new(captured.evidence, kinds, reasons))
    }

    /// Judges a picture of a person.
    ///
    /// # Errors
    /// Anything that is not the picture's fault.
    pub fn face(&self, picture: Picture) -> Result<FaceAnswer, NoPage> {
        let rules = self.rules.as_ref().ok_or(NoPage::NoRules)?;
        let models = self.faces().ok_or(NoPage::NoModel)?;
        let evidence = match picture {
            Picture::Frame {
                rgba,
                width,
                height,
                scale,
            } => {
                // Two more runs of a network are too much for a frame.
                let models = FaceModels {
                    iris: None,
                    ..models
                };
                let pixels = &whole(rgba, width, height)?.pixels;
                face_frame(&models, Frame { pixels, scale }).map_err(|_| NoPage::Failed)?
            }
            Picture::Pixels {
                rgba,
                width,
                height,
            } => {
                let pixels = &whole(rgba, width, height)?.pixels;
                face::examine(&models, pixels).map_err(|_| NoPage::Failed)?
            }
            Picture::Shot(file) => match Photo::decode(file, &Limits::default()) {
                Ok(photo) => face::examine(&models, &photo.pixels).map_err(|_| NoPage::Failed)?,
                Err(error) => FaceEvidence {
                    unreadable: Some(error.code().to_owned()),
                    ..FaceEvidence::default()
                },
            },
        };
        let reasons = judge_capture_face(rules, &evidence);
        Ok(FaceAnswer::new(evidence, reasons))
    }

    fn page(&self, side: Side, photo: &Photo) -> Result<CapturedPage, NoPage> {
        // The back carries no portrait, and looking in vain takes longest.
        let models = self.faces().filter(|_| side == Side::Front);
        page_shot(models.as_ref(), &photo.pixels).map_err(|_| NoPage::Failed)
    }

    fn faces(&self) -> Option<FaceModels<'_>> {
        let [detector, mesh, iris] = &self.models;
        Some(FaceModels {
            detector: detector.as_ref()?,
            mesh: mesh.as_ref()?,
            iris: iris.as_ref().map(|iris| iris as &dyn Model),
        })
    }
}

fn unreadable_page(code: &str) -> CapturedPage {
    CapturedPage {
        evidence: PageEvidence {
            unreadable: Some(code.to_owned()),
            ..PageEvidence::default()
        },
        ..CapturedPage::default()
    }
}

fn whole(rgba: &[u8], width: u32, height: u32) -> Result<Photo, NoPage> {
    let pixels = opaque(rgba, width, height).ok_or(NoPage::Pixels)?;
    Ok(Photo { pixels })
}
