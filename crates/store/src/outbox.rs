//! Events for integrators, written in the transaction of what they tell.

use menshen_core::ids::{EventId, TenantId, WebhookId};
use menshen_core::time::Millis;

use crate::columns::{Reader, all, one};
use crate::error::{Doing, insert_error};
use crate::{DeliveryRow, Store, StoreError, Tx};

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
}

const OUTBOX: &str = "outbox";
const INSERT: &str = "INSERT INTO outbox (id, tenant_id, event, payload, created_at) \
     VALUES ($1, $2, $3, $4, $5)";
/// Numbers an event after all of its tenant's that have committed. Only under the lock that commits take one after the other.
const NUMBER: &str = "UPDATE outbox SET seq = (SELECT COALESCE(MAX(seq), 0) + 1 FROM outbox WHERE tenant_id = $1) \
     WHERE id = $2";
const FIND: &str = "SELECT id, tenant_id, event, payload, created_at FROM outbox \
     WHERE id = $1 AND tenant_id = $2";
const LIST: &str = "SELECT id, tenant_id, event, payload, created_at FROM outbox \
     WHERE tenant_id = $1 AND seq > COALESCE((SELECT seq FROM outbox WHERE id = $2 AND tenant_id = $1), 0) \
     ORDER BY seq LIMIT $3";

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

    /// Returns a tenant's events in the order in which they were committed: whoever goes on after the last one that they
    /// saw misses none. After one that is not the tenant's they begin anew.
    pub async fn list_events(
        &self,
        tenant: TenantId,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(after.map(|id| id.to_string()))
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
        self.events.push((tenant, id));
        Ok(id)
    }

    /// Gives what was appended its place among the tenant's events. An id says when an event was begun, and a slow
    /// transaction commits after a faster one that began later.
    pub(crate) async fn number_events(&mut self) -> Result<(), StoreError> {
        for (tenant, id) in std::mem::take(&mut self.events) {
            sqlx::query(NUMBER)
                .bind(tenant.to_string())
                .bind(id.to_string())
                .execute(self.conn())
                .await
                .doing("number an event")?;
        }
        Ok(())
    }
}

fn read(r: Reader<'_>) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        event: r.get("event")?,
        payload: r.get("payload")?,
        created_at: r.at("created_at")?,
    })
}
