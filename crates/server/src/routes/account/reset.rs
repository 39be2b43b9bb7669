//! A forgotten password: a code to a bound address sets another one. The second factor is asked for afterwards as always.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::account::{Factor, HoldReason};
use menshen_core::notice::Notice;
use menshen_core::password::{self, Guard};
use menshen_core::strikes::Tried;
use menshen_store::{AccountSecret, CodeKind, CodePurpose, DigestKind, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{refused, tenant};
use crate::account::codes::{RESET, Sending, send, take_of};
use crate::account::{Visitor, evenly, hold, login, tell};
use crate::app::App;
use crate::config::Secret;
use crate::input::Input;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::sign_in::browser::Browser;
use crate::sign_in::passwords;
use crate::sign_in::{count_address, forgive_address};

/// Whose password was forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetIn {
    /// Where.
    pub tenant: Uuid,
    /// A mail address or telephone number that is bound to the account.
    #[schema(max_length = 254, example = "ada@example.com")]
    pub login: String,
}

/// What comes next.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResetOut {
    /// `code`: the code and another password, at `POST /v1/account/password-resets/finish`.
    #[schema(example = "code")]
    pub next: &'static str,
}

/// Sends a code to a bound address. Whether there is an account is never said, and takes as long where there is none.
#[utoipa::path(post, path = "/v1/account/password-resets", tag = "account", request_body = ResetIn, security(()),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 202, body = ResetOut), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn start_reset(
    State(app): State<App>,
    Visitor(browser): Visitor,
    input: Input<ResetIn>,
) -> Result<Response, ApiError> {
    evenly(send_reset(&app, &browser, input.value)).await
}

async fn send_reset(app: &App, browser: &Browser, asked: ResetIn) -> Result<Response, ApiError> {
    let tenant = tenant(app, asked.tenant).await?;
    let contact = login::read(&asked.login)?;
    let policy = app.policy(&tenant)?;
    let now = app.now();
    let account = app.store.find_account_by_login(tenant.id, &contact.address);
    let account = account.await?;
    let locale = match &account {
        Some(account) => app.store.find_applicant(tenant.id, account.applicant_id),
        None => app.store.find_applicant(tenant.id, nobody()),
    };
    let locale = locale.await?.map(|applicant| applicant.locale);
    let digest = app.store.digest(
        tenant.id,
        DigestKind::AccountLogin,
        contact.address.as_bytes(),
    );
    let known = account.map(|account| account.applicant_id.to_string());
    let really = known.is_some();
    let mut tx = app.store.begin().await?;
    count_address(&mut tx, browser, now).await?;
    let sending = Sending {
        tenant: tenant.id,
        whose: &whose(&known.unwrap_or(digest)),
        about: None,
        purpose: CodePurpose::Reset,
        kind: CodeKind::Code,
        to: &contact,
        really,
        locale: locale.as_deref().unwrap_or("zh-CN"),
    };
    send(app, &mut tx, sending, policy.accounts.codes_a_day, now).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(ResetOut { next: "code" })).into_response())
}

/// Whose the codes are that set a password anew: not those with which the owner signs in, or anybody could use these up for them.
fn whose(own: &str) -> String {
    format!("{RESET}{own}")
}

/// An applicant that never is.
const fn nobody() -> menshen_core::ids::ApplicantId {
    menshen_core::ids::ApplicantId(Uuid::nil())
}

/// The code that was sent, and another password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetCodeIn {
    /// Where.
    pub tenant: Uuid,
    /// The same login as before.
    #[schema(max_length = 254, example = "ada@example.com")]
    pub login: String,
    /// Six digits.
    #[schema(value_type = String, example = "042424")]
    pub code: Secret,
    /// The password from now on, 8 to 128 characters.
    #[schema(value_type = String, format = "password", min_length = 8, max_length = 128)]
    pub password: Secret,
}

const CODE_WRONG: ApiError = ApiError::Unproven {
    code: "code_wrong",
    detail: "the code is wrong, too old, or was used before",
};

/// Sets another password with a code. All sessions end, withdrawals are held, and the person signs in with it and a second factor.
#[utoipa::path(post, path = "/v1/account/password-resets/finish", tag = "account", request_body = ResetCodeIn, security(()),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn finish_reset(
    State(app): State<App>,
    Visitor(browser): Visitor,
    input: Input<ResetCodeIn>,
) -> Result<StatusCode, ApiError> {
    let asked = input.value;
    let tenant = tenant(&app, asked.tenant).await?;
    let contact = login::read(&asked.login)?;
    let judged = password::judge_account(
        &password::normal(asked.password.reveal()),
        &[&contact.address],
        Guard::BesideAnother,
    );
    judged.map_err(|weak| ApiError::invalid(weak.code(), weak.to_string()))?;
    let policy = app.policy(&tenant)?;
    let now = app.now();
    // Hashed whether the code is right or not: the time tells nothing.
    let hash = passwords::hash(&app, asked.password.reveal()).await?;
    let account = app.store.find_account_by_login(tenant.id, &contact.address);
    let account = account.await?;
    let digest = app.store.digest(
        tenant.id,
        DigestKind::AccountLogin,
        contact.address.as_bytes(),
    );
    let known = account.as_ref().map(|account| account.applicant_id);
    let own = known.map_or(digest, |id| id.to_string());
    let whose = whose(&own);
    let mut tx = app.store.begin().await?;
    count_address(&mut tx, &browser, now).await?;
    let typed = asked.code.reveal();
    let right = take_of(&mut tx, (tenant.id, &whose), CodePurpose::Reset, typed, now).await?;
    let (Some(mut account), Some(_)) = (account, right) else {
        let id = known.map_or(Uuid::nil(), |id| id.0);
        return refused(
            &app,
            tx,
            (tenant.id, id),
            "account.reset_failed",
            CODE_WRONG,
        )
        .await;
    };
    forgive_address(&mut tx, &browser).await?;
    let whom = (tenant.id, account.applicant_id);
    let set = tx.set_account_secret(&mut account, AccountSecret::Password, Some(hash.as_bytes()));
    set.await.map_err(|error| match error {
        StoreError::Conflict { .. } => CODE_WRONG,
        error => error.into(),
    })?;
    tx.forget_strikes(Tried::AccountPassword, &own).await?;
    tx.set_account_reset(&mut account, Some(now)).await?;
    tx.end_account_sessions_of(whom.1, None).await?;
    hold(
        &mut tx,
        &mut account,
        (&policy, HoldReason::PasswordReset),
        now,
    )
    .await?;
    let by = match contact.channel {
        menshen_store::Channel::Sms => Factor::SmsCode,
        _ => Factor::EmailCode,
    };
    let act = Act::system(
        Some(tenant.id),
        "account.password_reset",
        "applicant",
        whom.1.0,
    );
    record::audit(&mut tx, act.with("by", by.name()), now).await?;
    tell(&mut tx, whom, Notice::PasswordChanged, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
