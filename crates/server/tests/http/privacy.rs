//! Consent, legal holds, erasure, and how long things must be kept.

use axum::http::{Method, StatusCode};
use menshen_core::ids::{ApplicantId, TenantId};
use menshen_store::{NewVerification, StoreError};
use serde_json::json;

use crate::support::{Service, on_both};

const DAY: i64 = 24 * 3_600_000;

async fn erase(service: &Service, applicant: &str) -> (StatusCode, String) {
    let answer = service.delete(&format!("/v1/applicants/{applicant}")).await;
    (
        answer.status,
        answer.body["code"].as_str().unwrap_or_default().to_owned(),
    )
}

async fn tenant(service: &Service) -> TenantId {
    service
        .app
        .store
        .list_tenants(None, 10)
        .await
        .unwrap()
        .last()
        .unwrap()
        .id
}

#[test]
fn a_consent_is_given_listed_and_withdrawn() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let path = format!("/v1/applicants/{applicant}/consents");
        let consent = json!({ "purpose": "marketing", "version": "2026-11" });
        assert_eq!(
            service.post(&path, consent.clone()).await.status,
            StatusCode::NO_CONTENT
        );
        let list = service.get(&path).await.body;
        assert_eq!(
            (&list[0]["purpose"], list[0]["withdrawn_at"].is_null()),
            (&json!("marketing"), true)
        );
        let one = format!("{path}/marketing");
        assert_eq!(service.delete(&one).await.status, StatusCode::NO_CONTENT);
        assert!(service.get(&path).await.body[0]["withdrawn_at"].is_string());
        assert_eq!(service.delete(&one).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            service.post(&path, consent).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            service.get(&path).await.body.as_array().unwrap().len(),
            2,
            "given again is another"
        );
        for wrong in ["", "Marketing!", "a b", &"x".repeat(61)] {
            let body = json!({ "purpose": wrong, "version": "1" });
            assert_eq!(
                service.post(&path, body).await.body["code"],
                "consent_invalid"
            );
        }
    });
}

#[test]
fn without_consent_the_face_template_is_destroyed_and_the_rest_is_kept() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let (tenant, id) = (
            tenant(&service).await,
            ApplicantId(applicant.parse().unwrap()),
        );
        let path = format!("/v1/applicants/{applicant}/consents");
        service
            .post(
                &path,
                json!({ "purpose": "biometric_template", "version": "1" }),
            )
            .await;
        let verification = service.verification(&applicant, "L2", "first").await;
        service.whole_way(&verification, "Ada Lovelace").await;
        let held = format!("/v1/applicants/{applicant}/holds");
        let hold = service
            .post(&held, json!({ "reason": "case-1" }))
            .await
            .body;
        let withdraw = format!("{path}/biometric_template");
        let refused = service.delete(&withdraw).await;
        assert_eq!(
            (refused.status, &refused.body["code"]),
            (StatusCode::CONFLICT, &json!("held"))
        );
        let hold = format!("{held}/{}", hold["id"].as_str().unwrap());
        assert_eq!(service.delete(&hold).await.status, StatusCode::NO_CONTENT);
        assert_eq!(
            service.delete(&withdraw).await.status,
            StatusCode::NO_CONTENT
        );
        let template = service.app.store.find_identity_template(tenant, id).await;
        assert!(matches!(template, Err(StoreError::Erased) | Ok(None)));
        let captures = service
            .get(&format!("/v1/verifications/{verification}/captures"))
            .await;
        assert_eq!(captures.status, StatusCode::OK, "{}", captures.body);
        let data = service
            .get(&format!("/v1/verifications/{verification}/data"))
            .await;
        assert_eq!(data.body["name"], "Ada Lovelace");
        assert_eq!(service.state(&verification).await["status"], "verified");
        let again = service.verification(&applicant, "L2", "new_device").await;
        let photo = service.photo(&again, "selfie", b"a new face").await;
        assert!(!photo.status.is_server_error(), "{}", photo.body);
    });
}

/// Gives the consent that faces are kept by; returns where it is withdrawn.
async fn consents(service: &Service, applicant: &str) -> String {
    let path = format!("/v1/applicants/{applicant}/consents");
    let body = json!({ "purpose": "biometric_template", "version": "1" });
    let given = service.post(&path, body).await;
    assert_eq!(given.status, StatusCode::NO_CONTENT, "{}", given.body);
    format!("{path}/biometric_template")
}

