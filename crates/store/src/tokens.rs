//! Short-lived tokens for the page of one person.

use menshen_core::ids::{ApplicantId, TenantId, VerificationId};
use menshen_core::time::Millis;
use subtle::ConstantTimeEq;

use crate::columns::{Reader, one};
use crate::digest::token_hash;
use crate::error::{Doing, insert_error};
use crate::{Secret, Store, StoreError, Tx};

/// Whom a token lets in, and to what.
#[derive(Clone, Debug)]
pub struct ApplicantTokenRow {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The person.
    pub applicant_id: ApplicantId,
    /// The one verification it opens; all of the person's where it names none.
    pub verification_id: Option<VerificationId>,
    /// When it ends.
    pub expires_at: Millis,
}

const TOKEN: &str = "applicant_token";
const INSERT: &str = "INSERT INTO applicant_token (hash, tenant_id, applicant_id, verification_id, expires_at, \
     revoked_at) VALUES ($1, $2, $3, $4, $5, NULL)";
const FIND: &str = "SELECT hash, tenant_id, applicant_id, verification_id, expires_at FROM applicant_token \
     WHERE hash = $1 AND revoked_at IS NULL AND expires_at > $2";
const REVOKE_ALL: &str = "UPDATE applicant_token SET revoked_at = $1 \
     WHERE tenant_id = $2 AND applicant_id = $3 AND revoked_at IS NULL";
const PRUNE: &str = "DELETE FROM applicant_token WHERE expires_at <= $1";

impl Store {
    /// Returns whom a token lets in, or none where it is unknown, expired or revoked.
    pub async fn find_applicant_token(
        &self,
        token: &str,
        now: Millis,
    ) -> Result<Option<ApplicantTokenRow>, StoreError> {
        let hash = token_hash(token);
        let row = sqlx::query(FIND)
            .bind(hash.clone())
            .bind(now.0)
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find applicant token")?;
        let read = |r: Reader<'_>| Ok((r.get::<String>("hash")?, read(r)?));
        Ok(one(TOKEN, row, read)?
            .filter(|(kept, _)| bool::from(kept.as_bytes().ct_eq(hash.as_bytes())))
            .map(|(_, token)| token))
    }
}

impl Tx {
    /// Creates a token for a person's page; its text is given once and never again.
    pub async fn create_applicant_token(
        &mut self,
        row: &ApplicantTokenRow,
    ) -> Result<Secret, StoreError> {
        let token = Secret::draw("mt_")?;
        sqlx::query(INSERT)
            .bind(token_hash(token.reveal()))
            .bind(row.tenant_id.to_string())
            .bind(row.applicant_id.to_string())
            .bind(row.verification_id.map(|id| id.to_string()))
            .bind(row.expires_at.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(TOKEN, "create applicant token", source))?;
        Ok(token)
    }

    /// Revokes all of a person's tokens; returns how many there were.
    pub async fn revoke_applicant_tokens(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        now: Millis,
    ) -> Result<u64, StoreError> {
        sqlx::query(REVOKE_ALL)
            .bind(now.0)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("revoke applicant tokens")
    }

    /// Removes the tokens that have ended; returns how many.
    pub async fn prune_applicant_tokens(&mut self, now: Millis) -> Result<u64, StoreError> {
        sqlx::query(PRUNE)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("prune applicant tokens")
    }
}

fn read(r: Reader<'_>) -> Result<ApplicantTokenRow, StoreError> {
    Ok(ApplicantTokenRow {
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        verification_id: r.parse_maybe("verification_id")?,
        expires_at: r.at("expires_at")?,
    })
}
