//! Applicants: the people who are verified.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::Locale;
use menshen_core::ids::{ApplicantId, VerificationId};
use menshen_core::time::MINUTE;
use menshen_store::{ApplicantRow, ApplicantTokenRow, NewApplicant, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::contacts::{self, ContactsIn};
use super::page::{Asked, PageIn, PageOut};
use crate::app::App;
use crate::caller::{Allowed, List, Manage, Read};
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record;

/// A new applicant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicantIn {
    /// The integrator's own name for the person, 1 to 200 characters, unique.
    #[schema(min_length = 1, max_length = 200, example = "user-4711")]
    pub external_id: String,
    /// The person's language; `zh-CN` where left out.
    #[schema(value_type = Option<String>, example = "zh-CN")]
    pub locale: Option<Locale>,
    /// Where messages to the person go.
    pub contacts: Option<ContactsIn>,
}

/// An applicant.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplicantOut {
    /// The id.
    pub id: Uuid,
    /// The person's language.
    pub locale: String,
    /// When it was created, RFC 3339.
    pub created_at: String,
    /// When everything personal was destroyed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<String>,
}

impl From<ApplicantRow> for ApplicantOut {
    fn from(row: ApplicantRow) -> Self {
        Self {
            id: row.id.0,
            locale: row.locale,
            created_at: row.created_at.to_timestamp().to_string(),
            erased_at: row.erased_at.map(|at| at.to_timestamp().to_string()),
        }
    }
}

/// Longest external id in characters.
const LONGEST: usize = 200;

/// Creates an applicant.
#[utoipa::path(post, path = "/v1/applicants", tag = "applicants", request_body = ApplicantIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = ApplicantOut), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_applicant(
    State(app): State<App>,
    allowed: Allowed<Manage>,
    headers: HeaderMap,
    input: Input<ApplicantIn>,
) -> Result<Response, ApiError> {
    let ApplicantIn {
        external_id,
        locale,
        contacts,
    } = input.value;
    let contacts = contacts.unwrap_or_default().read()?;
    let length = external_id.chars().count();
    if !(1..=LONGEST).contains(&length) || external_id.chars().any(char::is_control) {
        let detail = format!("external_id must have 1 to {LONGEST} characters");
        return Err(ApiError::invalid("external_id_invalid", detail));
    }
    let tenant = allowed.tenant.id;
    let begun = once::begin(
        &app,
        &allowed.caller,
        &headers,
        "create_applicant",
        input.digest,
    )
    .await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let new = NewApplicant {
        tenant_id: tenant,
        external_id,
        locale: locale.unwrap_or(Locale::ZhCn).tag().to_owned(),
    };
    let now = app.now();
    let row = work
        .tx
        .create_applicant(&new, now)
        .await
        .map_err(|error| match error {
            StoreError::Duplicate { .. } => ApiError::conflict(
                "external_id_taken",
                "an applicant with this external_id exists",
            ),
            error => error.into(),
        })?;
    contacts::add(&mut work.tx, (tenant, row.id), &contacts, now).await?;
    let what = record::Act::new(&allowed.caller, "applicant.created", "applicant", row.id.0);
    record::audit(&mut work.tx, what, now).await?;
    work.finish(&app, StatusCode::CREATED, &ApplicantOut::from(row))
        .await
}

/// Which applicants.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ApplicantsIn {
    /// The last id of the page before.
    pub after: Option<Uuid>,
    /// Records on a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// Only the one with this external id.
    #[param(max_length = 200)]
    pub external_id: Option<String>,
}

/// Lists applicants, newest first.
#[utoipa::path(get, path = "/v1/applicants", tag = "applicants", params(ApplicantsIn),
    responses((status = 200, body = PageOut<ApplicantOut>), (status = 422, body = Problem)))]
