//! The first verified identity of a person. Later ones must equal it; only retention ends it.

use menshen_core::ids::{ApplicantId, TenantId, VerificationId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::{Reader, all, one};
use crate::error::Doing;
use crate::seal::Column;
use crate::subject::{SealedColumn, Subject};
use crate::{DigestKind, Opened, Purpose, Store, StoreError, Tx};

/// An identity to be recorded.
pub struct NewIdentity<'a> {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Of whom.
    pub applicant_id: ApplicantId,
    /// By which verification.
    pub verification_id: VerificationId,
    /// The name, normalised by the caller; only its digest is kept here.
    pub name: &'a str,
    /// The document number, normalised by the caller; only its digest is kept here.
    pub number: &'a str,
    /// The claims that were verified; they are sealed.
    pub claims: &'a [u8],
    /// The face.
    pub face: Option<NewFace<'a>>,
}

/// A face to be kept.
#[derive(Clone, Copy)]
pub struct NewFace<'a> {
    /// The model that measured it: faces of two models cannot be compared.
    pub model: &'a str,
    /// Its template; it is sealed with the biometric key.
    pub template: &'a [u8],
}

/// A verified identity, as digests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityRow {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Of whom.
    pub applicant_id: ApplicantId,
    /// [`Store::digest`] of the name.
    pub name_digest: String,
    /// [`Store::digest`] of the document number.
    pub number_digest: String,
    /// When it was verified first.
    pub verified_at: Millis,
    /// By which verification.
    pub verification_id: VerificationId,
}

pub(crate) const IDENTITY: &str = "identity";
pub(crate) const CLAIMS: Column = Column::new(IDENTITY, "claims_sealed");
pub(crate) const TEMPLATE: Column = Column::new(IDENTITY, "template_sealed");
const INSERT: &str = "INSERT INTO identity (tenant_id, applicant_id, name_digest, number_digest, claims_sealed, \
     verified_at, template_sealed, verification_id, face_model, face_seq) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
     ON CONFLICT (applicant_id) DO NOTHING";
const FIND: &str = "SELECT tenant_id, applicant_id, name_digest, number_digest, verified_at, verification_id \
     FROM identity WHERE applicant_id = $1 AND tenant_id = $2";
const FIND_NUMBER: &str = "SELECT tenant_id, applicant_id, name_digest, number_digest, verified_at, verification_id \
     FROM identity WHERE tenant_id = $1 AND number_digest = $2 ORDER BY applicant_id";
const SEALED_CLAIMS: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, claims_sealed AS sealed FROM identity \
     WHERE applicant_id = $1 AND tenant_id = $2",
    column: CLAIMS,
    purpose: Purpose::Document,
};
const SEALED_TEMPLATE: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, template_sealed AS sealed FROM identity \
     WHERE applicant_id = $1 AND tenant_id = $2",
    column: TEMPLATE,
    purpose: Purpose::Biometric,
};

impl Store {
    /// Returns a person's first verified identity.
    pub async fn find_identity(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Option<IdentityRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, applicant).await
    }

    /// Returns the identities of a tenant with a document number.
    pub async fn list_identities_by_number(
        &self,
        tenant: TenantId,
        number: &str,
    ) -> Result<Vec<IdentityRow>, StoreError> {
        let digest = self.digest(tenant, DigestKind::DocumentNumber, number.as_bytes());
        let rows = sqlx::query(FIND_NUMBER)
            .bind(tenant.to_string())
            .bind(digest)
            .fetch_all(&self.inner.pool)
            .await
            .doing("find identity by number")?;
        all(IDENTITY, &rows, read)
    }

    /// Returns the claims that were verified first.
    pub async fn find_identity_claims(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Option<Opened>, StoreError> {
        SEALED_CLAIMS
            .open(self, &mut *self.conn().await?, tenant, applicant)
            .await
    }

    /// Returns the template of the face that was verified first.
    pub async fn find_identity_template(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Option<Opened>, StoreError> {
        SEALED_TEMPLATE
            .open(self, &mut *self.conn().await?, tenant, applicant)
            .await
    }
}

impl Tx {
    /// Records a verified identity, unless the person has one; returns the first, which stands.
    pub async fn record_identity(
        &mut self,
        new: &NewIdentity<'_>,
        now: Millis,
    ) -> Result<IdentityRow, StoreError> {
        let store = self.store.clone();
        let (tenant, applicant) = (new.tenant_id, new.applicant_id);
        let seq = self.advance_gallery(tenant).await?;
        let subject = Subject { tenant, applicant };
        let keys = &store.inner.keys;
        let document = subject.key(self.conn(), keys, Purpose::Document).await?;
        let row = applicant.to_string();
        let mut template = None;
        if let Some(face) = new.face {
            let biometric = subject.key(self.conn(), keys, Purpose::Biometric).await?;
            template = Some(biometric.seal(TEMPLATE, &row, face.template)?);
        }
        let number = new.number.as_bytes();
        sqlx::query(INSERT)
            .bind(tenant.to_string())
            .bind(row.clone())
            .bind(store.digest(tenant, DigestKind::Name, new.name.as_bytes()))
            .bind(store.digest(tenant, DigestKind::DocumentNumber, number))
            .bind(document.seal(CLAIMS, &row, new.claims)?)
            .bind(now.0)
            .bind(template)
            .bind(new.verification_id.to_string())
            .bind(new.face.map(|face| face.model.to_owned()))
            .bind(new.face.map(|_| seq))
            .execute(self.conn())
            .await
            .doing("record identity")?;
        let first = find(self.conn(), tenant, applicant).await?;
        first.ok_or(StoreError::Missing { table: IDENTITY })
    }

    /// Returns the claims that were verified first.
    pub async fn find_identity_claims(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Option<Opened>, StoreError> {
        let store = self.store.clone();
        SEALED_CLAIMS
            .open(&store, self.conn(), tenant, applicant)
            .await
    }

    /// Returns the template of the face that was verified first.
    pub async fn find_identity_template(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Option<Opened>, StoreError> {
        let store = self.store.clone();
        SEALED_TEMPLATE
            .open(&store, self.conn(), tenant, applicant)
            .await
    }

    /// Returns a person's first verified identity.
    pub async fn find_identity(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Option<IdentityRow>, StoreError> {
        find(self.conn(), tenant, applicant).await
    }
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    applicant: ApplicantId,
) -> Result<Option<IdentityRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(applicant.to_string())
        .bind(tenant.to_string())
        .fetch_optional(conn)
        .await
        .doing("find identity")?;
    one(IDENTITY, row, read)
}

fn read(r: Reader<'_>) -> Result<IdentityRow, StoreError> {
    Ok(IdentityRow {
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        name_digest: r.get("name_digest")?,
        number_digest: r.get("number_digest")?,
        verified_at: r.at("verified_at")?,
        verification_id: r.parse("verification_id")?,
    })
}
