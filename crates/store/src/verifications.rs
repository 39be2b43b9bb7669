//! Verifications: the caller's state, and what is sealed beside it.

use menshen_core::ids::{ApplicantId, TenantId, VerificationId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::{Reader, all, newer_than, older_than, one};
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::subject::{SealedColumn, Subject};
use crate::{Opened, Purpose, Store, StoreError, Tx};

/// A verification that is to begin.
#[derive(Clone, Debug)]
pub struct NewVerification {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Who is verified.
    pub applicant_id: ApplicantId,
    /// The level's name.
    pub level: String,
    /// The flow's name.
    pub flow: String,
    /// The word of the first state.
    pub status: String,
    /// The first state, as JSON without personal data.
    pub state: String,
    /// The policy in force.
    pub policy_identity: String,
    /// When the service must look at it by itself.
    pub due_at: Option<Millis>,
}

/// A verification, without what is personal.
#[derive(Clone, Debug)]
pub struct VerificationRow {
    /// The id.
    pub id: VerificationId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Who is verified.
    pub applicant_id: ApplicantId,
    /// The level's name.
    pub level: String,
    /// The flow's name.
    pub flow: String,
    /// The state's word for people.
    pub status: String,
    /// The state, as JSON without personal data.
    pub state: String,
    /// The reasons' codes.
    pub codes: Vec<String>,
    /// How many times it was submitted.
    pub attempt: i64,
    /// The policy that judges it.
    pub policy_identity: String,
    /// When it began.
    pub created_at: Millis,
    /// When it changed last.
    pub updated_at: Millis,
    /// When it was submitted last.
    pub submitted_at: Option<Millis>,
    /// Digests of where it was submitted from last, as the caller writes them; none after erasure.
    pub submitted_from: Option<String>,
    /// The name of the program that submitted it last, where it told one.
    pub program: Option<String>,
    /// When the service must look at it by itself; none where only people move it.
    pub due_at: Option<Millis>,
    /// Counts the changes.
    pub version: i64,
}

impl VerificationRow {
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
            "SELECT id, tenant_id, applicant_id, level, flow, status, state, codes, attempt, policy_identity, ",
            "created_at, updated_at, submitted_at, submitted_from, program, due_at, version FROM verification ",
            $where
        )
    };
}

const VERIFICATION: &str = "verification";
const CLAIMS: Column = Column::new(VERIFICATION, "claims_sealed");
const REASONS: Column = Column::new(VERIFICATION, "reasons_sealed");
const INSERT: &str = "INSERT INTO verification (id, tenant_id, applicant_id, level, flow, status, state, \
     claims_sealed, reasons_sealed, codes, attempt, policy_identity, created_at, updated_at, submitted_at, \
     submitted_from, due_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, NULL, '', 0, $8, $9, $9, NULL, NULL, $10, 1)";
const FIND: &str = select!("WHERE id = $1 AND tenant_id = $2");
const LIST: &str = select!("WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
const LIST_STATUS: &str =
    select!("WHERE tenant_id = $1 AND status = $2 AND id < $3 ORDER BY id DESC LIMIT $4");
const LIST_APPLICANT: &str = select!(
    "WHERE tenant_id = $1 AND applicant_id = $2 AND id < $3 AND flow <> 'face_login' ORDER BY id DESC LIMIT $4"
);
const LIST_DUE: &str = select!("WHERE due_at <= $1 AND id > $2 ORDER BY id LIMIT $3");
const UPDATE: &str = "UPDATE verification SET level = $1, flow = $2, status = $3, state = $4, codes = $5, \
     attempt = $6, policy_identity = $7, updated_at = $8, submitted_at = $9, submitted_from = $10, program = $11, due_at = $12, \
     version = version + 1 WHERE id = $13 AND tenant_id = $14 AND version = $15";
const PUT_CLAIMS: &str = "UPDATE verification SET claims_sealed = $1, updated_at = $2, version = version + 1 \
     WHERE id = $3 AND tenant_id = $4 AND version = $5";
const PUT_REASONS: &str = "UPDATE verification SET reasons_sealed = $1, updated_at = $2, version = version + 1 \
     WHERE id = $3 AND tenant_id = $4 AND version = $5";
const SEALED_CLAIMS: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, claims_sealed AS sealed FROM verification \
     WHERE id = $1 AND tenant_id = $2",
    column: CLAIMS,
    purpose: Purpose::Document,
};
const SEALED_REASONS: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, reasons_sealed AS sealed FROM verification \
     WHERE id = $1 AND tenant_id = $2",
    column: REASONS,
    purpose: Purpose::Document,
};

