//! Signing in to an account, in two steps: a password, then a second factor of several. The cookie is another after each.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::Policy;
use menshen_core::account::{Assurance, Factor, Hold, assurance};
use menshen_core::guess::Capped;
use menshen_core::ids::{ApplicantId, StepUpId, TenantId};
use menshen_core::strikes::Tried;
use menshen_core::time::{HOUR, Millis};
use menshen_store::{
    AccountRow, AccountSecret, Channel, CodeKind, CodePurpose, DigestKind, SessionStage, Store, Tx,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ways::WayOut;
use super::{refused, tenant};
use crate::account::codes::{Sending, send};
use crate::account::device::DeviceProofIn;
use crate::account::standing::{Strange, known};
use crate::account::{
    Beginning, IDLE, Passed, Signed, SignedIn, Visitor, begin, evenly_refused, factor, login, open,
};
use crate::app::App;
use crate::config::Secret;
use crate::contact::{Contact, masked};
use crate::input::Input;
use crate::notice::phrase;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::sign_in::browser::{Browser, PEOPLE, SetCookie};
use crate::sign_in::passwords;
use crate::sign_in::{self, count_address, forgive_address};

/// Who somebody says they are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountSignInIn {
    /// Where.
    pub tenant: Uuid,
    /// Their mail address or telephone number.
    #[schema(max_length = 254, example = "ada@example.com")]
    pub login: String,
    /// Their password.
    #[schema(value_type = String, format = "password")]
    pub password: Secret,
}

/// What comes next.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountNextOut {
    /// `factor`: one of the ways, at `POST /v1/account/session/factor` or, for a face, `/face`.
    #[schema(example = "factor")]
    pub next: &'static str,
    /// The person's own phrase, by which they know the page: where it is missing or another one, they must not go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phrase: Option<String>,
    /// The ways, first what is hardest to steal.
    pub ways: Vec<WayOut>,
}

/// A second factor that is typed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountFactorIn {
    /// `totp`, `email_code`, `sms_code` or `recovery_code`.
    #[schema(value_type = String, example = "totp")]
    pub factor: Factor,
    /// What was typed.
    #[schema(value_type = String, example = "123456")]
    pub code: Secret,
    /// The device shows its key; one that the account does not know can only read.
    pub device: Option<DeviceProofIn>,
}

/// A device, as far as a session needs to know it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionDeviceOut {
    /// The id, where it has shown its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// `trusted`; `verify`: the live face is needed on it, with the flow `new_device`; `two_factors`; `no_key`.
    #[schema(example = "trusted")]
    pub trust: &'static str,
    /// What the account does not know, where it does not trust: the `device`; the `system` on which its key turns up; the `network`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<&'static str>,
}

/// What stands over an account for a while.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountHoldOut {
    /// `recovered`, `password_reset`, `factor_changed`, `contact_changed` or `new_device`.
    pub reason: &'static str,
    /// Since when, RFC 3339.
    pub since: String,
    /// Until when, RFC 3339.
    pub until: String,
    /// The actions that it shuts.
    pub actions: Vec<String>,
}

impl AccountHoldOut {
    /// Returns a hold as its owner sees it.
    pub fn of(hold: Hold, policy: &Policy) -> Self {
        Self {
            reason: hold.reason.name(),
            since: hold.since.to_timestamp().to_string(),
            until: hold.until.to_timestamp().to_string(),
            actions: policy.accounts.held_actions.clone(),
        }
    }
}

/// A person who has signed in, and how their account stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountOut {
    /// The session's id.
    pub session: Uuid,
    /// The applicant: the same as in every other part of this service.
    pub applicant: Uuid,
    /// What was shown.
    #[schema(example = json!(["password", "totp"]))]
    pub shown: Vec<&'static str>,
    /// `one`, `two` or `two_phishing_resistant`.
    #[schema(value_type = Option<String>, example = "two")]
    pub assurance: Option<Assurance>,
    /// The device.
    pub device: SessionDeviceOut,
    /// What stands over the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<AccountHoldOut>,
    /// The person's own phrase.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phrase: Option<String>,
    /// When they signed in, RFC 3339.
    pub signed_in_at: String,
    /// When the session ends unless something is asked, RFC 3339.
    pub idle_ends_at: String,
    /// When it ends, whatever is asked, RFC 3339.
    pub ends_at: String,
}

