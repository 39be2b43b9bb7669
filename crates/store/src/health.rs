//! How the service does, in numbers: for whoever runs it.

use menshen_core::ids::TenantId;
use menshen_core::time::Millis;

use crate::columns::{Reader, all, one};
use crate::error::Doing;
use crate::open::Engine;
use crate::{Store, StoreError};

/// How much work of one kind there is, of all tenants together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFigures {
    /// What is to be done.
    pub kind: String,
    /// How much is due and waits.
    pub due: i64,
    /// Since when the oldest of it is due.
    pub oldest: Option<Millis>,
    /// How much is planned for later.
    pub later: i64,
    /// How much is being worked on.
    pub leased: i64,
    /// How much was given up since the instant that was asked for.
    pub given_up: i64,
}

/// How a tenant's events reach their addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryFigures {
    /// How many wait to be sent, or to be sent again.
    pub waiting: i64,
    /// How many of them have failed at least once.
    pub failing: i64,
    /// When the oldest of those was planned.
    pub failing_since: Option<Millis>,
    /// How many were given up since the instant that was asked for.
    pub given_up: i64,
}

const JOBS: &str = "SELECT kind, \
     CAST(SUM(CASE WHEN state = 'ready' AND run_at <= $1 THEN 1 ELSE 0 END) AS BIGINT) AS due, \
     MIN(CASE WHEN state = 'ready' AND run_at <= $1 THEN run_at END) AS oldest, \
     CAST(SUM(CASE WHEN state = 'ready' AND run_at > $1 THEN 1 ELSE 0 END) AS BIGINT) AS later, \
     CAST(SUM(CASE WHEN state = 'leased' THEN 1 ELSE 0 END) AS BIGINT) AS leased, \
     CAST(SUM(CASE WHEN state = 'failed' AND finished_at >= $2 THEN 1 ELSE 0 END) AS BIGINT) AS given_up \
     FROM job WHERE state IN ('ready', 'leased', 'failed') GROUP BY kind ORDER BY kind";
/// What ended before is not counted, and need not be looked at.
const DELIVERIES: &str = "SELECT \
     CAST(COALESCE(SUM(CASE WHEN state = 'ready' THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting, \
     CAST(COALESCE(SUM(CASE WHEN state = 'ready' AND tries > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS failing, \
     MIN(CASE WHEN state = 'ready' AND tries > 0 THEN created_at END) AS failing_since, \
     CAST(COALESCE(SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END), 0) AS BIGINT) AS given_up \
     FROM delivery WHERE (finished_at IS NULL OR finished_at >= $1) AND tenant_id = $2";
const CHECKPOINT: &str = "SELECT at FROM audit_checkpoint ORDER BY size DESC LIMIT 1";

impl Store {
    /// Returns the kind of the database: `sqlite` or `postgres`.
    pub fn database_kind(&self) -> &'static str {
        match self.inner.engine {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        }
    }

    /// Returns how much work there is, by kind; kinds without any may be left out.
    pub async fn list_job_figures(
        &self,
        now: Millis,
        since: Millis,
    ) -> Result<Vec<JobFigures>, StoreError> {
        let rows = sqlx::query(JOBS)
            .bind(now.0)
            .bind(since.0)
            .fetch_all(&self.inner.pool)
            .await
            .doing("count the work that waits")?;
        all("job", &rows, |r: Reader<'_>| {
            Ok(JobFigures {
                kind: r.get("kind")?,
                due: r.get("due")?,
                oldest: r.at_maybe("oldest")?,
                later: r.get("later")?,
                leased: r.get("leased")?,
                given_up: r.get("given_up")?,
            })
        })
    }

    /// Returns how a tenant's events reach their addresses.
    pub async fn delivery_figures(
        &self,
        tenant: TenantId,
        since: Millis,
    ) -> Result<DeliveryFigures, StoreError> {
        let row = sqlx::query(DELIVERIES)
            .bind(since.0)
            .bind(tenant.to_string())
            .fetch_one(&self.inner.pool)
            .await
            .doing("count deliveries")?;
        let r = Reader::new("delivery", &row);
        Ok(DeliveryFigures {
            waiting: r.get("waiting")?,
            failing: r.get("failing")?,
            failing_since: r.at_maybe("failing_since")?,
            given_up: r.get("given_up")?,
        })
    }

    /// Returns when the audit log was signed last, where it ever was.
    pub async fn newest_checkpoint_at(&self) -> Result<Option<Millis>, StoreError> {
        let row = sqlx::query(CHECKPOINT)
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find the newest checkpoint")?;
        one("audit_checkpoint", row, |r| r.at("at"))
    }
}
