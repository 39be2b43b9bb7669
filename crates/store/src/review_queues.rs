//! Queues of cases: what waits, by what is due first, and how the queues and the people at them stand.

use menshen_core::ids::{ApplicantId, CaseId, StaffId, TenantId};
use menshen_core::review::Queue;
use menshen_core::time::Millis;

use crate::columns::{Reader, all, one};
use crate::error::Doing;
use crate::review_cases::{CASE, read, select};
use crate::{ReviewCaseRow, Store, StoreError};

/// Which open cases are wanted; what is none is not asked.
#[derive(Clone, Debug, Default)]
pub struct ReviewFilter {
    /// Of a queue.
    pub queue: Option<Queue>,
    /// Of a level.
    pub level: Option<String>,
    /// With a kind of document.
    pub kind: Option<String>,
    /// With a reason's code.
    pub code: Option<String>,
    /// Opened at that time or before.
    pub opened_before: Option<Millis>,
    /// Held by somebody.
    pub held_by: Option<StaffId>,
    /// In dispute, or not.
    pub disputed: Option<bool>,
    /// Not about this person.
    pub not_about: Option<ApplicantId>,
}

/// How a queue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueFigures {
    /// Which one.
    pub queue: Queue,
    /// Open cases.
    pub open: i64,
    /// Of them, those that somebody holds.
    pub held: i64,
    /// Those in dispute.
    pub disputed: i64,
    /// Those whose answer is late.
    pub overdue: i64,
    /// When the oldest was opened.
    pub oldest_at: Millis,
}

/// How somebody's decisions stood when others looked at them again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewerFigures {
    /// Who.
    pub staff: StaffId,
    /// Decisions that others looked at again.
    pub rechecked: i64,
    /// Of them, those with which somebody disagreed.
    pub disagreed: i64,
    /// Of them, those that a senior did not confirm.
    pub overturned: i64,
}

const LIST: &str = select!(
    "WHERE tenant_id = $1 AND closed_at IS NULL AND ($2 = '' OR queue = $2) AND ($3 = '' OR level = $3) \
     AND ($4 = '' OR kind = $4) \
     AND ($5 = '' OR REPLACE(',' || codes || ',', ',' || $5 || ',', '') <> ',' || codes || ',') \
     AND opened_at <= $6 AND ($7 = '' OR (claimed_by = $7 AND claim_until > $8)) \
     AND ($9 < 0 OR disputed = $9) AND applicant_id <> $10 \
     AND (due_at > $11 OR (due_at = $11 AND id > $12)) ORDER BY due_at, id LIMIT $13"
);
const FIND_DUE: &str = "SELECT due_at FROM review_case WHERE id = $1 AND tenant_id = $2";
const FIGURES: &str = "SELECT queue, COUNT(*) AS open, \
     CAST(SUM(CASE WHEN claim_until > $2 THEN 1 ELSE 0 END) AS BIGINT) AS held, \
     CAST(SUM(disputed) AS BIGINT) AS disputed, \
     CAST(SUM(CASE WHEN due_at < $2 THEN 1 ELSE 0 END) AS BIGINT) AS overdue, \
     MIN(opened_at) AS oldest_at FROM review_case WHERE tenant_id = $1 AND closed_at IS NULL GROUP BY queue \
     ORDER BY queue";
const REVIEWERS: &str = "SELECT judged, COUNT(*) AS rechecked, CAST(SUM(disputed) AS BIGINT) AS disagreed, \
     CAST(SUM(overturned) AS BIGINT) AS overturned FROM review_case WHERE tenant_id = $1 AND judged IS NOT NULL \
     AND (state = 'decided' OR disputed = 1) GROUP BY judged ORDER BY judged";

impl Store {
    /// Returns open cases, first what is due first.
    pub async fn list_review_cases(
        &self,
        tenant: TenantId,
        filter: &ReviewFilter,
        after: Option<CaseId>,
        (limit, now): (u32, Millis),
    ) -> Result<Vec<ReviewCaseRow>, StoreError> {
        let due = match after {
            Some(after) => self.find_due(tenant, after).await?,
            None => None,
        };
        let id = after.map_or_else(String::new, |id| id.to_string());
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(filter.queue.map_or("", Queue::name))
            .bind(text(&filter.level))
            .bind(text(&filter.kind))
            .bind(text(&filter.code))
            .bind(filter.opened_before.map_or(i64::MAX, |at| at.0))
            .bind(filter.held_by.map_or_else(String::new, |id| id.to_string()))
            .bind(now.0)
            .bind(filter.disputed.map_or(-1, i64::from))
            .bind(
                filter
                    .not_about
                    .map_or_else(String::new, |id| id.to_string()),
            )
            .bind(due.map_or(i64::MIN, |at| at.0))
            .bind(id)
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list cases")?;
        all(CASE, &rows, read)
    }

    async fn find_due(&self, tenant: TenantId, id: CaseId) -> Result<Option<Millis>, StoreError> {
        let row = sqlx::query(FIND_DUE)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find a cursor")?;
        one(CASE, row, |r| r.at("due_at"))
    }

    /// Returns how each queue with open cases stands.
    pub async fn review_queues(
        &self,
        tenant: TenantId,
        now: Millis,
    ) -> Result<Vec<QueueFigures>, StoreError> {
        let rows = sqlx::query(FIGURES)
            .bind(tenant.to_string())
            .bind(now.0)
            .fetch_all(&self.inner.pool)
            .await
            .doing("count cases")?;
        let read = |r: Reader<'_>| {
            Ok(QueueFigures {
                queue: r.parse("queue")?,
                open: r.get("open")?,
                held: r.get("held")?,
                disputed: r.get("disputed")?,
                overdue: r.get("overdue")?,
                oldest_at: r.at("oldest_at")?,
            })
        };
        all(CASE, &rows, read)
    }

    /// Returns how the decisions of each person stood when others looked at them again.
    pub async fn reviewers(&self, tenant: TenantId) -> Result<Vec<ReviewerFigures>, StoreError> {
        let rows = sqlx::query(REVIEWERS)
            .bind(tenant.to_string())
            .fetch_all(&self.inner.pool)
            .await
            .doing("count rechecks")?;
        let read = |r: Reader<'_>| {
            Ok(ReviewerFigures {
                staff: r.parse("judged")?,
                rechecked: r.get("rechecked")?,
                disagreed: r.get("disagreed")?,
                overturned: r.get("overturned")?,
            })
        };
        all(CASE, &rows, read)
    }
}
