//! How often one may fail, for whom it counts, and what does not count.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Service, codes, on_both};

const HOUR: i64 = 3_600_000;

async fn open(service: &Service, name: &str) -> String {
    let applicant = service.applicant(name).await;
    service.verification(&applicant, "L1", "first").await
}

async fn limits(service: &Service, applicant: u32, device: u32, address: u32) {
    let toml = format!(
        "[attempts]\nwindows = [{{ minutes = 60, applicant = {applicant}, device = {device}, address = {address} }}]"
    );
    let answer = service.put("/v1/policy", json!({ "toml": toml })).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

#[test]
fn who_fails_too_often_is_told_when_to_come_back() {
    on_both(|service| async move {
        let id = open(&service, "one").await;
        for n in 1..=5 {
            let answer = service.attempt(&id, "MAGIC name_mismatch", &[]).await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "attempt {n}");
        }
        let state = service.state(&id).await;
        assert_eq!(
            (state["status"].as_str(), state["retry"].as_str()),
            (Some("failed"), Some("at"))
        );
        assert!(
            state["retry_at"]
                .as_str()
                .unwrap()
                .starts_with("2026-11-22T10:00:00"),
            "{state}"
        );
        assert_eq!(codes(&state), ["attempts_exhausted", "name_mismatch"]);
        assert_eq!(state["attempt"], 5);
        let early = service.data(&id, "Ada Lovelace").await;
        assert_eq!(early.status, StatusCode::CONFLICT);
        assert_eq!(early.body["retry_at"], state["retry_at"]);
        service.app.clock.advance(HOUR - 1);
        assert_eq!(
            service.data(&id, "Ada Lovelace").await.status,
            StatusCode::CONFLICT
        );
        service.app.clock.advance(1);
        let state = service.state(&id).await;
        assert_eq!(codes(&state), ["name_mismatch"], "the time has come");
        let answer = service.attempt(&id, "Ada Lovelace", &[]).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED);
        assert_eq!(service.state(&id).await["status"], "verified");
    });
}

#[test]
fn faults_of_quality_and_technique_never_count() {
    on_both(|service| async move {
        let specs = menshen_core::ReasonCode::ALL
            .iter()
            .map(|code| (code.as_str(), code.spec()));
        let free: Vec<&str> = specs
            .filter(|(_, spec)| !spec.counts && spec.end == menshen_core::reason::End::Again)
            .map(|(code, _)| code)
            .collect();
        assert!(free.len() >= 6, "{free:?}");
        let id = open(&service, "one").await;
        for code in free {
            let answer = service.attempt(&id, &format!("MAGIC {code}"), &[]).await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{code}");
            let state = service.state(&id).await;
            assert_eq!(state["retry"], "now", "{code}");
            assert_eq!(state["reasons"][0]["counts"], Value::Bool(false), "{code}");
        }
    });
}

#[test]
fn a_review_is_no_failure() {
    on_both(|service| async move {
        limits(&service, 1, 1, 1).await;
        let from = [
            ("menshen-device", "phone"),
            ("menshen-address", "192.0.2.7"),
        ];
        for name in ["one", "two", "three"] {
            let id = open(&service, name).await;
            let answer = service.attempt(&id, "MAGIC REVIEW", &from).await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{name}");
            assert_eq!(service.state(&id).await["status"], "pending");
        }
    });
}

#[test]
fn a_device_and_an_address_are_counted_over_people() {
    on_both(|service| async move {
        limits(&service, 100, 2, 3).await;
        let phone = [
            ("menshen-device", "phone"),
            ("menshen-address", "192.0.2.7"),
        ];
        let tablet = [
            ("menshen-device", "tablet"),
            ("menshen-address", "192.0.2.7"),
        ];
        for (name, from) in [("one", &phone), ("two", &phone)] {
            let id = open(&service, name).await;
            let answer = service.attempt(&id, "MAGIC name_mismatch", from).await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{name}");
        }
        let third = open(&service, "three").await;
        let refused = service.attempt(&third, "Ada Lovelace", &phone).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "the device");
        assert_eq!(refused.body["code"], "attempts_exhausted");
        assert!(
            refused.body["retry_at"]
                .as_str()
                .unwrap()
                .starts_with("2026-11-22T10:00:00")
        );
        let fourth = open(&service, "four").await;
        let answer = service
            .attempt(&fourth, "MAGIC name_mismatch", &tablet)
            .await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "another device");
        assert_eq!(
            service.state(&fourth).await["retry"],
            "at",
            "the address is full now"
        );
        let refused = service
            .attempt(&third, "Ada Lovelace", &[("menshen-address", "192.0.2.7")])
            .await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "the address");
        let elsewhere = service
            .attempt(&third, "Ada Lovelace", &[("menshen-address", "192.0.2.8")])
            .await;
        assert_eq!(elsewhere.status, StatusCode::ACCEPTED);
        assert_eq!(service.state(&third).await["status"], "verified");
    });
}

#[test]
fn a_person_cannot_name_another_address() {
    on_both(|service| async move {
        limits(&service, 100, 100, 1).await;
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L1", "first").await;
        let token = service.token(&applicant, None).await;
        let path = format!("/v1/verifications/{id}/submit");
        for n in 1..=2 {
            service.data(&id, "MAGIC name_mismatch").await;
            let told = [("menshen-address", "192.0.2.7")];
            let answer = service
                .call_as(&token, Method::POST, &path, None, &told)
                .await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "attempt {n}");
            service.work().await;
            assert_eq!(service.state(&id).await["retry"], "now");
        }
    });
}

#[test]
fn failures_at_another_tenant_do_not_count() {
    on_both(|service| async move {
        limits(&service, 1, 1, 1).await;
        let from = [
            ("menshen-device", "phone"),
            ("menshen-address", "192.0.2.7"),
        ];
        let id = open(&service, "one").await;
        service.attempt(&id, "MAGIC name_mismatch", &from).await;
        let operator = service.operator().await;
        let other = Service {
            key: service.tenant(&operator, "another").await,
            ..service
        };
        let id = open(&other, "one").await;
        let answer = other.attempt(&id, "Ada Lovelace", &from).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED);
        assert_eq!(other.state(&id).await["status"], "verified");
    });
}
