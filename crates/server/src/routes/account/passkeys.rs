//! Passkeys of a person: registered, listed, named, taken away.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::account::Action;
use menshen_core::ids::{CeremonyId, PasskeyId};
use menshen_core::passkey;
use menshen_core::time::Millis;
use menshen_passkey::Registration;
use menshen_store::{AccountRow, PasskeyRow, Tx};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::devices::ConfirmedIn;
use super::totp::changed;
use crate::account::passkeys::{begin_registration, finish_registration};
use crate::account::{Signed, SignedIn, step_up};
use crate::app::App;
use crate::input::{Id, Input};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::routes::page::{Asked, PageIn, PageOut};
use crate::routes::reasons::TextOut;

/// What a step-up for a passkey more is about.
const ADDED: (Action, &str) = (Action::AddFactor, "passkey");

/// A registration that has begun.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasskeyOfferOut {
    /// Names it in the answer.
    pub ceremony: Uuid,
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON()`, as they are.
    #[schema(value_type = Object)]
    pub options: Value,
    /// When the answer comes too late, RFC 3339.
    pub expires_at: String,
    /// What a passkey is, for the person.
    pub about: TextOut,
    /// How it is unlocked, for the person: a pattern or PIN is the device's own.
    pub lock: TextOut,
    /// That one may be on other devices, too, for the person.
    pub elsewhere: TextOut,
}

/// Begins the registration of a passkey. Confirmed with `add_factor` and the detail `passkey`; the answer uses the confirmation up.
#[utoipa::path(post, path = "/v1/account/passkeys/options", tag = "account", request_body = ConfirmedIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = PasskeyOfferOut), (status = 401, body = Problem), (status = 409, body = Problem)))]
pub async fn offer_passkey(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<ConfirmedIn>,
) -> Result<Json<PasskeyOfferOut>, ApiError> {
    let signed = signed_in.signed;
    is_confirmed(&app, &signed, ADDED, input.value.step_up).await?;
    let asked = begin_registration(&app, &signed.tenant, &signed.applicant).await?;
    Ok(Json(PasskeyOfferOut {
        ceremony: asked.ceremony.0,
        options: asked.options,
        expires_at: asked.until.to_timestamp().to_string(),
        about: TextOut::of(|catalogue| catalogue.passkeys().about.clone()),
        lock: TextOut::of(|catalogue| catalogue.passkeys().lock.clone()),
        elsewhere: TextOut::of(|catalogue| catalogue.passkeys().elsewhere.clone()),
    }))
}

/// Is an action confirmed, before a device makes a passkey for nothing? Uses nothing up: the transaction is dropped.
async fn is_confirmed(
    app: &App,
    signed: &Signed,
    what: (Action, &str),
    step_up: Option<Uuid>,
) -> Result<(), ApiError> {
    let mut tx = app.store.begin().await?;
    step_up::require(&mut tx, signed, what, step_up, app.now()).await
}

/// A passkey that a device has made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskeyIn {
    /// The registration.
    pub ceremony: Uuid,
    /// What `credential.toJSON()` gives.
    #[schema(value_type = Object)]
    pub credential: Registration,
    /// What its owner calls it, 1 to 60 characters; a word for "passkey" in their language where left out.
    #[schema(min_length = 1, max_length = 60)]
    pub name: Option<String>,
    /// The step-up that confirms `add_factor` with the detail `passkey`.
    pub step_up: Option<Uuid>,
}

/// A passkey.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasskeyOut {
    /// The id.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// May other devices of its owner have it, too?
    pub elsewhere: bool,
    /// Did they when it was last used?
    pub backed_up: bool,
    /// How it can be reached, by the browser's word: `internal`, `hybrid`, `usb`, `nfc`, `ble`.
    pub transports: Vec<String>,
    /// When it was registered, RFC 3339.
    pub created_at: String,
    /// When it was last used, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<String>,
}

impl PasskeyOut {
    fn new(row: PasskeyRow, name: &str) -> Self {
        let text = |at: Millis| at.to_timestamp().to_string();
        Self {
            id: row.id.0,
            name: name.to_owned(),
            elsewhere: row.backup_eligible,
            backed_up: row.backed_up,
            transports: row.transports,
            created_at: text(row.created_at),
            last_used_at: row.last_used_at.map(text),
        }
    }
}

/// Registers a passkey. The person hears of it at every address.
#[utoipa::path(post, path = "/v1/account/passkeys", tag = "account", request_body = NewPasskeyIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 201, body = PasskeyOut), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_passkey(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<NewPasskeyIn>,
) -> Result<Response, ApiError> {
    let signed = signed_in.signed;
    let asked = input.value;
    is_confirmed(&app, &signed, ADDED, asked.step_up).await?;
    let (ceremony, name) = (CeremonyId(asked.ceremony), asked.name.as_deref());
    let whose = (&signed.tenant, &signed.applicant);
    let made = finish_registration(&app, whose, ceremony, &asked.credential, name);
    let (made, mut tx) = made.await?;
    step_up::require(&mut tx, &signed, ADDED, asked.step_up, app.now()).await?;
    let mut account = account(&mut tx, &signed).await?;
    let action = "account.passkey_added";
    changed(&app, &mut tx, &signed, &mut account, action).await?;
    tx.commit().await?;
    let out = PasskeyOut::new(made.row, &made.name);
    Ok((StatusCode::CREATED, Json(out)).into_response())
}

async fn account(tx: &mut Tx, signed: &Signed) -> Result<AccountRow, ApiError> {
    let account = tx.find_account(signed.tenant.id, signed.applicant.id);
    account.await?.ok_or(ApiError::Stranger)
}

/// Lists the person's passkeys, newest first.
#[utoipa::path(get, path = "/v1/account/passkeys", tag = "account", params(PageIn), security(("account" = [])),
    responses((status = 200, body = PageOut<PasskeyOut>), (status = 401, body = Problem), (status = 422, body = Problem)))]
pub async fn list_passkeys(
    State(app): State<App>,
    signed_in: SignedIn,
    Asked(page): Asked<PageIn>,
) -> Result<Json<PageOut<PasskeyOut>>, ApiError> {
    let signed = signed_in.signed;
    let limit = page.limit()?;
    let (tenant, applicant) = (signed.tenant.id, signed.applicant.id);
    let after = page.after.map(PasskeyId);
    let kept = app
        .store
        .open_passkeys(tenant, applicant, after, limit + 1)
        .await?;
    let out = kept.into_iter().map(|one| {
        let name = one.name.as_text().unwrap_or_default();
        PasskeyOut::new(one.row, name)
    });
    let out = out.collect();
    Ok(Json(PageOut::new(out, limit, |out| out.id, |out| out)))
}

/// Another name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyNameIn {
    /// 1 to 60 characters.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
}

/// Calls a passkey something else.
#[utoipa::path(put, path = "/v1/account/passkeys/{id}", tag = "account", request_body = PasskeyNameIn, security(("account" = [])),
    params(("id" = Uuid, Path), ("Menshen-Page" = String, Header, description = "1")),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn rename_passkey(
    State(app): State<App>,
    signed_in: SignedIn,
    Id(id): Id<Uuid>,
    input: Input<PasskeyNameIn>,
) -> Result<StatusCode, ApiError> {
    let signed = signed_in.signed;
    let name = passkey::name(&input.value.name)?;
    let mut tx = app.store.begin().await?;
    let row = find(&mut tx, &signed, id).await?;
    tx.rename_passkey(&row, &name).await?;
    let act = Act::new(&signed.caller(), "passkey.renamed", "passkey", id);
    record::audit(&mut tx, act, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a passkey. Confirmed with `remove_factor` and the detail `passkey:` with its id. The person hears of it at every address. The
/// device keeps what it has: only its owner can remove it there.
#[utoipa::path(post, path = "/v1/account/passkeys/{id}/remove", tag = "account", request_body = ConfirmedIn, security(("account" = [])),
    params(("id" = Uuid, Path), ("Menshen-Page" = String, Header, description = "1")),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn remove_passkey(
    State(app): State<App>,
    signed_in: SignedIn,
    Id(id): Id<Uuid>,
    input: Input<ConfirmedIn>,
) -> Result<StatusCode, ApiError> {
    let signed = signed_in.signed;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    tx.lock_applicant(signed.tenant.id, signed.applicant.id)
        .await?;
    let row = find(&mut tx, &signed, id).await?;
    let mut account = account(&mut tx, &signed).await?;
    refuse_last(&mut tx, &account).await?;
    let detail = format!("passkey:{id}");
    let what = (Action::RemoveFactor, &*detail);
    step_up::require(&mut tx, &signed, what, input.value.step_up, now).await?;
    tx.revoke_passkey(&row, now).await?;
    let act = Act::new(&signed.caller(), "passkey.revoked", "passkey", id);
    record::audit(&mut tx, act, now).await?;
    let action = "account.passkey_removed";
    changed(&app, &mut tx, &signed, &mut account, action).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(tx: &mut Tx, signed: &Signed, id: Uuid) -> Result<PasskeyRow, ApiError> {
    let whose = (signed.tenant.id, signed.applicant.id);
    let found = tx.find_passkey(whose, PasskeyId(id)).await?;
    let found = found.ok_or(ApiError::NotFound("passkey"))?;
    Ok(found.row)
}

/// Refuses to take away the only thing that a sign-in can begin with: a password or a passkey. A face begins none.
async fn refuse_last(tx: &mut Tx, account: &AccountRow) -> Result<(), ApiError> {
    let left = tx.count_passkeys(account.tenant_id, account.applicant_id);
    if account.has_password || left.await? > 1 {
        return Ok(());
    }
    let detail = "nobody could sign in any more; set a password or add another passkey first";
    Err(ApiError::conflict("factor_last", detail))
}
