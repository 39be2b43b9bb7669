//! Browsers in which people have signed in to their accounts, or are about to. Of what the browser holds only a hash is kept.

use menshen_core::account::Factor;
use menshen_core::ids::{AccountSessionId, ApplicantId, DeviceId, TenantId};
use menshen_core::time::Millis;
use subtle::ConstantTimeEq;

use crate::columns::{Reader, all, one};
use crate::digest::token_hash;
use crate::error::{Doing, insert_error};
use crate::{Alive, Secret, SessionStage, Store, StoreError, Tx};

/// A browser's session.
#[derive(Clone, Debug)]
pub struct AccountSessionRow {
    /// The id.
    pub id: AccountSessionId,
    /// Of which tenant.
    pub tenant_id: TenantId,
    /// Whose it is.
    pub applicant_id: ApplicantId,
    /// How far they have come.
    pub stage: SessionStage,
    /// What was shown.
    pub shown: Vec<Factor>,
    /// The device, where it has shown its key.
    pub device_id: Option<DeviceId>,
    /// The browser, in words of a fixed list.
    pub browser: String,
    /// The network from which it began, as [`Store::network_digest`] gives it, where that is known.
    pub network: Option<String>,
    /// When it began: when the person last showed a factor.
    pub created_at: Millis,
    /// When something was last asked in it, to the minute.
    pub seen_at: Millis,
    /// When it ends, whatever is asked.
    pub expires_at: Millis,
}

/// A session that is to begin.
pub struct NewAccountSession {
    /// Of which tenant.
    pub tenant: TenantId,
    /// Whose it is.
    pub applicant: ApplicantId,
    /// How far they have come.
    pub stage: SessionStage,
    /// What was shown.
    pub shown: Vec<Factor>,
    /// The device, where it has shown its key.
    pub device: Option<DeviceId>,
    /// The browser, in words of a fixed list.
    pub browser: String,
    /// The network from which it begins, as [`Store::network_digest`] gives it, where that is known.
    pub network: Option<String>,
    /// When the person last showed a factor.
    pub since: Millis,
    /// When it ends, whatever is asked.
    pub until: Millis,
}

const SESSION: &str = "account_session";
const INSERT: &str = "INSERT INTO account_session (id, tenant_id, applicant_id, hash, stage, shown, device_id, browser, \
     created_at, seen_at, expires_at, network) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
/// Selects what [`read`] reads.
macro_rules! select {
    ($columns:literal, $where:literal) => {
        concat!(
            "SELECT ",
            $columns,
            "id, tenant_id, applicant_id, stage, shown, device_id, browser, created_at, seen_at, expires_at, network ",
            "FROM account_session WHERE ",
            $where
        )
    };
}
const FIND: &str = select!(
    "hash, ",
    "hash = $1 AND stage = $2 AND expires_at > $3 AND seen_at > $4"
);
const FIND_OPEN: &str = select!(
    "",
    "id = $1 AND tenant_id = $2 AND stage = 'open' AND expires_at > $3 AND seen_at > $4"
);
const LIST: &str = select!(
    "",
    "applicant_id = $1 AND stage = 'open' AND expires_at > $2 AND seen_at > $3 ORDER BY id DESC"
);
const TOUCH: &str = "UPDATE account_session SET seen_at = $1 WHERE id = $2 AND seen_at < $1";
const END: &str = "DELETE FROM account_session WHERE id = $1 AND applicant_id = $2";
const END_HELD: &str = "DELETE FROM account_session WHERE hash = $1";
const END_OF: &str = "DELETE FROM account_session WHERE applicant_id = $1 AND id <> $2";
const END_OF_DEVICE: &str =
    "DELETE FROM account_session WHERE applicant_id = $1 AND device_id = $2";
const PRUNE: &str = "DELETE FROM account_session WHERE expires_at <= $1 OR seen_at <= $2";

impl Store {
    /// Returns the session of what a browser holds, or none where it is unknown, ended or at another stage.
    pub async fn find_account_session(
        &self,
        secret: &str,
        stage: SessionStage,
        alive: Alive,
    ) -> Result<Option<AccountSessionRow>, StoreError> {
        let hash = token_hash(secret);
        let row = sqlx::query(FIND)
            .bind(hash.clone())
            .bind(stage.as_str())
            .bind(alive.now.0)
            .bind(alive.used_since.0)
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find a session")?;
        let with_hash = |r: Reader<'_>| Ok((r.get::<String>("hash")?, read(r)?));
        Ok(one(SESSION, row, with_hash)?
            .filter(|(kept, _)| bool::from(kept.as_bytes().ct_eq(hash.as_bytes())))
            .map(|(_, session)| session))
    }

