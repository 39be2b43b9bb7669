//! Files of the person who calls: read behind limits, refused with a code.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use menshen_engine::Original;
use menshen_vision::Photo;
use menshen_vision::photo::{Limits, PhotoError};
use serde::Serialize;
use thiserror::Error;

/// The command was not used as it can be; the program ends with exit code 2.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct WrongUsage(pub String);

/// Why a file gave no picture: a result, not a failure of the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputError {
    /// Stable word for machines.
    pub code: String,
    /// What it means; names no content of the file.
    pub message: String,
}

impl InputError {
    /// Returns a refusal with a stable word and a sentence.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
        }
    }
}

impl From<PhotoError> for InputError {
    fn from(error: PhotoError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<std::io::Error> for InputError {
    fn from(error: std::io::Error) -> Self {
        Self::new("unreadable_file", error.kind().to_string())
    }
}

/// Returns the bytes of a file, at most one more than a photo may have.
fn read_bytes(path: &Path) -> Result<Vec<u8>, InputError> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(InputError::new("not_a_file", "not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(Limits::default().bytes as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns the picture in a file.
pub fn read_photo(path: &Path) -> Result<Photo, InputError> {
    Ok(read_original(path)?.photo)
}

/// Returns the picture in a file and the file itself.
pub fn read_original(path: &Path) -> Result<Original, InputError> {
    Ok(Original::decode(read_bytes(path)?)?)
}

/// Returns the bytes of a file that a command was pointed at, as large as a photo may be at most.
pub fn read_small_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let failed = |error: InputError| {
        WrongUsage(format!("cannot read {}: {}", path.display(), error.message)).into()
    };
    read_bytes(path).map_err(failed)
}

/// Returns the text of a small file that a person wrote, or of standard input for `-`.
pub fn read_text(path: &Path) -> anyhow::Result<String> {
    /// A claims or policy file is a few kilobytes; a batch of MRZ text may be some megabytes.
    const MAX_TEXT_BYTES: u64 = 64 << 20;
    let mut text = String::new();
    let result = if path == Path::new("-") {
        std::io::stdin()
            .take(MAX_TEXT_BYTES)
            .read_to_string(&mut text)
    } else {
        File::open(path).and_then(|file| file.take(MAX_TEXT_BYTES).read_to_string(&mut text))
    };
    match result {
        Ok(_) => Ok(text),
        Err(error) => {
            Err(WrongUsage(format!("cannot read {}: {}", path.display(), error.kind())).into())
        }
    }
}
