//! Tenants: the operator's customers.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::Policy;
use menshen_core::access::Scope;
use menshen_core::ids::TenantId;
use menshen_store::{NewApiKey, TenantKind, TenantRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::{Asked, PageIn, PageOut};
use crate::app::App;
use crate::caller::{Allowed, Operate};
use crate::input::Input;
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// A new tenant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantIn {
    /// Its name, 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Is it for trying out? Names choose outcomes there, and no photo is looked at.
    pub sandbox: bool,
}

/// A tenant.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantOut {
    /// The id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Is it for trying out?
    pub sandbox: bool,
    /// The policy that it judges by.
    pub policy: String,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// Its first key with every scope of a tenant: only in the answer to its making, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl From<TenantRow> for TenantOut {
    fn from(row: TenantRow) -> Self {
        Self {
            id: row.id.0,
            name: row.name,
            sandbox: row.kind == TenantKind::Sandbox,
            policy: row.policy_identity,
            created_at: row.created_at.to_timestamp().to_string(),
            secret: None,
        }
    }
}

/// Returns every scope that a key may have but the operator's.
pub fn tenant_scopes() -> Vec<String> {
    let own = Scope::of_keys().filter(|scope| *scope != Scope::Operate);
    own.map(|scope| scope.name().to_owned()).collect()
}

/// Creates a tenant with the default policy and its first key.
#[utoipa::path(post, path = "/v1/tenants", tag = "tenants", request_body = TenantIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = TenantOut), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_tenant(
    State(app): State<App>,
    allowed: Allowed<Operate>,
    headers: HeaderMap,
    input: Input<TenantIn>,
) -> Result<Response, ApiError> {
    let TenantIn { name, sandbox } = input.value;
    if !(1..=100).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(ApiError::invalid(
            "name_invalid",
            "name must have 1 to 100 characters",
        ));
    }
    let caller = &allowed.caller;
    let begun = once::begin(&app, caller, &headers, "create_tenant", input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let now = app.now();
    let kind = if sandbox {
        TenantKind::Sandbox
    } else {
        TenantKind::Live
    };
    let policy = Policy::default();
    let (toml, identity) = (policy.to_toml(), policy.identity());
    let row = work
        .tx
        .create_tenant(&name, kind, &toml, &identity, now)
        .await?;
    let key = NewApiKey {
        label: "first key".to_owned(),
        scopes: tenant_scopes(),
        expires_at: None,
    };
    let (_, secret) = work.tx.create_api_key(&row, &key, now).await?;
    let act = Act::new(&allowed.caller, "tenant.created", "tenant", row.id.0);
    record::audit(&mut work.tx, act, now).await?;
    let out = TenantOut {
        secret: Some(secret.reveal().to_owned()),
        ..row.into()
    };
    work.finish(&app, StatusCode::CREATED, &out).await
}

/// Lists tenants, newest first.
#[utoipa::path(get, path = "/v1/tenants", tag = "tenants", params(PageIn),
    responses((status = 200, body = PageOut<TenantOut>), (status = 422, body = Problem)))]
pub async fn list_tenants(
    State(app): State<App>,
    _allowed: Allowed<Operate>,
    Asked(page): Asked<PageIn>,
) -> Result<Json<PageOut<TenantOut>>, ApiError> {
    let limit = page.limit()?;
    let rows = app
        .store
        .list_tenants(page.after.map(TenantId), limit + 1)
        .await?;
    Ok(Json(PageOut::new(
        rows,
        limit,
        |row| row.id.0,
        TenantOut::from,
    )))
}
