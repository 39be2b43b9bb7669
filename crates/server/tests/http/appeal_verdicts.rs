//! Appeals on their way through people's hands: what they bring, when they are due, who decides, what comes of it.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use menshen_server::Config;
use serde_json::{Value, json};

use crate::appeals::{DAY, Failed, HOUR, MINUTE, fail, word};
use crate::support::{Answer, Service, codes, next, on_both, on_both_with};

/// People who work for the tenant.
pub struct Team {
    pub first: String,
    pub second: String,
    pub third: String,
    pub senior: String,
}

impl Team {
    pub async fn new(service: &Service) -> Self {
        let of = |role| service.staff(&service.key, role);
        Self {
            first: of("reviewer").await.1,
            second: of("reviewer").await.1,
            third: of("reviewer").await.1,
            senior: of("senior").await.1,
        }
    }
}

/// Returns the open case of a verification, as somebody who works for the tenant sees it.
pub async fn open_case(service: &Service, who: &str, verification: &str) -> Value {
    let listed = service.call_as(who, Method::GET, "/v1/review/cases?limit=200", None, &[]);
    let listed = listed.await;
    assert_eq!(listed.status, StatusCode::OK, "{}", listed.body);
    let mut items = listed.body["items"].as_array().unwrap().iter();
    // One decision in twenty is looked at again, drawn at random: that is another case.
    let found =
        items.find(|item| item["verification"] == verification && item["queue"] != "recheck");
    found
        .unwrap_or_else(|| panic!("no case: {}", listed.body))
        .clone()
}

pub async fn claim(service: &Service, who: &str, case: &Value) -> Answer {
    let path = format!("/v1/review/cases/{}/claim", case["id"].as_str().unwrap());
    service.call_as(who, Method::POST, &path, None, &[]).await
}

/// Claims the open case of a verification and says something about it.
pub async fn decide(service: &Service, who: &str, verification: &str, verdict: Value) -> Answer {
    let case = open_case(service, who, verification).await;
    let claimed = claim(service, who, &case).await;
    assert_eq!(claimed.status, StatusCode::OK, "{}", claimed.body);
    let path = format!("/v1/review/cases/{}/decide", case["id"].as_str().unwrap());
    service
        .call_as(who, Method::POST, &path, Some(verdict), &[])
        .await
}

pub fn approve() -> Value {
    json!({ "verdict": "approve" })
}

pub fn refuse(code: &str) -> Value {
    json!({ "verdict": "refuse", "codes": [code] })
}

/// Two agree that the verdict was wrong.
pub async fn grant(service: &Service, who: &str, senior: &str, verification: &str) {
    let one = decide(service, who, verification, approve()).await;
    assert_eq!(one.body["standing"], "second", "{}", one.body);
    let two = decide(service, senior, verification, approve()).await;
    assert_eq!(two.body["standing"], "settled", "{}", two.body);
    service.work().await;
}

/// Opens an appeal that the integrator vouches for, and returns its id.
async fn vouched(service: &Service, person: &Failed, code: &str) -> String {
    let appeal = person.appeal(service, code).await;
    let id = appeal["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/appeals/{id}/vouch");
    let vouched = service.post(&path, json!(null)).await;
    assert_eq!(vouched.status, StatusCode::OK, "{}", vouched.body);
    id
}

