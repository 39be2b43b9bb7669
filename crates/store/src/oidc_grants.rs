//! Sign-ins of people to apps: a code that is used once, and tokens that end with the session in which the person has signed in.

use menshen_core::ids::{AccountSessionId, ApplicantId, OidcClientId, OidcGrantId, TenantId};
use menshen_core::time::Millis;
use zeroize::Zeroizing;

use crate::columns::{Reader, one};
use crate::digest::{derive, token_hash};
use crate::error::{Doing, insert_error};
use crate::seal::Column;
use crate::{Alive, Opened, Secret, Store, StoreError, Tx};

/// A sign-in that is to be.
pub struct NewOidcGrant<'a> {
    /// Whose app.
    pub tenant_id: TenantId,
    /// Which app.
    pub client_id: OidcClientId,
    /// Who signs in.
    pub applicant_id: ApplicantId,
    /// In which session they have.
    pub session_id: AccountSessionId,
    /// What the app knows that session by.
    pub sid: &'a str,
    /// What is granted; it is sealed.
    pub granted: &'a [u8],
    /// Until when the code is good.
    pub code_until: Millis,
    /// When the session ends at the latest.
    pub until: Millis,
}

/// A sign-in of a person to an app.
#[derive(Clone)]
pub struct OidcGrantRow {
    /// The id.
    pub id: OidcGrantId,
    /// Whose app.
    pub tenant_id: TenantId,
    /// Which app.
    pub client_id: OidcClientId,
    /// Who has signed in.
    pub applicant_id: ApplicantId,
    /// In which session.
    pub session_id: AccountSessionId,
    /// What the app knows that session by.
    pub sid: String,
    /// Until when the code is good.
    pub code_expires_at: Millis,
    /// When it was made.
    pub created_at: Millis,
    granted_sealed: Vec<u8>,
}

/// A code that somebody shows.
pub enum CodeSeen {
    /// Nobody was given it.
    Unknown,
    /// It is shown for the first time, and is used up by that.
    First(Box<OidcGrantRow>),
    /// It was shown before: whatever it gave is revoked.
    Again(OidcGrantId),
}

const GRANT: &str = "oidc_grant";
const TOKEN: &str = "oidc_token";
const GRANTED: Column = Column::new(GRANT, "granted_sealed");
/// What codes and access tokens begin with.
const CODE: &str = "mc_";
const ACCESS: &str = "mu_";

/// Selects what [`read`] reads.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT g.id, g.tenant_id, g.client_id, g.applicant_id, g.session_id, g.sid, g.granted_sealed, ",
            "g.code_expires_at, g.code_used_at, g.created_at FROM oidc_grant g ",
            $rest
        )
    };
}

const INSERT: &str = "INSERT INTO oidc_grant (id, tenant_id, client_id, applicant_id, session_id, sid, granted_sealed, code_hash, \
     code_expires_at, code_used_at, created_at, revoked_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, $10, NULL, $11)";
/// Only the first who shows a code changes the row.
const USE_CODE: &str = "UPDATE oidc_grant SET code_used_at = $1 WHERE tenant_id = $2 AND code_hash = $3 AND code_used_at IS NULL";
const FIND_BY_CODE: &str = select!("WHERE g.tenant_id = $1 AND g.code_hash = $2");
const REVOKE: &str = "UPDATE oidc_grant SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
const DELETE_TOKENS: &str = "DELETE FROM oidc_token WHERE grant_id = $1";
const INSERT_TOKEN: &str = "INSERT INTO oidc_token (hash, tenant_id, grant_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
const FIND_BY_TOKEN: &str = select!(
    "JOIN oidc_token t ON t.grant_id = g.id JOIN oidc_client c ON c.id = g.client_id \
     JOIN account_session s ON s.id = g.session_id WHERE t.tenant_id = $1 AND t.hash = $2 AND t.expires_at > $3 \
     AND g.revoked_at IS NULL AND c.deleted_at IS NULL AND s.stage = 'open' AND s.expires_at > $3 AND s.seen_at > $4"
);
const IS_ALIVE: &str = "SELECT COUNT(*) AS n FROM account_session WHERE id = $1 AND stage = 'open' \
     AND expires_at > $2 AND seen_at > $3";
const FIND_BY_SID: &str = select!(
    "WHERE g.tenant_id = $1 AND g.client_id = $2 AND g.sid = $3 ORDER BY g.id DESC LIMIT 1"
);
const SESSION_OF_SID: &str = "SELECT session_id FROM oidc_grant WHERE tenant_id = $1 AND sid = $2 AND revoked_at IS NULL \
     ORDER BY id DESC LIMIT 1";
