//! Work that is planned once, whoever plans it.

use menshen_core::ids::JobId;
use menshen_core::time::Millis;
use sha2::{Digest, Sha256};

use crate::error::Doing;
use crate::{Store, StoreError};

const PLAN: &str = "INSERT INTO job (id, kind, payload, state, run_at, leased_at, lease_until, tries, last_error, \
     created_at, finished_at, version) VALUES ($1, $2, $3, 'ready', $4, NULL, NULL, 0, NULL, $4, NULL, 1) \
     ON CONFLICT (id) DO NOTHING";

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
}
