//! Signing in with a passkey, alone or after the password, and confirming an action with one.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use menshen_core::account::{Assurance, assurance};
use menshen_core::ids::CeremonyId;
use menshen_core::passkey::Fault;
use menshen_core::time::Millis;
use menshen_passkey::Assertion;
use menshen_store::{SessionStage, Tx};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::session::{AccountOut, describe};
use super::step_ups::{ConfirmedOut, own};
use super::tenant;
use crate::account::device::DeviceProofIn;
use crate::account::passkeys::{
    Asked, By, PasskeyShown, Whom, begin_authentication, finish_authentication,
};
use crate::account::{Beginning, Passed, Signed, SignedIn, Visitor, begin, login, open};
use crate::app::App;
use crate::input::{Id, Input};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::sign_in::browser::Browser;
use crate::sign_in::{count_address, forgive_address};

/// Who is asked for a passkey.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAskIn {
    /// Where.
    pub tenant: Uuid,
    /// Their mail address or telephone number; left out where the device finds its passkeys itself.
    #[schema(max_length = 254, example = "ada@example.com")]
    pub login: Option<String>,
}

/// A question for a browser.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasskeyQuestionOut {
    /// Names it in the answer.
    pub ceremony: Uuid,
    /// For `PublicKeyCredential.parseRequestOptionsFromJSON()`, as they are.
    #[schema(value_type = Object)]
    pub options: Value,
    /// When the answer comes too late, RFC 3339.
    pub expires_at: String,
}

impl From<Asked> for PasskeyQuestionOut {
    fn from(asked: Asked) -> Self {
        Self {
            ceremony: asked.ceremony.0,
            options: asked.options,
            expires_at: asked.until.to_timestamp().to_string(),
        }
    }
}

/// Asks for a passkey. What is asked looks the same for a login that is not known, and for one without a passkey.
#[utoipa::path(post, path = "/v1/account/session/passkey/options", tag = "account", request_body = PasskeyAskIn, security(()),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = PasskeyQuestionOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn ask_for_passkey(
    State(app): State<App>,
    _visitor: Visitor,
    input: Input<PasskeyAskIn>,
) -> Result<Json<PasskeyQuestionOut>, ApiError> {
    let tenant = tenant(&app, input.value.tenant).await?;
    let asked = match input.value.login {
        None => begin_authentication(&app, &tenant, Whom::Anybody).await?,
        Some(typed) => {
            // What cannot be a login is asked like one that is not known.
            let address = login::read(&typed).map(|contact| contact.address);
            let address = address.unwrap_or_default();
            let account = app.store.find_account_by_login(tenant.id, &address).await?;
            let known = account.map(|account| account.applicant_id);
            begin_authentication(&app, &tenant, Whom::Login(&address, known)).await?
        }
    };
    Ok(Json(asked.into()))
}

/// An answer, to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeySignInIn {
    /// The question.
    pub ceremony: Uuid,
    /// What `credential.toJSON()` gives.
    #[schema(value_type = Object)]
    pub credential: Assertion,
    /// The device shows its key; one that the account does not know can only read.
    pub device: Option<DeviceProofIn>,
}

/// Takes a passkey, and signs in: where it counts as both factors, or where the password was shown in this browser before. What is
/// wrong with it is never said.
#[utoipa::path(post, path = "/v1/account/session/passkey", tag = "account", request_body = PasskeySignInIn, security((), ("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = AccountOut), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn sign_in_with_passkey(
    State(app): State<App>,
    Visitor(browser): Visitor,
    passed: Result<Passed, ApiError>,
    input: Input<PasskeySignInIn>,
) -> Result<Response, ApiError> {
    let PasskeySignInIn {
        ceremony,
        credential,
        device,
    } = input.value;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    count_address(&mut tx, &browser, now).await?;
    tx.commit().await?;
    let ceremony = CeremonyId(ceremony);
    let shown = finish_authentication(&app, By::Visitor, ceremony, &credential);
    let (shown, mut tx) = shown.await?;
    let device = device
        .map(|proof| proof.check(shown.tenant.id))
        .transpose()?;
    forgive_address(&mut tx, &browser).await?;
    let factor = shown.factor;
    let signed = match passed_by(passed, &shown)? {
        Some(signed) => signed,
        None => alone(&mut tx, shown, &browser, now).await?,
    };
    let mut all = signed.session.shown.clone();
    all.push(factor);
    if assurance(&all) < Some(Assurance::Two) {
        // It was shown, and that stays written down; what was begun for it ends.
        if signed.session.shown.is_empty() {
            let (whose, session) = (signed.applicant.id, signed.session.id);
            tx.end_account_session(whose, session).await?;
        }
        tx.commit().await?;
        return Err(Fault::OneFactor.into());
    }
    let (signed, cookie) = open(&app, tx, signed, (&[factor], device), &browser, now).await?;
    Ok((cookie, Json(describe(&app, &signed).await?)).into_response())
}

