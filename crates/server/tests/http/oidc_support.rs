//! An app that signs people in with an off-the-shelf library, and a person's browser between it and the service.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use menshen_core::account::Factor;
use menshen_core::ids::{AccountSessionId, ApplicantId, TenantId};
use menshen_core::time::HOUR;
use menshen_server::Config;
use menshen_store::{NewAccountSession, SessionStage, TenantKind};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreProviderMetadata, CoreTokenResponse,
};
use openidconnect::url::Url;
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, TokenResponse as _,
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::{Answer, Service};

pub const PUBLIC: &str = "https://id.example";
pub const BACK: &str = "https://exchange.example/callback";
const COOKIE: &str = "__Host-menshen";

pub type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// An app as it was registered.
#[derive(Clone)]
pub struct Registered {
    pub id: String,
    pub secret: Option<String>,
    pub issuer: String,
}

/// A browser in which a person has signed in.
#[derive(Clone)]
pub struct Person {
    pub applicant: ApplicantId,
    pub session: AccountSessionId,
    pub cookie: String,
}

/// A request that an app has made, with what it keeps of it.
pub struct Sent {
    pub url: Url,
    pub state: CsrfToken,
    pub nonce: Nonce,
    pub verifier: PkceCodeVerifier,
}

pub fn config() -> Config {
    Config {
        public_url: Some(PUBLIC.to_owned()),
        ..Config::default()
    }
}

pub async fn tenant(service: &Service) -> TenantId {
    let tenants = service.app.store.list_tenants(None, 9).await.unwrap();
    // Newest first: the one that the service began with is the last.
    let sandbox = tenants
        .iter()
        .rev()
        .find(|row| row.kind == TenantKind::Sandbox);
    sandbox.unwrap().id
}

