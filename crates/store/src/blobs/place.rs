//! The three places of sealed files, behind one door.

use menshen_core::ids::BlobId;

use super::folder::Folder;
use super::s3::Bucket;
use crate::columns::words;
use crate::{BlobConfig, StoreError};

/// Where a file lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Database,
    Folder,
    S3,
}

words!(Place { Database = "database", Folder = "folder", S3 = "s3" });

/// The place of new files. Files of an earlier configuration are found where the database holds them.
pub(crate) enum Places {
    Database,
    Folder(Folder),
    S3(Bucket),
}

const ELSEWHERE: StoreError = StoreError::Config {
    what: "a file lies in a place that is not configured",
};

impl Places {
    /// Opens the configured place.
    pub fn open(config: &BlobConfig) -> Result<Self, StoreError> {
        Ok(match config {
            BlobConfig::Database => Self::Database,
            BlobConfig::Folder(path) => Self::Folder(Folder::open(path)?),
            BlobConfig::S3 { .. } => Self::S3(Bucket::open(config)?),
        })
    }

    /// Returns where new files go.
    pub fn current(&self) -> Place {
        match self {
            Self::Database => Place::Database,
            Self::Folder(_) => Place::Folder,
            Self::S3(_) => Place::S3,
        }
    }

    /// Puts a sealed file in its place; gives the bytes back where the database is the place.
    pub async fn put(&self, id: BlobId, sealed: Vec<u8>) -> Result<Option<Vec<u8>>, StoreError> {
        match self {
            Self::Database => Ok(Some(sealed)),
            Self::Folder(folder) => folder.put(id, sealed).await.map(|()| None),
            Self::S3(bucket) => bucket.put(id, sealed).await.map(|()| None),
        }
    }

    /// Returns a sealed file of a place outside the database.
    pub async fn get(&self, place: Place, id: BlobId) -> Result<Option<Vec<u8>>, StoreError> {
        match (self, place) {
            (Self::Folder(folder), Place::Folder) => folder.get(id).await,
            (Self::S3(bucket), Place::S3) => bucket.get(id).await,
            _ => Err(ELSEWHERE),
        }
    }

    /// Removes a file of a place outside the database; one that is gone is fine.
    pub async fn remove(&self, place: Place, id: BlobId) -> Result<(), StoreError> {
        match (self, place) {
            (_, Place::Database) => Ok(()),
            (Self::Folder(folder), Place::Folder) => folder.remove(id).await,
            (Self::S3(bucket), Place::S3) => bucket.remove(id).await,
            _ => Err(ELSEWHERE),
        }
    }

    /// Returns every file of the current place, where it is not the database.
    pub async fn list(&self) -> Result<Vec<BlobId>, StoreError> {
        match self {
            Self::Database => Ok(Vec::new()),
            Self::Folder(folder) => folder.list().await,
            Self::S3(bucket) => bucket.list().await,
        }
    }
}
