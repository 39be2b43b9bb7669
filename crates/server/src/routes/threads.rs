//! Threads of tickets, as the person and as staff see them.

use std::collections::BTreeMap;

use menshen_core::ids::MessageId;
use menshen_store::{AttachmentOwner, CodeRow};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::diagnostics::DiagnosticsIn;
use super::tickets::TicketOut;
use crate::app::App;
use crate::problem::ApiError;
use crate::ticket::Ticket;

/// A message of a thread.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketMessageOut {
    /// The id.
    pub id: Uuid,
    /// Who wrote it: `person`, `integrator` for them, or `staff`.
    pub author: String,
    /// Who of the staff; for staff only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<Uuid>,
    /// The text.
    pub text: String,
    /// The code of a message of staff, by which the person can check it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The pictures that it brought.
    pub attachments: Vec<Uuid>,
    /// When it was written, RFC 3339.
    pub created_at: String,
}

/// A contact beside the thread: a call, a mail.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactMadeOut {
    /// The id.
    pub id: Uuid,
    /// `phone`, `email`, `sms` or `chat`.
    pub way: String,
    /// The code that whoever makes the contact names, and the person can check.
    pub code: String,
    /// Until when it holds, RFC 3339.
    pub expires_at: String,
    /// When it was made, RFC 3339.
    pub created_at: String,
}

impl ContactMadeOut {
    /// Returns a contact with its code.
    pub fn new(row: &CodeRow, code: String) -> Self {
        Self {
            id: row.id.0,
            way: row.way.as_str().to_owned(),
            code,
            expires_at: row.expires_at.to_timestamp().to_string(),
            created_at: row.created_at.to_timestamp().to_string(),
        }
    }
}

/// A ticket with everything that was written.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadOut {
    /// The ticket.
    pub ticket: TicketOut,
    /// The messages, oldest first.
    pub messages: Vec<TicketMessageOut>,
    /// Contacts beside the thread, oldest first.
    pub contacts: Vec<ContactMadeOut>,
    /// What the program said of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<DiagnosticsIn>,
}

impl ThreadOut {
    /// Leaves out who of the staff has written: the person writes with the tenant, not with somebody.
    pub fn without_staff(mut self) -> Self {
        for message in &mut self.messages {
            message.staff = None;
        }
        self
    }
}

/// Returns a ticket's thread.
///
/// # Errors
/// [`ApiError::Erased`] after erasure.
pub async fn thread(app: &App, ticket: &Ticket) -> Result<ThreadOut, ApiError> {
    let (row, store) = (&ticket.row, &app.store);
    let (mut codes, mut contacts) = (BTreeMap::new(), Vec::new());
    for code in store.list_codes(row.tenant_id, row.id).await? {
        let told = store.reveal_code(row.tenant_id, code.id).await?;
        let told = told.and_then(|told| told.as_text().map(str::to_owned));
        let told = told.unwrap_or_default();
        match code.message_id {
            Some(message) => {
                codes.insert(message, told);
            }
            None => contacts.push(ContactMadeOut::new(&code, told)),
        }
    }
    let mut pictures: BTreeMap<MessageId, Vec<Uuid>> = BTreeMap::new();
    let owner = (AttachmentOwner::Ticket, row.id.0);
    for attached in store.list_attached(row.tenant_id, owner).await? {
        if let Some(message) = attached.message_id {
            let of_message = pictures.entry(message).or_default();
            of_message.push(attached.attachment.id.0);
        }
    }
    let rows = store.list_messages(row.tenant_id, row.applicant_id, row.id);
    let messages = rows.await?.into_iter().map(|message| TicketMessageOut {
        id: message.id.0,
        author: message.author.as_str().to_owned(),
        staff: message.staff_id.map(|id| id.0),
        text: message.text.as_text().unwrap_or_default().to_owned(),
        code: codes.remove(&message.id),
        attachments: pictures.remove(&message.id).unwrap_or_default(),
        created_at: message.created_at.to_timestamp().to_string(),
    });
    let messages = messages.collect();
    let diagnostics = store.find_diagnostics(row.tenant_id, row.id).await?;
    let diagnostics = diagnostics.map(|sealed| serde_json::from_slice(&sealed));
    Ok(ThreadOut {
        ticket: TicketOut::new(ticket, app.now()),
        messages,
        contacts,
        diagnostics: diagnostics.transpose().map_err(ApiError::machine)?,
    })
}
