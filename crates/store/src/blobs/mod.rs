//! Sealed files: photos, in the database, a folder or a bucket. They are sealed before they leave the store.
//!
//! A file is put in its place first and its row is written with the capture. A crash between the two leaves
//! a sealed file without a row, which [`Store::sweep_blobs`] removes a day later.

mod folder;
mod place;
mod s3;

use std::collections::HashSet;

use menshen_core::ids::{ApplicantId, BlobId, TenantId};
use menshen_core::time::{DAY, Millis};

pub(crate) use place::{Place, Places};

use crate::columns::{Reader, all, one};
use crate::error::{Doing, insert_error};
use crate::seal::Column;
use crate::subject::Subject;
use crate::{Opened, Purpose, Store, StoreError, Tx};

/// A file that is sealed and in its place, but belongs to no record yet.
pub struct StagedBlob {
    pub(crate) id: BlobId,
    subject: Subject,
    purpose: Purpose,
    place: Place,
    size: i64,
    created_at: Millis,
    /// The sealed bytes, where the database is their place.
    data: Option<Vec<u8>>,
}

impl StagedBlob {
    /// Returns the id that the file will have.
    pub fn id(&self) -> BlobId {
        self.id
    }

    pub(crate) fn place(&self) -> Place {
        self.place
    }
}

const BLOB: &str = "blob";
const DATA: Column = Column::new(BLOB, "data");
const INSERT: &str = "INSERT INTO blob (id, tenant_id, applicant_id, purpose, place, size, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const INSERT_DATA: &str = "INSERT INTO blob_data (id, data) VALUES ($1, $2)";
const FIND: &str = "SELECT applicant_id, purpose, place FROM blob WHERE id = $1 AND tenant_id = $2";
const FIND_DATA: &str = "SELECT data FROM blob_data WHERE id = $1";
const OF_PLACE: &str = "SELECT id FROM blob WHERE place = $1 AND id >= $2 AND id <= $3";
const DELETE: &str = "DELETE FROM blob WHERE id = $1";
const DELETE_DATA: &str = "DELETE FROM blob_data WHERE id = $1";
const OF_SUBJECT: &str = "SELECT id, place FROM blob \
     WHERE tenant_id = $1 AND applicant_id = $2 AND purpose = $3";
/// How long a file may lie without a row: longer than any request takes.
const ORPHAN_AGE: i64 = DAY;
/// Files whose rows are looked up at once.
const BATCH: usize = 500;

impl Store {
    /// Seals a file with a key of its subject and puts it in its place, outside of any transaction.
    pub async fn stage_blob(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
        purpose: Purpose,
        bytes: &[u8],
        now: Millis,
    ) -> Result<StagedBlob, StoreError> {
        let subject = Subject { tenant, applicant };
        let id = BlobId::new(now, Self::random_id_bytes()?);
        let mut conn = self.conn().await?;
        let key = subject.key(&mut conn, &self.inner.keys, purpose).await?;
        drop(conn);
        let sealed = key.seal(DATA, &id.to_string(), bytes)?;
        let places = &self.inner.places;
        let data = places.put(id, sealed).await?;
        Ok(StagedBlob {
            id,
            subject,
            purpose,
            place: places.current(),
            size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            created_at: now,
            data,
        })
    }

