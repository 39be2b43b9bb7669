//! What a person signs in with: listed, and what they change of it beside the authenticator app and passkeys.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use menshen_core::account::Action;
use menshen_core::strikes::Tried;
use serde::Serialize;
use utoipa::ToSchema;

use super::devices::ConfirmedIn;
use super::totp::changed;
use super::ways::WayOut;
use crate::account::{SignedIn, factor, step_up};
use crate::app::App;
use crate::input::Input;
use crate::problem::{ApiError, Problem};
use crate::routes::own_sign_in::RecoveryCodesOut;
use crate::routes::privacy::BIOMETRIC;
use crate::sign_in::codes;

/// What a person signs in with.
#[derive(Debug, Serialize, ToSchema)]
pub struct FactorsOut {
    /// Has the account a password?
    pub password: bool,
    /// Since when its owner may sign in by face, RFC 3339; left out where they may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face_since: Option<String>,
    /// Recovery codes that are left.
    pub recovery_codes_left: i64,
    /// The second factors, first what is hardest to steal: the order in which they are offered when another one fails.
    pub ways: Vec<WayOut>,
}

/// Lists what the person signs in with.
#[utoipa::path(get, path = "/v1/account/factors", tag = "account", security(("account" = [])),
    responses((status = 200, body = FactorsOut), (status = 401, body = Problem)))]
pub async fn list_factors(
    State(app): State<App>,
    signed_in: SignedIn,
) -> Result<Json<FactorsOut>, ApiError> {
    let signed = signed_in.signed;
    let now = app.now();
    let left = app
        .store
        .count_account_recovery_codes(signed.tenant.id, signed.applicant.id)
        .await?;
    let mut tx = app.store.begin().await?;
    let known = signed.session.device_id.is_some();
    let ways = factor::open_ways(&app, &mut tx, &signed.account, known, now).await?;
    drop(tx);
    let since = signed.account.face_since;
    Ok(Json(FactorsOut {
        password: signed.account.has_password,
        face_since: since.map(|at| at.to_timestamp().to_string()),
        recovery_codes_left: left,
        ways: ways.into_iter().map(WayOut::from).collect(),
    }))
}

/// Draws other recovery codes, to be printed; those before are good no longer. Confirmed with `draw_recovery_codes` and no detail.
#[utoipa::path(post, path = "/v1/account/factors/recovery-codes", tag = "account", request_body = ConfirmedIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = RecoveryCodesOut), (status = 401, body = Problem), (status = 409, body = Problem)))]
pub async fn draw_account_recovery_codes(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<ConfirmedIn>,
) -> Result<Json<RecoveryCodesOut>, ApiError> {
    let signed = signed_in.signed;
    let now = app.now();
    let drawn = codes::draw()?;
    let kept: Vec<String> = drawn
        .iter()
        .filter_map(|code| codes::normal(code))
        .collect();
    let whom = (signed.tenant.id, signed.applicant.id);
    let mut tx = app.store.begin().await?;
    let what = (Action::DrawRecoveryCodes, "");
    step_up::require(&mut tx, &signed, what, input.value.step_up, now).await?;
    tx.set_account_recovery_codes(whom, &kept).await?;
    tx.forget_strikes(Tried::RecoveryCode, &whom.1.to_string())
        .await?;
    let account = tx.find_account(whom.0, whom.1).await?;
    let mut account = account.ok_or(ApiError::Stranger)?;
    let action = "account.recovery_codes_drawn";
    changed(&app, &mut tx, &signed, &mut account, action).await?;
    tx.commit().await?;
    Ok(Json(RecoveryCodesOut {
        recovery_codes: drawn,
    }))
}

/// Lets the person sign in by face, beside the key of a device that the account trusts. Confirmed with `add_factor` and the detail
/// `face`. It compares with the face that was verified first, under the consent `biometric_template`.
#[utoipa::path(put, path = "/v1/account/factors/face", tag = "account", request_body = ConfirmedIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 204), (status = 401, body = Problem), (status = 409, body = Problem)))]
pub async fn put_face_login(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<ConfirmedIn>,
) -> Result<StatusCode, ApiError> {
    let signed = signed_in.signed;
    let whom = (signed.tenant.id, signed.applicant.id);
    let consents = app.store.list_consents(whom.0, whom.1).await?;
    let mut consents = consents.iter();
    if !consents.any(|row| row.purpose == BIOMETRIC && row.withdrawn_at.is_none()) {
        let detail = "record the consent `biometric_template` first";
        return Err(ApiError::conflict("consent_needed", detail));
    }
    let template = app.store.find_identity_template(whom.0, whom.1).await;
    if crate::capture::unless_destroyed(template)?.is_none() {
        let detail = "there is no verified face to compare with; the person must be verified with a face first";
        return Err(ApiError::conflict("face_login_not_enrolled", detail));
    }
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let what = (Action::AddFactor, "face");
    step_up::require(&mut tx, &signed, what, input.value.step_up, now).await?;
    let account = tx.find_account(whom.0, whom.1).await?;
    let mut account = account.ok_or(ApiError::Stranger)?;
    tx.set_account_face(&mut account, Some(now)).await?;
    tx.forget_strikes(Tried::Face, &whom.1.to_string()).await?;
    changed(
        &app,
        &mut tx,
        &signed,
        &mut account,
        "account.face_login_on",
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the sign-in by face away: always possible, without any confirmation, for it leaves the account safer.
#[utoipa::path(delete, path = "/v1/account/factors/face", tag = "account", security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn delete_face_login(
    State(app): State<App>,
    signed_in: SignedIn,
) -> Result<StatusCode, ApiError> {
    let signed = signed_in.signed;
    let mut tx = app.store.begin().await?;
    let account = tx.find_account(signed.tenant.id, signed.applicant.id);
    let mut account = account.await?.ok_or(ApiError::Stranger)?;
    if account.face_since.is_none() {
        return Err(ApiError::NotFound("factor"));
    }
    tx.set_account_face(&mut account, None).await?;
    changed(
        &app,
        &mut tx,
        &signed,
        &mut account,
        "account.face_login_off",
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
