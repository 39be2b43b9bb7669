//! Appeals: what can be disputed, who may, what is locked meanwhile, how often a code may be guessed.

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::notices::Gateway;
use crate::support::{Answer, Service, codes, on_both, on_both_with};

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// A person whose verification failed.
pub struct Failed {
    pub applicant: String,
    pub id: String,
}

/// Somebody with a telephone number whose first-level verification ends as a name says.
pub async fn fail(service: &Service, name: &str, phone: Option<&str>) -> Failed {
    let external = format!("{name} {phone:?}");
    let contacts = phone.map_or(json!({}), |phone| json!({ "phone": phone }));
    let body = json!({ "external_id": external, "locale": "en", "contacts": contacts });
    let answer = service.post("/v1/applicants", body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let applicant = answer.body["id"].as_str().unwrap().to_owned();
    let id = service.verification(&applicant, "L1", "first").await;
    let submitted = service.attempt(&id, name, &[]).await;
    assert_eq!(submitted.status, StatusCode::ACCEPTED, "{}", submitted.body);
    Failed { applicant, id }
}

impl Failed {
    /// Calls with a token of the person's own, as their page does.
    async fn own(
        &self,
        service: &Service,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let token = service.token(&self.applicant, None).await;
        let path = format!("/v1/appeals{path}");
        service.call_as(&token, method, &path, body, &[]).await
    }

    pub async fn call(&self, service: &Service, path: &str, body: Value) -> Answer {
        self.own(service, Method::POST, path, Some(body)).await
    }

    pub async fn withdraw(&self, service: &Service, appeal: &str) {
        let path = format!("/{appeal}");
        let answer = self.own(service, Method::DELETE, &path, None).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.body);
    }

    /// Opens an appeal and returns it.
    pub async fn appeal(&self, service: &Service, code: &str) -> Value {
        let body = json!({ "verification": self.id, "code": code, "words": "My card is fine." });
        let answer = self.call(service, "", body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.body
    }

    pub async fn show(&self, service: &Service, appeal: &str) -> Value {
        let path = format!("/{appeal}");
        self.own(service, Method::GET, &path, None).await.body
    }

    /// Asks for a code and returns the one that arrives.
    pub async fn code(&self, service: &Service, gateway: &Gateway, appeal: &str) -> String {
        service.work().await;
        gateway.taken();
        let answer = self
            .call(service, &format!("/{appeal}/code"), json!({}))
            .await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
        service.work().await;
        arrived(gateway)
    }

    pub async fn prove(&self, service: &Service, appeal: &str, code: &str) -> Answer {
        let body = json!({ "code": code });
        self.call(service, &format!("/{appeal}/proof"), body).await
    }
}

/// Returns the code of the only message that came.
fn arrived(gateway: &Gateway) -> String {
    let sent = gateway.taken();
    assert_eq!(sent.len(), 1, "{sent:?}");
    let text = sent[0].1["message"].as_str().unwrap();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(digits.len(), 6, "{text}");
    digits
}

/// Returns another code.
fn wrong(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

pub fn word(answer: &Answer) -> (StatusCode, &str) {
    let code = answer.body["code"].as_str();
    (answer.status, code.unwrap_or("(none)"))
}

#[test]
fn only_a_failure_and_one_of_its_own_reasons_can_be_disputed() {
    on_both(|service| async move {
        let person = fail(&service, "MAGIC doc_expired name_mismatch", None).await;
        let open = |code: Value| {
            let body = json!({ "verification": person.id, "code": code });
            person.call(&service, "", body)
        };
        for code in [json!("doc_blurred"), json!("no_such_code"), json!(null)] {
            let answer = open(code.clone()).await;
            let expected = (StatusCode::UNPROCESSABLE_ENTITY, "reason_not_given");
            assert_eq!(word(&answer), expected, "{code}");
        }
        let opened = open(json!("name_mismatch")).await;
        assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.body);
        assert_eq!(opened.body["code"], "name_mismatch");
        let again = open(json!("name_mismatch")).await;
        assert_eq!(word(&again), (StatusCode::CONFLICT, "appeal_in_progress"));
        let fine = fail(&service, "Ada Lovelace", None).await;
        let answer = fine
            .call(&service, "", json!({ "verification": fine.id }))
            .await;
        assert_eq!(word(&answer), (StatusCode::CONFLICT, "not_now"));
        let long = json!({ "verification": fine.id, "words": "x".repeat(2_001) });
        let answer = fine.call(&service, "", long).await;
        assert_eq!(word(&answer).1, "words_invalid");
    });
}

#[test]
fn nobody_learns_by_an_appeal_what_they_were_not_told() {
    on_both(|service| async move {
        let person = fail(&service, "MAGIC doc_edited refused", None).await;
        let state = service.state(&person.id).await;
        assert_eq!(codes(&state), ["(none)"], "the finding is not named");
        for guess in ["doc_edited", "doc_data_inconsistent"] {
            let body = json!({ "verification": person.id, "code": guess });
            let answer = person.call(&service, "", body).await;
            assert_eq!(word(&answer).1, "reason_not_given", "{guess}");
        }
        let answer = person
            .call(&service, "", json!({ "verification": person.id }))
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        assert_eq!(answer.body["code"], Value::Null);
        let id = answer.body["id"].as_str().unwrap();
        let seen = service.get(&format!("/v1/appeals/{id}")).await.body;
        assert_eq!(seen["code"], "doc_edited", "the integrator may know");
    });
}

#[test]
fn nothing_is_handed_in_while_an_appeal_is_open() {
    on_both(|service| async move {
        let person = fail(&service, "MAGIC doc_expired", None).await;
        let appeal = person.appeal(&service, "doc_expired").await;
        let state = service.state(&person.id).await;
        assert_eq!(state["appeal"]["id"], appeal["id"]);
        assert_eq!(state["appeal"]["status"], "opened");
        assert_eq!(codes(&state)[0], "appeal_in_progress");
        assert_eq!(
            (&state["retry"], &state["next"]),
            (&Value::Null, &json!([]))
        );
        let data = service.data(&person.id, "Ada Lovelace").await;
        let photo = service.photo(&person.id, "front", b"a card").await;
        let submitted = service.submit(&person.id).await;
        for answer in [data, photo, submitted] {
            let expected = (StatusCode::CONFLICT, "appeal_in_progress");
            assert_eq!(word(&answer), expected, "{}", answer.body);
            // Sunday counts as Monday: the answer is due when Thursday is over.
            assert_eq!(answer.body["retry_at"], "2026-11-27T00:00:00Z");
            let remedy = &answer.body["reasons"][0]["remedy"]["en"];
            let remedy = remedy.as_str().unwrap();
            assert!(remedy.contains("2026-11-27 00:00 UTC"), "{remedy}");
        }
        person
            .withdraw(&service, appeal["id"].as_str().unwrap())
            .await;
        let data = service.data(&person.id, "Ada Lovelace").await;
        assert_eq!(data.status, StatusCode::OK, "{}", data.body);
        let state = service.state(&person.id).await;
        assert_eq!(state["appeal"]["status"], "withdrawn");
    });
}

#[test]
fn a_code_to_the_registered_address_proves_whose_appeal_it_is() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let person = fail(&service, "MAGIC doc_expired", Some("+8613800000101")).await;
        let appeal = person.appeal(&service, "doc_expired").await;
        assert_eq!(appeal["contacts"][0]["address"], "+86•••01");
        assert_eq!(appeal["next"], json!(["prove_contact"]));
        let id = appeal["id"].as_str().unwrap();
        let early = person
            .call(&service, &format!("/{id}/submit"), json!({}))
            .await;
        assert_eq!(word(&early), (StatusCode::CONFLICT, "contact_not_owned"));
        let before = person.prove(&service, id, "000000").await;
        assert_eq!(
            word(&before),
            (StatusCode::CONFLICT, "code_expired"),
            "none was sent"
        );
        let code = person.code(&service, &gateway, id).await;
        let no = person.prove(&service, id, &wrong(&code)).await;
        let refused = (StatusCode::UNPROCESSABLE_ENTITY, "contact_not_owned");
        assert_eq!(word(&no), refused);
        assert!(no.body["reasons"][0]["remedy"]["zh-CN"].is_string());
        for odd in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            let answer = person.prove(&service, id, odd).await;
            assert_eq!(word(&answer).1, "code_invalid", "{odd}");
        }
        let yes = person.prove(&service, id, &code).await;
        assert_eq!(yes.status, StatusCode::OK, "{}", yes.body);
        assert_eq!(
            (&yes.body["status"], &yes.body["proof"]),
            (&json!("collecting"), &json!("code"))
        );
        let twice = person.prove(&service, id, &code).await;
        assert_eq!(word(&twice), (StatusCode::CONFLICT, "appeal_not_now"));
        nowhere_readable(&service, &person, &code).await;
    });
}

