//! People's accounts: how they sign in, what each session may do, and the ways back. Their cookie is not that of staff.

pub mod codes;
pub mod device;
mod evenly;
pub mod factor;
pub mod login;
mod open;
pub mod passkeys;
pub mod recover;
mod session;
pub mod standing;
pub mod step_up;

use menshen_core::access::Caller;
use menshen_core::account::{Factor, HoldReason};
use menshen_core::ids::{ApplicantId, DeviceId, TenantId};
use menshen_core::notice::Notice;
use menshen_core::policy::Policy;
use menshen_core::time::{DAY, HOUR, MINUTE, Millis};
use menshen_store::{AccountRow, AccountSessionRow, Alive, NewAccountSession, SessionStage, Tx};

pub use evenly::{evenly, evenly_refused};
pub use open::open;
pub use session::{Passed, Signed, SignedIn, Visitor, signed_in};

use crate::problem::ApiError;
use crate::record::{self, News};
use crate::sign_in::browser::{Browser, PEOPLE, SetCookie};

/// How long nobody asks anything before a session ends.
pub const IDLE: i64 = HOUR;
/// How long a session lasts at most (OWASP ASVS 5.0, 7.3.2, leaves it to the operator's risk; NIST SP 800-63B-4 says 24 hours at
/// AAL2).
pub const LONGEST: i64 = DAY;
/// How long the second step may take: a live check is part of it.
pub const STEP: i64 = 15 * MINUTE;

/// Returns which sessions are alive.
pub const fn alive(now: Millis) -> Alive {
    Alive {
        now,
        used_since: now.plus(-IDLE),
    }
}

/// Returns a person as a caller.
pub const fn caller(tenant: TenantId, applicant: ApplicantId) -> Caller {
    Caller::Person {
        tenant,
        applicant,
        verification: None,
    }
}

/// What a session begins with.
pub struct Beginning {
    /// How far the person has come.
    pub stage: SessionStage,
    /// What was shown.
    pub shown: Vec<Factor>,
    /// The device, where it has shown its key.
    pub device: Option<DeviceId>,
    /// Since when and until when, where no factor was shown for it; from now on otherwise.
    pub as_before: Option<(Millis, Millis)>,
}

/// Begins a session of somebody; returns it with the cookie that the browser keeps. Whatever the browser held before ends: a
/// session is another one after every factor that was shown.
///
/// # Errors
/// The store's.
pub async fn begin(
    tx: &mut Tx,
    (tenant, applicant): (TenantId, ApplicantId),
    beginning: Beginning,
    browser: &Browser,
    now: Millis,
) -> Result<(AccountSessionRow, SetCookie), ApiError> {
    if let Some(held) = &browser.held {
        tx.end_held_account_session(held).await?;
    }
    let lasts = match beginning.stage {
        SessionStage::Factor => STEP,
        SessionStage::Open => LONGEST,
    };
    let (since, until) = beginning.as_before.unwrap_or((now, now.plus(lasts)));
    let network = browser.network.as_deref();
    let network = network.map(|text| tx.store().network_digest(tenant, applicant, text));
    let new = NewAccountSession {
        tenant,
        applicant,
        stage: beginning.stage,
        shown: beginning.shown,
        device: beginning.device,
        browser: browser.name.clone(),
        network,
        since,
        until,
    };
    let (row, secret) = tx.open_account_session(new, now).await?;
    let cookie = SetCookie::new(&PEOPLE, secret.reveal(), until.0 - now.0);
    Ok((row, cookie))
}

/// Notes that an account is used from where a browser is.
///
/// # Errors
/// The store's.
pub async fn keep_network(
    tx: &mut Tx,
    whom: (TenantId, ApplicantId),
    browser: &Browser,
    now: Millis,
) -> Result<(), ApiError> {
    let Some(network) = &browser.network else {
        return Ok(());
    };
    let digest = tx.store().network_digest(whom.0, whom.1, network);
    Ok(tx.keep_network(whom, &digest, now).await?)
}

/// Tells a person what has happened to their account, at every address and in the app.
///
/// # Errors
/// The store's.
pub async fn tell(
    tx: &mut Tx,
    (tenant, applicant): (TenantId, ApplicantId),
    notice: Notice,
    now: Millis,
) -> Result<(), ApiError> {
    let news = News {
        tenant,
        applicant,
        verification: None,
        code: None,
    };
    record::tell(tx, notice, &news, now).await
}

/// Puts the hold over an account that something brings.
///
/// # Errors
/// The store's.
pub async fn hold(
    tx: &mut Tx,
    account: &mut AccountRow,
    (policy, reason): (&Policy, HoldReason),
    now: Millis,
) -> Result<(), ApiError> {
    match policy.accounts.hold(reason, now) {
        Some(hold) => Ok(tx.hold_account(account, hold).await?),
        None => Ok(()),
    }
}
