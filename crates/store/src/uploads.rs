//! Resumable uploads: sealed chunks that grow until the length that was announced.

use menshen_core::ids::{ApplicantId, CaptureId, TenantId, UploadId, VerificationId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::{Reader, all, one};
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::subject::{SealedColumn, Subject};
use crate::{Opened, Part, Purpose, Store, StoreError, Tx};

/// An upload to be begun.
pub struct NewUpload<'a> {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// For which verification.
    pub verification_id: VerificationId,
    /// What the photo shows.
    pub part: Part,
    /// The length in bytes.
    pub length: u64,
    /// What the client says about the file. Names of files are personal, so it is sealed.
    pub metadata: &'a [u8],
    /// When it ends unfinished.
    pub expires_at: Millis,
}

/// An upload, without its bytes.
#[derive(Clone, Debug)]
pub struct UploadRow {
    /// The id.
    pub id: UploadId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Of whom.
    pub applicant_id: ApplicantId,
    /// For which verification.
    pub verification_id: VerificationId,
    /// What the photo shows.
    pub part: Part,
    /// The length in bytes.
    pub length: u64,
    /// How many bytes have come.
    pub received: u64,
    /// When it ends unfinished.
    pub expires_at: Millis,
    /// The photo that it became.
    pub finished_capture: Option<CaptureId>,
    /// Counts the changes.
    pub version: i64,
}

/// What became of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It was taken; so many bytes have come.
    Received(u64),
    /// It does not begin where the last one ended; so many bytes have come.
    WrongOffset(u64),
}

const UPLOAD: &str = "upload";
const METADATA: Column = Column::new(UPLOAD, "metadata_sealed");
const CHUNK: Column = Column::new("upload_chunk", "data_sealed");
const INSERT: &str = "INSERT INTO upload (id, tenant_id, verification_id, part, length, received, metadata_sealed, \
     created_at, expires_at, finished_capture, version) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, NULL, 1)";
const FIND: &str = "SELECT u.id, u.tenant_id, v.applicant_id, u.verification_id, u.part, u.length, u.received, \
     u.expires_at, u.finished_capture, u.version FROM upload u JOIN verification v ON v.id = u.verification_id \
     WHERE u.id = $1 AND u.tenant_id = $2";
const SEALED_METADATA: SealedColumn = SealedColumn {
    sql: "SELECT v.applicant_id, u.metadata_sealed AS sealed FROM upload u \
     JOIN verification v ON v.id = u.verification_id WHERE u.id = $1 AND u.tenant_id = $2",
    column: METADATA,
    purpose: Purpose::Document,
};
const APPEND: &str = "UPDATE upload SET received = $1, version = version + 1 \
     WHERE id = $2 AND tenant_id = $3 AND version = $4";
const INSERT_CHUNK: &str =
    "INSERT INTO upload_chunk (upload_id, start, data_sealed) VALUES ($1, $2, $3)";
const CHUNKS: &str =
    "SELECT start, data_sealed FROM upload_chunk WHERE upload_id = $1 ORDER BY start";
const FINISH: &str = "UPDATE upload SET finished_capture = $1, version = version + 1 \
     WHERE id = $2 AND tenant_id = $3 AND version = $4";
const DELETE_CHUNKS: &str = "DELETE FROM upload_chunk WHERE upload_id = $1";
const DELETE: &str = "DELETE FROM upload WHERE id = $1 AND tenant_id = $2";
const EXPIRED_CHUNKS: &str = "DELETE FROM upload_chunk WHERE upload_id IN \
     (SELECT id FROM upload WHERE expires_at <= $1)";
const EXPIRED: &str = "DELETE FROM upload WHERE expires_at <= $1";

impl Store {
    /// Returns an upload of a tenant.
    pub async fn find_upload(
        &self,
        tenant: TenantId,
        id: UploadId,
    ) -> Result<Option<UploadRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, id).await
    }

    /// Returns what the client said about the file.
    pub async fn find_upload_metadata(
        &self,
        tenant: TenantId,
        id: UploadId,
    ) -> Result<Option<Opened>, StoreError> {
        SEALED_METADATA
            .open(self, &mut *self.conn().await?, tenant, id)
            .await
    }

    /// Returns the bytes that have come so far.
    pub async fn read_upload(&self, upload: &UploadRow) -> Result<Opened, StoreError> {
        let mut conn = self.conn().await?;
        let subject = upload.subject();
        let purpose = upload.part.purpose();
        let key = subject.key(&mut conn, &self.inner.keys, purpose).await?;
        let rows = sqlx::query(CHUNKS)
            .bind(upload.id.to_string())
            .fetch_all(&mut *conn)
            .await
            .doing("read upload")?;
        let read = |r: Reader<'_>| Ok((r.get::<i64>("start")?, r.get::<Vec<u8>>("data_sealed")?));
        // Never grown, so that no unwiped copy of a half stays behind.
        let mut whole = Vec::with_capacity(usize::try_from(upload.length).unwrap_or(0));
        for (start, sealed) in all("upload_chunk", &rows, read)? {
            let chunk = key.open(CHUNK, &chunk_row(upload.id, start), &sealed)?;
            whole.extend_from_slice(&chunk);
        }
        Ok(Opened::new(whole))
    }
}

