//! Events: what happened, in the order in which it did.

use axum::Json;
use axum::extract::State;
use menshen_core::ids::EventId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::{Asked, PageIn, PageOut};
use crate::app::App;
use crate::caller::{Allowed, List};
use crate::problem::{ApiError, Problem};

/// An event.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventOut {
    /// The id.
    pub id: Uuid,
    /// Its name: `verification.verified`, ..; names are append-only.
    pub event: String,
    /// What it is about: ids, status and codes, nothing personal.
    #[schema(value_type = serde_json::Value)]
    pub payload: serde_json::Value,
    /// When it happened, RFC 3339.
    pub created_at: String,
}

/// Lists events in the order in which they came to be seen: keep the last id and ask for what came after it, and none is
/// missed. An id that is no event's of the tenant begins anew.
#[utoipa::path(get, path = "/v1/events", tag = "events", params(PageIn),
    responses((status = 200, body = PageOut<EventOut>), (status = 422, body = Problem)))]
pub async fn list_events(
    State(app): State<App>,
    allowed: Allowed<List>,
    Asked(page): Asked<PageIn>,
) -> Result<Json<PageOut<EventOut>>, ApiError> {
    let limit = page.limit()?;
    let after = page.after.map(EventId);
    let rows = app
        .store
        .list_events(allowed.tenant.id, after, limit + 1)
        .await?;
    let out = |row: menshen_store::EventRow| EventOut {
        id: row.id.0,
        event: row.event,
        payload: serde_json::from_str(&row.payload).unwrap_or_default(),
        created_at: row.created_at.to_timestamp().to_string(),
    };
    Ok(Json(PageOut::new(rows, limit, |row| row.id.0, out)))
}
