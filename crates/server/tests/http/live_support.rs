//! A service that looks at live checks, and a client of them.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request as HttpRequest, StatusCode, header};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL;
use futures_util::{SinkExt as _, StreamExt as _};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use menshen_server::{App, Config, Engines, Pages, Secret, router, start};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::rand::SystemRandom;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{WebSocketStream, client_async};
use uuid::Uuid;

use crate::live_person::{Person, Scripted};
use crate::support::{Answer, Service};

/// No physics is drawn here: what a frame shows beside pose, eyes and mouth is left to the tests of `vision` and `core`.
pub const POLICY: &str = r#"
    version = "live"
    [liveness]
    required = true
    one_face_min = 0.5
    frozen_max = 1000.0
    repeated_max = 1.0
    [liveness.challenge]
    cues = ["turn_left", "turn_right", "nod", "blink", "mouth_open"]
    accessible_cues = ["turn_left", "turn_right", "mouth_open"]
    [liveness.signs]
    no_light = "ignore"
    cuts_max = 1000
"#;

/// A service with a tenant that measures.
pub struct World {
    pub service: Service,
    pub key: String,
    pub seen: watch::Receiver<u32>,
    config: Config,
    engine: watch::Sender<u32>,
}

/// Runs a test on SQLite, and on PostgreSQL where one is there.
pub fn on_both<F: Future<Output = ()>>(test: impl Fn(Arc<World>) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        test(Arc::new(World::new(None).await)).await;
        match crate::support::postgres() {
            Some(url) => test(Arc::new(World::new(Some(url)).await)).await,
            None => println!("skipped on PostgreSQL: MENSHEN_TEST_POSTGRES is not set"),
        }
    });
}

impl World {
    pub async fn new(database: Option<String>) -> Self {
        let (engine, seen) = watch::channel(0);
        let engines = Engines {
            photos: Some(Scripted::boxed(&engine)),
            frames: Some(Scripted::boxed(&engine)),
        };
        let config = Config::default();
        let service = Service::with_engines(config.clone(), database.clone(), engines).await;
        let config = Config {
            data_dir: service._folder.path().join("data"),
            database: database.map(Secret::new),
            ..config
        };
        let operator = service.operator().await;
        let body = json!({ "name": "live", "sandbox": false });
        let made = service
            .call_as(&operator, Method::POST, "/v1/tenants", Some(body), &[])
            .await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let key = made.body["secret"].as_str().unwrap().to_owned();
        let world = Self {
            service,
            key,
            seen,
            config,
            engine,
        };
        world.policy(POLICY).await;
        world
    }

    /// Another node on the same database.
    pub async fn node(&self) -> App {
        let engines = Engines {
            photos: Some(Scripted::boxed(&self.engine)),
            frames: Some(Scripted::boxed(&self.engine)),
        };
        let clock = menshen_server::Clock::set(self.service.app.now());
        let mut config = self.config.clone();
        config.engine.workers = 0;
        config.database_connections = 8;
        let pages = Pages::default();
        start(config, clock, engines, pages).await.unwrap().0
    }

    pub async fn policy(&self, toml: &str) {
        let put = self
            .call(Method::PUT, "/v1/policy", Some(json!({ "toml": toml })))
            .await;
        assert_eq!(put.status, StatusCode::OK, "{}", put.body);
    }

    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.service
            .call_as(&self.key, method, path, body, &[])
            .await
    }

    /// Somebody who has consented, with an open verification: applicant and verification.
    pub async fn person(&self, name: &str) -> (String, String) {
        let body = json!({ "external_id": name });
        let made = self.call(Method::POST, "/v1/applicants", Some(body)).await;
        let applicant = made.body["id"].as_str().unwrap().to_owned();
        self.consent(&applicant).await;
        let body = json!({ "applicant": applicant, "level": "L2" });
        let made = self
            .call(Method::POST, "/v1/verifications", Some(body))
            .await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        (applicant, made.body["id"].as_str().unwrap().to_owned())
    }

    pub async fn consent(&self, applicant: &str) {
        let body = json!({ "purpose": "biometric_template", "version": "1" });
        let path = format!("/v1/applicants/{applicant}/consents");
        let given = self.call(Method::POST, &path, Some(body)).await;
        assert_eq!(given.status, StatusCode::NO_CONTENT, "{}", given.body);
    }

    pub async fn token(&self, applicant: &str) -> String {
        let path = format!("/v1/applicants/{applicant}/tokens");
        let made = self.call(Method::POST, &path, Some(json!({}))).await;
        made.body["token"].as_str().unwrap().to_owned()
    }

    pub async fn state(&self, verification: &str) -> Value {
        let path = format!("/v1/verifications/{verification}");
        self.call(Method::GET, &path, None).await.body
    }

    pub fn advance(&self, millis: i64) {
        self.service.app.clock.advance(millis);
    }
}

