//! A person registers passkeys, names them and takes them away.

use axum::http::{Method, StatusCode};
use menshen_core::account::Action;
use menshen_server::Config;
use serde_json::{Value, json};

use crate::passkey_support::{
    DOMAIN, Device, ELIGIBLE, ORIGIN, Owner, PRESENT, Page, VERIFIED, backed_up, base64, config,
    page, said, whys,
};
use crate::support::{on_both, on_both_with};

const PATH: &str = "/v1/account/passkeys";

#[test]
fn a_person_registers_a_passkey_names_it_and_takes_it_away() {
    on_both_with(config(), |service| async move {
        let ada = Owner::new(&service, "ada@example.com").await;
        let (_, offered) = ada.offered().await;
        let options = &offered.body["options"];
        assert_eq!(options["rp"]["id"], DOMAIN);
        assert_eq!(options["user"]["name"], "ada@example.com");
        let handle = options["user"]["id"].as_str().unwrap();
        assert_eq!(handle.len(), 43, "32 bytes");
        assert!(
            offered.body["lock"]["zh-CN"]
                .as_str()
                .unwrap()
                .contains("图案")
        );
        let mut phone = Device::phone(b"a phone");
        let id = ada.registered(&mut phone).await;
        let listed = ada.get(PATH).await.body;
        let items = &listed["items"];
        assert_eq!(
            (&items[0]["id"], &items[0]["name"]),
            (&json!(id), &json!("Telephone"))
        );
        assert_eq!(items[0]["transports"], json!(["hybrid", "internal"]));
        assert_eq!(items[0]["elsewhere"], false);
        let (_, again) = ada.offered().await;
        let known = &again.body["options"]["excludeCredentials"];
        assert_eq!(known[0]["id"], base64(b"a phone"));
        assert_eq!(
            again.body["options"]["user"]["id"], handle,
            "the same handle"
        );
        let path = format!("{PATH}/{id}");
        let renamed = ada.call(Method::PUT, &path, json!({ "name": " 手机 " }));
        assert_eq!(renamed.await.status, StatusCode::NO_CONTENT);
        assert_eq!(ada.get(PATH).await.body["items"][0]["name"], "手机");
        let remove = format!("{PATH}/{id}/remove");
        assert_eq!(
            said(&ada.post(&remove, json!({})).await),
            (409, "step_up_needed")
        );
        let other = ada.confirmed(Action::RemoveFactor, "passkey:another").await;
        let removed = ada.post(&remove, json!({ "step_up": other })).await;
        assert_eq!(said(&removed), (409, "step_up_needed"));
        let own = ada
            .confirmed(Action::RemoveFactor, &format!("passkey:{id}"))
            .await;
        let removed = ada.post(&remove, json!({ "step_up": own })).await;
        assert_eq!(removed.status, StatusCode::NO_CONTENT, "{}", removed.body);
        assert_eq!(ada.get(PATH).await.body["items"], json!([]));
        assert_eq!(
            said(&ada.post(&remove, json!({})).await),
            (404, "not_found")
        );
        service.work().await;
        let told = service
            .get(&format!("/v1/applicants/{}/notices", ada.applicant))
            .await;
        let kinds = told.body.to_string();
        assert!(kinds.matches("factor_changed").count() >= 2, "{kinds}");
    });
}

#[test]
fn what_is_no_passkey_of_this_question_is_not_registered() {
    on_both_with(config(), |service| async move {
        let ada = Owner::new(&service, "ada@example.com").await;
        let good = page();
        let flags = |flags| {
            let mut device = Device::phone(b"an id");
            device.flags = flags;
            device
        };
        for (why, mut device, on) in [
            (
                "origin",
                flags(PRESENT),
                Page::new("https://id.exchange.example.evil.example", DOMAIN),
            ),
            (
                "origin",
                flags(PRESENT),
                Page::new("https://exchange.example", DOMAIN),
            ),
            (
                "domain",
                flags(PRESENT),
                Page::new(ORIGIN, "exchange.example"),
            ),
            (
                "type",
                flags(PRESENT),
                Page {
                    kind: Some("webauthn.get"),
                    ..good.clone()
                },
            ),
            (
                "cross_origin",
                flags(PRESENT),
                Page {
                    cross_origin: true,
                    ..good.clone()
                },
            ),
            ("absent", flags(VERIFIED), good.clone()),
        ] {
            let made = ada.register(&mut device, &on).await;
            assert_eq!(said(&made), (422, "passkey_not_taken"), "{why}");
            assert!(made.body["text"]["en"].is_string());
            let logged = whys(&service, "passkey.not_registered").await;
            assert_eq!(logged.last().unwrap(), why);
        }
        assert_eq!(ada.get(PATH).await.body["items"], json!([]));
    });
}