/// Returns a session as its owner sees it.
///
/// # Errors
/// The store's.
pub async fn describe(app: &App, signed: &Signed) -> Result<AccountOut, ApiError> {
    let text = |at: Millis| at.to_timestamp().to_string();
    let (session, now) = (&signed.session, app.now());
    let policy = app.policy(&signed.tenant)?;
    let hold = signed.account.hold.filter(|hold| hold.stands(now));
    let known = known(app, &policy, signed).await?;
    Ok(AccountOut {
        session: session.id.0,
        applicant: signed.applicant.id.0,
        shown: session.shown.iter().map(|factor| factor.name()).collect(),
        assurance: assurance(&session.shown),
        device: SessionDeviceOut {
            id: session.device_id.map(|id| id.0),
            trust: known.trust.name(),
            unknown: known.strange.map(Strange::name),
        },
        hold: hold.map(|hold| AccountHoldOut::of(hold, &policy)),
        phrase: phrase(app, (signed.tenant.id, signed.applicant.id)).await?,
        signed_in_at: text(session.created_at),
        idle_ends_at: text(now.plus(IDLE).min(session.expires_at)),
        ends_at: text(session.expires_at),
    })
}

/// How a sign-in is refused, whatever was wrong with it.
pub const FAILED: ApiError = ApiError::Unproven {
    code: "sign_in_failed",
    detail: "login or password is wrong",
};
/// How a factor is refused.
pub const FACTOR_WRONG: ApiError = ApiError::Unproven {
    code: "factor_wrong",
    detail: "the code is wrong, too old, or was used before",
};

/// Whose password is tried: the account's, or, of one that is not known, the login's.
pub fn whose_password(
    store: &Store,
    tenant: TenantId,
    address: &str,
    known: Option<ApplicantId>,
) -> String {
    let digest = store.digest(tenant, DigestKind::AccountLogin, address.as_bytes());
    known.map_or(digest, |id| id.to_string())
}

/// Takes login and password. What is wrong with them is never said, and takes as long for a login that is not known.
#[utoipa::path(post, path = "/v1/account/session", tag = "account", request_body = AccountSignInIn, security(()),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = AccountNextOut), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 429, body = Problem)))]
pub async fn sign_in_to_account(
    State(app): State<App>,
    Visitor(browser): Visitor,
    input: Input<AccountSignInIn>,
) -> Result<Response, ApiError> {
    evenly_refused(take_password(&app, &browser, input.value)).await
}

async fn take_password(
    app: &App,
    browser: &Browser,
    asked: AccountSignInIn,
) -> Result<Response, ApiError> {
    let AccountSignInIn {
        tenant: named,
        login: typed,
        password,
    } = asked;
    let tenant = tenant(app, named).await?;
    // What cannot be a login is counted like one that is not known.
    let address = login::read(&typed).map(|contact| contact.address);
    let address = address.unwrap_or_default();
    let now = app.now();
    let account = app.store.find_account_by_login(tenant.id, &address).await?;
    let known = account.as_ref().map(|account| account.applicant_id);
    let whose = whose_password(&app.store, tenant.id, &address, known);
    let mut tx = app.store.begin().await?;
    count_address(&mut tx, browser, now).await?;
    let counted = tx.count_strike(Tried::AccountPassword, &whose, now).await?;
    tx.commit().await?;
    counted.map_err(used_up)?;
    let (account, right) = is_password(app, account, password.reveal()).await?;
    let mut tx = app.store.begin().await?;
    let still = match &account {
        Some(account) if right => is_still(&mut tx, account).await?,
        _ => false,
    };
    let Some(account) = account.filter(|_| still) else {
        let id = known.map_or(Uuid::nil(), |id| id.0);
        return refused(app, tx, (tenant.id, id), "account.password_failed", FAILED).await;
    };
    sign_in::right(&mut tx, browser, (Tried::AccountPassword, &whose)).await?;
    let whom = (tenant.id, account.applicant_id);
    let beginning = Beginning {
        stage: SessionStage::Factor,
        shown: vec![Factor::Password],
        device: None,
        as_before: None,
    };
    let (_, cookie) = begin(&mut tx, whom, beginning, browser, now).await?;
    let ways = factor::open_ways(app, &mut tx, &account, true, now).await?;
    tx.commit().await?;
    let out = AccountNextOut {
        next: "factor",
        phrase: phrase(app, whom).await?,
        ways: ways.into_iter().map(WayOut::from).collect(),
    };
    Ok((cookie, Json(out)).into_response())
}