/// Has the statement dictated and returns its English lines.
pub async fn dictated(service: &Service, person: &Failed, appeal: &str) -> Vec<String> {
    let path = format!("/{appeal}/statement");
    let answer = person.call(service, &path, json!(null)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let lines = answer.body["lines"]["en"].as_array().unwrap();
    lines
        .iter()
        .map(|line| line.as_str().unwrap().to_owned())
        .collect()
}

/// Hands in the photo of a statement; a sandbox reads a text.
pub async fn sheet(service: &Service, person: &Failed, appeal: &str, bytes: &[u8]) -> Answer {
    let token = service.token(&person.applicant, None).await;
    let request = Request::put(format!("/v1/appeals/{appeal}/statement"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "image/jpeg")
        .body(Body::from(bytes.to_vec()))
        .unwrap();
    service.send(request).await
}

/// Writes down what was dictated, and hands it in.
async fn state_it(service: &Service, person: &Failed, appeal: &str) {
    let lines = dictated(service, person, appeal).await;
    let text = format!("MAGIC\n{}", lines.join("\n"));
    let answer = sheet(service, person, appeal, text.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.body["usable"], true, "{}", answer.body);
}

pub async fn hand_in(service: &Service, person: &Failed, appeal: &str) -> Value {
    let answer = person
        .call(service, &format!("/{appeal}/submit"), json!(null))
        .await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    answer.body
}

/// An appeal that waits for its reviewer; returns its id.
pub async fn waiting(service: &Service, person: &Failed, code: &str) -> String {
    let id = vouched(service, person, code).await;
    state_it(service, person, &id).await;
    let appeal = hand_in(service, person, &id).await;
    assert_eq!(appeal["status"], "waiting");
    id
}

#[test]
fn whoever_decided_first_never_decides_the_appeal_and_granting_it_takes_two() {
    on_both(|service| async move {
        let team = Team::new(&service).await;
        let person = fail(&service, "MAGIC doc_damaged", None).await;
        let refused = decide(&service, &team.first, &person.id, refuse("doc_damaged")).await;
        assert_eq!(refused.body["standing"], "settled", "{}", refused.body);
        let state = service.state(&person.id).await;
        assert_eq!(
            (&state["status"], &state["retry"]),
            (&json!("failed"), &json!("appeal"))
        );
        let id = waiting(&service, &person, "doc_damaged").await;
        let state = service.state(&person.id).await;
        assert_eq!(state["status"], "pending");
        assert_eq!(codes(&state)[0], "appeal_in_progress");
        let case = open_case(&service, &team.first, &person.id).await;
        assert_eq!(
            (&case["queue"], &case["refusal"]),
            (&json!("appeal"), &json!("seen_before"))
        );
        let own = claim(&service, &team.first, &case).await;
        assert_eq!(word(&own), (StatusCode::FORBIDDEN, "seen_before"));
        let one = decide(&service, &team.second, &person.id, approve()).await;
        assert_eq!(one.body["standing"], "second");
        assert_eq!(service.state(&person.id).await["status"], "pending");
        let third = open_case(&service, &team.third, &person.id).await;
        let junior = claim(&service, &team.third, &third).await;
        assert_eq!(word(&junior), (StatusCode::FORBIDDEN, "senior_needed"));
        let two = decide(&service, &team.senior, &person.id, approve()).await;
        assert_eq!(two.body["standing"], "settled");
        let state = service.state(&person.id).await;
        assert_eq!(state["status"], "verified", "{state}");
        assert_eq!(state["appeal"]["outcome"], "overturned");
        let appeal = person.show(&service, &id).await;
        assert_eq!(
            (&appeal["status"], &appeal["next"]),
            (&json!("decided"), &json!([]))
        );
        let statistics = service.get("/v1/appeals/statistics").await.body;
        let policy = &state["policy"];
        let rule = json!({ "code": "doc_damaged", "policy": policy, "overturned": 1, "upheld": 0 });
        assert_eq!(statistics, json!([rule]));
        told(
            &service,
            &person,
            &["appeal.opened", "appeal.changed", "appeal.decided"],
        )
        .await;
    });
}

/// The integrator and the person heard of it.
async fn told(service: &Service, person: &Failed, events: &[&str]) {
    let listed = service.get("/v1/events?limit=200").await.body;
    let listed = listed["items"].as_array().unwrap();
    let heard: Vec<&str> = listed
        .iter()
        .filter(|event| event["event"].as_str().unwrap().starts_with("appeal."))
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    assert_eq!(heard, events);
    let last = listed
        .iter()
        .rfind(|event| event["event"] == "appeal.decided")
        .unwrap();
    assert_eq!(last["payload"]["outcome"], "overturned");
    let path = format!("/v1/applicants/{}/notices", person.applicant);
    let notices = service.get(&path).await.body;
    let about: Vec<&str> = notices["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|notice| notice["about"].as_str().unwrap())
        .collect();
    for expected in ["appeal_opened", "appeal_decided", "verified"] {
        assert!(about.contains(&expected), "{about:?}");
    }
}

#[test]
fn who_loses_an_appeal_can_do_what_they_could_before() {
    on_both(|service| async move {
        let team = Team::new(&service).await;
        let person = fail(&service, "MAGIC doc_expired", None).await;
        let id = waiting(&service, &person, "doc_expired").await;
        let path = format!("/v1/appeals/{id}");
        let back = service.delete(&path);
        assert_eq!(word(&back.await), (StatusCode::CONFLICT, "appeal_not_now"));
        let refused = decide(&service, &team.second, &person.id, refuse("doc_expired")).await;
        assert_eq!(refused.body["standing"], "settled", "{}", refused.body);
        let state = service.state(&person.id).await;
        assert_eq!(
            (&state["status"], &state["retry"]),
            (&json!("failed"), &json!("now"))
        );
        assert_eq!(state["appeal"]["outcome"], "upheld");
        let statistics = service.get("/v1/appeals/statistics?days=1").await.body;
        assert_eq!(statistics[0]["upheld"], 1);
        let data = service.data(&person.id, "Ada Lovelace").await;
        assert_eq!(data.status, StatusCode::OK, "{}", data.body);
        let bad = service.get("/v1/appeals/statistics?days=0").await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}

#[test]
fn a_reviewer_may_ask_for_one_more_step_and_nothing_else_is_taken() {
    on_both(|service| async move {
        let team = Team::new(&service).await;
        let applicant = service.applicant("one more step").await;
        let id = service.verification(&applicant, "L2", "first").await;
        service.whole_way(&id, "MAGIC doc_expired").await;
        let person = Failed { applicant, id };
        let appeal = waiting(&service, &person, "doc_expired").await;
        let ask = json!({ "verdict": "ask_again", "steps": ["document_front"], "codes": ["doc_blurred"] });
        let asked = decide(&service, &team.first, &person.id, ask).await;
        assert_eq!(asked.body["standing"], "settled", "{}", asked.body);
        let shown = person.show(&service, &appeal).await;
        assert_eq!(shown["status"], "asked_again");
        assert_eq!(shown["asked"][0]["step"], "document_front");
        assert_eq!(next(&service.state(&person.id).await), ["document_front"]);
        for answer in [
            service.data(&person.id, "Ada Lovelace").await,
            service.photo(&person.id, "selfie", b"another face").await,
            service.submit(&person.id).await,
        ] {
            assert_eq!(word(&answer), (StatusCode::CONFLICT, "appeal_in_progress"));
        }
        let early = person
            .call(&service, &format!("/{appeal}/submit"), json!(null))
            .await;
        assert_eq!(word(&early), (StatusCode::CONFLICT, "steps_missing"));
        service.app.clock.advance(2 * DAY);
        let photo = service.photo(&person.id, "front", b"a sharper card").await;
        assert_eq!(photo.status, StatusCode::CREATED, "{}", photo.body);
        let again = hand_in(&service, &person, &appeal).await;
        // Tuesday now: the answer is due when Friday is over.
        assert_eq!(again["due_at"], "2026-11-28T00:00:00Z");
        let late = service
            .photo(&person.id, "front", b"yet another card")
            .await;
        assert_eq!(word(&late), (StatusCode::CONFLICT, "appeal_in_progress"));
        // The machine judges the new photo first, and people see what it found.
        assert_eq!(service.state(&person.id).await["processing"], true);
        service.work().await;
        let case = open_case(&service, &team.second, &person.id).await;
        assert_eq!(case["due_at"], "2026-11-28T00:00:00Z");
        let path = format!("/v1/verifications/{}/decisions", person.id);
        let decisions = service.get(&path).await.body;
        let people = |decision: &&Value| decision["case"].is_string();
        let decisions = decisions.as_array().unwrap();
        assert_eq!(
            (decisions.len(), decisions.iter().filter(people).count()),
            (3, 1)
        );
        let known = open_case(&service, &team.first, &person.id).await;
        assert_eq!(
            known["refusal"], "seen_before",
            "somebody else looks at the new photo"
        );
        grant(&service, &team.second, &team.senior, &person.id).await;
        assert_eq!(service.state(&person.id).await["status"], "verified");
    });
}

#[test]
fn an_answer_is_due_by_the_operators_calendar() {
    on_both(|service| async move {
        let toml = r#"
            version = "shanghai"
            [calendar]
            zone = "Asia/Shanghai"
            opens = "09:00"
            closes = "18:00"
            holidays = ["2026-11-24"]
        "#;
        let put = service.put("/v1/policy", json!({ "toml": toml })).await;
        assert_eq!(put.status, StatusCode::OK, "{}", put.body);
        let person = fail(&service, "MAGIC doc_expired", None).await;
        let id = vouched(&service, &person, "doc_expired").await;
        state_it(&service, &person, &id).await;
        // Sunday counts as Monday; Tuesday is a holiday: Wednesday, Thursday, Friday at six.
        let appeal = hand_in(&service, &person, &id).await;
        assert_eq!(appeal["due_at"], "2026-11-27T10:00:00Z");
        let state = service.state(&person.id).await;
        assert_eq!(state["appeal"]["due_at"], "2026-11-27T10:00:00Z");
        assert_eq!(state["expected_at"], "2026-11-27T10:00:00Z");
        // Friday at eight in the evening counts as Monday.
        service.app.clock.advance(5 * DAY + 3 * HOUR);
        let other = fail(&service, "MAGIC name_mismatch", None).await;
        let id = vouched(&service, &other, "name_mismatch").await;
        state_it(&service, &other, &id).await;
        let appeal = hand_in(&service, &other, &id).await;
        assert_eq!(appeal["due_at"], "2026-12-03T10:00:00Z");
    });
}

#[test]
fn waiting_beyond_the_promised_time_can_be_appealed_against() {
    on_both(|service| async move {
        let team = Team::new(&service).await;
        let person = fail(&service, "MAGIC REVIEW", None).await;
        let due = service.state(&person.id).await["expected_at"].clone();
        let body = || json!({ "verification": person.id });
        let early = person.call(&service, "", body()).await;
        assert_eq!(word(&early), (StatusCode::CONFLICT, "not_now"));
        assert_eq!(early.body["retry_at"], due);
        let case = open_case(&service, &team.first, &person.id).await;
        assert_eq!(
            claim(&service, &team.first, &case).await.status,
            StatusCode::OK
        );
        service.app.clock.advance(DAY);
        let appeal = person.call(&service, "", body()).await;
        assert_eq!(appeal.status, StatusCode::CREATED, "{}", appeal.body);
        let id = appeal.body["id"].as_str().unwrap();
        service
            .post(&format!("/v1/appeals/{id}/vouch"), json!(null))
            .await;
        state_it(&service, &person, id).await;
        hand_in(&service, &person, id).await;
        // The old case is gone, and whoever held it knows it.
        let case = open_case(&service, &team.first, &person.id).await;
        assert_eq!(
            (&case["queue"], &case["refusal"]),
            (&json!("appeal"), &json!("seen_before"))
        );
        grant(&service, &team.second, &team.senior, &person.id).await;
        assert_eq!(service.state(&person.id).await["status"], "verified");
        let statistics = service.get("/v1/appeals/statistics").await.body;
        assert_eq!(
            (&statistics[0]["code"], &statistics[0]["overturned"]),
            (&Value::Null, &json!(1))
        );
    });
}

#[test]
fn what_is_stuck_goes_to_people_when_the_machine_is_back_and_ends_where_it_approves() {
    on_both(|service| async move {
        let team = Team::new(&service).await;
        for (name, approved) in [("MAGIC doc_expired", false), ("Ada Lovelace", true)] {
            let applicant = service.applicant(name).await;
            let id = service.verification(&applicant, "L1", "first").await;
            service.data(&id, name).await;
            let submitted = service.submit(&id).await;
            assert_eq!(submitted.status, StatusCode::ACCEPTED);
            let person = Failed { applicant, id };
            let early = person
                .call(&service, "", json!({ "verification": person.id }))
                .await;
            assert_eq!(word(&early), (StatusCode::CONFLICT, "not_now"));
            service.app.clock.advance(3 * MINUTE);
            let appeal = person
                .call(&service, "", json!({ "verification": person.id }))
                .await;
            assert_eq!(appeal.status, StatusCode::CREATED, "{}", appeal.body);
            let appeal = appeal.body["id"].as_str().unwrap().to_owned();
            service
                .post(&format!("/v1/appeals/{appeal}/vouch"), json!(null))
                .await;
            state_it(&service, &person, &appeal).await;
            hand_in(&service, &person, &appeal).await;
            assert_eq!(service.state(&person.id).await["processing"], true);
            service.work().await;
            let state = service.state(&person.id).await;
            if approved {
                assert_eq!(state["status"], "verified");
                assert_eq!(state["appeal"]["status"], "lapsed");
                continue;
            }
            assert_eq!(state["status"], "pending", "{state}");
            let case = open_case(&service, &team.first, &person.id).await;
            assert_eq!(case["queue"], "appeal");
            grant(&service, &team.first, &team.senior, &person.id).await;
            assert_eq!(service.state(&person.id).await["status"], "verified");
        }
    });
}

#[test]
fn the_statement_of_another_case_is_refused_and_nothing_is_kept() {
    on_both(|service| async move {
        let person = fail(&service, "MAGIC doc_expired", None).await;
        let other = fail(&service, "MAGIC name_mismatch", None).await;
        let id = vouched(&service, &person, "doc_expired").await;
        let theirs = vouched(&service, &other, "name_mismatch").await;
        let none = sheet(&service, &person, &id, b"MAGIC").await;
        assert_eq!(
            word(&none),
            (StatusCode::CONFLICT, "statement_not_dictated")
        );
        let own = dictated(&service, &person, &id).await;
        assert!(
            own[0].contains("MAGIC doc expired") && own[2] == "2026-11-22",
            "{own:?}"
        );
        let lines = dictated(&service, &other, &theirs).await;
        let text = format!("MAGIC\n{}", lines.join("\n"));
        let refused = (StatusCode::UNPROCESSABLE_ENTITY, "statement_text_mismatch");
        let foreign = sheet(&service, &person, &id, text.as_bytes()).await;
        assert_eq!(word(&foreign), refused, "{}", foreign.body);
        let remedy = foreign.body["reasons"][0]["remedy"]["en"].as_str().unwrap();
        assert!(remedy.contains("another case"), "{remedy}");
        // The one that was dictated before this one is of another case, too.
        let old = format!("MAGIC\n{}", own.join("\n"));
        let own = dictated(&service, &person, &id).await;
        assert_eq!(
            word(&sheet(&service, &person, &id, old.as_bytes()).await),
            refused
        );
        let dated = sheet(&service, &person, &id, b"MAGIC statement_date_old").await;
        assert_eq!(word(&dated).1, "statement_date_old");
        assert_eq!(
            person.show(&service, &id).await["next"],
            json!(["statement", "submit"])
        );
        let early = person
            .call(&service, &format!("/{id}/submit"), json!(null))
            .await;
        assert_eq!(word(&early), (StatusCode::CONFLICT, "statement_missing"));
        let good = format!("MAGIC\n{}", own.join("\n"));
        let good = sheet(&service, &person, &id, good.as_bytes()).await;
        assert_eq!(
            (good.status, &good.body["usable"]),
            (StatusCode::OK, &json!(true))
        );
        let strange = sheet(&service, &other, &id, b"MAGIC").await;
        assert_eq!(
            strange.status,
            StatusCode::NOT_FOUND,
            "another person's appeal"
        );
    });
}

#[test]
fn a_hand_that_no_machine_reads_is_looked_at_by_a_person_after_three_photos() {
    on_both(|service| async move {
        let team = Team::new(&service).await;
        let person = fail(&service, "MAGIC doc_expired", None).await;
        let id = vouched(&service, &person, "doc_expired").await;
        dictated(&service, &person, &id).await;
        for (tries, usable) in [(1, false), (2, false), (3, true)] {
            let photo = format!("MAGIC\nscribble {tries}");
            let answer = sheet(&service, &person, &id, photo.as_bytes()).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            assert_eq!(answer.body["tries"], tries);
            assert_eq!(answer.body["usable"], usable, "{}", answer.body);
            assert_eq!(answer.body["reasons"][0]["code"], "statement_text_mismatch");
        }
        hand_in(&service, &person, &id).await;
        let case = open_case(&service, &team.first, &person.id).await;
        claim(&service, &team.first, &case).await;
        let path = format!("/v1/review/cases/{}", case["id"].as_str().unwrap());
        let held = service
            .call_as(&team.first, Method::GET, &path, None, &[])
            .await;
        let appeal = &held.body["evidence"]["appeal"];
        assert_eq!(appeal["words"], "My card is fine.", "{}", held.body);
        assert_eq!(appeal["statement"]["read"], json!(["scribble 3"]));
        assert_eq!(
            appeal["statement"]["reasons"][0]["finding"]["code"],
            "statement_text_mismatch"
        );
        let stranger = service
            .call_as(&team.second, Method::GET, &path, None, &[])
            .await;
        assert_eq!(stranger.body.get("evidence"), None, "only whoever holds it");
    });
}

#[test]
fn a_policy_may_do_without_a_statement() {
    on_both_with(Config::default(), |service| async move {
        let toml = "version = \"plain\"\n[appeals]\nstatement = false";
        let put = service.put("/v1/policy", json!({ "toml": toml })).await;
        assert_eq!(put.status, StatusCode::OK, "{}", put.body);
        let person = fail(&service, "MAGIC doc_expired", None).await;
        let id = vouched(&service, &person, "doc_expired").await;
        assert_eq!(person.show(&service, &id).await["next"], json!(["submit"]));
        hand_in(&service, &person, &id).await;
    });
}

#[test]
fn handing_in_twice_with_one_key_is_once() {
    on_both(|service| async move {
        let person = fail(&service, "MAGIC doc_expired", None).await;
        let id = vouched(&service, &person, "doc_expired").await;
        state_it(&service, &person, &id).await;
        let path = format!("/v1/appeals/{id}/submit");
        let key = [("idempotency-key", "one")];
        let send = || service.call_as(&service.key, Method::POST, &path, None, &key);
        let (one, two) = (send().await, send().await);
        assert_eq!(
            (one.status, two.status),
            (StatusCode::ACCEPTED, StatusCode::ACCEPTED)
        );
        assert_eq!(one.body, two.body);
        let third = service.post(&path, json!(null)).await;
        assert_eq!(word(&third), (StatusCode::CONFLICT, "appeal_not_now"));
    });
}
