//! The keys that sign ID tokens, as the operator sees and changes them.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_store::OidcKeyRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::clients::alg;
use crate::app::App;
use crate::caller::{Allowed, Keys};
use crate::input::Input;
use crate::oidc::keys::{Change, follow};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// A key that signs ID tokens, has lately, or soon will.
#[derive(Debug, Serialize, ToSchema)]
pub struct OidcKeyOut {
    /// By which name tokens call it, `kid`.
    pub id: Uuid,
    /// `ES256` or `EdDSA`.
    pub alg: String,
    /// From when it signs, until another does, RFC 3339.
    pub active_from: String,
    /// Until when it is published, where another follows it, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<String>,
}

impl From<OidcKeyRow> for OidcKeyOut {
    fn from(row: OidcKeyRow) -> Self {
        Self {
            id: row.id.0,
            alg: row.alg.as_str().to_owned(),
            active_from: row.active_from.to_timestamp().to_string(),
            ends_at: row.ends_at.map(|at| at.to_timestamp().to_string()),
        }
    }
}

/// Lists the keys that are published, the last to sign first. There are few: one page holds them.
#[utoipa::path(get, path = "/v1/oidc/keys", tag = "oidc", responses((status = 200, body = Vec<OidcKeyOut>)))]
pub async fn list_oidc_keys(
    State(app): State<App>,
    allowed: Allowed<Keys>,
) -> Result<Json<Vec<OidcKeyOut>>, ApiError> {
    let rows = app
        .store
        .list_oidc_keys(allowed.tenant.id, app.now())
        .await?;
    Ok(Json(rows.into_iter().map(OidcKeyOut::from).collect()))
}

/// How a key is followed by another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcRotateIn {
    /// `ES256` or `EdDSA`; the first where left out.
    #[schema(example = "ES256")]
    pub alg: Option<String>,
    /// `planned`: the next key is published at once and signs a day later; `withdrawn`: it signs at once, and those before, which others
    /// may know, are believed no longer. Planned where left out.
    #[schema(example = "planned")]
    pub how: Option<String>,
}

/// Makes the next key before its time. By itself that happens every ninety days.
#[utoipa::path(post, path = "/v1/oidc/keys/rotate", tag = "oidc", request_body = OidcRotateIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = Vec<OidcKeyOut>), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn rotate_oidc_key(
    State(app): State<App>,
    allowed: Allowed<Keys>,
    headers: HeaderMap,
    input: Input<OidcRotateIn>,
) -> Result<Response, ApiError> {
    let alg = alg(input.value.alg.as_deref())?;
    let (change, word) = match input.value.how.as_deref() {
        None | Some("planned") => (Change::Planned, "planned"),
        Some("withdrawn") => (Change::Withdrawn, "withdrawn"),
        Some(_) => {
            let detail = "how must be planned or withdrawn";
            return Err(ApiError::invalid("how_invalid", detail));
        }
    };
    let (tenant, now) = (allowed.tenant.id, app.now());
    let caller = &allowed.caller;
    let begun = once::begin(&app, caller, &headers, "rotate_oidc_key", input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    follow(&mut work.tx, tenant, alg, change, now).await?;
    let act = Act::new(caller, "oidc_key.rotated", "tenant", tenant.0);
    let act = act
        .with("alg", alg.as_str().to_lowercase())
        .with("how", word);
    record::audit(&mut work.tx, act, now).await?;
    let rows = work.tx.list_oidc_keys(tenant, now).await?;
    let out: Vec<OidcKeyOut> = rows.into_iter().map(OidcKeyOut::from).collect();
    work.finish(&app, StatusCode::CREATED, &out).await
}
