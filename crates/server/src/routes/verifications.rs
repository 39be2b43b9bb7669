//! Verifications: opening, reading, submitting.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::access::{Caller, Scope};
use menshen_core::appeal::in_progress;
use menshen_core::attempts::retry_at;
use menshen_core::event::EventName;
use menshen_core::ids::{ApplicantId, TenantId, VerificationId};
use menshen_core::reason::{Class, Disclosure, Reason, ReasonCode, Step};
use menshen_core::ticket::Kind;
use menshen_core::time::Millis;
use menshen_core::verification::{Expiry, Flow, Retry, State as Life, Status};
use menshen_store::VerificationRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::appeals::{AppealBrief, brief};
use super::entitlements::RestrictionOut;
use super::opening::Opening;
use super::page::{Asked, PageIn, PageOut};
use super::reasons::{Audience, ReasonOut, StepOut, TextOut, show};
use crate::app::App;
use crate::appeal::Appeal;
use crate::attempts::{self, Place};
use crate::caller::{Allowed, List, Read, Write};
use crate::case::{Case, word};
use crate::client::Program;
use crate::input::{Id, Input};
use crate::jobs;
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// A new verification.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerificationIn {
    /// The applicant.
    pub applicant: Uuid,
    /// The level, a name of the policy's: `L1`, `L2`.
    #[schema(example = "L2")]
    pub level: String,
    /// Why: `first` where left out, or a flow of re-verification: `stuck_state`, `new_device`, `face_fails`,
    /// `account_conflict`, `renewal`.
    #[schema(value_type = Option<String>, example = "first")]
    pub flow: Option<Flow>,
    /// The person was told what the flow limits. Needed where the policy restricts the account during it.
    #[serde(default)]
    pub accept_limits: bool,
}

/// A verification with its state explained: why, what next, by when.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerificationOut {
    /// The id.
    pub id: Uuid,
    /// The applicant.
    pub applicant: Uuid,
    /// The level.
    pub level: String,
    /// Why it is done: `first` or a flow of re-verification.
    #[schema(value_type = String)]
    pub flow: Flow,
    /// `not_started`, `in_progress`, `pending`, `failed`, `verified` or `expired`.
    #[schema(value_type = String, example = "in_progress")]
    pub status: Status,
    /// Is the machine at work on it right now?
    pub processing: bool,
    /// Since when it is so, RFC 3339.
    pub since: String,
    /// Why, first what must be done first.
    pub reasons: Vec<ReasonOut>,
    /// What the person does next: the steps that need material.
    pub next: Vec<StepOut>,
    /// What can be done after a failure: `now`, `at` or `appeal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<String>,
    /// When the next try is possible, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<String>,
    /// When an answer is expected, from the live queue, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_at: Option<String>,
    /// There should be an answer by now: show the way to support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support: Option<SupportOut>,
    /// Until when it holds, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    /// Why it is over: `left_lying`, `ran_out`, `replaced`, `erased`, `overturned`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub ended: Option<Expiry>,
    /// Its open appeal, or the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appeal: Option<AppealBrief>,
    /// How often the machine took it up again.
    #[serde(skip_serializing_if = "is_zero")]
    pub requeued: u32,
    /// Which attempt it is: 0 before the first submission.
    pub attempt: i64,
    /// The policy that it is judged by.
    pub policy: String,
    /// When it was opened, RFC 3339.
    pub created_at: String,
}

