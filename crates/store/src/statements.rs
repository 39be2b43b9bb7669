//! Statements: what a person was asked to write down, and the photo of it. The newest of an appeal is the one that counts.

use menshen_core::ids::{AppealId, ApplicantId, BlobId, StatementId, TenantId};
use menshen_core::time::Millis;

use crate::blobs::StagedBlob;
use crate::columns::{Reader, one};
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::subject::{SealedColumn, Subject};
use crate::{AppealRow, Opened, Purpose, Store, StoreError, Tx};

/// A statement, without what is personal.
#[derive(Clone, Debug)]
pub struct StatementRow {
    /// The id.
    pub id: StatementId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Of whom.
    pub applicant_id: ApplicantId,
    /// For which appeal.
    pub appeal_id: AppealId,
    /// When it was dictated.
    pub dictated_at: Millis,
    /// The tenant's digest of the photo's bytes as they came.
    pub digest: Option<String>,
    /// The codes of the photo's reasons.
    pub codes: Vec<String>,
    /// The clean photo.
    pub image_blob: Option<BlobId>,
    /// Need the photo not be taken again?
    pub usable: bool,
    /// How many photos came.
    pub tries: i64,
    /// When the photo came.
    pub received_at: Option<Millis>,
    /// When another statement took its place.
    pub replaced_at: Option<Millis>,
    /// Counts the changes.
    pub version: i64,
}

/// A photo of a statement, judged.
pub struct StatementPhoto<'a> {
    /// [`Store::digest`] of the bytes that came, of kind `Photo`.
    pub digest: String,
    /// What was read.
    pub evidence: &'a [u8],
    /// The reasons in full.
    pub reasons: &'a [u8],
    /// The reasons' codes.
    pub codes: Vec<String>,
    /// The clean photo.
    pub image: Option<StagedBlob>,
    /// Need it not be taken again?
    pub usable: bool,
}

const STATEMENT: &str = "statement";
const DICTATED: Column = Column::new(STATEMENT, "dictated_sealed");
const EVIDENCE: Column = Column::new(STATEMENT, "evidence_sealed");
const REASONS: Column = Column::new(STATEMENT, "reasons_sealed");
const INSERT: &str = "INSERT INTO statement (id, tenant_id, applicant_id, appeal_id, dictated_sealed, dictated_at, \
     digest, evidence_sealed, reasons_sealed, codes, image_blob, usable, tries, received_at, replaced_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, NULL, NULL, NULL, '', NULL, 0, 0, NULL, NULL, 1)";
const REPLACE: &str = "UPDATE statement SET replaced_at = $1, version = version + 1 \
     WHERE appeal_id = $2 AND tenant_id = $3 AND replaced_at IS NULL";
const FIND: &str = "SELECT id, tenant_id, applicant_id, appeal_id, dictated_at, digest, codes, image_blob, usable, \
     tries, received_at, replaced_at, version FROM statement \
     WHERE tenant_id = $1 AND appeal_id = $2 AND replaced_at IS NULL ORDER BY id DESC LIMIT 1";
const RECEIVE: &str = "UPDATE statement SET digest = $1, evidence_sealed = $2, reasons_sealed = $3, codes = $4, \
     image_blob = $5, usable = $6, tries = tries + 1, received_at = $7, version = version + 1 \
     WHERE id = $8 AND tenant_id = $9 AND version = $10";
const BLOB_PLACE: &str = "SELECT place FROM blob WHERE id = $1";
const DICTATED_AT: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, dictated_sealed AS sealed FROM statement WHERE id = $1 AND tenant_id = $2",
    column: DICTATED,
    purpose: Purpose::Document,
};
const EVIDENCE_AT: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, evidence_sealed AS sealed FROM statement WHERE id = $1 AND tenant_id = $2",
    column: EVIDENCE,
    purpose: Purpose::Document,
};
const REASONS_AT: SealedColumn = SealedColumn {
    sql: "SELECT applicant_id, reasons_sealed AS sealed FROM statement WHERE id = $1 AND tenant_id = $2",
    column: REASONS,
    purpose: Purpose::Document,
};

impl StatementRow {
    fn subject(&self) -> Subject {
        Subject {
            tenant: self.tenant_id,
            applicant: self.applicant_id,
        }
    }
}

impl Store {
    /// Returns the statement of an appeal that counts.
    pub async fn find_statement(
        &self,
        tenant: TenantId,
        appeal: AppealId,
    ) -> Result<Option<StatementRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(tenant.to_string())
            .bind(appeal.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find statement")?;
        one(STATEMENT, row, read)
    }

