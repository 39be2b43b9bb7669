//! People open accounts and sign in to them.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::account_page::{COOKIE, PASSWORD, PHONE, Page, said};
use crate::notices::Gateway;
use crate::support::on_both_with;

const HOUR: i64 = 3_600_000;

#[test]
fn somebody_opens_an_account_signs_out_and_signs_in_again() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let page = Page::new(&service, &gateway).await;
        let applicant = page.open(PHONE).await;
        let me = page.get("/v1/account/session").await.body;
        assert_eq!(me["applicant"], applicant.as_str());
        assert_eq!(me["shown"], json!(["password", "sms_code"]));
        assert_eq!(me["assurance"], "two");
        assert_eq!(me["device"]["trust"], "trusted");
        assert!(me["hold"].is_null(), "{me}");
        let old = page.cookie.borrow().clone();
        let out = page.delete("/v1/account/session").await;
        assert_eq!(out.status, StatusCode::NO_CONTENT);
        assert!(page.cookie.borrow().is_none(), "the cookie is taken away");
        *page.cookie.borrow_mut() = old;
        let gone = page.get("/v1/account/session").await;
        assert_eq!(said(&gone), (401, "unauthenticated"));
        let first = page.password("+86 138-0000 0042", PASSWORD).await;
        assert_eq!(first.body["next"], "factor", "{}", first.body);
        assert_eq!(first.body["ways"][0]["factor"], "sms_code");
        let half = page.get("/v1/account/session").await;
        assert_eq!(said(&half), (401, "unauthenticated"), "half is not in");
        let code = page.sms().await;
        let before = page.cookie.borrow().clone();
        let signed_in = page.factor("sms_code", &code).await;
        assert_eq!(
            signed_in.body["device"]["trust"], "trusted",
            "{}",
            signed_in.body
        );
        assert_ne!(
            *page.cookie.borrow(),
            before,
            "another one after every step"
        );
        let (messages, device) = (page.messages().await, &signed_in.body["device"]["id"]);
        assert!(
            messages.is_empty(),
            "a known device is no news: {messages:?}"
        );
        let devices = page.get("/v1/account/devices").await.body;
        assert_eq!(
            (devices.as_array().unwrap().len(), &devices[0]["id"]),
            (1, device)
        );
        assert_eq!(devices[0]["trusted_by"], "registration");
        let applicants = service.get("/v1/applicants").await.body;
        assert_eq!(applicants["items"][0]["id"], applicant.as_str());
    });
}

#[test]
fn an_invitation_is_shown_confirmed_and_for_good_and_consents_are_asked_for() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let policy = "version = \"x\"\n[accounts.consents]\nrisk_disclosure = \"2026-11\"\n";
        let put = service.put("/v1/policy", json!({ "toml": policy })).await;
        assert!(put.status.is_success(), "{}", put.body);
        let body =
            json!({ "code": "Panda8", "label": "Panda", "benefit": { "fee_discount": "0.20" } });
        let made = service.post("/v1/invitation-codes", body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let page = Page::new(&service, &gateway).await;
        let registration = page.proven(PHONE).await;
        let ask = |code: &str| json!({ "registration": registration, "invitation_code": code });
        let path = "/v1/account/registrations/invitation";
        let none = page.post(path, ask("NOBODY")).await;
        assert_eq!(said(&none), (422, "invitation_code_unknown"));
        let shown = page.post(path, ask(" panda8 ")).await.body;
        assert_eq!(shown["benefit"], json!({ "fee_discount": "0.20" }));
        assert_eq!(shown["permanent"], true);
        let agreed = json!([{ "purpose": "risk_disclosure", "version": "2026-11" }]);
        let open = |consents: &Value, confirmed: bool| {
            json!({
                "registration": registration, "password": PASSWORD, "invitation_code": "panda8",
                "invitation_confirmed": confirmed, "consents": consents,
            })
        };
        let path = "/v1/account/registrations/finish";
        let old = json!([{ "purpose": "risk_disclosure", "version": "2025-01" }]);
        for (consents, confirmed, code) in [
            (&json!([]), true, "consents_missing"),
            (&old, true, "consents_missing"),
            (&agreed, false, "invitation_unconfirmed"),
        ] {
            let refused = page.post(path, open(consents, confirmed)).await;
            assert_eq!(said(&refused), (409, code));
        }
        let weak = json!({ "registration": registration, "password": "short", "consents": agreed });
        assert_eq!(
            said(&page.post(path, weak).await),
            (422, "password_too_short")
        );
        let opened = page.post(path, open(&agreed, true)).await;
        assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.body);
        let again = page.post(path, open(&agreed, true)).await;
        assert_eq!(
            said(&again),
            (401, "code_wrong"),
            "a registration is for one account"
        );
        let applicant = opened.body["applicant"].as_str().unwrap();
        let consents = page
            .get(&format!("/v1/applicants/{applicant}/consents"))
            .await;
        assert_eq!(consents.body[0]["version"], "2026-11", "{}", consents.body);
        let id = made.body["id"].as_str().unwrap();
        let gone = service.delete(&format!("/v1/invitation-codes/{id}")).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        let log = service.get("/v1/audit?limit=200").await.body;
        let entries = log.as_array().unwrap();
        let opened = entries
            .iter()
            .find(|entry| entry["action"] == "account.opened");
        assert_eq!(opened.unwrap()["detail"]["invitation"], id);
    });
}

