//! Work to be done later: claimed by exactly one node, under a lease, and never lost.

use menshen_core::ids::JobId;
use menshen_core::time::Millis;

use crate::columns::{Reader, all, one, words};
use crate::error::{Doing, insert_error, one_row};
use crate::{Store, StoreError, Tx};

/// Where a piece of work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// It waits.
    Ready,
    /// Somebody works on it, until the lease ends.
    Leased,
    /// It is done.
    Done,
    /// It was given up.
    Failed,
}

words!(JobState { Ready = "ready", Leased = "leased", Done = "done", Failed = "failed" });

/// A piece of work.
#[derive(Clone, Debug)]
pub struct JobRow {
    /// The id.
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// With what: JSON without personal data.
    pub payload: String,
    /// Where it is.
    pub state: JobState,
    /// Not before.
    pub run_at: Millis,
    /// When the one who works on it loses it.
    pub lease_until: Option<Millis>,
    /// How many times it was claimed.
    pub tries: i64,
    /// Why it failed last, as a code.
    pub last_error: Option<String>,
    /// When it was asked for.
    pub created_at: Millis,
    /// When it was done or given up.
    pub finished_at: Option<Millis>,
    /// Counts the changes: who lost the lease cannot finish.
    pub version: i64,
}

/// How long the queue is, for the time a person is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QueueState {
    /// How many wait.
    pub ready: u64,
    /// How many are being worked on.
    pub leased: u64,
    /// How long the last ones took, in milliseconds; none where none was done yet.
    pub mean_ms: Option<f64>,
}

const JOB: &str = "job";
const INSERT: &str = "INSERT INTO job (id, kind, payload, state, run_at, leased_at, lease_until, tries, last_error, \
     created_at, finished_at, version) VALUES ($1, $2, $3, 'ready', $4, NULL, NULL, 0, NULL, $5, NULL, 1)";
const CLAIM: &str = "UPDATE job SET state = 'leased', leased_at = $1, lease_until = $2, tries = tries + 1, \
     version = version + 1 WHERE id = (SELECT id FROM job WHERE kind = $3 AND state = 'ready' AND run_at <= $1 \
     ORDER BY run_at, id LIMIT 1) AND state = 'ready' \
     RETURNING id, kind, payload, state, run_at, lease_until, tries, last_error, created_at, finished_at, version";
const WAITING: &str =
    "SELECT COUNT(*) AS n FROM job WHERE kind = $1 AND state = 'ready' AND run_at <= $2";
const FIND: &str = "SELECT id, kind, payload, state, run_at, lease_until, tries, last_error, created_at, finished_at, \
     version FROM job WHERE id = $1";
const RENEW: &str = "UPDATE job SET lease_until = $1, version = version + 1 \
     WHERE id = $2 AND version = $3 AND state = 'leased'";
const DONE: &str = "UPDATE job SET state = 'done', lease_until = NULL, finished_at = $1, version = version + 1 \
     WHERE id = $2 AND version = $3 AND state = 'leased'";
const RETRY: &str = "UPDATE job SET state = 'ready', lease_until = NULL, run_at = $1, last_error = $2, \
     version = version + 1 WHERE id = $3 AND version = $4 AND state = 'leased'";
const FAIL: &str = "UPDATE job SET state = 'failed', lease_until = NULL, finished_at = $1, last_error = $2, \
     version = version + 1 WHERE id = $3 AND version = $4 AND state = 'leased'";
const REQUEUE: &str = "UPDATE job SET state = 'ready', lease_until = NULL, run_at = $1, last_error = 'lease_expired', \
     version = version + 1 WHERE state = 'leased' AND lease_until <= $1 \
     RETURNING id, kind, payload, state, run_at, lease_until, tries, last_error, created_at, finished_at, version";
const DEPTH: &str = "SELECT COUNT(*) AS n FROM job WHERE kind = $1 AND state = $2";
/// The last fifty that were done: enough to be steady, few enough to follow a change within minutes.
const MEAN: &str = "SELECT AVG(CAST(took AS DOUBLE PRECISION)) AS mean FROM (SELECT finished_at - leased_at AS took \
     FROM job WHERE kind = $1 AND state = 'done' ORDER BY finished_at DESC LIMIT 50) AS last";
const PRUNE: &str = "DELETE FROM job WHERE state = 'done' AND finished_at < $1";
/// How often a claimer that lost a race on PostgreSQL looks again before it leaves the rest to others.
const LOOKS: usize = 32;

impl Store {
    /// Claims the first piece of work of the kinds, in their order, that is due. Nobody else gets it while the
    /// lease lasts. The claim is committed when this returns.
    pub async fn claim_job(
        &self,
        kinds: &[&str],
        now: Millis,
        lease_ms: i64,
    ) -> Result<Option<JobRow>, StoreError> {
        for kind in kinds {
            for _ in 0..LOOKS {
                // Reading first keeps idle workers from taking SQLite's only write lock.
                if self.waiting(kind, now).await? == 0 {
                    break;
                }
                let mut tx = self.begin().await?;
                let rows = sqlx::query(CLAIM)
                    .bind(now.0)
                    .bind(now.plus(lease_ms).0)
                    .bind((*kind).to_owned())
                    .fetch_all(tx.conn())
                    .await
                    .doing("claim job")?;
                tx.commit().await?;
                if let Some(job) = all(JOB, &rows, read)?.pop() {
                    return Ok(Some(job));
                }
            }
        }
        Ok(None)
    }

