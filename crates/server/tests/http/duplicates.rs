//! One document, one person: a second account goes to a person, however many submit at once.

use axum::http::{Method, StatusCode};
use menshen_core::time::DAY;
use menshen_ledger::verify_evidence;
use menshen_server::do_one_job;
use serde_json::{Value, json};

use crate::support::{Service, codes, on_both, passport};

const CONFLICT: &str = "account_linked_conflict";

/// Lets the sandbox search its people, too.
async fn searched(service: &Service) {
    let policy = json!({ "toml": "version = \"searched\"\n[duplicates]\nsandbox = true" });
    let answer = service.put("/v1/policy", policy).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

/// Opens a first-level verification of a new applicant, with data; returns both ids.
async fn opened(service: &Service, user: &str, data: Value) -> (String, String) {
    let applicant = service.applicant(user).await;
    let id = service.verification(&applicant, "L1", "first").await;
    let answer = service
        .put(&format!("/v1/verifications/{id}/data"), data)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    (applicant, id)
}

/// The same, submitted and judged; returns the applicant and the state.
async fn judged(service: &Service, user: &str, data: Value) -> (String, Value) {
    let (applicant, id) = opened(service, user, data).await;
    assert_eq!(service.submit(&id).await.status, StatusCode::ACCEPTED);
    service.work().await;
    (applicant, service.state(&id).await)
}

fn person(name: &str, number: &str) -> Value {
    let mut data = passport(name);
    data["number"] = json!(number);
    data
}

async fn events(service: &Service, name: &str) -> Vec<Value> {
    let events = service.get("/v1/events?limit=200").await.body;
    let events = events["items"].as_array().unwrap().clone();
    events
        .into_iter()
        .filter(|event| event["event"] == name)
        .collect()
}

#[test]
fn a_second_account_with_the_same_document_or_identity_goes_to_a_person() {
    on_both(|service| async move {
        searched(&service).await;
        let (first, state) = judged(&service, "first", person("Ada Lovelace", "L1")).await;
        assert_eq!(state["status"], "verified");
        // Another name, the same document, typed in another way.
        let (second, state) = judged(&service, "second", person("Grace Hopper", " l-1 ")).await;
        assert_eq!(
            (state["status"].as_str(), codes(&state)),
            (Some("pending"), vec![CONFLICT])
        );
        let found = events(&service, "duplicate.found").await;
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0]["payload"]["others"],
            json!([first]),
            "{}",
            found[0]
        );
        assert_eq!(
            found[0]["payload"]["applicant"],
            json!(second),
            "{}",
            found[0]
        );
        assert!(!found[0].to_string().contains("Grace"));
        // The same person with another document.
        let (_, state) = judged(&service, "third", person("LOVELACE, ADA", "L2")).await;
        assert_eq!(codes(&state), [CONFLICT]);
        let decision = service
            .get(&format!(
                "/v1/verifications/{}/decisions",
                state["id"].as_str().unwrap()
            ))
            .await
            .body;
        let path = format!(
            "/v1/decisions/{}/evidence",
            decision[0]["id"].as_str().unwrap()
        );
        let file = service.get(&path).await.bytes;
        let evidence = verify_evidence(&file, &service.app.signer.verifier()).unwrap();
        let found = evidence.case.evidence.duplicates.unwrap();
        assert_eq!(found.identity, [first.parse().unwrap()]);
        // Another person with another document is nobody else's.
        let (_, state) = judged(&service, "fourth", person("Grace Hopper", "L4")).await;
        assert_eq!(state["status"], "verified");
        // Whoever is verified again is no duplicate of themselves.
        let again = service.verification(&first, "L1", "new_device").await;
        service.photo(&again, "selfie", b"a face").await;
        assert_eq!(service.submit(&again).await.status, StatusCode::ACCEPTED);
        service.work().await;
        assert_eq!(service.state(&again).await["status"], "verified");
    });
}

#[test]
fn a_sandbox_is_searched_where_its_policy_says_so() {
    on_both(|service| async move {
        for user in ["first", "second"] {
            let (_, state) = judged(&service, user, passport("Ada Lovelace")).await;
            assert_eq!(state["status"], "verified", "{user}");
        }
        assert!(events(&service, "duplicate.found").await.is_empty());
    });
}

#[test]
fn of_many_who_submit_one_document_at_once_exactly_one_is_verified() {
    on_both(|service| async move {
        searched(&service).await;
        for round in 0..4 {
            let mut ids = Vec::new();
            for user in 0..5 {
                // Even rounds: one document. Odd rounds: one person with five documents.
                let data = match round % 2 {
                    0 => person(
                        &format!("Person {}", ["A", "B", "C", "D", "E"][user]),
                        &format!("R{round}"),
                    ),
                    _ => person(
                        &format!("Same Person {}", ["A", "B"][round / 2]),
                        &format!("R{round}U{user}"),
                    ),
                };
                let (_, id) = opened(&service, &format!("{round} {user}"), data).await;
                assert_eq!(service.submit(&id).await.status, StatusCode::ACCEPTED);
                ids.push(id);
            }
            let mut nodes = tokio::task::JoinSet::new();
            for _ in 0..4 {
                let app = service.app.clone();
                nodes.spawn(async move { while do_one_job(&app).await.unwrap() {} });
            }
            nodes.join_all().await;
            // A job that gave way takes its turn a moment later.
            for _ in 0..10 {
                service.app.clock.advance(1_000);
                service.work().await;
            }
            let mut verified = 0;
            for id in &ids {
                let state = service.state(id).await;
                match state["status"].as_str() {
                    Some("verified") => verified += 1,
                    Some("pending") => assert_eq!(codes(&state), [CONFLICT]),
                    _ => panic!("{state}"),
                }
            }
            assert_eq!(verified, 1, "round {round}");
        }
    });
}

