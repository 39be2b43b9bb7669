//! A device that the account does not know: the person is verified again on it, then it is trusted.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use menshen_core::account::HoldReason;
use menshen_core::notice::Notice;
use menshen_core::verification::{Flow, State as Life};
use menshen_store::{DeviceRow, TrustedBy, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::session::{AccountOut, describe};
use crate::account::standing::{Trust, known};
use crate::account::{Signed, SignedIn, hold, tell};
use crate::app::App;
use crate::case::Case;
use crate::input::Input;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::routes::entitlements::RestrictionOut;
use crate::routes::opening::Opening;

/// A verification of the device's owner.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceVerificationIn {
    /// The person was told what stays limited meanwhile.
    #[serde(default)]
    pub accept_limits: bool,
}

/// A verification that was opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeviceVerificationOut {
    /// Its id: the live check is opened with it, then it is submitted.
    pub verification: Uuid,
    /// Why: always `new_device`.
    #[schema(value_type = String, example = "new_device")]
    pub flow: Flow,
}

/// Opens the verification with which this session's device comes to be trusted: the live face against the one first verified.
#[utoipa::path(post, path = "/v1/account/session/verification", tag = "account", request_body = DeviceVerificationIn, security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 201, body = DeviceVerificationOut), (status = 401, body = Problem), (status = 409, body = Problem)))]
pub async fn verify_device(
    State(app): State<App>,
    signed_in: SignedIn,
    input: Input<DeviceVerificationIn>,
) -> Result<Response, ApiError> {
    let signed = signed_in.signed;
    let policy = app.policy(&signed.tenant)?;
    if known(&app, &policy, &signed).await?.trust != Trust::Verify {
        let detail = "this session's device needs no verification, or has shown no key";
        return Err(ApiError::conflict("device_not_to_verify", detail));
    }
    if let Some(rule) = policy.entitlements.restrictions.get(&Flow::NewDevice)
        && !input.value.accept_limits
    {
        let warning = RestrictionOut::warning(Flow::NewDevice, rule);
        return Err(ApiError::Limits(Box::new(warning)));
    }
    let level = verified_level(&app, &signed).await?;
    let caller = signed.caller();
    let opening = Opening {
        caller: &caller,
        applicant: (signed.tenant.id, signed.applicant.id),
        level,
        flow: Flow::NewDevice,
        policy,
    };
    let mut tx = app.store.begin().await?;
    let mut device = own_device(&mut tx, &signed).await?;
    let case = opening.open(&mut tx, app.now()).await?;
    tx.verify_device(&mut device, case.row.id).await?;
    tx.commit().await?;
    let out = DeviceVerificationOut {
        verification: case.row.id.0,
        flow: case.flow,
    };
    Ok((StatusCode::CREATED, Json(out)).into_response())
}

/// Returns the level at which somebody was first verified.
///
/// # Errors
/// `never_verified`; the store's.
pub async fn verified_level(app: &App, signed: &Signed) -> Result<String, ApiError> {
    level_of(app, signed.tenant.id, signed.applicant.id).await
}

/// The same, of an applicant.
///
/// # Errors
/// `never_verified`; the store's.
pub async fn level_of(
    app: &App,
    tenant: menshen_core::ids::TenantId,
    applicant: menshen_core::ids::ApplicantId,
) -> Result<String, ApiError> {
    let never = || ApiError::conflict("never_verified", "there is no first verification to repeat");
    let identity = app.store.find_identity(tenant, applicant).await?;
    let first = identity.ok_or_else(never)?.verification_id;
    let row = app.store.find_verification(tenant, first).await?;
    row.map(|row| row.level).ok_or_else(never)
}

async fn own_device(tx: &mut Tx, signed: &Signed) -> Result<DeviceRow, ApiError> {
    let id = signed
        .session
        .device_id
        .ok_or(ApiError::NotFound("device"))?;
    let device = tx.find_device(signed.tenant.id, id).await?;
    let good = |row: &DeviceRow| row.revoked_at.is_none();
    device.filter(good).ok_or(ApiError::NotFound("device"))
}

/// Trusts this session's device, and knows the network in which it is, once the verification that was opened on it has verified its
/// owner. Withdrawals are held where the device was not trusted before.
#[utoipa::path(post, path = "/v1/account/session/trust", tag = "account", security(("account" = [])),
    params(("Menshen-Page" = String, Header, description = "1")),
    responses((status = 200, body = AccountOut), (status = 401, body = Problem), (status = 409, body = Problem)))]
pub async fn trust_device(
    State(app): State<App>,
    signed_in: SignedIn,
) -> Result<Json<AccountOut>, ApiError> {
    let mut signed = signed_in.signed;
    let policy = app.policy(&signed.tenant)?;
    let now = app.now();
    let whom = (signed.tenant.id, signed.applicant.id);
    let mut tx = app.store.begin().await?;
    let mut device = own_device(&mut tx, &signed).await?;
    if !is_verified(&app, &mut tx, &device).await? {
        let detail = "the person was not verified on this device yet";
        return Err(ApiError::conflict("device_not_verified", detail));
    }
    let here = signed.session.browser.clone();
    let was_known = device.is_trusted() && device.is_at_home(&here);
    tx.trust_device(&mut device, (TrustedBy::Verification, &here), now)
        .await?;
    if let Some(network) = &signed.session.network {
        tx.keep_network(whom, network, now).await?;
    }
    let by = TrustedBy::Verification.as_str();
    let act = Act::new(
        &signed.caller(),
        "account.device_trusted",
        "device",
        device.id.0,
    );
    record::audit(&mut tx, act.with("by", by), now).await?;
    if !was_known {
        let account = tx.find_account(whom.0, whom.1).await?;
        signed.account = account.ok_or(ApiError::Stranger)?;
        let why = (&*policy, HoldReason::NewDevice);
        hold(&mut tx, &mut signed.account, why, now).await?;
        tell(&mut tx, whom, Notice::DeviceTrusted, now).await?;
    }
    tx.commit().await?;
    describe(&app, &signed).await.map(Json)
}

/// Was the owner verified by the verification that was opened on the device? No other one counts: whoever has the password must
/// not wait for the owner to be verified elsewhere.
async fn is_verified(app: &App, tx: &mut Tx, device: &DeviceRow) -> Result<bool, ApiError> {
    let Some(id) = device.verification_id else {
        return Ok(false);
    };
    let row = tx.find_verification(device.tenant_id, id).await?;
    let Some(row) = row.filter(|row| row.applicant_id == device.applicant_id) else {
        return Ok(false);
    };
    let case = Case::read(app, row).await?;
    Ok(case.flow == Flow::NewDevice && matches!(case.progress.state, Life::Verified { .. }))
}
