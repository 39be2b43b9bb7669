//! The phrase by which a person knows a real message.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use menshen_core::ids::ApplicantId;
use menshen_core::phrase::phrase;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::caller::{Allowed, ReadOwn, Write};
use crate::input::{Id, Input};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// A phrase. Without `Debug`: nobody else may see it.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhraseIn {
    /// 4 to 40 letters, digits, spaces and simple marks; nothing that makes a link.
    #[schema(min_length = 4, max_length = 40, example = "blue whale 42")]
    pub phrase: String,
}

/// A phrase, where one was chosen.
#[derive(Serialize, ToSchema)]
pub struct PhraseOut {
    /// The phrase.
    pub phrase: Option<String>,
}

/// Returns a person's phrase.
#[utoipa::path(get, path = "/v1/applicants/{id}/phrase", tag = "support", params(("id" = Uuid, Path)),
    responses((status = 200, body = PhraseOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn get_phrase(
    State(app): State<App>,
    allowed: Allowed<ReadOwn>,
    Id(id): Id<Uuid>,
) -> Result<Json<PhraseOut>, ApiError> {
    let row = allowed.applicant(&app, ApplicantId(id)).await?;
    let found = app.store.find_phrase(row.tenant_id, row.id).await?;
    let phrase = found.and_then(|phrase| phrase.as_text().map(str::to_owned));
    record::read_by_others(&app, &allowed.caller, "phrase.read", row.id).await?;
    Ok(Json(PhraseOut { phrase }))
}

/// Sets the phrase that stands at the head of every message to a person: they know by it that the message is ours.
#[utoipa::path(put, path = "/v1/applicants/{id}/phrase", tag = "support", params(("id" = Uuid, Path)), request_body = PhraseIn,
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn put_phrase(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    input: Input<PhraseIn>,
) -> Result<StatusCode, ApiError> {
    let Some(kept) = phrase(&input.value.phrase) else {
        let detail = "phrase must have 4 to 40 letters, digits, spaces and simple marks";
        return Err(ApiError::invalid("phrase_invalid", detail));
    };
    set(&app, &allowed, id, Some(&kept), "phrase.set").await
}

/// Takes a person's phrase away.
#[utoipa::path(delete, path = "/v1/applicants/{id}/phrase", tag = "support", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn delete_phrase(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, ApiError> {
    set(&app, &allowed, id, None, "phrase.removed").await
}

async fn set(
    app: &App,
    allowed: &Allowed<Write>,
    id: Uuid,
    phrase: Option<&str>,
    action: &'static str,
) -> Result<StatusCode, ApiError> {
    let row = allowed.applicant(app, ApplicantId(id)).await?;
    allowed.on_known_device(app, &row).await?;
    let (tenant, now) = (row.tenant_id, app.now());
    let mut tx = app.store.begin().await?;
    tx.lock_applicant(tenant, row.id).await?;
    let row = tx.find_applicant(tenant, row.id).await?;
    let row = row.ok_or(ApiError::NotFound("applicant"))?;
    tx.set_phrase(&row, phrase).await?;
    let act = Act::new(&allowed.caller, action, "applicant", id);
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
