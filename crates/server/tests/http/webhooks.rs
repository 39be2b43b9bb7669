//! Events at the integrator's door: signed, told until they are heard, never inside, never of others.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use axum::http::{Method, StatusCode};
use menshen_core::ids::TenantId;
use menshen_server::{Config, Webhooks};
use serde_json::{Value, json};

use crate::receiver::{Received, Receiver};
use crate::support::{Service, on_both, on_both_with};

/// Makes a webhook; returns its id and its secret.
async fn hook(service: &Service, url: &str, events: Value) -> (String, String) {
    let body = json!({ "url": url, "events": events });
    let answer = service.post("/v1/webhooks", body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let text = |name: &str| answer.body[name].as_str().unwrap().to_owned();
    (text("id"), text("secret"))
}

async fn log(service: &Service, id: &str) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/webhooks/{id}/deliveries?limit=200{after}");
        let answer = service.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        all.extend(answer.body["items"].as_array().unwrap().iter().cloned());
        match answer.body["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return all,
        }
    }
}

/// Lets something happen that is told.
async fn happen(service: &Service, n: usize) {
    let tenant = tenant(service).await;
    let mut tx = service.app.store.begin().await.unwrap();
    for _ in 0..n {
        tx.append_event(
            tenant,
            "verification.pending",
            r#"{"n": 1}"#,
            service.app.now(),
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
}

async fn tenant(service: &Service) -> TenantId {
    let tenants = service.app.store.list_tenants(None, 9).await.unwrap();
    tenants.last().unwrap().id
}

async fn wait(service: &Service, seconds: i64) {
    service.app.clock.advance(seconds * 1_000);
    service.work().await;
}

fn ids(received: &[Received]) -> BTreeSet<&str> {
    received.iter().map(|one| one.id.as_str()).collect()
}

#[test]
fn an_event_arrives_signed_and_as_the_list_of_events_shows_it() {
    on_both_with(Receiver::config(), |service| async {
        let (service, receiver) = (service, Receiver::listen());
        let (id, secret) = hook(&service, &receiver.url(), json!([])).await;
        let person =
            json!({ "external_id": "CANARY id", "contacts": { "email": "canary@example.com" } });
        let applicant = service.post("/v1/applicants", person).await.body;
        let applicant = applicant["id"].as_str().unwrap();
        let verification = service.verification(applicant, "L2", "first").await;
        service.whole_way(&verification, "CANARY Lovelace").await;
        let received = receiver.taken();
        let events = service.get("/v1/events").await.body;
        let events = events["items"].as_array().unwrap();
        assert_eq!(received.len(), events.len());
        for (one, event) in received.iter().zip(events) {
            assert!(one.is_signed_with(&secret) && one.signatures.len() == 1);
            assert_eq!(one.timestamp, service.app.now().0 / 1_000);
            let whole = json!({
                "id": event["id"], "type": event["event"], "timestamp": event["created_at"],
                "data": event["payload"],
            });
            assert_eq!(
                (one.id.as_str(), &one.body),
                (event["id"].as_str().unwrap(), &whole)
            );
            assert!(!one.text.to_lowercase().contains("canary"), "{}", one.text);
        }
        let log = log(&service, &id).await;
        assert!(
            log.iter()
                .all(|one| one["state"] == "sent" && one["status"] == 204)
        );
        assert_eq!(log.len(), received.len());
    });
}

#[test]
fn a_webhook_hears_what_it_wants_while_it_wants() {
    on_both_with(Receiver::config(), |service| async {
        let (service, receiver) = (service, Receiver::listen());
        let (pending, _) = hook(&service, &receiver.url(), json!(["verification.pending"])).await;
        let (_, other) = hook(&service, &receiver.url(), json!(["applicant.erased"])).await;
        happen(&service, 1).await;
        service.work().await;
        let received = receiver.taken();
        assert_eq!(received.len(), 1);
        assert!(!received[0].is_signed_with(&other));
        let path = format!("/v1/webhooks/{pending}");
        let off = json!({ "url": receiver.url(), "enabled": false });
        let off = service.put(&path, off).await;
        assert_eq!(
            (&off.body["enabled"], &off.body["reason"]),
            (&json!(false), &json!("by_hand"))
        );
        happen(&service, 1).await;
        service.put(&path, json!({ "url": receiver.url() })).await;
        happen(&service, 1).await;
        assert_eq!(service.delete(&path).await.status, StatusCode::NO_CONTENT);
        service.work().await;
        assert_eq!(
            receiver.taken().len(),
            0,
            "neither disabled nor deleted ones hear anything"
        );
        assert_eq!(service.get(&path).await.status, StatusCode::NOT_FOUND);
        let erased = service.applicant("gone").await;
        service.delete(&format!("/v1/applicants/{erased}")).await;
        service.work().await;
        assert!(receiver.taken()[0].is_signed_with(&other));
    });
}

#[test]
fn a_failing_receiver_is_told_again_with_the_same_id_and_body() {
    on_both_with(Receiver::config(), |service| async {
        let (service, receiver) = (service, Receiver::listen());
        let (id, secret) = hook(&service, &receiver.url(), json!([])).await;
        receiver.behave(|n| Some([500, 302, 404, 429, 204][n]));
        happen(&service, 1).await;
        service.work().await;
        for seconds in [5, 30, 120, 600] {
            wait(&service, seconds - 1).await;
            let before = receiver.waiting();
            wait(&service, 1).await;
            assert_eq!(receiver.waiting(), before + 1);
        }
        let received = receiver.taken();
        // A redirection that was followed would have come as a request of its own.
        assert_eq!(received.len(), 5);
        assert_eq!(ids(&received).len(), 1);
        for one in &received {
            assert!(one.is_signed_with(&secret));
            assert_eq!(one.text, received[0].text);
        }
        assert_eq!(received[4].timestamp - received[0].timestamp, 755);
        let one = &log(&service, &id).await[0];
        assert_eq!((&one["state"], &one["tries"]), (&json!("sent"), &json!(5)));
    });
}

#[test]
fn a_receiver_that_is_gone_for_good_is_given_up_after_three_days_and_can_be_told_by_hand() {
    on_both_with(Receiver::config(), |service| async {
        let (service, receiver) = (service, Receiver::listen());
        let (id, _) = hook(&service, &receiver.url(), json!([])).await;
        receiver.answer(503);
        happen(&service, 1).await;
        service.work().await;
        for _ in 0..80 {
            wait(&service, 3_600).await;
        }
        let received = receiver.taken();
        assert_eq!((received.len(), ids(&received).len()), (27, 1));
        let one = log(&service, &id).await.remove(0);
        assert_eq!(
            (&one["state"], &one["error"], &one["status"]),
            (&json!("failed"), &json!("refused"), &json!(503))
        );
        receiver.answer(200);
        let path = format!(
            "/v1/webhooks/{id}/deliveries/{}/resend",
            one["id"].as_str().unwrap()
        );
        let key = [("idempotency-key", "again")];
        for _ in 0..2 {
            let answer = service
                .call_as(&service.key, Method::POST, &path, None, &key)
                .await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
        }
        service.work().await;
        let again = receiver.taken();
        assert_eq!(
            (again.len(), &again[0].id, &again[0].text),
            (1, &received[0].id, &received[0].text)
        );
        assert_eq!(log(&service, &id).await[0]["state"], "sent");
    });
}

#[test]
fn a_receiver_that_says_410_hears_nothing_more() {
    on_both_with(Receiver::config(), |service| async {
        let (service, receiver) = (service, Receiver::listen());
        let (id, _) = hook(&service, &receiver.url(), json!([])).await;
        receiver.answer(410);
        happen(&service, 3).await;
        service.work().await;
        assert_eq!(receiver.taken().len(), 1);
        let shown = service.get(&format!("/v1/webhooks/{id}")).await.body;
        assert_eq!(
            (&shown["enabled"], &shown["reason"]),
            (&json!(false), &json!("gone"))
        );
        let errors: Vec<Value> = log(&service, &id)
            .await
            .iter()
            .map(|one| one["error"].clone())
            .collect();
        assert_eq!(errors, ["webhook_disabled", "webhook_disabled", "gone"]);
        let test = service
            .post(&format!("/v1/webhooks/{id}/test"), json!({}))
            .await;
        assert_eq!(test.body["code"], "webhook_disabled");
    });
}

#[test]
fn both_secrets_sign_until_the_overlap_is_over() {
    on_both_with(Receiver::config(), |service| async {
        let (service, receiver) = (service, Receiver::listen());
        let (id, old) = hook(&service, &receiver.url(), json!([])).await;
        let path = format!("/v1/webhooks/{id}/rotate");
        let new = service.post(&path, json!({})).await;
        assert_eq!(new.status, StatusCode::CREATED, "{}", new.body);
        let new = new.body["secret"].as_str().unwrap();
        let signed = async |n: usize| {
            let answer = service
                .post(&format!("/v1/webhooks/{id}/test"), json!({}))
                .await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
            service.work().await;
            let received = receiver.taken().remove(0);
            assert_eq!(
                (received.signatures.len(), &received.body["type"]),
                (n, &json!("webhook.test"))
            );
            [&old, new].map(|secret| received.is_signed_with(secret))
        };
        assert_eq!(signed(2).await, [true, true]);
        service.app.clock.advance(24 * 3_600_000 - 1);
        assert_eq!(signed(2).await, [true, true]);
        service.app.clock.advance(1);
        assert_eq!(signed(1).await, [false, true]);
        let leaked = service.post(&path, json!({ "overlap_hours": 0 })).await;
        assert_eq!(leaked.status, StatusCode::CREATED);
        assert_eq!(signed(1).await, [false, false]);
    });
}

#[test]
fn what_leads_inside_is_refused_by_the_rule_that_it_breaks() {
    on_both(|service| async move {
        let names = |name: &str, ips: &[&str]| {
            let ips: Vec<IpAddr> = ips.iter().map(|ip| ip.parse().unwrap()).collect();
            service.app.outbound.set_name(name, &ips);
        };
        names("good.test", &["1.1.1.1", "2606:4700::1111"]);
        names("inside.test", &["10.1.2.3"]);
        names("mixed.test", &["1.1.1.1", "127.0.0.1"]);
        names("mapped.test", &["::ffff:10.0.0.1"]);
        for url in [
            "http://good.test/",
            "https://inside.test/",
            "https://mixed.test/",
            "https://mapped.test/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[::ffff:7f00:1]/",
            "https://169.254.169.254/latest",
            "https://user@good.test/",
            "https://user:pass@good.test/",
            "https://good.test:25/",
            "https://good.test/#x",
            "ftp://good.test/",
            "file:///etc/passwd",
            "nonsense",
            "",
        ] {
            let answer = service.post("/v1/webhooks", json!({ "url": url })).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{url}");
            assert_eq!(answer.body["code"], "url_refused", "{url}");
        }
        let (id, _) = hook(&service, "https://good.test:8443/hook", json!([])).await;
        let path = format!("/v1/webhooks/{id}");
        let moved = service
            .put(&path, json!({ "url": "https://inside.test/" }))
            .await;
        assert_eq!(moved.body["code"], "url_refused");
        // The name changes its mind after it was looked at.
        names("good.test", &["127.0.0.1"]);
        happen(&service, 1).await;
        service.work().await;
        let one = &log(&service, &id).await[0];
        assert_eq!(
            (&one["error"], &one["tries"]),
            (&json!("address_refused"), &json!(1))
        );
        assert_eq!(
            service.get("/v1/webhooks").await.body["items"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    });
}

#[test]
fn a_name_leads_to_what_was_checked_and_plain_http_to_private_addresses_only() {
    on_both_with(Receiver::config(), |service| async {
        let (service, receiver) = (service, Receiver::listen());
        let own: IpAddr = "127.0.0.1".parse().unwrap();
        let public: IpAddr = "1.1.1.1".parse().unwrap();
        service.app.outbound.set_name("receiver.test", &[own]);
        service.app.outbound.set_name("public.test", &[public]);
        for url in [
            "http://public.test/",
            "http://1.1.1.1/",
            "http://169.254.169.254/",
        ] {
            let answer = service.post("/v1/webhooks", json!({ "url": url })).await;
            assert_eq!(answer.body["code"], "url_refused", "{url}");
        }
        let (id, _) = hook(&service, &receiver.url_at("receiver.test"), json!([])).await;
        happen(&service, 1).await;
        service.work().await;
        assert_eq!(receiver.taken().len(), 1);
        service.app.outbound.set_name("receiver.test", &[public]);
        happen(&service, 1).await;
        service.work().await;
        assert_eq!(log(&service, &id).await[0]["error"], "address_refused");
    });
}

#[test]
fn nobody_reaches_a_webhook_of_another_tenant() {
    on_both_with(Receiver::config(), |service| async {
        let (service, receiver) = (service, Receiver::listen());
        let operator = service.operator().await;
        let stranger = service.tenant(&operator, "stranger").await;
        let (id, _) = hook(&service, &receiver.url(), json!([])).await;
        happen(&service, 1).await;
        service.work().await;
        receiver.taken();
        let delivery = log(&service, &id).await[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let resend = format!("/{id}/deliveries/{delivery}/resend");
        for (method, path, body) in [
            (Method::GET, format!("/{id}"), None),
            (
                Method::PUT,
                format!("/{id}"),
                Some(json!({ "url": receiver.url() })),
            ),
            (Method::DELETE, format!("/{id}"), None),
            (Method::POST, format!("/{id}/rotate"), Some(json!({}))),
            (Method::POST, format!("/{id}/test"), None),
            (Method::GET, format!("/{id}/deliveries"), None),
            (Method::POST, resend, None),
        ] {
            let path = format!("/v1/webhooks{path}");
            let answer = service.call_as(&stranger, method, &path, body, &[]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        let applicant = service.applicant("ours").await;
        service.delete(&format!("/v1/applicants/{applicant}")).await;
        let own = json!({ "url": receiver.url() });
        let own = service
            .call_as(&stranger, Method::POST, "/v1/webhooks", Some(own), &[])
            .await;
        assert_eq!(own.status, StatusCode::CREATED);
        happen(&service, 1).await;
        service.work().await;
        let own = own.body["secret"].as_str().unwrap();
        let received = receiver.taken();
        assert_eq!(received.len(), 2);
        assert!(!received.iter().any(|one| one.is_signed_with(own)));
    });
}

#[test]
fn a_stalled_receiver_is_asked_by_one_at_a_time_and_less_and_less() {
    on_both_with(Receiver::config(), |service| async {
        let (service, stalled, receiver) = (service, Receiver::listen(), Receiver::listen());
        stalled.behave(|_| None);
        let (slow, _) = hook(&service, &stalled.url(), json!([])).await;
        hook(&service, &receiver.url(), json!([])).await;
        happen(&service, 20).await;
        service.work().await;
        assert_eq!((stalled.taken().len(), receiver.taken().len()), (1, 20));
        for (seconds, n) in [(59, 0), (1, 1), (119, 0), (1, 1)] {
            wait(&service, seconds).await;
            assert_eq!(stalled.taken().len(), n, "{seconds}");
        }
        stalled.answer(204);
        wait(&service, 4 * 60).await;
        wait(&service, 600).await;
        let log = log(&service, &slow).await;
        assert!(log.iter().all(|one| one["state"] == "sent"), "{log:?}");
    });
}

#[test]
fn a_delivery_to_an_address_that_rests_for_ever_ends_after_three_days() {
    on_both_with(Receiver::config(), |service| async {
        let (service, receiver) = (service, Receiver::listen());
        let (id, _) = hook(&service, &receiver.url(), json!([])).await;
        let (tenant, hook) = (tenant(&service).await, id.parse().unwrap());
        happen(&service, 1).await;
        for hour in 0..90 {
            let row = service.app.store.find_webhook(tenant, hook).await;
            let until = service.app.now().plus(3_600_000);
            let mut tx = service.app.store.begin().await.unwrap();
            tx.rest_webhook(&row.unwrap().unwrap(), 6, until)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            service.work().await;
            service.app.clock.advance(3_600_000);
            let state = log(&service, &id).await[0]["state"].clone();
            assert!(hour > 72 || state == "ready", "{hour} {state}");
        }
        let one = log(&service, &id).await.remove(0);
        assert_eq!(
            (&one["state"], &one["error"], &one["tries"]),
            (&json!("failed"), &json!("resting"), &json!(27))
        );
        assert_eq!(receiver.taken().len(), 0);
    });
}

#[test]
fn what_a_receiver_is_known_by_stands_sealed_on_the_disk() {
    on_both_with(Receiver::config(), |service| async {
        let (service, receiver) = (service, Receiver::listen());
        let url = format!("{}?token=CANARY-token", receiver.url());
        let (_, secret) = hook(&service, &url, json!([])).await;
        happen(&service, 1).await;
        service.work().await;
        let database = service._folder.path().join("data/menshen.db");
        for file in [database.clone(), database.with_extension("db-wal")] {
            let bytes = std::fs::read(file).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("CANARY-token") && !text.contains(&secret));
        }
    });
}

#[test]
fn a_tenant_has_so_many_webhooks_at_most_and_each_is_made_once() {
    on_both_with(Receiver::config(), |service| async {
        let (service, receiver) = (service, Receiver::listen());
        let body = json!({ "url": receiver.url(), "events": ["verification.failed"] });
        let mut secrets = BTreeSet::new();
        for n in 0..21 {
            let key = format!("hook {}", n.max(1));
            let headers = [("idempotency-key", key.as_str())];
            let answer = service
                .call_as(
                    &service.key,
                    Method::POST,
                    "/v1/webhooks",
                    Some(body.clone()),
                    &headers,
                )
                .await;
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
            secrets.insert(answer.body["secret"].as_str().unwrap().to_owned());
        }
        assert_eq!(secrets.len(), 20);
        let more = service.post("/v1/webhooks", body).await;
        assert_eq!(more.body["code"], "too_many_webhooks");
        let unknown = json!({ "url": receiver.url(), "events": ["verification.guessed"] });
        let unknown = service.post("/v1/webhooks", unknown).await;
        assert_eq!(unknown.body["code"], "body_invalid");
        let list = service.get("/v1/webhooks?limit=200").await;
        assert!(!String::from_utf8(list.bytes).unwrap().contains("whsec_"));
    });
}

/// Events of the long test; 10,000 for the figure in SECURITY.md.
#[expect(
    clippy::disallowed_methods,
    reason = "the person at the keyboard asks for more"
)]
fn many() -> usize {
    let asked = std::env::var("MENSHEN_TEST_WEBHOOK_EVENTS").ok();
    asked.map_or(500, |n| n.parse().unwrap())
}

#[test]
fn no_event_is_lost_on_a_receiver_that_fails_stalls_and_restarts() {
    on_both_with(Receiver::config(), |service| async {
        let (service, mut receiver, n_events) = (service, Receiver::listen(), many());
        let (id, secret) = hook(&service, &receiver.url(), json!([])).await;
        let stall = n_events / 5;
        // Half fail, by a mixing of their number; now and then one is heard and not answered.
        receiver.behave(move |n| {
            let mixed = (n as u64 ^ 0x9e37_79b9).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 37;
            match (n % stall == stall - 1, mixed % 4) {
                (true, _) => None,
                (false, 0) => Some(500),
                (false, 1) => Some(429),
                (false, _) => Some(204),
            }
        });
        let mut received = Vec::new();
        for _ in 0..5 {
            happen(&service, n_events / 5).await;
        }
        let began = service.app.now().0;
        let mut rounds = 0;
        while log(&service, &id)
            .await
            .iter()
            .any(|one| one["state"] == "ready")
        {
            // It restarts twice, and is away for a while.
            if [3, 8].contains(&rounds) {
                receiver.stop();
                wait(&service, 1_200).await;
                receiver.start();
            }
            // The few that are left after some hours wait for hours.
            wait(&service, if rounds < 30 { 600 } else { 3_600 }).await;
            rounds += 1;
        }
        received.extend(receiver.taken());
        let hours = (service.app.now().0 - began) / 3_600_000;
        let mut heard: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
        for one in &received {
            assert!(one.is_signed_with(&secret));
            let entry = heard.entry(&one.id).or_insert((0, &one.text));
            assert_eq!(entry.1, one.text, "one id, one body");
            entry.0 += usize::from(one.answered.is_none_or(|status| status == 204));
        }
        let events: Vec<Value> = log(&service, &id).await;
        assert!(events.iter().all(|one| one["state"] == "sent"));
        let told: BTreeSet<&str> = events
            .iter()
            .map(|one| one["event_id"].as_str().unwrap())
            .collect();
        assert_eq!(told.len(), n_events);
        assert!(
            told.iter()
                .all(|id| heard.get(id).is_some_and(|(n, _)| *n > 0)),
            "lost"
        );
        let twice = heard.values().filter(|(n, _)| *n > 1).count();
        println!(
            "{n_events} events, {} requests, {twice} heard twice, 0 lost, {hours} hours",
            received.len()
        );
        assert!(hours < 72, "{hours}");
    });
}

#[test]
fn without_a_word_of_the_operator_nothing_goes_inside() {
    let receiver = Receiver::listen();
    let config = Config {
        webhooks: Webhooks {
            allow_private: false,
            timeout_s: 1,
        },
        ..Config::default()
    };
    on_both_with(config, |service| async {
        let service = service;
        let answer = service
            .post("/v1/webhooks", json!({ "url": receiver.url() }))
            .await;
        assert_eq!(answer.body["code"], "url_refused");
    });
    assert_eq!(receiver.taken().len(), 0);
}
