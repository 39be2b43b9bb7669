//! Tickets, as the person sees them and the integrator for them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::Policy;
use menshen_core::access::Caller;
use menshen_core::ids::{ApplicantId, TicketId, VerificationId};
use menshen_core::ticket::{ClosedBy, Kind, MOST_OPEN, State as Life, Status};
use menshen_core::time::Millis;
use menshen_store::{ApplicantRow, AttachmentOwner, Author, NewTicket, TicketRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::diagnostics::DiagnosticsIn;
use super::page::{Asked, PageIn, PageOut};
use super::reasons::TextOut;
use super::threads::{ThreadOut, TicketMessageOut, thread};
use crate::app::App;
use crate::attachment;
use crate::caller::{Allowed, ReadOwn, Write};
use crate::case::word;
use crate::input::{Id, Input};
use crate::once::{self, Once, Work};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::ticket::{self, Ticket};

/// A question to support.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketIn {
    /// What it is about: `face_login`, `document_photo`, `stuck`, `account_conflict` or `other`.
    #[schema(value_type = String, example = "stuck")]
    pub kind: Kind,
    /// What is wrong, 1 to 4000 characters. Characters that are not to be seen are refused.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
    /// The verification that it is about; that of the token where left out, and none otherwise.
    pub verification: Option<Uuid>,
    /// What the program says of itself, where the person lets it.
    pub diagnostics: Option<DiagnosticsIn>,
    /// The person has seen `diagnostics` and lets it be sent. Without it none are taken.
    #[serde(default)]
    pub diagnostics_consent: bool,
    /// Pictures that were sent before: at most 6.
    #[serde(default)]
    #[schema(max_items = 6)]
    pub attachments: Vec<Uuid>,
}

/// One more message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketMessageIn {
    /// The text, 1 to 4000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
    /// Pictures that were sent before: at most 6.
    #[serde(default)]
    #[schema(max_items = 6)]
    pub attachments: Vec<Uuid>,
}

/// A ticket without its thread.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketOut {
    /// The id.
    pub id: Uuid,
    /// Who asks.
    pub applicant: Uuid,
    /// About which verification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<Uuid>,
    /// What it is about.
    #[schema(value_type = String, example = "stuck")]
    pub kind: Kind,
    /// The same for people.
    pub title: TextOut,
    /// `open`: support owes an answer; `answered`: the person may write again; `closed`.
    #[schema(value_type = String, example = "open")]
    pub status: Status,
    /// Since when it is so, RFC 3339.
    pub since: String,
    /// By when an answer is due, where one is owed, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
    /// Should the answer have come by now?
    pub overdue: bool,
    /// Who closed it: `person`, `staff`, `erased`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub closed_by: Option<ClosedBy>,
    /// When it was opened, RFC 3339.
    pub created_at: String,
}

impl TicketOut {
    /// Returns a ticket as it is now.
    pub fn new(ticket: &Ticket, now: Millis) -> Self {
        let (row, state) = (&ticket.row, &ticket.state);
        let text = |at: Millis| at.to_timestamp().to_string();
        let (since, closed_by) = match *state {
            Life::Open { since, .. } | Life::Answered { since } => (since, None),
            Life::Closed { since, by } => (since, Some(by)),
        };
        Self {
            id: row.id.0,
            applicant: row.applicant_id.0,
            verification: row.verification_id.map(|id| id.0),
            kind: ticket.kind,
            title: TextOut::of(|catalogue| catalogue.ticket(ticket.kind).to_owned()),
            status: state.status(),
            since: text(since),
            due_at: state.due().map(text),
            overdue: state.is_overdue(now),
            closed_by,
            created_at: text(row.created_at),
        }
    }
}

/// Returns tickets of rows.
///
/// # Errors
/// The machine's where a row is none that this version writes.
pub fn describe(rows: Vec<TicketRow>, now: Millis) -> Result<Vec<TicketOut>, ApiError> {
    let read = |row| Ticket::read(row).map(|ticket| TicketOut::new(&ticket, now));
    rows.into_iter().map(read).collect()
}

