//! What whoever runs the service looks at: models, health, the policy and what another one would change.

use axum::http::{Method, StatusCode};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use menshen_core::ModelCards;
use menshen_engine::pool::PoolStatus;
use menshen_engine::protocol::Ready;
use menshen_engine::{Answer, PoolError, Request, Standing};
use menshen_server::{Config, Engine, Engines};
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::support::{Service, on_both, on_both_with, passport, postgres};

/// An engine that looks at nothing: it has cards, and says what it is doing.
struct Carded(Ready);

impl Carded {
    fn boxed(cards: Value, embedder: &str) -> Box<dyn Engine> {
        let cards: Vec<menshen_core::ModelCard> = serde_json::from_value(cards).unwrap();
        Box::new(Self(Ready {
            engine: "scripted".to_owned(),
            cards: cards.into_iter().collect::<ModelCards>(),
            embedder: embedder.to_owned(),
            lead_numbers: None,
            isolation: menshen_engine::isolate::Isolation::default(),
        }))
    }
}

impl Engine for Carded {
    fn ask(&self, _: Request, _: Standing) -> BoxFuture<'_, Result<Answer, PoolError>> {
        async { Err(PoolError::Failed) }.boxed()
    }

    fn ready(&self) -> &Ready {
        &self.0
    }

    fn status(&self) -> PoolStatus {
        PoolStatus {
            workers: 2,
            ready: 1,
            working: 1,
            waiting: 3,
        }
    }
}

fn card(name: &str, grade: &str, calibration: Value) -> Value {
    json!({
        "name": name, "role": "face_embedding", "grade": grade, "metric": "cosine", "mirror": true, "output": "128 numbers",
        "input": { "width": 112, "height": 112, "colour": "rgb", "layout": "nchw", "mean": [0.0, 0.0, 0.0], "scale": [1.0, 1.0, 1.0] },
        "calibration": calibration,
    })
}

/// Runs a test with cards of two embedders, on both databases.
fn with_cards<F: Future<Output = ()>>(test: impl Fn(Service) -> F) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        for database in [None, postgres()]
            .into_iter()
            .take(1 + usize::from(postgres().is_some()))
        {
            let measured = json!({
                "dataset": "drawn", "genuine_pairs": 1_000, "impostor_pairs": 90_000,
                "fmr_1e2": 0.25, "fmr_1e3": 0.375, "fmr_1e4": 0.5, "fnmr": [0.125, 0.25, 0.5],
            });
            let cards = json!([
                card("one", "production", measured),
                card("two", "evaluation", Value::Null)
            ]);
            let engines = Engines {
                photos: Some(Carded::boxed(cards, "one")),
                frames: None,
            };
            test(Service::with_engines(Config::default(), database, engines).await).await;
        }
    });
}

#[test]
fn models_are_told_with_what_was_measured_of_them() {
    with_cards(|service| async move {
        let answer = service.get("/v1/models").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let body = answer.body;
        assert_eq!(
            (
                &body["accept"],
                &body["review"],
                &body["evaluation_approves"]
            ),
            (&json!("fmr_1e4"), &json!("fmr_1e2"), &json!(false))
        );
        let [one, two] = &body["models"].as_array().unwrap()[..] else {
            panic!("{body}")
        };
        assert_eq!(
            (&one["name"], &one["in_use"]),
            (&json!("one"), &json!(true))
        );
        assert_eq!(
            one["calibration"]["points"],
            json!([
                { "name": "fmr_1e2", "threshold": 0.25, "fmr": 0.01, "fnmr": 0.125 },
                { "name": "fmr_1e3", "threshold": 0.375, "fmr": 0.001, "fnmr": 0.25 },
                { "name": "fmr_1e4", "threshold": 0.5, "fmr": 0.0001, "fnmr": 0.5 },
            ])
        );
        assert_eq!(
            (&two["grade"], &two["in_use"]),
            (&json!("evaluation"), &json!(false))
        );
        assert!(two.get("calibration").is_none(), "{two}");
    });
}