#[test]
fn an_erased_person_leaves_the_document_free() {
    on_both(|service| async move {
        searched(&service).await;
        let (first, _) = judged(&service, "first", person("Ada Lovelace", "L1")).await;
        service.app.clock.advance(1_900 * DAY);
        let erased = service.delete(&format!("/v1/applicants/{first}")).await;
        assert_eq!(erased.status, StatusCode::NO_CONTENT, "{}", erased.body);
        let (_, state) = judged(&service, "second", person("Ada Lovelace", "L1")).await;
        assert_eq!(state["status"], "verified", "{state}");
    });
}

#[test]
fn a_document_on_the_blocklist_goes_to_a_person_who_is_not_told_why() {
    on_both(|service| async move {
        let document = json!({ "document": "passport", "country": "UTO", "number": "L898902C3" });
        let entry = |days: Value| json!({ "document": document, "reason": "case-1", "days": days });
        let made = service.post("/v1/blocklist", entry(json!(2))).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert!(!made.body.to_string().contains("L898902C3"));
        let (applicant, state) = judged(&service, "first", passport("Ada Lovelace")).await;
        assert_eq!(state["status"], "pending");
        let token = service.token(&applicant, None).await;
        let path = format!("/v1/verifications/{}", state["id"].as_str().unwrap());
        let seen = service
            .call_as(&token, Method::GET, &path, None, &[])
            .await
            .body;
        assert_eq!(codes(&seen), ["(none)"], "{seen}");
        assert!(!seen.to_string().contains("block"), "{seen}");
        let decisions = service.get(&format!("{path}/decisions")).await.body;
        assert!(
            decisions.to_string().contains("blocklist_hit"),
            "{decisions}"
        );
        // Its day comes.
        service.app.clock.advance(2 * DAY);
        service.work().await;
        let list = service.get("/v1/blocklist").await.body;
        assert_eq!(list["items"], json!([]));
        let (_, state) = judged(&service, "second", passport("Ada Lovelace")).await;
        assert_eq!(state["status"], "verified");
        // Or it is removed by hand.
        let made = service.post("/v1/blocklist", entry(Value::Null)).await.body;
        let path = format!("/v1/blocklist/{}", made["id"].as_str().unwrap());
        assert_eq!(
            judged(&service, "third", passport("Ada Lovelace")).await.1["status"],
            "pending"
        );
        assert_eq!(service.delete(&path).await.status, StatusCode::NO_CONTENT);
        assert_eq!(service.delete(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            judged(&service, "fourth", passport("Ada Lovelace")).await.1["status"],
            "verified"
        );
        let audit = service.get("/v1/audit?limit=200").await.body.to_string();
        for action in ["block.created", "block.ended", "block.removed"] {
            assert!(audit.contains(action), "{action}");
        }
    });
}

#[test]
fn an_entry_that_says_nothing_clear_is_refused() {
    on_both(|service| async move {
        let applicant = service.applicant("first").await;
        let id = service.verification(&applicant, "L2", "first").await;
        service.photo(&id, "selfie", b"a face").await;
        let document = |number: &str, country: &str| json!({ "document": "passport", "country": country, "number": number });
        for (body, code) in [
            (json!({ "reason": "x" }), "block_invalid"),
            (
                json!({ "document": document("1", "UTO"), "face_of": id, "reason": "x" }),
                "block_invalid",
            ),
            (
                json!({ "document": document("1", "UTO"), "reason": "Ada Lovelace" }),
                "block_invalid",
            ),
            (
                json!({ "document": document("-", "UTO"), "reason": "x" }),
                "block_invalid",
            ),
            (
                json!({ "document": document("1", "ZZZ"), "reason": "x" }),
                "block_invalid",
            ),
            (
                json!({ "document": document("1", "UTO"), "reason": "x", "days": 0 }),
                "block_invalid",
            ),
            (json!({ "face_of": id, "reason": "x" }), "block_invalid"),
            (
                json!({ "face_of": id, "reason": "x", "days": 1_096 }),
                "block_invalid",
            ),
            (
                json!({ "face_of": id, "reason": "x", "days": 30 }),
                "face_missing",
            ),
        ] {
            let answer = service.post("/v1/blocklist", body.clone()).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
            assert_eq!(answer.body["code"], code, "{body} {}", answer.body);
        }
        let stranger = json!({ "face_of": uuid(9), "reason": "x", "days": 30 });
        assert_eq!(
            service.post("/v1/blocklist", stranger).await.status,
            StatusCode::NOT_FOUND
        );
        let once = [("idempotency-key", "one")];
        let body = json!({ "document": document("1", "UTO"), "reason": "x" });
        let mut ids = Vec::new();
        for _ in 0..2 {
            let path = "/v1/blocklist";
            let answer = service
                .call_as(&service.key, Method::POST, path, Some(body.clone()), &once)
                .await;
            ids.push(answer.body["id"].clone());
        }
        assert_eq!(ids[0], ids[1]);
        assert_eq!(
            service.get("/v1/blocklist").await.body["items"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    });
}

/// Returns an id that looks like one of ours.
pub fn uuid(n: u8) -> String {
    format!("01990000-0000-7000-8000-0000000000{n:02}")
}
