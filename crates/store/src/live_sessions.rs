//! Sessions of live checks: which there are, and what is sealed beside them.

use menshen_core::ids::{ApplicantId, BlobId, CaptureId, LiveId, TenantId, VerificationId};
use menshen_core::live::Tries;
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::{Reader, all, newer_than, one, words};
use crate::error::{Doing, insert_error};
use crate::seal::Column;
use crate::subject::{SealedColumn, Subject};
use crate::{DigestKind, Opened, Purpose, Store, StoreError, Tx};

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LiveState {
    /// It runs.
    Open,
    /// One live person did what was asked.
    Passed,
    /// The same, and a person looks at something.
    Review,
    /// It ended otherwise.
    Failed,
    /// Its time ran out.
    Expired,
}

words!(LiveState {
    Open = "open",
    Passed = "passed",
    Review = "review",
    Failed = "failed",
    Expired = "expired",
});

/// A session to be opened.
pub struct NewLive<'a> {
    /// Its id, which its key is bound to.
    pub id: LiveId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Of whom.
    pub applicant_id: ApplicantId,
    /// For which verification.
    pub verification_id: VerificationId,
    /// For which attempt.
    pub attempt: i64,
    /// The client's name of the device; only its digest is kept.
    pub device: &'a str,
    /// When its time runs out.
    pub expires_at: Millis,
    /// What it asks for and its key, in the clear.
    pub secret: &'a [u8],
}

/// A session, without what is sealed.
#[derive(Clone, Debug)]
pub struct LiveRow {
    /// The id.
    pub id: LiveId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Of whom.
    pub applicant_id: ApplicantId,
    /// For which verification.
    pub verification_id: VerificationId,
    /// For which attempt.
    pub attempt: i64,
    /// Where it stands.
    pub state: LiveState,
    /// When it was opened.
    pub opened_at: Millis,
    /// When its time runs out.
    pub expires_at: Millis,
    /// When it ended.
    pub ended_at: Option<Millis>,
    /// Was anything asked for? Then it counts as a try.
    pub cue_shown: bool,
    /// Connections so far; the newest one alone may go on.
    pub connection: i64,
    /// The least number that the next frame may have.
    pub next_seq: i64,
    /// Batches of frames so far.
    pub chunks: i64,
    /// The reasons' codes, once it has ended.
    pub codes: Vec<String>,
    /// The best frame so far, while it runs.
    pub best_blob: Option<BlobId>,
    /// The picture of the person that it gave.
    pub capture_id: Option<CaptureId>,
    /// Counts the changes.
    pub version: i64,
}

impl LiveRow {
    pub(crate) fn subject(&self) -> Subject {
        Subject {
            tenant: self.tenant_id,
            applicant: self.applicant_id,
        }
    }
}

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, applicant_id, verification_id, attempt, state, opened_at, expires_at, ended_at, cue_shown, ",
            "connection, next_seq, chunks, codes, best_blob, capture_id, version FROM live_session ",
            $where
        )
    };
}

pub(crate) const LIVE: &str = "live_session";
pub(crate) const SECRET: Column = Column::new(LIVE, "secret_sealed");
pub(crate) const EVIDENCE: Column = Column::new(LIVE, "evidence_sealed");
pub(crate) const REASONS: Column = Column::new(LIVE, "reasons_sealed");
pub(crate) const FRAMES: Column = Column::new("live_chunk", "frames_sealed");
const INSERT: &str = "INSERT INTO live_session (id, tenant_id, applicant_id, verification_id, attempt, device_digest, state, \
     opened_at, expires_at, ended_at, cue_shown, connection, next_seq, chunks, secret_sealed, evidence_sealed, reasons_sealed, \
     codes, best_blob, capture_id, version) \
     VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, NULL, 0, 0, 0, 0, $9, NULL, NULL, '', NULL, NULL, 1)";
const FIND: &str = select!("WHERE id = $1 AND tenant_id = $2");
const FIND_OPEN: &str = select!("WHERE tenant_id = $1 AND verification_id = $2 AND state = 'open'");
const FIND_OF_CAPTURE: &str = select!(
    "WHERE tenant_id = $1 AND verification_id = $2 AND capture_id = $3 AND state IN ('passed', 'review') \
     ORDER BY id DESC LIMIT 1"
);
const LIST: &str = select!("WHERE tenant_id = $1 AND verification_id = $2 ORDER BY id DESC");
const LIST_EXPIRED: &str =
    select!("WHERE state = 'open' AND expires_at <= $1 AND id > $2 ORDER BY id LIMIT $3");
