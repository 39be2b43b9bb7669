//! Checkpoints: the size and root of the log at a moment, signed, in the form of C2SP `tlog-checkpoint`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use menshen_core::time::Millis;
use thiserror::Error;

use crate::hash::Hash;
use crate::key::{Signer, Verifier};
use crate::note::{self, NoteError};
use crate::tree::Head;

/// What the log was at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: the name of the key that signs.
    pub origin: String,
    /// Its size and root.
    pub head: Head,
    /// When it was signed, by the clock of the signer.
    pub at: Millis,
}

/// Why a checkpoint was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CheckpointError {
    /// Not the form of a checkpoint.
    #[error("the text is no checkpoint")]
    Malformed,
    /// In the name of a trusted key, but not signed by it.
    #[error("the checkpoint's signature does not fit its text")]
    BadSignature,
    /// Signed by no key that is trusted for this origin.
    #[error("the checkpoint is signed by no key that is known for its origin")]
    UnknownKey,
}

impl From<NoteError> for CheckpointError {
    fn from(error: NoteError) -> Self {
        match error {
            NoteError::Malformed => Self::Malformed,
            NoteError::BadSignature => Self::BadSignature,
            NoteError::UnknownKey => Self::UnknownKey,
        }
    }
}

impl Checkpoint {
    /// Returns the signed text of what the log is now.
    ///
    /// Five lines: the origin; the size; the root in base64; `at` and the milliseconds since 1970, an extension
    /// line; an empty one. Then the signature.
    pub fn sign(head: Head, at: Millis, signer: &Signer) -> String {
        let checkpoint = Self {
            origin: signer.name().to_owned(),
            head,
            at,
        };
        note::sign(&checkpoint.text(), signer)
    }

    /// Reads a signed text and checks that a trusted key of its origin's name signed it.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn open(signed: &str, verifier: &Verifier) -> Result<Self, CheckpointError> {
        let (text, names) = note::open(signed, verifier)?;
        let checkpoint = Self::read(text).ok_or(CheckpointError::Malformed)?;
        if names.contains(&checkpoint.origin.as_str()) {
            Ok(checkpoint)
        } else {
            Err(CheckpointError::UnknownKey)
        }
    }

    fn text(&self) -> String {
        let root = STANDARD.encode(self.head.root.0);
        format!(
            "{}\n{}\n{root}\nat {}\n",
            self.origin, self.head.size, self.at.0
        )
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let origin = lines.next()?.to_owned();
        let size = lines.next()?.parse().ok()?;
        let root = STANDARD.decode(lines.next()?).ok()?;
        let at = lines.next()?.strip_prefix("at ")?.parse().ok()?;
        let checkpoint = Self {
            origin,
            head: Head {
                size,
                root: Hash(root.try_into().ok()?),
            },
            at: Millis(at),
        };
        // One form only: no leading zeros, signs or further lines.
        (checkpoint.text() == text).then_some(checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: Head = Head {
        size: 42,
        root: Hash([9; 32]),
    };

    fn signer(name: &str) -> Signer {
        Signer::new(name, &[1; 32]).expect("a good name")
    }

    #[test]
    fn a_checkpoint_is_five_lines_and_a_signature() {
        let text = Checkpoint::sign(
            HEAD,
            Millis(1_763_800_000_000),
            &signer("kyc.example/audit"),
        );
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..5],
            [
                "kyc.example/audit",
                "42",
                "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=",
                "at 1763800000000",
                ""
            ]
        );
        assert!(lines[5].starts_with("\u{2014} kyc.example/audit ") && lines.len() == 6);
        let opened = Checkpoint::open(&text, &signer("kyc.example/audit").verifier());
        assert_eq!(opened.map(|checkpoint| checkpoint.head), Ok(HEAD));
    }

    #[test]
    fn any_flipped_bit_of_a_checkpoint_is_found() {
        let signer = signer("a");
        let text = Checkpoint::sign(HEAD, Millis(5), &signer);
        for bit in 0..text.len() * 8 {
            let mut bytes = text.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Ok(text) = String::from_utf8(bytes) {
                assert!(
                    Checkpoint::open(&text, &signer.verifier()).is_err(),
                    "bit {bit}"
                );
            }
        }
    }

    #[test]
    fn a_checkpoint_of_another_origin_or_form_is_refused_though_well_signed() {
        let (a, b) = (signer("a"), signer("b"));
        let both = a.verifier().and(b.verifier());
        let root = STANDARD.encode([9; 32]);
        let open = |text: &str, signer: &Signer| Checkpoint::open(&note::sign(text, signer), &both);
        assert!(open(&format!("a\n42\n{root}\nat 5\n"), &a).is_ok());
        let stranger = open(&format!("a\n42\n{root}\nat 5\n"), &b);
        assert_eq!(stranger, Err(CheckpointError::UnknownKey));
        for text in [
            format!("a\n042\n{root}\nat 5\n"),
            format!("a\n+42\n{root}\nat 5\n"),
            format!("a\n42\n{root}\n"),
            format!("a\n42\n{root}\nat 5\nmore\n"),
            format!("a\n42\n{}\nat 5\n", &root[4..]),
            "a\n".to_owned(),
        ] {
            assert_eq!(open(&text, &a), Err(CheckpointError::Malformed), "{text}");
        }
    }
}
