//! What is sensitive: devices, confirmed actions, addresses, faces.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::account_page::{
    HOUR, NEW_PHONE, PASSWORD, PHONE, Page, SECOND, passes, rules, said, withdraws,
};
use crate::notices::Gateway;
use crate::support::on_both_with;

#[test]
fn a_new_phone_can_only_read_until_its_owner_shows_their_face() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        rules(&service).await;
        let old = Page::new(&service, &gateway).await;
        let applicant = old.open(PHONE).await;
        old.verify(&applicant).await;
        assert_eq!(withdraws(&old, &applicant).await["allowed"], true);
        let new = Page::new(&service, &gateway).await;
        let signed_in = new.sign_in(PHONE).await;
        assert_eq!(signed_in.body["device"]["trust"], "verify");
        let told = new.messages().await;
        assert!(told[0].1.contains("New device"), "{told:?}");
        let asked = withdraws(&new, &applicant).await;
        assert_eq!(
            (&asked["allowed"], &asked["device"]),
            (&json!(false), &json!("verify"))
        );
        assert_eq!(asked["reason"]["code"], "device_unknown");
        let path = format!("/v1/applicants/{applicant}/phrase");
        let phrase = json!({ "phrase": "blue whale 42" });
        assert_eq!(
            said(&new.put(&path, phrase.clone()).await),
            (409, "device_unknown")
        );
        assert_eq!(new.get(&path).await.status, StatusCode::OK, "it may read");
        let body = json!({ "action": "add_factor", "detail": "totp" });
        assert_eq!(
            said(&new.post("/v1/account/step-ups", body).await),
            (409, "device_unknown")
        );
        assert_eq!(
            said(&new.post("/v1/account/session/trust", Value::Null).await),
            (409, "device_not_verified")
        );
        // The owner is verified elsewhere, at the same time: that says nothing of this device.
        let elsewhere = service.verification(&applicant, "L2", "new_device").await;
        passes(&old, &elsewhere).await;
        assert_eq!(
            said(&new.post("/v1/account/session/trust", Value::Null).await),
            (409, "device_not_verified")
        );
        let begun = new
            .post("/v1/account/session/verification", json!({}))
            .await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
        assert_eq!(begun.body["flow"], "new_device");
        let id = begun.body["verification"].as_str().unwrap();
        passes(&new, id).await;
        let trusted = new.post("/v1/account/session/trust", Value::Null).await;
        assert_eq!(
            trusted.body["device"]["trust"], "trusted",
            "{}",
            trusted.body
        );
        assert_eq!(trusted.body["hold"]["reason"], "new_device");
        let held = withdraws(&new, &applicant).await;
        assert_eq!(
            (&held["allowed"], &held["device"]),
            (&json!(false), &json!("trusted"))
        );
        assert_eq!(held["reason"]["code"], "recovery_cooldown");
        assert_eq!(held["hold"]["until"], trusted.body["hold"]["until"]);
        service.app.clock.advance(24 * HOUR);
        let later = Page {
            cookie: Default::default(),
            ..new
        };
        later.sign_in(PHONE).await;
        assert_eq!(withdraws(&later, &applicant).await["allowed"], true);
        // The old phone takes the new one away again: its key and its sessions open nothing.
        old.sign_in(PHONE).await;
        assert_eq!(old.put(&path, phrase).await.status, StatusCode::NO_CONTENT);
        let devices = old.get("/v1/account/devices").await.body;
        let other = devices
            .as_array()
            .unwrap()
            .iter()
            .find(|d| d["current"] == false)
            .unwrap();
        let id = other["id"].as_str().unwrap();
        let step_up = old.confirmed("remove_device", id).await;
        let path = format!("/v1/account/devices/{id}/revoke");
        let gone = old.post(&path, json!({ "step_up": step_up })).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.body);
        assert_eq!(
            said(&later.get("/v1/account/session").await),
            (401, "unauthenticated")
        );
        let first = later.password(PHONE, PASSWORD).await;
        assert_eq!(first.body["phrase"], "blue whale 42", "{}", first.body);
        let code = later.sms().await;
        let revoked = later.factor("sms_code", &code).await;
        assert_eq!(said(&revoked), (401, "device_proof_wrong"));
    });
}

