//! What is left of an account when its owner is erased: nothing.

use menshen_core::ids::{ApplicantId, TenantId};

use crate::error::Doing;
use crate::{StoreError, Tx};

/// In an order in which rows can go.
const DELETE: [&str; 10] = [
    "DELETE FROM strike WHERE $1 <> '' AND whose IN ($2, 'reset/' || $2)",
    "DELETE FROM step_up WHERE tenant_id = $1 AND applicant_id = $2",
    "DELETE FROM account_session WHERE tenant_id = $1 AND applicant_id = $2",
    "DELETE FROM account_network WHERE tenant_id = $1 AND applicant_id = $2",
    "DELETE FROM account_recovery_code WHERE tenant_id = $1 AND applicant_id = $2",
    "DELETE FROM account_login WHERE tenant_id = $1 AND applicant_id = $2",
    "DELETE FROM account_code WHERE tenant_id = $1 AND (whose IN ($2, 'reset/' || $2) OR whose LIKE $2 || '/%')",
    "DELETE FROM recovery WHERE tenant_id = $1 AND applicant_id = $2",
    "DELETE FROM account_device WHERE tenant_id = $1 AND applicant_id = $2",
    "DELETE FROM account WHERE tenant_id = $1 AND applicant_id = $2",
];

impl Tx {
    /// Removes somebody's account: nobody signs in to it any more.
    pub(crate) async fn forget_account(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<(), StoreError> {
        for sql in DELETE {
            sqlx::query(sql)
                .bind(tenant.to_string())
                .bind(applicant.to_string())
                .execute(self.conn())
                .await
                .doing("forget an account")?;
        }
        Ok(())
    }
}
