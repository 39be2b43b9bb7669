//! Documents and faces that the operator wants a person to look at. A document is a keyed digest; a face is sealed with a
//! key of the tenant, for it outlives the account that it came from, until the day that the entry names.

use menshen_core::ids::{BlockId, TenantId, VerificationId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;
use zeroize::Zeroizing;

use crate::columns::{Reader, all, older_than, one, words};
use crate::digest::derive;
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::{DigestKind, Opened, Store, StoreError, Tx};

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// A document.
    Document,
    /// A face.
    Face,
}

words!(BlockKind { Document = "document", Face = "face" });

/// What is put on the list.
#[derive(Clone, Copy)]
pub enum Blocked<'a> {
    /// A document by its normalised text; only its digest is kept.
    Document {
        /// The text.
        key: &'a str,
    },
    /// A face; it is sealed.
    Face {
        /// The model that measured it.
        model: &'a str,
        /// Its vector.
        template: &'a [u8],
    },
}

/// An entry to be made.
pub struct NewBlock<'a> {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// What is put on the list.
    pub what: Blocked<'a>,
    /// Why, a word or a case number; never personal data.
    pub reason: String,
    /// By whom.
    pub actor: String,
    /// The verification that it comes from.
    pub verification_id: Option<VerificationId>,
    /// Until when.
    pub ends_at: Option<Millis>,
}

/// An entry of the list, without what it is about.
#[derive(Clone, Debug)]
pub struct BlockRow {
    /// The id.
    pub id: BlockId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// What it is about.
    pub kind: BlockKind,
    /// Why.
    pub reason: String,
    /// By whom.
    pub actor: String,
    /// The verification that it comes from.
    pub verification_id: Option<VerificationId>,
    /// Since when.
    pub created_at: Millis,
    /// Until when.
    pub ends_at: Option<Millis>,
    /// Counts the changes.
    pub version: i64,
    face_model: Option<String>,
    template_sealed: Option<Vec<u8>>,
}

impl BlockRow {
    /// Does it hold?
    pub fn is_in_force(&self, now: Millis) -> bool {
        self.ends_at.is_none_or(|end| end > now)
    }

    /// Returns the model and the vector of a face.
    pub fn face(&self, store: &Store) -> Result<Option<(&str, Opened)>, StoreError> {
        let (Some(model), Some(sealed)) = (&self.face_model, &self.template_sealed) else {
            return Ok(None);
        };
        let key = store.blocklist_key(self.tenant_id);
        let opened = TEMPLATE.open(&key, self.tenant_id, &self.id.to_string(), sealed)?;
        Ok(Some((model, opened)))
    }
}

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, kind, face_model, template_sealed, reason, actor, verification_id, created_at, ",
            "ends_at, version FROM blocklist WHERE removed_at IS NULL AND tenant_id = $1 AND ",
            $where
        )
    };
}

pub(crate) const BLOCKLIST: &str = "blocklist";
pub(crate) const TEMPLATE: Column = Column::new(BLOCKLIST, "template_sealed");
const INSERT: &str = "INSERT INTO blocklist (id, tenant_id, kind, digest, face_model, template_sealed, reason, actor, \
     verification_id, created_at, ends_at, removed_at, seq, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL, $12, 1)";
const FIND: &str = select!("id = $2");
const LIST: &str = select!("id < $2 ORDER BY id DESC LIMIT $3");
const LIST_ENDED: &str = select!("ends_at <= $2 ORDER BY id LIMIT $3");
const LIST_DOCUMENT: &str = select!("digest = $2 ORDER BY id LIMIT $3");
/// Nothing of a document or face stays behind.
const REMOVE: &str = "UPDATE blocklist SET digest = NULL, face_model = NULL, template_sealed = NULL, removed_at = $1, \
     seq = $2, version = version + 1 WHERE id = $3 AND version = $4 AND removed_at IS NULL";

