//! Keys by which an integrator's server calls. Only their hashes are kept.

use menshen_core::ids::{ApiKeyId, TenantId};
use menshen_core::time::Millis;
use subtle::ConstantTimeEq;

use crate::columns::{Reader, all, older_than, one};
use crate::digest::token_hash;
use crate::error::{Doing, insert_error, one_row};
use crate::{Secret, Store, StoreError, TenantKind, TenantRow, Tx};

/// The secret of an API key: `mk_live_` or `mk_test_` and 32 random bytes. It is shown once.
pub type ApiSecret = Secret;

/// What a new key may do.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// What its owner calls it.
    pub label: String,
    /// The names of what it may do.
    pub scopes: Vec<String>,
    /// When it ends by itself.
    pub expires_at: Option<Millis>,
}

/// A key without its secret.
#[derive(Clone, Debug)]
pub struct ApiKeyRow {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose key it is.
    pub tenant_id: TenantId,
    /// What its owner calls it.
    pub label: String,
    /// The names of what it may do.
    pub scopes: Vec<String>,
    /// When it was created.
    pub created_at: Millis,
    /// When it ends by itself.
    pub expires_at: Option<Millis>,
    /// When it was revoked.
    pub revoked_at: Option<Millis>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Millis>,
    /// Counts the changes.
    pub version: i64,
}

/// Who calls: a key that is neither expired nor revoked, and its tenant.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The key.
    pub key: ApiKeyRow,
    /// Its tenant.
    pub tenant: TenantRow,
}

const API_KEY: &str = "api_key";
const INSERT: &str = "INSERT INTO api_key (id, tenant_id, secret_hash, label, scopes, created_at, expires_at, \
     revoked_at, last_used_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, NULL, 1)";
/// One round trip for every request: the key, and its tenant beside it.
const FIND_BY_HASH: &str = "SELECT k.id, k.tenant_id, k.secret_hash, k.label, k.scopes, k.created_at, k.expires_at, \
     k.revoked_at, k.last_used_at, k.version, t.name AS tenant_name, t.kind AS tenant_kind, t.policy_toml, \
     t.policy_identity, t.created_at AS tenant_created_at, t.version AS tenant_version \
     FROM api_key k JOIN tenant t ON t.id = k.tenant_id WHERE k.secret_hash = $1";
const FIND: &str = "SELECT id, tenant_id, label, scopes, created_at, expires_at, revoked_at, last_used_at, version \
     FROM api_key WHERE id = $1 AND tenant_id = $2";
const LIST: &str = "SELECT id, tenant_id, label, scopes, created_at, expires_at, revoked_at, last_used_at, version \
     FROM api_key WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
const REVOKE: &str = "UPDATE api_key SET revoked_at = $1, version = version + 1 \
     WHERE id = $2 AND tenant_id = $3 AND version = $4 AND revoked_at IS NULL";
/// No change of the key: whoever revokes it at the same moment succeeds.
const NOTE_USE: &str = "UPDATE api_key SET last_used_at = $1 \
     WHERE id = $2 AND tenant_id = $3 AND (last_used_at IS NULL OR last_used_at < $4)";
/// How exact the last use is kept, in milliseconds: a write per request would cost more than it tells.
const USE_STEP: i64 = 60_000;

impl Store {
    /// Returns who calls with a secret, or none where it is unknown, expired or revoked.
    pub async fn find_caller(
        &self,
        secret: &str,
        now: Millis,
    ) -> Result<Option<Caller>, StoreError> {
        let hash = token_hash(secret);
        let row = sqlx::query(FIND_BY_HASH)
            .bind(hash.clone())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find caller")?;
        let read = |r: Reader<'_>| Ok((r.get::<String>("secret_hash")?, read_caller(r)?));
        let Some((kept, caller)) = one(API_KEY, row, read)? else {
            return Ok(None);
        };
        let same = bool::from(kept.as_bytes().ct_eq(hash.as_bytes()));
        let key = &caller.key;
        let ended = key.revoked_at.is_some() || key.expires_at.is_some_and(|at| at <= now);
        Ok((same && !ended).then_some(caller))
    }

