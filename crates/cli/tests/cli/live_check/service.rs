//! A service that looks at real frames, with a tenant, a person and their consent.
#![expect(
    clippy::disallowed_methods,
    reason = "a test is told by its environment where models are"
)]

use std::sync::atomic::{AtomicU32, Ordering};

use menshen_engine::{FaceEngine, Loader};
use menshen_models::ModelStore;
use menshen_specimen::attack::{Puppet, drawn_portrait_jpeg};
use menshen_vision::Photo;
use menshen_vision::photo::Limits;
use serde_json::{Value, json};

use super::camera::Camera;
use super::client::{Ended, Session, Way};
use crate::node::{Node, Setup, call};

/// The usual policy, for a level that is a face alone, without the quick cues: on a busy machine frames are lost, and a blink with
/// them.
pub const USUAL: &str = r#"
version = "live"
[levels]
L1 = ["data"]
L2 = ["data", "face"]
[liveness]
required = true
[liveness.challenge]
cues = ["turn_left", "turn_right", "mouth_open", "come_closer"]
[liveness.tries]
free = 1000
most = 1000
"#;

/// One turn to a side and many colours: what a clip of a turn can show, and still 20 bits.
pub const TURNS: &str = r#"
version = "turns"
[levels]
L1 = ["data"]
L2 = ["data", "face"]
[liveness]
required = true
[liveness.challenge]
cues = ["turn_left", "turn_right"]
cues_n = 1
cues_instead = 4
colours = 8
colour_ms = 400
# The person of the clip wears a fringe.
[face]
forehead_covered_max = 1.0
[liveness.tries]
free = 1000
most = 1000
"#;

/// A service with a tenant of its own.
pub struct Place {
    node: Node,
    setup: Setup,
    operator: String,
    policy: &'static str,
    key: String,
    /// Two drawn people as puppets.
    pub people: Vec<Puppet>,
    /// The networks that see faces, for the client's own use.
    pub engine: FaceEngine,
    _folder: tempfile::TempDir,
}

impl Place {
    /// Starts one with a policy; `None`, with a line, where the models are absent.
    pub fn start(policy: &'static str) -> Option<Self> {
        let engine = engine()?;
        let people = (1..)
            .filter_map(|seed| drawn(&engine, seed))
            .take(2)
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let setup = Setup::new(folder.path().join("data"));
        let node = Node::with_engine(&setup);
        let operator = operator(&node);
        let key = tenant(&node, &operator, policy);
        Some(Self {
            node,
            setup,
            operator,
            policy,
            key,
            people,
            engine,
            _folder: folder,
        })
    }

    /// Goes on with another tenant, which has seen none of the sessions before.
    pub fn anew(&mut self) {
        self.key = tenant(&self.node, &self.operator, self.policy);
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let answer = call(self.node.address, &self.key, "POST", path, Some(body), &[]).unwrap();
        assert!((200..300).contains(&answer.status), "{path}: {answer:?}");
        serde_json::from_str(&answer.text).unwrap_or(Value::Null)
    }

    /// Somebody new opens a live check before a camera.
    pub fn check(&self, camera: &mut dyn Camera, way: Way) -> Ended {
        let (token, verification, session) = self.open(camera);
        let ended = session.run(camera, way, None);
        self.ended(&token, verification, ended)
    }

    /// The same; the service is killed in the middle of it, and started again.
    pub fn check_over_a_crash(&mut self, camera: &mut dyn Camera) -> Ended {
        let (token, verification, session) = self.open(camera);
        let mut crashes = 0;
        let mut crash = || {
            crashes += 1;
            self.node.child.kill().unwrap();
            self.node.child.wait().unwrap();
            self.node = Node::with_engine(&self.setup);
            self.node.address
        };
        let ended = session.run(camera, Way::Socket, Some(&mut crash));
        println!("{crashes} crashes, {}", ended.state());
        self.ended(&token, verification, ended)
    }

