//! A person's own page, in a browser with a cookie of theirs, on a device with a key.

use std::cell::RefCell;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

use crate::browser::{STEP, code, unbase32};
use crate::notices::Gateway;
use crate::support::{Answer, Service};

/// A password that nobody tries first.
pub const PASSWORD: &str = "一只大熊猫 rides nine bikes";
pub const COOKIE: &str = "__Host-menshen";
pub const PHONE: &str = "+8613800000042";
pub const SECOND: i64 = 1_000;
pub const HOUR: i64 = 3_600_000;
pub const NEW_PHONE: &str = "+8613900000099";

/// A device: a key that never leaves it.
pub struct Device(EcdsaKeyPair);

impl Device {
    pub fn new() -> Self {
        let rng = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &rng).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &rng).unwrap())
    }

    /// Signs a number for a tenant.
    pub fn proof(&self, tenant: &str, nonce: &str) -> Value {
        let message = format!("menshen.device.v1\n{tenant}\n{nonce}");
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes());
        json!({
            "key": BASE64_URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref()),
            "nonce": nonce,
            "signature": BASE64_URL_SAFE_NO_PAD.encode(signature.unwrap().as_ref()),
        })
    }
}

/// A page in a browser.
pub struct Page<'a> {
    pub service: &'a Service,
    pub gateway: &'a Gateway,
    pub cookie: RefCell<Option<String>>,
    pub address: Option<&'static str>,
    pub device: Device,
    pub tenant: String,
}

/// Returns the code of a message: its run of six digits.
pub fn six(message: &str) -> String {
    let runs = message.split(|c: char| !c.is_ascii_digit());
    let mut codes = runs.filter(|run| run.len() == 6);
    codes.next().unwrap_or_else(|| panic!("no code")).to_owned()
}

impl<'a> Page<'a> {
    pub async fn new(service: &'a Service, gateway: &'a Gateway) -> Self {
        let tenants = service.app.store.list_tenants(None, 9).await.unwrap();
        let sandbox = tenants.iter().find(|row| row.name == "sandbox").unwrap();
        Self {
            service,
            gateway,
            cookie: RefCell::default(),
            address: None,
            device: Device::new(),
            tenant: sandbox.id.to_string(),
        }
    }

