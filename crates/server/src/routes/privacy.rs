//! Consent, legal holds and erasure.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::ids::{ApplicantId, TenantId};
use menshen_core::time::{DAY, Millis};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::caller::{Allowed, Privacy, Read, Write};
use crate::erase::erase;
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// The consent that faces are kept by: withdrawn, they are destroyed; given again, new ones can be kept.
pub const BIOMETRIC: &str = "biometric_template";

/// The consent to be verified at all.
const IDENTITY: &str = "identity_verification";

/// A consent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentIn {
    /// What for: `identity_verification`, `biometric_template`, .. 1 to 60 of a-z, 0-9 and `_`.
    #[schema(example = "biometric_template", pattern = "^[a-z][a-z0-9_.-]{0,59}$")]
    pub purpose: String,
    /// The version of the text that the person agreed to.
    #[schema(example = "2026-11", pattern = "^[a-z0-9][a-z0-9_.-]{0,59}$")]
    pub version: String,
}

/// A consent that was given.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentOut {
    /// What for.
    pub purpose: String,
    /// The version of the text.
    pub version: String,
    /// When it was given, RFC 3339.
    pub given_at: String,
    /// When it was withdrawn.
    pub withdrawn_at: Option<String>,
}

/// Is it a word or a case number, as reasons are?
pub fn is_word(text: &str) -> bool {
    let allowed = |ch: char| ch.is_ascii_lowercase() || ch.is_ascii_digit() || "_-.".contains(ch);
    let first = text.starts_with(|ch: char| ch.is_ascii_alphanumeric());
    (1..=60).contains(&text.len()) && first && text.chars().all(allowed)
}

/// The audit log tells words from numbers, which might be personal, by their first letter.
fn is_purpose(text: &str) -> bool {
    is_word(text) && text.starts_with(|ch: char| ch.is_ascii_lowercase())
}

/// Records a consent.
#[utoipa::path(post, path = "/v1/applicants/{id}/consents", tag = "privacy",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")), request_body = ConsentIn,
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn give_consent(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
    input: Input<ConsentIn>,
) -> Result<Response, ApiError> {
    let applicant = allowed.applicant_or_claimed(&app, ApplicantId(id)).await?;
    let claimed = allowed.claim(&app).await?.is_some();
    if claimed && ![IDENTITY, BIOMETRIC].contains(&input.value.purpose.as_str()) {
        return Err(ApiError::NotFound("applicant"));
    }
    let ConsentIn { purpose, version } = input.value;
    if !is_purpose(&purpose) || !is_word(&version) {
        let detail = "purpose and version must be 1 to 60 of a-z, 0-9, `_`, `-` and `.`, the purpose from a letter on";
        return Err(ApiError::invalid("consent_invalid", detail));
    }
    let now = app.now();
    let route = format!("give_consent {id}");
    let begun = once::begin(&app, &allowed.caller, &headers, &route, input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    work.tx
        .give_consent(applicant.tenant_id, applicant.id, &purpose, &version, now)
        .await?;
    // What the owner had destroyed nobody revives who only claims to be them.
    if purpose == BIOMETRIC && !claimed {
        work.tx
            .renew_biometric(applicant.tenant_id, applicant.id)
            .await?;
    }
    let act = Act::new(&allowed.caller, "consent.given", "applicant", id)
        .with("purpose", purpose)
        .with("version", format!("v{version}"));
    record::audit(&mut work.tx, act, now).await?;
    work.finish_empty(&app).await
}

/// Lists consents, newest first. Whoever only claims to be the person is told what was agreed to since, and nothing from before.
#[utoipa::path(get, path = "/v1/applicants/{id}/consents", tag = "privacy", params(("id" = Uuid, Path)),
    responses((status = 200, body = [ConsentOut]), (status = 404, body = Problem)))]
