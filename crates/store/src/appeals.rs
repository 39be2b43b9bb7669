//! Appeals: the caller's state, and the person's own words, sealed.

use menshen_core::ids::{AppealId, ApplicantId, TenantId, VerificationId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::{Reader, all, newer_than, older_than, one};
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::subject::{SealedColumn, Subject};
use crate::{Opened, Purpose, Store, StoreError, Tx};

/// An appeal that is to be opened.
pub struct NewAppeal<'a> {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Of whom.
    pub applicant_id: ApplicantId,
    /// Against the verdict of which verification.
    pub verification_id: VerificationId,
    /// The disputed reason; none where the waiting is.
    pub code: Option<String>,
    /// The policy that gave it.
    pub policy_identity: String,
    /// The word of the first state.
    pub status: String,
    /// The first state, as JSON without personal data.
    pub state: String,
    /// What the person says; none where they say nothing.
    pub words: Option<&'a str>,
    /// When the service must look at it by itself.
    pub due_at: Option<Millis>,
}

/// An appeal, without what is personal.
#[derive(Clone, Debug)]
pub struct AppealRow {
    /// The id.
    pub id: AppealId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Of whom.
    pub applicant_id: ApplicantId,
    /// Against the verdict of which verification.
    pub verification_id: VerificationId,
    /// The disputed reason; none where the waiting is.
    pub code: Option<String>,
    /// The policy that gave it.
    pub policy_identity: String,
    /// The word of the state.
    pub status: String,
    /// The state, as JSON without personal data.
    pub state: String,
    /// When the service must look at it by itself; none where only people move it.
    pub due_at: Option<Millis>,
    /// When it was opened.
    pub created_at: Millis,
    /// When it changed last.
    pub updated_at: Millis,
    /// Counts the changes.
    pub version: i64,
}

impl AppealRow {
    pub(crate) fn subject(&self) -> Subject {
        Subject {
            tenant: self.tenant_id,
            applicant: self.applicant_id,
        }
    }
}

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, applicant_id, verification_id, code, policy_identity, status, state, due_at, ",
            "created_at, updated_at, version FROM appeal ",
            $where
        )
    };
}

pub(crate) const APPEAL: &str = "appeal";
const WORDS: Column = Column::new(APPEAL, "words_sealed");
const INSERT: &str = "INSERT INTO appeal (id, tenant_id, applicant_id, verification_id, code, policy_identity, status, \
     state, words_sealed, due_at, created_at, updated_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 1)";
const FIND: &str = select!("WHERE id = $1 AND tenant_id = $2");
const FIND_NEWEST: &str =
    select!("WHERE tenant_id = $1 AND verification_id = $2 ORDER BY id DESC LIMIT 1");
const LIST: &str = select!("WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
const LIST_OF: &str =
    select!("WHERE tenant_id = $1 AND verification_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4");
const LIST_SINCE: &str =
    select!("WHERE tenant_id = $1 AND applicant_id = $2 AND created_at > $3 ORDER BY id");
const LIST_DUE: &str = select!("WHERE due_at <= $1 AND id > $2 ORDER BY id LIMIT $3");
const UPDATE: &str = "UPDATE appeal SET status = $1, state = $2, due_at = $3, updated_at = $4, version = version + 1 \
     WHERE id = $5 AND tenant_id = $6 AND version = $7";
const SEALED_WORDS: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, words_sealed AS sealed FROM appeal WHERE id = $1 AND tenant_id = $2",
    column: WORDS,
    purpose: Purpose::Document,
};

