//! A sensitive action needs a factor shown for it: for this action, with what is shown of it, in this session, once.

use menshen_core::account::Action;
use menshen_core::ids::StepUpId;
use menshen_core::time::{MINUTE, Millis};
use menshen_store::Tx;
use uuid::Uuid;

use super::Signed;
use crate::problem::ApiError;

/// How long an action may wait to be confirmed, and then to be done.
pub const LASTS: i64 = 10 * MINUTE;

/// Uses up the confirmation of an action.
///
/// # Errors
/// `step_up_needed` where there is none: none was named, it is another session's or person's, of another action or of something
/// else, not confirmed, used or too old. Which of these is not said. The store's.
pub async fn require(
    tx: &mut Tx,
    signed: &Signed,
    (action, detail): (Action, &str),
    step_up: Option<Uuid>,
    now: Millis,
) -> Result<(), ApiError> {
    let needed = || {
        let action = action.name();
        let detail = format!(
            "confirm `{action}` first: POST /v1/account/step-ups with what it is about, then its factor"
        );
        ApiError::conflict("step_up_needed", detail)
    };
    let id = step_up.map(StepUpId).ok_or_else(needed)?;
    let tenant = signed.tenant.id;
    let row = tx.find_step_up(tenant, id, now).await?.ok_or_else(needed)?;
    let same = row.applicant_id == signed.applicant.id
        && row.session_id == signed.session.id
        && row.action == action
        && row.detail_digest == tx.step_up_digest(tenant, detail)
        && row.shown.is_some();
    match same && tx.use_step_up(&row, now).await? {
        true => Ok(()),
        false => Err(needed()),
    }
}
