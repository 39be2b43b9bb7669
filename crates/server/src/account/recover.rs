//! A recovery moves on when its person was verified: the wait begins, and every old address is told how to stop it.

use menshen_core::ids::{ApplicantId, TenantId};
use menshen_core::notice::Notice;
use menshen_core::time::Millis;
use menshen_core::verification::{Expiry, Flow, State};
use menshen_store::{RecoveryRow, RecoveryState, Tx};

use super::tell;
use crate::app::App;
use crate::case::Case;
use crate::problem::ApiError;
use crate::record::{self, Act};

/// Lets the wait begin, where the person was verified. The wait is counted from the moment at which the owner is told.
///
/// # Errors
/// [`ApiError::Stale`] where somebody was faster; the store's.
pub async fn move_on(
    app: &App,
    mut row: RecoveryRow,
    now: Millis,
) -> Result<RecoveryRow, ApiError> {
    if row.state != RecoveryState::Proving || !is_verified(app, &row).await? {
        return Ok(row);
    }
    let tenant = app.store.find_tenant(row.tenant_id).await?;
    let tenant = tenant.ok_or(ApiError::NotFound("tenant"))?;
    let ready = now.plus(app.policy(&tenant)?.accounts.recovery_wait());
    let whom = (row.tenant_id, row.applicant_id);
    let mut tx = app.store.begin().await?;
    tx.move_recovery(&mut row, RecoveryState::Waiting, Some(ready), now)
        .await?;
    let act = Act::system(
        Some(whom.0),
        "account.recovery_waiting",
        "recovery",
        row.id.0,
    );
    record::audit(&mut tx, act, now).await?;
    tell(&mut tx, whom, Notice::RecoveryStarted, now).await?;
    tx.commit().await?;
    Ok(row)
}

async fn is_verified(app: &App, row: &RecoveryRow) -> Result<bool, ApiError> {
    let found = app
        .store
        .find_verification(row.tenant_id, row.verification_id);
    let Some(found) = found.await? else {
        return Ok(false);
    };
    let own = found.applicant_id == row.applicant_id;
    let case = Case::read(app, found).await?;
    Ok(own && case.flow == Flow::Recovery && matches!(case.progress.state, State::Verified { .. }))
}

/// Ends what somebody has begun and not finished; what is being judged, or has ended, stays.
///
/// # Errors
/// The store's.
pub async fn end_open(
    app: &App,
    tx: &mut Tx,
    (tenant, applicant): (TenantId, ApplicantId),
    why: Expiry,
    now: Millis,
) -> Result<(), ApiError> {
    let rows = tx
        .list_applicant_verifications(tenant, applicant, None, 100)
        .await?;
    for row in rows {
        let mut case = Case::read(app, row).await?;
        let waits = matches!(
            case.progress.state,
            State::Verified { .. } | State::Expired { .. }
        );
        let Ok(ended) = case.progress.state.expired(why, now) else {
            continue;
        };
        if !waits && case.progress.appeal.is_none() {
            case.progress.state = ended;
            case.write(tx, now).await?;
        }
    }
    Ok(())
}

/// Lets the wait begin of everybody who was verified, and ends what nobody went on with. Once a minute.
///
/// # Errors
/// The store's.
pub async fn sweep(app: &App, now: Millis) -> Result<(), ApiError> {
    for row in app.store.list_proven_recoveries(now).await? {
        passed(move_on(app, row, now).await.map(|_| ()))?;
    }
    for mut row in app.store.list_late_recoveries(now).await? {
        let mut tx = app.store.begin().await?;
        let ready = row.ready_at;
        let moved = tx.move_recovery(&mut row, RecoveryState::Lapsed, ready, now);
        moved.await?;
        let act = Act::system(
            Some(row.tenant_id),
            "account.recovery_lapsed",
            "recovery",
            row.id.0,
        );
        record::audit(&mut tx, act, now).await?;
        passed(tx.commit().await.map_err(ApiError::from))?;
    }
    Ok(())
}

/// Somebody was faster.
fn passed(done: Result<(), ApiError>) -> Result<(), ApiError> {
    match done {
        Err(ApiError::Stale) => Ok(()),
        done => done,
    }
}