    /// Returns a session in which somebody is signed in still.
    pub async fn find_open_account_session(
        &self,
        tenant: TenantId,
        id: AccountSessionId,
        alive: Alive,
    ) -> Result<Option<AccountSessionRow>, StoreError> {
        let row = sqlx::query(FIND_OPEN)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(alive.now.0)
            .bind(alive.used_since.0)
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find a session")?;
        one(SESSION, row, read)
    }

    /// Returns the sessions in which somebody is signed in, newest first.
    pub async fn list_account_sessions(
        &self,
        applicant: ApplicantId,
        alive: Alive,
    ) -> Result<Vec<AccountSessionRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(applicant.to_string())
            .bind(alive.now.0)
            .bind(alive.used_since.0)
            .fetch_all(&self.inner.pool)
            .await
            .doing("list sessions")?;
        all(SESSION, &rows, read)
    }

    /// Notes that a session is used. One that has ended meanwhile stays so.
    pub async fn touch_account_session(
        &self,
        id: AccountSessionId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query(TOUCH)
            .bind(now.0)
            .bind(id.to_string())
            .execute(tx.conn())
            .await
            .doing("note the use of a session")?;
        tx.commit().await
    }
}

impl Tx {
    /// Begins a session; what the browser holds is given once.
    pub async fn open_account_session(
        &mut self,
        new: NewAccountSession,
        now: Millis,
    ) -> Result<(AccountSessionRow, Secret), StoreError> {
        let secret = Secret::draw("")?;
        let row = AccountSessionRow {
            id: AccountSessionId::new(now, Store::random_id_bytes()?),
            tenant_id: new.tenant,
            applicant_id: new.applicant,
            stage: new.stage,
            shown: new.shown,
            device_id: new.device,
            browser: new.browser,
            network: new.network,
            created_at: new.since,
            seen_at: now,
            expires_at: new.until,
        };
        let shown: Vec<&str> = row.shown.iter().map(|factor| factor.name()).collect();
        sqlx::query(INSERT)
            .bind(row.id.to_string())
            .bind(row.tenant_id.to_string())
            .bind(row.applicant_id.to_string())
            .bind(token_hash(secret.reveal()))
            .bind(row.stage.as_str())
            .bind(shown.join(","))
            .bind(row.device_id.map(|id| id.to_string()))
            .bind(row.browser.clone())
            .bind(row.created_at.0)
            .bind(now.0)
            .bind(row.expires_at.0)
            .bind(row.network.clone())
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(SESSION, "begin a session", source))?;
        Ok((row, secret))
    }

    /// Ends a session of somebody; false where there is none.
    pub async fn end_account_session(
        &mut self,
        applicant: ApplicantId,
        id: AccountSessionId,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(END)
            .bind(id.to_string())
            .bind(applicant.to_string())
            .execute(self.conn())
            .await
            .doing("end a session")?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends the session of what a browser holds, at whatever stage.
    pub async fn end_held_account_session(&mut self, secret: &str) -> Result<(), StoreError> {
        sqlx::query(END_HELD)
            .bind(token_hash(secret))
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("end a session")
    }

    /// Ends all sessions of somebody, but for one where that is named.
    pub async fn end_account_sessions_of(
        &mut self,
        applicant: ApplicantId,
        but: Option<AccountSessionId>,
    ) -> Result<(), StoreError> {
        sqlx::query(END_OF)
            .bind(applicant.to_string())
            .bind(but.map_or_else(String::new, |id| id.to_string()))
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("end sessions")
    }

    /// Ends all sessions on a device.
    pub async fn end_account_sessions_on(
        &mut self,
        applicant: ApplicantId,
        device: DeviceId,
    ) -> Result<(), StoreError> {
        sqlx::query(END_OF_DEVICE)
            .bind(applicant.to_string())
            .bind(device.to_string())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("end sessions")
    }

    /// Removes the sessions that have ended; returns how many.
    pub async fn prune_account_sessions(&mut self, alive: Alive) -> Result<u64, StoreError> {
        sqlx::query(PRUNE)
            .bind(alive.now.0)
            .bind(alive.used_since.0)
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("prune sessions")
    }
}

fn read(r: Reader<'_>) -> Result<AccountSessionRow, StoreError> {
    let shown = r.list("shown")?.iter().map(|name| name.parse()).collect();
    Ok(AccountSessionRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        stage: r.parse("stage")?,
        shown: Result::map_err(shown, |_: menshen_core::account::NoFactor| {
            StoreError::Corrupt {
                table: SESSION,
                column: "shown",
            }
        })?,
        device_id: r.parse_maybe("device_id")?,
        browser: r.get("browser")?,
        network: r.get("network")?,
        created_at: r.at("created_at")?,
        seen_at: r.at("seen_at")?,
        expires_at: r.at("expires_at")?,
    })
}
