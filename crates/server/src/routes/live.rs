//! Live checks: opening one, where it stands, giving it up.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use menshen_core::ids::{LiveId, VerificationId};
use menshen_core::live::{Camera, Mode, NoLight};
use menshen_core::reason::{Disclosure, End as Ends, Reason};
use menshen_store::{LiveRow, LiveState, StoreError, TenantKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::reasons::{Audience, ReasonOut, StepOut, show};
use crate::app::App;
use crate::caller::{Allowed, Permission, Read, Write};
use crate::case::Case;
use crate::client::Program;
use crate::input::{Id, Input};
use crate::live::key::{self, POINT};
use crate::live::open::{self, Opened, Wanted};
use crate::live::say::SayOut;
use crate::live::session::Session;
use crate::live::{End, Over, finish};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// A live check to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LiveIn {
    /// The client's own name of the device, the same each time: 16 to 64 of A-Z, a-z, 0-9, `_` and `-`. Only a digest is kept.
    #[schema(example = "kq3xYw7bT0mR5vJ1", pattern = "^[A-Za-z0-9_-]{16,64}$")]
    pub device: String,
    /// The client's public key for this session: an uncompressed point of P-256 in base64url without padding.
    #[schema(min_length = 87, max_length = 87)]
    pub capture_key: String,
    /// `usual`, or `accessible`: more time, larger pauses, only slow movements, no colours.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "usual")]
    pub mode: Mode,
    /// The person is sensitive to flashing light: no colours are shown, and another movement is asked for.
    #[serde(default)]
    pub photosensitive: bool,
    /// The camera, as the client knows it.
    pub camera: CameraIn,
}

/// A camera as the client knows it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CameraIn {
    /// The device's label.
    #[schema(max_length = 200)]
    pub label: Option<String>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Frames a second.
    pub frame_rate: Option<f32>,
}

/// A live check that was opened; in a sandbox, where nothing is measured, one that is done.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum LiveOut {
    /// It was opened.
    Opened(LiveOpenedOut),
    /// It is done: a sandbox measures nothing.
    NotMeasured(LiveSandboxOut),
}

/// A live check that was opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveOpenedOut {
    /// The session's id.
    pub session: Uuid,
    /// Of whom: part of what the session's key is bound to.
    pub applicant: Uuid,
    /// When its time runs out, RFC 3339.
    pub expires_at: String,
    /// The server's public key for this session, written as `capture_key` is.
    pub server_key: String,
    /// The least number that the next frame may have.
    pub next_seq: i64,
    /// Which way.
    #[schema(value_type = String, example = "usual")]
    pub mode: Mode,
    /// Why no colours are shown: `photosensitive` or `policy`. Tell the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub no_light: Option<NoLight>,
    /// Path of the WebSocket.
    pub socket: String,
    /// Path for frames one by one, where no WebSocket can be had.
    pub frames: String,
}

/// A live check of a sandbox.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveSandboxOut {
    /// Always true: nothing is measured, and the check counts as done.
    pub sandbox: bool,
    /// The steps that still need material.
    pub next: Vec<StepOut>,
}

/// Where a live check stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveStateOut {
    /// The session's id.
    pub session: Uuid,
    /// `open`, `done`, `again` where it may be tried again, or `expired`.
    #[schema(example = "open")]
    pub state: &'static str,
    /// When its time runs out, RFC 3339.
    pub expires_at: String,
    /// The least number that the next frame may have.
    pub next_seq: i64,
    /// What a client must show that connects again.
    pub say: Vec<SayOut>,
    /// Why it did not pass.
    pub reasons: Vec<ReasonOut>,
    /// The steps that still need material.
    pub next: Vec<StepOut>,
}

/// The end of a live check.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveOverOut {
    /// `done`, `again` where it may be tried again, or `expired`.
    #[schema(example = "done")]
    pub state: &'static str,
    /// Why it did not pass.
    pub reasons: Vec<ReasonOut>,
    /// The steps that still need material.
    pub next: Vec<StepOut>,
}

