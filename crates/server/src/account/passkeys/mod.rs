//! Passkeys as a factor of people's accounts: a question to the browser, kept for one answer, and the answer judged.
//!
//! A pattern, PIN, finger or face that the device asks for is the passkey's own user verification: the device alone checks it, and
//! says so with a flag under its signature. By that flag and the policy a passkey counts as both factors or as one
//! (`core::policy::judge_passkey`); docs/passkeys.md explains it.

mod ceremony;
mod register;
mod show;

use menshen_core::ids::{ApplicantId, TenantId};
use menshen_core::passkey::Fault;
use menshen_core::time::{MINUTE, Millis};
use menshen_passkey::{Party, Passkey};
use menshen_store::{DigestKind, OpenedPasskey, TenantRow};
use sha2::{Digest as _, Sha256};

pub use ceremony::Asked;
pub use register::{begin_registration, finish_registration};
pub use show::{By, PasskeyShown, Whom, begin_authentication, finish_authentication};

use crate::app::App;
use crate::problem::ApiError;

/// How long an answer is taken; browsers are told to wait as long for the person.
const PATIENCE: i64 = 5 * MINUTE;

/// Returns the service as browsers know it, under the tenant's name. All tenants of an address share its domain; what keeps their
/// passkeys apart is whose they are.
///
/// # Errors
/// [`Fault::Unavailable`] without a `public_url` that browsers make passkeys for.
fn party(app: &App, tenant: &TenantRow) -> Result<Party, ApiError> {
    let address = app.config.public_url.as_deref();
    let party = address.and_then(|address| Party::new(address, &tenant.name).ok());
    Ok(party.ok_or(Fault::Unavailable)?)
}

/// Returns what authenticators know a person by: bytes that say nothing about them, and nothing in another tenant.
fn handle(app: &App, tenant: TenantId, applicant: ApplicantId) -> [u8; 32] {
    secret_bytes(
        app,
        tenant,
        DigestKind::PasskeyHandle,
        applicant.0.as_bytes(),
    )
}

/// Returns bytes that nobody can compute without the store's secret.
fn secret_bytes(app: &App, tenant: TenantId, kind: DigestKind, value: &[u8]) -> [u8; 32] {
    let digest = app.store.digest(tenant, kind, value);
    Sha256::digest(digest.as_bytes()).into()
}

/// Reads a passkey as it was kept.
///
/// # Errors
/// The machine's where this version did not write it.
fn read(kept: &OpenedPasskey) -> Result<Passkey, ApiError> {
    serde_json::from_slice(&kept.credential).map_err(ApiError::machine)
}

/// Returns when a question that is asked now is over.
const fn until(now: Millis) -> Millis {
    now.plus(PATIENCE)
}
