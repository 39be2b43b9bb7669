//! Passkeys of people's accounts. What an authenticator and its owner call a passkey, its key and its counter are sealed with the
//! person's key; it is found by a keyed digest of its id.

use menshen_core::ids::{ApplicantId, PasskeyId, TenantId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::{Reader, all, older_than, one};
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::subject::Subject;
use crate::{DigestKind, Opened, Purpose, Store, StoreError, Tx};

/// A passkey, without what is sealed.
#[derive(Clone, Debug)]
pub struct PasskeyRow {
    /// The id.
    pub id: PasskeyId,
    /// Of which tenant.
    pub tenant_id: TenantId,
    /// Whose it is.
    pub applicant_id: ApplicantId,
    /// May other devices hold its key?
    pub backup_eligible: bool,
    /// Did they when it was last shown?
    pub backed_up: bool,
    /// How it can be reached: words such as `internal`.
    pub transports: Vec<String>,
    /// When it was registered.
    pub created_at: Millis,
    /// When it was last shown.
    pub last_used_at: Option<Millis>,
    /// Since when it is good no longer.
    pub revoked_at: Option<Millis>,
    /// Counts the changes.
    pub version: i64,
}

/// A passkey in the clear.
pub struct OpenedPasskey {
    /// The row.
    pub row: PasskeyRow,
    /// Id, public key, counter and flags, in the form that they were handed over in.
    pub credential: Opened,
    /// What its owner calls it.
    pub name: Opened,
}

/// A passkey that is to be kept.
pub struct NewPasskey<'a> {
    /// Of which tenant.
    pub tenant: TenantId,
    /// Whose it is.
    pub applicant: ApplicantId,
    /// The id that the authenticator gave it.
    pub credential_id: &'a [u8],
    /// Id, public key, counter and flags.
    pub credential: &'a [u8],
    /// What its owner calls it.
    pub name: &'a str,
    /// May other devices hold its key?
    pub backup_eligible: bool,
    /// Do they?
    pub backed_up: bool,
    /// How it can be reached.
    pub transports: Vec<String>,
}

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, applicant_id, credential_sealed, name_sealed, backup_eligible, backed_up, transports, ",
            "created_at, last_used_at, revoked_at, version FROM passkey WHERE ",
            $where
        )
    };
}

const PASSKEY: &str = "passkey";
const CREDENTIAL: Column = Column::new(PASSKEY, "credential_sealed");
const NAME: Column = Column::new(PASSKEY, "name_sealed");
const INSERT: &str = "INSERT INTO passkey (id, tenant_id, applicant_id, credential_digest, credential_sealed, name_sealed, \
     backup_eligible, backed_up, transports, created_at, last_used_at, revoked_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, NULL, 1)";
const FIND: &str =
    select!("id = $1 AND tenant_id = $2 AND applicant_id = $3 AND revoked_at IS NULL");
const FIND_BY_CREDENTIAL: &str = select!("tenant_id = $1 AND credential_digest = $2");
const LIST: &str = select!(
    "tenant_id = $1 AND applicant_id = $2 AND revoked_at IS NULL AND id < $3 ORDER BY id DESC LIMIT $4"
);
const COUNT: &str = "SELECT COUNT(*) AS n FROM passkey WHERE tenant_id = $1 AND applicant_id = $2 AND revoked_at IS NULL";
const USE: &str = "UPDATE passkey SET credential_sealed = $1, backed_up = $2, last_used_at = $3, version = version + 1 \
     WHERE id = $4 AND version = $5 AND revoked_at IS NULL";
const RENAME: &str =
    "UPDATE passkey SET name_sealed = $1, version = version + 1 WHERE id = $2 AND version = $3";
const REVOKE: &str = "UPDATE passkey SET revoked_at = $1, version = version + 1 \
     WHERE id = $2 AND version = $3 AND revoked_at IS NULL";

const REVOKE_ALL: &str = "UPDATE passkey SET revoked_at = $1, version = version + 1 \
     WHERE tenant_id = $2 AND applicant_id = $3 AND revoked_at IS NULL";

impl Store {
    /// Returns a person's passkeys that are good, in the clear, newest first.
    pub async fn open_passkeys(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
        after: Option<PasskeyId>,
        limit: u32,
    ) -> Result<Vec<OpenedPasskey>, StoreError> {
        let conn = &mut *self.conn().await?;
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&mut *conn)
            .await
            .doing("list passkeys")?;
        let sealed = all(PASSKEY, &rows, read)?;
        open(self, conn, Subject { tenant, applicant }, sealed).await
    }
}

