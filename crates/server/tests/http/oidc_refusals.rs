//! What an app, or whoever claims to be one, is refused.

use axum::http::{Method, StatusCode, header};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use menshen_core::account::Factor;
use menshen_core::time::{MINUTE, SECOND};
use openidconnect::{OAuth2TokenResponse as _, PkceCodeVerifier, TokenResponse as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::oidc_support::{
    BACK, PUBLIC, client, code, config, exchange, form, register, send, sign_in, somebody, told,
    userinfo, visit,
};
use crate::support::on_both_with;

const REFUSED: Result<(), &str> = Err("invalid_grant");

fn outcome<T>(result: &Result<T, String>) -> Result<(), &str> {
    result.as_ref().map(|_| ()).map_err(String::as_str)
}

#[test]
fn a_code_is_good_once_for_one_app_one_address_and_one_proof_for_a_minute() {
    on_both_with(config(), |service| async move {
        let app = register(&service, json!({})).await;
        let second = "https://exchange.example/other";
        let other = register(&service, json!({ "redirect_uris": [BACK, second] })).await;
        let person = somebody(&service, "ada").await;
        let (ours, theirs) = (client(&service, &app).await, client(&service, &other).await);
        let wrong = PkceCodeVerifier::new("x".repeat(43));
        let fresh = async || {
            let sent = send(&ours, &[]);
            (code(&service, &sent, &person).await, sent.verifier)
        };
        let (one, verifier) = fresh().await;
        let refused = exchange(&service, &ours, &one, &wrong).await;
        assert_eq!(outcome(&refused), REFUSED, "another proof");
        let refused = exchange(&service, &ours, &one, &verifier).await;
        assert_eq!(outcome(&refused), REFUSED, "it was used up");
        let (one, verifier) = fresh().await;
        let refused = exchange(&service, &theirs, &one, &verifier).await;
        assert_eq!(outcome(&refused), REFUSED, "another app");
        let sent = send(&theirs, &[]);
        let one = code(&service, &sent, &person).await;
        let elsewhere =
            theirs.set_redirect_uri(openidconnect::RedirectUrl::new(second.to_owned()).unwrap());
        let refused = exchange(&service, &elsewhere, &one, &sent.verifier).await;
        assert_eq!(outcome(&refused), REFUSED, "another address");
        let (one, verifier) = fresh().await;
        service.app.clock.advance(MINUTE);
        let refused = exchange(&service, &ours, &one, &verifier).await;
        assert_eq!(outcome(&refused), REFUSED, "too late");
        let (one, verifier) = fresh().await;
        service.app.clock.advance(MINUTE - SECOND);
        assert_eq!(
            outcome(&exchange(&service, &ours, &one, &verifier).await),
            Ok(())
        );
        let refused = exchange(&service, &ours, "mc_nobodys", &verifier).await;
        assert_eq!(outcome(&refused), REFUSED, "no code");
    });
}

#[test]
fn a_code_that_comes_again_takes_back_what_it_gave() {
    on_both_with(config(), |service| async move {
        let app = register(&service, json!({})).await;
        let client = client(&service, &app).await;
        let person = somebody(&service, "ada").await;
        let sent = send(&client, &[]);
        let code = code(&service, &sent, &person).await;
        let tokens = exchange(&service, &client, &code, &sent.verifier)
            .await
            .unwrap();
        let token = tokens.access_token().secret();
        assert_eq!(userinfo(&service, &app, token).await.status, StatusCode::OK);
        let again = exchange(&service, &client, &code, &sent.verifier).await;
        assert_eq!(outcome(&again), REFUSED);
        let ended = userinfo(&service, &app, token).await;
        assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
        assert_eq!(ended.body["error"], "invalid_token");
        let audit = service.get("/v1/audit?limit=200").await.body.to_string();
        assert!(audit.contains("oidc.code_replayed"));
        assert!(!audit.contains(&code), "no code is ever written down");
    });
}

#[test]
fn of_many_who_show_one_code_at_once_one_is_given_tokens() {
    on_both_with(config(), |service| async move {
        let app = register(&service, json!({})).await;
        let client = client(&service, &app).await;
        let person = somebody(&service, "ada").await;
        let sent = send(&client, &[]);
        let code = code(&service, &sent, &person).await;
        let tries = (0..8).map(|_| exchange(&service, &client, &code, &sent.verifier));
        let mut given = 0;
        for done in futures_util::future::join_all(tries).await {
            given += usize::from(done.is_ok());
        }
        assert_eq!(given, 1);
    });
}

#[test]
fn tokens_end_with_the_session_with_their_time_and_with_the_app() {
    on_both_with(config(), |service| async move {
        let app = register(&service, json!({})).await;
        let client = client(&service, &app).await;
        let applicant = service.applicant("ada").await;
        let tokens = async || {
            let person = sign_in(&service, &applicant, &[Factor::Passkey]).await;
            let sent = send(&client, &[]);
            let code = code(&service, &sent, &person).await;
            let tokens = exchange(&service, &client, &code, &sent.verifier)
                .await
                .unwrap();
            (person, tokens.access_token().secret().clone())
        };
        let is_good =
            async |token: &str| userinfo(&service, &app, token).await.status == StatusCode::OK;
        let (person, token) = tokens().await;
        assert!(is_good(&token).await);
        let store = &service.app.store;
        let mut tx = store.begin().await.unwrap();
        assert!(
            tx.end_account_session(person.applicant, person.session)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        assert!(!is_good(&token).await, "the session was ended");
        let person = sign_in(&service, &applicant, &[Factor::Passkey]).await;
        let sent = send(&client, &[]);
        let late = code(&service, &sent, &person).await;
        let mut tx = store.begin().await.unwrap();
        tx.end_account_session(person.applicant, person.session)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let refused = exchange(&service, &client, &late, &sent.verifier).await;
        assert_eq!(
            outcome(&refused),
            REFUSED,
            "ended before the code was shown"
        );
        let (_, token) = tokens().await;
        service.app.clock.advance(10 * MINUTE);
        assert!(!is_good(&token).await, "ten minutes are over");
        let (_, token) = tokens().await;
        let path = format!("{}/revoke", &app.issuer[PUBLIC.len()..]);
        let (id, secret) = (&app.id, app.secret.as_ref().unwrap());
        let own = format!("token={token}&client_id={id}&client_secret={secret}");
        assert_eq!(
            form(&service, &path, &own, &[]).await.status,
            StatusCode::OK
        );
        assert!(!is_good(&token).await, "it was given back");
        assert_eq!(
            form(&service, &path, &own, &[]).await.status,
            StatusCode::OK,
            "twice is once"
        );
        let (_, token) = tokens().await;
        let deleted = service.delete(&format!("/v1/oidc/clients/{id}")).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT);
        assert!(!is_good(&token).await, "the app is gone");
    });
}

/// Returns a token with another header, signed with what an attacker knows.
fn forged(token: &str, header: &Value, key: Option<&[u8]>) -> String {
    let claims = token.split('.').nth(1).unwrap();
    let header = BASE64_URL_SAFE_NO_PAD.encode(header.to_string());
    let signed = format!("{header}.{claims}");
    let signature = key.map_or_else(Vec::new, |key| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(signed.as_bytes());
        mac.finalize().into_bytes().to_vec()
    });
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn no_token_that_others_make_is_believed() {
    on_both_with(config(), |service| async move {
        let app = register(&service, json!({})).await;
        let rp = client(&service, &app).await;
        let person = somebody(&service, "ada").await;
        let sent = send(&rp, &[]);
        let one = code(&service, &sent, &person).await;
        let tokens = exchange(&service, &rp, &one, &sent.verifier).await.unwrap();
        let token = tokens.id_token().unwrap().to_string();
        let path = &app.issuer[PUBLIC.len()..];
        let keys = service.get(&format!("{path}/jwks")).await;
        let kid = keys.body["keys"][0]["kid"].clone();
        let secret = app.secret.clone().unwrap();
        let x = BASE64_URL_SAFE_NO_PAD.decode(keys.body["keys"][0]["x"].as_str().unwrap());
        let mut all = vec![
            forged(&token, &json!({ "alg": "none", "kid": kid }), None),
            forged(&token, &json!({ "alg": "none" }), None),
            forged(
                &token,
                &json!({ "alg": "HS256", "kid": kid }),
                Some(secret.as_bytes()),
            ),
            forged(
                &token,
                &json!({ "alg": "HS256", "kid": kid }),
                Some(&x.unwrap()),
            ),
            forged(
                &token,
                &json!({ "alg": "HS256", "kid": kid }),
                Some(&keys.bytes),
            ),
            forged(&token, &json!({ "alg": "ES256", "kid": kid }), Some(b"x")),
            forged(&token, &json!({ "alg": "EdDSA", "kid": kid }), Some(b"x")),
            token.replacen('e', "f", 1),
        ];
        // A good ID token is no access token either.
        all.push(token.clone());
        for forged in &all {
            let refused = userinfo(&service, &app, forged).await;
            assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        }
        all.pop();
        for forged in &all {
            let sent = send(&rp, &[("id_token_hint", forged)]);
            let back = told(&visit(&service, sent.url.as_str(), Some(&person)).await);
            assert_eq!(back["error"], "invalid_request", "{forged}");
            let logout = format!("{path}/logout?id_token_hint={forged}");
            let page = visit(&service, &logout_url(&logout), Some(&person)).await;
            assert_eq!(
                page.fragment(),
                Some("sign-out"),
                "nobody is signed out by it"
            );
        }
        let access = tokens.access_token().secret();
        assert_eq!(
            userinfo(&service, &app, access).await.status,
            StatusCode::OK
        );
        for other in [&service.key, &"mt_x".to_owned(), &String::new()] {
            let refused = userinfo(&service, &app, other).await;
            assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
            assert!(refused.headers.contains_key(header::WWW_AUTHENTICATE));
        }
        let api = service
            .call_as(access, Method::GET, "/v1/applicants", None, &[])
            .await;
        assert_eq!(
            api.status,
            StatusCode::UNAUTHORIZED,
            "it opens nothing else"
        );
    });
}

fn logout_url(path: &str) -> String {
    format!("{PUBLIC}{path}")
}

#[test]
fn an_app_signs_a_person_out_with_its_own_token_only() {
    on_both_with(config(), |service| async move {
        let app = register(&service, json!({})).await;
        let other = register(&service, json!({})).await;
        let client = client(&service, &app).await;
        let person = somebody(&service, "ada").await;
        let sent = send(&client, &[]);
        let one = code(&service, &sent, &person).await;
        let tokens = exchange(&service, &client, &one, &sent.verifier)
            .await
            .unwrap();
        let access = tokens.access_token().secret();
        let path = logout_url(&format!("{}/logout", &app.issuer[PUBLIC.len()..]));
        let bye = "post_logout_redirect_uri=https%3A%2F%2Fexchange.example%2Fbye&state=s%26t";
        let asked = visit(&service, &format!("{path}?{bye}"), Some(&person)).await;
        assert_eq!(asked.fragment(), Some("sign-out"), "the person is asked");
        let token = tokens.id_token().unwrap().to_string();
        let others = format!("{path}?id_token_hint={token}&client_id={}", other.id);
        let asked = visit(&service, &others, Some(&person)).await;
        assert_eq!(asked.fragment(), Some("sign-out"));
        assert_eq!(
            userinfo(&service, &app, access).await.status,
            StatusCode::OK
        );
        // An ID token that has run out says as well whose session it is.
        service.app.clock.advance(9 * MINUTE);
        let done = visit(
            &service,
            &format!("{path}?id_token_hint={token}&{bye}"),
            None,
        )
        .await;
        assert_eq!(done.as_str(), "https://exchange.example/bye?state=s%26t");
        assert_eq!(
            userinfo(&service, &app, access).await.status,
            StatusCode::UNAUTHORIZED
        );
        let elsewhere = "post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F";
        let page = visit(
            &service,
            &format!("{path}?id_token_hint={token}&{elsewhere}"),
            None,
        )
        .await;
        assert_eq!(page.fragment(), Some("signed-out"));
        let silent = send(&client, &[("prompt", "none")]);
        let back = told(&visit(&service, silent.url.as_str(), Some(&person)).await);
        assert_eq!(back["error"], "login_required");
    });
}

#[test]
fn nobody_is_sent_where_the_app_was_not_registered_for() {
    on_both_with(config(), |service| async move {
        let app = register(&service, json!({})).await;
        let client = client(&service, &app).await;
        let person = somebody(&service, "ada").await;
        let good = send(&client, &[]).url.to_string();
        let encoded = "https%3A%2F%2Fexchange.example%2Fcallback";
        assert!(good.contains(encoded));
        for (bad, expected) in [
            (
                good.replace(&app.id, "nobodys"),
                "oidc-error=client_unknown",
            ),
            (
                good.replace(encoded, "https%3A%2F%2Fevil.example%2F"),
                "oidc-error=redirect_uri_unknown",
            ),
            (
                good.replace(encoded, &format!("{encoded}%2F")),
                "oidc-error=redirect_uri_unknown",
            ),
            (
                good.replace(encoded, &format!("{encoded}%3Fx=1")),
                "oidc-error=redirect_uri_unknown",
            ),
            (good.replace(encoded, ""), "oidc-error=redirect_uri_unknown"),
            (
                format!("{good}&redirect_uri=x"),
                "oidc-error=invalid_request",
            ),
            (format!("{good}&x=%zz"), "oidc-error=invalid_request"),
        ] {
            let page = visit(&service, &bad, Some(&person)).await;
            assert!(
                page.as_str().starts_with(&format!("{PUBLIC}/account#")),
                "{page}"
            );
            assert_eq!(page.fragment(), Some(expected));
        }
        for (more, expected) in [
            ("response_mode=fragment", "invalid_request"),
            ("request=x", "request_not_supported"),
            ("prompt=none+login", "invalid_request"),
            ("claims=x", "invalid_request"),
        ] {
            let back = told(&visit(&service, &format!("{good}&{more}"), Some(&person)).await);
            assert_eq!(back["error"], expected, "{more}");
            assert_eq!(back["iss"], app.issuer);
        }
        let plain = good.replace("S256", "plain");
        let back = told(&visit(&service, &plain, Some(&person)).await);
        assert_eq!(back["error"], "invalid_request", "no flow without a proof");
    });
}
