//! An event on its way to an address that an integrator named: one try.

use menshen_core::time::{MINUTE, Millis};
use menshen_store::{
    DeliveryRow, DeliveryState, DeliveryTry, EventRow, JobRow, StoreError, Tried, Tx, WebhookRow,
    WebhookState,
};
use serde_json::{Value, json};

use super::LEASE;
use crate::app::App;
use crate::outbound::{Delivery, HookError, signatures};
use crate::problem::ApiError;
use crate::record::{self, Act};

/// Seconds before each further try: dense at first, then every four hours, three days in all. A receiver that fails
/// every second time misses one event in a hundred million.
pub const DELAYS: [i64; 26] = [
    5, 30, 120, 600, 1_800, 3_600, 3_600, 7_200, 7_200, 7_200, 14_400, 14_400, 14_400, 14_400,
    14_400, 14_400, 14_400, 14_400, 14_400, 14_400, 14_400, 14_400, 14_400, 14_400, 14_400, 14_400,
];
/// Seconds for which the last try waits for an address that rests.
const LAST_PATIENCE: i64 = 14_400;
/// How long an address is left alone that let us wait in vain, in milliseconds; twice as long each time, six times.
/// Until it answers again it takes up one lane at most.
const REST: i64 = MINUTE;
const DOUBLINGS: i64 = 6;

/// Sends a delivery once, and plans the next try where it failed. What was sent or given up is left alone.
///
/// # Errors
/// The machine's.
pub async fn run(app: &App, job: &JobRow) -> Result<(), ApiError> {
    let work: DeliveryTry = serde_json::from_str(&job.payload).map_err(ApiError::machine)?;
    let found = app.store.find_delivery(work.tenant, work.delivery).await?;
    let due = |row: &DeliveryRow| row.version == work.version && row.state == DeliveryState::Ready;
    let Some(row) = found.filter(due) else {
        return Ok(());
    };
    let hook = app
        .store
        .find_webhook(row.tenant_id, row.webhook_id)
        .await?;
    let Some(hook) = hook.filter(|hook| hook.state == WebhookState::Enabled) else {
        return give_up(app, &row, "webhook_disabled").await;
    };
    let event = app.store.find_event(row.tenant_id, row.event_id).await?;
    let Some(event) = event else {
        return give_up(app, &row, "event_gone").await;
    };
    match turn(app, hook).await? {
        Turn::Now(hook) => {
            let answer = send(app, &hook, &event).await?;
            note(app, &hook, &row, answer).await
        }
        Turn::Later(until) => skip(app, &row, until).await,
    }
}

