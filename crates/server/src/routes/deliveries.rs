//! What became of each event at an address, and sending by hand.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::event::EventName;
use menshen_core::ids::DeliveryId;
use menshen_core::time::Millis;
use menshen_store::{DeliveryRow, DeliveryState, WebhookRow, WebhookState};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::{Asked, PageIn, PageOut};
use super::webhooks::find;
use crate::app::App;
use crate::caller::{Allowed, Webhooks};
use crate::case::word;
use crate::input::Id;
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// An event on its way to an address.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryOut {
    /// The id.
    pub id: Uuid,
    /// The event; the header `webhook-id` of every try.
    pub event_id: Uuid,
    /// Its name.
    pub event: String,
    /// Where it is: `ready`, `sent`, `failed`.
    pub state: String,
    /// How often it was sent, with the tries that were not made because the address rested.
    pub tries: i64,
    /// When it is sent next, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_at: Option<String>,
    /// The HTTP status of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<i64>,
    /// Why the last try failed: `refused`, `redirected`, `gone`, `timed_out`, `unreachable`, `address_refused`,
    /// `webhook_disabled`, `event_gone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was planned, RFC 3339.
    pub created_at: String,
    /// When it was accepted or given up, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<String>,
}

impl From<DeliveryRow> for DeliveryOut {
    fn from(row: DeliveryRow) -> Self {
        let text = |at: Millis| at.to_timestamp().to_string();
        Self {
            id: row.id.0,
            event_id: row.event_id.0,
            event: row.event,
            state: row.state.as_str().to_owned(),
            tries: row.tries,
            next_at: (row.state == DeliveryState::Ready).then(|| text(row.next_at)),
            status: row.status,
            error: row.error,
            created_at: text(row.created_at),
            finished_at: row.finished_at.map(text),
        }
    }
}

/// Lists deliveries to an address, newest first. Those that ended are kept for 30 days.
#[utoipa::path(get, path = "/v1/webhooks/{id}/deliveries", tag = "webhooks", params(("id" = Uuid, Path), PageIn),
    responses((status = 200, body = PageOut<DeliveryOut>), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn list_deliveries(
    State(app): State<App>,
    allowed: Allowed<Webhooks>,
    Id(id): Id<Uuid>,
    Asked(page): Asked<PageIn>,
) -> Result<Json<PageOut<DeliveryOut>>, ApiError> {
    let limit = page.limit()?;
    let hook = find(&app, &allowed, id).await?;
    let after = page.after.map(DeliveryId);
    let rows = app
        .store
        .list_deliveries(hook.tenant_id, hook.id, after, limit + 1)
        .await?;
    let out = DeliveryOut::from;
    Ok(Json(PageOut::new(rows, limit, |row| row.id.0, out)))
}

/// Sends an event once more, whatever became of it: with its id, and with tries from the first on.
#[utoipa::path(post, path = "/v1/webhooks/{id}/deliveries/{delivery}/resend", tag = "webhooks",
    params(("id" = Uuid, Path), ("delivery" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 202, body = DeliveryOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn resend_delivery(
    State(app): State<App>,
    allowed: Allowed<Webhooks>,
    headers: HeaderMap,
    Id((id, delivery)): Id<(Uuid, Uuid)>,
) -> Result<Response, ApiError> {
    let hook = find(&app, &allowed, id).await?;
    let (caller, now) = (&allowed.caller, app.now());
    let row = app
        .store
        .find_delivery(hook.tenant_id, DeliveryId(delivery))
        .await?;
    let row = row.filter(|row| row.webhook_id == hook.id);
    let mut row = row.ok_or(ApiError::NotFound("delivery"))?;
    let route = format!("resend_delivery {delivery}");
    let mut work = match once::begin(&app, caller, &headers, &route, [0; 32]).await? {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    must_be_enabled(&hook)?;
    work.tx.resend_delivery(&row, now).await?;
    let act = Act::new(caller, "webhook.resent", "delivery", delivery);
    record::audit(&mut work.tx, act, now).await?;
    (row.state, row.tries, row.next_at, row.finished_at) = (DeliveryState::Ready, 0, now, None);
    work.finish(&app, StatusCode::ACCEPTED, &DeliveryOut::from(row))
        .await
}

/// Sends an event that means nothing, `webhook.test`, to this address alone.
#[utoipa::path(post, path = "/v1/webhooks/{id}/test", tag = "webhooks",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 202, body = DeliveryOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn test_webhook(
    State(app): State<App>,
    allowed: Allowed<Webhooks>,
    headers: HeaderMap,
    Id(id): Id<Uuid>,
) -> Result<Response, ApiError> {
    let hook = find(&app, &allowed, id).await?;
    let (caller, now) = (&allowed.caller, app.now());
    let route = format!("test_webhook {id}");
    let mut work = match once::begin(&app, caller, &headers, &route, [0; 32]).await? {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    must_be_enabled(&hook)?;
    let name = word(&EventName::WebhookTest);
    let payload = json!({ "webhook": id, "at": now.to_timestamp() }).to_string();
    let row = work
        .tx
        .append_event_for(hook.tenant_id, hook.id, &name, &payload, now)
        .await?;
    let act = Act::new(caller, "webhook.tested", "webhook", id);
    record::audit(&mut work.tx, act, now).await?;
    work.finish(&app, StatusCode::ACCEPTED, &DeliveryOut::from(row))
        .await
}

fn must_be_enabled(hook: &WebhookRow) -> Result<(), ApiError> {
    match hook.state {
        WebhookState::Enabled => Ok(()),
        _ => Err(ApiError::conflict(
            "webhook_disabled",
            "the webhook is disabled",
        )),
    }
}
