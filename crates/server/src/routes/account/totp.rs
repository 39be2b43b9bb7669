//! An authenticator app: offered as text and as a QR code, kept once a code of it was typed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::account::{Action, HoldReason};
use menshen_core::notice::Notice;
use menshen_core::strikes::Tried;
use menshen_store::{AccountRow, AccountSecret, Store, Tx};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::devices::ConfirmedIn;
use super::refused;
use super::session::FACTOR_WRONG;
use crate::account::{Signed, SignedIn, factor, hold, step_up, tell};
use crate::app::App;
use crate::config::Secret;
use crate::contact::masked;
use crate::input::Input;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::sign_in::totp;

/// Bytes of a secret: as long as the hash of RFC 6238's default.
const SECRET: usize = 20;

/// An app that is being set up. Shown once, and to its owner alone.
#[derive(Debug, Serialize, ToSchema)]
pub struct TotpOfferOut {
    /// What is typed into the app by hand: base32.
    pub secret: String,
    /// What the app reads from a QR code.
    pub uri: String,
    /// The QR code, an SVG.
    pub qr_svg: String,
}

/// Offers an authenticator app. Confirmed with `add_factor` and the detail `totp`.
#[utoipa::path(post, path = "/v1/account/factors/totp/offer", tag = "account", request_body = ConfirmedIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = TotpOfferOut), (status = 401, body = Problem), (status = 409, body = Problem)))]
pub async fn offer_totp(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<ConfirmedIn>,
) -> Result<Json<TotpOfferOut>, ApiError> {
    let mut signed = signed_in.signed;
    let now = app.now();
    let drawn = Store::random_key()?;
    let secret = &drawn[..SECRET];
    let mut tx = app.store.begin().await?;
    let what = (Action::AddFactor, "totp");
    step_up::require(&mut tx, &signed, what, input.value.step_up, now).await?;
    let offered = AccountSecret::TotpOffered;
    tx.set_account_secret(&mut signed.account, offered, Some(secret))
        .await?;
    let name = account_name(&mut tx, &signed).await?;
    let act = Act::new(
        &signed.caller(),
        "account.totp_offered",
        "applicant",
        signed.applicant.id.0,
    );
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    let uri = totp::uri(secret, &signed.tenant.name, &name);
    Ok(Json(TotpOfferOut {
        secret: totp::base32(secret),
        qr_svg: qr(&uri)?,
        uri,
    }))
}

/// Returns what the app shows beside its codes: a masked address, enough to know the account by.
async fn account_name(tx: &mut Tx, signed: &Signed) -> Result<String, ApiError> {
    use menshen_store::Channel::{Email, Sms};
    let whom = (signed.tenant.id, signed.applicant.id);
    for channel in [Email, Sms] {
        if let Some(own) = factor::address(tx, whom, channel).await? {
            return Ok(masked(own.channel, &own.address));
        }
    }
    Ok(String::new())
}

fn qr(uri: &str) -> Result<String, ApiError> {
    let code = QrCode::with_error_correction_level(uri, EcLevel::M).map_err(ApiError::machine)?;
    let mut drawing = code.render::<svg::Color<'_>>();
    Ok(drawing.min_dimensions(240, 240).quiet_zone(true).build())
}

/// A code of the app that was offered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TotpIn {
    /// Six digits.
    #[schema(value_type = String, example = "123456")]
    pub code: Secret,
}

/// Keeps the app that was offered, once a code of it was typed.
#[utoipa::path(put, path = "/v1/account/factors/totp", tag = "account", request_body = TotpIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 204), (status = 401, body = Problem), (status = 409, body = Problem), (status = 429, body = Problem)))]
pub async fn put_totp(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<TotpIn>,
) -> Result<StatusCode, ApiError> {
    let signed = signed_in.signed;
    let now = app.now();
    let whom = (signed.tenant.id, signed.applicant.id);
    let mut tx = app.store.begin().await?;
    tx.count_strike(Tried::Totp, &whom.1.to_string(), now)
        .await??;
    let account = tx.find_account(whom.0, whom.1).await?;
    let mut account = account.ok_or(ApiError::Stranger)?;
    let offered = tx
        .find_account_secret(&account, AccountSecret::TotpOffered)
        .await?;
    let Some(offered) = offered else {
        tx.commit().await?;
        let detail = "no app was offered";
        return Err(ApiError::conflict("totp_not_offered", detail));
    };
    let Some(step) = totp::step_of(&offered, input.value.code.reveal().trim(), now) else {
        let whom = (whom.0, whom.1.0);
        return refused(&app, tx, whom, "account.totp_failed", FACTOR_WRONG).await;
    };
    tx.set_account_secret(&mut account, AccountSecret::Totp, Some(&offered))
        .await?;
    tx.use_account_totp_step(&account, step).await?;
    tx.forget_strikes(Tried::Totp, &whom.1.to_string()).await?;
    changed(&app, &mut tx, &signed, &mut account, "account.totp_added").await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What follows every change of a factor: a hold, an entry, and a message to every address.
///
/// # Errors
/// The store's.
pub async fn changed(
    app: &App,
    tx: &mut Tx,
    signed: &Signed,
    account: &mut AccountRow,
    action: &'static str,
) -> Result<(), ApiError> {
    let now = app.now();
    let policy = app.policy(&signed.tenant)?;
    hold(tx, account, (&policy, HoldReason::FactorChanged), now).await?;
    let act = Act::new(&signed.caller(), action, "applicant", signed.applicant.id.0);
    record::audit(tx, act.with("session", signed.session.id.to_string()), now).await?;
    let whom = (signed.tenant.id, signed.applicant.id);
    tell(tx, whom, Notice::FactorChanged, now).await
}

/// Takes the app away. Confirmed with `remove_factor` and the detail `totp`.
#[utoipa::path(post, path = "/v1/account/factors/totp/remove", tag = "account", request_body = ConfirmedIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 204), (status = 401, body = Problem), (status = 409, body = Problem)))]
pub async fn remove_totp(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<ConfirmedIn>,
) -> Result<Response, ApiError> {
    let signed = signed_in.signed;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let what = (Action::RemoveFactor, "totp");
    step_up::require(&mut tx, &signed, what, input.value.step_up, now).await?;
    let account = tx.find_account(signed.tenant.id, signed.applicant.id);
    let mut account = account.await?.ok_or(ApiError::Stranger)?;
    if !account.has_totp {
        return Err(ApiError::NotFound("factor"));
    }
    tx.set_account_secret(&mut account, AccountSecret::Totp, None)
        .await?;
    changed(&app, &mut tx, &signed, &mut account, "account.totp_removed").await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_a_picture_that_holds_nothing_but_squares() {
        let svg = qr("otpauth://totp/Bank:a?secret=GEZDGNBVGY3TQOJQ").unwrap();
        assert!(svg.contains("<svg") && !svg.contains("script") && !svg.contains("otpauth"));
    }
}
