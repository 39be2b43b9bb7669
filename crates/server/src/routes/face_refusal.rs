//! The way without a face: whoever cannot or will not show it is verified by a person. No consent is needed for it.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::ids::VerificationId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::verifications::{VerificationOut, explain};
use crate::app::App;
use crate::caller::{Allowed, Write};
use crate::case::{Case, word};
use crate::input::{Id, Input};
use crate::live::open;
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// Why somebody shows no face.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalWhy {
    /// They cannot.
    Cannot,
    /// They do not want to.
    WillNot,
}

/// A refusal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusalIn {
    /// `cannot` or `will_not`. Nothing follows from it but a line in the audit log.
    pub why: RefusalWhy,
}

/// Declines to show the face: nothing more is asked of it, and a person verifies otherwise. It can be taken back until everything is
/// handed in.
#[utoipa::path(post, path = "/v1/verifications/{id}/face-refusal", tag = "live",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    request_body = RefusalIn,
    responses((status = 200, body = VerificationOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn refuse_face(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
    input: Input<RefusalIn>,
) -> Result<Response, ApiError> {
    let row = allowed.verification(&app, VerificationId(id)).await?;
    let mut case = Case::read(&app, row).await?;
    let now = app.now();
    case.progress = case.progress.face_declined(true, now)?;
    // A live check that runs has no purpose any more.
    open::end_earlier(&app, &case).await?;
    let out = explain(&app, &case).await?;
    let route = format!("refuse_face {id}");
    let begun = once::begin(&app, &allowed.caller, &headers, &route, input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    case.write(&mut work.tx, now).await?;
    let act = Act::new(&allowed.caller, "face.declined", "verification", id);
    record::audit(&mut work.tx, act.with("why", word(&input.value.why)), now).await?;
    work.finish(&app, StatusCode::OK, &out).await
}

/// Takes the refusal back: the face is asked for again.
#[utoipa::path(delete, path = "/v1/verifications/{id}/face-refusal", tag = "live", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn take_back_refusal(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, ApiError> {
    let row = allowed.verification(&app, VerificationId(id)).await?;
    let mut case = Case::read(&app, row).await?;
    if !case.progress.face_declined {
        return Ok(StatusCode::NO_CONTENT);
    }
    let now = app.now();
    case.progress = case.progress.face_declined(false, now)?;
    let mut tx = app.store.begin().await?;
    case.write(&mut tx, now).await?;
    let act = Act::new(&allowed.caller, "face.declined_no_more", "verification", id);
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