#[test]
fn a_service_without_an_engine_has_no_models_and_says_so() {
    on_both(|service| async move {
        let body = service.get("/v1/models").await.body;
        assert_eq!(
            (&body["engine"], &body["models"]),
            (&json!("sandbox"), &json!([]))
        );
    });
}

async fn health(service: &Service) -> Value {
    let answer = service.get("/v1/health").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body
}

#[test]
fn health_names_the_database_and_counts_processes() {
    with_cards(|service| async move {
        let body = health(&service).await;
        let kind = body["database"]["kind"].as_str().unwrap();
        assert!(["sqlite", "postgres"].contains(&kind), "{body}");
        assert_eq!(
            (&body["ready"], &body["database"]["ready"]),
            (&json!(true), &json!(true))
        );
        let engine =
            json!({ "ready": true, "processes": 2, "loaded": 1, "working": 1, "waiting": 3 });
        assert_eq!(body["engine"], engine);
        assert!(body.get("live_engine").is_none());
        assert_eq!(
            (&body["mail"], &body["sms"]),
            (&json!(false), &json!(false))
        );
    });
}

fn jobs<'a>(body: &'a Value, kind: &str) -> Option<&'a Value> {
    let jobs = body["jobs"].as_array().unwrap();
    jobs.iter().find(|job| job["kind"] == kind)
}

#[test]
fn health_tells_what_waits_and_since_when() {
    on_both(|service| async move {
        service.work().await;
        let applicant = service.applicant("waits").await;
        let id = service.verification(&applicant, "L1", "first").await;
        service.data(&id, "Ada Lovelace").await;
        service.submit(&id).await;
        service.app.clock.advance(90_000);
        let body = health(&service).await;
        let decide = jobs(&body, "decide").unwrap();
        assert_eq!(decide["due"], 1, "{body}");
        let seconds = |at: &Value| {
            at.as_str()
                .unwrap()
                .parse::<jiff::Timestamp>()
                .unwrap()
                .as_second()
        };
        assert_eq!(seconds(&body["at"]) - seconds(&decide["oldest_at"]), 90);
        service.work().await;
        let body = health(&service).await;
        assert!(
            jobs(&body, "decide").is_none_or(|job| job["due"] == 0),
            "{body}"
        );
        // The sweep has signed the log after its newest entry.
        assert!(
            seconds(&body["checkpoint_at"]) >= seconds(&body["newest_entry_at"]) - 60,
            "{body}"
        );
    });
}

#[test]
fn health_counts_the_deliveries_of_the_tenant_alone() {
    on_both_with(Receiver::config(), |service| async move {
        let operator = service.operator().await;
        let other = service.tenant(&operator, "another").await;
        let receiver = Receiver::listen();
        receiver.answer(503);
        let made = service
            .post("/v1/webhooks", json!({ "url": receiver.url() }))
            .await;
        let path = format!("/v1/webhooks/{}/test", made.body["id"].as_str().unwrap());
        assert_eq!(
            service.post(&path, json!(null)).await.status,
            StatusCode::ACCEPTED
        );
        service.work().await;
        let body = health(&service).await;
        let seen = &body["deliveries"];
        assert_eq!(
            (&seen["waiting"], &seen["failing"], &seen["given_up"]),
            (&json!(1), &json!(1), &json!(0))
        );
        assert!(seen["failing_since"].is_string(), "{body}");
        assert_eq!(jobs(&body, "webhook").unwrap()["later"], 1, "{body}");
        let theirs = service
            .call_as(&other, Method::GET, "/v1/health", None, &[])
            .await;
        let none = json!({ "waiting": 0, "failing": 0, "given_up": 0 });
        assert_eq!(theirs.body["deliveries"], none);
        for _ in 0..80 {
            service.app.clock.advance(4 * 3_600_000);
            service.work().await;
        }
        // Given up more than a day ago: no news any more.
        assert_eq!(health(&service).await["deliveries"], none);
    });
}

