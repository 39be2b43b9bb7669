//! The phrase by which a person knows a real message, sealed with a key of theirs.

use menshen_core::ids::{ApplicantId, TenantId};

use crate::error::{Doing, one_row};
use crate::seal::Column;
use crate::subject::{SealedColumn, Subject};
use crate::{ApplicantRow, Opened, Purpose, Store, StoreError, Tx};

const APPLICANT: &str = "applicant";
const PHRASE: Column = Column::new(APPLICANT, "phrase_sealed");
const SET: &str = "UPDATE applicant SET phrase_sealed = $1, version = version + 1 \
     WHERE id = $2 AND tenant_id = $3 AND version = $4";
const SEALED: SealedColumn = SealedColumn {
    sql: "SELECT id AS applicant_id, phrase_sealed AS sealed FROM applicant \
          WHERE id = $1 AND tenant_id = $2",
    column: PHRASE,
    purpose: Purpose::Document,
};

impl Store {
    /// Returns a person's phrase, where they have chosen one; [`StoreError::Erased`] after erasure.
    pub async fn find_phrase(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Option<Opened>, StoreError> {
        SEALED
            .open(self, &mut *self.conn().await?, tenant, applicant)
            .await
    }
}

impl Tx {
    /// Sets a person's phrase, or takes it away.
    pub async fn set_phrase(
        &mut self,
        applicant: &ApplicantRow,
        phrase: Option<&str>,
    ) -> Result<(), StoreError> {
        let store = self.store.clone();
        let id = applicant.id.to_string();
        let subject = Subject {
            tenant: applicant.tenant_id,
            applicant: applicant.id,
        };
        let keys = &store.inner.keys;
        let key = subject.key(self.conn(), keys, Purpose::Document).await?;
        let sealed = phrase.map(|text| key.seal(PHRASE, &id, text.as_bytes()));
        let done = sqlx::query(SET)
            .bind(sealed.transpose()?)
            .bind(id)
            .bind(applicant.tenant_id.to_string())
            .bind(applicant.version)
            .execute(self.conn())
            .await
            .doing("set phrase")?;
        one_row(APPLICANT, &done)
    }
}
