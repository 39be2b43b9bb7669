//! Which rules erred: how appeals ended, by the reason that was disputed and the policy that gave it. Written once.

use menshen_core::ids::TenantId;
use menshen_core::time::Millis;

use crate::columns::all;
use crate::error::{Doing, insert_error};
use crate::{AppealRow, Store, StoreError, Tx};

/// How often appeals against a rule ended in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeCount {
    /// The disputed reason; none where the waiting was.
    pub code: Option<String>,
    /// The policy that gave it.
    pub policy_identity: String,
    /// The outcome's word.
    pub outcome: String,
    /// How often.
    pub count: i64,
}

const OUTCOME: &str = "appeal_outcome";
const INSERT: &str = "INSERT INTO appeal_outcome (appeal_id, tenant_id, code, policy_identity, outcome, at) \
     VALUES ($1, $2, $3, $4, $5, $6)";
/// Of the policies, the newest rows matter most; a tenant has few of them and a fixed number of codes.
const COUNT: &str = "SELECT code, policy_identity, outcome, COUNT(*) AS n FROM appeal_outcome \
     WHERE tenant_id = $1 AND at >= $2 GROUP BY code, policy_identity, outcome \
     ORDER BY code, policy_identity, outcome LIMIT $3";

impl Store {
    /// Returns how appeals ended since an instant, by rule.
    pub async fn count_appeal_outcomes(
        &self,
        tenant: TenantId,
        since: Millis,
        limit: u32,
    ) -> Result<Vec<OutcomeCount>, StoreError> {
        let rows = sqlx::query(COUNT)
            .bind(tenant.to_string())
            .bind(since.0)
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("count outcomes of appeals")?;
        all(OUTCOME, &rows, |r| {
            Ok(OutcomeCount {
                code: r.get("code")?,
                policy_identity: r.get("policy_identity")?,
                outcome: r.get("outcome")?,
                count: r.get("n")?,
            })
        })
    }
}

impl Tx {
    /// Records how an appeal ended, against the rule that it disputed.
    pub async fn record_appeal_outcome(
        &mut self,
        appeal: &AppealRow,
        outcome: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query(INSERT)
            .bind(appeal.id.to_string())
            .bind(appeal.tenant_id.to_string())
            .bind(appeal.code.clone())
            .bind(appeal.policy_identity.clone())
            .bind(outcome.to_owned())
            .bind(now.0)
            .execute(self.conn())
            .await
            .map(|_| ())
            .map_err(|source| insert_error(OUTCOME, "record the outcome of an appeal", source))
    }
}
