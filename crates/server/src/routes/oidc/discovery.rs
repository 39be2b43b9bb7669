//! What an app needs to know of an issuer (OpenID Connect Discovery 1.0, RFC 8414) and the keys that sign its tokens.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use menshen_core::oidc::{Acr, PersonClaim};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::input::Id;
use crate::oidc::jwt::{self, JwkOut};
use crate::oidc::{Issuer, person};
use crate::problem::{ApiError, Problem};

/// How long anybody may keep what these routes answer.
const KEEP: &str = "public, max-age=600";

/// What an issuer can do.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiscoveryOut {
    /// Its name, which tokens bear.
    pub issuer: String,
    /// Where browsers are sent to sign in.
    pub authorization_endpoint: String,
    /// Where a code is exchanged.
    pub token_endpoint: String,
    /// Where an access token is shown.
    pub userinfo_endpoint: String,
    /// The keys that sign ID tokens.
    pub jwks_uri: String,
    /// Where browsers are sent to sign out.
    pub end_session_endpoint: String,
    /// Where an access token is given back.
    pub revocation_endpoint: String,
    /// `openid`.
    pub scopes_supported: Vec<&'static str>,
    /// `code`.
    pub response_types_supported: Vec<&'static str>,
    /// `query`.
    pub response_modes_supported: Vec<&'static str>,
    /// `authorization_code`.
    pub grant_types_supported: Vec<&'static str>,
    /// `pairwise`: apps of two sectors know a person by two names.
    pub subject_types_supported: Vec<&'static str>,
    /// What signs ID tokens; each app has chosen one.
    pub id_token_signing_alg_values_supported: Vec<&'static str>,
    /// How an app proves who it is.
    pub token_endpoint_auth_methods_supported: Vec<&'static str>,
    /// The same where it gives a token back.
    pub revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    /// `S256`, without which nothing is granted.
    pub code_challenge_methods_supported: Vec<&'static str>,
    /// Classes of sign-in, the weakest first.
    pub acr_values_supported: Vec<&'static str>,
    /// What the person may be shown.
    pub prompt_values_supported: Vec<&'static str>,
    /// Claims of ID tokens.
    pub claims_supported: Vec<&'static str>,
    /// The parameter `claims`.
    pub claims_parameter_supported: bool,
    /// Requests as signed objects.
    pub request_parameter_supported: bool,
    /// Requests by reference.
    pub request_uri_parameter_supported: bool,
    /// Answers bear the issuer (RFC 9207).
    pub authorization_response_iss_parameter_supported: bool,
    /// Verified claims (OpenID Connect for Identity Assurance 1.0).
    pub verified_claims_supported: bool,
    /// By which rules people are verified.
    pub trust_frameworks_supported: Vec<String>,
    /// By what.
    pub evidence_supported: Vec<&'static str>,
    /// By which documents.
    pub documents_supported: Vec<&'static str>,
    /// Which claims are verified.
    pub claims_in_verified_claims_supported: Vec<&'static str>,
}

/// The keys of an issuer.
#[derive(Debug, Serialize, ToSchema)]
pub struct JwksOut {
    /// The keys, those that are to sign and those that have signed among them.
    pub keys: Vec<JwkOut>,
}

const PROOFS: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];
const CLAIMS: [&str; 12] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "sid",
    "at_hash",
];

impl DiscoveryOut {
    fn new(issuer: &Issuer, framework: Option<&str>) -> Self {
        let verified = framework.is_some();
        let where_verified = |words: &[&'static str]| match verified {
            true => words.to_vec(),
            false => Vec::new(),
        };
        let claims = PersonClaim::ALL.map(PersonClaim::name);
        Self {
            issuer: issuer.url(),
            authorization_endpoint: issuer.at("authorize"),
            token_endpoint: issuer.at("token"),
            userinfo_endpoint: issuer.at("userinfo"),
            jwks_uri: issuer.at("jwks"),
            end_session_endpoint: issuer.at("logout"),
            revocation_endpoint: issuer.at("revoke"),
            scopes_supported: vec!["openid"],
            response_types_supported: vec!["code"],
            response_modes_supported: vec!["query"],
            grant_types_supported: vec!["authorization_code"],
            subject_types_supported: vec!["pairwise"],
            id_token_signing_alg_values_supported: vec!["ES256", "EdDSA"],
            token_endpoint_auth_methods_supported: PROOFS.to_vec(),
            revocation_endpoint_auth_methods_supported: PROOFS.to_vec(),
            code_challenge_methods_supported: vec!["S256"],
            acr_values_supported: Acr::ALL.map(Acr::urn).to_vec(),
            prompt_values_supported: vec!["none", "login", "consent", "select_account"],
            claims_supported: CLAIMS.to_vec(),
            claims_parameter_supported: true,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
            authorization_response_iss_parameter_supported: true,
            verified_claims_supported: verified,
            trust_frameworks_supported: framework.into_iter().map(str::to_owned).collect(),
            evidence_supported: where_verified(&["document"]),
            documents_supported: where_verified(&["idcard", "passport", "driving_permit"]),
            claims_in_verified_claims_supported: where_verified(&claims),
        }
    }
}

/// Says what an issuer can do, as OpenID Connect Discovery has it.
#[utoipa::path(get, path = "/oidc/{tenant}/.well-known/openid-configuration", tag = "oidc", security(()), params(("tenant" = Uuid, Path)),
    responses((status = 200, body = DiscoveryOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn discover(
    State(app): State<App>,
    Id(tenant): Id<Uuid>,
) -> Result<impl IntoResponse, ApiError> {
    let issuer = Issuer::find(&app, tenant).await?;
    let framework = person::framework(&app, &issuer.tenant);
    Ok((
        [(CACHE_CONTROL, KEEP)],
        Json(DiscoveryOut::new(&issuer, framework)),
    ))
}

/// Returns the keys that sign ID tokens, have lately, or soon will.
#[utoipa::path(get, path = "/oidc/{tenant}/jwks", tag = "oidc", security(()), params(("tenant" = Uuid, Path)),
    responses((status = 200, body = JwksOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn jwks(
    State(app): State<App>,
    Id(tenant): Id<Uuid>,
) -> Result<impl IntoResponse, ApiError> {
    let issuer = Issuer::find(&app, tenant).await?;
    let rows = app
        .store
        .list_oidc_keys(issuer.tenant.id, app.now())
        .await?;
    let keys = rows.iter().map(jwt::published).collect::<Result<_, _>>()?;
    Ok(([(CACHE_CONTROL, KEEP)], Json(JwksOut { keys })))
}