async fn withdraws(service: &Service, consent: &str) {
    let answer = service.delete(consent).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.body);
}

#[test]
fn a_consent_withdrawn_while_the_machine_judges_is_no_end_without_a_verdict() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let consent = consents(&service, &applicant).await;
        let id = service.verification(&applicant, "L2", "first").await;
        service.data(&id, "Ada Lovelace").await;
        for part in ["front", "selfie"] {
            service.photo(&id, part, part.as_bytes()).await;
        }
        assert_eq!(service.submit(&id).await.status, StatusCode::ACCEPTED);
        withdraws(&service, &consent).await;
        service.work().await;
        assert_ne!(service.state(&id).await["status"], "processing");
        let queue = service.app.store.queue("decide").await.unwrap();
        assert_eq!((queue.ready, queue.leased), (0, 0));
    });
}

#[test]
fn whoever_takes_back_their_face_can_be_verified_by_what_asks_for_none() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let consent = consents(&service, &applicant).await;
        let id = service.verification(&applicant, "L2", "first").await;
        service.whole_way(&id, "Ada Lovelace").await;
        withdraws(&service, &consent).await;
        let id = service.verification(&applicant, "L1", "first").await;
        service.attempt(&id, "Ada Lovelace", &[]).await;
        assert_eq!(service.state(&id).await["status"], "verified");
    });
}

#[test]
fn a_face_is_taken_again_once_the_consent_is_given_again() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let consent = consents(&service, &applicant).await;
        let id = service.verification(&applicant, "L2", "first").await;
        service.data(&id, "Ada Lovelace").await;
        withdraws(&service, &consent).await;
        let refused = service.photo(&id, "selfie", b"a face").await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert_eq!(refused.body["code"], "consent_withdrawn");
        let front = service.photo(&id, "front", b"a page").await;
        assert_eq!(front.status, StatusCode::CREATED, "{}", front.body);
        consents(&service, &applicant).await;
        let taken = service.photo(&id, "selfie", b"a face").await;
        assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.body);
        assert_eq!(service.submit(&id).await.status, StatusCode::ACCEPTED);
        service.work().await;
        assert_eq!(service.state(&id).await["status"], "verified");
    });
}

#[test]
fn a_hold_forbids_erasure_until_it_ends() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let path = format!("/v1/applicants/{applicant}/holds");
        let placed = service
            .post(&path, json!({ "reason": "case-1", "days": 2 }))
            .await;
        assert_eq!(placed.status, StatusCode::CREATED);
        assert_eq!(service.get(&path).await.body[0], placed.body);
        let held = (StatusCode::CONFLICT, "held".to_owned());
        assert_eq!(erase(&service, &applicant).await, held);
        service.app.clock.advance(2 * DAY - 1);
        assert_eq!(erase(&service, &applicant).await, held);
        service.app.clock.advance(1);
        assert_eq!(erase(&service, &applicant).await.0, StatusCode::NO_CONTENT);
        let late = service.post(&path, json!({ "reason": "case-2" })).await;
        assert!(!late.status.is_server_error(), "{}", late.body);
        for days in [0, 3651] {
            let body = json!({ "reason": "x", "days": days });
            assert_eq!(service.post(&path, body).await.body["code"], "hold_invalid");
        }
    });
}

#[test]
fn a_completed_verification_cannot_be_deleted_only_aged_out() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L2", "first").await;
        service.whole_way(&id, "Ada Lovelace").await;
        let kept = (StatusCode::CONFLICT, "must_be_kept".to_owned());
        assert_eq!(erase(&service, &applicant).await, kept);
        service.app.clock.advance(1826 * DAY - 1);
        assert_eq!(erase(&service, &applicant).await, kept);
        service.app.clock.advance(1);
        assert_eq!(erase(&service, &applicant).await.0, StatusCode::NO_CONTENT);
        assert_eq!(
            erase(&service, &applicant).await.0,
            StatusCode::NO_CONTENT,
            "once more changes nothing"
        );
    });
}