const TRIES: &str = "SELECT state, COALESCE(ended_at, opened_at) AS at FROM live_session \
     WHERE tenant_id = $1 AND applicant_id = $2 AND cue_shown = 1 AND verification_id NOT IN \
     (SELECT id FROM verification WHERE applicant_id = $2 AND flow = 'recovery') ORDER BY id DESC";
/// Whoever only claims to be a person uses up none of their tries.
const TRIES_OF: &str = "SELECT state, COALESCE(ended_at, opened_at) AS at FROM live_session \
     WHERE tenant_id = $1 AND verification_id = $2 AND cue_shown = 1 ORDER BY id DESC";
const CHUNKS: &str = "SELECT n, frames_sealed FROM live_chunk WHERE session_id = $1 ORDER BY n";
const SECRET_AT: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, secret_sealed AS sealed FROM live_session WHERE id = $1 AND tenant_id = $2",
    column: SECRET,
    purpose: Purpose::Biometric,
};
const EVIDENCE_AT: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, evidence_sealed AS sealed FROM live_session WHERE id = $1 AND tenant_id = $2",
    column: EVIDENCE,
    purpose: Purpose::Document,
};
const REASONS_AT: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, reasons_sealed AS sealed FROM live_session WHERE id = $1 AND tenant_id = $2",
    column: REASONS,
    purpose: Purpose::Document,
};

