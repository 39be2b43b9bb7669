//! API keys.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::access::Scope;
use menshen_core::ids::ApiKeyId;
use menshen_core::time::DAY;
use menshen_store::{ApiKeyRow, NewApiKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::{Asked, PageIn, PageOut};
use crate::app::App;
use crate::caller::{Allowed, Keys};
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// A new key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyIn {
    /// What it is for, 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub label: String,
    /// What it may do; at most what the calling key may.
    #[schema(value_type = Vec<String>, example = json!(["verifications:read", "verifications:write"]))]
    pub scopes: Vec<Scope>,
    /// Days after which it ends, 1 to 3650; never where left out.
    #[schema(minimum = 1, maximum = 3650)]
    pub days: Option<u32>,
}

/// A key.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyOut {
    /// The id.
    pub id: Uuid,
    /// What it is for.
    pub label: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// When it ends.
    pub expires_at: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<String>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<String>,
}

/// A key with its secret, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewKeyOut {
    /// The key.
    #[serde(flatten)]
    pub key: KeyOut,
    /// The secret, for `Authorization: Bearer ..`. It is never shown again.
    pub secret: String,
}

impl From<ApiKeyRow> for KeyOut {
    fn from(row: ApiKeyRow) -> Self {
        let text = |at: menshen_core::time::Millis| at.to_timestamp().to_string();
        Self {
            id: row.id.0,
            label: row.label,
            scopes: row.scopes,
            created_at: text(row.created_at),
            expires_at: row.expires_at.map(text),
            revoked_at: row.revoked_at.map(text),
            last_used_at: row.last_used_at.map(text),
        }
    }
}

/// Creates a key. The secret is shown once.
#[utoipa::path(post, path = "/v1/keys", tag = "keys", request_body = KeyIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = NewKeyOut), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_key(
    State(app): State<App>,
    allowed: Allowed<Keys>,
    headers: HeaderMap,
    input: Input<KeyIn>,
) -> Result<Response, ApiError> {
    let KeyIn {
        label,
        scopes,
        days,
    } = input.value;
    if !(1..=100).contains(&label.chars().count()) || label.chars().any(char::is_control) {
        return Err(ApiError::invalid(
            "label_invalid",
            "label must have 1 to 100 characters",
        ));
    }
    if days.is_some_and(|days| !(1..=3650).contains(&days)) {
        return Err(ApiError::invalid("days_invalid", "days must be 1 to 3650"));
    }
    if let Some(scope) = scopes.iter().find(|scope| scope.needs_a_person()) {
        let detail = format!("the scope `{}` is for staff, not for keys", scope.name());
        return Err(ApiError::invalid("scope_of_staff", detail));
    }
    // Nobody hands out more than they have.
    if let Some(missing) = scopes.iter().find(|scope| !allowed.caller.has(**scope)) {
        return Err(ApiError::Scope(missing.name()));
    }
    // Nobody changes their own account, not with a key of their own making either.
    if allowed.caller.staff().is_some() && scopes.contains(&Scope::StaffWrite) {
        let scope = Scope::StaffWrite.name();
        return Err(ApiError::NotYou {
            code: "scope_not_handed_on",
            detail: format!("nobody who works here gives the scope `{scope}` to a key"),
        });
    }
    let now = app.now();
    let new = NewApiKey {
        label,
        scopes: scopes.iter().map(|scope| scope.name().to_owned()).collect(),
        expires_at: days.map(|days| now.plus(i64::from(days) * DAY)),
    };
    let caller = &allowed.caller;
    let begun = once::begin(&app, caller, &headers, "create_key", input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let (row, secret) = work.tx.create_api_key(&allowed.tenant, &new, now).await?;
    let act = Act::new(&allowed.caller, "key.created", "api_key", row.id.0);
    let act = act.with("scopes", new.scopes.join(",").replace(':', "."));
    record::audit(&mut work.tx, act, now).await?;
    let out = NewKeyOut {
        key: row.into(),
        secret: secret.reveal().to_owned(),
    };
    work.finish(&app, StatusCode::CREATED, &out).await
}

/// Lists keys, newest first.
#[utoipa::path(get, path = "/v1/keys", tag = "keys", params(PageIn),
    responses((status = 200, body = PageOut<KeyOut>), (status = 422, body = Problem)))]
pub async fn list_keys(
    State(app): State<App>,
    allowed: Allowed<Keys>,
    Asked(page): Asked<PageIn>,
) -> Result<Json<PageOut<KeyOut>>, ApiError> {
    let limit = page.limit()?;
    let after = page.after.map(ApiKeyId);
    let rows = app
        .store
        .list_api_keys(allowed.tenant.id, after, limit + 1)
        .await?;
    Ok(Json(PageOut::new(
        rows,
        limit,
        |row| row.id.0,
        KeyOut::from,
    )))
}

/// Revokes a key, at once.
#[utoipa::path(delete, path = "/v1/keys/{id}", tag = "keys", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn revoke_key(
    State(app): State<App>,
    allowed: Allowed<Keys>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, ApiError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let key = tx.find_api_key(allowed.tenant.id, ApiKeyId(id)).await?;
    let key = key.ok_or(ApiError::NotFound("key"))?;
    tx.revoke_api_key(&key, now).await?;
    let act = Act::new(&allowed.caller, "key.revoked", "api_key", id);
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