impl Store {
    /// Returns an entry that was not removed.
    pub async fn find_block(
        &self,
        tenant: TenantId,
        id: BlockId,
    ) -> Result<Option<BlockRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, id).await
    }

    /// Returns a tenant's entries that were not removed, newest first.
    pub async fn list_blocks(
        &self,
        tenant: TenantId,
        after: Option<BlockId>,
        limit: u32,
    ) -> Result<Vec<BlockRow>, StoreError> {
        let id = older_than(after);
        list(&mut *self.conn().await?, LIST, tenant, id, limit).await
    }

    /// Returns up to so many entries in force with a document.
    pub async fn list_blocked_documents(
        &self,
        tenant: TenantId,
        key: &str,
        now: Millis,
        limit: u32,
    ) -> Result<Vec<BlockRow>, StoreError> {
        let digest = self.digest(tenant, DigestKind::Document, key.as_bytes());
        let conn = &mut *self.conn().await?;
        let mut rows = list(conn, LIST_DOCUMENT, tenant, digest, limit).await?;
        rows.retain(|row| row.is_in_force(now));
        Ok(rows)
    }

    /// Returns up to so many entries whose day has come.
    pub async fn list_ended_blocks(
        &self,
        tenant: TenantId,
        now: Millis,
        limit: u32,
    ) -> Result<Vec<BlockRow>, StoreError> {
        let rows = sqlx::query(LIST_ENDED)
            .bind(tenant.to_string())
            .bind(now.0)
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list ended blocks")?;
        all(BLOCKLIST, &rows, read)
    }

    pub(crate) fn blocklist_key(&self, tenant: TenantId) -> Zeroizing<[u8; 32]> {
        derive(&self.inner.tenant_seal, tenant, BLOCKLIST)
    }
}

impl Tx {
    /// Returns an entry that was not removed.
    pub async fn find_block(
        &mut self,
        tenant: TenantId,
        id: BlockId,
    ) -> Result<Option<BlockRow>, StoreError> {
        find(self.conn(), tenant, id).await
    }

    /// Makes an entry.
    pub async fn create_block(
        &mut self,
        new: &NewBlock<'_>,
        now: Millis,
    ) -> Result<BlockRow, StoreError> {
        let tenant = new.tenant_id;
        let seq = self.advance_gallery(tenant).await?;
        let id = BlockId::new(now, Store::random_id_bytes()?);
        let (kind, digest, face_model, template_sealed) = match new.what {
            Blocked::Document { key } => {
                let digest = self
                    .store
                    .digest(tenant, DigestKind::Document, key.as_bytes());
                (BlockKind::Document, Some(digest), None, None)
            }
            Blocked::Face { model, template } => {
                let key = self.store.blocklist_key(tenant);
                let sealed = TEMPLATE.seal(&key, tenant, &id.to_string(), template)?;
                (BlockKind::Face, None, Some(model.to_owned()), Some(sealed))
            }
        };
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(kind.as_str())
            .bind(digest)
            .bind(face_model)
            .bind(template_sealed)
            .bind(new.reason.clone())
            .bind(new.actor.clone())
            .bind(new.verification_id.map(|id| id.to_string()))
            .bind(now.0)
            .bind(new.ends_at.map(|at| at.0))
            .bind(seq)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(BLOCKLIST, "create block", source))?;
        let row = self.find_block(tenant, id).await?;
        row.ok_or(StoreError::Missing { table: BLOCKLIST })
    }

    /// Removes an entry, and what it is about.
    pub async fn remove_block(&mut self, row: &BlockRow, now: Millis) -> Result<(), StoreError> {
        let seq = self.advance_gallery(row.tenant_id).await?;
        let done = sqlx::query(REMOVE)
            .bind(now.0)
            .bind(seq)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("remove block")?;
        one_row(BLOCKLIST, &done)
    }
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    id: BlockId,
) -> Result<Option<BlockRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(tenant.to_string())
        .bind(id.to_string())
        .fetch_optional(conn)
        .await
        .doing("find block")?;
    one(BLOCKLIST, row, read)
}

async fn list(
    conn: &mut AnyConnection,
    sql: &'static str,
    tenant: TenantId,
    by: String,
    limit: u32,
) -> Result<Vec<BlockRow>, StoreError> {
    let rows = sqlx::query(sql)
        .bind(tenant.to_string())
        .bind(by)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        .doing("list blocks")?;
    all(BLOCKLIST, &rows, read)
}

fn read(r: Reader<'_>) -> Result<BlockRow, StoreError> {
    Ok(BlockRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        kind: r.parse("kind")?,
        reason: r.get("reason")?,
        actor: r.get("actor")?,
        verification_id: r.parse_maybe("verification_id")?,
        created_at: r.at("created_at")?,
        ends_at: r.at_maybe("ends_at")?,
        version: r.get("version")?,
        face_model: r.get("face_model")?,
        template_sealed: r.get("template_sealed")?,
    })
}
