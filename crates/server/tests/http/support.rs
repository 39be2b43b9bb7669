//! A service in this process, and calls to it.

use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode, header};
use menshen_core::time::Millis;
use menshen_server::{App, Clock, Config, Engines, Pages, do_one_job, router, start};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// 2026-11-22T09:00:00Z.
pub const START: Millis = Millis(1_795_338_000_000);

pub struct Service {
    pub app: App,
    pub router: Router,
    /// A key of the sandbox tenant with every scope of a tenant.
    pub key: String,
    pub setup: String,
    pub _folder: TempDir,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: Value,
    pub bytes: Vec<u8>,
}

/// Runs a test on SQLite, and on PostgreSQL where one is there.
pub fn on_both<F: Future<Output = ()>>(test: impl Fn(Service) -> F) {
    on_both_with(Config::default(), test);
}

/// The same with a configuration; its folder and database are the test's.
pub fn on_both_with<F: Future<Output = ()>>(config: Config, test: impl Fn(Service) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        test(Service::new(config.clone(), None).await).await;
        match postgres() {
            Some(url) => test(Service::new(config, Some(url)).await).await,
            None => println!("skipped on PostgreSQL: MENSHEN_TEST_POSTGRES is not set"),
        }
    });
}

/// Makes an empty database and returns its address.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by their environment where PostgreSQL is"
)]
pub fn postgres() -> Option<String> {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let url = std::env::var("MENSHEN_TEST_POSTGRES").ok()?;
    let name = format!(
        "server_{}_{}",
        std::process::id(),
        MADE.fetch_add(1, Ordering::Relaxed)
    );
    let made = std::process::Command::new("psql")
        .args([&url, "-q", "-c", &format!("CREATE DATABASE {name}")])
        .status()
        .expect("run psql");
    assert!(made.success(), "create a database");
    let (server, _) = url.rsplit_once('/').expect("a URL with a database");
    Some(format!("{server}/{name}"))
}

impl Service {
    pub async fn new(config: Config, database: Option<String>) -> Self {
        Self::with_engines(config, database, Engines::default()).await
    }