/// A password that was guessed at too often is good no longer, known or not: a code sets another.
fn used_up(capped: Capped) -> ApiError {
    match capped {
        Capped::Wait { until } => ApiError::TooMany(until),
        Capped::Never => ApiError::conflict(
            "password_used_up",
            "too many tries were wrong; set another password with a code to a bound address",
        ),
    }
}

/// Is it the password of the account? Takes as long where there is none.
pub async fn is_password(
    app: &App,
    account: Option<AccountRow>,
    typed: &str,
) -> Result<(Option<AccountRow>, bool), ApiError> {
    let hash = match &account {
        Some(account) => app
            .store
            .find_account_secret(account, AccountSecret::Password)
            .await
            .or_else(|error| match error {
                menshen_store::StoreError::Erased => Ok(None),
                error => Err(error),
            })?,
        None => None,
    };
    let hash = hash.as_ref().and_then(|hash| hash.as_text());
    let right = passwords::is(app, hash, typed).await?;
    Ok((account, right))
}

/// Has nothing of the account changed since its password was looked at?
async fn is_still(tx: &mut Tx, account: &AccountRow) -> Result<bool, ApiError> {
    let now = tx.find_account(account.tenant_id, account.applicant_id);
    Ok(now.await?.is_some_and(|now| now.version == account.version))
}

/// By which way a code goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountCodeIn {
    /// `email_code` or `sms_code`.
    #[schema(value_type = String, example = "email_code")]
    pub factor: Factor,
}

/// Where a code went.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountCodeOut {
    /// The address, masked.
    #[schema(example = "a•••@example.com")]
    pub address: String,
}

/// Returns the way of a factor that is a code.
///
/// # Errors
/// `factor_unknown`.
pub fn channel(factor: Factor) -> Result<Channel, ApiError> {
    match factor {
        Factor::EmailCode => Ok(Channel::Email),
        Factor::SmsCode => Ok(Channel::Sms),
        _ => Err(ApiError::invalid(
            "factor_unknown",
            "factor must be email_code or sms_code",
        )),
    }
}

/// Sends a code to an address of an account.
///
/// # Errors
/// `way_absent` where it has no such address; [`send`]'s.
pub async fn send_to(
    app: &App,
    tx: &mut Tx,
    signed: &Signed,
    (factor, purpose, about): (Factor, CodePurpose, Option<StepUpId>),
    now: Millis,
) -> Result<Contact, ApiError> {
    let whom = (signed.tenant.id, signed.applicant.id);
    tx.lock_applicant(whom.0, whom.1).await?;
    let to = factor::address(tx, whom, channel(factor)?).await?;
    let to =
        to.ok_or_else(|| ApiError::conflict("way_absent", "the account has no such address"))?;
    let most = app.policy(&signed.tenant)?.accounts.codes_a_day;
    let sending = Sending {
        tenant: whom.0,
        whose: &whom.1.to_string(),
        about,
        purpose,
        kind: CodeKind::Code,
        to: &to,
        really: true,
        locale: &signed.applicant.locale,
    };
    send(app, tx, sending, most, now).await?;
    let act = Act::new(&signed.caller(), "account.code_sent", "applicant", whom.1.0);
    record::audit(tx, act.with("purpose", purpose.as_str()), now).await?;
    Ok(to)
}

/// Sends a code to sign in with.
#[utoipa::path(post, path = "/v1/account/session/code", tag = "account", request_body = AccountCodeIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 202, body = AccountCodeOut), (status = 401, body = Problem), (status = 409, body = Problem), (status = 429, body = Problem)))]
pub async fn send_sign_in_code(
    State(app): State<App>,
    passed: Passed,
    input: Input<AccountCodeIn>,
) -> Result<Response, ApiError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let asked = (input.value.factor, CodePurpose::SignIn, None);
    let to = send_to(&app, &mut tx, &passed.signed, asked, now).await?;
    tx.commit().await?;
    let address = masked(to.channel, &to.address);
    Ok((StatusCode::ACCEPTED, Json(AccountCodeOut { address })).into_response())
}

