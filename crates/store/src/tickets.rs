//! Tickets: what people ask of support. Of a ticket itself only what the program said beside it is sealed; the thread is in
//! [`crate::ticket_messages`].

use menshen_core::ids::{ApplicantId, StaffId, TenantId, TicketId, VerificationId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::{Reader, all, newer_than, older_than, one};
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::subject::{SealedColumn, Subject};
use crate::{Opened, Purpose, Store, StoreError, Tx};

/// A ticket that is to be opened.
#[derive(Clone, Debug)]
pub struct NewTicket<'a> {
    /// Whose applicant.
    pub tenant_id: TenantId,
    /// Who asks.
    pub applicant_id: ApplicantId,
    /// About which verification.
    pub verification_id: Option<VerificationId>,
    /// The kind's name.
    pub kind: String,
    /// The word of the first state.
    pub status: String,
    /// The first state, as JSON without personal data.
    pub state: String,
    /// What the program said of itself; it is sealed.
    pub diagnostics: Option<&'a [u8]>,
    /// By when an answer is due.
    pub due_at: Millis,
    /// When the service must look at it by itself.
    pub look_at: Option<Millis>,
}

/// A ticket, without what is personal.
#[derive(Clone, Debug)]
pub struct TicketRow {
    /// The id.
    pub id: TicketId,
    /// Whose applicant.
    pub tenant_id: TenantId,
    /// Who asks.
    pub applicant_id: ApplicantId,
    /// About which verification.
    pub verification_id: Option<VerificationId>,
    /// The kind's name.
    pub kind: String,
    /// The state's word.
    pub status: String,
    /// The state, as JSON without personal data.
    pub state: String,
    /// By when the last answer was or is due.
    pub due_at: Millis,
    /// When the service must look at it by itself.
    pub look_at: Option<Millis>,
    /// When it was opened.
    pub created_at: Millis,
    /// When it changed last.
    pub updated_at: Millis,
    /// Counts the changes.
    pub version: i64,
}

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, applicant_id, verification_id, kind, status, state, due_at, look_at, created_at, ",
            "updated_at, version FROM ticket ",
            $where
        )
    };
}

const TICKET: &str = "ticket";
const DIAGNOSTICS: Column = Column::new(TICKET, "diagnostics_sealed");
const INSERT: &str = "INSERT INTO ticket (id, tenant_id, applicant_id, verification_id, kind, status, state, \
     diagnostics_sealed, due_at, look_at, created_at, updated_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 1)";
const FIND: &str = select!("WHERE id = $1 AND tenant_id = $2");
const LIST_OF: &str =
    select!("WHERE tenant_id = $1 AND applicant_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4");
const LIST_UNCLOSED: &str =
    select!("WHERE tenant_id = $1 AND applicant_id = $2 AND status <> 'closed' ORDER BY id");
const QUEUE: &str = select!(
    "WHERE tenant_id = $1 AND status = $2 AND (due_at > $3 OR (due_at = $3 AND id > $4)) \
     ORDER BY due_at, id LIMIT $5"
);
const LIST_TO_LOOK_AT: &str = select!("WHERE look_at <= $1 AND id > $2 ORDER BY id LIMIT $3");
const UPDATE: &str = "UPDATE ticket SET status = $1, state = $2, due_at = $3, look_at = $4, updated_at = $5, \
     version = version + 1 WHERE id = $6 AND tenant_id = $7 AND version = $8";
const NOTE_OPENING: &str = "INSERT INTO ticket_opening (ticket_id, staff_id, opened_at) VALUES ($1, $2, $3) \
     ON CONFLICT (ticket_id, staff_id) DO NOTHING";
const HAS_OPENED: &str =
    "SELECT opened_at FROM ticket_opening WHERE ticket_id = $1 AND staff_id = $2";
const SEALED_DIAGNOSTICS: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, diagnostics_sealed AS sealed FROM ticket WHERE id = $1 AND tenant_id = $2",
    column: DIAGNOSTICS,
    purpose: Purpose::Document,
};

