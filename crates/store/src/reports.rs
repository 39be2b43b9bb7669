//! What people report as pretending to be a tenant. Nobody knows what stands in it, so it is sealed with a key of the tenant, and goes
//! after its time.

use menshen_core::ids::{ReportId, TenantId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;
use zeroize::Zeroizing;

use crate::columns::{Reader, all, older_than, one, words};
use crate::digest::derive;
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::{Opened, Store, StoreError, Tx};

/// Whether somebody has judged a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportState {
    /// Nobody has.
    Open,
    /// Somebody has.
    Closed,
}

words!(ReportState { Open = "open", Closed = "closed" });

/// A report.
#[derive(Clone, Debug)]
pub struct ReportRow {
    /// The id.
    pub id: ReportId,
    /// To whom.
    pub tenant_id: TenantId,
    /// What is reported, as a word.
    pub kind: String,
    /// Whether somebody has judged it.
    pub state: ReportState,
    /// As what, as a word.
    pub outcome: Option<String>,
    /// When.
    pub closed_at: Option<Millis>,
    /// When it arrived.
    pub created_at: Millis,
    /// Counts the changes.
    pub version: i64,
    content_sealed: Vec<u8>,
}

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, kind, content_sealed, state, outcome, closed_at, created_at, version FROM report \
             WHERE tenant_id = $1 AND ",
            $where
        )
    };
}

const REPORT: &str = "report";
const CONTENT: Column = Column::new(REPORT, "content_sealed");
const INSERT: &str = "INSERT INTO report (id, tenant_id, kind, content_sealed, state, outcome, closed_at, created_at, \
     version) VALUES ($1, $2, $3, $4, 'open', NULL, NULL, $5, 1)";
const FIND: &str = select!("id = $2");
const LIST: &str = select!("state = $2 AND id < $3 ORDER BY id DESC LIMIT $4");
const COUNT: &str = "SELECT COUNT(*) AS n FROM report WHERE tenant_id = $1 AND state = 'open'";
const CLOSE: &str = "UPDATE report SET state = 'closed', outcome = $1, closed_at = $2, version = version + 1 \
     WHERE id = $3 AND version = $4 AND state = 'open'";
const PRUNE: &str = "DELETE FROM report WHERE closed_at < $1 OR created_at < $2";

impl ReportRow {
    /// Returns what was written.
    pub fn content(&self, store: &Store) -> Result<Opened, StoreError> {
        let (key, row) = (store.report_key(self.tenant_id), self.id.to_string());
        CONTENT.open(&key, self.tenant_id, &row, &self.content_sealed)
    }
}

impl Store {
    /// Returns a report to a tenant.
    pub async fn find_report(
        &self,
        tenant: TenantId,
        id: ReportId,
    ) -> Result<Option<ReportRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, id).await
    }

    /// Returns reports to a tenant in a state, newest first.
    pub async fn list_reports(
        &self,
        tenant: TenantId,
        state: ReportState,
        after: Option<ReportId>,
        limit: u32,
    ) -> Result<Vec<ReportRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(state.as_str())
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list reports")?;
        all(REPORT, &rows, read)
    }

    fn report_key(&self, tenant: TenantId) -> Zeroizing<[u8; 32]> {
        derive(&self.inner.tenant_seal, tenant, REPORT)
    }
}

impl Tx {
    /// Returns a report to a tenant.
    pub async fn find_report(
        &mut self,
        tenant: TenantId,
        id: ReportId,
    ) -> Result<Option<ReportRow>, StoreError> {
        find(self.conn(), tenant, id).await
    }

    /// Returns how many reports to a tenant nobody has judged.
    pub async fn count_open_reports(&mut self, tenant: TenantId) -> Result<u64, StoreError> {
        let row = sqlx::query(COUNT)
            .bind(tenant.to_string())
            .fetch_one(self.conn())
            .await
            .doing("count reports")?;
        let n: i64 = Reader::new(REPORT, &row).get("n")?;
        Ok(n.unsigned_abs())
    }

    /// Keeps a report; returns its id.
    pub async fn create_report(
        &mut self,
        tenant: TenantId,
        kind: &str,
        content: &[u8],
        now: Millis,
    ) -> Result<ReportId, StoreError> {
        let id = ReportId::new(now, Store::random_id_bytes()?);
        let key = self.store.report_key(tenant);
        let sealed = CONTENT.seal(&key, tenant, &id.to_string(), content)?;
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(kind.to_owned())
            .bind(sealed)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(REPORT, "create report", source))?;
        Ok(id)
    }

    /// Writes down how a report was judged.
    pub async fn close_report(
        &mut self,
        row: &ReportRow,
        outcome: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(CLOSE)
            .bind(outcome.to_owned())
            .bind(now.0)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("close report")?;
        one_row(REPORT, &done)
    }

    /// Removes reports that were closed, or arrived, before an instant each; returns how many.
    pub async fn prune_reports(
        &mut self,
        closed_before: Millis,
        arrived_before: Millis,
    ) -> Result<u64, StoreError> {
        sqlx::query(PRUNE)
            .bind(closed_before.0)
            .bind(arrived_before.0)
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("prune reports")
    }
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    id: ReportId,
) -> Result<Option<ReportRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(tenant.to_string())
        .bind(id.to_string())
        .fetch_optional(conn)
        .await
        .doing("find report")?;
    one(REPORT, row, read)
}

fn read(r: Reader<'_>) -> Result<ReportRow, StoreError> {
    Ok(ReportRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        kind: r.get("kind")?,
        state: r.parse("state")?,
        outcome: r.get("outcome")?,
        closed_at: r.at_maybe("closed_at")?,
        created_at: r.at("created_at")?,
        version: r.get("version")?,
        content_sealed: r.get("content_sealed")?,
    })
}
