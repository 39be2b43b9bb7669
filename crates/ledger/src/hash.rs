//! Hashes of the tree: SHA-256 with the prefixes of RFC 9162, section 2.1.1.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// Keeps a leaf from being taken for a node: without it, a forger could show an inner node as an entry.
const LEAF: u8 = 0x00;
/// Before the two children of a node.
const NODE: u8 = 0x01;

/// A SHA-256 hash. Its text is 64 hexadecimal digits in lower case, and no other text is read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Hash(pub [u8; 32]);

/// The text is not a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a hash is 64 hexadecimal digits in lower case")]
pub struct HashError;

impl Hash {
    /// Returns the root of the tree without leaves: the hash of nothing.
    pub fn empty() -> Self {
        Self::of(&[])
    }

    /// Returns the plain hash of bytes, as of a file.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Returns the hash of a leaf.
    pub fn leaf(bytes: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update([LEAF]);
        hasher.update(bytes);
        Self(hasher.finalize().into())
    }

    /// Returns the hash of a node with two children.
    pub fn node(left: &Self, right: &Self) -> Self {
        let mut bytes = [NODE; 65];
        bytes[1..33].copy_from_slice(&left.0);
        bytes[33..].copy_from_slice(&right.0);
        Self::of(&bytes)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(HashError);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

/// Capitals are refused: one hash has one text, so that no flipped bit of an export goes unseen.
fn hex_digit(digit: u8) -> Result<u8, HashError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(HashError),
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for Hash {
    type Error = HashError;

    fn try_from(text: String) -> Result<Self, HashError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_one_text() {
        let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Hash::empty().to_string(), text);
        assert_eq!(text.parse(), Ok(Hash::empty()));
        for bad in [
            "",
            &text[1..],
            &text.to_uppercase(),
            &text.replace('e', "é"),
        ] {
            assert_eq!(bad.parse::<Hash>(), Err(HashError));
        }
    }
}
