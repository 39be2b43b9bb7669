//! What somebody says about the case that they hold.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::ReasonCode;
use menshen_core::ids::CaseId;
use menshen_core::progress::steps;
use menshen_core::reason::Step;
use menshen_core::review::{Deed, Unfit, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::case::check_note;
use crate::app::App;
use crate::caller::{Allowed, WorkCases};
use crate::case::Case;
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::review::{Known, Read, stands, vote, who};

/// A verdict.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideIn {
    /// `approve`, `refuse`, or `ask_again` for some steps once more.
    pub verdict: VerdictIn,
    /// Why: 1 to 8 reason codes for `refuse` and `ask_again`, none for `approve`.
    #[serde(default)]
    pub codes: Vec<String>,
    /// Which steps, for `ask_again`: `form`, `document_front`, `document_back`, `selfie`.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub steps: BTreeSet<Step>,
    /// Other accounts and entries of the blocklist that the caller has looked at although the case does not name them:
    /// what `duplicates_new` names, for `approve`.
    #[serde(default)]
    pub others: BTreeSet<Uuid>,
    /// What colleagues should know, kept as a note.
    #[schema(max_length = 2000)]
    pub note: Option<String>,
}

/// A verdict's name.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictIn {
    /// The verification is done.
    Approve,
    /// It is refused; only an appeal helps.
    Refuse,
    /// Some steps are asked for once more; the rest is kept.
    AskAgain,
}

/// What a vote has led to.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecidedOut {
    /// The case.
    pub case: Uuid,
    /// `settled`; `second` where another must agree; `disputed` where two have disagreed.
    pub standing: String,
    /// How many have voted.
    pub votes: usize,
}

fn read(input: &DecideIn) -> Result<Verdict, ApiError> {
    let codes: Option<BTreeSet<ReasonCode>> = input
        .codes
        .iter()
        .map(|code| ReasonCode::parse(code))
        .collect();
    let codes = codes.ok_or(Unfit::Codes)?;
    match input.verdict {
        VerdictIn::Approve if !codes.is_empty() => Err(Unfit::Codes.into()),
        VerdictIn::Approve | VerdictIn::Refuse if !input.steps.is_empty() => {
            Err(Unfit::Steps.into())
        }
        VerdictIn::Approve => Ok(Verdict::Approve),
        VerdictIn::Refuse => Ok(Verdict::Refuse { codes }),
        VerdictIn::AskAgain => Ok(Verdict::AskAgain {
            steps: input.steps.clone(),
            codes,
        }),
    }
}

impl From<Unfit> for ApiError {
    fn from(unfit: Unfit) -> Self {
        let code = match unfit {
            Unfit::Codes => "codes_invalid",
            Unfit::Steps => "steps_invalid",
        };
        Self::invalid(code, unfit.to_string())
    }
}

/// Says what the caller thinks about the case that they hold. Where as many agree as the policy asks for, it is settled:
/// the verification ends as it would by the machine's verdict, with signed evidence of who said what. The caller lets the
/// case go with it. Lists of sanctioned people are searched once more before somebody is approved: `hits_open` says that
/// a hit must be cleared first, `duplicates_new` that somebody alike was verified or blocked meanwhile.
#[utoipa::path(post, path = "/v1/review/cases/{id}/decide", tag = "review", request_body = DecideIn,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 200, body = DecidedOut), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn decide_case(
    State(app): State<App>,
    allowed: Allowed<WorkCases>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
    input: Input<DecideIn>,
) -> Result<Response, ApiError> {
    let case = Read::new(&app, &allowed, CaseId(id)).await?;
    let verdict = read(&input.value)?;
    if let Some(note) = &input.value.note {
        check_note(note)?;
    }
    let route = format!("decide_case:{id}");
    let who = who(&app, None, &allowed).await?;
    let rules = &case.policy.review;
    if let Err(refused) = case.row.case.may(&who, Deed::Work, rules, app.now()) {
        // Nothing is looked up for somebody who may not decide. What they have decided before is answered as it was.
        let begun = once::begin(&app, &allowed.caller, &headers, &route, input.digest).await?;
        return match begun {
            Once::Replay(replay) => Ok(replay.into_response()),
            Once::Fresh(_) => Err(refused.into()),
        };
    }
    let verification = verification(&app, &case).await?;
    verdict.check(&asked(&verification))?;
    let looked = (&verdict, &input.value.others);
    // All that is read is read before: nobody waits for a connection while he holds one.
    let known = Known::read(&app, (&allowed, &case), &verification, looked).await?;
    let begun = once::begin(&app, &allowed.caller, &headers, &route, input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let now = app.now();
    let tx = &mut work.tx;
    let row = vote(&app, tx, (&allowed, &case), verdict, &known, now).await?;
    if let (Some(note), Some((staff, _))) = (&input.value.note, allowed.caller.staff()) {
        let note = tx.add_review_note(&row, staff, note, now).await?;
        let act = Act::new(&allowed.caller, "review.noted", "case", id);
        record::audit(tx, act.with("note", note.to_string()), now).await?;
    }
    let out = DecidedOut {
        case: id,
        standing: stands(&row, row.closed_at.is_some()).to_owned(),
        votes: row.case.votes.len(),
    };
    work.finish(&app, StatusCode::OK, &out).await
}

async fn verification(app: &App, read: &Read) -> Result<Case, ApiError> {
    let (tenant, id) = (read.row.case.tenant, read.row.verification_id);
    let row = app.store.find_verification(tenant, id).await?;
    Case::read(app, row.ok_or(ApiError::NotFound("verification"))?).await
}

/// Returns the steps that a verification asks for.
fn asked(case: &Case) -> Vec<Step> {
    steps(&case.policy, &case.parts(), case.progress.kind)
}