#[test]
fn a_confirmation_is_for_one_action_with_its_words_in_one_session_once() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let page = Page::new(&service, &gateway).await;
        let applicant = page.open(PHONE).await;
        let other = Page::new(&service, &gateway).await;
        let stranger = other.open(NEW_PHONE).await;
        let detail = "USDT to TQ7f, network TRON";
        let id = page.confirmed("withdrawal_address", detail).await;
        let path = format!("/v1/step-ups/{id}/use");
        let ask = |whose: &str, action: &str, detail: &str| json!({ "applicant": whose, "action": action, "detail": detail });
        for (whose, action, detail) in [
            (
                &*applicant,
                "withdrawal_address",
                "USDT to TQ8f, network TRON",
            ),
            (&applicant, "withdrawal", detail),
            (&stranger, "withdrawal_address", detail),
        ] {
            let refused = service.post(&path, ask(whose, action, detail)).await;
            assert_eq!(said(&refused), (404, "not_found"));
        }
        let right = ask(&applicant, "withdrawal_address", detail);
        let used = service.post(&path, right.clone()).await;
        assert_eq!(used.body["shown"], "sms_code", "{}", used.body);
        assert_eq!(
            said(&service.post(&path, right).await),
            (409, "step_up_needed")
        );
        let totp = "/v1/account/factors/totp/offer";
        for step_up in [
            Value::Null,
            json!(page.confirmed("remove_factor", "totp").await),
            json!(page.confirmed("add_factor", "face").await),
            json!(other.confirmed("add_factor", "totp").await),
            json!("01990000-0000-7000-8000-000000000001"),
        ] {
            let refused = page.post(totp, json!({ "step_up": step_up })).await;
            assert_eq!(said(&refused), (409, "step_up_needed"), "{step_up}");
        }
        let good = page.confirmed("add_factor", "totp").await;
        service.app.clock.advance(10 * 60 * SECOND);
        let late = page.post(totp, json!({ "step_up": good })).await;
        assert_eq!(said(&late), (409, "step_up_needed"), "too old");
        let good = page.confirmed("add_factor", "totp").await;
        let old = page.cookie.borrow().clone();
        page.sign_in(PHONE).await;
        let body = json!({ "step_up": good });
        assert_eq!(
            said(&page.post(totp, body.clone()).await),
            (409, "step_up_needed"),
            "another session"
        );
        *page.cookie.borrow_mut() = old;
        assert_eq!(
            page.post(totp, body).await.status,
            StatusCode::UNAUTHORIZED,
            "it ended with the sign-in"
        );
        // Confirmed by nobody.
        page.sign_in(PHONE).await;
        let begun = page
            .post(
                "/v1/account/step-ups",
                json!({ "action": "add_factor", "detail": "totp" }),
            )
            .await;
        let body = json!({ "step_up": begun.body["id"] });
        assert_eq!(said(&page.post(totp, body).await), (409, "step_up_needed"));
        let by_password = format!(
            "/v1/account/step-ups/{}/confirm",
            begun.body["id"].as_str().unwrap()
        );
        let weak = page
            .post(
                &by_password,
                json!({ "factor": "password", "code": PASSWORD }),
            )
            .await;
        assert_eq!(said(&weak), (409, "factor_too_weak"));
    });
}

#[test]
fn a_number_is_signed_once_by_its_own_key_and_not_for_long() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let page = Page::new(&service, &gateway).await;
        page.open(PHONE).await;
        let path = "/v1/account/session/device-key";
        let with =
            |proof: &Value| json!({ "tenant": page.tenant, "login": PHONE, "device": proof });
        let proof = page.proof().await;
        let first = page.post(path, with(&proof)).await;
        assert_eq!(first.body["next"], "factor", "{}", first.body);
        assert_eq!(
            said(&page.post(path, with(&proof)).await),
            (401, "device_proof_wrong"),
            "used"
        );
        let late = page.proof().await;
        service.app.clock.advance(5 * 60 * SECOND);
        assert_eq!(
            said(&page.post(path, with(&late)).await),
            (401, "device_proof_wrong")
        );
        let mut forged = page.proof().await;
        forged["nonce"] = json!("a number of my own");
        assert_eq!(
            said(&page.post(path, with(&forged)).await),
            (401, "device_proof_wrong")
        );
        let own = page.device.proof(&page.tenant, "a number of my own");
        assert_eq!(
            said(&page.post(path, with(&own)).await),
            (401, "device_proof_wrong")
        );
        let mut odd = page.proof().await;
        odd["key"] = json!("AAAA");
        assert_eq!(
            said(&page.post(path, with(&odd)).await),
            (422, "device_key_invalid")
        );
        // A key that has moved to another system is one that the account does not know.
        let body = with(&page.proof().await);
        let windows = [
            ("menshen-page", "1"),
            ("user-agent", "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"),
        ];
        let moved = page.with((Method::POST, path), body, &windows).await;
        assert_eq!(said(&moved), (401, "device_proof_wrong"));
        // The device's key is one thing that is held: another one makes nobody surer.
        let proof = page.proof().await;
        let first = page.post(path, with(&proof)).await;
        assert_eq!(
            first.body["ways"],
            json!([]),
            "no code that is sent: {}",
            first.body
        );
        let code = page.sms().await;
        let body = json!({ "factor": "sms_code", "code": code });
        let weak = page.post("/v1/account/session/factor", body).await;
        assert_eq!(said(&weak), (409, "factor_too_weak"));
        assert_eq!(
            page.get("/v1/account/session").await.status,
            StatusCode::UNAUTHORIZED
        );
    });
}

