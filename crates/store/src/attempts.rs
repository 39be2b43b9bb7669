//! Submissions that count against limits, by applicant, device and address.

use menshen_core::ids::{ApplicantId, AttemptId, TenantId, VerificationId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::all;
use crate::error::{Doing, insert_error};
use crate::{DigestKind, Store, StoreError, Tx};

/// A submission to be recorded.
#[derive(Clone)]
pub struct NewAttempt {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Of whom.
    pub applicant_id: ApplicantId,
    /// Of which verification.
    pub verification_id: VerificationId,
    /// The device's fingerprint; only its digest is kept.
    pub device: Option<String>,
    /// The network address; only its digest is kept.
    pub address: Option<String>,
    /// Whether it counts: quality and technical reasons never do.
    pub counted: bool,
}

/// Whose submissions are to be counted.
#[derive(Clone, Copy)]
pub enum AttemptsOf<'a> {
    /// A person's.
    Applicant(ApplicantId),
    /// A device's, by its fingerprint.
    Device(&'a str),
    /// A network address's.
    Address(&'a str),
}

const INSERT: &str = "INSERT INTO attempt (id, tenant_id, applicant_id, device_digest, address_digest, at, counted, \
     verification_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const OF_APPLICANT: &str = "SELECT at FROM attempt \
     WHERE tenant_id = $1 AND applicant_id = $2 AND at > $3 AND counted = 1 ORDER BY at";
const OF_DEVICE: &str = "SELECT at FROM attempt \
     WHERE tenant_id = $1 AND device_digest = $2 AND at > $3 AND counted = 1 ORDER BY at";
const OF_ADDRESS: &str = "SELECT at FROM attempt \
     WHERE tenant_id = $1 AND address_digest = $2 AND at > $3 AND counted = 1 ORDER BY at";

impl Store {
    /// Returns the instants of the counted submissions after one, oldest first.
    pub async fn counted_attempts(
        &self,
        tenant: TenantId,
        of: AttemptsOf<'_>,
        since: Millis,
    ) -> Result<Vec<Millis>, StoreError> {
        counted(self, &mut *self.conn().await?, tenant, of, since).await
    }
}

impl Tx {
    /// Records a submission. To keep a limit exact, lock the applicant or the tenant before counting.
    pub async fn record_attempt(
        &mut self,
        new: &NewAttempt,
        now: Millis,
    ) -> Result<AttemptId, StoreError> {
        let store = self.store.clone();
        let digest = |kind, value: &Option<String>| {
            let value = value.as_ref();
            value.map(|value| store.digest(new.tenant_id, kind, value.as_bytes()))
        };
        let id = AttemptId::new(now, Store::random_id_bytes()?);
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(new.tenant_id.to_string())
            .bind(new.applicant_id.to_string())
            .bind(digest(DigestKind::Device, &new.device))
            .bind(digest(DigestKind::Address, &new.address))
            .bind(now.0)
            .bind(i64::from(new.counted))
            .bind(new.verification_id.to_string())
            .execute(self.conn())
            .await
            .map_err(|source| insert_error("attempt", "record attempt", source))?;
        Ok(id)
    }

    /// Returns the instants of the counted submissions after one, oldest first.
    pub async fn counted_attempts(
        &mut self,
        tenant: TenantId,
        of: AttemptsOf<'_>,
        since: Millis,
    ) -> Result<Vec<Millis>, StoreError> {
        let store = self.store.clone();
        counted(&store, self.conn(), tenant, of, since).await
    }
}

async fn counted(
    store: &Store,
    conn: &mut AnyConnection,
    tenant: TenantId,
    of: AttemptsOf<'_>,
    since: Millis,
) -> Result<Vec<Millis>, StoreError> {
    let digest = |kind, value: &str| store.digest(tenant, kind, value.as_bytes());
    let (sql, whose) = match of {
        AttemptsOf::Applicant(id) => (OF_APPLICANT, id.to_string()),
        AttemptsOf::Device(device) => (OF_DEVICE, digest(DigestKind::Device, device)),
        AttemptsOf::Address(address) => (OF_ADDRESS, digest(DigestKind::Address, address)),
    };
    let rows = sqlx::query(sql)
        .bind(tenant.to_string())
        .bind(whose)
        .bind(since.0)
        .fetch_all(conn)
        .await
        .doing("count attempts")?;
    all("attempt", &rows, |r| r.at("at"))
}
