//! The data keys of a subject, and sealing with them. Erasure is their destruction.

use std::fmt::Display;

use menshen_core::ids::{ApplicantId, TenantId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;
use zeroize::Zeroizing;

use crate::columns::{Reader, one};
use crate::error::{Doing, one_row};
use crate::seal::Column;
use crate::{MasterKeys, Opened, Purpose, Store, StoreError, random};

const INSERT: &str = "INSERT INTO subject_key (applicant_id, purpose, tenant_id, master_key_id, wrapped, \
     created_at, destroyed_at, version) VALUES ($1, $2, $3, $4, $5, $6, NULL, 1)";
const FIND: &str = "SELECT master_key_id, wrapped, destroyed_at FROM subject_key \
     WHERE applicant_id = $1 AND purpose = $2 AND tenant_id = $3";
const VERSION: &str = "SELECT version, destroyed_at FROM subject_key \
     WHERE applicant_id = $1 AND purpose = $2 AND tenant_id = $3";
const DESTROY: &str = "UPDATE subject_key SET wrapped = $1, master_key_id = '', destroyed_at = $2, version = version + 1 \
     WHERE applicant_id = $3 AND purpose = $4 AND version = $5";

const RENEW: &str = "UPDATE subject_key SET wrapped = $1, master_key_id = $2, destroyed_at = NULL, version = version + 1 \
     WHERE applicant_id = $3 AND purpose = $4 AND tenant_id = $5 AND destroyed_at IS NOT NULL";

/// An applicant of a tenant: whose key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    pub tenant: TenantId,
    pub applicant: ApplicantId,
}

impl Subject {
    /// Returns what the wrapped key is bound to.
    pub fn bound(self, purpose: Purpose) -> String {
        let purpose = purpose.as_str();
        format!(
            "menshen.key.v1|{}|{}|{purpose}",
            self.tenant, self.applicant
        )
    }

    /// Makes both keys of a new applicant.
    pub async fn make_keys(
        self,
        conn: &mut AnyConnection,
        keys: &MasterKeys,
        now: Millis,
    ) -> Result<(), StoreError> {
        for purpose in [Purpose::Document, Purpose::Biometric] {
            let (master, wrapped) = keys.wrap(&*random::key()?, &self.bound(purpose))?;
            sqlx::query(INSERT)
                .bind(self.applicant.to_string())
                .bind(purpose.as_str())
                .bind(self.tenant.to_string())
                .bind(master)
                .bind(wrapped)
                .bind(now.0)
                .execute(&mut *conn)
                .await
                .doing("insert subject key")?;
        }
        Ok(())
    }

    /// Returns a key; [`StoreError::Erased`] where it was destroyed.
    pub async fn key(
        self,
        conn: &mut AnyConnection,
        keys: &MasterKeys,
        purpose: Purpose,
    ) -> Result<SubjectKey, StoreError> {
        let row = sqlx::query(FIND)
            .bind(self.applicant.to_string())
            .bind(purpose.as_str())
            .bind(self.tenant.to_string())
            .fetch_optional(conn)
            .await
            .doing("find subject key")?;
        let read = |r: Reader<'_>| {
            Ok((
                r.get::<String>("master_key_id")?,
                r.get::<Vec<u8>>("wrapped")?,
                r.at_maybe("destroyed_at")?,
            ))
        };
        match one("subject_key", row, read)? {
            None => Err(StoreError::Missing { table: "applicant" }),
            Some((_, _, Some(_))) => Err(StoreError::Erased),
            Some((master, wrapped, None)) => Ok(SubjectKey {
                tenant: self.tenant,
                key: keys.unwrap(&master, &wrapped, &self.bound(purpose))?,
            }),
        }
    }

    /// Makes a new key where the old one was destroyed: what was sealed with that one stays noise.
    pub async fn renew_key(
        self,
        conn: &mut AnyConnection,
        keys: &MasterKeys,
        purpose: Purpose,
    ) -> Result<(), StoreError> {
        let (master, wrapped) = keys.wrap(&*random::key()?, &self.bound(purpose))?;
        sqlx::query(RENEW)
            .bind(wrapped)
            .bind(master)
            .bind(self.applicant.to_string())
            .bind(purpose.as_str())
            .bind(self.tenant.to_string())
            .execute(conn)
            .await
            .map(|_| ())
            .doing("renew subject key")
    }

    /// Destroys a key: every value sealed with it is noise from now on. Twice is once.
    pub async fn destroy_key(
        self,
        conn: &mut AnyConnection,
        purpose: Purpose,
        now: Millis,
    ) -> Result<(), StoreError> {
        let row = sqlx::query(VERSION)
            .bind(self.applicant.to_string())
            .bind(purpose.as_str())
            .bind(self.tenant.to_string())
            .fetch_optional(&mut *conn)
            .await
            .doing("find subject key")?;
        let read = |r: Reader<'_>| Ok((r.get::<i64>("version")?, r.at_maybe("destroyed_at")?));
        let version = match one("subject_key", row, read)? {
            None => return Err(StoreError::Missing { table: "applicant" }),
            Some((_, Some(_))) => return Ok(()),
            Some((version, None)) => version,
        };
        let done = sqlx::query(DESTROY)
            .bind(Vec::<u8>::new())
            .bind(now.0)
            .bind(self.applicant.to_string())
            .bind(purpose.as_str())
            .bind(version)
            .execute(conn)
            .await
            .doing("destroy subject key")?;
        one_row("subject_key", &done)
    }
}

