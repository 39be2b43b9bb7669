//! The people who are verified.

use menshen_core::ids::{ApplicantId, TenantId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::{Reader, all, older_than, one};
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::subject::{SealedColumn, Subject};
use crate::{DigestKind, Opened, Purpose, Store, StoreError, Tx};

/// A person who is to be verified.
#[derive(Clone)]
pub struct NewApplicant {
    /// Whose applicant it is.
    pub tenant_id: TenantId,
    /// The integrator's own name of the person. It may be an e-mail address, so it is sealed.
    pub external_id: String,
    /// The language of the person's page.
    pub locale: String,
}

/// A person who is verified, without what is personal.
#[derive(Clone, Debug)]
pub struct ApplicantRow {
    /// The id.
    pub id: ApplicantId,
    /// Whose applicant it is.
    pub tenant_id: TenantId,
    /// The language of the person's page.
    pub locale: String,
    /// When the record was created.
    pub created_at: Millis,
    /// When the person's data was erased.
    pub erased_at: Option<Millis>,
    /// Counts the changes.
    pub version: i64,
}

const APPLICANT: &str = "applicant";
const EXTERNAL: Column = Column::new(APPLICANT, "external_sealed");
const INSERT: &str = "INSERT INTO applicant (id, tenant_id, external_digest, external_sealed, locale, created_at, \
     erased_at, version) VALUES ($1, $2, $3, $4, $5, $6, NULL, 1)";
const SEAL: &str =
    "UPDATE applicant SET external_sealed = $1 WHERE id = $2 AND tenant_id = $3 AND version = 1";
const FIND: &str = "SELECT id, tenant_id, locale, created_at, erased_at, version FROM applicant \
     WHERE id = $1 AND tenant_id = $2";
const FIND_EXTERNAL: &str = "SELECT id, tenant_id, locale, created_at, erased_at, version FROM applicant \
     WHERE tenant_id = $1 AND external_digest = $2";
const LIST: &str = "SELECT id, tenant_id, locale, created_at, erased_at, version FROM applicant \
     WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
const EXTERNAL_ID: SealedColumn = SealedColumn {
    sql: "SELECT id AS applicant_id, external_sealed AS sealed FROM applicant \
     WHERE id = $1 AND tenant_id = $2",
    column: EXTERNAL,
    purpose: Purpose::Document,
};
const SET_LOCALE: &str = "UPDATE applicant SET locale = $1, version = version + 1 \
     WHERE id = $2 AND tenant_id = $3 AND version = $4";
/// Changes nothing, and keeps others from changing it until this transaction ends.
const LOCK: &str = "UPDATE applicant SET version = version WHERE id = $1 AND tenant_id = $2";

impl Store {
    /// Returns an applicant of a tenant.
    pub async fn find_applicant(
        &self,
        tenant: TenantId,
        id: ApplicantId,
    ) -> Result<Option<ApplicantRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, id).await
    }

    /// Returns the applicant that the integrator knows by a name of its own.
    pub async fn find_applicant_by_external_id(
        &self,
        tenant: TenantId,
        external_id: &str,
    ) -> Result<Option<ApplicantRow>, StoreError> {
        let digest = self.digest(tenant, DigestKind::ExternalId, external_id.as_bytes());
        let row = sqlx::query(FIND_EXTERNAL)
            .bind(tenant.to_string())
            .bind(digest)
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find applicant by external id")?;
        one(APPLICANT, row, read)
    }

    /// Returns a tenant's applicants, newest first.
    pub async fn list_applicants(
        &self,
        tenant: TenantId,
        after: Option<ApplicantId>,
        limit: u32,
    ) -> Result<Vec<ApplicantRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list applicants")?;
        all(APPLICANT, &rows, read)
    }

    /// Returns the integrator's own name of an applicant.
    pub async fn find_external_id(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Option<Opened>, StoreError> {
        EXTERNAL_ID
            .open(self, &mut *self.conn().await?, tenant, applicant)
            .await
    }
}

impl Tx {
    /// Creates an applicant and the keys of their data; [`StoreError::Duplicate`] where the tenant has one
    /// of the same external id.
    pub async fn create_applicant(
        &mut self,
        new: &NewApplicant,
        now: Millis,
    ) -> Result<ApplicantRow, StoreError> {
        let store = self.store.clone();
        let tenant = new.tenant_id;
        let id = ApplicantId::new(now, Store::random_id_bytes()?);
        let external = new.external_id.as_bytes();
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(store.digest(tenant, DigestKind::ExternalId, external))
            .bind(Vec::<u8>::new())
            .bind(new.locale.clone())
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(APPLICANT, "create applicant", source))?;
        let subject = Subject {
            tenant,
            applicant: id,
        };
        let keys = &store.inner.keys;
        subject.make_keys(self.conn(), keys, now).await?;
        let key = subject.key(self.conn(), keys, Purpose::Document).await?;
        let done = sqlx::query(SEAL)
            .bind(key.seal(EXTERNAL, &id.to_string(), external)?)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .execute(self.conn())
            .await
            .doing("seal external id")?;
        one_row(APPLICANT, &done)?;
        Ok(ApplicantRow {
            id,
            tenant_id: tenant,
            locale: new.locale.clone(),
            created_at: now,
            erased_at: None,
            version: 1,
        })
    }

    /// Returns an applicant of a tenant.
    pub async fn find_applicant(
        &mut self,
        tenant: TenantId,
        id: ApplicantId,
    ) -> Result<Option<ApplicantRow>, StoreError> {
        find(self.conn(), tenant, id).await
    }

    /// Changes the language of a person's page; returns the new version.
    pub async fn set_locale(
        &mut self,
        applicant: &ApplicantRow,
        locale: &str,
    ) -> Result<i64, StoreError> {
        let done = sqlx::query(SET_LOCALE)
            .bind(locale.to_owned())
            .bind(applicant.id.to_string())
            .bind(applicant.tenant_id.to_string())
            .bind(applicant.version)
            .execute(self.conn())
            .await
            .doing("set locale")?;
        one_row(APPLICANT, &done)?;
        Ok(applicant.version + 1)
    }

    /// Makes other transactions that lock the same applicant wait until this one ends. For rules over
    /// several rows: one open verification, attempts in a window.
    pub async fn lock_applicant(
        &mut self,
        tenant: TenantId,
        id: ApplicantId,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(LOCK)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .execute(self.conn())
            .await
            .doing("lock applicant")?;
        one_row(APPLICANT, &done).map_err(|_| StoreError::Missing { table: APPLICANT })
    }
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    id: ApplicantId,
) -> Result<Option<ApplicantRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_optional(conn)
        .await
        .doing("find applicant")?;
    one(APPLICANT, row, read)
}

fn read(r: Reader<'_>) -> Result<ApplicantRow, StoreError> {
    Ok(ApplicantRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        locale: r.get("locale")?,
        created_at: r.at("created_at")?,
        erased_at: r.at_maybe("erased_at")?,
        version: r.get("version")?,
    })
}
