//! The router with its limits, and the life of the process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::app::App;
use crate::problem::ApiError;
use crate::routes::health;
use crate::{assets, demo, jobs, routes, setup, web};

/// Pages load nothing from elsewhere and run no script that is not a file of ours.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
     img-src 'self' blob: data:; media-src 'self' blob:; worker-src 'self' blob:; font-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Returns all routes with their limits.
pub fn router(app: App) -> Router {
    let (api, document) = routes::table();
    let document: Arc<str> = document.to_json().unwrap_or_default().into();
    let permits = Arc::new(Semaphore::new(app.config.limits.in_flight));
    let open = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .route("/openapi.json", get(move || openapi(Arc::clone(&document))))
        .route("/docs", get(assets::docs))
        .route("/assets/{name}", get(assets::asset))
        .route("/setup/{token}", get(setup::ask).post(setup::use_link))
        .route("/try/{token}", get(demo::page).post(demo::key))
        .route("/try/{token}/{file}", get(demo::file))
        .route("/stop", get(assets::stop))
        .route("/verify", get(web::verify))
        .route("/account", get(web::account))
        .route("/help", get(web::help))
        .route("/help/key", get(web::key))
        .route("/console", get(web::console));
    let files = Router::new()
        .route("/web/integrity.json", get(web::integrity))
        .route("/web/models/{name}", get(web::model))
        .route("/web/{*path}", get(web::file));
    let limited = api.layer(middleware::from_fn_with_state(
        (app.clone(), permits),
        limit,
    ));
    let limited = limited.merge(files);
    // Every body has a limit of its own: the usual one would cut photos in forms.
    open.merge(limited.layer(DefaultBodyLimit::disable()))
        .fallback(|| async { ApiError::NotFound("route") })
        .method_not_allowed_fallback(|| async { ApiError::Method })
        .layer(middleware::from_fn_with_state(
            app.clone(),
            web::cross_origin,
        ))
        .layer(middleware::from_fn_with_state(app.clone(), in_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(app.clone(), watch_request))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(fixed(
            PERMISSIONS_POLICY,
            "camera=(self), microphone=(), geolocation=()",
        ))
        .layer(fixed(OPENER_POLICY, "same-origin"))
        .layer(fixed(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .with_state(app)
}

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

async fn openapi(document: Arc<str>) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        document.to_string(),
    )
        .into_response()
}

/// Tells callers to come back where too many are at work: the rest is served in time.
async fn limit(
    State((app, permits)): State<(App, Arc<Semaphore>)>,
    request: Request,
    next: Next,
) -> Response {
    let Ok(_permit) = permits.clone().try_acquire_owned() else {
        app.metrics.shed();
        return ApiError::Busy.into_response();
    };
    let most = app.config.limits.in_flight;
    app.metrics.in_flight(most - permits.available_permits());
    let response = next.run(request).await;
    app.metrics
        .in_flight((most - permits.available_permits()).saturating_sub(1));
    response
}

/// Answers in time, whatever a handler waits for: what it began is undone with its transaction.
async fn in_time(State(app): State<App>, request: Request, next: Next) -> Response {
    let most = Duration::from_secs(app.config.limits.request_s);
    match tokio::time::timeout(most, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::Busy.into_response(),
    }
}

/// Logs and counts: the route's pattern, never the path, the query or the body.
async fn watch_request(State(app): State<App>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = word(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched", MatchedPath::as_str)
        .to_owned();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let seconds = start.elapsed().as_secs_f64();
    app.metrics.answered(&route, method, status, seconds);
    let millis = (seconds * 1_000.0) as u64;
    tracing::info!(method, route, status, millis, "answered");
    response
}

/// Returns a method as it is counted: anybody may send any word, and each would be counted for ever.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// A bug is an answer like any other failure; its text may hold anything and goes nowhere.
fn panicked(_panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    let error = std::io::Error::other("a handler panicked");
    ApiError::machine(error).into_response()
}

/// Serves until `stop` says so: then no new request is taken, those at work are answered, and the job in hand is
/// ended.
///
/// # Errors
/// The listener's.
pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let workers = tokio::spawn(jobs::run(app.clone(), stop.clone()));
    let service = router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let mut told = stop.clone();
    let ended = async move {
        while !*told.borrow() {
            if told.changed().await.is_err() {
                break;
            }
        }
    };
    let server = axum::serve(listener, service).with_graceful_shutdown(ended);
    let mut late = stop.clone();
    let patience = Duration::from_secs(app.config.limits.stop_s);
    let served = tokio::select! {
        served = server => served,
        () = async move {
            while !*late.borrow() {
                if late.changed().await.is_err() {
                    break;
                }
            }
            tokio::time::sleep(patience).await;
        } => {
            tracing::warn!("requests were still open when the service stopped");
            Ok(())
        }
    };
    if workers.await.is_err() {
        tracing::error!("the loop of jobs panicked");
    }
    app.store.close().await;
    served
}
