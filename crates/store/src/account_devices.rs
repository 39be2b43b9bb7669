//! Devices of people: the key that each holds, what it is called, and whether the account trusts it.

use menshen_core::ids::{ApplicantId, DeviceId, TenantId, VerificationId};
use menshen_core::time::Millis;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use crate::columns::{Reader, all, one, words};
use crate::digest::{hex, token_hash};
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::subject::{SealedColumn, Subject};
use crate::{Opened, Purpose, Secret, Store, StoreError, Tx};

/// By what a device came to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustedBy {
    /// The account was opened on it.
    Registration,
    /// The person was verified again on it.
    Verification,
    /// Two factors were shown on it, where the policy asks for no more.
    TwoFactors,
    /// The account was recovered on it.
    Recovery,
}

words!(TrustedBy {
    Registration = "registration",
    Verification = "verification",
    TwoFactors = "two_factors",
    Recovery = "recovery",
});

/// A device, without its name.
#[derive(Clone, Debug)]
pub struct DeviceRow {
    /// The id.
    pub id: DeviceId,
    /// Of which tenant.
    pub tenant_id: TenantId,
    /// Whose it is.
    pub applicant_id: ApplicantId,
    /// Its public key: an uncompressed point of P-256, 65 bytes.
    pub public_key: Vec<u8>,
    /// Browser and system in which it was trusted, or first seen, in words of a fixed list.
    pub browser: String,
    /// When it was first seen.
    pub created_at: Millis,
    /// Since when the account trusts it.
    pub trusted_at: Option<Millis>,
    /// By what.
    pub trusted_by: Option<TrustedBy>,
    /// When it was last used to sign in.
    pub used_at: Millis,
    /// The verification by which it is to be trusted.
    pub verification_id: Option<VerificationId>,
    /// When it was revoked.
    pub revoked_at: Option<Millis>,
    /// Counts the changes.
    pub version: i64,
}

impl DeviceRow {
    /// Does the account trust it now?
    pub const fn is_trusted(&self) -> bool {
        self.trusted_at.is_some() && self.revoked_at.is_none()
    }

    /// Is it on the system on which it was trusted? A key that has moved to another one was taken out of where it was made.
    pub fn is_at_home(&self, browser: &str) -> bool {
        let system = |browser: &str| browser.rsplit(',').next().map(str::to_owned);
        system(&self.browser) == system(browser)
    }
}

/// A device that was not seen before.
pub struct NewDevice<'a> {
    /// Its public key, 65 bytes.
    pub public_key: &'a [u8],
    /// What its owner calls it.
    pub name: &'a str,
    /// The browser, in words of a fixed list.
    pub browser: &'a str,
}

const DEVICE: &str = "account_device";
const NAME: Column = Column::new(DEVICE, "name_sealed");
const SEALED_NAME: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, name_sealed AS sealed FROM account_device WHERE id = $1 AND tenant_id = $2",
    column: NAME,
    purpose: Purpose::Document,
};
const INSERT: &str = "INSERT INTO account_device (id, tenant_id, applicant_id, public_key, key_digest, name_sealed, browser, \
     created_at, trusted_at, trusted_by, used_at, verification_id, revoked_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, NULL, $8, NULL, NULL, 1)";
/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, applicant_id, public_key, browser, created_at, trusted_at, trusted_by, used_at, ",
            "verification_id, revoked_at, version FROM account_device WHERE ",
            $where
        )
    };
}
const FIND: &str = select!("id = $1 AND tenant_id = $2");
const FIND_KEY: &str = select!("applicant_id = $1 AND key_digest = $2");
const LIST: &str =
    select!("tenant_id = $1 AND applicant_id = $2 AND revoked_at IS NULL ORDER BY id DESC");
const TRUST: &str = "UPDATE account_device SET trusted_at = $1, trusted_by = $2, browser = $3, verification_id = NULL, version = version + 1 \
     WHERE id = $4 AND version = $5 AND revoked_at IS NULL";
const VERIFY: &str = "UPDATE account_device SET verification_id = $1, version = version + 1 WHERE id = $2 AND version = $3";
const USED: &str =
    "UPDATE account_device SET used_at = $1, version = version + 1 WHERE id = $2 AND version = $3";
