//! Everyone of a tenant, searched again because a list or the policy has changed: some at a time, each step with its
//! hits and how far it has come in one transaction. A node that dies loses the step that it was at.

use menshen_core::Claims;
use menshen_core::ids::{ApplicantId, ScreeningRunId, TenantId, VerificationId};
use menshen_core::time::{MINUTE, Millis};
use menshen_store::{
    JobRow, ScreeningOutcome, ScreeningRunRow, ScreeningStep, TenantKind, VerifiedPerson,
};
use serde::{Deserialize, Serialize};

use super::SEARCH;
use crate::app::App;
use crate::problem::ApiError;
use crate::record::{self, Act};
use crate::screening::{Alert, Whose, look, note, query, searchable};

/// People searched in one step: a few seconds of a core at most, well within a lease.
const BATCH: u32 = 200;
/// Searches looked at in one sweep.
const SOME: u32 = 50;
/// A search that has not moved for so long has lost its job.
const STALLED: i64 = 5 * MINUTE;

/// A step of a search. Ids only.
#[derive(Debug, Serialize, Deserialize)]
pub struct Everyone {
    /// Whose people.
    pub tenant: TenantId,
    /// The search.
    pub run: ScreeningRunId,
    /// The last one who was searched before.
    pub after: Option<ApplicantId>,
}

impl Everyone {
    /// Returns it as a job carries it.
    ///
    /// # Errors
    /// The machine's, never in practice.
    pub fn to_payload(&self) -> Result<String, ApiError> {
        serde_json::to_string(self).map_err(ApiError::machine)
    }
}

/// What was found for one of many.
struct Looked {
    applicant: ApplicantId,
    verification: VerificationId,
    /// None where the person's data could not be read.
    alerts: Option<Vec<Alert>>,
}

/// Does the step of a job. One that was done before is left alone.
pub async fn run(app: &App, job: &JobRow) -> Result<(), ApiError> {
    let work: Everyone = serde_json::from_str(&job.payload).map_err(ApiError::machine)?;
    let run = app.store.find_screening_run(work.tenant, work.run).await?;
    let here =
        |run: &ScreeningRunRow| run.finished_at.is_none() && run.last_applicant == work.after;
    let Some(run) = run.filter(here) else {
        return Ok(());
    };
    let tenant = app.store.find_tenant(run.tenant_id).await?;
    let tenant = tenant.ok_or(ApiError::NotFound("tenant"))?;
    let rules = app.policy(&tenant)?.screening.clone();
    if tenant.kind != TenantKind::Live || !rules.required {
        let outcome = Some(ScreeningOutcome::NotRequired);
        let step = ScreeningStep {
            outcome,
            ..ScreeningStep::default()
        };
        return record_step(app, &run, &[], step).await;
    }
    let lists = searchable(app).await?;
    let people = app
        .store
        .list_verified_people(run.tenant_id, run.last_applicant, BATCH)
        .await?;
    let step = ScreeningStep {
        last: people.last().map(|person| person.applicant_id),
        outcome: (people.len() < BATCH as usize).then_some(ScreeningOutcome::Done),
        ..ScreeningStep::default()
    };
    let looked = tokio::task::spawn_blocking(move || {
        let one = |person: VerifiedPerson| Looked {
            applicant: person.applicant_id,
            verification: person.verification_id,
            alerts: claims(&person).map(|claims| look(&lists, &query(&claims), &rules).alerts),
        };
        people.into_iter().map(one).collect::<Vec<_>>()
    });
    let looked = looked.await.map_err(ApiError::machine)?;
    record_step(app, &run, &looked, step).await
}

fn claims(person: &VerifiedPerson) -> Option<Claims> {
    let read = person.claims.as_ref();
    read.and_then(|claims| serde_json::from_slice(claims).ok())
}

async fn record_step(
    app: &App,
    run: &ScreeningRunRow,
    looked: &[Looked],
    mut step: ScreeningStep,
) -> Result<(), ApiError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    for one in looked {
        let Some(alerts) = &one.alerts else {
            tracing::error!(applicant.id = %one.applicant, "a person could not be searched for");
            step.unread += 1;
            continue;
        };
        step.people += 1;
        let whose = Whose {
            tenant: run.tenant_id,
            applicant: one.applicant,
            verification: one.verification,
        };
        match note(&mut tx, whose, alerts, now).await {
            Ok(n_new) => step.hits += n_new,
            // Erased since they were read.
            Err(ApiError::Erased) => {}
            Err(error) => return Err(error),
        }
    }
    tx.move_screening_run(run, step, now).await?;
    match step.outcome {
        Some(outcome) => {
            let act = Act::system(
                Some(run.tenant_id),
                "screening.searched",
                "screening_run",
                run.id.0,
            )
            .with("outcome", outcome.as_str())
            .with("people", (run.people + step.people).to_string())
            .with("hits", (run.hits + step.hits).to_string())
            .with("unread", (run.unread + step.unread).to_string());
            record::audit(&mut tx, act, now).await?;
        }
        None => {
            let next = Everyone {
                tenant: run.tenant_id,
                run: run.id,
                after: step.last,
            };
            tx.enqueue_job(SEARCH, &next.to_payload()?, now, now)
                .await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Gives a search that has lost its job another one.
pub async fn take_up(app: &App, now: Millis) -> Result<(), ApiError> {
    let before = now.plus(-STALLED);
    let runs = app.store.list_stalled_screening_runs(before, SOME).await?;
    for run in runs {
        let work = Everyone {
            tenant: run.tenant_id,
            run: run.id,
            after: run.last_applicant,
        };
        // One more a minute at most; the second of two finds that the search has moved and does nothing.
        let name = format!("{} {} {}", run.id, run.version, now.0 / MINUTE);
        app.store
            .plan_job(SEARCH, &name, &work.to_payload()?, now)
            .await?;
    }
    Ok(())
}
