//! Messages to people: written in the transaction of what they tell, sent by a job, listed in the app.

use menshen_core::ids::{ApplicantId, CodeId, ContactId, NoticeId, TenantId, VerificationId};
use menshen_core::time::Millis;

use crate::columns::{Reader, all, older_than, one, words};
use crate::error::{Doing, insert_error, one_row};
use crate::{Channel, Store, StoreError, Tx};

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeState {
    /// It waits to be sent.
    Ready,
    /// It was handed to the mail server or the gateway, or shown in the app.
    Sent,
    /// It was given up.
    Failed,
}

words!(NoticeState { Ready = "ready", Sent = "sent", Failed = "failed" });

/// A message that is to be sent.
#[derive(Clone, Debug)]
pub struct NewNotice {
    /// Whose applicant.
    pub tenant_id: TenantId,
    /// To whom.
    pub applicant_id: ApplicantId,
    /// About which verification; none for news about the account.
    pub verification_id: Option<VerificationId>,
    /// Where to; none for the app.
    pub contact: Option<(Channel, ContactId)>,
    /// What about.
    pub kind: String,
    /// The code that it bears.
    pub code_id: Option<CodeId>,
}

/// A message. Its words are made when it is sent or shown: nothing personal stands here.
#[derive(Clone, Debug)]
pub struct NoticeRow {
    /// The id, the same in every sending.
    pub id: NoticeId,
    /// Whose applicant.
    pub tenant_id: TenantId,
    /// To whom.
    pub applicant_id: ApplicantId,
    /// About which verification.
    pub verification_id: Option<VerificationId>,
    /// Where to.
    pub contact_id: Option<ContactId>,
    /// What about.
    pub kind: String,
    /// By which way.
    pub channel: Channel,
    /// Where it is.
    pub state: NoticeState,
    /// Why it was given up, as a code.
    pub error: Option<String>,
    /// When it was written.
    pub created_at: Millis,
    /// When it was sent or given up.
    pub finished_at: Option<Millis>,
    /// The code that it bears.
    pub code_id: Option<CodeId>,
    /// Counts the changes.
    pub version: i64,
}

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, applicant_id, verification_id, contact_id, kind, channel, state, error, ",
            "created_at, finished_at, code_id, version FROM notice ",
            $where
        )
    };
}

const NOTICE: &str = "notice";
const INSERT: &str = "INSERT INTO notice (id, tenant_id, applicant_id, verification_id, contact_id, kind, channel, \
     state, error, created_at, finished_at, code_id, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9, $10, $11, 1)";
const FIND: &str = select!("WHERE id = $1 AND tenant_id = $2");
const LIST: &str = select!(
    "WHERE tenant_id = $1 AND applicant_id = $2 AND channel = $3 AND id < $4 ORDER BY id DESC LIMIT $5"
);
const FINISH: &str = "UPDATE notice SET state = $1, error = $2, finished_at = $3, version = version + 1 \
     WHERE id = $4 AND tenant_id = $5 AND version = $6";

impl Store {
    /// Returns a message of a tenant.
    pub async fn find_notice(
        &self,
        tenant: TenantId,
        id: NoticeId,
    ) -> Result<Option<NoticeRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find notice")?;
        one(NOTICE, row, read)
    }

    /// Returns a person's messages of a channel, newest first.
    pub async fn list_notices(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
        channel: Channel,
        after: Option<NoticeId>,
        limit: u32,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(channel.as_str())
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list notices")?;
        all(NOTICE, &rows, read)
    }
}

impl Tx {
    /// Writes a message. One for the app is there at once; any other waits for its job.
    pub async fn create_notice(
        &mut self,
        new: &NewNotice,
        now: Millis,
    ) -> Result<NoticeId, StoreError> {
        let id = NoticeId::new(now, Store::random_id_bytes()?);
        let (state, channel, finished) = match new.contact {
            None => (NoticeState::Sent, Channel::App, Some(now.0)),
            Some((channel, _)) => (NoticeState::Ready, channel, None),
        };
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(new.tenant_id.to_string())
            .bind(new.applicant_id.to_string())
            .bind(new.verification_id.map(|id| id.to_string()))
            .bind(new.contact.map(|(_, id)| id.to_string()))
            .bind(new.kind.clone())
            .bind(channel.as_str())
            .bind(state.as_str())
            .bind(now.0)
            .bind(finished)
            .bind(new.code_id.map(|id| id.to_string()))
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(NOTICE, "create notice", source))?;
        Ok(id)
    }

    /// Notes that a message was sent, or given up with the code of what went wrong.
    pub async fn finish_notice(
        &mut self,
        notice: &NoticeRow,
        outcome: Result<(), &str>,
        now: Millis,
    ) -> Result<(), StoreError> {
        let state = match outcome {
            Ok(()) => NoticeState::Sent,
            Err(_) => NoticeState::Failed,
        };
        let done = sqlx::query(FINISH)
            .bind(state.as_str())
            .bind(outcome.err().map(str::to_owned))
            .bind(now.0)
            .bind(notice.id.to_string())
            .bind(notice.tenant_id.to_string())
            .bind(notice.version)
            .execute(self.conn())
            .await
            .doing("finish notice")?;
        one_row(NOTICE, &done)
    }
}

fn read(r: Reader<'_>) -> Result<NoticeRow, StoreError> {
    Ok(NoticeRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        verification_id: r.parse_maybe("verification_id")?,
        contact_id: r.parse_maybe("contact_id")?,
        kind: r.get("kind")?,
        channel: r.parse("channel")?,
        state: r.parse("state")?,
        error: r.get("error")?,
        created_at: r.at("created_at")?,
        finished_at: r.at_maybe("finished_at")?,
        code_id: r.parse_maybe("code_id")?,
        version: r.get("version")?,
    })
}
