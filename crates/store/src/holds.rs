//! Legal holds: while one is in force, nothing of the person is erased.

use menshen_core::ids::{ApplicantId, HoldId, TenantId};
use menshen_core::time::Millis;

use crate::columns::{Reader, all};
use crate::error::{Doing, insert_error};
use crate::{Store, StoreError, Tx};

/// A legal hold.
#[derive(Clone, Debug)]
pub struct HoldRow {
    /// The id.
    pub id: HoldId,
    /// Whose applicant.
    pub tenant_id: TenantId,
    /// Whose data is held.
    pub applicant_id: ApplicantId,
    /// Why, e.g. a file number; never personal data.
    pub reason: String,
    /// Since when.
    pub placed_at: Millis,
    /// Until when, where that is known.
    pub ends_at: Option<Millis>,
    /// When it was lifted.
    pub lifted_at: Option<Millis>,
}

impl HoldRow {
    /// Returns whether the hold is in force.
    pub fn is_in_force(&self, now: Millis) -> bool {
        self.lifted_at.is_none() && self.ends_at.is_none_or(|end| end > now)
    }
}

const HOLD: &str = "legal_hold";
const INSERT: &str = "INSERT INTO legal_hold (id, tenant_id, applicant_id, reason, placed_at, ends_at, lifted_at) \
     VALUES ($1, $2, $3, $4, $5, $6, NULL)";
const LIFT: &str =
    "UPDATE legal_hold SET lifted_at = $1 WHERE id = $2 AND tenant_id = $3 AND lifted_at IS NULL";
const LIST: &str = "SELECT id, tenant_id, applicant_id, reason, placed_at, ends_at, lifted_at FROM legal_hold \
     WHERE tenant_id = $1 AND applicant_id = $2 ORDER BY id DESC";

impl Store {
    /// Returns a person's holds, newest first, ended ones too.
    pub async fn list_holds(
        &self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Vec<HoldRow>, StoreError> {
        let mut conn = self.conn().await?;
        list(&mut conn, tenant, applicant).await
    }
}

impl Tx {
    /// Places a hold. It waits for an erasure that is under way, and an erasure for it.
    pub async fn place_hold(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
        reason: &str,
        ends_at: Option<Millis>,
        now: Millis,
    ) -> Result<HoldId, StoreError> {
        self.lock_applicant(tenant, applicant).await?;
        let id = HoldId::new(now, Store::random_id_bytes()?);
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(applicant.to_string())
            .bind(reason.to_owned())
            .bind(now.0)
            .bind(ends_at.map(|at| at.0))
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(HOLD, "place hold", source))?;
        Ok(id)
    }

    /// Lifts a hold; returns [`StoreError::Missing`] where none of the id is in force.
    pub async fn lift_hold(
        &mut self,
        tenant: TenantId,
        id: HoldId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(LIFT)
            .bind(now.0)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .execute(self.conn())
            .await
            .doing("lift hold")?;
        match done.rows_affected() {
            1 => Ok(()),
            _ => Err(StoreError::Missing { table: HOLD }),
        }
    }

    /// Returns a person's holds, newest first, ended ones too.
    pub async fn list_holds(
        &mut self,
        tenant: TenantId,
        applicant: ApplicantId,
    ) -> Result<Vec<HoldRow>, StoreError> {
        list(self.conn(), tenant, applicant).await
    }
}

async fn list(
    conn: &mut sqlx::AnyConnection,
    tenant: TenantId,
    applicant: ApplicantId,
) -> Result<Vec<HoldRow>, StoreError> {
    let rows = sqlx::query(LIST)
        .bind(tenant.to_string())
        .bind(applicant.to_string())
        .fetch_all(conn)
        .await
        .doing("list holds")?;
    all(HOLD, &rows, read)
}

fn read(r: Reader<'_>) -> Result<HoldRow, StoreError> {
    Ok(HoldRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        applicant_id: r.parse("applicant_id")?,
        reason: r.get("reason")?,
        placed_at: r.at("placed_at")?,
        ends_at: r.at_maybe("ends_at")?,
        lifted_at: r.at_maybe("lifted_at")?,
    })
}
