//! Addresses that events are sent to.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::event::EventName;
use menshen_core::ids::{TenantId, WebhookId};
use menshen_core::time::{HOUR, Millis};
use menshen_store::{Store, Tx, WebhookRow, WebhookState, WebhookTerms};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::{Asked, PageIn, PageOut};
use crate::app::App;
use crate::caller::{Allowed, Webhooks};
use crate::case::word;
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::outbound::Refused;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// Addresses of a tenant, at most: each event is sent to all of them.
const MOST: u64 = 20;
/// Hours for which an old secret goes on signing, where nothing is asked for and at most.
const OVERLAP: u32 = 24;
const LONGEST_OVERLAP: u32 = 168;

/// An address that events are sent to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookIn {
    /// Where events are sent: https, public, no name and password in it.
    #[schema(max_length = 2048, example = "https://example.com/menshen")]
    pub url: String,
    /// Which events; all of them where left out or empty.
    #[serde(default)]
    #[schema(value_type = Vec<String>, example = json!(["verification.verified", "verification.failed"]))]
    pub events: Vec<EventName>,
    /// Whether they are sent; they are where left out.
    #[serde(default = "yes")]
    pub enabled: bool,
}

const fn yes() -> bool {
    true
}

impl WebhookIn {
    /// Reads what is wanted, and looks where the address leads.
    async fn read(self, app: &App) -> Result<WebhookTerms, ApiError> {
        let refused = |Refused(rule)| ApiError::invalid("url_refused", rule);
        app.outbound
            .hooks()
            .check(&self.url)
            .await
            .map_err(refused)?;
        let mut events: Vec<String> = self.events.iter().map(word).collect();
        events.sort();
        events.dedup();
        let (state, reason) = match self.enabled {
            true => (WebhookState::Enabled, None),
            false => (WebhookState::Disabled, Some("by_hand".to_owned())),
        };
        Ok(WebhookTerms {
            url: self.url,
            events,
            state,
            reason,
        })
    }
}

/// An address that events are sent to.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookOut {
    /// The id.
    pub id: Uuid,
    /// Where events are sent.
    pub url: String,
    /// Which events; all of them where empty.
    pub events: Vec<String>,
    /// Whether they are sent.
    pub enabled: bool,
    /// Why they are not: `by_hand`, or `gone` where the receiver has answered 410.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was made, RFC 3339.
    pub created_at: String,
}

impl WebhookOut {
    fn new(store: &Store, row: WebhookRow) -> Result<Self, ApiError> {
        let url = row.url(store)?;
        Ok(Self {
            id: row.id.0,
            url: url.as_text().map(str::to_owned).unwrap_or_default(),
            enabled: row.state == WebhookState::Enabled,
            events: row.events,
            reason: row.reason,
            created_at: row.created_at.to_timestamp().to_string(),
        })
    }
}

/// An address with its secret, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewWebhookOut {
    /// The address.
    #[serde(flatten)]
    pub webhook: WebhookOut,
    /// What deliveries are signed with. It is never shown again.
    #[schema(example = "whsec_...")]
    pub secret: String,
}

/// Creates an address that events are sent to. Its secret is shown once.
#[utoipa::path(post, path = "/v1/webhooks", tag = "webhooks", request_body = WebhookIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = NewWebhookOut), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_webhook(
    State(app): State<App>,
    allowed: Allowed<Webhooks>,
    headers: HeaderMap,
    input: Input<WebhookIn>,
) -> Result<Response, ApiError> {
    let terms = input.value.read(&app).await?;
    let caller = &allowed.caller;
    let begun = once::begin(&app, caller, &headers, "create_webhook", input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let (tenant, now) = (allowed.tenant.id, app.now());
    leave_room(&mut work.tx, tenant).await?;
    let (row, secret) = work.tx.create_webhook(tenant, &terms, now).await?;
    let act = Act::new(caller, "webhook.created", "webhook", row.id.0);
    record::audit(&mut work.tx, act, now).await?;
    let out = NewWebhookOut {
        webhook: WebhookOut::new(&app.store, row)?,
        secret: secret.reveal().to_owned(),
    };
    work.finish(&app, StatusCode::CREATED, &out).await
}

async fn leave_room(tx: &mut Tx, tenant: TenantId) -> Result<(), ApiError> {
    tx.lock_tenant(tenant).await?;
    if tx.count_webhooks(tenant).await? < MOST {
        return Ok(());
    }
    let detail = format!("{MOST} webhooks are the most");
    Err(ApiError::conflict("too_many_webhooks", detail))
}

/// Lists addresses that events are sent to, newest first.
#[utoipa::path(get, path = "/v1/webhooks", tag = "webhooks", params(PageIn),
    responses((status = 200, body = PageOut<WebhookOut>), (status = 422, body = Problem)))]
