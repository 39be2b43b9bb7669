//! Decisions and the signed evidence behind them.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use menshen_core::ids::{DecisionId, VerificationId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::caller::{Allowed, Audit};
use crate::input::Id;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// A decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionOut {
    /// The id.
    pub id: Uuid,
    /// Which attempt it judged.
    pub attempt: i64,
    /// `approved`, `review`, `retry` or `refused`.
    pub outcome: String,
    /// The codes of its reasons.
    pub codes: Vec<String>,
    /// The case in which people made it; none where the machine did.
    pub case: Option<Uuid>,
    /// The policy that it was made by.
    pub policy: String,
    /// The engine that measured.
    pub engine: String,
    /// SHA-256 of its evidence file, hexadecimal.
    pub digest: String,
    /// When it was made, RFC 3339.
    pub created_at: String,
}

/// Lists the decisions of a verification, newest first.
#[utoipa::path(get, path = "/v1/verifications/{id}/decisions", tag = "decisions", params(("id" = Uuid, Path)),
    responses((status = 200, body = [DecisionOut]), (status = 404, body = Problem)))]
pub async fn list_decisions(
    State(app): State<App>,
    allowed: Allowed<Audit>,
    Id(id): Id<Uuid>,
) -> Result<Json<Vec<DecisionOut>>, ApiError> {
    let row = allowed.verification(&app, VerificationId(id)).await?;
    let rows = app
        .store
        .list_verification_decisions(row.tenant_id, row.id)
        .await?;
    let out = rows.into_iter().map(|row| DecisionOut {
        id: row.id.0,
        attempt: row.attempt,
        outcome: row.outcome,
        codes: row.codes,
        case: row.case_id.map(|id| id.0),
        policy: row.policy_identity,
        engine: row.engine,
        digest: row.digest,
        created_at: row.created_at.to_timestamp().to_string(),
    });
    Ok(Json(out.collect()))
}

/// Returns the signed evidence file of a decision, for `menshen evidence verify`. It holds personal data, and
/// reading it is logged.
#[utoipa::path(get, path = "/v1/decisions/{id}/evidence", tag = "decisions", params(("id" = Uuid, Path)),
    responses((status = 200, body = serde_json::Value, content_type = "application/json"), (status = 404, body = Problem)))]
pub async fn get_decision_evidence(
    State(app): State<App>,
    allowed: Allowed<Audit>,
    Id(id): Id<Uuid>,
) -> Result<Response, ApiError> {
    let tenant = allowed.tenant.id;
    let file = app
        .store
        .find_decision_evidence(tenant, DecisionId(id))
        .await?;
    let file = file.ok_or(ApiError::NotFound("decision"))?;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let act = Act::new(&allowed.caller, "decision.evidence_read", "decision", id);
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, file.to_vec()).into_response())
}