    /// Returns what was dictated, as the caller wrote it.
    pub async fn find_dictated(&self, row: &StatementRow) -> Result<Option<Opened>, StoreError> {
        DICTATED_AT
            .open(self, &mut *self.conn().await?, row.tenant_id, row.id)
            .await
    }

    /// Returns what was read in the photo, where one came.
    pub async fn find_statement_evidence(
        &self,
        row: &StatementRow,
    ) -> Result<Option<Opened>, StoreError> {
        EVIDENCE_AT
            .open(self, &mut *self.conn().await?, row.tenant_id, row.id)
            .await
    }

    /// Returns the reasons of the photo in full, where one came.
    pub async fn find_statement_reasons(
        &self,
        row: &StatementRow,
    ) -> Result<Option<Opened>, StoreError> {
        REASONS_AT
            .open(self, &mut *self.conn().await?, row.tenant_id, row.id)
            .await
    }
}

impl Tx {
    /// Returns the statement of an appeal that counts.
    pub async fn find_statement(
        &mut self,
        tenant: TenantId,
        appeal: AppealId,
    ) -> Result<Option<StatementRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(tenant.to_string())
            .bind(appeal.to_string())
            .fetch_optional(self.conn())
            .await
            .doing("find statement")?;
        one(STATEMENT, row, read)
    }

    /// Keeps what a person is asked to write down; it takes the place of the appeal's earlier statement.
    pub async fn dictate(
        &mut self,
        appeal: &AppealRow,
        dictated: &[u8],
        now: Millis,
    ) -> Result<StatementRow, StoreError> {
        sqlx::query(REPLACE)
            .bind(now.0)
            .bind(appeal.id.to_string())
            .bind(appeal.tenant_id.to_string())
            .execute(self.conn())
            .await
            .doing("replace statement")?;
        let store = self.store.clone();
        let id = StatementId::new(now, Store::random_id_bytes()?).to_string();
        let keys = &store.inner.keys;
        let key = appeal.subject().key(self.conn(), keys, Purpose::Document);
        let sealed = key.await?.seal(DICTATED, &id, dictated)?;
        sqlx::query(INSERT)
            .bind(id)
            .bind(appeal.tenant_id.to_string())
            .bind(appeal.applicant_id.to_string())
            .bind(appeal.id.to_string())
            .bind(sealed)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(STATEMENT, "dictate statement", source))?;
        let row = self.find_statement(appeal.tenant_id, appeal.id).await?;
        row.ok_or(StoreError::Missing { table: STATEMENT })
    }

    /// Keeps the photo of a statement; one that came before is removed.
    pub async fn receive_statement(
        &mut self,
        row: &StatementRow,
        photo: &StatementPhoto<'_>,
        now: Millis,
    ) -> Result<(), StoreError> {
        let store = self.store.clone();
        let id = row.id.to_string();
        let keys = &store.inner.keys;
        let key = row.subject().key(self.conn(), keys, Purpose::Document);
        let key = key.await?;
        if let Some(image) = &photo.image {
            self.keep_blob(image).await?;
        }
        let done = sqlx::query(RECEIVE)
            .bind(photo.digest.clone())
            .bind(key.seal(EVIDENCE, &id, photo.evidence)?)
            .bind(key.seal(REASONS, &id, photo.reasons)?)
            .bind(photo.codes.join(","))
            .bind(photo.image.as_ref().map(|image| image.id.to_string()))
            .bind(i64::from(photo.usable))
            .bind(now.0)
            .bind(id)
            .bind(row.tenant_id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("receive statement")?;
        one_row(STATEMENT, &done)?;
        match row.image_blob {
            Some(old) => self.remove_statement_image(old).await,
            None => Ok(()),
        }
    }

    async fn remove_statement_image(&mut self, id: BlobId) -> Result<(), StoreError> {
        let row = sqlx::query(BLOB_PLACE)
            .bind(id.to_string())
            .fetch_optional(self.conn())
            .await
            .doing("find the place of a file")?;
        match one("blob", row, |r| r.parse("place"))? {
            Some(place) => self.remove_blob(place, id).await,
            None => Ok(()),
        }
    }
}

fn read(r: Reader<'_>) -> Result<StatementRow, StoreError> {
    Ok(StatementRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        appeal_id: r.parse("appeal_id")?,
        dictated_at: r.at("dictated_at")?,
        digest: r.get("digest")?,
        codes: r.list("codes")?,
        image_blob: r.parse_maybe("image_blob")?,
        usable: r.flag("usable")?,
        tries: r.get("tries")?,
        received_at: r.at_maybe("received_at")?,
        replaced_at: r.at_maybe("replaced_at")?,
        version: r.get("version")?,
    })
}