impl Tx {
    /// Begins an upload.
    pub async fn create_upload(
        &mut self,
        new: &NewUpload<'_>,
        now: Millis,
    ) -> Result<UploadRow, StoreError> {
        let store = self.store.clone();
        let verification = self
            .find_verification(new.tenant_id, new.verification_id)
            .await?
            .ok_or(StoreError::Missing {
                table: "verification",
            })?;
        let keys = &store.inner.keys;
        let subject = verification.subject();
        let key = subject.key(self.conn(), keys, Purpose::Document).await?;
        let id = UploadId::new(now, Store::random_id_bytes()?);
        let length = i64::try_from(new.length);
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(new.tenant_id.to_string())
            .bind(new.verification_id.to_string())
            .bind(new.part.as_str())
            .bind(length.map_err(|_| StoreError::TooLong {
                action: "create upload",
            })?)
            .bind(key.seal(METADATA, &id.to_string(), new.metadata)?)
            .bind(now.0)
            .bind(new.expires_at.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(UPLOAD, "create upload", source))?;
        let row = find(self.conn(), new.tenant_id, id).await?;
        row.ok_or(StoreError::Missing { table: UPLOAD })
    }

    /// Returns an upload of a tenant.
    pub async fn find_upload(
        &mut self,
        tenant: TenantId,
        id: UploadId,
    ) -> Result<Option<UploadRow>, StoreError> {
        find(self.conn(), tenant, id).await
    }

    /// Appends a chunk that begins at an offset; [`StoreError::Conflict`] where another request appends
    /// at the same time, [`StoreError::TooLong`] where more comes than was announced.
    pub async fn append_upload(
        &mut self,
        upload: &UploadRow,
        offset: u64,
        bytes: &[u8],
    ) -> Result<Appended, StoreError> {
        const TOO_LONG: StoreError = StoreError::TooLong {
            action: "append to upload",
        };
        if offset != upload.received {
            return Ok(Appended::WrongOffset(upload.received));
        }
        let more = u64::try_from(bytes.len()).map_err(|_| TOO_LONG)?;
        let received = offset.checked_add(more).ok_or(TOO_LONG)?;
        if received > upload.length {
            return Err(TOO_LONG);
        }
        if bytes.is_empty() {
            return Ok(Appended::Received(received));
        }
        let store = self.store.clone();
        let (keys, purpose) = (&store.inner.keys, upload.part.purpose());
        let key = upload.subject().key(self.conn(), keys, purpose).await?;
        let done = sqlx::query(APPEND)
            .bind(i64::try_from(received).map_err(|_| TOO_LONG)?)
            .bind(upload.id.to_string())
            .bind(upload.tenant_id.to_string())
            .bind(upload.version)
            .execute(self.conn())
            .await
            .doing("append to upload")?;
        one_row(UPLOAD, &done)?;
        let start = i64::try_from(offset).map_err(|_| TOO_LONG)?;
        sqlx::query(INSERT_CHUNK)
            .bind(upload.id.to_string())
            .bind(start)
            .bind(key.seal(CHUNK, &chunk_row(upload.id, start), bytes)?)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error("upload_chunk", "append to upload", source))?;
        Ok(Appended::Received(received))
    }

    /// Notes the photo that an upload became, and lets its chunks go.
    pub async fn finish_upload(
        &mut self,
        upload: &UploadRow,
        capture: CaptureId,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(FINISH)
            .bind(capture.to_string())
            .bind(upload.id.to_string())
            .bind(upload.tenant_id.to_string())
            .bind(upload.version)
            .execute(self.conn())
            .await
            .doing("finish upload")?;
        one_row(UPLOAD, &done)?;
        self.delete_chunks(upload.id).await
    }

    /// Removes an upload and its chunks.
    pub async fn remove_upload(&mut self, upload: &UploadRow) -> Result<(), StoreError> {
        self.delete_chunks(upload.id).await?;
        sqlx::query(DELETE)
            .bind(upload.id.to_string())
            .bind(upload.tenant_id.to_string())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("remove upload")
    }

    /// Removes the uploads whose time is over; returns how many.
    pub async fn expire_uploads(&mut self, now: Millis) -> Result<u64, StoreError> {
        sqlx::query(EXPIRED_CHUNKS)
            .bind(now.0)
            .execute(self.conn())
            .await
            .doing("expire uploads")?;
        sqlx::query(EXPIRED)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("expire uploads")
    }

    async fn delete_chunks(&mut self, id: UploadId) -> Result<(), StoreError> {
        sqlx::query(DELETE_CHUNKS)
            .bind(id.to_string())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("remove chunks")
    }
}

impl UploadRow {
    fn subject(&self) -> Subject {
        Subject {
            tenant: self.tenant_id,
            applicant: self.applicant_id,
        }
    }
}

/// Returns what a chunk is bound to: its upload and its place in it.
fn chunk_row(upload: UploadId, start: i64) -> String {
    format!("{upload}/{start}")
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    id: UploadId,
) -> Result<Option<UploadRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_optional(conn)
        .await
        .doing("find upload")?;
    one(UPLOAD, row, read)
}

fn read(r: Reader<'_>) -> Result<UploadRow, StoreError> {
    let size = |column| {
        u64::try_from(r.get::<i64>(column)?).map_err(|_| StoreError::Corrupt {
            table: UPLOAD,
            column,
        })
    };
    Ok(UploadRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        verification_id: r.parse("verification_id")?,
        part: r.parse("part")?,
        length: size("length")?,
        received: size("received")?,
        expires_at: r.at("expires_at")?,
        finished_capture: r.parse_maybe("finished_capture")?,
        version: r.get("version")?,
    })
}