impl Store {
    /// Returns a ticket of a tenant.
    pub async fn find_ticket(
        &self,
        tenant: TenantId,
        id: TicketId,
    ) -> Result<Option<TicketRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, id).await
    }

    /// Returns a person's tickets, newest first.
    pub async fn list_applicant_tickets(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
        after: Option<TicketId>,
        limit: u32,
    ) -> Result<Vec<TicketRow>, StoreError> {
        let rows = sqlx::query(LIST_OF)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list tickets")?;
        all(TICKET, &rows, read)
    }

    /// Returns a tenant's tickets of a status, first what is due first. `after` is the last one of the page before.
    pub async fn list_ticket_queue(
        &self,
        tenant: TenantId,
        status: &str,
        after: Option<&TicketRow>,
        limit: u32,
    ) -> Result<Vec<TicketRow>, StoreError> {
        let rows = sqlx::query(QUEUE)
            .bind(tenant.to_string())
            .bind(status.to_owned())
            .bind(after.map_or(i64::MIN, |row| row.due_at.0))
            .bind(newer_than(after.map(|row| row.id)))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list tickets")?;
        all(TICKET, &rows, read)
    }

    /// Returns tickets of all tenants that the service must look at by itself, oldest first.
    pub async fn list_tickets_to_look_at(
        &self,
        now: Millis,
        after: Option<TicketId>,
        limit: u32,
    ) -> Result<Vec<TicketRow>, StoreError> {
        let rows = sqlx::query(LIST_TO_LOOK_AT)
            .bind(now.0)
            .bind(newer_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list tickets to look at")?;
        all(TICKET, &rows, read)
    }

    /// Returns what the program said of itself, where it did.
    pub async fn find_diagnostics(
        &self,
        tenant: TenantId,
        id: TicketId,
    ) -> Result<Option<Opened>, StoreError> {
        SEALED_DIAGNOSTICS
            .open(self, &mut *self.conn().await?, tenant, id)
            .await
    }

    /// Has somebody of the staff opened a ticket?
    pub async fn has_opened_ticket(
        &self,
        ticket: TicketId,
        staff: StaffId,
    ) -> Result<bool, StoreError> {
        let row = sqlx::query(HAS_OPENED)
            .bind(ticket.to_string())
            .bind(staff.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find opening of ticket")?;
        Ok(row.is_some())
    }
}

impl Tx {
    /// Opens a ticket.
    pub async fn create_ticket(
        &mut self,
        new: &NewTicket<'_>,
        now: Millis,
    ) -> Result<TicketRow, StoreError> {
        let store = self.store.clone();
        let id = TicketId::new(now, Store::random_id_bytes()?);
        let sealed = match new.diagnostics {
            Some(plain) => {
                let subject = Subject {
                    tenant: new.tenant_id,
                    applicant: new.applicant_id,
                };
                let keys = &store.inner.keys;
                let key = subject.key(self.conn(), keys, Purpose::Document).await?;
                Some(key.seal(DIAGNOSTICS, &id.to_string(), plain)?)
            }
            None => None,
        };
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(new.tenant_id.to_string())
            .bind(new.applicant_id.to_string())
            .bind(new.verification_id.map(|id| id.to_string()))
            .bind(new.kind.clone())
            .bind(new.status.clone())
            .bind(new.state.clone())
            .bind(sealed)
            .bind(new.due_at.0)
            .bind(new.look_at.map(|at| at.0))
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(TICKET, "create ticket", source))?;
        let row = find(self.conn(), new.tenant_id, id).await?;
        row.ok_or(StoreError::Missing { table: TICKET })
    }

    /// Returns a ticket of a tenant.
    pub async fn find_ticket(
        &mut self,
        tenant: TenantId,
        id: TicketId,
    ) -> Result<Option<TicketRow>, StoreError> {
        find(self.conn(), tenant, id).await
    }

    /// Returns a person's tickets that are not closed, oldest first.
    pub async fn list_unclosed_tickets(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Vec<TicketRow>, StoreError> {
        let rows = sqlx::query(LIST_UNCLOSED)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .fetch_all(self.conn())
            .await
            .doing("list tickets")?;
        all(TICKET, &rows, read)
    }

    /// Writes everything that may change over the expected version; returns the new one.
    pub async fn update_ticket(
        &mut self,
        row: &TicketRow,
        expected: i64,
    ) -> Result<i64, StoreError> {
        let done = sqlx::query(UPDATE)
            .bind(row.status.clone())
            .bind(row.state.clone())
            .bind(row.due_at.0)
            .bind(row.look_at.map(|at| at.0))
            .bind(row.updated_at.0)
            .bind(row.id.to_string())
            .bind(row.tenant_id.to_string())
            .bind(expected)
            .execute(self.conn())
            .await
            .doing("update ticket")?;
        one_row(TICKET, &done)?;
        Ok(expected + 1)
    }

    /// Notes that somebody of the staff has opened a ticket.
    pub async fn note_ticket_opening(
        &mut self,
        ticket: TicketId,
        staff: StaffId,
        now: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query(NOTE_OPENING)
            .bind(ticket.to_string())
            .bind(staff.to_string())
            .bind(now.0)
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("note opening of ticket")
    }
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    id: TicketId,
) -> Result<Option<TicketRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_optional(conn)
        .await
        .doing("find ticket")?;
    one(TICKET, row, read)
}

fn read(r: Reader<'_>) -> Result<TicketRow, StoreError> {
    Ok(TicketRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        verification_id: r.parse_maybe("verification_id")?,
        kind: r.get("kind")?,
        status: r.get("status")?,
        state: r.get("state")?,
        due_at: r.at("due_at")?,
        look_at: r.at_maybe("look_at")?,
        created_at: r.at("created_at")?,
        updated_at: r.at("updated_at")?,
        version: r.get("version")?,
    })
}
