//! Devices of a person: the numbers that they sign, what they are called, and taking them away.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::account::Action;
use menshen_core::ids::DeviceId;
use menshen_core::notice::Notice;
use menshen_core::time::Millis;
use menshen_store::DeviceRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::session::{AccountOut, describe};
use super::tenant;
use crate::account::device::{DeviceProofIn, NONCE};
use crate::account::standing::require_trusted;
use crate::account::{Signed, SignedIn, Visitor, step_up, tell};
use crate::app::App;
use crate::input::{Id, Input};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::sign_in::browser::{PEOPLE, SetCookie};

/// Which tenant's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NonceIn {
    /// The tenant.
    pub tenant: Uuid,
}

/// A number that a device signs, once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NonceOut {
    /// The number.
    pub nonce: String,
    /// When it is no longer good, RFC 3339.
    pub expires_at: String,
}

/// Draws a number that a device signs to show that it holds its key.
#[utoipa::path(post, path = "/v1/account/devices/nonce", tag = "account", request_body = NonceIn, security(()),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = NonceOut), (status = 404, body = Problem)))]
pub async fn draw_nonce(
    State(app): State<App>,
    _visitor: Visitor,
    input: Input<NonceIn>,
) -> Result<Json<NonceOut>, ApiError> {
    let tenant = tenant(&app, input.value.tenant).await?;
    let until = app.now().plus(NONCE);
    let nonce = app.store.draw_nonce(tenant.id, until).await?;
    Ok(Json(NonceOut {
        nonce: nonce.reveal().to_owned(),
        expires_at: until.to_timestamp().to_string(),
    }))
}

/// A device.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeviceOut {
    /// The id.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// `chrome`, `edge`, `firefox`, `safari` or `other`.
    pub browser: String,
    /// `windows`, `macos`, `linux`, `android`, `ios` or `other`.
    pub system: String,
    /// Is it the one that asks?
    pub current: bool,
    /// Since when the account trusts it, RFC 3339; left out where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_at: Option<String>,
    /// By what: `registration`, `verification`, `two_factors` or `recovery`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_by: Option<&'static str>,
    /// When it was first seen, RFC 3339.
    pub created_at: String,
    /// When it was last used to sign in, RFC 3339.
    pub used_at: String,
}

async fn show(app: &App, row: DeviceRow, current: Option<DeviceId>) -> Result<DeviceOut, ApiError> {
    let text = |at: Millis| at.to_timestamp().to_string();
    let name = app.store.find_device_name(row.tenant_id, row.id).await?;
    let name = name.as_ref().and_then(|name| name.as_text());
    let (browser, system) = row.browser.split_once(',').unwrap_or(("other", "other"));
    Ok(DeviceOut {
        id: row.id.0,
        name: name.unwrap_or_default().to_owned(),
        browser: browser.to_owned(),
        system: system.to_owned(),
        current: Some(row.id) == current,
        trusted_at: row.trusted_at.map(text),
        trusted_by: row.trusted_by.map(|by| by.as_str()),
        created_at: text(row.created_at),
        used_at: text(row.used_at),
    })
}

/// Lists the person's devices, newest first.
#[utoipa::path(get, path = "/v1/account/devices", tag = "account", security(("account" = [])),
    responses((status = 200, body = [DeviceOut]), (status = 401, body = Problem)))]
pub async fn list_devices(
    State(app): State<App>,
    signed_in: SignedIn,
) -> Result<Json<Vec<DeviceOut>>, ApiError> {
    devices_of(&app, &signed_in.signed).await.map(Json)
}

/// Returns a person's devices, newest first.
///
/// # Errors
/// The store's.
pub async fn devices_of(app: &App, signed: &Signed) -> Result<Vec<DeviceOut>, ApiError> {
    let mut out = Vec::new();
    for row in app
        .store
        .list_devices(signed.tenant.id, signed.applicant.id)
        .await?
    {
        out.push(show(app, row, signed.session.device_id).await?);
    }
    Ok(out)
}

