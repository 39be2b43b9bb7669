//! Once a minute: what was left lying ends, what ran out ends, what is stuck is taken up, what must not be kept is
//! destroyed.

use menshen_core::appeal::Ending;
use menshen_core::case_code;
use menshen_core::event::EventName;
use menshen_core::ids::{AppealId, TenantId, VerificationId};
use menshen_core::time::{DAY, MINUTE, Millis};
use menshen_core::verification::{Expiry, State};
use menshen_store::{Purpose, StoreError, TenantRow};

use super::search;
use crate::app::App;
use crate::appeal::{self, Appeal};
use crate::case::{Case, word};
use crate::erase::erase;
use crate::jobs;
use crate::problem::ApiError;
use crate::record::{self, Act};
use crate::ticket;

/// How long jobs that are done are kept: the expected time is their mean.
const KEPT_JOBS: i64 = 7 * DAY;
/// How long deliveries are kept that were accepted or given up.
const KEPT_DELIVERIES: i64 = 30 * DAY;
/// How long codes are kept: so long they count against the codes of a day, and none is good for longer.
const KEPT_CODES: i64 = 2 * DAY;
/// Records read at once.
const BATCH: u32 = 200;

/// Sweeps once.
pub async fn run(app: &App, now: Millis) -> Result<(), ApiError> {
    let mut tx = app.store.begin().await?;
    tx.prune_idempotency(now).await?;
    tx.prune_applicant_tokens(now).await?;
    tx.expire_uploads(now).await?;
    tx.prune_appeal_codes(now.plus(-KEPT_CODES)).await?;
    tx.prune_attachments(now.plus(-DAY)).await?;
    tx.prune_code_guesses(now.plus(-case_code::WINDOW)).await?;
    tx.prune_jobs(now.plus(-KEPT_JOBS)).await?;
    tx.prune_deliveries(now.plus(-KEPT_DELIVERIES)).await?;
    tx.commit().await?;
    move_on(app, now).await?;
    lapse(app, now).await?;
    ticket::miss(app, now).await?;
    retain_all(app, now).await?;
    search::take_up(app, now).await?;
    app.store.sweep_blobs(now).await?;
    checkpoint(app, now).await
}

/// Looks at every verification whose time has come.
async fn move_on(app: &App, now: Millis) -> Result<(), ApiError> {
    let mut after: Option<VerificationId> = None;
    loop {
        let rows = app.store.list_due_verifications(now, after, BATCH).await?;
        after = rows.last().map(|row| row.id);
        let last = rows.len() < BATCH as usize;
        for row in rows {
            let case = Case::read(app, row).await?;
            match move_one(app, case, now).await {
                // Somebody came back this very moment.
                Ok(()) | Err(ApiError::Stale) => {}
                Err(error) => return Err(error),
            }
        }
        if last {
            return Ok(());
        }
    }
}

async fn move_one(app: &App, mut case: Case, now: Millis) -> Result<(), ApiError> {
    if case.due().is_none_or(|due| due > now) {
        // It was touched since its time was written, or never had one.
        let touched = case.row.updated_at;
        let mut tx = app.store.begin().await?;
        case.write(&mut tx, touched).await?;
        return Ok(tx.commit().await?);
    }
    let why = match case.progress.state {
        State::Processing { .. } => return take_up_again(app, &case, now).await,
        State::Pending { .. } => return miss(app, case, now).await,
        State::Verified { .. } => Expiry::RanOut,
        _ => Expiry::LeftLying,
    };
    case.progress.state = case.progress.state.expired(why, now)?;
    let mut tx = app.store.begin().await?;
    case.write(&mut tx, now).await?;
    let (tenant, id) = (Some(case.row.tenant_id), case.row.id.0);
    let act = Act::system(tenant, "verification.expired", "verification", id);
    record::audit(&mut tx, act.with("why", word(&why)), now).await?;
    record::event(&mut tx, EventName::VerificationExpired, &case.row, now).await?;
    Ok(tx.commit().await?)
}

/// Ends every appeal that nobody has touched for too long.
async fn lapse(app: &App, now: Millis) -> Result<(), ApiError> {
    let mut after: Option<AppealId> = None;
    loop {
        let rows = app.store.list_due_appeals(now, after, BATCH).await?;
        after = rows.last().map(|row| row.id);
        let last = rows.len() < BATCH as usize;
        for row in rows {
            match lapse_one(app, Appeal::read(row)?, now).await {
                // Somebody came back this very moment.
                Ok(()) | Err(ApiError::Stale) => {}
                Err(error) => return Err(error),
            }
        }
        if last {
            return Ok(());
        }
    }
}

