//! What waits for people, of all tenants together: for whoever runs the service.

use menshen_core::time::Millis;

use crate::columns::{Reader, all};
use crate::error::Doing;
use crate::{Store, StoreError};

/// How much waits in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// Where: a queue of cases, or `ticket`.
    pub queue: String,
    /// How many wait.
    pub waiting: i64,
    /// How many of them were due before.
    pub late: i64,
}

const BACKLOG: &str = "SELECT queue, COUNT(*) AS waiting, \
     CAST(SUM(CASE WHEN due_at < $1 THEN 1 ELSE 0 END) AS BIGINT) AS late \
     FROM review_case WHERE closed_at IS NULL GROUP BY queue \
     UNION ALL SELECT 'ticket' AS queue, COUNT(*) AS waiting, \
     CAST(COALESCE(SUM(CASE WHEN due_at < $1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS late \
     FROM ticket WHERE status = 'open'";

impl Store {
    /// Returns what waits for people. A queue in which nothing waits may be left out.
    pub async fn list_backlog(&self, now: Millis) -> Result<Vec<Backlog>, StoreError> {
        let rows = sqlx::query(BACKLOG)
            .bind(now.0)
            .fetch_all(&self.inner.pool)
            .await
            .doing("count what waits for people")?;
        all("review_case", &rows, |r: Reader<'_>| {
            Ok(Backlog {
                queue: r.get("queue")?,
                waiting: r.get("waiting")?,
                late: r.get("late")?,
            })
        })
    }
}
