//! The browsers in which somebody has signed in: seen and ended by themselves.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::ids::SessionId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::input::Id;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::sign_in::browser::{STAFF, SetCookie};
use crate::sign_in::{SignedIn, alive};

/// A browser in which the caller has signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenSessionOut {
    /// The id.
    pub id: Uuid,
    /// Is it the one that asks?
    pub current: bool,
    /// `chrome`, `edge`, `firefox`, `safari` or `other`.
    pub browser: String,
    /// `windows`, `macos`, `linux`, `android`, `ios` or `other`.
    pub system: String,
    /// When it began, RFC 3339.
    pub signed_in_at: String,
    /// When something was last asked in it, RFC 3339, to the minute.
    pub seen_at: String,
}

/// Lists the caller's sessions, newest first.
#[utoipa::path(get, path = "/v1/sessions", tag = "session", security(("session" = [])),
    responses((status = 200, body = [OpenSessionOut]), (status = 401, body = Problem)))]
pub async fn list_sessions(
    State(app): State<App>,
    signed_in: SignedIn,
) -> Result<Json<Vec<OpenSessionOut>>, ApiError> {
    let signed = signed_in.signed;
    let rows = app
        .store
        .list_sessions(signed.staff.id, alive(app.now()))
        .await?;
    let out = rows.into_iter().map(|row| {
        let (browser, system) = row.browser.split_once(',').unwrap_or(("other", "other"));
        OpenSessionOut {
            id: row.id.0,
            current: row.id == signed.session.id,
            browser: browser.to_owned(),
            system: system.to_owned(),
            signed_in_at: row.created_at.to_timestamp().to_string(),
            seen_at: row.seen_at.to_timestamp().to_string(),
        }
    });
    Ok(Json(out.collect()))
}

/// Ends one of the caller's sessions, at once.
#[utoipa::path(delete, path = "/v1/sessions/{id}", tag = "session", security(("session" = [])),
    params(("id" = Uuid, Path), ("Menshen-Console" = String, Header, description = "1")),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn end_session(
    State(app): State<App>,
    signed_in: SignedIn,
    Id(id): Id<Uuid>,
) -> Result<Response, ApiError> {
    let signed = signed_in.signed;
    let staff = signed.staff.id;
    let mut tx = app.store.begin().await?;
    if !tx.end_session(staff, SessionId(id)).await? {
        return Err(ApiError::NotFound("session"));
    }
    let act = Act::new(&signed.caller(), "staff.session_ended", "staff", staff.0);
    record::audit(&mut tx, act.with("session", id.to_string()), app.now()).await?;
    tx.commit().await?;
    let gone = StatusCode::NO_CONTENT;
    match id == signed.session.id.0 {
        true => Ok((SetCookie::none(&STAFF), gone).into_response()),
        false => Ok(gone.into_response()),
    }
}
