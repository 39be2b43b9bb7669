//! Opening an account: an address, the code that proves it, then a password, an invitation and what the person agrees to.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::Locale;
use menshen_core::account::Factor;
use menshen_core::password::{self, Guard};
use menshen_core::policy::Policy;
use menshen_core::time::Millis;
use menshen_store::{
    AccountSecret, CodeKind, CodePurpose, InvitationCodeRow, NewApplicant, RegistrationRow,
    SessionStage, StoreError, TenantRow, TrustedBy, Tx,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::invitations::{BenefitOut, good_code};
use super::proof::{Asking, CODE_WRONG, RegistrationOut, prove};
use super::session::{AccountOut, describe};
use super::tenant;
use crate::account::device::DeviceProofIn;
use crate::account::{Beginning, Signed, Visitor, begin, caller, evenly, keep_network, login};
use crate::app::App;
use crate::config::Secret;
use crate::contact::Contact;
use crate::input::Input;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::routes::contacts;
use crate::sign_in::browser::Browser;
use crate::sign_in::{count_address, passwords};

/// Somebody who wants to open an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrationIn {
    /// Where.
    pub tenant: Uuid,
    /// Their mail address; either this or `phone`.
    #[schema(max_length = 254, example = "ada@example.com")]
    pub email: Option<String>,
    /// Their telephone number in the form of E.164.
    #[schema(example = "+8613800000000")]
    pub phone: Option<String>,
    /// Their language; `zh-CN` where left out.
    #[schema(value_type = Option<String>, example = "zh-CN")]
    pub locale: Option<Locale>,
}

/// Sends a code to an address with which somebody wants to open an account. Whether there is one of this address already is told
/// to the address, never here.
#[utoipa::path(post, path = "/v1/account/registrations", tag = "account", request_body = RegistrationIn, security(()),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 202, body = RegistrationOut), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn start_registration(
    State(app): State<App>,
    Visitor(browser): Visitor,
    input: Input<RegistrationIn>,
) -> Result<Response, ApiError> {
    evenly(send_registration(&app, &browser, input.value)).await
}

async fn send_registration(
    app: &App,
    browser: &Browser,
    asked: RegistrationIn,
) -> Result<Response, ApiError> {
    let tenant = tenant(app, asked.tenant).await?;
    let contact = login::one_of(asked.email.as_deref(), asked.phone.as_deref())?;
    let now = app.now();
    let known = app.store.find_account_by_login(tenant.id, &contact.address);
    let known = known.await?.is_some();
    let asking = Asking {
        tenant: tenant.id,
        contact: &contact,
        locale: asked.locale.unwrap_or(Locale::ZhCn).tag(),
        purpose: CodePurpose::Register,
        kind: match known {
            true => CodeKind::Exists,
            false => CodeKind::Code,
        },
    };
    let mut tx = app.store.begin().await?;
    let (id, out) = asking.ask(app, &mut tx, browser, now).await?;
    let act = Act::system(
        Some(tenant.id),
        "account.registration_begun",
        "registration",
        id.0,
    );
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(out)).into_response())
}

/// The code that was sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrationCodeIn {
    /// The registration.
    #[schema(value_type = String)]
    pub registration: Secret,
    /// Six digits.
    #[schema(value_type = String, example = "042424")]
    pub code: Secret,
}

/// What the person must be shown and agree to before the account is opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgreeOut {
    /// `account`: everything else, at `POST /v1/account/registrations/finish`.
    #[schema(example = "account")]
    pub next: &'static str,
    /// What they must agree to, with the version of the text in force.
    pub consents: Vec<AgreedIn>,
}

/// A text that a person has agreed to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreedIn {
    /// What for.
    #[schema(example = "risk_disclosure")]
    pub purpose: String,
    /// The version of the text.
    #[schema(example = "2026-11")]
    pub version: String,
}

/// Takes the code that proves whose the address is.
#[utoipa::path(post, path = "/v1/account/registrations/code", tag = "account", request_body = RegistrationCodeIn, security(()),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = AgreeOut), (status = 401, body = Problem), (status = 409, body = Problem), (status = 429, body = Problem)))]
pub async fn prove_registration(
    State(app): State<App>,
    Visitor(browser): Visitor,
    input: Input<RegistrationCodeIn>,
) -> Result<Json<AgreeOut>, ApiError> {
    let now = app.now();
    let RegistrationCodeIn { registration, code } = &input.value;
    let typed = (registration, code);
    let (mut tx, row) = prove(&app, &browser, typed, CodePurpose::Register, now).await?;
    tx.prove_registration(&row, now).await?;
    tx.commit().await?;
    let tenant = tenant(&app, row.tenant_id.0).await?;
    let policy = app.policy(&tenant)?;
    Ok(Json(AgreeOut {
        next: "account",
        consents: consents(&policy),
    }))
}

