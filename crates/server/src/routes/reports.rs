//! What people reported, as staff judges it.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::ids::ReportId;
use menshen_core::report::{Kind, Outcome, Reported, State as Life};
use menshen_store::{ReportRow, ReportState};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::page::{Asked, PageIn, PageOut};
use crate::app::App;
use crate::caller::{Allowed, AnswerTickets};
use crate::case::{from_word, word};
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// Which reports.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReportsIn {
    /// The last id of the page before.
    pub after: Option<Uuid>,
    /// Records on a page, 1 to 200; 50 where left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// `open` where left out, or `closed`.
    #[param(value_type = Option<String>)]
    pub state: Option<StateIn>,
}

/// The state of reports.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateIn {
    /// Nobody has judged them.
    Open,
    /// Somebody has.
    Closed,
}

/// A report without what was written.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportOut {
    /// The id.
    pub id: Uuid,
    /// `page`, `mail`, `phone`, `message`, `social`, `app` or `other`.
    #[schema(value_type = String, example = "page")]
    pub kind: Kind,
    /// `open` or `closed`.
    pub state: String,
    /// `added_to_watch`, `not_ours`, `genuine` or `duplicate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub outcome: Option<Outcome>,
    /// When it was closed, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<String>,
    /// When it arrived, RFC 3339.
    pub created_at: String,
}

/// A report with what was written. Anybody may write it: open no address of it, call no number.
#[derive(Serialize, ToSchema)]
pub struct OpenedReportOut {
    /// The report.
    pub report: ReportOut,
    /// The address, number or text; characters that are not to be seen stand as their numbers, `{202e}`.
    pub what: String,
    /// Whatever else was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How a report is judged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeIn {
    /// `added_to_watch`: it pretends to be the tenant; `not_ours`: it does not concern the tenant; `genuine`: it is the tenant's own;
    /// `duplicate`: it was reported before.
    #[schema(value_type = String, example = "added_to_watch")]
    pub outcome: Outcome,
}

impl ReportOut {
    fn new(row: &ReportRow) -> Result<Self, ApiError> {
        let life = life(row)?;
        let (outcome, closed_at) = match life {
            Life::Open => (None, None),
            Life::Closed { at, outcome } => (Some(outcome), Some(at.to_timestamp().to_string())),
        };
        Ok(Self {
            id: row.id.0,
            kind: from_word(&row.kind).map_err(ApiError::machine)?,
            state: life.word().to_owned(),
            outcome,
            closed_at,
            created_at: row.created_at.to_timestamp().to_string(),
        })
    }
}

/// Returns the state of a row.
fn life(row: &ReportRow) -> Result<Life, ApiError> {
    let outcome = row.outcome.as_deref().map(from_word).transpose();
    let outcome = outcome.map_err(ApiError::machine)?;
    match (row.state, row.closed_at, outcome) {
        (ReportState::Open, None, None) => Ok(Life::Open),
        (ReportState::Closed, Some(at), Some(outcome)) => Ok(Life::Closed { at, outcome }),
        _ => Err(ApiError::machine(std::io::Error::other(
            "a report is open with an outcome, or closed without",
        ))),
    }
}

/// Lists reports, newest first.
#[utoipa::path(get, path = "/v1/reports", tag = "reports", params(ReportsIn),
    responses((status = 200, body = PageOut<ReportOut>), (status = 422, body = Problem)))]
pub async fn list_reports(
    State(app): State<App>,
    allowed: Allowed<AnswerTickets>,
    Asked(asked): Asked<ReportsIn>,
) -> Result<Json<PageOut<ReportOut>>, ApiError> {
    let page = PageIn {
        after: asked.after,
        limit: asked.limit,
    };
    let limit = page.limit()?;
    let state = match asked.state {
        None | Some(StateIn::Open) => ReportState::Open,
        Some(StateIn::Closed) => ReportState::Closed,
    };
    let (tenant, after) = (allowed.tenant.id, page.after.map(ReportId));
    let rows = app
        .store
        .list_reports(tenant, state, after, limit + 1)
        .await?;
    let out = rows.iter().map(ReportOut::new);
    let out = out.collect::<Result<Vec<_>, _>>()?;
    Ok(Json(PageOut::new(out, limit, |out| out.id, |out| out)))
}

/// Opens a report. Each look is audited.
#[utoipa::path(get, path = "/v1/reports/{id}", tag = "reports", params(("id" = Uuid, Path)),
    responses((status = 200, body = OpenedReportOut), (status = 404, body = Problem)))]
pub async fn open_report(
    State(app): State<App>,
    allowed: Allowed<AnswerTickets>,
    Id(id): Id<Uuid>,
) -> Result<Json<OpenedReportOut>, ApiError> {
    let row = app
        .store
        .find_report(allowed.tenant.id, ReportId(id))
        .await?;
    let row = row.ok_or(ApiError::NotFound("report"))?;
    let content = row.content(&app.store)?;
    let Reported { what, note } = serde_json::from_slice(&content).map_err(ApiError::machine)?;
    let report = ReportOut::new(&row)?;
    let mut tx = app.store.begin().await?;
    let act = Act::new(&allowed.caller, "report.viewed", "report", id);
    record::audit(&mut tx, act, app.now()).await?;
    tx.commit().await?;
    Ok(Json(OpenedReportOut { report, what, note }))
}

/// Closes a report.
#[utoipa::path(post, path = "/v1/reports/{id}/close", tag = "reports", request_body = OutcomeIn,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 200, body = ReportOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn close_report(
    State(app): State<App>,
    allowed: Allowed<AnswerTickets>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
    input: Input<OutcomeIn>,
) -> Result<Response, ApiError> {
    let route = format!("close_report {id}");
    let begun = once::begin(&app, &allowed.caller, &headers, &route, input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let (now, tx) = (app.now(), &mut work.tx);
    let row = tx.find_report(allowed.tenant.id, ReportId(id)).await?;
    let row = row.ok_or(ApiError::NotFound("report"))?;
    let outcome = input.value.outcome;
    let closed = life(&row)?.closed(outcome, now);
    closed.map_err(|closed| ApiError::conflict("report_closed", closed.to_string()))?;
    tx.close_report(&row, &word(&outcome), now).await?;
    let act = Act::new(&allowed.caller, "report.closed", "report", id);
    record::audit(tx, act.with("outcome", word(&outcome)), now).await?;
    let row = tx.find_report(allowed.tenant.id, ReportId(id)).await?;
    let out = ReportOut::new(&row.ok_or(ApiError::NotFound("report"))?)?;
    work.finish(&app, StatusCode::OK, &out).await
}
