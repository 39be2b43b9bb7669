//! Sessions end when they must, and nobody else's page uses them.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Browser, NAME, PASSWORD};
use crate::desk::{Desk, POLICY};
use crate::support::on_both;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

#[test]
fn a_session_ends_after_half_an_hour_of_nothing_and_after_a_day_of_work() {
    on_both(|service| async move {
        let (person, browser) = service.enrolled("reviewer", "known").await;
        for _ in 0..3 {
            service.app.clock.advance(29 * MINUTE);
            assert_eq!(
                browser.get("/v1/review/queues").await.status,
                StatusCode::OK
            );
        }
        service.app.clock.advance(30 * MINUTE);
        assert_eq!(
            browser.get("/v1/session").await.status,
            StatusCode::UNAUTHORIZED
        );
        let me = browser.sign_in(&person).await.body;
        let (idle, ends) = (&me["idle_ends_at"], &me["ends_at"]);
        assert_eq!(
            (idle, ends),
            (
                &json!("2026-11-22T11:27:30Z"),
                &json!("2026-11-22T22:57:30Z")
            )
        );
        for _ in 0..24 {
            service.app.clock.advance(29 * MINUTE);
            assert_eq!(browser.get("/v1/session").await.status, StatusCode::OK);
        }
        let last = browser.get("/v1/session").await.body;
        assert_eq!(last["idle_ends_at"], last["ends_at"]);
        service.app.clock.advance(24 * MINUTE);
        assert_eq!(
            browser.get("/v1/session").await.status,
            StatusCode::UNAUTHORIZED
        );
        service.work().await;
    });
}

#[test]
fn role_and_account_change_at_once() {
    on_both(|service| async move {
        let (person, browser) = service.enrolled("operator", "known").await;
        let staff = format!("/v1/staff/{}", person.id);
        assert_eq!(browser.get("/v1/keys").await.status, StatusCode::OK);
        service.put(&staff, json!({ "role": "auditor" })).await;
        assert_eq!(browser.get("/v1/keys").await.status, StatusCode::FORBIDDEN);
        assert_eq!(browser.get("/v1/audit").await.status, StatusCode::OK);
        service.delete(&staff).await;
        assert_eq!(
            browser.get("/v1/audit").await.status,
            StatusCode::UNAUTHORIZED
        );
        let answer = browser.password("known", PASSWORD).await;
        assert_eq!(answer.body["code"], "sign_in_failed");
        // What somebody signed in as is free again.
        service.enrolled("operator", "known").await;
    });
}

#[test]
fn another_password_ends_all_other_sessions() {
    on_both(|service| async move {
        let (person, browser) = service.enrolled("reviewer", "known").await;
        let other = Browser::new(&service);
        other.sign_in(&person).await;
        let before = browser.cookie.borrow().clone();
        let new = "another one, twelve ducks";
        let put = |password: &str, new: &str| {
            let body = json!({ "password": password, "new_password": new });
            browser.call(Method::PUT, "/v1/session/password", body)
        };
        assert_eq!(
            put("this is not it", new).await.body["code"],
            "sign_in_failed"
        );
        assert_eq!(
            put(PASSWORD, "short").await.body["code"],
            "password_too_short"
        );
        assert_eq!(
            put(PASSWORD, "passwordpassword").await.body["code"],
            "password_common"
        );
        let changed = put(PASSWORD, new).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        assert_eq!(browser.get("/v1/session").await.status, StatusCode::OK);
        assert_eq!(
            other.get("/v1/session").await.status,
            StatusCode::UNAUTHORIZED
        );
        *browser.cookie.borrow_mut() = before;
        assert_eq!(
            browser.get("/v1/session").await.status,
            StatusCode::UNAUTHORIZED
        );
        let old = other.password("known", PASSWORD).await;
        assert_eq!(old.body["code"], "sign_in_failed");
        assert_eq!(other.password("known", new).await.status, StatusCode::OK);
    });
}

#[test]
fn one_sees_and_ends_ones_own_sessions_only() {
    on_both(|service| async move {
        let (person, browser) = service.enrolled("reviewer", "known").await;
        let (_, stranger) = service.enrolled("reviewer", "stranger").await;
        let other = Browser::new(&service);
        other.sign_in(&person).await;
        let list = browser.get("/v1/sessions").await.body;
        let current: Vec<&Value> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|s| &s["current"])
            .collect();
        assert_eq!(current, [&json!(false), &json!(true)], "{list}");
        assert_eq!(list[0]["browser"], "other");
        let path = format!("/v1/sessions/{}", list[0]["id"].as_str().unwrap());
        let end = |by| Browser::call(by, Method::DELETE, &path, Value::Null);
        assert_eq!(end(&stranger).await.status, StatusCode::NOT_FOUND);
        assert_eq!(other.get("/v1/session").await.status, StatusCode::OK);
        assert_eq!(end(&browser).await.status, StatusCode::NO_CONTENT);
        assert_eq!(
            other.get("/v1/session").await.status,
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(end(&browser).await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.get("/v1/session").await.status, StatusCode::OK);
    });
}

