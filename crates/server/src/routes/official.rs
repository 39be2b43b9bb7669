//! Is it really us? A person checks the code of whoever wrote or called.

use axum::Json;
use axum::extract::State;
use menshen_core::access::Caller;
use menshen_core::case_code::{CaseCode, WINDOW, wait};
use menshen_core::ids::ApplicantId;
use menshen_store::CodeRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::reasons::TextOut;
use crate::app::App;
use crate::caller::{Allowed, Write};
use crate::input::Input;
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// A code that somebody named.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckIn {
    /// The person who was contacted; the token's own where left out.
    pub applicant: Option<Uuid>,
    /// The code, in any case, with or without hyphen.
    #[schema(example = "7KQ4-M2XA")]
    pub code: String,
}

/// Whether a code is ours.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckOut {
    /// Did the tenant contact this person with this code?
    pub genuine: bool,
    /// What the person is told.
    pub text: TextOut,
    /// The ticket that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Uuid>,
    /// By which way: `thread`, `phone`, `email`, `sms` or `chat`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub way: Option<String>,
    /// Who it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// When the contact was, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

impl CheckOut {
    fn new(found: Option<&CodeRow>, from: &str) -> Self {
        Self {
            genuine: found.is_some(),
            text: TextOut::of(|catalogue| {
                let words = catalogue.support();
                match found {
                    Some(_) => words.genuine.clone(),
                    None => words.unknown.clone(),
                }
            }),
            ticket: found.map(|code| code.ticket_id.0),
            way: found.map(|code| code.way.as_str().to_owned()),
            from: found.map(|_| from.to_owned()),
            at: found.map(|code| code.created_at.to_timestamp().to_string()),
        }
    }
}

/// Tells whether a code is ours, for the person who was given it. What is not ours is told in the same words whatever it
/// is: another person's code, one that has ended, an invented one. Ten such codes a day can be asked about.
#[utoipa::path(post, path = "/v1/official/check", tag = "support", request_body = CheckIn,
    responses((status = 200, body = CheckOut), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn check_code(
    State(app): State<App>,
    allowed: Allowed<Write>,
    input: Input<CheckIn>,
) -> Result<Json<CheckOut>, ApiError> {
    let CheckIn { applicant, code } = input.value;
    let own = match allowed.caller {
        Caller::Person { applicant, .. } => Some(applicant),
        Caller::Key { .. } | Caller::Staff { .. } => None,
    };
    let who = applicant.map(ApplicantId).or(own).ok_or_else(|| {
        ApiError::invalid("applicant_missing", "applicant says who was contacted")
    })?;
    let row = allowed.applicant(&app, who).await?;
    if row.erased_at.is_some() {
        return Err(ApiError::Erased);
    }
    // A slip of the pen is no guess: its check character tells, and tells nothing else.
    let Some(code) = CaseCode::parse(&code) else {
        return Ok(Json(CheckOut::new(None, "")));
    };
    let (tenant, now) = (row.tenant_id, app.now());
    let mut tx = app.store.begin().await?;
    tx.lock_applicant(tenant, who).await?;
    let misses = tx.list_code_guesses(tenant, who, now.plus(-WINDOW)).await?;
    if let Some(at) = wait(&misses) {
        return Err(ApiError::TooMany(at));
    }
    let found = tx.find_code_of(tenant, who, &code, now).await?;
    let outcome = match &found {
        Some(_) => "genuine",
        None => "unknown",
    };
    if found.is_none() {
        tx.note_code_guess(tenant, who, now).await?;
    }
    let act = Act::new(&allowed.caller, "code.checked", "applicant", who.0);
    record::audit(&mut tx, act.with("outcome", outcome), now).await?;
    tx.commit().await?;
    Ok(Json(CheckOut::new(found.as_ref(), &allowed.tenant.name)))
}
