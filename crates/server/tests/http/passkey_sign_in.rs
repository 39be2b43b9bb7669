//! A passkey signs in, alone or after the password, and confirms an action; and everything that does not.

use axum::http::{Method, StatusCode};
use menshen_core::account::{Action, Factor};
use menshen_store::SessionStage;
use serde_json::{Value, json};

use crate::passkey_support::{
    BACKED_UP, DOMAIN, Device, ELIGIBLE, ORIGIN, Owner, PRESENT, Page, VERIFIED, answer, ask,
    backed_up, base64, call, config, held, page, said, signed_in, whys,
};
use crate::support::{Answer, Service, on_both_with};

/// Asks and answers in a browser of which nothing is known.
async fn sign_in(
    service: &Service,
    owner: &Owner<'_>,
    login: Option<&str>,
    device: &mut Device,
) -> Answer {
    let asked = ask(service, owner.tenant, login).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
    let shown = device.show(&page(), &asked.body["options"]);
    answer(service, None, &asked, shown).await
}

#[test]
fn a_passkey_signs_in_with_a_login_or_without() {
    on_both_with(config(), |service| async move {
        let ada = Owner::new(&service, "ada@example.com").await;
        let mut phone = Device::phone(b"a phone");
        let id = ada.registered(&mut phone).await;
        let asked = ask(&service, ada.tenant, None).await.body;
        assert_eq!(asked["options"]["allowCredentials"], json!([]));
        assert_eq!(asked["options"]["userVerification"], "required");
        for login in [None, Some("ada@example.com"), Some(" ADA@example.com")] {
            let signed = sign_in(&service, &ada, login, &mut phone).await;
            assert_eq!(signed.status, StatusCode::OK, "{}", signed.body);
            assert_eq!(signed.body["applicant"], ada.applicant.to_string());
            assert_eq!(signed.body["shown"], json!(["passkey"]));
            assert_eq!(signed.body["assurance"], "two_phishing_resistant");
            let cookie = held(&signed).unwrap();
            let me = call(
                &service,
                Some(&cookie),
                Method::GET,
                "/v1/account/session",
                Value::Null,
            );
            assert_eq!(me.await.body["shown"], json!(["passkey"]));
        }
        let listed = ada.get("/v1/account/passkeys").await.body;
        assert_eq!(listed["items"][0]["id"], id);
        assert_eq!(listed["items"][0]["last_used_at"], "2026-11-22T09:00:00Z");
    });
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Replayed,
    Reused,
    Late,
    Unknown,
    Revoked,
    AnothersQuestion,
    NobodysQuestion,
    AnothersHandle,
    NoHandle,
    Origin,
    Domain,
    Framed,
    Kind,
    Challenge,
    Signature,
    Counter,
    OtherTenant,
}

use Wrong::{
    AnothersHandle, AnothersQuestion, Challenge, Counter, Domain, Framed, Kind, Late, NoHandle,
    NobodysQuestion, Origin, OtherTenant, Replayed, Reused, Revoked, Signature, Unknown,
};

/// Each with why it is refused, as the log says; nothing is looked at where there is no question.
const WRONG: [(Wrong, Option<&str>); 17] = [
    (Replayed, Some("challenge")),
    (Reused, None),
    (Late, None),
    (Unknown, Some("unknown")),
    (Revoked, Some("revoked")),
    (AnothersQuestion, Some("another")),
    (NobodysQuestion, Some("another")),
    (AnothersHandle, Some("handle")),
    (NoHandle, Some("handle")),
    (Origin, Some("origin")),
    (Domain, Some("domain")),
    (Framed, Some("cross_origin")),
    (Kind, Some("type")),
    (Challenge, Some("challenge")),
    (Signature, Some("signature")),
    (Counter, Some("counter")),
    // It stands in the log of the tenant that was asked.
    (OtherTenant, None),
];

