//! Frames of a live check one by one, where no WebSocket can be had.

use axum::Json;
use axum::extract::{Request, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::live::{Ids, LiveOverOut, session};
use crate::app::App;
use crate::caller::{Allowed, Write};
use crate::input;
use crate::live::say::SayOut;
use crate::live::session::{Refused, Session, measure};
use crate::live::{End, LARGEST_MESSAGE, finish};
use crate::problem::{ApiError, Problem};

/// What to show after a frame.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveFrameOut {
    /// What to show, in order.
    pub say: Vec<SayOut>,
    /// The least number that the next frame may have.
    pub next_seq: i64,
    /// The end, once everything was shown or something went wrong: send no more frames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over: Option<LiveOverOut>,
}

/// Takes a frame: the same bytes as over the WebSocket. Send the next one after the answer.
#[utoipa::path(post, path = "/v1/verifications/{id}/live/{session}/frames", tag = "live",
    params(("id" = uuid::Uuid, Path), ("session" = uuid::Uuid, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = LiveFrameOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem),
        (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn post_live_frame(
    State(app): State<App>,
    allowed: Allowed<Write>,
    path: Ids,
    request: Request,
) -> Result<Json<LiveFrameOut>, ApiError> {
    let row = session(&app, &allowed, path).await?;
    let bytes = input::bytes(request, LARGEST_MESSAGE).await?;
    let arrived = app.now();
    let Some(mut session) = Session::read(&app, row).await? else {
        return Err(ended());
    };
    let mut said = session.tick(arrived);
    if !session.held.live.is_over() {
        let taken = match session.receive(&bytes, arrived) {
            Ok(taken) => taken,
            Err(refused) => return Err(refuse(&app, session, refused).await?),
        };
        match measure(&app, taken.jpeg.clone(), session.look()).await {
            Ok(frame) => said.extend(session.seen(&taken, frame, app.now())),
            Err(error) => {
                // A frame that nobody could look at is lost, and its number used.
                session.held.arrivals.passed_over();
                session.keep(&app, app.now()).await?;
                return Err(error);
            }
        }
    }
    session.keep(&app, app.now()).await?;
    let next_seq = session.row.next_seq;
    let over = match session.held.live.is_over() {
        true => Some(finish(&app, session, End::Over, None).await?.into()),
        false => None,
    };
    Ok(Json(LiveFrameOut {
        say: said.into_iter().map(SayOut::from).collect(),
        next_seq,
        over,
    }))
}

/// Says that a session has ended.
pub fn ended() -> ApiError {
    ApiError::conflict("live_over", "this live check has ended; open another one")
}

/// Answers a message that is no frame of the session, which ends where it was forged.
async fn refuse(app: &App, session: Session, refused: Refused) -> Result<ApiError, ApiError> {
    app.metrics.live_refused(refused.word());
    if session.held.live.is_over() {
        finish(app, session, End::Over, None).await?;
    }
    Ok(match refused {
        Refused::Bad => ApiError::invalid("frame_invalid", "the body is too short to be a frame"),
        Refused::Forged => ApiError::invalid(
            "frame_forged",
            "the frame's proof is wrong or its number was used; the live check has ended",
        ),
        Refused::TooLarge => ApiError::TooLarge(LARGEST_MESSAGE as u64),
        Refused::TooMany => ApiError::conflict(
            "frames_used_up",
            "the live check has had as many frames as it may have, and has ended",
        ),
    })
}
