//! Everything is lost: who the person is, proven again as at first, gives the account back, after a wait in which its owner can
//! stop it. An account that does not exist is not told from one that does.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::Locale;
use menshen_core::account::HoldReason;
use menshen_core::ids::ApplicantId;
use menshen_core::notice::Notice;
use menshen_core::password::{self, Guard};
use menshen_core::policy::Policy;
use menshen_core::strikes::Tried;
use menshen_core::time::{DAY, HOUR, Millis};
use menshen_core::verification::Flow;
use menshen_store::{
    AccountSecret, ApplicantTokenRow, CodeKind, CodePurpose, DigestKind, NewApplicant, NewFace,
    NewIdentity, NewRecovery, RecoveryRow, RecoveryState, StoreError, TenantRow, TrustedBy, Tx,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::proof::{Asking, CODE_WRONG, RegistrationOut, prove};
use super::tenant;
use crate::account::device::DeviceProofIn;
use crate::account::{Visitor, caller, evenly, hold, keep_network, login, recover, tell};
use crate::app::App;
use crate::config::Secret;
use crate::contact::Contact;
use crate::input::Input;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::routes::contacts;
use crate::routes::opening::Opening;
use crate::sign_in::browser::Browser;
use crate::sign_in::passwords;

/// Where somebody can be reached who has lost everything.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryIn {
    /// Where.
    pub tenant: Uuid,
    /// A mail address at which the person can be reached now; either this or `phone`. It may be a new one.
    #[schema(max_length = 254, example = "ada.new@example.com")]
    pub email: Option<String>,
    /// A telephone number.
    pub phone: Option<String>,
    /// Their language; `zh-CN` where left out.
    #[schema(value_type = Option<String>, example = "zh-CN")]
    pub locale: Option<Locale>,
}

/// Sends a code to an address at which the person can be reached now.
#[utoipa::path(post, path = "/v1/account/recoveries", tag = "account", request_body = RecoveryIn, security(()),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 202, body = RegistrationOut), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn start_recovery(
    State(app): State<App>,
    Visitor(browser): Visitor,
    input: Input<RecoveryIn>,
) -> Result<Response, ApiError> {
    let asked = input.value;
    let tenant = tenant(&app, asked.tenant).await?;
    let contact = login::one_of(asked.email.as_deref(), asked.phone.as_deref())?;
    let asking = Asking {
        tenant: tenant.id,
        contact: &contact,
        locale: asked.locale.unwrap_or(Locale::ZhCn).tag(),
        purpose: CodePurpose::Recover,
        kind: CodeKind::Code,
    };
    let mut tx = app.store.begin().await?;
    let (_, out) = asking.ask(&app, &mut tx, &browser, app.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(out)).into_response())
}

/// The code, and whose account it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryCodeIn {
    /// What `POST /v1/account/recoveries` has given.
    #[schema(value_type = String)]
    pub registration: Secret,
    /// Six digits.
    #[schema(value_type = String, example = "042424")]
    pub code: Secret,
    /// What the person used to sign in as: an old mail address or telephone number.
    #[schema(max_length = 254, example = "ada@example.com")]
    pub login: String,
}

/// A recovery that has begun.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryBegunOut {
    /// Names it in what follows; shown once.
    pub recovery: String,
    /// The verification by which the person proves who they are: document and live face.
    pub verification: Uuid,
    /// The token for it, and for nothing else.
    pub token: String,
    /// When the recovery lapses, RFC 3339.
    pub expires_at: String,
    /// Hours that pass after that before the account is the person's again.
    pub wait_hours: u32,
}

/// Begins a recovery: the person proves who they are with a document and their live face.
#[utoipa::path(post, path = "/v1/account/recoveries/code", tag = "account", request_body = RecoveryCodeIn, security(()),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 201, body = RecoveryBegunOut), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn begin_recovery(
    State(app): State<App>,
    Visitor(browser): Visitor,
    input: Input<RecoveryCodeIn>,
) -> Result<Response, ApiError> {
    evenly(take_code(&app, &browser, input.value)).await
}

