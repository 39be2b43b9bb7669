//! Photos in pieces: the tus protocol 1.0 with the extensions creation, expiration, checksum and termination.

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use menshen_core::ids::{CaptureId, UploadId, VerificationId};
use menshen_core::time::HOUR;
use menshen_store::{Appended, NewUpload, Part, UploadRow};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::captures;
use crate::app::App;
use crate::caller::{Allowed, Read, Write};
use crate::capture;
use crate::case::Case;
use crate::client::Program;
use crate::input::{self, Id};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};

/// The version of the protocol.
const VERSION: &str = "1.0.0";
/// What is offered beyond the core of the protocol.
const EXTENSIONS: &str = "creation,expiration,checksum,termination";
/// Largest piece in bytes.
const LARGEST_PIECE: usize = 8 << 20;
/// Longest metadata in bytes.
const LONGEST_METADATA: usize = 4_096;
/// What a piece carries.
const PIECE: &str = "application/offset+octet-stream";

fn tus(status: StatusCode, headers: &[(&'static str, String)]) -> Response {
    let mut response = status.into_response();
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    };
    set("tus-resumable", VERSION);
    for (name, value) in headers {
        set(name, value);
    }
    response
}

fn check_version(headers: &HeaderMap) -> Result<(), ApiError> {
    let version = headers
        .get("tus-resumable")
        .and_then(|value| value.to_str().ok());
    if version == Some(VERSION) {
        return Ok(());
    }
    Err(ApiError::TusVersion(VERSION))
}

fn number(headers: &HeaderMap, name: &str) -> Result<u64, ApiError> {
    let value = headers
        .get(name)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    value.ok_or_else(|| ApiError::invalid("header_invalid", format!("{name} must be a number")))
}

/// Tells what is offered.
#[utoipa::path(options, path = "/v1/uploads", tag = "uploads", security(()), responses((status = 204)))]
pub async fn upload_options(State(app): State<App>) -> Response {
    let largest = app.config.limits.photo_mib << 20;
    tus(
        StatusCode::NO_CONTENT,
        &[
            ("tus-version", VERSION.to_owned()),
            ("tus-extension", EXTENSIONS.to_owned()),
            ("tus-checksum-algorithm", "sha256".to_owned()),
            ("tus-max-size", largest.to_string()),
        ],
    )
}

/// Begins an upload. `Upload-Metadata` names the `verification` and the `part` (`front`, `back` or `selfie`), each in
/// Base64 as the protocol says.
#[utoipa::path(post, path = "/v1/uploads", tag = "uploads",
    params(("Tus-Resumable" = String, Header), ("Upload-Length" = u64, Header), ("Upload-Metadata" = String, Header),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect"),
        ("Menshen-Client" = Option<String>, Header, description = "The program that the person uses and its version, `android/3.2.0`")),
    responses((status = 201), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn create_upload(
    State(app): State<App>,
    allowed: Allowed<Write>,
    program: Program,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    check_version(&headers)?;
    let length = number(&headers, "upload-length")?;
    let largest = (app.config.limits.photo_mib as u64) << 20;
    if length > largest {
        return Err(ApiError::TooLarge(largest));
    }
    if length == 0 {
        return Err(ApiError::invalid("upload_incomplete", "the photo is empty"));
    }
    let metadata = headers
        .get("upload-metadata")
        .and_then(|value| value.to_str().ok());
    let metadata = metadata
        .filter(|text| text.len() <= LONGEST_METADATA)
        .unwrap_or_default();
    let verification = word(metadata, "verification").and_then(|id| id.parse().ok());
    let verification = verification.ok_or(ApiError::NotFound("verification"))?;
    let row = allowed
        .verification(&app, VerificationId(verification))
        .await?;
    let part = word(metadata, "part").and_then(|part| part.parse::<Part>().ok());
    let part = part.ok_or_else(|| {
        ApiError::invalid(
            "part_invalid",
            "Upload-Metadata must name part: front, back or selfie",
        )
    })?;
    let now = app.now();
    let case = Case::read(&app, row.clone()).await?;
    program.check(&case.policy, case.flow)?;
    case.progress.takes(capture::step(part), now)?;
    capture::face_is_kept(&app, &row, part).await?;
    let new = NewUpload {
        tenant_id: row.tenant_id,
        verification_id: row.id,
        part,
        length,
        metadata: metadata.as_bytes(),
        expires_at: now.plus(i64::from(app.config.limits.upload_hours) * HOUR),
    };
    let digest = Sha256::digest(format!("{length} {metadata}")).into();
    let begun = once::begin(&app, &allowed.caller, &headers, "create_upload", digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return begun_before(&app, &allowed, &replay.body).await,
        Once::Fresh(work) => work,
    };
    let upload = work.tx.create_upload(&new, now).await?;
    let body = upload.id.to_string();
    work.keep(&app, StatusCode::CREATED, body.as_bytes())
        .await?;
    Ok(tus(StatusCode::CREATED, &place(&upload)))
}

/// Answers a repeated creation with the upload that the first one began.
async fn begun_before(
    app: &App,
    allowed: &Allowed<Write>,
    body: &[u8],
) -> Result<Response, ApiError> {
    let id = std::str::from_utf8(body)
        .ok()
        .and_then(|id| id.parse().ok());
    let upload = find(app, allowed, id.ok_or(ApiError::NotFound("upload"))?).await?;
    let answer = tus(StatusCode::CREATED, &place(&upload));
    Ok(([once::REPLAYED], answer).into_response())
}

fn place(upload: &UploadRow) -> [(&'static str, String); 3] {
    [
        ("location", format!("/v1/uploads/{}", upload.id)),
        ("upload-expires", expires(upload)),
        ("upload-offset", upload.received.to_string()),
    ]
}

/// Returns a word of the metadata: pairs of a key and a value in Base64, separated by commas.
fn word(metadata: &str, key: &str) -> Option<String> {
    let mut pairs = metadata
        .split(',')
        .filter_map(|pair| pair.trim().split_once(' '));
    let (_, value) = pairs.find(|(name, _)| *name == key)?;
    String::from_utf8(BASE64_STANDARD.decode(value.trim()).ok()?).ok()
}

fn expires(upload: &UploadRow) -> String {
    let at = upload
        .expires_at
        .to_timestamp()
        .to_zoned(jiff::tz::TimeZone::UTC);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

async fn find<P: crate::caller::Permission>(
    app: &App,
    allowed: &Allowed<P>,
    id: Uuid,
) -> Result<UploadRow, ApiError> {
    let missing = ApiError::NotFound("upload");
    let upload = app
        .store
        .find_upload(allowed.tenant.id, UploadId(id))
        .await?;
    let upload = upload
        .filter(|row| row.expires_at > app.now())
        .ok_or(missing)?;
    allowed
        .verification(app, upload.verification_id)
        .await
        .map_err(|_| ApiError::NotFound("upload"))?;
    Ok(upload)
}

/// Tells how much has arrived.
#[utoipa::path(head, path = "/v1/uploads/{id}", tag = "uploads", params(("id" = Uuid, Path)),
    responses((status = 200), (status = 404)))]
pub async fn upload_state(
    State(app): State<App>,
    allowed: Allowed<Read>,
    Id(id): Id<Uuid>,
) -> Result<Response, ApiError> {
    let upload = find(&app, &allowed, id).await?;
    let headers = [
        ("upload-offset", upload.received.to_string()),
        ("upload-length", upload.length.to_string()),
        ("upload-expires", expires(&upload)),
    ];
    Ok(tus(StatusCode::OK, &headers))
}

/// Adds a piece. The last one has the photo judged: the answer's header `Menshen-Capture` names it and `Menshen-Usable`
/// says whether it can be judged; the reasons stand in the list of captures. A piece that breaks off is never an attempt.
#[utoipa::path(patch, path = "/v1/uploads/{id}", tag = "uploads",
    params(("id" = Uuid, Path), ("Tus-Resumable" = String, Header), ("Upload-Offset" = u64, Header),
        ("Upload-Checksum" = Option<String>, Header, description = "`sha256` and the digest in Base64")),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 460, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn append_upload(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    request: Request,
) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    check_version(&headers)?;
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    if kind != Some(PIECE) {
        return Err(ApiError::Kind(PIECE));
    }
    let offset = number(&headers, "upload-offset")?;
    let upload = find(&app, &allowed, id).await?;
    let left = usize::try_from(upload.length - upload.received).unwrap_or(usize::MAX);
    let piece = input::bytes(request, left.min(LARGEST_PIECE)).await?;
    if let (Some(capture), true) = (upload.finished_capture, piece.is_empty()) {
        // The answer to the last piece was lost on its way.
        return finished(&app, &upload, capture).await;
    }
    if !is_whole(&headers, &piece)? {
        return Err(ApiError::Checksum);
    }
    let mut tx = app.store.begin().await?;
    let received = match tx.append_upload(&upload, offset, &piece).await? {
        Appended::Received(received) => received,
        Appended::WrongOffset(expected) => {
            let detail = format!("the next piece begins at {expected}");
            return Err(ApiError::conflict("wrong_offset", detail));
        }
    };
    tx.commit().await?;
    let mut headers = vec![
        ("upload-offset", received.to_string()),
        ("upload-expires", expires(&upload)),
    ];
    if received == upload.length {
        headers.extend(judge(&app, &allowed, &upload).await?);
    }
    Ok(tus(StatusCode::NO_CONTENT, &headers))
}

async fn finished(app: &App, upload: &UploadRow, capture: CaptureId) -> Result<Response, ApiError> {
    let row = app.store.find_capture(upload.tenant_id, capture).await?;
    let row = row.ok_or(ApiError::NotFound("upload"))?;
    let headers = [
        ("upload-offset", upload.received.to_string()),
        ("upload-expires", expires(upload)),
        ("menshen-capture", row.id.to_string()),
        ("menshen-usable", row.usable.to_string()),
    ];
    Ok(tus(StatusCode::NO_CONTENT, &headers))
}

/// Judges a photo that has arrived whole. Where nobody is free for it, the last piece is sent again with nothing in it.
async fn judge(
    app: &App,
    allowed: &Allowed<Write>,
    upload: &UploadRow,
) -> Result<[(&'static str, String); 2], ApiError> {
    let upload = app.store.find_upload(upload.tenant_id, upload.id).await?;
    let upload = upload.ok_or(ApiError::NotFound("upload"))?;
    let bytes = app.store.read_upload(&upload).await?;
    let row = allowed.verification(app, upload.verification_id).await?;
    let case = Case::read(app, row).await?;
    let bytes = Bytes::copy_from_slice(&bytes);
    let (_, capture) = captures::receive(app, allowed, case, upload.part, bytes).await?;
    let mut tx = app.store.begin().await?;
    tx.finish_upload(&upload, CaptureId(capture.id)).await?;
    tx.commit().await?;
    Ok([
        ("menshen-capture", capture.id.to_string()),
        ("menshen-usable", capture.usable.to_string()),
    ])
}

/// Does a piece fit its checksum, where it has one?
fn is_whole(headers: &HeaderMap, piece: &[u8]) -> Result<bool, ApiError> {
    let Some(value) = headers.get("upload-checksum") else {
        return Ok(true);
    };
    let value = value.to_str().ok().and_then(|value| value.split_once(' '));
    let digest = value
        .filter(|(algorithm, _)| *algorithm == "sha256")
        .and_then(|(_, digest)| BASE64_STANDARD.decode(digest.trim()).ok());
    let digest = digest.ok_or_else(|| {
        ApiError::invalid(
            "checksum_invalid",
            "Upload-Checksum must be sha256 and Base64",
        )
    })?;
    Ok(Sha256::digest(piece).as_slice() == digest)
}

/// Ends an upload that is not wanted.
#[utoipa::path(delete, path = "/v1/uploads/{id}", tag = "uploads", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn end_upload(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
) -> Result<Response, ApiError> {
    let upload = find(&app, &allowed, id).await?;
    let mut tx = app.store.begin().await?;
    tx.remove_upload(&upload).await?;
    tx.commit().await?;
    Ok(tus(StatusCode::NO_CONTENT, &[]))
}