impl Store {
    /// Returns a verification of a tenant.
    pub async fn find_verification(
        &self,
        tenant: TenantId,
        id: VerificationId,
    ) -> Result<Option<VerificationRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, id).await
    }

    /// Returns a tenant's verifications, newest first; those of one status where it is given.
    pub async fn list_verifications(
        &self,
        tenant: TenantId,
        status: Option<&str>,
        after: Option<VerificationId>,
        limit: u32,
    ) -> Result<Vec<VerificationRow>, StoreError> {
        let query = match status {
            None => sqlx::query(LIST).bind(tenant.to_string()),
            Some(status) => sqlx::query(LIST_STATUS)
                .bind(tenant.to_string())
                .bind(status.to_owned()),
        };
        let rows = query
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list verifications")?;
        all(VERIFICATION, &rows, read)
    }

    /// Returns an applicant's verifications, newest first.
    pub async fn list_applicant_verifications(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
        after: Option<VerificationId>,
        limit: u32,
    ) -> Result<Vec<VerificationRow>, StoreError> {
        list_applicant(&mut *self.conn().await?, tenant, applicant, after, limit).await
    }

    /// Returns verifications of all tenants that the service must look at by itself, oldest first.
    pub async fn list_due_verifications(
        &self,
        now: Millis,
        after: Option<VerificationId>,
        limit: u32,
    ) -> Result<Vec<VerificationRow>, StoreError> {
        let rows = sqlx::query(LIST_DUE)
            .bind(now.0)
            .bind(newer_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list verifications that are due")?;
        all(VERIFICATION, &rows, read)
    }

    /// Returns what the applicant typed, where they did.
    pub async fn find_claims(
        &self,
        tenant: TenantId,
        id: VerificationId,
    ) -> Result<Option<Opened>, StoreError> {
        SEALED_CLAIMS
            .open(self, &mut *self.conn().await?, tenant, id)
            .await
    }

    /// Returns the reasons in full, with what was measured, where there are any.
    pub async fn find_reasons(
        &self,
        tenant: TenantId,
        id: VerificationId,
    ) -> Result<Option<Opened>, StoreError> {
        SEALED_REASONS
            .open(self, &mut *self.conn().await?, tenant, id)
            .await
    }
}

