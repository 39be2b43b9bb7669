//! Tickets: a thread, its time, who sees what.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::attachments::{audited, picture};
use crate::pictures::png;
use crate::support::{Answer, Service, on_both};

const HOUR: i64 = 3_600_000;

async fn ask(service: &Service, secret: &str, path: &str, body: Value) -> Answer {
    service
        .call_as(secret, Method::POST, path, Some(body), &[])
        .await
}

async fn see(service: &Service, secret: &str, path: &str) -> Answer {
    service.call_as(secret, Method::GET, path, None, &[]).await
}

/// Opens a ticket and returns its id.
pub async fn open(service: &Service, secret: &str, applicant: &str, text: &str) -> String {
    let path = format!("/v1/applicants/{applicant}/tickets");
    let answer = ask(
        service,
        secret,
        &path,
        json!({ "kind": "stuck", "text": text }),
    )
    .await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    answer.body["id"].as_str().unwrap().to_owned()
}

/// Answers a ticket and returns the code of the answer.
pub async fn answer(service: &Service, secret: &str, ticket: &str, text: &str) -> String {
    let path = format!("/v1/support/tickets/{ticket}/messages");
    let answer = ask(service, secret, &path, json!({ "text": text })).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    answer.body["code"].as_str().unwrap().to_owned()
}

/// Returns the events of a name.
async fn events(service: &Service, name: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut path = "/v1/events?limit=200".to_owned();
    loop {
        let page = service.get(&path).await.body;
        let items = page["items"].as_array().unwrap().iter();
        found.extend(items.filter(|event| event["event"] == name).cloned());
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/events?limit=200&after={next}"),
            None => return found,
        }
    }
}

#[test]
fn a_thread_goes_from_a_question_to_its_answers_and_ends() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let case = service.verification(&applicant, "L2", "first").await;
        let person = service.token(&applicant, Some(&case)).await;
        let (agent_id, agent) = service.staff(&service.key, "reviewer").await;
        let shot = picture(&service, &person, &applicant, &png(64, 32)).await;
        let tickets = format!("/v1/applicants/{applicant}/tickets");
        let opened = ask(
            &service,
            &person,
            &tickets,
            json!({
                "kind": "document_photo", "text": " It says blurred.\r\nIt is not. ", "attachments": [shot],
                "diagnostics": { "app": "android/3.2.0", "system": "android", "system_version": "15", "camera": "ready",
                    "permission": "granted", "network": "wifi", "network_ms": 80, "light": "dim", "tried": ["updated"] },
                "diagnostics_consent": true,
            }),
        )
        .await;
        assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.body);
        // A token for one verification asks about that one.
        assert_eq!(opened.body["verification"], case.as_str());
        assert_eq!(
            opened.body["title"]["en"],
            "A photo of my document is not accepted"
        );
        assert_eq!(opened.body["due_at"], "2026-11-24T09:00:00Z");
        let ticket = opened.body["id"].as_str().unwrap();
        let queue = see(&service, &agent, "/v1/support/tickets").await.body;
        assert_eq!(queue["items"][0]["id"], ticket, "{queue}");
        assert!(!queue.to_string().contains("blurred"), "{queue}");
        let seen = see(&service, &agent, &format!("/v1/support/tickets/{ticket}")).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
        assert_eq!(
            seen.body["messages"][0]["text"],
            "It says blurred.\nIt is not."
        );
        assert_eq!(seen.body["diagnostics"]["light"], "dim");
        let code = answer(&service, &agent, ticket, "Try daylight.").await;
        let own = format!("/v1/tickets/{ticket}");
        let thread = see(&service, &person, &own).await.body;
        assert_eq!(thread["ticket"]["status"], "answered");
        assert_eq!(thread["messages"][0]["attachments"], json!([shot]));
        let reply = &thread["messages"][1];
        assert_eq!(
            (&reply["author"], &reply["text"], &reply["code"]),
            (&json!("staff"), &json!("Try daylight."), &json!(code))
        );
        assert!(
            !thread.to_string().contains(&agent_id),
            "who answers is nobody's business: {thread}"
        );
        let notices = see(
            &service,
            &person,
            &format!("/v1/applicants/{applicant}/notices"),
        )
        .await;
        let notice = &notices.body["items"][0];
        assert_eq!(notice["about"], "ticket_answered", "{}", notices.body);
        assert_eq!(notice["ticket"], ticket);
        let body = notice["body"]["en"].as_str().unwrap();
        assert!(body.contains(&code) && !body.contains("daylight"), "{body}");
        service.app.clock.advance(HOUR);
        let person = service.token(&applicant, Some(&case)).await;
        let more = ask(
            &service,
            &person,
            &format!("{own}/messages"),
            json!({ "text": "No." }),
        )
        .await;
        assert_eq!(more.status, StatusCode::CREATED, "{}", more.body);
        let thread = see(&service, &person, &own).await.body;
        assert_eq!(thread["ticket"]["due_at"], "2026-11-24T10:00:00Z");
        let early = ask(
            &service,
            &agent,
            &format!("/v1/support/tickets/{ticket}/close"),
            json!(null),
        )
        .await;
        assert_eq!(early.body["code"], "ticket_unanswered", "{}", early.body);
        answer(&service, &agent, ticket, "Then come by.").await;
        let closed = ask(
            &service,
            &agent,
            &format!("/v1/support/tickets/{ticket}/close"),
            json!(null),
        )
        .await;
        assert_eq!(closed.body["closed_by"], "staff", "{}", closed.body);
        for path in [format!("{own}/messages"), format!("{own}/close")] {
            let late = ask(&service, &person, &path, json!({ "text": "x" })).await;
            assert_eq!(late.body["code"], "ticket_closed", "{}", late.body);
        }
        let told = events(&service, "ticket.updated").await;
        let statuses: Vec<_> = told
            .iter()
            .map(|event| &event["payload"]["status"])
            .collect();
        assert_eq!(
            statuses,
            ["open", "answered", "open", "answered", "closed"],
            "{told:?}"
        );
        assert!(!json!(told).to_string().contains("blurred"));
    });
}

