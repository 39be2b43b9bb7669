//! What became of each event at each address: planned in the transaction of the event, so that none is forgotten.
//! One try is one job; the job that is planned with a try bears the row's version, so that an older one does nothing.

use menshen_core::ids::{DeliveryId, EventId, TenantId, WebhookId};
use menshen_core::time::Millis;
use serde::{Deserialize, Serialize};

use crate::columns::{Reader, all, older_than, one, words};
use crate::error::{Doing, insert_error, one_row};
use crate::{Store, StoreError, Tx};

/// The kind of the jobs that deliver.
pub const DELIVER: &str = "webhook";

/// Where a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It waits to be sent, or to be sent again.
    Ready,
    /// It was accepted.
    Sent,
    /// It was given up.
    Failed,
}

words!(DeliveryState { Ready = "ready", Sent = "sent", Failed = "failed" });

/// What a job of the kind [`DELIVER`] carries.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct DeliveryTry {
    /// Whose.
    pub tenant: TenantId,
    /// Which delivery.
    pub delivery: DeliveryId,
    /// The version of its row that the try is for.
    pub version: i64,
}

/// An event on its way to an address.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    /// The id.
    pub id: DeliveryId,
    /// Whose.
    pub tenant_id: TenantId,
    /// Where to.
    pub webhook_id: WebhookId,
    /// Of what.
    pub event_id: EventId,
    /// The event's name.
    pub event: String,
    /// Where it is.
    pub state: DeliveryState,
    /// How often it was sent, with the tries that were not made because the address rested.
    pub tries: i64,
    /// When it is sent next, where it waits.
    pub next_at: Millis,
    /// The HTTP status of the last answer.
    pub status: Option<i64>,
    /// Why the last try failed, as a code.
    pub error: Option<String>,
    /// When it was planned.
    pub created_at: Millis,
    /// When it was accepted or given up.
    pub finished_at: Option<Millis>,
    /// Counts the changes.
    pub version: i64,
}

/// How a try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// What went wrong, as a code; none where it was accepted.
    pub error: Option<&'static str>,
    /// When it is tried again; none where it was accepted or is given up.
    pub again_at: Option<Millis>,
}

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, webhook_id, event_id, event, state, tries, next_at, status, error, created_at, ",
            "finished_at, version FROM delivery ",
            $where
        )
    };
}

const DELIVERY: &str = "delivery";
const INSERT: &str = "INSERT INTO delivery (id, tenant_id, webhook_id, event_id, event, state, tries, next_at, status, \
     error, created_at, finished_at, version) VALUES ($1, $2, $3, $4, $5, 'ready', 0, $6, NULL, NULL, $6, NULL, 1)";
const FIND: &str = select!("WHERE id = $1 AND tenant_id = $2");
const LIST: &str =
    select!("WHERE tenant_id = $1 AND webhook_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4");
const TRIED: &str = "UPDATE delivery SET state = $1, tries = tries + 1, next_at = $2, status = $3, error = $4, \
     finished_at = $5, version = version + 1 WHERE id = $6 AND version = $7";
const GIVE_UP: &str = "UPDATE delivery SET state = 'failed', error = $1, finished_at = $2, version = version + 1 \
     WHERE id = $3 AND version = $4";
const AGAIN: &str = "UPDATE delivery SET state = 'ready', tries = 0, next_at = $1, finished_at = NULL, \
     version = version + 1 WHERE id = $2 AND version = $3";
const PRUNE: &str = "DELETE FROM delivery WHERE finished_at < $1";

impl Store {
    /// Returns a delivery of a tenant.
    pub async fn find_delivery(
        &self,
        tenant: TenantId,
        id: DeliveryId,
    ) -> Result<Option<DeliveryRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find delivery")?;
        one(DELIVERY, row, read)
    }

    /// Returns the deliveries to an address, newest first.
    pub async fn list_deliveries(
        &self,
        tenant: TenantId,
        webhook: WebhookId,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(webhook.to_string())
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list deliveries")?;
        all(DELIVERY, &rows, read)
    }
}