/// The device of a session that has shown none shows its key.
#[utoipa::path(post, path = "/v1/account/session/device", tag = "account", request_body = DeviceProofIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = AccountOut), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn show_device(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<DeviceProofIn>,
) -> Result<Response, ApiError> {
    let SignedIn { signed, browser } = signed_in;
    if signed.session.device_id.is_some() {
        let detail = "this session has shown its device";
        return Err(ApiError::conflict("device_shown", detail));
    }
    let proof = input.value.check(signed.tenant.id)?;
    let now = app.now();
    let tx = app.store.begin().await?;
    let with = (&[][..], Some(proof));
    let (signed, cookie) = crate::account::open(&app, tx, signed, with, &browser, now).await?;
    Ok((cookie, Json(describe(&app, &signed).await?)).into_response())
}

/// Another name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceNameIn {
    /// 1 to 60 characters.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
}

/// Calls a device something else.
#[utoipa::path(put, path = "/v1/account/devices/{id}", tag = "account", request_body = DeviceNameIn, security(("account" = [])),
    params(("id" = Uuid, Path), ("Menshen-Page" = String, Header, description = "1")),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn rename_device(
    State(app): State<App>,
    signed_in: SignedIn,
    Id(id): Id<Uuid>,
    input: Input<DeviceNameIn>,
) -> Result<StatusCode, ApiError> {
    let signed = signed_in.signed;
    require_trusted(&app, &signed).await?;
    let name = input.value.name;
    if !(1..=60).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        let detail = "name must have 1 to 60 characters";
        return Err(ApiError::invalid("name_invalid", detail));
    }
    let mut tx = app.store.begin().await?;
    let device = tx.find_device(signed.tenant.id, DeviceId(id)).await?;
    let own = |row: &DeviceRow| row.applicant_id == signed.applicant.id && row.revoked_at.is_none();
    let device = device.filter(own).ok_or(ApiError::NotFound("device"))?;
    tx.rename_device(&device, &name).await?;
    let act = Act::new(&signed.caller(), "account.device_renamed", "device", id);
    record::audit(&mut tx, act, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What confirms it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmedIn {
    /// The step-up that confirms the action.
    pub step_up: Option<Uuid>,
}

/// Revokes a device: its key opens nothing any more, and its sessions end. Confirmed with `remove_device` and the device's id.
#[utoipa::path(post, path = "/v1/account/devices/{id}/revoke", tag = "account", request_body = ConfirmedIn, security(("account" = [])),
    params(("id" = Uuid, Path), ("Menshen-Page" = String, Header, description = "1")),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn revoke_device(
    State(app): State<App>,
    signed_in: SignedIn,
    Id(id): Id<Uuid>,
    input: Input<ConfirmedIn>,
) -> Result<Response, ApiError> {
    let signed = signed_in.signed;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let device = tx.find_device(signed.tenant.id, DeviceId(id)).await?;
    let own = |row: &DeviceRow| row.applicant_id == signed.applicant.id && row.revoked_at.is_none();
    let device = device.filter(own).ok_or(ApiError::NotFound("device"))?;
    let what = (Action::RemoveDevice, &*id.to_string());
    step_up::require(&mut tx, &signed, what, input.value.step_up, now).await?;
    tx.revoke_device(&device, now).await?;
    tx.end_account_sessions_on(signed.applicant.id, device.id)
        .await?;
    let act = Act::new(&signed.caller(), "account.device_revoked", "device", id);
    record::audit(&mut tx, act, now).await?;
    let whom = (signed.tenant.id, signed.applicant.id);
    tell(&mut tx, whom, Notice::FactorChanged, now).await?;
    tx.commit().await?;
    let gone = StatusCode::NO_CONTENT;
    match signed.session.device_id == Some(device.id) {
        true => Ok((SetCookie::none(&PEOPLE), gone).into_response()),
        false => Ok(gone.into_response()),
    }
}
