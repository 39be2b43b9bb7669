//! Official channels of a tenant. They are public, so nothing of them is sealed; what an entry says is the business of `core`.

use menshen_core::ids::{ChannelId, TenantId};
use menshen_core::time::Millis;

use crate::columns::{Reader, all, older_than, one};
use crate::error::{Doing, insert_error, one_row};
use crate::{ListState, OfficialList, Store, StoreError, Tx};

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficialChannelRow {
    /// The id.
    pub id: ChannelId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// What it is, as it was written.
    pub entry: String,
    /// Since when.
    pub created_at: Millis,
    /// Counts the changes.
    pub version: i64,
}

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, entry, created_at, version FROM official_channel \
             WHERE removed_at IS NULL AND tenant_id = $1 AND ",
            $where
        )
    };
}

const CHANNEL: &str = "official_channel";
const INSERT: &str = "INSERT INTO official_channel (id, tenant_id, entry, created_at, removed_at, version) \
     VALUES ($1, $2, $3, $4, NULL, 1)";
const FIND: &str = select!("id = $2");
const LIST: &str = select!("id < $2 ORDER BY id DESC LIMIT $3");
const COUNT: &str =
    "SELECT COUNT(*) AS n FROM official_channel WHERE tenant_id = $1 AND removed_at IS NULL";
const REMOVE: &str = "UPDATE official_channel SET removed_at = $1, version = version + 1 \
     WHERE id = $2 AND version = $3 AND removed_at IS NULL";
const STATE: &str = "SELECT l.number, l.changed_at, c.entry FROM official_list l \
     LEFT JOIN official_channel c ON c.tenant_id = l.tenant_id AND c.removed_at IS NULL \
     WHERE l.tenant_id = $1 AND l.list = $2";

impl Store {
    /// Returns all channels of a tenant with the number of their list, of one moment.
    pub async fn official_channels(&self, tenant: TenantId) -> Result<ListState, StoreError> {
        let rows = sqlx::query(STATE)
            .bind(tenant.to_string())
            .bind(OfficialList::Channels.as_str())
            .fetch_all(&self.inner.pool)
            .await
            .doing("read official channels")?;
        ListState::read(&rows)
    }

    /// Returns a tenant's channels, newest first.
    pub async fn list_official_channels(
        &self,
        tenant: TenantId,
        after: Option<ChannelId>,
        limit: u32,
    ) -> Result<Vec<OfficialChannelRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list official channels")?;
        all(CHANNEL, &rows, read)
    }
}

impl Tx {
    /// Returns a channel of a tenant that was not removed.
    pub async fn find_official_channel(
        &mut self,
        tenant: TenantId,
        id: ChannelId,
    ) -> Result<Option<OfficialChannelRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(tenant.to_string())
            .bind(id.to_string())
            .fetch_optional(self.conn())
            .await
            .doing("find official channel")?;
        one(CHANNEL, row, read)
    }

    /// Returns how many channels a tenant has.
    pub async fn count_official_channels(&mut self, tenant: TenantId) -> Result<u64, StoreError> {
        let row = sqlx::query(COUNT)
            .bind(tenant.to_string())
            .fetch_one(self.conn())
            .await
            .doing("count official channels")?;
        let n: i64 = Reader::new(CHANNEL, &row).get("n")?;
        Ok(n.unsigned_abs())
    }

    /// Adds a channel; [`StoreError::Duplicate`] where the tenant has the same one.
    pub async fn create_official_channel(
        &mut self,
        tenant: TenantId,
        entry: &str,
        now: Millis,
    ) -> Result<OfficialChannelRow, StoreError> {
        self.advance_list(tenant, OfficialList::Channels, now)
            .await?;
        let row = OfficialChannelRow {
            id: ChannelId::new(now, Store::random_id_bytes()?),
            tenant_id: tenant,
            entry: entry.to_owned(),
            created_at: now,
            version: 1,
        };
        sqlx::query(INSERT)
            .bind(row.id.to_string())
            .bind(tenant.to_string())
            .bind(row.entry.clone())
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(CHANNEL, "create official channel", source))?;
        Ok(row)
    }

    /// Takes a channel off the list. The row stays: what was official once can be told later.
    pub async fn remove_official_channel(
        &mut self,
        row: &OfficialChannelRow,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.advance_list(row.tenant_id, OfficialList::Channels, now)
            .await?;
        let done = sqlx::query(REMOVE)
            .bind(now.0)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("remove official channel")?;
        one_row(CHANNEL, &done)
    }
}

fn read(r: Reader<'_>) -> Result<OfficialChannelRow, StoreError> {
    Ok(OfficialChannelRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        entry: r.get("entry")?,
        created_at: r.at("created_at")?,
        version: r.get("version")?,
    })
}