const RENAME: &str = "UPDATE account_device SET name_sealed = $1, version = version + 1 WHERE id = $2 AND version = $3";
const REVOKE: &str = "UPDATE account_device SET revoked_at = $1, version = version + 1 WHERE id = $2 AND version = $3";
const REVOKE_ALL: &str = "UPDATE account_device SET revoked_at = $1, version = version + 1 \
     WHERE tenant_id = $2 AND applicant_id = $3 AND id <> $4 AND revoked_at IS NULL";
const INSERT_NONCE: &str =
    "INSERT INTO device_nonce (hash, tenant_id, expires_at) VALUES ($1, $2, $3)";
const USE_NONCE: &str =
    "DELETE FROM device_nonce WHERE hash = $1 AND tenant_id = $2 AND expires_at > $3";
const PRUNE_NONCES: &str = "DELETE FROM device_nonce WHERE expires_at <= $1";

fn key_digest(public_key: &[u8]) -> String {
    hex(&Sha256::digest(public_key))
}

impl Store {
    /// Returns a device.
    pub async fn find_device(
        &self,
        tenant: TenantId,
        id: DeviceId,
    ) -> Result<Option<DeviceRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, id).await
    }

    /// Returns somebody's devices that are not revoked, newest first.
    pub async fn list_devices(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Vec<DeviceRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .fetch_all(&self.inner.pool)
            .await
            .doing("list devices")?;
        all(DEVICE, &rows, read)
    }

    /// Returns what somebody calls a device.
    pub async fn find_device_name(
        &self,
        tenant: TenantId,
        id: DeviceId,
    ) -> Result<Option<Opened>, StoreError> {
        SEALED_NAME
            .open(self, &mut *self.conn().await?, tenant, id)
            .await
    }

    /// Draws a number that a device of the tenant signs, once, until then.
    pub async fn draw_nonce(&self, tenant: TenantId, until: Millis) -> Result<Secret, StoreError> {
        let secret = Secret::draw("")?;
        let mut tx = self.begin().await?;
        sqlx::query(INSERT_NONCE)
            .bind(token_hash(secret.reveal()))
            .bind(tenant.to_string())
            .bind(until.0)
            .execute(tx.conn())
            .await
            .map_err(|source| insert_error("device_nonce", "draw a number", source))?;
        tx.commit().await?;
        Ok(secret)
    }
}

impl Tx {
    /// Uses a number up that was drawn for a device; false where there is none, or it is too old.
    pub async fn use_nonce(
        &mut self,
        tenant: TenantId,
        nonce: &str,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(USE_NONCE)
            .bind(token_hash(nonce))
            .bind(tenant.to_string())
            .bind(now.0)
            .execute(self.conn())
            .await
            .doing("use a number")?;
        Ok(done.rows_affected() == 1)
    }

    /// Removes numbers that are too old.
    pub async fn prune_nonces(&mut self, now: Millis) -> Result<(), StoreError> {
        sqlx::query(PRUNE_NONCES)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("prune numbers")
    }

