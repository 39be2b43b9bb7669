//! People who work for a tenant.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::support::on_both;

#[test]
fn a_role_changes_at_once_and_a_secret_ends_at_once() {
    on_both(|service| async move {
        let (id, secret) = service.staff(&service.key, "auditor").await;
        let audit = || service.call_as(&secret, Method::GET, "/v1/audit", None, &[]);
        assert_eq!(audit().await.status, StatusCode::OK);
        let path = format!("/v1/staff/{id}");
        let changed = service.put(&path, json!({ "role": "reviewer" })).await;
        assert_eq!(changed.body["role"], "reviewer", "{}", changed.body);
        assert_eq!(audit().await.status, StatusCode::FORBIDDEN);
        let renewed = service.post(&format!("{path}/secret"), json!(null)).await;
        assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.body);
        assert_eq!(audit().await.status, StatusCode::UNAUTHORIZED);
        let gone = service.delete(&path).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        let new = renewed.body["secret"].as_str().unwrap();
        let list = service
            .call_as(new, Method::GET, "/v1/verifications", None, &[])
            .await;
        assert_eq!(list.status, StatusCode::UNAUTHORIZED);
        let all = service.get("/v1/staff").await.body;
        assert_eq!(all["items"][0]["name"], "Grace Hopper");
        assert!(all["items"][0]["disabled_at"].is_string(), "{all}");
        assert!(all["items"][0].get("secret").is_none());
    });
}

#[test]
fn nobody_changes_their_own_account() {
    on_both(|service| async move {
        let (id, secret) = service.staff(&service.key, "operator").await;
        let path = format!("/v1/staff/{id}");
        let own = |method, path: String, body| {
            let secret = secret.clone();
            let service = &service;
            async move { service.call_as(&secret, method, &path, body, &[]).await }
        };
        let role = Some(json!({ "role": "senior" }));
        for (method, path, body) in [
            (Method::PUT, path.clone(), role),
            (Method::DELETE, path.clone(), None),
            (Method::POST, format!("{path}/secret"), None),
        ] {
            let answer = own(method, path, body).await;
            assert_eq!(answer.body["code"], "own_account", "{}", answer.body);
        }
    });
}

#[test]
fn no_key_is_given_what_needs_a_person() {
    on_both(|service| async move {
        for scope in ["cases:read", "cases:work", "cases:senior", "tickets:answer"] {
            let body = json!({ "label": "x", "scopes": [scope] });
            let answer = service.post("/v1/keys", body).await;
            assert_eq!(answer.body["code"], "scope_of_staff", "{}", answer.body);
        }
    });
}
