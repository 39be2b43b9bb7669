//! A person of the story: a browser with a cookie, a device with a key, a mailbox, a passport, and a face before a camera.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL;
use hmac::{Hmac, Mac as _};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha1::Sha1;

use crate::mail::{MailServer, mails_to, read_mail};
use crate::node::{Answer, Node, call, wait};

/// Where everything happens.
pub struct World {
    pub node: Node,
    pub tenant: String,
    pub key: String,
    /// Secrets of three people who review.
    pub reviewers: [String; 3],
    pub mail: MailServer,
    pub _folder: tempfile::TempDir,
}

impl World {
    /// An answer to the operator, or to somebody of staff.
    pub fn by(&self, key: &str, method: &str, path: &str, body: Option<&Value>) -> Value {
        let answer = call(self.node.address, key, method, path, body, &[]).unwrap();
        assert!((200..300).contains(&answer.status), "{path}: {answer:?}");
        serde_json::from_str(&answer.text).unwrap_or(Value::Null)
    }

    pub fn state(&self, verification: &str) -> Value {
        let path = format!("/v1/verifications/{verification}");
        self.by(&self.key, "GET", &path, None)
    }

    /// Waits until a verification has one of these states.
    pub fn until(&self, verification: &str, states: &[&str]) -> String {
        let start = Instant::now();
        loop {
            let state = self.state(verification);
            let status = state["status"].as_str().unwrap();
            if states.contains(&status) {
                return status.to_owned();
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{state}");
            wait(100);
        }
    }

    /// One who reviews decides the case of a verification.
    pub fn decide(&self, reviewer: usize, verification: &str, queue: &str, verdict: &Value) {
        let by = &self.reviewers[reviewer];
        let start = Instant::now();
        let case = loop {
            let cases = self.by(by, "GET", &format!("/v1/review/cases?queue={queue}"), None);
            let mut items = cases["items"].as_array().unwrap().iter();
            if let Some(case) = items.find(|case| case["verification"] == verification) {
                break case["id"].as_str().unwrap().to_owned();
            }
            assert!(start.elapsed() < Duration::from_secs(20), "{cases}");
            wait(100);
        };
        self.by(by, "POST", &format!("/v1/review/cases/{case}/claim"), None);
        let decided = format!("/v1/review/cases/{case}/decide");
        self.by(by, "POST", &decided, Some(verdict));
    }

    /// The newest mail to an address that holds a text: its whole body.
    pub fn mail(&self, address: &str, part: &str) -> String {
        let start = Instant::now();
        loop {
            let mails = mails_to(&self.mail, address);
            let bodies = mails.iter().map(|raw| read_mail(raw)["body"].clone());
            let found = bodies.filter_map(|body| body.as_str().map(str::to_owned));
            if let Some(body) = found.into_iter().find(|body| body.contains(part)) {
                return body;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "no mail: {part}");
            wait(100);
        }
    }

    /// Waits for a code that was not seen before.
    pub fn code(&self, address: &str, seen: &RefCell<Vec<String>>) -> String {
        let start = Instant::now();
        loop {
            for raw in mails_to(&self.mail, address) {
                let mail = read_mail(&raw);
                let body = mail["body"].as_str().unwrap();
                // Ids of cases have digits, too.
                let Some((_, body)) = body.split_once("验证码") else {
                    continue;
                };
                let mut runs = body.split(|c: char| !c.is_ascii_digit());
                let code = runs.find(|run| run.len() == 6).map(str::to_owned);
                let id = mail["id"].as_str().unwrap().to_owned();
                if let Some(code) = code.filter(|_| !seen.borrow().contains(&id)) {
                    seen.borrow_mut().push(id);
                    return code;
                }
            }
            assert!(start.elapsed() < Duration::from_secs(20), "no code");
            wait(100);
        }
    }
}

/// A phone: a browser and a key that never leaves it.
pub struct Phone<'w> {
    pub world: &'w World,
    cookie: RefCell<String>,
    key: EcdsaKeyPair,
}

