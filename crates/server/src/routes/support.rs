//! Tickets, as those who answer them see them: a queue by due time; pictures only of a ticket that was opened.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use menshen_core::ids::{StaffId, TicketId};
use menshen_core::notice::Notice;
use menshen_core::ticket::{ClosedBy, Refused, Status};
use menshen_store::{AttachmentOwner, Author, CodeRow, NewCode, TicketRow, Way};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::page::{Asked, PageIn, PageOut};
use super::threads::{ContactMadeOut, ThreadOut, TicketMessageOut, thread};
use super::tickets::{TicketOut, again, describe, end};
use crate::app::App;
use crate::attachment;
use crate::caller::{Allowed, AnswerTickets};
use crate::case::word;
use crate::input::{Id, Input};
use crate::once::{self, Once};
use crate::problem::{ApiError, Problem};
use crate::record::{self, Act};
use crate::ticket::{self, Ticket};

/// Which tickets.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct QueueIn {
    /// The last id of the page before.
    pub after: Option<Uuid>,
    /// Records on a page, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// `open` where left out, `answered` or `closed`.
    #[param(value_type = Option<String>)]
    pub status: Option<Status>,
}

/// Returns who of the staff calls: no key has this scope.
fn staff(allowed: &Allowed<AnswerTickets>) -> Result<StaffId, ApiError> {
    let staff = allowed.caller.staff().map(|(id, _)| id);
    staff.ok_or(ApiError::Scope(
        menshen_core::access::Scope::TicketsAnswer.name(),
    ))
}

/// Lists tickets, first what is due first.
#[utoipa::path(get, path = "/v1/support/tickets", tag = "support", params(QueueIn),
    responses((status = 200, body = PageOut<TicketOut>), (status = 422, body = Problem)))]
pub async fn list_queue(
    State(app): State<App>,
    allowed: Allowed<AnswerTickets>,
    Asked(asked): Asked<QueueIn>,
) -> Result<Json<PageOut<TicketOut>>, ApiError> {
    let page = PageIn {
        after: asked.after,
        limit: asked.limit,
    };
    let limit = page.limit()?;
    let after = match page.after {
        Some(id) => Some(allowed.ticket(&app, TicketId(id)).await?),
        None => None,
    };
    let status = word(&asked.status.unwrap_or(Status::Open));
    let tenant = allowed.tenant.id;
    let rows = app
        .store
        .list_ticket_queue(tenant, &status, after.as_ref(), limit + 1)
        .await?;
    let items = describe(rows, app.now())?;
    Ok(Json(PageOut::new(items, limit, |out| out.id, |out| out)))
}

