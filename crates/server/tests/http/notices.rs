//! Messages to people: in the app, by SMS through a gateway that listens here, never twice, never to a stranger.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use menshen_server::{Config, Secret, Sms};
use serde_json::{Value, json};

use crate::support::{Service, on_both_with};

/// What the gateway was sent: idempotency key, body.
type Sent = Arc<Mutex<Vec<(String, Value)>>>;

/// A gateway that answers with the codes it is given, the last one for good.
pub struct Gateway {
    url: String,
    sent: Sent,
    answers: Arc<Mutex<Vec<u16>>>,
}

impl Gateway {
    pub fn listen() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}/send", listener.local_addr().unwrap());
        let (sent, answers) = (Sent::default(), Arc::new(Mutex::new(vec![202])));
        let state = (Arc::clone(&sent), Arc::clone(&answers));
        let routes = Router::new().route("/send", post(take)).with_state(state);
        // It outlives the runtimes of single tests.
        std::thread::Builder::new()
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                runtime.block_on(async {
                    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                    axum::serve(listener, routes).await.unwrap();
                });
            })
            .unwrap();
        Self { url, sent, answers }
    }

    pub fn config(&self) -> Config {
        Config {
            sms: Some(Sms {
                url: Secret::new(self.url.clone()),
                headers: [("x-api-key".to_owned(), Secret::new("k1".to_owned()))].into(),
                content_type: "application/json".to_owned(),
                body: r#"{"number": {{ to }}, "message": {{ text }}}"#.to_owned(),
            }),
            ..Config::default()
        }
    }

    pub fn answer(&self, codes: &[u16]) {
        *self.answers.lock().unwrap() = codes.to_vec();
    }

    /// Returns what was sent since the last time.
    pub fn taken(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

async fn take(
    State((sent, answers)): State<(Sent, Arc<Mutex<Vec<u16>>>)>,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    assert_eq!(headers["x-api-key"], "k1");
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let body = serde_json::from_str(&body).unwrap();
    sent.lock().unwrap().push((key, body));
    let mut answers = answers.lock().unwrap();
    let code = if answers.len() > 1 {
        answers.remove(0)
    } else {
        answers[0]
    };
    StatusCode::from_u16(code).unwrap()
}

/// Goes the whole way with a name that decides the end; returns the applicant.
async fn person(service: &Service, name: &str, contacts: Value) -> String {
    let body =
        json!({ "external_id": format!("id of {name}"), "locale": "en", "contacts": contacts });
    let answer = service.post("/v1/applicants", body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let applicant = answer.body["id"].as_str().unwrap().to_owned();
    let id = service.verification(&applicant, "L2", "first").await;
    service.whole_way(&id, name).await;
    applicant
}

async fn list(service: &Service, applicant: &str, channel: &str) -> Vec<Value> {
    let path = format!("/v1/applicants/{applicant}/notices?channel={channel}");
    let answer = service.get(&path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body["items"].as_array().unwrap().clone()
}

#[test]
fn a_verdict_reaches_the_person_in_the_app_and_by_sms() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let phone = json!({ "phone": "+8613800000000" });
        let applicant = person(&service, "Ada Lovelace", phone).await;
        let sent = gateway.taken();
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert_eq!(sent[0].1["number"], "+8613800000000");
        assert_eq!(sent[0].1["message"], "Your verification is complete.");
        let by_sms = list(&service, &applicant, "sms").await;
        assert_eq!(by_sms[0]["id"], sent[0].0.as_str());
        assert_eq!(
            (&by_sms[0]["state"], &by_sms[0]["about"]),
            (&json!("sent"), &json!("verified"))
        );
        let in_app = list(&service, &applicant, "app").await;
        assert_eq!(in_app.len(), 1);
        assert_eq!(in_app[0]["subject"]["zh-CN"], "您已通过认证");
        assert_eq!(in_app[0]["subject"]["en"], "You are verified");
    });
}

#[test]
fn a_gateway_that_fails_is_asked_again_with_the_same_id() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        gateway.answer(&[503, 429, 202]);
        let phone = json!({ "phone": "+8613800000001" });
        let applicant = person(&service, "Ada Lovelace", phone).await;
        for seconds in [5, 60, 600] {
            service.app.clock.advance(seconds * 1_000);
            service.work().await;
        }
        let sent = gateway.taken();
        assert_eq!(sent.len(), 3, "{sent:?}");
        assert!(sent.iter().all(|(key, _)| *key == sent[0].0));
        assert_eq!(list(&service, &applicant, "sms").await[0]["state"], "sent");
    });
}

#[test]
fn what_can_never_be_sent_is_given_up_with_a_reason() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        gateway.answer(&[400]);
        let both = json!({ "phone": "+8613800000002", "email": "ada@example.com" });
        let applicant = person(&service, "Ada Lovelace", both).await;
        service.app.clock.advance(3 * 86_400_000);
        service.work().await;
        assert_eq!(gateway.taken().len(), 1);
        let by_sms = list(&service, &applicant, "sms").await;
        assert_eq!(
            (&by_sms[0]["state"], &by_sms[0]["error"]),
            (&json!("failed"), &json!("gateway_refused"))
        );
        let by_mail = list(&service, &applicant, "email").await;
        assert_eq!(by_mail[0]["error"], "channel_absent");
    });
}

