//! One case: taken, looked at, noted on, let go.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::ids::CaseId;
use menshen_core::review::{Deed, Refused, Release};
use menshen_store::ReviewCaseRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::evidence;
use super::queue::{CaseOut, describe};
use crate::app::App;
use crate::caller::{Allowed, SeeCases, WorkCases};
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::review::{Read, who};
use crate::routes::page::Asked;

/// Returns a case: to whoever holds it with all that it is about, which is logged; to everybody else in codes.
#[utoipa::path(get, path = "/v1/review/cases/{id}", tag = "review", params(("id" = Uuid, Path)),
    responses((status = 200, body = CaseOut), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn get_case(
    State(app): State<App>,
    allowed: Allowed<SeeCases>,
    Id(id): Id<Uuid>,
) -> Result<Response, ApiError> {
    let read = Read::new(&app, &allowed, CaseId(id)).await?;
    let who = who(&app, None, &allowed).await?;
    let now = app.now();
    if who.applicant == Some(read.row.case.applicant) {
        return Err(Refused::Own.into());
    }
    let mut out = describe(&read, &who, now);
    let holds = read
        .row
        .case
        .may(&who, Deed::Work, &read.policy.review, now);
    if holds.is_ok() {
        out.evidence = Some(evidence::gather(&app, &read, &who).await?);
        let mut tx = app.store.begin().await?;
        // Still theirs? What was read before the log knows of it is thrown away.
        let row = read.again(&mut tx).await?;
        row.case.may(&who, Deed::Work, &read.policy.review, now)?;
        let act = Act::new(&allowed.caller, "review.case_read", "case", id);
        let act = act.with("verification", out.verification.to_string());
        record::audit(&mut tx, act, now).await?;
        tx.commit().await?;
    }
    let headers = [(axum::http::header::CACHE_CONTROL, "no-store")];
    Ok((headers, Json(out)).into_response())
}

/// Claims a case, or holds on to it. One caller at a time holds it, for as long as the policy says.
#[utoipa::path(post, path = "/v1/review/cases/{id}/claim", tag = "review", params(("id" = Uuid, Path)),
    responses((status = 200, body = CaseOut), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn claim_case(
    State(app): State<App>,
    allowed: Allowed<WorkCases>,
    Id(id): Id<Uuid>,
) -> Result<Json<CaseOut>, ApiError> {
    let read = Read::new(&app, &allowed, CaseId(id)).await?;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let row = read.again(&mut tx).await?;
    let who = who(&app, Some(&mut tx), &allowed).await?;
    let case = row.case.clone().claimed(&who, &read.policy.review, now)?;
    let row = tx.update_review_case(ReviewCaseRow { case, ..row }).await?;
    let act = Act::new(&allowed.caller, "review.claimed", "case", id);
    let act = act.with("verification", row.verification_id.to_string());
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(Json(describe(&Read { row, ..read }, &who, now)))
}

/// Why a case is let go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhyIn {
    /// No time, or no idea.
    #[default]
    Open,
    /// The caller should not decide it, ever: they know the person.
    Conflict,
}

/// Why a case is let go.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReleaseIn {
    /// `open` where left out; `conflict` where the caller should not decide it, ever.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub why: WhyIn,
}

/// Lets a case go.
#[utoipa::path(delete, path = "/v1/review/cases/{id}/claim", tag = "review", params(("id" = Uuid, Path), ReleaseIn),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn release_case(
    State(app): State<App>,
    allowed: Allowed<WorkCases>,
    Id(id): Id<Uuid>,
    Asked(asked): Asked<ReleaseIn>,
) -> Result<StatusCode, ApiError> {
    let read = Read::new(&app, &allowed, CaseId(id)).await?;
    let (word, why) = match asked.why {
        WhyIn::Open => ("open", Release::Open),
        WhyIn::Conflict => ("conflict", Release::Conflict),
    };
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let row = read.again(&mut tx).await?;
    let who = who(&app, Some(&mut tx), &allowed).await?;
    let rules = &read.policy.review;
    let case = row.case.clone().released(&who, why, rules, now)?;
    tx.update_review_case(ReviewCaseRow { case, ..row }).await?;
    let act = Act::new(&allowed.caller, "review.released", "case", id);
    record::audit(&mut tx, act.with("why", word), now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A note.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteIn {
    /// What colleagues should know, 1 to 2,000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub text: String,
}

/// A note that was kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteKeptOut {
    /// The id.
    pub id: Uuid,
    /// When it was written, RFC 3339.
    pub created_at: String,
}

/// Longest note in characters.
const LONGEST: usize = 2_000;

/// Checks the text of a note.
///
/// # Errors
/// `note_invalid`.
pub fn check_note(text: &str) -> Result<(), ApiError> {
    let control = |c: char| c.is_control() && c != '\n';
    let length = (1..=LONGEST).contains(&text.chars().count());
    if length && !text.chars().any(control) && !text.trim().is_empty() {
        return Ok(());
    }
    let detail = format!("a note must have 1 to {LONGEST} characters");
    Err(ApiError::invalid("note_invalid", detail))
}

/// Adds a note to a case that the caller holds. It is sealed with the person's key and goes when they are erased.
#[utoipa::path(post, path = "/v1/review/cases/{id}/notes", tag = "review", request_body = NoteIn,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = NoteKeptOut), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add_note(
    State(app): State<App>,
    allowed: Allowed<WorkCases>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
    input: Input<NoteIn>,
) -> Result<Response, ApiError> {
    let read = Read::new(&app, &allowed, CaseId(id)).await?;
    check_note(&input.value.text)?;
    let route = format!("add_note:{id}");
    let begun = once::begin(&app, &allowed.caller, &headers, &route, input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let now = app.now();
    let row = read.again(&mut work.tx).await?;
    let who = who(&app, Some(&mut work.tx), &allowed).await?;
    row.case.may(&who, Deed::Work, &read.policy.review, now)?;
    let tx = &mut work.tx;
    let note = tx
        .add_review_note(&row, who.staff, &input.value.text, now)
        .await?;
    let act = Act::new(&allowed.caller, "review.noted", "case", id);
    record::audit(tx, act.with("note", note.to_string()), now).await?;
    let out = NoteKeptOut {
        id: note.0,
        created_at: now.to_timestamp().to_string(),
    };
    work.finish(&app, StatusCode::CREATED, &out).await
}
