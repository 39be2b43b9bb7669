//! Photos handed in: what was measured, what was said about them, and where they lie.

use menshen_core::ids::{ApplicantId, BlobId, CaptureId, TenantId, VerificationId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::blobs::StagedBlob;
use crate::columns::{Reader, all, one, words};
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::subject::{SealedAt, Subject, SubjectKey};
use crate::{Opened, Purpose, Store, StoreError, Tx};

/// What a photo shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The document's front, or its only page.
    Front,
    /// The document's back.
    Back,
    /// The person's face.
    Selfie,
}

words!(Part { Front = "front", Back = "back", Selfie = "selfie" });

impl Part {
    /// Returns which key seals the photo: a face goes with the biometric clock.
    pub const fn purpose(self) -> Purpose {
        match self {
            Self::Front | Self::Back => Purpose::Document,
            Self::Selfie => Purpose::Biometric,
        }
    }
}

/// A photo to be recorded.
pub struct NewCapture<'a> {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Of whom.
    pub applicant_id: ApplicantId,
    /// For which verification.
    pub verification_id: VerificationId,
    /// What it shows.
    pub part: Part,
    /// For which attempt.
    pub attempt: i64,
    /// [`Store::digest`] of the bytes that came, of kind `Photo`.
    pub digest: String,
    /// What was measured.
    pub evidence: &'a [u8],
    /// The face's template, where one was made.
    pub embedding: Option<&'a [u8]>,
    /// The reasons in full.
    pub reasons: &'a [u8],
    /// The reasons' codes.
    pub codes: Vec<String>,
    /// The clean photo.
    pub image: Option<StagedBlob>,
    /// The bytes that came, where the policy keeps them.
    pub original: Option<StagedBlob>,
    /// Whether the photo need not be taken again.
    pub usable: bool,
}

/// A photo that was recorded, without what is personal.
#[derive(Clone, Debug)]
pub struct CaptureRow {
    /// The id.
    pub id: CaptureId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Of whom.
    pub applicant_id: ApplicantId,
    /// For which verification.
    pub verification_id: VerificationId,
    /// What it shows.
    pub part: Part,
    /// For which attempt it came first.
    pub attempt: i64,
    /// The tenant's digest of the bytes that came.
    pub digest: String,
    /// The reasons' codes.
    pub codes: Vec<String>,
    /// The clean photo.
    pub image_blob: Option<BlobId>,
    /// The bytes that came.
    pub original_blob: Option<BlobId>,
    /// Whether the photo need not be taken again.
    pub usable: bool,
    /// When another photo of the part took its place.
    pub replaced_at: Option<Millis>,
    /// When it came.
    pub created_at: Millis,
}

/// What became of a photo.
#[derive(Clone, Debug)]
pub enum Recorded {
    /// It is new.
    Fresh(CaptureRow),
    /// The same bytes were handed in for the same part before: it is that one.
    Same(CaptureRow),
}

impl Recorded {
    /// Returns the photo's row.
    pub fn row(&self) -> &CaptureRow {
        match self {
            Self::Fresh(row) | Self::Same(row) => row,
        }
    }
}

const CAPTURE: &str = "capture";
const EVIDENCE: Column = Column::new(CAPTURE, "evidence_sealed");
const EMBEDDING: Column = Column::new(CAPTURE, "embedding_sealed");
const REASONS: Column = Column::new(CAPTURE, "reasons_sealed");
const INSERT: &str = "INSERT INTO capture (id, tenant_id, verification_id, part, attempt, digest, evidence_sealed, \
     embedding_sealed, reasons_sealed, codes, image_blob, original_blob, usable, replaced_at, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, NULL, $14) \
     ON CONFLICT (verification_id, part, digest) DO NOTHING";
const FIND: &str = "SELECT c.id, c.tenant_id, v.applicant_id, c.verification_id, c.part, c.attempt, c.digest, c.codes, \
     c.image_blob, c.original_blob, c.usable, c.replaced_at, c.created_at FROM capture c \
     JOIN verification v ON v.id = c.verification_id WHERE c.id = $1 AND c.tenant_id = $2";
const FIND_SAME: &str = "SELECT c.id, c.tenant_id, v.applicant_id, c.verification_id, c.part, c.attempt, c.digest, \
     c.codes, c.image_blob, c.original_blob, c.usable, c.replaced_at, c.created_at FROM capture c \
     JOIN verification v ON v.id = c.verification_id \
     WHERE c.tenant_id = $1 AND c.verification_id = $2 AND c.part = $3 AND c.digest = $4";