/// Opens a live check: one use, bound to person, device and key, 90 seconds at most. A session that runs still ends.
#[utoipa::path(post, path = "/v1/verifications/{id}/live", tag = "live",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect"),
        ("Menshen-Client" = Option<String>, Header, description = "The program that the person uses and its version, `android/3.2.0`")),
    request_body = LiveIn,
    responses((status = 201, body = LiveOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn open_live(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    program: Program,
    headers: HeaderMap,
    input: Input<LiveIn>,
) -> Result<Response, ApiError> {
    let row = allowed.verification(&app, VerificationId(id)).await?;
    let mut case = Case::read(&app, row).await?;
    program.check(&case.policy, case.flow)?;
    let LiveIn {
        device,
        capture_key,
        mode,
        photosensitive,
        camera,
    } = input.value;
    let capture_key = read_key(&capture_key)?;
    let (device, camera) = (read_device(device)?, read_camera(camera)?);
    let now = app.now();
    open::check(&app, &case, now).await?;
    let sandbox = allowed.tenant.kind == TenantKind::Sandbox;
    if !sandbox && app.live_engine.is_none() {
        return Err(ApiError::Busy);
    }
    let route = format!("open_live {id}");
    let begun = once::begin(&app, &allowed.caller, &headers, &route, input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    if sandbox {
        case.progress = case.progress.live_checked(now)?;
        case.write(&mut work.tx, now).await?;
        let act = Act::new(&allowed.caller, "live.not_measured", "verification", id);
        record::audit(&mut work.tx, act, now).await?;
        let next = case.missing().into_iter().map(StepOut::from).collect();
        let out = LiveSandboxOut {
            sandbox: true,
            next,
        };
        return work
            .finish(&app, StatusCode::CREATED, &LiveOut::NotMeasured(out))
            .await;
    }
    let wanted = Wanted {
        device: &device,
        capture_key: &capture_key,
        mode,
        no_light: photosensitive.then_some(NoLight::Photosensitive),
        camera,
    };
    let opened = open::open(&mut work.tx, &case, wanted, now).await?;
    let act = Act::new(&allowed.caller, "live.opened", "live", opened.id.0);
    let act = act.with("verification", id.to_string());
    record::audit(&mut work.tx, act, now).await?;
    let out = LiveOut::Opened(describe(&case, &opened, mode));
    let answer = work.finish(&app, StatusCode::CREATED, &out).await?;
    if opened.ended_another {
        app.metrics.live_ended(LiveState::Failed);
    }
    Ok(answer)
}

fn describe(case: &Case, opened: &Opened, mode: Mode) -> LiveOpenedOut {
    let path = format!("/v1/verifications/{}/live/{}", case.row.id, opened.id);
    LiveOpenedOut {
        session: opened.id.0,
        applicant: case.row.applicant_id.0,
        expires_at: opened.expires_at.to_timestamp().to_string(),
        server_key: BASE64_URL_SAFE_NO_PAD.encode(opened.server_key),
        next_seq: 0,
        mode,
        no_light: opened.no_light,
        socket: format!("{path}/socket"),
        frames: format!("{path}/frames"),
    }
}

fn read_key(text: &str) -> Result<[u8; POINT], ApiError> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    bytes.try_into().map_err(|_| key::invalid())
}

fn read_device(device: String) -> Result<String, ApiError> {
    let allowed = |ch: char| ch.is_ascii_alphanumeric() || ch == '_' || ch == '-';
    if (16..=64).contains(&device.len()) && device.chars().all(allowed) {
        return Ok(device);
    }
    let detail = "device must be 16 to 64 of A-Z, a-z, 0-9, `_` and `-`";
    Err(ApiError::invalid("device_invalid", detail))
}

/// Longest label of a camera, in bytes.
const LONGEST_LABEL: usize = 200;

fn read_camera(camera: CameraIn) -> Result<Camera, ApiError> {
    if camera
        .label
        .as_ref()
        .is_some_and(|label| label.len() > LONGEST_LABEL)
    {
        let detail = format!("camera.label must be at most {LONGEST_LABEL} bytes");
        return Err(ApiError::invalid("camera_invalid", detail));
    }
    Ok(Camera {
        label: camera.label,
        width: camera.width,
        height: camera.height,
        frame_rate: camera.frame_rate,
    })
}

/// Ids of a verification and of a session of it.
pub type Ids = Result<Path<(Uuid, Uuid)>, axum::extract::rejection::PathRejection>;

/// Returns a session that the caller may see.
///
/// # Errors
/// [`ApiError::NotFound`] for one that is not there and for one that is another's.
pub async fn session<P: Permission>(
    app: &App,
    allowed: &Allowed<P>,
    path: Ids,
) -> Result<LiveRow, ApiError> {
    let missing = || ApiError::NotFound("live check");
    let Ok(Path((id, live))) = path else {
        return Err(missing());
    };
    let row = allowed.verification(app, VerificationId(id)).await;
    let row = row.map_err(|error| match error {
        ApiError::NotFound(_) => missing(),
        error => error,
    })?;
    let found = app.store.find_live(allowed.tenant.id, LiveId(live)).await?;
    found
        .filter(|live| live.verification_id == row.id)
        .ok_or_else(missing)
}

/// Returns where a live check stands: for a client that connects again.
#[utoipa::path(get, path = "/v1/verifications/{id}/live/{session}", tag = "live",
    params(("id" = Uuid, Path), ("session" = Uuid, Path)),
    responses((status = 200, body = LiveStateOut), (status = 404, body = Problem)))]
