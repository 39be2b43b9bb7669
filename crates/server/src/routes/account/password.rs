//! Another password, by somebody who is signed in.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use menshen_core::account::Action;
use menshen_core::notice::Notice;
use menshen_core::password::{self, Guard};
use menshen_core::strikes::Tried;
use menshen_store::{AccountSecret, SessionStage, Tx};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::session::{AccountOut, describe};
use crate::account::{Beginning, Signed, SignedIn, begin, factor, step_up, tell};
use crate::app::App;
use crate::config::Secret;
use crate::input::Input;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::sign_in::passwords;

/// Another password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasswordIn {
    /// The step-up that confirms it: `change_password`, no detail.
    pub step_up: Option<Uuid>,
    /// The one from now on, 8 to 128 characters.
    #[schema(value_type = String, format = "password", min_length = 8, max_length = 128)]
    pub password: Secret,
}

/// Sets another password. All other sessions end, and this one gets another cookie.
#[utoipa::path(put, path = "/v1/account/password", tag = "account", request_body = NewPasswordIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = AccountOut), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn put_account_password(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<NewPasswordIn>,
) -> Result<Response, ApiError> {
    let SignedIn { signed, browser } = signed_in;
    let NewPasswordIn {
        step_up: by,
        password,
    } = input.value;
    let now = app.now();
    let whom = (signed.tenant.id, signed.applicant.id);
    let mut tx = app.store.begin().await?;
    check(&mut tx, &signed, &password).await?;
    drop(tx);
    let hash = passwords::hash(&app, password.reveal()).await?;
    let mut tx = app.store.begin().await?;
    step_up::require(&mut tx, &signed, (Action::ChangePassword, ""), by, now).await?;
    let account = tx.find_account(whom.0, whom.1).await?;
    let mut account = account.ok_or(ApiError::Stranger)?;
    let secret = AccountSecret::Password;
    tx.set_account_secret(&mut account, secret, Some(hash.as_bytes()))
        .await?;
    tx.set_account_reset(&mut account, None).await?;
    tx.forget_strikes(Tried::AccountPassword, &whom.1.to_string())
        .await?;
    tx.end_account_sessions_of(whom.1, None).await?;
    let beginning = Beginning {
        stage: SessionStage::Open,
        shown: signed.session.shown.clone(),
        device: signed.session.device_id,
        as_before: None,
    };
    let (session, cookie) = begin(&mut tx, whom, beginning, &browser, now).await?;
    let act = Act::new(
        &signed.caller(),
        "account.password_changed",
        "applicant",
        whom.1.0,
    );
    record::audit(&mut tx, act, now).await?;
    tell(&mut tx, whom, Notice::PasswordChanged, now).await?;
    tx.commit().await?;
    let signed = Signed {
        session,
        account,
        ..signed
    };
    Ok((cookie, Json(describe(&app, &signed).await?)).into_response())
}

/// Judges a password that somebody wants to set.
async fn check(tx: &mut Tx, signed: &Signed, new: &Secret) -> Result<(), ApiError> {
    use menshen_store::Channel::{Email, Sms};
    let whom = (signed.tenant.id, signed.applicant.id);
    let mut own = Vec::new();
    for channel in [Email, Sms] {
        let address = factor::address(tx, whom, channel).await?;
        own.extend(address.map(|contact| contact.address));
    }
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let judged =
        password::judge_account(&password::normal(new.reveal()), &own, Guard::BesideAnother);
    judged.map_err(|weak| ApiError::invalid(weak.code(), weak.to_string()))
}
