//! The pages that are part of the program, and who may use them from elsewhere.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use menshen_server::{Config, Web};

use crate::support::{Answer, Service, on_both, on_both_with};

const OURS: &str = "https://exchange.example";

async fn ask(service: &Service, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    service.send(request.body(Body::empty()).unwrap()).await
}

#[test]
fn pages_run_no_script_of_others_and_name_no_one() {
    on_both(|service| async move {
        for path in ["/verify", "/console", "/account", "/help"] {
            let page = ask(&service, Method::GET, path, &[]).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            let policy = page.headers[header::CONTENT_SECURITY_POLICY]
                .to_str()
                .unwrap();
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"));
            assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
        }
        for path in [
            "/web/README.md",
            "/web/../Cargo.toml",
            "/web/models/text-recognition.onnx",
            "/try/guessed",
        ] {
            let answer = ask(&service, Method::GET, path, &[]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
    });
}

#[test]
fn the_page_of_help_has_the_key_that_signs_what_is_official() {
    on_both(|service| async move {
        let key = ask(&service, Method::GET, "/help/key", &[]).await;
        assert_eq!(key.status, StatusCode::OK);
        assert_eq!(
            key.headers[header::CONTENT_TYPE],
            "text/plain; charset=utf-8"
        );
        let signer = &service.app.signer;
        assert_eq!(key.bytes, signer.verifier().to_text().as_bytes());
    });
}

#[test]
fn a_named_origin_may_call_and_no_other() {
    let web = Web {
        embed_on: vec![OURS.to_owned()],
    };
    let config = Config {
        web,
        ..Config::default()
    };
    on_both_with(config, |service| async move {
        let preflight = [
            ("origin", OURS),
            ("access-control-request-method", "PUT"),
            ("access-control-request-headers", "authorization"),
        ];
        let may = ask(&service, Method::OPTIONS, "/v1/verifications", &preflight).await;
        assert_eq!(may.status, StatusCode::NO_CONTENT);
        assert_eq!(may.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], OURS);
        assert!(
            !may.headers
                .contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS)
        );
        let stranger = ask(
            &service,
            Method::GET,
            "/v1/verifications",
            &[("origin", OURS)],
        )
        .await;
        assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
        assert_eq!(stranger.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], OURS);
        for other in [
            "https://exchange.example.evil",
            "null",
            "http://exchange.example",
        ] {
            let other = [("origin", other), ("access-control-request-method", "PUT")];
            let refused = ask(&service, Method::OPTIONS, "/v1/verifications", &other).await;
            assert!(
                !refused
                    .headers
                    .contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN)
            );
        }
        // What asks for no leave is the API's own: resumable uploads ask what the service can.
        let own = ask(
            &service,
            Method::OPTIONS,
            "/v1/uploads",
            &[("origin", OURS)],
        )
        .await;
        assert_eq!(own.status, StatusCode::NO_CONTENT);
        assert!(own.headers.contains_key("tus-resumable"));
    });
}
