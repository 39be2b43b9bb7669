//! Who holds a case, and who never does.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::json;
use tower::ServiceExt as _;

use crate::desk::{CLAIM, Desk, POLICY, approve};
use crate::support::on_both;

#[test]
fn one_of_many_who_claim_at_once_has_it() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let mut people = Vec::new();
        for _ in 0..6 {
            people.push(desk.somebody("reviewer").await);
        }
        for _ in 0..5 {
            let case = desk.case("L2", "MAGIC REVIEW").await;
            let mut claims = tokio::task::JoinSet::new();
            for who in &people {
                let request = Request::builder()
                    .method(Method::POST)
                    .uri(format!("/v1/review/cases/{}/claim", case.id))
                    .header("authorization", format!("Bearer {who}"));
                let request = request.body(Body::empty()).unwrap();
                claims.spawn(service.router.clone().oneshot(request));
            }
            let answers = claims.join_all().await;
            let count = |status| {
                let of = answers
                    .iter()
                    .map(|answer| answer.as_ref().unwrap().status());
                of.filter(|found| *found == status).count()
            };
            assert_eq!((count(StatusCode::OK), count(StatusCode::CONFLICT)), (1, 5));
        }
    });
}

#[test]
fn a_claim_that_ran_out_is_free_and_its_holder_sees_nothing_more() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L1", "MAGIC REVIEW").await;
        let path = format!("/v1/review/cases/{}", case.id);
        desk.claim(&desk.reviewer, &case.id).await;
        service.app.clock.advance(CLAIM - 1);
        let held = desk.claim(&desk.senior, &case.id).await;
        assert_eq!(held.body["code"], "case_held");
        assert_eq!(
            desk.claim(&desk.reviewer, &case.id).await.status,
            StatusCode::OK,
            "held on to"
        );
        service.app.clock.advance(CLAIM);
        assert!(
            desk.get(&desk.reviewer, &path)
                .await
                .body
                .get("evidence")
                .is_none()
        );
        let note = desk.note(&desk.reviewer, &case.id, "late").await;
        assert_eq!(note.body["code"], "not_claimed");
        assert_eq!(
            desk.vote(&desk.senior, &case.id, approve()).await,
            "settled"
        );
        assert_eq!(
            service.state(&case.verification).await["status"],
            "verified"
        );
    });
}

#[test]
fn whoever_knows_the_person_says_so_and_never_gets_the_case_again() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L1", "MAGIC REVIEW").await;
        desk.claim(&desk.reviewer, &case.id).await;
        let released = desk.release(&desk.reviewer, &case.id, "conflict").await;
        assert_eq!(released.status, StatusCode::NO_CONTENT);
        let again = desk.claim(&desk.reviewer, &case.id).await;
        assert_eq!(
            (again.status, &again.body["code"]),
            (StatusCode::FORBIDDEN, &json!("seen_before"))
        );
    });
}

#[test]
fn nobody_finds_or_sees_their_own_case() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L1", "MAGIC REVIEW").await;
        for role in ["reviewer", "senior", "auditor"] {
            let body = json!({ "name": "Ada Lovelace", "role": role, "applicant": case.applicant });
            let created = service.post("/v1/staff", body).await;
            assert_eq!(
                created.body["applicant"],
                json!(case.applicant),
                "{}",
                created.body
            );
            let own = created.body["secret"].as_str().unwrap();
            let list = desk.get(own, "/v1/review/cases").await.body;
            assert_eq!(list["items"], json!([]), "{role}");
            let look = desk
                .get(own, &format!("/v1/review/cases/{}", case.id))
                .await;
            assert_eq!(look.body["code"], "own_case", "{role}");
        }
        let nobody = json!({ "name": "x", "role": "senior", "applicant": uuid::Uuid::nil() });
        assert_eq!(
            service.post("/v1/staff", nobody).await.status,
            StatusCode::NOT_FOUND
        );
    });
}

#[test]
fn who_is_erased_has_no_case_and_gets_no_verdict() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L1", "MAGIC REVIEW").await;
        desk.claim(&desk.reviewer, &case.id).await;
        desk.note(&desk.reviewer, &case.id, "she called").await;
        let erase = format!("/v1/applicants/{}", case.applicant);
        assert_eq!(service.delete(&erase).await.status, StatusCode::NO_CONTENT);
        let late = desk.decide(&desk.reviewer, &case.id, approve()).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
        let state = service.state(&case.verification).await;
        assert_eq!(
            (&state["status"], &state["ended"]),
            (&json!("expired"), &json!("erased"))
        );
        let path = format!("/v1/review/cases/{}", case.id);
        assert_eq!(
            desk.get(&desk.reviewer, &path).await.body["state"],
            "dropped"
        );
        assert_eq!(desk.find_case(&case.verification, "review").await, None);
    });
}

#[test]
fn a_verdict_and_an_erasure_at_once_are_one_after_the_other() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        for round in 0..8 {
            let case = desk.case("L1", "MAGIC REVIEW").await;
            desk.claim(&desk.reviewer, &case.id).await;
            let path = format!("/v1/applicants/{}", case.applicant);
            let (decided, erased) = tokio::join!(
                desk.decide(&desk.reviewer, &case.id, approve()),
                service.delete(&path)
            );
            let status = service.state(&case.verification).await["status"].clone();
            let both = (decided.status, erased.status);
            match both {
                (StatusCode::OK, StatusCode::CONFLICT) => assert_eq!(status, "verified", "{round}"),
                (StatusCode::CONFLICT, StatusCode::NO_CONTENT) => {
                    assert_eq!(status, "expired", "{round}")
                }
                _ => panic!("{round}: {both:?} {} {}", decided.body, erased.body),
            }
        }
    });
}