/// The way to support.
#[derive(Debug, Serialize, ToSchema)]
pub struct SupportOut {
    /// The kind of ticket to open.
    #[schema(value_type = String, example = "stuck")]
    pub kind: Kind,
    /// What the person is told.
    pub text: TextOut,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
const fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// Opens a verification. An applicant has one open verification at a time.
#[utoipa::path(post, path = "/v1/verifications", tag = "verifications", request_body = VerificationIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect"),
        ("Menshen-Client" = Option<String>, Header, description = "The program that the person uses and its version, `android/3.2.0`")),
    responses((status = 201, body = VerificationOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_verification(
    State(app): State<App>,
    allowed: Allowed<Write>,
    program: Program,
    headers: HeaderMap,
    input: Input<VerificationIn>,
) -> Result<Response, ApiError> {
    let VerificationIn {
        applicant,
        level,
        flow,
        accept_limits,
    } = input.value;
    let applicant = allowed.applicant(&app, ApplicantId(applicant)).await?;
    // A token for one verification opens no other.
    if let Caller::Person {
        verification: Some(_),
        ..
    } = allowed.caller
    {
        return Err(ApiError::Scope(Scope::VerificationsWrite.name()));
    }
    if applicant.erased_at.is_some() {
        return Err(ApiError::conflict(
            "applicant_erased",
            "this applicant was erased",
        ));
    }
    let policy = app.policy(&allowed.tenant)?;
    if !policy.levels.contains_key(&level) {
        let known: Vec<&str> = policy.levels.keys().map(String::as_str).collect();
        let detail = format!("level must be one of {}", known.join(", "));
        return Err(ApiError::invalid("level_unknown", detail));
    }
    let flow = flow.unwrap_or(Flow::First);
    if flow.is_of_sign_in() {
        let detail = "this flow is begun by the sign-in of an account";
        return Err(ApiError::invalid("flow_of_sign_in", detail));
    }
    program.check(&policy, flow)?;
    if let Some(rule) = policy.entitlements.restrictions.get(&flow)
        && !accept_limits
    {
        let warning = RestrictionOut::warning(flow, rule);
        return Err(ApiError::Limits(Box::new(warning)));
    }
    let tenant = allowed.tenant.id;
    let begun = once::begin(
        &app,
        &allowed.caller,
        &headers,
        "create_verification",
        input.digest,
    )
    .await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let new = Opening {
        caller: &allowed.caller,
        applicant: (tenant, applicant.id),
        level,
        flow,
        policy,
    };
    let case = new.open(&mut work.tx, app.now()).await?;
    let out = describe(&case, &[], None);
    work.finish(&app, StatusCode::CREATED, &out).await
}

/// Which verifications.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct VerificationsIn {
    /// The last id of the page before.
    pub after: Option<Uuid>,
    /// Records on a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// Only those with this status.
    #[param(value_type = Option<String>)]
    pub status: Option<Status>,
    /// Only those of this applicant.
    pub applicant: Option<Uuid>,
}

/// A verification in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerificationItem {
    /// The id.
    pub id: Uuid,
    /// The applicant.
    pub applicant: Uuid,
    /// The level.
    pub level: String,
    /// Why it is done.
    pub flow: String,
    /// The status.
    pub status: String,
    /// The codes of its reasons.
    pub codes: Vec<String>,
    /// When it last changed, RFC 3339.
    pub updated_at: String,
}

/// Lists verifications, newest first.
#[utoipa::path(get, path = "/v1/verifications", tag = "verifications", params(VerificationsIn),
    responses((status = 200, body = PageOut<VerificationItem>), (status = 422, body = Problem)))]
pub async fn list_verifications(
    State(app): State<App>,
    allowed: Allowed<List>,
    Asked(asked): Asked<VerificationsIn>,
) -> Result<Json<PageOut<VerificationItem>>, ApiError> {
    let page = PageIn {
        after: asked.after,
        limit: asked.limit,
    };
    let limit = page.limit()?;
    let after = page.after.map(VerificationId);
    let tenant = allowed.tenant.id;
    let status = asked.status.map(|status| word(&status));
    let rows = match asked.applicant {
        Some(applicant) => {
            let of = (tenant, ApplicantId(applicant));
            list_of(&app, of, status.as_deref(), after, limit + 1).await?
        }
        None => {
            let status = status.as_deref();
            app.store
                .list_verifications(tenant, status, after, limit + 1)
                .await?
        }
    };
    let item = |row: VerificationRow| VerificationItem {
        id: row.id.0,
        applicant: row.applicant_id.0,
        level: row.level,
        flow: row.flow,
        status: row.status,
        codes: row.codes,
        updated_at: row.updated_at.to_timestamp().to_string(),
    };
    Ok(Json(PageOut::new(rows, limit, |row| row.id.0, item)))
}

