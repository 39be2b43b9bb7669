//! The two clocks: whose documents and whose faces have been kept long enough.

use menshen_core::ids::{ApplicantId, TenantId};
use menshen_core::time::Millis;

use crate::columns::all;
use crate::error::Doing;
use crate::{Purpose, Store, StoreError};

/// Applicants whose key of a purpose still exists, with nothing newer than the instant and no hold.
const DUE: &str = "SELECT a.id FROM applicant a \
     JOIN subject_key k ON k.applicant_id = a.id AND k.purpose = $1 AND k.destroyed_at IS NULL \
     WHERE a.tenant_id = $2 AND a.created_at < $3 \
     AND NOT EXISTS (SELECT 1 FROM verification v WHERE v.applicant_id = a.id AND v.updated_at >= $3) \
     AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.applicant_id = a.id AND t.updated_at >= $3) \
     AND NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.applicant_id = a.id AND h.lifted_at IS NULL \
     AND (h.ends_at IS NULL OR h.ends_at > $4)) \
     ORDER BY a.id LIMIT $5";

impl Store {
    /// Returns applicants whose clock of a purpose ran out: nothing of theirs changed since `before`, no
    /// hold is in force, and the key was not destroyed yet. Oldest first.
    pub async fn list_due(
        &self,
        tenant: TenantId,
        purpose: Purpose,
        before: Millis,
        now: Millis,
        limit: u32,
    ) -> Result<Vec<ApplicantId>, StoreError> {
        let rows = sqlx::query(DUE)
            .bind(purpose.as_str())
            .bind(tenant.to_string())
            .bind(before.0)
            .bind(now.0)
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list due applicants")?;
        all("applicant", &rows, |r| r.parse("id"))
    }
}