    /// Opens a live check for somebody new: their token, the verification, the session.
    fn open(&self, camera: &dyn Camera) -> (String, String, Session) {
        static PEOPLE: AtomicU32 = AtomicU32::new(0);
        let external = format!("person-{}", PEOPLE.fetch_add(1, Ordering::Relaxed));
        let applicant = self.post("/v1/applicants", &json!({ "external_id": external }));
        let applicant = applicant["id"].as_str().unwrap();
        let consent = json!({ "purpose": "biometric_template", "version": "1" });
        self.post(&format!("/v1/applicants/{applicant}/consents"), &consent);
        let opened = json!({ "applicant": applicant, "level": "L2" });
        let verification = self.post("/v1/verifications", &opened);
        let verification = verification["id"].as_str().unwrap();
        let body = json!({ "verification": verification });
        let token = self.post(&format!("/v1/applicants/{applicant}/tokens"), &body);
        let token = token["token"].as_str().unwrap();
        let session = Session::open(self.node.address, token, verification, camera.size());
        (token.to_owned(), verification.to_owned(), session)
    }

    fn ended(&self, token: &str, verification: String, mut ended: Ended) -> Ended {
        let path = format!("/v1/verifications/{verification}");
        ended.verification = verification;
        let state = self.node.get(token, &path).unwrap().json();
        let asked = state["next"]
            .as_array()
            .unwrap()
            .iter()
            .any(|step| step["step"] == "liveness");
        assert_eq!(asked, ended.state() != "done", "{state}");
        ended
    }

    /// Returns what spoke against a session, as the operator reads it.
    pub fn found(&self, ended: &Ended) -> String {
        let path = format!("/v1/verifications/{}/live", ended.verification);
        let sessions = self.node.get(&self.key, &path).unwrap().json();
        let reasons = sessions[0]["reasons"].as_array().into_iter().flatten();
        let texts = reasons.filter_map(|reason| reason["finding"]["text"]["en"].as_str());
        texts.collect::<Vec<_>>().join(" ")
    }
}

/// Returns the networks that see faces; `None`, with a line, where they are absent.
pub fn engine() -> Option<FaceEngine> {
    let store = ModelStore::default_dir(|name| std::env::var_os(name))
        .and_then(|dir| ModelStore::open(&dir));
    let engine = (store.ok()).and_then(|store| FaceEngine::load(&Loader::new(store)).ok());
    if engine.is_none() {
        println!("skipped: no models are installed");
    }
    engine
}

/// Uses the link of a first start; returns the operator's secret.
pub fn operator(node: &Node) -> String {
    let setup = node.greeting["setup"].as_str().unwrap();
    let url = node.greeting["url"].as_str().unwrap();
    let setup = setup.strip_prefix(url).unwrap();
    let made = call(node.address, "", "POST", setup, None, &[]).unwrap();
    made.json()["secret"].as_str().unwrap().to_owned()
}

/// Makes a tenant that looks at faces, by a policy; returns its key.
fn tenant(node: &Node, operator: &str, policy: &str) -> String {
    new_tenant(node, operator, policy).1
}

/// The same; returns its id, too.
pub fn new_tenant(node: &Node, operator: &str, policy: &str) -> (String, String) {
    let body = json!({ "name": "Live", "sandbox": false });
    let made = call(
        node.address,
        operator,
        "POST",
        "/v1/tenants",
        Some(&body),
        &[],
    )
    .unwrap();
    let made = made.json();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let (id, key) = (text("id"), text("secret"));
    let body = json!({ "toml": policy });
    let put = call(node.address, &key, "PUT", "/v1/policy", Some(&body), &[]).unwrap();
    assert_eq!(put.status, 200, "{put:?}");
    (id, key)
}

pub fn drawn(engine: &FaceEngine, seed: u64) -> Option<Puppet> {
    let jpeg = drawn_portrait_jpeg(seed).unwrap();
    let photo = Photo::decode(&jpeg, &Limits::default()).unwrap();
    let (_, points) = engine.surface(&photo).unwrap()?;
    Puppet::new(&photo.pixels, &points).ok()
}
