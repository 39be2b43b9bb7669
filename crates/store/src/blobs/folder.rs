//! Sealed files in a folder of this machine.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use menshen_core::ids::BlobId;

use crate::StoreError;

/// A folder with up to 256 folders, named after the last two digits of the ids in them.
#[derive(Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Opens a folder, and makes it where it does not exist.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        make(path)?;
        Ok(Self(path.to_owned()))
    }

    /// Writes a file. When this returns `Ok`, it survives a power cut.
    pub async fn put(&self, id: BlobId, sealed: Vec<u8>) -> Result<(), StoreError> {
        let path = self.path(id);
        blocking(move || write(&path, &sealed)).await
    }

    /// Returns a file.
    pub async fn get(&self, id: BlobId) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path(id);
        blocking(move || match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(failed("read", &path, source)),
        })
        .await
    }

    /// Removes a file; one that is gone is fine.
    pub async fn remove(&self, id: BlobId) -> Result<(), StoreError> {
        let path = self.path(id);
        blocking(move || match std::fs::remove_file(&path) {
            Ok(()) => sync_folder(path.parent().unwrap_or(&path)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
            Err(source) => Err(failed("remove", &path, source)),
        })
        .await
    }

    /// Returns every file.
    pub async fn list(&self) -> Result<Vec<BlobId>, StoreError> {
        let root = self.0.clone();
        blocking(move || {
            let mut found = Vec::new();
            for shard in entries(&root)?.into_iter().filter(|path| path.is_dir()) {
                for path in entries(&shard)? {
                    let name = path.file_name().and_then(|name| name.to_str());
                    found.extend(name.and_then(|name| name.parse::<BlobId>().ok()));
                }
            }
            Ok(found)
        })
        .await
    }

    fn path(&self, id: BlobId) -> PathBuf {
        let name = id.to_string();
        self.0.join(&name[name.len() - 2..]).join(&name)
    }
}

/// Writes beside and renames, so that a file is there whole or not at all.
fn write(path: &Path, sealed: &[u8]) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(path);
    make(folder)?;
    let at = |source| failed("write", path, source);
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(at)?;
    file.write_all(sealed).map_err(at)?;
    file.as_file().sync_all().map_err(at)?;
    file.persist(path).map_err(|e| at(e.error))?;
    sync_folder(folder)
}

fn make(folder: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    if folder.is_dir() {
        return Ok(());
    }
    builder
        .create(folder)
        .map_err(|source| failed("create", folder, source))?;
    folder.parent().map_or(Ok(()), sync_folder)
}

/// Makes the names in a folder survive a power cut.
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    std::fs::File::open(folder)
        .and_then(|opened| opened.sync_all())
        .map_err(|source| failed("sync", folder, source))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    std::fs::read_dir(folder)
        .and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect())
        .map_err(|source| failed("list", folder, source))
}

fn failed(action: &'static str, path: &Path, source: std::io::Error) -> StoreError {
    StoreError::File {
        action,
        path: path.to_owned(),
        source,
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|source| StoreError::Blob {
            action: "work on a file",
            source: Box::new(source),
        })?
}
