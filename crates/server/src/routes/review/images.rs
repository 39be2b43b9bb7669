//! Photos inside a case: only for whoever holds it, and never without an entry in the log.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use menshen_core::ids::{CaptureId, CaseId};
use menshen_core::review::Deed;
use menshen_store::{CaptureRow, ReviewCaseRow};
use serde::Deserialize;
use uuid::Uuid;

use crate::app::App;
use crate::caller::{Allowed, WorkCases};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::review::{Read, who};
use crate::routes::appeal_evidence;
use crate::routes::page::Asked;

/// Why a photo is looked at. The list is closed: free text cannot stand in the log, which outlives the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PurposeIn {
    /// To read what is printed.
    ReadFields,
    /// To see whether the document is genuine.
    CheckDocument,
    /// To compare faces.
    CompareFaces,
    /// To see whether a living person was there.
    CheckLiveness,
    /// To judge the quality of the photo.
    CheckQuality,
}

impl PurposeIn {
    const fn name(self) -> &'static str {
        match self {
            Self::ReadFields => "read_fields",
            Self::CheckDocument => "check_document",
            Self::CompareFaces => "compare_faces",
            Self::CheckLiveness => "check_liveness",
            Self::CheckQuality => "check_quality",
        }
    }
}

/// Why a photo is looked at.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LookIn {
    /// `read_fields`, `check_document`, `compare_faces`, `check_liveness` or `check_quality`.
    #[param(value_type = String, example = "compare_faces")]
    pub purpose: PurposeIn,
}

/// A case and a photo of it.
pub struct Place(CaseId, CaptureId);

impl<S: Send + Sync> FromRequestParts<S> for Place {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::<(Uuid, Uuid)>::from_request_parts(parts, state).await;
        let Path((case, capture)) = path.map_err(|_| ApiError::NotFound("image"))?;
        Ok(Self(CaseId(case), CaptureId(capture)))
    }
}

/// Is the photo one that the decision was about? What came later is not.
pub fn belongs(row: &ReviewCaseRow, capture: &CaptureRow) -> bool {
    capture.verification_id == row.verification_id && capture.created_at <= row.opened_at
}

/// Returns a photo of the case that the caller holds: the clean JPEG, as it is kept. The log has an entry, with the purpose,
/// before a byte of it leaves.
#[utoipa::path(get, path = "/v1/review/cases/{id}/images/{capture}", tag = "review",
    params(("id" = Uuid, Path), ("capture" = Uuid, Path), LookIn),
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg"), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn get_image(
    State(app): State<App>,
    allowed: Allowed<WorkCases>,
    Place(case, capture): Place,
    Asked(asked): Asked<LookIn>,
) -> Result<Response, ApiError> {
    // Whoever does not hold the case cannot tell whether there is a photo.
    let missing = || ApiError::NotFound("image");
    let read = Read::new(&app, &allowed, case)
        .await
        .map_err(|error| match error {
            ApiError::NotFound(_) => missing(),
            error => error,
        })?;
    let now = app.now();
    let tenant = allowed.tenant.id;
    let brought = appeal_evidence::picture(&app, &read.row, capture.0).await?;
    let mut tx = app.store.begin().await?;
    let row = read.again(&mut tx).await?;
    let who = who(&app, Some(&mut tx), &allowed).await?;
    let holds = row.case.may(&who, Deed::Work, &read.policy.review, now);
    holds.map_err(|_| missing())?;
    let photo = tx.find_capture(tenant, capture).await?;
    let photo = photo.filter(|photo| belongs(&row, photo));
    let blob = photo.and_then(|photo| photo.image_blob).or(brought);
    let blob = blob.ok_or_else(missing)?;
    let act = Act::new(&allowed.caller, "review.image_read", "capture", capture.0)
        .with("case", case.to_string())
        .with("purpose", asked.purpose.name())
        .with("verification", row.verification_id.to_string());
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    let bytes = app.store.open_blob(tenant, blob).await?;
    let bytes = bytes.ok_or_else(missing)?;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_DISPOSITION, "inline"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, bytes.to_vec()).into_response())
}
