//! Codes that prove a contact: found by a keyed digest, shown again from what is sealed, and the guesses that missed.

use menshen_core::case_code::CaseCode;
use menshen_core::ids::{ApplicantId, CodeId, GuessId, MessageId, TenantId, TicketId};
use menshen_core::time::Millis;

use crate::columns::{Reader, all, one, words};
use crate::error::{Doing, insert_error};
use crate::seal::Column;
use crate::subject::{SealedColumn, Subject};
use crate::{DigestKind, Opened, Purpose, Store, StoreError, Tx, random};

/// The way of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A message of a ticket's thread.
    Thread,
    /// A call.
    Phone,
    /// A mail.
    Email,
    /// An SMS.
    Sms,
    /// A chat.
    Chat,
}

words!(Way { Thread = "thread", Phone = "phone", Email = "email", Sms = "sms", Chat = "chat" });

/// A contact that is to have a code.
#[derive(Clone, Copy, Debug)]
pub struct NewCode {
    /// Whose applicant.
    pub tenant_id: TenantId,
    /// Who is contacted.
    pub applicant_id: ApplicantId,
    /// About which ticket.
    pub ticket_id: TicketId,
    /// By which message, where it is one of the thread.
    pub message_id: Option<MessageId>,
    /// By which way.
    pub way: Way,
    /// Until when the code holds.
    pub expires_at: Millis,
}

/// A code, without the code.
#[derive(Clone, Debug)]
pub struct CodeRow {
    /// The id.
    pub id: CodeId,
    /// About which ticket.
    pub ticket_id: TicketId,
    /// By which message.
    pub message_id: Option<MessageId>,
    /// By which way.
    pub way: Way,
    /// When the contact was.
    pub created_at: Millis,
    /// Until when the code holds.
    pub expires_at: Millis,
}

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, ticket_id, message_id, channel, created_at, expires_at FROM case_code ",
            $where
        )
    };
}

const CODE: &str = "case_code";
const GUESS: &str = "code_guess";
const SEALED: Column = Column::new(CODE, "code_sealed");
const INSERT: &str = "INSERT INTO case_code (id, tenant_id, applicant_id, ticket_id, message_id, channel, digest, \
     code_sealed, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const FIND: &str = select!("WHERE id = $1 AND tenant_id = $2");
const FIND_BY_DIGEST: &str =
    select!("WHERE tenant_id = $1 AND applicant_id = $2 AND digest = $3 AND expires_at > $4");
const LIST: &str = select!("WHERE tenant_id = $1 AND ticket_id = $2 ORDER BY id");
const SEALED_CODE: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, code_sealed AS sealed FROM case_code WHERE id = $1 AND tenant_id = $2",
    column: SEALED,
    purpose: Purpose::Document,
};
const INSERT_GUESS: &str =
    "INSERT INTO code_guess (id, tenant_id, applicant_id, at) VALUES ($1, $2, $3, $4)";
const LIST_GUESSES: &str = "SELECT at FROM code_guess \
     WHERE tenant_id = $1 AND applicant_id = $2 AND at > $3 ORDER BY at";
const PRUNE_GUESSES: &str = "DELETE FROM code_guess WHERE at <= $1";

impl Store {
    /// Returns a code's record.
    pub async fn find_code(
        &self,
        tenant: TenantId,
        id: CodeId,
    ) -> Result<Option<CodeRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find code")?;
        one(CODE, row, read)
    }

    /// Returns a ticket's codes, oldest first, ended ones too.
    pub async fn list_codes(
        &self,
        tenant: TenantId,
        ticket: TicketId,
    ) -> Result<Vec<CodeRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(ticket.to_string())
            .fetch_all(&self.inner.pool)
            .await
            .doing("list codes")?;
        all(CODE, &rows, read)
    }

    /// Returns a code as it is told.
    pub async fn reveal_code(
        &self,
        tenant: TenantId,
        id: CodeId,
    ) -> Result<Option<Opened>, StoreError> {
        SEALED_CODE
            .open(self, &mut *self.conn().await?, tenant, id)
            .await
    }

    /// Digests of one person's codes are no other person's: whoever holds a code of their own fools nobody else with it.
    fn code_digest(&self, tenant: TenantId, applicant: ApplicantId, code: &CaseCode) -> String {
        let value = format!("{applicant}|{}", code.reveal());
        self.digest(tenant, DigestKind::CaseCode, value.as_bytes())
    }
}

impl Tx {
    /// Draws a code for a contact.
    pub async fn create_code(
        &mut self,
        new: &NewCode,
        now: Millis,
    ) -> Result<(CodeId, CaseCode), StoreError> {
        let store = self.store.clone();
        let id = CodeId::new(now, Store::random_id_bytes()?);
        let code = CaseCode::new(random::bytes()?);
        let subject = Subject {
            tenant: new.tenant_id,
            applicant: new.applicant_id,
        };
        let keys = &store.inner.keys;
        let key = subject.key(self.conn(), keys, Purpose::Document).await?;
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(new.tenant_id.to_string())
            .bind(new.applicant_id.to_string())
            .bind(new.ticket_id.to_string())
            .bind(new.message_id.map(|id| id.to_string()))
            .bind(new.way.as_str())
            .bind(store.code_digest(new.tenant_id, new.applicant_id, &code))
            .bind(key.seal(SEALED, &id.to_string(), code.reveal().as_bytes())?)
            .bind(now.0)
            .bind(new.expires_at.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(CODE, "create code", source))?;
        Ok((id, code))
    }

    /// Returns what a person's code belongs to, where it is one and holds.
    pub async fn find_code_of(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        code: &CaseCode,
        now: Millis,
    ) -> Result<Option<CodeRow>, StoreError> {
        let digest = self.store.code_digest(tenant, applicant, code);
        let row = sqlx::query(FIND_BY_DIGEST)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(digest)
            .bind(now.0)
            .fetch_optional(self.conn())
            .await
            .doing("find code")?;
        one(CODE, row, read)
    }

    /// Notes that a person asked about a code that is none.
    pub async fn note_code_guess(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let id = GuessId::new(now, Store::random_id_bytes()?);
        sqlx::query(INSERT_GUESS)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(now.0)
            .execute(self.conn())
            .await
            .map(|_| ())
            .map_err(|source| insert_error(GUESS, "note guess", source))
    }

    /// Returns the instants of such questions after one, oldest first. The caller holds the applicant's lock.
    pub async fn list_code_guesses(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        since: Millis,
    ) -> Result<Vec<Millis>, StoreError> {
        let rows = sqlx::query(LIST_GUESSES)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(since.0)
            .fetch_all(self.conn())
            .await
            .doing("list guesses")?;
        all(GUESS, &rows, |r| r.at("at"))
    }

    /// Removes such questions up to an instant; returns how many.
    pub async fn prune_code_guesses(&mut self, before: Millis) -> Result<u64, StoreError> {
        sqlx::query(PRUNE_GUESSES)
            .bind(before.0)
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("prune guesses")
    }
}

fn read(r: Reader<'_>) -> Result<CodeRow, StoreError> {
    Ok(CodeRow {
        id: r.parse("id")?,
        ticket_id: r.parse("ticket_id")?,
        message_id: r.parse_maybe("message_id")?,
        way: r.parse("channel")?,
        created_at: r.at("created_at")?,
        expires_at: r.at("expires_at")?,
    })
}
