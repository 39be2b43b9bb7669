//! What apps call by themselves: a code becomes tokens, a token tells who has signed in, a token is given back.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use menshen_core::oidc::VerifiedClaims;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account;
use crate::app::App;
use crate::input::Id;
use crate::oidc::client::authenticate;
use crate::oidc::grant::Granted;
use crate::oidc::session::subject;
use crate::oidc::tokens::{TokensOut, exchange};
use crate::oidc::{Issuer, OauthErrorOut, Posted, Refusal, person};
use crate::problem::Problem;
use crate::record::{self, Act};

/// A code, with what proves that it may be used. An app with a secret shows that, too, here or as `Authorization: Basic`.
#[derive(Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "it only describes the form, which is read strictly elsewhere"
)]
pub struct OidcTokenIn {
    /// `authorization_code`.
    pub grant_type: String,
    /// The code.
    pub code: String,
    /// Where it came back to.
    pub redirect_uri: String,
    /// What the code challenge was made from.
    pub code_verifier: String,
    /// Which app, where the header does not say it.
    pub client_id: Option<String>,
    /// Its secret, where it has one and the header does not hold it.
    pub client_secret: Option<String>,
}

/// A token that is given back.
#[derive(Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "it only describes the form, which is read strictly elsewhere"
)]
pub struct RevokeIn {
    /// The access token.
    pub token: String,
    /// Which app, where the header does not say it.
    pub client_id: Option<String>,
    /// Its secret, where it has one and the header does not hold it.
    pub client_secret: Option<String>,
}

/// Who has signed in.
#[derive(Serialize, ToSchema)]
pub struct UserinfoOut {
    /// The person, as this app knows them.
    pub sub: String,
    /// What they share, as OpenID Connect for Identity Assurance 1.0 has it; left out where nothing was asked for or agreed to, or the
    /// person is not verified now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub verified_claims: Option<VerifiedClaims>,
}

/// Gives an ID token and an access token for a code, once.
#[utoipa::path(post, path = "/oidc/{tenant}/token", tag = "oidc", security(()), params(("tenant" = Uuid, Path)),
    request_body(content = OidcTokenIn, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = TokensOut), (status = 400, body = OauthErrorOut), (status = 401, body = OauthErrorOut)))]
pub async fn give_tokens(
    State(app): State<App>,
    Id(tenant): Id<Uuid>,
    posted: Posted,
) -> Result<Response, Refusal> {
    let issuer = Issuer::find(&app, tenant).await?;
    let client = authenticate(&app, &issuer, &posted).await?;
    let out: TokensOut = exchange(&app, &issuer, &client, &posted.form).await?;
    let pragma = (header::PRAGMA, HeaderValue::from_static("no-cache"));
    Ok(([pragma], Json(out)).into_response())
}

/// Says who has signed in.
#[utoipa::path(get, path = "/oidc/{tenant}/userinfo", tag = "oidc", params(("tenant" = Uuid, Path)),
    responses((status = 200, body = UserinfoOut), (status = 401, body = OauthErrorOut)))]
pub async fn userinfo(
    State(app): State<App>,
    Id(tenant): Id<Uuid>,
    headers: HeaderMap,
) -> Result<Json<UserinfoOut>, Refusal> {
    tell(&app, tenant, &headers).await
}

/// The same for apps that ask with POST. The token stands in the header all the same.
#[utoipa::path(post, path = "/oidc/{tenant}/userinfo", tag = "oidc", params(("tenant" = Uuid, Path)),
    responses((status = 200, body = UserinfoOut), (status = 401, body = OauthErrorOut)))]
pub async fn userinfo_by_post(
    State(app): State<App>,
    Id(tenant): Id<Uuid>,
    headers: HeaderMap,
) -> Result<Json<UserinfoOut>, Refusal> {
    tell(&app, tenant, &headers).await
}

/// Longest token that is looked up.
const LONGEST: usize = 200;

async fn tell(app: &App, tenant: Uuid, headers: &HeaderMap) -> Result<Json<UserinfoOut>, Refusal> {
    let issuer = Issuer::find(app, tenant).await?;
    let token = bearer(headers).filter(|token| token.len() <= LONGEST);
    let token = token.ok_or(Refusal::Token)?;
    let (tenant, alive) = (issuer.tenant.id, account::alive(app.now()));
    let row = app
        .store
        .find_oidc_grant_by_token(tenant, token, alive)
        .await?;
    let row = row.ok_or(Refusal::Token)?;
    let client = app.store.find_oidc_client(tenant, row.client_id).await?;
    let client = client.ok_or(Refusal::Token)?;
    let granted = Granted::read(&app.store, &row)?;
    let asked = granted.asked.claims.userinfo.as_ref();
    let who = row.applicant_id;
    let verified_claims = person::verified(app, &issuer.tenant, who, asked).await?;
    if verified_claims.is_some() {
        // Before they are told.
        let mut tx = app.store.begin().await?;
        let act = Act::system(Some(tenant), "oidc.claims_told", "applicant", who.0);
        let act = act.with("client", client.id.to_string());
        record::audit(&mut tx, act, app.now()).await?;
        tx.commit().await?;
    }
    Ok(Json(UserinfoOut {
        sub: subject(&app.store, &client, who),
        verified_claims,
    }))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Ends the access token of a sign-in (RFC 7009). A token that is not good, or another app's, is passed over in silence.
#[utoipa::path(post, path = "/oidc/{tenant}/revoke", tag = "oidc", security(()), params(("tenant" = Uuid, Path)),
    request_body(content = RevokeIn, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200), (status = 400, body = OauthErrorOut), (status = 401, body = OauthErrorOut), (status = 404, body = Problem)))]
pub async fn revoke_token(
    State(app): State<App>,
    Id(tenant): Id<Uuid>,
    posted: Posted,
) -> Result<StatusCode, Refusal> {
    let issuer = Issuer::find(&app, tenant).await?;
    let client = authenticate(&app, &issuer, &posted).await?;
    let token = posted.form.get("token");
    let token = token.ok_or(Refusal::Request("token is missing"))?;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let alive = account::alive(now);
    let row = tx
        .find_oidc_grant_by_token(client.tenant_id, token, alive)
        .await?;
    if let Some(row) = row.filter(|row| row.client_id == client.id) {
        tx.revoke_oidc_grant(row.id, now).await?;
        let act = Act::system(
            Some(client.tenant_id),
            "oidc.revoked",
            "oidc_grant",
            row.id.0,
        );
        record::audit(&mut tx, act, now).await?;
        tx.commit().await?;
    }
    Ok(StatusCode::OK)
}
