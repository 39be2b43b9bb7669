//! Rotation of the master key, while serving. Each row names its master key, so that a run that was
//! killed goes on where it ended, and each step is a small transaction.
//!
//! Every node is first given both keys, then the rows are rewrapped, then the old key is taken away.

use menshen_core::ids::{ApplicantId, TenantId};

use crate::columns::{Reader, all};
use crate::error::Doing;
use crate::secrets;
use crate::subject::Subject;
use crate::{Purpose, Store, StoreError, Tx};

const OLD_KEYS: &str = "SELECT applicant_id, purpose, tenant_id, wrapped, version FROM subject_key \
     WHERE master_key_id = $1 AND destroyed_at IS NULL ORDER BY applicant_id, purpose LIMIT $2";
const REWRAP_KEY: &str = "UPDATE subject_key SET master_key_id = $1, wrapped = $2, version = version + 1 \
     WHERE applicant_id = $3 AND purpose = $4 AND version = $5";
const OLD_SECRETS: &str =
    "SELECT name, wrapped, version FROM secret WHERE master_key_id = $1 LIMIT $2";
const REWRAP_SECRET: &str = "UPDATE secret SET master_key_id = $1, wrapped = $2, version = version + 1 \
     WHERE name = $3 AND version = $4";
const IN_USE: &str = "SELECT master_key_id, COUNT(*) AS n FROM (SELECT master_key_id FROM subject_key \
     WHERE destroyed_at IS NULL UNION ALL SELECT master_key_id FROM secret) AS k \
     GROUP BY master_key_id ORDER BY master_key_id";

struct OldKey {
    subject: Subject,
    purpose: Purpose,
    wrapped: Vec<u8>,
    version: i64,
}

impl Store {
    /// Wraps up to so many keys with the current master key, in one transaction; returns how many. None means
    /// that nothing is wrapped with any other key that was given.
    pub async fn rewrap_some(&self, limit: u32) -> Result<u64, StoreError> {
        let keys = &self.inner.keys;
        for old in keys.old_ids() {
            let mut tx = self.begin().await?;
            let mut rewrapped = tx.rewrap_secrets(old, limit).await?;
            rewrapped += tx.rewrap_keys(old, limit).await?;
            tx.commit().await?;
            if rewrapped > 0 {
                return Ok(rewrapped);
            }
        }
        Ok(0)
    }

    /// Returns the ids of the master keys that wrap anything, and how much. When the old one is not
    /// among them, it may be destroyed.
    pub async fn list_master_keys(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let rows = sqlx::query(IN_USE)
            .fetch_all(&self.inner.pool)
            .await
            .doing("list master keys")?;
        all("subject_key", &rows, |r| {
            let count: i64 = r.get("n")?;
            Ok((r.get("master_key_id")?, count.unsigned_abs()))
        })
    }
}

impl Tx {
    async fn rewrap_keys(&mut self, old: &str, limit: u32) -> Result<u64, StoreError> {
        let store = self.store.clone();
        let keys = &store.inner.keys;
        let rows = sqlx::query(OLD_KEYS)
            .bind(old.to_owned())
            .bind(i64::from(limit))
            .fetch_all(self.conn())
            .await
            .doing("list old keys")?;
        let mut rewrapped = 0;
        for row in all("subject_key", &rows, read_key)? {
            let bound = row.subject.bound(row.purpose);
            let key = keys.unwrap(old, &row.wrapped, &bound)?;
            let (master, wrapped) = keys.wrap(&key, &bound)?;
            // None where the person was erased meanwhile: then there is nothing to do.
            rewrapped += sqlx::query(REWRAP_KEY)
                .bind(master)
                .bind(wrapped)
                .bind(row.subject.applicant.to_string())
                .bind(row.purpose.as_str())
                .bind(row.version)
                .execute(self.conn())
                .await
                .doing("rewrap key")?
                .rows_affected();
        }
        Ok(rewrapped)
    }

    async fn rewrap_secrets(&mut self, old: &str, limit: u32) -> Result<u64, StoreError> {
        let store = self.store.clone();
        let keys = &store.inner.keys;
        let rows = sqlx::query(OLD_SECRETS)
            .bind(old.to_owned())
            .bind(i64::from(limit))
            .fetch_all(self.conn())
            .await
            .doing("list old secrets")?;
        let read = |r: Reader<'_>| {
            Ok((
                r.get::<String>("name")?,
                r.get::<Vec<u8>>("wrapped")?,
                r.get::<i64>("version")?,
            ))
        };
        let mut rewrapped = 0;
        for (name, wrapped, version) in all("secret", &rows, read)? {
            let bound = secrets::bound(&name);
            let key = keys.unwrap(old, &wrapped, &bound)?;
            let (master, wrapped) = keys.wrap(&key, &bound)?;
            rewrapped += sqlx::query(REWRAP_SECRET)
                .bind(master)
                .bind(wrapped)
                .bind(name)
                .bind(version)
                .execute(self.conn())
                .await
                .doing("rewrap secret")?
                .rows_affected();
        }
        Ok(rewrapped)
    }
}

fn read_key(r: Reader<'_>) -> Result<OldKey, StoreError> {
    Ok(OldKey {
        subject: Subject {
            tenant: r.parse::<TenantId>("tenant_id")?,
            applicant: r.parse::<ApplicantId>("applicant_id")?,
        },
        purpose: r.parse("purpose")?,
        wrapped: r.get("wrapped")?,
        version: r.get("version")?,
    })
}