async fn take_code(
    app: &App,
    browser: &Browser,
    asked: RecoveryCodeIn,
) -> Result<Response, ApiError> {
    let old = login::read(&asked.login)?;
    let now = app.now();
    let typed = (&asked.registration, &asked.code);
    let (tx, row) = prove(app, browser, typed, CodePurpose::Recover, now).await?;
    tx.commit().await?;
    let tenant = tenant(app, row.tenant_id.0).await?;
    let address = row.address(&app.store)?;
    let address = address.as_text().unwrap_or_default().to_owned();
    let mut tx = app.store.begin().await?;
    tx.end_registration(&row).await.map_err(|_| CODE_WRONG)?;
    let beginning = Beginning {
        tenant: &tenant,
        policy: app.policy(&tenant)?,
        contact: Contact {
            channel: row.channel,
            address,
        },
        locale: row.locale,
    };
    let out = beginning.begin(app, &mut tx, &old, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(out)).into_response())
}

/// A recovery that begins now.
struct Beginning<'a> {
    tenant: &'a TenantRow,
    policy: std::sync::Arc<Policy>,
    contact: Contact,
    locale: String,
}

impl Beginning<'_> {
    async fn begin(
        self,
        app: &App,
        tx: &mut Tx,
        old: &Contact,
        now: Millis,
    ) -> Result<RecoveryBegunOut, ApiError> {
        let tenant = self.tenant.id;
        let account = tx.find_account_by_login(tenant, &old.address).await?;
        let verified = match &account {
            Some(account) => tx.find_identity(tenant, account.applicant_id).await?,
            None => None,
        };
        // What differs is not told: the same level, one applicant for each login, whoever that is.
        let level = self.policy.levels.keys().last().cloned();
        let level = level.unwrap_or_default();
        let applicant = match verified {
            Some(identity) => identity.applicant_id,
            None => self.nobody(app, tx, old, now).await?,
        };
        let caller = caller(tenant, applicant);
        let opening = Opening {
            caller: &caller,
            applicant: (tenant, applicant),
            level,
            flow: Flow::Recovery,
            policy: std::sync::Arc::clone(&self.policy),
        };
        let case = opening.open_unasked(tx, now).await?.row;
        let until = now.plus(i64::from(self.policy.accounts.recovery_open_days) * DAY);
        let new = NewRecovery {
            tenant,
            applicant: case.applicant_id,
            address: (self.contact.channel, &self.contact.address),
            verification: case.id,
            until,
        };
        let (row, secret) = tx.create_recovery(&new, now).await?;
        let token = ApplicantTokenRow {
            tenant_id: tenant,
            applicant_id: case.applicant_id,
            verification_id: Some(case.id),
            expires_at: until,
        };
        let token = tx.create_applicant_token(&token).await?;
        let act = Act::system(Some(tenant), "account.recovery_begun", "recovery", row.id.0);
        record::audit(tx, act.with("verification", case.id.to_string()), now).await?;
        Ok(RecoveryBegunOut {
            recovery: secret.reveal().to_owned(),
            verification: case.id.0,
            token: token.reveal().to_owned(),
            expires_at: until.to_timestamp().to_string(),
            wait_hours: self.policy.accounts.recovery_wait_hours,
        })
    }

    /// Returns the nobody who stands for a login that has no account, or whose owner was never verified: always the same one,
    /// since some time ago, as an owner would be.
    async fn nobody(
        &self,
        app: &App,
        tx: &mut Tx,
        old: &Contact,
        now: Millis,
    ) -> Result<ApplicantId, ApiError> {
        let (tenant, store) = (self.tenant.id, &app.store);
        let digest = store.digest(tenant, DigestKind::AccountLogin, old.address.as_bytes());
        let external = format!("nobody:{digest}");
        let found = store
            .find_applicant_by_external_id(tenant, &external)
            .await?;
        if let Some(found) = found {
            return Ok(found.id);
        }
        let new = NewApplicant {
            tenant_id: tenant,
            external_id: external,
            locale: self.locale.clone(),
        };
        let days = digest
            .bytes()
            .fold(0_i64, |sum, byte| sum * 31 % 400 + i64::from(byte))
            % 400;
        let then = now.plus(-(days * DAY) - i64::from(digest.as_bytes()[0]) * HOUR / 10);
        Ok(tx
            .create_applicant(&new, then.max(self.tenant.created_at))
            .await?
            .id)
    }
}

/// Which recovery.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryTokenIn {
    /// What its beginning has given.
    #[schema(value_type = String)]
    pub recovery: Secret,
}

/// Where a recovery stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryOut {
    /// `proving`, `waiting`, `done`, `stopped` or `lapsed`.
    #[schema(example = "waiting")]
    pub state: &'static str,
    /// When it can be finished, RFC 3339, once who the person is is proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready_at: Option<String>,
    /// When it lapses, RFC 3339.
    pub expires_at: String,
}