/// What the client sends to open a session, with its private key.
pub struct Opening {
    pub body: Value,
    private: EphemeralPrivateKey,
    public: Vec<u8>,
}

pub const DEVICE: &str = "a-device-of-a-test";

impl Opening {
    pub fn new() -> Self {
        let private = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).unwrap();
        let public = private.compute_public_key().unwrap().as_ref().to_vec();
        let camera =
            json!({ "label": "Front Camera", "width": 1280, "height": 720, "frame_rate": 30.0 });
        let body = json!({
            "device": DEVICE, "capture_key": URL.encode(&public), "mode": "usual", "photosensitive": true, "camera": camera,
        });
        Self {
            body,
            private,
            public,
        }
    }

    /// Returns the session's key, as `docs/live.md` says.
    pub fn key(self, out: &Value) -> [u8; 32] {
        let server = URL.decode(out["server_key"].as_str().unwrap()).unwrap();
        let id = |name: &str| out[name].as_str().unwrap().parse::<Uuid>().unwrap();
        let (session, applicant) = (id("session"), id("applicant"));
        let device = Sha256::digest(DEVICE);
        let theirs = UnparsedPublicKey::new(&ECDH_P256, &server);
        agree_ephemeral(self.private, &theirs, |shared| {
            let info = [
                &b"menshen live v1"[..],
                applicant.as_bytes(),
                &device,
                &self.public,
                &server,
            ];
            let mut key = [0; 32];
            Hkdf::<Sha256>::new(Some(session.as_bytes()), shared)
                .expand_multi_info(&info, &mut key)
                .unwrap();
            key
        })
        .unwrap()
    }
}