#[test]
fn whatever_is_wrong_is_refused_in_the_same_words() {
    on_both_with(config(), |service| async move {
        let ada = Owner::new(&service, "ada@example.com").await;
        let bob = Owner::new(&service, "bob@example.com").await;
        let mut device = Device::token(b"a security key");
        ada.registered(&mut device).await;
        bob.registered(&mut Device::phone(b"his phone")).await;
        let mut bodies = Vec::new();
        for (wrong, why) in WRONG {
            let before = whys(&service, "passkey.refused").await.len();
            let refused = try_it(&service, (&ada, &bob), &mut device, wrong).await;
            assert_eq!(said(&refused), (401, "passkey_refused"), "{wrong:?}");
            assert_eq!(held(&refused), None, "{wrong:?}");
            let logged = whys(&service, "passkey.refused").await;
            assert_eq!(logged.get(before).map(String::as_str), why, "{wrong:?}");
            bodies.push(refused.bytes);
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1, "byte for byte");
        // After all of that the key opens as before.
        let signed = sign_in(&service, &ada, None, &mut device).await;
        assert_eq!(signed.status, StatusCode::OK, "{}", signed.body);
    });
}

async fn try_it(
    service: &Service,
    (ada, bob): (&Owner<'_>, &Owner<'_>),
    device: &mut Device,
    wrong: Wrong,
) -> Answer {
    let login = match wrong {
        AnothersQuestion => Some("bob@example.com"),
        NobodysQuestion => Some("nobody@example.com"),
        _ => None,
    };
    let tenant = match wrong {
        OtherTenant => other_tenant(service).await,
        _ => ada.tenant,
    };
    let asked = ask(service, tenant, login).await;
    let options = asked.body["options"].clone();
    let good = page();
    let on = match wrong {
        Origin => Page::new("https://id.exchange.example.evil.example", DOMAIN),
        Domain => Page::new(ORIGIN, "evil.example"),
        Framed => Page {
            cross_origin: true,
            ..good
        },
        Kind => Page {
            kind: Some("webauthn.create"),
            ..good
        },
        _ => good,
    };
    let mut shown = match wrong {
        Unknown => {
            let mut stranger = Device::phone(b"of nobody");
            stranger.handle = device.handle.clone();
            stranger.show(&on, &options)
        }
        Signature => {
            let mut twin = Device::token(b"a security key");
            (twin.handle, twin.counter) = (device.handle.clone(), 1_000);
            twin.show(&on, &options)
        }
        Challenge => {
            let mut other = options.clone();
            other["challenge"] = base64(&[1; 32]).into();
            device.show(&on, &other)
        }
        Counter => {
            let (counter, step) = (device.counter, device.step);
            (device.counter, device.step) = (1, 0);
            let shown = device.show(&on, &options);
            (device.counter, device.step) = (counter, step);
            shown
        }
        Revoked => {
            let mut gone = Device::phone(b"gone");
            let id = ada.registered(&mut gone).await;
            let detail = format!("passkey:{id}");
            let step_up = ada.confirmed(Action::RemoveFactor, &detail).await;
            let path = format!("/v1/account/passkeys/{id}/remove");
            let removed = ada.post(&path, json!({ "step_up": step_up })).await;
            assert_eq!(removed.status, StatusCode::NO_CONTENT, "{}", removed.body);
            gone.show(&on, &options)
        }
        _ => device.show(&on, &options),
    };
    match wrong {
        AnothersHandle => {
            let (_, offered) = bob.offered().await;
            let his = offered.body["options"]["user"]["id"].clone();
            shown["response"]["userHandle"] = his;
        }
        NoHandle => shown["response"]["userHandle"] = Value::Null,
        Late => service.app.clock.advance(5 * 60_000),
        Reused | Replayed => {
            let first = answer(service, None, &asked, shown.clone()).await;
            assert_eq!(first.status, StatusCode::OK, "{}", first.body);
        }
        _ => {}
    }
    let asked = match wrong {
        Replayed => ask(service, ada.tenant, None).await,
        _ => asked,
    };
    answer(service, None, &asked, shown).await
}

/// Makes another tenant.
async fn other_tenant(service: &Service) -> menshen_core::ids::TenantId {
    let operator = service.operator().await;
    service.tenant(&operator, "another").await;
    let all = service.app.store.list_tenants(None, 9).await.unwrap();
    all[0].id
}