/// Returns the session in which the owner of a passkey has shown their password, where it is this browser's.
fn passed_by(
    passed: Result<Passed, ApiError>,
    shown: &PasskeyShown,
) -> Result<Option<Signed>, ApiError> {
    match passed {
        Ok(Passed { signed, .. }) => {
            let own = signed.applicant.id == shown.applicant.id;
            Ok(own.then_some(signed))
        }
        Err(ApiError::Stranger | ApiError::NotYou { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Begins a session in which nothing was shown before the passkey.
async fn alone(
    tx: &mut Tx,
    shown: PasskeyShown,
    browser: &Browser,
    now: Millis,
) -> Result<Signed, ApiError> {
    let whom = (shown.tenant.id, shown.applicant.id);
    let account = tx.find_account(whom.0, whom.1).await?;
    let account = account.ok_or(Fault::Refused)?;
    let beginning = Beginning {
        stage: SessionStage::Factor,
        shown: vec![],
        device: None,
        as_before: None,
    };
    let (session, _) = begin(tx, whom, beginning, browser, now).await?;
    Ok(Signed {
        session,
        account,
        applicant: shown.applicant,
        tenant: shown.tenant,
    })
}

/// Asks for a passkey to confirm an action.
#[utoipa::path(post, path = "/v1/account/step-ups/{id}/passkey/options", tag = "account", security(("account" = [])),
    params(("id" = Uuid, Path), ("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = PasskeyQuestionOut), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn ask_to_confirm(
    State(app): State<App>,
    signed_in: SignedIn,
    Id(id): Id<Uuid>,
) -> Result<Json<PasskeyQuestionOut>, ApiError> {
    let signed = signed_in.signed;
    own(&app, &signed, id).await?;
    let whom = Whom::Owner(signed.applicant.id, id);
    let asked = begin_authentication(&app, &signed.tenant, whom).await?;
    Ok(Json(asked.into()))
}

/// An answer, to confirm.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyConfirmIn {
    /// The question.
    pub ceremony: Uuid,
    /// What `credential.toJSON()` gives.
    #[schema(value_type = Object)]
    pub credential: Assertion,
}

/// Confirms an action with a passkey: the one that it was asked for, and no other.
#[utoipa::path(post, path = "/v1/account/step-ups/{id}/passkey", tag = "account", request_body = PasskeyConfirmIn, security(("account" = [])),
    params(("id" = Uuid, Path), ("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = ConfirmedOut), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn confirm_with_passkey(
    State(app): State<App>,
    signed_in: SignedIn,
    Id(id): Id<Uuid>,
    input: Input<PasskeyConfirmIn>,
) -> Result<Json<ConfirmedOut>, ApiError> {
    let signed = signed_in.signed;
    let mut row = own(&app, &signed, id).await?;
    let asked = input.value;
    let by = By::Owner(signed.tenant.id, signed.applicant.id, id);
    let ceremony = CeremonyId(asked.ceremony);
    let shown = finish_authentication(&app, by, ceremony, &asked.credential);
    let (shown, mut tx) = shown.await?;
    tx.confirm_step_up(&mut row, shown.factor).await?;
    let act = Act::new(&signed.caller(), "account.step_up_confirmed", "step_up", id);
    let act = act
        .with("action", row.action.name())
        .with("by", shown.factor.name());
    record::audit(&mut tx, act, app.now()).await?;
    tx.commit().await?;
    let shown = shown.factor.name();
    Ok(Json(ConfirmedOut { id, shown }))
}