    /// Notes that a key was used, at most once a minute.
    pub async fn note_api_key_use(&self, key: &ApiKeyRow, now: Millis) -> Result<(), StoreError> {
        if key.last_used_at.is_some_and(|at| at.plus(USE_STEP) > now) {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        sqlx::query(NOTE_USE)
            .bind(now.0)
            .bind(key.id.to_string())
            .bind(key.tenant_id.to_string())
            .bind(now.plus(-USE_STEP).0)
            .execute(tx.conn())
            .await
            .doing("note the use of an api key")?;
        tx.commit().await
    }

    /// Returns a tenant's keys, newest first.
    pub async fn list_api_keys(
        &self,
        tenant: TenantId,
        after: Option<ApiKeyId>,
        limit: u32,
    ) -> Result<Vec<ApiKeyRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list api keys")?;
        all(API_KEY, &rows, read)
    }
}

impl Tx {
    /// Creates a key; the secret is given once and never again.
    pub async fn create_api_key(
        &mut self,
        tenant: &TenantRow,
        new: &NewApiKey,
        now: Millis,
    ) -> Result<(ApiKeyRow, ApiSecret), StoreError> {
        let secret = Secret::draw(match tenant.kind {
            TenantKind::Live => "mk_live_",
            TenantKind::Sandbox => "mk_test_",
        })?;
        let row = ApiKeyRow {
            id: ApiKeyId::new(now, Store::random_id_bytes()?),
            tenant_id: tenant.id,
            label: new.label.clone(),
            scopes: new.scopes.clone(),
            created_at: now,
            expires_at: new.expires_at,
            revoked_at: None,
            last_used_at: None,
            version: 1,
        };
        sqlx::query(INSERT)
            .bind(row.id.to_string())
            .bind(row.tenant_id.to_string())
            .bind(token_hash(secret.reveal()))
            .bind(row.label.clone())
            .bind(row.scopes.join(","))
            .bind(now.0)
            .bind(row.expires_at.map(|at| at.0))
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(API_KEY, "create api key", source))?;
        Ok((row, secret))
    }

    /// Returns a key of a tenant.
    pub async fn find_api_key(
        &mut self,
        tenant: TenantId,
        id: ApiKeyId,
    ) -> Result<Option<ApiKeyRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .fetch_optional(self.conn())
            .await
            .doing("find api key")?;
        one(API_KEY, row, read)
    }

    /// Revokes a key from now on. A key that is revoked already stays so.
    pub async fn revoke_api_key(&mut self, key: &ApiKeyRow, now: Millis) -> Result<(), StoreError> {
        if key.revoked_at.is_some() {
            return Ok(());
        }
        let done = sqlx::query(REVOKE)
            .bind(now.0)
            .bind(key.id.to_string())
            .bind(key.tenant_id.to_string())
            .bind(key.version)
            .execute(self.conn())
            .await
            .doing("revoke api key")?;
        one_row(API_KEY, &done)
    }
}

fn read_caller(r: Reader<'_>) -> Result<Caller, StoreError> {
    let key = read(r)?;
    let tenant = TenantRow {
        id: key.tenant_id,
        name: r.get("tenant_name")?,
        kind: r.parse("tenant_kind")?,
        policy_toml: r.get("policy_toml")?,
        policy_identity: r.get("policy_identity")?,
        created_at: r.at("tenant_created_at")?,
        version: r.get("tenant_version")?,
    };
    Ok(Caller { key, tenant })
}

fn read(r: Reader<'_>) -> Result<ApiKeyRow, StoreError> {
    Ok(ApiKeyRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        label: r.get("label")?,
        scopes: r.list("scopes")?,
        created_at: r.at("created_at")?,
        expires_at: r.at_maybe("expires_at")?,
        revoked_at: r.at_maybe("revoked_at")?,
        last_used_at: r.at_maybe("last_used_at")?,
        version: r.get("version")?,
    })
}
