//! What a message to a person says that is theirs alone: their phrase, and the code of whoever writes.

use menshen_core::ids::{ApplicantId, TenantId, TicketId};
use menshen_core::notice::Facts;
use menshen_store::{NoticeRow, Opened};

use crate::app::App;
use crate::problem::ApiError;

/// Returns a person's phrase, where they have chosen one.
///
/// # Errors
/// [`ApiError::Erased`], the store's.
pub async fn phrase(
    app: &App,
    (tenant, applicant): (TenantId, ApplicantId),
) -> Result<Option<String>, ApiError> {
    let found = app.store.find_phrase(tenant, applicant).await?;
    Ok(found.and_then(text))
}

/// Returns what a message says before anything is known of its verification: the code that it bears, and the case that it
/// is about, with the ticket where it is about one.
///
/// # Errors
/// [`ApiError::Erased`], the store's.
pub async fn facts(app: &App, row: &NoticeRow) -> Result<(Facts, Option<TicketId>), ApiError> {
    let mut facts = Facts {
        case: row.verification_id.map(|id| id.to_string()),
        ..Facts::default()
    };
    let Some(id) = row.code_id else {
        return Ok((facts, None));
    };
    let code = app.store.find_code(row.tenant_id, id).await?;
    let ticket = code.map(|code| code.ticket_id);
    facts.case = ticket.map(|id| id.to_string()).or(facts.case);
    let told = app.store.reveal_code(row.tenant_id, id).await?;
    facts.code = told.and_then(text);
    Ok((facts, ticket))
}

fn text(opened: Opened) -> Option<String> {
    opened.as_text().map(str::to_owned)
}

/// Returns nothing where there is nobody left to tell.
pub fn unless_erased<T: Default>(found: Result<T, ApiError>) -> Result<T, ApiError> {
    match found {
        Err(ApiError::Erased) => Ok(T::default()),
        found => found,
    }
}