impl Tx {
    /// Returns a passkey of a person that is good.
    pub async fn find_passkey(
        &mut self,
        (tenant, applicant): (TenantId, ApplicantId),
        id: PasskeyId,
    ) -> Result<Option<OpenedPasskey>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .fetch_optional(self.conn())
            .await
            .doing("find passkey")?;
        self.open_one(one(PASSKEY, row, read)?).await
    }

    /// Returns the passkey that an authenticator knows by an id, whether it is good or was revoked.
    pub async fn find_passkey_by_credential(
        &mut self,
        tenant: TenantId,
        credential_id: &[u8],
    ) -> Result<Option<OpenedPasskey>, StoreError> {
        let digest = self
            .store
            .digest(tenant, DigestKind::Passkey, credential_id);
        let row = sqlx::query(FIND_BY_CREDENTIAL)
            .bind(tenant.to_string())
            .bind(digest)
            .fetch_optional(self.conn())
            .await
            .doing("find passkey")?;
        self.open_one(one(PASSKEY, row, read)?).await
    }

    /// Returns how many of a person's passkeys are good.
    pub async fn count_passkeys(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<u64, StoreError> {
        let row = sqlx::query(COUNT)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .fetch_one(self.conn())
            .await
            .doing("count passkeys")?;
        let n: i64 = Reader::new(PASSKEY, &row).get("n")?;
        Ok(n.unsigned_abs())
    }

    /// Keeps a passkey.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where the tenant knows the credential, of whomever, good or revoked.
    pub async fn create_passkey(
        &mut self,
        new: NewPasskey<'_>,
        now: Millis,
    ) -> Result<PasskeyRow, StoreError> {
        let store = self.store.clone();
        let (tenant, applicant) = (new.tenant, new.applicant);
        let row = PasskeyRow {
            id: PasskeyId::new(now, Store::random_id_bytes()?),
            tenant_id: tenant,
            applicant_id: applicant,
            backup_eligible: new.backup_eligible,
            backed_up: new.backed_up,
            transports: new.transports,
            created_at: now,
            last_used_at: None,
            revoked_at: None,
            version: 1,
        };
        let id = row.id.to_string();
        let subject = Subject { tenant, applicant };
        let key = subject.key(self.conn(), &store.inner.keys, Purpose::Document);
        let key = key.await?;
        sqlx::query(INSERT)
            .bind(id.clone())
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(store.digest(tenant, DigestKind::Passkey, new.credential_id))
            .bind(key.seal(CREDENTIAL, &id, new.credential)?)
            .bind(key.seal(NAME, &id, new.name.as_bytes())?)
            .bind(i64::from(row.backup_eligible))
            .bind(i64::from(row.backed_up))
            .bind(row.transports.join(","))
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(PASSKEY, "create passkey", source))?;
        Ok(row)
    }

    /// Notes that a passkey was shown, with what it counts now.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it was shown or revoked since the row was read.
    pub async fn use_passkey(
        &mut self,
        row: &PasskeyRow,
        credential: &[u8],
        backed_up: bool,
        now: Millis,
    ) -> Result<(), StoreError> {
        let sealed = self.seal_passkey(row, CREDENTIAL, credential).await?;
        let done = sqlx::query(USE)
            .bind(sealed)
            .bind(i64::from(backed_up))
            .bind(now.0)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("use passkey")?;
        one_row(PASSKEY, &done)
    }

    /// Gives a passkey another name.
    pub async fn rename_passkey(&mut self, row: &PasskeyRow, name: &str) -> Result<(), StoreError> {
        let sealed = self.seal_passkey(row, NAME, name.as_bytes()).await?;
        let done = sqlx::query(RENAME)
            .bind(sealed)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("rename passkey")?;
        one_row(PASSKEY, &done)
    }

    /// Ends a passkey for good.
    pub async fn revoke_passkey(
        &mut self,
        row: &PasskeyRow,
        now: Millis,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(REVOKE)
            .bind(now.0)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("revoke passkey")?;
        one_row(PASSKEY, &done)
    }

    /// Ends every passkey of somebody.
    pub async fn revoke_passkeys(
        &mut self,
        (tenant, applicant): (TenantId, ApplicantId),
        now: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query(REVOKE_ALL)
            .bind(now.0)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("revoke passkeys")
    }

    async fn seal_passkey(
        &mut self,
        row: &PasskeyRow,
        column: Column,
        plain: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let store = self.store.clone();
        let subject = row.subject();
        let key = subject.key(self.conn(), &store.inner.keys, Purpose::Document);
        key.await?.seal(column, &row.id.to_string(), plain)
    }

    async fn open_one(
        &mut self,
        sealed: Option<Sealed>,
    ) -> Result<Option<OpenedPasskey>, StoreError> {
        let Some(sealed) = sealed else {
            return Ok(None);
        };
        let store = self.store.clone();
        let subject = sealed.row.subject();
        let opened = open(&store, self.conn(), subject, vec![sealed]).await?;
        Ok(opened.into_iter().next())
    }
}

impl PasskeyRow {
    const fn subject(&self) -> Subject {
        Subject {
            tenant: self.tenant_id,
            applicant: self.applicant_id,
        }
    }
}

/// A row as it is read.
struct Sealed {
    row: PasskeyRow,
    credential: Vec<u8>,
    name: Vec<u8>,
}

/// Opens passkeys of one person. Of a person who was erased none is found any more.
async fn open(
    store: &Store,
    conn: &mut AnyConnection,
    subject: Subject,
    sealed: Vec<Sealed>,
) -> Result<Vec<OpenedPasskey>, StoreError> {
    if sealed.is_empty() {
        return Ok(Vec::new());
    }
    let key = subject.key(conn, &store.inner.keys, Purpose::Document);
    let key = key.await?;
    let opened = sealed.into_iter().map(|one| {
        let id = one.row.id.to_string();
        Ok(OpenedPasskey {
            credential: key.open(CREDENTIAL, &id, &one.credential)?,
            name: key.open(NAME, &id, &one.name)?,
            row: one.row,
        })
    });
    opened.collect()
}

fn read(r: Reader<'_>) -> Result<Sealed, StoreError> {
    Ok(Sealed {
        row: PasskeyRow {
            id: r.parse("id")?,
            tenant_id: r.parse("tenant_id")?,
            applicant_id: r.parse("applicant_id")?,
            backup_eligible: r.flag("backup_eligible")?,
            backed_up: r.flag("backed_up")?,
            transports: r.list("transports")?,
            created_at: r.at("created_at")?,
            last_used_at: r.at_maybe("last_used_at")?,
            revoked_at: r.at_maybe("revoked_at")?,
            version: r.get("version")?,
        },
        credential: r.get("credential_sealed")?,
        name: r.get("name_sealed")?,
    })
}
