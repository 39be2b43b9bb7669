//! Apps that people sign in to. Of their secrets only hashes are kept: they are random, so that no key is needed.

use menshen_core::ids::{OidcClientId, TenantId};
use menshen_core::time::Millis;
use sqlx::AnyConnection;
use subtle::{Choice, ConstantTimeEq};

use crate::columns::{Reader, all, older_than, one, words};
use crate::digest::token_hash;
use crate::error::{Doing, insert_error, one_row};
use crate::{Secret, Store, StoreError, Tx};

/// Can an app keep a secret?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OidcClientKind {
    /// It runs on a server and can.
    Confidential,
    /// It runs on people's devices and cannot.
    Public,
}

words!(OidcClientKind { Confidential = "confidential", Public = "public" });

/// What signs the ID tokens of an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OidcAlg {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

words!(OidcAlg { Es256 = "ES256", EdDsa = "EdDSA" });

/// What can be changed of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcClientTerms {
    /// Its name, as people are shown it.
    pub name: String,
    /// Where people may be sent with a code; compared letter by letter.
    pub redirect_uris: Vec<String>,
    /// Where they may be sent once they have signed out.
    pub post_logout_uris: Vec<String>,
    /// The verified claims that it may ask for, by name.
    pub claims: Vec<String>,
    /// What signs its ID tokens.
    pub alg: OidcAlg,
}

/// An app that is to be.
pub struct NewOidcClient<'a> {
    /// Whose.
    pub tenant_id: TenantId,
    /// Can it keep a secret?
    pub kind: OidcClientKind,
    /// Apps of one sector know a person by one name; its own id where none is given.
    pub sector: Option<&'a str>,
    /// The rest.
    pub terms: &'a OidcClientTerms,
}

/// An app that people sign in to.
#[derive(Clone)]
pub struct OidcClientRow {
    /// The id, which is also its `client_id`.
    pub id: OidcClientId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Can it keep a secret?
    pub kind: OidcClientKind,
    /// Apps of one sector know a person by one name.
    pub sector: String,
    /// The rest.
    pub terms: OidcClientTerms,
    /// When it was made.
    pub created_at: Millis,
    /// Counts the changes.
    pub version: i64,
    secret_hash: Option<String>,
    old_secret_hash: Option<String>,
    old_secret_until: Option<Millis>,
}

/// What a secret of an app begins with.
const PREFIX: &str = "mo_";
const CLIENT: &str = "oidc_client";

/// Selects what [`read`] reads.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, tenant_id, name, kind, secret_hash, old_secret_hash, old_secret_until, redirect_uris, ",
            "post_logout_uris, sector, claims, alg, created_at, version FROM oidc_client ",
            $where
        )
    };
}

const INSERT: &str = "INSERT INTO oidc_client (id, tenant_id, name, kind, secret_hash, old_secret_hash, old_secret_until, \
     redirect_uris, post_logout_uris, sector, claims, alg, created_at, deleted_at, version) \
     VALUES ($1, $2, $3, $4, $5, NULL, NULL, $6, $7, $8, $9, $10, $11, NULL, 1)";
const FIND: &str = select!("WHERE id = $1 AND tenant_id = $2 AND deleted_at IS NULL");
const LIST: &str =
    select!("WHERE tenant_id = $1 AND deleted_at IS NULL AND id < $2 ORDER BY id DESC LIMIT $3");
const COUNT: &str =
    "SELECT COUNT(*) AS n FROM oidc_client WHERE tenant_id = $1 AND deleted_at IS NULL";
const SET: &str = "UPDATE oidc_client SET name = $1, redirect_uris = $2, post_logout_uris = $3, claims = $4, alg = $5, \
     version = version + 1 WHERE id = $6 AND version = $7 AND deleted_at IS NULL";
const SET_SECRET: &str = "UPDATE oidc_client SET secret_hash = $1, old_secret_hash = $2, old_secret_until = $3, \
     version = version + 1 WHERE id = $4 AND version = $5 AND deleted_at IS NULL";
const DELETE: &str = "UPDATE oidc_client SET deleted_at = $1, secret_hash = NULL, old_secret_hash = NULL, \
     old_secret_until = NULL, version = version + 1 WHERE id = $2 AND version = $3 AND deleted_at IS NULL";

impl OidcClientRow {
    /// Is it the app's secret, or the one before while that is good? Takes as long for a wrong one as for the right one.
    pub fn is_secret(&self, typed: &str, now: Millis) -> bool {
        let hash = token_hash(typed);
        let is = |kept: Option<&String>| match kept {
            Some(kept) => kept.as_bytes().ct_eq(hash.as_bytes()),
            None => Choice::from(0),
        };
        let old = self.old_secret_hash.as_ref();
        let old = old.filter(|_| self.old_secret_until.is_some_and(|until| until > now));
        (is(self.secret_hash.as_ref()) | is(old)).into()
    }
}

impl Store {
    /// Returns an app of a tenant.
    pub async fn find_oidc_client(
        &self,
        tenant: TenantId,
        id: OidcClientId,
    ) -> Result<Option<OidcClientRow>, StoreError> {
        find(&mut *self.conn().await?, tenant, id).await
    }

