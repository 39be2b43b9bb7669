//! The audit log: entries, signed checkpoints, proofs of inclusion.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page::Asked;
use crate::app::App;
use crate::caller::{Allowed, Audit};
use crate::input::Id;
use crate::problem::{ApiError, Problem};

/// An entry of the audit log: ids and codes only.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryOut {
    /// Its place in the log, from 0.
    pub seq: u64,
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To which record.
    pub object: String,
    /// More ids, codes and digests.
    pub detail: std::collections::BTreeMap<String, String>,
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EntriesIn {
    /// The first place to look at; 0 where left out.
    pub from: Option<u64>,
    /// Entries at most, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// Lists the tenant's entries, oldest first.
#[utoipa::path(get, path = "/v1/audit", tag = "audit", params(EntriesIn),
    responses((status = 200, body = [EntryOut]), (status = 422, body = Problem)))]
pub async fn list_audit(
    State(app): State<App>,
    allowed: Allowed<Audit>,
    Asked(asked): Asked<EntriesIn>,
) -> Result<Json<Vec<EntryOut>>, ApiError> {
    let limit = asked.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(ApiError::invalid("query_invalid", "limit must be 1 to 200"));
    }
    let from = asked.from.unwrap_or(0);
    let entries = app
        .store
        .list_audit_of(allowed.tenant.id, from, limit)
        .await?;
    let out = entries
        .into_iter()
        .map(|stored| stored.entry)
        .map(|entry| EntryOut {
            seq: entry.seq,
            at: entry.at.to_timestamp().to_string(),
            actor: entry.actor,
            action: entry.action,
            object: entry.object,
            detail: entry.detail,
        });
    Ok(Json(out.collect()))
}

/// Signs the log as it stands and returns the checkpoint, a signed note to be anchored elsewhere.
#[utoipa::path(get, path = "/v1/audit/checkpoint", tag = "audit",
    responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn get_checkpoint(
    State(app): State<App>,
    _allowed: Allowed<Audit>,
) -> Result<Response, ApiError> {
    let note = app
        .store
        .checkpoint(&app.signer, &app.signer.verifier(), app.now())
        .await?;
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((headers, note).into_response())
}

/// Returns the proof that an entry of the tenant's stands in the log, for `menshen audit proof`.
#[utoipa::path(get, path = "/v1/audit/{seq}/proof", tag = "audit", params(("seq" = u64, Path)),
    responses((status = 200, body = serde_json::Value), (status = 404, body = Problem)))]
pub async fn get_proof(
    State(app): State<App>,
    allowed: Allowed<Audit>,
    Id(seq): Id<u64>,
) -> Result<Json<serde_json::Value>, ApiError> {
    let own = app.store.list_audit_of(allowed.tenant.id, seq, 1).await?;
    if own.first().is_none_or(|stored| stored.entry.seq != seq) {
        return Err(ApiError::NotFound("entry"));
    }
    let verifier = app.signer.verifier();
    app.store
        .checkpoint(&app.signer, &verifier, app.now())
        .await?;
    let proof = app.store.prove_audit(seq, &verifier).await?;
    let proof = proof.ok_or(ApiError::NotFound("entry"))?;
    serde_json::to_value(proof)
        .map(Json)
        .map_err(ApiError::machine)
}
