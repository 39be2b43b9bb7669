//! What people decide, and what follows.

use axum::http::{Method, StatusCode};
use menshen_core::ids::ApplicantId;
use menshen_ledger::verify_evidence;
use serde_json::{Value, json};

use crate::desk::{Desk, POLICY, approve, ask_again, tenant};
use crate::support::{codes, next, on_both};

#[test]
fn what_goes_to_a_person_is_a_case_and_ends_where_the_machine_would_have_ended_it() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L2", "MAGIC REVIEW doc_damaged").await;
        let path = format!("/v1/review/cases/{}", case.id);
        let seen = desk.get(&desk.reviewer, &path).await.body;
        assert_eq!(seen["codes"], json!(["doc_damaged"]));
        assert_eq!(
            (&seen["state"], &seen["kind"]),
            (&json!("waiting"), &json!("passport"))
        );
        assert!(seen.get("evidence").is_none(), "codes only before a claim");
        let eyes = json!({ "approve": "two_with_senior", "refuse": "one", "ask_again": "one" });
        assert_eq!(seen["eyes"], eyes);
        assert_eq!(
            desk.claim(&desk.reviewer, &case.id).await.status,
            StatusCode::OK
        );
        let held = desk.get(&desk.reviewer, &path).await.body;
        let beside = held["evidence"]["beside"].as_array().unwrap();
        let name = beside.iter().find(|row| row["field"] == "name").unwrap();
        assert_eq!(name["typed"], "MAGIC REVIEW doc_damaged");
        assert_eq!(
            held["evidence"]["reasons"][0]["finding"]["code"],
            "doc_damaged"
        );
        let other = desk.get(&desk.senior, &path).await.body;
        assert!(other.get("evidence").is_none(), "whoever does not hold it");
        let first = desk.decide(&desk.reviewer, &case.id, approve()).await.body;
        assert_eq!(first["standing"], "second", "{first}");
        assert_eq!(service.state(&case.verification).await["status"], "pending");
        assert_eq!(
            desk.vote(&desk.senior, &case.id, approve()).await,
            "settled"
        );
        let state = service.state(&case.verification).await;
        assert_eq!(state["status"], "verified", "{state}");
        let identity = service
            .app
            .store
            .find_identity(
                tenant(&service).await,
                ApplicantId(case.applicant.parse().unwrap()),
            )
            .await
            .unwrap();
        assert!(identity.is_some(), "the identity is remembered");
        let events = service.get("/v1/events").await.body;
        let names: Vec<_> = events["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| &e["event"])
            .collect();
        assert_eq!(
            names.last().unwrap().as_str(),
            Some("verification.verified")
        );
        let notices = service
            .get(&format!("/v1/applicants/{}/notices", case.applicant))
            .await
            .body;
        assert!(notices.to_string().contains("verified"), "{notices}");
    });
}

#[test]
fn peoples_decision_has_signed_evidence_of_who_said_what() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L2", "MAGIC REVIEW").await;
        desk.vote(&desk.reviewer, &case.id, approve()).await;
        desk.vote(&desk.senior, &case.id, approve()).await;
        let path = format!("/v1/verifications/{}/decisions", case.verification);
        let decisions = service.get(&path).await.body;
        let [people, machine] = decisions.as_array().unwrap().as_slice() else {
            panic!("{decisions}")
        };
        assert_eq!(
            (&people["outcome"], &people["case"]),
            (&json!("approved"), &json!(case.id))
        );
        assert_eq!(
            (&machine["outcome"], &machine["case"]),
            (&json!("review"), &Value::Null)
        );
        let path = format!("/v1/decisions/{}/evidence", people["id"].as_str().unwrap());
        let file = service.get(&path).await.bytes;
        let held = verify_evidence(&file, &service.app.signer.verifier()).unwrap();
        let human = held.case.human.unwrap();
        assert_eq!(human.votes.len(), 2);
        assert_eq!(human.saw.to_string(), machine["digest"].as_str().unwrap());
        let tried = service
            .post("/v1/policy/try", json!({ "toml": POLICY }))
            .await
            .body;
        assert_eq!(
            (&tried["cases"], &tried["same"]),
            (&json!(1), &json!(1)),
            "{tried}"
        );
    });
}

#[test]
fn who_is_refused_by_people_hears_why_and_that_an_appeal_is_open() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L2", "MAGIC REVIEW").await;
        let verdict = json!({ "verdict": "refuse", "codes": ["doc_edited", "doc_expired"], "note": "the date" });
        assert_eq!(
            desk.vote(&desk.reviewer, &case.id, verdict).await,
            "settled"
        );
        let state = service.state(&case.verification).await;
        assert_eq!(
            (&state["status"], &state["retry"]),
            (&json!("failed"), &json!("appeal"))
        );
        assert_eq!(
            codes(&state),
            ["review_refused", "doc_expired"],
            "signs of fraud are not told"
        );
        assert_eq!(
            service
                .data(&case.verification, "Ada Lovelace")
                .await
                .status,
            StatusCode::CONFLICT
        );
        let again = desk.claim(&desk.senior, &case.id).await;
        assert_eq!(
            (again.status, &again.body["code"]),
            (StatusCode::CONFLICT, &json!("case_closed"))
        );
    });
}