impl<'w> Phone<'w> {
    pub fn new(world: &'w World) -> Self {
        let (rng, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &rng).unwrap();
        Self {
            world,
            cookie: RefCell::default(),
            key: EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &rng).unwrap(),
        }
    }

    /// Calls as the page does; returns the answer, whatever it is.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let cookie = self.cookie.borrow().clone();
        let headers = [("menshen-page", "1"), ("cookie", cookie.as_str())];
        let answer = call(self.world.node.address, "", method, path, body, &headers).unwrap();
        if let Some(set) = &answer.cookie {
            set.clone_into(&mut self.cookie.borrow_mut());
        }
        answer
    }

    /// The same; what is not done ends the test.
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let answer = self.ask(method, path, body);
        assert!((200..300).contains(&answer.status), "{path}: {answer:?}");
        serde_json::from_str(&answer.text).unwrap_or(Value::Null)
    }

    pub fn post(&self, path: &str, body: &Value) -> Value {
        self.call("POST", path, Some(body))
    }

    pub fn get(&self, path: &str) -> Value {
        self.call("GET", path, None)
    }

    /// Hands in a photo.
    pub fn photo(&self, token: &str, verification: &str, part: &str, jpeg: &[u8]) {
        use std::io::Write as _;
        let path = format!("/v1/verifications/{verification}/captures/{part}");
        let kind = [("content-type", "image/jpeg")];
        let address = self.world.node.address;
        let (mut stream, head) =
            crate::node::open(address, token, "PUT", &path, jpeg, &kind).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(jpeg).unwrap();
        let answer = crate::node::answer(stream).unwrap();
        assert_eq!(answer.status, 201, "{answer:?}");
    }

    /// Shows that it holds its key.
    pub fn proof(&self) -> Value {
        let tenant = &self.world.tenant;
        let drawn = self.post("/v1/account/devices/nonce", &json!({ "tenant": tenant }));
        let nonce = drawn["nonce"].as_str().unwrap();
        let message = format!("menshen.device.v1\n{tenant}\n{nonce}");
        let signature = self.key.sign(&SystemRandom::new(), message.as_bytes());
        json!({
            "key": URL.encode(self.key.public_key().as_ref()), "nonce": nonce,
            "signature": URL.encode(signature.unwrap().as_ref()), "name": "a phone",
        })
    }

    /// Confirms an action with a factor that is typed.
    pub fn confirmed(
        &self,
        action: &str,
        detail: &str,
        factor: &str,
        code: &dyn Fn() -> String,
    ) -> Value {
        let body = json!({ "action": action, "detail": detail });
        let begun = self.post("/v1/account/step-ups", &body);
        let path = format!("/v1/account/step-ups/{}", begun["id"].as_str().unwrap());
        if factor == "email_code" {
            self.patiently(&format!("{path}/code"), &json!({ "factor": factor }));
        }
        let body = json!({ "factor": factor, "code": code() });
        self.post(&format!("{path}/confirm"), &body);
        json!({ "step_up": begun["id"] })
    }

    /// Asks for a code, and waits where one was sent a moment ago.
    pub fn patiently(&self, path: &str, body: &Value) {
        let start = Instant::now();
        loop {
            let answer = self.ask("POST", path, Some(body));
            if answer.status == 202 {
                return;
            }
            assert_eq!(answer.status, 429, "{answer:?}");
            assert!(start.elapsed() < Duration::from_secs(60), "{answer:?}");
            wait(1_000);
        }
    }
}

/// An authenticator app, whose owner never types a code twice.
pub struct App {
    secret: Vec<u8>,
    last: Cell<i64>,
}

impl App {
    /// Reads the secret that is typed by hand.
    pub fn new(base32: &str) -> Self {
        let (mut bytes, mut bits, mut n_bits) = (Vec::new(), 0_u32, 0);
        for letter in base32.bytes() {
            let digit = if letter.is_ascii_uppercase() {
                letter - b'A'
            } else {
                letter - b'2' + 26
            };
            bits = (bits << 5) | u32::from(digit);
            n_bits += 5;
            if n_bits >= 8 {
                n_bits -= 8;
                bytes.push(u8::try_from(bits >> n_bits & 0xff).unwrap());
            }
        }
        Self {
            secret: bytes,
            last: Cell::new(0),
        }
    }

    /// Returns a code that was not typed before; waits for it.
    pub fn shows(&self) -> String {
        loop {
            let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
            let step = i64::try_from(now / 30).unwrap();
            if step > self.last.get() {
                self.last.set(step);
                return self.code(step);
            }
            wait(500);
        }
    }

    fn code(&self, step: i64) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.secret).unwrap();
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let at = usize::from(digest[19] & 15);
        let number = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }
}