pub async fn list_applicants(
    State(app): State<App>,
    allowed: Allowed<List>,
    Asked(asked): Asked<ApplicantsIn>,
) -> Result<Json<PageOut<ApplicantOut>>, ApiError> {
    let tenant = allowed.tenant.id;
    if let Some(external_id) = &asked.external_id {
        let found = app
            .store
            .find_applicant_by_external_id(tenant, external_id)
            .await?;
        let items = found.into_iter().map(ApplicantOut::from).collect();
        return Ok(Json(PageOut { items, next: None }));
    }
    let page = PageIn {
        after: asked.after,
        limit: asked.limit,
    };
    let limit = page.limit()?;
    let rows = app
        .store
        .list_applicants(tenant, page.after.map(ApplicantId), limit + 1)
        .await?;
    Ok(Json(PageOut::new(
        rows,
        limit,
        |row| row.id.0,
        ApplicantOut::from,
    )))
}

/// Returns an applicant.
#[utoipa::path(get, path = "/v1/applicants/{id}", tag = "applicants", params(("id" = Uuid, Path)),
    responses((status = 200, body = ApplicantOut), (status = 404, body = Problem)))]
pub async fn get_applicant(
    State(app): State<App>,
    allowed: Allowed<Read>,
    Id(id): Id<Uuid>,
) -> Result<Json<ApplicantOut>, ApiError> {
    let row = allowed.applicant(&app, ApplicantId(id)).await?;
    Ok(Json(row.into()))
}

/// A token for a person's own page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenIn {
    /// The only verification that the token is for; all of the person's where left out.
    pub verification: Option<Uuid>,
    /// Minutes for which it holds, 1 to 1440; 30 where left out.
    #[schema(minimum = 1, maximum = 1440)]
    pub minutes: Option<u32>,
}

/// A token, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenOut {
    /// The token, for `Authorization: Bearer ..` of the person's page.
    pub token: String,
    /// Until when it holds, RFC 3339.
    pub expires_at: String,
}

/// Creates a short-lived token with which a person's own page calls, for this person and nobody else.
#[utoipa::path(post, path = "/v1/applicants/{id}/tokens", tag = "applicants",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    request_body = TokenIn, responses((status = 201, body = TokenOut), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn create_token(
    State(app): State<App>,
    allowed: Allowed<Manage>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
    input: Input<TokenIn>,
) -> Result<Response, ApiError> {
    let applicant = allowed.applicant(&app, ApplicantId(id)).await?;
    let minutes = input.value.minutes.unwrap_or(30);
    if !(1..=1440).contains(&minutes) {
        return Err(ApiError::invalid(
            "minutes_invalid",
            "minutes must be 1 to 1440",
        ));
    }
    let verification = match input.value.verification {
        Some(id) => {
            let row = allowed.verification(&app, VerificationId(id)).await?;
            if row.applicant_id != applicant.id {
                return Err(ApiError::NotFound("verification"));
            }
            Some(row.id)
        }
        None => None,
    };
    let now = app.now();
    let row = ApplicantTokenRow {
        tenant_id: applicant.tenant_id,
        applicant_id: applicant.id,
        verification_id: verification,
        expires_at: now.plus(i64::from(minutes) * MINUTE),
    };
    let route = format!("create_token {id}");
    let begun = once::begin(&app, &allowed.caller, &headers, &route, input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let token = work.tx.create_applicant_token(&row).await?;
    let what = record::Act::new(&allowed.caller, "token.created", "applicant", id);
    record::audit(&mut work.tx, what, now).await?;
    let out = TokenOut {
        token: token.reveal().to_owned(),
        expires_at: row.expires_at.to_timestamp().to_string(),
    };
    work.finish(&app, StatusCode::CREATED, &out).await
}

/// Revokes all tokens of a person.
#[utoipa::path(delete, path = "/v1/applicants/{id}/tokens", tag = "applicants", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn revoke_tokens(
    State(app): State<App>,
    allowed: Allowed<Manage>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, ApiError> {
    let applicant = allowed.applicant(&app, ApplicantId(id)).await?;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    tx.revoke_applicant_tokens(applicant.tenant_id, applicant.id, now)
        .await?;
    let what = record::Act::new(&allowed.caller, "token.revoked", "applicant", id);
    record::audit(&mut tx, what, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
