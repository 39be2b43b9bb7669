//! Is this theirs? What anybody is told, in both languages, and what is kept of the question: nothing.

use std::sync::{Arc, Mutex};

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::official::{channels, stranger, tenant_of};
use crate::support::{Service, on_both};

async fn check(service: &Service, tenant: &str, value: &str) -> Value {
    let body = json!({ "value": value });
    let answer = stranger(service, Method::POST, tenant, "channels/check", Some(body)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body
}

#[test]
fn anybody_is_told_what_is_official_what_imitates_it_and_what_is_neither() {
    on_both(|service| async move {
        let tenant = tenant_of(&service, &service.key).await;
        assert_eq!(
            check(&service, &tenant, "menshen.com").await["verdict"],
            "unknown"
        );
        for body in channels() {
            service.post("/v1/channels", body).await;
        }
        for (value, verdict, key, word, about) in [
            (
                "https://www.menshen.com/login",
                "official",
                "meaning",
                "domain",
                "*.menshen.com",
            ),
            (
                "Help <help@menshen.com>",
                "official",
                "meaning",
                "mail_sender",
                "*@menshen.com",
            ),
            (
                "0086 400 123 4567",
                "official",
                "meaning",
                "phone",
                "+864001234567",
            ),
            (
                "https://t.me/menshen_official",
                "official",
                "meaning",
                "social",
                "menshen_official",
            ),
            (
                "com.menshen.app",
                "official",
                "meaning",
                "app_id",
                "com.menshen.app",
            ),
            (
                "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
                "official",
                "meaning",
                "app_file",
                "com.menshen.app",
            ),
            (
                "https://mеnshen.com",
                "lookalike",
                "how",
                "confusable",
                "menshen.com",
            ),
            (
                "https://xn--mnshn-zwed.com",
                "lookalike",
                "how",
                "confusable",
                "menshen.com",
            ),
            (
                "https://rnenshen.com",
                "lookalike",
                "how",
                "confusable",
                "menshen.com",
            ),
            (
                "https://menshen.com.login.example",
                "lookalike",
                "how",
                "elsewhere",
                "menshen.com",
            ),
            (
                "https://menshen.com@evil.example/",
                "lookalike",
                "how",
                "elsewhere",
                "menshen.com",
            ),
            (
                "menshen-support.com",
                "lookalike",
                "how",
                "extra_words",
                "menshen.com",
            ),
            ("menshem.com", "lookalike", "how", "typo", "menshen.com"),
            (
                "+86 400 123 4568",
                "lookalike",
                "how",
                "typo",
                "+864001234567",
            ),
        ] {
            let said = check(&service, &tenant, value).await;
            assert_eq!(
                (&said["verdict"], &said[key]),
                (&verdict.into(), &word.into()),
                "{value} {said}"
            );
            assert_eq!(said["channels"][0]["value"], about, "{value} {said}");
            for language in ["zh-CN", "en"] {
                assert!(said["text"][language].as_str().unwrap().chars().count() > 20);
                assert!(said["title"][language].as_str().unwrap().chars().count() > 3);
            }
        }
        let said = check(&service, &tenant, "https://example.com").await;
        assert_eq!(
            (&said["verdict"], &said["channels"]),
            (&"unknown".into(), &json!([]))
        );
        let said = check(&service, &tenant, "@menshen_official").await;
        assert_eq!(said["verdict"], "unknown", "which network?");
        assert_eq!(said["channels"][0]["platform"], "telegram");
    });
}

#[test]
fn a_text_without_end_or_content_is_refused() {
    on_both(|service| async move {
        let tenant = tenant_of(&service, &service.key).await;
        for body in [
            json!({ "value": " " }),
            json!({ "value": "x".repeat(2_049) }),
            json!({ "value": 1 }),
            json!({ "value": "x", "more": 1 }),
            json!({}),
        ] {
            let answer = stranger(
                &service,
                Method::POST,
                &tenant,
                "channels/check",
                Some(body),
            )
            .await;
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{}",
                answer.body
            );
        }
        let longest = check(&service, &tenant, &"x".repeat(2_048)).await;
        assert_eq!(longest["verdict"], "unknown");
    });
}

/// Everything that is logged, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_is_asked_stands_in_no_log_and_in_no_table() {
    on_both(|service| async move {
        let log = Log::default();
        let writer = log.clone();
        let logger = tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        let guard = tracing_subscriber::util::SubscriberInitExt::set_default(logger);
        let tenant = tenant_of(&service, &service.key).await;
        check(&service, &tenant, "https://kanarie-asked.example/kanarie").await;
        drop(guard);
        let audit = service.get("/v1/audit?limit=200").await.body.to_string();
        let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
        assert!(log.contains("answered"), "something is logged: {log}");
        assert!(
            !log.contains("kanarie") && !audit.contains("kanarie"),
            "{log}"
        );
    });
}
