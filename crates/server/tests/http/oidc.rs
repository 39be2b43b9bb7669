//! People sign in to apps with their account, as an off-the-shelf library has it.

use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use menshen_core::account::Factor;
use menshen_core::time::{DAY, MINUTE, SECOND};
use openidconnect::core::CoreUserInfoClaims;
use openidconnect::{AccessTokenHash, OAuth2TokenResponse as _, TokenResponse as _};
use serde_json::{Value, json};

use crate::oidc_support::{
    BACK, PUBLIC, Person, Registered, answer, asked_on_page, client, code, config, discover,
    exchange, page, register, send, sign_in, somebody, tenant, told, userinfo, verified, visit,
};
use crate::support::{Service, on_both, on_both_with};

#[test]
fn a_person_signs_in_to_an_app_that_uses_a_library() {
    on_both_with(config(), |service| async move {
        let person = somebody(&service, "ada").await;
        let mut subjects = Vec::new();
        for more in [
            json!({}),
            json!({ "alg": "EdDSA" }),
            json!({ "kind": "public", "sector": "exchange.example" }),
            json!({ "sector": "exchange.example" }),
        ] {
            let app = register(&service, more).await;
            let client = client(&service, &app).await;
            let sent = send(&client, &[("login_hint", "passed over")]);
            let back = told(&visit(&service, sent.url.as_str(), Some(&person)).await);
            assert_eq!(
                (&back["state"], &back["iss"]),
                (sent.state.secret(), &app.issuer)
            );
            let tokens = exchange(&service, &client, &back["code"], &sent.verifier)
                .await
                .unwrap();
            let claims = verified(&service, &client, &tokens, &sent.nonce).unwrap();
            let hash = AccessTokenHash::from_token(
                tokens.access_token(),
                tokens.id_token().unwrap().signing_alg().unwrap(),
                tokens
                    .id_token()
                    .unwrap()
                    .signing_key(&client.id_token_verifier())
                    .unwrap(),
            );
            assert_eq!(claims.access_token_hash(), Some(&hash.unwrap()));
            let acr = claims.auth_context_ref().unwrap();
            assert_eq!(acr.as_str(), "urn:menshen:acr:two");
            let methods = claims.auth_method_refs().unwrap().iter();
            let methods: Vec<&str> = methods.map(|method| method.as_str()).collect();
            assert_eq!(methods, ["mfa", "otp", "pwd"]);
            let at = claims.auth_time().unwrap().timestamp();
            assert_eq!(at, service.app.now().0 / SECOND);
            let subject = claims.subject().clone();
            let http = |request| answer(&service, request);
            let token = tokens.access_token().clone();
            let info = client.user_info(token, Some(subject.clone())).unwrap();
            let info: CoreUserInfoClaims = info.request_async(&http).await.unwrap();
            assert_eq!(info.subject(), &subject);
            assert!(!subject.as_str().contains(&person.applicant.to_string()));
            subjects.push(subject.as_str().to_owned());
        }
        assert_ne!(
            subjects[0], subjects[1],
            "two apps know one person by two names"
        );
        assert_eq!(subjects[2], subjects[3], "but for apps of one sector");
        let other = somebody(&service, "grace").await;
        assert_ne!(other.applicant, person.applicant);
    });
}

