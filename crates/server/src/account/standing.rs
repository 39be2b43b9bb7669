//! Whether the device of a session is one that the account knows, and what stands over the account.

use menshen_core::ids::AccountSessionId;
use menshen_core::policy::{Policy, UnknownDevice, UnknownNetwork};
use menshen_core::{Reason, ReasonCode};
use menshen_store::{AccountRow, ApplicantRow, DeviceRow, TenantRow};

use super::Signed;
use crate::app::App;
use crate::problem::ApiError;

/// How far a session's device is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The account trusts it.
    Trusted,
    /// The person must show their live face on it.
    Verify,
    /// Two factors must be shown on it.
    TwoFactors,
    /// It has shown no key.
    NoKey,
}

impl Trust {
    /// Returns its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Verify => "verify",
            Self::TwoFactors => "two_factors",
            Self::NoKey => "no_key",
        }
    }
}

/// What the account does not know of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strange {
    /// The device.
    Device,
    /// The system on which the device's key turns up.
    System,
    /// The network, where the policy asks for the live face then.
    Network,
}

impl Strange {
    /// Returns its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::System => "system",
            Self::Network => "network",
        }
    }

    /// Returns why such a session may only read.
    pub const fn reason(self) -> ReasonCode {
        match self {
            Self::Device | Self::System => ReasonCode::DeviceUnknown,
            Self::Network => ReasonCode::NetworkUnknown,
        }
    }

    /// Returns how more than reading is refused.
    pub fn refusal(self) -> ApiError {
        ApiError::FirstThis(Box::new(Reason::new(self.reason())))
    }
}

/// How far a session is known, and what of it is not.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// How far.
    pub trust: Trust,
    /// What is not; none where it is trusted.
    pub strange: Option<Strange>,
}

/// Tells how far a session is known.
///
/// # Errors
/// The store's.
pub async fn known(app: &App, policy: &Policy, signed: &Signed) -> Result<Known, ApiError> {
    let needed = needs(app, policy, signed).await?;
    let strange = strange(app, policy, signed).await?;
    let trust = match (strange, needed) {
        (None, _) => Trust::Trusted,
        (Some(Strange::Network), _) | (_, UnknownDevice::Verify) => Trust::Verify,
        // Who leaves the key out may not do more than who shows an unknown one.
        (_, UnknownDevice::TwoFactors) if signed.session.device_id.is_none() => Trust::NoKey,
        (_, UnknownDevice::TwoFactors) => Trust::TwoFactors,
    };
    Ok(Known { trust, strange })
}

async fn strange(app: &App, policy: &Policy, signed: &Signed) -> Result<Option<Strange>, ApiError> {
    let Some(id) = signed.session.device_id else {
        return Ok(Some(Strange::Device));
    };
    let device = app.store.find_device(signed.tenant.id, id).await?;
    let Some(device) = device.filter(DeviceRow::is_trusted) else {
        return Ok(Some(Strange::Device));
    };
    if !device.is_at_home(&signed.session.browser) {
        return Ok(Some(Strange::System));
    }
    let far = policy.accounts.unknown_network == UnknownNetwork::Verify
        && is_verified(app, signed).await?
        && !is_network_known(app, signed).await?;
    Ok(far.then_some(Strange::Network))
}

/// Was the account used from the session's network before? Where no address is known there is nothing to be told apart.
///
/// # Errors
/// The store's.
pub async fn is_network_known(app: &App, signed: &Signed) -> Result<bool, ApiError> {
    let Some(network) = &signed.session.network else {
        return Ok(true);
    };
    let known = app
        .store
        .knows_network(signed.applicant.id, network, app.now());
    Ok(known.await?)
}

/// Was the person ever verified? Who was not cannot be verified again.
///
/// # Errors
/// The store's.
pub async fn is_verified(app: &App, signed: &Signed) -> Result<bool, ApiError> {
    let (tenant, applicant) = (signed.tenant.id, signed.applicant.id);
    Ok(app.store.find_identity(tenant, applicant).await?.is_some())
}

/// The same of a session that is named; none where it has ended, or is another person's.
///
/// # Errors
/// The store's.
pub async fn known_of(
    app: &App,
    policy: &Policy,
    (tenant, applicant, session): (&TenantRow, &ApplicantRow, AccountSessionId),
    account: AccountRow,
) -> Result<Option<Known>, ApiError> {
    let alive = super::alive(app.now());
    let found = app
        .store
        .find_open_account_session(tenant.id, session, alive)
        .await?;
    let Some(session) = found.filter(|row| row.applicant_id == applicant.id) else {
        return Ok(None);
    };
    let signed = Signed {
        session,
        account,
        applicant: applicant.clone(),
        tenant: tenant.clone(),
    };
    known(app, policy, &signed).await.map(Some)
}

/// Tells what a device of somebody needs to be trusted.
///
/// # Errors
/// The store's.
pub async fn needs(app: &App, policy: &Policy, signed: &Signed) -> Result<UnknownDevice, ApiError> {
    Ok(match is_verified(app, signed).await? {
        true => policy.accounts.unknown_device,
        false => UnknownDevice::TwoFactors,
    })
}

/// Refuses what an unknown device may not do: more than read.
///
/// # Errors
/// `device_unknown`, `network_unknown`; the store's.
pub async fn require_trusted(app: &App, signed: &Signed) -> Result<(), ApiError> {
    let policy = app.policy(&signed.tenant)?;
    match known(app, &policy, signed).await?.strange {
        None => Ok(()),
        Some(strange) => Err(strange.refusal()),
    }
}
