//! The thread of a ticket. Texts are sealed with a key of the person, whoever wrote them.

use menshen_core::ids::{ApplicantId, MessageId, StaffId, TenantId, TicketId};
use menshen_core::time::Millis;

use crate::columns::{Reader, all, one, words};
use crate::error::{Doing, insert_error};
use crate::seal::Column;
use crate::subject::Subject;
use crate::{Opened, Purpose, Store, StoreError, Tx};

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// The person.
    Person,
    /// The integrator, for the person.
    Integrator,
    /// Somebody who works for the tenant.
    Staff,
}

words!(Author { Person = "person", Integrator = "integrator", Staff = "staff" });

/// A message to be added.
pub struct NewMessage<'a> {
    /// Whose applicant.
    pub tenant_id: TenantId,
    /// Whose ticket.
    pub applicant_id: ApplicantId,
    /// Which ticket.
    pub ticket_id: TicketId,
    /// Who writes.
    pub author: Author,
    /// Who of the staff.
    pub staff_id: Option<StaffId>,
    /// The text; it is sealed.
    pub text: &'a str,
}

/// A message in the clear.
pub struct MessageRow {
    /// The id.
    pub id: MessageId,
    /// Who wrote it.
    pub author: Author,
    /// Who of the staff.
    pub staff_id: Option<StaffId>,
    /// The text.
    pub text: Opened,
    /// When it was written.
    pub created_at: Millis,
}

const MESSAGE: &str = "ticket_message";
const TEXT: Column = Column::new(MESSAGE, "text_sealed");
const INSERT: &str = "INSERT INTO ticket_message (id, tenant_id, ticket_id, author, staff_id, text_sealed, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const LIST: &str = "SELECT id, author, staff_id, text_sealed, created_at FROM ticket_message \
     WHERE tenant_id = $1 AND ticket_id = $2 ORDER BY id";
const COUNT: &str =
    "SELECT COUNT(*) AS n FROM ticket_message WHERE tenant_id = $1 AND ticket_id = $2";

impl Store {
    /// Returns a ticket's messages, oldest first; [`StoreError::Erased`] after erasure.
    pub async fn list_messages(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
        ticket: TicketId,
    ) -> Result<Vec<MessageRow>, StoreError> {
        let mut conn = self.conn().await?;
        let subject = Subject { tenant, applicant };
        let key = subject.key(&mut conn, &self.inner.keys, Purpose::Document);
        let key = key.await?;
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(ticket.to_string())
            .fetch_all(&mut *conn)
            .await
            .doing("list messages")?;
        all(MESSAGE, &rows, |r| {
            let id: MessageId = r.parse("id")?;
            let sealed: Vec<u8> = r.get("text_sealed")?;
            Ok(MessageRow {
                id,
                author: r.parse("author")?,
                staff_id: r.parse_maybe("staff_id")?,
                text: key.open(TEXT, &id.to_string(), &sealed)?,
                created_at: r.at("created_at")?,
            })
        })
    }
}

impl Tx {
    /// Adds a message to a ticket.
    pub async fn add_message(
        &mut self,
        new: &NewMessage<'_>,
        now: Millis,
    ) -> Result<MessageId, StoreError> {
        let store = self.store.clone();
        let id = MessageId::new(now, Store::random_id_bytes()?);
        let subject = Subject {
            tenant: new.tenant_id,
            applicant: new.applicant_id,
        };
        let keys = &store.inner.keys;
        let key = subject.key(self.conn(), keys, Purpose::Document).await?;
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(new.tenant_id.to_string())
            .bind(new.ticket_id.to_string())
            .bind(new.author.as_str())
            .bind(new.staff_id.map(|id| id.to_string()))
            .bind(key.seal(TEXT, &id.to_string(), new.text.as_bytes())?)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(MESSAGE, "add message", source))?;
        Ok(id)
    }

    /// Returns how many messages a ticket has. To keep a limit exact, lock the applicant before.
    pub async fn count_messages(
        &mut self,
        tenant: TenantId,
        ticket: TicketId,
    ) -> Result<usize, StoreError> {
        let row = sqlx::query(COUNT)
            .bind(tenant.to_string())
            .bind(ticket.to_string())
            .fetch_optional(self.conn())
            .await
            .doing("count messages")?;
        let n = one(MESSAGE, row, |r: Reader<'_>| r.get::<i64>("n"))?.unwrap_or(0);
        Ok(usize::try_from(n).unwrap_or(usize::MAX))
    }
}
