//! Before people approve somebody: the lists of this moment are searched, whatever the machine saw when it decided.

use menshen_core::Claims;
use menshen_core::time::Millis;
use menshen_store::Tx;

use super::search::{Found, Whose, note, of_case};
use crate::app::App;
use crate::case::Case;
use crate::problem::ApiError;

impl Whose {
    const fn of(case: &Case) -> Self {
        Self {
            tenant: case.row.tenant_id,
            applicant: case.row.applicant_id,
            verification: case.row.id,
        }
    }
}

/// Searches for somebody who is about to be approved. What is found is noted, and must be cleared before. `None` where
/// neither the verification's policy nor the one in force asks for a search.
///
/// # Errors
/// `hits_open` where somebody must look at a hit first; [`ApiError::Busy`] where the lists cannot be searched now.
pub async fn for_approval(
    app: &App,
    case: &Case,
    claims: &Claims,
) -> Result<Option<Found>, ApiError> {
    let Some(found) = of_case(app, case, claims).await? else {
        return Ok(None);
    };
    if !found.was_searched() || found.lacks_one(app).await? {
        return Err(ApiError::Busy);
    }
    if !found.is_open() {
        return Ok(Some(found));
    }
    let mut tx = app.store.begin().await?;
    still_clear(&mut tx, case, &found, app.now()).await?;
    tx.commit().await?;
    let detail =
        "a list of sanctioned people has an entry near this name: clear the hit before you approve";
    Err(ApiError::conflict("hits_open", detail))
}

/// Notes what was found, which must be in force still: the lists, and the exceptions.
///
/// # Errors
/// [`ApiError::Stale`]: search again.
pub async fn still_clear(
    tx: &mut Tx,
    case: &Case,
    found: &Found,
    now: Millis,
) -> Result<(), ApiError> {
    found.check(tx).await?;
    note(tx, Whose::of(case), &found.alerts, now).await?;
    Ok(())
}
