//! Appeals: opening, reading, handing in, taking back.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::access::Caller;
use menshen_core::appeal::{CannotOpen, Opening, Outcome, Proof, State as Life, quotable};
use menshen_core::event::EventName;
use menshen_core::ids::{AppealId, VerificationId};
use menshen_core::reason::{Disclosure, End, Reason, ReasonCode, Step};
use menshen_core::time::Millis;
use menshen_core::verification::{NotNow, Status};
use menshen_store::NewAppeal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::appeal_proof::{Address, AddressOut, addresses};
use super::page::{Asked, PageIn, PageOut};
use super::reasons::StepOut;
use crate::app::App;
use crate::appeal::{self, Appeal, Handover};
use crate::caller::{Allowed, List, Read, Write};
use crate::case::Case;
use crate::input::{Id, Input};
use crate::jobs;
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};

/// A new appeal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealIn {
    /// The verification.
    pub verification: Uuid,
    /// The reason that is disputed, a code of the verification's. Left out where the waiting is disputed, or a reason that
    /// was shown without a code.
    #[schema(example = "doc_damaged")]
    pub code: Option<String>,
    /// What is wrong about it, in the person's own words: at most 2,000 characters.
    #[schema(max_length = 2000)]
    pub words: Option<String>,
}

/// An appeal: where it is, and what comes next.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppealOut {
    /// The id.
    pub id: Uuid,
    /// The verification.
    pub verification: Uuid,
    /// The applicant.
    pub applicant: Uuid,
    /// `opened`, `collecting`, `waiting`, `asked_again`, `decided`, `withdrawn` or `lapsed`.
    pub status: String,
    /// Since when it is so, RFC 3339.
    pub since: String,
    /// The disputed reason; none where the waiting is disputed, or a reason that was shown without a code.
    pub code: Option<String>,
    /// What the person does next: `prove_contact`, `statement`, `steps` (those of `asked`), `submit`; nothing while an answer
    /// is waited for.
    pub next: Vec<String>,
    /// Where a code can be sent: addresses from the time of registration, masked. Only until it is shown whose appeal it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<AddressOut>,
    /// How it was shown whose it is: `code`, or `vouched` by the integrator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
    /// Steps of the verification that the reviewer asks for once more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<StepOut>,
    /// When an answer is due, by the tenant's calendar, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
    /// When it lapses if nothing is done, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lapses_at: Option<String>,
    /// How it was decided: `upheld` (the verdict stands) or `overturned`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub outcome: Option<Outcome>,
    /// When it was opened, RFC 3339.
    pub created_at: String,
}

/// An appeal as its verification shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppealBrief {
    /// The id.
    pub id: Uuid,
    /// `opened`, `collecting`, `waiting`, `asked_again`, `decided`, `withdrawn` or `lapsed`.
    pub status: String,
    /// When an answer is due, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
    /// How it was decided: `upheld` or `overturned`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub outcome: Option<Outcome>,
}

/// Longest words of a person in characters.
const LONGEST: usize = 2_000;

fn text(at: Millis) -> String {
    at.to_timestamp().to_string()
}

/// Returns an appeal as its verification shows it.
pub fn brief(appeal: &Appeal) -> AppealBrief {
    AppealBrief {
        id: appeal.row.id.0,
        status: appeal.row.status.clone(),
        due_at: due_of(appeal).map(text),
        outcome: outcome_of(appeal),
    }
}

const fn due_of(appeal: &Appeal) -> Option<Millis> {
    match &appeal.state {
        Life::Waiting { due, .. } => Some(*due),
        _ => None,
    }
}

const fn outcome_of(appeal: &Appeal) -> Option<Outcome> {
    match &appeal.state {
        Life::Decided { outcome, .. } => Some(*outcome),
        _ => None,
    }
}

/// Returns the word for how it was shown whose an appeal is.
pub const fn proof_word(state: &Life) -> Option<&'static str> {
    match state {
        Life::Collecting { proof, .. }
        | Life::Waiting { proof, .. }
        | Life::AskedAgain { proof, .. } => Some(match proof {
            Proof::Code { .. } => "code",
            Proof::Vouched => "vouched",
        }),
        _ => None,
    }
}

/// What an answer about an appeal is made of beside the appeal. It is read before a transaction begins: nobody waits for a
/// connection while he holds one.
pub struct Beside {
    /// Where a code can be sent.
    pub addresses: Vec<Address>,
    /// Does the policy want a statement that is not there yet?
    pub wants_statement: bool,
}

