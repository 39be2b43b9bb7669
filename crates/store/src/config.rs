//! Where the store keeps its rows and its sealed files.

use std::path::PathBuf;

/// Where to keep everything. Without `Debug`: the database's URL and the bucket's keys are secrets.
#[derive(Clone)]
pub struct StoreConfig {
    /// `sqlite:PATH` or `postgres://...`.
    pub database: String,
    /// Where photos go.
    pub blobs: BlobConfig,
    /// The most connections one process holds.
    pub max_connections: u32,
}

/// Where photos go; always sealed before they leave the store.
///
/// A folder or bucket belongs to one store alone: the sweep removes files that no row of its store names.
/// A restored copy that runs beside the original needs another one.
#[derive(Clone)]
pub enum BlobConfig {
    /// Into the database, in rows of their own.
    Database,
    /// Into a folder of this machine.
    Folder(PathBuf),
    /// Into a bucket of any S3-compatible server.
    S3 {
        /// The server's address; empty for the region's own.
        endpoint: String,
        /// The bucket, which must exist; `NAME/FOLDER` for a folder of it.
        bucket: String,
        /// The region's name.
        region: String,
        /// The access key's id.
        access_key: String,
        /// The access key's secret.
        secret_key: String,
        /// Whether plain HTTP is allowed, for a server on the same machine.
        allow_http: bool,
    },
}
