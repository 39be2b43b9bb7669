//! Who was verified with which document and as whom: keyed digests, by which a second account of the same person is found.

use menshen_core::ids::{ApplicantId, TenantId, VerificationId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::{Reader, all, words};
use crate::error::Doing;
use crate::{DigestKind, Store, StoreError, Tx};

/// What a mark names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// A document. Within a tenant it belongs to one applicant.
    Document,
    /// A person. Two people may bear one name and be born on one day.
    Person,
}

words!(MarkKind { Document = "document", Person = "person" });

impl MarkKind {
    const fn digest(self) -> DigestKind {
        match self {
            Self::Document => DigestKind::Document,
            Self::Person => DigestKind::Person,
        }
    }
}

/// A document or person that an applicant was verified with.
#[derive(Clone, Copy)]
pub struct NewMark<'a> {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Of whom.
    pub applicant_id: ApplicantId,
    /// By which verification.
    pub verification_id: VerificationId,
    /// What it names.
    pub kind: MarkKind,
    /// The normalised text; only its digest is kept.
    pub key: &'a str,
}

const MARK: &str = "identity_mark";
const INSERT: &str = "INSERT INTO identity_mark (tenant_id, kind, digest, applicant_id, verification_id, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
const FIND: &str = "SELECT applicant_id FROM identity_mark \
     WHERE tenant_id = $1 AND kind = $2 AND digest = $3 ORDER BY applicant_id LIMIT $4";
/// Identities of before there were marks: their number is all that is known.
const UNMARKED: &str = "SELECT applicant_id FROM identity i WHERE tenant_id = $1 AND number_digest = $2 AND NOT EXISTS \
     (SELECT 1 FROM identity_mark m WHERE m.applicant_id = i.applicant_id AND m.kind = 'document') \
     ORDER BY applicant_id LIMIT $3";
const FORGET: &str = "DELETE FROM identity_mark WHERE tenant_id = $1 AND applicant_id = $2";

impl Store {
    /// Returns up to so many applicants with a mark, in the order of their ids.
    pub async fn list_marked(
        &self,
        tenant: TenantId,
        kind: MarkKind,
        key: &str,
        limit: u32,
    ) -> Result<Vec<ApplicantId>, StoreError> {
        let digest = self.digest(tenant, kind.digest(), key.as_bytes());
        find(&mut *self.conn().await?, tenant, kind, digest, limit).await
    }

    /// Returns applicants who were verified with a number as it was typed, before documents were marked.
    pub async fn list_unmarked(
        &self,
        tenant: TenantId,
        number: &str,
        limit: u32,
    ) -> Result<Vec<ApplicantId>, StoreError> {
        let digest = self.digest(tenant, DigestKind::DocumentNumber, number.as_bytes());
        let rows = sqlx::query(UNMARKED)
            .bind(tenant.to_string())
            .bind(digest)
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list identities without a mark")?;
        all("identity", &rows, |r| r.parse("applicant_id"))
    }
}

impl Tx {
    /// Marks an applicant. Tells whether the mark is theirs now: a document that is another's stays so.
    pub async fn mark(&mut self, new: &NewMark<'_>, now: Millis) -> Result<bool, StoreError> {
        let digest = self
            .store
            .digest(new.tenant_id, new.kind.digest(), new.key.as_bytes());
        self.advance_gallery(new.tenant_id).await?;
        sqlx::query(INSERT)
            .bind(new.tenant_id.to_string())
            .bind(new.kind.as_str())
            .bind(digest.clone())
            .bind(new.applicant_id.to_string())
            .bind(new.verification_id.to_string())
            .bind(now.0)
            .execute(self.conn())
            .await
            .doing("mark applicant")?;
        // One document has one row; a person's may be many, of which the own one is asked for.
        let found = find(self.conn(), new.tenant_id, new.kind, digest, u32::MAX).await?;
        Ok(found.contains(&new.applicant_id))
    }

    pub(crate) async fn forget_marks(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<(), StoreError> {
        sqlx::query(FORGET)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("forget marks")
    }
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    kind: MarkKind,
    digest: String,
    limit: u32,
) -> Result<Vec<ApplicantId>, StoreError> {
    let rows = sqlx::query(FIND)
        .bind(tenant.to_string())
        .bind(kind.as_str())
        .bind(digest)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        .doing("list marked applicants")?;
    all(MARK, &rows, |r: Reader<'_>| r.parse("applicant_id"))
}
