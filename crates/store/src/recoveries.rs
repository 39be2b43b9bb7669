//! Ways back into accounts whose owners have lost everything they sign in with. Of tokens only hashes are kept; the one that
//! stops it is sealed with the person's key, for the messages that carry it.

use menshen_core::ids::{ApplicantId, RecoveryId, TenantId, VerificationId};
use menshen_core::time::Millis;

use crate::columns::{Reader, all, one, words};
use crate::digest::token_hash;
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::subject::{SealedColumn, Subject};
use crate::{Channel, Opened, Purpose, Secret, Store, StoreError, Tx};

/// Where a recovery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoveryState {
    /// The person proves who they are.
    Proving,
    /// They have; the owner can stop it still.
    Waiting,
    /// It is over, and the account is theirs again.
    Done,
    /// The owner, or somebody of staff, has stopped it.
    Stopped,
    /// Nobody went on with it.
    Lapsed,
}

words!(RecoveryState {
    Proving = "proving",
    Waiting = "waiting",
    Done = "done",
    Stopped = "stopped",
    Lapsed = "lapsed",
});

impl RecoveryState {
    /// Does it go on?
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Proving | Self::Waiting)
    }
}

/// A recovery.
#[derive(Clone, Debug)]
pub struct RecoveryRow {
    /// The id.
    pub id: RecoveryId,
    /// Of which tenant.
    pub tenant_id: TenantId,
    /// Of whose account.
    pub applicant_id: ApplicantId,
    /// What kind of address the person can be reached at now.
    pub channel: Channel,
    /// By which verification they prove who they are.
    pub verification_id: VerificationId,
    /// Where it stands.
    pub state: RecoveryState,
    /// When it can be finished, once who they are is proven.
    pub ready_at: Option<Millis>,
    /// When it was begun.
    pub created_at: Millis,
    /// When it lapses.
    pub expires_at: Millis,
    /// Counts the changes.
    pub version: i64,
}

/// A recovery to be begun.
pub struct NewRecovery<'a> {
    /// Of which tenant.
    pub tenant: TenantId,
    /// Of whose account.
    pub applicant: ApplicantId,
    /// Where the person can be reached now; they have proven it.
    pub address: (Channel, &'a str),
    /// By which verification they prove who they are.
    pub verification: VerificationId,
    /// When it lapses.
    pub until: Millis,
}

const RECOVERY: &str = "recovery";
const ADDRESS: Column = Column::new(RECOVERY, "address_sealed");
const STOP: Column = Column::new(RECOVERY, "stop_sealed");
const SEALED_ADDRESS: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, address_sealed AS sealed FROM recovery WHERE id = $1 AND tenant_id = $2",
    column: ADDRESS,
    purpose: Purpose::Document,
};
const SEALED_STOP: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, stop_sealed AS sealed FROM recovery WHERE id = $1 AND tenant_id = $2",
    column: STOP,
    purpose: Purpose::Document,
};
const INSERT: &str = "INSERT INTO recovery (id, tenant_id, applicant_id, hash, stop_hash, stop_sealed, address_sealed, \
     channel, verification_id, state, ready_at, created_at, expires_at, ended_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'proving', NULL, $10, $11, NULL, 1)";
/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, applicant_id, channel, verification_id, state, ready_at, created_at, expires_at, version ",
            "FROM recovery WHERE ",
            $where
        )
    };
}
const FIND: &str = select!("hash = $1 AND expires_at > $2");
const FIND_STOP: &str = select!("stop_hash = $1");
const LIST_OPEN: &str =
    select!("tenant_id = $1 AND applicant_id = $2 AND state IN ('proving', 'waiting') ORDER BY id");
const LIST_LATE: &str =
    select!("state IN ('proving', 'waiting') AND expires_at <= $1 ORDER BY id LIMIT 200");
const LIST_PROVEN: &str = select!(
    "state = 'proving' AND expires_at > $1 AND verification_id IN \
     (SELECT id FROM verification WHERE status = 'verified') ORDER BY id LIMIT 200"
);
const SET: &str = "UPDATE recovery SET state = $1, ready_at = $2, expires_at = $3, ended_at = $4, version = version + 1 \
     WHERE id = $5 AND version = $6";

impl Store {
    /// Returns the recovery of a token that has not lapsed.
    pub async fn find_recovery(
        &self,
        token: &str,
        now: Millis,
    ) -> Result<Option<RecoveryRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(token_hash(token))
            .bind(now.0)
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find a recovery")?;
        one(RECOVERY, row, read)
    }

    /// Returns recoveries that go on and whose time is over.
    pub async fn list_late_recoveries(&self, now: Millis) -> Result<Vec<RecoveryRow>, StoreError> {
        let rows = sqlx::query(LIST_LATE)
            .bind(now.0)
            .fetch_all(&self.inner.pool)
            .await
            .doing("list recoveries")?;
        all(RECOVERY, &rows, read)
    }

    /// Returns recoveries whose person was verified, and who wait for nothing yet.
    pub async fn list_proven_recoveries(
        &self,
        now: Millis,
    ) -> Result<Vec<RecoveryRow>, StoreError> {
        let rows = sqlx::query(LIST_PROVEN)
            .bind(now.0)
            .fetch_all(&self.inner.pool)
            .await
            .doing("list recoveries")?;
        all(RECOVERY, &rows, read)
    }

    /// Returns what stops the recovery of an account that goes on.
    pub async fn find_recovery_stop(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Option<Opened>, StoreError> {
        let conn = &mut *self.conn().await?;
        let rows = sqlx::query(LIST_OPEN)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .fetch_all(&mut *conn)
            .await
            .doing("list recoveries")?;
        match all(RECOVERY, &rows, read)?.pop() {
            Some(row) => SEALED_STOP.open(self, conn, tenant, row.id).await,
            None => Ok(None),
        }
    }
}