#[test]
fn one_step_is_asked_for_again_and_the_rest_is_kept() {
    on_both(|service| async move {
        let desk = Desk::new(&service, "[review]\nrecheck_share = 0").await;
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L2", "first").await;
        service.whole_way(&id, "MAGIC REVIEW").await;
        let case = desk.open_case(&id, "review").await;
        let verdict = json!({ "verdict": "ask_again", "codes": ["doc_blurred"], "steps": ["document_front"] });
        assert_eq!(desk.vote(&desk.reviewer, &case, verdict).await, "settled");
        let state = service.state(&id).await;
        assert_eq!(
            (&state["status"], next(&state)),
            (&json!("in_progress"), vec!["document_front"])
        );
        assert_eq!(codes(&state), ["doc_blurred"]);
        let events = service.get("/v1/events").await.body.to_string();
        assert!(events.contains("verification.asked_again"), "{events}");
        let notices = service
            .get(&format!("/v1/applicants/{applicant}/notices"))
            .await
            .body;
        assert!(notices.to_string().contains("asked_again"), "{notices}");
        assert_eq!(service.submit(&id).await.status, StatusCode::CONFLICT);
        service.photo(&id, "front", b"a sharper photo").await;
        assert_eq!(service.submit(&id).await.status, StatusCode::ACCEPTED);
        service.work().await;
        let second = desk.open_case(&id, "review").await;
        assert_ne!(second, case, "another submission is another case");
        let missing =
            json!({ "verdict": "ask_again", "codes": ["doc_blurred"], "steps": ["document_back"] });
        desk.claim(&desk.reviewer, &second).await;
        let refused = desk.decide(&desk.reviewer, &second, missing).await;
        assert_eq!(refused.body["code"], "steps_invalid", "{}", refused.body);
    });
}

#[test]
fn a_verdict_that_cannot_be_told_is_refused() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L1", "MAGIC REVIEW").await;
        desk.claim(&desk.reviewer, &case.id).await;
        for (verdict, code) in [
            (json!({ "verdict": "refuse" }), "codes_invalid"),
            (
                json!({ "verdict": "refuse", "codes": ["nonsense"] }),
                "codes_invalid",
            ),
            (
                json!({ "verdict": "refuse", "codes": ["face_glasses"] }),
                "codes_invalid",
            ),
            (
                json!({ "verdict": "approve", "codes": ["doc_blurred"] }),
                "codes_invalid",
            ),
            (
                json!({ "verdict": "approve", "steps": ["form"] }),
                "steps_invalid",
            ),
            (
                json!({ "verdict": "ask_again", "codes": ["name_mismatch"] }),
                "steps_invalid",
            ),
            (
                json!({ "verdict": "ask_again", "codes": ["doc_edited"], "steps": ["form"] }),
                "codes_invalid",
            ),
            (json!({ "verdict": "maybe" }), "body_invalid"),
            (
                json!({ "verdict": "approve", "note": "\u{0007}" }),
                "note_invalid",
            ),
        ] {
            let answer = desk.decide(&desk.reviewer, &case.id, verdict.clone()).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{verdict}");
            assert_eq!(answer.body["code"], code, "{verdict}");
        }
        assert_eq!(service.state(&case.verification).await["status"], "pending");
    });
}

#[test]
fn a_vote_that_is_repeated_is_one_vote() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L2", "MAGIC REVIEW").await;
        desk.claim(&desk.reviewer, &case.id).await;
        let path = format!("/v1/review/cases/{}/decide", case.id);
        let once = [("idempotency-key", "vote-1")];
        let vote = || service.call_as(&desk.reviewer, Method::POST, &path, Some(approve()), &once);
        let (first, second) = (vote().await, vote().await);
        assert_eq!((first.status, &first.body), (second.status, &second.body));
        assert_eq!(first.body["votes"], 1);
    });
}

#[test]
fn what_was_decided_before_is_told_and_people_are_left_out_where_somebody_looks_again() {
    on_both(|service| async move {
        let policy = POLICY.replace("recheck_share = 0", "recheck_share = 1");
        let desk = Desk::new(&service, &policy).await;
        let case = desk.case("L1", "MAGIC REVIEW").await;
        let asked = desk.vote(&desk.reviewer, &case.id, ask_again()).await;
        assert_eq!(asked, "settled");
        service.app.clock.advance(1);
        let again = desk
            .again(&case.applicant, &case.verification, "MAGIC REVIEW")
            .await;
        service.app.clock.advance(1);
        let history = |who: String, case: String| {
            let desk = &desk;
            async move {
                let claimed = desk.claim(&who, &case).await;
                assert_eq!(claimed.status, StatusCode::OK, "{}", claimed.body);
                let path = format!("/v1/review/cases/{case}");
                let held = desk.get(&who, &path).await.body;
                let told = held["evidence"]["history"].as_array().unwrap().clone();
                let brief = |e: &Value| {
                    (
                        e["attempt"].as_i64().unwrap(),
                        e["outcome"].clone(),
                        e["case"].is_string(),
                    )
                };
                told.iter().map(brief).collect::<Vec<_>>()
            }
        };
        let machine = |attempt| (attempt, json!("review"), false);
        let people = (1, json!("retry"), true);
        let told = history(desk.senior.clone(), again.id.clone()).await;
        assert_eq!(told, [machine(2), people, machine(1)]);
        desk.release(&desk.senior, &again.id, "open").await;
        assert_eq!(
            desk.vote(&desk.reviewer, &again.id, approve()).await,
            "settled"
        );
        service.app.clock.advance(1);
        let recheck = desk.open_case(&case.verification, "recheck").await;
        let other = desk.somebody("senior").await;
        assert_eq!(history(other, recheck).await, [machine(2), machine(1)]);
    });
}
