//! The number of each list that a tenant publishes: one more with every change, in the transaction of the change.

use menshen_core::ids::TenantId;
use menshen_core::time::Millis;

use crate::columns::{Reader, words};
use crate::error::{Doing, one_row};
use crate::{StoreError, Tx};

/// A list that a tenant publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfficialList {
    /// Its official channels.
    Channels,
    /// Its announcements.
    Announcements,
}

words!(OfficialList { Channels = "channels", Announcements = "announcements" });

/// A list at a moment, with its entries as they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListState {
    /// Changes so far.
    pub number: u64,
    /// When the last one was; none where there was none.
    pub changed_at: Option<Millis>,
    /// The entries.
    pub entries: Vec<String>,
}

const LIST: &str = "official_list";
const MAKE: &str = "INSERT INTO official_list (tenant_id, list, number, changed_at) VALUES ($1, $2, 0, $3) \
     ON CONFLICT (tenant_id, list) DO NOTHING";
const ADVANCE: &str = "UPDATE official_list SET number = number + 1, changed_at = $1 WHERE tenant_id = $2 AND list = $3";

impl ListState {
    /// Reads the rows of a list that was selected in one statement with its number: one snapshot on both databases. A list
    /// without entries is one row whose entry is null, a list that never changed no row.
    pub(crate) fn read(rows: &[sqlx::any::AnyRow]) -> Result<Self, StoreError> {
        let mut state = Self {
            number: 0,
            changed_at: None,
            entries: Vec::with_capacity(rows.len()),
        };
        for row in rows {
            let r = Reader::new(LIST, row);
            state.number = r.get::<i64>("number")?.unsigned_abs();
            state.changed_at = Some(r.at("changed_at")?);
            state.entries.extend(r.get::<Option<String>>("entry")?);
        }
        Ok(state)
    }
}

impl Tx {
    /// Notes a change of a list. Others who change it wait until this transaction ends.
    pub(crate) async fn advance_list(
        &mut self,
        tenant: TenantId,
        list: OfficialList,
        now: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query(MAKE)
            .bind(tenant.to_string())
            .bind(list.as_str())
            .bind(now.0)
            .execute(self.conn())
            .await
            .doing("make the number of a list")?;
        let done = sqlx::query(ADVANCE)
            .bind(now.0)
            .bind(tenant.to_string())
            .bind(list.as_str())
            .execute(self.conn())
            .await
            .doing("advance the number of a list")?;
        one_row(LIST, &done)
    }
}
