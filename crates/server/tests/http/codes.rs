//! Case codes: is it really us who wrote or called?

use axum::http::{Method, StatusCode};
use menshen_core::case_code::CaseCode;
use serde_json::{Value, json};

use crate::support::{Answer, Service, on_both};
use crate::tickets::{answer, open};

async fn check(service: &Service, secret: &str, code: &str) -> Answer {
    let body = Some(json!({ "code": code }));
    service
        .call_as(secret, Method::POST, "/v1/official/check", body, &[])
        .await
}

/// A code that nobody was given.
fn invented(n: u8) -> String {
    CaseCode::new([n; 16]).reveal()
}

#[test]
fn a_code_tells_who_wrote_and_about_what_to_its_person_only_and_until_it_ends() {
    on_both(|service| async move {
        let (one, two) = (
            service.applicant("one").await,
            service.applicant("two").await,
        );
        let ticket = open(&service, &service.key, &one, "help").await;
        let (_, agent) = service.staff(&service.key, "reviewer").await;
        let written = answer(&service, &agent, &ticket, "We look.").await;
        let path = format!("/v1/support/tickets/{ticket}/contacts");
        let body = Some(json!({ "way": "phone" }));
        let called = service
            .call_as(&agent, Method::POST, &path, body, &[])
            .await;
        assert_eq!(called.status, StatusCode::CREATED, "{}", called.body);
        let spoken = called.body["code"]
            .as_str()
            .unwrap()
            .to_lowercase()
            .replace('-', " ");
        let (person, other) = (
            service.token(&one, None).await,
            service.token(&two, None).await,
        );
        for (code, way) in [(&written, "thread"), (&spoken, "phone")] {
            let ours = check(&service, &person, code).await;
            assert_eq!(ours.status, StatusCode::OK, "{}", ours.body);
            assert_eq!(ours.body["genuine"], true);
            assert_eq!(
                (&ours.body["ticket"], &ours.body["way"]),
                (&json!(ticket), &json!(way))
            );
            assert!(ours.body["from"].is_string() && ours.body["at"].is_string());
        }
        let thread = service.get(&format!("/v1/tickets/{ticket}")).await.body;
        assert_eq!(thread["contacts"][0]["code"], called.body["code"]);
        let neutral = check(&service, &person, &invented(1)).await;
        assert_eq!(neutral.body["genuine"], false);
        assert!(
            neutral.body["text"]["en"]
                .as_str()
                .unwrap()
                .contains("Do not answer")
        );
        let mut wrong = written.clone();
        wrong.replace_range(0..1, if wrong.starts_with('2') { "3" } else { "2" });
        for (secret, code) in [
            (&other, &written),
            (&person, &wrong),
            (&person, &"?".to_owned()),
        ] {
            let answer = check(&service, secret, code).await;
            assert_eq!(
                (answer.status, &answer.bytes),
                (StatusCode::OK, &neutral.bytes),
                "{code}"
            );
        }
        service.app.clock.advance(7 * 86_400_000);
        let person = service.token(&one, None).await;
        let late = check(&service, &person, &written).await;
        assert_eq!((late.status, late.bytes), (StatusCode::OK, neutral.bytes));
        let missing = check(&service, &service.key, &written).await;
        assert_eq!(missing.body["code"], "applicant_missing");
        let closed = service
            .post(&format!("/v1/tickets/{ticket}/close"), json!(null))
            .await;
        assert_eq!(closed.status, StatusCode::OK);
        let body = Some(json!({ "way": "phone" }));
        let refused = service
            .call_as(&agent, Method::POST, &path, body, &[])
            .await;
        assert_eq!(refused.body["code"], "ticket_closed");
    });
}

#[test]
fn ten_wrong_codes_a_day_are_answered_and_no_more_however_they_race() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let ticket = open(&service, &service.key, &applicant, "help").await;
        let (_, agent) = service.staff(&service.key, "reviewer").await;
        let right = answer(&service, &agent, &ticket, "We look.").await;
        let person = service.token(&applicant, None).await;
        // What cannot be a code is a slip, not a guess.
        for _ in 0..20 {
            assert_eq!(
                check(&service, &person, "hello").await.status,
                StatusCode::OK
            );
        }
        let mut asked = tokio::task::JoinSet::new();
        for n in 0..30 {
            let (router, person) = (service.router.clone(), person.clone());
            let body = json!({ "code": invented(n) }).to_string();
            asked.spawn(async move {
                let request = axum::http::Request::builder()
                    .method("POST")
                    .uri("/v1/official/check")
                    .header("authorization", format!("Bearer {person}"))
                    .body(axum::body::Body::from(body))
                    .unwrap();
                let answer = tower::ServiceExt::oneshot(router, request).await;
                answer.unwrap().status().as_u16()
            });
        }
        let statuses = asked.join_all().await;
        let count = |status| statuses.iter().filter(|s| **s == status).count();
        assert_eq!((count(200), count(429)), (10, 20), "{statuses:?}");
        let stopped = check(&service, &person, &right).await;
        assert_eq!(stopped.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(stopped.body["retry_at"], "2026-11-23T09:00:00Z");
        service.app.clock.advance(86_400_000);
        service.work().await;
        let person = service.token(&applicant, None).await;
        let again: Value = check(&service, &person, &right).await.body;
        assert_eq!(again["genuine"], true, "{again}");
    });
}
