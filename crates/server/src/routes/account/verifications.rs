//! A person's own verifications, and the token with which their page goes on with one of them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::ids::VerificationId;
use menshen_core::time::MINUTE;
use menshen_core::verification::Flow;
use menshen_store::{ApplicantTokenRow, VerificationRow};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account::{Signed, SignedIn};
use crate::app::App;
use crate::case::{Case, from_word};
use crate::input::Id;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::routes::verifications::{VerificationOut, explain};

/// How many are shown: of a person's many only the newest say how they stand.
const SHOWN: u32 = 20;
/// How long a token is good: as long as one that an integrator makes without saying how long.
const GOOD_FOR: i64 = 30 * MINUTE;

/// What a person has verified, and what they could.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnVerificationsOut {
    /// The levels of the policy, the lowest first.
    #[schema(example = json!(["L1", "L2"]))]
    pub levels: Vec<String>,
    /// The newest verifications, newest first.
    pub items: Vec<VerificationOut>,
}

/// Lists the person's own verifications, newest first, 20 at most.
#[utoipa::path(get, path = "/v1/account/verifications", tag = "account", security(("account" = [])),
    responses((status = 200, body = OwnVerificationsOut), (status = 401, body = Problem)))]
pub async fn list_own_verifications(
    State(app): State<App>,
    signed_in: SignedIn,
) -> Result<Json<OwnVerificationsOut>, ApiError> {
    let signed = signed_in.signed;
    let policy = app.policy(&signed.tenant)?;
    Ok(Json(OwnVerificationsOut {
        levels: policy.levels.keys().cloned().collect(),
        items: own(&app, &signed).await?,
    }))
}

/// Returns a person's newest verifications as they are told of them. What a sign-in has begun is none of them, and a recovery may be
/// somebody else's.
///
/// # Errors
/// The store's.
pub async fn own(app: &App, signed: &Signed) -> Result<Vec<VerificationOut>, ApiError> {
    let whom = (signed.tenant.id, signed.applicant.id);
    let rows = app
        .store
        .list_applicant_verifications(whom.0, whom.1, None, SHOWN)
        .await?;
    let mut out = Vec::with_capacity(rows.len());
    for row in rows.into_iter().filter(is_own) {
        out.push(explain(app, &Case::read(app, row).await?).await?);
    }
    Ok(out)
}

fn is_own(row: &VerificationRow) -> bool {
    from_word::<Flow>(&row.flow).is_ok_and(|flow| !flow.is_of_sign_in())
}

/// A token for one verification.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnTokenOut {
    /// The token, good for this verification and nothing else.
    pub token: String,
    /// Until when it holds, RFC 3339.
    pub expires_at: String,
}

/// Makes a token with which the capture element goes on with one of the person's own verifications. A session that may only read can
/// be verified all the same.
#[utoipa::path(post, path = "/v1/account/verifications/{id}/token", tag = "account", security(("account" = [])),
    params(("id" = Uuid, Path), ("Menshen-Page" = String, Header, description = "1")),
    responses((status = 201, body = OwnTokenOut), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn create_own_token(
    State(app): State<App>,
    signed_in: SignedIn,
    Id(id): Id<Uuid>,
) -> Result<Response, ApiError> {
    let signed = signed_in.signed;
    let found = app
        .store
        .find_verification(signed.tenant.id, VerificationId(id))
        .await?;
    let of_them = |row: &VerificationRow| row.applicant_id == signed.applicant.id && is_own(row);
    let found = found.filter(of_them);
    let found = found.ok_or(ApiError::NotFound("verification"))?;
    let now = app.now();
    let row = ApplicantTokenRow {
        tenant_id: found.tenant_id,
        applicant_id: found.applicant_id,
        verification_id: Some(found.id),
        expires_at: now.plus(GOOD_FOR),
    };
    let mut tx = app.store.begin().await?;
    let token = tx.create_applicant_token(&row).await?;
    let whose = signed.applicant.id.0;
    let act = Act::new(&signed.caller(), "token.created", "applicant", whose);
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    let out = OwnTokenOut {
        token: token.reveal().to_owned(),
        expires_at: row.expires_at.to_timestamp().to_string(),
    };
    Ok((StatusCode::CREATED, Json(out)).into_response())
}
