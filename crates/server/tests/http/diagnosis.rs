//! What helps, for people and for those who cannot sign in.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::attachments::audited;
use crate::support::{Answer, Service, on_both};

const PATH: &str = "/v1/diagnosis";

async fn ask(service: &Service, secret: &str, body: Value) -> Answer {
    service
        .call_as(secret, Method::POST, PATH, Some(body), &[])
        .await
}

/// Returns the codes of what is told.
fn told(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let remedies = answer.body["remedies"].as_array().unwrap().iter();
    remedies
        .map(|remedy| remedy["code"].as_str().unwrap())
        .collect()
}

/// Returns the id of the service's only tenant.
async fn tenant(service: &Service) -> String {
    let tenants = service.app.store.list_tenants(None, 9).await.unwrap();
    assert_eq!(tenants.len(), 1);
    tenants[0].id.to_string()
}

#[test]
fn whoever_cannot_sign_in_is_told_what_helps_and_nothing_is_stored() {
    on_both(|service| async move {
        let toml = "[clients.android]\nat_least = \"3.2\"";
        let put = service.put("/v1/policy", json!({ "toml": toml })).await;
        assert_eq!(put.status, StatusCode::OK, "{}", put.body);
        let tenant = tenant(&service).await;
        let now = service.app.now().0;
        let before = service.get("/v1/audit?limit=200").await.bytes;
        let events = service.get("/v1/events?limit=200").await.bytes;
        let body = json!({
            "tenant": tenant, "client_time_ms": now + 180_000,
            "diagnostics": { "failed": "face_login", "app": "android/3.1", "system": "android", "permission": "denied",
                "luminance": 0.05, "worn": ["hat"], "tried": ["cleared_cache"] },
        });
        let answer = ask(&service, "", body).await;
        assert_eq!(
            told(&answer),
            [
                "allow_camera",
                "client_outdated",
                "set_clock",
                "face_lighting",
                "take_off_hat",
                "wipe_lens",
                "hold_upright",
                "refresh_template",
                "other_way",
                "restart",
                "other_network",
                "other_device",
                "reinstall",
                "write_to_support",
            ]
        );
        assert_eq!(answer.body["counted"], false);
        let [camera, client] = [0_usize, 1].map(|n| &answer.body["remedies"][n]);
        assert_eq!(
            (&camera["blocks"], &camera["seen"]),
            (&json!(true), &json!(true))
        );
        let steps =
            [&camera["text"]["zh-CN"], &camera["text"]["en"]].map(|text| text.as_str().unwrap());
        assert!(
            steps[0].contains("设置 > 应用") && steps[1].contains("Settings > Apps"),
            "{camera}"
        );
        assert!(
            client["text"]["en"].as_str().unwrap().contains("3.2.0"),
            "{client}"
        );
        assert_eq!(answer.body["attach"]["clock_ahead_ms"], 180_000);
        assert_eq!(service.get("/v1/audit?limit=200").await.bytes, before);
        assert_eq!(service.get("/v1/events?limit=200").await.bytes, events);
    });
}

#[test]
fn a_diagnosis_is_no_attempt_however_often_it_is_asked_for() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L1", "first").await;
        let person = service.token(&applicant, Some(&id)).await;
        let before = service.state(&id).await;
        for failed in ["face_login", "live_check", "totp"].iter().cycle().take(30) {
            let answer = ask(
                &service,
                &person,
                json!({ "diagnostics": { "failed": failed } }),
            )
            .await;
            assert_eq!(answer.body["counted"], false, "{}", answer.body);
        }
        assert_eq!(service.state(&id).await, before);
        let answer = service.attempt(&id, "Ada Lovelace", &[]).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    });
}

#[test]
fn the_tenant_is_that_of_the_token_or_the_one_named_and_never_another() {
    on_both(|service| async move {
        let own = tenant(&service).await;
        let applicant = service.applicant("one").await;
        let person = service.token(&applicant, None).await;
        let person = person.as_str();
        let operator = service.operator().await;
        service.tenant(&operator, "another").await;
        let tenants = service.app.store.list_tenants(None, 9).await.unwrap();
        let other = tenants.iter().map(|row| row.id.to_string());
        let other = other.filter(|id| *id != own).collect::<Vec<_>>();
        let nobodys = "01990000-0000-7000-8000-000000000001";
        let body = |tenant: &Value| json!({ "tenant": tenant, "diagnostics": {} });
        for (secret, tenant, status, code) in [
            (person, json!(null), 200, Value::Null),
            (person, json!(own), 200, Value::Null),
            (person, json!(other[0]), 404, json!("not_found")),
            ("", json!(other[0]), 200, Value::Null),
            ("", json!(nobodys), 404, json!("not_found")),
            ("", json!(null), 422, json!("tenant_missing")),
            ("mt_nobodys", json!(own), 401, json!("unauthenticated")),
        ] {
            let answer = ask(&service, secret, body(&tenant)).await;
            let found = (answer.status.as_u16(), answer.body["code"].clone());
            assert_eq!(found, (status, code), "{secret} {tenant} {}", answer.body);
        }
        let basic = [("authorization", "Basic eDp5")];
        let answer = service
            .call_as("", Method::POST, PATH, Some(body(&json!(own))), &basic)
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.body);
    });
}

