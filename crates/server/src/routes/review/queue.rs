//! Queues: what waits for people, first what is due first, and how it stands.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use menshen_core::ids::{CaseId, TenantId};
use menshen_core::policy::ReviewRules;
use menshen_core::review::{Deed, Eyes, Matter, Queue, Reviewer, State as Where, Verdict};
use menshen_core::time::{MINUTE, Millis};
use menshen_store::{ReviewCaseRow, ReviewFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::evidence::EvidenceOut;
use crate::app::App;
use crate::caller::{Allowed, SeeCases};
use crate::problem::{ApiError, Problem};
use crate::review::{Read, who};
use crate::routes::page::{Asked, PageIn, PageOut};

/// Which open cases.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CasesIn {
    /// The last id of the page before.
    pub after: Option<Uuid>,
    /// Records on a page, 1 to 200; 50 where left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// Only of this queue: `review`, `appeal` or `recheck`.
    #[param(value_type = Option<String>)]
    pub queue: Option<Queue>,
    /// Only of this level.
    pub level: Option<String>,
    /// Only with this kind of document.
    pub kind: Option<String>,
    /// Only with this reason code.
    pub code: Option<String>,
    /// Only those that have waited so many minutes or longer.
    #[param(minimum = 0, maximum = 5256000)]
    pub older_minutes: Option<u32>,
    /// Only those that the caller holds.
    pub mine: Option<bool>,
    /// Only those in dispute, or only the others.
    pub disputed: Option<bool>,
}

/// A case. Codes, not what they were found in: that is seen by whoever holds it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseOut {
    /// The id.
    pub id: Uuid,
    /// The verification.
    pub verification: Uuid,
    /// The applicant.
    pub applicant: Uuid,
    /// Why people look at it: `review`, `appeal` or `recheck`.
    #[schema(value_type = String, example = "review")]
    pub queue: Queue,
    /// The level that an approval gives.
    pub level: String,
    /// The kind of document, where one was chosen.
    pub kind: Option<String>,
    /// The codes of what the machine found.
    pub codes: Vec<String>,
    /// `waiting`, `claimed`, `decided` or `dropped`.
    #[schema(example = "waiting")]
    pub state: String,
    /// Who holds it.
    pub held_by: Option<Uuid>,
    /// Until when, RFC 3339.
    pub held_until: Option<String>,
    /// How many have voted.
    pub votes: usize,
    /// Have two disagreed?
    pub disputed: bool,
    /// How many people each verdict takes.
    pub eyes: EyesOut,
    /// When it was opened, RFC 3339.
    pub opened_at: String,
    /// When an answer is due, RFC 3339.
    pub due_at: String,
    /// Is the answer late?
    pub overdue: bool,
    /// When it was closed, RFC 3339.
    pub closed_at: Option<String>,
    /// Why the caller may not claim it; none where they may.
    pub refusal: Option<String>,
    /// What it is about: only for whoever holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceOut>,
}

/// How many people each verdict takes: `one`, `two`, or `two_with_senior` where one of the two must be a senior.
#[derive(Debug, Serialize, ToSchema)]
pub struct EyesOut {
    /// An approval.
    #[schema(example = "two_with_senior")]
    pub approve: &'static str,
    /// A refusal.
    #[schema(example = "one")]
    pub refuse: &'static str,
    /// Asking for a step once more.
    #[schema(example = "one")]
    pub ask_again: &'static str,
}

fn eyes(matter: &Matter, rules: &ReviewRules) -> EyesOut {
    let takes = |verdict: Verdict| match matter.eyes(rules, &verdict) {
        Eyes::One => "one",
        Eyes::Two => "two",
        Eyes::TwoWithSenior => "two_with_senior",
    };
    let (steps, codes) = (BTreeSet::new(), BTreeSet::new());
    EyesOut {
        approve: takes(Verdict::Approve),
        refuse: takes(Verdict::Refuse {
            codes: BTreeSet::new(),
        }),
        ask_again: takes(Verdict::AskAgain { steps, codes }),
    }
}

/// Returns a case as everybody who reviews may see it.
pub fn describe(read: &Read, who: &Reviewer, now: Millis) -> CaseOut {
    let Read { row, policy } = read;
    let case = &row.case;
    let text = |at: Millis| at.to_timestamp().to_string();
    let holder = case.holder(now);
    let until = match case.state {
        Where::Claimed { until, .. } if holder.is_some() => Some(until),
        _ => None,
    };
    let state = match (case.state, holder) {
        (Where::Decided { .. }, _) => "decided",
        (Where::Dropped { .. }, _) => "dropped",
        (_, Some(_)) => "claimed",
        (_, None) => "waiting",
    };
    let refusal = case.may(who, Deed::Take, &policy.review, now).err();
    CaseOut {
        id: row.id.0,
        verification: row.verification_id.0,
        applicant: case.applicant.0,
        queue: case.matter.queue,
        level: case.matter.level.clone(),
        kind: row.kind.clone(),
        codes: case.matter.codes.clone(),
        state: state.to_owned(),
        held_by: holder.map(|id| id.0),
        held_until: until.map(text),
        votes: case.votes.len(),
        disputed: row.disputed,
        eyes: eyes(&case.matter, &policy.review),
        opened_at: text(row.opened_at),
        due_at: text(row.due_at),
        overdue: row.closed_at.is_none() && row.due_at < now,
        closed_at: row.closed_at.map(text),
        refusal: refusal.map(|refused| refused.code().to_owned()),
        evidence: None,
    }
}

