//! Opening a session: who may, and what it asks for.

use menshen_core::ids::LiveId;
use menshen_core::live::{Arrivals, Camera, Challenge, Live, Mode, NoLight, TriedOut};
use menshen_core::reason::Step;
use menshen_core::time::Millis;
use menshen_core::verification::Flow;
use menshen_store::{LiveState, NewLive, Part, Store, StoreError, Tx};
use sha2::{Digest, Sha256};

use super::finish::{self, End};
use super::key::{self, Bound, POINT};
use super::session::{Held, Session};
use crate::app::App;
use crate::capture;
use crate::case::Case;
use crate::problem::ApiError;
use crate::routes::privacy::BIOMETRIC;

/// What a client asks for.
pub struct Wanted<'a> {
    /// Its name of the device.
    pub device: &'a str,
    /// Its public key.
    pub capture_key: &'a [u8; POINT],
    /// Which way.
    pub mode: Mode,
    /// Why no colours may be shown.
    pub no_light: Option<NoLight>,
    /// Its camera.
    pub camera: Camera,
}

/// What it gets.
pub struct Opened {
    /// The session.
    pub id: LiveId,
    /// When its time runs out.
    pub expires_at: Millis,
    /// The server's public key.
    pub server_key: [u8; POINT],
    /// Why no colours are shown.
    pub no_light: Option<NoLight>,
    /// Did it end another one?
    pub ended_another: bool,
}

/// Checks that a live check may be done for a verification.
///
/// # Errors
/// `consent_needed`, `consent_withdrawn`, [`ApiError::NotNow`]; the store's.
pub async fn check(app: &App, case: &Case, now: Millis) -> Result<(), ApiError> {
    case.progress.takes(Step::Liveness, now)?;
    let (tenant, applicant) = (case.row.tenant_id, case.row.applicant_id);
    let consents = app.store.list_consents(tenant, applicant).await?;
    let given =
        |row: &menshen_store::ConsentRow| row.purpose == BIOMETRIC && row.withdrawn_at.is_none();
    if !consents.iter().any(given) {
        let detail =
            "record the consent `biometric_template` first, or take the way without a face";
        return Err(ApiError::conflict("consent_needed", detail));
    }
    capture::face_is_kept(app, &case.row, Part::Selfie).await
}

/// Ends the session of the verification that still runs, as given up: what it has shown counts.
///
/// # Errors
/// The store's.
pub async fn end_earlier(app: &App, case: &Case) -> Result<(), ApiError> {
    let (tenant, id) = (case.row.tenant_id, case.row.id);
    let Some(row) = app.store.find_open_live(tenant, id).await? else {
        return Ok(());
    };
    match Session::read(app, row).await {
        Ok(Some(session)) => match finish::finish(app, session, End::GivenUp, None).await {
            // Its own connection was faster: what is left of it ends with the new one's beginning.
            Ok(_) | Err(ApiError::Stale) => Ok(()),
            Err(error) => Err(error),
        },
        Ok(None) | Err(ApiError::Erased) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Opens a session in a transaction.
///
/// # Errors
/// [`ApiError::TooMany`] before the next try, `live_tries_used_up` after the last one; the store's.
pub async fn open(
    tx: &mut Tx,
    case: &Case,
    wanted: Wanted<'_>,
    now: Millis,
) -> Result<Opened, ApiError> {
    let (tenant, applicant) = (case.row.tenant_id, case.row.applicant_id);
    // All that opens for one person takes turns, so that no try is missed.
    tx.lock_applicant(tenant, applicant).await?;
    let rules = &case.policy.liveness;
    // Whoever only claims to be a person has tries of their own, and uses up none of the person's.
    let tries = match case.flow {
        Flow::Recovery => tx.live_tries_of(tenant, case.row.id).await?,
        _ => tx.live_tries(tenant, applicant).await?,
    };
    rules.tries.open(tries, now).map_err(|out| match out {
        TriedOut::Wait { until } => ApiError::TooMany(until),
        TriedOut::Never => ApiError::conflict(
            "live_tries_used_up",
            "too many tries; take the way without a face, and a person helps",
        ),
    })?;
    // Only now: its end begins a wait, which must not be in its own way.
    let dropped = tx.drop_live(tenant, case.row.id, LiveState::Failed, now);
    let ended_another = dropped.await?;
    let id = LiveId::new(now, Store::random_id_bytes()?);
    let (server_key, key) = key::agree(&Bound {
        session: id,
        applicant,
        device: wanted.device,
        capture_key: wanted.capture_key,
    })?;
    let seed = Store::random_key()?;
    let mut draw = drawn(&seed);
    let challenge = Challenge::draw(&rules.challenge, wanted.mode, wanted.no_light, &mut draw);
    let no_light = challenge.no_light;
    let expires_at = now.plus(i64::from(rules.challenge.session_ms));
    let held = Held {
        key: *key,
        live: Live::new(challenge, &rules.challenge),
        arrivals: Arrivals::default(),
        camera: wanted.camera,
        messages: 0,
        bytes: 0,
        best: None,
    };
    let secret = serde_json::to_vec(&held).map_err(ApiError::machine)?;
    let new = NewLive {
        id,
        tenant_id: tenant,
        applicant_id: applicant,
        verification_id: case.row.id,
        attempt: case.row.attempt,
        device: wanted.device,
        expires_at,
        secret: &zeroize::Zeroizing::new(secret),
    };
    let made = tx.create_live(&new, now).await;
    made.map_err(|error| match error {
        StoreError::Duplicate { .. } => ApiError::Stale,
        error => error.into(),
    })?;
    Ok(Opened {
        id,
        expires_at,
        server_key,
        no_light,
        ended_another,
    })
}

/// Returns numbers below n, each as likely as the other, that nobody foresees who does not know the seed.
fn drawn(seed: &[u8; 32]) -> impl FnMut(u32) -> u32 + use<'_> {
    let mut count = 0u64;
    move |n| {
        // Above this, the smallest numbers would come more often.
        let even = u32::MAX - u32::MAX % n.max(1);
        loop {
            count += 1;
            let hash = Sha256::new()
                .chain_update(seed)
                .chain_update(count.to_be_bytes());
            let bytes = hash.finalize();
            let (first, _) = bytes
                .split_first_chunk::<4>()
                .expect("SHA-256 gives 32 bytes");
            let number = u32::from_be_bytes(*first);
            if number < even {
                return number % n.max(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_drawn_as_often() {
        let seed = [3; 32];
        let mut draw = drawn(&seed);
        let mut counts = [0u32; 6];
        for _ in 0..60_000 {
            counts[draw(6) as usize] += 1;
        }
        assert!(
            counts.iter().all(|n| (9_600..10_400).contains(n)),
            "{counts:?}"
        );
        assert_eq!(draw(1), 0);
        let other = [4; 32];
        let (mut one, mut two) = (drawn(&seed), drawn(&other));
        assert_ne!([one(1 << 30), one(1 << 30)], [two(1 << 30), two(1 << 30)]);
    }
}
