//! Who it is that has signed in to an app: the applicant whom the rest of this service knows.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account::alive;
use crate::app::App;
use crate::caller::{Allowed, List};
use crate::input::Input;
use crate::problem::{ApiError, Problem};

/// A sign-in, as an app knows it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcSidIn {
    /// The `sid` of an ID token whose signature was checked.
    #[schema(max_length = 100)]
    pub sid: String,
}

/// Who has signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct OidcPersonOut {
    /// The applicant: keep it beside the `sub`, which stays the same.
    pub applicant: Uuid,
}

/// Says which applicant has signed in. A `sub` tells nobody that; a key of the tenant learns it while the session lasts.
#[utoipa::path(post, path = "/v1/oidc/person", tag = "oidc", request_body = OidcSidIn,
    responses((status = 200, body = OidcPersonOut), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn find_oidc_person(
    State(app): State<App>,
    allowed: Allowed<List>,
    input: Input<OidcSidIn>,
) -> Result<Json<OidcPersonOut>, ApiError> {
    let (tenant, gone) = (allowed.tenant.id, || ApiError::NotFound("session"));
    let session = app.store.find_session_of_sid(tenant, &input.value.sid);
    let session = session.await?.ok_or_else(gone)?;
    let alive = alive(app.now());
    let open = app.store.find_open_account_session(tenant, session, alive);
    let open = open.await?.ok_or_else(gone)?;
    let applicant = allowed.applicant(&app, open.applicant_id).await?;
    let there = applicant.erased_at.is_none();
    let applicant = there.then_some(applicant.id.0).ok_or_else(gone)?;
    Ok(Json(OidcPersonOut { applicant }))
}