impl Beside {
    /// Reads it.
    ///
    /// # Errors
    /// The store's.
    pub async fn read<P: crate::caller::Permission>(
        app: &App,
        allowed: &Allowed<P>,
        appeal: &Appeal,
    ) -> Result<Self, ApiError> {
        let policy = app.policy(&allowed.tenant)?;
        let statement = app
            .store
            .find_statement(appeal.row.tenant_id, appeal.row.id)
            .await?;
        let usable = statement.is_some_and(|statement| statement.usable);
        let addresses = match &appeal.state {
            Life::Opened { .. } => addresses(app, &appeal.case(app).await?.row).await?,
            _ => Vec::new(),
        };
        Ok(Self {
            addresses,
            wants_statement: policy.appeals.statement && !usable,
        })
    }
}

/// Returns an appeal for whoever may see it.
pub fn describe(caller: &Caller, appeal: &Appeal, beside: &Beside) -> AppealOut {
    let row = &appeal.row;
    // What a person was not told of is not told by way of their appeal.
    let shown = |code: &String| {
        let code = ReasonCode::parse(code);
        code.is_some_and(|code| code.spec().disclosure != Disclosure::None)
    };
    let person = matches!(caller, Caller::Person { .. });
    let words: &[&str] = match &appeal.state {
        Life::Opened { .. } => &["prove_contact"],
        Life::Collecting { .. } if beside.wants_statement => &["statement", "submit"],
        Life::Collecting { .. } => &["submit"],
        Life::AskedAgain { .. } => &["steps", "submit"],
        _ => &[],
    };
    let opened = matches!(appeal.state, Life::Opened { .. });
    AppealOut {
        id: row.id.0,
        verification: row.verification_id.0,
        applicant: row.applicant_id.0,
        status: row.status.clone(),
        since: text(appeal.state.since()),
        code: row.code.clone().filter(|code| !person || shown(code)),
        next: words.iter().map(|word| (*word).to_owned()).collect(),
        contacts: match opened {
            true => beside.addresses.iter().map(AddressOut::from).collect(),
            false => Vec::new(),
        },
        proof: proof_word(&appeal.state).map(str::to_owned),
        asked: match &appeal.state {
            Life::AskedAgain { steps, .. } => steps.iter().copied().map(StepOut::from).collect(),
            _ => Vec::new(),
        },
        due_at: due_of(appeal).map(text),
        lapses_at: row.due_at.map(text),
        outcome: outcome_of(appeal),
        created_at: text(row.created_at),
    }
}