impl Tx {
    /// Begins a verification.
    pub async fn create_verification(
        &mut self,
        new: &NewVerification,
        now: Millis,
    ) -> Result<VerificationRow, StoreError> {
        let id = VerificationId::new(now, Store::random_id_bytes()?);
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(new.tenant_id.to_string())
            .bind(new.applicant_id.to_string())
            .bind(new.level.clone())
            .bind(new.flow.clone())
            .bind(new.status.clone())
            .bind(new.state.clone())
            .bind(new.policy_identity.clone())
            .bind(now.0)
            .bind(new.due_at.map(|at| at.0))
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(VERIFICATION, "create verification", source))?;
        let row = find(self.conn(), new.tenant_id, id).await?;
        row.ok_or(StoreError::Missing {
            table: VERIFICATION,
        })
    }

    /// Returns a verification of a tenant.
    pub async fn find_verification(
        &mut self,
        tenant: TenantId,
        id: VerificationId,
    ) -> Result<Option<VerificationRow>, StoreError> {
        find(self.conn(), tenant, id).await
    }

    /// Returns an applicant's verifications, newest first.
    pub async fn list_applicant_verifications(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        after: Option<VerificationId>,
        limit: u32,
    ) -> Result<Vec<VerificationRow>, StoreError> {
        list_applicant(self.conn(), tenant, applicant, after, limit).await
    }

    /// Writes everything that may change over the expected version; returns the new one.
    pub async fn update_verification(
        &mut self,
        row: &VerificationRow,
        expected: i64,
    ) -> Result<i64, StoreError> {
        let done = sqlx::query(UPDATE)
            .bind(row.level.clone())
            .bind(row.flow.clone())
            .bind(row.status.clone())
            .bind(row.state.clone())
            .bind(row.codes.join(","))
            .bind(row.attempt)
            .bind(row.policy_identity.clone())
            .bind(row.updated_at.0)
            .bind(row.submitted_at.map(|at| at.0))
            .bind(row.submitted_from.clone())
            .bind(row.program.clone())
            .bind(row.due_at.map(|at| at.0))
            .bind(row.id.to_string())
            .bind(row.tenant_id.to_string())
            .bind(expected)
            .execute(self.conn())
            .await
            .doing("update verification")?;
        one_row(VERIFICATION, &done)?;
        Ok(expected + 1)
    }

    /// Seals what the applicant typed over the row's version; returns the new one.
    pub async fn put_claims(
        &mut self,
        row: &VerificationRow,
        claims: &[u8],
        now: Millis,
    ) -> Result<i64, StoreError> {
        self.put(PUT_CLAIMS, CLAIMS, row, claims, now).await
    }

    /// Seals the reasons in full over the row's version; returns the new one.
    pub async fn put_reasons(
        &mut self,
        row: &VerificationRow,
        reasons: &[u8],
        now: Millis,
    ) -> Result<i64, StoreError> {
        self.put(PUT_REASONS, REASONS, row, reasons, now).await
    }

    /// Returns what the applicant typed, where they did.
    pub async fn find_claims(
        &mut self,
        tenant: TenantId,
        id: VerificationId,
    ) -> Result<Option<Opened>, StoreError> {
        let store = self.store.clone();
        SEALED_CLAIMS.open(&store, self.conn(), tenant, id).await
    }

    /// Returns the reasons in full, with what was measured, where there are any.
    pub async fn find_reasons(
        &mut self,
        tenant: TenantId,
        id: VerificationId,
    ) -> Result<Option<Opened>, StoreError> {
        let store = self.store.clone();
        SEALED_REASONS.open(&store, self.conn(), tenant, id).await
    }

    async fn put(
        &mut self,
        sql: &'static str,
        column: Column,
        row: &VerificationRow,
        plain: &[u8],
        now: Millis,
    ) -> Result<i64, StoreError> {
        let store = self.store.clone();
        let keys = &store.inner.keys;
        let key = row.subject().key(self.conn(), keys, Purpose::Document);
        let sealed = key.await?.seal(column, &row.id.to_string(), plain)?;
        let done = sqlx::query(sql)
            .bind(sealed)
            .bind(now.0)
            .bind(row.id.to_string())
            .bind(row.tenant_id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("update verification")?;
        one_row(VERIFICATION, &done)?;
        Ok(row.version + 1)
    }
}

async fn list_applicant(
    conn: &mut AnyConnection,
    tenant: TenantId,
    applicant: ApplicantId,
    after: Option<VerificationId>,
    limit: u32,
) -> Result<Vec<VerificationRow>, StoreError> {
    let rows = sqlx::query(LIST_APPLICANT)
        .bind(tenant.to_string())
        .bind(applicant.to_string())
        .bind(older_than(after))
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        .doing("list verifications")?;
    all(VERIFICATION, &rows, read)
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    id: VerificationId,
) -> Result<Option<VerificationRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_optional(conn)
        .await
        .doing("find verification")?;
    one(VERIFICATION, row, read)
}

fn read(r: Reader<'_>) -> Result<VerificationRow, StoreError> {
    Ok(VerificationRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        level: r.get("level")?,
        flow: r.get("flow")?,
        status: r.get("status")?,
        state: r.get("state")?,
        codes: r.list("codes")?,
        attempt: r.get("attempt")?,
        policy_identity: r.get("policy_identity")?,
        created_at: r.at("created_at")?,
        updated_at: r.at("updated_at")?,
        submitted_at: r.at_maybe("submitted_at")?,
        submitted_from: r.get("submitted_from")?,
        program: r.get("program")?,
        due_at: r.at_maybe("due_at")?,
        version: r.get("version")?,
    })
}
