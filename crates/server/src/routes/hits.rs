//! What was found in lists of sanctioned people, and what somebody makes of it.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use menshen_core::ids::{ApplicantId, ScreeningHitId};
use menshen_core::time::{DAY, Millis};
use menshen_store::{
    ScreeningFinding, ScreeningHitRow, ScreeningHitState, ScreeningHitsAsked, StoreError,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::page::{Asked, PageIn, PageOut};
use crate::app::App;
use crate::caller::{Allowed, Clear, Permission, Screening};
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::review;
use crate::screening::HitDetail;

/// Longest time for which a hit may be cleared: ten years.
const LONGEST: i64 = 3_653 * DAY;
/// Longest reason, in characters.
const LONGEST_REASON: usize = 2_000;

/// Which hits.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HitsIn {
    /// The last id of the page before.
    pub after: Option<Uuid>,
    /// Records on a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// Only those in this state: `open`, `cleared` or `confirmed`.
    pub state: Option<String>,
    /// Only those of this applicant.
    pub applicant: Option<Uuid>,
}

/// An entry of a list that a person's name comes near, without the names.
#[derive(Debug, Serialize, ToSchema)]
pub struct HitOut {
    /// The id.
    pub id: Uuid,
    /// The applicant.
    pub applicant: Uuid,
    /// The verification that it was found in, or by which the person was first verified.
    pub verification: Uuid,
    /// The list.
    pub list: String,
    /// The version of the list that was searched.
    pub list_version: Uuid,
    /// The list's own id of the entry.
    pub entry: String,
    /// How near, 0 to 1.
    pub score: f64,
    /// `open`, `cleared` or `confirmed`.
    pub state: String,
    /// Who cleared or confirmed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
    /// Until when it is cleared, unless the entry changes before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cleared_until: Option<String>,
    /// When it was found.
    pub created_at: String,
}

impl From<ScreeningHitRow> for HitOut {
    fn from(row: ScreeningHitRow) -> Self {
        let text = |at: Millis| at.to_timestamp().to_string();
        Self {
            id: row.id.0,
            applicant: row.applicant_id.0,
            verification: row.verification_id.0,
            list: row.list.name().to_owned(),
            list_version: row.list_id.0,
            entry: row.entry,
            score: row.score_permille as f64 / 1_000.0,
            state: row.state.as_str().to_owned(),
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(text),
            cleared_until: row.cleared_until.map(text),
            created_at: text(row.created_at),
        }
    }
}

/// A hit with the names on both sides. Personal: for whoever looks at it, and nobody else.
#[derive(Debug, Serialize, ToSchema)]
pub struct WholeHitOut {
    /// The hit.
    #[serde(flatten)]
    pub hit: HitOut,
    /// What stands on both sides; left out after erasure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<HitDetail>,
    /// Why it was cleared or confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Returns the person that somebody who works for the tenant is, where they are one. Nobody reads what a list says of
/// themselves, and nobody clears it.
async fn themselves<P: Permission>(
    app: &App,
    allowed: &Allowed<P>,
) -> Result<Option<ApplicantId>, ApiError> {
    match allowed.caller.staff() {
        Some(_) => Ok(review::who(app, None, allowed).await?.applicant),
        None => Ok(None),
    }
}

/// Returns a hit that is there, and not about who asks.
async fn of_others<P: Permission>(
    app: &App,
    allowed: &Allowed<P>,
    row: Option<ScreeningHitRow>,
) -> Result<ScreeningHitRow, ApiError> {
    let themselves = themselves(app, allowed).await?;
    row.filter(|row| Some(row.applicant_id) != themselves)
        .ok_or(ApiError::NotFound("hit"))
}

/// Lists hits, newest first. Those of erased people are left out, and those of whoever asks.
#[utoipa::path(get, path = "/v1/screening/hits", tag = "screening", params(HitsIn),
    responses((status = 200, body = PageOut<HitOut>), (status = 422, body = Problem)))]
pub async fn list_hits(
    State(app): State<App>,
    allowed: Allowed<Screening>,
    Asked(asked): Asked<HitsIn>,
) -> Result<Json<PageOut<HitOut>>, ApiError> {
    let page = PageIn {
        after: asked.after,
        limit: asked.limit,
    };
    let limit = page.limit()?;
    let state = asked.state.map(|word| word.parse::<ScreeningHitState>());
    let state = state.transpose().map_err(|_| {
        let detail = "state must be open, cleared or confirmed";
        ApiError::invalid("query_invalid", detail)
    })?;
    let wanted = ScreeningHitsAsked {
        state,
        applicant: asked.applicant.map(ApplicantId),
        but: themselves(&app, &allowed).await?,
    };
    let (tenant, after) = (allowed.tenant.id, page.after.map(ScreeningHitId));
    let rows = app
        .store
        .list_screening_hits(tenant, wanted, after, limit + 1)
        .await?;
    Ok(Json(PageOut::new(
        rows,
        limit,
        |row| row.id.0,
        HitOut::from,
    )))
}

/// Returns a hit with its explanation: which word met which, and what the list says of the entry.
#[utoipa::path(get, path = "/v1/screening/hits/{id}", tag = "screening", params(("id" = Uuid, Path)),
    responses((status = 200, body = WholeHitOut), (status = 404, body = Problem)))]
