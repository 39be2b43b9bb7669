//! Is the service there, is it ready, how does it do?

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::jobs;

/// The process is alive.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// It can do its work: the database answers and, where photos are looked at, a process is ready for them.
pub async fn readyz(State(app): State<App>) -> Response {
    let database = app.store.ping().await.is_ok();
    let engine = app.engine.as_ref().is_none_or(|engine| engine.is_ready());
    let text = format!("database {}\nengine {}\n", word(database), word(engine));
    let status = if database && engine {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, text).into_response()
}

const fn word(ready: bool) -> &'static str {
    if ready { "ready" } else { "not ready" }
}

/// Everything that is counted, for Prometheus.
pub async fn metrics(State(app): State<App>) -> Response {
    let waiting = app
        .store
        .queue(jobs::DECIDE)
        .await
        .map_or(-1, |queue| i64::try_from(queue.ready).unwrap_or(i64::MAX));
    let backlog = app.store.list_backlog(app.now()).await.unwrap_or_default();
    let text = app.metrics.text(waiting, &backlog);
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
