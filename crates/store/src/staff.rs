//! People who work for a tenant. Of their secrets only hashes are kept; their names are sealed with a key of the
//! tenant.

use menshen_core::access::Role;
use menshen_core::ids::{ApplicantId, StaffId, TenantId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::columns::{Reader, all, older_than, one};
use crate::digest::{derive, token_hash};
use crate::error::{Doing, insert_error, one_row};
use crate::seal::Column;
use crate::{Opened, Secret, Store, StoreError, Tx};

/// Somebody who works for a tenant.
#[derive(Clone, Debug)]
pub struct StaffRow {
    /// The id.
    pub id: StaffId,
    /// For whom.
    pub tenant_id: TenantId,
    /// As what.
    pub role: Role,
    /// The applicant that they are themselves, where that is known: nobody works on their own case.
    pub applicant: Option<ApplicantId>,
    /// When they came.
    pub created_at: Millis,
    /// Since when they are no longer let in.
    pub disabled_at: Option<Millis>,
    /// Have they set how they sign in?
    pub signs_in: bool,
    /// Counts the changes.
    pub version: i64,
    name_sealed: Vec<u8>,
}

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, role, name_sealed, secret_hash, applicant_id, created_at, disabled_at, version, ",
            "(SELECT COUNT(*) FROM staff_login l WHERE l.staff_id = staff.id) AS logins FROM staff ",
            $where
        )
    };
}

const STAFF: &str = "staff";
const NAME: Column = Column::new(STAFF, "name_sealed");
/// What a secret of staff begins with.
const PREFIX: &str = "ms_";
const INSERT: &str = "INSERT INTO staff (id, tenant_id, role, name_sealed, secret_hash, created_at, disabled_at, \
     version) VALUES ($1, $2, $3, $4, $5, $6, NULL, 1)";
const FIND: &str = select!("WHERE id = $1 AND tenant_id = $2");
const FIND_BY_HASH: &str = select!("WHERE secret_hash = $1 AND disabled_at IS NULL");
const LIST: &str = select!("WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
const SET_ROLE: &str =
    "UPDATE staff SET role = $1, version = version + 1 WHERE id = $2 AND version = $3";
const LINK: &str =
    "UPDATE staff SET applicant_id = $1, version = version + 1 WHERE id = $2 AND version = $3";
const SET_SECRET: &str =
    "UPDATE staff SET secret_hash = $1, version = version + 1 WHERE id = $2 AND version = $3";
const DISABLE: &str =
    "UPDATE staff SET disabled_at = $1, version = version + 1 WHERE id = $2 AND version = $3";

impl StaffRow {
    /// Returns the name.
    pub fn name(&self, store: &Store) -> Result<Opened, StoreError> {
        let key = store.staff_key(self.tenant_id);
        let row = self.id.to_string();
        NAME.open(&key, self.tenant_id, &row, &self.name_sealed)
    }
}

impl Store {
    /// Returns who calls with a secret, or none where it is unknown or its owner no longer let in.
    pub async fn find_staff_by_secret(&self, secret: &str) -> Result<Option<StaffRow>, StoreError> {
        let hash = token_hash(secret);
        let row = sqlx::query(FIND_BY_HASH)
            .bind(hash.clone())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find staff by secret")?;
        let with_hash = |r: Reader<'_>| Ok((r.get::<String>("secret_hash")?, read(r)?));
        Ok(one(STAFF, row, with_hash)?
            .filter(|(kept, _)| bool::from(kept.as_bytes().ct_eq(hash.as_bytes())))
            .map(|(_, staff)| staff))
    }

    /// Returns somebody who works for a tenant.
    pub async fn find_staff(
        &self,
        tenant: TenantId,
        id: StaffId,
    ) -> Result<Option<StaffRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, id).await
    }

    /// Returns who works for a tenant, newest first.
    pub async fn list_staff(
        &self,
        tenant: TenantId,
        after: Option<StaffId>,
        limit: u32,
    ) -> Result<Vec<StaffRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list staff")?;
        all(STAFF, &rows, read)
    }

    pub(crate) fn staff_key(&self, tenant: TenantId) -> Zeroizing<[u8; 32]> {
        derive(&self.inner.tenant_seal, tenant, STAFF)
    }
}

