//! What a page may judge by itself before it sends a picture.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use menshen_core::CaptureRules;
use menshen_core::ids::VerificationId;
use menshen_core::policy::{FaceLimits, PortraitLimits, QualityLimits};
use menshen_core::reason::ReasonCode;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::caller::{Allowed, Read};
use crate::case::Case;
use crate::input::Id;
use crate::problem::{ApiError, Problem};

/// Limits of the verification's own policy for light, sharpness, size and framing, by their names in the policy. What helps
/// against fraud is not among them.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulesOut {
    /// Of a document's photo.
    #[schema(value_type = std::collections::BTreeMap<String, f32>)]
    pub page: QualityLimits,
    /// Of the portrait on the document.
    #[schema(value_type = std::collections::BTreeMap<String, f32>)]
    pub portrait: PortraitLimits,
    /// Of a selfie.
    #[schema(value_type = std::collections::BTreeMap<String, f32>)]
    pub face: FaceLimits,
    /// Codes that go to a person instead of asking for another picture.
    #[schema(value_type = Vec<String>)]
    pub to_review: BTreeSet<ReasonCode>,
}

impl From<CaptureRules> for RulesOut {
    fn from(rules: CaptureRules) -> Self {
        let CaptureRules {
            page,
            portrait,
            face,
            to_review,
        } = rules;
        Self {
            page,
            portrait,
            face,
            to_review,
        }
    }
}

/// Returns the limits by which a page judges pictures before it sends them, as the server will.
#[utoipa::path(get, path = "/v1/verifications/{id}/rules", tag = "verifications", params(("id" = Uuid, Path)),
    responses((status = 200, body = RulesOut), (status = 404, body = Problem)))]
pub async fn get_rules(
    State(app): State<App>,
    allowed: Allowed<Read>,
    Id(id): Id<Uuid>,
) -> Result<Json<RulesOut>, ApiError> {
    let row = allowed.verification(&app, VerificationId(id)).await?;
    let case = Case::read(&app, row).await?;
    Ok(Json(CaptureRules::of(&case.policy).into()))
}