#[test]
fn another_address_is_proven_first_and_the_old_one_is_told() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let page = Page::new(&service, &gateway).await;
        page.open(PHONE).await;
        let unconfirmed = page
            .post("/v1/account/contacts", json!({ "phone": NEW_PHONE }))
            .await;
        assert_eq!(said(&unconfirmed), (409, "step_up_needed"));
        let step_up = page.confirmed("change_contact", NEW_PHONE).await;
        service.app.clock.advance(30 * SECOND);
        let offered = page
            .post(
                "/v1/account/contacts",
                json!({ "phone": NEW_PHONE, "step_up": step_up }),
            )
            .await;
        assert_eq!(offered.status, StatusCode::ACCEPTED, "{}", offered.body);
        let code = page.code().await;
        let elsewhere = page
            .put(
                "/v1/account/contacts",
                json!({ "phone": "+8613100000000", "code": code }),
            )
            .await;
        assert_eq!(
            said(&elsewhere),
            (401, "code_wrong"),
            "it went to another address"
        );
        let step_up = page.confirmed("change_contact", NEW_PHONE).await;
        service.app.clock.advance(30 * SECOND);
        page.post(
            "/v1/account/contacts",
            json!({ "phone": NEW_PHONE, "step_up": step_up }),
        )
        .await;
        let code = page.code().await;
        let kept = page
            .put(
                "/v1/account/contacts",
                json!({ "phone": NEW_PHONE, "code": code }),
            )
            .await;
        assert_eq!(kept.status, StatusCode::NO_CONTENT, "{}", kept.body);
        let told = page.messages().await;
        assert!(told.iter().any(|(to, _)| to == PHONE), "{told:?}");
        assert_eq!(
            said(&page.password(PHONE, PASSWORD).await),
            (401, "sign_in_failed")
        );
        let me = page.sign_in(NEW_PHONE).await;
        assert_eq!(me.body["hold"]["reason"], "contact_changed", "{}", me.body);
    });
}

/// Turns the sign-in by face on.
async fn face_on(page: &Page<'_>, applicant: &str) {
    let path = format!("/v1/applicants/{applicant}/consents");
    let consent = json!({ "purpose": "biometric_template", "version": "1" });
    assert_eq!(
        page.post(&path, consent).await.status,
        StatusCode::NO_CONTENT
    );
    let step_up = page.confirmed("add_factor", "face").await;
    let on = page
        .put("/v1/account/factors/face", json!({ "step_up": step_up }))
        .await;
    assert_eq!(on.status, StatusCode::NO_CONTENT, "{}", on.body);
}