/// Leaves a resting address alone. A try that would be overdue by the written delay once the address has rested counts
/// as made, so that a delivery to an address that rests for ever ends, and not before three days are over.
async fn skip(app: &App, row: &DeliveryRow, until: Millis) -> Result<(), ApiError> {
    let now = app.now();
    let again = DELAYS.get(counted(row)).copied();
    let patience = again.unwrap_or(LAST_PATIENCE) * 1_000;
    let mut tx = app.store.begin().await?;
    let done = if until < row.next_at.plus(patience) {
        tx.put_off_delivery(row, until, now).await
    } else {
        let tried = Tried {
            status: None,
            error: Some("resting"),
            again_at: again.map(|_| until),
        };
        tx.tried_delivery(row, tried, now).await
    };
    match done {
        Ok(()) => Ok(tx.commit().await?),
        // It was sent again by hand, or another node was faster.
        Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

enum Turn {
    Now(WebhookRow),
    Later(Millis),
}

/// Says whether an address is sent to now. One that let us wait in vain is asked by one delivery at a time.
async fn turn(app: &App, mut hook: WebhookRow) -> Result<Turn, ApiError> {
    let now = app.now();
    if hook.rest_until > now {
        return Ok(Turn::Later(hook.rest_until));
    }
    if hook.stalls == 0 {
        return Ok(Turn::Now(hook));
    }
    let until = now.plus(LEASE);
    let mut tx = app.store.begin().await?;
    match tx.rest_webhook(&hook, hook.stalls, until).await {
        Ok(()) => tx.commit().await?,
        Err(StoreError::Conflict { .. }) => return Ok(Turn::Later(until)),
        Err(error) => return Err(error.into()),
    }
    hook.version += 1;
    Ok(Turn::Now(hook))
}

async fn send(
    app: &App,
    hook: &WebhookRow,
    event: &EventRow,
) -> Result<Result<u16, HookError>, ApiError> {
    let url = hook.url(&app.store)?;
    let now = app.now();
    let keys: Result<Vec<_>, StoreError> = hook
        .secrets(&app.store, now)?
        .iter()
        .map(menshen_store::WebhookSecret::key)
        .collect();
    let (id, timestamp, body) = (event.id.to_string(), now.0 / 1_000, body(event));
    let delivery = Delivery {
        id: &id,
        timestamp,
        signature: &signatures(&keys?, &id, timestamp, &body),
        body,
    };
    let url = url.as_text().unwrap_or_default();
    Ok(app.outbound.hooks().send(url, delivery).await)
}

/// Returns the body, the same in every try: what `/v1/events` shows.
fn body(event: &EventRow) -> String {
    let data: Value = serde_json::from_str(&event.payload).unwrap_or_default();
    json!({
        "id": event.id,
        "type": event.event,
        "timestamp": event.created_at.to_timestamp(),
        "data": data,
    })
    .to_string()
}

/// Writes down how a try ended, of the delivery and of the address.
async fn note(
    app: &App,
    hook: &WebhookRow,
    row: &DeliveryRow,
    answer: Result<u16, HookError>,
) -> Result<(), ApiError> {
    let now = app.now();
    let tried = tried(row, answer, now);
    app.metrics.delivered(tried.error.unwrap_or("accepted"));
    let mut tx = app.store.begin().await?;
    match tx.tried_delivery(row, tried, now).await {
        Ok(()) => {}
        // Another node, which had lost its lease, was faster: the receiver has it twice, with one id.
        Err(StoreError::Conflict { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    match answer {
        Ok(GONE) => disable(&mut tx, hook, now).await?,
        Ok(_) | Err(HookError::Refused | HookError::Unreachable) if hook.stalls == 0 => {}
        Ok(_) | Err(HookError::Refused | HookError::Unreachable) => {
            rest(&mut tx, hook, 0, Millis(0)).await?;
        }
        Err(HookError::TimedOut) => {
            let long = REST << hook.stalls.clamp(0, DOUBLINGS);
            rest(&mut tx, hook, hook.stalls + 1, now.plus(long)).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// The answer of a receiver that wants nothing more, ever.
const GONE: u16 = 410;

fn tried(row: &DeliveryRow, answer: Result<u16, HookError>, now: Millis) -> Tried {
    let error = match answer {
        Ok(200..=299) => None,
        Ok(300..=399) => Some("redirected"),
        Ok(GONE) => Some("gone"),
        Ok(_) => Some("refused"),
        Err(error) => Some(error.code()),
    };
    let done = error.is_none() || answer == Ok(GONE);
    let again = DELAYS.get(counted(row)).filter(|_| !done);
    Tried {
        status: answer.ok(),
        error,
        again_at: again.map(|seconds| now.plus(seconds * 1_000)),
    }
}

/// Returns how many tries were counted, as an index of [`DELAYS`].
fn counted(row: &DeliveryRow) -> usize {
    usize::try_from(row.tries).unwrap_or(usize::MAX)
}

async fn disable(tx: &mut Tx, hook: &WebhookRow, now: Millis) -> Result<(), ApiError> {
    let found = tx.find_webhook(hook.tenant_id, hook.id).await?;
    // The address that was tried has gone, not the one that was set meanwhile.
    let Some(hook) = found.filter(|found| found.was_not_set_since(hook)) else {
        return Ok(());
    };
    tx.disable_webhook(&hook, "gone").await?;
    let who = Some(hook.tenant_id);
    let act = Act::system(who, "webhook.disabled", "webhook", hook.id.0);
    record::audit(tx, act.with("why", "gone"), now).await
}

async fn rest(tx: &mut Tx, hook: &WebhookRow, stalls: i64, until: Millis) -> Result<(), ApiError> {
    match tx.rest_webhook(hook, stalls, until).await {
        // Another lane has noted the same, or the integrator has changed it.
        Ok(()) | Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn give_up(app: &App, row: &DeliveryRow, why: &'static str) -> Result<(), ApiError> {
    let mut tx = app.store.begin().await?;
    match tx.give_up_delivery(row, why, app.now()).await {
        Ok(()) => Ok(tx.commit().await?),
        Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tries_go_over_three_days() {
        let seconds: i64 = DELAYS.iter().sum();
        assert!((72 * 3_600..73 * 3_600).contains(&seconds), "{seconds}");
        assert!(DELAYS.is_sorted());
    }
}