/// Opens an appeal against a verdict, or against waiting beyond the promised time. While it is open, nothing is handed in to
/// its verification: that answers `appeal_in_progress`.
#[utoipa::path(post, path = "/v1/appeals", tag = "appeals", request_body = AppealIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = AppealOut), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn create_appeal(
    State(app): State<App>,
    allowed: Allowed<Write>,
    headers: HeaderMap,
    input: Input<AppealIn>,
) -> Result<Response, ApiError> {
    let AppealIn {
        verification,
        code,
        words,
    } = input.value;
    let id = VerificationId(verification);
    let row = allowed.verification(&app, id).await?;
    let words = words.map(|words| spoken(&words)).transpose()?;
    let mut case = Case::read(&app, row).await?;
    if case.flow.is_of_sign_in() {
        // Whoever only claims to own an account learns nothing of its owner, not even where they can be reached.
        let detail = "begin the sign-in or the recovery again, or write to support";
        return Err(ApiError::conflict("flow_of_sign_in", detail));
    }
    let reasons = case.reasons(&app).await?;
    let (codes, disputed) = dispute(&allowed.caller, &reasons, code.as_deref())?;
    let beside = Beside {
        addresses: addresses(&app, &case.row).await?,
        wants_statement: true,
    };
    let policy = app.policy(&allowed.tenant)?;
    let now = app.now();
    let due = appeal::due(&policy, now)?;
    let caller = &allowed.caller;
    let begun = once::begin(&app, caller, &headers, "create_appeal", input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let (tenant, applicant) = (case.row.tenant_id, case.row.applicant_id);
    work.tx.lock_applicant(tenant, applicant).await?;
    // What was read before the lock may be of the past: two appeals at once would both find none open.
    let current = work.tx.find_verification(tenant, id).await?;
    if current.is_none_or(|row| row.version != case.row.version) {
        return Err(ApiError::Stale);
    }
    let since = now.plus(-policy.appeals.window());
    let earlier = work.tx.list_appeals_since(tenant, applicant, since).await?;
    let earlier: Vec<Millis> = earlier.iter().map(|row| row.created_at).collect();
    let opening = Opening {
        state: &case.progress.state,
        codes: &codes,
        disputed,
        open: case.progress.appeal.is_some(),
        earlier: &earlier,
    };
    let state = Life::open(&policy.appeals, &case.policy.times, &opening, now);
    let state = state.map_err(|refused| cannot_open(refused, &case))?;
    let new = NewAppeal {
        tenant_id: tenant,
        applicant_id: applicant,
        verification_id: id,
        code: disputed.map(|code| code.as_str().to_owned()),
        policy_identity: case.row.policy_identity.clone(),
        status: state.word().name().to_owned(),
        state: serde_json::to_string(&state).map_err(ApiError::machine)?,
        words: words.as_deref(),
        due_at: state.due(&policy.appeals, now),
    };
    let opened = Appeal {
        row: work.tx.create_appeal(&new, now).await?,
        state,
    };
    case.progress = case.progress.clone().under_appeal(opened.row.id, due);
    case.write(&mut work.tx, now).await?;
    let act = Act::new(caller, "appeal.opened", "appeal", opened.row.id.0)
        .with("verification", verification.to_string())
        .with("code", opened.row.code.clone().unwrap_or_default());
    record::audit(&mut work.tx, act, now).await?;
    appeal::tell(
        &mut work.tx,
        EventName::AppealOpened,
        &opened,
        &case.row,
        now,
    )
    .await?;
    let out = describe(caller, &opened, &beside);
    work.finish(&app, StatusCode::CREATED, &out).await
}

/// Returns a person's words, where they are words.
fn spoken(words: &str) -> Result<String, ApiError> {
    let words = words.trim();
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if words.is_empty() || words.chars().count() > LONGEST || words.contains(control) {
        let detail = format!("words must have 1 to {LONGEST} characters");
        return Err(ApiError::invalid("words_invalid", detail));
    }
    Ok(words.to_owned())
}

/// Returns the reasons that a caller may quote and the one that they dispute. A person disputes what was not named to them by
/// naming nothing; so nobody learns by trying what was found.
fn dispute(
    caller: &Caller,
    reasons: &[Reason],
    quoted: Option<&str>,
) -> Result<(Vec<ReasonCode>, Option<ReasonCode>), ApiError> {
    let (named, hidden) = quotable(reasons);
    let Some(quoted) = quoted else {
        return Ok(match hidden {
            Some(hidden) => (vec![hidden], Some(hidden)),
            None => (named, None),
        });
    };
    let codes = match caller {
        Caller::Person { .. } => named,
        _ => {
            let blocks = |reason: &&Reason| reason.end != End::Hint;
            reasons
                .iter()
                .filter(blocks)
                .map(|reason| reason.code)
                .collect()
        }
    };
    let quoted = ReasonCode::parse(quoted).ok_or_else(not_given)?;
    Ok((codes, Some(quoted)))
}

fn not_given() -> ApiError {
    let detail = "code must be one of the verification's reasons";
    ApiError::invalid("reason_not_given", detail)
}

fn cannot_open(refused: CannotOpen, case: &Case) -> ApiError {
    let not_now = |retry_at, appeal| {
        ApiError::NotNow(NotNow {
            status: case.status(),
            wanted: "appealed against",
            retry_at,
            appeal,
        })
    };
    match refused {
        CannotOpen::NothingWrong { from } => not_now(from, None),
        CannotOpen::Open => {
            let due = case.progress.appeal.as_ref().map(|lock| lock.due);
            not_now(due, due)
        }
        CannotOpen::OtherReason => not_given(),
        CannotOpen::TooMany { until } => ApiError::TooMany(until),
    }
}

/// Which appeals.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AppealsIn {
    /// The last id of the page before.
    pub after: Option<Uuid>,
    /// Records on a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// Only those of this verification.
    pub verification: Option<Uuid>,
}

/// An appeal in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppealItem {
    /// The id.
    pub id: Uuid,
    /// The verification.
    pub verification: Uuid,
    /// The applicant.
    pub applicant: Uuid,
    /// `opened`, `collecting`, `waiting`, `asked_again`, `decided`, `withdrawn` or `lapsed`.
    pub status: String,
    /// The disputed reason.
    pub code: Option<String>,
    /// When it last changed, RFC 3339.
    pub updated_at: String,
}

/// Lists appeals, newest first.
#[utoipa::path(get, path = "/v1/appeals", tag = "appeals", params(AppealsIn),
    responses((status = 200, body = PageOut<AppealItem>), (status = 422, body = Problem)))]
pub async fn list_appeals(
    State(app): State<App>,
    allowed: Allowed<List>,
    Asked(asked): Asked<AppealsIn>,
) -> Result<Json<PageOut<AppealItem>>, ApiError> {
    let page = PageIn {
        after: asked.after,
        limit: asked.limit,
    };
    let limit = page.limit()?;
    let after = page.after.map(AppealId);
    let of = asked.verification.map(VerificationId);
    let tenant = allowed.tenant.id;
    let rows = app.store.list_appeals(tenant, of, after, limit + 1).await?;
    Ok(Json(PageOut::new(
        rows,
        limit,
        |row| row.id.0,
        |row| AppealItem {
            id: row.id.0,
            verification: row.verification_id.0,
            applicant: row.applicant_id.0,
            status: row.status,
            code: row.code,
            updated_at: text(row.updated_at),
        },
    )))
}