const END_REQUESTS_OF_CLIENT: &str = "DELETE FROM oidc_request WHERE client_id = $1";
const END_TOKENS_OF_CLIENT: &str =
    "DELETE FROM oidc_token WHERE grant_id IN (SELECT id FROM oidc_grant WHERE client_id = $1)";
const END_GRANTS_OF_CLIENT: &str = "DELETE FROM oidc_grant WHERE client_id = $1";
const PRUNE_TOKENS: &str = "DELETE FROM oidc_token WHERE expires_at <= $1 \
     OR grant_id IN (SELECT id FROM oidc_grant WHERE expires_at <= $1)";
const PRUNE_GRANTS: &str = "DELETE FROM oidc_grant WHERE expires_at <= $1";

impl OidcGrantRow {
    /// Returns what was granted, as it was handed in.
    pub fn granted(&self, store: &Store) -> Result<Opened, StoreError> {
        let key = seal_key(store, self.tenant_id);
        let row = self.id.to_string();
        GRANTED.open(&key, self.tenant_id, &row, &self.granted_sealed)
    }
}

impl Store {
    /// Returns the sign-in of an access token, where token, app and session are good.
    pub async fn find_oidc_grant_by_token(
        &self,
        tenant: TenantId,
        token: &str,
        alive: Alive,
    ) -> Result<Option<OidcGrantRow>, StoreError> {
        let row = sqlx::query(FIND_BY_TOKEN)
            .bind(tenant.to_string())
            .bind(token_hash(token))
            .bind(alive.now.0)
            .bind(alive.used_since.0)
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find a sign-in by its token")?;
        one(GRANT, row, read)
    }
}

impl Tx {
    /// Grants a sign-in; returns it with its code.
    pub async fn create_oidc_grant(
        &mut self,
        new: &NewOidcGrant<'_>,
        now: Millis,
    ) -> Result<(OidcGrantId, Secret), StoreError> {
        let id = OidcGrantId::new(now, Store::random_id_bytes()?);
        let code = Secret::draw(CODE)?;
        let key = seal_key(&self.store, new.tenant_id);
        let sealed = GRANTED.seal(&key, new.tenant_id, &id.to_string(), new.granted)?;
        sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(new.tenant_id.to_string())
            .bind(new.client_id.to_string())
            .bind(new.applicant_id.to_string())
            .bind(new.session_id.to_string())
            .bind(new.sid.to_owned())
            .bind(sealed)
            .bind(token_hash(code.reveal()))
            .bind(new.code_until.0)
            .bind(now.0)
            .bind(new.until.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(GRANT, "grant a sign-in", source))?;
        Ok((id, code))
    }

    /// Uses a code up, whatever comes of it; where it was shown before, revokes what it gave.
    pub async fn use_oidc_code(
        &mut self,
        tenant: TenantId,
        code: &str,
        now: Millis,
    ) -> Result<CodeSeen, StoreError> {
        let hash = token_hash(code);
        let used = sqlx::query(USE_CODE)
            .bind(now.0)
            .bind(tenant.to_string())
            .bind(hash.clone())
            .execute(self.conn())
            .await
            .doing("use a code up")?;
        let row = sqlx::query(FIND_BY_CODE)
            .bind(tenant.to_string())
            .bind(hash)
            .fetch_optional(self.conn())
            .await
            .doing("find a sign-in by its code")?;
        let Some(row) = one(GRANT, row, read)? else {
            return Ok(CodeSeen::Unknown);
        };
        if used.rows_affected() == 1 {
            return Ok(CodeSeen::First(Box::new(row)));
        }
        self.revoke_oidc_grant(row.id, now).await?;
        Ok(CodeSeen::Again(row.id))
    }

    /// Returns the sign-in of an access token, where token, app and session are good.
    pub async fn find_oidc_grant_by_token(
        &mut self,
        tenant: TenantId,
        token: &str,
        alive: Alive,
    ) -> Result<Option<OidcGrantRow>, StoreError> {
        let row = sqlx::query(FIND_BY_TOKEN)
            .bind(tenant.to_string())
            .bind(token_hash(token))
            .bind(alive.now.0)
            .bind(alive.used_since.0)
            .fetch_optional(self.conn())
            .await
            .doing("find a sign-in by its token")?;
        one(GRANT, row, read)
    }

