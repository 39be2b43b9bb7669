//! A recovery moves on when its person was verified: the wait begins, and every old address is told how to stop it.

use menshen_core::notice::Notice;
use menshen_core::time::{DAY, Millis};
use menshen_core::verification::{Flow, State};
use menshen_store::{Part, RecoveryRow, RecoveryState};

use super::tell;
use crate::app::App;
use crate::capture;
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
    let rules = &app.policy(&tenant)?.accounts;
    let ready = now.plus(rules.recovery_wait());
    // As long as at first is left for finishing it.
    let lapses = ready.plus(i64::from(rules.recovery_open_days) * DAY);
    let whom = (row.tenant_id, row.applicant_id);
    let mut tx = app.store.begin().await?;
    tx.await_recovery(&mut row, (ready, lapses)).await?;
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

/// Was the person verified, and are they still?
///
/// # Errors
/// The store's.
pub async fn is_verified(app: &App, row: &RecoveryRow) -> Result<bool, ApiError> {
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

/// Returns the model and the template of the face with which the person was verified; none where it was not shown or is gone.
///
/// # Errors
/// The store's.
pub async fn face(app: &App, row: &RecoveryRow) -> Result<Option<(String, Vec<u8>)>, ApiError> {
    let rows = app
        .store
        .list_captures(row.tenant_id, row.verification_id)
        .await?;
    let selfies = rows.into_iter().filter(|row| row.part == Part::Selfie);
    let Some(selfie) = selfies.max_by_key(|row| row.id) else {
        return Ok(None);
    };
    let (tenant, id) = (selfie.tenant_id, selfie.id);
    let vector = app.store.find_capture_embedding(tenant, id).await;
    let vector = capture::unless_destroyed(vector)?;
    let kept = app.store.find_capture_evidence(tenant, id).await?;
    let read = |sealed: menshen_store::Opened| serde_json::from_slice::<capture::Kept>(&sealed);
    let kept = kept.map(read).transpose().map_err(ApiError::machine)?;
    let model = kept.and_then(|kept| kept.embedder);
    Ok(model.zip(vector.map(|vector| vector.to_vec())))
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
        tx.move_recovery(&mut row, RecoveryState::Lapsed, now)
            .await?;
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