pub async fn get_live(
    State(app): State<App>,
    allowed: Allowed<Read>,
    path: Ids,
) -> Result<Json<LiveStateOut>, ApiError> {
    let row = session(&app, &allowed, path).await?;
    Ok(Json(state(&app, row).await?))
}

async fn state(app: &App, row: LiveRow) -> Result<LiveStateOut, ApiError> {
    let now = app.now();
    let case = app
        .store
        .find_verification(row.tenant_id, row.verification_id);
    let case = case.await?.ok_or(ApiError::NotFound("verification"))?;
    let case = Case::read(app, case).await?;
    let mut out = LiveStateOut {
        session: row.id.0,
        state: word(row.state),
        expires_at: row.expires_at.to_timestamp().to_string(),
        next_seq: row.next_seq,
        say: Vec::new(),
        reasons: shown(&reasons_of(app, &row).await?),
        next: case.missing().into_iter().map(StepOut::from).collect(),
    };
    if row.state != LiveState::Open {
        return Ok(out);
    }
    if now >= row.expires_at {
        out.state = word(LiveState::Expired);
    } else if let Some(session) = Session::read(app, row).await? {
        let standing = session.held.live.standing(session.at(now));
        out.say = standing.into_iter().map(SayOut::from).collect();
    }
    Ok(out)
}

async fn reasons_of(app: &App, row: &LiveRow) -> Result<Vec<Reason>, ApiError> {
    match app.store.find_live_reasons(row.tenant_id, row.id).await {
        Ok(Some(sealed)) => serde_json::from_slice(&sealed).map_err(ApiError::machine),
        Ok(None) | Err(StoreError::Erased) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// Gives a live check up. What it has asked for counts as a try.
#[utoipa::path(delete, path = "/v1/verifications/{id}/live/{session}", tag = "live",
    params(("id" = Uuid, Path), ("session" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn abandon_live(
    State(app): State<App>,
    allowed: Allowed<Write>,
    path: Ids,
) -> Result<StatusCode, ApiError> {
    let row = session(&app, &allowed, path).await?;
    let found = match Session::read(&app, row).await {
        Err(ApiError::Erased) => None,
        found => found?,
    };
    if let Some(session) = found {
        finish(&app, session, End::GivenUp, None).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Returns the word of a state for people: nobody is told that a person will look at something.
pub const fn word(state: LiveState) -> &'static str {
    match state {
        LiveState::Open => "open",
        LiveState::Passed | LiveState::Review => "done",
        LiveState::Failed => "again",
        LiveState::Expired => "expired",
    }
}

/// Returns what people are told of the reasons of a session. How many signs of an attack there are is not said.
pub fn shown(reasons: &[Reason]) -> Vec<ReasonOut> {
    let mut told = Vec::new();
    let mut hidden = false;
    for reason in reasons.iter().filter(|reason| reason.end != Ends::Review) {
        let secret = reason.disclosure == Disclosure::None;
        if !(secret && hidden) {
            told.push(reason.clone());
        }
        hidden |= secret;
    }
    show(&told, Audience::Person)
}

impl From<Over> for LiveOverOut {
    fn from(over: Over) -> Self {
        Self {
            state: word(over.state),
            reasons: shown(&over.reasons),
            next: over.next.into_iter().map(StepOut::from).collect(),
        }
    }
}