#[test]
fn no_other_site_uses_the_cookie() {
    on_both(|service| async move {
        let (_, browser) = service.enrolled("operator", "known").await;
        let body = || json!({ "label": "x", "scopes": [] });
        let own = ("menshen-console", "1");
        for (headers, code) in [
            (&[][..], "console_header_missing"),
            (&[("menshen-console", "0")], "console_header_missing"),
            (&[own, ("origin", "https://evil.example")], "origin_foreign"),
            (
                &[own, ("origin", "https://console.example.evil.example")],
                "origin_foreign",
            ),
            (
                &[own, ("origin", "https://console.example:8443")],
                "origin_foreign",
            ),
            (&[own, ("origin", "null")], "origin_foreign"),
            (&[own, ("origin", "")], "origin_foreign"),
            (&[own, ("sec-fetch-site", "same-site")], "origin_foreign"),
            (&[own, ("sec-fetch-site", "cross-site")], "origin_foreign"),
        ] {
            let answer = browser
                .with(Method::POST, "/v1/keys", body(), headers)
                .await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
            assert_eq!(answer.body["code"], code, "{headers:?}");
            let answer = browser
                .with(Method::POST, "/v1/session", json!({}), headers)
                .await;
            assert_eq!(
                answer.body["code"], code,
                "nobody is signed in by another site"
            );
        }
        let foreign = [("sec-fetch-site", "cross-site")];
        let read = browser
            .with(Method::GET, "/v1/keys", Value::Null, &foreign)
            .await;
        assert_eq!(read.status, StatusCode::FORBIDDEN);
        let same = [
            own,
            ("origin", "https://console.example"),
            ("sec-fetch-site", "same-origin"),
        ];
        let made = browser.with(Method::POST, "/v1/keys", body(), &same).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        // A secret is sent by no browser of its own accord.
        let key = service.key.clone();
        let foreign = [("origin", "https://evil.example")];
        let made = service
            .call_as(&key, Method::POST, "/v1/keys", Some(body()), &foreign)
            .await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    });
}

#[test]
fn two_cookies_are_none_and_a_secret_goes_before_a_cookie() {
    on_both(|service| async move {
        let (_, browser) = service.enrolled("reviewer", "known").await;
        let cookie = browser.cookie.borrow().clone().unwrap();
        let twice = format!("{cookie}; {NAME}=x");
        *browser.cookie.borrow_mut() = Some(twice);
        assert_eq!(
            browser.get("/v1/session").await.status,
            StatusCode::UNAUTHORIZED
        );
        *browser.cookie.borrow_mut() = Some(cookie);
        let wrong = [("authorization", "Bearer ms_nobody")];
        let answer = browser
            .with(Method::GET, "/v1/review/cases", Value::Null, &wrong)
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn everything_is_in_the_log_and_nothing_of_what_was_typed() {
    on_both(|service| async move {
        let (person, browser) = service.enrolled("reviewer", "grace@example.com").await;
        browser
            .password("grace@example.com", "this is not it at all")
            .await;
        browser
            .password("nobody@example.com", "this is not it at all")
            .await;
        browser.sign_in(&person).await;
        browser
            .post("/v1/session/recovery-codes", json!({ "code": "000000" }))
            .await;
        browser
            .call(Method::DELETE, "/v1/session", Value::Null)
            .await;
        let desk = Desk::new(&service, POLICY).await;
        for (action, count) in [
            ("staff.enrolled", 1),
            // That of the login that nobody has concerns no tenant.
            ("staff.password_failed", 1),
            ("staff.signed_in", 1),
            ("staff.factor_failed", 1),
            ("staff.signed_out", 1),
        ] {
            let log = desk.log(action).await;
            assert_eq!(log.len(), count, "{action}");
            assert_eq!(log[0]["object"], format!("staff:{}", person.id), "{action}");
        }
        let all = service.app.store.list_audit(0, 1_000).await.unwrap();
        let nobodys = all
            .iter()
            .filter(|e| e.entry.action == "staff.password_failed");
        assert_eq!(nobodys.filter(|e| e.entry.tenant.is_none()).count(), 1);
        let text = format!("{:?}", all.iter().map(|e| &e.entry).collect::<Vec<_>>());
        assert!(!text.contains("example.com"));
    });
}

#[test]
fn what_has_ended_is_swept_away() {
    on_both(|service| async move {
        let (_, browser) = service.enrolled("reviewer", "known").await;
        service.invited("reviewer").await;
        browser.password("nobody", PASSWORD).await;
        service.app.clock.advance(4 * 24 * HOUR);
        service.work().await;
        let mut tx = service.app.store.begin().await.unwrap();
        let now = service.app.now();
        let alive = menshen_store::Alive {
            now,
            used_since: now,
        };
        assert_eq!(tx.prune_sessions(alive).await.unwrap(), 0);
        assert_eq!(tx.prune_invitations(now).await.unwrap(), 0);
        assert_eq!(tx.prune_strikes(now).await.unwrap(), 0);
    });
}
