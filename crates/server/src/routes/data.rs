//! Typed data of a verification.

use axum::Json;
use axum::extract::State;
use menshen_core::decide::decide_parts;
use menshen_core::ids::{TenantId, VerificationId};
use menshen_core::policy::{Part, Parts};
use menshen_core::progress::Material;
use menshen_core::reason::Step;
use menshen_core::{Claims, Evidence, ModelCards};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::reasons::{Audience, ReasonOut, StepOut, show};
use crate::app::App;
use crate::caller::{Allowed, Personal, Write};
use crate::case::Case;
use crate::input::{Id, Input};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::today;

/// Typed data, as on the document.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataIn {
    /// The kind of document: `prc_id_card`, `passport`, `id_card_td1`, `id_card_td2`, ..
    #[schema(example = "prc_id_card")]
    pub document: String,
    /// Issuing state, ICAO three-letter code.
    #[schema(example = "CHN")]
    pub country: String,
    /// The name, in the document's script.
    #[schema(max_length = 300)]
    pub name: String,
    /// Date of birth, YYYY-MM-DD.
    #[schema(example = "1990-01-31")]
    pub birth_date: String,
    /// `M`, `F` or `X`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
    /// Nationality, ICAO three-letter code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nationality: Option<String>,
    /// Country of birth, ICAO three-letter code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_country: Option<String>,
    /// The document's number.
    #[schema(max_length = 100)]
    pub number: String,
}

/// What was found in the data by itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct DataOut {
    /// Can it be judged?
    pub usable: bool,
    /// What is wrong with it.
    pub reasons: Vec<ReasonOut>,
    /// The steps that still need material.
    pub next: Vec<StepOut>,
}

/// Longest text of a field in characters.
const LONGEST: usize = 300;

/// Hands in the typed data, and judges it by itself: forms, check digits, ages.
#[utoipa::path(put, path = "/v1/verifications/{id}/data", tag = "verifications", params(("id" = Uuid, Path)), request_body = DataIn,
    responses((status = 200, body = DataOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn put_data(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    input: Input<DataIn>,
) -> Result<Json<DataOut>, ApiError> {
    let row = allowed.verification(&app, VerificationId(id)).await?;
    let claims = read(&input.value)?;
    let mut case = Case::read(&app, row).await?;
    let now = app.now();
    let decision = decide_parts(
        &case.policy,
        &Parts::from([Part::Data]),
        &claims,
        &Evidence::default(),
        &ModelCards::default(),
        today(now),
    );
    let material = Material::of(&decision.reasons);
    // Another kind of document has other sides: photos of the old one prove nothing.
    let other_kind = case
        .progress
        .kind
        .is_some_and(|kind| kind != claims.document);
    let mut progress = case.progress.collected(Step::Form, material, now)?;
    if other_kind {
        progress.done.remove(&Step::DocumentFront);
        progress.done.remove(&Step::DocumentBack);
    }
    progress.kind = Some(claims.document);
    case.progress = progress;
    let sealed = serde_json::to_vec(&claims).map_err(ApiError::machine)?;
    let mut tx = app.store.begin().await?;
    case.row.version = tx.put_claims(&case.row, &sealed, now).await?;
    case.write(&mut tx, now).await?;
    let act = Act::new(&allowed.caller, "verification.data", "verification", id);
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(Json(DataOut {
        usable: material == Material::Good,
        reasons: show(&decision.reasons, Audience::Person),
        next: case.missing().into_iter().map(StepOut::from).collect(),
    }))
}

fn read(input: &DataIn) -> Result<Claims, ApiError> {
    let long = |text: &str| text.chars().count() > LONGEST;
    if long(&input.name) || long(&input.number) {
        let detail = format!("a field has more than {LONGEST} characters");
        return Err(ApiError::invalid("data_invalid", detail));
    }
    let text = serde_json::to_string(input).map_err(ApiError::machine)?;
    // The error names the key and never the value.
    Claims::from_json(&text).map_err(|error| ApiError::invalid("data_invalid", error.to_string()))
}

/// Returns the typed data, for staff.
#[utoipa::path(get, path = "/v1/verifications/{id}/data", tag = "verifications", params(("id" = Uuid, Path)),
    responses((status = 200, body = DataIn), (status = 404, body = Problem)))]
pub async fn get_data(
    State(app): State<App>,
    allowed: Allowed<Personal>,
    Id(id): Id<Uuid>,
) -> Result<Json<serde_json::Value>, ApiError> {
    let row = allowed.verification(&app, VerificationId(id)).await?;
    let claims = claims_of(&app, (row.tenant_id, row.id)).await?;
    let claims = claims.ok_or(ApiError::NotFound("data"))?;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let act = Act::new(
        &allowed.caller,
        "verification.data_read",
        "verification",
        id,
    );
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(Json(claims))
}

/// Returns the typed data of a verification, where there is any.
///
/// # Errors
/// The store's.
pub async fn claims_of(
    app: &App,
    (tenant, id): (TenantId, VerificationId),
) -> Result<Option<serde_json::Value>, ApiError> {
    let Some(sealed) = app.store.find_claims(tenant, id).await? else {
        return Ok(None);
    };
    let mut claims: serde_json::Value =
        serde_json::from_slice(&sealed).map_err(ApiError::machine)?;
    if let Some(claims) = claims.as_object_mut() {
        claims.remove("purpose");
        claims.remove("first");
        claims.retain(|_, value| !value.is_null());
    }
    Ok(Some(claims))
}
