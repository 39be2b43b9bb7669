//! Invitations, and what is set with them.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD, STEP};
use crate::support::on_both;

const HOUR: i64 = 3_600_000;

#[test]
fn an_invitation_is_good_once_and_for_three_days() {
    on_both(|service| async move {
        let (_, used) = service.invited("reviewer").await;
        let (_, late) = service.invited("reviewer").await;
        let browser = Browser::new(&service);
        assert_eq!(
            browser.enrol(&used, "first").await.status,
            StatusCode::CREATED
        );
        service.app.clock.advance(72 * HOUR);
        for invitation in [&used[..], &late, "mi_unknown", "", &"x".repeat(300)] {
            let body = json!({ "invitation": invitation });
            let opened = browser.post("/v1/enrolment", body).await;
            assert_eq!(opened.status, StatusCode::UNAUTHORIZED);
            assert_eq!(opened.body["code"], "invitation_invalid");
            let body =
                json!({ "invitation": invitation, "login": "x", "password": "x", "code": "x" });
            let finished = browser.post("/v1/enrolment/finish", body).await;
            assert_eq!(finished.body["code"], "invitation_invalid");
        }
    });
}

#[test]
fn of_two_who_use_an_invitation_at_once_one_enrols() {
    on_both(|service| async move {
        let (_, invitation) = service.invited("reviewer").await;
        let (a, b) = (Browser::new(&service), Browser::new(&service));
        let (x, y) = tokio::join!(
            a.enrol(&invitation, "first"),
            b.enrol(&invitation, "second")
        );
        let mut said = [x.status.as_u16(), y.status.as_u16()];
        said.sort_unstable();
        assert_eq!(said, [201, 409], "{} {}", x.body, y.body);
    });
}

#[test]
fn login_password_and_code_are_checked() {
    on_both(|service| async move {
        service.enrolled("reviewer", "Straße@Example.com").await;
        let (_, invitation) = service.invited("reviewer").await;
        let browser = Browser::new(&service);
        let (totp, _) = browser.open(&invitation).await;
        let code = browser.code(&totp);
        for (login, password, code, refused) in [
            ("grace", PASSWORD, "000000", "code_wrong"),
            ("gr", PASSWORD, &code[..], "login_invalid"),
            ("gra ce", PASSWORD, &code, "login_invalid"),
            ("straße@EXAMPLE.com", PASSWORD, &code, "login_taken"),
            ("grace", "elevenchars", &code, "password_too_short"),
            ("grace", &"ab cd ".repeat(22), &code, "password_too_long"),
            ("grace", "Password123456", &code, "password_common"),
            ("grace", "grace   hopper", &code, "password_like_name"),
        ] {
            let body = json!({
                "invitation": invitation, "login": login, "password": password, "code": code,
            });
            let answer = browser.post("/v1/enrolment/finish", body).await;
            assert_eq!(answer.body["code"], refused, "{}", answer.body);
            assert!(!answer.body.to_string().contains(password), "{refused}");
        }
        assert_eq!(
            browser.enrol(&invitation, "grace").await.status,
            StatusCode::CREATED
        );
    });
}

#[test]
fn a_new_invitation_ends_how_somebody_signed_in() {
    on_both(|service| async move {
        let (person, browser) = service.enrolled("reviewer", "known").await;
        let path = format!("/v1/staff/{}/invitation", person.id);
        let invited = service.post(&path, Value::Null).await;
        assert_eq!(invited.status, StatusCode::OK, "{}", invited.body);
        assert_eq!(invited.body["signs_in"], false);
        assert!(invited.body.get("secret").is_none());
        assert_eq!(
            browser.get("/v1/session").await.status,
            StatusCode::UNAUTHORIZED
        );
        let old = browser.password("known", PASSWORD).await;
        assert_eq!(old.body["code"], "sign_in_failed");
        let first = invited.body["invitation"].as_str().unwrap().to_owned();
        let second = service.post(&path, Value::Null).await.body;
        let gone = browser
            .post("/v1/enrolment", json!({ "invitation": first }))
            .await;
        assert_eq!(gone.body["code"], "invitation_invalid");
        let second = second["invitation"].as_str().unwrap();
        let again = browser.enrol(second, "known").await;
        assert_eq!(again.status, StatusCode::CREATED, "{}", again.body);
        service.app.clock.advance(STEP);
        browser.password("known", PASSWORD).await;
        let old = browser.factor(&browser.code(&person.totp)).await;
        assert_eq!(old.body["code"], "factor_wrong", "the app is set up anew");
    });
}

#[test]
fn nobody_of_staff_invites_into_the_account_of_a_judge_or_into_their_own() {
    on_both(|service| async move {
        let (operator, browser) = service.enrolled("operator", "operator").await;
        for (role, code) in [
            ("reviewer", "account_of_a_judge"),
            ("senior", "account_of_a_judge"),
            ("auditor", "account_of_a_judge"),
            ("operator", "none"),
        ] {
            let (id, _) = service.invited(role).await;
            let path = format!("/v1/staff/{id}/invitation");
            let answer = browser.post(&path, Value::Null).await;
            assert_eq!(
                answer.body["code"].as_str().unwrap_or("none"),
                code,
                "{role}"
            );
        }
        let path = format!("/v1/staff/{}/invitation", operator.id);
        assert_eq!(
            browser.post(&path, Value::Null).await.body["code"],
            "own_account"
        );
        let (id, _) = service.invited("operator").await;
        service.delete(&format!("/v1/staff/{id}")).await;
        let gone = service
            .post(&format!("/v1/staff/{id}/invitation"), Value::Null)
            .await;
        assert_eq!(gone.body["code"], "account_disabled", "{}", gone.body);
    });
}

#[test]
fn whoever_is_let_in_no_longer_enrols_no_more() {
    on_both(|service| async move {
        let (id, invitation) = service.invited("reviewer").await;
        service.delete(&format!("/v1/staff/{id}")).await;
        let browser = Browser::new(&service);
        let body = json!({ "invitation": invitation });
        let opened = browser.call(Method::POST, "/v1/enrolment", body).await;
        assert_eq!(opened.body["code"], "invitation_invalid");
    });
}
