//! Codes that are sent to addresses of accounts: drawn, sent in the background, compared in constant time, each good once.

use menshen_core::ids::{AccountCodeId, ApplicantId, StepUpId, TenantId};
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

/// Before the account whose password is to be set anew.
pub const RESET: &str = "reset/";

/// A code to be sent.
pub struct Sending<'a> {
    /// Of which tenant.
    pub tenant: TenantId,
    /// Whose it is: an account's or a registration's id.
    pub whose: &'a str,
    /// The one action that it confirms, where it confirms one: it is none for another.
    pub about: Option<StepUpId>,
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
        whose: &bound(sending.whose, sending.about),
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

/// Returns whose a code is, and what it is about.
fn bound(whose: &str, about: Option<StepUpId>) -> String {
    match about {
        Some(id) => format!("{whose}/{id}"),
        None => whose.to_owned(),
    }
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
    next_code(&times, most, now)
}

/// Tells whether another code may be sent after those of these times, oldest first, of a day.
///
/// # Errors
/// [`ApiError::TooMany`].
pub fn next_code(times: &[Millis], most: u32, now: Millis) -> Result<(), ApiError> {
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
    (purpose, about): (CodePurpose, Option<StepUpId>),
    typed: &str,
    now: Millis,
) -> Result<Option<Channel>, ApiError> {
    let counted = applicant.to_string();
    let whose = bound(&counted, about);
    take_counted(tx, (tenant, &whose), &counted, (purpose, typed), now).await
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
    take_counted(tx, (tenant, whose), whose, (purpose, typed), now).await
}

/// The same, counted for somebody else than whose it is.
///
/// # Errors
/// As [`take`].
pub async fn take_counted(
    tx: &mut Tx,
    (tenant, whose): (TenantId, &str),
    counted: &str,
    (purpose, typed): (CodePurpose, &str),
    now: Millis,
) -> Result<Option<Channel>, ApiError> {
    tx.count_strike(Tried::Code, counted, now).await??;
    let typed = typed.trim();
    let found = tx
        .account_code_is((tenant, whose), purpose, typed, now)
        .await?;
    if found.is_some() {
        tx.end_account_codes(tenant, whose, purpose, now).await?;
        tx.right_strike(Tried::Code, counted).await?;
    }
    Ok(found)
}
