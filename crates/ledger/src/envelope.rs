//! A signed payload: DSSE, the envelope of in-toto and sigstore, with one Ed25519 signature.
//!
//! What is signed is `DSSEv1`, the length and name of the payload's type, and the length and bytes of the
//! payload, with blanks between. No checkpoint begins like that, so that one key may sign both.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::key::{KeyId, Signed, Signer, Verifier};

/// Largest envelope that is looked at, in bytes; a file of evidence has some tens of kilobytes.
const MAX_ENVELOPE: usize = 16 << 20;

/// Why an envelope was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EnvelopeError {
    /// Not the form of one, or around another type of payload.
    #[error("the file is no signed envelope")]
    Malformed,
    /// In the name of a trusted key, but not signed by it.
    #[error("the envelope's signature does not fit its content")]
    BadSignature,
    /// Signed by no key that is trusted.
    #[error("the envelope is signed by no key that is known here")]
    UnknownKey,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: [SignatureOut; 1],
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SignatureOut {
    keyid: String,
    sig: String,
}

/// Returns the envelope around a payload.
pub fn seal(payload: &[u8], payload_type: &str, signer: &Signer) -> Vec<u8> {
    let signature = signer.sign(&signed_bytes(payload, payload_type));
    to_bytes(&Envelope {
        payload: STANDARD.encode(payload),
        payload_type: payload_type.to_owned(),
        signatures: [SignatureOut {
            keyid: signer.key_id(),
            sig: STANDARD.encode(signature),
        }],
    })
}

/// Returns the payload of an envelope that a trusted key signed, and the id of that key.
pub fn open(
    bytes: &[u8],
    payload_type: &str,
    verifier: &Verifier,
) -> Result<(Vec<u8>, String), EnvelopeError> {
    if bytes.len() > MAX_ENVELOPE {
        return Err(EnvelopeError::Malformed);
    }
    let envelope: Envelope = parse(bytes).ok_or(EnvelopeError::Malformed)?;
    let [SignatureOut { keyid, sig }] = &envelope.signatures;
    let id = KeyId::parse(keyid).ok_or(EnvelopeError::Malformed)?;
    let (payload, signature) = decode(&envelope.payload, sig).ok_or(EnvelopeError::Malformed)?;
    // The type is the one that is expected, not the one that is stated: another does not fit the signature.
    match verifier.check(&id, &signed_bytes(&payload, payload_type), &signature) {
        Signed::Well if envelope.payload_type == payload_type => Ok((payload, keyid.clone())),
        Signed::Well => Err(EnvelopeError::Malformed),
        Signed::Badly => Err(EnvelopeError::BadSignature),
        Signed::ByStranger => Err(EnvelopeError::UnknownKey),
    }
}

/// An envelope has one form only, so that no altered byte goes unseen; a line's end may follow it.
fn parse(bytes: &[u8]) -> Option<Envelope> {
    let envelope = serde_json::from_slice(bytes).ok()?;
    (to_bytes(&envelope).trim_ascii_end() == bytes.strip_suffix(b"\n").unwrap_or(bytes))
        .then_some(envelope)
}

fn to_bytes(envelope: &Envelope) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(envelope).expect("an envelope holds nothing but text");
    bytes.push(b'\n');
    bytes
}

fn decode(payload: &str, signature: &str) -> Option<(Vec<u8>, [u8; 64])> {
    let signature = STANDARD.decode(signature).ok()?;
    Some((STANDARD.decode(payload).ok()?, signature.try_into().ok()?))
}

fn signed_bytes(payload: &[u8], payload_type: &str) -> Vec<u8> {
    let (kind, size) = (payload_type.len(), payload.len());
    let mut bytes = format!("DSSEv1 {kind} {payload_type} {size} ").into_bytes();
    bytes.extend(payload);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_that_of_the_published_example() {
        let signed = signed_bytes(b"hello world", "http://example.com/HelloWorld");
        assert_eq!(
            signed,
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }

    #[test]
    fn any_flipped_bit_of_an_envelope_is_found() {
        let signer = Signer::new("a", &[1; 32]).expect("a name");
        let sealed = seal(b"{\"a\": 1}", "text/plain", &signer);
        let opened = open(&sealed, "text/plain", &signer.verifier());
        assert!(opened.is_ok_and(|(payload, _)| payload == b"{\"a\": 1}"));
        for bit in 0..sealed.len() * 8 {
            let mut bytes = sealed.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let opened = open(&bytes, "text/plain", &signer.verifier());
            assert!(opened.is_err(), "bit {bit}");
        }
        assert!(open(&sealed, "text/html", &signer.verifier()).is_err());
    }
}
