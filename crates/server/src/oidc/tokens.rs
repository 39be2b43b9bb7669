//! A code becomes an ID token and an access token.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use menshen_core::oidc::{Form, VerifiedClaims, verifier_is_well_formed};
use menshen_core::time::{MINUTE, Millis, SECOND};
use menshen_store::{CodeSeen, OidcClientRow, OidcGrantRow, Tx};
use serde::Serialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use super::grant::Granted;
use super::session::subject;
use super::{Issuer, Refusal, jwt, keys, person};
use crate::account;
use crate::app::App;
use crate::problem::ApiError;
use crate::record::{self, Act};

/// How long an access token and an ID token are good.
pub const ACCESS_LASTS: i64 = 10 * MINUTE;
const ID_LASTS: i64 = 10 * MINUTE;

/// What an app is given for a code.
#[derive(Serialize, ToSchema)]
pub struct TokensOut {
    /// For the userinfo endpoint, and for nothing else.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: &'static str,
    /// Seconds for which the access token is good.
    pub expires_in: i64,
    /// Who has signed in, signed.
    pub id_token: String,
    /// `openid`.
    pub scope: &'static str,
}

/// The claims of an ID token. Times are seconds since 1970.
#[derive(Serialize)]
struct IdToken<'a> {
    iss: String,
    sub: String,
    aud: String,
    exp: i64,
    iat: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    acr: &'static str,
    amr: &'a [String],
    azp: String,
    sid: &'a str,
    at_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_claims: Option<VerifiedClaims>,
}

/// What an app shows with a code.
struct Proof<'a> {
    code: &'a str,
    redirect_uri: &'a str,
    verifier: &'a str,
}

/// Gives tokens for a code.
///
/// # Errors
/// [`Refusal::Request`] where something is missing, [`Refusal::Grant`] where the code is not good. The code is used up either way, and
/// one that comes again takes back what it gave.
pub async fn exchange(
    app: &App,
    issuer: &Issuer,
    client: &OidcClientRow,
    form: &Form,
) -> Result<TokensOut, Refusal> {
    let needed = |name| {
        form.get(name)
            .ok_or(Refusal::Request("a parameter is missing"))
    };
    match needed("grant_type")? {
        "authorization_code" => {}
        _ => return Err(Refusal::GrantType),
    }
    let proof = Proof {
        code: needed("code")?,
        redirect_uri: needed("redirect_uri")?,
        verifier: needed("code_verifier")?,
    };
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let tenant = issuer.tenant.id;
    let (row, why) = match tx.use_oidc_code(tenant, proof.code, now).await? {
        CodeSeen::Unknown => return Err(Refusal::Grant),
        CodeSeen::Again(id) => {
            let act = Act::system(Some(tenant), "oidc.code_replayed", "oidc_grant", id.0);
            return refuse(tx, act, now).await;
        }
        CodeSeen::First(row) => {
            let why = fault(app, &mut tx, client, &row, &proof).await?;
            (row, why)
        }
    };
    if let Some(why) = why {
        let act = Act::system(Some(tenant), "oidc.code_refused", "oidc_grant", row.id.0);
        return refuse(tx, act.with("why", why), now).await;
    }
    let until = now.plus(ACCESS_LASTS);
    let access = tx.create_oidc_token(&row, until, now).await?;
    let id_token = id_token(app, issuer, client, &row, access.reveal()).await?;
    let act = Act::system(Some(tenant), "oidc.tokens_given", "oidc_grant", row.id.0);
    let act = act.with("client", client.id.to_string());
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Ok(TokensOut {
        access_token: access.reveal().to_owned(),
        token_type: "Bearer",
        expires_in: ACCESS_LASTS / SECOND,
        id_token,
        scope: "openid",
    })
}

/// Writes down what became of a code, and refuses without saying it.
async fn refuse<T>(mut tx: Tx, act: Act, now: Millis) -> Result<T, Refusal> {
    record::audit(&mut tx, act, now).await?;
    tx.commit().await?;
    Err(Refusal::Grant)
}

/// Returns why a code gives nothing, where it does not.
async fn fault(
    app: &App,
    tx: &mut Tx,
    client: &OidcClientRow,
    row: &OidcGrantRow,
    proof: &Proof<'_>,
) -> Result<Option<&'static str>, ApiError> {
    let now = app.now();
    if row.client_id != client.id {
        return Ok(Some("other_client"));
    }
    if row.code_expires_at <= now {
        return Ok(Some("expired"));
    }
    let granted = Granted::read(&app.store, row)?;
    if granted.asked.redirect_uri != proof.redirect_uri {
        return Ok(Some("other_redirect_uri"));
    }
    if !is_verifier(proof.verifier, &granted.asked.code_challenge) {
        return Ok(Some("wrong_verifier"));
    }
    let open = tx.is_oidc_session_open(row, account::alive(now)).await?;
    Ok((!open).then_some("session_ended"))
}

/// Is it what a challenge was made from (RFC 7636, 4.6)?
fn is_verifier(verifier: &str, challenge: &str) -> bool {
    let hash = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let same: bool = hash.as_bytes().ct_eq(challenge.as_bytes()).into();
    verifier_is_well_formed(verifier) && same
}

async fn id_token(
    app: &App,
    issuer: &Issuer,
    client: &OidcClientRow,
    row: &OidcGrantRow,
    access: &str,
) -> Result<String, ApiError> {
    let (now, alg) = (app.now(), client.terms.alg);
    let granted = Granted::read(&app.store, row)?;
    let asked = granted.asked.claims.id_token.as_ref();
    let seconds = |at: Millis| at.0.div_euclid(SECOND);
    let claims = IdToken {
        iss: issuer.url(),
        sub: subject(&app.store, client, row.applicant_id),
        aud: client.id.to_string(),
        exp: seconds(now.plus(ID_LASTS)),
        iat: seconds(now),
        auth_time: seconds(granted.auth_time),
        nonce: granted.asked.nonce.as_deref(),
        acr: granted.acr.urn(),
        amr: &granted.amr,
        azp: client.id.to_string(),
        sid: &row.sid,
        at_hash: jwt::half_hash(alg, access),
        verified_claims: person::verified(app, &issuer.tenant, row.applicant_id, asked).await?,
    };
    let key = keys::signing(app, issuer.tenant.id, alg, now).await?;
    jwt::sign(&key, &key.private(&app.store)?, &claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verifier_is_what_its_challenge_was_made_from() {
        // RFC 7636, appendix B.
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(is_verifier(
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            challenge
        ));
        assert!(!is_verifier(
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl",
            challenge
        ));
        assert!(!is_verifier(challenge, challenge));
        let short = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest("short"));
        assert!(!is_verifier("short", &short));
    }
}
