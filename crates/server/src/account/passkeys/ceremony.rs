//! Questions, kept for one answer. What is remembered of one is sealed; taking it commits before the answer is looked at, so that
//! no answer, right or wrong, is followed by a second one.

use menshen_core::ids::{ApplicantId, CeremonyId, TenantId};
use menshen_core::time::Millis;
use menshen_store::{CeremonyPurpose, CeremonyTaken, NewCeremony};
use serde::Serialize;
use serde_json::Value;

use super::until;
use crate::app::App;
use crate::problem::ApiError;

/// A question for a browser.
pub struct Asked {
    /// Names it in the answer.
    pub ceremony: CeremonyId,
    /// The options, for the browser.
    pub options: Value,
    /// When it is over.
    pub until: Millis,
}

/// Keeps a question and returns it as it is asked.
///
/// # Errors
/// The store's.
pub async fn keep(
    app: &App,
    (tenant, applicant): (TenantId, Option<ApplicantId>),
    purpose: CeremonyPurpose,
    remembered: &impl Serialize,
    options: Value,
) -> Result<Asked, ApiError> {
    let (now, state) = (app.now(), serde_json::to_vec(remembered));
    let new = NewCeremony {
        tenant,
        applicant,
        purpose,
        state: &state.map_err(ApiError::machine)?,
        until: until(now),
    };
    let until = new.until;
    let mut tx = app.store.begin().await?;
    let ceremony = tx.create_ceremony(new, now).await?;
    tx.commit().await?;
    Ok(Asked {
        ceremony,
        options,
        until,
    })
}

/// Takes a question, from whomever it was asked.
///
/// # Errors
/// The store's.
pub async fn take(
    app: &App,
    ceremony: CeremonyId,
    purpose: CeremonyPurpose,
) -> Result<Option<CeremonyTaken>, ApiError> {
    let mut tx = app.store.begin().await?;
    let taken = tx.take_ceremony(ceremony, purpose, app.now()).await?;
    tx.commit().await?;
    Ok(taken)
}

/// Takes a question that one person was asked.
///
/// # Errors
/// The store's.
pub async fn take_of(
    app: &App,
    whose: (TenantId, ApplicantId),
    ceremony: CeremonyId,
    purpose: CeremonyPurpose,
) -> Result<Option<CeremonyTaken>, ApiError> {
    let mut tx = app.store.begin().await?;
    let taken = tx.take_ceremony_of(whose, ceremony, purpose, app.now());
    let taken = taken.await?;
    tx.commit().await?;
    Ok(taken)
}
