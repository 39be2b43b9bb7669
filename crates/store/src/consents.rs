//! Consents: one for each purpose and version of the text, which can be withdrawn.

use menshen_core::ids::{ApplicantId, ConsentId, TenantId};
use menshen_core::time::Millis;

use crate::columns::{Reader, all};
use crate::error::{Doing, insert_error};
use crate::{Store, StoreError, Tx};

/// A consent that was given.
#[derive(Clone, Debug)]
pub struct ConsentRow {
    /// The id.
    pub id: ConsentId,
    /// Whose applicant.
    pub tenant_id: TenantId,
    /// Who consented.
    pub applicant_id: ApplicantId,
    /// To what.
    pub purpose: String,
    /// The version of the text that was shown.
    pub text_version: String,
    /// When.
    pub given_at: Millis,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Millis>,
}

const CONSENT: &str = "consent";
const INSERT: &str = "INSERT INTO consent (id, tenant_id, applicant_id, purpose, text_version, given_at, withdrawn_at) \
     VALUES ($1, $2, $3, $4, $5, $6, NULL)";
const WITHDRAW: &str = "UPDATE consent SET withdrawn_at = $1 \
     WHERE tenant_id = $2 AND applicant_id = $3 AND purpose = $4 AND withdrawn_at IS NULL";
const LIST: &str = "SELECT id, tenant_id, applicant_id, purpose, text_version, given_at, withdrawn_at FROM consent \
     WHERE tenant_id = $1 AND applicant_id = $2 ORDER BY id DESC";

impl Store {
    /// Returns a person's consents, newest first, withdrawn ones too.
    pub async fn list_consents(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Vec<ConsentRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .fetch_all(&self.inner.pool)
            .await
            .doing("list consents")?;
        all(CONSENT, &rows, read)
    }
}

impl Tx {
    /// Records a consent.
    pub async fn give_consent(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        purpose: &str,
        text_version: &str,
        now: Millis,
    ) -> Result<ConsentId, StoreError> {
        let id = ConsentId::new(now, Store::random_id_bytes()?);
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(purpose.to_owned())
            .bind(text_version.to_owned())
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(CONSENT, "give consent", source))?;
        Ok(id)
    }

    /// Withdraws a person's consents to a purpose, of every version; returns how many there were.
    pub async fn withdraw_consent(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        purpose: &str,
        now: Millis,
    ) -> Result<u64, StoreError> {
        sqlx::query(WITHDRAW)
            .bind(now.0)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(purpose.to_owned())
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("withdraw consent")
    }
}

fn read(r: Reader<'_>) -> Result<ConsentRow, StoreError> {
    Ok(ConsentRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        purpose: r.get("purpose")?,
        text_version: r.get("text_version")?,
        given_at: r.at("given_at")?,
        withdrawn_at: r.at_maybe("withdrawn_at")?,
    })
}
