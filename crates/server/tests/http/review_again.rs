//! Signs of fraud take two, and a share of what one decides is looked at again.

use menshen_ledger::verify_evidence;
use serde_json::json;

use crate::desk::{Desk, POLICY, approve, refuse};
use crate::support::{next, on_both};

#[test]
fn a_sign_of_fraud_takes_two_at_any_level() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        for (name, first, status) in [
            ("MAGIC REVIEW", "settled", "verified"),
            ("MAGIC doc_edited", "second", "pending"),
            ("MAGIC account_linked_conflict", "second", "pending"),
        ] {
            let case = desk.case("L1", name).await;
            assert_eq!(
                desk.vote(&desk.senior, &case.id, approve()).await,
                first,
                "{name}"
            );
            assert_eq!(
                service.state(&case.verification).await["status"],
                status,
                "{name}"
            );
        }
    });
}

#[test]
fn what_one_has_decided_another_looks_at_again() {
    on_both(|service| async move {
        let policy = POLICY.replace("recheck_share = 0", "recheck_share = 1");
        let desk = Desk::new(&service, &policy).await;
        let (other, third) = (
            desk.somebody("reviewer").await,
            desk.somebody("senior").await,
        );
        // Upheld.
        let case = desk.case("L1", "MAGIC REVIEW").await;
        desk.vote(&desk.reviewer, &case.id, approve()).await;
        let again = desk.open_case(&case.verification, "recheck").await;
        let own = desk.claim(&desk.reviewer, &again).await;
        assert_eq!(own.body["code"], "voted_before");
        assert_eq!(desk.vote(&other, &again, approve()).await, "settled");
        assert_eq!(
            service.state(&case.verification).await["status"],
            "verified"
        );
        // Not confirmed: by one it stands, by two it does not.
        let case = desk.case("L1", "MAGIC REVIEW").await;
        desk.vote(&desk.reviewer, &case.id, approve()).await;
        let again = desk.open_case(&case.verification, "recheck").await;
        assert_eq!(desk.vote(&other, &again, refuse()).await, "disputed");
        assert_eq!(
            service.state(&case.verification).await["status"],
            "verified"
        );
        let disputed = desk
            .get(&third, "/v1/review/cases?disputed=true")
            .await
            .body;
        assert_eq!(disputed["items"][0]["id"], json!(again));
        assert_eq!(desk.vote(&third, &again, refuse()).await, "settled");
        let state = service.state(&case.verification).await;
        assert_eq!(
            (&state["status"], &state["ended"]),
            (&json!("expired"), &json!("overturned"))
        );
        // Refused wrongly: nobody is approved by that, and the person may try again.
        let case = desk.case("L1", "MAGIC REVIEW").await;
        desk.vote(&desk.reviewer, &case.id, refuse()).await;
        let again = desk.open_case(&case.verification, "recheck").await;
        desk.vote(&other, &again, approve()).await;
        desk.vote(&third, &again, approve()).await;
        let state = service.state(&case.verification).await;
        assert_eq!(
            (&state["status"], &state["retry"]),
            (&json!("failed"), &json!("now"))
        );
        assert_eq!(next(&state), ["form"]);
        let figures = desk.get(&third, "/v1/review/reviewers").await.body;
        let figures = &figures[0];
        assert_eq!(
            (
                &figures["rechecked"],
                &figures["disagreed"],
                &figures["overturned"]
            ),
            (&json!(3), &json!(2), &json!(2))
        );
        for file in service
            .get(&format!(
                "/v1/verifications/{}/decisions",
                case.verification
            ))
            .await
            .body
            .as_array()
            .unwrap()
        {
            let path = format!("/v1/decisions/{}/evidence", file["id"].as_str().unwrap());
            let file = service.get(&path).await.bytes;
            assert!(verify_evidence(&file, &service.app.signer.verifier()).is_ok());
        }
    });
}

#[test]
fn a_decision_that_is_not_in_force_any_more_is_not_overturned() {
    on_both(|service| async move {
        let policy = POLICY.replace("recheck_share = 0", "recheck_share = 1");
        let desk = Desk::new(&service, &format!("{policy}\n[times]\nverified_days = 1")).await;
        let other = desk.somebody("reviewer").await;
        let third = desk.somebody("senior").await;
        let case = desk.case("L1", "MAGIC REVIEW").await;
        desk.vote(&desk.reviewer, &case.id, approve()).await;
        let again = desk.open_case(&case.verification, "recheck").await;
        assert_eq!(desk.vote(&other, &again, refuse()).await, "disputed");
        service.app.clock.advance(24 * 3_600_000);
        service.work().await;
        let before = service.state(&case.verification).await;
        assert_eq!(before["ended"], "ran_out", "{before}");
        assert_eq!(desk.vote(&third, &again, refuse()).await, "settled");
        assert_eq!(service.state(&case.verification).await, before);
    });
}
