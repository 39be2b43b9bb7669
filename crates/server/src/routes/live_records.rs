//! Live checks of a verification as the operator reads them: every sign, for sessions that passed and for those that did not.

use axum::Json;
use axum::extract::State;
use menshen_core::Reason;
use menshen_core::ids::VerificationId;
use menshen_store::{LiveRow, StoreError};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::reasons::{Audience, ReasonOut, show};
use crate::app::App;
use crate::caller::{Allowed, Personal};
use crate::input::Id;
use crate::problem::{ApiError, Problem};
use crate::record;

/// A live check with everything that was found. Never for the person: it says what to be better at.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveRecordOut {
    /// The session's id.
    pub session: Uuid,
    /// `open`, `passed`, `review` where a person looks at something, `failed` or `expired`.
    pub state: &'static str,
    /// For which submission.
    pub attempt: i64,
    /// When it was opened, RFC 3339.
    pub opened_at: String,
    /// When it ended, RFC 3339.
    pub ended_at: Option<String>,
    /// What was found, with figures and limits.
    pub reasons: Vec<ReasonOut>,
    /// All that was measured, once it has ended.
    #[schema(value_type = Option<serde_json::Value>)]
    pub measured: Option<serde_json::Value>,
}

/// Lists the live checks of a verification, newest first, with every sign. Personal; reading it is logged.
#[utoipa::path(get, path = "/v1/verifications/{id}/live", tag = "live", params(("id" = Uuid, Path)),
    responses((status = 200, body = [LiveRecordOut]), (status = 404, body = Problem)))]
pub async fn list_live(
    State(app): State<App>,
    allowed: Allowed<Personal>,
    Id(id): Id<Uuid>,
) -> Result<Json<Vec<LiveRecordOut>>, ApiError> {
    let row = allowed.verification(&app, VerificationId(id)).await?;
    let (caller, applicant) = (&allowed.caller, row.applicant_id);
    record::read_by_others(&app, caller, "live.read", applicant).await?;
    let mut out = Vec::new();
    for live in app.store.list_live(row.tenant_id, row.id).await? {
        out.push(describe(&app, &live).await?);
    }
    Ok(Json(out))
}

async fn describe(app: &App, row: &LiveRow) -> Result<LiveRecordOut, ApiError> {
    let (tenant, id) = (row.tenant_id, row.id);
    let reasons = unless_erased(app.store.find_live_reasons(tenant, id).await)?;
    let reasons: Option<Vec<Reason>> = read(reasons)?;
    let measured = unless_erased(app.store.find_live_evidence(tenant, id).await)?;
    Ok(LiveRecordOut {
        session: id.0,
        state: row.state.as_str(),
        attempt: row.attempt,
        opened_at: row.opened_at.to_timestamp().to_string(),
        ended_at: row.ended_at.map(|at| at.to_timestamp().to_string()),
        reasons: show(&reasons.unwrap_or_default(), Audience::Operator),
        measured: read(measured)?,
    })
}

fn unless_erased<T>(found: Result<Option<T>, StoreError>) -> Result<Option<T>, ApiError> {
    match found {
        Err(StoreError::Erased) => Ok(None),
        found => Ok(found?),
    }
}

fn read<T: serde::de::DeserializeOwned>(
    sealed: Option<menshen_store::Opened>,
) -> Result<Option<T>, ApiError> {
    let read = |sealed: menshen_store::Opened| serde_json::from_slice(&sealed);
    sealed.map(read).transpose().map_err(ApiError::machine)
}