impl Store {
    /// Returns an appeal of a tenant.
    pub async fn find_appeal(
        &self,
        tenant: TenantId,
        id: AppealId,
    ) -> Result<Option<AppealRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, id).await
    }

    /// Returns the newest appeal of a verification.
    pub async fn find_newest_appeal(
        &self,
        tenant: TenantId,
        verification: VerificationId,
    ) -> Result<Option<AppealRow>, StoreError> {
        let row = sqlx::query(FIND_NEWEST)
            .bind(tenant.to_string())
            .bind(verification.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find the newest appeal")?;
        one(APPEAL, row, read)
    }

    /// Returns a tenant's appeals, newest first; those of one verification where it is given.
    pub async fn list_appeals(
        &self,
        tenant: TenantId,
        verification: Option<VerificationId>,
        after: Option<AppealId>,
        limit: u32,
    ) -> Result<Vec<AppealRow>, StoreError> {
        let query = match verification {
            None => sqlx::query(LIST).bind(tenant.to_string()),
            Some(id) => sqlx::query(LIST_OF)
                .bind(tenant.to_string())
                .bind(id.to_string()),
        };
        let rows = query
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list appeals")?;
        all(APPEAL, &rows, read)
    }

    /// Returns appeals of all tenants that the service must look at by itself, oldest first.
    pub async fn list_due_appeals(
        &self,
        now: Millis,
        after: Option<AppealId>,
        limit: u32,
    ) -> Result<Vec<AppealRow>, StoreError> {
        let rows = sqlx::query(LIST_DUE)
            .bind(now.0)
            .bind(newer_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list appeals that are due")?;
        all(APPEAL, &rows, read)
    }

    /// Returns what the person said, where they did.
    pub async fn find_appeal_words(
        &self,
        tenant: TenantId,
        id: AppealId,
    ) -> Result<Option<Opened>, StoreError> {
        SEALED_WORDS
            .open(self, &mut *self.conn().await?, tenant, id)
            .await
    }
}

impl Tx {
    /// Opens an appeal. The caller holds the applicant's lock.
    pub async fn create_appeal(
        &mut self,
        new: &NewAppeal<'_>,
        now: Millis,
    ) -> Result<AppealRow, StoreError> {
        let store = self.store.clone();
        let id = AppealId::new(now, Store::random_id_bytes()?);
        let subject = Subject {
            tenant: new.tenant_id,
            applicant: new.applicant_id,
        };
        let keys = &store.inner.keys;
        let key = subject.key(self.conn(), keys, Purpose::Document).await?;
        let seal = |words: &str| key.seal(WORDS, &id.to_string(), words.as_bytes());
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(new.tenant_id.to_string())
            .bind(new.applicant_id.to_string())
            .bind(new.verification_id.to_string())
            .bind(new.code.clone())
            .bind(new.policy_identity.clone())
            .bind(new.status.clone())
            .bind(new.state.clone())
            .bind(new.words.map(seal).transpose()?)
            .bind(new.due_at.map(|at| at.0))
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(APPEAL, "open appeal", source))?;
        let row = find(self.conn(), new.tenant_id, id).await?;
        row.ok_or(StoreError::Missing { table: APPEAL })
    }

    /// Returns an appeal of a tenant.
    pub async fn find_appeal(
        &mut self,
        tenant: TenantId,
        id: AppealId,
    ) -> Result<Option<AppealRow>, StoreError> {
        find(self.conn(), tenant, id).await
    }

    /// Returns the appeals that a person opened after an instant, oldest first.
    pub async fn list_appeals_since(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        since: Millis,
    ) -> Result<Vec<AppealRow>, StoreError> {
        let rows = sqlx::query(LIST_SINCE)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(since.0)
            .fetch_all(self.conn())
            .await
            .doing("list appeals of a person")?;
        all(APPEAL, &rows, read)
    }

    /// Writes everything that may change over the expected version; returns the new one.
    pub async fn update_appeal(
        &mut self,
        row: &AppealRow,
        expected: i64,
    ) -> Result<i64, StoreError> {
        let done = sqlx::query(UPDATE)
            .bind(row.status.clone())
            .bind(row.state.clone())
            .bind(row.due_at.map(|at| at.0))
            .bind(row.updated_at.0)
            .bind(row.id.to_string())
            .bind(row.tenant_id.to_string())
            .bind(expected)
            .execute(self.conn())
            .await
            .doing("update appeal")?;
        one_row(APPEAL, &done)?;
        Ok(expected + 1)
    }
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    id: AppealId,
) -> Result<Option<AppealRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_optional(conn)
        .await
        .doing("find appeal")?;
    one(APPEAL, row, read)
}

fn read(r: Reader<'_>) -> Result<AppealRow, StoreError> {
    Ok(AppealRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        verification_id: r.parse("verification_id")?,
        code: r.get("code")?,
        policy_identity: r.get("policy_identity")?,
        status: r.get("status")?,
        state: r.get("state")?,
        due_at: r.at_maybe("due_at")?,
        created_at: r.at("created_at")?,
        updated_at: r.at("updated_at")?,
        version: r.get("version")?,
    })
}