const LIST: &str = "SELECT c.id, c.tenant_id, v.applicant_id, c.verification_id, c.part, c.attempt, c.digest, c.codes, \
     c.image_blob, c.original_blob, c.usable, c.replaced_at, c.created_at FROM capture c \
     JOIN verification v ON v.id = c.verification_id \
     WHERE c.tenant_id = $1 AND c.verification_id = $2 ORDER BY c.id DESC";
const REPLACE_OTHERS: &str = "UPDATE capture SET replaced_at = $1 WHERE verification_id = $2 AND part = $3 \
     AND id <> $4 AND replaced_at IS NULL";
const REVIVE: &str = "UPDATE capture SET replaced_at = NULL WHERE id = $1 AND tenant_id = $2";
const SEALED_EVIDENCE: &str = "SELECT v.applicant_id, c.evidence_sealed AS sealed FROM capture c \
     JOIN verification v ON v.id = c.verification_id WHERE c.id = $1 AND c.tenant_id = $2";
const SEALED_EMBEDDING: &str = "SELECT v.applicant_id, c.embedding_sealed AS sealed FROM capture c \
     JOIN verification v ON v.id = c.verification_id WHERE c.id = $1 AND c.tenant_id = $2";
const SEALED_REASONS: &str = "SELECT v.applicant_id, c.reasons_sealed AS sealed FROM capture c \
     JOIN verification v ON v.id = c.verification_id WHERE c.id = $1 AND c.tenant_id = $2";

impl Store {
    /// Returns a photo's record.
    pub async fn find_capture(
        &self,
        tenant: TenantId,
        id: CaptureId,
    ) -> Result<Option<CaptureRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find capture")?;
        one(CAPTURE, row, read)
    }

    /// Returns the photo of the same bytes for the same part, where it was handed in before.
    pub async fn find_same_capture(
        &self,
        tenant: TenantId,
        verification: VerificationId,
        part: Part,
        digest: &str,
    ) -> Result<Option<CaptureRow>, StoreError> {
        find_same(&mut *self.conn().await?, tenant, verification, part, digest).await
    }

    /// Returns all photos of a verification, newest first, replaced ones too.
    pub async fn list_captures(
        &self,
        tenant: TenantId,
        verification: VerificationId,
    ) -> Result<Vec<CaptureRow>, StoreError> {
        list(&mut *self.conn().await?, tenant, verification).await
    }

    /// Returns what was measured on a photo.
    pub async fn find_capture_evidence(
        &self,
        tenant: TenantId,
        id: CaptureId,
    ) -> Result<Option<Opened>, StoreError> {
        self.sealed(SEALED_EVIDENCE, EVIDENCE, Purpose::Document, tenant, id)
            .await
    }

    /// Returns the template of a photo's face, where one was made.
    pub async fn find_capture_embedding(
        &self,
        tenant: TenantId,
        id: CaptureId,
    ) -> Result<Option<Opened>, StoreError> {
        self.sealed(SEALED_EMBEDDING, EMBEDDING, Purpose::Biometric, tenant, id)
            .await
    }

    /// Returns the reasons of a photo in full.
    pub async fn find_capture_reasons(
        &self,
        tenant: TenantId,
        id: CaptureId,
    ) -> Result<Option<Opened>, StoreError> {
        self.sealed(SEALED_REASONS, REASONS, Purpose::Document, tenant, id)
            .await
    }

    async fn sealed(
        &self,
        sql: &'static str,
        column: Column,
        purpose: Purpose,
        tenant: TenantId,
        id: CaptureId,
    ) -> Result<Option<Opened>, StoreError> {
        let at = SealedAt {
            sql,
            column,
            purpose,
            tenant,
            row: &id.to_string(),
        };
        at.open(self, &mut *self.conn().await?).await
    }
}

impl Tx {
    /// Records a photo, which takes the place of the part's earlier one. The same bytes are the same photo.
    pub async fn record_capture(
        &mut self,
        new: NewCapture<'_>,
        now: Millis,
    ) -> Result<Recorded, StoreError> {
        let found = self.find_same(&new).await?;
        let recorded = match found {
            Some(row) => self.same(&new, row).await?,
            None => self.insert(&new, now).await?,
        };
        sqlx::query(REPLACE_OTHERS)
            .bind(now.0)
            .bind(new.verification_id.to_string())
            .bind(new.part.as_str())
            .bind(recorded.row().id.to_string())
            .execute(self.conn())
            .await
            .doing("replace captures")?;
        Ok(recorded)
    }

    /// Returns all photos of a verification, newest first, replaced ones too.
    pub async fn list_captures(
        &mut self,
        tenant: TenantId,
        verification: VerificationId,
    ) -> Result<Vec<CaptureRow>, StoreError> {
        list(self.conn(), tenant, verification).await
    }

