//! Photos of a verification, in one piece.

use axum::Json;
use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::{self, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use menshen_core::Reason;
use menshen_core::ids::{CaptureId, VerificationId};
use menshen_core::progress::Material;
use menshen_store::{CaptureRow, Part, StoreError};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::reasons::{Audience, ReasonOut, StepOut, show};
use crate::app::App;
use crate::caller::{Allowed, Audit, Read, Write};
use crate::capture;
use crate::case::Case;
use crate::client::Program;
use crate::input::{self, Id};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// A photo, judged on arrival.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaptureOut {
    /// The id.
    pub id: Uuid,
    /// `front`, `back` or `selfie`.
    pub part: String,
    /// Can it be judged? If not, take it again.
    pub usable: bool,
    /// What was found.
    pub reasons: Vec<ReasonOut>,
    /// The steps that still need material.
    pub next: Vec<StepOut>,
    /// When it arrived, RFC 3339.
    pub created_at: String,
}

/// Hands in a photo: the bytes of a JPEG, PNG or WebP file, or a form with the field `file`. It is judged at once;
/// the same bytes twice are one.
#[utoipa::path(put, path = "/v1/verifications/{id}/captures/{part}", tag = "captures",
    params(("id" = Uuid, Path), ("part" = String, Path, description = "`front`, `back` or `selfie`"),
        ("Menshen-Client" = Option<String>, Header, description = "The program that the person uses and its version, `android/3.2.0`")),
    request_body(content = Vec<u8>, content_type = "image/jpeg"),
    responses((status = 200, body = CaptureOut, description = "The same bytes were here"), (status = 201, body = CaptureOut), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn put_capture(
    State(app): State<App>,
    allowed: Allowed<Write>,
    program: Program,
    path: Result<Path<(Uuid, String)>, axum::extract::rejection::PathRejection>,
    request: Request,
) -> Result<(StatusCode, Json<CaptureOut>), ApiError> {
    let Ok(Path((id, part))) = path else {
        return Err(ApiError::NotFound("verification"));
    };
    let row = allowed.verification(&app, VerificationId(id)).await?;
    let part: Part = part.parse().map_err(|_| ApiError::NotFound("part"))?;
    let case = Case::read(&app, row).await?;
    program.check(&case.policy, case.flow)?;
    let largest = app.config.limits.photo_mib << 20;
    let bytes = file(request, &app, largest).await?;
    let (status, out) = receive(&app, &allowed, case, part, bytes).await?;
    Ok((status, Json(out)))
}

/// Judges and keeps a photo, whichever way it came.
///
/// # Errors
/// The same as [`put_capture`]'s.
pub async fn receive(
    app: &App,
    allowed: &Allowed<Write>,
    mut case: Case,
    part: Part,
    bytes: Bytes,
) -> Result<(StatusCode, CaptureOut), ApiError> {
    let row = &case.row;
    if bytes.is_empty() {
        return Err(ApiError::invalid("upload_incomplete", "the photo is empty"));
    }
    let digest = capture::digest(app, &case, &bytes);
    let same = app
        .store
        .find_same_capture(row.tenant_id, row.id, part, &digest)
        .await?;
    let status = match same {
        Some(same) if counts(&case, &same) => {
            let reasons = reasons_of(app, &same).await?;
            return Ok((StatusCode::OK, describe(&case, &same, &reasons)));
        }
        Some(_) => StatusCode::OK,
        None => StatusCode::CREATED,
    };
    // Whether anything can be handed in is known before the photo is measured.
    case.progress.takes(capture::step(part), app.now())?;
    capture::face_is_kept(app, row, part).await?;
    let judged = capture::judge(app, &allowed.tenant, &case, part, &bytes).await?;
    let act = Act::new(&allowed.caller, "capture.created", "verification", row.id.0);
    let (row, reasons) = capture::keep(app, &mut case, part, &bytes, judged, act).await?;
    Ok((status, describe(&case, &row, &reasons)))
}

/// Is an earlier photo of the same bytes what it was? One that another took the place of, or that another kind of
/// document made useless, is handed in anew. One that a verdict has judged is no better the second time.
fn counts(case: &Case, same: &CaptureRow) -> bool {
    let current =
        same.replaced_at.is_none() && case.progress.done.contains(&capture::step(same.part));
    current || !same.usable || same.attempt != case.row.attempt
}

/// Returns the file that a request carries, as its body or in the field `file` of a form.
///
/// # Errors
/// [`ApiError::TooLarge`], or [`ApiError::Invalid`] for one that did not arrive whole.
pub async fn file(request: Request, app: &App, largest: usize) -> Result<Bytes, ApiError> {
    let form = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("multipart/form-data"));
    if !form {
        return input::bytes(request, largest).await;
    }
    let unreadable = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge(largest as u64),
        _ => ApiError::invalid("upload_incomplete", "the form did not arrive whole"),
    };
    let limited = request
        .map(|body| axum::body::Body::new(http_body_util::Limited::new(body, largest + 4096)));
    let mut form = Multipart::from_request(limited, app)
        .await
        .map_err(|_| ApiError::invalid("upload_incomplete", "the form has no boundary"))?;
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.name() == Some("file") {
            return field.bytes().await.map_err(unreadable);
        }
    }
    Err(ApiError::invalid(
        "file_missing",
        "the form lacks the field `file`",
    ))
}

