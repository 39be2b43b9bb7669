//! What a page may judge by itself before it sends a picture.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use menshen_core::ids::VerificationId;
use menshen_core::policy::{FaceLimits, Part, PortraitLimits, QualityLimits};
use menshen_core::reason::ReasonCode;
use menshen_core::{CaptureRules, Policy};
use menshen_document::{Country, DocumentKind};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::caller::{Allowed, Read};
use crate::case::Case;
use crate::input::Id;
use crate::problem::{ApiError, Problem};

/// What the verification's own policy lets a page know: limits for light, sharpness, size and framing, by their names in the
/// policy, and what may be handed in. What helps against fraud is not among them.
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
    /// Kinds of documents that are accepted, by issuing state (code of machine-readable zones), `*` for every other one.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<String>>)]
    pub documents: BTreeMap<String, Vec<DocumentKind>>,
    /// What a page may offer to hand in as a file that the person has: `document`, `face`.
    #[schema(value_type = Vec<String>)]
    pub files: BTreeSet<Part>,
}

impl RulesOut {
    fn of(policy: &Policy) -> Self {
        let CaptureRules {
            page,
            portrait,
            face,
            to_review,
        } = CaptureRules::of(policy);
        let code = |state: &String| Country::parse(state).map_or("*", |known| known.code());
        let accepted = policy.document.accepted.iter();
        Self {
            page,
            portrait,
            face,
            to_review,
            documents: accepted
                .map(|(state, kinds)| (code(state).to_owned(), kinds.clone()))
                .collect(),
            files: policy.files.accepted.clone(),
        }
    }
}

/// Returns the limits by which a page judges pictures before it sends them, as the server will, and what it may offer.
#[utoipa::path(get, path = "/v1/verifications/{id}/rules", tag = "verifications", params(("id" = Uuid, Path)),
    responses((status = 200, body = RulesOut), (status = 404, body = Problem)))]
pub async fn get_rules(
    State(app): State<App>,
    allowed: Allowed<Read>,
    Id(id): Id<Uuid>,
) -> Result<Json<RulesOut>, ApiError> {
    let row = allowed.verification(&app, VerificationId(id)).await?;
    let case = Case::read(&app, row).await?;
    Ok(Json(RulesOut::of(&case.policy)))
}