/// The code went out by SMS and stands nowhere else.
async fn nowhere_readable(service: &Service, person: &Failed, code: &str) {
    let notices = format!("/v1/applicants/{}/notices", person.applicant);
    let by_sms = format!("{notices}?channel=sms");
    for path in [
        "/v1/audit?limit=200",
        "/v1/events?limit=200",
        &notices,
        &by_sms,
    ] {
        let answer = service.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let text = String::from_utf8(answer.bytes).unwrap();
        // Ids and times have digits, too: only a number of its own is the code.
        let mut numbers = text.split(|c: char| !c.is_ascii_alphanumeric());
        assert!(!numbers.any(|number| number == code), "{path}");
    }
    let told = service.get(&by_sms).await.body;
    let told = told["items"].as_array().unwrap();
    let told: Vec<&Value> = told
        .iter()
        .filter(|item| item["about"] == "appeal_code")
        .collect();
    assert!(!told.is_empty());
    assert!(told[0]["body"]["en"].as_str().unwrap().contains("••••••"));
}

#[test]
fn a_code_ends_with_its_time_and_with_the_next_one() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let person = fail(&service, "MAGIC doc_expired", Some("+8613800000102")).await;
        let appeal = person.appeal(&service, "doc_expired").await;
        let id = appeal["id"].as_str().unwrap();
        let first = person.code(&service, &gateway, id).await;
        let path = format!("/{id}/code");
        let soon = person.call(&service, &path, json!({})).await;
        assert_eq!(soon.status, StatusCode::TOO_MANY_REQUESTS, "one a minute");
        service.app.clock.advance(MINUTE);
        let mut second = person.code(&service, &gateway, id).await;
        while second == first {
            service.app.clock.advance(MINUTE);
            second = person.code(&service, &gateway, id).await;
        }
        let old = person.prove(&service, id, &first).await;
        assert_eq!(word(&old).1, "contact_not_owned");
        service.app.clock.advance(10 * MINUTE);
        let late = person.prove(&service, id, &second).await;
        assert_eq!(word(&late), (StatusCode::CONFLICT, "code_expired"));
        let third = person.code(&service, &gateway, id).await;
        let good = person.prove(&service, id, &third).await;
        assert_eq!(good.status, StatusCode::OK, "{}", good.body);
    });
}