/// Lists the photos of a verification that count, newest first.
#[utoipa::path(get, path = "/v1/verifications/{id}/captures", tag = "captures", params(("id" = Uuid, Path)),
    responses((status = 200, body = [CaptureOut]), (status = 404, body = Problem)))]
pub async fn list_captures(
    State(app): State<App>,
    allowed: Allowed<Read>,
    Id(id): Id<Uuid>,
) -> Result<Json<Vec<CaptureOut>>, ApiError> {
    let row = allowed.verification(&app, VerificationId(id)).await?;
    let case = Case::read(&app, row).await?;
    let rows = app
        .store
        .list_captures(case.row.tenant_id, case.row.id)
        .await?;
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let reasons = reasons_of(&app, &row).await?;
        out.push(describe(&case, &row, &reasons));
    }
    Ok(Json(out))
}

/// Returns a photo as it came, where the policy has kept it: for whoever must prove what was handed in, never to be shown.
/// It holds personal data and hostile bytes, and reading it is logged.
#[utoipa::path(get, path = "/v1/captures/{id}/original", tag = "captures", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn get_original(
    State(app): State<App>,
    allowed: Allowed<Audit>,
    Id(id): Id<Uuid>,
) -> Result<Response, ApiError> {
    let (tenant, missing) = (allowed.tenant.id, ApiError::NotFound("photo"));
    let row = app.store.find_capture(tenant, CaptureId(id)).await?;
    let Some(blob) = row.and_then(|row| row.original_blob) else {
        return Err(missing);
    };
    let photo = app.store.open_blob(tenant, blob).await?.ok_or(missing)?;
    let mut tx = app.store.begin().await?;
    let act = Act::new(&allowed.caller, "capture.original_read", "capture", id);
    record::audit(&mut tx, act, app.now()).await?;
    tx.commit().await?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, photo.to_vec()).into_response())
}

async fn reasons_of(app: &App, row: &CaptureRow) -> Result<Vec<Reason>, ApiError> {
    match app.store.find_capture_reasons(row.tenant_id, row.id).await {
        Ok(Some(sealed)) => serde_json::from_slice(&sealed).map_err(ApiError::machine),
        Ok(None) | Err(StoreError::Erased) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn describe(case: &Case, row: &CaptureRow, reasons: &[Reason]) -> CaptureOut {
    CaptureOut {
        id: row.id.0,
        part: row.part.as_str().to_owned(),
        usable: Material::of(reasons) == Material::Good,
        reasons: show(reasons, Audience::Person),
        next: case
            .missing()
            .into_iter()
            .map(crate::routes::StepOut::from)
            .collect(),
        created_at: row.created_at.to_timestamp().to_string(),
    }
}
