//! What catches the fall: forgotten passwords and lost accounts.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::account_page::{
    HOUR, NEW_PHONE, PASSWORD, PHONE, Page, SECOND, passes, rules, said, withdraws,
};
use crate::notices::Gateway;
use crate::support::on_both_with;

#[test]
fn a_forgotten_password_ends_all_sessions_and_holds_withdrawals() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        rules(&service).await;
        let page = Page::new(&service, &gateway).await;
        let applicant = page.open(PHONE).await;
        page.verify(&applicant).await;
        let secret = page.totp().await;
        page.messages().await;
        let stranger = Page::new(&service, &gateway).await;
        service.app.clock.advance(30 * SECOND);
        let body = json!({ "tenant": page.tenant, "login": PHONE });
        let asked = stranger.post("/v1/account/password-resets", body).await;
        assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.body);
        let another = "thirteen herons at the ford";
        let body = json!({
            "tenant": page.tenant, "login": PHONE, "code": stranger.code().await, "password": another,
        });
        let done = stranger
            .post("/v1/account/password-resets/finish", body.clone())
            .await;
        assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.body);
        let again = stranger
            .post("/v1/account/password-resets/finish", body)
            .await;
        assert_eq!(said(&again), (401, "code_wrong"), "used");
        assert_eq!(
            said(&page.get("/v1/account/session").await),
            (401, "unauthenticated")
        );
        let told = page.messages().await;
        assert!(
            told.iter()
                .any(|(_, text)| text.contains("password was changed")),
            "{told:?}"
        );
        assert_eq!(
            said(&page.password(PHONE, PASSWORD).await),
            (401, "sign_in_failed")
        );
        assert_eq!(page.password(PHONE, another).await.status, StatusCode::OK);
        let code = page.sms().await;
        let weak = page.factor("sms_code", &code).await;
        assert_eq!(
            said(&weak),
            (409, "factor_too_weak"),
            "the same phone twice"
        );
        let shown = page.shown(&secret);
        let strong = page.factor("totp", &shown).await;
        assert_eq!(
            strong.body["hold"]["reason"], "password_reset",
            "{}",
            strong.body
        );
        let held = withdraws(&page, &applicant).await;
        assert_eq!(held["reason"]["code"], "recovery_cooldown");
    });
}

/// Begins a recovery of what somebody used to sign in as, from an address of now.
async fn recovery(page: &Page<'_>, now: &str, old: &str) -> Value {
    let body = json!({ "tenant": page.tenant, "phone": now, "locale": "en" });
    let begun = page.post("/v1/account/recoveries", body).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.body);
    let code = page.code().await;
    let body = json!({ "registration": begun.body["registration"], "code": code, "login": old });
    let begun = page.post("/v1/account/recoveries/code", body).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
    begun.body
}

async fn recovery_state(page: &Page<'_>, begun: &Value) -> Value {
    let body = json!({ "recovery": begun["recovery"] });
    let answer = page.post("/v1/account/recoveries/state", body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body
}

async fn finish(page: &Page<'_>, begun: &Value) -> crate::support::Answer {
    let body = json!({
        "recovery": begun["recovery"], "password": "thirteen herons at the ford", "device": page.proof().await,
    });
    page.post("/v1/account/recoveries/finish", body).await
}

#[test]
fn who_has_lost_everything_comes_back_by_who_they_are_after_a_wait() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        rules(&service).await;
        let lost = Page::new(&service, &gateway).await;
        let applicant = lost.open(PHONE).await;
        lost.verify(&applicant).await;
        lost.totp().await;
        lost.messages().await;
        let page = Page::new(&service, &gateway).await;
        let begun = recovery(&page, NEW_PHONE, PHONE).await;
        assert_eq!(recovery_state(&page, &begun).await["state"], "proving");
        assert_eq!(
            said(&finish(&page, &begun).await),
            (409, "recovery_not_ready")
        );
        let id = begun["verification"].as_str().unwrap();
        // The token is for this verification alone.
        let token = begun["token"].as_str().unwrap();
        let own = service
            .call_as(
                token,
                Method::GET,
                &format!("/v1/verifications/{id}"),
                None,
                &[],
            )
            .await;
        assert_eq!(own.body["flow"], "recovery", "{}", own.body);
        let other = format!("/v1/applicants/{applicant}/phrase");
        let more = service
            .call_as(
                token,
                Method::PUT,
                &other,
                Some(json!({ "phrase": "mine now" })),
                &[],
            )
            .await;
        assert!(!more.status.is_success(), "{}", more.body);
        passes(&page, id).await;
        let waiting = recovery_state(&page, &begun).await;
        assert_eq!(waiting["state"], "waiting");
        let told = page.messages().await;
        let warned = told
            .iter()
            .find(|(to, text)| to == PHONE && text.contains("Stop it"))
            .unwrap();
        assert!(
            !warned.1.contains("•"),
            "it says how to stop it: {}",
            warned.1
        );
        assert_eq!(
            said(&finish(&page, &begun).await),
            (409, "recovery_not_ready")
        );
        assert_eq!(
            lost.get("/v1/account/session").await.status,
            StatusCode::OK,
            "nothing is changed yet"
        );
        service.app.clock.advance(48 * HOUR - 1);
        assert_eq!(
            said(&finish(&page, &begun).await),
            (409, "recovery_not_ready")
        );
        service.app.clock.advance(1);
        let done = finish(&page, &begun).await;
        assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.body);
        assert_eq!(
            said(&finish(&page, &begun).await),
            (409, "recovery_not_ready"),
            "once"
        );
        assert_eq!(
            said(&lost.get("/v1/account/session").await),
            (401, "unauthenticated")
        );
        assert_eq!(
            said(&lost.password(PHONE, PASSWORD).await),
            (401, "sign_in_failed")
        );
        let told = page.messages().await;
        assert!(
            told.iter()
                .any(|(to, text)| to == PHONE && text.contains("recovered")),
            "{told:?}"
        );
        assert_eq!(
            page.password(NEW_PHONE, "thirteen herons at the ford")
                .await
                .status,
            StatusCode::OK
        );
        let code = page.sms().await;
        let me = page.factor("sms_code", &code).await;
        assert_eq!(me.body["applicant"], applicant.as_str(), "{}", me.body);
        assert_eq!(me.body["device"]["trust"], "trusted");
        assert_eq!(me.body["hold"]["reason"], "recovered");
        let held = withdraws(&page, &applicant).await;
        assert_eq!(held["reason"]["code"], "recovery_cooldown");
        let factors = page.get("/v1/account/factors").await.body;
        assert_eq!(
            factors["ways"][0]["factor"], "sms_code",
            "the app is gone: {factors}"
        );
        let devices = page.get("/v1/account/devices").await.body;
        assert_eq!(devices.as_array().unwrap().len(), 1, "{devices}");
    });
}

