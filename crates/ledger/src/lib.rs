//! What can be proven later: the audit log, a Merkle tree with signed checkpoints, one signed file
//! of evidence for each decision, and signed lists of what a tenant says of itself in public.
//!
//! Pure: no clock, no randomness, no I/O, no SQL, no HTTP, nothing async. `store` keeps what is made
//! here, the command line checks it, and so can anyone with standard tools: the tree is that of
//! RFC 9162 with SHA-256, checkpoints are C2SP `tlog-checkpoint` notes, evidence files and lists are DSSE envelopes,
//! signatures are Ed25519.
//!
//! # Erasure never changes the log
//!
//! An entry carries ids, codes and digests and nothing personal: [`Entry::check`] refuses everything
//! else. Erasing a person destroys keys outside the log; every entry, hash and checkpoint stays as it
//! was, and an id that remains leads nowhere.

mod checkpoint;
mod entry;
mod envelope;
mod evidence;
mod hash;
mod key;
mod note;
mod official;
mod proof;
mod proof_file;
mod tree;
mod verify;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use entry::{Entry, EntryError, EntryPart, StoredEntry};
pub use evidence::{
    CaseFile, Difference, ENGINE, EvidenceError, Human, InputFile, Verdict, VerifiedEvidence,
    verify as verify_evidence, write as write_evidence,
};
pub use hash::{Hash, HashError};
pub use key::{KeyError, Signer, Verifier};
pub use official::{
    OfficialError, OfficialFile, OfficialList, VerifiedOfficial, verify as verify_official,
    write as write_official,
};
pub use proof::{ConsistencyProof, InclusionProof};
pub use proof_file::{ProofError, ProofFile};
pub use tree::{Frontier, FrontierError, Head};
pub use verify::{LogVerifier, Tampered, Trusted, Verified, verify_log};