/// Registers an app; `more` is laid over what it is registered with.
pub async fn register(service: &Service, more: Value) -> Registered {
    let mut body = json!({
        "name": "Exchange", "kind": "confidential", "redirect_uris": [BACK],
        "post_logout_uris": ["https://exchange.example/bye"],
    });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    let answer = service.post("/v1/oidc/clients", body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    Registered {
        id: answer.body["id"].as_str().unwrap().to_owned(),
        secret: answer.body["secret"].as_str().map(str::to_owned),
        issuer: answer.body["issuer"].as_str().unwrap().to_owned(),
    }
}

/// Signs a person in, as the routes of accounts would.
pub async fn sign_in(service: &Service, applicant: &str, shown: &[Factor]) -> Person {
    let applicant: ApplicantId = applicant.parse().unwrap();
    let (tenant, now) = (tenant(service).await, service.app.now());
    let store = &service.app.store;
    let mut tx = store.begin().await.unwrap();
    if store
        .find_account(tenant, applicant)
        .await
        .unwrap()
        .is_none()
    {
        tx.create_account((tenant, applicant), None, now)
            .await
            .unwrap();
    }
    let new = NewAccountSession {
        tenant,
        applicant,
        stage: SessionStage::Open,
        shown: shown.to_vec(),
        device: None,
        browser: "firefox,linux".to_owned(),
        network: None,
        until: now.plus(12 * HOUR),
        since: now,
    };
    let (row, secret) = tx.open_account_session(new, now).await.unwrap();
    tx.commit().await.unwrap();
    Person {
        applicant,
        session: row.id,
        cookie: secret.reveal().to_owned(),
    }
}

/// Signs a new person in with two factors.
pub async fn somebody(service: &Service, name: &str) -> Person {
    let applicant = service.applicant(name).await;
    sign_in(service, &applicant, &[Factor::Password, Factor::Totp]).await
}

/// Answers what the library calls, by the router.
pub async fn answer(service: &Service, request: HttpRequest) -> Result<HttpResponse, Infallible> {
    let router = service.router.clone();
    let response = router.oneshot(request.map(Body::from)).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Ok(HttpResponse::from_parts(parts, bytes.to_vec()))
}

/// Reads what the issuer says of itself, with its keys.
pub async fn discover(service: &Service, app: &Registered) -> CoreProviderMetadata {
    let issuer = IssuerUrl::new(app.issuer.clone()).unwrap();
    let http = |request| answer(service, request);
    CoreProviderMetadata::discover_async(issuer, &http)
        .await
        .unwrap()
}

pub async fn client(service: &Service, app: &Registered) -> Client {
    let secret = app.secret.clone().map(ClientSecret::new);
    let metadata = discover(service, app).await;
    CoreClient::from_provider_metadata(metadata, ClientId::new(app.id.clone()), secret)
        .set_redirect_uri(RedirectUrl::new(BACK.to_owned()).unwrap())
}

/// Makes a request with more parameters.
pub fn send(client: &Client, more: &[(&'static str, &str)]) -> Sent {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
    let mut request = request.set_pkce_challenge(challenge);
    for (name, value) in more {
        request = request.add_extra_param(*name, (*value).to_owned());
    }
    let (url, state, nonce) = request.url();
    Sent {
        url,
        state,
        nonce,
        verifier,
    }
}

/// Goes to an address with a person's browser, which comes from another site; returns where it is sent.
pub async fn visit(service: &Service, url: &str, person: Option<&Person>) -> Url {
    let mut request = Request::builder()
        .uri(url)
        .header("sec-fetch-site", "cross-site");
    if let Some(person) = person {
        request = request.header(header::COOKIE, format!("{COOKIE}={}", person.cookie));
    }
    let answer = service.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    Url::parse(answer.headers[header::LOCATION].to_str().unwrap()).unwrap()
}

/// Calls as our own page in a person's browser.
pub async fn page(service: &Service, path: &str, body: Value, person: Option<&Person>) -> Answer {
    let method = match body {
        Value::Null => Method::GET,
        _ => Method::POST,
    };
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("menshen-page", "1");
    if let Some(person) = person {
        request = request.header(header::COOKIE, format!("{COOKIE}={}", person.cookie));
    }
    let body = match body {
        Value::Null => Body::empty(),
        body => Body::from(body.to_string()),
    };
    service.send(request.body(body).unwrap()).await
}

/// Returns the parameters with which a browser came back.
pub fn told(url: &Url) -> BTreeMap<String, String> {
    assert!(url.as_str().starts_with(BACK), "{url}");
    url.query_pairs().into_owned().collect()
}

/// Returns the request that the page of accounts was sent to.
pub fn asked_on_page(url: &Url) -> String {
    assert_eq!(url.path(), "/account");
    let request = url.fragment().unwrap().strip_prefix("oidc=");
    request.unwrap_or_else(|| panic!("{url}")).to_owned()
}

/// Signs in to an app and returns its code.
pub async fn code(service: &Service, sent: &Sent, person: &Person) -> String {
    let back = told(&visit(service, sent.url.as_str(), Some(person)).await);
    assert_eq!(&back["state"], sent.state.secret());
    back["code"].clone()
}

/// Exchanges a code as the library does.
pub async fn exchange(
    service: &Service,
    client: &Client,
    code: &str,
    verifier: &PkceCodeVerifier,
) -> Result<CoreTokenResponse, String> {
    let http = |request| answer(service, request);
    let verifier = PkceCodeVerifier::new(verifier.secret().clone());
    let code = AuthorizationCode::new(code.to_owned());
    let exchange = client
        .exchange_code(code)
        .unwrap()
        .set_pkce_verifier(verifier);
    exchange
        .request_async(&http)
        .await
        .map_err(|error| match error {
            openidconnect::RequestTokenError::ServerResponse(response) => {
                let response = serde_json::to_value(response).unwrap();
                response["error"].as_str().unwrap().to_owned()
            }
            other => other.to_string(),
        })
}

/// Verifies an ID token as the library does, at the time of the service.
pub fn verified<'a>(
    service: &Service,
    client: &Client,
    tokens: &'a CoreTokenResponse,
    nonce: &Nonce,
) -> Result<&'a CoreIdTokenClaims, String> {
    let now = service.app.now().to_timestamp().to_string();
    let verifier = client.id_token_verifier();
    let verifier = verifier.set_time_fn(move || serde_json::from_value(json!(now)).unwrap());
    let token = tokens.id_token().unwrap();
    token
        .claims(&verifier, nonce)
        .map_err(|error| error.to_string())
}

/// Asks who has signed in.
pub async fn userinfo(service: &Service, app: &Registered, token: &str) -> Answer {
    let path = format!("{}/userinfo", &app.issuer[PUBLIC.len()..]);
    service.call_as(token, Method::GET, &path, None, &[]).await
}

/// Sends a form.
pub async fn form(service: &Service, path: &str, form: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(Method::POST).uri(path);
    request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    service
        .send(request.body(Body::from(form.to_owned())).unwrap())
        .await
}
