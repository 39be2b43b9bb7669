//! A ticket with its state: read once, changed by one transition, written back, told to whom it concerns.

use menshen_core::event::EventName;
use menshen_core::ids::{CodeId, MessageId};
use menshen_core::ticket::{ClosedBy, Kind, LONGEST, MOST_MESSAGES, Refused, State, message};
use menshen_core::time::Millis;
use menshen_store::{Author, NewMessage, TicketRow, Tx};
use serde_json::json;

use crate::app::App;
use crate::case::{from_word, word};
use crate::problem::ApiError;
use crate::record::{self, Act, News};

/// Tickets read at once.
const BATCH: u32 = 200;

/// A ticket, read.
pub struct Ticket {
    /// Its row.
    pub row: TicketRow,
    /// Its state.
    pub state: State,
    /// What it is about.
    pub kind: Kind,
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        let code = match refused {
            Refused::Closed => "ticket_closed",
            Refused::Unanswered => "ticket_unanswered",
            Refused::InTime => "ticket_in_time",
        };
        Self::conflict(code, refused.to_string())
    }
}

impl Ticket {
    /// Reads a row.
    ///
    /// # Errors
    /// The machine's where the row is none that this version writes.
    pub fn read(row: TicketRow) -> Result<Self, ApiError> {
        let state = serde_json::from_str(&row.state).map_err(ApiError::machine)?;
        let kind = from_word(&row.kind).map_err(ApiError::machine)?;
        Ok(Self { row, state, kind })
    }

    /// Writes the state back where nobody else has changed it meanwhile.
    ///
    /// # Errors
    /// [`menshen_store::StoreError::Conflict`] where somebody has.
    pub async fn write(&mut self, tx: &mut Tx, now: Millis) -> Result<(), ApiError> {
        let expected = self.row.version;
        self.row.status = word(&self.state.status());
        self.row.state = serde_json::to_string(&self.state).map_err(ApiError::machine)?;
        // What was due last keeps its place in the queues of what is answered and closed.
        self.row.due_at = self.state.due().unwrap_or(self.row.due_at);
        self.row.look_at = self.state.look();
        self.row.updated_at = now;
        self.row.version = tx.update_ticket(&self.row, expected).await?;
        Ok(())
    }

    /// Tells the integrator that there is news. Ids and words only.
    ///
    /// # Errors
    /// The store's.
    pub async fn tell(&self, tx: &mut Tx, now: Millis) -> Result<(), ApiError> {
        let payload = json!({
            "ticket": self.row.id,
            "applicant": self.row.applicant_id,
            "verification": self.row.verification_id,
            "kind": self.kind,
            "status": self.state.status(),
            "overdue": self.state.is_overdue(now),
            "at": now.to_timestamp(),
        });
        let name = word(&EventName::TicketUpdated);
        tx.append_event(self.row.tenant_id, &name, &payload.to_string(), now)
            .await?;
        Ok(())
    }

    /// Adds a message to the thread. The caller holds the applicant's lock.
    ///
    /// # Errors
    /// `ticket_full`, for the person and the integrator.
    pub async fn add(
        &self,
        tx: &mut Tx,
        (author, staff): (Author, Option<menshen_core::ids::StaffId>),
        text: &str,
        now: Millis,
    ) -> Result<MessageId, ApiError> {
        let row = &self.row;
        // Whoever answers must be able to, however much was asked.
        let bound = author != Author::Staff;
        if bound && tx.count_messages(row.tenant_id, row.id).await? >= MOST_MESSAGES {
            let detail = format!("a ticket has at most {MOST_MESSAGES} messages; open another one");
            return Err(ApiError::conflict("ticket_full", detail));
        }
        let new = NewMessage {
            tenant_id: row.tenant_id,
            applicant_id: row.applicant_id,
            ticket_id: row.id,
            author,
            staff_id: staff,
            text,
        };
        Ok(tx.add_message(&new, now).await?)
    }

    /// Returns whom a message about the ticket goes to, with the code that it bears.
    pub fn news(&self, code: CodeId) -> News {
        News {
            tenant: self.row.tenant_id,
            applicant: self.row.applicant_id,
            verification: self.row.verification_id,
            code: Some(code),
        }
    }
}

/// Reads a message.
///
/// # Errors
/// `text_invalid`.
pub fn text(typed: &str) -> Result<String, ApiError> {
    let detail =
        || format!("text must have 1 to {LONGEST} characters, and none that is not to be seen");
    message(typed).ok_or_else(|| ApiError::invalid("text_invalid", detail()))
}

/// Tells of every ticket whose answer is overdue, once.
///
/// # Errors
/// The store's.
pub async fn miss(app: &App, now: Millis) -> Result<(), ApiError> {
    let mut after = None;
    loop {
        let rows = app.store.list_tickets_to_look_at(now, after, BATCH).await?;
        after = rows.last().map(|row| row.id);
        let last = rows.len() < BATCH as usize;
        for row in rows {
            match miss_one(app, row, now).await {
                // Somebody answered this very moment.
                Ok(()) | Err(ApiError::Stale) => {}
                Err(error) => return Err(error),
            }
        }
        if last {
            return Ok(());
        }
    }
}

async fn miss_one(app: &App, row: TicketRow, now: Millis) -> Result<(), ApiError> {
    let mut ticket = Ticket::read(row)?;
    ticket.state = ticket.state.missed(now)?;
    let mut tx = app.store.begin().await?;
    ticket.write(&mut tx, now).await?;
    let (tenant, id) = (Some(ticket.row.tenant_id), ticket.row.id.0);
    let act = Act::system(tenant, "ticket.overdue", "ticket", id);
    record::audit(&mut tx, act, now).await?;
    ticket.tell(&mut tx, now).await?;
    Ok(tx.commit().await?)
}

/// Closes what an erased person has asked: there is nobody left to answer.
///
/// # Errors
/// The store's.
pub async fn close_erased(
    tx: &mut Tx,
    who: (menshen_core::ids::TenantId, menshen_core::ids::ApplicantId),
    now: Millis,
) -> Result<(), ApiError> {
    for row in tx.list_unclosed_tickets(who.0, who.1).await? {
        let mut ticket = Ticket::read(row)?;
        ticket.state = ticket.state.closed(ClosedBy::Erased, now)?;
        ticket.write(tx, now).await?;
        let act = Act::system(Some(who.0), "ticket.closed", "ticket", ticket.row.id.0);
        let act = act.with("by", word(&ClosedBy::Erased));
        record::audit(tx, act, now).await?;
        ticket.tell(tx, now).await?;
    }
    Ok(())
}