#[test]
fn a_code_that_is_late_is_not_sent_any_more() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let person = fail(&service, "MAGIC doc_expired", Some("+8613800000103")).await;
        let appeal = person.appeal(&service, "doc_expired").await;
        service.work().await;
        gateway.taken();
        gateway.answer(&[503]);
        let path = format!("/{}/code", appeal["id"].as_str().unwrap());
        person.call(&service, &path, json!({})).await;
        service.work().await;
        assert_eq!(gateway.taken().len(), 1, "the gateway was busy");
        gateway.answer(&[202]);
        service.app.clock.advance(11 * MINUTE);
        service.work().await;
        assert_eq!(gateway.taken().len(), 0);
        let notices = format!("/v1/applicants/{}/notices?channel=sms", person.applicant);
        let told = service.get(&notices).await.body;
        assert_eq!(told["items"][0]["error"], "code_gone", "{told}");
    });
}

#[test]
fn an_address_that_was_added_later_proves_nothing_and_the_integrator_can_vouch() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let person = fail(&service, "MAGIC doc_expired", None).await;
        service.app.clock.advance(MINUTE);
        let contacts = format!("/v1/applicants/{}/contacts", person.applicant);
        let put = service
            .put(&contacts, json!({ "phone": "+8613800000104" }))
            .await;
        assert_eq!(put.status, StatusCode::NO_CONTENT);
        let appeal = person.appeal(&service, "doc_expired").await;
        let id = appeal["id"].as_str().unwrap();
        assert_eq!(appeal.get("contacts"), None);
        let asked = person
            .call(&service, &format!("/{id}/code"), json!({}))
            .await;
        assert_eq!(word(&asked), (StatusCode::CONFLICT, "contact_absent"));
        let own = person
            .call(&service, &format!("/{id}/vouch"), json!(null))
            .await;
        assert_eq!(
            own.status,
            StatusCode::FORBIDDEN,
            "nobody vouches for themselves"
        );
        let vouched = service
            .post(&format!("/v1/appeals/{id}/vouch"), json!(null))
            .await;
        assert_eq!(vouched.status, StatusCode::OK, "{}", vouched.body);
        assert_eq!(vouched.body["proof"], "vouched");
        let audit = service.get("/v1/audit?limit=200").await;
        let text = String::from_utf8(audit.bytes).unwrap();
        assert!(text.contains("appeal.vouched") && text.contains("api_key:"));
    });
}

