//! The hand-held statement: a person holds up a sheet whose text the service dictated, beside their face.
//!
//! The text carries the person's name, the day, what the photo is for and a code of this case, so that the photo of
//! another case or of another service is worth nothing here. Reading it by machine sorts out what is useless; it is never
//! enough alone. [`judge`] therefore knows two answers only, another try or a person's eyes: there is no third.

mod check;
mod date;
mod fold;
mod nonce;
mod text;

use serde::{Deserialize, Serialize};

pub use check::{Next, StatementVerdict, judge};
pub use nonce::{NoNonce, Nonce};
pub use text::{NoStatement, Statement, StatementWords};

use crate::evidence::{FaceEvidence, FaceMatch};
use crate::geometry::Rect;

/// Most lines of a photo that are compared; a photo of a book must not cost seconds.
pub const MOST_LINES: usize = 48;
/// Longest line that is compared, in characters; the rest of a longer one is not looked at.
pub const LONGEST_LINE: usize = 120;

/// What was measured on the photo of a person who holds a sheet.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StatementEvidence {
    /// Why the photo could not be decoded; everything else is empty then.
    pub unreadable: Option<String>,
    /// Oriented width and height in pixels.
    pub size: [u32; 2],
    /// Quarter turns clockwise that brought the writing upright.
    pub quarter_turns: u32,
    /// The writing was read from the mirror image, as the pictures of some front cameras are.
    pub mirrored: bool,
    /// Lines of writing in reading order.
    pub lines: Vec<ReadLine>,
    /// The person's face.
    pub face: FaceEvidence,
    /// The comparison of that face with the one that it should be, where there was one to compare with.
    pub face_match: Option<FaceMatch>,
}

/// One line as a machine read it.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReadLine {
    /// The characters.
    pub text: String,
    /// Mean confidence of the characters, 0..=1.
    pub confidence: f32,
    /// Where it stands, in pixels of the oriented photo.
    pub region: Rect,
}

/// What was read is personal data: it has no readable `Debug`.
impl std::fmt::Debug for StatementEvidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StatementEvidence({} lines)", self.lines.len())
    }
}

impl std::fmt::Debug for ReadLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReadLine({} bytes)", self.text.len())
    }
}

/// How the lines that were read compare with the text that was dictated: measures, no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The code of the case.
    pub nonce: NonceRead,
    /// The date that was read, of several the one nearest to the day of the check.
    pub date: Option<jiff::civil::Date>,
    /// Was the name read, as the policy compares printed names?
    pub name: bool,
    /// Part of the name's characters that were read in order, 0..=1: what a name that was not read came near to.
    pub name_share: f32,
    /// Part of the characters of the sentence about the purpose that were read in order, 0..=1.
    pub purpose_share: f32,
}

/// What became of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NonceRead {
    /// It was read.
    Ours,
    /// A whole code was read, and it is another case's.
    Other,
    /// None was read.
    None,
}

/// Compares what was read with what was dictated. Pure: `today` is the day in the operator's time zone.
pub fn compare(
    policy: &crate::Policy,
    statement: &Statement,
    lines: &[ReadLine],
    today: jiff::civil::Date,
) -> Comparison {
    let lines: Vec<String> = lines
        .iter()
        .take(MOST_LINES)
        .map(|line| line.text.chars().take(LONGEST_LINE).collect())
        .collect();
    let name = statement.name();
    Comparison {
        nonce: nonce::find(statement.nonce(), &lines),
        date: date::nearest(&lines, today),
        name: check::holds_name(&policy.name, name, &lines),
        name_share: fold::share(name, &lines),
        purpose_share: fold::share(&statement.purpose(), &lines),
    }
}

#[cfg(test)]
mod tests;
