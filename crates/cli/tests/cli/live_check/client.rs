//! A client of the protocol of docs/live.md, with nothing of the service's own code.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::rand::SystemRandom;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket, client};
use uuid::Uuid;

use super::camera::Camera;
use crate::node::{answer, call, open};

const DEVICE: &str = "a-device-of-the-tests";
/// Between two frames, in milliseconds.
const STEP_MS: u64 = 100;

/// How frames travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Over a WebSocket.
    Socket,
    /// One request a frame.
    Requests,
}

/// How a session ended.
#[derive(Debug)]
pub struct Ended {
    /// The verification that it was for.
    pub verification: String,
    /// What the server said last.
    pub over: Value,
    /// The camera could not do what was asked, and gave up.
    pub given_up: bool,
    /// Milliseconds from the last frame to the verdict.
    pub within_ms: u128,
}

impl Ended {
    pub fn is_done(&self) -> bool {
        self.state() == "done"
    }

    /// Was an action not seen?
    pub fn is_missed(&self) -> bool {
        self.over["reasons"][0]["code"] == "action_not_done"
    }

    pub fn state(&self) -> &str {
        self.over["state"].as_str().unwrap_or("none")
    }
}

/// An open session.
pub struct Session {
    address: SocketAddr,
    token: String,
    path: String,
    id: Uuid,
    key: [u8; 32],
    seq: u32,
}

impl Session {
    /// Opens one.
    pub fn open(
        address: SocketAddr,
        token: &str,
        verification: &str,
        [width, height]: [u32; 2],
    ) -> Self {
        let random = SystemRandom::new();
        let own = EphemeralPrivateKey::generate(&ECDH_P256, &random).unwrap();
        let public = own.compute_public_key().unwrap();
        let body = json!({
            "device": DEVICE, "capture_key": URL.encode(&public),
            "camera": { "label": "Front camera", "width": width, "height": height, "frame_rate": 30.0 },
        });
        let path = format!("/v1/verifications/{verification}/live");
        let opened = call(address, token, "POST", &path, Some(&body), &[]).unwrap();
        assert_eq!(opened.status, 201, "{opened:?}");
        let opened = opened.json();
        let id: Uuid = opened["session"].as_str().unwrap().parse().unwrap();
        let applicant: Uuid = opened["applicant"].as_str().unwrap().parse().unwrap();
        let theirs = URL.decode(opened["server_key"].as_str().unwrap()).unwrap();
        let device = Sha256::digest(DEVICE);
        let info = [
            &b"menshen live v1"[..],
            applicant.as_bytes(),
            &device,
            public.as_ref(),
            &theirs,
        ];
        let point = UnparsedPublicKey::new(&ECDH_P256, &theirs);
        let key = agree_ephemeral(own, &point, |shared| {
            let mut key = [0; 32];
            Hkdf::<Sha256>::new(Some(id.as_bytes()), shared)
                .expand(&info.concat(), &mut key)
                .unwrap();
            key
        });
        Self {
            address,
            token: token.to_owned(),
            path: format!("{path}/{id}"),
            id,
            key: key.unwrap(),
            seq: 0,
        }
    }

    /// Streams what a camera sees until the session ends. `crash` is done once, when the first action was seen; the service
    /// is found at the address that it returns.
    pub fn run(
        mut self,
        camera: &mut dyn Camera,
        way: Way,
        crash: Option<&mut dyn FnMut() -> SocketAddr>,
    ) -> Ended {
        let begun = Instant::now();
        match way {
            Way::Socket => self.by_socket(camera, begun, crash),
            Way::Requests => self.by_requests(camera, begun),
        }
    }