impl Tx {
    /// Plans the delivery of an event to an address, now.
    pub(crate) async fn plan_delivery(
        &mut self,
        tenant: TenantId,
        webhook: WebhookId,
        (event, name): (EventId, &str),
        now: Millis,
    ) -> Result<DeliveryRow, StoreError> {
        let row = DeliveryRow {
            id: DeliveryId::new(now, Store::random_id_bytes()?),
            tenant_id: tenant,
            webhook_id: webhook,
            event_id: event,
            event: name.to_owned(),
            state: DeliveryState::Ready,
            tries: 0,
            next_at: now,
            status: None,
            error: None,
            created_at: now,
            finished_at: None,
            version: 1,
        };
        sqlx::query(INSERT)
            .bind(row.id.to_string())
            .bind(tenant.to_string())
            .bind(webhook.to_string())
            .bind(event.to_string())
            .bind(row.event.clone())
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(DELIVERY, "plan delivery", source))?;
        self.plan_try(&row, row.version, now, now).await?;
        Ok(row)
    }

    /// Notes how a try ended, and plans the next one where there is one.
    pub async fn tried_delivery(
        &mut self,
        row: &DeliveryRow,
        tried: Tried,
        now: Millis,
    ) -> Result<(), StoreError> {
        let (state, finished) = match (tried.again_at, tried.error) {
            (Some(_), _) => (DeliveryState::Ready, None),
            (None, None) => (DeliveryState::Sent, Some(now.0)),
            (None, Some(_)) => (DeliveryState::Failed, Some(now.0)),
        };
        let done = sqlx::query(TRIED)
            .bind(state.as_str())
            .bind(tried.again_at.unwrap_or(now).0)
            .bind(tried.status.map(i64::from))
            .bind(tried.error.map(str::to_owned))
            .bind(finished)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("note a try")?;
        one_row(DELIVERY, &done)?;
        match tried.again_at {
            Some(at) => self.plan_try(row, row.version + 1, at, now).await,
            None => Ok(()),
        }
    }

    /// Gives a delivery up without a try, with the code of why.
    pub async fn give_up_delivery(
        &mut self,
        row: &DeliveryRow,
        error: &'static str,
        now: Millis,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(GIVE_UP)
            .bind(error)
            .bind(now.0)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("give a delivery up")?;
        one_row(DELIVERY, &done)
    }

    /// Puts a try off without counting it.
    pub async fn put_off_delivery(
        &mut self,
        row: &DeliveryRow,
        until: Millis,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.plan_try(row, row.version, until, now).await
    }

    /// Sends a delivery again, whatever became of it, from the first try on.
    pub async fn resend_delivery(
        &mut self,
        row: &DeliveryRow,
        now: Millis,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(AGAIN)
            .bind(now.0)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("resend delivery")?;
        one_row(DELIVERY, &done)?;
        self.plan_try(row, row.version + 1, now, now).await
    }

    /// Removes deliveries that were finished before an instant; returns how many.
    pub async fn prune_deliveries(&mut self, before: Millis) -> Result<u64, StoreError> {
        sqlx::query(PRUNE)
            .bind(before.0)
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("prune deliveries")
    }

    async fn plan_try(
        &mut self,
        row: &DeliveryRow,
        version: i64,
        at: Millis,
        now: Millis,
    ) -> Result<(), StoreError> {
        let work = DeliveryTry {
            tenant: row.tenant_id,
            delivery: row.id,
            version,
        };
        let payload = serde_json::to_string(&work).expect("ids and a number are JSON");
        self.enqueue_job(DELIVER, &payload, at, now).await?;
        Ok(())
    }
}

fn read(r: Reader<'_>) -> Result<DeliveryRow, StoreError> {
    Ok(DeliveryRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        webhook_id: r.parse("webhook_id")?,
        event_id: r.parse("event_id")?,
        event: r.get("event")?,
        state: r.parse("state")?,
        tries: r.get("tries")?,
        next_at: r.at("next_at")?,
        status: r.get("status")?,
        error: r.get("error")?,
        created_at: r.at("created_at")?,
        finished_at: r.at_maybe("finished_at")?,
        version: r.get("version")?,
    })
}