#[test]
fn of_two_answers_to_one_question_one_counts() {
    on_both_with(config(), |service| async move {
        let ada = Owner::new(&service, "ada@example.com").await;
        let mut device = Device::phone(b"a phone");
        ada.registered(&mut device).await;
        let asked = ask(&service, ada.tenant, None).await;
        let shown = device.show(&page(), &asked.body["options"]);
        let one = || answer(&service, None, &asked, shown.clone());
        let all = tokio::join!(one(), one(), one(), one());
        let all = [all.0, all.1, all.2, all.3];
        let opened = all.iter().filter(|one| one.status == StatusCode::OK);
        assert_eq!(opened.count(), 1);
    });
}

#[test]
fn nobody_learns_from_the_question_whether_a_login_is_known() {
    on_both_with(config(), |service| async move {
        let ada = Owner::new(&service, "ada@example.com").await;
        ada.registered(&mut Device::phone(&[7; 20])).await;
        let bare = Owner::new(&service, "bare@example.com").await;
        let shape = |asked: &Answer| {
            let mut body = asked.body.clone();
            body["ceremony"] = "".into();
            body["options"]["challenge"] = "".into();
            let one = body["options"]["allowCredentials"][0].clone();
            assert!(one["id"].as_str().unwrap().len() >= 22, "{body}");
            assert_eq!(one["type"], "public-key");
            assert!(one["transports"].is_array(), "{body}");
            body["options"]["allowCredentials"] = json!([]);
            body
        };
        let mut shapes = Vec::new();
        for login in [
            "ada@example.com",
            "bare@example.com",
            "nobody@example.com",
            "+8613800000000",
            "no login",
        ] {
            let first = ask(&service, ada.tenant, Some(login)).await;
            let again = ask(&service, ada.tenant, Some(login)).await;
            let ids = |asked: &Answer| asked.body["options"]["allowCredentials"].clone();
            assert_eq!(ids(&first), ids(&again), "{login}");
            shapes.push(shape(&first));
        }
        shapes.dedup();
        assert_eq!(shapes.len(), 1, "{shapes:?}");
        assert_eq!(bare.tenant, ada.tenant);
    });
}

#[test]
fn a_passkey_counts_what_the_device_did_and_the_policy_says() {
    on_both_with(config(), |service| async move {
        let ada = Owner::new(&service, "ada@example.com").await;
        let synced = PRESENT | ELIGIBLE | BACKED_UP;
        for (rule, flags, alone, after_password) in [
            ("allow", PRESENT | VERIFIED, (200, "none"), "passkey"),
            (
                "allow",
                PRESENT,
                (409, "passkey_one_factor"),
                "passkey_held",
            ),
            ("allow", synced | VERIFIED, (200, "none"), "passkey"),
            ("allow", synced, (409, "passkey_one_factor"), "passkey_held"),
            (
                "second_factor",
                synced | VERIFIED,
                (409, "passkey_one_factor"),
                "passkey_held",
            ),
            (
                "second_factor",
                PRESENT | VERIFIED,
                (200, "none"),
                "passkey",
            ),
            ("refuse", synced | VERIFIED, (422, "passkey_backed_up"), ""),
            ("refuse", PRESENT | VERIFIED, (200, "none"), "passkey"),
        ] {
            backed_up(&service, "allow").await;
            let mut device = Device::phone(format!("{rule} {flags}").as_bytes());
            device.flags = flags | VERIFIED;
            ada.registered(&mut device).await;
            backed_up(&service, rule).await;
            device.flags = flags;
            let signed = sign_in(&service, &ada, Some("ada@example.com"), &mut device).await;
            assert_eq!(said(&signed), alone, "{rule} {flags:#x}");
            assert_eq!(held(&signed).is_some(), alone.0 == 200);
            let whom = (ada.tenant, ada.applicant);
            let stage = SessionStage::Factor;
            let (_, cookie) = signed_in(&service, whom, stage, vec![Factor::Password]).await;
            let asked = ask(&service, ada.tenant, Some("ada@example.com")).await;
            let shown = device.show(&page(), &asked.body["options"]);
            let second = answer(&service, Some(&cookie), &asked, shown).await;
            match after_password {
                "" => assert_eq!(said(&second), (422, "passkey_backed_up")),
                factor => {
                    assert_eq!(second.body["shown"], json!(["password", factor]), "{rule}");
                    assert_eq!(second.body["assurance"], "two_phishing_resistant");
                }
            }
        }
    });
}

