//! What a tenant says of itself in public: a signed list of channels and a signed feed of announcements, on both databases.

use axum::http::{Method, StatusCode, header};
use menshen_core::official::ChannelText;
use menshen_core::time::{DAY, HOUR, Millis};
use menshen_ledger::{
    OfficialError, OfficialFile, OfficialList, Signer, VerifiedOfficial, verify_official,
};
use serde_json::{Value, json};

use crate::support::{Answer, Service, on_both};

/// Returns the id of the tenant of a key.
pub async fn tenant_of(service: &Service, key: &str) -> String {
    let found = service.app.store.find_caller(key, service.app.now()).await;
    found.unwrap().unwrap().tenant.id.to_string()
}

/// Reports something to the service's sandbox tenant as a stranger, and returns the report's id.
pub async fn reported(service: &Service, what: &str) -> String {
    let tenant = tenant_of(service, &service.key).await;
    let body = json!({ "kind": "page", "what": what });
    let answer = stranger(service, Method::POST, &tenant, "reports", Some(body)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    let (_, reviewer) = service.staff(&service.key, "reviewer").await;
    let list = service
        .call_as(&reviewer, Method::GET, "/v1/reports", None, &[])
        .await;
    list.body["items"][0]["id"].as_str().unwrap().to_owned()
}

/// Calls a public route without any secret.
pub async fn stranger(
    service: &Service,
    method: Method,
    tenant: &str,
    what: &str,
    body: Option<Value>,
) -> Answer {
    let path = format!("/v1/public/{tenant}/{what}");
    service.call_as("", method, &path, body, &[]).await
}

async fn list(service: &Service, tenant: &str, what: &str) -> Vec<u8> {
    let answer = stranger(service, Method::GET, tenant, what, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.bytes
}

fn open(service: &Service, bytes: &[u8], at: Millis) -> Result<OfficialFile, OfficialError> {
    let verified = verify_official(bytes, &service.app.signer.verifier(), at);
    verified.map(|VerifiedOfficial { file, .. }| file)
}

fn values(file: &OfficialFile) -> Vec<String> {
    match &file.list {
        OfficialList::Channels(channels) => channels
            .iter()
            .map(|channel| ChannelText::from(channel.clone()).value)
            .collect(),
        OfficialList::Announcements(all) => all.iter().map(|one| one.text.en.clone()).collect(),
    }
}

/// A channel of each kind.
pub fn channels() -> [Value; 6] {
    let hash = "0123456789abcdef".repeat(4);
    [
        json!({ "kind": "domain", "value": "Menshen.COM." }),
        json!({ "kind": "domain", "value": "*.menshen.com" }),
        json!({ "kind": "mail_sender", "value": "*@menshen.com" }),
        json!({ "kind": "phone", "value": "+86 400-123-4567" }),
        json!({ "kind": "social", "platform": "telegram", "value": "@Menshen_Official" }),
        json!({ "kind": "app", "platform": "android", "value": "com.menshen.app", "sha256": hash, "release": "3.2.0" }),
    ]
}

#[test]
fn channels_stand_on_a_signed_list_that_holds_offline_from_their_making_to_their_end() {
    on_both(|service| async move {
        let tenant = tenant_of(&service, &service.key).await;
        let now = service.app.now();
        let empty = list(&service, &tenant, "channels").await;
        let file = open(&service, &empty, now).unwrap();
        assert_eq!((file.number, values(&file)), (0, Vec::new()));
        assert_eq!(
            (file.tenant.to_string(), file.sandbox),
            (tenant.clone(), true)
        );
        let mut ids = Vec::new();
        for body in channels() {
            let made = service.post("/v1/channels", body).await;
            assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
            ids.push(made.body["id"].as_str().unwrap().to_owned());
        }
        let listed = list(&service, &tenant, "channels").await;
        let file = open(&service, &listed, now).unwrap();
        assert_eq!(file.number, 6);
        assert_eq!(
            values(&file),
            [
                "menshen.com",
                "*.menshen.com",
                "*@menshen.com",
                "+864001234567",
                "menshen_official",
                "com.menshen.app"
            ]
        );
        let removed = service.delete(&format!("/v1/channels/{}", ids[0])).await;
        assert_eq!(removed.status, StatusCode::NO_CONTENT);
        let again = service.delete(&format!("/v1/channels/{}", ids[0])).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
        let shorter = list(&service, &tenant, "channels").await;
        let file = open(&service, &shorter, now).unwrap();
        assert_eq!((file.number, values(&file).len()), (7, 5));
        // What was handed out holds for a week and no longer.
        let issued = file.issued_at;
        assert!(open(&service, &shorter, issued.plus(7 * DAY - 1)).is_ok());
        let late = open(&service, &shorter, issued.plus(7 * DAY));
        assert_eq!(late, Err(OfficialError::Expired));
        let mine = service.get("/v1/channels").await.body;
        assert_eq!(mine["items"].as_array().unwrap().len(), 5, "{mine}");
        assert!(
            mine.to_string().contains(&"0123456789abcdef".repeat(4)),
            "{mine}"
        );
        let first = service.post("/v1/channels", channels()[0].clone()).await;
        assert_eq!(
            first.status,
            StatusCode::CREATED,
            "it may come back: {}",
            first.body
        );
    });
}

#[test]
fn a_tampered_list_is_refused_whatever_is_changed() {
    on_both(|service| async move {
        let tenant = tenant_of(&service, &service.key).await;
        service.post("/v1/channels", channels()[0].clone()).await;
        let mut bytes = list(&service, &tenant, "channels").await;
        let now = service.app.now();
        assert!(open(&service, &bytes, now).is_ok());
        for at in 0..bytes.len() {
            for bit in [0, 5] {
                bytes[at] ^= 1 << bit;
                assert!(open(&service, &bytes, now).is_err(), "byte {at}");
                bytes[at] ^= 1 << bit;
            }
        }
        let other = Signer::new("menshen", &[9; 32]).unwrap().verifier();
        let stranger = verify_official(&bytes, &other, now);
        assert_eq!(stranger.err(), Some(OfficialError::UnknownKey));
    });
}

#[test]
fn whoever_has_the_list_is_told_so_and_the_list_is_signed_anew_every_hour() {
    on_both(|service| async move {
        let tenant = tenant_of(&service, &service.key).await;
        service.post("/v1/channels", channels()[0].clone()).await;
        let path = format!("/v1/public/{tenant}/channels");
        let first = service.call_as("", Method::GET, &path, None, &[]).await;
        let tag = first.headers[header::ETAG].to_str().unwrap().to_owned();
        assert_eq!(first.headers[header::CACHE_CONTROL], "public, max-age=60");
        assert_eq!(first.headers[header::CONTENT_TYPE], "application/json");
        let asked = [("if-none-match", tag.as_str())];
        let same = service.call_as("", Method::GET, &path, None, &asked).await;
        assert_eq!(
            (same.status, same.bytes.len()),
            (StatusCode::NOT_MODIFIED, 0)
        );
        service.app.clock.advance(30 * 60_000);
        let same = service.call_as("", Method::GET, &path, None, &asked).await;
        assert_eq!(same.status, StatusCode::NOT_MODIFIED);
        service.app.clock.advance(HOUR);
        let later = service.call_as("", Method::GET, &path, None, &asked).await;
        assert_eq!(later.status, StatusCode::OK);
        let file = open(&service, &later.bytes, service.app.now()).unwrap();
        assert_eq!(file.number, 1, "nothing has changed");
        // A change is seen at once.
        service.post("/v1/channels", channels()[1].clone()).await;
        let changed = service.call_as("", Method::GET, &path, None, &[]).await;
        let file = open(&service, &changed.bytes, service.app.now()).unwrap();
        assert_eq!((file.number, file.issued_at), (2, service.app.now()));
    });
}

#[test]
fn announcements_are_told_from_their_making_until_a_week_after_their_end() {
    on_both(|service| async move {
        let tenant = tenant_of(&service, &service.key).await;
        let now = service.app.now();
        let at = |millis: i64| now.plus(millis).to_timestamp().to_string();
        let body = |en: &str, starts: Option<i64>, ends: i64| {
            json!({
                "kind": "maintenance", "text": { "zh-CN": "系统维护", "en": en },
                "starts_at": starts.map(at), "ends_at": at(ends),
            })
        };
        let mut ids = Vec::new();
        for (en, starts, ends) in [
            ("soon", Some(DAY), 2 * DAY),
            ("now", None, HOUR),
            ("wrong", None, DAY),
        ] {
            let made = service
                .post("/v1/announcements", body(en, starts, ends))
                .await;
            assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
            ids.push(made.body["id"].as_str().unwrap().to_owned());
        }
        let gone = service
            .delete(&format!("/v1/announcements/{}", ids[2]))
            .await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        for (hours, told) in [
            (0, vec!["now", "soon"]),
            (3, vec!["now", "soon"]),
            (7 * 24 + 4, vec!["soon"]),
            (12 * 24, vec![]),
        ] {
            service.app.clock.advance(hours * HOUR);
            let bytes = list(&service, &tenant, "announcements").await;
            let file = open(&service, &bytes, service.app.now()).unwrap();
            assert_eq!(
                (file.number, values(&file)),
                (4, told.iter().map(|en| (*en).to_owned()).collect()),
                "{hours}"
            );
            let late = open(&service, &bytes, file.issued_at.plus(DAY));
            assert_eq!(late, Err(OfficialError::Expired));
            service.app.clock.advance(-hours * HOUR);
        }
        for body in [
            body("over", Some(-2), -1),
            body("backwards", Some(2 * HOUR), HOUR),
            body("", None, HOUR),
            body("for ever", None, 401 * DAY),
            json!({ "kind": "maintenance", "text": { "zh-CN": "x", "en": "x" }, "ends_at": "tomorrow" }),
            json!({ "kind": "party", "text": { "zh-CN": "x", "en": "x" }, "ends_at": at(1) }),
            json!({ "kind": "notice", "text": { "en": "only one language" }, "ends_at": at(1) }),
        ] {
            let refused = service.post("/v1/announcements", body).await;
            assert_eq!(
                refused.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{}",
                refused.body
            );
        }
    });
}

#[test]
fn a_repeat_has_one_effect_and_the_same_channel_stands_once() {
    on_both(|service| async move {
        let tenant = tenant_of(&service, &service.key).await;
        let once = [("idempotency-key", "channel-1")];
        let body = Some(channels()[0].clone());
        let mut answers = Vec::new();
        for _ in 0..2 {
            let answer = service
                .call_as(
                    &service.key,
                    Method::POST,
                    "/v1/channels",
                    body.clone(),
                    &once,
                )
                .await;
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
            answers.push(answer.bytes);
        }
        assert_eq!(answers[0], answers[1]);
        let same = json!({ "kind": "domain", "value": "menshen.com" });
        let twice = service.post("/v1/channels", same).await;
        assert_eq!(
            (twice.status, &twice.body["code"]),
            (StatusCode::CONFLICT, &"channel_listed".into())
        );
        let file = list(&service, &tenant, "channels").await;
        assert_eq!(open(&service, &file, service.app.now()).unwrap().number, 1);
        for body in [
            json!({ "kind": "domain", "value": "https://menshen.com" }),
            json!({ "kind": "domain", "value": "t.me" }),
            json!({ "kind": "mail_sender", "value": "*@gmail.com" }),
            json!({ "kind": "social", "platform": "myspace", "value": "menshen" }),
            json!({ "kind": "app", "platform": "android", "value": "com.menshen.app" }),
            json!({ "kind": "pigeon", "value": "menshen" }),
        ] {
            let refused = service.post("/v1/channels", body).await;
            assert_eq!(
                refused.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{}",
                refused.body
            );
        }
    });
}

#[test]
fn every_change_is_in_the_audit_log_with_a_digest_of_what_it_was() {
    on_both(|service| async move {
        let made = service
            .post("/v1/channels", channels()[0].clone())
            .await
            .body;
        let path = format!("/v1/channels/{}", made["id"].as_str().unwrap());
        service.delete(&path).await;
        let body = json!({ "kind": "warning", "text": { "zh-CN": "警示", "en": "beware" }, "ends_at": "2027-01-01T00:00:00Z" });
        let told = service.post("/v1/announcements", body).await.body;
        let path = format!("/v1/announcements/{}", told["id"].as_str().unwrap());
        service.delete(&path).await;
        let audit = service.get("/v1/audit?limit=200").await.body;
        let entries = audit.as_array().unwrap();
        for action in [
            "channel.created",
            "channel.removed",
            "announcement.created",
            "announcement.withdrawn",
        ] {
            let entry = entries.iter().find(|entry| entry["action"] == action);
            let digest = entry.unwrap()["detail"]["digest"].as_str().unwrap();
            assert_eq!(digest.len(), 64, "{action}");
        }
        let text = audit.to_string();
        assert!(
            !text.contains("menshen.com") && !text.contains("beware"),
            "{text}"
        );
    });
}

#[test]
fn another_tenants_records_are_absent_and_each_list_is_its_own() {
    on_both(|service| async move {
        let operator = service.operator().await;
        let other = service.tenant(&operator, "another").await;
        let made = service
            .post("/v1/channels", channels()[0].clone())
            .await
            .body;
        let body = json!({ "kind": "notice", "text": { "zh-CN": "公告", "en": "ours" }, "ends_at": "2027-01-01T00:00:00Z" });
        let told = service.post("/v1/announcements", body).await.body;
        for (path, id) in [("channels", &made["id"]), ("announcements", &told["id"])] {
            let path = format!("/v1/{path}/{}", id.as_str().unwrap());
            let gone = service
                .call_as(&other, Method::DELETE, &path, None, &[])
                .await;
            assert_eq!(gone.status, StatusCode::NOT_FOUND, "{path}");
        }
        let of_other = tenant_of(&service, &other).await;
        for what in ["channels", "announcements"] {
            let bytes = list(&service, &of_other, what).await;
            let file = open(&service, &bytes, service.app.now()).unwrap();
            assert_eq!(
                (file.number, file.name.as_str(), values(&file)),
                (0, "another", Vec::new())
            );
        }
        for unknown in ["01990000-0000-7000-8000-000000000001", "nobody"] {
            for (method, what, body) in [
                (Method::GET, "channels", None),
                (Method::GET, "announcements", None),
                (
                    Method::POST,
                    "channels/check",
                    Some(json!({ "value": "x" })),
                ),
                (
                    Method::POST,
                    "reports",
                    Some(json!({ "kind": "page", "what": "x" })),
                ),
            ] {
                let answer = stranger(&service, method, unknown, what, body).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{unknown} {what}");
            }
        }
    });
}
