//! Requests that may come twice and must have one effect.
//!
//! Where [`Tx::begin_idempotent`], the effect and [`Tx::finish_idempotent`] share one transaction, a crash
//! undoes all three and a second request waits for the first. Where the effect needs several transactions,
//! the first commits alone; should it die, the key is free again after [`TAKE_OVER`].

use menshen_core::ids::TenantId;
use menshen_core::time::{DAY, MINUTE, Millis};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::columns::{Reader, one};
use crate::digest::derive;
use crate::error::{Doing, one_row};
use crate::seal::Column;
use crate::{DigestKind, Opened, StoreError, Tx};

/// What is known about a request with an idempotency key.
pub enum Idempotency {
    /// It is the first: do it.
    Fresh,
    /// Another is being worked on: come again.
    InFlight,
    /// It was done: answer the same.
    Done {
        /// The answer's status.
        status: u16,
        /// The answer's body.
        body: Opened,
    },
    /// The key was used for another route or body: refuse.
    OtherBody,
}

/// How long answers are kept, in milliseconds.
const KEPT: i64 = DAY;
/// After how long a request that never ended may be done by another, in milliseconds: longer than any takes.
pub const TAKE_OVER: i64 = MINUTE;

const IDEMPOTENCY: &str = "idempotency";
const BODY: Column = Column::new(IDEMPOTENCY, "body_sealed");
const DELETE_EXPIRED: &str =
    "DELETE FROM idempotency WHERE tenant_id = $1 AND key_digest = $2 AND expires_at <= $3";
const INSERT: &str = "INSERT INTO idempotency (tenant_id, key_digest, route, body_digest, status, body_sealed, \
     created_at, expires_at) VALUES ($1, $2, $3, $4, NULL, NULL, $5, $6) \
     ON CONFLICT (tenant_id, key_digest) DO NOTHING";
const FIND: &str = "SELECT route, body_digest, status, body_sealed, created_at FROM idempotency \
     WHERE tenant_id = $1 AND key_digest = $2";
const TAKE: &str = "UPDATE idempotency SET created_at = $1 \
     WHERE tenant_id = $2 AND key_digest = $3 AND created_at = $4 AND status IS NULL";
const FINISH: &str = "UPDATE idempotency SET status = $1, body_sealed = $2 \
     WHERE tenant_id = $3 AND key_digest = $4 AND status IS NULL";
const FORGET: &str =
    "DELETE FROM idempotency WHERE tenant_id = $1 AND key_digest = $2 AND status IS NULL";
const PRUNE: &str = "DELETE FROM idempotency WHERE expires_at <= $1";

struct Kept {
    route: String,
    body_digest: String,
    status: Option<i64>,
    body_sealed: Option<Vec<u8>>,
    created_at: Millis,
}

impl Tx {
    /// Claims an idempotency key for a request, or tells what became of the one that had it.
    pub async fn begin_idempotent(
        &mut self,
        tenant: TenantId,
        key: &str,
        route: &str,
        body: &[u8],
        now: Millis,
    ) -> Result<Idempotency, StoreError> {
        let text = key;
        let key = self.key_digest(tenant, text);
        let body_digest = self.store.digest(tenant, DigestKind::Body, body);
        sqlx::query(DELETE_EXPIRED)
            .bind(tenant.to_string())
            .bind(key.clone())
            .bind(now.0)
            .execute(self.conn())
            .await
            .doing("expire idempotency key")?;
        let done = sqlx::query(INSERT)
            .bind(tenant.to_string())
            .bind(key.clone())
            .bind(route.to_owned())
            .bind(body_digest.clone())
            .bind(now.0)
            .bind(now.plus(KEPT).0)
            .execute(self.conn())
            .await
            .doing("claim idempotency key")?;
        if done.rows_affected() == 1 {
            return Ok(Idempotency::Fresh);
        }
        let Some(kept) = self.kept(tenant, &key).await? else {
            return Ok(Idempotency::InFlight);
        };
        let same = kept.body_digest.as_bytes().ct_eq(body_digest.as_bytes());
        if kept.route != route || !bool::from(same) {
            return Ok(Idempotency::OtherBody);
        }
        match (kept.status, kept.body_sealed) {
            (Some(status), Some(sealed)) => self.done(tenant, (text, &key), status, &sealed),
            _ => self.take_over(tenant, &key, kept.created_at, now).await,
        }
    }

