//! The phrase by which a person knows a real message.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::notices::Gateway;
use crate::support::{Service, on_both, on_both_with};

async fn put(service: &Service, secret: &str, applicant: &str, phrase: &str) -> StatusCode {
    let path = format!("/v1/applicants/{applicant}/phrase");
    let body = Some(json!({ "phrase": phrase }));
    let answer = service.call_as(secret, Method::PUT, &path, body, &[]).await;
    answer.status
}

#[test]
fn a_phrase_is_the_persons_own_and_makes_no_link() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let person = service.token(&applicant, None).await;
        let path = format!("/v1/applicants/{applicant}/phrase");
        let shown = async || service.get(&path).await.body["phrase"].clone();
        assert_eq!(shown().await, Value::Null);
        for bad in [
            "abc",
            "",
            "see evil.com",
            "https://x",
            "a\nb c d",
            &"x".repeat(41),
        ] {
            let status = put(&service, &person, &applicant, bad).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        }
        let set = put(&service, &person, &applicant, " 蓝色的鲸鱼 42 ").await;
        assert_eq!(set, StatusCode::NO_CONTENT);
        assert_eq!(shown().await, "蓝色的鲸鱼 42");
        assert_eq!(service.delete(&path).await.status, StatusCode::NO_CONTENT);
        assert_eq!(shown().await, Value::Null);
        let log = String::from_utf8(service.get("/v1/audit?limit=200").await.bytes).unwrap();
        assert!(log.contains("phrase.set") && log.contains("phrase.removed"));
        assert!(!log.contains("鲸鱼"));
    });
}

#[test]
fn every_message_begins_with_the_phrase_and_nobody_else_sees_it() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let body = json!({ "external_id": "p", "locale": "en", "contacts": { "phone": "+8613800000009" } });
        let applicant = service.post("/v1/applicants", body).await.body;
        let applicant = applicant["id"].as_str().unwrap();
        let set = put(&service, &service.key, applicant, "blue whale 42").await;
        assert_eq!(set, StatusCode::NO_CONTENT);
        let id = service.verification(applicant, "L1", "first").await;
        service.attempt(&id, "Ada Lovelace", &[]).await;
        let sent = gateway.taken();
        assert_eq!(
            sent[0].1["message"],
            "[blue whale 42] Your verification is complete."
        );
        let path = format!("/v1/applicants/{applicant}/notices");
        let person = service.token(applicant, None).await;
        let (_, auditor) = service.staff(&service.key, "auditor").await;
        let reads = service
            .key_for(&service.key, &["verifications:read"])
            .await
            .1;
        for (secret, theirs) in [
            (&person, true),
            (&service.key, true),
            (&auditor, false),
            (&reads, false),
        ] {
            let list = service.call_as(secret, Method::GET, &path, None, &[]).await;
            let text = list.body["items"][0]["body"]["en"].as_str().unwrap();
            assert_eq!(
                text.starts_with("Your phrase: blue whale 42\n\n"),
                theirs,
                "{text}"
            );
            assert_eq!(text.contains("whale"), theirs, "{text}");
        }
        let events = String::from_utf8(service.get("/v1/events").await.bytes).unwrap();
        assert!(!events.contains("whale"));
        let phrase = format!("/v1/applicants/{applicant}/phrase");
        for secret in [&person, &service.key] {
            let own = service.call_as(secret, Method::GET, &phrase, None, &[]);
            assert_eq!(own.await.body["phrase"], "blue whale 42");
        }
        // The key has read either once, in full; the person leaves no trace, nor does who saw nothing.
        let log = String::from_utf8(service.get("/v1/audit?limit=200").await.bytes).unwrap();
        for action in ["phrase.read", "notices.read"] {
            assert_eq!(log.matches(action).count(), 1, "{action} {log}");
        }
    });
}
