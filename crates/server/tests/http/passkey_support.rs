//! People with accounts, browsers of theirs, and passkeys in software.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use menshen_core::account::{Action, Factor};
use menshen_core::ids::{AccountSessionId, ApplicantId, TenantId};
use menshen_server::Config;
use menshen_store::{AccountSecret, Channel, NewAccountSession, SessionStage};
use serde_json::{Value, json};

pub use authenticator::{BACKED_UP, Device, ELIGIBLE, PRESENT, Page, VERIFIED, base64};

#[path = "../../../passkey/tests/support/mod.rs"]
mod authenticator;

use crate::desk::tenant;
use crate::support::{Answer, Service};

pub const ORIGIN: &str = "https://id.exchange.example";
pub const DOMAIN: &str = "id.exchange.example";
const COOKIE: &str = "__Host-menshen";
const DAY: i64 = 24 * 3_600_000;

/// A configuration with an address that browsers make passkeys for.
pub fn config() -> Config {
    Config {
        public_url: Some(ORIGIN.to_owned()),
        ..Config::default()
    }
}

/// Our own page, in a browser that does not lie.
pub fn page() -> Page {
    Page::new(ORIGIN, DOMAIN)
}

/// Somebody with an account, in a browser in which they have signed in.
pub struct Owner<'a> {
    pub service: &'a Service,
    pub tenant: TenantId,
    pub applicant: ApplicantId,
    pub cookie: String,
    pub session: AccountSessionId,
}

impl<'a> Owner<'a> {
    /// Opens an account with an address and a password that nobody types, and signs in.
    pub async fn new(service: &'a Service, email: &str) -> Self {
        let id = service.applicant(email).await;
        let (tenant, applicant) = (tenant(service).await, id.parse().unwrap());
        let now = service.app.now();
        let mut tx = service.app.store.begin().await.unwrap();
        let whom = (tenant, applicant);
        let mut account = tx.create_account(whom, None, now).await.unwrap();
        let contact = tx.add_contact(tenant, applicant, Channel::Email, email, now);
        let contact = contact.await.unwrap();
        tx.add_account_login(whom, email, contact).await.unwrap();
        let (password, hash) = (AccountSecret::Password, b"$argon2id$not-a-hash");
        tx.set_account_secret(&mut account, password, Some(hash))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let shown = vec![Factor::Password, Factor::Totp];
        let (session, cookie) = signed_in(service, whom, SessionStage::Open, shown).await;
        Self {
            service,
            tenant,
            applicant,
            cookie,
            session,
        }
    }

    pub async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        call(self.service, Some(&self.cookie), method, path, body).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, Value::Null).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, body).await
    }

    /// Names an action and confirms it.
    pub async fn confirmed(&self, action: Action, detail: &str) -> String {
        let (step_up, row) = self.named(action, detail).await;
        let mut tx = self.service.app.store.begin().await.unwrap();
        let mut row = row;
        tx.confirm_step_up(&mut row, Factor::Totp).await.unwrap();
        tx.commit().await.unwrap();
        step_up
    }

    /// Names an action.
    pub async fn named(&self, action: Action, detail: &str) -> (String, menshen_store::StepUpRow) {
        let now = self.service.app.now();
        let whom = (self.tenant, self.applicant, self.session);
        let mut tx = self.service.app.store.begin().await.unwrap();
        let times = (now, now.plus(10 * 60_000));
        let row = tx.create_step_up(whom, (action, detail), times).await;
        let row = row.unwrap();
        tx.commit().await.unwrap();
        (row.id.to_string(), row)
    }

    /// Begins a registration; returns the confirmation and what came back.
    pub async fn offered(&self) -> (String, Answer) {
        let step_up = self.confirmed(Action::AddFactor, "passkey").await;
        let path = "/v1/account/passkeys/options";
        let offered = self.post(path, json!({ "step_up": step_up })).await;
        (step_up, offered)
    }

    /// Registers a device's passkey and returns what came back.
    pub async fn register(&self, device: &mut Device, on: &Page) -> Answer {
        let (step_up, offered) = self.offered().await;
        assert_eq!(offered.status, StatusCode::OK, "{}", offered.body);
        let credential = device.register(on, &offered.body["options"]);
        let body = json!({
            "ceremony": offered.body["ceremony"], "credential": credential, "name": "Telephone", "step_up": step_up,
        });
        self.post("/v1/account/passkeys", body).await
    }

    /// The same where nothing goes wrong; returns the passkey's id.
    pub async fn registered(&self, device: &mut Device) -> String {
        let made = self.register(device, &page()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        made.body["id"].as_str().unwrap().to_owned()
    }
}

/// Signs somebody in by the store; returns the session and what the browser holds.
pub async fn signed_in(
    service: &Service,
    (tenant, applicant): (TenantId, ApplicantId),
    stage: SessionStage,
    shown: Vec<Factor>,
) -> (AccountSessionId, String) {
    let now = service.app.now();
    let new = NewAccountSession {
        tenant,
        applicant,
        stage,
        shown,
        device: None,
        browser: "firefox,linux".to_owned(),
        network: None,
        until: now.plus(DAY),
        since: now,
    };
    let mut tx = service.app.store.begin().await.unwrap();
    let (row, secret) = tx.open_account_session(new, now).await.unwrap();
    tx.commit().await.unwrap();
    (row.id, secret.reveal().to_owned())
}

/// Calls as our own page in a browser does, with or without a cookie.
pub async fn call(
    service: &Service,
    cookie: Option<&str>,
    method: Method,
    path: &str,
    body: Value,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    request = request.header("menshen-page", "1");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, format!("{COOKIE}={cookie}"));
    }
    let body = match body {
        Value::Null => Body::empty(),
        body => Body::from(body.to_string()),
    };
    service.send(request.body(body).unwrap()).await
}

/// Asks who somebody is, in a browser of which nothing is known.
pub async fn ask(service: &Service, tenant: TenantId, login: Option<&str>) -> Answer {
    let path = "/v1/account/session/passkey/options";
    let body = json!({ "tenant": tenant, "login": login });
    call(service, None, Method::POST, path, body).await
}

/// Answers.
pub async fn answer(
    service: &Service,
    cookie: Option<&str>,
    asked: &Answer,
    credential: Value,
) -> Answer {
    let path = "/v1/account/session/passkey";
    let body = json!({ "ceremony": asked.body["ceremony"], "credential": credential });
    call(service, cookie, Method::POST, path, body).await
}

/// Returns what the cookie of an answer holds.
pub fn held(answer: &Answer) -> Option<String> {
    let set = answer.headers.get(header::SET_COOKIE)?.to_str().unwrap();
    let value = set.strip_prefix(&format!("{COOKIE}="))?.split(';').next()?;
    Some(value.to_owned())
}

/// Returns status and code.
pub fn said(answer: &Answer) -> (u16, &str) {
    let code = answer.body["code"].as_str().unwrap_or("none");
    (answer.status.as_u16(), code)
}

/// Returns why passkeys were refused, oldest first.
pub async fn whys(service: &Service, action: &str) -> Vec<String> {
    let desk = service.get("/v1/audit?limit=200").await.body;
    let entries = desk.as_array().unwrap().iter();
    let found = entries.filter(|entry| entry["action"] == action);
    found
        .map(|entry| entry["detail"]["why"].as_str().unwrap().to_owned())
        .collect()
}

/// Sets a policy for what others' devices may hold.
pub async fn backed_up(service: &Service, rule: &str) {
    let toml = format!("[accounts.passkeys]\nbacked_up = \"{rule}\"");
    let put = service.put("/v1/policy", json!({ "toml": toml })).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.body);
}