/// Sends guesses at once and counts the answers by status.
async fn guess(
    service: &Service,
    person: &Failed,
    appeal: &str,
    guesses: &[String],
) -> BTreeMap<u16, u32> {
    let mut at_once = tokio::task::JoinSet::new();
    let token = service.token(&person.applicant, None).await;
    for guess in guesses {
        let (router, token) = (service.router.clone(), token.clone());
        let path = format!("/v1/appeals/{appeal}/proof");
        let body = json!({ "code": guess }).to_string();
        at_once.spawn(async move {
            let request = axum::http::Request::post(path)
                .header("authorization", format!("Bearer {token}"))
                .body(axum::body::Body::from(body))
                .unwrap();
            let answer = tower::ServiceExt::oneshot(router, request).await.unwrap();
            answer.status().as_u16()
        });
    }
    let mut counts = BTreeMap::new();
    while let Some(status) = at_once.join_next().await {
        *counts.entry(status.unwrap()).or_default() += 1;
    }
    counts
}

#[test]
fn ten_guesses_an_hour_and_a_hundred_ever_whatever_is_tried() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let person = fail(&service, "MAGIC doc_expired", Some("+8613800000105")).await;
        let appeal = person.appeal(&service, "doc_expired").await;
        let mut id = appeal["id"].as_str().unwrap().to_owned();
        let mut looked_at = 0;
        for round in 0..10 {
            let code = person.code(&service, &gateway, &id).await;
            let guesses = vec![wrong(&code); 64];
            let counts = guess(&service, &person, &id, &guesses).await;
            assert_eq!(counts.get(&422), Some(&10), "round {round}: {counts:?}");
            assert_eq!(counts.values().sum::<u32>(), 64);
            assert!(
                counts
                    .keys()
                    .all(|status| [409, 422, 429, 503].contains(status)),
                "{counts:?}"
            );
            looked_at += 10;
            // The right one is not looked at either, and no new code is sent.
            let right = person.prove(&service, &id, &code).await;
            let capped = [StatusCode::TOO_MANY_REQUESTS, StatusCode::CONFLICT];
            assert!(capped.contains(&right.status), "{}", right.body);
            let more = person
                .call(&service, &format!("/{id}/code"), json!({}))
                .await;
            assert_eq!(more.status, right.status, "{}", more.body);
            service.app.clock.advance(HOUR - 1);
            let early = person
                .call(&service, &format!("/{id}/code"), json!({}))
                .await;
            assert_eq!(early.status, right.status, "{}", early.body);
            service.app.clock.advance(1);
            if round == 4 {
                // Another appeal brings no new guesses.
                person.withdraw(&service, &id).await;
                let next = person.appeal(&service, "doc_expired").await;
                id = next["id"].as_str().unwrap().to_owned();
                service.work().await;
            }
            if round == 8 {
                service.app.clock.advance(DAY);
            }
        }
        assert_eq!(looked_at, 100);
        service.app.clock.advance(2 * DAY);
        let never = person
            .call(&service, &format!("/{id}/code"), json!({}))
            .await;
        assert_eq!(word(&never), (StatusCode::CONFLICT, "guesses_used_up"));
        let vouched = service
            .post(&format!("/v1/appeals/{id}/vouch"), json!(null))
            .await;
        assert_eq!(vouched.status, StatusCode::OK, "{}", vouched.body);
    });
}