#[test]
fn a_server_learns_by_the_sid_who_has_signed_in_and_nothing_by_another_one() {
    on_both_with(config(), |service| async move {
        let person = somebody(&service, "ada").await;
        let app = register(&service, json!({})).await;
        let client = client(&service, &app).await;
        let sent = send(&client, &[]);
        let code = code(&service, &sent, &person).await;
        let tokens = exchange(&service, &client, &code, &sent.verifier).await;
        let token = tokens.unwrap().id_token().unwrap().to_string();
        let said = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap());
        let said: Value = serde_json::from_slice(&said.unwrap()).unwrap();
        let sid = said["sid"].as_str().unwrap().to_owned();
        let ask = async |sid: &str| service.post("/v1/oidc/person", json!({ "sid": sid })).await;
        let found = ask(&sid).await;
        assert_eq!(found.body["applicant"], person.applicant.to_string());
        for nobodys in ["nobodys", &person.session.to_string()] {
            assert_eq!(ask(nobodys).await.status, StatusCode::NOT_FOUND);
        }
        let cookie = format!("__Host-menshen={}", person.cookie);
        let held = [("menshen-page", "1"), ("cookie", cookie.as_str())];
        let ended = service
            .call_as("", Method::DELETE, "/v1/account/session", None, &held)
            .await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
        assert_eq!(ask(&sid).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn who_has_not_signed_in_does_so_on_the_page_and_goes_on_once() {
    on_both_with(config(), |service| async move {
        let app = register(&service, json!({ "name": "The Exchange" })).await;
        let client = client(&service, &app).await;
        let sent = send(&client, &[]);
        let request = asked_on_page(&visit(&service, sent.url.as_str(), None).await);
        let path = format!("/v1/account/oidc/{request}");
        let shown = page(&service, &path, Value::Null, None).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
        assert_eq!(shown.body["client_name"], "The Exchange");
        assert_eq!(shown.body["goes_to"], "exchange.example");
        assert_eq!(shown.body["claims"], json!([]));
        let go_on = format!("{path}/continue");
        let nobody = page(&service, &go_on, json!({}), None).await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
        let person = somebody(&service, "ada").await;
        let gone_on = page(&service, &go_on, json!({}), Some(&person)).await;
        assert_eq!(gone_on.status, StatusCode::OK, "{}", gone_on.body);
        let back = told(&gone_on.body["redirect"].as_str().unwrap().parse().unwrap());
        let tokens = exchange(&service, &client, &back["code"], &sent.verifier)
            .await
            .unwrap();
        verified(&service, &client, &tokens, &sent.nonce).unwrap();
        for again in [&path, &go_on] {
            let body = if *again == path {
                Value::Null
            } else {
                json!({})
            };
            let gone = page(&service, again, body, Some(&person)).await;
            assert_eq!(gone.status, StatusCode::NOT_FOUND);
        }
        let late = asked_on_page(&visit(&service, sent.url.as_str(), None).await);
        service.app.clock.advance(30 * MINUTE);
        let late = page(
            &service,
            &format!("/v1/account/oidc/{late}"),
            Value::Null,
            None,
        )
        .await;
        assert_eq!(late.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_person_may_say_no() {
    on_both_with(config(), |service| async move {
        let app = register(&service, json!({})).await;
        let sent = send(&client(&service, &app).await, &[]);
        let request = asked_on_page(&visit(&service, sent.url.as_str(), None).await);
        let path = format!("/v1/account/oidc/{request}/deny");
        let denied = page(&service, &path, json!({}), None).await;
        let back = told(&denied.body["redirect"].as_str().unwrap().parse().unwrap());
        assert_eq!(back["error"], "access_denied");
        assert_eq!(&back["state"], sent.state.secret());
        let again = page(&service, &path, json!({}), None).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
        let foreign = service.post(&path, json!({})).await;
        assert_eq!(
            foreign.status,
            StatusCode::FORBIDDEN,
            "no page of ours asks"
        );
    });
}

/// Asks for claims, in the ID token and at the userinfo endpoint.
fn asking(names: &[&str]) -> String {
    let claims: Value = names
        .iter()
        .map(|name| ((*name).to_owned(), Value::Null))
        .collect();
    let verification = json!({ "trust_framework": null, "time": null, "evidence": null });
    let asked = json!({ "verified_claims": { "verification": verification, "claims": claims } });
    json!({ "userinfo": asked, "id_token": asked }).to_string()
}

/// Signs in, shares, and returns what the app is told at the userinfo endpoint.
async fn shared(service: &Service, app: &Registered, person: &Person, share: Value) -> Value {
    let client = client(service, app).await;
    let asking = asking(&["name", "given_name", "birthdate", "nationalities"]);
    let sent = send(&client, &[("claims", asking.as_str())]);
    let silent = format!("{}&prompt=none", sent.url);
    let back = told(&visit(service, &silent, Some(person)).await);
    assert_eq!(back["error"], "consent_required", "nothing is told unasked");
    let request = asked_on_page(&visit(service, sent.url.as_str(), Some(person)).await);
    let path = format!("/v1/account/oidc/{request}");
    let shown = page(service, &path, Value::Null, None).await;
    assert_eq!(
        shown.body["claims"],
        json!(["name", "given_name", "birthdate"])
    );
    let too_much = json!({ "share": ["nationalities"] });
    let refused = page(service, &format!("{path}/continue"), too_much, Some(person)).await;
    assert_eq!(refused.body["code"], "share_invalid");
    let gone_on = page(service, &format!("{path}/continue"), share, Some(person)).await;
    let back = told(&gone_on.body["redirect"].as_str().unwrap().parse().unwrap());
    let tokens = exchange(service, &client, &back["code"], &sent.verifier)
        .await
        .unwrap();
    verified(service, &client, &tokens, &sent.nonce).unwrap();
    let token = tokens.access_token().secret();
    let info = userinfo(service, app, token).await;
    assert_eq!(info.status, StatusCode::OK);
    let text = String::from_utf8(info.bytes).unwrap();
    assert!(!text.contains("L898902C3"), "no number is ever told");
    info.body["verified_claims"].clone()
}

#[test]
fn an_app_is_told_what_it_may_ask_for_and_the_person_shares_and_nothing_else() {
    on_both_with(config(), |service| async move {
        let claims = json!(["name", "given_name", "birthdate"]);
        let app = register(&service, json!({ "claims": claims })).await;
        let person = somebody(&service, "ada").await;
        let all = json!({ "share": claims });
        assert_eq!(
            shared(&service, &app, &person, all.clone()).await,
            Value::Null,
            "not verified"
        );
        let applicant = person.applicant.to_string();
        let id = service.verification(&applicant, "L2", "first").await;
        let state = service.whole_way(&id, "LOVELACE, ADA").await;
        assert_eq!(state["status"], "verified");
        let one = shared(&service, &app, &person, json!({ "share": ["birthdate"] })).await;
        assert_eq!(one["claims"], json!({ "birthdate": "1990-01-31" }));
        assert_eq!(
            one["verification"]["trust_framework"],
            "urn:menshen:trust-framework:sandbox"
        );
        assert_eq!(one["verification"]["evidence"][0]["type"], "document");
        assert!(one["verification"]["time"].is_string());
        let told = shared(&service, &app, &person, all.clone()).await;
        let expected =
            json!({ "name": "LOVELACE, ADA", "given_name": "ADA", "birthdate": "1990-01-31" });
        assert_eq!(told["claims"], expected);
        assert_eq!(
            shared(&service, &app, &person, json!({})).await,
            Value::Null
        );
    });
}

#[test]
fn typed_data_alone_is_no_verified_claim() {
    on_both_with(config(), |service| async move {
        let app = register(
            &service,
            json!({ "claims": ["name", "given_name", "birthdate"] }),
        )
        .await;
        let person = somebody(&service, "ada").await;
        let id = service
            .verification(&person.applicant.to_string(), "L1", "first")
            .await;
        service.attempt(&id, "Ada Lovelace", &[]).await;
        assert_eq!(service.state(&id).await["status"], "verified");
        let told = shared(&service, &app, &person, json!({ "share": ["name"] })).await;
        assert_eq!(told, Value::Null);
    });
}

#[test]
fn keys_change_in_the_middle_and_every_token_verifies() {
    on_both_with(config(), |service| async move {
        let app = register(&service, json!({})).await;
        let person = somebody(&service, "ada").await;
        let before = client(&service, &app).await;
        let first = send(&before, &[]);
        let first_code = code(&service, &first, &person).await;
        let first_tokens = exchange(&service, &before, &first_code, &first.verifier)
            .await
            .unwrap();
        let rotate = json!({ "how": "planned" });
        let keys = service.post("/v1/oidc/keys/rotate", rotate.clone()).await;
        assert_eq!(keys.body.as_array().map(Vec::len), Some(2), "{}", keys.body);
        let again = service.post("/v1/oidc/keys/rotate", rotate).await;
        assert_eq!(again.body, keys.body, "one waits already");
        // Published, and not signing yet: whoever read the keys before verifies still.
        let second = send(&before, &[]);
        let second_code = code(&service, &second, &person).await;
        let tokens = exchange(&service, &before, &second_code, &second.verifier)
            .await
            .unwrap();
        verified(&service, &before, &tokens, &second.nonce).unwrap();
        let with_both = client(&service, &app).await;
        verified(&service, &with_both, &first_tokens, &first.nonce).unwrap();
        service.app.clock.advance(DAY);
        let person = sign_in(&service, &person.applicant.to_string(), &[Factor::Passkey]).await;
        let third = send(&with_both, &[]);
        let third_code = code(&service, &third, &person).await;
        let tokens = exchange(&service, &with_both, &third_code, &third.verifier)
            .await
            .unwrap();
        verified(&service, &with_both, &tokens, &third.nonce).unwrap();
        let unknown = verified(&service, &before, &tokens, &third.nonce);
        assert!(unknown.is_err(), "signed by the new key");
        service.app.clock.advance(DAY);
        service.work().await;
        let metadata = discover(&service, &app).await;
        assert_eq!(metadata.jwks().keys().len(), 1, "the old one is gone");
    });
}

#[test]
fn keys_change_by_themselves_and_at_once_where_they_are_known_to_others() {
    on_both_with(config(), |service| async move {
        register(&service, json!({})).await;
        let ids = |body: &Value| -> Vec<String> {
            let rows = body.as_array().unwrap().iter();
            rows.map(|row| row["id"].as_str().unwrap().to_owned())
                .collect()
        };
        let first = ids(&service.get("/v1/oidc/keys").await.body);
        service.app.clock.advance(88 * DAY);
        service.work().await;
        assert_eq!(ids(&service.get("/v1/oidc/keys").await.body), first);
        service.app.clock.advance(DAY);
        service.work().await;
        let both = ids(&service.get("/v1/oidc/keys").await.body);
        assert!(both.len() == 2 && both[1] == first[0]);
        service.app.clock.advance(2 * DAY);
        service.work().await;
        assert_eq!(ids(&service.get("/v1/oidc/keys").await.body), both[..1]);
        let withdrawn = service
            .post("/v1/oidc/keys/rotate", json!({ "how": "withdrawn" }))
            .await;
        let now = ids(&withdrawn.body);
        assert!(now.len() == 1 && now[0] != both[0], "{}", withdrawn.body);
    });
}

#[test]
fn a_session_that_does_not_do_is_asked_for_more() {
    on_both_with(config(), |service| async move {
        let app = register(&service, json!({})).await;
        let client = client(&service, &app).await;
        let applicant = service.applicant("ada").await;
        let weak = sign_in(&service, &applicant, &[Factor::Password]).await;
        let two = [("acr_values", "urn:menshen:acr:two")];
        let error = async |more: &[(&'static str, &str)], who: Option<&Person>| {
            let sent = send(&client, more);
            told(&visit(&service, sent.url.as_str(), who).await)["error"].clone()
        };
        let none = ("prompt", "none");
        assert_eq!(error(&[none], None).await, "login_required");
        assert_eq!(error(&[none, two[0]], Some(&weak)).await, "login_required");
        let insisting = json!({ "id_token": { "acr": { "essential": true, "values": ["x"] } } });
        let insisting = insisting.to_string();
        let unmet = error(&[("claims", insisting.as_str())], Some(&weak)).await;
        assert_eq!(unmet, "unmet_authentication_requirements");
        let sent = send(&client, &two);
        let request = asked_on_page(&visit(&service, sent.url.as_str(), Some(&weak)).await);
        let path = format!("/v1/account/oidc/{request}/continue");
        let refused = page(&service, &path, json!({}), Some(&weak)).await;
        assert_eq!(refused.body["code"], "stronger_needed", "{}", refused.body);
        let strong = sign_in(&service, &applicant, &[Factor::Password, Factor::Totp]).await;
        let taken = page(&service, &path, json!({}), Some(&strong)).await;
        assert_eq!(taken.status, StatusCode::OK, "{}", taken.body);
        service.app.clock.advance(MINUTE);
        let young = [("max_age", "59")];
        assert_eq!(
            error(&[none, young[0]], Some(&strong)).await,
            "login_required"
        );
        code(&service, &send(&client, &[("max_age", "60")]), &strong).await;
        for again in [("prompt", "login"), young[0]] {
            let sent = send(&client, &[again]);
            let request = asked_on_page(&visit(&service, sent.url.as_str(), Some(&strong)).await);
            let path = format!("/v1/account/oidc/{request}/continue");
            let refused = page(&service, &path, json!({}), Some(&strong)).await;
            assert_eq!(refused.body["code"], "sign_in_again", "{}", refused.body);
            let fresh = sign_in(&service, &applicant, &[Factor::Password]).await;
            let taken = page(&service, &path, json!({}), Some(&fresh)).await;
            assert_eq!(taken.status, StatusCode::OK, "{}", taken.body);
            service.app.clock.advance(SECOND);
        }
    });
}

#[test]
fn an_app_may_say_whom_it_expects() {
    on_both_with(config(), |service| async move {
        let app = register(&service, json!({})).await;
        let client = client(&service, &app).await;
        let (ada, grace) = (
            somebody(&service, "ada").await,
            somebody(&service, "grace").await,
        );
        let sent = send(&client, &[]);
        let first = code(&service, &sent, &ada).await;
        let tokens = exchange(&service, &client, &first, &sent.verifier)
            .await
            .unwrap();
        let token = tokens.id_token().unwrap().to_string();
        let hint = [("id_token_hint", token.as_str())];
        code(&service, &send(&client, &hint), &ada).await;
        let sent = send(&client, &[hint[0], ("prompt", "none")]);
        let back = told(&visit(&service, sent.url.as_str(), Some(&grace)).await);
        assert_eq!(back["error"], "login_required");
        let sent = send(&client, &hint);
        let request = asked_on_page(&visit(&service, sent.url.as_str(), Some(&grace)).await);
        let path = format!("/v1/account/oidc/{request}/continue");
        let refused = page(&service, &path, json!({}), Some(&grace)).await;
        assert_eq!(refused.body["code"], "another_account");
    });
}

#[test]
fn without_an_address_of_its_own_the_service_is_no_issuer() {
    on_both(|service| async move {
        let path = format!(
            "/oidc/{}/.well-known/openid-configuration",
            tenant(&service).await
        );
        let answer = service.get(&path).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert_eq!(answer.body["code"], "public_url_missing");
    });
    assert!(BACK.starts_with("https://") && PUBLIC.starts_with("https://"));
}