#[test]
fn what_is_past_its_time_goes_by_itself() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L2", "first").await;
        service.whole_way(&id, "Ada Lovelace").await;
        service.app.clock.advance(1827 * DAY);
        service.work().await;
        let row = service
            .get(&format!("/v1/applicants/{applicant}"))
            .await
            .body;
        assert!(row["erased_at"].is_string(), "{row}");
    });
}

#[test]
fn a_row_that_does_not_read_keeps_nothing_else_from_its_time() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L2", "first").await;
        service.whole_way(&id, "Ada Lovelace").await;
        let broken = service.applicant("two").await;
        let mut tx = service.app.store.begin().await.unwrap();
        let new = NewVerification {
            tenant_id: tenant(&service).await,
            applicant_id: ApplicantId(broken.parse().unwrap()),
            level: "L1".to_owned(),
            flow: "first".to_owned(),
            status: "collecting".to_owned(),
            state: "{}".to_owned(),
            policy_identity: "none".to_owned(),
            due_at: Some(service.app.now()),
        };
        tx.create_verification(&new, service.app.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        service.app.clock.advance(1827 * DAY);
        service.work().await;
        let path = format!("/v1/applicants/{applicant}");
        let row = service.get(&path).await.body;
        assert!(row["erased_at"].is_string(), "{row}");
    });
}

#[test]
fn after_erasure_states_answer_and_data_do_not() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L2", "first").await;
        let state = service.whole_way(&id, "MAGIC name_mismatch").await;
        assert_eq!(state["status"], "failed");
        let decisions = service
            .get(&format!("/v1/verifications/{id}/decisions"))
            .await
            .body;
        let decision = decisions[0]["id"].as_str().unwrap().to_owned();
        let before = service.app.store.list_audit(0, 1_000).await.unwrap();
        let verifier = service.app.signer.verifier();
        assert_eq!(erase(&service, &applicant).await.0, StatusCode::NO_CONTENT);
        for path in [
            format!("/v1/verifications/{id}/data"),
            format!("/v1/decisions/{decision}/evidence"),
        ] {
            let answer = service.get(&path).await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{path}");
            assert_eq!(answer.body["code"], "applicant_erased", "{path}");
        }
        for path in [
            format!("/v1/verifications/{id}"),
            format!("/v1/verifications/{id}/captures"),
            format!("/v1/verifications/{id}/decisions"),
            format!("/v1/applicants/{applicant}"),
            format!("/v1/applicants/{applicant}/consents"),
            "/v1/events".to_owned(),
        ] {
            assert_eq!(service.get(&path).await.status, StatusCode::OK, "{path}");
        }
        for answer in [
            service.data(&id, "Ada Lovelace").await,
            service.photo(&id, "front", b"another").await,
            service.submit(&id).await,
            service
                .post(
                    "/v1/verifications",
                    json!({ "applicant": applicant, "level": "L1" }),
                )
                .await,
        ] {
            assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
        }
        let after = service.app.store.list_audit(0, 1_000).await.unwrap();
        assert_eq!(after[..before.len()], before[..], "the log is untouched");
        assert!(
            service
                .app
                .store
                .verify_audit(&verifier, &[])
                .await
                .unwrap()
                .is_ok()
        );
        service.work().await;
    });
}

#[test]
fn who_is_erased_while_the_machine_judges_gets_no_verdict() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L1", "first").await;
        service.data(&id, "Ada Lovelace").await;
        assert_eq!(service.submit(&id).await.status, StatusCode::ACCEPTED);
        assert_eq!(erase(&service, &applicant).await.0, StatusCode::NO_CONTENT);
        for _ in 0..20 {
            service.work().await;
            service.app.clock.advance(DAY);
        }
        assert_ne!(service.state(&id).await["status"], "verified");
        let queue = service.app.store.queue("decide").await.unwrap();
        assert_eq!((queue.ready, queue.leased), (0, 0), "nothing is left to do");
    });
}

#[test]
fn revoked_tokens_and_erased_people_stay_out() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let token = service.token(&applicant, None).await;
        let path = format!("/v1/applicants/{applicant}");
        let read = || service.call_as(&token, Method::GET, &path, None, &[]);
        assert_eq!(read().await.status, StatusCode::OK);
        assert_eq!(
            service.delete(&format!("{path}/tokens")).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(read().await.status, StatusCode::UNAUTHORIZED);
    });
}
