//! The WebSocket of a live check.

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;

use super::live::{Ids, session};
use crate::app::App;
use crate::caller::{OnSocket, Write};
use crate::live::socket;
use crate::problem::{ApiError, Problem};

/// Connects to a live check by WebSocket, subprotocol `menshen.live.v1`; a page names its token beside it, as `bearer.TOKEN`. What is
/// said, and with which codes it closes, stands in the documentation of live checks.
#[utoipa::path(get, path = "/v1/verifications/{id}/live/{session}/socket", tag = "live",
    params(("id" = uuid::Uuid, Path), ("session" = uuid::Uuid, Path)),
    responses((status = 101, description = "The connection is a WebSocket now"), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn live_socket(
    State(app): State<App>,
    OnSocket(allowed): OnSocket<Write>,
    path: Ids,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let row = session(&app, &allowed, path).await?;
    let upgrade = upgrade.map_err(|_| {
        ApiError::invalid(
            "websocket_needed",
            "this route is for WebSockets (RFC 6455)",
        )
    })?;
    let upgrade = upgrade
        .protocols([socket::PROTOCOL])
        .max_message_size(socket::LARGEST_READ)
        .max_frame_size(socket::LARGEST_READ);
    Ok(upgrade.on_upgrade(move |connection| socket::run(app, row, connection)))
}