#[test]
fn nobody_learns_whether_an_address_has_an_account() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let page = Page::new(&service, &gateway).await;
        page.open(PHONE).await;
        let stranger = Page::new(&service, &gateway).await;
        let unknown = "+8613800000077";
        let mut answers = Vec::new();
        for (login, password) in [
            (PHONE, "this is not it at all"),
            (unknown, PASSWORD),
            ("nobody@example.com", PASSWORD),
            ("", PASSWORD),
            ("no login\u{0}", ""),
            (unknown, &"x".repeat(100_000)),
        ] {
            let answer = stranger.password(login, password).await;
            assert_eq!(said(&answer), (401, "sign_in_failed"), "{login}");
            answers.push(answer.bytes);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "byte for byte");
        assert!(stranger.cookie.borrow().is_none());
        // A code is asked for to set another password.
        let reset = |login: &str| json!({ "tenant": stranger.tenant, "login": login });
        let known = stranger
            .post("/v1/account/password-resets", reset(PHONE))
            .await;
        let other = stranger
            .post("/v1/account/password-resets", reset(unknown))
            .await;
        assert_eq!((known.status, &known.bytes), (other.status, &other.bytes));
        let sent = stranger.messages().await;
        assert_eq!(sent.len(), 1, "one went out: {sent:?}");
        assert_eq!(sent[0].0, PHONE);
        let finish = |login: &str| json!({ "tenant": stranger.tenant, "login": login, "code": "000000", "password": PASSWORD });
        let known = stranger
            .post("/v1/account/password-resets/finish", finish(PHONE))
            .await;
        let other = stranger
            .post("/v1/account/password-resets/finish", finish(unknown))
            .await;
        assert_eq!(said(&known), (401, "code_wrong"));
        assert_eq!(known.bytes, other.bytes);
        // Somebody wants to open an account with the address.
        let open =
            |phone: &str| json!({ "tenant": stranger.tenant, "phone": phone, "locale": "en" });
        let known = stranger
            .post("/v1/account/registrations", open(PHONE))
            .await;
        let other = stranger
            .post("/v1/account/registrations", open(unknown))
            .await;
        assert_eq!(known.status, other.status);
        let keys = |body: &Value| {
            body.as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(&known.body), keys(&other.body));
        let sent = stranger.messages().await;
        let told = sent.iter().find(|(to, _)| to == PHONE).unwrap();
        assert!(told.1.contains("has an account already"), "{}", told.1);
        let body = json!({ "registration": known.body["registration"], "code": "000000" });
        let wrong = stranger.post("/v1/account/registrations/code", body).await;
        assert_eq!(said(&wrong), (401, "code_wrong"));
        // A device that nobody knows.
        let device = |login: &str, proof: Value| json!({ "tenant": stranger.tenant, "login": login, "device": proof });
        let path = "/v1/account/session/device-key";
        let known = stranger
            .post(path, device(PHONE, stranger.proof().await))
            .await;
        let other = stranger
            .post(path, device(unknown, stranger.proof().await))
            .await;
        assert_eq!(said(&known), (401, "device_proof_wrong"));
        assert_eq!(known.bytes, other.bytes);
    });
}