#[test]
fn the_owner_stops_a_recovery_and_nothing_is_changed() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let owner = Page::new(&service, &gateway).await;
        let applicant = owner.open(PHONE).await;
        owner.verify(&applicant).await;
        let thief = Page::new(&service, &gateway).await;
        let begun = recovery(&thief, NEW_PHONE, PHONE).await;
        passes(&thief, begun["verification"].as_str().unwrap()).await;
        recovery_state(&thief, &begun).await;
        let told = owner.messages().await;
        let warned = told
            .iter()
            .find(|(_, text)| text.contains("Stop it"))
            .unwrap();
        assert_eq!(warned.0, PHONE);
        let stop = warned.1.rsplit(' ').next().unwrap().to_owned();
        let body = json!({ "stop": stop });
        let stopped = owner
            .post("/v1/account/recoveries/stop", body.clone())
            .await;
        assert_eq!(stopped.body["state"], "stopped", "{}", stopped.body);
        assert_eq!(
            owner.post("/v1/account/recoveries/stop", body).await.status,
            StatusCode::OK
        );
        let wrong = owner
            .post("/v1/account/recoveries/stop", json!({ "stop": "not it" }))
            .await;
        assert_eq!(said(&wrong), (404, "not_found"));
        let told = owner.messages().await;
        assert!(
            told.iter().any(|(_, text)| text.contains("was stopped")),
            "{told:?}"
        );
        service.app.clock.advance(72 * HOUR);
        assert_eq!(
            said(&finish(&thief, &begun).await),
            (409, "recovery_not_ready")
        );
        owner.sign_in(PHONE).await;
    });
}

#[test]
fn an_account_that_does_not_exist_cannot_be_told_from_one_that_cannot_be_proven() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let owner = Page::new(&service, &gateway).await;
        let applicant = owner.open(PHONE).await;
        owner.verify(&applicant).await;
        let page = Page::new(&service, &gateway).await;
        let real = recovery(&page, NEW_PHONE, PHONE).await;
        service.app.clock.advance(30 * SECOND);
        let none = recovery(&page, NEW_PHONE, "+8613000000000").await;
        let keys = |body: &Value| {
            body.as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(&real), keys(&none));
        let shape = |state: Value| {
            let mut state = state;
            for key in ["id", "applicant", "since", "created_at"] {
                state.as_object_mut().unwrap().remove(key);
            }
            state
        };
        let state = async |begun: &Value| {
            let (id, token) = (
                begun["verification"].as_str().unwrap(),
                begun["token"].as_str().unwrap(),
            );
            let path = format!("/v1/verifications/{id}");
            shape(
                service
                    .call_as(token, Method::GET, &path, None, &[])
                    .await
                    .body,
            )
        };
        assert_eq!(state(&real).await, state(&none).await);
        // Whoever only claims to be the owner agrees anew, and is not told what the owner has agreed to.
        for begun in [&real, &none] {
            let token = begun["token"].as_str().unwrap();
            let id = begun["verification"].as_str().unwrap();
            let path = format!("/v1/verifications/{id}");
            let whose = service
                .call_as(token, Method::GET, &path, None, &[])
                .await
                .body;
            let path = format!(
                "/v1/applicants/{}/consents",
                whose["applicant"].as_str().unwrap()
            );
            let given = async || service.call_as(token, Method::GET, &path, None, &[]).await;
            assert_eq!(given().await.body, json!([]));
            for (purpose, status) in [
                ("identity_verification", StatusCode::NO_CONTENT),
                ("biometric_template", StatusCode::NO_CONTENT),
                ("marketing", StatusCode::NOT_FOUND),
            ] {
                let body = json!({ "purpose": purpose, "version": "1" });
                let said = service
                    .call_as(token, Method::POST, &path, Some(body), &[])
                    .await;
                assert_eq!(said.status, status, "{purpose}: {}", said.body);
            }
            let given = given().await.body;
            let purposes: Vec<_> = (given.as_array().unwrap().iter())
                .map(|one| one["purpose"].as_str().unwrap())
                .collect();
            assert_eq!(purposes.len(), 2, "{given}");
        }
        assert_eq!(recovery_state(&page, &none).await["state"], "proving");
        assert_eq!(
            said(&finish(&page, &none).await),
            (409, "recovery_not_ready")
        );
        // Nobody goes on with them.
        service.app.clock.advance(8 * 24 * HOUR);
        service.work().await;
        let body = json!({ "recovery": none["recovery"] });
        assert_eq!(
            said(&page.post("/v1/account/recoveries/state", body).await),
            (404, "not_found")
        );
    });
}
