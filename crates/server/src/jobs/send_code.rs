//! A code of an account, handed to a mail server or a gateway.

use menshen_core::Locale;
use menshen_core::ids::{AccountCodeId, ApplicantId, NoticeId, TenantId};
use menshen_core::notice::{self, Facts, Notice};
use menshen_store::{CodeKind, CodeLetter, JobRow};
use serde::{Deserialize, Serialize};

use crate::account::codes::RESET;
use crate::app::App;
use crate::case::from_word;
use crate::outbound::{Letter, SendError};
use crate::problem::ApiError;

/// Which code; ids only.
#[derive(Debug, Serialize, Deserialize)]
pub struct CodeDelivery {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub code: AccountCodeId,
}

/// Sends the code of a job. One that is no longer good is not sent: nobody could use it.
///
/// # Errors
/// Those after which it may be tried again.
pub async fn run(app: &App, job: &JobRow, last: bool) -> Result<(), ApiError> {
    let work: CodeDelivery = serde_json::from_str(&job.payload).map_err(ApiError::machine)?;
    let found = app.store.find_code_letter(work.tenant, work.code).await?;
    let now = app.now();
    let good = |letter: &CodeLetter| letter.row.ended_at.is_none() && now < letter.row.expires_at;
    let Some(found) = found.filter(good) else {
        return Ok(());
    };
    // One for an account that is not known goes nowhere.
    let Some(address) = found.address.as_ref().and_then(|a| a.as_text()) else {
        return Ok(());
    };
    let letter = compose(app, &found).await?;
    let sent = Letter {
        id: NoticeId(found.row.id.0),
        to: address,
        message: &letter,
        at: found.row.created_at,
    };
    let outcome = app.outbound.send(found.row.channel, &sent).await;
    app.metrics
        .notice(found.row.channel.as_str(), outcome.is_ok());
    match outcome {
        Err(later @ SendError::Later(_)) if !last => Err(ApiError::machine(later)),
        _ => Ok(()),
    }
}

/// Returns the message. It begins with the person's phrase, where it goes to somebody who has an account.
async fn compose(app: &App, found: &CodeLetter) -> Result<notice::Message, ApiError> {
    let locale = from_word(&found.row.locale).unwrap_or(Locale::ZhCn);
    let mut facts = Facts::default();
    let kind = match found.row.kind {
        CodeKind::Code => {
            facts.secret = found.code.as_text().map(str::to_owned);
            Notice::AccountCode
        }
        CodeKind::Exists => Notice::AccountExists,
    };
    let whose = found
        .row
        .whose
        .strip_prefix(RESET)
        .unwrap_or(&found.row.whose);
    let whose = whose.split('/').next().unwrap_or_default();
    if let Ok(applicant) = whose.parse::<ApplicantId>() {
        let phrase = crate::notice::phrase(app, (found.row.tenant_id, applicant)).await;
        // A registration's id is nobody's, and has no phrase.
        facts.phrase = crate::notice::unless_erased(phrase)?;
    }
    Ok(notice::compose(kind, locale, &facts))
}
