//! Work done later: taken up exactly once by any node, and again where a node died with it.

mod decide;
mod deliver;
mod face_login;
mod notify;
mod search;
mod send_code;
mod sweep;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use menshen_core::ids::{TenantId, VerificationId};
use menshen_core::time::{MINUTE, Millis};
use menshen_store::{DELIVER, JobRow, StoreError, Tx, VerificationRow};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

pub use face_login::judge_face_login;
pub use notify::Delivery;
pub use search::Everyone;
pub use send_code::CodeDelivery;

use crate::app::App;
use crate::problem::{ApiError, chain};

/// Judges a submission; the payload is the verification's id.
pub const DECIDE: &str = "decide";
/// Ends what was left lying, takes up what is stuck, destroys what must not be kept. Once a minute.
pub const SWEEP: &str = "sweep";
/// Hands a message to a mail server or a gateway.
pub const NOTIFY: &str = "notify";
/// Hands a code of an account to a mail server or a gateway.
pub const SEND_CODE: &str = "send_code";
/// Searches some of a tenant's people in the lists of sanctioned people.
pub const SEARCH: &str = "search";

/// What each lane does. A mail server that does not answer holds up messages, and nothing else; so do receivers of
/// events, of which one that stalls takes up one lane of several; and a search of everyone takes minutes.
const LANES: [&[&str]; 8] = [
    &[DECIDE, SWEEP],
    &[DECIDE, SWEEP],
    &[NOTIFY],
    &[SEND_CODE],
    &[DELIVER],
    &[DELIVER],
    &[DELIVER],
    &[SEARCH],
];
/// How long a node may hold a job without a word. A decision takes well under a second.
const LEASE: i64 = 30_000;
/// Seconds before the next try, then it is given up and an operator is told.
const STEPS: [i64; 6] = [1, 5, 30, 120, 600, 3_600];
/// The same for messages: mail servers ask for patience, and after two days nobody waits for the news.
const NOTIFY_STEPS: [i64; 7] = [5, 60, 600, 3_600, 21_600, 86_400, 86_400];
/// The same for codes, which are good for ten minutes.
const CODE_STEPS: [i64; 4] = [2, 10, 60, 300];
/// How often a node looks when nobody wakes it.
const LOOK: Duration = Duration::from_millis(500);
/// What a decision takes where none was made yet, in milliseconds.
const USUAL: f64 = 1_000.0;

/// A submission to judge. Ids and digests only: it stands in a plain column.
#[derive(Debug, Serialize, Deserialize)]
pub struct Submission {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub verification: VerificationId,
    /// Which attempt of it.
    pub attempt: i64,
    /// Does it stand for a job that was lost or given up?
    #[serde(default)]
    pub again: bool,
}

impl Submission {
    /// Returns it as a job carries it.
    ///
    /// # Errors
    /// The machine's, never in practice.
    pub fn to_payload(&self) -> Result<String, ApiError> {
        serde_json::to_string(self).map_err(ApiError::machine)
    }
}

/// Plans that the machine judges what was submitted.
///
/// # Errors
/// The store's.
pub async fn judge_soon(tx: &mut Tx, row: &VerificationRow, now: Millis) -> Result<(), ApiError> {
    let submission = Submission {
        tenant: row.tenant_id,
        verification: row.id,
        attempt: row.attempt,
        again: false,
    };
    tx.enqueue_job(DECIDE, &submission.to_payload()?, now, now)
        .await?;
    Ok(())
}

/// Takes up jobs until the service stops; then ends the one in hand.
pub async fn run(app: App, stop: watch::Receiver<bool>) {
    let mut lanes = tokio::task::JoinSet::new();
    for kinds in LANES {
        lanes.spawn(lane(app.clone(), kinds, stop.clone()));
    }
    while lanes.join_next().await.is_some() {}
}

