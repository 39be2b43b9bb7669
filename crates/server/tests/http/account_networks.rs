//! Where somebody signs in from, beside the device on which they do.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::account_page::{HOUR, PHONE, Page, RULES, passes, rules_of, said, withdraws};
use crate::notices::Gateway;
use crate::support::{Service, on_both_with};

const HOME: &str = "192.0.2.7:4000";
const NEXT_DOOR: &str = "192.0.2.200:4000";
const AWAY: &str = "198.51.100.7:4000";

/// A verified person who may withdraw, at home, under a rule for networks.
async fn at_home<'a>(service: &'a Service, gateway: &'a Gateway, rule: &str) -> (Page<'a>, String) {
    let rule = format!("{RULES}\n[accounts]\nunknown_network = \"{rule}\"");
    rules_of(service, &rule).await;
    let mut page = Page::new(service, gateway).await;
    page.address = Some(HOME);
    let applicant = page.open(PHONE).await;
    page.verify(&applicant).await;
    (page, applicant)
}

/// Signs in from there; returns what was told of it.
async fn sign_in(page: &mut Page<'_>, address: &'static str) -> (Value, Vec<String>) {
    page.messages().await;
    page.address = Some(address);
    let signed_in = page.sign_in(PHONE).await;
    let told = page.messages().await.into_iter().map(|(_, text)| text);
    (signed_in.body["device"].clone(), told.collect())
}

#[test]
fn a_person_hears_once_of_a_network_that_is_new() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let (mut page, applicant) = at_home(&service, &gateway, "tell").await;
        for address in [HOME, NEXT_DOOR] {
            let (device, told) = sign_in(&mut page, address).await;
            assert_eq!((&device["trust"], told.len()), (&json!("trusted"), 0));
        }
        let (device, told) = sign_in(&mut page, AWAY).await;
        assert_eq!(device["trust"], "trusted");
        assert!(
            told.len() == 1 && told[0].contains("New network"),
            "{told:?}"
        );
        assert_eq!(withdraws(&page, &applicant).await["allowed"], true);
        assert_eq!(sign_in(&mut page, AWAY).await.1.len(), 0, "told once");
        // Half a year later nobody remembers it.
        service.app.clock.advance(181 * 24 * HOUR);
        assert_eq!(sign_in(&mut page, HOME).await.1.len(), 1);
    });
}

#[test]
fn a_policy_may_ask_for_the_face_in_a_network_that_is_new() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let (mut page, applicant) = at_home(&service, &gateway, "verify").await;
        let (device, _) = sign_in(&mut page, HOME).await;
        assert_eq!(device["trust"], "trusted");
        let (device, told) = sign_in(&mut page, AWAY).await;
        assert_eq!(
            (&device["trust"], &device["unknown"]),
            (&json!("verify"), &json!("network"))
        );
        assert_eq!(told.len(), 1);
        let asked = withdraws(&page, &applicant).await;
        assert_eq!(
            (&asked["allowed"], &asked["reason"]["code"]),
            (&json!(false), &json!("network_unknown"))
        );
        let body = json!({ "action": "add_factor", "detail": "totp" });
        let refused = page.post("/v1/account/step-ups", body).await;
        assert_eq!(said(&refused), (409, "network_unknown"));
        let path = format!("/v1/applicants/{applicant}/phrase");
        let phrase = json!({ "phrase": "blue whale 42" });
        let refused = page.put(&path, phrase).await;
        assert_eq!(said(&refused), (409, "network_unknown"));
        assert_eq!(page.get(&path).await.status, StatusCode::OK, "it may read");
        // Home again, nothing is asked.
        assert_eq!(sign_in(&mut page, HOME).await.0["trust"], "trusted");
        // The live face makes the other network known, and holds nothing: the device was.
        assert_eq!(sign_in(&mut page, AWAY).await.0["trust"], "verify");
        let begun = page
            .post("/v1/account/session/verification", json!({}))
            .await;
        passes(&page, begun.body["verification"].as_str().unwrap()).await;
        let trusted = page.post("/v1/account/session/trust", Value::Null).await;
        assert_eq!(trusted.status, StatusCode::OK, "{}", trusted.body);
        assert_eq!(trusted.body["device"]["trust"], "trusted");
        assert_eq!(trusted.body["hold"], Value::Null);
        assert_eq!(withdraws(&page, &applicant).await["allowed"], true);
        let (device, told) = sign_in(&mut page, AWAY).await;
        assert_eq!((&device["trust"], told.len()), (&json!("trusted"), 0));
    });
}

#[test]
fn who_was_never_verified_is_told_and_not_asked_for_a_face() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let rule = format!("{RULES}\n[accounts]\nunknown_network = \"verify\"");
        rules_of(&service, &rule).await;
        let mut page = Page::new(&service, &gateway).await;
        page.address = Some(HOME);
        page.open(PHONE).await;
        let (device, told) = sign_in(&mut page, AWAY).await;
        assert_eq!((&device["trust"], told.len()), (&json!("trusted"), 1));
    });
}

#[test]
fn a_policy_may_leave_networks_alone() {
    let gateway = Gateway::listen();
    on_both_with(gateway.config(), |service| async {
        let service = service;
        let (mut page, _) = at_home(&service, &gateway, "nothing").await;
        let (device, told) = sign_in(&mut page, AWAY).await;
        assert_eq!((&device["trust"], told.len()), (&json!("trusted"), 0));
    });
}
