//! Keys that sign, and keys that check: Ed25519, named as in C2SP `signed-note`.

#[cfg(test)]
mod vectors;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// Ed25519 in the numbering of `signed-note`.
const ED25519: u8 = 0x01;
/// Longest name of a key, in bytes; a host's name has 253 at most.
const MAX_NAME: usize = 255;

/// Why a key was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// A name must be printable ASCII without blanks or `+`.
    #[error("a key's name is 1 to 255 printable ASCII characters without blanks or `+`")]
    Name,
    /// A line of a file of public keys is not `name+id+key`.
    #[error("line {line} is no public key in the form name+id+key")]
    Text {
        /// The line, from 1.
        line: usize,
    },
    /// A file of public keys without a key.
    #[error("there is no public key")]
    None,
}

/// A name that tells keys apart, with the first four bytes of a hash of name and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyId {
    pub name: String,
    pub hash: [u8; 4],
}

impl KeyId {
    fn new(name: &str, key: &VerifyingKey) -> Result<Self, KeyError> {
        let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'+';
        if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(plain) {
            return Err(KeyError::Name);
        }
        let mut hasher = Sha256::new();
        hasher.update(name);
        hasher.update([b'\n', ED25519]);
        hasher.update(key.as_bytes());
        let [a, b, c, d, ..]: [u8; 32] = hasher.finalize().into();
        Ok(Self {
            name: name.to_owned(),
            hash: [a, b, c, d],
        })
    }
}

impl KeyId {
    /// Reads `name+8 hexadecimal digits`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (name, digits) = text.rsplit_once('+')?;
        let hash = u32::from_str_radix(digits, 16).ok()?;
        let id = Self {
            name: name.to_owned(),
            hash: hash.to_be_bytes(),
        };
        (id.to_string() == text).then_some(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:08x}", self.name, u32::from_be_bytes(self.hash))
    }
}

/// A secret key. It has no `Debug`, and its bytes are wiped when it is dropped.
pub struct Signer {
    id: KeyId,
    key: SigningKey,
}

impl Signer {
    /// Returns the key that follows from 32 random bytes. Its name is also the origin of its checkpoints:
    /// choose one that no other deployment has, such as `kyc.example.com/audit`.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = SigningKey::from_bytes(seed);
        let id = KeyId::new(name, &key.verifying_key())?;
        Ok(Self { id, key })
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.id.name
    }

    /// Returns the id by which signatures name the key: `name+8 hexadecimal digits`.
    pub fn key_id(&self) -> String {
        self.id.to_string()
    }

    /// Returns the public half, as it may be handed to anyone.
    pub fn verifier(&self) -> Verifier {
        let key = self.key.verifying_key();
        Verifier(vec![PublicKey {
            id: self.id.clone(),
            key,
        }])
    }

    pub(crate) const fn id(&self) -> &KeyId {
        &self.id
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct PublicKey {
    id: KeyId,
    key: VerifyingKey,
}

/// The public keys that are trusted: one, or several where a key was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier(Vec<PublicKey>);

/// What a signature turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signed {
    /// By a trusted key.
    Well,
    /// In the name of a trusted key, but not by it.
    Badly,
    /// By a key that is not known here.
    ByStranger,
}

impl Verifier {
    /// Reads public keys, one a line, in the form `name+id+key` of `signed-note`; empty lines and lines that
    /// begin with `#` are left out.
    ///
    /// # Errors
    /// [`KeyError`] names the line.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let lines = text.lines().map(str::trim).enumerate();
        let keys = lines
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .map(|(n, line)| public_key(line).ok_or(KeyError::Text { line: n + 1 }));
        match keys.collect::<Result<Vec<_>, _>>()? {
            keys if keys.is_empty() => Err(KeyError::None),
            keys => Ok(Self(keys)),
        }
    }

    /// Returns these keys and others, as is needed after a key was replaced.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Returns the keys as text, one a line.
    pub fn to_text(&self) -> String {
        self.0.iter().map(|public| format!("{public}\n")).collect()
    }

    pub(crate) fn check(&self, id: &KeyId, message: &[u8], signature: &[u8; 64]) -> Signed {
        let signature = Signature::from_bytes(signature);
        let mut known = self.0.iter().filter(|public| public.id == *id).peekable();
        if known.peek().is_none() {
            return Signed::ByStranger;
        }
        // Strict: no key of small order and no second form of one signature.
        if known.any(|public| public.key.verify_strict(message, &signature).is_ok()) {
            Signed::Well
        } else {
            Signed::Badly
        }
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519], &self.key.as_bytes()[..]].concat();
        write!(f, "{}+{}", self.id, STANDARD.encode(key))
    }
}

fn public_key(line: &str) -> Option<PublicKey> {
    let (id, key) = line.split_once('+').and_then(|(name, rest)| {
        let (hash, key) = rest.split_once('+')?;
        Some((format!("{name}+{hash}"), STANDARD.decode(key).ok()?))
    })?;
    let (&ED25519, key) = key.split_first()? else {
        return None;
    };
    let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
    let name = id.split_once('+')?.0;
    let public = PublicKey {
        id: KeyId::new(name, &key).ok()?,
        key,
    };
    (!public.key.is_weak() && public.id.to_string() == id).then_some(public)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the package golang.org/x/mod/sumdb/note.
    const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    #[test]
    fn a_published_key_is_read_and_written_alike() {
        let keys = Verifier::from_text(&format!("# trusted\n\n{PETER}\n")).expect("a good key");
        assert_eq!(keys.to_text(), format!("{PETER}\n"));
    }

    #[test]
    fn a_key_with_a_fault_is_refused_by_its_line() {
        for (from, to) in [
            ("c74f20a3", "c74f20a4"),
            ("c74f20a3", "C74F20A3"),
            ("ARpc", "Arpc"),
            ("Peter", "Pete r"),
            ("TW", "T="),
        ] {
            let text = format!("{PETER}\n{}", PETER.replacen(from, to, 1));
            assert_eq!(
                Verifier::from_text(&text),
                Err(KeyError::Text { line: 2 }),
                "{to}"
            );
        }
        assert_eq!(Verifier::from_text("# none\n"), Err(KeyError::None));
    }

    #[test]
    fn a_name_with_a_blank_a_plus_or_nothing_is_refused() {
        for name in ["", "a b", "a+b", "a\nb", "名"] {
            assert_eq!(Signer::new(name, &[1; 32]).err(), Some(KeyError::Name));
        }
    }

    #[test]
    fn a_signature_is_well_done_badly_done_or_by_a_stranger() {
        let (ours, other) = (Signer::new("a", &[1; 32]), Signer::new("a", &[2; 32]));
        let (ours, other) = (ours.expect("a name"), other.expect("a name"));
        let keys = ours.verifier();
        let signature = ours.sign(b"text");
        assert_eq!(keys.check(ours.id(), b"text", &signature), Signed::Well);
        assert_eq!(keys.check(ours.id(), b"texT", &signature), Signed::Badly);
        assert_eq!(
            keys.check(other.id(), b"text", &signature),
            Signed::ByStranger
        );
        let both = keys.and(other.verifier());
        assert_eq!(
            both.check(other.id(), b"text", &other.sign(b"text")),
            Signed::Well
        );
        assert_eq!(Verifier::from_text(&both.to_text()), Ok(both));
    }
}
