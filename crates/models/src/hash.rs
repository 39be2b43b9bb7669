//! SHA-256 as the manifest writes it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::ModelsError;

/// Returns the SHA-256 of the bytes in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Returns the SHA-256 of a file without holding it in memory.
pub(crate) fn sha256_of_file(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex(&hasher.finalize())),
            n => hasher.update(&block[..n]),
        }
    }
}

/// Refuses bytes whose hash is not the promised one.
pub(crate) fn verify(name: &str, bytes: &[u8], expected: &str) -> Result<(), ModelsError> {
    compare(name, sha256_hex(bytes), expected)
}

/// Refuses a hash that is not the promised one.
pub(crate) fn compare(name: &str, found: String, expected: &str) -> Result<(), ModelsError> {
    if found == expected {
        return Ok(());
    }
    Err(ModelsError::WrongHash {
        name: name.to_owned(),
        expected: expected.to_owned(),
        found,
    })
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
