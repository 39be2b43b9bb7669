//! The same request twice has one effect.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Answer, Service, on_both, passport};

async fn keyed(service: &Service, secret: &str, path: &str, body: &Value, key: &str) -> Answer {
    let headers = [("idempotency-key", key)];
    service
        .call_as(secret, Method::POST, path, Some(body.clone()), &headers)
        .await
}

async fn count(service: &Service, secret: &str, path: &str) -> usize {
    let list = service
        .call_as(secret, Method::GET, path, None, &[])
        .await
        .body;
    let items = if list.is_array() {
        &list
    } else {
        &list["items"]
    };
    items
        .as_array()
        .unwrap_or_else(|| panic!("{path}: {list}"))
        .len()
}

/// What can be created, how it is counted, and another body for the same key.
async fn creations(service: &Service) -> Vec<(String, Value, Option<String>, Value)> {
    let applicant = service.applicant("somebody").await;
    let of = |what: &str| format!("/v1/applicants/{applicant}/{what}");
    let some = |path: &str| Some(path.to_owned());
    vec![
        (
            "/v1/applicants".into(),
            json!({ "external_id": "a" }),
            some("/v1/applicants"),
            json!({ "external_id": "b" }),
        ),
        (
            "/v1/verifications".into(),
            json!({ "applicant": applicant, "level": "L1" }),
            some("/v1/verifications"),
            json!({ "applicant": applicant, "level": "L2" }),
        ),
        (
            "/v1/tenants".into(),
            json!({ "name": "a", "sandbox": true }),
            some("/v1/tenants"),
            json!({ "name": "b", "sandbox": true }),
        ),
        (
            "/v1/keys".into(),
            json!({ "label": "a", "scopes": [] }),
            some("/v1/keys"),
            json!({ "label": "b", "scopes": [] }),
        ),
        (
            of("holds"),
            json!({ "reason": "a" }),
            Some(of("holds")),
            json!({ "reason": "b" }),
        ),
        (
            of("consents"),
            json!({ "purpose": "a", "version": "1" }),
            Some(of("consents")),
            json!({ "purpose": "b", "version": "1" }),
        ),
        (
            of("tickets"),
            json!({ "kind": "other", "text": "a" }),
            Some(of("tickets")),
            json!({ "kind": "other", "text": "b" }),
        ),
        (
            of("tokens"),
            json!({ "minutes": 5 }),
            None,
            json!({ "minutes": 6 }),
        ),
    ]
}

#[test]
fn a_repeated_request_has_one_effect_and_the_same_answer() {
    on_both(|service| async move {
        let operator = service.operator().await;
        for (n, (path, body, list, other)) in creations(&service).await.into_iter().enumerate() {
            let key = format!("key-{n}");
            let before = match &list {
                Some(list) => count(&service, &operator, list).await,
                None => 0,
            };
            let first = keyed(&service, &operator, &path, &body, &key).await;
            assert!(first.status.is_success(), "{path} {}", first.body);
            assert!(!first.headers.contains_key("idempotency-replayed"));
            let again = keyed(&service, &operator, &path, &body, &key).await;
            assert_eq!(
                (again.status, &again.bytes),
                (first.status, &first.bytes),
                "{path}"
            );
            assert_eq!(again.headers["idempotency-replayed"], "true", "{path}");
            if let Some(list) = &list {
                assert_eq!(count(&service, &operator, list).await, before + 1, "{path}");
            }
            let changed = keyed(&service, &operator, &path, &other, &key).await;
            assert_eq!(changed.status, StatusCode::CONFLICT, "{path}");
            assert_eq!(changed.body["code"], "idempotency_key_reused", "{path}");
        }
    });
}

#[test]
fn a_key_used_for_one_record_does_not_answer_for_another() {
    on_both(|service| async move {
        let (one, two) = (
            service.applicant("one").await,
            service.applicant("two").await,
        );
        let body = json!({ "minutes": 5 });
        let path = |id: &str| format!("/v1/applicants/{id}/tokens");
        let first = keyed(&service, &service.key, &path(&one), &body, "k").await;
        assert_eq!(first.status, StatusCode::CREATED);
        let second = keyed(&service, &service.key, &path(&two), &body, "k").await;
        assert_eq!(second.body["code"], "idempotency_key_reused");
    });
}

#[test]
fn keys_of_people_and_of_integrators_do_not_meet() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let token = service.token(&applicant, None).await;
        let path = format!("/v1/applicants/{applicant}/consents");
        let consent = json!({ "purpose": "a", "version": "1" });
        let person = keyed(&service, &token, &path, &consent, "k").await;
        assert_eq!(person.status, StatusCode::NO_CONTENT);
        let body = json!({ "external_id": "b" });
        let integrator = keyed(&service, &service.key, "/v1/applicants", &body, "k").await;
        assert_eq!(
            integrator.status,
            StatusCode::CREATED,
            "{}",
            integrator.body
        );
    });
}