/// Opens a ticket: the thread, and from now on its pictures. Each look is audited.
#[utoipa::path(get, path = "/v1/support/tickets/{id}", tag = "support", params(("id" = Uuid, Path)),
    responses((status = 200, body = ThreadOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn open_ticket(
    State(app): State<App>,
    allowed: Allowed<AnswerTickets>,
    Id(id): Id<Uuid>,
) -> Result<Json<ThreadOut>, ApiError> {
    let ticket = Ticket::read(allowed.ticket(&app, TicketId(id)).await?)?;
    let who = staff(&allowed)?;
    let out = thread(&app, &ticket).await?;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    tx.note_ticket_opening(ticket.row.id, who, now).await?;
    let act = Act::new(&allowed.caller, "ticket.viewed", "ticket", id);
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(Json(out))
}

/// Returns a picture of a ticket that the caller has opened. Each look is audited.
#[utoipa::path(get, path = "/v1/support/tickets/{id}/attachments/{attachment}", tag = "support",
    params(("id" = Uuid, Path), ("attachment" = Uuid, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg"), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn get_attachment(
    State(app): State<App>,
    allowed: Allowed<AnswerTickets>,
    path: Result<Path<(Uuid, Uuid)>, axum::extract::rejection::PathRejection>,
) -> Result<Response, ApiError> {
    let Ok(Path((id, picture))) = path else {
        return Err(ApiError::NotFound("ticket"));
    };
    let row = allowed.ticket(&app, TicketId(id)).await?;
    if !app
        .store
        .has_opened_ticket(row.id, staff(&allowed)?)
        .await?
    {
        let detail = "open the ticket before you look at its pictures";
        return Err(ApiError::conflict("ticket_not_opened", detail));
    }
    let owner = (AttachmentOwner::Ticket, row.id.0);
    let found = attachment::of(&app, row.tenant_id, owner, picture).await?;
    let out = attachment::show(&app, &found).await?;
    let mut tx = app.store.begin().await?;
    let act = Act::new(&allowed.caller, "attachment.viewed", "attachment", picture);
    let act = act.with("ticket", id.to_string());
    record::audit(&mut tx, act, app.now()).await?;
    tx.commit().await?;
    Ok(out)
}

/// An answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerIn {
    /// The text, 1 to 4000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
}

/// Answers a ticket. The answer bears a code by which the person can check it; they are told that there is one.
#[utoipa::path(post, path = "/v1/support/tickets/{id}/messages", tag = "support", request_body = AnswerIn,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = TicketMessageOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn answer_ticket(
    State(app): State<App>,
    allowed: Allowed<AnswerTickets>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
    input: Input<AnswerIn>,
) -> Result<Response, ApiError> {
    let row = allowed.ticket(&app, TicketId(id)).await?;
    let text = ticket::text(&input.value.text)?;
    let who = staff(&allowed)?;
    let holds = app.policy(&allowed.tenant)?.support.code();
    let route = format!("answer_ticket {id}");
    let begun = once::begin(&app, &allowed.caller, &headers, &route, input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let (now, tx) = (app.now(), &mut work.tx);
    tx.lock_applicant(row.tenant_id, row.applicant_id).await?;
    let mut ticket = again(tx, &row).await?;
    ticket.state = ticket.state.answered(now)?;
    let author = (Author::Staff, Some(who));
    let message = ticket.add(tx, author, &text, now).await?;
    ticket.write(tx, now).await?;
    let new = NewCode {
        message_id: Some(message),
        ..code_of(&row, Way::Thread, now.plus(holds))
    };
    let (code_id, code) = tx.create_code(&new, now).await?;
    let act = Act::new(&allowed.caller, "ticket.answered", "ticket", id);
    record::audit(tx, act, now).await?;
    ticket.tell(tx, now).await?;
    record::tell(tx, Notice::TicketAnswered, &ticket.news(code_id), now).await?;
    let out = TicketMessageOut {
        id: message.0,
        author: Author::Staff.as_str().to_owned(),
        staff: Some(who.0),
        text,
        code: Some(code.reveal()),
        attachments: Vec::new(),
        created_at: now.to_timestamp().to_string(),
    };
    work.finish(&app, StatusCode::CREATED, &out).await
}

fn code_of(row: &TicketRow, way: Way, expires_at: menshen_core::time::Millis) -> NewCode {
    NewCode {
        tenant_id: row.tenant_id,
        applicant_id: row.applicant_id,
        ticket_id: row.id,
        message_id: None,
        way,
        expires_at,
    }
}

/// A contact beside the thread.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactMadeIn {
    /// `phone`, `email`, `sms` or `chat`.
    #[schema(value_type = String, example = "phone")]
    pub way: WayIn,
}

/// The way of a contact.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WayIn {
    /// A call.
    Phone,
    /// A mail.
    Email,
    /// An SMS.
    Sms,
    /// A chat.
    Chat,
}

impl From<WayIn> for Way {
    fn from(way: WayIn) -> Self {
        match way {
            WayIn::Phone => Self::Phone,
            WayIn::Email => Self::Email,
            WayIn::Sms => Self::Sms,
            WayIn::Chat => Self::Chat,
        }
    }
}

/// Notes that the caller contacts the person beside the thread, and draws the code to be named there. The person finds it
/// in the ticket and can check it.
#[utoipa::path(post, path = "/v1/support/tickets/{id}/contacts", tag = "support", request_body = ContactMadeIn,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 201, body = ContactMadeOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_contact(
    State(app): State<App>,
    allowed: Allowed<AnswerTickets>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
    input: Input<ContactMadeIn>,
) -> Result<Response, ApiError> {
    let row = allowed.ticket(&app, TicketId(id)).await?;
    let way = Way::from(input.value.way);
    let holds = app.policy(&allowed.tenant)?.support.code();
    let route = format!("create_contact {id}");
    let begun = once::begin(&app, &allowed.caller, &headers, &route, input.digest).await?;
    let mut work = match begun {
        Once::Replay(replay) => return Ok(replay.into_response()),
        Once::Fresh(work) => work,
    };
    let (now, tx) = (app.now(), &mut work.tx);
    if again(tx, &row).await?.state.status() == Status::Closed {
        return Err(Refused::Closed.into());
    }
    let new = code_of(&row, way, now.plus(holds));
    let (code_id, code) = tx.create_code(&new, now).await?;
    let act = Act::new(&allowed.caller, "ticket.contacted", "ticket", id);
    record::audit(tx, act.with("way", way.as_str()), now).await?;
    let made = CodeRow {
        id: code_id,
        ticket_id: row.id,
        message_id: None,
        way,
        created_at: now,
        expires_at: new.expires_at,
    };
    let out = ContactMadeOut::new(&made, code.reveal());
    work.finish(&app, StatusCode::CREATED, &out).await
}

/// Closes a ticket that was answered.
#[utoipa::path(post, path = "/v1/support/tickets/{id}/close", tag = "support",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats with this key have one effect")),
    responses((status = 200, body = TicketOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn close_answered(
    State(app): State<App>,
    allowed: Allowed<AnswerTickets>,
    Id(id): Id<Uuid>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let row = allowed.ticket(&app, TicketId(id)).await?;
    end(&app, &allowed.caller, &headers, &row, ClosedBy::Staff).await
}