#[test]
fn what_is_no_probe_is_refused() {
    on_both(|service| async move {
        let key = &service.key;
        for (diagnostics, code) in [
            (json!({ "camera": "my name is Ada" }), "body_invalid"),
            (json!({ "phone": "+86138" }), "body_invalid"),
            (json!({ "luminance": "NaN" }), "body_invalid"),
            (json!({ "luminance": 1.5 }), "diagnostics_invalid"),
            (json!({ "contrast": -0.1 }), "diagnostics_invalid"),
            (json!({ "camera_width": 640 }), "diagnostics_invalid"),
            (
                json!({ "camera_width": 0, "camera_height": 1 }),
                "diagnostics_invalid",
            ),
            (json!({ "up_kbps": 10_000_001 }), "diagnostics_invalid"),
            (json!({ "clock_ahead_ms": i64::MIN }), "diagnostics_invalid"),
            (
                json!({ "worn": ["hat", "hat", "hat", "hat", "hat"] }),
                "diagnostics_invalid",
            ),
            (json!({ "app": "Ada Lovelace" }), "diagnostics_invalid"),
        ] {
            let answer = ask(&service, key, json!({ "diagnostics": diagnostics })).await;
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{}",
                answer.body
            );
            assert_eq!(answer.body["code"], code, "{}", answer.body);
        }
        let padding = " ".repeat(5_000);
        let request = axum::http::Request::builder()
            .method("POST")
            .uri(PATH)
            .header("authorization", format!("Bearer {key}"))
            .body(axum::body::Body::from(format!(
                "{{\"diagnostics\":{{}}{padding}}}"
            )))
            .unwrap();
        let answer = service.send(request).await;
        assert_eq!(
            answer.status,
            StatusCode::PAYLOAD_TOO_LARGE,
            "{}",
            answer.body
        );
        // A clock that cannot be is told as far as it can.
        let answer = ask(
            &service,
            key,
            json!({ "client_time_ms": i64::MAX, "diagnostics": {} }),
        )
        .await;
        assert_eq!(told(&answer)[0], "set_clock");
        // A program that names itself in the header needs not do so twice.
        let header = [("menshen-client", "web/1.2")];
        let body = json!({ "diagnostics": {} });
        let answer = service
            .call_as(key, Method::POST, PATH, Some(body), &header)
            .await;
        assert_eq!(answer.body["attach"]["app"], "web/1.2.0", "{}", answer.body);
    });
}

#[test]
fn what_is_to_be_attached_goes_along_with_a_ticket_where_the_person_agrees() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let person = service.token(&applicant, None).await;
        let body = json!({
            "client_time_ms": service.app.now().0 - 500_000,
            "diagnostics": { "failed": "totp", "system": "ios", "surface": "browser", "tried": ["automatic_time"] },
        });
        let attach = ask(&service, &person, body).await.body["attach"].clone();
        let tickets = format!("/v1/applicants/{applicant}/tickets");
        let mut ticket =
            json!({ "kind": "other", "text": "codes are wrong", "diagnostics": attach });
        let send = async |ticket: &Value| {
            service
                .call_as(&person, Method::POST, &tickets, Some(ticket.clone()), &[])
                .await
        };
        let refused = send(&ticket).await;
        assert_eq!(
            refused.body["code"], "diagnostics_consent_missing",
            "{}",
            refused.body
        );
        ticket["diagnostics_consent"] = json!(true);
        let made = send(&ticket).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let id = made.body["id"].as_str().unwrap();
        let thread = service.get(&format!("/v1/tickets/{id}")).await.body;
        assert_eq!(thread["diagnostics"], attach, "{thread}");
        assert_eq!(attach["clock_ahead_ms"], -500_000);
        let log = service.get("/v1/audit?limit=200").await.body;
        let opened = log
            .as_array()
            .unwrap()
            .iter()
            .find(|entry| entry["action"] == "ticket.opened");
        assert_eq!(
            opened.unwrap()["detail"]["diagnostics"],
            "with_consent",
            "{log}"
        );
        assert_eq!(audited(&service, "ticket.opened").await, 1);
    });
}