/// Returns an appeal.
#[utoipa::path(get, path = "/v1/appeals/{id}", tag = "appeals", params(("id" = Uuid, Path)),
    responses((status = 200, body = AppealOut), (status = 404, body = Problem)))]
pub async fn get_appeal(
    State(app): State<App>,
    allowed: Allowed<Read>,
    Id(id): Id<Uuid>,
) -> Result<Json<AppealOut>, ApiError> {
    let appeal = allowed.appeal(&app, AppealId(id)).await?;
    let beside = Beside::read(&app, &allowed, &appeal).await?;
    Ok(Json(describe(&allowed.caller, &appeal, &beside)))
}

/// Takes an appeal back, before it is handed in; its verification is what it was.
#[utoipa::path(delete, path = "/v1/appeals/{id}", tag = "appeals", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn withdraw_appeal(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
) -> Result<StatusCode, ApiError> {
    let mut appeal = allowed.appeal(&app, AppealId(id)).await?;
    let mut case = appeal.case(&app).await?;
    let policy = app.policy(&allowed.tenant)?;
    let now = app.now();
    appeal.state = appeal.state.clone().withdrawn(now)?;
    let mut tx = app.store.begin().await?;
    appeal.write(&mut tx, &policy.appeals, now).await?;
    tx.end_appeal_codes(appeal.row.tenant_id, appeal.row.id, now)
        .await?;
    case.progress = case.progress.clone().released();
    case.write(&mut tx, now).await?;
    let act = Act::new(&allowed.caller, "appeal.withdrawn", "appeal", id);
    record::audit(&mut tx, act, now).await?;
    appeal::tell(&mut tx, EventName::AppealChanged, &appeal, &case.row, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hands an appeal in: a person who has not seen the case decides, by the day that the answer names.
#[utoipa::path(post, path = "/v1/appeals/{id}/submit", tag = "appeals",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 202, body = AppealOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn submit_appeal(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let mut appeal = allowed.appeal(&app, AppealId(id)).await?;
    let mut case = appeal.case(&app).await?;
    let beside = Beside::read(&app, &allowed, &appeal).await?;
    let handover = Handover::read(&app, &case).await?;
    let policy = app.policy(&allowed.tenant)?;
    let now = app.now();
    let due = appeal::due(&policy, now)?;
    let route = format!("submit_appeal:{id}");
    let caller = &allowed.caller;
    let mut work = match once::begin(&app, caller, &headers, &route, [0; 32]).await? {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    refuse_unfinished(&appeal, &case, &beside)?;
    let before = appeal.state.clone();
    appeal.state = before.clone().handed_in(due, now)?;
    appeal.write(&mut work.tx, &policy.appeals, now).await?;
    case.progress = case.progress.clone().appealed(due, now)?;
    // What was asked for once more is judged before people look at it.
    let again = matches!(before, Life::AskedAgain { .. });
    if again {
        case.row.submitted_at = Some(now);
        case.row.attempt += 1;
    }
    case.write(&mut work.tx, now).await?;
    if again {
        jobs::judge_soon(&mut work.tx, &case.row, now).await?;
    }
    let act = Act::new(caller, "appeal.submitted", "appeal", id);
    record::audit(&mut work.tx, act, now).await?;
    appeal::tell(
        &mut work.tx,
        EventName::AppealChanged,
        &appeal,
        &case.row,
        now,
    )
    .await?;
    if case.status() == Status::Pending {
        record::event(&mut work.tx, EventName::VerificationPending, &case.row, now).await?;
    }
    handover.give(&mut work.tx, &case, due, now).await?;
    let out = describe(caller, &appeal, &beside);
    work.finish(&app, StatusCode::ACCEPTED, &out).await
}

/// Says what is missing before an appeal can be handed in.
fn refuse_unfinished(appeal: &Appeal, case: &Case, beside: &Beside) -> Result<(), ApiError> {
    if let Life::Opened { .. } = appeal.state {
        let reason = Reason::new(ReasonCode::ContactNotOwned);
        return Err(ApiError::FirstThis(Box::new(reason)));
    }
    if let Life::AskedAgain { steps, .. } = &appeal.state {
        let missing = |step: &&Step| !case.progress.done.contains(*step);
        let missing: Vec<StepOut> = steps
            .iter()
            .filter(missing)
            .copied()
            .map(StepOut::from)
            .collect();
        if !missing.is_empty() {
            return Err(ApiError::StepsMissing(missing));
        }
    }
    match (&appeal.state, beside.wants_statement) {
        (Life::Collecting { .. } | Life::AskedAgain { .. }, true) => Err(ApiError::conflict(
            "statement_missing",
            "a photo with the statement is needed first",
        )),
        _ => Ok(()),
    }
}
