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

#[test]
fn a_key_fills_no_role_that_may_more_than_the_key() {
    on_both(|service| async move {
        let (_, key) = service
            .key_for(&service.key, &["staff:write", "verifications:read"])
            .await;
        let as_key = |method, path: String, body| {
            let (service, key) = (&service, key.clone());
            async move { service.call_as(&key, method, &path, body, &[]).await.status }
        };
        for role in ["operator", "reviewer", "senior", "auditor"] {
            let body = json!({ "name": "x", "role": role });
            let made = as_key(Method::POST, "/v1/staff".to_owned(), Some(body)).await;
            let path = format!("/v1/staff/{}", service.staff(&service.key, role).await.0);
            let body = json!({ "role": "auditor" });
            let put = as_key(Method::PUT, path.clone(), Some(body)).await;
            let drawn = as_key(Method::POST, format!("{path}/secret"), None).await;
            assert_eq!([made, put, drawn], [StatusCode::FORBIDDEN; 3], "{role}");
        }
        let all = service.get("/v1/staff").await.body;
        assert_eq!(all["items"].as_array().unwrap().len(), 4, "{all}");
    });
}

#[test]
fn an_operator_takes_over_no_account_of_a_judge_and_makes_no_key_that_does() {
    on_both(|service| async move {
        let (_, operator) = service.staff(&service.key, "operator").await;
        for (role, status) in [
            ("reviewer", StatusCode::CONFLICT),
            ("senior", StatusCode::CONFLICT),
            ("auditor", StatusCode::CONFLICT),
            ("operator", StatusCode::OK),
        ] {
            let (id, _) = service.staff(&operator, role).await;
            let path = format!("/v1/staff/{id}/secret");
            let drawn = service
                .call_as(&operator, Method::POST, &path, None, &[])
                .await;
            assert_eq!(drawn.status, status, "{role} {}", drawn.body);
            let path = format!("/v1/staff/{id}");
            let body = Some(json!({ "role": "operator" }));
            let put = service
                .call_as(&operator, Method::PUT, &path, body, &[])
                .await;
            assert_eq!(put.status, status, "{role} {}", put.body);
        }
        let body = json!({ "label": "x", "scopes": ["keys:write", "staff:write"] });
        let key = service
            .call_as(&operator, Method::POST, "/v1/keys", Some(body), &[])
            .await;
        assert_eq!(key.body["code"], "scope_not_handed_on", "{}", key.body);
    });
}

#[test]
fn nobody_becomes_another_applicant() {
    on_both(|service| async move {
        let (id, _) = service.staff(&service.key, "reviewer").await;
        let path = format!("/v1/staff/{id}");
        let [first, second] = [service.applicant("a").await, service.applicant("b").await];
        for (applicant, status) in [
            (&first, StatusCode::OK),
            (&first, StatusCode::OK),
            (&second, StatusCode::CONFLICT),
        ] {
            let body = json!({ "role": "senior", "applicant": applicant });
            let answer = service.put(&path, body).await;
            assert_eq!(answer.status, status, "{}", answer.body);
        }
        let all = service.get("/v1/staff").await.body;
        assert_eq!(all["items"][0]["applicant"], first, "{all}");
    });
}