#[test]
fn a_gateway_that_is_down_for_good_is_given_up_after_the_written_steps() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        gateway.answer(&[500]);
        let phone = json!({ "phone": "+8613800000003" });
        let applicant = person(&service, "Ada Lovelace", phone).await;
        for _ in 0..20 {
            service.app.clock.advance(86_400_000);
            service.work().await;
        }
        assert_eq!(gateway.taken().len(), 8);
        let by_sms = list(&service, &applicant, "sms").await;
        assert_eq!(by_sms[0]["error"], "gateway_busy");
    });
}

#[test]
fn a_failure_names_no_value_in_an_sms() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let phone = json!({ "phone": "+8613800000004" });
        let applicant = person(&service, "Magic doc_blurred", phone).await;
        let sent = gateway.taken();
        assert_eq!(sent.len(), 1, "{sent:?}");
        let words =
            "Your verification could not be completed. Open the app to see why and what to do.";
        assert_eq!(sent[0].1["message"], words);
        assert_eq!(
            list(&service, &applicant, "app").await[0]["about"],
            "failed"
        );
    });
}

#[test]
fn an_address_that_goes_is_told_so_and_hears_nothing_more() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let body = json!({ "external_id": "mover", "contacts": { "phone": "+8613800000005" } });
        let applicant = service.post("/v1/applicants", body).await.body;
        let applicant = applicant["id"].as_str().unwrap();
        let path = format!("/v1/applicants/{applicant}/contacts");
        let shown = service.get(&path).await.body;
        assert_eq!(shown[0]["address"], "+86•••05");
        let changed = service
            .put(&path, json!({ "phone": "+8613800000006" }))
            .await;
        assert_eq!(changed.status, StatusCode::NO_CONTENT);
        // The same once more changes nothing.
        service
            .put(&path, json!({ "phone": "+8613800000006" }))
            .await;
        service.work().await;
        let sent = gateway.taken();
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert_eq!(sent[0].1["number"], "+8613800000005");
        assert_eq!(
            sent[0].1["message"],
            "认证消息不再发到这里。如非本人操作，请立即在应用内报告。"
        );
        let id = service.verification(applicant, "L2", "first").await;
        service.whole_way(&id, "Ada Lovelace").await;
        let sent = gateway.taken();
        assert_eq!(sent[0].1["number"], "+8613800000006");
        let gone = service.put(&path, json!({})).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        assert_eq!(service.get(&path).await.body, json!([]));
    });
}

#[test]
fn what_waits_for_an_address_that_goes_is_not_sent_there_and_the_phrase_neither() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        gateway.answer(&[503]);
        let contacts = json!({ "phone": "+8613800000007" });
        let applicant = person(&service, "Ada Lovelace", contacts).await;
        gateway.taken();
        gateway.answer(&[200]);
        let path = format!("/v1/applicants/{applicant}/phrase");
        service
            .put(&path, json!({ "phrase": "blue whale 42" }))
            .await;
        let path = format!("/v1/applicants/{applicant}/contacts");
        service.put(&path, json!({})).await;
        service.app.clock.advance(3_600_000);
        service.work().await;
        let sent = gateway.taken();
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert_eq!(
            sent[0].1["message"],
            "Messages about your verification no longer come here. Not you? Report it in the app now."
        );
        let waited = &list(&service, &applicant, "sms").await[1];
        assert_eq!(waited["error"], "address_gone", "{waited}");
    });
}

#[test]
fn addresses_that_are_none_are_refused_and_nothing_is_made() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        for (contacts, code) in [
            (json!({ "email": "ada" }), "email_invalid"),
            (json!({ "email": "a@b.c\r\nBcc: x@y.z" }), "email_invalid"),
            (json!({ "phone": "13800000000" }), "phone_invalid"),
            (json!({ "telegram": "x" }), "body_invalid"),
        ] {
            let body = json!({ "external_id": "nobody", "contacts": contacts });
            let answer = service.post("/v1/applicants", body).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(answer.body["code"], code, "{}", answer.body);
        }
        let found = service.get("/v1/applicants?external_id=nobody").await.body;
        assert_eq!(found["items"], json!([]));
    });
}

#[test]
fn nobody_is_written_to_after_erasure() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        gateway.answer(&[503]);
        let phone = json!({ "phone": "+8613800000007" });
        let applicant = person(&service, "Magic doc_blurred", phone).await;
        assert_eq!(gateway.taken().len(), 1);
        gateway.answer(&[202]);
        let erased = service.delete(&format!("/v1/applicants/{applicant}")).await;
        assert_eq!(erased.status, StatusCode::NO_CONTENT, "{}", erased.body);
        service.app.clock.advance(86_400_000);
        service.work().await;
        assert_eq!(gateway.taken().len(), 0);
        assert_eq!(
            list(&service, &applicant, "sms").await[0]["error"],
            "erased"
        );
    });
}