pub async fn list_consents(
    State(app): State<App>,
    allowed: Allowed<Read>,
    Id(id): Id<Uuid>,
) -> Result<Json<Vec<ConsentOut>>, ApiError> {
    let applicant = allowed.applicant_or_claimed(&app, ApplicantId(id)).await?;
    let since = allowed.claim(&app).await?.map(|claim| claim.created_at);
    let whom = (applicant.tenant_id, applicant.id);
    consents_of(&app, whom, since).await.map(Json)
}

/// Returns a person's consents, newest first: all, or those since a moment.
///
/// # Errors
/// The store's.
pub async fn consents_of(
    app: &App,
    (tenant, applicant): (TenantId, ApplicantId),
    since: Option<Millis>,
) -> Result<Vec<ConsentOut>, ApiError> {
    let rows = app.store.list_consents(tenant, applicant).await?;
    let text = |at: Millis| at.to_timestamp().to_string();
    let asked = |row: &menshen_store::ConsentRow| since.is_none_or(|since| row.given_at >= since);
    let out = rows.into_iter().filter(asked).map(|row| ConsentOut {
        purpose: row.purpose,
        version: row.text_version,
        given_at: text(row.given_at),
        withdrawn_at: row.withdrawn_at.map(text),
    });
    Ok(out.collect())
}

