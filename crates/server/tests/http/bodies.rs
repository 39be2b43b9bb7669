//! What is no request, and what is one that is large.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::json;

use crate::support::{Answer, Service, on_both, passport};

async fn sent(
    service: &Service,
    method: &str,
    path: &str,
    kind: &str,
    body: impl Into<Body>,
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {}", service.key))
        .header(header::CONTENT_TYPE, kind);
    service.send(request.body(body.into()).unwrap()).await
}

#[test]
fn a_method_that_is_none_is_counted_as_other() {
    on_both(|service| async move {
        for method in ["BREW", "BREW2"] {
            let answer = sent(&service, method, "/v1/applicants", "text/plain", "").await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        }
        let metrics = String::from_utf8(service.get("/metrics").await.bytes).unwrap();
        assert!(metrics.contains(r#"method="other""#), "{metrics}");
        assert!(!metrics.contains("BREW"), "{metrics}");
    });
}

#[test]
fn what_is_no_request_is_a_problem_and_never_a_failure() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L2", "first").await;
        let data = format!("/v1/verifications/{id}/data");
        let deep = "[".repeat(100_000);
        let mut calls = vec![
            ("GET", "/v2/nothing".to_owned(), String::new(), 404),
            ("GET", "/".to_owned(), String::new(), 404),
            ("PUT", "/v1/applicants".to_owned(), String::new(), 405),
            ("BREW", "/v1/applicants".to_owned(), String::new(), 405),
            (
                "GET",
                "/v1/applicants?limit=0".to_owned(),
                String::new(),
                422,
            ),
            (
                "GET",
                "/v1/applicants?limit=many".to_owned(),
                String::new(),
                422,
            ),
            (
                "GET",
                "/v1/applicants?colour=red".to_owned(),
                String::new(),
                422,
            ),
            ("GET", "/v1/audit/-1/proof".to_owned(), String::new(), 404),
            (
                "GET",
                "/v1/audit/99999999999999999999/proof".to_owned(),
                String::new(),
                404,
            ),
            (
                "GET",
                "/v1/audit/18446744073709551615/proof".to_owned(),
                String::new(),
                404,
            ),
            (
                "GET",
                "/v1/audit?from=18446744073709551615".to_owned(),
                String::new(),
                200,
            ),
            (
                "POST",
                "/v1/applicants".to_owned(),
                "x".repeat(300 << 10),
                413,
            ),
            (
                "PUT",
                format!("/v1/verifications/{id}/captures/elbow"),
                "x".to_owned(),
                404,
            ),
            (
                "PUT",
                format!("/v1/verifications/{id}/captures/front"),
                String::new(),
                422,
            ),
            (
                "PUT",
                data.clone(),
                json!({ "document": "passport", "country": "UTO", "name": "x".repeat(301),
                "birth_date": "1990-01-31", "number": "1" })
                .to_string(),
                422,
            ),
        ];
        let ids = [
            "1",
            "%00",
            "..%2f..",
            "%ff",
            "01990000-0000-7000-8000-00000000000g",
            "'%20OR%201=1--",
        ];
        for bad in ids {
            calls.push((
                "GET",
                format!("/v1/verifications/{bad}"),
                String::new(),
                404,
            ));
            calls.push((
                "DELETE",
                format!("/v1/applicants/{bad}"),
                String::new(),
                404,
            ));
            calls.push((
                "DELETE",
                format!("/v1/applicants/{applicant}/consents/{bad}"),
                String::new(),
                404,
            ));
            calls.push((
                "PUT",
                format!("/v1/verifications/{bad}/captures/front"),
                "x".to_owned(),
                404,
            ));
        }
        for junk in [
            "",
            "{",
            "null",
            "[]",
            "\"x\"",
            "{\"external_id\": 1}",
            "{\"external_id\": \"\"}",
            "{\"external_id\": \"a\\u0000b\"}",
            "{\"external_id\": \"a\", \"extra\": 1}",
            "\u{feff}{}",
            &deep,
        ] {
            calls.push(("POST", "/v1/applicants".to_owned(), junk.to_owned(), 422));
        }
        for (method, path, body, status) in calls {
            let shown: String = body.chars().take(40).collect();
            let answer = sent(&service, method, &path, "application/json", body).await;
            assert_eq!(
                answer.status.as_u16(),
                status,
                "{method} {path} {shown} {}",
                answer.body
            );
            if status >= 400 {
                let kind = answer.headers.get(header::CONTENT_TYPE).unwrap();
                assert_eq!(kind, "application/problem+json", "{method} {path}");
                assert_eq!(answer.body["status"], status, "{method} {path}");
            }
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "no-referrer"),
                ("cache-control", "no-store"),
            ] {
                assert_eq!(answer.headers[name], value, "{method} {path}");
            }
            assert!(answer.headers.contains_key("content-security-policy"));
        }
    });
}

