//! Faces to be searched: those of everybody who was verified, and those of the blocklist, in the order of their changes.
//!
//! Every change takes the tenant's next number under a lock that it keeps until it commits. So whoever reads up to the
//! number that stands misses nothing, and whoever holds the lock and finds the number unchanged has missed nothing since.

use menshen_core::ids::{ApplicantId, BlockId, TenantId};
use sqlx::AnyConnection;

use crate::blocklist::{BLOCKLIST, TEMPLATE as BLOCKED};
use crate::columns::{Reader, all, one};
use crate::error::Doing;
use crate::identity::{IDENTITY, TEMPLATE};
use crate::subject::{Subject, SubjectKey};
use crate::{Opened, Purpose, Store, StoreError, Tx};

/// Whose face it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaceOf {
    /// That of somebody who was verified.
    Applicant(ApplicantId),
    /// That of an entry of the blocklist.
    Block(BlockId),
}

/// A face as it stands after its last change.
pub struct FaceRow {
    /// Whose.
    pub of: FaceOf,
    /// The number of the change.
    pub seq: i64,
    /// The model that measured it, an empty one where that is not known; none where the face is gone.
    pub model: Option<String>,
    /// Its vector; none where the face is gone, and where the value is damaged.
    pub template: Option<Opened>,
}

/// How far somebody has read the changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaceCursor {
    people: (i64, String),
    blocks: (i64, String),
}

impl Default for FaceCursor {
    fn default() -> Self {
        let start = (-1, String::new());
        Self {
            people: start.clone(),
            blocks: start,
        }
    }
}

const GALLERY: &str = "gallery";
const SEQ: &str = "SELECT seq FROM gallery WHERE tenant_id = $1";
const LOCK: &str = "INSERT INTO gallery (tenant_id, seq) VALUES ($1, 0) \
     ON CONFLICT (tenant_id) DO UPDATE SET seq = gallery.seq RETURNING seq";
const ADVANCE: &str = "INSERT INTO gallery (tenant_id, seq) VALUES ($1, 1) \
     ON CONFLICT (tenant_id) DO UPDATE SET seq = gallery.seq + 1 RETURNING seq";
const PEOPLE: &str = "SELECT i.applicant_id, i.face_seq AS seq, i.face_model, i.template_sealed, k.master_key_id, k.wrapped \
     FROM identity i JOIN subject_key k ON k.applicant_id = i.applicant_id AND k.purpose = 'biometric' \
     WHERE i.tenant_id = $1 AND i.face_seq >= $2 AND (i.face_seq > $2 OR i.applicant_id > $3) \
     ORDER BY i.face_seq, i.applicant_id LIMIT $4";
const BLOCKS: &str = "SELECT id, seq, face_model, template_sealed FROM blocklist \
     WHERE tenant_id = $1 AND seq >= $2 AND (seq > $2 OR id > $3) AND kind = 'face' ORDER BY seq, id LIMIT $4";
const ONE: &str = "SELECT i.applicant_id, i.face_seq AS seq, i.face_model, i.template_sealed, k.master_key_id, k.wrapped \
     FROM identity i JOIN subject_key k ON k.applicant_id = i.applicant_id AND k.purpose = 'biometric' \
     WHERE i.tenant_id = $1 AND i.applicant_id = $2 AND i.template_sealed IS NOT NULL";

