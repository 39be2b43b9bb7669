//! Text: finding lines and reading them.
//!
//! Where the layout of a page is known, hand the boxes to [`TextReader::recognise_boxes`]: the
//! detector costs ten times as much as reading a line.

pub(crate) mod boxes;
mod charset;
mod detect;
mod recognise;
mod strip;

use image::RgbImage;
use menshen_core::geometry::{Point, Quad};

pub use charset::{Charset, CharsetError};
pub use detect::TextBox;
pub use recognise::{ReadChar, StripReading};
pub use strip::{extract_sized, extract_strip, mean_height, mean_width};

use crate::model::{Model, ModelError};
use crate::parallel;

/// A box this much taller than wide holds a line that runs downwards or text on its side; it is
/// turned before reading (as PP-OCR does).
const TALL: f32 = 1.5;

/// One line as read.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The characters in order.
    pub text: String,
    /// Mean confidence of the characters, 0..=1; 0 for an empty line.
    pub confidence: f32,
    /// Each character.
    pub chars: Vec<ReadChar>,
    /// Where the line stands, in pixels of the picture it was read from.
    pub corners: Quad,
}

impl Line {
    fn new(chars: Vec<ReadChar>, corners: Quad) -> Self {
        let sum: f32 = chars.iter().map(|c| c.confidence).sum();
        Self {
            text: chars.iter().map(|c| c.ch).collect(),
            confidence: if chars.is_empty() {
                0.0
            } else {
                sum / chars.len() as f32
            },
            chars,
            corners,
        }
    }
}

/// Detector and recogniser with their alphabet, loaded once.
pub struct TextReader {
    detector: Box<dyn Model>,
    recogniser: Box<dyn Model>,
    charset: Charset,
}

impl TextReader {
    /// Joins two loaded networks and the recogniser's alphabet.
    pub fn new(detector: Box<dyn Model>, recogniser: Box<dyn Model>, charset: Charset) -> Self {
        Self {
            detector,
            recogniser,
            charset,
        }
    }

    /// Loads both networks from the bytes of their ONNX files with the default engine.
    #[cfg(feature = "rten")]
    pub fn from_onnx(detector: Vec<u8>, recogniser: Vec<u8>) -> Result<Self, ModelError> {
        let charset =
            Charset::from_onnx(&recogniser).map_err(|error| ModelError::Load(Box::new(error)))?;
        let detector = crate::RtenModel::from_bytes(detector)?;
        let recogniser = crate::RtenModel::from_bytes(recogniser)?;
        Ok(Self::new(Box::new(detector), Box::new(recogniser), charset))
    }

    /// Finds lines of text. The picture is resized so that its longest side is `max_side` pixels
    /// (small pictures are enlarged at most twice); capital letters should stay above eight pixels
    /// high. Boxes come in reading order, in pixels of `photo`.
    pub fn detect(&self, photo: &RgbImage, max_side: u32) -> Result<Vec<TextBox>, ModelError> {
        detect::detect(self.detector.as_ref(), photo, max_side)
    }

    /// Reads an upright strip that holds one line and little else.
    pub fn recognise(&self, strip: &RgbImage) -> Result<Line, ModelError> {
        let reading = self.probabilities(strip)?;
        Ok(Line::new(self.decode(&reading, None), whole(strip)))
    }

    /// As [`Self::recognise`], choosing among `allowed` characters only. Confidences are still the
    /// network's own: a low one says that it would rather have read something else.
    pub fn recognise_within(&self, strip: &RgbImage, allowed: &[char]) -> Result<Line, ModelError> {
        let reading = self.probabilities(strip)?;
        Ok(Line::new(
            self.decode(&reading, Some(allowed)),
            whole(strip),
        ))
    }

    /// Reads the line inside a tilted box; empty when the box has no area.
    pub fn recognise_box(&self, photo: &RgbImage, corners: &Quad) -> Result<Line, ModelError> {
        self.recognise_boxes(photo, std::slice::from_ref(corners))?
            .pop()
            .ok_or(ModelError::Output)
    }

    /// Reads the lines inside many boxes, on all cores, in the order of `boxes`.
    pub fn recognise_boxes(
        &self,
        photo: &RgbImage,
        boxes: &[Quad],
    ) -> Result<Vec<Line>, ModelError> {
        let lines = parallel::map(boxes.iter(), |corners| {
            let strip = extract_strip(photo, &upright(corners), recognise::STRIP_HEIGHT);
            let line = match strip {
                Some(strip) => self.recognise(&strip)?,
                None => Line::new(Vec::new(), *corners),
            };
            Ok(Line {
                corners: *corners,
                ..line
            })
        });
        lines.into_iter().collect()
    }

    /// Finds and reads all lines, in reading order; boxes that hold no text are left out.
    pub fn read_all(&self, photo: &RgbImage, max_side: u32) -> Result<Vec<Line>, ModelError> {
        let found = self.detect(photo, max_side)?;
        let boxes: Vec<Quad> = found.iter().map(|b| b.corners).collect();
        let mut lines = self.recognise_boxes(photo, &boxes)?;
        lines.retain(|line| !line.text.is_empty());
        Ok(lines)
    }

    /// Returns the network's probabilities along a strip, for callers who decode themselves.
    pub fn probabilities(&self, strip: &RgbImage) -> Result<StripReading, ModelError> {
        recognise::read_strip(self.recogniser.as_ref(), &self.charset, strip)
    }

    /// Decodes a reading, among `allowed` characters where given.
    pub fn decode(&self, reading: &StripReading, allowed: Option<&[char]>) -> Vec<ReadChar> {
        let classes = allowed.map(|allowed| self.charset.classes_of(allowed));
        recognise::decode(reading, &self.charset, classes.as_deref())
    }

    /// Returns the recogniser's alphabet.
    pub fn charset(&self) -> &Charset {
        &self.charset
    }
}

fn whole(strip: &RgbImage) -> Quad {
    let (x, y) = (strip.width() as f32, strip.height() as f32);
    [(0.0, 0.0), (x, 0.0), (x, y), (0.0, y)].map(|(x, y)| Point { x, y })
}

/// Turns a tall box by a quarter so that its text runs to the right.
fn upright(corners: &Quad) -> Quad {
    let [a, b, c, d] = *corners;
    if mean_height(corners) >= TALL * mean_width(corners) {
        [b, c, d, a]
    } else {
        [a, b, c, d]
    }
}