    async fn find_same(&mut self, new: &NewCapture<'_>) -> Result<Option<CaptureRow>, StoreError> {
        let (tenant, verification) = (new.tenant_id, new.verification_id);
        find_same(self.conn(), tenant, verification, new.part, &new.digest).await
    }

    /// Takes an earlier photo of the same bytes, also where another had taken its place.
    async fn same(
        &mut self,
        new: &NewCapture<'_>,
        row: CaptureRow,
    ) -> Result<Recorded, StoreError> {
        for blob in [&new.image, &new.original].into_iter().flatten() {
            self.forget_blob(blob);
        }
        let done = sqlx::query(REVIVE)
            .bind(row.id.to_string())
            .bind(row.tenant_id.to_string())
            .execute(self.conn())
            .await
            .doing("revive capture")?;
        one_row(CAPTURE, &done)?;
        Ok(Recorded::Same(CaptureRow {
            replaced_at: None,
            ..row
        }))
    }

    async fn insert(&mut self, new: &NewCapture<'_>, now: Millis) -> Result<Recorded, StoreError> {
        let (document, biometric) = self.capture_keys(new).await?;
        for blob in [&new.image, &new.original].into_iter().flatten() {
            self.keep_blob(blob).await?;
        }
        let id = CaptureId::new(now, Store::random_id_bytes()?).to_string();
        let embedding = new
            .embedding
            .map(|plain| biometric.seal(EMBEDDING, &id, plain));
        let done = sqlx::query(INSERT)
            .bind(id.clone())
            .bind(new.tenant_id.to_string())
            .bind(new.verification_id.to_string())
            .bind(new.part.as_str())
            .bind(new.attempt)
            .bind(new.digest.clone())
            .bind(document.seal(EVIDENCE, &id, new.evidence)?)
            .bind(embedding.transpose()?)
            .bind(document.seal(REASONS, &id, new.reasons)?)
            .bind(new.codes.join(","))
            .bind(new.image.as_ref().map(|blob| blob.id.to_string()))
            .bind(new.original.as_ref().map(|blob| blob.id.to_string()))
            .bind(i64::from(new.usable))
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(CAPTURE, "record capture", source))?;
        let row = self.find_same(new).await?;
        let row = row.ok_or(StoreError::Missing { table: CAPTURE })?;
        if done.rows_affected() == 1 {
            return Ok(Recorded::Fresh(row));
        }
        // Another request recorded the same bytes while this one was under way.
        for blob in [&new.image, &new.original].into_iter().flatten() {
            self.remove_blob(blob.place(), blob.id).await?;
        }
        self.same(new, row).await
    }

    async fn capture_keys(
        &mut self,
        new: &NewCapture<'_>,
    ) -> Result<(SubjectKey, SubjectKey), StoreError> {
        let store = self.store.clone();
        let keys = &store.inner.keys;
        let subject = Subject {
            tenant: new.tenant_id,
            applicant: new.applicant_id,
        };
        let document = subject.key(self.conn(), keys, Purpose::Document).await?;
        let biometric = subject.key(self.conn(), keys, Purpose::Biometric).await?;
        Ok((document, biometric))
    }
}

async fn find_same(
    conn: &mut AnyConnection,
    tenant: TenantId,
    verification: VerificationId,
    part: Part,
    digest: &str,
) -> Result<Option<CaptureRow>, StoreError> {
    let row = sqlx::query(FIND_SAME)
        .bind(tenant.to_string())
        .bind(verification.to_string())
        .bind(part.as_str())
        .bind(digest.to_owned())
        .fetch_optional(conn)
        .await
        .doing("find capture")?;
    one(CAPTURE, row, read)
}

async fn list(
    conn: &mut AnyConnection,
    tenant: TenantId,
    verification: VerificationId,
) -> Result<Vec<CaptureRow>, StoreError> {
    let rows = sqlx::query(LIST)
        .bind(tenant.to_string())
        .bind(verification.to_string())
        .fetch_all(conn)
        .await
        .doing("list captures")?;
    all(CAPTURE, &rows, read)
}

fn read(r: Reader<'_>) -> Result<CaptureRow, StoreError> {
    Ok(CaptureRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        verification_id: r.parse("verification_id")?,
        part: r.parse("part")?,
        attempt: r.get("attempt")?,
        digest: r.get("digest")?,
        codes: r.list("codes")?,
        image_blob: r.parse_maybe("image_blob")?,
        original_blob: r.parse_maybe("original_blob")?,
        usable: r.flag("usable")?,
        replaced_at: r.at_maybe("replaced_at")?,
        created_at: r.at("created_at")?,
    })
}
