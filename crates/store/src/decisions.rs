//! Decisions, each with its signed evidence. They are written once and never changed.

use menshen_core::ids::{ApplicantId, CaseId, DecisionId, TenantId, VerificationId};
use menshen_core::time::Millis;

use crate::columns::{Reader, all, older_than, one};
use crate::error::{Doing, insert_error};
use crate::seal::Column;
use crate::subject::{SealedColumn, Subject};
use crate::{Opened, Purpose, Store, StoreError, Tx};

/// A decision to be recorded.
pub struct NewDecision<'a> {
    /// The id, which the evidence may name.
    pub id: DecisionId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Of whom.
    pub applicant_id: ApplicantId,
    /// Of which verification.
    pub verification_id: VerificationId,
    /// On which attempt.
    pub attempt: i64,
    /// The outcome's word.
    pub outcome: String,
    /// The reasons' codes.
    pub codes: Vec<String>,
    /// The policy that judged.
    pub policy_identity: String,
    /// The engine's version.
    pub engine: String,
    /// The signed evidence; it is sealed.
    pub evidence_file: &'a [u8],
    /// The evidence's digest, as the audit log names it.
    pub digest: String,
    /// The case in which people made it; none where the machine did.
    pub case_id: Option<CaseId>,
    /// The kind of document, where one was chosen: statistics count by it.
    pub kind: Option<String>,
    /// The name of the program that the person used, where it told one.
    pub program: Option<String>,
    /// When it was submitted.
    pub submitted_at: Option<Millis>,
}

/// A decision, without its evidence.
#[derive(Clone, Debug)]
pub struct DecisionRow {
    /// The id.
    pub id: DecisionId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Of which verification.
    pub verification_id: VerificationId,
    /// On which attempt.
    pub attempt: i64,
    /// The outcome's word.
    pub outcome: String,
    /// The reasons' codes.
    pub codes: Vec<String>,
    /// The policy that judged.
    pub policy_identity: String,
    /// The engine's version.
    pub engine: String,
    /// The evidence's digest.
    pub digest: String,
    /// The case in which people made it; none where the machine did.
    pub case_id: Option<CaseId>,
    /// When it was made.
    pub created_at: Millis,
}

const DECISION: &str = "decision";
const EVIDENCE: Column = Column::new(DECISION, "evidence_file_sealed");
const INSERT: &str = "INSERT INTO decision (id, tenant_id, verification_id, attempt, outcome, codes, policy_identity, \
     engine, evidence_file_sealed, digest, created_at, case_id, kind, program, submitted_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const FIND: &str = "SELECT id, tenant_id, verification_id, attempt, outcome, codes, policy_identity, engine, digest, \
     case_id, created_at FROM decision WHERE id = $1 AND tenant_id = $2";
const LIST: &str = "SELECT id, tenant_id, verification_id, attempt, outcome, codes, policy_identity, engine, digest, \
     case_id, created_at FROM decision WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
const LIST_OF: &str = "SELECT id, tenant_id, verification_id, attempt, outcome, codes, policy_identity, engine, \
     digest, case_id, created_at FROM decision WHERE tenant_id = $1 AND verification_id = $2 ORDER BY id DESC";
const SEALED: SealedColumn = SealedColumn {
    sql: "SELECT v.applicant_id, d.evidence_file_sealed AS sealed FROM decision d \
     JOIN verification v ON v.id = d.verification_id WHERE d.id = $1 AND d.tenant_id = $2",
    column: EVIDENCE,
    purpose: Purpose::Document,
};

impl Store {
    /// Returns a decision of a tenant.
    pub async fn find_decision(
        &self,
        tenant: TenantId,
        id: DecisionId,
    ) -> Result<Option<DecisionRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find decision")?;
        one(DECISION, row, read)
    }

    /// Returns a tenant's decisions, newest first.
    pub async fn list_decisions(
        &self,
        tenant: TenantId,
        after: Option<DecisionId>,
        limit: u32,
    ) -> Result<Vec<DecisionRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list decisions")?;
        all(DECISION, &rows, read)
    }

    /// Returns a verification's decisions, newest first.
    pub async fn list_verification_decisions(
        &self,
        tenant: TenantId,
        verification: VerificationId,
    ) -> Result<Vec<DecisionRow>, StoreError> {
        let rows = sqlx::query(LIST_OF)
            .bind(tenant.to_string())
            .bind(verification.to_string())
            .fetch_all(&self.inner.pool)
            .await
            .doing("list decisions")?;
        all(DECISION, &rows, read)
    }

    /// Returns a decision's signed evidence.
    pub async fn find_decision_evidence(
        &self,
        tenant: TenantId,
        id: DecisionId,
    ) -> Result<Option<Opened>, StoreError> {
        SEALED
            .open(self, &mut *self.conn().await?, tenant, id)
            .await
    }
}

impl Tx {
    /// Records a decision with its evidence.
    pub async fn record_decision(
        &mut self,
        new: &NewDecision<'_>,
        now: Millis,
    ) -> Result<(), StoreError> {
        let store = self.store.clone();
        let subject = Subject {
            tenant: new.tenant_id,
            applicant: new.applicant_id,
        };
        let keys = &store.inner.keys;
        let key = subject.key(self.conn(), keys, Purpose::Document).await?;
        let id = new.id.to_string();
        sqlx::query(INSERT)
            .bind(id.clone())
            .bind(new.tenant_id.to_string())
            .bind(new.verification_id.to_string())
            .bind(new.attempt)
            .bind(new.outcome.clone())
            .bind(new.codes.join(","))
            .bind(new.policy_identity.clone())
            .bind(new.engine.clone())
            .bind(key.seal(EVIDENCE, &id, new.evidence_file)?)
            .bind(new.digest.clone())
            .bind(now.0)
            .bind(new.case_id.map(|id| id.to_string()))
            .bind(new.kind.clone())
            .bind(new.program.clone())
            .bind(new.submitted_at.map(|at| at.0))
            .execute(self.conn())
            .await
            .map(|_| ())
            .map_err(|source| insert_error(DECISION, "record decision", source))
    }
}

fn read(r: Reader<'_>) -> Result<DecisionRow, StoreError> {
    Ok(DecisionRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        verification_id: r.parse("verification_id")?,
        attempt: r.get("attempt")?,
        outcome: r.get("outcome")?,
        codes: r.list("codes")?,
        policy_identity: r.get("policy_identity")?,
        engine: r.get("engine")?,
        digest: r.get("digest")?,
        case_id: r.parse_maybe("case_id")?,
        created_at: r.at("created_at")?,
    })
}