/// Takes the second factor, and signs in.
#[utoipa::path(post, path = "/v1/account/session/factor", tag = "account", request_body = AccountFactorIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = AccountOut), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn show_account_factor(
    State(app): State<App>,
    passed: Passed,
    input: Input<AccountFactorIn>,
) -> Result<Response, ApiError> {
    let Passed { signed, browser } = passed;
    let asked = input.value;
    let device = asked
        .device
        .map(|proof| proof.check(signed.tenant.id))
        .transpose()?;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    count_address(&mut tx, &browser, now).await?;
    refuse_weak((&app, &mut tx), &signed, asked.factor, now).await?;
    let typed = (asked.factor, asked.code.reveal());
    // Evaluated where it is counted, that no try beside this one goes uncounted.
    let taken = factor::take(
        &mut tx,
        &signed.account,
        (CodePurpose::SignIn, None),
        typed,
        now,
    )
    .await?;
    let Some(taken) = taken else {
        let whom = (signed.tenant.id, signed.applicant.id.0);
        return refused(&app, tx, whom, "account.factor_failed", FACTOR_WRONG).await;
    };
    forgive_address(&mut tx, &browser).await?;
    let shown = (&[taken][..], device);
    let (signed, cookie) = open(&app, tx, signed, shown, &browser, now).await?;
    Ok((cookie, Json(describe(&app, &signed).await?)).into_response())
}

/// Refuses a factor that makes nobody surer: of the same kind as the one before (the device's key and a code sent to the same
/// telephone); or a code that was sent, where the password was set by such a code a while ago and the account has something better.
async fn refuse_weak(
    (app, tx): (&App, &mut Tx),
    signed: &Signed,
    factor: Factor,
    now: Millis,
) -> Result<(), ApiError> {
    let weak = |detail: &str| Err(ApiError::conflict("factor_too_weak", detail));
    let mut shown = signed.session.shown.clone();
    shown.push(factor);
    if assurance(&shown) < Some(Assurance::Two) {
        return weak(
            "this is one more thing that is held; show the face, or begin with the password",
        );
    }
    let hours = i64::from(
        app.policy(&signed.tenant)?
            .accounts
            .hold_hours
            .password_reset,
    );
    let lately = |at: Millis| now < at.plus(hours * HOUR);
    let sent = matches!(factor, Factor::EmailCode | Factor::SmsCode);
    if sent && signed.account.reset_at.is_some_and(lately) && factor::is_strong(tx, signed).await? {
        return weak(
            "the password was set by a code that was sent; show another factor than such a code",
        );
    }
    Ok(())
}

/// Returns who has signed in and how their account stands.
#[utoipa::path(get, path = "/v1/account/session", tag = "account", security(("account" = [])),
    responses((status = 200, body = AccountOut), (status = 401, body = Problem)))]
pub async fn get_account_session(
    State(app): State<App>,
    signed_in: SignedIn,
) -> Result<Json<AccountOut>, ApiError> {
    describe(&app, &signed_in.signed).await.map(Json)
}

/// Signs out. Without a session, too, the cookie is gone afterwards.
#[utoipa::path(delete, path = "/v1/account/session", tag = "account", security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 204), (status = 401, body = Problem)))]
pub async fn sign_out_of_account(
    State(app): State<App>,
    signed_in: SignedIn,
) -> Result<Response, ApiError> {
    let signed = signed_in.signed;
    let mut tx = app.store.begin().await?;
    tx.end_account_session(signed.applicant.id, signed.session.id)
        .await?;
    let act = Act::new(
        &signed.caller(),
        "account.signed_out",
        "applicant",
        signed.applicant.id.0,
    );
    let act = act.with("session", signed.session.id.to_string());
    record::audit(&mut tx, act, app.now()).await?;
    tx.commit().await?;
    Ok((SetCookie::none(&PEOPLE), StatusCode::NO_CONTENT).into_response())
}