pub fn mac(key: &[u8; 32], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

/// A session as its client has it.
pub struct Client {
    pub verification: String,
    pub session: Uuid,
    pub key: [u8; 32],
    pub secret: String,
    pub seq: u32,
    pub claimed: u32,
    /// How much further the claimed time goes with each frame.
    pub pace: u32,
    pub person: Person,
    pub said: Vec<Value>,
    pub over: Option<Value>,
}

impl Client {
    pub async fn open(world: &World, verification: &str, secret: &str) -> Self {
        Self::open_with(world, verification, secret, |_| {}).await
    }

    pub async fn open_with(
        world: &World,
        verification: &str,
        secret: &str,
        change: impl Fn(&mut Value),
    ) -> Self {
        let mut opening = Opening::new();
        change(&mut opening.body);
        let path = format!("/v1/verifications/{verification}/live");
        let body = Some(opening.body.clone());
        let opened = world
            .service
            .call_as(secret, Method::POST, &path, body, &[])
            .await;
        assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.body);
        let session: Uuid = opened.body["session"].as_str().unwrap().parse().unwrap();
        Self {
            verification: verification.to_owned(),
            session,
            key: opening.key(&opened.body),
            secret: secret.to_owned(),
            seq: 0,
            claimed: 7_000,
            pace: 100,
            person: Person::new(session.as_u128() as u64),
            said: Vec::new(),
            over: None,
        }
    }

    pub fn path(&self, rest: &str) -> String {
        format!(
            "/v1/verifications/{}/live/{}{rest}",
            self.verification, self.session
        )
    }

    pub fn message(&self, seq: u32, claimed: u32, jpeg: &[u8]) -> Vec<u8> {
        let (seq, claimed) = (seq.to_be_bytes(), claimed.to_be_bytes());
        let mac = mac(
            &self.key,
            &[
                b"menshen live frame v1",
                self.session.as_bytes(),
                &seq,
                &claimed,
                &Sha256::digest(jpeg),
            ],
        );
        [&seq[..], &claimed, &mac, jpeg].concat()
    }

    /// Returns the next frame; cameras are never as even as a clock.
    pub fn frame(&mut self) -> Vec<u8> {
        let jpeg = self.person.shown();
        let bytes = self.message(self.seq, self.claimed + self.seq % 3, &jpeg);
        self.seq += 1;
        self.claimed = self.claimed.saturating_add(self.pace);
        bytes
    }

    /// A client that connects again is told once more what it must show: that is no new cue.
    fn heard(&self, cue: &Value) -> bool {
        let same = |before: &Value| before["say"] == "cue" && before["n"] == cue["n"];
        self.said.iter().any(same)
    }

    pub fn hear(&mut self, said: &Value) {
        if said["type"] == "over" {
            self.over = Some(said.clone());
        } else if said["say"] == "cue" && !self.heard(said) {
            self.person.asked(said["cue"].as_str().unwrap());
        } else if said["say"] == "seen" {
            self.person.rests();
        } else if ["look_straight", "hold_still"]
            .iter()
            .any(|hint| said["hint"] == *hint)
        {
            // That it was seen may have been lost with a connection.
            self.person.rests();
        }
        self.said.push(said.clone());
    }

    /// Sends bytes as one request.
    pub async fn post(&self, world: &World, bytes: Vec<u8>) -> Answer {
        let request = HttpRequest::builder()
            .method(Method::POST)
            .uri(self.path("/frames"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.secret))
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .body(Body::from(bytes))
            .unwrap();
        world.service.send(request).await
    }

    /// Sends the next frame as one request.
    pub async fn post_frame(&mut self, world: &World) -> Answer {
        world.advance(100);
        self.person.passes(100);
        let bytes = self.frame();
        let answer = self.post(world, bytes).await;
        if answer.status == StatusCode::OK {
            for say in answer.body["say"].as_array().unwrap() {
                self.hear(&say.clone());
            }
            if !answer.body["over"].is_null() {
                self.over = Some(answer.body["over"].clone());
            }
        }
        answer
    }

    /// Goes on by single requests until something stands or the session is over.
    pub async fn posts_until(&mut self, world: &World, stop: impl Fn(&Self) -> bool) {
        for _ in 0..900 {
            if self.over.is_some() || stop(self) {
                return;
            }
            let answer = self.post_frame(world).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        }
        panic!("the session does not end: {:?}", self.said);
    }

    /// Goes on by single requests to the end.
    pub async fn posts(&mut self, world: &World) -> Value {
        self.posts_until(world, |_| false).await;
        self.over.clone().unwrap()
    }

    pub fn was_asked(&self) -> bool {
        self.said.iter().any(|said| said["say"] == "cue")
    }
}

/// A client with its own token, and where the service listens.
pub async fn connected(world: &World, name: &str) -> (SocketAddr, Client) {
    let (applicant, id) = world.person(name).await;
    let token = world.token(&applicant).await;
    let client = Client::open(world, &id, &token).await;
    (listen(&world.service.app).await, client)
}

/// Where a session stands.
pub async fn state(world: &World, client: &Client) -> Value {
    world.call(Method::GET, &client.path(""), None).await.body
}

/// A connection by WebSocket.
pub struct Socket(WebSocketStream<TcpStream>);

/// What came: what the server said, or the code that it closed with.
#[derive(Debug)]
pub enum Came {
    Said(Value),
    Closed(u16),
    Gone,
}

/// Lets an app listen; it ends with the runtime.
pub async fn listen(app: &App) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

