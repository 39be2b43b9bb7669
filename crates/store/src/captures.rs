//! Photos handed in: what was measured, what was said about them, and where they lie.

use menshen_core::ids::{ApplicantId, BlobId, CaptureId, TenantId, VerificationId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::blobs::StagedBlob;
use crate::columns::{Reader, all, one, words};
use crate::error::Doing;
use crate::seal::Column;
use crate::subject::SealedColumn;
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

pub(crate) const CAPTURE: &str = "capture";
pub(crate) const EVIDENCE: Column = Column::new(CAPTURE, "evidence_sealed");
pub(crate) const EMBEDDING: Column = Column::new(CAPTURE, "embedding_sealed");
pub(crate) const REASONS: Column = Column::new(CAPTURE, "reasons_sealed");
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
const EVIDENCE_AT: SealedColumn = SealedColumn {
    sql: "SELECT v.applicant_id, c.evidence_sealed AS sealed FROM capture c \
          JOIN verification v ON v.id = c.verification_id WHERE c.id = $1 AND c.tenant_id = $2",
    column: EVIDENCE,
    purpose: Purpose::Document,
};
const EMBEDDING_AT: SealedColumn = SealedColumn {
    sql: "SELECT v.applicant_id, c.embedding_sealed AS sealed FROM capture c \
          JOIN verification v ON v.id = c.verification_id WHERE c.id = $1 AND c.tenant_id = $2",
    column: EMBEDDING,
    purpose: Purpose::Biometric,
};
const REASONS_AT: SealedColumn = SealedColumn {
    sql: "SELECT v.applicant_id, c.reasons_sealed AS sealed FROM capture c \
          JOIN verification v ON v.id = c.verification_id WHERE c.id = $1 AND c.tenant_id = $2",
    column: REASONS,
    purpose: Purpose::Document,
};

impl Store {
    /// Returns a photo's record.
    pub async fn find_capture(
        &self,
        tenant: TenantId,
        id: CaptureId,
    ) -> Result<Option<CaptureRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, id).await
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
        EVIDENCE_AT
            .open(self, &mut *self.conn().await?, tenant, id)
            .await
    }

    /// Returns the template of a photo's face, where one was made.
    pub async fn find_capture_embedding(
        &self,
        tenant: TenantId,
        id: CaptureId,
    ) -> Result<Option<Opened>, StoreError> {
        EMBEDDING_AT
            .open(self, &mut *self.conn().await?, tenant, id)
            .await
    }

    /// Returns the reasons of a photo in full.
    pub async fn find_capture_reasons(
        &self,
        tenant: TenantId,
        id: CaptureId,
    ) -> Result<Option<Opened>, StoreError> {
        REASONS_AT
            .open(self, &mut *self.conn().await?, tenant, id)
            .await
    }
}

impl Tx {
    /// Returns all photos of a verification, newest first, replaced ones too.
    pub async fn list_captures(
        &mut self,
        tenant: TenantId,
        verification: VerificationId,
    ) -> Result<Vec<CaptureRow>, StoreError> {
        list(self.conn(), tenant, verification).await
    }

    /// Returns a photo's record.
    pub async fn find_capture(
        &mut self,
        tenant: TenantId,
        id: CaptureId,
    ) -> Result<Option<CaptureRow>, StoreError> {
        find(self.conn(), tenant, id).await
    }

    /// Returns what was measured on a photo.
    pub async fn find_capture_evidence(
        &mut self,
        tenant: TenantId,
        id: CaptureId,
    ) -> Result<Option<Opened>, StoreError> {
        let store = self.store.clone();
        EVIDENCE_AT.open(&store, self.conn(), tenant, id).await
    }

    /// Returns the template of a photo's face, where one was made.
    pub async fn find_capture_embedding(
        &mut self,
        tenant: TenantId,
        id: CaptureId,
    ) -> Result<Option<Opened>, StoreError> {
        let store = self.store.clone();
        EMBEDDING_AT.open(&store, self.conn(), tenant, id).await
    }
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    id: CaptureId,
) -> Result<Option<CaptureRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_optional(conn)
        .await
        .doing("find capture")?;
    one(CAPTURE, row, read)
}

pub(crate) async fn find_same(
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
