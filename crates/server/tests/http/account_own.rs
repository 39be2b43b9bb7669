//! What people see of their own: verifications, limits, a copy of everything, and the end.

use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use crate::account_page::{HOUR, NEW_PHONE, PHONE, Page, RULES, rules, rules_of, said};
use crate::notices::Gateway;
use crate::support::on_both_with;

#[test]
fn a_person_goes_on_with_their_own_verification_and_nobody_elses() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let page = Page::new(&service, &gateway).await;
        let applicant = page.open(PHONE).await;
        let none = page.get("/v1/account/verifications").await;
        assert_eq!(none.body, json!({ "levels": ["L1", "L2"], "items": [] }));
        let body = json!({ "applicant": applicant, "level": "L2" });
        let opened = page.post("/v1/verifications", body).await;
        assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.body);
        let id = opened.body["id"].as_str().unwrap();
        let listed = page.get("/v1/account/verifications").await.body;
        assert_eq!(listed["items"][0]["id"], id);
        assert_eq!(listed["items"][0]["next"], opened.body["next"]);

        let path = format!("/v1/account/verifications/{id}/token");
        let made = page.post(&path, Value::Null).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let token = made.body["token"].as_str().unwrap();
        // It is good for this verification, and opens no other one.
        let ask = |method: Method, path: &str, body: Value| {
            Request::builder()
                .method(method)
                .uri(path)
                .header(header::AUTHORIZATION, format!("Bearer {token}"))
                .body(body.to_string().into())
                .unwrap()
        };
        let path = format!("/v1/verifications/{id}");
        let read = service.send(ask(Method::GET, &path, Value::Null)).await;
        assert_eq!(read.status, StatusCode::OK, "{}", read.body);
        let body = json!({ "applicant": applicant, "level": "L1" });
        let other = service
            .send(ask(Method::POST, "/v1/verifications", body))
            .await;
        assert_eq!(other.status, StatusCode::FORBIDDEN, "{}", other.body);

        let stranger = Page::new(&service, &gateway).await;
        let theirs = stranger.open(NEW_PHONE).await;
        let path = format!("/v1/account/verifications/{id}/token");
        assert_eq!(
            said(&stranger.post(&path, Value::Null).await),
            (404, "not_found")
        );
        assert_ne!(theirs, applicant);
        let theirs = stranger.get("/v1/account/verifications").await.body;
        assert_eq!(theirs["items"], json!([]));
    });
}

#[test]
fn limits_say_what_is_open_what_is_shut_and_what_would_open_it() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let page = Page::new(&service, &gateway).await;
        let applicant = page.open(PHONE).await;
        let silent = page.get("/v1/account/limits").await.body;
        assert_eq!(silent["actions"], json!([]), "the policy names none");
        rules(&service).await;
        let before = page.get("/v1/account/limits").await.body;
        assert_eq!(before["levels"], json!([]));
        let (deposit, withdraw) = (&before["actions"][0], &before["actions"][1]);
        assert_eq!(
            (&deposit["action"], &deposit["allowed"], &deposit["limit"]),
            (&json!("deposit"), &json!(true), &json!({}))
        );
        assert_eq!(withdraw["allowed"], false);
        assert_eq!(withdraw["required_level"], "L2");
        assert_eq!(withdraw["reason"]["code"], "entitlement_limited");

        page.verify(&applicant).await;
        let after = page.get("/v1/account/limits").await.body;
        assert_eq!(after["levels"], json!(["L2"]));
        assert_eq!(after["actions"][1]["limit"]["daily"], "1000");
        // Another factor holds withdrawals, and says until when.
        page.totp().await;
        let held = page.get("/v1/account/limits").await.body;
        assert_eq!(held["actions"][1]["reason"]["code"], "recovery_cooldown");
        assert_eq!(held["hold"]["reason"], "factor_changed");
        assert_eq!(held["actions"][0]["allowed"], true);
    });
}