impl Store {
    /// Returns a session of a tenant.
    pub async fn find_live(
        &self,
        tenant: TenantId,
        id: LiveId,
    ) -> Result<Option<LiveRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, id).await
    }

    /// Returns the session of a verification that runs, where one does.
    pub async fn find_open_live(
        &self,
        tenant: TenantId,
        verification: VerificationId,
    ) -> Result<Option<LiveRow>, StoreError> {
        let row = sqlx::query(FIND_OPEN)
            .bind(tenant.to_string())
            .bind(verification.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find live check")?;
        one(LIVE, row, read)
    }

    /// Returns the sessions of a verification, newest first.
    pub async fn list_live(
        &self,
        tenant: TenantId,
        verification: VerificationId,
    ) -> Result<Vec<LiveRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(verification.to_string())
            .fetch_all(&self.inner.pool)
            .await
            .doing("list live checks")?;
        all(LIVE, &rows, read)
    }

    /// Returns the good session that a picture of the person came from.
    pub async fn find_live_of_capture(
        &self,
        tenant: TenantId,
        verification: VerificationId,
        capture: CaptureId,
    ) -> Result<Option<LiveRow>, StoreError> {
        let row = sqlx::query(FIND_OF_CAPTURE)
            .bind(tenant.to_string())
            .bind(verification.to_string())
            .bind(capture.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find live check")?;
        one(LIVE, row, read)
    }

    /// Returns sessions of all tenants that run though their time is over, oldest first.
    pub async fn list_expired_live(
        &self,
        now: Millis,
        after: Option<LiveId>,
        limit: u32,
    ) -> Result<Vec<LiveRow>, StoreError> {
        let rows = sqlx::query(LIST_EXPIRED)
            .bind(now.0)
            .bind(newer_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list live checks")?;
        all(LIVE, &rows, read)
    }

    /// Returns what a session asks for and its key; none once it has ended.
    pub async fn find_live_secret(
        &self,
        tenant: TenantId,
        id: LiveId,
    ) -> Result<Option<Opened>, StoreError> {
        SECRET_AT
            .open(self, &mut *self.conn().await?, tenant, id)
            .await
    }

    /// Returns what was measured in a session that has ended.
    pub async fn find_live_evidence(
        &self,
        tenant: TenantId,
        id: LiveId,
    ) -> Result<Option<Opened>, StoreError> {
        EVIDENCE_AT
            .open(self, &mut *self.conn().await?, tenant, id)
            .await
    }

    /// Returns the reasons of a session that has ended, in full.
    pub async fn find_live_reasons(
        &self,
        tenant: TenantId,
        id: LiveId,
    ) -> Result<Option<Opened>, StoreError> {
        REASONS_AT
            .open(self, &mut *self.conn().await?, tenant, id)
            .await
    }

    /// Returns the batches of frames of a session that runs, in their order.
    pub async fn list_live_chunks(&self, row: &LiveRow) -> Result<Vec<Opened>, StoreError> {
        let mut conn = self.conn().await?;
        let keys = &self.inner.keys;
        let key = row.subject().key(&mut conn, keys, Purpose::Biometric);
        let key = key.await?;
        let rows = sqlx::query(CHUNKS)
            .bind(row.id.to_string())
            .fetch_all(&mut *conn)
            .await
            .doing("read live check")?;
        all("live_chunk", &rows, |r| {
            let place = chunk_row(row.id, r.get("n")?);
            key.open(FRAMES, &place, &r.get::<Vec<u8>>("frames_sealed")?)
        })
    }

    /// Returns a person's tries that count.
    pub async fn live_tries(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Tries, StoreError> {
        let conn = &mut *self.conn().await?;
        tries(conn, (TRIES, tenant), &applicant.to_string()).await
    }
}

impl Tx {
    /// Opens a session; [`StoreError::Duplicate`] where one of the verification runs.
    pub async fn create_live(
        &mut self,
        new: &NewLive<'_>,
        now: Millis,
    ) -> Result<LiveRow, StoreError> {
        let store = self.store.clone();
        let subject = Subject {
            tenant: new.tenant_id,
            applicant: new.applicant_id,
        };
        let keys = &store.inner.keys;
        let key = subject.key(self.conn(), keys, Purpose::Biometric).await?;
        let id = new.id.to_string();
        let device = store.digest(new.tenant_id, DigestKind::Device, new.device.as_bytes());
        sqlx::query(INSERT)
            .bind(id.clone())
            .bind(new.tenant_id.to_string())
            .bind(new.applicant_id.to_string())
            .bind(new.verification_id.to_string())
            .bind(new.attempt)
            .bind(device)
            .bind(now.0)
            .bind(new.expires_at.0)
            .bind(key.seal(SECRET, &id, new.secret)?)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(LIVE, "open live check", source))?;
        let row = find(self.conn(), new.tenant_id, new.id).await?;
        row.ok_or(StoreError::Missing { table: LIVE })
    }

    /// Returns a session of a tenant.
    pub async fn find_live(
        &mut self,
        tenant: TenantId,
        id: LiveId,
    ) -> Result<Option<LiveRow>, StoreError> {
        find(self.conn(), tenant, id).await
    }

    /// Returns a person's tries that count. To keep a limit exact, lock the applicant before.
    pub async fn live_tries(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Tries, StoreError> {
        tries(self.conn(), (TRIES, tenant), &applicant.to_string()).await
    }

    /// Returns the tries of one verification that count.
    pub async fn live_tries_of(
        &mut self,
        tenant: TenantId,
        verification: VerificationId,
    ) -> Result<Tries, StoreError> {
        tries(self.conn(), (TRIES_OF, tenant), &verification.to_string()).await
    }
}

/// Returns what a batch is bound to: its session and its place in it.
pub(crate) fn chunk_row(id: LiveId, n: i64) -> String {
    format!("{id}/{n}")
}

async fn tries(
    conn: &mut AnyConnection,
    (sql, tenant): (&'static str, TenantId),
    whose: &str,
) -> Result<Tries, StoreError> {
    let rows = sqlx::query(sql)
        .bind(tenant.to_string())
        .bind(whose.to_owned())
        .fetch_all(conn)
        .await
        .doing("count live checks")?;
    let shown = all(LIVE, &rows, |r| {
        Ok((r.parse::<LiveState>("state")?, r.at("at")?))
    })?;
    let mut tries = Tries::default();
    let mut row = true;
    for (state, at) in shown {
        if state == LiveState::Passed {
            row = false;
            continue;
        }
        tries.total += 1;
        tries.run += u32::from(row);
        tries.last = Some(tries.last.map_or(at, |last| last.max(at)));
    }
    Ok(tries)
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    id: LiveId,
) -> Result<Option<LiveRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_optional(conn)
        .await
        .doing("find live check")?;
    one(LIVE, row, read)
}

fn read(r: Reader<'_>) -> Result<LiveRow, StoreError> {
    Ok(LiveRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        verification_id: r.parse("verification_id")?,
        attempt: r.get("attempt")?,
        state: r.parse("state")?,
        opened_at: r.at("opened_at")?,
        expires_at: r.at("expires_at")?,
        ended_at: r.at_maybe("ended_at")?,
        cue_shown: r.flag("cue_shown")?,
        connection: r.get("connection")?,
        next_seq: r.get("next_seq")?,
        chunks: r.get("chunks")?,
        codes: r.list("codes")?,
        best_blob: r.parse_maybe("best_blob")?,
        capture_id: r.parse_maybe("capture_id")?,
        version: r.get("version")?,
    })
}