/// Returns an applicant's verifications with a status, newest first: as many as wanted, where there are as many.
async fn list_of(
    app: &App,
    (tenant, applicant): (TenantId, ApplicantId),
    status: Option<&str>,
    mut after: Option<VerificationId>,
    wanted: u32,
) -> Result<Vec<VerificationRow>, ApiError> {
    let mut kept = Vec::new();
    loop {
        let page = app
            .store
            .list_applicant_verifications(tenant, applicant, after, wanted)
            .await?;
        let last = page.len() < wanted as usize;
        after = page.last().map(|row| row.id);
        kept.extend(page);
        kept.retain(|row: &VerificationRow| status.is_none_or(|status| row.status == status));
        if last || kept.len() >= wanted as usize {
            kept.truncate(wanted as usize);
            return Ok(kept);
        }
    }
}

/// Returns a verification with its state explained.
#[utoipa::path(get, path = "/v1/verifications/{id}", tag = "verifications", params(("id" = Uuid, Path)),
    responses((status = 200, body = VerificationOut), (status = 404, body = Problem)))]
pub async fn get_verification(
    State(app): State<App>,
    allowed: Allowed<Read>,
    Id(id): Id<Uuid>,
) -> Result<Json<VerificationOut>, ApiError> {
    let row = allowed.verification(&app, VerificationId(id)).await?;
    let case = Case::read(&app, row).await?;
    explain(&app, &case).await.map(Json)
}

/// Submits a verification: everything is handed in, judge it.
#[utoipa::path(post, path = "/v1/verifications/{id}/submit", tag = "verifications",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect"),
        ("Menshen-Device" = Option<String>, Header, description = "The integrator's name for the device"),
        ("Menshen-Address" = Option<String>, Header, description = "The person's network address, where the integrator calls"),
        ("Menshen-Client" = Option<String>, Header, description = "The program that the person uses and its version, `android/3.2.0`; statistics count by its name")),
    responses((status = 202, body = VerificationOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 429, body = Problem)))]
