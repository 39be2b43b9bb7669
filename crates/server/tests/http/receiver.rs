//! A receiver of webhooks that listens in this process and behaves as it is told.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac};
use menshen_server::{Config, Webhooks};
use serde_json::Value;
use sha2::Sha256;
use tokio::sync::oneshot;

/// What came.
#[derive(Clone, Debug)]
pub struct Received {
    pub id: String,
    pub timestamp: i64,
    pub signatures: Vec<String>,
    pub text: String,
    pub body: Value,
    /// The status that it was answered with; none where it was left without an answer.
    pub answered: Option<u16>,
}

impl Received {
    /// Is one of the signatures of this secret?
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = BASE64_STANDARD
            .decode(secret.strip_prefix("whsec_").unwrap())
            .unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{}.{}.{}", self.id, self.timestamp, self.text).as_bytes());
        let own = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
        self.signatures.contains(&own)
    }
}

/// Says how the n-th request is answered; none: never.
type Manner = Box<dyn Fn(usize) -> Option<u16> + Send>;

#[derive(Clone)]
struct Shared {
    received: Arc<Mutex<Vec<Received>>>,
    manner: Arc<Mutex<Manner>>,
    port: u16,
}

/// A receiver that can be stopped and started at the same address.
pub struct Receiver {
    shared: Shared,
    address: SocketAddr,
    stop: Option<(oneshot::Sender<()>, std::thread::JoinHandle<()>)>,
}

impl Receiver {
    pub fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let manner: Manner = Box::new(|_| Some(204));
        let shared = Shared {
            received: Arc::default(),
            manner: Arc::new(Mutex::new(manner)),
            port: address.port(),
        };
        let mut receiver = Self {
            shared,
            address,
            stop: None,
        };
        receiver.serve(listener);
        receiver
    }

    /// Listens again where it did before.
    pub fn start(&mut self) {
        let listener = TcpListener::bind(self.address).unwrap();
        self.serve(listener);
    }

    fn serve(&mut self, listener: TcpListener) {
        listener.set_nonblocking(true).unwrap();
        let routes = Router::new()
            .route("/hook", post(take))
            .with_state(self.shared.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new()
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                runtime.block_on(async {
                    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                    let server = axum::serve(listener, routes).into_future();
                    tokio::select! {
                        _ = server => {}
                        _ = stopped => {}
                    }
                });
            })
            .unwrap();
        self.stop = Some((stop, thread));
    }

    /// Ends the server with all its connections.
    pub fn stop(&mut self) {
        let (stop, thread) = self.stop.take().unwrap();
        drop(stop);
        thread.join().unwrap();
    }

    pub fn url(&self) -> String {
        self.url_at("127.0.0.1")
    }

    pub fn url_at(&self, host: &str) -> String {
        format!("http://{host}:{}/hook", self.address.port())
    }

    /// Answers the n-th request from now on so.
    pub fn behave(&self, manner: impl Fn(usize) -> Option<u16> + Send + 'static) {
        *self.shared.manner.lock().unwrap() = Box::new(manner);
    }

    pub fn answer(&self, status: u16) {
        self.behave(move |_| Some(status));
    }

    /// Returns how much came since it was last taken.
    pub fn waiting(&self) -> usize {
        self.shared.received.lock().unwrap().len()
    }

    /// Returns what came since the last time.
    pub fn taken(&self) -> Vec<Received> {
        std::mem::take(&mut self.shared.received.lock().unwrap())
    }

    /// A configuration that lets deliveries come here.
    pub fn config() -> Config {
        Config {
            webhooks: Webhooks {
                allow_private: true,
                timeout_s: 1,
            },
            ..Config::default()
        }
    }
}

async fn take(State(shared): State<Shared>, headers: HeaderMap, text: String) -> Response {
    let word = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    let answered = {
        let mut received = shared.received.lock().unwrap();
        let answered = shared.manner.lock().unwrap()(received.len());
        received.push(Received {
            id: word("webhook-id"),
            timestamp: word("webhook-timestamp").parse().unwrap(),
            signatures: word("webhook-signature")
                .split(' ')
                .map(str::to_owned)
                .collect(),
            body: serde_json::from_str(&text).unwrap(),
            text,
            answered,
        });
        answered
    };
    let Some(status) = answered else {
        return std::future::pending().await;
    };
    let status = StatusCode::from_u16(status).unwrap();
    let elsewhere = format!("http://127.0.0.1:{}/hook", shared.port);
    match status.is_redirection() {
        true => (status, [(header::LOCATION, elsewhere)]).into_response(),
        false => (status, "thanks").into_response(),
    }
}
