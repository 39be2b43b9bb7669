//! Once a minute: what was left lying ends, what ran out ends, what must not be kept is destroyed.

use menshen_core::event::EventName;
use menshen_core::time::{DAY, MINUTE, Millis};
use menshen_core::verification::{Expiry, State, Status};
use menshen_store::{Purpose, StoreError, VerificationRow};

use crate::app::App;
use crate::case::{Case, word};
use crate::jobs;
use crate::problem::ApiError;
use crate::record::{self, Act};

/// How long jobs that are done are kept: the expected time is their mean.
const KEPT_JOBS: i64 = 7 * DAY;
/// Records looked at in one go.
const BATCH: u32 = 200;

/// Sweeps once.
pub async fn run(app: &App, now: Millis) -> Result<(), ApiError> {
    let mut tx = app.store.begin().await?;
    tx.prune_idempotency(now).await?;
    tx.prune_applicant_tokens(now).await?;
    tx.expire_uploads(now).await?;
    tx.prune_jobs(now.plus(-KEPT_JOBS)).await?;
    tx.commit().await?;
    for tenant in app.store.list_tenants(None, BATCH).await? {
        let policy = app.policy(&tenant)?;
        let times = &policy.times;
        let open = [Status::NotStarted, Status::InProgress, Status::Failed];
        let oldest = now.plus(-times.open());
        for status in open {
            let rows = app
                .store
                .list_untouched(tenant.id, &word(&status), oldest, BATCH)
                .await?;
            end_all(app, rows, Expiry::LeftLying, now).await?;
        }
        let stuck = now.plus(-times.stuck());
        let rows = app
            .store
            .list_untouched(tenant.id, &word(&Status::InProgress), stuck, BATCH)
            .await?;
        take_up_again(app, rows, now).await?;
        let rows = app
            .store
            .list_verifications(tenant.id, Some(&word(&Status::Verified)), None, BATCH)
            .await?;
        end_all(app, rows, Expiry::RanOut, now).await?;
        let until = (
            now.plus(-times.keep_documents()),
            now.plus(-times.keep_templates()),
        );
        retain(app, &tenant, until, now).await?;
    }
    app.store.sweep_blobs(now).await?;
    checkpoint(app, now).await
}

async fn end_all(
    app: &App,
    rows: Vec<VerificationRow>,
    why: Expiry,
    now: Millis,
) -> Result<(), ApiError> {
    for row in rows {
        let mut case = Case::read(app, row).await?;
        let due = match (why, case.progress.state) {
            (Expiry::RanOut, State::Verified { until, .. }) => {
                until.is_some_and(|until| until <= now)
            }
            (Expiry::LeftLying, State::Processing { .. }) => false,
            (Expiry::LeftLying, _) => true,
            _ => false,
        };
        let Some(ended) = due
            .then(|| case.progress.state.expired(why, now).ok())
            .flatten()
        else {
            continue;
        };
        case.progress.state = ended;
        let mut tx = app.store.begin().await?;
        match case.write(&mut tx, now).await {
            Ok(()) => {}
            // Somebody came back this very moment.
            Err(ApiError::Stale) => continue,
            Err(error) => return Err(error),
        }
        let act = Act::system(
            Some(case.row.tenant_id),
            "verification.expired",
            "verification",
            case.row.id.0,
        )
        .with("why", word(&why));
        record::audit(&mut tx, act, now).await?;
        record::event(&mut tx, EventName::VerificationExpired, &case.row, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// A submission whose job was lost or given up gets a new one.
async fn take_up_again(app: &App, rows: Vec<VerificationRow>, now: Millis) -> Result<(), ApiError> {
    for row in rows {
        let case = Case::read(app, row).await?;
        if !matches!(case.progress.state, State::Processing { .. }) {
            continue;
        }
        let work = jobs::Submission {
            tenant: case.row.tenant_id,
            verification: case.row.id,
            attempt: case.row.attempt,
            place: crate::attempts::Place::default(),
            again: true,
        };
        // One more a minute at most; the second of two finds the verdict of the first and does nothing.
        let name = format!("{} {} {}", case.row.id, case.row.attempt, now.0 / MINUTE);
        app.store
            .plan_job(jobs::DECIDE, &name, &work.to_payload()?, now)
            .await?;
    }
    Ok(())
}

/// Destroys what no law lets us keep any longer, and nothing that is held.
async fn retain(
    app: &App,
    tenant: &menshen_store::TenantRow,
    (documents, templates): (Millis, Millis),
    now: Millis,
) -> Result<(), ApiError> {
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
    let due = app
        .store
        .list_due(tenant.id, Purpose::Document, documents, now, BATCH)
        .await?;
    for applicant in due {
        let mut tx = app.store.begin().await?;
        match tx.erase(tenant.id, applicant, now, now).await {
            Ok(()) => {}
            // Held since the list was made.
            Err(StoreError::Held) => continue,
            Err(error) => return Err(error.into()),
        }
        let act = Act::system(
            Some(tenant.id),
            "applicant.erased",
            "applicant",
            applicant.0,
        );
        record::audit(&mut tx, act.with("why", "retention"), now).await?;
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
