//! Signed text: C2SP `signed-note`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use crate::key::{KeyId, Signed, Signer, Verifier};

/// Longest note that is looked at, in bytes.
const MAX_NOTE: usize = 64 << 10;
/// Most signatures that are looked at: ours, and those of witnesses who signed after us.
const MAX_SIGNATURES: usize = 64;
/// What begins a line with a signature: an em dash and a blank.
const MARK: &str = "\u{2014} ";

/// Why a note was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoteError {
    /// Not the form of a signed note.
    #[error("the text is no signed note")]
    Malformed,
    /// In the name of a trusted key, but not signed by it.
    #[error("the signature does not fit the text")]
    BadSignature,
    /// Signed by no key that is trusted.
    #[error("the note is signed by no key that is known here")]
    UnknownKey,
}

/// Returns the note of a text, which must end with a line's end.
pub fn sign(text: &str, signer: &Signer) -> String {
    let signature = signer.sign(text.as_bytes());
    let blob = STANDARD.encode([&signer.id().hash[..], &signature].concat());
    format!("{text}\n{MARK}{} {blob}\n", signer.name())
}

/// Returns the text of a note with the names of the trusted keys that signed it.
///
/// Signatures of strangers are passed over, as the format asks, so that a note may carry those of witnesses.
///
/// # Errors
/// [`NoteError`]; a bad signature in a trusted name condemns the note even beside a good one.
pub fn open<'a>(note: &'a str, verifier: &Verifier) -> Result<(&'a str, Vec<&'a str>), NoteError> {
    if note.len() > MAX_NOTE || note.chars().any(|c| c.is_control() && c != '\n') {
        return Err(NoteError::Malformed);
    }
    let (text, signatures) = note.rsplit_once("\n\n").ok_or(NoteError::Malformed)?;
    let text = &note[..text.len() + 1];
    let lines = signatures.strip_suffix('\n').ok_or(NoteError::Malformed)?;
    if lines.split('\n').count() > MAX_SIGNATURES {
        return Err(NoteError::Malformed);
    }
    let mut names = Vec::new();
    for line in lines.split('\n') {
        let (name, hash, signature) = signature_line(line).ok_or(NoteError::Malformed)?;
        let id = KeyId {
            name: name.to_owned(),
            hash,
        };
        // A witness's signature may have another length; that of a trusted key never has.
        let signed = <&[u8; 64]>::try_from(&signature[..])
            .map_or(Signed::ByStranger, |signature| {
                verifier.check(&id, text.as_bytes(), signature)
            });
        match signed {
            Signed::Well => names.push(name),
            Signed::Badly => return Err(NoteError::BadSignature),
            Signed::ByStranger => {}
        }
    }
    if names.is_empty() {
        return Err(NoteError::UnknownKey);
    }
    Ok((text, names))
}

fn signature_line(line: &str) -> Option<(&str, [u8; 4], Vec<u8>)> {
    let (name, blob) = line.strip_prefix(MARK)?.split_once(' ')?;
    let blob = STANDARD.decode(blob).ok()?;
    let (hash, signature) = blob.split_first_chunk::<4>()?;
    let named = !name.is_empty() && !name.contains('+');
    named.then(|| (name, *hash, signature.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the package golang.org/x/mod/sumdb/note.
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\
        \n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn a_published_note_is_opened() {
        let keys = Verifier::from_text(KEY).expect("a good key");
        assert_eq!(open(NOTE, &keys), Ok((TEXT, vec!["PeterNeumann"])));
    }

    #[test]
    fn a_note_may_carry_signatures_of_strangers_but_needs_a_trusted_one() {
        let ours = Signer::new("ours", &[1; 32]).expect("a name");
        let note = sign(TEXT, &ours);
        let (_, line) = NOTE.rsplit_once("\n\n").expect("a signature");
        let both = format!("{note}{line}");
        assert_eq!(open(&both, &ours.verifier()), Ok((TEXT, vec!["ours"])));
        assert_eq!(open(NOTE, &ours.verifier()), Err(NoteError::UnknownKey));
    }

    #[test]
    fn any_flipped_bit_of_a_note_is_found() {
        let keys = Verifier::from_text(KEY).expect("a good key");
        for bit in 0..NOTE.len() * 8 {
            let mut bytes = NOTE.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Ok(note) = String::from_utf8(bytes) {
                assert!(open(&note, &keys).is_err(), "bit {bit}");
            }
        }
    }
}