#[test]
fn an_answer_that_does_not_come_is_seen_and_told_once() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let ticket = open(&service, &service.key, &applicant, "help").await;
        let (_, agent) = service.staff(&service.key, "senior").await;
        service.app.clock.advance(47 * HOUR);
        service.work().await;
        let later = open(&service, &service.key, &applicant, "help again").await;
        let overdue = async || {
            let list = see(&service, &agent, "/v1/support/tickets").await.body;
            let items = list["items"].as_array().unwrap().clone();
            let ids: Vec<_> = items.iter().map(|item| item["id"].clone()).collect();
            assert_eq!(
                ids,
                [json!(ticket), json!(later)],
                "what is due first is first"
            );
            items[0]["overdue"].clone()
        };
        assert_eq!(overdue().await, false);
        for _ in 0..3 {
            service.app.clock.advance(HOUR);
            service.work().await;
        }
        assert_eq!(overdue().await, true);
        let told = events(&service, "ticket.updated").await;
        let n = told
            .iter()
            .filter(|e| e["payload"]["overdue"] == true)
            .count();
        assert_eq!((told.len(), n), (3, 1), "{told:?}");
        assert_eq!(audited(&service, "ticket.overdue").await, 1);
        let page = see(&service, &agent, "/v1/support/tickets?limit=1")
            .await
            .body;
        let next = page["next"].as_str().unwrap();
        let path = format!("/v1/support/tickets?limit=1&after={next}");
        let rest = see(&service, &agent, &path).await.body;
        assert_eq!(
            (&rest["items"][0]["id"], &rest["next"]),
            (&json!(later), &Value::Null)
        );
        answer(&service, &agent, &ticket, "here").await;
        let answered = see(&service, &agent, "/v1/support/tickets?status=answered")
            .await
            .body;
        assert_eq!(answered["items"][0]["overdue"], false);
    });
}

#[test]
fn a_policy_says_by_when_an_answer_is_due() {
    on_both(|service| async move {
        let policy = "version = \"s\"\n[service]\nticket_hours = 4";
        let put = service.put("/v1/policy", json!({ "toml": policy })).await;
        assert_eq!(put.status, StatusCode::OK, "{}", put.body);
        let applicant = service.applicant("one").await;
        open(&service, &service.key, &applicant, "help").await;
        let list = service
            .get(&format!("/v1/applicants/{applicant}/tickets"))
            .await;
        assert_eq!(list.body["items"][0]["due_at"], "2026-11-22T13:00:00Z");
    });
}

#[test]
fn a_verification_that_waits_too_long_shows_the_way_to_support() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L1", "first").await;
        service.attempt(&id, "MAGIC REVIEW", &[]).await;
        service.app.clock.advance(23 * HOUR);
        service.work().await;
        let state = service.state(&id).await;
        assert_eq!(state["status"], "pending");
        assert!(state.get("support").is_none(), "{state}");
        for _ in 0..3 {
            service.app.clock.advance(HOUR);
            service.work().await;
        }
        let state = service.state(&id).await;
        assert_eq!(state["status"], "pending");
        assert_eq!(state["support"]["kind"], "stuck", "{state}");
        assert!(
            state["support"]["text"]["zh-CN"]
                .as_str()
                .unwrap()
                .contains("客服")
        );
        assert_eq!(events(&service, "verification.overdue").await.len(), 1);
        assert_eq!(audited(&service, "verification.overdue").await, 1);
        let notices = service
            .get(&format!("/v1/applicants/{applicant}/notices"))
            .await;
        let about: Vec<_> = notices.body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|n| &n["about"])
            .collect();
        assert_eq!(about, ["overdue", "pending"]);
    });
}

