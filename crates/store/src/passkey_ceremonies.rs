//! Questions that were asked of a browser, each for one answer: whoever takes a question's state takes it from everybody else.

use menshen_core::ids::{ApplicantId, CeremonyId, TenantId};
use menshen_core::time::Millis;
use sqlx::any::AnyRow;
use zeroize::Zeroizing;

use crate::columns::{Reader, one, words};
use crate::digest::derive;
use crate::error::{Doing, insert_error};
use crate::seal::Column;
use crate::{Opened, Store, StoreError, Tx};

/// What a question is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CeremonyPurpose {
    /// To register a passkey.
    Register,
    /// To show one.
    Authenticate,
}

words!(CeremonyPurpose { Register = "register", Authenticate = "authenticate" });

/// A question that was asked, in the clear.
pub struct CeremonyTaken {
    /// Of which tenant.
    pub tenant: TenantId,
    /// Of whom, where that was known.
    pub applicant: Option<ApplicantId>,
    /// What was to be remembered of it.
    pub state: Opened,
}

/// A question that is about to be asked.
pub struct NewCeremony<'a> {
    /// Of which tenant.
    pub tenant: TenantId,
    /// Of whom, where that is known.
    pub applicant: Option<ApplicantId>,
    /// What for.
    pub purpose: CeremonyPurpose,
    /// What is to be remembered of it.
    pub state: &'a [u8],
    /// From when on no answer is taken.
    pub until: Millis,
}

const CEREMONY: &str = "passkey_ceremony";
const STATE: Column = Column::new(CEREMONY, "state_sealed");
const INSERT: &str = "INSERT INTO passkey_ceremony (id, tenant_id, applicant_id, purpose, state_sealed, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const TAKE: &str = "DELETE FROM passkey_ceremony WHERE id = $1 AND purpose = $2 AND expires_at > $3 \
     RETURNING tenant_id, applicant_id, state_sealed";
const TAKE_OF: &str = "DELETE FROM passkey_ceremony WHERE id = $1 AND purpose = $2 AND expires_at > $3 \
     AND tenant_id = $4 AND applicant_id = $5 RETURNING tenant_id, applicant_id, state_sealed";
const PRUNE: &str = "DELETE FROM passkey_ceremony WHERE expires_at <= $1";

impl Store {
    fn ceremony_key(&self, tenant: TenantId) -> Zeroizing<[u8; 32]> {
        derive(&self.inner.tenant_seal, tenant, CEREMONY)
    }
}

impl Tx {
    /// Keeps what is to be remembered of a question; returns its id.
    pub async fn create_ceremony(
        &mut self,
        new: NewCeremony<'_>,
        now: Millis,
    ) -> Result<CeremonyId, StoreError> {
        let id = CeremonyId::new(now, Store::random_id_bytes()?);
        let key = self.store.ceremony_key(new.tenant);
        let sealed = STATE.seal(&key, new.tenant, &id.to_string(), new.state)?;
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(new.tenant.to_string())
            .bind(new.applicant.map(|id| id.to_string()))
            .bind(new.purpose.as_str())
            .bind(sealed)
            .bind(new.until.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(CEREMONY, "begin a ceremony", source))?;
        Ok(id)
    }

    /// Takes a question, whoever was asked; none where there is none, it is over, was taken, or is for something else.
    pub async fn take_ceremony(
        &mut self,
        id: CeremonyId,
        purpose: CeremonyPurpose,
        now: Millis,
    ) -> Result<Option<CeremonyTaken>, StoreError> {
        let row = sqlx::query(TAKE)
            .bind(id.to_string())
            .bind(purpose.as_str())
            .bind(now.0)
            .fetch_optional(self.conn())
            .await
            .doing("take a ceremony")?;
        self.open_ceremony(id, row)
    }

    /// Takes a question that one person was asked. One that somebody else was asked stays theirs.
    pub async fn take_ceremony_of(
        &mut self,
        (tenant, applicant): (TenantId, ApplicantId),
        id: CeremonyId,
        purpose: CeremonyPurpose,
        now: Millis,
    ) -> Result<Option<CeremonyTaken>, StoreError> {
        let row = sqlx::query(TAKE_OF)
            .bind(id.to_string())
            .bind(purpose.as_str())
            .bind(now.0)
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .fetch_optional(self.conn())
            .await
            .doing("take a ceremony")?;
        self.open_ceremony(id, row)
    }

    /// Removes the questions that are over; returns how many.
    pub async fn prune_ceremonies(&mut self, now: Millis) -> Result<u64, StoreError> {
        sqlx::query(PRUNE)
            .bind(now.0)
            .execute(self.conn())
            .await
            .map(|done| done.rows_affected())
            .doing("prune ceremonies")
    }

    fn open_ceremony(
        &self,
        id: CeremonyId,
        row: Option<AnyRow>,
    ) -> Result<Option<CeremonyTaken>, StoreError> {
        one(CEREMONY, row, |r: Reader<'_>| {
            let tenant = r.parse("tenant_id")?;
            let sealed: Vec<u8> = r.get("state_sealed")?;
            let key = self.store.ceremony_key(tenant);
            Ok(CeremonyTaken {
                tenant,
                applicant: r.parse_maybe("applicant_id")?,
                state: STATE.open(&key, tenant, &id.to_string(), &sealed)?,
            })
        })
    }
}
