//! Recording a photo: the same bytes are the same photo, and a new one takes the place of the last.

use menshen_core::ids::CaptureId;
use menshen_core::time::Millis;

use crate::captures::{CAPTURE, EMBEDDING, EVIDENCE, REASONS, find_same};
use crate::error::{Doing, insert_error, one_row};
use crate::subject::{Subject, SubjectKey};
use crate::{CaptureRow, NewCapture, Part, Purpose, Recorded, Store, StoreError, Tx};

const INSERT: &str = "INSERT INTO capture (id, tenant_id, verification_id, part, attempt, digest, evidence_sealed, \
     embedding_sealed, reasons_sealed, codes, image_blob, original_blob, usable, replaced_at, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, NULL, $14) \
     ON CONFLICT (verification_id, part, digest) DO NOTHING";
const REPLACE_OTHERS: &str = "UPDATE capture SET replaced_at = $1 WHERE verification_id = $2 AND part = $3 \
     AND id <> $4 AND replaced_at IS NULL";
const REVIVE: &str = "UPDATE capture SET replaced_at = NULL WHERE id = $1 AND tenant_id = $2";

impl Tx {
    /// Records a photo, which takes the place of the part's earlier one. The same bytes are the same photo.
    pub async fn record_capture(
        &mut self,
        new: NewCapture<'_>,
        now: Millis,
    ) -> Result<Recorded, StoreError> {
        let found = self.find_same(&new).await?;
        let recorded = match found {
            Some(row) => self.same(&new, row).await?,
            None => self.insert(&new, now).await?,
        };
        sqlx::query(REPLACE_OTHERS)
            .bind(now.0)
            .bind(new.verification_id.to_string())
            .bind(new.part.as_str())
            .bind(recorded.row().id.to_string())
            .execute(self.conn())
            .await
            .doing("replace captures")?;
        Ok(recorded)
    }

    async fn find_same(&mut self, new: &NewCapture<'_>) -> Result<Option<CaptureRow>, StoreError> {
        let (tenant, verification) = (new.tenant_id, new.verification_id);
        find_same(self.conn(), tenant, verification, new.part, &new.digest).await
    }

    /// Takes an earlier photo of the same bytes, also where another had taken its place.
    async fn same(
        &mut self,
        new: &NewCapture<'_>,
        row: CaptureRow,
    ) -> Result<Recorded, StoreError> {
        for blob in [&new.image, &new.original].into_iter().flatten() {
            self.forget_blob(blob);
        }
        let done = sqlx::query(REVIVE)
            .bind(row.id.to_string())
            .bind(row.tenant_id.to_string())
            .execute(self.conn())
            .await
            .doing("revive capture")?;
        one_row(CAPTURE, &done)?;
        Ok(Recorded::Same(CaptureRow {
            replaced_at: None,
            ..row
        }))
    }

    async fn insert(&mut self, new: &NewCapture<'_>, now: Millis) -> Result<Recorded, StoreError> {
        let (document, biometric) = self.capture_keys(new).await?;
        for blob in [&new.image, &new.original].into_iter().flatten() {
            self.keep_blob(blob).await?;
        }
        let id = CaptureId::new(now, Store::random_id_bytes()?).to_string();
        let embedding = new.embedding.zip(biometric);
        let embedding = embedding.map(|(plain, key)| key.seal(EMBEDDING, &id, plain));
        let done = sqlx::query(INSERT)
            .bind(id.clone())
            .bind(new.tenant_id.to_string())
            .bind(new.verification_id.to_string())
            .bind(new.part.as_str())
            .bind(new.attempt)
            .bind(new.digest.clone())
            .bind(document.seal(EVIDENCE, &id, new.evidence)?)
            .bind(embedding.transpose()?)
            .bind(document.seal(REASONS, &id, new.reasons)?)
            .bind(new.codes.join(","))
            .bind(new.image.as_ref().map(|blob| blob.id.to_string()))
            .bind(new.original.as_ref().map(|blob| blob.id.to_string()))
            .bind(i64::from(new.usable))
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(CAPTURE, "record capture", source))?;
        let row = self.find_same(new).await?;
        let row = row.ok_or(StoreError::Missing { table: CAPTURE })?;
        if done.rows_affected() == 1 {
            return Ok(Recorded::Fresh(row));
        }
        // Another request recorded the same bytes while this one was under way.
        for blob in [&new.image, &new.original].into_iter().flatten() {
            self.remove_blob(blob.place(), blob.id).await?;
        }
        self.same(new, row).await
    }

    /// Returns both keys. A page can be kept without the face on it, where faces must not be: a selfie cannot.
    async fn capture_keys(
        &mut self,
        new: &NewCapture<'_>,
    ) -> Result<(SubjectKey, Option<SubjectKey>), StoreError> {
        let store = self.store.clone();
        let keys = &store.inner.keys;
        let subject = Subject {
            tenant: new.tenant_id,
            applicant: new.applicant_id,
        };
        let document = subject.key(self.conn(), keys, Purpose::Document).await?;
        match subject.key(self.conn(), keys, Purpose::Biometric).await {
            Ok(biometric) => Ok((document, Some(biometric))),
            Err(StoreError::Erased) if new.part != Part::Selfie => Ok((document, None)),
            Err(error) => Err(error),
        }
    }
}