pub async fn get_hit(
    State(app): State<App>,
    allowed: Allowed<Screening>,
    Id(id): Id<Uuid>,
) -> Result<Json<WholeHitOut>, ApiError> {
    let (tenant, id) = (allowed.tenant.id, ScreeningHitId(id));
    let row = app.store.find_screening_hit(tenant, id).await?;
    let row = of_others(&app, &allowed, row).await?;
    let detail = left(app.store.find_screening_detail(tenant, id).await)?;
    let detail = detail.map(|sealed| serde_json::from_slice(&sealed));
    let reason = left(app.store.find_screening_reason(tenant, id).await)?;
    Ok(Json(WholeHitOut {
        hit: row.into(),
        detail: detail.transpose().map_err(ApiError::machine)?,
        reason: reason.and_then(|sealed| sealed.as_text().map(str::to_owned)),
    }))
}

/// Takes what is left of a sealed value; after erasure nothing is.
fn left<T>(opened: Result<Option<T>, StoreError>) -> Result<Option<T>, ApiError> {
    match opened {
        Err(StoreError::Erased) => Ok(None),
        opened => Ok(opened?),
    }
}

/// What somebody found out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClearIn {
    /// Why it is another person, in words, 1 to 2000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
    /// Until when it is no alert, RFC 3339; ten years ahead at most.
    #[schema(example = "2027-11-22T00:00:00Z", format = DateTime)]
    pub until: String,
}

/// What somebody found out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmIn {
    /// Why it is this person, in words, 1 to 2000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}

/// Clears a hit: it is another person. The entry is no alert for this person until then, or until what the list says
/// of it changes.
#[utoipa::path(post, path = "/v1/screening/hits/{id}/clear", tag = "screening", request_body = ClearIn,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 200, body = HitOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn clear_hit(
    State(app): State<App>,
    allowed: Allowed<Clear>,
    headers: HeaderMap,
    Id(id): Id<Uuid>,
    input: Input<ClearIn>,
) -> Result<Response, ApiError> {
    let until = until(&input.value.until, app.now())?;
    let reason = input.value.reason;
    decide(
        &app,
        &allowed,
        &headers,
        id,
        (reason, Some(until)),
        input.digest,
    )
    .await
}

/// Confirms a hit: it is this person. Nothing of theirs is approved without somebody who looks at it.
#[utoipa::path(post, path = "/v1/screening/hits/{id}/confirm", tag = "screening", request_body = ConfirmIn,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 200, body = HitOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn confirm_hit(
    State(app): State<App>,
    allowed: Allowed<Clear>,
    headers: HeaderMap,
    Id(id): Id<Uuid>,
    input: Input<ConfirmIn>,
) -> Result<Response, ApiError> {
    let reason = input.value.reason;
    decide(&app, &allowed, &headers, id, (reason, None), input.digest).await
}

fn until(text: &str, now: Millis) -> Result<Millis, ApiError> {
    let until: Option<Timestamp> = text.parse().ok();
    let until = until.map(Millis::from);
    let near = |until: &Millis| *until > now && *until <= now.plus(LONGEST);
    until.filter(near).ok_or_else(|| {
        let detail = "until must be a time to come, RFC 3339, within ten years";
        ApiError::invalid("until_invalid", detail)
    })
}

/// The audit log takes small numbers only: a long one might be somebody's.
fn days(now: Millis, until: Millis) -> String {
    ((until.0 - now.0) / DAY).to_string()
}

async fn decide(
    app: &App,
    allowed: &Allowed<Clear>,
    headers: &HeaderMap,
    id: Uuid,
    (reason, until): (String, Option<Millis>),
    digest: [u8; 32],
) -> Result<Response, ApiError> {
    let length = reason.trim().chars().count();
    if !(1..=LONGEST_REASON).contains(&length) {
        let detail = format!("reason must have 1 to {LONGEST_REASON} characters");
        return Err(ApiError::invalid("reason_invalid", detail));
    }
    let (verb, action) = match until {
        Some(_) => ("clear_hit", "screening.cleared"),
        None => ("confirm_hit", "screening.confirmed"),
    };
    let (caller, tenant, now) = (&allowed.caller, allowed.tenant.id, app.now());
    let known = app
        .store
        .find_screening_hit(tenant, ScreeningHitId(id))
        .await?;
    of_others(app, allowed, known).await?;
    let begun = once::begin(app, caller, headers, &format!("{verb} {id}"), digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let row = work
        .tx
        .find_screening_hit(tenant, ScreeningHitId(id))
        .await?;
    let mut row = row.ok_or(ApiError::NotFound("hit"))?;
    let by = caller.actor();
    let finding = ScreeningFinding {
        cleared_until: until,
        reason: reason.trim(),
        by: &by,
    };
    work.tx.decide_screening_hit(&row, finding, now).await?;
    let act = Act::new(caller, action, "screening_hit", id)
        .with("list", row.list.name())
        .with("days", until.map(|at| days(now, at)).unwrap_or_default());
    record::audit(&mut work.tx, act, now).await?;
    row.state = match until {
        Some(_) => ScreeningHitState::Cleared,
        None => ScreeningHitState::Confirmed,
    };
    (row.decided_by, row.decided_at, row.cleared_until) = (Some(by), Some(now), until);
    work.finish(app, StatusCode::OK, &HitOut::from(row)).await
}