/// Lists open cases, first what is due first. Nobody finds their own case.
#[utoipa::path(get, path = "/v1/review/cases", tag = "review", params(CasesIn),
    responses((status = 200, body = PageOut<CaseOut>), (status = 422, body = Problem)))]
pub async fn list_cases(
    State(app): State<App>,
    allowed: Allowed<SeeCases>,
    Asked(asked): Asked<CasesIn>,
) -> Result<Json<PageOut<CaseOut>>, ApiError> {
    let page = PageIn {
        after: asked.after,
        limit: asked.limit,
    };
    let limit = page.limit()?;
    let who = who(&app, None, &allowed).await?;
    let now = app.now();
    let filter = ReviewFilter {
        queue: asked.queue,
        level: asked.level,
        kind: asked.kind,
        code: asked.code,
        opened_before: asked
            .older_minutes
            .map(|minutes| now.plus(-i64::from(minutes) * MINUTE)),
        held_by: asked.mine.unwrap_or(false).then_some(who.staff),
        disputed: asked.disputed,
        not_about: who.applicant,
    };
    let tenant = allowed.tenant.id;
    let rows = app
        .store
        .list_review_cases(tenant, &filter, page.after.map(CaseId), (limit + 1, now))
        .await?;
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        out.push(one(&app, row, &who, now).await?);
    }
    Ok(Json(PageOut::new(out, limit, |out| out.id, |out| out)))
}

async fn one(
    app: &App,
    row: ReviewCaseRow,
    who: &Reviewer,
    now: Millis,
) -> Result<CaseOut, ApiError> {
    let policy = app.policy_of(who.tenant, &row.policy_identity).await?;
    Ok(describe(&Read { row, policy }, who, now))
}

/// How a queue stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueOut {
    /// `review`, `appeal` or `recheck`.
    #[schema(value_type = String, example = "review")]
    pub queue: Queue,
    /// Open cases.
    pub open: i64,
    /// Those that somebody holds.
    pub held: i64,
    /// Those in dispute.
    pub disputed: i64,
    /// Those whose answer is late.
    pub overdue: i64,
    /// When the oldest was opened, RFC 3339.
    pub oldest_at: Option<String>,
}

/// Lists how the queues stand.
#[utoipa::path(get, path = "/v1/review/queues", tag = "review", responses((status = 200, body = [QueueOut])))]
pub async fn list_queues(
    State(app): State<App>,
    allowed: Allowed<SeeCases>,
) -> Result<Json<Vec<QueueOut>>, ApiError> {
    let out = queues(&app, allowed.tenant.id, app.now()).await?;
    Ok(Json(out))
}

/// Returns how every queue of a tenant stands.
///
/// # Errors
/// The store's.
pub async fn queues(app: &App, tenant: TenantId, now: Millis) -> Result<Vec<QueueOut>, ApiError> {
    let rows = app.store.review_queues(tenant, now).await?;
    let of = |queue: Queue| {
        let row = rows.iter().find(|row| row.queue == queue);
        QueueOut {
            queue,
            open: row.map_or(0, |row| row.open),
            held: row.map_or(0, |row| row.held),
            disputed: row.map_or(0, |row| row.disputed),
            overdue: row.map_or(0, |row| row.overdue),
            oldest_at: row.map(|row| row.oldest_at.to_timestamp().to_string()),
        }
    };
    Ok(Queue::ALL.map(of).into())
}

/// How somebody's decisions stood when others looked at them again.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewerOut {
    /// Who.
    pub staff: Uuid,
    /// Decisions that others have looked at again.
    pub rechecked: i64,
    /// Those with which somebody disagreed.
    pub disagreed: i64,
    /// Those that were not confirmed in the end.
    pub overturned: i64,
}

/// Lists how the decisions of each person stood when others looked at them again.
#[utoipa::path(get, path = "/v1/review/reviewers", tag = "review", responses((status = 200, body = [ReviewerOut])))]
pub async fn list_reviewers(
    State(app): State<App>,
    allowed: Allowed<SeeCases>,
) -> Result<Json<Vec<ReviewerOut>>, ApiError> {
    let rows = app.store.reviewers(allowed.tenant.id).await?;
    let out = rows.into_iter().map(|row| ReviewerOut {
        staff: row.staff.0,
        rechecked: row.rechecked,
        disagreed: row.disagreed,
        overturned: row.overturned,
    });
    Ok(Json(out.collect()))
}
