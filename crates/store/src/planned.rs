//! Work that is planned once, whoever plans it, and records that nobody has touched for a while.

use menshen_core::ids::{JobId, TenantId};
use menshen_core::time::Millis;
use sha2::{Digest, Sha256};

use crate::columns::all;
use crate::error::Doing;
use crate::verifications::{self, VERIFICATION};
use crate::{Store, StoreError, VerificationRow};

const PLAN: &str = "INSERT INTO job (id, kind, payload, state, run_at, leased_at, lease_until, tries, last_error, \
     created_at, finished_at, version) VALUES ($1, $2, $3, 'ready', $4, NULL, NULL, 0, NULL, $4, NULL, 1) \
     ON CONFLICT (id) DO NOTHING";
const UNTOUCHED: &str = "SELECT id, tenant_id, applicant_id, level, flow, status, state, codes, attempt, \
     policy_identity, created_at, updated_at, submitted_at, version FROM verification \
     WHERE tenant_id = $1 AND status = $2 AND updated_at <= $3 ORDER BY id LIMIT $4";

impl Store {
    /// Plans work that has a name: any number of nodes may plan it, and it is there once. Tells whether this call
    /// has made it.
    pub async fn plan_job(
        &self,
        kind: &str,
        name: &str,
        payload: &str,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let digest = Sha256::digest(format!("{kind}\n{name}"));
        let mut random = [0; 10];
        random.copy_from_slice(&digest[..10]);
        // The id is the name's: no time of the planning node may make it another.
        let id = JobId::new(Millis(0), random);
        let mut tx = self.begin().await?;
        let done = sqlx::query(PLAN)
            .bind(id.to_string())
            .bind(kind.to_owned())
            .bind(payload.to_owned())
            .bind(now.0)
            .execute(tx.conn())
            .await
            .doing("plan job")?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// Returns a tenant's verifications of a status that nobody has changed since a moment, oldest first.
    pub async fn list_untouched(
        &self,
        tenant: TenantId,
        status: &str,
        since: Millis,
        limit: u32,
    ) -> Result<Vec<VerificationRow>, StoreError> {
        let rows = sqlx::query(UNTOUCHED)
            .bind(tenant.to_string())
            .bind(status.to_owned())
            .bind(since.0)
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list verifications")?;
        all(VERIFICATION, &rows, verifications::read)
    }
}
