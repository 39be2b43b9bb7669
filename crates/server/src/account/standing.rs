//! Whether the device of a session is one that the account knows, and what stands over the account.

use menshen_core::ids::AccountSessionId;
use menshen_core::policy::{Policy, UnknownDevice};
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

/// Tells how far a session's device is known.
///
/// # Errors
/// The store's.
pub async fn trust(app: &App, policy: &Policy, signed: &Signed) -> Result<Trust, ApiError> {
    let tenant = signed.tenant.id;
    let needed = needs(app, policy, signed).await?;
    let Some(id) = signed.session.device_id else {
        // Who leaves the key out may not do more than who shows an unknown one.
        return Ok(match needed {
            UnknownDevice::Verify => Trust::Verify,
            UnknownDevice::TwoFactors => Trust::NoKey,
        });
    };
    let device = app.store.find_device(tenant, id).await?;
    let known = |row: &DeviceRow| row.is_trusted() && row.is_at_home(&signed.session.browser);
    if device.as_ref().is_some_and(known) {
        return Ok(Trust::Trusted);
    }
    Ok(match needed {
        UnknownDevice::Verify => Trust::Verify,
        UnknownDevice::TwoFactors => Trust::TwoFactors,
    })
}

/// The same of a session that is named; none where it has ended, or is another person's.
///
/// # Errors
/// The store's.
pub async fn trust_of(
    app: &App,
    policy: &Policy,
    (tenant, applicant, session): (&TenantRow, &ApplicantRow, AccountSessionId),
    account: AccountRow,
) -> Result<Option<Trust>, ApiError> {
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
    trust(app, policy, &signed).await.map(Some)
}

/// Tells what a device of somebody needs to be trusted: who was never verified cannot be verified again.
///
/// # Errors
/// The store's.
pub async fn needs(app: &App, policy: &Policy, signed: &Signed) -> Result<UnknownDevice, ApiError> {
    let (tenant, applicant) = (signed.tenant.id, signed.applicant.id);
    let verified = app.store.find_identity(tenant, applicant).await?.is_some();
    Ok(match verified {
        true => policy.accounts.unknown_device,
        false => UnknownDevice::TwoFactors,
    })
}

/// Refuses what an unknown device may not do: more than read.
///
/// # Errors
/// `device_unknown`; the store's.
pub async fn require_trusted(app: &App, signed: &Signed) -> Result<(), ApiError> {
    let policy = app.policy(&signed.tenant)?;
    match trust(app, &policy, signed).await? {
        Trust::Trusted => Ok(()),
        _ => Err(unknown_device()),
    }
}

/// How an unknown device is refused.
pub fn unknown_device() -> ApiError {
    let reason = Reason::new(ReasonCode::DeviceUnknown);
    ApiError::FirstThis(Box::new(reason))
}