#[test]
fn health_names_lists_that_the_policy_asks_for_and_nobody_imported() {
    on_both(|service| async move {
        assert_eq!(health(&service).await["lists"], json!([]));
        let toml = "[screening]\nrequired = true\nlists = [\"un\"]\n";
        let put = service.put("/v1/policy", json!({ "toml": toml })).await;
        assert_eq!(put.status, StatusCode::OK, "{}", put.body);
        let lists = json!([{ "list": "un", "required": true }]);
        assert_eq!(health(&service).await["lists"], lists);
    });
}

#[test]
fn a_policy_is_told_as_values_too() {
    on_both(|service| async move {
        let body = service.get("/v1/policy").await.body;
        assert_eq!(body["values"]["times"]["document_days"], 1826, "{body}");
        assert_eq!(body["values"]["levels"]["L1"], json!(["data"]));
    });
}

#[test]
fn a_try_says_what_was_found_before_and_what_would_be() {
    on_both(|service| async move {
        // In a sandbox the name chooses the outcome, whatever the policy.
        let operator = service.operator().await;
        let tenant = json!({ "name": "real", "sandbox": false });
        let made = service
            .call_as(&operator, Method::POST, "/v1/tenants", Some(tenant), &[])
            .await;
        let key = made.body["secret"].as_str().unwrap().to_owned();
        let call = |method, path: String, body| {
            let (service, key) = (&service, key.clone());
            async move {
                let answer = service.call_as(&key, method, &path, Some(body), &[]).await;
                assert!(answer.status.is_success(), "{path}: {}", answer.body);
                answer.body
            }
        };
        let post = |path: &str, body| call(Method::POST, path.to_owned(), body);
        let person = post("/v1/applicants", json!({ "external_id": "tried" })).await;
        let asked = json!({ "applicant": person["id"], "level": "L1" });
        let opened = post("/v1/verifications", asked).await;
        let place = format!("/v1/verifications/{}", opened["id"].as_str().unwrap());
        let data = passport("Ada Lovelace");
        call(Method::PUT, format!("{place}/data"), data).await;
        post(&format!("{place}/submit"), json!(null)).await;
        service.work().await;
        let toml = "version = \"tried\"\n[document]\naccepted = { \"*\" = [\"id_card_td1\"] }\n";
        let tried = post("/v1/policy/try", json!({ "toml": toml })).await;
        let change = json!({
            "verification": opened["id"], "was": "approved", "was_codes": [],
            "would_be": "retry", "codes": ["doc_type_unsupported"],
        });
        assert_eq!(tried["changed"], json!([change]), "{tried}");
        assert_eq!((&tried["cases"], &tried["same"]), (&json!(1), &json!(0)));
    });
}

#[test]
fn an_operator_holds_and_erases_and_still_sees_no_case() {
    on_both(|service| async move {
        let (_, olga) = service.staff(&service.key, "operator").await;
        let applicant = service.applicant("held").await;
        let as_olga = |method, path: String, body| {
            let (service, olga) = (&service, olga.clone());
            async move { service.call_as(&olga, method, &path, body, &[]).await }
        };
        let holds = format!("/v1/applicants/{applicant}/holds");
        let hold = as_olga(
            Method::POST,
            holds.clone(),
            Some(json!({ "reason": "case-1" })),
        )
        .await;
        assert_eq!(hold.status, StatusCode::CREATED, "{}", hold.body);
        let person = format!("/v1/applicants/{applicant}");
        let refused = as_olga(Method::DELETE, person.clone(), None).await;
        assert_eq!(refused.body["code"], "held", "{}", refused.body);
        let lifted = format!("{holds}/{}", hold.body["id"].as_str().unwrap());
        assert_eq!(
            as_olga(Method::DELETE, lifted, None).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            as_olga(Method::DELETE, person, None).await.status,
            StatusCode::NO_CONTENT
        );
        let cases = as_olga(Method::GET, "/v1/review/cases".to_owned(), None).await;
        assert_eq!(cases.status, StatusCode::FORBIDDEN);
    });
}