#[test]
fn what_is_no_ticket_is_refused_and_nothing_is_made() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let path = format!("/v1/applicants/{applicant}/tickets");
        let said = |more: Value| {
            let mut body = json!({ "kind": "other", "text": "help", "diagnostics_consent": true });
            body.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            body
        };
        for (more, code) in [
            (json!({ "text": "" }), "text_invalid"),
            (json!({ "text": "bell \u{7}" }), "text_invalid"),
            (json!({ "text": "turned \u{202e}gpj" }), "text_invalid"),
            (json!({ "text": "x".repeat(4001) }), "text_invalid"),
            (json!({ "kind": "complaint" }), "body_invalid"),
            (json!({ "mood": "bad" }), "body_invalid"),
            (
                json!({ "diagnostics": { "phone": "+86138" } }),
                "body_invalid",
            ),
            (
                json!({ "diagnostics": { "camera": "my name is Ada" } }),
                "body_invalid",
            ),
            (
                json!({ "diagnostics": { "app": "Ada Lovelace" } }),
                "diagnostics_invalid",
            ),
            (
                json!({ "diagnostics": { "network_ms": 600_001 } }),
                "diagnostics_invalid",
            ),
            (
                json!({ "diagnostics": { "tried": vec!["updated"; 12] } }),
                "diagnostics_invalid",
            ),
            (
                json!({ "diagnostics": {}, "diagnostics_consent": false }),
                "diagnostics_consent_missing",
            ),
        ] {
            let answer = service.post(&path, said(more)).await;
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{}",
                answer.body
            );
            assert_eq!(answer.body["code"], code, "{}", answer.body);
        }
        let nowhere = "01990000-0000-7000-8000-000000000001";
        for more in [
            json!({ "verification": nowhere }),
            json!({ "attachments": [nowhere] }),
        ] {
            let answer = service.post(&path, said(more)).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.body);
        }
        assert_eq!(service.get(&path).await.body["items"], json!([]));
        assert!(events(&service, "ticket.updated").await.is_empty());
    });
}

#[test]
fn a_repeated_ticket_is_one_and_the_sixth_open_one_is_refused_however_they_race() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let path = format!("/v1/applicants/{applicant}/tickets");
        let body = json!({ "kind": "other", "text": "help" });
        let once = [("idempotency-key", "t-1")];
        let send = || service.call_as(&service.key, Method::POST, &path, Some(body.clone()), &once);
        let first = send().await;
        let again = send().await;
        assert_eq!(
            (again.status, &again.bytes),
            (StatusCode::CREATED, &first.bytes)
        );
        let mut asked = tokio::task::JoinSet::new();
        for n in 0..8 {
            let (router, key, path) = (service.router.clone(), service.key.clone(), path.clone());
            let body = json!({ "kind": "other", "text": format!("help {n}") }).to_string();
            asked.spawn(async move {
                let request = axum::http::Request::builder()
                    .method("POST")
                    .uri(path)
                    .header("authorization", format!("Bearer {key}"))
                    .body(axum::body::Body::from(body))
                    .unwrap();
                let answer = tower::ServiceExt::oneshot(router, request).await;
                answer.unwrap().status().as_u16()
            });
        }
        let statuses = asked.join_all().await;
        let made = statuses.iter().filter(|status| **status == 201).count();
        assert_eq!(made, 4, "{statuses:?}");
        let sixth = service.post(&path, body).await;
        assert_eq!(sixth.body["code"], "tickets_open", "{}", sixth.body);
        let ticket = first.body["id"].as_str().unwrap();
        let closed = service
            .post(&format!("/v1/tickets/{ticket}/close"), json!(null))
            .await;
        assert_eq!(closed.body["closed_by"], "person", "{}", closed.body);
        open(&service, &service.key, &applicant, "one more").await;
    });
}

