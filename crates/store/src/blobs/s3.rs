//! Sealed files in a bucket of an S3-compatible server.

use std::time::Duration;

use futures_util::TryStreamExt;
use menshen_core::ids::BlobId;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};

use crate::{BlobConfig, StoreError};

/// How long one request may take. A photo of 20 MB takes a second on a slow link within a site.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How long a request is tried again before the caller hears of it.
const RETRY: Duration = Duration::from_secs(30);
/// The folder of the bucket that is ours, unless the configuration names one.
const PREFIX: &str = "menshen";

/// A bucket, and our folder in it.
pub(crate) struct Bucket {
    client: AmazonS3,
    prefix: String,
}

impl Bucket {
    /// Makes the client; nothing is sent yet.
    pub fn open(config: &BlobConfig) -> Result<Self, StoreError> {
        let BlobConfig::S3 {
            endpoint,
            bucket,
            region,
            access_key,
            secret_key,
            allow_http,
        } = config
        else {
            return Err(StoreError::Config {
                what: "the place of files is no bucket",
            });
        };
        let (bucket, prefix) = bucket.split_once('/').unwrap_or((bucket, PREFIX));
        // Whoever installed a provider before has the same right to choose; ours is for when nobody did.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_region(region)
            .with_access_key_id(access_key)
            .with_secret_access_key(secret_key)
            .with_retry(RetryConfig {
                max_retries: 3,
                retry_timeout: RETRY,
                ..RetryConfig::default()
            })
            .with_client_options(
                ClientOptions::new()
                    .with_timeout(TIMEOUT)
                    .with_allow_http(*allow_http),
            );
        if !endpoint.is_empty() {
            builder = builder.with_endpoint(endpoint);
        }
        let client = builder.build().map_err(failed("open the bucket"))?;
        Ok(Self {
            client,
            prefix: prefix.to_owned(),
        })
    }

    /// Writes a file.
    pub async fn put(&self, id: BlobId, sealed: Vec<u8>) -> Result<(), StoreError> {
        self.client
            .put(&self.path(id), sealed.into())
            .await
            .map(|_| ())
            .map_err(failed("write to the bucket"))
    }

    /// Returns a file.
    pub async fn get(&self, id: BlobId) -> Result<Option<Vec<u8>>, StoreError> {
        let found = match self.client.get(&self.path(id)).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed("read from the bucket")(error)),
        };
        let bytes = found.bytes().await;
        bytes
            .map(|bytes| Some(bytes.to_vec()))
            .map_err(failed("read from the bucket"))
    }

    /// Removes a file; one that is gone is fine.
    pub async fn remove(&self, id: BlobId) -> Result<(), StoreError> {
        match self.client.delete(&self.path(id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed("remove from the bucket")(error)),
        }
    }

    /// Returns every file of ours.
    pub async fn list(&self) -> Result<Vec<BlobId>, StoreError> {
        let found: Vec<_> = self
            .client
            .list(Some(&Path::from(self.prefix.as_str())))
            .try_collect()
            .await
            .map_err(failed("list the bucket"))?;
        Ok(found
            .iter()
            .filter_map(|object| object.location.filename()?.parse().ok())
            .collect())
    }

    fn path(&self, id: BlobId) -> Path {
        Path::from(format!("{}/{id}", self.prefix))
    }
}

fn failed(action: &'static str) -> impl FnOnce(object_store::Error) -> StoreError {
    move |source| StoreError::Blob {
        action,
        source: Box::new(source),
    }
}
