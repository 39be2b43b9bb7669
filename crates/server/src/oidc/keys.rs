//! The keys of a tenant: made when its first app needs one, changed every ninety days, published before and after.

use menshen_core::ids::TenantId;
use menshen_core::oidc::{KEPT, PUBLISHED_BEFORE, next_active_from};
use menshen_core::time::Millis;
use menshen_store::{NewOidcKey, OidcAlg, OidcKeyRow, Tx};

use super::jwt;
use crate::app::App;
use crate::problem::ApiError;
use crate::record::{self, Act};

const ALGS: [OidcAlg; 2] = [OidcAlg::Es256, OidcAlg::EdDsa];

/// How a key is followed by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// In its turn: the next is known a day before it signs, and the last a day after.
    Planned,
    /// At once: the keys before may be known to others and are believed no longer.
    Withdrawn,
}

/// Returns the key that signs now.
///
/// # Errors
/// The machine's where there is none: apps are not made without one.
pub async fn signing(
    app: &App,
    tenant: TenantId,
    alg: OidcAlg,
    now: Millis,
) -> Result<OidcKeyRow, ApiError> {
    let rows = app.store.list_oidc_keys(tenant, now).await?;
    let found = rows
        .into_iter()
        .find(|row| row.alg == alg && row.active_from <= now);
    found.ok_or_else(|| ApiError::machine(std::io::Error::other("no key signs ID tokens")))
}

/// Makes a key where a tenant has none that signs.
///
/// # Errors
/// The store's.
pub async fn ensure(
    tx: &mut Tx,
    tenant: TenantId,
    alg: OidcAlg,
    now: Millis,
) -> Result<(), ApiError> {
    tx.lock_tenant(tenant).await?;
    let rows = tx.list_oidc_keys(tenant, now).await?;
    if rows
        .iter()
        .any(|row| row.alg == alg && row.active_from <= now)
    {
        return Ok(());
    }
    make(tx, tenant, alg, now, now).await
}

/// Makes the key that follows. A tenant without one gets its first.
///
/// # Errors
/// The store's.
pub async fn follow(
    tx: &mut Tx,
    tenant: TenantId,
    alg: OidcAlg,
    change: Change,
    now: Millis,
) -> Result<(), ApiError> {
    tx.lock_tenant(tenant).await?;
    let rows = tx.list_oidc_keys(tenant, now).await?;
    let newest = rows.iter().find(|row| row.alg == alg);
    let (from, end) = match (change, newest) {
        (Change::Withdrawn, _) => (now, now),
        (Change::Planned, None) => (now, now),
        // One is waiting already: it need not wait for another.
        (Change::Planned, Some(row)) if row.active_from > now => return Ok(()),
        (Change::Planned, Some(_)) => {
            let from = now.plus(PUBLISHED_BEFORE);
            (from, from.plus(KEPT))
        }
    };
    tx.end_oidc_keys(tenant, alg, end).await?;
    make(tx, tenant, alg, from, now).await
}

async fn make(
    tx: &mut Tx,
    tenant: TenantId,
    alg: OidcAlg,
    active_from: Millis,
    now: Millis,
) -> Result<(), ApiError> {
    let made = jwt::make(alg)?;
    let new = NewOidcKey {
        tenant_id: tenant,
        alg,
        public: &made.public,
        private: &made.private,
        active_from,
    };
    tx.create_oidc_key(&new, now).await?;
    Ok(())
}

/// Makes the keys that are due, and destroys those that nobody needs any more.
///
/// # Errors
/// The store's.
pub async fn sweep(app: &App, now: Millis) -> Result<(), ApiError> {
    let mut first = Ok(());
    for tenant in app.store.list_oidc_tenants().await? {
        // One tenant whose keys cannot be made keeps no other from getting theirs.
        first = first.and(turn(app, tenant, now).await);
    }
    let mut tx = app.store.begin().await?;
    tx.prune_oidc_keys(now).await?;
    tx.prune_oidc_requests(now).await?;
    tx.prune_oidc_grants(now).await?;
    tx.commit().await?;
    first
}

/// Makes the keys of a tenant that are due.
async fn turn(app: &App, tenant: TenantId, now: Millis) -> Result<(), ApiError> {
    let rows = app.store.list_oidc_keys(tenant, now).await?;
    for alg in ALGS {
        let newest = rows.iter().find(|row| row.alg == alg);
        let due = newest.and_then(|row| next_active_from(row.active_from, now));
        if due.is_none() {
            continue;
        }
        let mut tx = app.store.begin().await?;
        tx.lock_tenant(tenant).await?;
        // Another node may have been faster.
        let rows = tx.list_oidc_keys(tenant, now).await?;
        let newest = rows.iter().find(|row| row.alg == alg);
        let Some(from) = newest.and_then(|row| next_active_from(row.active_from, now)) else {
            continue;
        };
        tx.end_oidc_keys(tenant, alg, from.plus(KEPT)).await?;
        make(&mut tx, tenant, alg, from, now).await?;
        let act = Act::system(Some(tenant), "oidc_key.followed", "tenant", tenant.0);
        let act = act.with("alg", alg.as_str().to_lowercase());
        record::audit(&mut tx, act, now).await?;
        tx.commit().await?;
    }
    Ok(())
}
