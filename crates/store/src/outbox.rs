//! Events for integrators, written in the transaction of what they tell.

use menshen_core::ids::{EventId, TenantId, WebhookId};
use menshen_core::time::Millis;

use crate::columns::{Reader, all, newer_than, one, words};
use crate::error::{Doing, insert_error};
use crate::{DeliveryRow, Store, StoreError, Tx};

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
const FIND: &str = "SELECT id, tenant_id, event, payload, created_at, state, version FROM outbox \
     WHERE id = $1 AND tenant_id = $2";
const LIST: &str = "SELECT id, tenant_id, event, payload, created_at, state, version FROM outbox \
     WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";

impl Store {
    /// Returns an event of a tenant.
    pub async fn find_event(
        &self,
        tenant: TenantId,
        id: EventId,
    ) -> Result<Option<EventRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find event")?;
        one(OUTBOX, row, read)
    }

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
    /// Appends an event and plans its delivery to every address of the tenant that is told of it.
    pub async fn append_event(
        &mut self,
        tenant: TenantId,
        event: &str,
        payload: &str,
        now: Millis,
    ) -> Result<EventId, StoreError> {
        let id = self.insert_event(tenant, event, payload, now).await?;
        for webhook in self.listeners(tenant, event).await? {
            self.plan_delivery(tenant, webhook, (id, event), now)
                .await?;
        }
        Ok(id)
    }

    /// Appends an event that one address alone is told of.
    pub async fn append_event_for(
        &mut self,
        tenant: TenantId,
        webhook: WebhookId,
        event: &str,
        payload: &str,
        now: Millis,
    ) -> Result<DeliveryRow, StoreError> {
        let id = self.insert_event(tenant, event, payload, now).await?;
        self.plan_delivery(tenant, webhook, (id, event), now).await
    }

    async fn insert_event(
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