    /// Keeps a device of somebody that was not seen before. The account does not trust it yet.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where it was seen before.
    pub async fn create_device(
        &mut self,
        (tenant, applicant): (TenantId, ApplicantId),
        new: &NewDevice<'_>,
        now: Millis,
    ) -> Result<DeviceRow, StoreError> {
        let store = self.store.clone();
        let id = DeviceId::new(now, Store::random_id_bytes()?);
        let subject = Subject { tenant, applicant };
        let key = subject.key(self.conn(), &store.inner.keys, Purpose::Document);
        let name = key
            .await?
            .seal(NAME, &id.to_string(), new.name.as_bytes())?;
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(new.public_key.to_vec())
            .bind(key_digest(new.public_key))
            .bind(name)
            .bind(new.browser.to_owned())
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(DEVICE, "keep a device", source))?;
        Ok(DeviceRow {
            id,
            tenant_id: tenant,
            applicant_id: applicant,
            public_key: new.public_key.to_vec(),
            browser: new.browser.to_owned(),
            created_at: now,
            trusted_at: None,
            trusted_by: None,
            used_at: now,
            verification_id: None,
            revoked_at: None,
            version: 1,
        })
    }

    /// Returns a device.
    pub async fn find_device(
        &mut self,
        tenant: TenantId,
        id: DeviceId,
    ) -> Result<Option<DeviceRow>, StoreError> {
        find(self.conn(), tenant, id).await
    }

    /// Returns the device of somebody that holds a key, revoked ones too.
    pub async fn find_device_by_key(
        &mut self,
        applicant: ApplicantId,
        public_key: &[u8],
    ) -> Result<Option<DeviceRow>, StoreError> {
        let row = sqlx::query(FIND_KEY)
            .bind(applicant.to_string())
            .bind(key_digest(public_key))
            .fetch_optional(self.conn())
            .await
            .doing("find a device")?;
        one(DEVICE, row, read)
    }

    /// The account trusts a device from now on, as long as it is in the surroundings that it has now.
    pub async fn trust_device(
        &mut self,
        device: &mut DeviceRow,
        (by, browser): (TrustedBy, &str),
        now: Millis,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(TRUST)
            .bind(now.0)
            .bind(by.as_str())
            .bind(browser.to_owned())
            .bind(device.id.to_string())
            .bind(device.version)
            .execute(self.conn())
            .await
            .doing("trust a device")?;
        one_row(DEVICE, &done)?;
        device.version += 1;
        (device.trusted_at, device.trusted_by) = (Some(now), Some(by));
        browser.clone_into(&mut device.browser);
        // It is spent: a key that is copied later needs another one.
        device.verification_id = None;
        Ok(())
    }

    /// Says by which verification a device is to be trusted.
    pub async fn verify_device(
        &mut self,
        device: &mut DeviceRow,
        verification: VerificationId,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(VERIFY)
            .bind(verification.to_string())
            .bind(device.id.to_string())
            .bind(device.version)
            .execute(self.conn())
            .await
            .doing("verify a device")?;
        one_row(DEVICE, &done)?;
        device.version += 1;
        device.verification_id = Some(verification);
        Ok(())
    }

    /// Notes that a device was used to sign in.
    pub async fn device_used(
        &mut self,
        device: &mut DeviceRow,
        now: Millis,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(USED)
            .bind(now.0)
            .bind(device.id.to_string())
            .bind(device.version)
            .execute(self.conn())
            .await
            .doing("note the use of a device")?;
        one_row(DEVICE, &done)?;
        device.version += 1;
        device.used_at = now;
        Ok(())
    }

    /// Calls a device something else.
    pub async fn rename_device(
        &mut self,
        device: &DeviceRow,
        name: &str,
    ) -> Result<(), StoreError> {
        let store = self.store.clone();
        let subject = Subject {
            tenant: device.tenant_id,
            applicant: device.applicant_id,
        };
        let key = subject.key(self.conn(), &store.inner.keys, Purpose::Document);
        let id = device.id.to_string();
        let sealed = key.await?.seal(NAME, &id, name.as_bytes())?;
        let done = sqlx::query(RENAME)
            .bind(sealed)
            .bind(id)
            .bind(device.version)
            .execute(self.conn())
            .await
            .doing("rename a device")?;
        one_row(DEVICE, &done)
    }

    /// Revokes a device: its key opens nothing from now on.
    pub async fn revoke_device(
        &mut self,
        device: &DeviceRow,
        now: Millis,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(REVOKE)
            .bind(now.0)
            .bind(device.id.to_string())
            .bind(device.version)
            .execute(self.conn())
            .await
            .doing("revoke a device")?;
        one_row(DEVICE, &done)
    }

    /// Revokes every device of somebody, but for one.
    pub async fn revoke_devices(
        &mut self,
        (tenant, applicant): (TenantId, ApplicantId),
        but: DeviceId,
        now: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query(REVOKE_ALL)
            .bind(now.0)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(but.to_string())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("revoke devices")
    }
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    id: DeviceId,
) -> Result<Option<DeviceRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_optional(conn)
        .await
        .doing("find a device")?;
    one(DEVICE, row, read)
}

fn read(r: Reader<'_>) -> Result<DeviceRow, StoreError> {
    Ok(DeviceRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        public_key: r.get("public_key")?,
        browser: r.get("browser")?,
        created_at: r.at("created_at")?,
        trusted_at: r.at_maybe("trusted_at")?,
        trusted_by: r.parse_maybe("trusted_by")?,
        used_at: r.at("used_at")?,
        verification_id: r.parse_maybe("verification_id")?,
        revoked_at: r.at_maybe("revoked_at")?,
        version: r.get("version")?,
    })
}