impl From<&RecoveryRow> for RecoveryOut {
    fn from(row: &RecoveryRow) -> Self {
        Self {
            state: row.state.as_str(),
            ready_at: row.ready_at.map(|at| at.to_timestamp().to_string()),
            expires_at: row.expires_at.to_timestamp().to_string(),
        }
    }
}

const NO_RECOVERY: ApiError = ApiError::NotFound("recovery");

/// Tells where a recovery stands.
#[utoipa::path(post, path = "/v1/account/recoveries/state", tag = "account", request_body = RecoveryTokenIn, security(()),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = RecoveryOut), (status = 404, body = Problem)))]
pub async fn recovery_state(
    State(app): State<App>,
    _visitor: Visitor,
    input: Input<RecoveryTokenIn>,
) -> Result<Json<RecoveryOut>, ApiError> {
    let token = input.value.recovery.reveal();
    let now = app.now();
    let row = app
        .store
        .find_recovery(token, now)
        .await?
        .ok_or(NO_RECOVERY)?;
    let row = recover::move_on(&app, row, now).await?;
    Ok(Json(RecoveryOut::from(&row)))
}

/// Stops a recovery.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StopIn {
    /// What the message to the old addresses has given.
    #[schema(value_type = String)]
    pub stop: Secret,
}

/// Stops the recovery of an account: whoever owns an old address can, at any time before it is finished. Nothing is changed.
#[utoipa::path(post, path = "/v1/account/recoveries/stop", tag = "account", request_body = StopIn, security(()),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = RecoveryOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn stop_recovery(
    State(app): State<App>,
    _visitor: Visitor,
    input: Input<StopIn>,
) -> Result<Json<RecoveryOut>, ApiError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let found = tx.find_recovery_to_stop(input.value.stop.reveal()).await?;
    let mut row = found.ok_or(NO_RECOVERY)?;
    match row.state {
        RecoveryState::Stopped => return Ok(Json(RecoveryOut::from(&row))),
        state if !state.is_open() => {
            let detail = "it is over already; if it was not you, write to support now";
            return Err(ApiError::conflict("recovery_over", detail));
        }
        _ => {}
    }
    let whom = (row.tenant_id, row.applicant_id);
    tx.move_recovery(&mut row, RecoveryState::Stopped, now)
        .await?;
    let act = Act::system(
        Some(whom.0),
        "account.recovery_stopped",
        "recovery",
        row.id.0,
    );
    record::audit(&mut tx, act, now).await?;
    tell(&mut tx, whom, Notice::RecoveryStopped, now).await?;
    tx.commit().await?;
    Ok(Json(RecoveryOut::from(&row)))
}

/// What the account has from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveredIn {
    /// The recovery.
    #[schema(value_type = String)]
    pub recovery: Secret,
    /// The password from now on, 8 to 128 characters.
    #[schema(value_type = String, format = "password", min_length = 8, max_length = 128)]
    pub password: Secret,
    /// The device, which is trusted from now on, and alone.
    pub device: DeviceProofIn,
}

