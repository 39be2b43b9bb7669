//! Reports of what pretends to be the tenant: taken from anybody, within limits, sealed, opened and judged by staff.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode};
use menshen_core::time::{DAY, MINUTE};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::official::{reported, stranger, tenant_of};
use crate::support::{Answer, Service, on_both};

async fn from(service: &Service, address: &str, tenant: &str, what: &str) -> Answer {
    let peer: SocketAddr = format!("{address}:1000").parse().unwrap();
    let body = json!({ "kind": "page", "what": what }).to_string();
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/v1/public/{tenant}/reports"))
        .extension(ConnectInfo(peer))
        .body(Body::from(body));
    service.send(request.unwrap()).await
}

async fn as_staff(
    service: &Service,
    secret: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Answer {
    service.call_as(secret, method, path, body, &[]).await
}

#[test]
fn a_report_is_taken_opened_and_closed_once() {
    on_both(|service| async move {
        let tenant = tenant_of(&service, &service.key).await;
        let body = json!({
            "kind": "page", "what": "https://menshen-support.example/\u{202e}x", "note": "came by SMS",
        });
        let taken = stranger(&service, Method::POST, &tenant, "reports", Some(body)).await;
        assert_eq!(taken.status, StatusCode::ACCEPTED, "{}", taken.body);
        assert!(
            taken.body["text"]["zh-CN"]
                .as_str()
                .unwrap()
                .contains("已收到")
        );
        assert_eq!(
            taken.body.as_object().unwrap().len(),
            1,
            "no id: {}",
            taken.body
        );
        let (_, reviewer) = service.staff(&service.key, "reviewer").await;
        let list = as_staff(&service, &reviewer, Method::GET, "/v1/reports", None)
            .await
            .body;
        assert_eq!(list["items"][0]["kind"], "page", "{list}");
        assert!(
            !list.to_string().contains("menshen-support"),
            "not before it is opened"
        );
        let path = format!("/v1/reports/{}", list["items"][0]["id"].as_str().unwrap());
        let opened = as_staff(&service, &reviewer, Method::GET, &path, None)
            .await
            .body;
        assert_eq!(opened["what"], "https://menshen-support.example/{202e}x");
        assert_eq!(
            (&opened["note"], &opened["report"]["state"]),
            (&"came by SMS".into(), &"open".into())
        );
        let close = format!("{path}/close");
        let body = Some(json!({ "outcome": "added_to_watch" }));
        let closed = as_staff(&service, &reviewer, Method::POST, &close, body.clone()).await;
        assert_eq!(
            (closed.status, &closed.body["outcome"]),
            (StatusCode::OK, &"added_to_watch".into())
        );
        let again = as_staff(&service, &reviewer, Method::POST, &close, body).await;
        assert_eq!(
            (again.status, &again.body["code"]),
            (StatusCode::CONFLICT, &"report_closed".into())
        );
        let open = as_staff(&service, &reviewer, Method::GET, "/v1/reports", None)
            .await
            .body;
        assert_eq!(open["items"], json!([]));
        let over = as_staff(
            &service,
            &reviewer,
            Method::GET,
            "/v1/reports?state=closed",
            None,
        )
        .await
        .body;
        assert_eq!(over["items"].as_array().unwrap().len(), 1);
        let audit = service.get("/v1/audit?limit=200").await.body.to_string();
        for action in ["report.received", "report.viewed", "report.closed"] {
            assert_eq!(audit.matches(action).count(), 1, "{action} {audit}");
        }
        assert!(
            !audit.contains("menshen-support") && !audit.contains("SMS"),
            "{audit}"
        );
    });
}

#[test]
fn the_answer_is_the_same_whatever_is_reported() {
    on_both(|service| async move {
        let tenant = tenant_of(&service, &service.key).await;
        let mut answers = std::collections::BTreeSet::new();
        for (kind, what) in [
            ("page", "a.example"),
            ("page", "a.example"),
            ("phone", "+1"),
            ("other", "长"),
        ] {
            let body = json!({ "kind": kind, "what": what });
            let answer = stranger(&service, Method::POST, &tenant, "reports", Some(body)).await;
            answers.insert((answer.status.as_u16(), answer.bytes));
        }
        assert_eq!(answers.len(), 1);
        for body in [
            json!({ "kind": "page", "what": " " }),
            json!({ "kind": "page", "what": "x".repeat(2_001) }),
            json!({ "kind": "page", "what": "x", "note": "x".repeat(2_001) }),
            json!({ "kind": "ghost", "what": "x" }),
            json!({ "kind": "page" }),
        ] {
            let refused = stranger(&service, Method::POST, &tenant, "reports", Some(body)).await;
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
fn an_address_reports_thirty_times_then_waits_and_others_go_on() {
    on_both(|service| async move {
        let tenant = tenant_of(&service, &service.key).await;
        for n in 0..30 {
            let taken = from(&service, "192.0.2.7", &tenant, &format!("{n}.example")).await;
            assert_eq!(taken.status, StatusCode::ACCEPTED, "{n} {}", taken.body);
        }
        let refused = from(&service, "192.0.2.7", &tenant, "one.example").await;
        assert_eq!(
            refused.status,
            StatusCode::TOO_MANY_REQUESTS,
            "{}",
            refused.body
        );
        assert_eq!(refused.body["code"], "too_often");
        assert!(refused.body["retry_at"].is_string());
        let other = from(&service, "192.0.2.8", &tenant, "one.example").await;
        assert_eq!(other.status, StatusCode::ACCEPTED);
        // Nobody is kept from signing in by it: what is counted there is another digest.
        let mut browser = Browser::new(&service);
        browser.address = Some("192.0.2.7:1000");
        let tried = browser.password("somebody", "x").await;
        assert_eq!(tried.status, StatusCode::UNAUTHORIZED, "{}", tried.body);
        service.app.clock.advance(16 * MINUTE);
        let later = from(&service, "192.0.2.7", &tenant, "one.example").await;
        assert_eq!(later.status, StatusCode::ACCEPTED, "{}", later.body);
    });
}

#[test]
fn a_report_is_nobody_elses_and_goes_after_its_time() {
    on_both(|service| async move {
        let id = reported(&service, "evil.example").await;
        let path = format!("/v1/reports/{id}");
        let operator = service.operator().await;
        let other = service.tenant(&operator, "another").await;
        let (_, foreign) = service.staff(&other, "senior").await;
        let close = format!("{path}/close");
        for (method, path, body) in [
            (Method::GET, &path, None),
            (Method::POST, &close, Some(json!({ "outcome": "genuine" }))),
        ] {
            let absent = as_staff(&service, &foreign, method, path, body).await;
            assert_eq!(absent.status, StatusCode::NOT_FOUND, "{path}");
        }
        let (_, reviewer) = service.staff(&service.key, "reviewer").await;
        let body = Some(json!({ "outcome": "duplicate" }));
        let closed = as_staff(&service, &reviewer, Method::POST, &close, body).await;
        assert_eq!(closed.status, StatusCode::OK, "{}", closed.body);
        service.app.clock.advance(91 * DAY);
        service.work().await;
        let gone = as_staff(&service, &reviewer, Method::GET, &path, None).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
    });
}