async fn lane(app: App, kinds: &'static [&'static str], mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match caught(step(&app, kinds)).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(error = %chain(&error), "taking up a job failed"),
        }
        tokio::select! {
            () = app.wake.notified(), if kinds.contains(&DECIDE) => {}
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Takes up one job of any kind that is due and does it. Tells whether there was one.
///
/// # Errors
/// The store's, when it cannot be asked.
pub async fn any(app: &App) -> Result<bool, ApiError> {
    step(app, &[DECIDE, SWEEP, NOTIFY, SEND_CODE, DELIVER, SEARCH]).await
}

async fn step(app: &App, kinds: &[&str]) -> Result<bool, ApiError> {
    let now = app.now();
    plan_sweep(app, now).await?;
    app.store.requeue_expired(now).await?;
    let Some(job) = app.store.claim_job(kinds, now, LEASE).await? else {
        return Ok(false);
    };
    match caught(perform(app, &job, now)).await {
        Ok(()) => finish(app, &job).await?,
        Err(error) => put_off(app, &job, &error).await?,
    }
    Ok(true)
}

async fn perform(app: &App, job: &JobRow, now: Millis) -> Result<(), ApiError> {
    match job.kind.as_str() {
        DECIDE => decide::run(app, job).await,
        NOTIFY => notify::run(app, job, wait(job).is_none()).await,
        SEND_CODE => send_code::run(app, job, wait(job).is_none()).await,
        DELIVER => deliver::run(app, job).await,
        SEARCH => search::run(app, job).await,
        _ => sweep::run(app, now).await,
    }
}

/// Makes an error of a panic: a bug in one job must not end the lane of all. What it had begun is undone with its
/// transaction; its text may hold anything and goes nowhere.
async fn caught<T>(work: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(done) => done,
        Err(_) => {
            tracing::error!("a job panicked");
            Err(ApiError::machine(std::io::Error::other("a job panicked")))
        }
    }
}

async fn finish(app: &App, job: &JobRow) -> Result<(), ApiError> {
    // A job whose lease ran out belongs to another node by now, and its effect is guarded by versions.
    let mut tx = app.store.begin().await?;
    match tx.finish_job(job, app.now()).await {
        Ok(()) => Ok(tx.commit().await?),
        Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn put_off(app: &App, job: &JobRow, error: &ApiError) -> Result<(), ApiError> {
    let now = app.now();
    let word = match error {
        ApiError::Busy => "busy",
        ApiError::Machine(_) => "machine",
        _ => "refused",
    };
    tracing::warn!(job.id = %job.id, job.kind, job.tries, error = %chain(error), "a job failed");
    let mut tx = app.store.begin().await?;
    let done = match wait(job) {
        Some(seconds) => tx.retry_job(job, now.plus(seconds * 1_000), word).await,
        None => {
            app.metrics.job_given_up();
            tx.fail_job(job, now, word).await
        }
    };
    match done {
        Ok(()) => Ok(tx.commit().await?),
        Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Returns the seconds until the next try; `None` after the last.
fn wait(job: &JobRow) -> Option<i64> {
    let steps: &[i64] = match job.kind.as_str() {
        // A delivery has steps of its own; these are for a machine that fails.
        NOTIFY | DELIVER => &NOTIFY_STEPS,
        SEND_CODE => &CODE_STEPS,
        _ => &STEPS,
    };
    let tries = usize::try_from(job.tries).unwrap_or(usize::MAX);
    steps.get(tries.saturating_sub(1)).copied()
}

/// Plans this minute's sweep; every node does so and one of them succeeds.
async fn plan_sweep(app: &App, now: Millis) -> Result<(), ApiError> {
    let minute = now.0 / MINUTE;
    if app.swept.swap(minute, std::sync::atomic::Ordering::Relaxed) == minute {
        return Ok(());
    }
    app.store
        .plan_job(SWEEP, &minute.to_string(), "", now)
        .await?;
    Ok(())
}

/// Returns when a submission made now would be answered, by the live queue.
///
/// # Errors
/// The store's.
pub async fn expected(app: &App) -> Result<Millis, ApiError> {
    let queue = app.store.queue(DECIDE).await?;
    let each = queue.mean_ms.unwrap_or(USUAL).max(1.0);
    let waiting = (queue.ready + queue.leased).max(1);
    Ok(app.now().plus((waiting as f64 * each).ceil() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_like_any_other() {
        let bug = async { Option::<u8>::None.ok_or_else(|| panic!("a bug")) };
        assert!(matches!(caught(bug).await, Err(ApiError::Machine(_))));
        assert!(matches!(caught(async { Ok(1) }).await, Ok(1)));
    }
}
