//! What somebody of staff signs in with, changed by themselves.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use menshen_core::ids::{StaffId, TenantId};
use menshen_core::password;
use menshen_core::strikes::Tried;
use menshen_store::{DigestKind, SessionStage, StaffRow, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::session::{
    FACTOR_WRONG, FAILED, FactorIn, SessionOut, count_factor, describe, is_factor, refused,
};
use crate::app::App;
use crate::config::Secret;
use crate::input::Input;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::sign_in::{self, SignedIn, codes, passwords};

/// Another password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordIn {
    /// The one until now.
    #[schema(value_type = String, format = "password")]
    pub password: Secret,
    /// The one from now on, 12 to 128 characters.
    #[schema(value_type = String, format = "password", min_length = 12, max_length = 128)]
    pub new_password: Secret,
}

/// Sets another password. All other sessions end, and this one gets another cookie.
#[utoipa::path(put, path = "/v1/session/password", tag = "session", request_body = PasswordIn, security(("session" = [])),
    params(("Menshen-Console" = String, Header, description = "1")),
    responses((status = 200, body = SessionOut), (status = 401, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn put_password(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<PasswordIn>,
) -> Result<Response, ApiError> {
    let SignedIn { signed, browser } = signed_in;
    let now = app.now();
    let staff = signed.staff.id;
    let row = app.store.find_login_of(staff).await?;
    let row = row.ok_or(ApiError::Stranger)?;
    let login = row.login(&app.store)?;
    let login = login.as_text().unwrap_or_default();
    check_password(&app, &signed.staff, login, &input.value.new_password)?;
    let whose = app.store.own_digest(DigestKind::Login, login.as_bytes());
    let tried = (Tried::Password, whose.as_str());
    let mut tx = app.store.begin().await?;
    sign_in::count(&mut tx, &browser, tried, now).await?;
    tx.commit().await?;
    let kept = row.password_hash(&app.store)?;
    let typed = input.value.password.reveal();
    let right = passwords::is(&app, kept.as_text(), typed).await?;
    let hash = match right {
        true => passwords::hash(&app, input.value.new_password.reveal()).await?,
        false => {
            let tx = app.store.begin().await?;
            return refused(tx, Some(&row), "staff.password_failed", FAILED, now).await;
        }
    };
    let mut tx = app.store.begin().await?;
    sign_in::right(&mut tx, &browser, tried).await?;
    tx.set_password(&row, &hash).await?;
    tx.end_sessions_of(staff, None).await?;
    let whom = (row.tenant_id, staff);
    let (session, cookie) =
        sign_in::begin(&mut tx, whom, SessionStage::Open, &browser, now).await?;
    let act = Act::new(&signed.caller(), "staff.password_changed", "staff", staff.0);
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    let out = describe(&app, &session, (&signed.staff, &signed.tenant)).await?;
    Ok((cookie, Json(out)).into_response())
}

/// Checks a password that somebody wants to set.
///
/// # Errors
/// [`ApiError::Invalid`].
pub fn check_password(
    app: &App,
    staff: &StaffRow,
    login: &str,
    new: &Secret,
) -> Result<(), ApiError> {
    let name = staff.name(&app.store)?;
    let name = name.as_text().unwrap_or_default();
    let judged = password::judge(&password::normal(new.reveal()), login, name);
    judged.map_err(|weak| ApiError::invalid(weak.code(), weak.to_string()))
}

/// Recovery codes, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryCodesOut {
    /// Each stands in once for the authenticator app.
    pub recovery_codes: Vec<String>,
}

/// Draws other recovery codes; those before are good no longer.
#[utoipa::path(post, path = "/v1/session/recovery-codes", tag = "session", request_body = FactorIn, security(("session" = [])),
    params(("Menshen-Console" = String, Header, description = "1")),
    responses((status = 200, body = RecoveryCodesOut), (status = 401, body = Problem), (status = 429, body = Problem)))]
pub async fn draw_recovery_codes(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<FactorIn>,
) -> Result<Json<RecoveryCodesOut>, ApiError> {
    let SignedIn { signed, browser } = signed_in;
    let now = app.now();
    let staff = signed.staff.id;
    let drawn = codes::draw()?;
    let mut tx = app.store.begin().await?;
    count_factor(&mut tx, &browser, staff, now).await?;
    let row = tx.find_login_of(staff).await?.ok_or(ApiError::Stranger)?;
    let typed = input.value.code.reveal();
    if is_factor(&app, &mut tx, &row, typed, now).await?.is_none() {
        return refused(tx, Some(&row), "staff.factor_failed", FACTOR_WRONG, now).await;
    }
    let tried = (Tried::Factor, &*staff.to_string());
    sign_in::right(&mut tx, &browser, tried).await?;
    set_codes(&mut tx, (row.tenant_id, staff), &drawn).await?;
    let act = Act::new(
        &signed.caller(),
        "staff.recovery_codes_drawn",
        "staff",
        staff.0,
    );
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(Json(RecoveryCodesOut {
        recovery_codes: drawn,
    }))
}

/// Keeps recovery codes of somebody in place of those before.
///
/// # Errors
/// The store's.
pub async fn set_codes(
    tx: &mut Tx,
    whom: (TenantId, StaffId),
    drawn: &[String],
) -> Result<(), ApiError> {
    let kept: Vec<String> = drawn
        .iter()
        .filter_map(|code| codes::normal(code))
        .collect();
    Ok(tx.set_recovery_codes(whom, &kept).await?)
}
