//! A browser at the console, and an authenticator app beside it.

use std::cell::RefCell;
use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode, header};
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha1::Sha1;

use crate::support::{Answer, Service};

/// A password that nobody tries first.
pub const PASSWORD: &str = "门前大桥下 twelve ducks";
pub const NAME: &str = "__Host-menshen_staff";
/// How long a code of an app is shown.
pub const STEP: i64 = 30_000;

/// A browser with one cookie.
pub struct Browser<'a> {
    pub service: &'a Service,
    pub cookie: RefCell<Option<String>>,
    pub address: Option<&'static str>,
}

/// Somebody who signs in.
pub struct Person {
    pub id: String,
    pub login: String,
    pub totp: Vec<u8>,
    pub recovery: Vec<String>,
}

impl<'a> Browser<'a> {
    pub fn new(service: &'a Service) -> Self {
        Self {
            service,
            cookie: RefCell::default(),
            address: None,
        }
    }

    pub async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        self.with(method, path, body, &[("menshen-console", "1")])
            .await
    }

    /// Calls with these headers only, and keeps what cookie comes back.
    pub async fn with(
        &self,
        method: Method,
        path: &str,
        body: Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(header::HOST, "console.example");
        if let Some(cookie) = &*self.cookie.borrow() {
            request = request.header(header::COOKIE, format!("theme=dark; {NAME}={cookie}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(address) = self.address {
            let peer: SocketAddr = address.parse().unwrap();
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
            .strip_prefix(&format!("{NAME}="))
            .and_then(|rest| rest.split_once("; "))
            .unwrap();
        assert!(rest.starts_with("Path=/; Max-Age="), "{set}");
        assert!(
            rest.ends_with("; Secure; HttpOnly; SameSite=Strict"),
            "{set}"
        );
        let kept = (!rest.contains("Max-Age=0")).then(|| value.to_owned());
        *self.cookie.borrow_mut() = kept;
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, Value::Null).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, body).await
    }

    pub async fn enrol(&self, invitation: &str, login: &str) -> Answer {
        let (secret, _) = self.open(invitation).await;
        let body = json!({
            "invitation": invitation, "login": login, "password": PASSWORD, "code": self.code(&secret),
        });
        self.post("/v1/enrolment/finish", body).await
    }

    /// Looks at an invitation; returns the app's secret, and what else it says.
    pub async fn open(&self, invitation: &str) -> (Vec<u8>, Value) {
        let body = json!({ "invitation": invitation });
        let opened = self.post("/v1/enrolment", body).await;
        assert_eq!(opened.status, StatusCode::OK, "{}", opened.body);
        let secret = unbase32(opened.body["secret"].as_str().unwrap());
        (secret, opened.body)
    }

    /// Returns what an app shows now.
    pub fn code(&self, secret: &[u8]) -> String {
        code(secret, self.service.app.now().0 / STEP)
    }

    pub async fn password(&self, login: &str, password: &str) -> Answer {
        let body = json!({ "login": login, "password": password });
        self.post("/v1/session", body).await
    }

    pub async fn factor(&self, code: &str) -> Answer {
        self.post("/v1/session/factor", json!({ "code": code }))
            .await
    }

    pub async fn factor_of(&self, code: String) -> Answer {
        self.factor(&code).await
    }

    /// Signs in with a code that was not used before.
    pub async fn sign_in(&self, person: &Person) -> Answer {
        self.service.app.clock.advance(STEP);
        let first = self.password(&person.login, PASSWORD).await;
        assert_eq!(first.body, json!({ "next": "factor" }));
        let second = self.factor(&self.code(&person.totp)).await;
        assert_eq!(second.status, StatusCode::OK, "{}", second.body);
        second
    }
}

impl Service {
    /// Lets somebody in; returns their id and invitation.
    pub async fn invited(&self, role: &str) -> (String, String) {
        let body = json!({ "name": "Grace Hopper", "role": role });
        let made = self.post("/v1/staff", body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let text = |name: &str| made.body[name].as_str().unwrap().to_owned();
        (text("id"), text("invitation"))
    }

    /// Lets somebody in who enrols; they are signed in with that.
    pub async fn enrolled(&self, role: &str, login: &str) -> (Person, Browser<'_>) {
        let (id, invitation) = self.invited(role).await;
        let browser = Browser::new(self);
        let (totp, _) = browser.open(&invitation).await;
        let enrolled = browser.enrol(&invitation, login).await;
        assert_eq!(enrolled.status, StatusCode::CREATED, "{}", enrolled.body);
        let codes = enrolled.body["recovery_codes"].as_array().unwrap();
        let recovery = codes.iter().map(|code| code.as_str().unwrap().to_owned());
        let person = Person {
            id,
            login: login.to_owned(),
            totp,
            recovery: recovery.collect(),
        };
        (person, browser)
    }
}

/// Returns the code of a step, as RFC 4226 has it.
pub fn code(secret: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).unwrap();
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

pub fn unbase32(text: &str) -> Vec<u8> {
    let digits = text.bytes().map(|letter| match letter {
        b'A'..=b'Z' => letter - b'A',
        _ => letter - b'2' + 26,
    });
    let (mut bytes, mut bits, mut n_bits) = (Vec::new(), 0_u32, 0);
    for digit in digits {
        bits = (bits << 5) | u32::from(digit);
        n_bits += 5;
        if n_bits >= 8 {
            n_bits -= 8;
            bytes.push((bits >> n_bits & 255) as u8);
        }
    }
    bytes
}
