//! The proof of one entry as a file that anyone can check with the public key alone.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::entry::Entry;
use crate::key::Verifier;
use crate::proof::InclusionProof;

/// Name and version of the form.
const FORMAT: &str = "menshen-audit-proof/1";

/// An entry, its way to a root, and the checkpoint that signs the root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFile {
    format: String,
    /// The entry.
    pub entry: Entry,
    /// Its way to the root.
    pub proof: InclusionProof,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// Why a proof was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProofError {
    /// Not the form of a proof.
    #[error("the text is no proof in the form {FORMAT}")]
    Malformed,
    /// The checkpoint is forged or damaged.
    #[error("the proof's checkpoint does not hold")]
    Checkpoint(#[source] CheckpointError),
    /// The entry does not lead to the root that was signed.
    #[error("the entry does not stand in the log that was signed")]
    NotIncluded,
}

impl ProofError {
    /// Returns the stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Checkpoint(_) => "checkpoint_forged",
            Self::NotIncluded => "not_included",
        }
    }
}

impl ProofFile {
    /// Returns the proof of an entry under a signed checkpoint.
    pub fn new(entry: Entry, proof: InclusionProof, checkpoint: String) -> Self {
        Self {
            format: FORMAT.to_owned(),
            entry,
            proof,
            checkpoint,
        }
    }

    /// Returns the file's text: JSON.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("a proof holds nothing that JSON lacks")
    }

    /// Reads a file and checks that its entry stands in the log that its checkpoint signs.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn verify(text: &str, verifier: &Verifier) -> Result<(Self, Checkpoint), ProofError> {
        let file: Self = serde_json::from_str(text).map_err(|_| ProofError::Malformed)?;
        if file.format != FORMAT {
            return Err(ProofError::Malformed);
        }
        let checkpoint = Checkpoint::open(&file.checkpoint, verifier);
        let checkpoint = checkpoint.map_err(ProofError::Checkpoint)?;
        let at_its_place = file.proof.index == file.entry.seq;
        if at_its_place && file.proof.verify(&file.entry.leaf(), &checkpoint.head) {
            Ok((file, checkpoint))
        } else {
            Err(ProofError::NotIncluded)
        }
    }
}
