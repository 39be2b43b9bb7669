//! Announcements of a tenant. They are public, so nothing of them is sealed; what an entry says is the business of `core`.

use menshen_core::ids::{AnnouncementId, TenantId};
use menshen_core::time::Millis;

use crate::columns::{Reader, all, older_than, one};
use crate::error::{Doing, insert_error, one_row};
use crate::{ListState, OfficialList, Store, StoreError, Tx};

/// An announcement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnouncementRow {
    /// The id.
    pub id: AnnouncementId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// What it says, as it was written.
    pub entry: String,
    /// Until when it holds.
    pub ends_at: Millis,
    /// When it was made.
    pub created_at: Millis,
    /// Counts the changes.
    pub version: i64,
}

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, entry, ends_at, created_at, version FROM announcement \
             WHERE removed_at IS NULL AND tenant_id = $1 AND ",
            $where
        )
    };
}

const ANNOUNCEMENT: &str = "announcement";
const INSERT: &str = "INSERT INTO announcement (id, tenant_id, entry, ends_at, created_at, removed_at, version) \
     VALUES ($1, $2, $3, $4, $5, NULL, 1)";
const FIND: &str = select!("id = $2");
const LIST: &str = select!("id < $2 ORDER BY id DESC LIMIT $3");
const COUNT: &str = "SELECT COUNT(*) AS n FROM announcement WHERE tenant_id = $1 AND removed_at IS NULL AND ends_at > $2";
const REMOVE: &str = "UPDATE announcement SET removed_at = $1, version = version + 1 \
     WHERE id = $2 AND version = $3 AND removed_at IS NULL";
const STATE: &str = "SELECT l.number, l.changed_at, a.entry FROM official_list l \
     LEFT JOIN announcement a ON a.tenant_id = l.tenant_id AND a.removed_at IS NULL AND a.ends_at > $3 \
     WHERE l.tenant_id = $1 AND l.list = $2";

impl Store {
    /// Returns the announcements of a tenant that end after an instant with the number of their list, of one moment.
    pub async fn announcements(
        &self,
        tenant: TenantId,
        end_after: Millis,
    ) -> Result<ListState, StoreError> {
        let rows = sqlx::query(STATE)
            .bind(tenant.to_string())
            .bind(OfficialList::Announcements.as_str())
            .bind(end_after.0)
            .fetch_all(&self.inner.pool)
            .await
            .doing("read announcements")?;
        ListState::read(&rows)
    }

    /// Returns a tenant's announcements that were not withdrawn, newest first.
    pub async fn list_announcements(
        &self,
        tenant: TenantId,
        after: Option<AnnouncementId>,
        limit: u32,
    ) -> Result<Vec<AnnouncementRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list announcements")?;
        all(ANNOUNCEMENT, &rows, read)
    }
}

impl Tx {
    /// Returns an announcement of a tenant that was not withdrawn.
    pub async fn find_announcement(
        &mut self,
        tenant: TenantId,
        id: AnnouncementId,
    ) -> Result<Option<AnnouncementRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(tenant.to_string())
            .bind(id.to_string())
            .fetch_optional(self.conn())
            .await
            .doing("find announcement")?;
        one(ANNOUNCEMENT, row, read)
    }

    /// Returns how many announcements of a tenant end after an instant.
    pub async fn count_announcements(
        &mut self,
        tenant: TenantId,
        end_after: Millis,
    ) -> Result<u64, StoreError> {
        let row = sqlx::query(COUNT)
            .bind(tenant.to_string())
            .bind(end_after.0)
            .fetch_one(self.conn())
            .await
            .doing("count announcements")?;
        let n: i64 = Reader::new(ANNOUNCEMENT, &row).get("n")?;
        Ok(n.unsigned_abs())
    }

    /// Writes an announcement.
    pub async fn create_announcement(
        &mut self,
        row: &AnnouncementRow,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.advance_list(row.tenant_id, OfficialList::Announcements, now)
            .await?;
        sqlx::query(INSERT)
            .bind(row.id.to_string())
            .bind(row.tenant_id.to_string())
            .bind(row.entry.clone())
            .bind(row.ends_at.0)
            .bind(row.created_at.0)
            .execute(self.conn())
            .await
            .map(|_| ())
            .map_err(|source| insert_error(ANNOUNCEMENT, "create announcement", source))
    }

    /// Withdraws an announcement. The row stays: what was announced once can be told later.
    pub async fn remove_announcement(
        &mut self,
        row: &AnnouncementRow,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.advance_list(row.tenant_id, OfficialList::Announcements, now)
            .await?;
        let done = sqlx::query(REMOVE)
            .bind(now.0)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("withdraw announcement")?;
        one_row(ANNOUNCEMENT, &done)
    }
}

fn read(r: Reader<'_>) -> Result<AnnouncementRow, StoreError> {
    Ok(AnnouncementRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        entry: r.get("entry")?,
        ends_at: r.at("ends_at")?,
        created_at: r.at("created_at")?,
        version: r.get("version")?,
    })
}
