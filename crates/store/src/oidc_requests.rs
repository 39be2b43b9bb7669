//! What apps asked for and nobody has answered yet. The browser carries a secret, of which only the hash is kept.

use menshen_core::ids::{OidcClientId, TenantId};
use menshen_core::time::Millis;
use zeroize::Zeroizing;

use crate::columns::{Reader, one};
use crate::digest::{derive, token_hash};
use crate::error::{Doing, insert_error};
use crate::seal::Column;
use crate::{Opened, Secret, Store, StoreError, Tx};

/// What an app asked for.
#[derive(Clone)]
pub struct OidcRequestRow {
    /// Whose app.
    pub tenant_id: TenantId,
    /// Which app.
    pub client_id: OidcClientId,
    /// When.
    pub created_at: Millis,
    /// Until when it can be answered.
    pub expires_at: Millis,
    hash: String,
    asked_sealed: Vec<u8>,
}

const REQUEST: &str = "oidc_request";
const ASKED: Column = Column::new(REQUEST, "asked_sealed");
const INSERT: &str = "INSERT INTO oidc_request (hash, tenant_id, client_id, asked_sealed, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const FIND: &str = "SELECT r.hash, r.tenant_id, r.client_id, r.asked_sealed, r.created_at, r.expires_at FROM oidc_request r \
     JOIN oidc_client c ON c.id = r.client_id WHERE r.hash = $1 AND r.expires_at > $2 AND c.deleted_at IS NULL";
const USE: &str = "DELETE FROM oidc_request WHERE hash = $1";
const PRUNE: &str = "DELETE FROM oidc_request WHERE expires_at <= $1";

impl OidcRequestRow {
    /// Returns what was asked for, as it was handed in.
    pub fn asked(&self, store: &Store) -> Result<Opened, StoreError> {
        let key = seal_key(store, self.tenant_id);
        ASKED.open(&key, self.tenant_id, &self.hash, &self.asked_sealed)
    }
}

impl Store {
    /// Returns what an app asked for, by what the browser carries, where it can still be answered.
    pub async fn find_oidc_request(
        &self,
        secret: &str,
        now: Millis,
    ) -> Result<Option<OidcRequestRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(token_hash(secret))
            .bind(now.0)
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find a request of an app")?;
        one(REQUEST, row, read)
    }
}

impl Tx {
    /// Keeps what an app asks for; returns what the browser is to carry.
    pub async fn create_oidc_request(
        &mut self,
        (tenant, client): (TenantId, OidcClientId),
        asked: &[u8],
        until: Millis,
        now: Millis,
    ) -> Result<Secret, StoreError> {
        let secret = Secret::draw("")?;
        let hash = token_hash(secret.reveal());
        let key = seal_key(&self.store, tenant);
        let sealed = ASKED.seal(&key, tenant, &hash, asked)?;
        sqlx::query(INSERT)
            .bind(hash)
            .bind(tenant.to_string())
            .bind(client.to_string())
            .bind(sealed)
            .bind(now.0)
            .bind(until.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(REQUEST, "keep a request of an app", source))?;
        Ok(secret)
    }

    /// Uses a request up; false where somebody was faster.
    pub async fn use_oidc_request(&mut self, row: &OidcRequestRow) -> Result<bool, StoreError> {
        let done = sqlx::query(USE)
            .bind(row.hash.clone())
            .execute(self.conn())
            .await
            .doing("use a request of an app up")?;
        Ok(done.rows_affected() == 1)
    }

    /// Removes the requests that can no longer be answered; returns how many.
    pub async fn prune_oidc_requests(&mut self, now: Millis) -> Result<u64, StoreError> {
        sqlx::query(PRUNE)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("prune requests of apps")
    }
}

fn seal_key(store: &Store, tenant: TenantId) -> Zeroizing<[u8; 32]> {
    derive(&store.inner.tenant_seal, tenant, REQUEST)
}

fn read(r: Reader<'_>) -> Result<OidcRequestRow, StoreError> {
    Ok(OidcRequestRow {
        hash: r.get("hash")?,
        tenant_id: r.parse("tenant_id")?,
        client_id: r.parse("client_id")?,
        asked_sealed: r.get("asked_sealed")?,
        created_at: r.at("created_at")?,
        expires_at: r.at("expires_at")?,
    })
}