    /// Returns the last sign-in of a session to an app, by what the app knows the session by.
    pub async fn find_oidc_grant_by_sid(
        &mut self,
        (tenant, client): (TenantId, OidcClientId),
        sid: &str,
    ) -> Result<Option<OidcGrantRow>, StoreError> {
        let row = sqlx::query(FIND_BY_SID)
            .bind(tenant.to_string())
            .bind(client.to_string())
            .bind(sid.to_owned())
            .fetch_optional(self.conn())
            .await
            .doing("find a sign-in by its session")?;
        one(GRANT, row, read)
    }

    /// Is the session of a sign-in open still?
    pub async fn is_oidc_session_open(
        &mut self,
        row: &OidcGrantRow,
        alive: Alive,
    ) -> Result<bool, StoreError> {
        let found = sqlx::query(IS_ALIVE)
            .bind(row.session_id.to_string())
            .bind(alive.now.0)
            .bind(alive.used_since.0)
            .fetch_one(self.conn())
            .await
            .doing("find the session of a sign-in")?;
        Ok(Reader::new(GRANT, &found).get::<i64>("n")? == 1)
    }

    /// Gives an access token of a sign-in; its text is given once and never again.
    pub async fn create_oidc_token(
        &mut self,
        row: &OidcGrantRow,
        until: Millis,
        now: Millis,
    ) -> Result<Secret, StoreError> {
        let token = Secret::draw(ACCESS)?;
        sqlx::query(INSERT_TOKEN)
            .bind(token_hash(token.reveal()))
            .bind(row.tenant_id.to_string())
            .bind(row.id.to_string())
            .bind(now.0)
            .bind(until.0)
            .execute(self.conn())
            .await
            .map_err(|source| insert_error(TOKEN, "give an access token", source))?;
        Ok(token)
    }

    /// Ends a sign-in: none of its tokens is good any more. Twice is once.
    pub async fn revoke_oidc_grant(
        &mut self,
        id: OidcGrantId,
        now: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query(DELETE_TOKENS)
            .bind(id.to_string())
            .execute(self.conn())
            .await
            .doing("end the tokens of a sign-in")?;
        sqlx::query(REVOKE)
            .bind(now.0)
            .bind(id.to_string())
            .execute(self.conn())
            .await
            .map(|_| ())
            .doing("revoke a sign-in")
    }

    /// Ends everything of an app that is to be removed.
    pub(crate) async fn end_oidc_of_client(&mut self, id: OidcClientId) -> Result<(), StoreError> {
        for sql in [
            END_REQUESTS_OF_CLIENT,
            END_TOKENS_OF_CLIENT,
            END_GRANTS_OF_CLIENT,
        ] {
            sqlx::query(sql)
                .bind(id.to_string())
                .execute(self.conn())
                .await
                .doing("end sign-ins of an app")?;
        }
        Ok(())
    }

    /// Removes tokens and sign-ins that have ended; returns how many.
    pub async fn prune_oidc_grants(&mut self, now: Millis) -> Result<u64, StoreError> {
        let mut n_gone = 0;
        for sql in [PRUNE_TOKENS, PRUNE_GRANTS] {
            n_gone += sqlx::query(sql)
                .bind(now.0)
                .execute(self.conn())
                .await
                .doing("prune sign-ins to apps")?
                .rows_affected();
        }
        Ok(n_gone)
    }
}

fn seal_key(store: &Store, tenant: TenantId) -> Zeroizing<[u8; 32]> {
    derive(&store.inner.tenant_seal, tenant, GRANT)
}

fn read(r: Reader<'_>) -> Result<OidcGrantRow, StoreError> {
    Ok(OidcGrantRow {
        id: r.parse("id")?,
        tenant_id: r.parse("tenant_id")?,
        client_id: r.parse("client_id")?,
        applicant_id: r.parse("applicant_id")?,
        session_id: r.parse("session_id")?,
        sid: r.get("sid")?,
        code_expires_at: r.at("code_expires_at")?,
        created_at: r.at("created_at")?,
        granted_sealed: r.get("granted_sealed")?,
    })
}

impl Store {
    /// Returns the session that an app knows by its `sid`, ended or not; none where no app does.
    pub async fn find_session_of_sid(
        &self,
        tenant: TenantId,
        sid: &str,
    ) -> Result<Option<AccountSessionId>, StoreError> {
        let row = sqlx::query(SESSION_OF_SID)
            .bind(tenant.to_string())
            .bind(sid.to_owned())
            .fetch_optional(&self.inner.pool)
            .await
            .doing("find a session by what an app knows it by")?;
        one(GRANT, row, |r| r.parse("session_id"))
    }
}