/// Gives the account back: another password, the address that was proven, and one device; all else is gone, all sessions end, and
/// withdrawals are held.
#[utoipa::path(post, path = "/v1/account/recoveries/finish", tag = "account", request_body = RecoveredIn, security(()),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn finish_recovery(
    State(app): State<App>,
    Visitor(browser): Visitor,
    input: Input<RecoveredIn>,
) -> Result<StatusCode, ApiError> {
    let asked = input.value;
    let now = app.now();
    let found = app
        .store
        .find_recovery(asked.recovery.reveal(), now)
        .await?;
    let row = recover::move_on(&app, found.ok_or(NO_RECOVERY)?, now).await?;
    let ready = row.state == RecoveryState::Waiting && row.ready_at.is_some_and(|at| at <= now);
    if !ready {
        let detail = match row.ready_at {
            Some(at) => format!("it can be finished from {} on", at.to_timestamp()),
            None => "who the person is is not proven yet, or it is over".to_owned(),
        };
        return Err(ApiError::conflict("recovery_not_ready", detail));
    }
    let judged = password::judge_account(
        &password::normal(asked.password.reveal()),
        &[],
        Guard::BesideAnother,
    );
    judged.map_err(|weak| ApiError::invalid(weak.code(), weak.to_string()))?;
    let proof = asked.device.check(row.tenant_id)?;
    let hash = passwords::hash(&app, asked.password.reveal()).await?;
    let face = recover::face(&app, &row).await?;
    let tenant = tenant(&app, row.tenant_id.0).await?;
    let policy = app.policy(&tenant)?;
    let whom = (row.tenant_id, row.applicant_id);
    let mut tx = app.store.begin().await?;
    // The gallery first, as everywhere: nobody waits for another in a ring.
    tx.lock_gallery(whom.0).await?;
    tx.lock_applicant(whom.0, whom.1).await?;
    let mut row = tx
        .find_recovery(asked.recovery.reveal(), now)
        .await?
        .ok_or(NO_RECOVERY)?;
    if row.state != RecoveryState::Waiting {
        let detail = "it was stopped, or is over";
        return Err(ApiError::conflict("recovery_not_ready", detail));
    }
    if !recover::is_verified(&app, &row).await? {
        let detail = "who the person is was looked at again, and is not proven any more";
        return Err(ApiError::conflict("recovery_not_ready", detail));
    }
    give_back(&mut tx, &row, &hash, now).await?;
    let mut device = proof.known_or_kept(&mut tx, whom, &browser, now).await?;
    tx.revoke_devices(whom, device.id, now).await?;
    tx.revoke_passkeys(whom, now).await?;
    if let Some((model, template)) = &face {
        tx.refresh_template(&new_face(&row, (model, template)))
            .await?;
    }
    for mut other in tx.list_open_recoveries(whom.0, whom.1).await? {
        if other.id != row.id {
            tx.move_recovery(&mut other, RecoveryState::Lapsed, now)
                .await?;
        }
    }
    tx.trust_device(&mut device, (TrustedBy::Recovery, &browser.name), now)
        .await?;
    keep_network(&mut tx, whom, &browser, now).await?;
    let account = tx.find_account(whom.0, whom.1).await?;
    let mut account = account.ok_or(ApiError::Stranger)?;
    hold(&mut tx, &mut account, (&policy, HoldReason::Recovered), now).await?;
    tx.move_recovery(&mut row, RecoveryState::Done, now).await?;
    let act = Act::system(Some(whom.0), "account.recovered", "recovery", row.id.0);
    record::audit(&mut tx, act.with("device", device.id.to_string()), now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The face with which the person came back: they may look different since they were verified.
fn new_face<'a>(row: &RecoveryRow, (model, template): (&'a str, &'a [u8])) -> NewIdentity<'a> {
    NewIdentity {
        tenant_id: row.tenant_id,
        applicant_id: row.applicant_id,
        verification_id: row.verification_id,
        name: "",
        number: "",
        claims: &[],
        face: Some(NewFace { model, template }),
    }
}

/// Takes away all that the account had, and gives it what the person has now. The old addresses are told before they go.
async fn give_back(
    tx: &mut Tx,
    row: &RecoveryRow,
    hash: &str,
    now: Millis,
) -> Result<(), ApiError> {
    let whom = (row.tenant_id, row.applicant_id);
    tell(tx, whom, Notice::RecoveryDone, now).await?;
    let account = tx.find_account(whom.0, whom.1).await?;
    let mut account = account.ok_or(ApiError::Stranger)?;
    for (secret, plain) in [
        (AccountSecret::Password, Some(hash.as_bytes())),
        (AccountSecret::Totp, None),
        (AccountSecret::TotpOffered, None),
    ] {
        tx.set_account_secret(&mut account, secret, plain).await?;
    }
    tx.set_account_face(&mut account, None).await?;
    tx.set_account_reset(&mut account, None).await?;
    tx.set_account_recovery_codes(whom, &[]).await?;
    tx.end_account_sessions_of(whom.1, None).await?;
    for tried in Tried::OF_ACCOUNTS {
        tx.forget_strikes(tried, &whom.1.to_string()).await?;
    }
    let address = tx.find_recovery_address(row).await?;
    let address = address.and_then(|address| address.as_text().map(str::to_owned));
    let address = address.ok_or(ApiError::Stranger)?;
    for id in tx.list_login_contacts(whom).await? {
        tx.remove_account_login(whom, id).await?;
    }
    for channel in [menshen_store::Channel::Email, menshen_store::Channel::Sms] {
        contacts::replace(tx, whom, channel, now).await?;
    }
    let contact = Contact {
        channel: row.channel,
        address,
    };
    let id = contacts::add_one(tx, whom, &contact, now).await?;
    let added = tx.add_account_login(whom, &contact.address, id).await;
    added.map_err(|error| match error {
        StoreError::Duplicate { .. } => {
            let detail = "the address signs in to another account; begin again with another one";
            ApiError::conflict("address_taken", detail)
        }
        error => error.into(),
    })
}
