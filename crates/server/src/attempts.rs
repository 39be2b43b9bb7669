//! Attempts: who or what they are counted for.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use menshen_core::attempts::{Failures, horizon};
use menshen_core::ids::TenantId;
use menshen_core::time::Millis;
use menshen_store::{AttemptsOf, DigestKind, NewAttempt, VerificationRow};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::caller::{bearer, is_persons};
use crate::case::Case;
use crate::problem::ApiError;

/// Where a submission comes from. Personal: only digests are kept.
#[derive(Clone, Default)]
pub struct Origin {
    device: Option<String>,
    address: Option<IpAddr>,
}

/// Longest name of a device.
const LONGEST: usize = 200;

impl FromRequestParts<App> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let text = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let device =
            text("menshen-device").filter(|name| !name.is_empty() && name.len() <= LONGEST);
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(address)| address.ip());
        // An integrator's server speaks for the person; a person's own page cannot name another address.
        let key = bearer(parts).is_some_and(|secret| !is_persons(secret));
        let told = text("menshen-address").and_then(|address| address.parse().ok());
        let forwarded = peer
            .filter(|peer| app.config.trusted_proxies.contains(peer))
            .and_then(|_| {
                text("x-forwarded-for")?
                    .rsplit(',')
                    .next()?
                    .trim()
                    .parse()
                    .ok()
            });
        let address = if key { told } else { forwarded.or(peer) };
        Ok(Self {
            device: device.map(str::to_owned),
            address,
        })
    }
}

/// Where a submission came from, as digests that nobody can turn back.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Place {
    device: Option<String>,
    address: Option<String>,
}

impl Place {
    /// Returns the digests of an origin.
    pub fn of(app: &App, tenant: TenantId, origin: &Origin) -> Self {
        let digest = |kind, text: &str| app.store.digest(tenant, kind, text.as_bytes());
        let address = origin.address.map(|address| address.to_string());
        Self {
            device: origin
                .device
                .as_ref()
                .map(|device| digest(DigestKind::Device, device)),
            address: address.map(|address| digest(DigestKind::Address, &address)),
        }
    }

    /// Returns where a verification was submitted from last; nowhere once the person was erased.
    ///
    /// # Errors
    /// The machine's where the row is none that this version writes.
    pub fn of_row(row: &VerificationRow) -> Result<Self, ApiError> {
        match &row.submitted_from {
            Some(text) => serde_json::from_str(text).map_err(ApiError::machine),
            None => Ok(Self::default()),
        }
    }

    /// Returns it as a row carries it.
    ///
    /// # Errors
    /// The machine's, never in practice.
    pub fn to_text(&self) -> Result<String, ApiError> {
        serde_json::to_string(self).map_err(ApiError::machine)
    }

    /// Returns the attempt of a verdict.
    pub fn attempt(&self, case: &Case, counted: bool) -> NewAttempt {
        NewAttempt {
            tenant_id: case.row.tenant_id,
            applicant_id: case.row.applicant_id,
            verification_id: case.row.id,
            device: self.device.clone(),
            address: self.address.clone(),
            counted,
        }
    }

    /// Adds a failure from here.
    pub fn fail(&self, failures: &mut Failures, at: Millis) {
        failures.applicant.push(at);
        failures.device.extend(self.device.as_ref().map(|_| at));
        failures.address.extend(self.address.as_ref().map(|_| at));
    }
}

/// Returns the counted failures that matter for a submission from a place.
///
/// # Errors
/// The store's.
pub async fn failures(app: &App, case: &Case, place: &Place) -> Result<Failures, ApiError> {
    let since = app.now().plus(-horizon(&case.policy.attempts));
    let (store, tenant) = (&app.store, case.row.tenant_id);
    let applicant = AttemptsOf::Applicant(case.row.applicant_id);
    let mut failures = Failures {
        applicant: store.counted_attempts(tenant, applicant, since).await?,
        ..Failures::default()
    };
    if let Some(device) = &place.device {
        let device = AttemptsOf::Device(device);
        failures.device = store.counted_attempts(tenant, device, since).await?;
    }
    if let Some(address) = &place.address {
        let address = AttemptsOf::Address(address);
        failures.address = store.counted_attempts(tenant, address, since).await?;
    }
    Ok(failures)
}
