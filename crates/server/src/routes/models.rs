//! The models that the service runs with, and how well they were measured.

use axum::Json;
use axum::extract::State;
use menshen_core::card::{Calibration, MEASURED, ModelCard};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::{Allowed, Policies};
use crate::case::word;
use crate::problem::{ApiError, Problem};

/// The models, and how scores are accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelsOut {
    /// Version of what measures; `sandbox` where nothing does.
    pub engine: String,
    /// The point of the calibration from which faces are accepted by the policy in force: `fmr_1e2`, `fmr_1e3` or `fmr_1e4`.
    pub accept: String,
    /// The point from which a person looks.
    pub review: String,
    /// May a model that is graded `evaluation` approve alone, by the policy in force?
    pub evaluation_approves: bool,
    /// The embedders, by name. None where only sandboxes are served.
    pub models: Vec<ModelOut>,
}

/// A model's card.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelOut {
    /// Its name.
    pub name: String,
    /// What it is for: `face_embedding`.
    pub role: String,
    /// `production`, or `evaluation`: evidence for a person, whatever it says.
    pub grade: String,
    /// How two vectors are compared: `cosine` or `euclidean`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// Is the vector the mean of the face's and its mirror image's?
    pub mirror: bool,
    /// What comes out.
    pub output: String,
    /// Do the policy's thresholds judge its scores? The others are loaded, and nothing is decided by them.
    pub in_use: bool,
    /// What was measured; a model without is treated as `evaluation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<CalibrationOut>,
}

/// What was measured of a model, and with what.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalibrationOut {
    /// The data set and its part.
    pub dataset: String,
    /// Pairs of one person.
    pub genuine_pairs: u64,
    /// Pairs of two people.
    pub impostor_pairs: u64,
    /// The points, the most lenient first.
    pub points: Vec<PointOut>,
}

/// A threshold and its errors.
#[derive(Debug, Serialize, ToSchema)]
pub struct PointOut {
    /// Its name in a policy.
    pub name: String,
    /// The score from which a pair counts as one person.
    pub threshold: f32,
    /// False match rate: the part of the pairs of two people at or above the threshold.
    pub fmr: f64,
    /// False non-match rate: the part of the pairs of one person below it. Left out where the card does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fnmr: Option<f32>,
}

/// Names of [`MEASURED`] in a policy.
const NAMES: [&str; 3] = ["fmr_1e2", "fmr_1e3", "fmr_1e4"];

impl From<&Calibration> for CalibrationOut {
    fn from(found: &Calibration) -> Self {
        let points = NAMES.into_iter().zip(MEASURED).zip(found.scores());
        let points = points.enumerate().map(|(n, ((name, fmr), threshold))| {
            let name = name.to_owned();
            let fnmr = found.fnmr.map(|parts| parts[n]);
            PointOut {
                name,
                threshold,
                fmr,
                fnmr,
            }
        });
        Self {
            dataset: found.dataset.clone(),
            genuine_pairs: found.genuine_pairs,
            impostor_pairs: found.impostor_pairs,
            points: points.collect(),
        }
    }
}

impl ModelOut {
    fn new(card: &ModelCard, in_use: &str) -> Self {
        Self {
            name: card.name.clone(),
            role: word(&card.role),
            grade: word(&card.grade),
            metric: card.metric.as_ref().map(word),
            mirror: card.mirror,
            output: card.output.clone(),
            in_use: card.name == in_use || card.comparison.is_some(),
            calibration: card.calibration.as_ref().map(CalibrationOut::from),
        }
    }
}

/// Returns the models that compare faces, with what was measured of them, and what the policy in force makes of their scores.
#[utoipa::path(get, path = "/v1/models", tag = "policy",
    responses((status = 200, body = ModelsOut), (status = 403, body = Problem)))]
pub async fn list_models(
    State(app): State<App>,
    allowed: Allowed<Policies>,
) -> Result<Json<ModelsOut>, ApiError> {
    let policy = app.policy(&allowed.tenant)?;
    let ready = app.engine.as_ref().map(|engine| engine.ready());
    let cards = |ready: &menshen_engine::protocol::Ready| {
        let cards = ready.cards.iter();
        cards
            .map(|card| ModelOut::new(card, &ready.embedder))
            .collect()
    };
    Ok(Json(ModelsOut {
        engine: app.engine_version(),
        accept: word(&policy.matching.accept),
        review: word(&policy.matching.review),
        evaluation_approves: policy.matching.allow_evaluation_embedder,
        models: ready.map(cards).unwrap_or_default(),
    }))
}
