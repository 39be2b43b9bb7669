//! A message to a person, handed to a mail server or a gateway.

use menshen_core::Locale;
use menshen_core::ids::{ContactId, NoticeId, TenantId};
use menshen_core::notice::{self, Facts, Notice};
use menshen_core::time::Millis;
use menshen_core::verification::{Retry, State};
use menshen_store::{JobRow, NoticeRow, NoticeState, StoreError};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::case::{Case, from_word};
use crate::outbound::{Letter, SendError};
use crate::problem::ApiError;

/// Which message; ids only.
#[derive(Debug, Serialize, Deserialize)]
pub struct Delivery {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub notice: NoticeId,
}

/// Sends the message of a job. One that was sent or given up before is left alone.
///
/// # Errors
/// Those after which it may be tried again.
pub async fn run(app: &App, job: &JobRow, last: bool) -> Result<(), ApiError> {
    let work: Delivery = serde_json::from_str(&job.payload).map_err(ApiError::machine)?;
    let found = app.store.find_notice(work.tenant, work.notice).await?;
    let Some(row) = found.filter(|row| row.state == NoticeState::Ready) else {
        return Ok(());
    };
    let outcome = match deliver(app, &row).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(later @ SendError::Later(_))) if !last => return Err(ApiError::machine(later)),
        Ok(Err(SendError::Later(code) | SendError::Never(code))) => Err(code),
        Err(ApiError::Erased) => Err("erased"),
        Err(error) => return Err(error),
    };
    app.metrics.notice(row.channel.as_str(), outcome.is_ok());
    let mut tx = app.store.begin().await?;
    match tx.finish_notice(&row, outcome, app.now()).await {
        Ok(()) => Ok(tx.commit().await?),
        // Another node, which had lost its lease, was faster: the person has it twice, with one id.
        Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn deliver(app: &App, row: &NoticeRow) -> Result<Result<(), SendError>, ApiError> {
    let Some(contact) = row.contact_id else {
        return Ok(Err(SendError::Never("address_gone")));
    };
    let Some(address) = app.store.find_address(row.tenant_id, contact).await? else {
        return Ok(Err(SendError::Never("address_gone")));
    };
    let Ok(address) = std::str::from_utf8(&address) else {
        return Ok(Err(SendError::Never("address_invalid")));
    };
    let Some(notice) = Notice::parse(&row.kind) else {
        return Ok(Err(SendError::Never("kind_unknown")));
    };
    let left = is_left(app, row, contact).await?;
    if left
        && !matches!(
            notice,
            Notice::ContactChanged | Notice::AppealCode | Notice::RecoveryDone
        )
    {
        return Ok(Err(SendError::Never("address_gone")));
    }
    let applicant = app
        .store
        .find_applicant(row.tenant_id, row.applicant_id)
        .await?;
    let locale = applicant.and_then(|applicant| from_word(&applicant.locale).ok());
    let mut facts = facts(app, row, notice).await?;
    if notice == Notice::AppealCode {
        match code(app, row).await? {
            Ok(code) => facts.secret = Some(code),
            Err(never) => return Ok(Err(never)),
        }
    }
    if notice == Notice::RecoveryStarted {
        match stop(app, row).await? {
            Some(stop) => facts.secret = Some(stop),
            // It is over: there is nothing left to stop.
            None => return Ok(Err(SendError::Never("code_gone"))),
        }
    }
    // Whoever reads an address that was left may be somebody else by now.
    if !left {
        facts.phrase = crate::notice::phrase(app, (row.tenant_id, row.applicant_id)).await?;
    }
    let letter = Letter {
        id: row.id,
        to: address,
        message: &notice::compose(notice, locale.unwrap_or(Locale::ZhCn), &facts),
        at: row.created_at,
    };
    Ok(app.outbound.send(row.channel, &letter).await)
}

/// Was an address taken out of use? Two kinds of messages go there on purpose: the farewell, and the code that proves
/// who opened the account.
async fn is_left(app: &App, row: &NoticeRow, contact: ContactId) -> Result<bool, ApiError> {
    let (tenant, applicant) = (row.tenant_id, row.applicant_id);
    let contacts = app.store.list_contacts(tenant, applicant).await?;
    let mut own = contacts.iter().filter(|own| own.id == contact);
    Ok(own.all(|own| own.replaced_at.is_some()))
}

/// Returns the code that a message carries. One that is no longer good is not sent: nobody could use it.
async fn code(app: &App, row: &NoticeRow) -> Result<Result<String, SendError>, ApiError> {
    let gone = SendError::Never("code_gone");
    let found = app
        .store
        .find_appeal_code_of_notice(row.tenant_id, row.id)
        .await?;
    let Some(found) = found.filter(|code| code.is_good(app.now())) else {
        return Ok(Err(gone));
    };
    let opened = app.store.open_appeal_code(&found).await?;
    let text = opened.and_then(|code| code.as_text().map(str::to_owned));
    Ok(text.ok_or(gone))
}

/// Returns how to stop the recovery of an account: the page that does it, where this service has an address, or the code for it. In
/// a fragment, which no server and no log sees.
async fn stop(app: &App, row: &NoticeRow) -> Result<Option<String>, ApiError> {
    let found = app
        .store
        .find_recovery_stop(row.tenant_id, row.applicant_id)
        .await?;
    let token = found.and_then(|token| token.as_text().map(str::to_owned));
    let url = app.config.public_url.as_deref();
    Ok(token.map(|token| match url {
        Some(url) => format!("{}/stop#{token}", url.trim_end_matches('/')),
        None => token,
    }))
}

/// Returns what the message says of its verification as it is now; nothing but its id where it has moved on.
async fn facts(app: &App, row: &NoticeRow, notice: Notice) -> Result<Facts, ApiError> {
    let (mut facts, ticket) = crate::notice::facts(app, row).await?;
    let Some(id) = row.verification_id.filter(|_| ticket.is_none()) else {
        return Ok(facts);
    };
    let found = app.store.find_verification(row.tenant_id, id).await?;
    let Some(found) = found.filter(|found| found.status == notice.name()) else {
        return Ok(facts);
    };
    let case = Case::read(app, found).await?;
    facts.at = next(&case.progress.state);
    if notice == Notice::Failed {
        facts.reasons = case.reasons(app).await?;
    }
    Ok(facts)
}

fn next(state: &State) -> Option<Millis> {
    match *state {
        State::Pending { due, .. } => Some(due),
        State::Failed {
            retry: Retry::At { at },
            ..
        } => Some(at),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use menshen_core::verification::Status;

    use super::*;
    use crate::case::word;

    #[test]
    fn notices_of_a_status_bear_its_name() {
        for (notice, status) in [
            (Notice::Pending, Status::Pending),
            (Notice::Failed, Status::Failed),
            (Notice::Verified, Status::Verified),
            (Notice::Expired, Status::Expired),
        ] {
            assert_eq!(notice.name(), word(&status));
        }
    }
}