#[test]
fn a_copy_holds_what_was_typed_shown_and_written_and_needs_a_confirmation() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let page = Page::new(&service, &gateway).await;
        let applicant = page.open(PHONE).await;
        page.verify(&applicant).await;
        let ticket = json!({ "kind": "other", "text": "please call me Ada" });
        let path = format!("/v1/applicants/{applicant}/tickets");
        let opened = page.post(&path, ticket).await;
        assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.body);

        let path = "/v1/account/copy";
        let unasked = page.post(path, json!({})).await;
        assert_eq!(said(&unasked), (409, "step_up_needed"));
        // What was confirmed for something else is no confirmation.
        let other = page.confirmed("erase_account", "").await;
        let other = page.post(path, json!({ "step_up": other })).await;
        assert_eq!(said(&other), (409, "step_up_needed"));
        let step_up = page.confirmed("export_data", "").await;
        let body = json!({ "step_up": step_up });
        let copied = page.post(path, body.clone()).await;
        assert_eq!(copied.status, StatusCode::OK, "{}", copied.body);
        assert_eq!(copied.headers[header::CACHE_CONTROL], "no-store");
        let copy = copied.body;
        assert_eq!(copy["applicant"], *applicant);
        assert_eq!(copy["contacts"][0]["address"], PHONE);
        let first = &copy["verifications"][0];
        assert_eq!(first["verification"]["status"], "verified");
        assert_eq!(first["data"]["name"], "Ada Lovelace");
        let photos = first["photos"].as_array().unwrap();
        assert!(photos.iter().any(|photo| photo["part"] == "front"));
        // A sandbox looks at no picture, and keeps none.
        assert!(photos.iter().all(|photo| photo["jpeg"].is_null()));
        let thread = &copy["tickets"][0]["messages"];
        assert_eq!(thread[0]["text"], "please call me Ada");
        assert_eq!(copy["devices"][0]["current"], true);
        assert!(
            copy["notices"]
                .as_array()
                .is_some_and(|all| !all.is_empty())
        );
        assert_eq!(said(&page.post(path, body).await), (409, "step_up_needed"));
    });
}

#[test]
fn an_account_ends_by_its_owner_where_the_policy_and_the_law_let_it() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let page = Page::new(&service, &gateway).await;
        page.open(PHONE).await;
        let path = "/v1/account/erasure";
        assert_eq!(
            said(&page.post(path, json!({})).await),
            (409, "erasure_by_operator")
        );
        rules_of(
            &service,
            &format!("{RULES}\n[accounts]\nerasure = \"themselves\""),
        )
        .await;
        assert_eq!(
            said(&page.post(path, json!({})).await),
            (409, "step_up_needed")
        );
        let step_up = page.confirmed("erase_account", "").await;
        let ended = page.post(path, json!({ "step_up": step_up })).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT, "{}", ended.body);
        assert!(page.cookie.borrow().is_none());
        let again = page.password(PHONE, crate::account_page::PASSWORD).await;
        assert_eq!(said(&again), (401, "sign_in_failed"));

        // Somebody who was verified is kept for as long as the law wants, and an account that was just changed, too.
        let kept = Page::new(&service, &gateway).await;
        let applicant = kept.open(NEW_PHONE).await;
        let id = service.verification(&applicant, "L2", "first").await;
        let done = service.whole_way(&id, "Ada Lovelace").await;
        assert_eq!(done["status"], "verified", "{done}");
        gateway.taken();
        kept.totp().await;
        assert_eq!(
            said(&kept.post(path, json!({})).await),
            (409, "account_held")
        );
        service.app.clock.advance(1000 * HOUR);
        let kept = Page {
            cookie: Default::default(),
            ..kept
        };
        kept.sign_in(NEW_PHONE).await;
        let step_up = kept.confirmed("erase_account", "").await;
        let refused = kept.post(path, json!({ "step_up": step_up })).await;
        assert_eq!(said(&refused), (409, "must_be_kept"));
        assert_eq!(kept.get("/v1/account/session").await.status, StatusCode::OK);
    });
}