async fn lapse_one(app: &App, mut appeal: Appeal, now: Millis) -> Result<(), ApiError> {
    let mut case = appeal.case(app).await?;
    let mut tx = app.store.begin().await?;
    appeal::end(&mut tx, &mut appeal, &mut case, Ending::LeftLying, now).await?;
    case.write(&mut tx, now).await?;
    Ok(tx.commit().await?)
}

/// Nobody has answered in time: the person is told, and whoever watches the queues.
async fn miss(app: &App, mut case: Case, now: Millis) -> Result<(), ApiError> {
    case.progress.state = case.progress.state.missed(now)?;
    let mut tx = app.store.begin().await?;
    case.write(&mut tx, now).await?;
    let (tenant, id) = (Some(case.row.tenant_id), case.row.id.0);
    let act = Act::system(tenant, "verification.overdue", "verification", id);
    record::audit(&mut tx, act, now).await?;
    record::event(&mut tx, EventName::VerificationOverdue, &case.row, now).await?;
    Ok(tx.commit().await?)
}

/// A submission whose job was lost or given up gets a new one.
async fn take_up_again(app: &App, case: &Case, now: Millis) -> Result<(), ApiError> {
    let work = jobs::Submission {
        tenant: case.row.tenant_id,
        verification: case.row.id,
        attempt: case.row.attempt,
        again: true,
    };
    // One more a minute at most; the second of two finds the verdict of the first and does nothing.
    let name = format!("{} {} {}", case.row.id, case.row.attempt, now.0 / MINUTE);
    app.store
        .plan_job(jobs::DECIDE, &name, &work.to_payload()?, now)
        .await?;
    Ok(())
}

async fn retain_all(app: &App, now: Millis) -> Result<(), ApiError> {
    let mut after: Option<TenantId> = None;
    loop {
        let tenants = app.store.list_tenants(after, BATCH).await?;
        after = tenants.last().map(|tenant| tenant.id);
        for tenant in &tenants {
            retain(app, tenant, now).await?;
        }
        if tenants.len() < BATCH as usize {
            return Ok(());
        }
    }
}

/// Destroys what no law lets us keep any longer, and nothing that is held.
async fn retain(app: &App, tenant: &TenantRow, now: Millis) -> Result<(), ApiError> {
    let times = app.policy(tenant)?.times.clone();
    let templates = now.plus(-times.keep_templates());
    let due = app
        .store
        .list_due(tenant.id, Purpose::Biometric, templates, now, BATCH)
        .await?;
    for applicant in due {
        let mut tx = app.store.begin().await?;
        tx.destroy_biometric(tenant.id, applicant, now).await?;
        let action = "applicant.template_destroyed";
        let act = Act::system(Some(tenant.id), action, "applicant", applicant.0);
        record::audit(&mut tx, act, now).await?;
        tx.commit().await?;
    }
    end_blocks(app, tenant, now).await?;
    let documents = now.plus(-times.keep_documents());
    let due = app
        .store
        .list_due(tenant.id, Purpose::Document, documents, now, BATCH)
        .await?;
    for applicant in due {
        let (who, action) = (Some(tenant.id), "applicant.erased");
        let act = Act::system(who, action, "applicant", applicant.0).with("why", "retention");
        match erase(app, (tenant.id, applicant), 0, act, now).await {
            Ok(()) => {}
            // Held since the list was made.
            Err(ApiError::Conflict { code: "held", .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Destroys the entries of the blocklist whose day has come.
async fn end_blocks(app: &App, tenant: &TenantRow, now: Millis) -> Result<(), ApiError> {
    let ended = app.store.list_ended_blocks(tenant.id, now, BATCH).await?;
    for row in ended {
        let mut tx = app.store.begin().await?;
        match tx.remove_block(&row, now).await {
            Ok(()) => {}
            // Somebody removed it this very moment.
            Err(StoreError::Conflict { .. }) => continue,
            Err(error) => return Err(error.into()),
        }
        let act = Act::system(Some(tenant.id), "block.ended", "block", row.id.0);
        record::audit(&mut tx, act, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Signs the audit log as it stands.
async fn checkpoint(app: &App, now: Millis) -> Result<(), ApiError> {
    app.store
        .checkpoint(&app.signer, &app.signer.verifier(), now)
        .await?;
    Ok(())
}