#[test]
fn a_face_signs_in_only_beside_a_trusted_device_live_and_once() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let page = Page::new(&service, &gateway).await;
        let applicant = page.open(PHONE).await;
        let unverified = page.put("/v1/account/factors/face", json!({})).await;
        assert_eq!(said(&unverified), (409, "consent_needed"));
        page.verify(&applicant).await;
        let half = page.password(PHONE, PASSWORD).await;
        assert_eq!(half.status, StatusCode::OK);
        let off = page
            .post(
                "/v1/account/session/face",
                json!({ "device": page.proof().await }),
            )
            .await;
        assert_eq!(said(&off), (409, "face_login_not_enrolled"));
        page.sign_in(PHONE).await;
        face_on(&page, &applicant).await;
        let body = json!({ "tenant": page.tenant, "login": PHONE, "device": page.proof().await });
        let first = page.post("/v1/account/session/device-key", body).await;
        assert_eq!(first.body["ways"][0]["factor"], "face", "{}", first.body);
        let begun = page.post("/v1/account/session/face", json!({})).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
        let id = begun.body["verification"].as_str().unwrap().to_owned();
        let done = json!({ "verification": id });
        let path = "/v1/account/session/face/finish";
        assert_eq!(
            said(&page.post(path, done.clone()).await),
            (409, "live_not_over")
        );
        let token = begun.body["token"].as_str().unwrap();
        let live = format!("/v1/verifications/{id}/live");
        let opening = crate::live_support::Opening::new().body;
        let opened = service
            .call_as(token, Method::POST, &live, Some(opening), &[])
            .await;
        assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.body);
        let submitted = service
            .call_as(
                token,
                Method::POST,
                &format!("/v1/verifications/{id}/submit"),
                None,
                &[],
            )
            .await;
        assert_eq!(said(&submitted), (409, "flow_of_sign_in"));
        // Another person's session cannot use it up.
        let other = Page::new(&service, &gateway).await;
        other.open(NEW_PHONE).await;
        other.password(NEW_PHONE, PASSWORD).await;
        assert_eq!(
            said(&other.post(path, done.clone()).await),
            (404, "not_found")
        );
        // A selfie that was handed in by itself is no live check.
        let photo = service
            .photo(&id, "selfie", b"a picture of the owner")
            .await;
        assert!(photo.status.is_success(), "{}", photo.body);
        assert_eq!(
            said(&page.post(path, done.clone()).await),
            (409, "live_not_over")
        );
        let opening = crate::live_support::Opening::new().body;
        service
            .call_as(token, Method::POST, &live, Some(opening), &[])
            .await;
        service.photo(&id, "front", b"x").await;
        let signed_in = page.post(path, done.clone()).await;
        assert_eq!(signed_in.body["signed_in"], true, "{}", signed_in.body);
        assert_eq!(
            signed_in.body["account"]["shown"],
            json!(["device_key", "face"])
        );
        assert_eq!(signed_in.body["account"]["assurance"], "two");
        assert_eq!(page.get("/v1/account/session").await.status, StatusCode::OK);
        let state = service.state(&id).await;
        assert_eq!(
            (&state["status"], &state["ended"]),
            (&json!("expired"), &json!("used"))
        );
        let half = page.password(PHONE, PASSWORD).await;
        assert_eq!(half.status, StatusCode::OK);
        assert_eq!(
            said(&page.post(path, done).await),
            (404, "not_found"),
            "once"
        );
        let unknown = Page::new(&service, &gateway).await;
        unknown.password(PHONE, PASSWORD).await;
        let body = json!({ "device": unknown.proof().await });
        let refused = unknown.post("/v1/account/session/face", body).await;
        assert_eq!(
            said(&refused),
            (409, "device_unknown"),
            "never the face alone"
        );
        let refused = unknown.post("/v1/account/session/face", json!({})).await;
        assert_eq!(said(&refused), (409, "device_unknown"));
        // Nobody was verified by it: the level stands as it was, and the first verification with it.
        let log = service.get("/v1/audit?limit=200").await.body;
        let judged: Vec<&Value> = log
            .as_array()
            .unwrap()
            .iter()
            .filter(|e| e["action"] == "account.face_judged")
            .collect();
        assert_eq!(judged.len(), 1, "{judged:?}");
    });
}

#[test]
fn whoever_is_erased_has_no_account_any_more() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let page = Page::new(&service, &gateway).await;
        let applicant = page.open(PHONE).await;
        page.totp().await;
        let erased = service.delete(&format!("/v1/applicants/{applicant}")).await;
        assert_eq!(erased.status, StatusCode::NO_CONTENT, "{}", erased.body);
        assert_eq!(
            said(&page.get("/v1/account/session").await),
            (401, "unauthenticated")
        );
        assert_eq!(
            said(&page.password(PHONE, PASSWORD).await),
            (401, "sign_in_failed")
        );
        // The address is free for another account.
        service.app.clock.advance(30 * SECOND);
        let other = page.open(PHONE).await;
        assert_ne!(other, applicant);
    });
}
