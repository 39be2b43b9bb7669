//! Printed codes of people: each stands in once for a factor that was lost. Only keyed digests are kept.

use menshen_core::ids::{ApplicantId, TenantId};
use menshen_core::time::Millis;

use crate::columns::one;
use crate::error::{Doing, insert_error};
use crate::{DigestKind, Store, StoreError, Tx};

const CODE: &str = "account_recovery_code";
const DELETE: &str = "DELETE FROM account_recovery_code WHERE applicant_id = $1 AND tenant_id = $2";
const INSERT: &str = "INSERT INTO account_recovery_code (applicant_id, tenant_id, digest, used_at) VALUES ($1, $2, $3, NULL)";
const USE: &str = "UPDATE account_recovery_code SET used_at = $1 \
     WHERE applicant_id = $2 AND digest = $3 AND used_at IS NULL";
const COUNT: &str = "SELECT COUNT(*) AS n FROM account_recovery_code \
     WHERE applicant_id = $1 AND tenant_id = $2 AND used_at IS NULL";

impl Store {
    /// Returns how many codes somebody has left.
    pub async fn count_account_recovery_codes(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<i64, StoreError> {
        let row = sqlx::query(COUNT)
            .bind(applicant.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("count recovery codes")?;
        Ok(one(CODE, row, |r| r.get("n"))?.unwrap_or(0))
    }

    fn account_recovery_digest(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
        code: &str,
    ) -> String {
        let value = format!("{applicant} {code}");
        self.digest(tenant, DigestKind::RecoveryCode, value.as_bytes())
    }
}

impl Tx {
    /// Keeps other codes, normalised, in place of the ones before.
    pub async fn set_account_recovery_codes(
        &mut self,
        (tenant, applicant): (TenantId, ApplicantId),
        codes: &[String],
    ) -> Result<(), StoreError> {
        sqlx::query(DELETE)
            .bind(applicant.to_string())
            .bind(tenant.to_string())
            .execute(self.conn())
            .await
            .doing("forget recovery codes")?;
        for code in codes {
            let digest = self.store.account_recovery_digest(tenant, applicant, code);
            sqlx::query(INSERT)
                .bind(applicant.to_string())
                .bind(tenant.to_string())
                .bind(digest)
                .execute(self.conn())
                .await
                .map_err(|source| insert_error(CODE, "keep a recovery code", source))?;
        }
        Ok(())
    }

    /// Uses a code, normalised, up; false where it is none, or was used before.
    pub async fn use_account_recovery_code(
        &mut self,
        (tenant, applicant): (TenantId, ApplicantId),
        code: &str,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let digest = self.store.account_recovery_digest(tenant, applicant, code);
        let done = sqlx::query(USE)
            .bind(now.0)
            .bind(applicant.to_string())
            .bind(digest)
            .execute(self.conn())
            .await
            .doing("use a recovery code")?;
        Ok(done.rows_affected() == 1)
    }
}
