//! A session of a live check as it goes on and ends. Every step names the version that it replaces: of two connections, or two
//! nodes, one goes on and the other learns that it has been taken over.

use menshen_core::ids::{BlobId, CaptureId, TenantId, VerificationId};
use menshen_core::time::Millis;

use crate::blobs::{Place, StagedBlob};
use crate::columns::all;
use crate::error::{Doing, insert_error, one_row};
use crate::live_sessions::{EVIDENCE, FRAMES, LIVE, REASONS, SECRET, chunk_row};
use crate::{LiveRow, LiveState, Purpose, StoreError, Tx};

/// What has happened in a session since its last step.
pub struct LiveStep<'a> {
    /// What it asks for, its key and where it stands, in the clear.
    pub secret: &'a [u8],
    /// Frames that came, in the clear; none where none did.
    pub frames: Option<&'a [u8]>,
    /// A better frame than the one kept so far.
    pub best: Option<StagedBlob>,
}

/// How a session ended.
pub struct LiveEnd<'a> {
    /// Where it stands now.
    pub state: LiveState,
    /// What was measured.
    pub evidence: &'a [u8],
    /// The reasons in full.
    pub reasons: &'a [u8],
    /// The reasons' codes.
    pub codes: Vec<String>,
    /// The picture of the person that it gave.
    pub capture_id: Option<CaptureId>,
}

const STEP: &str = "UPDATE live_session SET cue_shown = $1, connection = $2, next_seq = $3, chunks = $4, secret_sealed = $5, \
     best_blob = $6, version = version + 1 WHERE id = $7 AND tenant_id = $8 AND version = $9 AND state = 'open'";
const INSERT_CHUNK: &str =
    "INSERT INTO live_chunk (session_id, n, frames_sealed) VALUES ($1, $2, $3)";
const END: &str = "UPDATE live_session SET state = $1, ended_at = $2, secret_sealed = NULL, evidence_sealed = $3, \
     reasons_sealed = $4, codes = $5, best_blob = NULL, capture_id = $6, version = version + 1 \
     WHERE id = $7 AND tenant_id = $8 AND version = $9 AND state = 'open'";
const DELETE_CHUNKS: &str = "DELETE FROM live_chunk WHERE session_id = $1";
const DROP: &str = "UPDATE live_session SET state = $1, ended_at = $2, secret_sealed = NULL, best_blob = NULL, \
     version = version + 1 WHERE tenant_id = $3 AND verification_id = $4 AND state = 'open'";
const DROP_CHUNKS: &str = "DELETE FROM live_chunk WHERE session_id IN \
     (SELECT id FROM live_session WHERE tenant_id = $1 AND verification_id = $2 AND state <> 'open')";
const BEST_OF: &str = "SELECT b.id, b.place FROM live_session s JOIN blob b ON b.id = s.best_blob \
     WHERE s.tenant_id = $1 AND s.verification_id = $2 AND s.state = 'open'";
const PLACE: &str = "SELECT id, place FROM blob WHERE id = $1 AND tenant_id = $2";

impl Tx {
    /// Writes what has happened in a session over the row's version, and brings the row up to date.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where another connection has gone on with it, or it has ended.
    pub async fn step_live(
        &mut self,
        row: &mut LiveRow,
        step: LiveStep<'_>,
    ) -> Result<(), StoreError> {
        let store = self.store.clone();
        let keys = &store.inner.keys;
        let key = row.subject().key(self.conn(), keys, Purpose::Biometric);
        let key = key.await?;
        let before = row.best_blob;
        let best = step.best.as_ref().map(StagedBlob::id);
        let chunks = row.chunks + i64::from(step.frames.is_some());
        let done = sqlx::query(STEP)
            .bind(i64::from(row.cue_shown))
            .bind(row.connection)
            .bind(row.next_seq)
            .bind(chunks)
            .bind(key.seal(SECRET, &row.id.to_string(), step.secret)?)
            .bind(best.or(before).map(|id| id.to_string()))
            .bind(row.id.to_string())
            .bind(row.tenant_id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("go on with live check")?;
        one_row(LIVE, &done)?;
        if let Some(frames) = step.frames {
            sqlx::query(INSERT_CHUNK)
                .bind(row.id.to_string())
                .bind(row.chunks)
                .bind(key.seal(FRAMES, &chunk_row(row.id, row.chunks), frames)?)
                .execute(self.conn())
                .await
                .map_err(|source| insert_error("live_chunk", "go on with live check", source))?;
        }
        if let Some(best) = &step.best {
            self.keep_blob(best).await?;
            self.remove_best(row.tenant_id, before).await?;
            row.best_blob = Some(best.id());
        }
        row.chunks = chunks;
        row.version += 1;
        Ok(())
    }

    /// Ends a session over the row's version: its frames and its key go, what was measured stays.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where another connection has gone on with it, or it has ended.
    pub async fn end_live(
        &mut self,
        row: &LiveRow,
        end: &LiveEnd<'_>,
        now: Millis,
    ) -> Result<(), StoreError> {
        let store = self.store.clone();
        let keys = &store.inner.keys;
        let key = row.subject().key(self.conn(), keys, Purpose::Document);
        let key = key.await?;
        let id = row.id.to_string();
        let done = sqlx::query(END)
            .bind(end.state.as_str())
            .bind(now.0)
            .bind(key.seal(EVIDENCE, &id, end.evidence)?)
            .bind(key.seal(REASONS, &id, end.reasons)?)
            .bind(end.codes.join(","))
            .bind(end.capture_id.map(|id| id.to_string()))
            .bind(id.clone())
            .bind(row.tenant_id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("end live check")?;
        one_row(LIVE, &done)?;
        sqlx::query(DELETE_CHUNKS)
            .bind(id)
            .execute(self.conn())
            .await
            .doing("end live check")?;
        self.remove_best(row.tenant_id, row.best_blob).await
    }

    /// Ends whatever session of a verification runs, without a look at it; tells whether one did. What cannot be read any
    /// more, or makes place for another one, ends so.
    pub async fn drop_live(
        &mut self,
        tenant: TenantId,
        verification: VerificationId,
        state: LiveState,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let rows = sqlx::query(BEST_OF)
            .bind(tenant.to_string())
            .bind(verification.to_string())
            .fetch_all(self.conn())
            .await
            .doing("find best frame")?;
        let files: Vec<(Place, BlobId)> =
            all("blob", &rows, |r| Ok((r.parse("place")?, r.parse("id")?)))?;
        let done = sqlx::query(DROP)
            .bind(state.as_str())
            .bind(now.0)
            .bind(tenant.to_string())
            .bind(verification.to_string())
            .execute(self.conn())
            .await
            .doing("end live check")?;
        sqlx::query(DROP_CHUNKS)
            .bind(tenant.to_string())
            .bind(verification.to_string())
            .execute(self.conn())
            .await
            .doing("end live check")?;
        for (place, id) in files {
            self.remove_blob(place, id).await?;
        }
        Ok(done.rows_affected() > 0)
    }

    async fn remove_best(
        &mut self,
        tenant: TenantId,
        id: Option<BlobId>,
    ) -> Result<(), StoreError> {
        let Some(id) = id else { return Ok(()) };
        let rows = sqlx::query(PLACE)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_all(self.conn())
            .await
            .doing("find best frame")?;
        for place in all("blob", &rows, |r| r.parse::<Place>("place"))? {
            self.remove_blob(place, id).await?;
        }
        Ok(())
    }
}
