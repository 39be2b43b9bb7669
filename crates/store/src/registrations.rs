//! Accounts that are about to be opened: an address, and whether its owner has proven it. Of the token only a hash is kept.

use menshen_core::ids::{RegistrationId, TenantId};
use menshen_core::time::Millis;

use crate::columns::{Reader, all, one};
use crate::digest::token_hash;
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::{Channel, DigestKind, Opened, Secret, Store, StoreError, Tx};

/// An account that is about to be opened, without its address.
pub struct RegistrationRow {
    /// The id.
    pub id: RegistrationId,
    /// Of which tenant.
    pub tenant_id: TenantId,
    /// Keyed digest of the address, as of a login.
    pub login_digest: String,
    /// What kind of address.
    pub channel: Channel,
    /// The language of its owner.
    pub locale: String,
    /// When the address was proven.
    pub proven_at: Option<Millis>,
    /// When it lapses.
    pub expires_at: Millis,
    /// Counts the changes.
    pub version: i64,
    address_sealed: Vec<u8>,
}

const REGISTRATION: &str = "registration";
const ADDRESS: Column = Column::new(REGISTRATION, "address_sealed");
const INSERT: &str = "INSERT INTO registration (id, tenant_id, hash, login_digest, channel, address_sealed, locale, \
     proven_at, created_at, expires_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8, $9, 1)";
const FIND: &str = "SELECT id, tenant_id, login_digest, channel, address_sealed, locale, proven_at, expires_at, version \
     FROM registration WHERE hash = $1 AND expires_at > $2";
const TIMES: &str = "SELECT created_at FROM registration WHERE tenant_id = $1 AND login_digest = $2 AND created_at > $3 \
     ORDER BY created_at";
const PROVE: &str =
    "UPDATE registration SET proven_at = $1, version = version + 1 WHERE id = $2 AND version = $3";
const DELETE: &str = "DELETE FROM registration WHERE id = $1 AND version = $2";
const PRUNE: &str = "DELETE FROM registration WHERE expires_at <= $1";

impl RegistrationRow {
    /// Returns the address, normalised.
    pub fn address(&self, store: &Store) -> Result<Opened, StoreError> {
        let key = store.account_key(self.tenant_id);
        ADDRESS.open(
            &key,
            self.tenant_id,
            &self.id.to_string(),
            &self.address_sealed,
        )
    }
}

impl Tx {
    /// Keeps a registration; its token is given once.
    pub async fn create_registration(
        &mut self,
        tenant: TenantId,
        (channel, address): (Channel, &str),
        locale: &str,
        (now, until): (Millis, Millis),
    ) -> Result<(RegistrationId, Secret), StoreError> {
        let secret = Secret::draw("")?;
        let id = RegistrationId::new(now, Store::random_id_bytes()?);
        let key = self.store.account_key(tenant);
        let login = (self.store).digest(tenant, DigestKind::AccountLogin, address.as_bytes());
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(token_hash(secret.reveal()))
            .bind(login)
            .bind(channel.as_str())
            .bind(ADDRESS.seal(&key, tenant, &id.to_string(), address.as_bytes())?)
            .bind(locale.to_owned())
            .bind(now.0)
            .bind(until.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(REGISTRATION, "keep a registration", source))?;
        Ok((id, secret))
    }

    /// Returns the registration of a token that has not lapsed.
    pub async fn find_registration(
        &mut self,
        token: &str,
        now: Millis,
    ) -> Result<Option<RegistrationRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(token_hash(token))
            .bind(now.0)
            .fetch_optional(self.conn())
            .await
            .doing("find a registration")?;
        one(REGISTRATION, row, read)
    }

    /// Returns when somebody began with an address, after an instant, oldest first.
    pub async fn list_registration_times(
        &mut self,
        tenant: TenantId,
        address: &str,
        since: Millis,
    ) -> Result<Vec<Millis>, StoreError> {
        let login = (self.store).digest(tenant, DigestKind::AccountLogin, address.as_bytes());
        let rows = sqlx::query(TIMES)
            .bind(tenant.to_string())
            .bind(login)
            .bind(since.0)
            .fetch_all(self.conn())
            .await
            .doing("list registrations")?;
        all(REGISTRATION, &rows, |r| r.at("created_at"))
    }

    /// The address was proven.
    pub async fn prove_registration(
        &mut self,
        row: &RegistrationRow,
        now: Millis,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(PROVE)
            .bind(now.0)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("prove a registration")?;
        one_row(REGISTRATION, &done)
    }

    /// Uses a registration up.
    pub async fn end_registration(&mut self, row: &RegistrationRow) -> Result<(), StoreError> {
        let done = sqlx::query(DELETE)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("end a registration")?;
        one_row(REGISTRATION, &done)
    }

    /// Removes registrations that have lapsed.
    pub async fn prune_registrations(&mut self, now: Millis) -> Result<(), StoreError> {
        sqlx::query(PRUNE)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("prune registrations")
    }
}

fn read(r: Reader<'_>) -> Result<RegistrationRow, StoreError> {
    Ok(RegistrationRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        login_digest: r.get("login_digest")?,
        channel: r.parse("channel")?,
        locale: r.get("locale")?,
        proven_at: r.at_maybe("proven_at")?,
        expires_at: r.at("expires_at")?,
        version: r.get("version")?,
        address_sealed: r.get("address_sealed")?,
    })
}