#[test]
fn a_password_of_somebody_else_helps_no_passkey() {
    on_both_with(config(), |service| async move {
        let ada = Owner::new(&service, "ada@example.com").await;
        let bob = Owner::new(&service, "bob@example.com").await;
        let mut device = Device::phone(b"a phone");
        ada.registered(&mut device).await;
        device.flags = PRESENT;
        let (stage, shown) = (SessionStage::Factor, vec![Factor::Password]);
        let (_, cookie) = signed_in(&service, (bob.tenant, bob.applicant), stage, shown).await;
        let asked = ask(&service, ada.tenant, None).await;
        let shown = device.show(&page(), &asked.body["options"]);
        let signed = answer(&service, Some(&cookie), &asked, shown).await;
        assert_eq!(said(&signed), (409, "passkey_one_factor"));
    });
}

#[test]
fn a_passkey_confirms_the_action_that_it_was_asked_for() {
    on_both_with(config(), |service| async move {
        let ada = Owner::new(&service, "ada@example.com").await;
        let mut device = Device::phone(b"a phone");
        let (first, _) = ada.named(Action::Withdrawal, "1 BTC").await;
        let path = |id: &str, end: &str| format!("/v1/account/step-ups/{id}/passkey{end}");
        let none = ada.post(&path(&first, "/options"), Value::Null).await;
        assert_eq!(said(&none), (404, "not_found"), "there is none to ask for");
        ada.registered(&mut device).await;
        let (second, _) = ada.named(Action::Withdrawal, "100 BTC").await;
        let asked = ada.post(&path(&first, "/options"), Value::Null).await;
        let shown = device.show(&page(), &asked.body["options"]);
        let body = json!({ "ceremony": asked.body["ceremony"], "credential": shown });
        let other = ada.post(&path(&second, ""), body.clone()).await;
        assert_eq!(said(&other), (401, "passkey_refused"), "of another action");
        let late = ada.post(&path(&first, ""), body).await;
        assert_eq!(
            said(&late),
            (401, "passkey_refused"),
            "and used up with that"
        );
        let asked = ada.post(&path(&first, "/options"), Value::Null).await;
        let shown = device.show(&page(), &asked.body["options"]);
        let at_the_door = answer(&service, None, &asked, shown).await;
        assert_eq!(
            said(&at_the_door),
            (401, "passkey_refused"),
            "signs nobody in"
        );
        let asked = ask(&service, ada.tenant, Some("ada@example.com")).await;
        let shown = device.show(&page(), &asked.body["options"]);
        let body = json!({ "ceremony": asked.body["ceremony"], "credential": shown });
        let of_sign_in = ada.post(&path(&first, ""), body).await;
        assert_eq!(
            said(&of_sign_in),
            (401, "passkey_refused"),
            "asked to sign in"
        );
        let asked = ada.post(&path(&first, "/options"), Value::Null).await;
        let shown = device.show(&page(), &asked.body["options"]);
        let body = json!({ "ceremony": asked.body["ceremony"], "credential": shown });
        let confirmed = ada.post(&path(&first, ""), body).await;
        assert_eq!(confirmed.body, json!({ "id": first, "shown": "passkey" }));
    });
}

#[test]
fn what_is_no_answer_is_said_to_be_none_and_changes_nothing() {
    on_both_with(config(), |service| async move {
        let ada = Owner::new(&service, "ada@example.com").await;
        let mut device = Device::phone(b"a phone");
        ada.registered(&mut device).await;
        let asked = ask(&service, ada.tenant, None).await;
        for credential in [
            json!(null),
            json!({}),
            json!("x"),
            json!({ "id": "", "rawId": "!" }),
        ] {
            let read = answer(&service, None, &asked, credential).await;
            assert_eq!(said(&read), (422, "body_invalid"));
        }
        let shown = device.show(&page(), &asked.body["options"]);
        let signed = answer(&service, None, &asked, shown).await;
        assert_eq!(signed.status, StatusCode::OK, "the question is there still");
        let erased = service
            .delete(&format!("/v1/applicants/{}", ada.applicant))
            .await;
        assert!(erased.status.is_success(), "{}", erased.body);
        service.work().await;
        let gone = sign_in(&service, &ada, None, &mut device).await;
        assert_eq!(said(&gone), (401, "passkey_refused"));
    });
}