    /// Puts work back whose worker died: those whose lease has ended. Returns them as they are now.
    pub async fn requeue_expired(&self, now: Millis) -> Result<Vec<JobRow>, StoreError> {
        let mut tx = self.begin().await?;
        let rows = sqlx::query(REQUEUE)
            .bind(now.0)
            .fetch_all(tx.conn())
            .await
            .doing("requeue expired jobs")?;
        tx.commit().await?;
        all(JOB, &rows, read)
    }

    /// Returns a piece of work.
    pub async fn find_job(&self, id: JobId) -> Result<Option<JobRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(id.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find job")?;
        one(JOB, row, read)
    }

    /// Returns how long the queue of a kind is and how long its last pieces of work took.
    pub async fn queue(&self, kind: &str) -> Result<QueueState, StoreError> {
        let row = sqlx::query(MEAN)
            .bind(kind.to_owned())
            .fetch_one(&self.inner.pool)
            .await
            .doing("measure the queue")?;
        Ok(QueueState {
            ready: self.depth(kind, JobState::Ready).await?,
            leased: self.depth(kind, JobState::Leased).await?,
            mean_ms: Reader::new(JOB, &row).get("mean")?,
        })
    }

    async fn depth(&self, kind: &str, state: JobState) -> Result<u64, StoreError> {
        let row = sqlx::query(DEPTH)
            .bind(kind.to_owned())
            .bind(state.as_str())
            .fetch_one(&self.inner.pool)
            .await
            .doing("measure the queue")?;
        count(Reader::new(JOB, &row))
    }

    async fn waiting(&self, kind: &str, now: Millis) -> Result<u64, StoreError> {
        let row = sqlx::query(WAITING)
            .bind(kind.to_owned())
            .bind(now.0)
            .fetch_one(&self.inner.pool)
            .await
            .doing("look for jobs")?;
        count(Reader::new(JOB, &row))
    }
}

impl Tx {
    /// Asks for a piece of work, not before an instant.
    pub async fn enqueue_job(
        &mut self,
        kind: &str,
        payload: &str,
        run_at: Millis,
        now: Millis,
    ) -> Result<JobId, StoreError> {
        let id = JobId::new(now, Store::random_id_bytes()?);
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(kind.to_owned())
            .bind(payload.to_owned())
            .bind(run_at.0)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(JOB, "enqueue job", source))?;
        Ok(id)
    }

    /// Lengthens a lease; returns the new version. [`StoreError::Conflict`] where it was lost.
    pub async fn renew_job(&mut self, job: &JobRow, until: Millis) -> Result<i64, StoreError> {
        let done = sqlx::query(RENEW)
            .bind(until.0)
            .bind(job.id.to_string())
            .bind(job.version)
            .execute(self.conn())
            .await
            .doing("renew job")?;
        one_row(JOB, &done)?;
        Ok(job.version + 1)
    }

    /// Notes that work is done, in the transaction of its effect. [`StoreError::Conflict`] where the lease
    /// was lost: then the effect must not be committed either.
    pub async fn finish_job(&mut self, job: &JobRow, now: Millis) -> Result<(), StoreError> {
        let done = sqlx::query(DONE)
            .bind(now.0)
            .bind(job.id.to_string())
            .bind(job.version)
            .execute(self.conn())
            .await
            .doing("finish job")?;
        one_row(JOB, &done)
    }

    /// Puts work back for a later try, with the code of what went wrong.
    pub async fn retry_job(
        &mut self,
        job: &JobRow,
        run_at: Millis,
        error_code: &str,
    ) -> Result<(), StoreError> {
        self.end_job(RETRY, job, run_at, error_code).await
    }

    /// Gives work up, with the code of what went wrong.
    pub async fn fail_job(
        &mut self,
        job: &JobRow,
        now: Millis,
        error_code: &str,
    ) -> Result<(), StoreError> {
        self.end_job(FAIL, job, now, error_code).await
    }

    /// Removes work that was done before an instant; returns how much.
    pub async fn prune_jobs(&mut self, before: Millis) -> Result<u64, StoreError> {
        sqlx::query(PRUNE)
            .bind(before.0)
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("prune jobs")
    }

    async fn end_job(
        &mut self,
        sql: &'static str,
        job: &JobRow,
        at: Millis,
        error_code: &str,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(sql)
            .bind(at.0)
            .bind(error_code.to_owned())
            .bind(job.id.to_string())
            .bind(job.version)
            .execute(self.conn())
            .await
            .doing("end job")?;
        one_row(JOB, &done)
    }
}

fn count(r: Reader<'_>) -> Result<u64, StoreError> {
    u64::try_from(r.get::<i64>("n")?).map_err(|_| StoreError::Corrupt {
        table: JOB,
        column: "n",
    })
}

fn read(r: Reader<'_>) -> Result<JobRow, StoreError> {
    Ok(JobRow {
        id: r.parse("id")?,
        kind: r.get("kind")?,
        payload: r.get("payload")?,
        state: r.parse("state")?,
        run_at: r.at("run_at")?,
        lease_until: r.at_maybe("lease_until")?,
        tries: r.get("tries")?,
        last_error: r.get("last_error")?,
        created_at: r.at("created_at")?,
        finished_at: r.at_maybe("finished_at")?,
        version: r.get("version")?,
    })
}
