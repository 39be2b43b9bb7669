//! People approve nobody whom a list of this moment names, and judge no hit about themselves.

use axum::http::{Method, StatusCode};
use menshen_core::time::DAY;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::listed::{ADA, Listed, NOBODY, SCREENED, damaged, id, live, not_searched};
use crate::support::{Answer, Service, on_both};

/// When a clearing ends.
fn until(service: &Service) -> String {
    service.app.now().plus(DAY).to_timestamp().to_string()
}

async fn clear(service: &Service, who: &str, hit: &str) -> Answer {
    let path = format!("/v1/screening/hits/{hit}/clear");
    let body = json!({ "reason": "born elsewhere", "until": until(service) });
    service
        .call_as(who, Method::POST, &path, Some(body), &[])
        .await
}

async fn read(service: &Service, who: &str, path: &str) -> Answer {
    service.call_as(who, Method::GET, path, None, &[]).await
}

fn approve() -> Value {
    json!({ "verdict": "approve" })
}

#[test]
fn whoever_was_listed_since_the_machine_decided_is_approved_when_the_hit_is_cleared() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        let desk = Desk::new(&service, SCREENED).await;
        // No list yet: a person decides.
        let applicant = service.applicant("ada").await;
        let state = service.typed(&applicant, "first", "Ada Lovelace").await;
        assert_eq!(service.why(&state).await, not_searched());
        let case = desk.open_case(id(&state), "review").await;
        service.changed(&operator, &[NOBODY, ADA]).await;
        assert!(service.hits("").await.is_empty());

        assert_eq!(
            desk.claim(&desk.reviewer, &case).await.status,
            StatusCode::OK
        );
        let refused = desk.decide(&desk.reviewer, &case, approve()).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
        assert_eq!(refused.body["code"], "hits_open");
        assert_eq!(service.state(id(&state)).await["status"], "pending");
        // It is there to be looked at, once, however often they try.
        let again = desk.decide(&desk.reviewer, &case, approve()).await;
        assert_eq!(again.body["code"], "hits_open");
        let hits = service.hits("?state=open").await;
        let [hit] = hits.as_slice() else {
            panic!("{hits:?}")
        };
        assert_eq!(hit["verification"], state["id"]);

        let path = format!("/v1/screening/hits/{}", id(hit));
        let seen = read(&service, &desk.reviewer, &path).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
        let not_theirs = clear(&service, &desk.reviewer, id(hit)).await;
        assert_eq!(not_theirs.status, StatusCode::FORBIDDEN);
        let cleared = clear(&service, &desk.senior, id(hit)).await;
        assert_eq!(cleared.status, StatusCode::OK, "{}", cleared.body);
        let by = cleared.body["decided_by"].as_str().unwrap();
        assert!(by.starts_with("staff:"), "{by}");

        let approved = desk.decide(&desk.reviewer, &case, approve()).await;
        assert_eq!(approved.body["standing"], "second", "{}", approved.body);
        // Whoever is listed anew before the second has agreed waits again.
        let renamed = Listed {
            why: "SPECIMEN 2",
            ..ADA
        };
        service.changed(&operator, &[NOBODY, renamed]).await;
        assert_eq!(desk.claim(&desk.senior, &case).await.status, StatusCode::OK);
        let refused = desk.decide(&desk.senior, &case, approve()).await;
        assert_eq!(refused.body["code"], "hits_open", "{}", refused.body);
        let hits = service.hits("?state=open").await;
        assert_eq!(hits.len(), 1, "{hits:?}");
        let cleared = clear(&service, &desk.senior, id(&hits[0])).await;
        assert_eq!(cleared.status, StatusCode::OK, "{}", cleared.body);
        let approved = desk.decide(&desk.senior, &case, approve()).await;
        assert_eq!(approved.body["standing"], "settled", "{}", approved.body);
        assert_eq!(service.state(id(&state)).await["status"], "verified");
        let decided = desk.log("verification.decided").await;
        let last = decided.last().unwrap();
        assert_eq!(last["detail"]["searched"], "un", "{last}");
    });
}

#[test]
fn nobody_is_approved_while_a_list_in_force_cannot_be_searched() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        let desk = Desk::new(&service, SCREENED).await;
        let applicant = service.applicant("grace").await;
        let state = service.typed(&applicant, "first", "Grace Hopper").await;
        assert_eq!(service.why(&state).await, not_searched());
        let case = desk.open_case(id(&state), "review").await;
        damaged(&service).await;
        let claimed = desk.claim(&desk.reviewer, &case).await;
        assert_eq!(claimed.status, StatusCode::OK);
        let refused = desk.decide(&desk.reviewer, &case, approve()).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
        service.changed(&operator, &[NOBODY]).await;
        let approved = desk.decide(&desk.reviewer, &case, approve()).await;
        assert_eq!(approved.body["standing"], "second", "{}", approved.body);
    });
}

#[test]
fn a_refusal_needs_no_cleared_hit() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        let desk = Desk::new(&service, SCREENED).await;
        service.changed(&operator, &[ADA]).await;
        let applicant = service.applicant("ada").await;
        let state = service.typed(&applicant, "first", "Ada Lovelace").await;
        assert_eq!(state["status"], "pending");
        let case = desk.open_case(id(&state), "review").await;
        let refuse = json!({ "verdict": "refuse", "codes": ["screening_unclear"] });
        assert_eq!(desk.vote(&desk.reviewer, &case, refuse).await, "settled");
        assert_eq!(service.state(id(&state)).await["status"], "failed");
    });
}

#[test]
fn nobody_reads_or_clears_what_a_list_says_of_themselves() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        service.changed(&operator, &[ADA]).await;
        let applicant = service.applicant("ada").await;
        service.typed(&applicant, "first", "Ada Lovelace").await;
        let body = json!({ "name": "Ada Lovelace", "role": "senior", "applicant": applicant });
        let own = service.post("/v1/staff", body).await;
        assert_eq!(own.status, StatusCode::CREATED, "{}", own.body);
        let own = own.body["secret"].as_str().unwrap();
        let senior = service.staff(&service.key, "senior").await.1;
        let hits = service.hits("").await;
        let path = format!("/v1/screening/hits/{}", id(&hits[0]));
        for (who, n, status) in [
            (own, 0, StatusCode::NOT_FOUND),
            (&senior, 1, StatusCode::OK),
        ] {
            let list = read(&service, who, "/v1/screening/hits").await;
            assert_eq!(list.body["items"].as_array().unwrap().len(), n);
            assert_eq!(read(&service, who, &path).await.status, status);
            assert_eq!(clear(&service, who, id(&hits[0])).await.status, status);
        }
    });
}
