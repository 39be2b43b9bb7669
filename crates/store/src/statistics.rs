//! What the console draws: counted by the database, from decisions, without anything personal.

use menshen_core::ids::TenantId;
use menshen_core::time::Millis;

use crate::columns::{Reader, all};
use crate::error::Doing;
use crate::{Store, StoreError};

/// How often the machine found the same reasons in a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeekCodes {
    /// Weeks since Monday, 1970-01-05, UTC.
    pub week: i64,
    /// The codes, all of them.
    pub codes: Vec<String>,
    /// How many submissions.
    pub count: i64,
}

/// How submissions ended of one kind, or from one program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passes {
    /// The kind or the program; none where it is not known.
    pub of: Option<String>,
    /// Submissions that were decided.
    pub submissions: i64,
    /// Approved in the end.
    pub approved: i64,
    /// Refused in the end.
    pub refused: i64,
    /// Given back: the person can try again.
    pub again: i64,
    /// With people still.
    pub open: i64,
}

/// How long decisions took in a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimesRow {
    /// Weeks since Monday, 1970-01-05, UTC.
    pub week: i64,
    /// By people, or by the machine?
    pub people: bool,
    /// How many decisions.
    pub count: i64,
    /// So many milliseconds or fewer took half of them.
    pub half: i64,
    /// So many milliseconds or fewer took nine in ten.
    pub nine_in_ten: i64,
}

const DECISION: &str = "decision";
const WEEK_CODES: &str = "SELECT week, codes, COUNT(*) AS n FROM \
     (SELECT (created_at - 345600000) / 604800000 AS week, codes FROM decision \
     WHERE tenant_id = $1 AND created_at >= $2 AND case_id IS NULL) AS d GROUP BY week, codes ORDER BY week, codes";
/// Of each submission the last decision counts: people's after the machine's.
macro_rules! passes {
    ($of:literal) => {
        concat!(
            "SELECT ",
            $of,
            " AS whose, COUNT(*) AS n, ",
            "CAST(SUM(CASE WHEN outcome = 'approved' THEN 1 ELSE 0 END) AS BIGINT) AS approved, ",
            "CAST(SUM(CASE WHEN outcome = 'refused' THEN 1 ELSE 0 END) AS BIGINT) AS refused, ",
            "CAST(SUM(CASE WHEN outcome = 'retry' THEN 1 ELSE 0 END) AS BIGINT) AS again, ",
            "CAST(SUM(CASE WHEN outcome = 'review' THEN 1 ELSE 0 END) AS BIGINT) AS open FROM ",
            "(SELECT kind, program, outcome, ROW_NUMBER() OVER ",
            "(PARTITION BY verification_id, attempt ORDER BY id DESC) AS place FROM decision ",
            "WHERE tenant_id = $1 AND created_at >= $2) AS d WHERE place = 1 ",
            "GROUP BY ",
            $of,
            " ORDER BY n DESC, whose LIMIT $3"
        )
    };
}
const BY_KIND: &str = passes!("kind");
const BY_PROGRAM: &str = passes!("program");
/// The machine's time begins with the submission, people's with the case.
const TIMES: &str = "WITH took AS (SELECT (d.created_at - 345600000) / 604800000 AS week, \
     CASE WHEN d.case_id IS NULL THEN 0 ELSE 1 END AS people, \
     d.created_at - COALESCE(c.opened_at, d.submitted_at) AS millis \
     FROM decision d LEFT JOIN review_case c ON c.id = d.case_id \
     WHERE d.tenant_id = $1 AND d.created_at >= $2 AND COALESCE(c.opened_at, d.submitted_at) IS NOT NULL), \
     placed AS (SELECT week, people, millis, \
     ROW_NUMBER() OVER (PARTITION BY week, people ORDER BY millis) AS place, \
     COUNT(*) OVER (PARTITION BY week, people) AS n FROM took) \
     SELECT week, CAST(people AS BIGINT) AS people, n, \
     CAST(MIN(CASE WHEN place * 2 >= n THEN millis END) AS BIGINT) AS half, \
     CAST(MIN(CASE WHEN place * 10 >= n * 9 THEN millis END) AS BIGINT) AS nine_in_ten \
     FROM placed GROUP BY week, people, n ORDER BY week, people";

impl Store {
    /// Returns the reasons that the machine found since an instant, by week.
    pub async fn count_reasons(
        &self,
        tenant: TenantId,
        since: Millis,
    ) -> Result<Vec<WeekCodes>, StoreError> {
        let rows = sqlx::query(WEEK_CODES)
            .bind(tenant.to_string())
            .bind(since.0)
            .fetch_all(&self.inner.pool)
            .await
            .doing("count reasons")?;
        all(DECISION, &rows, |r| {
            Ok(WeekCodes {
                week: r.get("week")?,
                codes: r.list("codes")?,
                count: r.get("n")?,
            })
        })
    }

    /// Returns how submissions ended since an instant, by kind of document, the commonest first.
    pub async fn count_kinds(
        &self,
        tenant: TenantId,
        since: Millis,
        limit: u32,
    ) -> Result<Vec<Passes>, StoreError> {
        self.count_passes(BY_KIND, tenant, since, limit).await
    }

    /// Returns how submissions ended since an instant, by the person's program, the commonest first.
    pub async fn count_programs(
        &self,
        tenant: TenantId,
        since: Millis,
        limit: u32,
    ) -> Result<Vec<Passes>, StoreError> {
        self.count_passes(BY_PROGRAM, tenant, since, limit).await
    }

    async fn count_passes(
        &self,
        sql: &'static str,
        tenant: TenantId,
        since: Millis,
        limit: u32,
    ) -> Result<Vec<Passes>, StoreError> {
        let rows = sqlx::query(sql)
            .bind(tenant.to_string())
            .bind(since.0)
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("count how submissions ended")?;
        all(DECISION, &rows, |r| {
            Ok(Passes {
                of: r.get("whose")?,
                submissions: r.get("n")?,
                approved: r.get("approved")?,
                refused: r.get("refused")?,
                again: r.get("again")?,
                open: r.get("open")?,
            })
        })
    }

    /// Returns how long decisions took since an instant, by week, the machine's and people's.
    pub async fn decision_times(
        &self,
        tenant: TenantId,
        since: Millis,
    ) -> Result<Vec<TimesRow>, StoreError> {
        let rows = sqlx::query(TIMES)
            .bind(tenant.to_string())
            .bind(since.0)
            .fetch_all(&self.inner.pool)
            .await
            .doing("measure the time to decisions")?;
        let read = |r: Reader<'_>| {
            Ok(TimesRow {
                week: r.get("week")?,
                people: r.flag("people")?,
                count: r.get("n")?,
                half: r.get("half")?,
                nine_in_ten: r.get("nine_in_ten")?,
            })
        };
        all(DECISION, &rows, read)
    }
}