#[test]
fn nobody_sees_the_ticket_of_another_or_its_pictures_before_they_open_it() {
    on_both(|service| async move {
        let (one, two) = (
            service.applicant("one").await,
            service.applicant("two").await,
        );
        let shot = picture(&service, &service.key, &one, &png(64, 32)).await;
        let body = json!({ "kind": "other", "text": "look", "attachments": [shot] });
        let ticket = service
            .post(&format!("/v1/applicants/{one}/tickets"), body)
            .await
            .body;
        let ticket = ticket["id"].as_str().unwrap();
        let stranger = service.token(&two, None).await;
        let operator = service.operator().await;
        let other = service.tenant(&operator, "another").await;
        let (_, foreign) = service.staff(&other, "senior").await;
        for (secret, path) in [
            (&stranger, format!("/v1/tickets/{ticket}")),
            (
                &stranger,
                format!("/v1/tickets/{ticket}/attachments/{shot}"),
            ),
            (&other, format!("/v1/tickets/{ticket}")),
            (&foreign, format!("/v1/support/tickets/{ticket}")),
            (&foreign, format!("/v1/support/tickets?after={ticket}")),
        ] {
            let answer = see(&service, secret, &path).await;
            assert_eq!(
                answer.status,
                StatusCode::NOT_FOUND,
                "{path} {}",
                answer.body
            );
        }
        let (_, agent) = service.staff(&service.key, "reviewer").await;
        let path = format!("/v1/support/tickets/{ticket}/attachments/{shot}");
        let early = see(&service, &agent, &path).await;
        assert_eq!(early.body["code"], "ticket_not_opened", "{}", early.body);
        see(&service, &agent, &format!("/v1/support/tickets/{ticket}")).await;
        // A sandbox keeps no picture.
        let none = see(&service, &agent, &path).await;
        assert_eq!(none.body["detail"], "no such picture", "{}", none.body);
        assert_eq!(audited(&service, "ticket.viewed").await, 1);
        // Another one of the staff has not opened it.
        let (_, colleague) = service.staff(&service.key, "senior").await;
        let early = see(&service, &colleague, &path).await;
        assert_eq!(early.body["code"], "ticket_not_opened");
    });
}

#[test]
fn a_person_who_is_erased_asks_nothing_any_more() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let shot = picture(&service, &service.key, &applicant, &png(64, 32)).await;
        let tickets = format!("/v1/applicants/{applicant}/tickets");
        let body = json!({ "kind": "other", "text": "look", "attachments": [shot] });
        let opened = service.post(&tickets, body).await;
        let ticket = opened.body["id"].as_str().unwrap();
        let (_, agent) = service.staff(&service.key, "reviewer").await;
        answer(&service, &agent, ticket, "We look.").await;
        let erased = service.delete(&format!("/v1/applicants/{applicant}")).await;
        assert_eq!(erased.status, StatusCode::NO_CONTENT, "{}", erased.body);
        let path = format!("/v1/support/tickets/{ticket}");
        let gone = see(&service, &agent, &path).await;
        assert_eq!(gone.body["code"], "applicant_erased", "{}", gone.body);
        let closed = see(&service, &agent, "/v1/support/tickets?status=closed")
            .await
            .body;
        assert_eq!(closed["items"][0]["closed_by"], "erased");
        let notices = service
            .get(&format!("/v1/applicants/{applicant}/notices"))
            .await;
        assert_eq!(notices.status, StatusCode::OK, "{}", notices.body);
        for (path, body) in [
            (tickets, json!({ "kind": "other", "text": "x" })),
            (
                "/v1/official/check".to_owned(),
                json!({ "applicant": applicant, "code": "2222-2222" }),
            ),
        ] {
            let answer = service.post(&path, body).await;
            assert_eq!(answer.body["code"], "applicant_erased", "{}", answer.body);
        }
    });
}

#[test]
fn a_full_ticket_is_answered_and_closed_all_the_same() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let (_, agent) = service.staff(&service.key, "reviewer").await;
        let ticket = open(&service, &service.key, &applicant, "once").await;
        let path = format!("/v1/tickets/{ticket}/messages");
        for n in 2..=101 {
            let again = ask(&service, &service.key, &path, json!({ "text": "again" })).await;
            let full = again.body["code"] == "ticket_full";
            assert_eq!(full, n > 100, "{n} {}", again.body);
        }
        answer(&service, &agent, &ticket, "Here you are.").await;
        let close = format!("/v1/support/tickets/{ticket}/close");
        let closed = ask(&service, &agent, &close, json!({})).await;
        assert!(closed.status.is_success(), "{}", closed.body);
        let own = see(&service, &service.key, &format!("/v1/tickets/{ticket}")).await;
        let messages = own.body["messages"].as_array().unwrap();
        assert_eq!(messages.len(), 101, "the answer is shown");
    });
}