/// Asks support. An answer is due after the hours of the policy; a person has at most 5 tickets that are not closed.
#[utoipa::path(post, path = "/v1/applicants/{id}/tickets", tag = "support", request_body = TicketIn,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = TicketOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_ticket(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
    input: Input<TicketIn>,
) -> Result<Response, ApiError> {
    let applicant = allowed.applicant(&app, ApplicantId(id)).await?;
    if applicant.erased_at.is_some() {
        return Err(ApiError::Erased);
    }
    let asked = input.value;
    let text = ticket::text(&asked.text)?;
    let pictures = attachment::named(&asked.attachments)?;
    let diagnostics = agreed(&asked)?;
    let about = about(&app, &allowed, &applicant, asked.verification).await?;
    let policy = app.policy(&allowed.tenant)?;
    let route = format!("create_ticket {id}");
    let begun = once::begin(&app, &allowed.caller, &headers, &route, input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let now = app.now();
    let who = (applicant.tenant_id, applicant.id);
    refuse_many(&mut work, &applicant).await?;
    let state = Life::new(now, due(&policy, now)?);
    let new = NewTicket {
        tenant_id: who.0,
        applicant_id: who.1,
        verification_id: about,
        kind: word(&asked.kind),
        status: word(&state.status()),
        state: serde_json::to_string(&state).map_err(ApiError::machine)?,
        diagnostics: diagnostics.as_deref(),
        due_at: state.due().unwrap_or(now),
        look_at: state.look(),
    };
    let tx = &mut work.tx;
    let ticket = Ticket::read(tx.create_ticket(&new, now).await?)?;
    let author = (author(&allowed.caller), None);
    let message = ticket.add(tx, author, &text, now).await?;
    let owner = (AttachmentOwner::Ticket, ticket.row.id.0);
    attachment::attach(tx, who, &pictures, owner, Some(message), now).await?;
    let act = Act::new(&allowed.caller, "ticket.opened", "ticket", ticket.row.id.0);
    let act = act.with("kind", word(&asked.kind));
    let sent = match diagnostics {
        Some(_) => "with_consent",
        None => "none",
    };
    let act = act.with("diagnostics", sent);
    record::audit(tx, act.with("applicant", id.to_string()), now).await?;
    ticket.tell(tx, now).await?;
    let out = TicketOut::new(&ticket, now);
    work.finish(&app, StatusCode::CREATED, &out).await
}

/// Returns what is sealed of the program's account of itself, which nobody sends without having said so.
fn agreed(asked: &TicketIn) -> Result<Option<Vec<u8>>, ApiError> {
    let Some(said) = &asked.diagnostics else {
        return Ok(None);
    };
    if !asked.diagnostics_consent {
        let detail = "diagnostics go along only where the person agrees: diagnostics_consent: true";
        return Err(ApiError::invalid("diagnostics_consent_missing", detail));
    }
    said.sealable().map(Some)
}

/// Two requests at once would both find few tickets: the applicant's row is held until the end.
async fn refuse_many(work: &mut Work, applicant: &ApplicantRow) -> Result<(), ApiError> {
    let (tenant, id) = (applicant.tenant_id, applicant.id);
    work.tx.lock_applicant(tenant, id).await?;
    let open = work.tx.list_unclosed_tickets(tenant, id).await?;
    if open.len() < MOST_OPEN {
        return Ok(());
    }
    let detail =
        format!("{MOST_OPEN} tickets of this applicant are not closed; write to one of them");
    Err(ApiError::conflict("tickets_open", detail))
}

/// Returns the verification that a ticket is about.
async fn about(
    app: &App,
    allowed: &Allowed<Write>,
    applicant: &ApplicantRow,
    named: Option<Uuid>,
) -> Result<Option<VerificationId>, ApiError> {
    let bound = match allowed.caller {
        Caller::Person { verification, .. } => verification,
        Caller::Key { .. } | Caller::Staff { .. } => None,
    };
    let Some(id) = named.map(VerificationId).or(bound) else {
        return Ok(None);
    };
    let row = allowed.verification(app, id).await?;
    match row.applicant_id == applicant.id {
        true => Ok(Some(row.id)),
        false => Err(ApiError::NotFound("verification")),
    }
}

const fn author(caller: &Caller) -> Author {
    match caller {
        Caller::Person { .. } => Author::Person,
        Caller::Key { .. } | Caller::Staff { .. } => Author::Integrator,
    }
}

/// Lists a person's tickets, newest first.
#[utoipa::path(get, path = "/v1/applicants/{id}/tickets", tag = "support", params(("id" = Uuid, Path), PageIn),
    responses((status = 200, body = PageOut<TicketOut>), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn list_tickets(
    State(app): State<App>,
    allowed: Allowed<ReadOwn>,
    Id(id): Id<Uuid>,
    Asked(page): Asked<PageIn>,
) -> Result<Json<PageOut<TicketOut>>, ApiError> {
    let applicant = allowed.applicant(&app, ApplicantId(id)).await?;
    let limit = page.limit()?;
    let (tenant, after) = (applicant.tenant_id, page.after.map(TicketId));
    let rows = app
        .store
        .list_applicant_tickets(tenant, applicant.id, after, limit + 1)
        .await?;
    let items = describe(rows, app.now())?;
    Ok(Json(PageOut::new(items, limit, |out| out.id, |out| out)))
}

/// Returns a ticket with its thread.
#[utoipa::path(get, path = "/v1/tickets/{id}", tag = "support", params(("id" = Uuid, Path)),
    responses((status = 200, body = ThreadOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn get_ticket(
    State(app): State<App>,
    allowed: Allowed<ReadOwn>,
    Id(id): Id<Uuid>,
) -> Result<Json<ThreadOut>, ApiError> {
    let ticket = Ticket::read(allowed.ticket(&app, TicketId(id)).await?)?;
    let out = thread(&app, &ticket).await?;
    read_by_key(&app, &allowed, id).await?;
    Ok(Json(out.without_staff()))
}

/// Whoever is not the person leaves a trace.
async fn read_by_key(app: &App, allowed: &Allowed<ReadOwn>, id: Uuid) -> Result<(), ApiError> {
    if matches!(allowed.caller, Caller::Person { .. }) {
        return Ok(());
    }
    let mut tx = app.store.begin().await?;
    let act = Act::new(&allowed.caller, "ticket.read", "ticket", id);
    record::audit(&mut tx, act, app.now()).await?;
    Ok(tx.commit().await?)
}

/// Writes once more. What was answered is open again; what is open stays due when it was.
#[utoipa::path(post, path = "/v1/tickets/{id}/messages", tag = "support", request_body = TicketMessageIn,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = TicketMessageOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add_message(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
    input: Input<TicketMessageIn>,
) -> Result<Response, ApiError> {
    let row = allowed.ticket(&app, TicketId(id)).await?;
    let text = ticket::text(&input.value.text)?;
    let pictures = attachment::named(&input.value.attachments)?;
    let policy = app.policy(&allowed.tenant)?;
    let route = format!("add_message {id}");
    let begun = once::begin(&app, &allowed.caller, &headers, &route, input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let now = app.now();
    let (tx, who) = (&mut work.tx, (row.tenant_id, row.applicant_id));
    tx.lock_applicant(who.0, who.1).await?;
    let mut ticket = again(tx, &row).await?;
    ticket.state = ticket.state.asked(now, due(&policy, now)?)?;
    let author = author(&allowed.caller);
    let message = ticket.add(tx, (author, None), &text, now).await?;
    let owner = (AttachmentOwner::Ticket, row.id.0);
    attachment::attach(tx, who, &pictures, owner, Some(message), now).await?;
    ticket.write(tx, now).await?;
    let act = Act::new(&allowed.caller, "ticket.asked", "ticket", id);
    record::audit(tx, act, now).await?;
    ticket.tell(tx, now).await?;
    let out = TicketMessageOut {
        id: message.0,
        author: author.as_str().to_owned(),
        staff: None,
        text,
        code: None,
        attachments: input.value.attachments,
        created_at: now.to_timestamp().to_string(),
    };
    work.finish(&app, StatusCode::CREATED, &out).await
}

/// Reads a ticket as it is inside a transaction.
///
/// # Errors
/// The store's.
pub async fn again(tx: &mut menshen_store::Tx, row: &TicketRow) -> Result<Ticket, ApiError> {
    let row = tx.find_ticket(row.tenant_id, row.id).await?;
    Ticket::read(row.ok_or(ApiError::NotFound("ticket"))?)
}

/// Closes a ticket: the person needs no answer any more.
#[utoipa::path(post, path = "/v1/tickets/{id}/close", tag = "support",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 200, body = TicketOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn close_ticket(
    State(app): State<App>,
    allowed: Allowed<Write>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let row = allowed.ticket(&app, TicketId(id)).await?;
    end(&app, &allowed.caller, &headers, &row, ClosedBy::Person).await
}

/// Closes a ticket.
///
/// # Errors
/// [`menshen_core::ticket::Refused`].
pub async fn end(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    row: &TicketRow,
    by: ClosedBy,
) -> Result<Response, ApiError> {
    let route = format!("close_ticket {}", row.id);
    // Without a body there is nothing to compare but the route.
    let mut work = match once::begin(app, caller, headers, &route, [0; 32]).await? {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let (now, tx) = (app.now(), &mut work.tx);
    let mut ticket = again(tx, row).await?;
    ticket.state = ticket.state.closed(by, now)?;
    ticket.write(tx, now).await?;
    let act = Act::new(caller, "ticket.closed", "ticket", row.id.0);
    record::audit(tx, act.with("by", word(&by)), now).await?;
    ticket.tell(tx, now).await?;
    let out = TicketOut::new(&ticket, now);
    work.finish(app, StatusCode::OK, &out).await
}

/// Returns a picture of a ticket.
#[utoipa::path(get, path = "/v1/tickets/{id}/attachments/{attachment}", tag = "support",
    params(("id" = Uuid, Path), ("attachment" = Uuid, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg"), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn get_ticket_attachment(
    State(app): State<App>,
    allowed: Allowed<ReadOwn>,
    path: Result<Path<(Uuid, Uuid)>, axum::extract::rejection::PathRejection>,
) -> Result<Response, ApiError> {
    let Ok(Path((id, picture))) = path else {
        return Err(ApiError::NotFound("ticket"));
    };
    let row = allowed.ticket(&app, TicketId(id)).await?;
    let owner = (AttachmentOwner::Ticket, row.id.0);
    let found = attachment::of(&app, row.tenant_id, owner, picture).await?;
    let out = attachment::show(&app, &found).await?;
    read_by_key(&app, &allowed, id).await?;
    Ok(out)
}

/// Returns when an answer to what is written now is due.
fn due(policy: &Policy, now: Millis) -> Result<Millis, ApiError> {
    let due = policy.service.ticket_due(&policy.calendar, now);
    due.map_err(ApiError::machine)
}
