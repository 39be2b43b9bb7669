//! Tenants, and every policy they ever used.

use menshen_core::ids::TenantId;
use menshen_core::time::Millis;
use sqlx::AnyConnection;

use crate::columns::{Reader, all, older_than, one, words};
use crate::error::{Doing, insert_error, one_row};
use crate::{Store, StoreError, Tx};

/// Whether a tenant's verifications are real.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenantKind {
    /// Real people.
    Live,
    /// Trials: outcomes are chosen by the names of applicants.
    Sandbox,
}

words!(TenantKind { Live = "live", Sandbox = "sandbox" });

/// An operator's customer.
#[derive(Clone, Debug)]
pub struct TenantRow {
    /// Its id.
    pub id: TenantId,
    /// Its name, for the operator.
    pub name: String,
    /// Whether its verifications are real.
    pub kind: TenantKind,
    /// The policy in force, as TOML.
    pub policy_toml: String,
    /// The identity of the policy in force.
    pub policy_identity: String,
    /// When it was created.
    pub created_at: Millis,
    /// Counts the changes.
    pub version: i64,
}

/// A policy that was in force once.
#[derive(Clone, Debug)]
pub struct PolicyRow {
    /// Whose policy it is.
    pub tenant_id: TenantId,
    /// Its identity.
    pub identity: String,
    /// Its text.
    pub toml: String,
    /// When it was first put in force.
    pub created_at: Millis,
}

const TENANT: &str = "tenant";
const INSERT: &str = "INSERT INTO tenant (id, name, kind, policy_toml, policy_identity, created_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, 1)";
const FIND: &str = "SELECT id, name, kind, policy_toml, policy_identity, created_at, version \
     FROM tenant WHERE id = $1";
const LIST: &str = "SELECT id, name, kind, policy_toml, policy_identity, created_at, version \
     FROM tenant WHERE id < $1 ORDER BY id DESC LIMIT $2";
const SET_POLICY: &str = "UPDATE tenant SET policy_toml = $1, policy_identity = $2, version = version + 1 \
     WHERE id = $3 AND version = $4";
const KEEP_POLICY: &str = "INSERT INTO policy_version (tenant_id, identity, toml, created_at) \
     VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, identity) DO NOTHING";
const FIND_POLICY: &str = "SELECT tenant_id, identity, toml, created_at FROM policy_version \
     WHERE tenant_id = $1 AND identity = $2";
const LIST_POLICIES: &str = "SELECT tenant_id, identity, toml, created_at FROM policy_version \
     WHERE tenant_id = $1 ORDER BY created_at DESC, identity";
/// Changes nothing, and keeps others from changing it until this transaction ends.
const LOCK: &str = "UPDATE tenant SET version = version WHERE id = $1";

impl Store {
    /// Returns a tenant.
    pub async fn find_tenant(&self, id: TenantId) -> Result<Option<TenantRow>, StoreError> {
        find(&mut *self.conn().await?, id).await
    }

    /// Returns tenants, newest first.
    pub async fn list_tenants(
        &self,
        after: Option<TenantId>,
        limit: u32,
    ) -> Result<Vec<TenantRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list tenants")?;
        all(TENANT, &rows, read)
    }

    /// Returns a policy that a tenant used at some time.
    pub async fn find_policy(
        &self,
        tenant: TenantId,
        identity: &str,
    ) -> Result<Option<PolicyRow>, StoreError> {
        find_policy(&mut *self.conn().await?, tenant, identity).await
    }

    /// Returns every policy that a tenant used, newest first.
    pub async fn list_policies(&self, tenant: TenantId) -> Result<Vec<PolicyRow>, StoreError> {
        let rows = sqlx::query(LIST_POLICIES)
            .bind(tenant.to_string())
            .fetch_all(&self.inner.pool)
            .await
            .doing("list policies")?;
        all("policy_version", &rows, read_policy)
    }
}