    /// The same with something that looks at pictures.
    pub async fn with_engines(config: Config, database: Option<String>, engines: Engines) -> Self {
        // What a handler says about a failure stands beside the test that fails.
        let _ = tracing_subscriber::fmt()
            .with_test_writer()
            .with_max_level(tracing::Level::WARN)
            .try_init();
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config {
            data_dir: folder.path().join("data"),
            database: database.map(menshen_server::Secret::new),
            ..config
        };
        config.engine.workers = 0;
        config.database_connections = 8;
        let (app, greeting) = start(config, Clock::set(START), engines, Pages::default())
            .await
            .unwrap();
        Self {
            router: router(app.clone()),
            app,
            key: greeting.sandbox_key.unwrap().reveal().to_owned(),
            setup: greeting.setup_path,
            _folder: folder,
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response: Response<Body> = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX)
            .await
            .unwrap()
            .to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            bytes,
        }
    }

    /// Calls with a key, a body and more headers.
    pub async fn call_as(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !key.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call_as(&self.key, Method::GET, path, None, &[]).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call_as(&self.key, Method::POST, path, Some(body), &[])
            .await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call_as(&self.key, Method::PUT, path, Some(body), &[])
            .await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call_as(&self.key, Method::DELETE, path, None, &[])
            .await
    }

    /// Creates an applicant and returns the id.
    pub async fn applicant(&self, external_id: &str) -> String {
        let answer = self
            .post("/v1/applicants", json!({ "external_id": external_id }))
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// Opens a verification and returns the id.
    pub async fn verification(&self, applicant: &str, level: &str, flow: &str) -> String {
        let body = json!({ "applicant": applicant, "level": level, "flow": flow });
        let answer = self.post("/v1/verifications", body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    pub async fn data(&self, id: &str, name: &str) -> Answer {
        self.put(&format!("/v1/verifications/{id}/data"), passport(name))
            .await
    }

    /// Hands in a photo; a sandbox looks at none.
    pub async fn photo(&self, id: &str, part: &str, bytes: &[u8]) -> Answer {
        let request = Request::builder()
            .method(Method::PUT)
            .uri(format!("/v1/verifications/{id}/captures/{part}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key))
            .header(header::CONTENT_TYPE, "image/jpeg")
            .body(Body::from(bytes.to_vec()))
            .unwrap();
        self.send(request).await
    }

    pub async fn submit(&self, id: &str) -> Answer {
        let path = format!("/v1/verifications/{id}/submit");
        self.call_as(&self.key, Method::POST, &path, None, &[])
            .await
    }

    /// Uses the operator's link, once, and returns a key with every scope.
    pub async fn operator(&self) -> String {
        let answer = self.call_as("", Method::POST, &self.setup, None, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body["secret"].as_str().unwrap().to_owned()
    }

    /// Makes another sandbox tenant and returns a key of it with every scope of a tenant.
    pub async fn tenant(&self, operator: &str, name: &str) -> String {
        let body = json!({ "name": name, "sandbox": true });
        let answer = self
            .call_as(operator, Method::POST, "/v1/tenants", Some(body), &[])
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.body["secret"].as_str().unwrap().to_owned()
    }

    /// Makes a key that ends after a day and returns its id and secret.
    pub async fn key_for(&self, by: &str, scopes: &[&str]) -> (String, String) {
        let body = json!({ "label": "test", "scopes": scopes, "days": 1 });
        let answer = self
            .call_as(by, Method::POST, "/v1/keys", Some(body), &[])
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        let text = |name: &str| answer.body[name].as_str().unwrap().to_owned();
        (text("id"), text("secret"))
    }

    /// Lets somebody in and returns their id and secret.
    pub async fn staff(&self, by: &str, role: &str) -> (String, String) {
        let body = json!({ "name": "Grace Hopper", "role": role });
        let answer = self
            .call_as(by, Method::POST, "/v1/staff", Some(body), &[])
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        let text = |name: &str| answer.body[name].as_str().unwrap().to_owned();
        (text("id"), text("secret"))
    }

    /// Makes a token for a person's own page.
    pub async fn token(&self, applicant: &str, verification: Option<&str>) -> String {
        let path = format!("/v1/applicants/{applicant}/tokens");
        let answer = self
            .post(&path, json!({ "verification": verification }))
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.body["token"].as_str().unwrap().to_owned()
    }

    /// Hands in the data of a first-level verification, submits it and does the work; returns the answer to the
    /// submission.
    pub async fn attempt(&self, id: &str, name: &str, headers: &[(&str, &str)]) -> Answer {
        assert_eq!(self.data(id, name).await.status, StatusCode::OK);
        let path = format!("/v1/verifications/{id}/submit");
        let answer = self
            .call_as(&self.key, Method::POST, &path, None, headers)
            .await;
        self.work().await;
        answer
    }

    /// Does all work that is due.
    pub async fn work(&self) {
        while do_one_job(&self.app).await.unwrap() {}
    }

    pub async fn state(&self, id: &str) -> Value {
        let answer = self.get(&format!("/v1/verifications/{id}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body
    }

    /// Goes the whole way and returns the verification.
    pub async fn whole_way(&self, id: &str, name: &str) -> Value {
        assert_eq!(self.data(id, name).await.status, StatusCode::OK);
        for part in ["front", "selfie"] {
            let photo = self
                .photo(id, part, format!("{id} {part}").as_bytes())
                .await;
            assert_eq!(photo.status, StatusCode::CREATED, "{}", photo.body);
        }
        let submitted = self.submit(id).await;
        assert_eq!(submitted.status, StatusCode::ACCEPTED, "{}", submitted.body);
        self.work().await;
        self.state(id).await
    }
}

/// Typed data of a fictitious person.
pub fn passport(name: &str) -> Value {
    json!({
        "document": "passport", "country": "UTO", "name": name, "birth_date": "1990-01-31",
        "sex": "F", "nationality": "UTO", "number": "L898902C3",
    })
}

/// Returns the steps that are asked for.
pub fn next(state: &Value) -> Vec<&str> {
    let steps = state["next"].as_array().unwrap();
    steps
        .iter()
        .map(|step| step["step"].as_str().unwrap())
        .collect()
}

/// Returns the codes of the reasons.
pub fn codes(state: &Value) -> Vec<&str> {
    let reasons = state["reasons"].as_array().unwrap();
    reasons
        .iter()
        .map(|reason| reason["code"].as_str().unwrap_or("(none)"))
        .collect()
}
