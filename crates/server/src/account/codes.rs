//! Codes that are sent to addresses of accounts: drawn, sent in the background, compared in constant time, each good once.

use menshen_core::ids::{AccountCodeId, ApplicantId, TenantId};
use menshen_core::strikes::Tried;
use menshen_core::time::{DAY, MINUTE, Millis};
use menshen_store::{Channel, CodeKind, CodePurpose, NewAccountCode, Store, Tx};

use crate::app::App;
use crate::contact::Contact;
use crate::jobs;
use crate::problem::ApiError;

/// How long a code by SMS is good (NIST SP 800-63A-4, 3.8).
const BY_SMS: i64 = 10 * MINUTE;
/// How long a code by mail is good, by what it is for: a day to prove an address, less to sign in with it.
const BY_MAIL: i64 = DAY;
const TO_SIGN_IN: i64 = 10 * MINUTE;
/// As long as this lies between two codes of somebody.
const BETWEEN: i64 = 30 * 1_000;

/// A code to be sent.
pub struct Sending<'a> {
    /// Of which tenant.
    pub tenant: TenantId,
    /// Whose it is: an account's or a registration's id.
    pub whose: &'a str,
    /// What it is for.
    pub purpose: CodePurpose,
    /// What the message says.
    pub kind: CodeKind,
    /// Where it goes.
    pub to: &'a Contact,
    /// Does it really go? Not to an account that is not known; all else is done, so that nothing tells the two apart.
    pub really: bool,
    /// In which language.
    pub locale: &'a str,
}

/// Draws a code and plans the message that carries it, in a transaction.
///
/// # Errors
/// `channel_absent` where the operator has no such way out, for whomever; [`ApiError::TooMany`] where codes are sent too fast;
/// the store's.
pub async fn send(
    app: &App,
    tx: &mut Tx,
    sending: Sending<'_>,
    most_a_day: u32,
    now: Millis,
) -> Result<(), ApiError> {
    let channel = sending.to.channel;
    if !app.outbound.has(channel) {
        return Err(ApiError::conflict(
            "channel_absent",
            "this service sends no messages of this kind",
        ));
    }
    refuse_flood(tx, (sending.tenant, sending.whose), most_a_day, now).await?;
    let code = Store::draw_appeal_code()?;
    let lasts = match (channel, sending.purpose) {
        (Channel::Email, CodePurpose::Register | CodePurpose::Contact) => BY_MAIL,
        (Channel::Email, _) => TO_SIGN_IN,
        _ => BY_SMS,
    };
    let new = NewAccountCode {
        tenant: sending.tenant,
        whose: sending.whose,
        purpose: sending.purpose,
        channel,
        locale: sending.locale,
        kind: sending.kind,
        address: sending.really.then_some(&*sending.to.address),
        code: &code,
        expires_at: now.plus(lasts),
    };
    let id = tx.create_account_code(&new, now).await?;
    plan(tx, sending.tenant, id, now).await
}

async fn plan(
    tx: &mut Tx,
    tenant: TenantId,
    code: AccountCodeId,
    now: Millis,
) -> Result<(), ApiError> {
    let work = jobs::CodeDelivery { tenant, code };
    let payload = serde_json::to_string(&work).map_err(ApiError::machine)?;
    tx.enqueue_job(jobs::SEND_CODE, &payload, now, now).await?;
    Ok(())
}

/// Codes cost money and patience: one in half a minute, and so many a day.
async fn refuse_flood(
    tx: &mut Tx,
    whose: (TenantId, &str),
    most: u32,
    now: Millis,
) -> Result<(), ApiError> {
    let times = tx.list_account_code_times(whose, now.plus(-DAY)).await?;
    let next = times.last().map(|last| last.plus(BETWEEN));
    let over = times.len().checked_sub(most as usize);
    let free = over.and_then(|over| times.get(over)).map(|at| at.plus(DAY));
    match next.max(free) {
        Some(at) if at > now => Err(ApiError::TooMany(at)),
        _ => Ok(()),
    }
}

/// Takes a code of an account: counted before it is looked at, used up where it is right. Returns by which way it went.
///
/// # Errors
/// [`ApiError::TooMany`], `guesses_used_up`; the store's. The caller commits, whatever was answered.
pub async fn take(
    tx: &mut Tx,
    (tenant, applicant): (TenantId, ApplicantId),
    purpose: CodePurpose,
    typed: &str,
    now: Millis,
) -> Result<Option<Channel>, ApiError> {
    let whose = applicant.to_string();
    take_of(tx, (tenant, &whose), purpose, typed, now).await
}

/// Takes a code of an account or a registration, by its id.
///
/// # Errors
/// As [`take`].
pub async fn take_of(
    tx: &mut Tx,
    (tenant, whose): (TenantId, &str),
    purpose: CodePurpose,
    typed: &str,
    now: Millis,
) -> Result<Option<Channel>, ApiError> {
    tx.count_strike(Tried::Code, whose, now).await??;
    let typed = typed.trim();
    let found = tx
        .account_code_is((tenant, whose), purpose, typed, now)
        .await?;
    if found.is_some() {
        tx.end_account_codes(tenant, whose, purpose, now).await?;
        tx.right_strike(Tried::Code, whose).await?;
    }
    Ok(found)
}