pub async fn list_webhooks(
    State(app): State<App>,
    allowed: Allowed<Webhooks>,
    Asked(page): Asked<PageIn>,
) -> Result<Json<PageOut<WebhookOut>>, ApiError> {
    let limit = page.limit()?;
    let (tenant, after) = (allowed.tenant.id, page.after.map(WebhookId));
    let rows = app.store.list_webhooks(tenant, after, limit + 1).await?;
    let out = rows.into_iter().map(|row| WebhookOut::new(&app.store, row));
    let out = out.collect::<Result<Vec<_>, _>>()?;
    Ok(Json(PageOut::new(out, limit, |out| out.id, |out| out)))
}

/// Returns an address that events are sent to.
#[utoipa::path(get, path = "/v1/webhooks/{id}", tag = "webhooks", params(("id" = Uuid, Path)),
    responses((status = 200, body = WebhookOut), (status = 404, body = Problem)))]
pub async fn get_webhook(
    State(app): State<App>,
    allowed: Allowed<Webhooks>,
    Id(id): Id<Uuid>,
) -> Result<Json<WebhookOut>, ApiError> {
    let row = find(&app, &allowed, id).await?;
    Ok(Json(WebhookOut::new(&app.store, row)?))
}

/// Changes an address that events are sent to. What was planned before goes to the new address.
#[utoipa::path(put, path = "/v1/webhooks/{id}", tag = "webhooks", params(("id" = Uuid, Path)), request_body = WebhookIn,
    responses((status = 200, body = WebhookOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn put_webhook(
    State(app): State<App>,
    allowed: Allowed<Webhooks>,
    Id(id): Id<Uuid>,
    input: Input<WebhookIn>,
) -> Result<Json<WebhookOut>, ApiError> {
    let row = find(&app, &allowed, id).await?;
    let terms = input.value.read(&app).await?;
    let mut tx = app.store.begin().await?;
    tx.set_webhook(&row, &terms).await?;
    let act = Act::new(&allowed.caller, "webhook.changed", "webhook", id);
    let act = act.with("state", terms.state.as_str());
    record::audit(&mut tx, act, app.now()).await?;
    tx.commit().await?;
    let row = find(&app, &allowed, id).await?;
    Ok(Json(WebhookOut::new(&app.store, row)?))
}

/// Forgets an address. Nothing more is sent to it, from this moment on.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", tag = "webhooks", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn delete_webhook(
    State(app): State<App>,
    allowed: Allowed<Webhooks>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.begin().await?;
    let row = tx.find_webhook(allowed.tenant.id, WebhookId(id)).await?;
    let row = row.ok_or(ApiError::NotFound("webhook"))?;
    tx.delete_webhook(&row).await?;
    let act = Act::new(&allowed.caller, "webhook.deleted", "webhook", id);
    record::audit(&mut tx, act, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How a secret is replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateIn {
    /// Hours for which the old secret goes on signing beside the new one, 0 to 168; 24 where left out. 0 where the old
    /// one is known to others.
    #[schema(minimum = 0, maximum = 168)]
    pub overlap_hours: Option<u32>,
}

/// A new secret, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct RotatedOut {
    /// What deliveries are signed with from now on. It is never shown again.
    pub secret: String,
    /// Until when the old one signs, too, RFC 3339.
    pub both_until: String,
}

/// Draws another secret. Until the overlap is over, deliveries bear the signatures of both.
#[utoipa::path(post, path = "/v1/webhooks/{id}/rotate", tag = "webhooks", request_body = RotateIn,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = RotatedOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn rotate_webhook(
    State(app): State<App>,
    allowed: Allowed<Webhooks>,
    headers: HeaderMap,
    Id(id): Id<Uuid>,
    input: Input<RotateIn>,
) -> Result<Response, ApiError> {
    let until = overlap(&input.value, app.now())?;
    let row = find(&app, &allowed, id).await?;
    let (caller, route) = (&allowed.caller, format!("rotate_webhook {id}"));
    let begun = once::begin(&app, caller, &headers, &route, input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let secret = work.tx.rotate_webhook(&row, until, app.now()).await?;
    let act = Act::new(caller, "webhook.rotated", "webhook", id);
    record::audit(&mut work.tx, act, app.now()).await?;
    let out = RotatedOut {
        secret: secret.reveal().to_owned(),
        both_until: until.to_timestamp().to_string(),
    };
    work.finish(&app, StatusCode::CREATED, &out).await
}

fn overlap(asked: &RotateIn, now: Millis) -> Result<Millis, ApiError> {
    let hours = asked.overlap_hours.unwrap_or(OVERLAP);
    if hours > LONGEST_OVERLAP {
        let detail = format!("overlap_hours must be 0 to {LONGEST_OVERLAP}");
        return Err(ApiError::invalid("overlap_invalid", detail));
    }
    Ok(now.plus(i64::from(hours) * HOUR))
}

/// Returns an address of the caller's tenant.
///
/// # Errors
/// [`ApiError::NotFound`] for one that is not there and for one that is another's.
pub async fn find(
    app: &App,
    allowed: &Allowed<Webhooks>,
    id: Uuid,
) -> Result<WebhookRow, ApiError> {
    let tenant = allowed.tenant.id;
    let found = app.store.find_webhook(tenant, WebhookId(id)).await?;
    found.ok_or(ApiError::NotFound("webhook"))
}
