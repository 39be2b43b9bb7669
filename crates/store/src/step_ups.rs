//! Sensitive actions that wait to be confirmed. Each is bound to a session, an action and what is shown of it, and used once.

use menshen_core::account::{Action, Factor};
use menshen_core::ids::{AccountSessionId, ApplicantId, StepUpId, TenantId};
use menshen_core::time::Millis;

use crate::columns::{Reader, one};
use crate::error::{Doing, insert_error, one_row};
use crate::{DigestKind, Store, StoreError, Tx};

/// An action.
#[derive(Clone, Debug)]
pub struct StepUpRow {
    /// The id.
    pub id: StepUpId,
    /// Of which tenant.
    pub tenant_id: TenantId,
    /// Whose.
    pub applicant_id: ApplicantId,
    /// In which session.
    pub session_id: AccountSessionId,
    /// What.
    pub action: Action,
    /// Keyed digest of what was shown of it.
    pub detail_digest: String,
    /// By what it was confirmed.
    pub shown: Option<Factor>,
    /// When it lapses.
    pub expires_at: Millis,
    /// When it was done.
    pub used_at: Option<Millis>,
    /// Counts the changes.
    pub version: i64,
}

const STEP_UP: &str = "step_up";
const INSERT: &str = "INSERT INTO step_up (id, tenant_id, applicant_id, session_id, action, detail_digest, shown, \
     created_at, expires_at, used_at, version) VALUES ($1, $2, $3, $4, $5, $6, NULL, $7, $8, NULL, 1)";
const FIND: &str = "SELECT id, tenant_id, applicant_id, session_id, action, detail_digest, shown, expires_at, used_at, version \
     FROM step_up WHERE id = $1 AND tenant_id = $2 AND expires_at > $3";
const CONFIRM: &str = "UPDATE step_up SET shown = $1, version = version + 1 WHERE id = $2 AND version = $3 AND shown IS NULL";
const USE: &str = "UPDATE step_up SET used_at = $1, version = version + 1 \
     WHERE id = $2 AND version = $3 AND used_at IS NULL AND shown IS NOT NULL";
const PRUNE: &str = "DELETE FROM step_up WHERE expires_at <= $1";

impl Store {
    /// Returns the digest that binds an action to what is shown of it.
    pub fn step_up_digest(&self, tenant: TenantId, detail: &str) -> String {
        self.digest(tenant, DigestKind::StepUp, detail.as_bytes())
    }

    /// Returns an action that has not lapsed.
    pub async fn find_step_up(
        &self,
        tenant: TenantId,
        id: StepUpId,
        now: Millis,
    ) -> Result<Option<StepUpRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(now.0)
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find an action")?;
        one(STEP_UP, row, read)
    }
}

impl Tx {
    /// Returns the digest that binds an action to what is shown of it.
    pub fn step_up_digest(&self, tenant: TenantId, detail: &str) -> String {
        self.store.step_up_digest(tenant, detail)
    }

    /// Keeps an action that is to be confirmed.
    pub async fn create_step_up(
        &mut self,
        (tenant, applicant, session): (TenantId, ApplicantId, AccountSessionId),
        (action, detail): (Action, &str),
        (now, until): (Millis, Millis),
    ) -> Result<StepUpRow, StoreError> {
        let row = StepUpRow {
            id: StepUpId::new(now, Store::random_id_bytes()?),
            tenant_id: tenant,
            applicant_id: applicant,
            session_id: session,
            action,
            detail_digest: self.store.step_up_digest(tenant, detail),
            shown: None,
            expires_at: until,
            used_at: None,
            version: 1,
        };
        sqlx::query(INSERT)
            .bind(row.id.to_string())
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(session.to_string())
            .bind(action.name())
            .bind(row.detail_digest.clone())
            .bind(now.0)
            .bind(until.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(STEP_UP, "keep an action", source))?;
        Ok(row)
    }

    /// Returns an action that has not lapsed.
    pub async fn find_step_up(
        &mut self,
        tenant: TenantId,
        id: StepUpId,
        now: Millis,
    ) -> Result<Option<StepUpRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(now.0)
            .fetch_optional(self.conn())
            .await
            .doing("find an action")?;
        one(STEP_UP, row, read)
    }

    /// An action was confirmed.
    pub async fn confirm_step_up(
        &mut self,
        row: &mut StepUpRow,
        shown: Factor,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(CONFIRM)
            .bind(shown.name())
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("confirm an action")?;
        one_row(STEP_UP, &done)?;
        row.version += 1;
        row.shown = Some(shown);
        Ok(())
    }

    /// Uses a confirmed action up; false where it was used before.
    pub async fn use_step_up(&mut self, row: &StepUpRow, now: Millis) -> Result<bool, StoreError> {
        let done = sqlx::query(USE)
            .bind(now.0)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("use an action")?;
        Ok(done.rows_affected() == 1)
    }

    /// Removes actions that have lapsed.
    pub async fn prune_step_ups(&mut self, now: Millis) -> Result<(), StoreError> {
        sqlx::query(PRUNE)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("prune actions")
    }
}

fn read(r: Reader<'_>) -> Result<StepUpRow, StoreError> {
    Ok(StepUpRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        session_id: r.parse("session_id")?,
        action: r.parse("action")?,
        detail_digest: r.get("detail_digest")?,
        shown: r.parse_maybe("shown")?,
        expires_at: r.at("expires_at")?,
        used_at: r.at_maybe("used_at")?,
        version: r.get("version")?,
    })
}
