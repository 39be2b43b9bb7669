//! Codes by which people are invited to open an account, with what they gain by it.

use menshen_core::ids::{InvitationCodeId, TenantId};
use menshen_core::time::Millis;

use crate::columns::{Reader, all, older_than, one};
use crate::error::{Doing, insert_error};
use crate::{Store, StoreError, Tx};

/// A code.
#[derive(Clone, Debug)]
pub struct InvitationCodeRow {
    /// The id.
    pub id: InvitationCodeId,
    /// Of which tenant.
    pub tenant_id: TenantId,
    /// The code, in capitals.
    pub code: String,
    /// Who invites, as the operator calls them.
    pub label: String,
    /// What is gained by it, as JSON: the operator's own data, such as a share of fees.
    pub benefit: String,
    /// When it was made.
    pub created_at: Millis,
    /// When it is no longer good.
    pub ends_at: Option<Millis>,
    /// When it was taken back. Accounts that were opened with it keep it.
    pub removed_at: Option<Millis>,
}

impl InvitationCodeRow {
    /// Is it good?
    pub fn is_good(&self, now: Millis) -> bool {
        self.removed_at.is_none() && self.ends_at.is_none_or(|end| now < end)
    }
}

/// A code to be made.
pub struct NewInvitationCode<'a> {
    /// The code, in capitals.
    pub code: &'a str,
    /// Who invites, as the operator calls them.
    pub label: &'a str,
    /// What is gained by it, as JSON.
    pub benefit: &'a str,
    /// When it is no longer good.
    pub ends_at: Option<Millis>,
}

const CODE: &str = "invitation_code";
const INSERT: &str = "INSERT INTO invitation_code (id, tenant_id, code, label, benefit, created_at, ends_at, removed_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)";
/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, code, label, benefit, created_at, ends_at, removed_at FROM invitation_code WHERE ",
            $where
        )
    };
}
const FIND_CODE: &str = select!("tenant_id = $1 AND code = $2");
const FIND: &str = select!("tenant_id = $1 AND id = $2");
const LIST: &str = select!("tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
const REMOVE: &str = "UPDATE invitation_code SET removed_at = $1 WHERE tenant_id = $2 AND id = $3 AND removed_at IS NULL";

impl Store {
    /// Returns a code by its text.
    pub async fn find_invitation_code(
        &self,
        tenant: TenantId,
        code: &str,
    ) -> Result<Option<InvitationCodeRow>, StoreError> {
        let row = sqlx::query(FIND_CODE)
            .bind(tenant.to_string())
            .bind(code.to_owned())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find an invitation code")?;
        one(CODE, row, read)
    }

    /// Returns a code by its id, taken back or not.
    pub async fn find_invitation_code_of(
        &self,
        tenant: TenantId,
        id: InvitationCodeId,
    ) -> Result<Option<InvitationCodeRow>, StoreError> {
        let row = sqlx::query(FIND)
            .bind(tenant.to_string())
            .bind(id.to_string())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find an invitation code")?;
        one(CODE, row, read)
    }

    /// Returns a tenant's codes, newest first.
    pub async fn list_invitation_codes(
        &self,
        tenant: TenantId,
        after: Option<InvitationCodeId>,
        limit: u32,
    ) -> Result<Vec<InvitationCodeRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list invitation codes")?;
        all(CODE, &rows, read)
    }
}

impl Tx {
    /// Makes a code.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where the tenant has one of that text.
    pub async fn create_invitation_code(
        &mut self,
        tenant: TenantId,
        new: &NewInvitationCode<'_>,
        now: Millis,
    ) -> Result<InvitationCodeRow, StoreError> {
        let row = InvitationCodeRow {
            id: InvitationCodeId::new(now, Store::random_id_bytes()?),
            tenant_id: tenant,
            code: new.code.to_owned(),
            label: new.label.to_owned(),
            benefit: new.benefit.to_owned(),
            created_at: now,
            ends_at: new.ends_at,
            removed_at: None,
        };
        sqlx::query(INSERT)
            .bind(row.id.to_string())
            .bind(tenant.to_string())
            .bind(row.code.clone())
            .bind(row.label.clone())
            .bind(row.benefit.clone())
            .bind(now.0)
            .bind(row.ends_at.map(|at| at.0))
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(CODE, "make an invitation code", source))?;
        Ok(row)
    }

    /// Takes a code back; false where there is none.
    pub async fn remove_invitation_code(
        &mut self,
        tenant: TenantId,
        id: InvitationCodeId,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(REMOVE)
            .bind(now.0)
            .bind(tenant.to_string())
            .bind(id.to_string())
            .execute(self.conn())
            .await
            .doing("take an invitation code back")?;
        Ok(done.rows_affected() == 1)
    }
}

fn read(r: Reader<'_>) -> Result<InvitationCodeRow, StoreError> {
    Ok(InvitationCodeRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        code: r.get("code")?,
        label: r.get("label")?,
        benefit: r.get("benefit")?,
        created_at: r.at("created_at")?,
        ends_at: r.at_maybe("ends_at")?,
        removed_at: r.at_maybe("removed_at")?,
    })
}