#[test]
fn ten_at_once_make_one_record() {
    on_both(|service| async move {
        let service = std::sync::Arc::new(service);
        let applicant = service.applicant("somebody").await;
        for (path, body) in [
            ("/v1/applicants", json!({ "external_id": "same" })),
            (
                "/v1/verifications",
                json!({ "applicant": applicant, "level": "L1" }),
            ),
        ] {
            let before = count(&service, &service.key, path).await;
            let mut calls = tokio::task::JoinSet::new();
            for _ in 0..10 {
                let (service, body) = (service.clone(), body.clone());
                let key = format!("race {path}");
                calls.spawn(async move { keyed(&service, &service.key, path, &body, &key).await });
            }
            let answers = calls.join_all().await;
            let codes: Vec<_> = answers
                .iter()
                .map(|answer| (answer.status, &answer.body["code"]))
                .collect();
            let made: Vec<_> = answers
                .iter()
                .filter(|answer| answer.status == StatusCode::CREATED)
                .collect();
            assert!(!made.is_empty(), "{codes:?}");
            assert!(made.iter().all(|answer| answer.bytes == made[0].bytes));
            let refused = answers
                .iter()
                .filter(|answer| answer.status != StatusCode::CREATED);
            for answer in refused {
                assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
                assert_eq!(answer.body["code"], "idempotency_key_in_use");
            }
            assert_eq!(
                count(&service, &service.key, path).await,
                before + 1,
                "{path}"
            );
        }
    });
}

#[test]
fn a_key_is_free_again_after_a_day() {
    on_both(|service| async move {
        let body = |name: &str| json!({ "external_id": name });
        let path = "/v1/applicants";
        assert_eq!(
            keyed(&service, &service.key, path, &body("a"), "k")
                .await
                .status,
            StatusCode::CREATED
        );
        service.app.clock.advance(24 * 3_600_000 - 1);
        service.work().await;
        let kept = keyed(&service, &service.key, path, &body("b"), "k").await;
        assert_eq!(kept.status, StatusCode::CONFLICT);
        service.app.clock.advance(1);
        let free = keyed(&service, &service.key, path, &body("b"), "k").await;
        assert_eq!(free.status, StatusCode::CREATED, "{}", free.body);
    });
}

#[test]
fn a_refused_request_does_not_use_its_key_up() {
    on_both(|service| async move {
        let body = json!({ "external_id": "a" });
        service.applicant("a").await;
        let path = "/v1/applicants";
        let taken = keyed(&service, &service.key, path, &body, "k").await;
        assert_eq!(taken.body["code"], "external_id_taken");
        let other = keyed(
            &service,
            &service.key,
            path,
            &json!({ "external_id": "b" }),
            "k",
        )
        .await;
        assert_eq!(other.status, StatusCode::CREATED);
        for wrong in ["", &"k".repeat(201)] {
            let answer = keyed(
                &service,
                &service.key,
                path,
                &json!({ "external_id": "c" }),
                wrong,
            )
            .await;
            assert_eq!(answer.body["code"], "idempotency_key_invalid");
        }
    });
}

#[test]
fn the_same_photo_twice_is_one() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L2", "first").await;
        let first = service.photo(&id, "front", b"the same bytes").await;
        let again = service.photo(&id, "front", b"the same bytes").await;
        assert_eq!(
            (first.status, again.status),
            (StatusCode::CREATED, StatusCode::OK)
        );
        assert_eq!(first.body["id"], again.body["id"]);
        let list = format!("/v1/verifications/{id}/captures");
        assert_eq!(count(&service, &service.key, &list).await, 1);
    });
}

#[test]
fn a_photo_counts_again_when_the_document_is_of_its_kind_again() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L2", "first").await;
        service.data(&id, "Ada Lovelace").await;
        let first = service.photo(&id, "front", b"a page").await;
        service.photo(&id, "selfie", b"a face").await;
        let mut other = passport("Ada Lovelace");
        other["document"] = "id_card_td1".into();
        let data = format!("/v1/verifications/{id}/data");
        assert_eq!(service.put(&data, other).await.status, StatusCode::OK);
        service.data(&id, "Ada Lovelace").await;
        let again = service.photo(&id, "front", b"a page").await;
        assert_eq!(again.status, StatusCode::OK, "{}", again.body);
        assert_eq!(again.body["id"], first.body["id"]);
        assert_eq!(service.submit(&id).await.status, StatusCode::ACCEPTED);
    });
}

#[test]
fn submitting_twice_makes_one_decision() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L1", "first").await;
        service.data(&id, "Ada Lovelace").await;
        let (one, two) = tokio::join!(service.submit(&id), service.submit(&id));
        let mut codes = [one.status, two.status];
        codes.sort();
        assert_eq!(codes, [StatusCode::ACCEPTED, StatusCode::CONFLICT]);
        service.work().await;
        let list = format!("/v1/verifications/{id}/decisions");
        assert_eq!(count(&service, &service.key, &list).await, 1);
        assert_eq!(service.state(&id).await["attempt"], 1);
    });
}

#[test]
fn an_integrator_uses_up_no_persons_key_whatever_it_writes() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let person = service.token(&applicant, None).await;
        let path = format!("/v1/applicants/{applicant}/tickets");
        let body = json!({ "kind": "other", "text": "mine" });
        let forged = format!("applicant:{applicant} k");
        let by_key = keyed(&service, &service.key, &path, &body, &forged).await;
        let own = keyed(&service, &person, &path, &body, "k").await;
        for answer in [&by_key, &own] {
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        }
        assert_ne!(by_key.body["id"], own.body["id"]);
    });
}