fn consents(policy: &Policy) -> Vec<AgreedIn> {
    let all = policy.accounts.consents.iter();
    all.map(|(purpose, version)| AgreedIn {
        purpose: purpose.clone(),
        version: version.clone(),
    })
    .collect()
}

/// Which invitation code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitedIn {
    /// The registration, whose address was proven.
    #[schema(value_type = String)]
    pub registration: Secret,
    /// The code, in any case.
    #[schema(example = "PANDA8", max_length = 40)]
    pub invitation_code: String,
}

/// Shows what an invitation code is, before it is confirmed: it cannot be changed afterwards.
#[utoipa::path(post, path = "/v1/account/registrations/invitation", tag = "account", request_body = InvitedIn, security(()),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = BenefitOut), (status = 401, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn show_invitation(
    State(app): State<App>,
    Visitor(browser): Visitor,
    input: Input<InvitedIn>,
) -> Result<Json<BenefitOut>, ApiError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    count_address(&mut tx, &browser, now).await?;
    let row = proven(&mut tx, &input.value.registration, now).await;
    tx.commit().await?;
    let row = row?;
    let code = good_code(&app, row.tenant_id, &input.value.invitation_code).await?;
    BenefitOut::of(&code).map(Json)
}

async fn proven(tx: &mut Tx, token: &Secret, now: Millis) -> Result<RegistrationRow, ApiError> {
    let row = tx.find_registration(token.reveal(), now).await?;
    row.filter(|row| row.proven_at.is_some()).ok_or(CODE_WRONG)
}

/// Everything else that an account needs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenAccountIn {
    /// The registration, whose address was proven.
    #[schema(value_type = String)]
    pub registration: Secret,
    /// The password: 8 to 128 characters, with which a second factor is always asked for.
    #[schema(value_type = String, format = "password", min_length = 8, max_length = 128)]
    pub password: Secret,
    /// The code by which the person was invited. It cannot be changed afterwards.
    pub invitation_code: Option<String>,
    /// The person was shown what the code is and has confirmed it.
    #[serde(default)]
    pub invitation_confirmed: bool,
    /// What the person has agreed to: all that the answer to the code has listed.
    #[serde(default)]
    pub consents: Vec<AgreedIn>,
    /// The device on which the account is opened: it is trusted from the start.
    pub device: Option<DeviceProofIn>,
}

/// Opens the account and signs in.
#[utoipa::path(post, path = "/v1/account/registrations/finish", tag = "account", request_body = OpenAccountIn, security(()),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 201, body = AccountOut), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn open_account(
    State(app): State<App>,
    Visitor(browser): Visitor,
    input: Input<OpenAccountIn>,
) -> Result<Response, ApiError> {
    let asked = input.value;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let row = proven(&mut tx, &asked.registration, now).await?;
    drop(tx);
    let tenant = tenant(&app, row.tenant_id.0).await?;
    let policy = app.policy(&tenant)?;
    check_consents(&policy, &asked.consents)?;
    let invitation = invited(&app, &tenant, &asked).await?;
    let address = row.address(&app.store)?;
    let address = address.as_text().unwrap_or_default().to_owned();
    let weak = password::judge_account(
        &password::normal(asked.password.reveal()),
        &[&address],
        Guard::BesideAnother,
    );
    weak.map_err(|weak| ApiError::invalid(weak.code(), weak.to_string()))?;
    let hash = passwords::hash(&app, asked.password.reveal()).await?;
    let device = asked
        .device
        .map(|proof| proof.check(tenant.id))
        .transpose()?;
    let opening = Opening {
        row,
        contact: address,
        hash,
        invitation,
        consents: asked.consents,
    };
    let mut tx = app.store.begin().await?;
    let mut signed = opening.open(&mut tx, &tenant, &browser, now).await?;
    if let Some(device) = device {
        let whom = (tenant.id, signed.0.applicant.id);
        let mut kept = device.known_or_kept(&mut tx, whom, &browser, now).await?;
        tx.trust_device(&mut kept, (TrustedBy::Registration, &browser.name), now)
            .await?;
        let beginning = Beginning {
            stage: SessionStage::Open,
            shown: signed.0.session.shown.clone(),
            device: Some(kept.id),
            as_before: None,
        };
        tx.end_account_session(whom.1, signed.0.session.id).await?;
        let (session, cookie) = begin(&mut tx, whom, beginning, &browser, now).await?;
        signed.0.session = session;
        signed.1 = cookie;
    }
    tx.commit().await?;
    let (signed, cookie) = signed;
    let out = describe(&app, &signed).await?;
    Ok((StatusCode::CREATED, cookie, Json(out)).into_response())
}

