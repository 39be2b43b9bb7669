//! Browsers in which people of staff have signed in, or are about to. Of what the browser holds only a hash is kept.

use menshen_core::ids::{SessionId, StaffId, TenantId};
use menshen_core::time::Millis;
use subtle::ConstantTimeEq;

use crate::columns::{Reader, all, one};
use crate::digest::token_hash;
use crate::error::{Doing, insert_error};
use crate::{Secret, Store, StoreError, Tx};

/// How far somebody has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionStage {
    /// The password was right.
    Factor,
    /// They have signed in.
    Open,
}

crate::columns::words!(SessionStage { Factor = "factor", Open = "open" });

/// A browser's session.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// The id.
    pub id: SessionId,
    /// For whom its owner works.
    pub tenant_id: TenantId,
    /// Whose it is.
    pub staff_id: StaffId,
    /// The browser, in words of a fixed list.
    pub browser: String,
    /// When it began.
    pub created_at: Millis,
    /// When something was last asked in it, to the minute.
    pub seen_at: Millis,
    /// When it ends, whatever is asked.
    pub expires_at: Millis,
}

/// A session that is to begin.
pub struct NewSession {
    /// For whom its owner works.
    pub tenant: TenantId,
    /// Whose it is.
    pub staff: StaffId,
    /// How far they have come.
    pub stage: SessionStage,
    /// The browser, in words of a fixed list.
    pub browser: String,
    /// When it ends, whatever is asked.
    pub until: Millis,
}

/// When it is, and since when a session must have been used to be open still.
#[derive(Clone, Copy, Debug)]
pub struct Alive {
    /// Now.
    pub now: Millis,
    /// Sessions not used since then have ended.
    pub used_since: Millis,
}

const SESSION: &str = "staff_session";
const INSERT: &str = "INSERT INTO staff_session (id, tenant_id, staff_id, hash, stage, browser, created_at, seen_at, \
     expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)";
const FIND: &str = "SELECT id, tenant_id, staff_id, hash, browser, created_at, seen_at, expires_at FROM staff_session \
     WHERE hash = $1 AND stage = $2 AND expires_at > $3 AND seen_at > $4";
const LIST: &str = "SELECT id, tenant_id, staff_id, browser, created_at, seen_at, expires_at FROM staff_session \
     WHERE staff_id = $1 AND stage = 'open' AND expires_at > $2 AND seen_at > $3 ORDER BY id DESC";
const TOUCH: &str = "UPDATE staff_session SET seen_at = $1 WHERE id = $2 AND seen_at < $1";
const END: &str = "DELETE FROM staff_session WHERE id = $1 AND staff_id = $2";
const END_HELD: &str = "DELETE FROM staff_session WHERE hash = $1";
const END_OF: &str = "DELETE FROM staff_session WHERE staff_id = $1 AND id <> $2";
const PRUNE: &str = "DELETE FROM staff_session WHERE expires_at <= $1 OR seen_at <= $2";

impl Store {
    /// Returns the session of what a browser holds, or none where it is unknown, ended or at another stage.
    pub async fn find_session(
        &self,
        secret: &str,
        stage: SessionStage,
        alive: Alive,
    ) -> Result<Option<SessionRow>, StoreError> {
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

    /// Returns the sessions in which somebody is signed in, newest first.
    pub async fn list_sessions(
        &self,
        staff: StaffId,
        alive: Alive,
    ) -> Result<Vec<SessionRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(staff.to_string())
            .bind(alive.now.0)
            .bind(alive.used_since.0)
            .fetch_all(&self.inner.pool)
            .await
            .doing("list sessions")?;
        all(SESSION, &rows, read)
    }

    /// Notes that a session is used. One that has ended meanwhile stays so.
    pub async fn touch_session(&self, id: SessionId, now: Millis) -> Result<(), StoreError> {
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
    pub async fn open_session(
        &mut self,
        new: NewSession,
        now: Millis,
    ) -> Result<(SessionRow, Secret), StoreError> {
        let secret = Secret::draw("")?;
        let row = SessionRow {
            id: SessionId::new(now, Store::random_id_bytes()?),
            tenant_id: new.tenant,
            staff_id: new.staff,
            browser: new.browser,
            created_at: now,
            seen_at: now,
            expires_at: new.until,
        };
        sqlx::query(INSERT)
            .bind(row.id.to_string())
            .bind(row.tenant_id.to_string())
            .bind(row.staff_id.to_string())
            .bind(token_hash(secret.reveal()))
            .bind(new.stage.as_str())
            .bind(row.browser.clone())
            .bind(now.0)
            .bind(row.expires_at.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(SESSION, "begin a session", source))?;
        Ok((row, secret))
    }

    /// Ends a session of somebody; false where there is none.
    pub async fn end_session(&mut self, staff: StaffId, id: SessionId) -> Result<bool, StoreError> {
        let done = sqlx::query(END)
            .bind(id.to_string())
            .bind(staff.to_string())
            .execute(self.conn())
            .await
            .doing("end a session")?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends the session of what a browser holds, at whatever stage.
    pub async fn end_held_session(&mut self, secret: &str) -> Result<(), StoreError> {
        sqlx::query(END_HELD)
            .bind(token_hash(secret))
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("end a session")
    }

    /// Ends all sessions of somebody, but for one where that is named.
    pub async fn end_sessions_of(
        &mut self,
        staff: StaffId,
        but: Option<SessionId>,
    ) -> Result<(), StoreError> {
        sqlx::query(END_OF)
            .bind(staff.to_string())
            .bind(but.map_or_else(String::new, |id| id.to_string()))
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("end sessions")
    }

    /// Removes the sessions that have ended; returns how many.
    pub async fn prune_sessions(&mut self, alive: Alive) -> Result<u64, StoreError> {
        sqlx::query(PRUNE)
            .bind(alive.now.0)
            .bind(alive.used_since.0)
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("prune sessions")
    }
}

fn read(r: Reader<'_>) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        staff_id: r.parse("staff_id")?,
        browser: r.get("browser")?,
        created_at: r.at("created_at")?,
        seen_at: r.at("seen_at")?,
        expires_at: r.at("expires_at")?,
    })
}
