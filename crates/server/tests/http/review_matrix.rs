//! Who may decide what: every situation, every role, every verdict.

use axum::http::StatusCode;
use serde_json::json;

use crate::desk::{CLAIM, Case, Desk, POLICY, approve, ask_again, refuse};
use crate::support::{Service, on_both};

/// What somebody has to do with a case before they try to decide it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Situation {
    Unclaimed,
    Mine,
    Released,
    RanOut,
    Others,
    FirstWasMe,
    SecondAfterReviewer,
    SawItBeforeTheFirst,
    Disputed,
    OwnCase,
    Closed,
}

const SITUATIONS: [Situation; 11] = [
    Situation::Unclaimed,
    Situation::Mine,
    Situation::Released,
    Situation::Others,
    Situation::FirstWasMe,
    Situation::SecondAfterReviewer,
    Situation::SawItBeforeTheFirst,
    Situation::Disputed,
    Situation::OwnCase,
    Situation::Closed,
    // Last: it turns the clock, and a person's token ends by it.
    Situation::RanOut,
];

/// Who tries.
struct Who {
    name: &'static str,
    id: Option<String>,
    secret: String,
}

/// What must come of it: the code of the problem, or where the case stands.
fn expected(situation: Situation, who: &str, verdict: &str) -> &'static str {
    use Situation::{
        Closed, Disputed, FirstWasMe, Mine, Others, OwnCase, Released, SawItBeforeTheFirst,
        SecondAfterReviewer, Unclaimed,
    };
    match (who, situation, verdict) {
        ("key" | "person" | "operator" | "auditor", ..) => "scope_missing",
        ("foreign senior", ..) => "not_found",
        (_, OwnCase, _) => "own_case",
        (_, Closed, _) => "case_closed",
        (_, Unclaimed | Released | Situation::RanOut | Others, _) => "not_claimed",
        (_, FirstWasMe, _) => "voted_before",
        (_, SawItBeforeTheFirst, _) => "seen_before",
        (_, Mine, "approve") => "second",
        (_, Mine, _) => "settled",
        ("reviewer", SecondAfterReviewer | Disputed, _) => "senior_needed",
        (_, SecondAfterReviewer, "approve") => "settled",
        (_, SecondAfterReviewer, _) => "disputed",
        (_, Disputed, "ask_again") => "stands_alone",
        (_, Disputed, _) => "settled",
    }
}

async fn bring_about(desk: &Desk<'_>, situation: Situation, case: &Case, who: &Who) {
    let me = &who.secret;
    match situation {
        Situation::Unclaimed => {}
        Situation::Mine => {
            desk.claim(me, &case.id).await;
        }
        Situation::Released => {
            desk.claim(me, &case.id).await;
            desk.release(me, &case.id, "open").await;
        }
        Situation::RanOut => {
            desk.claim(me, &case.id).await;
            if who.id.is_some() {
                desk.service.app.clock.advance(CLAIM);
            }
        }
        Situation::Others => {
            desk.claim(&desk.senior, &case.id).await;
        }
        Situation::FirstWasMe => {
            desk.claim(me, &case.id).await;
            desk.decide(me, &case.id, approve()).await;
            desk.claim(me, &case.id).await;
        }
        Situation::SecondAfterReviewer => {
            desk.vote(&desk.reviewer, &case.id, approve()).await;
            desk.claim(me, &case.id).await;
        }
        Situation::SawItBeforeTheFirst => {
            desk.claim(me, &case.id).await;
            desk.release(me, &case.id, "open").await;
            desk.vote(&desk.reviewer, &case.id, approve()).await;
            desk.claim(me, &case.id).await;
        }
        Situation::Disputed => {
            desk.vote(&desk.reviewer, &case.id, approve()).await;
            let standing = desk.vote(&desk.senior, &case.id, refuse()).await;
            assert_eq!(standing, "disputed");
            desk.claim(me, &case.id).await;
        }
        Situation::OwnCase => {
            if let Some(id) = &who.id {
                let body = json!({ "role": who.name, "applicant": case.applicant });
                let linked = desk.service.put(&format!("/v1/staff/{id}"), body).await;
                assert_eq!(linked.status, StatusCode::OK, "{}", linked.body);
            }
            desk.claim(me, &case.id).await;
        }
        Situation::Closed => {
            desk.vote(&desk.reviewer, &case.id, refuse()).await;
        }
    }
}

async fn somebody(service: &Service, name: &'static str) -> Who {
    let (id, secret) = service.staff(&service.key, name).await;
    Who {
        name,
        id: Some(id),
        secret,
    }
}

#[test]
fn nobody_decides_what_they_may_not_the_whole_matrix() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let operator = service.operator().await;
        let foreign = service.tenant(&operator, "another").await;
        let anybody = service.applicant("anybody").await;
        let mut people = vec![
            Who {
                name: "key",
                id: None,
                secret: service.key.clone(),
            },
            Who {
                name: "person",
                id: None,
                secret: service.token(&anybody, None).await,
            },
            Who {
                name: "foreign senior",
                id: None,
                secret: service.staff(&foreign, "senior").await.1,
            },
        ];
        for name in ["operator", "reviewer", "senior", "auditor"] {
            people.push(somebody(&service, name).await);
        }
        let mut n_cells = 0;
        let mut self_approvals = 0;
        for situation in SITUATIONS {
            for who in &people {
                for (verdict, body) in [
                    ("approve", approve()),
                    ("refuse", refuse()),
                    ("ask_again", ask_again()),
                ] {
                    let cell = format!("{situation:?} {} {verdict}", who.name);
                    // Nobody is two people: each case of one's own is another person's.
                    let fresh = match (situation, &who.id) {
                        (Situation::OwnCase, Some(_)) => Some(somebody(&service, who.name).await),
                        _ => None,
                    };
                    let who = fresh.as_ref().unwrap_or(who);
                    let case = desk.case("L2", "MAGIC REVIEW").await;
                    bring_about(&desk, situation, &case, who).await;
                    let path = format!("/v1/review/cases/{}", case.id);
                    let look = desk.get(&who.secret, &path).await;
                    let shown = look.body.get("evidence").is_some();
                    let answer = desk.decide(&who.secret, &case.id, body).await;
                    let expected = expected(situation, who.name, verdict);
                    let found = answer.body["standing"]
                        .as_str()
                        .or(answer.body["code"].as_str());
                    assert_eq!(found, Some(expected), "{cell}: {}", answer.body);
                    let holds =
                        ["second", "settled", "disputed", "stands_alone"].contains(&expected);
                    assert_eq!(
                        shown, holds,
                        "who decides has seen it, who does not has not: {cell}"
                    );
                    let status = match (situation, expected, verdict) {
                        (Situation::Closed, ..) | (_, "settled", "refuse") => "failed",
                        (_, "settled", "approve") => "verified",
                        (_, "settled", _) => "in_progress",
                        _ => "pending",
                    };
                    let state = service.state(&case.verification).await;
                    assert_eq!(state["status"], status, "{cell}");
                    let alone = [Situation::OwnCase, Situation::FirstWasMe, Situation::Mine]
                        .contains(&situation);
                    self_approvals += u32::from(alone && state["status"] == "verified");
                    n_cells += 1;
                }
            }
        }
        println!("{n_cells} cells, {self_approvals} self-approvals");
        assert_eq!((n_cells, self_approvals), (11 * 7 * 3, 0));
    });
}
