//! Keys that sign ID tokens. The private part is sealed with a key of the tenant.

use menshen_core::ids::{OidcKeyId, TenantId};
use menshen_core::time::Millis;
use zeroize::Zeroizing;

use crate::columns::{Reader, all};
use crate::digest::derive;
use crate::error::{Doing, insert_error};
use crate::seal::Column;
use crate::{OidcAlg, Opened, Store, StoreError, Tx};

/// A key that is to be.
pub struct NewOidcKey<'a> {
    /// Whose.
    pub tenant_id: TenantId,
    /// What it signs with.
    pub alg: OidcAlg,
    /// The public part, raw.
    pub public: &'a [u8],
    /// The private part, PKCS #8; it is sealed.
    pub private: &'a [u8],
    /// From when it signs.
    pub active_from: Millis,
}

/// A key that signs ID tokens.
#[derive(Clone)]
pub struct OidcKeyRow {
    /// The id, which is also its `kid`.
    pub id: OidcKeyId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// What it signs with.
    pub alg: OidcAlg,
    /// The public part, raw.
    pub public: Vec<u8>,
    /// When it was made.
    pub created_at: Millis,
    /// From when it signs, until another does.
    pub active_from: Millis,
    /// Until when it is published, where another follows it.
    pub ends_at: Option<Millis>,
    private_sealed: Vec<u8>,
}

const KEY: &str = "oidc_key";
const PRIVATE: Column = Column::new(KEY, "private_sealed");
const INSERT: &str = "INSERT INTO oidc_key (id, tenant_id, alg, public_key, private_sealed, created_at, active_from, ends_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)";
const LIST: &str = "SELECT id, tenant_id, alg, public_key, private_sealed, created_at, active_from, ends_at FROM oidc_key \
     WHERE tenant_id = $1 AND (ends_at IS NULL OR ends_at > $2) ORDER BY active_from DESC, id DESC";
const END: &str = "UPDATE oidc_key SET ends_at = $1 WHERE tenant_id = $2 AND alg = $3 AND (ends_at IS NULL OR ends_at > $1)";
const PRUNE: &str = "DELETE FROM oidc_key WHERE ends_at <= $1";
const TENANTS: &str = "SELECT DISTINCT tenant_id FROM oidc_key ORDER BY tenant_id";

impl OidcKeyRow {
    /// Returns the private part, PKCS #8.
    pub fn private(&self, store: &Store) -> Result<Opened, StoreError> {
        let key = seal_key(store, self.tenant_id);
        let row = self.id.to_string();
        PRIVATE.open(&key, self.tenant_id, &row, &self.private_sealed)
    }
}

impl Store {
    /// Returns a tenant's keys that are published, whatever they sign with, the last to sign first.
    pub async fn list_oidc_keys(
        &self,
        tenant: TenantId,
        now: Millis,
    ) -> Result<Vec<OidcKeyRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(now.0)
            .fetch_all(&self.inner.pool)
            .await
            .doing("list keys of ID tokens")?;
        all(KEY, &rows, read)
    }

    /// Returns the tenants that have such keys.
    pub async fn list_oidc_tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        let rows = sqlx::query(TENANTS)
            .fetch_all(&self.inner.pool)
            .await
            .doing("list tenants with keys of ID tokens")?;
        all(KEY, &rows, |r| r.parse("tenant_id"))
    }
}

impl Tx {
    /// Returns a tenant's keys that are published, whatever they sign with, the last to sign first.
    pub async fn list_oidc_keys(
        &mut self,
        tenant: TenantId,
        now: Millis,
    ) -> Result<Vec<OidcKeyRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(now.0)
            .fetch_all(self.conn())
            .await
            .doing("list keys of ID tokens")?;
        all(KEY, &rows, read)
    }

    /// Adds a key; returns its id. Whoever adds one has locked the tenant.
    pub async fn create_oidc_key(
        &mut self,
        new: &NewOidcKey<'_>,
        now: Millis,
    ) -> Result<OidcKeyId, StoreError> {
        let id = OidcKeyId::new(now, Store::random_id_bytes()?);
        let key = seal_key(&self.store, new.tenant_id);
        let row = id.to_string();
        let sealed = PRIVATE.seal(&key, new.tenant_id, &row, new.private)?;
        sqlx::query(INSERT)
            .bind(row)
            .bind(new.tenant_id.to_string())
            .bind(new.alg.as_str())
            .bind(new.public.to_vec())
            .bind(sealed)
            .bind(now.0)
            .bind(new.active_from.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(KEY, "create a key of ID tokens", source))?;
        Ok(id)
    }

    /// Ends the publication of all keys of a kind at an instant, where it does not end before.
    pub async fn end_oidc_keys(
        &mut self,
        tenant: TenantId,
        alg: OidcAlg,
        at: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query(END)
            .bind(at.0)
            .bind(tenant.to_string())
            .bind(alg.as_str())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("end keys of ID tokens")
    }

    /// Destroys the keys that are no longer published; returns how many.
    pub async fn prune_oidc_keys(&mut self, now: Millis) -> Result<u64, StoreError> {
        sqlx::query(PRUNE)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("prune keys of ID tokens")
    }
}

fn seal_key(store: &Store, tenant: TenantId) -> Zeroizing<[u8; 32]> {
    derive(&store.inner.tenant_seal, tenant, KEY)
}

fn read(r: Reader<'_>) -> Result<OidcKeyRow, StoreError> {
    Ok(OidcKeyRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        alg: r.parse("alg")?,
        public: r.get("public_key")?,
        created_at: r.at("created_at")?,
        active_from: r.at("active_from")?,
        ends_at: r.at_maybe("ends_at")?,
        private_sealed: r.get("private_sealed")?,
    })
}
