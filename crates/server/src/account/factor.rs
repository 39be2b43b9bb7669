//! What a person shows after their first factor, and the ways that are open to them.

use menshen_core::account::{Enrolled, Factor, Way, WhyNot, ways};
use menshen_core::guess::Capped;
use menshen_core::ids::{ApplicantId, StepUpId, TenantId};
use menshen_core::strikes::Tried;
use menshen_core::time::Millis;
use menshen_store::{AccountRow, AccountSecret, Channel, CodePurpose, Tx};

use super::codes as sent;
use crate::app::App;
use crate::contact::Contact;
use crate::problem::ApiError;
use crate::sign_in::{codes as printed, totp};

/// Takes a factor that is typed: counted before it is looked at, used up where it is right. None where it is wrong.
///
/// # Errors
/// [`ApiError::TooMany`], `guesses_used_up`, `factor_unknown` for one that is not typed; the store's. The caller commits,
/// whatever was answered.
pub async fn take(
    tx: &mut Tx,
    account: &AccountRow,
    purpose: (CodePurpose, Option<StepUpId>),
    (factor, typed): (Factor, &str),
    now: Millis,
) -> Result<Option<Factor>, ApiError> {
    let whom = (account.tenant_id, account.applicant_id);
    let right = match factor {
        Factor::Totp => is_totp(tx, account, typed, now).await?,
        Factor::RecoveryCode => is_recovery_code(tx, whom, typed, now).await?,
        Factor::EmailCode | Factor::SmsCode => {
            let channel = sent::take(tx, whom, purpose, typed, now).await?;
            return Ok(channel.map(|channel| match channel {
                Channel::Sms => Factor::SmsCode,
                _ => Factor::EmailCode,
            }));
        }
        _ => {
            let detail =
                "factor must be one that is typed: totp, email_code, sms_code or recovery_code";
            return Err(ApiError::invalid("factor_unknown", detail));
        }
    };
    Ok(right.then_some(factor))
}

async fn is_totp(
    tx: &mut Tx,
    account: &AccountRow,
    typed: &str,
    now: Millis,
) -> Result<bool, ApiError> {
    let whose = account.applicant_id.to_string();
    tx.count_strike(Tried::Totp, &whose, now).await??;
    let secret = tx.find_account_secret(account, AccountSecret::Totp).await?;
    let step = secret.and_then(|secret| totp::step_of(&secret, typed.trim(), now));
    let right = match step {
        Some(step) => tx.use_account_totp_step(account, step).await?,
        None => false,
    };
    if right {
        tx.right_strike(Tried::Totp, &whose).await?;
    }
    Ok(right)
}

async fn is_recovery_code(
    tx: &mut Tx,
    whom: (TenantId, ApplicantId),
    typed: &str,
    now: Millis,
) -> Result<bool, ApiError> {
    let whose = whom.1.to_string();
    tx.count_strike(Tried::RecoveryCode, &whose, now).await??;
    let right = match printed::normal(typed) {
        Some(code) => tx.use_account_recovery_code(whom, &code, now).await?,
        None => false,
    };
    if right {
        tx.right_strike(Tried::RecoveryCode, &whose).await?;
    }
    Ok(right)
}

/// Returns the address of an account that a code goes to: of that channel, proven, in use.
///
/// # Errors
/// The store's.
pub async fn address(
    tx: &mut Tx,
    whom: (TenantId, ApplicantId),
    channel: Channel,
) -> Result<Option<Contact>, ApiError> {
    let proven = tx.list_login_contacts(whom).await?;
    let rows = tx.list_contacts(whom.0, whom.1).await?;
    let fits = |row: &&menshen_store::ContactRow| {
        row.channel == channel && row.replaced_at.is_none() && proven.contains(&row.id)
    };
    let Some(row) = rows.iter().rfind(fits) else {
        return Ok(None);
    };
    let address = tx.find_address(whom.0, row.id).await?;
    let address = address.and_then(|address| address.as_text().map(str::to_owned));
    Ok(address.map(|address| Contact { channel, address }))
}

/// Has an account a second factor that is no face and no code sent to an address?
///
/// # Errors
/// The store's.
pub async fn is_strong(tx: &mut Tx, signed: &super::Signed) -> Result<bool, ApiError> {
    let (tenant, applicant) = (signed.tenant.id, signed.applicant.id);
    let passkeys = tx.count_passkeys(tenant, applicant).await?;
    Ok(signed.account.has_totp || passkeys > 0)
}

/// Returns the second factors of an account, the best first, each with why it is not open now.
///
/// # Errors
/// The store's.
pub async fn open_ways(
    app: &App,
    tx: &mut Tx,
    account: &AccountRow,
    known_device: bool,
    now: Millis,
) -> Result<Vec<Way>, ApiError> {
    let whom = (account.tenant_id, account.applicant_id);
    let has = |channel| app.outbound.has(channel);
    let left = app.store.count_account_recovery_codes(whom.0, whom.1);
    let enrolled = Enrolled {
        passkey: tx.count_passkeys(whom.0, whom.1).await? > 0,
        totp: account.has_totp,
        email: has(Channel::Email) && address(tx, whom, Channel::Email).await?.is_some(),
        phone: has(Channel::Sms) && address(tx, whom, Channel::Sms).await?.is_some(),
        recovery_codes: left.await? > 0,
        face: account.face_since.is_some(),
        known_device,
    };
    let whose = whom.1.to_string();
    let mut closed = Vec::new();
    for (factor, tried) in [
        (Factor::Totp, Tried::Totp),
        (Factor::EmailCode, Tried::Code),
        (Factor::SmsCode, Tried::Code),
        (Factor::RecoveryCode, Tried::RecoveryCode),
        (Factor::Face, Tried::Face),
    ] {
        if let Err(capped) = tx.may_try(tried, &whose, now).await? {
            closed.push((factor, why_not(capped)));
        }
    }
    let of = |factor| {
        closed
            .iter()
            .find(|(f, _)| *f == factor)
            .map(|(_, why)| *why)
    };
    Ok(ways(&enrolled, of))
}

const fn why_not(capped: Capped) -> WhyNot {
    match capped {
        Capped::Wait { until } => WhyNot::Wait { until },
        Capped::Never => WhyNot::UsedUp,
    }
}
