//! The session of somebody who has shown enough begins: with what device, and from what network.

use menshen_core::account::{Assurance, Factor, HoldReason, assurance};
use menshen_core::notice::Notice;
use menshen_core::policy::{UnknownDevice, UnknownNetwork};
use menshen_core::strikes::Tried;
use menshen_core::time::Millis;
use menshen_store::{DeviceRow, SessionStage, TrustedBy, Tx};

use super::codes::RESET;
use super::device::Proven;
use super::standing::{is_network_known, is_verified, needs};
use super::{Beginning, Signed, begin, hold, tell};
use crate::app::App;
use crate::problem::ApiError;
use crate::record::{self, Act};
use crate::sign_in::browser::{Browser, SetCookie};

/// Opens the session of somebody who has shown enough, in place of the one before; commits. The device is the one that has shown
/// its key, now or before.
///
/// # Errors
/// [`ApiError::Stranger`] where the session before has ended meanwhile; `device_proof_wrong`; the store's.
pub async fn open(
    app: &App,
    mut tx: Tx,
    signed: Signed,
    (more, device): (&[Factor], Option<Proven>),
    browser: &Browser,
    now: Millis,
) -> Result<(Signed, SetCookie), ApiError> {
    let whom = (signed.tenant.id, signed.applicant.id);
    if !tx.end_account_session(whom.1, signed.session.id).await? {
        return Err(ApiError::Stranger);
    }
    let mut shown = signed.session.shown.clone();
    shown.extend_from_slice(more);
    let device = match (device, signed.session.device_id) {
        (Some(proof), _) => Some(proof.known_or_kept(&mut tx, whom, browser, now).await?),
        (None, Some(id)) => tx.find_device(whom.0, id).await?,
        (None, None) => None,
    };
    let revoked = |device: &DeviceRow| device.revoked_at.is_some();
    if device.as_ref().is_some_and(revoked) {
        return Err(ApiError::Stranger);
    }
    let at_home = |device: &DeviceRow| device.is_trusted() && device.is_at_home(&browser.name);
    let known = device.as_ref().is_some_and(at_home);
    let beginning = Beginning {
        stage: SessionStage::Open,
        shown,
        device: device.as_ref().map(|device| device.id),
        // Where nothing was shown the person is as sure as before, and no longer.
        as_before: more
            .is_empty()
            .then_some((signed.session.created_at, signed.session.expires_at)),
    };
    let (session, cookie) = begin(&mut tx, whom, beginning, browser, now).await?;
    let by: Vec<&str> = session.shown.iter().map(|factor| factor.name()).collect();
    let act = Act::new(&signed.caller(), "account.signed_in", "applicant", whom.1.0)
        .with("session", session.id.to_string())
        .with("by", by.join(","))
        .with(
            "device",
            device
                .as_ref()
                .map_or("none", |_| if known { "trusted" } else { "unknown" }),
        );
    record::audit(&mut tx, act, now).await?;
    // Whoever has signed in with two factors may set the password anew again, whatever a stranger has tried.
    tx.forget_strikes(Tried::Code, &format!("{RESET}{}", whom.1))
        .await?;
    let mut signed = Signed { session, ..signed };
    if !known {
        meet(app, &mut tx, &mut signed, device, now).await?;
    }
    arrive(app, &mut tx, &signed, known && !more.is_empty(), now).await?;
    tx.commit().await?;
    Ok((signed, cookie))
}

/// A device that the account does not know: it is trusted where two factors are enough, and the person hears of it.
async fn meet(
    app: &App,
    tx: &mut Tx,
    signed: &mut Signed,
    device: Option<DeviceRow>,
    now: Millis,
) -> Result<(), ApiError> {
    let whom = (signed.tenant.id, signed.applicant.id);
    let policy = app.policy(&signed.tenant)?;
    let enough = needs(app, &policy, signed).await? == UnknownDevice::TwoFactors
        && assurance(&signed.session.shown) >= Some(Assurance::Two);
    match device {
        Some(mut device) if enough => {
            let here = signed.session.browser.clone();
            tx.trust_device(&mut device, (TrustedBy::TwoFactors, &here), now)
                .await?;
            let reason = HoldReason::NewDevice;
            hold(tx, &mut signed.account, (&policy, reason), now).await?;
            let act = Act::new(
                &signed.caller(),
                "account.device_trusted",
                "device",
                device.id.0,
            );
            record::audit(tx, act.with("by", TrustedBy::TwoFactors.as_str()), now).await?;
            tell(tx, whom, Notice::DeviceTrusted, now).await
        }
        _ => tell(tx, whom, Notice::SignedInNewDevice, now).await,
    }
}

/// The network in which a session begins: it is known from now on, unless the policy asks for the live face first. Of one that was
/// not known the person is told, unless they are told of the device.
async fn arrive(
    app: &App,
    tx: &mut Tx,
    signed: &Signed,
    tells: bool,
    now: Millis,
) -> Result<(), ApiError> {
    let Some(network) = &signed.session.network else {
        return Ok(());
    };
    let whom = (signed.tenant.id, signed.applicant.id);
    let rule = app.policy(&signed.tenant)?.accounts.unknown_network;
    let is_new = !is_network_known(app, signed).await?;
    if is_new && tells && rule != UnknownNetwork::Nothing {
        tell(tx, whom, Notice::SignedInNewNetwork, now).await?;
    }
    if is_new && rule == UnknownNetwork::Verify && is_verified(app, signed).await? {
        return Ok(());
    }
    Ok(tx.keep_network(whom, network, now).await?)
}
