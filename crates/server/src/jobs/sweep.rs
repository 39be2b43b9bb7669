//! Once a minute: what was left lying ends, what ran out ends, what is stuck is taken up, what must not be kept is
//! destroyed.

use std::fmt::Display;

use menshen_core::appeal::Ending;
use menshen_core::case_code;
use menshen_core::event::EventName;
use menshen_core::ids::{AppealId, ApplicantId, LiveId, TenantId, VerificationId};
use menshen_core::time::{DAY, MINUTE, Millis, SECOND};
use menshen_core::verification::{Expiry, Flow, State};
use menshen_store::{AppealRow, BlockRow, Purpose, TenantRow, VerificationRow};

use super::search;
use crate::account;
use crate::app::App;
use crate::appeal::{self, Appeal};
use crate::case::{Case, word};
use crate::erase::erase;
use crate::jobs;
use crate::live;
use crate::oidc;
use crate::problem::{ApiError, chain};
use crate::record::{self, Act};
use crate::sign_in;
use crate::ticket;

/// How long jobs that are done are kept: the expected time is their mean.
const KEPT_JOBS: i64 = 7 * DAY;
/// How long deliveries are kept that were accepted or given up.
const KEPT_DELIVERIES: i64 = 30 * DAY;
/// How long codes are kept: so long they count against the codes of a day, and none is good for longer.
const KEPT_CODES: i64 = 2 * DAY;
/// How long prints of live checks' frames are kept, against replays: a recording that is older was most likely used before.
const KEPT_PRINTS: i64 = 90 * DAY;
/// How long reports of what pretends to be a tenant are kept after they were closed, and where nobody has closed them.
const KEPT_REPORTS: i64 = 90 * DAY;
const KEPT_OPEN_REPORTS: i64 = 180 * DAY;
/// Records read at once.
const BATCH: u32 = 200;

/// Sweeps once. What fails keeps nothing else from being done: its error is returned when all is.
pub async fn run(app: &App, now: Millis) -> Result<(), ApiError> {
    each([
        ("prune", prune(app, now).await),
        ("move on", move_on(app, now).await),
        ("lapse", lapse(app, now).await),
        ("live checks", end_live(app, now).await),
        ("recoveries", account::recover::sweep(app, now).await),
        ("miss tickets", ticket::miss(app, now).await),
        ("retain", retain_all(app, now).await),
        ("oidc", oidc::keys::sweep(app, now).await),
        ("take up searches", search::take_up(app, now).await),
        ("checkpoint", checkpoint(app, now).await),
        ("files", sweep_files(app, now).await),
    ])
}

/// Logs the errors of some work and returns the first.
fn each<const N: usize>(stages: [(&'static str, Result<(), ApiError>); N]) -> Result<(), ApiError> {
    let mut first = Ok(());
    for (stage, done) in stages {
        if let Err(error) = &done {
            tracing::error!(stage, error = %chain(error), "a part of the sweep failed");
        }
        first = first.and(done);
    }
    first
}

/// Logs the error of one row by its id: the other rows do not wait for it.
fn pass(what: &'static str, id: impl Display, done: Result<(), ApiError>) {
    match done {
        // Somebody came back, or a hold was placed, this very moment.
        Ok(()) | Err(ApiError::Stale | ApiError::Conflict { code: "held", .. }) => {}
        Err(error) => {
            tracing::error!(what, row.id = %id, error = %chain(&error), "the sweep left a row as it is");
        }
    }
}

async fn prune(app: &App, now: Millis) -> Result<(), ApiError> {
    let mut tx = app.store.begin().await?;
    tx.prune_idempotency(now).await?;
    tx.prune_applicant_tokens(now).await?;
    tx.prune_sessions(sign_in::alive(now)).await?;
    tx.prune_invitations(now).await?;
    tx.prune_strikes(now).await?;
    tx.prune_account_sessions(account::alive(now)).await?;
    tx.prune_account_codes(now.plus(-KEPT_CODES)).await?;
    tx.prune_registrations(now).await?;
    tx.prune_nonces(now).await?;
    tx.prune_networks(now).await?;
    tx.prune_step_ups(now).await?;
    tx.prune_ceremonies(now).await?;
    tx.expire_uploads(now).await?;
    tx.prune_appeal_codes(now.plus(-KEPT_CODES)).await?;
    tx.prune_prints(now.plus(-KEPT_PRINTS)).await?;
    tx.prune_attachments(now.plus(-DAY)).await?;
    tx.prune_code_guesses(now.plus(-case_code::WINDOW)).await?;
    tx.prune_jobs(now.plus(-KEPT_JOBS)).await?;
    tx.prune_deliveries(now.plus(-KEPT_DELIVERIES)).await?;
    tx.prune_reports(now.plus(-KEPT_REPORTS), now.plus(-KEPT_OPEN_REPORTS))
        .await?;
    Ok(tx.commit().await?)
}

/// Removes files without rows, once a day: all files are listed for it. The job that says so is another sweep.
async fn sweep_files(app: &App, now: Millis) -> Result<(), ApiError> {
    let name = format!("files {}", now.0 / DAY);
    if app.store.plan_job(jobs::SWEEP, &name, "", now).await? {
        app.store.sweep_blobs(now).await?;
    }
    Ok(())
}

/// Looks at every verification whose time has come.
async fn move_on(app: &App, now: Millis) -> Result<(), ApiError> {
    let mut after: Option<VerificationId> = None;
    loop {
        let rows = app.store.list_due_verifications(now, after, BATCH).await?;
        after = rows.last().map(|row| row.id);
        let last = rows.len() < BATCH as usize;
        for row in rows {
            pass("verification", row.id, move_one(app, row, now).await);
        }
        if last {
            return Ok(());
        }
    }
}

async fn move_one(app: &App, row: VerificationRow, now: Millis) -> Result<(), ApiError> {
    let mut case = Case::read(app, row).await?;
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
    // A sign-in by face that nobody finished is no news.
    if case.flow != Flow::FaceLogin {
        record::event(&mut tx, EventName::VerificationExpired, &case.row, now).await?;
    }
    Ok(tx.commit().await?)
}

/// Ends every live check whose time is over and that nobody holds.
async fn end_live(app: &App, now: Millis) -> Result<(), ApiError> {
    // Whoever holds one ends it to the second.
    let before = now.plus(-SECOND * 10);
    let mut after: Option<LiveId> = None;
    loop {
        let rows = app.store.list_expired_live(before, after, BATCH).await?;
        after = rows.last().map(|row| row.id);
        let last = rows.len() < BATCH as usize;
        for row in rows {
            pass("live check", row.id, live::take_up(app, row, now).await);
        }
        if last {
            return Ok(());
        }
    }
}

/// Ends every appeal that nobody has touched for too long.
async fn lapse(app: &App, now: Millis) -> Result<(), ApiError> {
    let mut after: Option<AppealId> = None;
    loop {
        let rows = app.store.list_due_appeals(now, after, BATCH).await?;
        after = rows.last().map(|row| row.id);
        let last = rows.len() < BATCH as usize;
        for row in rows {
            pass("appeal", row.id, lapse_one(app, row, now).await);
        }
        if last {
            return Ok(());
        }
    }
}

async fn lapse_one(app: &App, row: AppealRow, now: Millis) -> Result<(), ApiError> {
    let mut appeal = Appeal::read(row)?;
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
            pass("tenant", tenant.id, retain(app, tenant, now).await);
        }
        if tenants.len() < BATCH as usize {
            return Ok(());
        }
    }
}