impl Tx {
    /// Returns somebody who works for a tenant.
    pub async fn find_staff(
        &mut self,
        tenant: TenantId,
        id: StaffId,
    ) -> Result<Option<StaffRow>, StoreError> {
        find(self.conn(), tenant, id).await
    }

    /// Lets somebody in; the secret is given once and never again.
    pub async fn create_staff(
        &mut self,
        tenant: TenantId,
        name: &str,
        role: Role,
        now: Millis,
    ) -> Result<(StaffRow, Secret), StoreError> {
        let id = StaffId::new(now, Store::random_id_bytes()?);
        let secret = Secret::draw(PREFIX)?;
        let key = self.store.staff_key(tenant);
        let row = StaffRow {
            id,
            tenant_id: tenant,
            role,
            applicant: None,
            created_at: now,
            disabled_at: None,
            signs_in: false,
            version: 1,
            name_sealed: NAME.seal(&key, tenant, &id.to_string(), name.as_bytes())?,
        };
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(role.name())
            .bind(row.name_sealed.clone())
            .bind(token_hash(secret.reveal()))
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(STAFF, "create staff", source))?;
        Ok((row, secret))
    }

    /// Gives somebody another role; returns them with it.
    pub async fn set_staff_role(
        &mut self,
        row: StaffRow,
        role: Role,
    ) -> Result<StaffRow, StoreError> {
        let done = sqlx::query(SET_ROLE)
            .bind(role.name())
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("set the role of staff")?;
        one_row(STAFF, &done)?;
        Ok(StaffRow {
            role,
            version: row.version + 1,
            ..row
        })
    }

    /// Says which applicant somebody is; returns the row as it is then.
    pub async fn link_staff(
        &mut self,
        row: StaffRow,
        applicant: ApplicantId,
    ) -> Result<StaffRow, StoreError> {
        let done = sqlx::query(LINK)
            .bind(applicant.to_string())
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("link staff")?;
        one_row(STAFF, &done)?;
        Ok(StaffRow {
            applicant: Some(applicant),
            version: row.version + 1,
            ..row
        })
    }

    /// Draws another secret, which is given once; the one before ends at once.
    pub async fn renew_staff_secret(&mut self, row: &StaffRow) -> Result<Secret, StoreError> {
        let secret = Secret::draw(PREFIX)?;
        let done = sqlx::query(SET_SECRET)
            .bind(token_hash(secret.reveal()))
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("renew the secret of staff")?;
        one_row(STAFF, &done)?;
        Ok(secret)
    }

    /// Lets somebody in no longer, and forgets how they signed in. The row stays: decisions name it.
    pub async fn disable_staff(&mut self, row: &StaffRow, now: Millis) -> Result<(), StoreError> {
        if row.disabled_at.is_some() {
            return Ok(());
        }
        let done = sqlx::query(DISABLE)
            .bind(now.0)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("disable staff")?;
        one_row(STAFF, &done)?;
        self.end_login(row.id).await
    }
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    id: StaffId,
) -> Result<Option<StaffRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_optional(conn)
        .await
        .doing("find staff")?;
    one(STAFF, row, read)
}

fn read(r: Reader<'_>) -> Result<StaffRow, StoreError> {
    Ok(StaffRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        role: r.parse("role")?,
        applicant: r.parse_maybe("applicant_id")?,
        created_at: r.at("created_at")?,
        disabled_at: r.at_maybe("disabled_at")?,
        signs_in: r.get::<i64>("logins")? > 0,
        version: r.get("version")?,
        name_sealed: r.get("name_sealed")?,
    })
}
