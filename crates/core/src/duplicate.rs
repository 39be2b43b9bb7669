//! What was found of the same person on other accounts, and on the operator's blocklist. Ids and scores, no verdict.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{ApplicantId, BlockId};

/// What the search for the same document, identity and face has found, this applicant left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Duplicates {
    /// Who was verified with this document.
    pub document: Vec<ApplicantId>,
    /// Who was verified with this name, date of birth and nationality.
    pub identity: Vec<ApplicantId>,
    /// Entries of the blocklist with this document.
    pub blocked: Vec<BlockId>,
    /// The search for the face, where one was due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face: Option<FaceSearch>,
}

/// A face compared with those of everybody who was verified, and of the blocklist.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FaceSearch {
    /// Name of the model whose card judges the scores.
    pub model: String,
    /// How many faces it was compared with.
    pub searched: u64,
    /// How many more there are that another model measured: the two cannot be compared.
    pub uncompared: u64,
    /// Who looks alike, the most alike first: everybody who reached the score asked for, up to a number.
    pub others: Vec<FaceHit<ApplicantId>>,
    /// Which faces of the blocklist look alike.
    pub blocked: Vec<FaceHit<BlockId>>,
    /// Why the search was not made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
}

/// A face that looks alike.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaceHit<Id> {
    /// Whose.
    pub id: Id,
    /// How alike, by the model.
    pub score: f32,
}

/// Why faces were not searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The node has not read all faces yet.
    NotReady,
    /// The selfie has no vector.
    NoVector,
    /// The model's card gives no score to ask for.
    Uncalibrated,
}

impl Duplicates {
    /// Returns every applicant and every entry of the blocklist that was found and `before` does not name.
    pub fn beyond(&self, before: Option<&Self>) -> BTreeSet<Uuid> {
        let all = |found: &Self| -> BTreeSet<Uuid> {
            let accounts = found.others().into_iter().map(|id| id.0);
            let blocked = found.blocked.iter().map(|id| id.0);
            let faces = found.face.iter().flat_map(|face| &face.blocked);
            accounts
                .chain(blocked)
                .chain(faces.map(|hit| hit.id.0))
                .collect()
        };
        let known = before.map(all).unwrap_or_default();
        &all(self) - &known
    }

    /// Returns every other applicant that was found, each once, in the order of their ids.
    pub fn others(&self) -> Vec<ApplicantId> {
        let faces = self.face.iter().flat_map(|face| &face.others);
        let mut ids: Vec<ApplicantId> = self
            .document
            .iter()
            .chain(&self.identity)
            .copied()
            .collect();
        ids.extend(faces.map(|hit| hit.id));
        ids.sort();
        ids.dedup();
        ids
    }
}
