//! How apps are registered, how they prove who they are, and which pages may call for them.

use axum::http::{Method, StatusCode, header};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use menshen_core::time::MINUTE;
use menshen_server::Web;
use serde_json::json;

use crate::oidc_support::{BACK, PUBLIC, config, form, register};
use crate::support::on_both_with;

#[test]
fn an_app_proves_itself_in_one_way_and_is_told_nothing_else() {
    on_both_with(config(), |service| async move {
        let app = register(&service, json!({})).await;
        let public = register(&service, json!({ "kind": "public" })).await;
        assert_eq!(public.secret, None);
        let path = format!("{}/token", &app.issuer[PUBLIC.len()..]);
        let rest = "grant_type=authorization_code&code=x&redirect_uri=x&code_verifier=x";
        let (id, secret) = (&app.id, app.secret.as_ref().unwrap());
        let basic = |id: &str, secret: &str| {
            format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")))
        };
        let ask = async |body: String, authorization: Option<String>| {
            let headers = authorization.as_deref().map(|text| ("authorization", text));
            form(&service, &path, &body, headers.as_slice()).await
        };
        let mut bodies = Vec::new();
        for (body, authorization) in [
            (rest.to_owned(), None),
            (format!("{rest}&client_id=nobodys"), None),
            (format!("{rest}&client_id={id}"), None),
            (format!("{rest}&client_id={id}&client_secret=mo_x"), None),
            (rest.to_owned(), Some(basic(id, "mo_x"))),
            (rest.to_owned(), Some(basic(&public.id, secret))),
            (rest.to_owned(), Some(format!("Bearer {secret}"))),
            (
                format!("{rest}&client_id={}", public.id),
                Some(basic(id, secret)),
            ),
        ] {
            let refused = ask(body, authorization).await;
            assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{}", refused.body);
            assert_eq!(refused.body["error"], "invalid_client");
            assert!(
                refused.headers[header::WWW_AUTHENTICATE]
                    .to_str()
                    .unwrap()
                    .starts_with("Basic")
            );
            assert_eq!(refused.headers[header::CACHE_CONTROL], "no-store");
            bodies.push(refused.bytes);
        }
        assert!(
            bodies.iter().all(|body| *body == bodies[0]),
            "the answer tells what is wrong"
        );
        let good = || Some(basic(id, secret));
        for (body, error) in [
            (rest.to_owned(), "invalid_grant"),
            (format!("{rest}&client_secret={secret}"), "invalid_request"),
            (format!("{rest}&code=y"), "invalid_request"),
            (
                rest.replace("authorization_code", "password"),
                "unsupported_grant_type",
            ),
            (rest.replace("&code_verifier=x", ""), "invalid_request"),
            (rest.replace("code=x", "code="), "invalid_request"),
            (format!("{rest}&{}", "x".repeat(40_000)), "invalid_request"),
        ] {
            let refused = ask(body, good()).await;
            assert_eq!(
                refused.status,
                StatusCode::BAD_REQUEST,
                "{error} {}",
                refused.body
            );
            assert_eq!(refused.body["error"], error);
        }
        let json = [
            ("authorization", good().unwrap()),
            ("content-type", "application/json".to_owned()),
        ];
        let json = json.each_ref().map(|(name, value)| (*name, value.as_str()));
        let refused = service
            .call_as("", Method::POST, &path, Some(json!({})), &json)
            .await;
        assert_eq!(refused.body["error"], "invalid_request");
        let renewed = service
            .post(
                &format!("/v1/oidc/clients/{id}/secret"),
                json!({ "overlap_hours": 1 }),
            )
            .await;
        let new = renewed.body["secret"].as_str().unwrap().to_owned();
        let with = async |secret: &str| {
            let refused = ask(rest.to_owned(), Some(basic(id, secret))).await;
            refused.body["error"] == "invalid_grant"
        };
        assert!(
            with(secret).await && with(&new).await,
            "both are good for an hour"
        );
        service.app.clock.advance(60 * MINUTE);
        assert!(!with(secret).await && with(&new).await);
        let none = service
            .post(&format!("/v1/oidc/clients/{}/secret", public.id), json!({}))
            .await;
        assert_eq!(none.body["code"], "oidc_client_public");
    });
}

#[test]
fn apps_are_registered_with_addresses_that_mean_one_thing() {
    on_both_with(config(), |service| async move {
        for (more, expected) in [
            (json!({ "redirect_uris": [] }), "redirect_uri_invalid"),
            (
                json!({ "redirect_uris": ["http://exchange.example/cb"] }),
                "redirect_uri_invalid",
            ),
            (
                json!({ "redirect_uris": [BACK, BACK] }),
                "redirect_uri_invalid",
            ),
            (
                json!({ "post_logout_uris": ["javascript:alert(1)"] }),
                "redirect_uri_invalid",
            ),
            (json!({ "name": "" }), "name_invalid"),
            (json!({ "kind": "secret" }), "kind_invalid"),
            (json!({ "alg": "HS256" }), "alg_invalid"),
            (json!({ "claims": ["address"] }), "claims_invalid"),
            (json!({ "sector": "a|b" }), "sector_invalid"),
            (json!({ "scope": "openid" }), "body_invalid"),
        ] {
            let mut body = json!({ "name": "x", "kind": "public", "redirect_uris": [BACK] });
            for (key, value) in more.as_object().unwrap() {
                body[key] = value.clone();
            }
            let refused = service.post("/v1/oidc/clients", body).await;
            assert_eq!(refused.body["code"], expected, "{more}");
        }
        let app = register(&service, json!({ "claims": ["birthdate", "name"] })).await;
        let path = format!("/v1/oidc/clients/{}", app.id);
        let changed = json!({ "name": "Other", "redirect_uris": [BACK], "alg": "EdDSA" });
        let changed = service.put(&path, changed).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        assert_eq!(changed.body["claims"], json!([]));
        let listed = service.get("/v1/oidc/clients").await;
        assert_eq!(listed.body["items"][0], changed.body);
        assert_eq!(service.get(&path).await.body, changed.body);
        let keys = service.get("/v1/oidc/keys").await;
        assert_eq!(
            keys.body.as_array().map(Vec::len),
            Some(2),
            "one of each kind"
        );
        assert!(!keys.body.to_string().contains("private"));
    });
}

#[test]
fn a_page_of_a_named_origin_may_exchange_a_code_and_no_other() {
    let ours = "https://app.example";
    let mut config = config();
    config.web = Web {
        embed_on: vec![ours.to_owned()],
    };
    on_both_with(config, |service| async move {
        let app = register(&service, json!({})).await;
        let path = &app.issuer[PUBLIC.len()..];
        let asks = async |end: &str, origin: &str| {
            let headers = [
                ("origin", origin),
                ("access-control-request-method", "POST"),
            ];
            let path = format!("{path}/{end}");
            let answer = service
                .call_as("", Method::OPTIONS, &path, None, &headers)
                .await;
            let may = answer.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN);
            let with = header::ACCESS_CONTROL_ALLOW_CREDENTIALS;
            assert!(!answer.headers.contains_key(with), "never with cookies");
            may.is_some()
        };
        for end in [
            "token",
            "userinfo",
            "jwks",
            "revoke",
            ".well-known/openid-configuration",
        ] {
            assert!(asks(end, ours).await, "{end}");
            assert!(!asks(end, "https://evil.example").await, "{end}");
        }
        for end in ["authorize", "logout"] {
            assert!(!asks(end, ours).await, "{end}");
        }
    });
}
