//! Another secret for an app that keeps one.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::time::{HOUR, Millis};
use menshen_store::OidcClientKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::clients::find;
use crate::app::App;
use crate::caller::{Allowed, Keys};
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// Hours for which an old secret is good, where nothing is asked for and at most.
const OVERLAP: u32 = 24;
const LONGEST_OVERLAP: u32 = 168;

/// How a secret is replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcSecretIn {
    /// Hours for which the old secret is good beside the new one, 0 to 168; 24 where left out. 0 where the old one is known to others.
    #[schema(minimum = 0, maximum = 168)]
    pub overlap_hours: Option<u32>,
}

/// A new secret, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct OidcSecretOut {
    /// The secret. It is never shown again.
    pub secret: String,
    /// Until when the old one is good, too, RFC 3339.
    pub both_until: String,
}

/// Draws another secret of an app that keeps one.
#[utoipa::path(post, path = "/v1/oidc/clients/{id}/secret", tag = "oidc", request_body = OidcSecretIn,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = OidcSecretOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn rotate_oidc_secret(
    State(app): State<App>,
    allowed: Allowed<Keys>,
    headers: HeaderMap,
    Id(id): Id<Uuid>,
    input: Input<OidcSecretIn>,
) -> Result<Response, ApiError> {
    let until = overlap(&input.value, app.now())?;
    let row = find(&app, &allowed, id).await?;
    if row.kind == OidcClientKind::Public {
        let detail = "an app on people's devices keeps no secret";
        return Err(ApiError::conflict("oidc_client_public", detail));
    }
    let (caller, route) = (&allowed.caller, format!("rotate_oidc_secret {id}"));
    let begun = once::begin(&app, caller, &headers, &route, input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let secret = work.tx.rotate_oidc_secret(&row, until).await?;
    let act = Act::new(caller, "oidc_client.secret_rotated", "oidc_client", id);
    record::audit(&mut work.tx, act, app.now()).await?;
    let out = OidcSecretOut {
        secret: secret.reveal().to_owned(),
        both_until: until.to_timestamp().to_string(),
    };
    work.finish(&app, StatusCode::CREATED, &out).await
}

fn overlap(asked: &OidcSecretIn, now: Millis) -> Result<Millis, ApiError> {
    let hours = asked.overlap_hours.unwrap_or(OVERLAP);
    if hours > LONGEST_OVERLAP {
        let detail = format!("overlap_hours must be 0 to {LONGEST_OVERLAP}");
        return Err(ApiError::invalid("overlap_invalid", detail));
    }
    Ok(now.plus(i64::from(hours) * HOUR))
}