impl Tx {
    /// Begins a recovery; its token is given once.
    pub async fn create_recovery(
        &mut self,
        new: &NewRecovery<'_>,
        now: Millis,
    ) -> Result<(RecoveryRow, Secret), StoreError> {
        let store = self.store.clone();
        let (secret, stop) = (Secret::draw("")?, Secret::draw("")?);
        let id = RecoveryId::new(now, Store::random_id_bytes()?);
        let (channel, address) = new.address;
        let subject = Subject {
            tenant: new.tenant,
            applicant: new.applicant,
        };
        let key = subject.key(self.conn(), &store.inner.keys, Purpose::Document);
        let key = key.await?;
        let row = id.to_string();
        sqlx::query(INSERT)
            .bind(row.clone())
            .bind(new.tenant.to_string())
            .bind(new.applicant.to_string())
            .bind(token_hash(secret.reveal()))
            .bind(token_hash(stop.reveal()))
            .bind(key.seal(STOP, &row, stop.reveal().as_bytes())?)
            .bind(key.seal(ADDRESS, &row, address.as_bytes())?)
            .bind(channel.as_str())
            .bind(new.verification.to_string())
            .bind(now.0)
            .bind(new.until.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(RECOVERY, "begin a recovery", source))?;
        let row = RecoveryRow {
            id,
            tenant_id: new.tenant,
            applicant_id: new.applicant,
            channel,
            verification_id: new.verification,
            state: RecoveryState::Proving,
            ready_at: None,
            created_at: now,
            expires_at: new.until,
            version: 1,
        };
        Ok((row, secret))
    }

    /// Returns the recovery that a token stops, over or not.
    pub async fn find_recovery_to_stop(
        &mut self,
        token: &str,
    ) -> Result<Option<RecoveryRow>, StoreError> {
        let row = sqlx::query(FIND_STOP)
            .bind(token_hash(token))
            .fetch_optional(self.conn())
            .await
            .doing("find a recovery")?;
        one(RECOVERY, row, read)
    }

    /// Returns the recovery of a token that has not lapsed.
    pub async fn find_recovery(
        &mut self,
        token: &str,
        now: Millis,
    ) -> Result<Option<RecoveryRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(token_hash(token))
            .bind(now.0)
            .fetch_optional(self.conn())
            .await
            .doing("find a recovery")?;
        one(RECOVERY, row, read)
    }

    /// Returns the recoveries of an account that go on, oldest first.
    pub async fn list_open_recoveries(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Vec<RecoveryRow>, StoreError> {
        let rows = sqlx::query(LIST_OPEN)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .fetch_all(self.conn())
            .await
            .doing("list recoveries")?;
        all(RECOVERY, &rows, read)
    }

    /// Returns where the person can be reached now.
    pub async fn find_recovery_address(
        &mut self,
        row: &RecoveryRow,
    ) -> Result<Option<Opened>, StoreError> {
        let store = self.store.clone();
        SEALED_ADDRESS
            .open(&store, self.conn(), row.tenant_id, row.id)
            .await
    }

    /// The wait of a recovery begins: when it is over, and when it lapses.
    pub async fn await_recovery(
        &mut self,
        row: &mut RecoveryRow,
        (ready_at, expires_at): (Millis, Millis),
    ) -> Result<(), StoreError> {
        row.ready_at = Some(ready_at);
        row.expires_at = expires_at;
        self.move_recovery(row, RecoveryState::Waiting, ready_at)
            .await
    }

    /// Moves a recovery on.
    pub async fn move_recovery(
        &mut self,
        row: &mut RecoveryRow,
        state: RecoveryState,
        now: Millis,
    ) -> Result<(), StoreError> {
        let ended = (!state.is_open()).then_some(now.0);
        let done = sqlx::query(SET)
            .bind(state.as_str())
            .bind(row.ready_at.map(|at| at.0))
            .bind(row.expires_at.0)
            .bind(ended)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("move a recovery on")?;
        one_row(RECOVERY, &done)?;
        row.version += 1;
        row.state = state;
        Ok(())
    }
}

fn read(r: Reader<'_>) -> Result<RecoveryRow, StoreError> {
    Ok(RecoveryRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        channel: r.parse("channel")?,
        verification_id: r.parse("verification_id")?,
        state: r.parse("state")?,
        ready_at: r.at_maybe("ready_at")?,
        created_at: r.at("created_at")?,
        expires_at: r.at("expires_at")?,
        version: r.get("version")?,
    })
}