    /// Calls with these headers only, and keeps what cookie comes back.
    pub async fn with(
        &self,
        (method, path): (Method, &str),
        body: Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(header::HOST, "login.example");
        if let Some(cookie) = &*self.cookie.borrow() {
            request = request.header(header::COOKIE, format!("theme=dark; {COOKIE}={cookie}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(address) = self.address {
            let peer: std::net::SocketAddr = address.parse().unwrap();
            request = request.extension(ConnectInfo(peer));
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => Body::from(body.to_string()),
        };
        let answer = self.service.send(request.body(body).unwrap()).await;
        self.keep(&answer);
        answer
    }

    fn keep(&self, answer: &Answer) {
        let Some(set) = answer.headers.get(header::SET_COOKIE) else {
            return;
        };
        let set = set.to_str().unwrap();
        let (value, rest) = set
            .strip_prefix(&format!("{COOKIE}="))
            .and_then(|rest| rest.split_once("; "))
            .unwrap();
        assert!(rest.starts_with("Path=/; Max-Age="), "{set}");
        assert!(rest.ends_with("; Secure; HttpOnly; SameSite=Lax"), "{set}");
        let kept = (!rest.contains("Max-Age=0")).then(|| value.to_owned());
        *self.cookie.borrow_mut() = kept;
    }

    pub async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        self.with((method, path), body, &[("menshen-page", "1")])
            .await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, Value::Null).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, Value::Null).await
    }

    /// Draws a number and signs it with the device's key.
    pub async fn proof(&self) -> Value {
        let body = json!({ "tenant": self.tenant });
        let drawn = self.post("/v1/account/devices/nonce", body).await;
        assert_eq!(drawn.status, StatusCode::OK, "{}", drawn.body);
        self.device
            .proof(&self.tenant, drawn.body["nonce"].as_str().unwrap())
    }

    /// Does all work that is due and returns the messages that went out, oldest first.
    pub async fn messages(&self) -> Vec<(String, String)> {
        self.service.work().await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let sent = self.gateway.taken();
        sent.iter()
            .map(|(_, body)| (text(&body["number"]), text(&body["message"])))
            .collect()
    }

    /// Returns the code of the newest message.
    pub async fn code(&self) -> String {
        let sent = self.messages().await;
        six(&sent.last().expect("a message").1)
    }

    /// Begins to open an account; returns the registration, whose address is proven.
    pub async fn proven(&self, phone: &str) -> String {
        let body = json!({ "tenant": self.tenant, "phone": phone, "locale": "en" });
        let begun = self.post("/v1/account/registrations", body).await;
        assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.body);
        let registration = begun.body["registration"].as_str().unwrap().to_owned();
        let body = json!({ "registration": registration, "code": self.code().await });
        let proven = self.post("/v1/account/registrations/code", body).await;
        assert_eq!(proven.status, StatusCode::OK, "{}", proven.body);
        registration
    }

    /// Opens an account on this device; returns its applicant.
    pub async fn open(&self, phone: &str) -> String {
        let registration = self.proven(phone).await;
        let body = json!({ "registration": registration, "password": PASSWORD, "device": self.proof().await });
        let opened = self.post("/v1/account/registrations/finish", body).await;
        assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.body);
        opened.body["applicant"].as_str().unwrap().to_owned()
    }

    pub async fn password(&self, login: &str, password: &str) -> Answer {
        let body = json!({ "tenant": self.tenant, "login": login, "password": password });
        self.post("/v1/account/session", body).await
    }

    /// Shows a factor, with the device's key.
    pub async fn factor(&self, factor: &str, code: &str) -> Answer {
        let body = json!({ "factor": factor, "code": code, "device": self.proof().await });
        self.post("/v1/account/session/factor", body).await
    }

    /// Asks for a code by SMS, to sign in with.
    pub async fn sms(&self) -> String {
        self.service.app.clock.advance(30_000);
        let body = json!({ "factor": "sms_code" });
        let sent = self.post("/v1/account/session/code", body).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
        self.code().await
    }

    /// Signs in with the password and a code by SMS, on this device.
    pub async fn sign_in(&self, phone: &str) -> Answer {
        let first = self.password(phone, PASSWORD).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.body);
        let code = self.sms().await;
        let second = self.factor("sms_code", &code).await;
        assert_eq!(second.status, StatusCode::OK, "{}", second.body);
        second
    }

    /// Confirms an action with a code by SMS; returns the step-up.
    pub async fn confirmed(&self, action: &str, detail: &str) -> String {
        let body = json!({ "action": action, "detail": detail });
        let begun = self.post("/v1/account/step-ups", body).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
        let id = begun.body["id"].as_str().unwrap().to_owned();
        self.service.app.clock.advance(30_000);
        let path = format!("/v1/account/step-ups/{id}");
        let sent = self
            .post(&format!("{path}/code"), json!({ "factor": "sms_code" }))
            .await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
        let body = json!({ "factor": "sms_code", "code": self.code().await });
        let done = self.post(&format!("{path}/confirm"), body).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        id
    }

    /// Gives the account an authenticator app; returns its secret.
    pub async fn totp(&self) -> Vec<u8> {
        let step_up = self.confirmed("add_factor", "totp").await;
        let body = json!({ "step_up": step_up });
        let offered = self.post("/v1/account/factors/totp/offer", body).await;
        assert_eq!(offered.status, StatusCode::OK, "{}", offered.body);
        let secret = unbase32(offered.body["secret"].as_str().unwrap());
        let kept = self
            .put(
                "/v1/account/factors/totp",
                json!({ "code": self.shown(&secret) }),
            )
            .await;
        assert_eq!(kept.status, StatusCode::NO_CONTENT, "{}", kept.body);
        secret
    }

    /// Returns what an app shows now.
    pub fn shown(&self, secret: &[u8]) -> String {
        code(secret, self.service.app.now().0 / STEP)
    }

    /// Verifies the person at the second level, in the sandbox.
    pub async fn verify(&self, applicant: &str) {
        let id = self.service.verification(applicant, "L2", "first").await;
        let done = self.service.whole_way(&id, "Ada Lovelace").await;
        assert_eq!(done["status"], "verified", "{done}");
        self.gateway.taken();
    }
}

/// Returns status and code of an answer.
pub fn said(answer: &Answer) -> (u16, &str) {
    let code = answer.body["code"].as_str().unwrap_or("none");
    (answer.status.as_u16(), code)
}

/// Whoever is verified may withdraw.
pub const RULES: &str = r#"
version = "x"
[entitlements.levels.none]
deposit = { "*" = {} }
[entitlements.levels.L2]
deposit = { "*" = {} }
withdraw = { "*" = { daily = "1000" } }
"#;

/// Puts them in force.
pub async fn rules(service: &Service) {
    rules_of(service, RULES).await;
}

/// Puts others in force.
pub async fn rules_of(service: &Service, toml: &str) {
    let put = service.put("/v1/policy", json!({ "toml": toml })).await;
    assert!(put.status.is_success(), "{}", put.body);
}

/// May the person withdraw, in the session that their page holds?
pub async fn withdraws(page: &Page<'_>, applicant: &str) -> Value {
    let me = page.get("/v1/account/session").await.body;
    let ask = json!({
        "applicant": applicant, "action": "withdraw", "asset": "USDT", "amount": "10", "session": me["session"],
    });
    let by_operator = page
        .service
        .post("/v1/entitlements/check", ask.clone())
        .await;
    let by_person = page.post("/v1/entitlements/check", ask).await;
    assert_eq!(by_operator.status, StatusCode::OK, "{}", by_operator.body);
    assert_eq!(by_operator.body, by_person.body);
    by_operator.body
}

/// Passes a verification that has begun, in the sandbox.
pub async fn passes(page: &Page<'_>, id: &str) {
    for part in ["front", "selfie"] {
        let photo = page
            .service
            .photo(id, part, format!("{id} {part}").as_bytes())
            .await;
        assert!(photo.status.is_success(), "{}", photo.body);
    }
    let submitted = page.service.submit(id).await;
    assert_eq!(submitted.status, StatusCode::ACCEPTED, "{}", submitted.body);
    page.service.work().await;
}