impl Store {
    /// Returns the number of the last change.
    pub async fn gallery_seq(&self, tenant: TenantId) -> Result<i64, StoreError> {
        let row = sqlx::query(SEQ)
            .bind(tenant.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("read the gallery's number")?;
        let seq = one(GALLERY, row, |r| r.get("seq"))?;
        Ok(seq.unwrap_or(0))
    }

    /// Returns up to so many faces that have changed, in the order of their changes, and moves the cursor behind them.
    /// None means that everything was read.
    pub async fn list_faces(
        &self,
        tenant: TenantId,
        after: &mut FaceCursor,
        limit: u32,
    ) -> Result<Vec<FaceRow>, StoreError> {
        let mut conn = self.conn().await?;
        let rows = page(&mut conn, PEOPLE, tenant, &after.people, limit).await?;
        let faces = all(IDENTITY, &rows, |r| self.read_face(tenant, r))?;
        if let Some(last) = faces.last() {
            after.people = (last.seq, last.of.to_string());
            return Ok(faces);
        }
        let rows = page(&mut conn, BLOCKS, tenant, &after.blocks, limit).await?;
        let faces = all(BLOCKLIST, &rows, |r| self.read_block(tenant, r))?;
        if let Some(last) = faces.last() {
            after.blocks = (last.seq, last.of.to_string());
        }
        Ok(faces)
    }

    /// Returns a person's face as it stands; none where there is none any more.
    pub async fn find_face(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Option<FaceRow>, StoreError> {
        let row = sqlx::query(ONE)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find face")?;
        one(IDENTITY, row, |r| self.read_face(tenant, r))
    }

    fn read_face(&self, tenant: TenantId, r: Reader<'_>) -> Result<FaceRow, StoreError> {
        let applicant: ApplicantId = r.parse("applicant_id")?;
        let sealed: Option<Vec<u8>> = r.get("template_sealed")?;
        let wrapped: Vec<u8> = r.get("wrapped")?;
        let mut template = None;
        if let Some(sealed) = sealed.filter(|_| !wrapped.is_empty()) {
            let subject = Subject { tenant, applicant };
            let master: String = r.get("master_key_id")?;
            let keys = &self.inner.keys;
            let key = SubjectKey::unwrap(subject, keys, Purpose::Biometric, &master, &wrapped)?;
            let opened = key.open(TEMPLATE, &applicant.to_string(), &sealed);
            template = undamaged(opened)?;
        }
        Ok(FaceRow {
            of: FaceOf::Applicant(applicant),
            seq: r.get("seq")?,
            model: r.get("face_model")?,
            template,
        })
    }

    fn read_block(&self, tenant: TenantId, r: Reader<'_>) -> Result<FaceRow, StoreError> {
        let id: BlockId = r.parse("id")?;
        let sealed: Option<Vec<u8>> = r.get("template_sealed")?;
        let key = self.blocklist_key(tenant);
        let opened = sealed.map(|sealed| BLOCKED.open(&key, tenant, &id.to_string(), &sealed));
        Ok(FaceRow {
            of: FaceOf::Block(id),
            seq: r.get("seq")?,
            model: r.get("face_model")?,
            template: opened.map_or(Ok(None), undamaged)?,
        })
    }
}

impl Tx {
    /// Makes whoever changes what duplicates are found by wait until this transaction ends; returns the number of the last
    /// change. Taken before any other lock.
    pub async fn lock_gallery(&mut self, tenant: TenantId) -> Result<i64, StoreError> {
        seq(self.conn(), LOCK, tenant).await
    }

    /// The same, and returns the number of the change that this transaction makes.
    pub async fn advance_gallery(&mut self, tenant: TenantId) -> Result<i64, StoreError> {
        seq(self.conn(), ADVANCE, tenant).await
    }
}

impl std::fmt::Display for FaceOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Applicant(id) => id.fmt(f),
            Self::Block(id) => id.fmt(f),
        }
    }
}

/// A damaged value is a face that cannot be compared, not a reason to search nobody.
fn undamaged(opened: Result<Opened, StoreError>) -> Result<Option<Opened>, StoreError> {
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(StoreError::Damaged { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn page(
    conn: &mut AnyConnection,
    sql: &'static str,
    tenant: TenantId,
    (seq, id): &(i64, String),
    limit: u32,
) -> Result<Vec<sqlx::any::AnyRow>, StoreError> {
    sqlx::query(sql)
        .bind(tenant.to_string())
        .bind(*seq)
        .bind(id.clone())
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        .doing("list faces")
}

async fn seq(
    conn: &mut AnyConnection,
    sql: &'static str,
    tenant: TenantId,
) -> Result<i64, StoreError> {
    let row = sqlx::query(sql)
        .bind(tenant.to_string())
        .fetch_one(conn)
        .await
        .doing("lock the gallery")?;
    Reader::new(GALLERY, &row).get("seq")
}