    fn mac(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).unwrap();
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().to_vec()
    }

    fn frame(&mut self, at_ms: u32, jpeg: &[u8]) -> Vec<u8> {
        let head = [self.seq.to_be_bytes(), at_ms.to_be_bytes()].concat();
        self.seq += 1;
        let mac = self.mac(&[
            b"menshen live frame v1",
            self.id.as_bytes(),
            &head,
            &Sha256::digest(jpeg),
        ]);
        [&head[..], &mac, jpeg].concat()
    }

    fn by_socket(
        &mut self,
        camera: &mut dyn Camera,
        begun: Instant,
        mut crash: Option<&mut dyn FnMut() -> SocketAddr>,
    ) -> Ended {
        let mut socket = self.connect();
        let mut sent = Instant::now();
        let mut next = Instant::now();
        let (mut given_up, mut done) = (false, false);
        loop {
            if let Some(said) = receive(&mut socket) {
                if said["type"] == "over" {
                    let _ = socket.close(None);
                    return self.ended(said, given_up, sent);
                }
                done |= said["say"] == "done";
                camera.hear(&said, ms(begun));
                if said["say"] == "seen"
                    && let Some(crash) = crash.take()
                {
                    self.address = crash();
                    socket = self.connect();
                    next = Instant::now();
                }
            }
            if !done && !given_up && Instant::now() >= next {
                next += Duration::from_millis(STEP_MS);
                let at = ms(begun);
                match camera.frame(at) {
                    Some(jpeg) => socket.send(Message::binary(self.frame(at, &jpeg))).unwrap(),
                    None => {
                        given_up = true;
                        socket.send(Message::text(r#"{"type":"abandon"}"#)).unwrap();
                    }
                }
                sent = Instant::now();
            }
        }
    }

    fn connect(&self) -> WebSocket<TcpStream> {
        let url = format!("ws://{}{}/socket", self.address, self.path);
        let mut request = url.into_client_request().unwrap();
        // As a page does it, which cannot set the header of a token.
        let offered = format!("menshen.live.v1, bearer.{}", self.token);
        request
            .headers_mut()
            .insert("sec-websocket-protocol", offered.parse().unwrap());
        let stream = TcpStream::connect(self.address).unwrap();
        let (mut socket, response) = client(request, stream).unwrap();
        assert_eq!(
            response.headers()["sec-websocket-protocol"],
            "menshen.live.v1"
        );
        let hello = loop {
            if let Some(said) = receive(&mut socket) {
                break said;
            }
        };
        let nonce = URL.decode(hello["nonce"].as_str().unwrap()).unwrap();
        let mac = self.mac(&[b"menshen live hello v1", self.id.as_bytes(), &nonce]);
        let proof = json!({ "type": "hello", "mac": URL.encode(mac) });
        socket.send(Message::text(proof.to_string())).unwrap();
        socket
            .get_mut()
            .set_read_timeout(Some(Duration::from_millis(5)))
            .unwrap();
        socket
    }

    fn by_requests(&mut self, camera: &mut dyn Camera, begun: Instant) -> Ended {
        let mut next = Instant::now();
        loop {
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
            next = Instant::now() + Duration::from_millis(STEP_MS / 2);
            let at = ms(begun);
            let Some(jpeg) = camera.frame(at) else {
                let gone =
                    call(self.address, &self.token, "DELETE", &self.path, None, &[]).unwrap();
                assert_eq!(gone.status, 204, "{gone:?}");
                return self.ended(
                    json!({ "state": "again", "reasons": [] }),
                    true,
                    Instant::now(),
                );
            };
            let sent = Instant::now();
            let said = self.post(at, &jpeg);
            for say in said["say"].as_array().into_iter().flatten() {
                camera.hear(say, ms(begun));
            }
            if let Some(over) = said.get("over") {
                return self.ended(over.clone(), false, sent);
            }
        }
    }

    /// Sends one frame; a service that is busy has lost it.
    fn post(&mut self, at: u32, jpeg: &[u8]) -> Value {
        let body = self.frame(at, jpeg);
        let kind = [("content-type", "application/octet-stream")];
        let path = format!("{}/frames", self.path);
        let (mut stream, head) =
            open(self.address, &self.token, "POST", &path, &body, &kind).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body).unwrap();
        let said = answer(stream).unwrap();
        assert!([200, 503].contains(&said.status), "{said:?}");
        said.json()
    }

    fn ended(&self, over: Value, given_up: bool, sent: Instant) -> Ended {
        Ended {
            verification: String::new(),
            over,
            given_up,
            within_ms: sent.elapsed().as_millis(),
        }
    }
}

/// Returns what the server says next; `None` where it says nothing now.
fn receive(socket: &mut WebSocket<TcpStream>) -> Option<Value> {
    match socket.read() {
        Ok(Message::Text(text)) => Some(serde_json::from_str(&text).unwrap()),
        Ok(Message::Close(frame)) => panic!("closed: {frame:?}"),
        Ok(_) => None,
        Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => None,
        Err(error) => panic!("{error}"),
    }
}

fn ms(begun: Instant) -> u32 {
    u32::try_from(begun.elapsed().as_millis()).unwrap()
}