    /// Returns a tenant's apps, newest first.
    pub async fn list_oidc_clients(
        &self,
        tenant: TenantId,
        after: Option<OidcClientId>,
        limit: u32,
    ) -> Result<Vec<OidcClientRow>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(tenant.to_string())
            .bind(older_than(after))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.pool)
            .await
            .doing("list apps")?;
        all(CLIENT, &rows, read)
    }
}

impl Tx {
    /// Returns an app of a tenant.
    pub async fn find_oidc_client(
        &mut self,
        tenant: TenantId,
        id: OidcClientId,
    ) -> Result<Option<OidcClientRow>, StoreError> {
        find(self.conn(), tenant, id).await
    }

    /// Returns how many apps a tenant has.
    pub async fn count_oidc_clients(&mut self, tenant: TenantId) -> Result<u64, StoreError> {
        let row = sqlx::query(COUNT)
            .bind(tenant.to_string())
            .fetch_one(self.conn())
            .await
            .doing("count apps")?;
        let n: i64 = Reader::new(CLIENT, &row).get("n")?;
        Ok(n.unsigned_abs())
    }

    /// Adds an app; returns it with its secret where it can keep one, which is given once and never again.
    pub async fn create_oidc_client(
        &mut self,
        new: &NewOidcClient<'_>,
        now: Millis,
    ) -> Result<(OidcClientRow, Option<Secret>), StoreError> {
        let id = OidcClientId::new(now, Store::random_id_bytes()?);
        let secret = match new.kind {
            OidcClientKind::Confidential => Some(Secret::draw(PREFIX)?),
            OidcClientKind::Public => None,
        };
        let own = id.to_string();
        let row = OidcClientRow {
            id,
            tenant_id: new.tenant_id,
            kind: new.kind,
            sector: new.sector.unwrap_or(&own).to_owned(),
            terms: new.terms.clone(),
            created_at: now,
            version: 1,
            secret_hash: secret.as_ref().map(|secret| token_hash(secret.reveal())),
            old_secret_hash: None,
            old_secret_until: None,
        };
        sqlx::query(INSERT)
            .bind(own)
            .bind(row.tenant_id.to_string())
            .bind(row.terms.name.clone())
            .bind(row.kind.as_str())
            .bind(row.secret_hash.clone())
            .bind(lines(&row.terms.redirect_uris))
            .bind(lines(&row.terms.post_logout_uris))
            .bind(row.sector.clone())
            .bind(row.terms.claims.join(","))
            .bind(row.terms.alg.as_str())
            .bind(now.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(CLIENT, "create an app", source))?;
        Ok((row, secret))
    }

    /// Changes an app.
    pub async fn set_oidc_client(
        &mut self,
        row: &OidcClientRow,
        terms: &OidcClientTerms,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(SET)
            .bind(terms.name.clone())
            .bind(lines(&terms.redirect_uris))
            .bind(lines(&terms.post_logout_uris))
            .bind(terms.claims.join(","))
            .bind(terms.alg.as_str())
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("set an app")?;
        one_row(CLIENT, &done)
    }

    /// Draws another secret and returns it. The one before is good until an instant, and no older one.
    pub async fn rotate_oidc_secret(
        &mut self,
        row: &OidcClientRow,
        until: Millis,
    ) -> Result<Secret, StoreError> {
        let secret = Secret::draw(PREFIX)?;
        let done = sqlx::query(SET_SECRET)
            .bind(token_hash(secret.reveal()))
            .bind(row.secret_hash.clone())
            .bind(until.0)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("rotate the secret of an app")?;
        one_row(CLIENT, &done)?;
        Ok(secret)
    }

    /// Removes an app, with its requests, codes and tokens. The row stays for what the audit log says of it.
    pub async fn delete_oidc_client(
        &mut self,
        row: &OidcClientRow,
        now: Millis,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(DELETE)
            .bind(now.0)
            .bind(row.id.to_string())
            .bind(row.version)
            .execute(self.conn())
            .await
            .doing("delete an app")?;
        one_row(CLIENT, &done)?;
        self.end_oidc_of_client(row.id).await
    }
}

/// No URI has a line's end in it: whoever writes them here has looked.
fn lines(uris: &[String]) -> String {
    uris.join("\n")
}

fn from_lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

async fn find(
    conn: &mut AnyConnection,
    tenant: TenantId,
    id: OidcClientId,
) -> Result<Option<OidcClientRow>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(id.to_string())
        .bind(tenant.to_string())
        .fetch_optional(conn)
        .await
        .doing("find an app")?;
    one(CLIENT, row, read)
}

fn read(r: Reader<'_>) -> Result<OidcClientRow, StoreError> {
    Ok(OidcClientRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        kind: r.parse("kind")?,
        sector: r.get("sector")?,
        terms: OidcClientTerms {
            name: r.get("name")?,
            redirect_uris: from_lines(&r.get::<String>("redirect_uris")?),
            post_logout_uris: from_lines(&r.get::<String>("post_logout_uris")?),
            claims: r.list("claims")?,
            alg: r.parse("alg")?,
        },
        created_at: r.at("created_at")?,
        version: r.get("version")?,
        secret_hash: r.get("secret_hash")?,
        old_secret_hash: r.get("old_secret_hash")?,
        old_secret_until: r.at_maybe("old_secret_until")?,
    })
}
