//! What a person's sign-in gives an app: a code that is good for a minute, once.

use menshen_core::account;
use menshen_core::oidc::{Acr, Asked};
use menshen_core::time::{MINUTE, Millis};
use menshen_store::{AccountSessionRow, NewOidcGrant, OidcClientRow, OidcGrantRow, Store, Tx};
use serde::{Deserialize, Serialize};

use super::session::sid;
use super::{Issuer, tokens};
use crate::problem::ApiError;
use crate::record::{self, Act};

/// How long a code is good.
const CODE_LASTS: i64 = MINUTE;

/// What is granted. Sealed where it is kept: `state` and `nonce` are the app's secrets.
#[derive(Serialize, Deserialize)]
pub struct Granted {
    /// What was asked for, with the claims that the person agreed to and no others.
    pub asked: Asked,
    /// When the person has signed in.
    pub auth_time: Millis,
    /// How surely.
    pub acr: Acr,
    /// By which methods, in the words of RFC 8176.
    pub amr: Vec<String>,
}

impl Granted {
    /// Reads what a sign-in granted.
    ///
    /// # Errors
    /// The machine's where the row is none that this version writes.
    pub fn read(store: &Store, row: &OidcGrantRow) -> Result<Self, ApiError> {
        serde_json::from_slice(&row.granted(store)?).map_err(ApiError::machine)
    }
}

/// Grants a sign-in; returns where the browser goes with the code. The session does for what was asked: the caller has looked.
///
/// # Errors
/// The store's.
pub async fn grant(
    tx: &mut Tx,
    (issuer, client): (&Issuer, &OidcClientRow),
    session: &AccountSessionRow,
    asked: Asked,
    now: Millis,
) -> Result<String, ApiError> {
    let claims = asked.claims.all();
    let claims: Vec<&str> = claims.iter().map(|claim| claim.name()).collect();
    let granted = Granted {
        auth_time: session.created_at,
        acr: Acr::of(&session.shown).ok_or(ApiError::Stranger)?,
        amr: account::amr(&session.shown)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        asked,
    };
    let sealed = serde_json::to_vec(&granted).map_err(ApiError::machine)?;
    let sid = sid(tx.store(), client, session);
    let new = NewOidcGrant {
        tenant_id: client.tenant_id,
        client_id: client.id,
        applicant_id: session.applicant_id,
        session_id: session.id,
        sid: &sid,
        granted: &sealed,
        code_until: now.plus(CODE_LASTS),
        until: session
            .expires_at
            .max(now.plus(CODE_LASTS + tokens::ACCESS_LASTS)),
    };
    let (id, code) = tx.create_oidc_grant(&new, now).await?;
    let person = crate::account::caller(session.tenant_id, session.applicant_id);
    let act = Act::new(&person, "oidc.granted", "oidc_grant", id.0);
    let act = act
        .with("client", client.id.to_string())
        .with("claims", claims.join(","));
    record::audit(tx, act, now).await?;
    let Asked {
        redirect_uri,
        state,
        ..
    } = &granted.asked;
    Ok(issuer.with_code(redirect_uri, state.as_deref(), code.reveal()))
}