impl Socket {
    /// Connects as a page does, with its token as a subprotocol; the status where it is refused.
    pub async fn try_connect(at: SocketAddr, path: &str, token: &str) -> Result<Self, u16> {
        let mut request = format!("ws://{at}{path}").into_client_request().unwrap();
        let protocols = format!("menshen.live.v1, bearer.{token}").parse().unwrap();
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocols);
        let stream = TcpStream::connect(at).await.unwrap();
        match client_async(request, stream).await {
            Ok((socket, answer)) => {
                assert_eq!(
                    answer.headers()["sec-websocket-protocol"],
                    "menshen.live.v1"
                );
                Ok(Self(socket))
            }
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => {
                Err(answer.status().as_u16())
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Connects and proves that the key is there.
    pub async fn connect(at: SocketAddr, client: &mut Client) -> Self {
        let mut socket = Self::try_connect(at, &client.path("/socket"), &client.secret)
            .await
            .unwrap();
        socket.greet(client, client.key).await;
        socket
    }

    pub async fn greet(&mut self, client: &mut Client, key: [u8; 32]) {
        let Came::Said(hello) = self.next().await else {
            panic!("no hello")
        };
        assert_eq!(hello["type"], "hello");
        client.seq = client.seq.max(hello["next_seq"].as_u64().unwrap() as u32);
        let nonce = URL.decode(hello["nonce"].as_str().unwrap()).unwrap();
        let proof = mac(
            &key,
            &[b"menshen live hello v1", client.session.as_bytes(), &nonce],
        );
        self.say(json!({ "type": "hello", "mac": URL.encode(proof) }))
            .await;
    }

    pub async fn say(&mut self, value: Value) {
        let _ = self.0.send(Message::text(value.to_string())).await;
    }

    pub async fn send(&mut self, bytes: Vec<u8>) -> bool {
        self.0.send(Message::binary(bytes)).await.is_ok()
    }

    /// Waits until everything that was sent has been read.
    pub async fn caught_up(&mut self) {
        let _ = self.0.send(Message::Ping(Vec::new().into())).await;
        while let Some(Ok(came)) = self.0.next().await {
            if matches!(came, Message::Pong(_)) {
                return;
            }
        }
    }

    pub async fn next(&mut self) -> Came {
        loop {
            return match self.0.next().await {
                Some(Ok(Message::Text(text))) => Came::Said(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => {
                    Came::Closed(frame.map_or(0, |frame| frame.code.into()))
                }
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => Came::Gone,
            };
        }
    }

    /// Leaves, and waits until the server has noted it.
    pub async fn leave(mut self, client: &mut Client) {
        let _ = self.0.close(None).await;
        while let Some(Ok(came)) = self.0.next().await {
            if let Message::Text(text) = came {
                client.hear(&serde_json::from_str(&text).unwrap());
            }
        }
    }

    /// Waits until the connection is closed and returns the code.
    pub async fn closed(&mut self, client: &mut Client) -> u16 {
        loop {
            match self.next().await {
                Came::Said(said) => client.hear(&said),
                Came::Closed(code) => return code,
                Came::Gone => return 0,
            }
        }
    }

    /// Sends the next frame, waits until it was looked at, and hears what is said meanwhile; the code where the connection is
    /// closed.
    pub async fn frame(
        &mut self,
        world: &World,
        client: &mut Client,
        apps: &[&App],
    ) -> Option<u16> {
        apps.iter().for_each(|app| app.clock.advance(100));
        client.person.passes(100);
        let before = *world.seen.borrow();
        let bytes = client.frame();
        if !self.send(bytes).await {
            return Some(self.closed(client).await);
        }
        let mut seen = world.seen.clone();
        loop {
            let wait = std::time::Duration::from_millis(8);
            match tokio::time::timeout(wait, self.next()).await {
                Ok(Came::Said(said)) => client.hear(&said),
                Ok(Came::Closed(code)) => return Some(code),
                Ok(Came::Gone) => return Some(0),
                Err(_) if client.over.is_some() => return None,
                // The end is told once it is judged.
                Err(_) if client.said.iter().any(|said| said["say"] == "done") => {}
                Err(_) if *seen.borrow_and_update() > before => return None,
                Err(_) => {}
            }
        }
    }

    /// Goes on to the end; returns the code with which the connection is closed.
    pub async fn go_on(&mut self, world: &World, client: &mut Client, apps: &[&App]) -> u16 {
        for _ in 0..900 {
            if let Some(code) = self.frame(world, client, apps).await {
                return code;
            }
            if client.over.is_some() {
                return self.closed(client).await;
            }
        }
        panic!("the session does not end: {:?}", client.said);
    }
}