#[test]
fn a_registration_is_answered_once_by_whom_it_was_begun() {
    on_both_with(config(), |service| async move {
        let ada = Owner::new(&service, "ada@example.com").await;
        let bob = Owner::new(&service, "bob@example.com").await;
        let (step_up, offered) = ada.offered().await;
        let mut phone = Device::phone(b"a phone");
        let credential = phone.register(&page(), &offered.body["options"]);
        let body = |step_up: &str| json!({ "ceremony": offered.body["ceremony"], "credential": credential, "step_up": step_up });
        let none = json!({ "ceremony": offered.body["ceremony"], "credential": credential });
        assert_eq!(said(&ada.post(PATH, none).await), (409, "step_up_needed"));
        let his = bob.confirmed(Action::AddFactor, "passkey").await;
        assert_eq!(
            said(&bob.post(PATH, body(&his)).await),
            (409, "passkey_over"),
            "another's"
        );
        let made = ada.post(PATH, body(&step_up)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert_eq!(made.body["name"], "通行密钥", "in the person's language");
        let again = ada.confirmed(Action::AddFactor, "passkey").await;
        assert_eq!(
            said(&ada.post(PATH, body(&again)).await),
            (409, "passkey_over")
        );
        // The same credential is nobody else's, either.
        let (step_up, offered) = bob.offered().await;
        let credential = phone.register(&page(), &offered.body["options"]);
        let body = json!({ "ceremony": offered.body["ceremony"], "credential": credential, "step_up": step_up });
        assert_eq!(said(&bob.post(PATH, body).await), (409, "passkey_known"));
        let (step_up, offered) = bob.offered().await;
        let credential = Device::phone(b"late").register(&page(), &offered.body["options"]);
        service.app.clock.advance(5 * 60_000);
        let body = json!({ "ceremony": offered.body["ceremony"], "credential": credential, "step_up": step_up });
        assert_eq!(
            said(&bob.post(PATH, body).await),
            (409, "passkey_over"),
            "too late"
        );
        let theirs = ada.get(PATH).await.body["items"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let path = format!("{PATH}/{theirs}");
        let renamed = bob
            .call(Method::PUT, &path, json!({ "name": "mine" }))
            .await;
        assert_eq!(said(&renamed), (404, "not_found"), "another's");
    });
}

#[test]
fn passkeys_that_other_devices_hold_are_registered_where_the_policy_wants_them() {
    on_both_with(config(), |service| async move {
        let ada = Owner::new(&service, "ada@example.com").await;
        for (rule, flags, expected) in [
            ("allow", PRESENT | VERIFIED | ELIGIBLE, (201, "none")),
            (
                "second_factor",
                PRESENT | VERIFIED | ELIGIBLE,
                (201, "none"),
            ),
            (
                "refuse",
                PRESENT | VERIFIED | ELIGIBLE,
                (422, "passkey_backed_up"),
            ),
            ("refuse", PRESENT | VERIFIED, (201, "none")),
        ] {
            backed_up(&service, rule).await;
            let mut device = Device::phone(format!("{rule} {flags}").as_bytes());
            device.flags = flags;
            let made = ada.register(&mut device, &page()).await;
            assert_eq!(said(&made), expected, "{rule}");
        }
    });
}

#[test]
fn nobody_has_more_than_twenty_and_names_are_short() {
    on_both_with(config(), |service| async move {
        let ada = Owner::new(&service, "ada@example.com").await;
        for n in 0..20_u8 {
            ada.registered(&mut Device::phone(&[n])).await;
        }
        assert_eq!(said(&ada.offered().await.1), (409, "passkeys_too_many"));
        let listed = ada.get(&format!("{PATH}?limit=15")).await.body;
        let rest = ada
            .get(&format!(
                "{PATH}?after={}",
                listed["next"].as_str().unwrap()
            ))
            .await
            .body;
        let n = |page: &Value| page["items"].as_array().unwrap().len();
        assert_eq!((n(&listed), n(&rest)), (15, 5));
        let id = listed["items"][0]["id"].as_str().unwrap();
        for name in ["", "  ", &"x".repeat(61), "a\nb"] {
            let path = format!("{PATH}/{id}");
            let renamed = ada.call(Method::PUT, &path, json!({ "name": name })).await;
            assert_eq!(said(&renamed), (422, "passkey_name_invalid"), "{name:?}");
        }
    });
}

#[test]
fn without_an_address_there_are_no_passkeys() {
    for public_url in [
        None,
        Some("https://192.0.2.7"),
        Some("http://id.exchange.example"),
    ] {
        let config = Config {
            public_url: public_url.map(str::to_owned),
            ..Config::default()
        };
        on_both_with(config, |service| async move {
            let ada = Owner::new(&service, "ada@example.com").await;
            let (_, offered) = ada.offered().await;
            assert_eq!(said(&offered), (409, "passkeys_unavailable"));
            let asked = crate::passkey_support::ask(&service, ada.tenant, None).await;
            assert_eq!(said(&asked), (409, "passkeys_unavailable"));
        });
    }
}

#[test]
fn nobody_registers_without_a_session() {
    on_both(|service| async move {
        for (method, path) in [
            (Method::POST, "/v1/account/passkeys/options"),
            (Method::POST, PATH),
            (Method::GET, PATH),
        ] {
            let answer =
                crate::passkey_support::call(&service, None, method, path, json!({})).await;
            assert_eq!(said(&answer), (401, "unauthenticated"), "{path}");
        }
    });
}
