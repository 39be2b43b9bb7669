//! Pictures that people attach to tickets and appeals: they come first and are named by what brings them.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::attachment::{Fault, LARGEST};
use menshen_core::ids::ApplicantId;
use menshen_store::AttachmentRow;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::captures;
use crate::app::App;
use crate::attachment::Prepared;
use crate::caller::{Allowed, Write};
use crate::input::Id;
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// A picture that can be attached.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentOut {
    /// The id, to be named by a ticket, a message or an appeal within a day.
    pub id: Uuid,
    /// Bytes of what came.
    pub bytes: i64,
    /// Is there a picture to be looked at? A sandbox keeps none.
    pub kept: bool,
    /// When it came, RFC 3339.
    pub created_at: String,
}

impl From<&AttachmentRow> for AttachmentOut {
    fn from(row: &AttachmentRow) -> Self {
        Self {
            id: row.id.0,
            bytes: row.size,
            kept: row.image_blob.is_some(),
            created_at: row.created_at.to_timestamp().to_string(),
        }
    }
}

/// Takes a picture to be attached: the bytes of a JPEG, PNG or WebP file of at most 10 MB, or a form with the field
/// `file`. It is written anew, without anything but its pixels. The same bytes twice are one; what nothing names is
/// removed after a day.
#[utoipa::path(post, path = "/v1/applicants/{id}/attachments", tag = "support",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    request_body(content = Vec<u8>, content_type = "image/jpeg"),
    responses((status = 201, body = AttachmentOut), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn create_attachment(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let applicant = allowed.applicant(&app, ApplicantId(id)).await?;
    if applicant.erased_at.is_some() {
        return Err(ApiError::Erased);
    }
    let bytes = captures::file(request, &app, LARGEST).await;
    let bytes = bytes.map_err(|error| match error {
        ApiError::TooLarge(_) => ApiError::Attachment(Fault::TooLarge),
        error => error,
    })?;
    let prepared = Prepared::new(&app, &allowed.tenant, applicant.id, &bytes).await?;
    let route = format!("create_attachment {id}");
    let digest = Sha256::digest(&bytes).into();
    let mut work = match once::begin(&app, &allowed.caller, &headers, &route, digest).await? {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let now = app.now();
    let row = prepared.record(&mut work.tx, now).await?;
    let act = Act::new(
        &allowed.caller,
        "attachment.created",
        "attachment",
        row.id.0,
    );
    let act = act.with("applicant", id.to_string());
    record::audit(&mut work.tx, act, now).await?;
    let out = AttachmentOut::from(&row);
    work.finish(&app, StatusCode::CREATED, &out).await
}