impl Store {
    /// Can anything be sealed for a purpose, or was the person's key destroyed?
    pub async fn has_key(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
        purpose: Purpose,
    ) -> Result<bool, StoreError> {
        let subject = Subject { tenant, applicant };
        let mut conn = self.conn().await?;
        match subject.key(&mut conn, &self.inner.keys, purpose).await {
            Ok(_) => Ok(true),
            Err(StoreError::Erased) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// A data key in the clear, for as long as a value is sealed or opened.
pub(crate) struct SubjectKey {
    tenant: TenantId,
    key: Zeroizing<[u8; 32]>,
}

impl SubjectKey {
    /// Returns a subject's key from its row, unless it was destroyed.
    pub fn unwrap(
        subject: Subject,
        keys: &MasterKeys,
        purpose: Purpose,
        master: &str,
        wrapped: &[u8],
    ) -> Result<Self, StoreError> {
        Ok(Self {
            tenant: subject.tenant,
            key: keys.unwrap(master, wrapped, &subject.bound(purpose))?,
        })
    }

    /// Seals a value for its row.
    pub fn seal(&self, column: Column, row: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        column.seal(&self.key, self.tenant, row, plain)
    }

    /// Opens a value of its row.
    pub fn open(&self, column: Column, row: &str, sealed: &[u8]) -> Result<Opened, StoreError> {
        column.open(&self.key, self.tenant, row, sealed)
    }
}

/// A sealed column: how to find a value of it, and what it is sealed with.
pub(crate) struct SealedColumn {
    /// Selects `applicant_id` and `sealed` by row and tenant.
    pub sql: &'static str,
    pub column: Column,
    pub purpose: Purpose,
}

impl SealedColumn {
    /// Returns a row's value in the clear, where there is one; [`StoreError::Erased`] after erasure.
    pub async fn open(
        &self,
        store: &Store,
        conn: &mut AnyConnection,
        tenant: TenantId,
        row: impl Display,
    ) -> Result<Option<Opened>, StoreError> {
        let id = row.to_string();
        let row = sqlx::query(self.sql)
            .bind(id.clone())
            .bind(tenant.to_string())
            .fetch_optional(&mut *conn)
            .await
            .doing("find a sealed value")?;
        let read = |r: Reader<'_>| {
            Ok((
                r.parse::<ApplicantId>("applicant_id")?,
                r.get::<Option<Vec<u8>>>("sealed")?,
            ))
        };
        let Some((applicant, sealed)) = one(self.column.table, row, read)? else {
            return Ok(None);
        };
        let subject = Subject { tenant, applicant };
        let key = subject.key(conn, &store.inner.keys, self.purpose).await?;
        sealed
            .map(|sealed| key.open(self.column, &id, &sealed))
            .transpose()
    }
}
