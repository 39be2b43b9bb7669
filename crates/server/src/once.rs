//! Repeats have one effect: the answer to a creating request is kept with its effect, in one transaction.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use menshen_core::access::Caller;
use menshen_core::ids::TenantId;
use menshen_store::{Idempotency, Tx};
use serde::Serialize;

use crate::app::App;
use crate::problem::ApiError;

/// Longest key in bytes.
const LONGEST: usize = 200;

/// A creating request: a repeat, or the first of its key.
pub enum Once {
    /// It was done before; this was the answer.
    Replay(Replay),
    /// It is to be done, inside this transaction.
    Fresh(Work),
}

/// The answer to the first request of a key.
pub struct Replay {
    status: StatusCode,
    /// What was answered.
    pub body: Vec<u8>,
}

/// The work of a creating request.
pub struct Work {
    /// Everything is written here.
    pub tx: Tx,
    key: Option<(TenantId, String)>,
}

/// Begins a creating request. `route` names the route and the record that it goes to, `body` is the digest of
/// what was sent. An integrator's keys are one space, each person's another: nobody uses up another's.
///
/// # Errors
/// [`ApiError::Conflict`] where the key came with another body, or its first request is still under way.
pub async fn begin(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    route: &str,
    body: [u8; 32],
) -> Result<Once, ApiError> {
    let mut tx = app.store.begin().await?;
    let Some(text) = headers.get("idempotency-key") else {
        return Ok(Once::Fresh(Work { tx, key: None }));
    };
    let text = text.to_str().unwrap_or_default();
    if text.is_empty() || text.len() > LONGEST {
        let detail = format!("Idempotency-Key must be 1 to {LONGEST} visible characters");
        return Err(ApiError::invalid("idempotency_key_invalid", detail));
    }
    let tenant = caller.tenant();
    let text = match caller {
        // No person's begins so, whatever an integrator writes.
        Caller::Key { .. } => format!("integrator {text}"),
        Caller::Staff { .. } | Caller::Person { .. } => format!("{} {text}", caller.actor()),
    };
    let begun = tx
        .begin_idempotent(tenant, &text, route, &body, app.now())
        .await?;
    match begun {
        Idempotency::Fresh => Ok(Once::Fresh(Work {
            tx,
            key: Some((tenant, text)),
        })),
        Idempotency::Done { status, body } => Ok(Once::Replay(Replay {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::OK),
            body: body.to_vec(),
        })),
        Idempotency::InFlight => Err(ApiError::conflict(
            "idempotency_key_in_use",
            "the first request with this key is still under way",
        )),
        Idempotency::OtherBody => Err(ApiError::conflict(
            "idempotency_key_reused",
            "this key came with another request before",
        )),
    }
}

/// Says that an answer is one that was given before.
pub const REPLAYED: (&str, &str) = ("idempotency-replayed", "true");

impl IntoResponse for Replay {
    fn into_response(self) -> Response {
        ([REPLAYED], answer(self.status, self.body)).into_response()
    }
}

fn answer(status: StatusCode, body: Vec<u8>) -> Response {
    if body.is_empty() {
        return status.into_response();
    }
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (status, headers, body).into_response()
}

impl Work {
    /// Keeps the answer with the effect, makes both last, and answers.
    ///
    /// # Errors
    /// The store's: then nothing has happened.
    pub async fn finish(
        self,
        app: &App,
        status: StatusCode,
        out: &impl Serialize,
    ) -> Result<Response, ApiError> {
        let body = serde_json::to_vec(out).map_err(ApiError::machine)?;
        self.keep(app, status, &body).await?;
        Ok(answer(status, body))
    }

    /// The same for an answer without a body.
    ///
    /// # Errors
    /// The store's: then nothing has happened.
    pub async fn finish_empty(self, app: &App) -> Result<Response, ApiError> {
        let status = StatusCode::NO_CONTENT;
        self.keep(app, status, &[]).await?;
        Ok(answer(status, Vec::new()))
    }

    /// Keeps what a repeat is told with the effect, and makes both last.
    ///
    /// # Errors
    /// The store's: then nothing has happened.
    pub async fn keep(
        mut self,
        app: &App,
        status: StatusCode,
        body: &[u8],
    ) -> Result<(), ApiError> {
        if let Some((tenant, key)) = &self.key {
            let status = status.as_u16();
            self.tx
                .finish_idempotent(*tenant, key, status, body)
                .await?;
        }
        self.tx.commit().await?;
        app.wake.notify_one();
        Ok(())
    }
}