impl Tx {
    /// Creates a tenant with its first policy.
    pub async fn create_tenant(
        &mut self,
        name: &str,
        kind: TenantKind,
        policy_toml: &str,
        policy_identity: &str,
        now: Millis,
    ) -> Result<TenantRow, StoreError> {
        let row = TenantRow {
            id: TenantId::new(now, Store::random_id_bytes()?),
            name: name.to_owned(),
            kind,
            policy_toml: policy_toml.to_owned(),
            policy_identity: policy_identity.to_owned(),
            created_at: now,
            version: 1,
        };
        sqlx::query(INSERT)
            .bind(row.id.to_string())
            .bind(row.name.clone())
            .bind(kind.as_str())
            .bind(row.policy_toml.clone())
            .bind(row.policy_identity.clone())
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(TENANT, "create tenant", source))?;
        self.keep_policy(row.id, policy_toml, policy_identity, now)
            .await?;
        Ok(row)
    }

    /// Returns a tenant.
    pub async fn find_tenant(&mut self, id: TenantId) -> Result<Option<TenantRow>, StoreError> {
        find(self.conn(), id).await
    }

    /// Returns a policy that a tenant used at some time.
    pub async fn find_policy(
        &mut self,
        tenant: TenantId,
        identity: &str,
    ) -> Result<Option<PolicyRow>, StoreError> {
        find_policy(self.conn(), tenant, identity).await
    }

    /// Puts a policy in force and keeps it in the history; returns the tenant's new version.
    pub async fn set_policy(
        &mut self,
        tenant: &TenantRow,
        toml: &str,
        identity: &str,
        now: Millis,
    ) -> Result<i64, StoreError> {
        let done = sqlx::query(SET_POLICY)
            .bind(toml.to_owned())
            .bind(identity.to_owned())
            .bind(tenant.id.to_string())
            .bind(tenant.version)
            .execute(self.conn())
            .await
            .doing("set policy")?;
        one_row(TENANT, &done)?;
        self.keep_policy(tenant.id, toml, identity, now).await?;
        Ok(tenant.version + 1)
    }

    /// Makes other transactions of the tenant that do the same wait until this one ends. For limits
    /// that are counted over several applicants.
    pub async fn lock_tenant(&mut self, tenant: TenantId) -> Result<(), StoreError> {
        let done = sqlx::query(LOCK)
            .bind(tenant.to_string())
            .execute(self.conn())
            .await
            .doing("lock tenant")?;
        one_row(TENANT, &done).map_err(|_| StoreError::Missing { table: TENANT })
    }

    async fn keep_policy(
        &mut self,
        tenant: TenantId,
        toml: &str,
        identity: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query(KEEP_POLICY)
            .bind(tenant.to_string())
            .bind(identity.to_owned())
            .bind(toml.to_owned())
            .bind(now.0)
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("keep policy")
    }
}

async fn find(conn: &mut AnyConnection, id: TenantId) -> Result<Option<TenantRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(id.to_string())
        .fetch_optional(conn)
        .await
        .doing("find tenant")?;
    one(TENANT, row, read)
}

async fn find_policy(
    conn: &mut AnyConnection,
    tenant: TenantId,
    identity: &str,
) -> Result<Option<PolicyRow>, StoreError> {
    let row = sqlx::query(FIND_POLICY)
        .bind(tenant.to_string())
        .bind(identity.to_owned())
        .fetch_optional(conn)
        .await
        .doing("find policy")?;
    one("policy_version", row, read_policy)
}

fn read(r: Reader<'_>) -> Result<TenantRow, StoreError> {
    Ok(TenantRow {
        id: r.parse("id")?,
        name: r.get("name")?,
        kind: r.parse("kind")?,
        policy_toml: r.get("policy_toml")?,
        policy_identity: r.get("policy_identity")?,
        created_at: r.at("created_at")?,
        version: r.get("version")?,
    })
}

fn read_policy(r: Reader<'_>) -> Result<PolicyRow, StoreError> {
    Ok(PolicyRow {
        tenant_id: r.parse("tenant_id")?,
        identity: r.get("identity")?,
        toml: r.get("toml")?,
        created_at: r.at("created_at")?,
    })
}
