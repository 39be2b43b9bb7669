//! How people of staff sign in with a browser: a password, then a code, then a cookie that scripts cannot read.

pub mod browser;
pub mod codes;
pub mod passwords;
mod session;
pub mod totp;

use menshen_core::access::Caller;
use menshen_core::ids::StaffId;
use menshen_core::strikes::Tried;
use menshen_core::time::{DAY, HOUR, MINUTE, Millis};
use menshen_store::{Alive, NewSession, SessionRow, SessionStage, StaffRow, Tx};

pub use session::{Passed, Signed, SignedIn, signed_in};

use crate::app::App;
use crate::problem::ApiError;
use browser::Browser;

/// How long an invitation is good.
pub const INVITED: i64 = 3 * DAY;
/// How long nobody asks anything before a session ends: what OWASP ASVS 5.0 (7.3.1) leaves to the operator's risk.
pub const IDLE: i64 = 30 * MINUTE;
/// How long a session lasts at most: a working day.
pub const LONGEST: i64 = 12 * HOUR;
/// How long the second step may take.
pub const STEP: i64 = 5 * MINUTE;
/// A use is noted once a minute.
const NOTED: i64 = MINUTE;

/// Returns which sessions are alive.
pub const fn alive(now: Millis) -> Alive {
    Alive {
        now,
        used_since: now.plus(-IDLE),
    }
}

/// Returns somebody of staff as a caller.
pub const fn caller(staff: &StaffRow) -> Caller {
    Caller::Staff {
        staff: staff.id,
        tenant: staff.tenant_id,
        role: staff.role,
    }
}

/// Begins a session of somebody; returns it with the cookie that the browser keeps.
///
/// # Errors
/// The store's.
pub async fn begin(
    tx: &mut Tx,
    (tenant, staff): (menshen_core::ids::TenantId, StaffId),
    stage: SessionStage,
    browser: &Browser,
    now: Millis,
) -> Result<(SessionRow, browser::SetCookie), ApiError> {
    let lasts = match stage {
        SessionStage::Factor => STEP,
        SessionStage::Open => LONGEST,
    };
    let new = NewSession {
        tenant,
        staff,
        stage,
        browser: browser.name.clone(),
        until: now.plus(lasts),
    };
    let (row, secret) = tx.open_session(new, now).await?;
    Ok((
        row,
        browser::SetCookie::new(&browser::STAFF, secret.reveal(), lasts),
    ))
}

/// Counts a try from an address and for an account, before it is looked at.
///
/// # Errors
/// [`ApiError::TooMany`], or that no try is looked at any more: then nothing was counted, once the transaction is dropped.
pub async fn count(
    tx: &mut Tx,
    browser: &Browser,
    (tried, whose): (Tried, &str),
    now: Millis,
) -> Result<(), ApiError> {
    count_address(tx, browser, now).await?;
    Ok(tx.count_strike(tried, whose, now).await??)
}

/// Counts what comes from an address, in a transaction that commits with it.
///
/// # Errors
/// [`ApiError::TooMany`]; the store's.
pub async fn count_address(tx: &mut Tx, browser: &Browser, now: Millis) -> Result<(), ApiError> {
    if let Some(address) = &browser.address {
        tx.count_strike(Tried::Address, address, now).await??;
    }
    Ok(())
}

/// Takes back what was counted: it was right.
///
/// # Errors
/// The store's.
pub async fn forgive_address(tx: &mut Tx, browser: &Browser) -> Result<(), ApiError> {
    if let Some(address) = &browser.address {
        tx.take_strike_back(Tried::Address, address).await?;
    }
    Ok(())
}

/// Notes that a try was right.
///
/// # Errors
/// The store's.
pub async fn right(
    tx: &mut Tx,
    browser: &Browser,
    (tried, whose): (Tried, &str),
) -> Result<(), ApiError> {
    forgive_address(tx, browser).await?;
    Ok(tx.right_strike(tried, whose).await?)
}

/// Notes that a session is used, once a minute.
async fn note(app: &App, session: &SessionRow, now: Millis) -> Result<(), ApiError> {
    if now.0 - session.seen_at.0 < NOTED {
        return Ok(());
    }
    Ok(app.store.touch_session(session.id, now).await?)
}