    /// Keeps the answer of a request that was claimed.
    pub async fn finish_idempotent(
        &mut self,
        tenant: TenantId,
        key: &str,
        status: u16,
        body: &[u8],
    ) -> Result<(), StoreError> {
        let seal = self.answer_key(tenant, key);
        let key = self.key_digest(tenant, key);
        let done = sqlx::query(FINISH)
            .bind(i64::from(status))
            .bind(BODY.seal(&seal, tenant, &key, body)?)
            .bind(tenant.to_string())
            .bind(key)
            .execute(self.conn())
            .await
            .doing("keep an answer")?;
        one_row(IDEMPOTENCY, &done)
    }

    /// Frees the key of a request that failed without an effect.
    pub async fn forget_idempotent(
        &mut self,
        tenant: TenantId,
        key: &str,
    ) -> Result<(), StoreError> {
        let key = self.key_digest(tenant, key);
        sqlx::query(FORGET)
            .bind(tenant.to_string())
            .bind(key)
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("forget an idempotency key")
    }

    /// Removes the answers whose time is over; returns how many.
    pub async fn prune_idempotency(&mut self, now: Millis) -> Result<u64, StoreError> {
        sqlx::query(PRUNE)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("prune idempotency keys")
    }

    fn key_digest(&self, tenant: TenantId, key: &str) -> String {
        self.store
            .digest(tenant, DigestKind::IdempotencyKey, key.as_bytes())
    }

    /// Returns the key that seals an answer. The caller's text is part of it and stands nowhere here: answers that hold
    /// secrets open to whoever asks again, and to nobody else.
    fn answer_key(&self, tenant: TenantId, text: &str) -> Zeroizing<[u8; 32]> {
        let seal = derive(&self.store.inner.tenant_seal, tenant, "seal");
        derive(&seal, tenant, &format!("idempotency {text}"))
    }

    async fn kept(&mut self, tenant: TenantId, key: &str) -> Result<Option<Kept>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(tenant.to_string())
            .bind(key.to_owned())
            .fetch_optional(self.conn())
            .await
            .doing("find idempotency key")?;
        let read = |r: Reader<'_>| {
            Ok(Kept {
                route: r.get("route")?,
                body_digest: r.get("body_digest")?,
                status: r.get("status")?,
                body_sealed: r.get("body_sealed")?,
                created_at: r.at("created_at")?,
            })
        };
        one(IDEMPOTENCY, row, read)
    }

    fn done(
        &self,
        tenant: TenantId,
        (text, key): (&str, &str),
        status: i64,
        sealed: &[u8],
    ) -> Result<Idempotency, StoreError> {
        let status = u16::try_from(status).map_err(|_| StoreError::Corrupt {
            table: IDEMPOTENCY,
            column: "status",
        })?;
        let seal = self.answer_key(tenant, text);
        let body = BODY.open(&seal, tenant, key, sealed)?;
        Ok(Idempotency::Done { status, body })
    }

    async fn take_over(
        &mut self,
        tenant: TenantId,
        key: &str,
        since: Millis,
        now: Millis,
    ) -> Result<Idempotency, StoreError> {
        if since.plus(TAKE_OVER) > now {
            return Ok(Idempotency::InFlight);
        }
        let done = sqlx::query(TAKE)
            .bind(now.0)
            .bind(tenant.to_string())
            .bind(key.to_owned())
            .bind(since.0)
            .execute(self.conn())
            .await
            .doing("take over an idempotency key")?;
        Ok(match done.rows_affected() {
            1 => Idempotency::Fresh,
            _ => Idempotency::InFlight,
        })
    }
}
