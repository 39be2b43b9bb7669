//! Files that appear whole or not at all.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use crate::error::ModelsError;

/// How the names of files begin that are not whole yet.
pub(crate) const TEMPORARY: &str = ".unfinished-";

/// Creates a folder and its parents.
pub(crate) fn create_dir(path: &Path) -> Result<(), ModelsError> {
    fs::create_dir_all(path).map_err(ModelsError::file("create", path))
}

/// Writes a file so that a reader, or a crash, sees the old one or the new one and nothing between. `scratch` is a
/// folder on the same file system.
pub(crate) fn write_atomically(
    path: &Path,
    bytes: &[u8],
    scratch: &Path,
) -> Result<(), ModelsError> {
    write(path, bytes, scratch, readable_by_all)
}

/// Writes a file in the same way that no other account may read.
pub(crate) fn write_private(path: &Path, bytes: &[u8], scratch: &Path) -> Result<(), ModelsError> {
    // Temporary files are private from the moment they are there.
    write(path, bytes, scratch, |_| Ok(()))
}

fn write(
    path: &Path,
    bytes: &[u8],
    scratch: &Path,
    permit: impl FnOnce(&File) -> std::io::Result<()>,
) -> Result<(), ModelsError> {
    let wrong = || ModelsError::file("write", path);
    let mut file = tempfile::Builder::new()
        .prefix(TEMPORARY)
        .tempfile_in(scratch)
        .map_err(wrong())?;
    file.write_all(bytes).map_err(wrong())?;
    permit(file.as_file()).map_err(wrong())?;
    file.as_file().sync_all().map_err(wrong())?;
    file.persist(path).map_err(|error| wrong()(error.error))?;
    // The rename itself must reach the disk as well.
    match path.parent().map(File::open) {
        Some(folder) => folder.and_then(|f| f.sync_all()).map_err(wrong()),
        None => Ok(()),
    }
}

/// Temporary files are private; models are read by whatever account runs the server.
#[cfg(unix)]
fn readable_by_all(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &File) -> std::io::Result<()> {
    Ok(())
}