#[test]
fn a_cookie_serves_no_other_site_and_no_session_is_fixed() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let page = Page::new(&service, &gateway).await;
        let applicant = page.open(PHONE).await;
        let path = "/v1/account/session";
        for headers in [
            &[][..],
            &[("menshen-page", "1"), ("origin", "https://evil.example")],
            &[("menshen-page", "1"), ("origin", "null")],
            &[("menshen-page", "1"), ("sec-fetch-site", "cross-site")],
            &[("menshen-console", "1")],
        ] {
            let refused = page
                .with((Method::DELETE, path), Value::Null, headers)
                .await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{headers:?}");
        }
        let own = [("menshen-page", "1"), ("origin", "https://login.example")];
        let me = page.with((Method::GET, path), Value::Null, &own).await;
        assert_eq!(me.status, StatusCode::OK, "{}", me.body);
        // The same cookie opens what is the person's, and nothing of anybody else.
        let own = page
            .get(&format!("/v1/applicants/{applicant}/tickets"))
            .await;
        assert_eq!(own.status, StatusCode::OK, "{}", own.body);
        let other = service.applicant("somebody else").await;
        let other = page.get(&format!("/v1/applicants/{other}/tickets")).await;
        assert_eq!(said(&other), (404, "not_found"));
        assert_eq!(
            said(&page.get("/v1/applicants").await),
            (403, "scope_missing")
        );
        // A cookie that somebody planted in the browser is none after the sign-in.
        let victim = Page::new(&service, &gateway).await;
        *victim.cookie.borrow_mut() = Some("planted".to_owned());
        victim.sign_in(PHONE).await;
        let planted = Page::new(&service, &gateway).await;
        *planted.cookie.borrow_mut() = Some("planted".to_owned());
        assert_eq!(planted.get(path).await.status, StatusCode::UNAUTHORIZED);
        // Neither staff's cookie nor a person's opens the other's door.
        let (_, staff) = service.enrolled("operator", "operator").await;
        let held = staff.cookie.borrow().clone().unwrap();
        *planted.cookie.borrow_mut() = Some(held);
        assert_eq!(planted.get(path).await.status, StatusCode::UNAUTHORIZED);
        *staff.cookie.borrow_mut() = page.cookie.borrow().clone();
        assert_eq!(
            staff.get("/v1/session").await.status,
            StatusCode::UNAUTHORIZED
        );
        assert!(COOKIE.starts_with("__Host-"));
    });
}

#[test]
fn sessions_are_seen_and_ended_at_once_and_end_by_themselves() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let one = Page::new(&service, &gateway).await;
        one.open(PHONE).await;
        let two = Page::new(&service, &gateway).await;
        two.sign_in(PHONE).await;
        let list = one.get("/v1/account/sessions").await.body;
        let rows = list.as_array().unwrap();
        assert_eq!(rows.len(), 2, "{list}");
        let other = rows.iter().find(|row| row["current"] == false).unwrap();
        let path = format!("/v1/account/sessions/{}", other["id"].as_str().unwrap());
        assert_eq!(one.delete(&path).await.status, StatusCode::NO_CONTENT);
        let ended = two.get("/v1/account/session").await;
        assert_eq!(said(&ended), (401, "unauthenticated"), "at once");
        assert_eq!(said(&one.delete(&path).await), (404, "not_found"));
        service.app.clock.advance(HOUR - 1);
        assert_eq!(one.get("/v1/account/session").await.status, StatusCode::OK);
        service.app.clock.advance(HOUR);
        let idle = one.get("/v1/account/session").await;
        assert_eq!(
            said(&idle),
            (401, "unauthenticated"),
            "nobody asked for an hour"
        );
    });
}