#[test]
fn a_zero_byte_is_refused_wherever_a_text_is_kept() {
    on_both(|service| async move {
        let operator = service.operator().await;
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L2", "first").await;
        let calls = vec![
            (
                Method::POST,
                "/v1/keys".to_owned(),
                json!({ "label": "a\u{0}", "scopes": [] }),
            ),
            (
                Method::POST,
                "/v1/tenants".to_owned(),
                json!({ "name": "a\u{0}", "sandbox": true }),
            ),
            (
                Method::POST,
                "/v1/verifications".to_owned(),
                json!({ "applicant": applicant, "level": "L\u{0}" }),
            ),
            (
                Method::PUT,
                "/v1/policy".to_owned(),
                json!({ "toml": "version = \"\u{0}\"" }),
            ),
            (
                Method::POST,
                format!("/v1/applicants/{applicant}/holds"),
                json!({ "reason": "a\u{0}" }),
            ),
            (
                Method::POST,
                format!("/v1/applicants/{applicant}/consents"),
                json!({ "purpose": "a\u{0}", "version": "1" }),
            ),
            (
                Method::POST,
                format!("/v1/applicants/{applicant}/consents"),
                json!({ "purpose": "4711", "version": "1" }),
            ),
        ];
        for (method, path, body) in calls {
            let answer = service
                .call_as(&operator, method, &path, Some(body.clone()), &[])
                .await;
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{path} {body} {}",
                answer.body
            );
        }
        for key in [
            "document",
            "country",
            "birth_date",
            "sex",
            "nationality",
            "name",
            "number",
        ] {
            let mut data = passport("Ada Lovelace");
            data[key] = json!("a\u{0}");
            let answer = service
                .put(&format!("/v1/verifications/{id}/data"), data)
                .await;
            assert!(!answer.status.is_server_error(), "{key} {}", answer.body);
        }
        let none = service.get("/v1/applicants?external_id=%00").await;
        assert_eq!(none.status, StatusCode::OK, "{}", none.body);
    });
}

#[test]
fn a_form_carries_a_photo_up_to_the_limit() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L2", "first").await;
        let path = format!("/v1/verifications/{id}/captures/front");
        let form = |n_bytes: usize| {
            let mut body =
                b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n"
                    .to_vec();
            body.extend(vec![b'x'; n_bytes]);
            body.extend(b"\r\n--b--\r\n");
            body
        };
        let kind = "multipart/form-data; boundary=b";
        let whole = sent(&service, "PUT", &path, kind, form(3 << 20)).await;
        assert_eq!(whole.status, StatusCode::CREATED, "{}", whole.body);
        let largest = service.app.config.limits.photo_mib << 20;
        let large = sent(&service, "PUT", &path, kind, form(largest + 8192)).await;
        assert_eq!(
            large.status,
            StatusCode::PAYLOAD_TOO_LARGE,
            "{}",
            large.body
        );
        let torn = sent(&service, "PUT", &path, kind, "--b\r\ncontent-dis").await;
        assert_eq!(torn.body["code"], "upload_incomplete");
    });
}
