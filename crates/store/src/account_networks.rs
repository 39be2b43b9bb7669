//! Networks from which somebody's account is used. Only keyed digests are kept, another one for each person: nobody learns from them
//! who was where, or who was there together.

use menshen_core::ids::{ApplicantId, TenantId};
use menshen_core::time::{DAY, Millis};

use crate::columns::one;
use crate::error::Doing;
use crate::{DigestKind, Store, StoreError, Tx};

/// How long a network stays known that is not used.
const KEPT: i64 = 180 * DAY;

const NETWORK: &str = "account_network";
const KEEP: &str = "INSERT INTO account_network (applicant_id, tenant_id, digest, used_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (applicant_id, digest) DO UPDATE SET used_at = excluded.used_at";
const KNOWS: &str = "SELECT COUNT(*) AS n FROM account_network WHERE applicant_id = $1 AND digest = $2 AND used_at > $3";
const PRUNE: &str = "DELETE FROM account_network WHERE used_at <= $1";

impl Store {
    /// Returns the digest under which a network of somebody is kept.
    pub fn network_digest(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
        network: &str,
    ) -> String {
        let value = format!("{applicant} {network}");
        self.digest(tenant, DigestKind::AccountNetwork, value.as_bytes())
    }

    /// Was the account used from a network, not long ago?
    pub async fn knows_network(
        &self,
        applicant: ApplicantId,
        digest: &str,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let row = sqlx::query(KNOWS)
            .bind(applicant.to_string())
            .bind(digest.to_owned())
            .bind(now.plus(-KEPT).0)
            .fetch_optional(&self.inner.pool)
            .await
            .doing("look for a network")?;
        let n: i64 = one(NETWORK, row, |r| r.get("n"))?.unwrap_or(0);
        Ok(n > 0)
    }
}

impl Tx {
    /// Notes that the account is used from a network: it is known from now on.
    pub async fn keep_network(
        &mut self,
        (tenant, applicant): (TenantId, ApplicantId),
        digest: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query(KEEP)
            .bind(applicant.to_string())
            .bind(tenant.to_string())
            .bind(digest.to_owned())
            .bind(now.0)
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("keep a network")
    }

    /// Removes networks that were not used for long.
    pub async fn prune_networks(&mut self, now: Millis) -> Result<(), StoreError> {
        sqlx::query(PRUNE)
            .bind(now.plus(-KEPT).0)
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("prune networks")
    }
}