pub async fn submit_verification(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    origin: attempts::Origin,
    program: Program,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let row = allowed.verification(&app, VerificationId(id)).await?;
    let mut case = Case::read(&app, row).await?;
    let now = app.now();
    // All that is read is read before: nobody waits for a connection while he holds one.
    let place = Place::of(&app, case.row.tenant_id, &origin);
    let failures = attempts::failures(&app, &case, &place).await?;
    let expected = jobs::expected(&app).await?;
    let route = format!("submit_verification:{id}");
    // Without a body there is nothing to compare but the route.
    let mut work = match once::begin(&app, &allowed.caller, &headers, &route, [0; 32]).await? {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    if case.flow == Flow::FaceLogin {
        let detail = "a sign-in by face is finished by the sign-in";
        return Err(ApiError::conflict("flow_of_sign_in", detail));
    }
    let submitted = case.progress.clone().submitted(now)?;
    let missing = case.missing();
    if !missing.is_empty() {
        let steps = missing.into_iter().map(StepOut::from).collect();
        return Err(ApiError::StepsMissing(steps));
    }
    if let Some(at) = retry_at(&case.policy.attempts, &failures, now) {
        return Err(ApiError::TooMany(at));
    }
    case.progress = submitted;
    case.row.submitted_at = Some(now);
    case.row.submitted_from = Some(place.to_text()?);
    case.row.program = program.name().map(str::to_owned);
    case.row.attempt += 1;
    case.row.codes.clear();
    case.write(&mut work.tx, now).await?;
    jobs::judge_soon(&mut work.tx, &case.row, now).await?;
    let act = Act::new(
        &allowed.caller,
        "verification.submitted",
        "verification",
        id,
    );
    record::audit(&mut work.tx, act, now).await?;
    record::event(
        &mut work.tx,
        EventName::VerificationSubmitted,
        &case.row,
        now,
    )
    .await?;
    let out = describe(&case, &[], Some(expected));
    work.finish(&app, StatusCode::ACCEPTED, &out).await
}

/// Returns a verification as people are told of it.
///
/// # Errors
/// The store's.
pub async fn explain(app: &App, case: &Case) -> Result<VerificationOut, ApiError> {
    let mut reasons = case.reasons(app).await?;
    if let Life::Failed {
        retry: Retry::At { at },
        ..
    } = case.progress.state
        && at > app.now()
        && case.progress.appeal.is_none()
    {
        let mut wait = Reason::new(ReasonCode::AttemptsExhausted);
        wait.retry_at = Some(at.to_timestamp());
        let time = menshen_core::reason::Param::Time(at.to_timestamp());
        wait.params.insert("time".to_owned(), time);
        reasons.insert(0, wait);
    }
    if let Some(lock) = &case.progress.appeal {
        reasons.insert(0, in_progress(lock.due));
    }
    let expected = match case.progress.state {
        Life::Processing { .. } => Some(jobs::expected(app).await?),
        Life::Pending { due, .. } => Some(due),
        _ => None,
    };
    let last = app
        .store
        .find_newest_appeal(case.row.tenant_id, case.row.id);
    let last = last.await?.map(Appeal::read).transpose()?;
    let late = case.progress.state.is_late(&case.policy.times, app.now());
    Ok(VerificationOut {
        appeal: last.as_ref().map(brief),
        support: late.then(|| SupportOut {
            kind: Kind::Stuck,
            text: TextOut::of(|catalogue| catalogue.support().late.clone()),
        }),
        ..describe(case, &reasons, expected)
    })
}

/// Returns the reasons that whoever asks may be told. Who only claims to own an account must not learn by what its owner differs.
fn told(flow: Flow, reasons: &[Reason]) -> Vec<Reason> {
    let of_picture = |reason: &Reason| {
        matches!(
            reason.class,
            Class::Quality | Class::Technical | Class::Document | Class::Face
        ) && reason.code != ReasonCode::FaceMismatch
    };
    let mut told = reasons.to_vec();
    if flow == Flow::Recovery {
        for reason in told.iter_mut().filter(|reason| !of_picture(reason)) {
            reason.disclosure = Disclosure::None;
            reason.field = None;
            reason.params.clear();
        }
    }
    told
}

fn describe(case: &Case, reasons: &[Reason], expected: Option<Millis>) -> VerificationOut {
    let row = &case.row;
    let state = &case.progress.state;
    let text = |at: Millis| at.to_timestamp().to_string();
    let open = matches!(
        state,
        Life::NotStarted { .. }
            | Life::Collecting { .. }
            | Life::Failed {
                retry: Retry::Now | Retry::At { .. },
                ..
            }
    );
    let locked = case.progress.appeal.as_ref();
    let asked = |step: &Step| locked.is_none_or(|lock| lock.asked.contains(step));
    let (retry, retry_at) = match state {
        _ if locked.is_some() => (None, None),
        Life::Failed { retry, .. } => match retry {
            Retry::Now => (Some("now"), None),
            Retry::At { at } => (Some("at"), Some(*at)),
            Retry::Appeal => (Some("appeal"), None),
        },
        _ => (None, None),
    };
    VerificationOut {
        id: row.id.0,
        applicant: row.applicant_id.0,
        level: row.level.clone(),
        flow: case.flow,
        status: case.status(),
        processing: matches!(state, Life::Processing { .. }),
        since: text(state.since()),
        reasons: show(&told(case.flow, reasons), Audience::Person),
        next: if open {
            let missing = case.missing().into_iter();
            missing.filter(asked).map(StepOut::from).collect()
        } else {
            Vec::new()
        },
        retry: retry.map(str::to_owned),
        retry_at: retry_at.map(text),
        expected_at: expected.map(text),
        support: None,
        valid_until: match state {
            Life::Verified { until, .. } => until.map(text),
            _ => None,
        },
        ended: match state {
            Life::Expired { why, .. } => Some(*why),
            _ => None,
        },
        appeal: None,
        requeued: match state {
            Life::Processing { requeued, .. } => *requeued,
            _ => 0,
        },
        attempt: row.attempt,
        policy: row.policy_identity.clone(),
        created_at: text(row.created_at),
    }
}