fn check_consents(policy: &Policy, agreed: &[AgreedIn]) -> Result<(), ApiError> {
    let has = |purpose: &str, version: &str| {
        let mut all = agreed.iter();
        all.any(|one| one.purpose == purpose && one.version == version)
    };
    let wanted = &policy.accounts.consents;
    let missing = wanted
        .iter()
        .find(|(purpose, version)| !has(purpose, version));
    let more = agreed.iter().any(|one| !wanted.contains_key(&one.purpose));
    if missing.is_some() || more {
        let detail = "consents must be those that were listed, in the versions in force";
        return Err(ApiError::conflict("consents_missing", detail));
    }
    Ok(())
}

async fn invited(
    app: &App,
    tenant: &TenantRow,
    asked: &OpenAccountIn,
) -> Result<Option<InvitationCodeRow>, ApiError> {
    let Some(code) = &asked.invitation_code else {
        return Ok(None);
    };
    if !asked.invitation_confirmed {
        let detail = "show the person what the code is; it cannot be changed afterwards";
        return Err(ApiError::conflict("invitation_unconfirmed", detail));
    }
    good_code(app, tenant.id, code).await.map(Some)
}

/// An account that is opened now.
struct Opening {
    row: RegistrationRow,
    contact: String,
    hash: String,
    invitation: Option<InvitationCodeRow>,
    consents: Vec<AgreedIn>,
}

impl Opening {
    async fn open(
        self,
        tx: &mut Tx,
        tenant: &TenantRow,
        browser: &Browser,
        now: Millis,
    ) -> Result<(Signed, crate::sign_in::browser::SetCookie), ApiError> {
        tx.end_registration(&self.row)
            .await
            .map_err(|_| CODE_WRONG)?;
        let new = NewApplicant {
            tenant_id: tenant.id,
            external_id: format!("account:{}", self.row.id),
            locale: self.row.locale.clone(),
        };
        let applicant = tx.create_applicant(&new, now).await?;
        let whom = (tenant.id, applicant.id);
        let contact = Contact {
            channel: self.row.channel,
            address: self.contact,
        };
        let kept = contacts::add_one(tx, whom, &contact, now).await?;
        let invitation = self.invitation.as_ref().map(|code| code.id);
        let mut account = tx.create_account(whom, invitation, now).await?;
        // Somebody has opened one with this address meanwhile: this one is not there, and nobody is told which.
        let added = tx.add_account_login(whom, &contact.address, kept).await;
        added.map_err(|error| match error {
            StoreError::Duplicate { .. } => CODE_WRONG,
            error => error.into(),
        })?;
        let secret = AccountSecret::Password;
        tx.set_account_secret(&mut account, secret, Some(self.hash.as_bytes()))
            .await?;
        for agreed in &self.consents {
            tx.give_consent(whom.0, whom.1, &agreed.purpose, &agreed.version, now)
                .await?;
        }
        let by = match contact.channel {
            menshen_store::Channel::Sms => Factor::SmsCode,
            _ => Factor::EmailCode,
        };
        let beginning = Beginning {
            stage: SessionStage::Open,
            shown: vec![Factor::Password, by],
            device: None,
            as_before: None,
        };
        let (session, cookie) = begin(tx, whom, beginning, browser, now).await?;
        keep_network(tx, whom, browser, now).await?;
        let act = Act::new(
            &caller(whom.0, whom.1),
            "account.opened",
            "applicant",
            whom.1.0,
        )
        .with(
            "invitation",
            invitation.map_or_else(String::new, |id| id.to_string()),
        )
        .with("session", session.id.to_string());
        record::audit(tx, act, now).await?;
        let signed = Signed {
            session,
            account,
            applicant,
            tenant: tenant.clone(),
        };
        Ok((signed, cookie))
    }
}
