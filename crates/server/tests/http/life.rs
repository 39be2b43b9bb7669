use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::support::{codes, next, on_both};

#[test]
fn a_person_goes_from_nothing_to_verified() {
    on_both(|service| async move {
        let applicant = service.applicant("user-1").await;
        let id = service.verification(&applicant, "L2", "first").await;
        let state = service.state(&id).await;
        assert_eq!(state["status"], "not_started");
        assert_eq!(next(&state), ["form", "document_front", "selfie"]);
        assert_eq!(
            state["next"][0]["title"]["zh-CN"]
                .as_str()
                .map(str::is_empty),
            Some(false)
        );
        let early = service.submit(&id).await;
        assert_eq!(early.status, StatusCode::CONFLICT);
        let state = service.whole_way(&id, "Ada Lovelace").await;
        assert_eq!(state["status"], "verified");
        assert_eq!(state["attempt"], 1);
        assert!(next(&state).is_empty());
        let events = service.get("/v1/events").await.body;
        let names: Vec<&str> = events["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["event"].as_str().unwrap())
            .collect();
        assert_eq!(
            names,
            [
                "verification.created",
                "verification.submitted",
                "verification.verified"
            ]
        );
    });
}

#[test]
fn every_outcome_and_reason_can_be_chosen_in_a_sandbox() {
    on_both(|service| async move {
        for (name, status, retry) in [
            ("MAGIC APPROVED", "verified", None),
            ("MAGIC REVIEW", "pending", None),
            ("MAGIC REFUSED", "failed", Some("appeal")),
            ("MAGIC face_mismatch", "failed", Some("now")),
            ("MAGIC not_eligible", "failed", Some("appeal")),
        ] {
            let applicant = service.applicant(name).await;
            let id = service.verification(&applicant, "L2", "first").await;
            let state = service.whole_way(&id, name).await;
            assert_eq!(state["status"], status, "{name}");
            assert_eq!(state["retry"].as_str(), retry, "{name}");
        }
    });
}

#[test]
fn only_what_failed_is_asked_for_again() {
    on_both(|service| async move {
        let applicant = service.applicant("user-1").await;
        let id = service.verification(&applicant, "L2", "first").await;
        let state = service.whole_way(&id, "MAGIC name_mismatch").await;
        assert_eq!(state["status"], "failed");
        assert_eq!(codes(&state), ["name_mismatch"]);
        assert_eq!(next(&state), ["form"], "the photos are kept");
        let remedy = &state["reasons"][0]["remedy"];
        assert!(remedy["zh-CN"].is_string() && remedy["en"].is_string());
        assert_eq!(service.submit(&id).await.status, StatusCode::CONFLICT);
        service.data(&id, "Ada Lovelace").await;
        assert_eq!(service.submit(&id).await.status, StatusCode::ACCEPTED);
        service.work().await;
        let state = service.state(&id).await;
        assert_eq!(
            (state["status"].as_str(), state["attempt"].as_i64()),
            (Some("verified"), Some(2))
        );
    });
}

#[test]
fn typed_data_is_judged_when_it_arrives() {
    on_both(|service| async move {
        let applicant = service.applicant("user-1").await;
        let id = service.verification(&applicant, "L1", "first").await;
        let path = format!("/v1/verifications/{id}/data");
        let wrong = json!({ "document": "prc_id_card", "country": "CHN", "name": "张伟", "birth_date": "1990-01-31",
            "number": "110105199001310010" });
        let answer = service.put(&path, wrong).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(
            (answer.body["usable"].as_bool(), codes(&answer.body)),
            (Some(false), vec!["doc_number_checksum"])
        );
        assert_eq!(service.submit(&id).await.status, StatusCode::CONFLICT);
        let child = json!({ "document": "passport", "country": "UTO", "name": "Ada Lovelace", "birth_date": "2020-01-31",
            "number": "L898902C3" });
        let answer = service.put(&path, child).await;
        assert_eq!(
            (answer.body["usable"].as_bool(), codes(&answer.body)),
            (Some(false), vec!["not_eligible"])
        );
        let mistyped = service.put(&path, json!({ "document": "paper" })).await;
        assert_eq!(mistyped.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}

#[test]
fn the_first_level_is_verified_by_data_alone_and_the_second_needs_the_rest() {
    on_both(|service| async move {
        let applicant = service.applicant("user-1").await;
        let first = service.verification(&applicant, "L1", "first").await;
        service.data(&first, "Ada Lovelace").await;
        service.submit(&first).await;
        service.work().await;
        assert_eq!(service.state(&first).await["status"], "verified");
        let again = service
            .post(
                "/v1/verifications",
                json!({ "applicant": applicant, "level": "L1" }),
            )
            .await;
        assert_eq!(again.body["code"], "already_verified");
        let second = service.verification(&applicant, "L2", "first").await;
        assert_eq!(
            service.whole_way(&second, "Ada Lovelace").await["status"],
            "verified"
        );
    });
}

#[test]
fn a_submission_that_is_repeated_is_one_attempt() {
    on_both(|service| async move {
        let applicant = service.applicant("user-1").await;
        let id = service.verification(&applicant, "L1", "first").await;
        service.data(&id, "Ada Lovelace").await;
        let path = format!("/v1/verifications/{id}/submit");
        let once = [("idempotency-key", "submit-1")];
        let submit = || service.call_as(&service.key, Method::POST, &path, None, &once);
        let first = submit().await;
        assert_eq!(first.status, StatusCode::ACCEPTED);
        let repeated = submit().await;
        assert_eq!(
            (repeated.status, &repeated.body),
            (first.status, &first.body)
        );
        service.work().await;
        assert_eq!(submit().await.body, first.body);
        let state = service.state(&id).await;
        assert_eq!(
            (&state["status"], &state["attempt"]),
            (&json!("verified"), &json!(1))
        );
    });
}

#[test]
fn an_applicant_has_one_open_verification() {
    on_both(|service| async move {
        let applicant = service.applicant("user-1").await;
        let id = service.verification(&applicant, "L2", "first").await;
        let second = service
            .post(
                "/v1/verifications",
                json!({ "applicant": applicant, "level": "L1" }),
            )
            .await;
        assert_eq!(second.status, StatusCode::CONFLICT);
        assert_eq!(second.body["code"], "verification_open");
        assert!(second.body["detail"].as_str().unwrap().contains(&id));
    });
}

#[test]
fn a_decision_is_final() {
    on_both(|service| async move {
        let applicant = service.applicant("user-1").await;
        let id = service.verification(&applicant, "L2", "first").await;
        service.whole_way(&id, "Ada Lovelace").await;
        assert_eq!(
            service.data(&id, "MAGIC REFUSED").await.status,
            StatusCode::CONFLICT
        );
        assert_eq!(
            service.photo(&id, "selfie", b"another").await.status,
            StatusCode::CONFLICT
        );
        assert_eq!(service.submit(&id).await.status, StatusCode::CONFLICT);
        assert_eq!(service.state(&id).await["status"], "verified");
    });
}

#[test]
fn re_verification_needs_a_first_one_and_asks_for_what_its_flow_says() {
    on_both(|service| async move {
        let applicant = service.applicant("user-1").await;
        let body = json!({ "applicant": applicant, "level": "L2", "flow": "new_device" });
        let never = service.post("/v1/verifications", body).await;
        assert_eq!(never.body["code"], "never_verified");
        let id = service.verification(&applicant, "L2", "first").await;
        service.whole_way(&id, "Ada Lovelace").await;
        for (flow, steps) in [
            ("new_device", vec!["selfie"]),
            ("face_fails", vec!["document_front", "selfie"]),
            ("renewal", vec!["form", "document_front"]),
            ("stuck_state", vec!["form", "document_front", "selfie"]),
            ("account_conflict", vec!["form", "document_front", "selfie"]),
        ] {
            let id = service.verification(&applicant, "L2", flow).await;
            assert_eq!(next(&service.state(&id).await), steps, "{flow}");
            for part in steps.iter().filter(|step| **step != "form") {
                let part = if *part == "selfie" { "selfie" } else { "front" };
                service
                    .photo(&id, part, format!("{flow} {part}").as_bytes())
                    .await;
            }
            if steps.contains(&"form") {
                service.data(&id, "Ada Lovelace").await;
            }
            assert_eq!(
                service.submit(&id).await.status,
                StatusCode::ACCEPTED,
                "{flow}"
            );
            service.work().await;
            let status = service.state(&id).await["status"].clone();
            let expected = if flow == "account_conflict" {
                "pending"
            } else {
                "verified"
            };
            assert_eq!(status, expected, "{flow}");
            if flow == "account_conflict" {
                break;
            }
        }
    });
}

#[test]
fn what_is_left_lying_expires() {
    on_both(|service| async move {
        let applicant = service.applicant("user-1").await;
        let id = service.verification(&applicant, "L2", "first").await;
        service.data(&id, "Ada Lovelace").await;
        service.app.clock.advance(6 * 24 * 3_600_000);
        service.work().await;
        assert_eq!(service.state(&id).await["status"], "in_progress");
        service.app.clock.advance(2 * 24 * 3_600_000);
        service.work().await;
        let state = service.state(&id).await;
        assert_eq!(
            (state["status"].as_str(), state["ended"].as_str()),
            (Some("expired"), Some("left_lying"))
        );
        assert_eq!(
            service
                .post(
                    "/v1/verifications",
                    json!({ "applicant": applicant, "level": "L2" })
                )
                .await
                .status,
            StatusCode::CREATED
        );
    });
}

#[test]
fn a_submission_tells_when_an_answer_is_expected() {
    on_both(|service| async move {
        let applicant = service.applicant("user-1").await;
        let id = service.verification(&applicant, "L1", "first").await;
        service.data(&id, "MAGIC REVIEW").await;
        let submitted = service.submit(&id).await.body;
        assert_eq!(
            (
                submitted["status"].as_str(),
                submitted["processing"].as_bool()
            ),
            (Some("in_progress"), Some(true))
        );
        assert!(submitted["expected_at"].is_string());
        service.work().await;
        let state = service.state(&id).await;
        assert_eq!(state["status"], "pending");
        assert!(
            state["expected_at"]
                .as_str()
                .unwrap()
                .starts_with("2026-11-23T09:00:00")
        );
    });
}
