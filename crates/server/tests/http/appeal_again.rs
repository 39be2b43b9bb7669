//! Appeals that go round once more, and what the first round left behind.

use axum::http::StatusCode;
use serde_json::json;

use crate::appeal_verdicts::{Team, approve, decide, grant, hand_in, open_case, refuse, waiting};
use crate::appeals::Failed;
use crate::desk::{Desk, POLICY};
use crate::support::{Service, on_both};

/// Somebody whom one person has refused for a sign of fraud that the machine did not see.
async fn refused_by(service: &Service, team: &Team, name: &str) -> Failed {
    let applicant = service.applicant(name).await;
    let id = service.verification(&applicant, "L2", "first").await;
    service.whole_way(&id, "MAGIC REVIEW").await;
    let refused = decide(service, &team.first, &id, refuse("doc_edited")).await;
    assert_eq!(refused.body["standing"], "settled", "{}", refused.body);
    assert_eq!(service.state(&id).await["status"], "failed");
    Failed { applicant, id }
}

/// Everything that one person decides is looked at again.
const ALL_AGAIN: &str = "[review]\nrecheck_share = 1.0";

/// Somebody whose refusal was drawn to be looked at again, and who has appealed against it.
async fn drawn(service: &Service) -> (Team, Failed) {
    let put = service
        .put("/v1/policy", json!({ "toml": ALL_AGAIN }))
        .await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.body);
    let team = Team::new(service).await;
    let person = refused_by(service, &team, "drawn").await;
    waiting(service, &person, "review_refused").await;
    (team, person)
}

#[test]
fn an_appeal_against_peoples_own_codes_comes_to_an_end() {
    on_both(|service| async move {
        let team = Team::new(&service).await;
        let person = refused_by(&service, &team, "edited, said one").await;
        let appeal = waiting(&service, &person, "review_refused").await;
        let ask = json!({ "verdict": "ask_again", "steps": ["document_front"], "codes": ["doc_blurred"] });
        let asked = decide(&service, &team.second, &person.id, ask).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
        assert_eq!(asked.body["standing"], "settled", "{}", asked.body);
        let photo = service.photo(&person.id, "front", b"a sharper card").await;
        assert_eq!(photo.status, StatusCode::CREATED, "{}", photo.body);
        hand_in(&service, &person, &appeal).await;
        service.work().await;
        // Nothing is held against the machine's approval of the rest: people have refused, so people approve.
        assert_eq!(service.state(&person.id).await["status"], "pending");
        grant(&service, &team.third, &team.senior, &person.id).await;
        assert_eq!(service.state(&person.id).await["status"], "verified");
        assert_eq!(
            person.show(&service, &appeal).await["outcome"],
            "overturned"
        );
    });
}

#[test]
fn a_decision_is_drawn_once_to_be_looked_at_again() {
    on_both(|service| async move {
        let (team, person) = drawn(&service).await;
        let upheld = decide(&service, &team.second, &person.id, refuse("name_mismatch")).await;
        assert_eq!(upheld.status, StatusCode::OK, "{}", upheld.body);
        assert_eq!(upheld.body["standing"], "settled", "{}", upheld.body);
    });
}

#[test]
fn whoever_looked_at_it_again_does_not_decide_the_appeal() {
    on_both(|service| async move {
        let (team, person) = drawn(&service).await;
        let desk = Desk::new(&service, ALL_AGAIN).await;
        let recheck = desk.open_case(&person.id, "recheck").await;
        assert_eq!(
            desk.vote(&team.second, &recheck, refuse("doc_edited"))
                .await,
            "settled"
        );
        let appeal = open_case(&service, &team.third, &person.id).await;
        let claimed = desk
            .claim(&team.second, appeal["id"].as_str().unwrap())
            .await;
        assert_eq!(claimed.status, StatusCode::FORBIDDEN, "{}", claimed.body);
        assert_eq!(claimed.body["code"], "seen_before");
    });
}

#[test]
fn whoever_is_alike_and_was_verified_meanwhile_is_looked_at_before_an_approval() {
    on_both(|service| async move {
        let policy =
            format!("{POLICY}\n[duplicates]\nsandbox = true\ndocuments = false\nidentities = true");
        let desk = Desk::new(&service, &policy).await;
        let one = desk.case("L1", "MAGIC REVIEW").await;
        let two = desk.case("L1", "MAGIC REVIEW").await;
        assert_eq!(
            desk.vote(&desk.reviewer, &one.id, approve()).await,
            "settled"
        );
        assert_eq!(
            desk.claim(&desk.reviewer, &two.id).await.status,
            StatusCode::OK
        );
        let new = desk.decide(&desk.reviewer, &two.id, approve()).await;
        assert_eq!(new.status, StatusCode::CONFLICT, "{}", new.body);
        assert_eq!(new.body["code"], "duplicates_new");
        let named = new.body["detail"].as_str().unwrap();
        assert!(named.contains(&one.applicant), "{named}");
        let seen = json!({ "verdict": "approve", "others": [one.applicant] });
        let approved = desk.decide(&desk.reviewer, &two.id, seen).await;
        assert_eq!(approved.status, StatusCode::OK, "{}", approved.body);
        let decided = desk.log("verification.decided").await;
        assert_eq!(
            decided.last().unwrap()["detail"]["others"],
            one.applicant.as_str()
        );
    });
}