/// Destroys what no law lets us keep any longer, and nothing that is held.
async fn retain(app: &App, tenant: &TenantRow, now: Millis) -> Result<(), ApiError> {
    each([
        ("templates", end_templates(app, tenant, now).await),
        ("blocks", end_blocks(app, tenant, now).await),
        ("documents", end_documents(app, tenant, now).await),
    ])
}

async fn end_templates(app: &App, tenant: &TenantRow, now: Millis) -> Result<(), ApiError> {
    let before = now.plus(-app.policy(tenant)?.times.keep_templates());
    let due = app
        .store
        .list_due(tenant.id, Purpose::Biometric, before, now, BATCH)
        .await?;
    for applicant in due {
        let done = end_template(app, tenant.id, applicant, now).await;
        pass("applicant", applicant, done);
    }
    Ok(())
}

async fn end_template(
    app: &App,
    tenant: TenantId,
    applicant: ApplicantId,
    now: Millis,
) -> Result<(), ApiError> {
    let mut tx = app.store.begin().await?;
    tx.destroy_biometric(tenant, applicant, now).await?;
    let action = "applicant.template_destroyed";
    let act = Act::system(Some(tenant), action, "applicant", applicant.0);
    record::audit(&mut tx, act, now).await?;
    Ok(tx.commit().await?)
}

async fn end_documents(app: &App, tenant: &TenantRow, now: Millis) -> Result<(), ApiError> {
    let before = now.plus(-app.policy(tenant)?.times.keep_documents());
    let due = app
        .store
        .list_due(tenant.id, Purpose::Document, before, now, BATCH)
        .await?;
    for applicant in due {
        let (who, action) = (Some(tenant.id), "applicant.erased");
        let act = Act::system(who, action, "applicant", applicant.0).with("why", "retention");
        let done = erase(app, (tenant.id, applicant), 0, act, now).await;
        pass("applicant", applicant, done);
    }
    Ok(())
}

/// Destroys the entries of the blocklist whose day has come.
async fn end_blocks(app: &App, tenant: &TenantRow, now: Millis) -> Result<(), ApiError> {
    let ended = app.store.list_ended_blocks(tenant.id, now, BATCH).await?;
    for row in ended {
        pass("block", row.id, end_block(app, tenant.id, &row, now).await);
    }
    Ok(())
}

async fn end_block(
    app: &App,
    tenant: TenantId,
    row: &BlockRow,
    now: Millis,
) -> Result<(), ApiError> {
    let mut tx = app.store.begin().await?;
    // Where somebody removed it this very moment, it is stale.
    tx.remove_block(row, now).await?;
    let act = Act::system(Some(tenant), "block.ended", "block", row.id.0);
    record::audit(&mut tx, act, now).await?;
    Ok(tx.commit().await?)
}

/// Signs the audit log as it stands.
async fn checkpoint(app: &App, now: Millis) -> Result<(), ApiError> {
    app.store
        .checkpoint(&app.signer, &app.signer.verifier(), now)
        .await?;
    Ok(())
}