/// Withdraws the consents for a purpose. Without `biometric_template` the face template is destroyed at once,
/// unless a legal hold forbids it.
#[utoipa::path(delete, path = "/v1/applicants/{id}/consents/{purpose}", tag = "privacy",
    params(("id" = Uuid, Path), ("purpose" = String, Path)), responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn withdraw_consent(
    State(app): State<App>,
    allowed: Allowed<Write>,
    path: Result<Path<(Uuid, String)>, axum::extract::rejection::PathRejection>,
) -> Result<StatusCode, ApiError> {
    let Ok(Path((id, purpose))) = path else {
        return Err(ApiError::NotFound("applicant"));
    };
    let applicant = allowed.applicant(&app, ApplicantId(id)).await?;
    allowed.on_known_device(&app, &applicant).await?;
    if !is_purpose(&purpose) {
        return Err(ApiError::NotFound("consent"));
    }
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let n = tx
        .withdraw_consent(applicant.tenant_id, applicant.id, &purpose, now)
        .await?;
    if n == 0 {
        return Err(ApiError::NotFound("consent"));
    }
    if purpose == BIOMETRIC {
        tx.destroy_biometric(applicant.tenant_id, applicant.id, now)
            .await?;
    }
    let act = Act::new(&allowed.caller, "consent.withdrawn", "applicant", id);
    record::audit(&mut tx, act.with("purpose", purpose), now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A legal hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldIn {
    /// Why, a word or a case number: 1 to 60 of a-z, 0-9, `_`, `-` and `.`.
    #[schema(example = "case-2026-114", pattern = "^[a-z0-9][a-z0-9_.-]{0,59}$")]
    pub reason: String,
    /// Days after which it ends, 1 to 3650; when it is lifted where left out.
    #[schema(minimum = 1, maximum = 3650)]
    pub days: Option<u32>,
}

/// A legal hold in force or past.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoldOut {
    /// The id.
    pub id: Uuid,
    /// Why.
    pub reason: String,
    /// When it was placed, RFC 3339.
    pub placed_at: String,
    /// When it ends.
    pub ends_at: Option<String>,
    /// When it was lifted.
    pub lifted_at: Option<String>,
}

/// Forbids the erasure of an applicant.
#[utoipa::path(post, path = "/v1/applicants/{id}/holds", tag = "privacy",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")), request_body = HoldIn,
    responses((status = 201, body = HoldOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn place_hold(
    State(app): State<App>,
    allowed: Allowed<Privacy>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
    input: Input<HoldIn>,
) -> Result<Response, ApiError> {
    let applicant = allowed.applicant(&app, ApplicantId(id)).await?;
    let HoldIn { reason, days } = input.value;
    if !is_word(&reason) || days.is_some_and(|days| !(1..=3650).contains(&days)) {
        let detail = "reason must be 1 to 60 of a-z, 0-9, `_`, `-` and `.`; days 1 to 3650";
        return Err(ApiError::invalid("hold_invalid", detail));
    }
    let now = app.now();
    let ends = days.map(|days| now.plus(i64::from(days) * DAY));
    let route = format!("place_hold {id}");
    let begun = once::begin(&app, &allowed.caller, &headers, &route, input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let id_of_hold = work
        .tx
        .place_hold(applicant.tenant_id, applicant.id, &reason, ends, now)
        .await?;
    let act = Act::new(&allowed.caller, "hold.placed", "applicant", id)
        .with("reason", format!("r-{reason}"));
    record::audit(&mut work.tx, act, now).await?;
    let text = |at: Millis| at.to_timestamp().to_string();
    let out = HoldOut {
        id: id_of_hold.0,
        reason,
        placed_at: text(now),
        ends_at: ends.map(text),
        lifted_at: None,
    };
    work.finish(&app, StatusCode::CREATED, &out).await
}

impl From<menshen_store::HoldRow> for HoldOut {
    fn from(row: menshen_store::HoldRow) -> Self {
        let text = |at: Millis| at.to_timestamp().to_string();
        Self {
            id: row.id.0,
            reason: row.reason,
            placed_at: text(row.placed_at),
            ends_at: row.ends_at.map(text),
            lifted_at: row.lifted_at.map(text),
        }
    }
}

/// Lists legal holds, newest first.
#[utoipa::path(get, path = "/v1/applicants/{id}/holds", tag = "privacy", params(("id" = Uuid, Path)),
    responses((status = 200, body = [HoldOut]), (status = 404, body = Problem)))]
pub async fn list_holds(
    State(app): State<App>,
    allowed: Allowed<Privacy>,
    Id(id): Id<Uuid>,
) -> Result<Json<Vec<HoldOut>>, ApiError> {
    let applicant = allowed.applicant(&app, ApplicantId(id)).await?;
    let rows = app
        .store
        .list_holds(applicant.tenant_id, applicant.id)
        .await?;
    Ok(Json(rows.into_iter().map(HoldOut::from).collect()))
}

/// Lifts a legal hold.
#[utoipa::path(delete, path = "/v1/applicants/{id}/holds/{hold}", tag = "privacy",
    params(("id" = Uuid, Path), ("hold" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub async fn lift_hold(
    State(app): State<App>,
    allowed: Allowed<Privacy>,
    path: Result<Path<(Uuid, Uuid)>, axum::extract::rejection::PathRejection>,
) -> Result<StatusCode, ApiError> {
    let Ok(Path((id, hold))) = path else {
        return Err(ApiError::NotFound("hold"));
    };
    let applicant = allowed.applicant(&app, ApplicantId(id)).await?;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let holds = tx.list_holds(applicant.tenant_id, applicant.id).await?;
    let found = holds
        .iter()
        .find(|row| row.id.0 == hold && row.lifted_at.is_none());
    let found = found.ok_or(ApiError::NotFound("hold"))?;
    tx.lift_hold(applicant.tenant_id, found.id, now).await?;
    let act = Act::new(&allowed.caller, "hold.lifted", "applicant", id);
    record::audit(&mut tx, act.with("hold", hold.to_string()), now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Destroys everything personal of an applicant: their data keys and their pictures. What the law still requires to
/// be kept, and what is held, is refused: a completed verification cannot be deleted, only aged out.
#[utoipa::path(delete, path = "/v1/applicants/{id}", tag = "privacy", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn erase_applicant(
    State(app): State<App>,
    allowed: Allowed<Privacy>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, ApiError> {
    let applicant = allowed.applicant(&app, ApplicantId(id)).await?;
    if applicant.erased_at.is_some() {
        return Ok(StatusCode::NO_CONTENT);
    }
    let now = app.now();
    let policy = app.policy(&allowed.tenant)?;
    let act = Act::new(&allowed.caller, "applicant.erased", "applicant", id);
    let who = (applicant.tenant_id, applicant.id);
    let keep = policy.times.keep_documents();
    erase(&app, who, keep, act, now).await?;
    Ok(StatusCode::NO_CONTENT)
}