    /// Returns a file of a tenant in the clear.
    pub async fn open_blob(
        &self,
        tenant: TenantId,
        id: BlobId,
    ) -> Result<Option<Opened>, StoreError> {
        let mut conn = self.conn().await?;
        let row = sqlx::query(FIND)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&mut *conn)
            .await
            .doing("find blob")?;
        let read = |r: Reader<'_>| {
            Ok((
                r.parse("applicant_id")?,
                r.parse("purpose")?,
                r.parse("place")?,
            ))
        };
        let Some((applicant, purpose, place)) = one(BLOB, row, read)? else {
            return Ok(None);
        };
        let subject = Subject { tenant, applicant };
        let key = subject.key(&mut conn, &self.inner.keys, purpose).await?;
        let sealed = match place {
            Place::Database => {
                let row = sqlx::query(FIND_DATA)
                    .bind(id.to_string())
                    .fetch_optional(&mut *conn)
                    .await
                    .doing("read blob")?;
                one("blob_data", row, |r| r.get::<Vec<u8>>("data"))?
            }
            Place::Folder | Place::S3 => {
                drop(conn);
                self.inner.places.get(place, id).await?
            }
        };
        let sealed = sealed.ok_or(StoreError::Missing { table: "blob_data" })?;
        key.open(DATA, &id.to_string(), &sealed).map(Some)
    }

    /// Removes files that no row names and that are older than a day; returns how many.
    pub async fn sweep_blobs(&self, now: Millis) -> Result<u64, StoreError> {
        let places = &self.inner.places;
        let mut old = places.list().await?;
        old.retain(|id| made_at(*id).plus(ORPHAN_AGE) <= now);
        old.sort_unstable();
        let mut removed = 0;
        for files in old.chunks(BATCH) {
            let known = self.blobs_among(files).await?;
            for id in files.iter().filter(|id| !known.contains(id)) {
                places.remove(places.current(), *id).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Returns which files of the current place have rows, of some in the order of their ids.
    async fn blobs_among(&self, sorted: &[BlobId]) -> Result<HashSet<BlobId>, StoreError> {
        let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else {
            return Ok(HashSet::new());
        };
        let rows = sqlx::query(OF_PLACE)
            .bind(self.inner.places.current().as_str())
            .bind(first.to_string())
            .bind(last.to_string())
            .fetch_all(&self.inner.pool)
            .await
            .doing("find blobs")?;
        let ids = all(BLOB, &rows, |r| r.parse("id"))?;
        Ok(ids.into_iter().collect())
    }
}

/// Returns when a file was made, as its id says.
fn made_at(id: BlobId) -> Millis {
    let seconds = id.0.get_timestamp().map_or(0, |at| at.to_unix().0);
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    Millis(seconds.saturating_mul(1_000))
}

impl Tx {
    /// Writes the row of a file that was staged. Should the transaction fail, the file goes with it.
    pub(crate) async fn keep_blob(&mut self, blob: &StagedBlob) -> Result<(), StoreError> {
        sqlx::query(INSERT)
            .bind(blob.id.to_string())
            .bind(blob.subject.tenant.to_string())
            .bind(blob.subject.applicant.to_string())
            .bind(blob.purpose.as_str())
            .bind(blob.place.as_str())
            .bind(blob.size)
            .bind(blob.created_at.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(BLOB, "keep blob", source))?;
        if let Some(data) = &blob.data {
            sqlx::query(INSERT_DATA)
                .bind(blob.id.to_string())
                .bind(data.clone())
                .execute(self.conn())
                .await
                .doing("keep blob")?;
        }
        Ok(())
    }

    /// Removes a file that was staged and is not wanted after all, when the transaction commits.
    pub(crate) fn forget_blob(&mut self, blob: &StagedBlob) {
        self.doomed.push((blob.place, blob.id));
    }

    /// Removes a file's row, and the file when the transaction commits. Nothing may name it any more.
    pub(crate) async fn remove_blob(&mut self, place: Place, id: BlobId) -> Result<(), StoreError> {
        for sql in [DELETE_DATA, DELETE] {
            sqlx::query(sql)
                .bind(id.to_string())
                .execute(self.conn())
                .await
                .doing("remove blob")?;
        }
        self.doomed.push((place, id));
        Ok(())
    }

    /// Returns a subject's files of a purpose.
    pub(crate) async fn blobs_of(
        &mut self,
        subject: Subject,
        purpose: Purpose,
    ) -> Result<Vec<(Place, BlobId)>, StoreError> {
        let rows = sqlx::query(OF_SUBJECT)
            .bind(subject.tenant.to_string())
            .bind(subject.applicant.to_string())
            .bind(purpose.as_str())
            .fetch_all(self.conn())
            .await
            .doing("list blobs")?;
        all(BLOB, &rows, |r| Ok((r.parse("place")?, r.parse("id")?)))
    }
}
