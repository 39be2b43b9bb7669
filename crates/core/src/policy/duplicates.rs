//! When an account is taken for a second one of the same person.

use serde::{Deserialize, Serialize};

use crate::card::ModelCard;
use crate::checks::matching::usable;

/// When an account is taken for a second one of the same person. Where all is as here, the table is left out of the
/// policy's identity, so that what is said here never changes: a decision of the past must follow from it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "policy.toml documents every key with unit")]
pub struct DuplicateRules {
    pub documents: bool,
    pub identities: bool,
    pub faces: bool,
    pub required: bool,
    pub sandbox: bool,
    pub false_hits: f32,
    pub face_score: f32,
}

impl Default for DuplicateRules {
    fn default() -> Self {
        Self {
            documents: true,
            identities: true,
            faces: true,
            required: false,
            sandbox: false,
            false_hits: 0.001,
            face_score: 0.0,
        }
    }
}

impl DuplicateRules {
    /// Is everything as it is where a policy says nothing?
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the score from which a face among so many is taken for the same; `None` by a card without calibration.
    pub fn score(&self, card: &ModelCard, searched: u64) -> Option<f32> {
        if self.face_score > 0.0 {
            return Some(self.face_score);
        }
        let (_, calibration) = usable(card)?;
        let rate = f64::from(self.false_hits) / searched.max(1) as f64;
        Some(calibration.score_at(rate))
    }
}
