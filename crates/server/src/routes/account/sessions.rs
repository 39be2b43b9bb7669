//! The browsers in which a person has signed in: seen and ended by themselves.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::ids::AccountSessionId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account::{Signed, SignedIn, alive};
use crate::app::App;
use crate::input::Id;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::sign_in::browser::{PEOPLE, SetCookie};

/// A browser in which the person has signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountSessionOut {
    /// The id.
    pub id: Uuid,
    /// Is it the one that asks?
    pub current: bool,
    /// `chrome`, `edge`, `firefox`, `safari` or `other`.
    pub browser: String,
    /// `windows`, `macos`, `linux`, `android`, `ios` or `other`.
    pub system: String,
    /// What was shown.
    pub shown: Vec<&'static str>,
    /// The device, where it has shown its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Uuid>,
    /// When it began, RFC 3339.
    pub signed_in_at: String,
    /// When something was last asked in it, RFC 3339, to the minute.
    pub seen_at: String,
}

/// Lists the person's sessions, newest first.
#[utoipa::path(get, path = "/v1/account/sessions", tag = "account", security(("account" = [])),
    responses((status = 200, body = [AccountSessionOut]), (status = 401, body = Problem)))]
pub async fn list_account_sessions(
    State(app): State<App>,
    signed_in: SignedIn,
) -> Result<Json<Vec<AccountSessionOut>>, ApiError> {
    sessions_of(&app, &signed_in.signed).await.map(Json)
}

/// Returns a person's sessions, newest first.
///
/// # Errors
/// The store's.
pub async fn sessions_of(app: &App, signed: &Signed) -> Result<Vec<AccountSessionOut>, ApiError> {
    let rows = app
        .store
        .list_account_sessions(signed.applicant.id, alive(app.now()))
        .await?;
    let out = rows.into_iter().map(|row| {
        let (browser, system) = row.browser.split_once(',').unwrap_or(("other", "other"));
        AccountSessionOut {
            id: row.id.0,
            current: row.id == signed.session.id,
            browser: browser.to_owned(),
            system: system.to_owned(),
            shown: row.shown.iter().map(|factor| factor.name()).collect(),
            device: row.device_id.map(|id| id.0),
            signed_in_at: row.created_at.to_timestamp().to_string(),
            seen_at: row.seen_at.to_timestamp().to_string(),
        }
    });
    Ok(out.collect())
}

/// Ends one of the person's sessions, at once.
#[utoipa::path(delete, path = "/v1/account/sessions/{id}", tag = "account", security(("account" = [])),
    params(("id" = Uuid, Path), ("Menshen-Page" = String, Header, description = "1")),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn end_account_session(
    State(app): State<App>,
    signed_in: SignedIn,
    Id(id): Id<Uuid>,
) -> Result<Response, ApiError> {
    let signed = signed_in.signed;
    let whose = signed.applicant.id;
    let mut tx = app.store.begin().await?;
    if !tx.end_account_session(whose, AccountSessionId(id)).await? {
        return Err(ApiError::NotFound("session"));
    }
    let act = Act::new(
        &signed.caller(),
        "account.session_ended",
        "applicant",
        whose.0,
    );
    record::audit(&mut tx, act.with("session", id.to_string()), app.now()).await?;
    tx.commit().await?;
    let gone = StatusCode::NO_CONTENT;
    match id == signed.session.id.0 {
        true => Ok((SetCookie::none(&PEOPLE), gone).into_response()),
        false => Ok(gone.into_response()),
    }
}
