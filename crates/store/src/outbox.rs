//! Events for integrators, written in the transaction of what they tell.

use menshen_core::ids::{EventId, TenantId};
use menshen_core::time::Millis;

use crate::columns::{Reader, all, newer_than, words};
use crate::error::{Doing, insert_error};
use crate::{Store, StoreError, Tx};

/// Where an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutboxState {
    /// It waits to be sent.
    Ready,
    /// It was sent.
    Sent,
    /// It was given up.
    Failed,
}

words!(OutboxState { Ready = "ready", Sent = "sent", Failed = "failed" });

/// Something that happened.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// The id, the same in every sending.
    pub id: EventId,
    /// Who is to be told.
    pub tenant_id: TenantId,
    /// The event's name.
    pub event: String,
    /// The body: JSON without personal data.
    pub payload: String,
    /// When it happened.
    pub created_at: Millis,
    /// Where it is.
    pub state: OutboxState,
    /// Counts the changes.
    pub version: i64,
}

const OUTBOX: &str = "outbox";
const INSERT: &str = "INSERT INTO outbox (id, tenant_id, event, payload, created_at, state, version) \
     VALUES ($1, $2, $3, $4, $5, 'ready', 1)";
const LIST: &str = "SELECT id, tenant_id, event, payload, created_at, state, version FROM outbox \
     WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";

impl Store {
    /// Returns a tenant's events, oldest first.
    pub async fn list_events(
        &self,
        tenant: TenantId,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(newer_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list events")?;
        all(OUTBOX, &rows, read)
    }
}

impl Tx {
    /// Appends an event, to be sent after this transaction.
    pub async fn append_event(
        &mut self,
        tenant: TenantId,
        event: &str,
        payload: &str,
        now: Millis,
    ) -> Result<EventId, StoreError> {
        let id = EventId::new(now, Store::random_id_bytes()?);
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(event.to_owned())
            .bind(payload.to_owned())
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(OUTBOX, "append event", source))?;
        Ok(id)
    }
}

fn read(r: Reader<'_>) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        event: r.get("event")?,
        payload: r.get("payload")?,
        created_at: r.at("created_at")?,
        state: r.parse("state")?,
        version: r.get("version")?,
    })
}