#[test]
fn codes_are_sent_ten_times_a_day_at_most() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let person = fail(&service, "MAGIC doc_expired", Some("+8613800000106")).await;
        let appeal = person.appeal(&service, "doc_expired").await;
        let path = format!("/{}/code", appeal["id"].as_str().unwrap());
        for _ in 0..10 {
            let sent = person.call(&service, &path, json!({})).await;
            assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
            service.app.clock.advance(HOUR);
        }
        let more = person.call(&service, &path, json!({})).await;
        assert_eq!(more.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(
            more.body["retry_at"], "2026-11-23T09:00:00Z",
            "a day after the first"
        );
        service.app.clock.advance(14 * HOUR);
        let sent = person.call(&service, &path, json!({})).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    });
}

#[test]
fn an_appeal_that_nobody_touches_lapses_and_three_a_month_are_enough() {
    on_both(|service| async move {
        let person = fail(&service, "MAGIC doc_expired", None).await;
        let appeal = person.appeal(&service, "doc_expired").await;
        let first = appeal["id"].as_str().unwrap();
        // The verification would have expired after seven days.
        service.app.clock.advance(13 * DAY);
        service.work().await;
        assert_eq!(person.show(&service, first).await["status"], "opened");
        assert_eq!(service.state(&person.id).await["status"], "failed");
        service.app.clock.advance(DAY);
        service.work().await;
        assert_eq!(person.show(&service, first).await["status"], "lapsed");
        let state = service.state(&person.id).await;
        assert_eq!(
            (&state["status"], &state["retry"]),
            (&json!("failed"), &json!("now"))
        );
        for _ in 0..2 {
            let appeal = person.appeal(&service, "doc_expired").await;
            person
                .withdraw(&service, appeal["id"].as_str().unwrap())
                .await;
        }
        let body = json!({ "verification": person.id, "code": "doc_expired" });
        let fourth = person.call(&service, "", body).await;
        assert_eq!(
            fourth.status,
            StatusCode::TOO_MANY_REQUESTS,
            "{}",
            fourth.body
        );
        assert_eq!(fourth.body["retry_at"], "2026-12-22T09:00:00Z");
        let listed = service
            .get(&format!("/v1/appeals?verification={}", person.id))
            .await
            .body;
        assert_eq!(listed["items"].as_array().unwrap().len(), 3);
    });
}

#[test]
fn erasure_ends_an_appeal() {
    on_both(|service| async move {
        let person = fail(&service, "MAGIC doc_expired", None).await;
        let appeal = person.appeal(&service, "doc_expired").await;
        let erased = service
            .delete(&format!("/v1/applicants/{}", person.applicant))
            .await;
        assert_eq!(erased.status, StatusCode::NO_CONTENT, "{}", erased.body);
        let path = format!("/v1/appeals/{}", appeal["id"].as_str().unwrap());
        assert_eq!(service.get(&path).await.body["status"], "lapsed");
        assert_eq!(service.state(&person.id).await["status"], "expired");
    });
}

#[test]
fn two_appeals_at_once_are_one() {
    on_both(|service| async move {
        let person = fail(&service, "MAGIC doc_expired", None).await;
        let body = || json!({ "verification": person.id, "code": "doc_expired" });
        let (one, two) = tokio::join!(
            person.call(&service, "", body()),
            person.call(&service, "", body())
        );
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
        let listed = service.get("/v1/appeals").await.body;
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    });
}
