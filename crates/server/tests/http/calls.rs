//! A well-formed call of every route.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, header};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::access_table::For;
use crate::account_page::COOKIE as PERSONS;
use crate::browser::{NAME as COOKIE, PASSWORD};
use crate::support::passport;

/// Returns an entry of the blocklist to be made.
pub fn blocked(number: &str) -> Value {
    let document = json!({ "document": "passport", "country": "UTO", "number": number });
    json!({ "document": document, "reason": "case-1" })
}

/// The records that a call names, by kind.
pub type Ids = BTreeMap<&'static str, String>;

pub const fn name<'a>(route: &(&'a str, &'a str, For)) -> (&'a str, &'a str) {
    (route.0, route.1)
}

/// Does a call of the route name somebody's record, in its path, its body or its headers?
pub fn names_a_record((method, path, _): &(&str, &str, For)) -> bool {
    path.contains('{')
        || (*method == "POST"
            && [
                "/v1/verifications",
                "/v1/appeals",
                "/v1/uploads",
                "/v1/entitlements/check",
                "/v1/official/check",
                "/v1/oidc/person",
            ]
            .contains(path))
}

/// Returns a well-formed call of a route that names the records, with a secret.
pub fn request(route: &(&str, &str, For), ids: &Ids, secret: &str) -> Request<Body> {
    request_with(route, ids, secret, None)
}

/// The same with a secret, or with what a browser holds.
pub fn request_with(
    (method, path, _): &(&str, &str, For),
    ids: &Ids,
    secret: &str,
    cookie: Option<&str>,
) -> Request<Body> {
    let kind = match path.split('/').nth(2).unwrap() {
        "applicants" => "applicant",
        "verifications" => "verification",
        "appeals" => "appeal",
        "uploads" => "upload",
        "captures" => "capture",
        "decisions" => "decision",
        "webhooks" => "webhook",
        "blocklist" => "block",
        "staff" => "staff",
        "tickets" | "support" => "ticket",
        "review" => "case",
        "screening" => "hit",
        "channels" => "channel",
        "announcements" => "announcement",
        "reports" => "report",
        "invitation-codes" => "invitation",
        "step-ups" => "step_up",
        "oidc" => "oidc_client",
        _ => "key",
    };
    let mut filled = (*path).to_owned();
    for (place, value) in [
        ("{id}", ids.get(kind).map_or("", String::as_str)),
        ("{capture}", ids.get("capture").map_or("", String::as_str)),
        ("{hold}", ids.get("hold").map_or("", String::as_str)),
        ("{seq}", ids.get("seq").map_or("", String::as_str)),
        ("{delivery}", ids.get("delivery").map_or("", String::as_str)),
        (
            "{attachment}",
            ids.get("attachment").map_or("", String::as_str),
        ),
        ("{session}", ids.get("live").map_or("", String::as_str)),
        ("{purpose}", "marketing"),
        ("{part}", "selfie"),
        ("{list}", "un"),
        ("{tenant}", ids.get("tenant").map_or("", String::as_str)),
        ("{request}", "nobodys"),
    ] {
        filled = filled.replace(place, value);
    }
    if path.contains("/images/") {
        filled.push_str("?purpose=compare_faces");
    }
    let body = match (*method, *path) {
        ("POST", "/v1/applicants") => json!({ "external_id": format!("of {secret}") }),
        ("PUT", "/v1/applicants/{id}/contacts") => json!({ "email": "ada@example.com" }),
        ("POST", "/v1/applicants/{id}/tokens") => json!({ "minutes": 5 }),
        ("POST", "/v1/applicants/{id}/consents") => {
            json!({ "purpose": "marketing", "version": "1" })
        }
        ("POST", "/v1/applicants/{id}/holds") => json!({ "reason": "case-2" }),
        ("POST", "/v1/applicants/{id}/tickets") => json!({ "kind": "other", "text": "help" }),
        ("PUT", "/v1/applicants/{id}/phrase") => json!({ "phrase": "blue whale 42" }),
        ("POST", "/v1/tickets/{id}/messages" | "/v1/support/tickets/{id}/messages") => {
            json!({ "text": "more" })
        }
        ("POST", "/v1/support/tickets/{id}/contacts") => json!({ "way": "phone" }),
        ("POST", "/v1/official/check") => {
            json!({ "applicant": ids["applicant"], "code": "2222-2222" })
        }
        // Each another: a channel stands on a list once.
        ("POST", "/v1/channels") => {
            let letters = secret
                .bytes()
                .rev()
                .filter(u8::is_ascii_alphanumeric)
                .take(20);
            let name: String = letters.map(char::from).collect();
            json!({ "kind": "domain", "value": format!("of{name}.example") })
        }
        ("POST", "/v1/announcements") => json!({
            "kind": "notice", "text": { "zh-CN": "公告", "en": "a notice" }, "ends_at": "2027-01-01T00:00:00Z",
        }),
        ("POST", "/v1/public/{tenant}/channels/check") => json!({ "value": "example.com" }),
        ("POST", "/v1/public/{tenant}/reports") => {
            json!({ "kind": "page", "what": "evil.example" })
        }
        ("POST", "/v1/reports/{id}/close") => json!({ "outcome": "not_ours" }),
        ("POST", "/v1/invitation-codes") => {
            json!({ "code": format!("C{}", secret.len()), "label": "x", "benefit": {} })
        }
        ("POST", "/v1/step-ups/{id}/use") => {
            json!({ "applicant": ids["applicant"], "action": "withdrawal", "detail": "x" })
        }
        ("POST", "/v1/account/session/code" | "/v1/account/step-ups/{id}/code") => {
            json!({ "factor": "sms_code" })
        }
        ("POST", "/v1/account/session/factor" | "/v1/account/step-ups/{id}/confirm") => {
            json!({ "factor": "totp", "code": "000000" })
        }
        ("POST", "/v1/account/session/face/finish") => {
            json!({ "verification": ids["verification"] })
        }
        ("POST", "/v1/account/step-ups") => json!({ "action": "add_factor", "detail": "totp" }),
        ("PUT", "/v1/account/devices/{id}" | "/v1/account/passkeys/{id}") => {
            json!({ "name": "x" })
        }
        ("POST", "/v1/account/session/passkey/options") => json!({ "tenant": ids["tenant"] }),
        ("PUT", "/v1/account/factors/totp") => json!({ "code": "000000" }),
        ("PUT", "/v1/account/password") => json!({ "password": PASSWORD }),
        ("POST", "/v1/account/contacts") => json!({ "phone": "+8613800000000" }),
        ("PUT", "/v1/account/contacts") => json!({ "phone": "+8613800000000", "code": "000000" }),
        ("POST", "/v1/account/session/device") => {
            json!({ "key": "x", "nonce": "x", "signature": "x" })
        }
        ("POST" | "PUT", path) if path.starts_with("/v1/account/") => json!({}),
        ("POST", "/v1/diagnosis") => json!({ "diagnostics": {} }),
        ("POST", "/v1/verifications") => json!({ "applicant": ids["applicant"], "level": "L2" }),
        ("POST", "/v1/entitlements/check") => {
            json!({ "applicant": ids["applicant"], "action": "x", "asset": "y", "amount": "1" })
        }
        ("PUT", "/v1/verifications/{id}/data") => passport("Ada Lovelace"),
        ("POST", "/v1/verifications/{id}/live") => crate::live_support::Opening::new().body,
        ("POST", "/v1/verifications/{id}/face-refusal") => json!({ "why": "cannot" }),
        ("POST", "/v1/webhooks") | ("PUT", "/v1/webhooks/{id}") => {
            json!({ "url": "https://1.1.1.1/hook" })
        }
        ("POST", "/v1/webhooks/{id}/rotate") => json!({}),
        ("POST", "/v1/blocklist") => blocked("X1"),
        ("POST", "/v1/appeals") => json!({ "verification": ids["verification"] }),
        ("POST", "/v1/appeals/{id}/code") => json!({}),
        ("POST", "/v1/appeals/{id}/attachments") => json!({ "attachments": [] }),
        ("POST", "/v1/appeals/{id}/proof") => json!({ "code": "000000" }),
        ("POST", "/v1/staff") => json!({ "name": "Grace Hopper", "role": "auditor" }),
        ("PUT", "/v1/staff/{id}") => json!({ "role": "reviewer" }),
        ("POST", "/v1/enrolment") => json!({ "invitation": "mi_nobodys" }),
        ("POST", "/v1/enrolment/finish") => {
            json!({ "invitation": "mi_nobodys", "login": "x", "password": "x", "code": "000000" })
        }
        // Each another, or they would wait for each other.
        ("POST", "/v1/session") => json!({ "login": format!("of{secret}"), "password": "x" }),
        ("POST", "/v1/session/factor" | "/v1/session/recovery-codes") => {
            json!({ "code": "000000" })
        }
        ("PUT", "/v1/session/password") => {
            json!({ "password": PASSWORD, "new_password": "another one, twelve ducks" })
        }
        ("POST", "/v1/review/cases/{id}/notes") => json!({ "text": "x" }),
        ("POST", "/v1/review/cases/{id}/decide") => json!({ "verdict": "approve" }),
        ("POST", "/v1/screening/hits/{id}/clear") => {
            json!({ "reason": "another person", "until": "2027-01-01T00:00:00Z" })
        }
        ("POST", "/v1/screening/hits/{id}/confirm") => json!({ "reason": "this person" }),
        ("POST", "/v1/oidc/clients") => {
            json!({ "name": "x", "kind": "public", "redirect_uris": ["https://a.example/cb"] })
        }
        ("PUT", "/v1/oidc/clients/{id}") => {
            json!({ "name": "x", "redirect_uris": ["https://a.example/cb"] })
        }
        ("POST", "/v1/oidc/clients/{id}/secret" | "/v1/oidc/keys/rotate") => json!({}),
        ("POST", "/v1/oidc/person") => json!({ "sid": "nobodys" }),
        ("POST", "/v1/account/oidc/{request}/continue") => json!({}),
        ("POST", "/v1/keys") => json!({ "label": "x", "scopes": [] }),
        ("POST", "/v1/tenants") => json!({ "name": "x", "sandbox": true }),
        ("PUT" | "POST", "/v1/policy" | "/v1/policy/try") => json!({ "toml": "version = \"x\"" }),
        _ => Value::Null,
    };
    let metadata = [
        ("verification", ids["verification"].as_str()),
        ("part", "selfie"),
    ];
    let metadata = metadata.map(|(key, value)| format!("{key} {}", BASE64_STANDARD.encode(value)));
    let piece = *method == "PATCH";
    let form = *method == "POST" && path.starts_with("/oidc/");
    let kind = if piece {
        "application/offset+octet-stream"
    } else if form {
        "application/x-www-form-urlencoded"
    } else {
        "application/json"
    };
    let mut request = Request::builder()
        .method(*method)
        .uri(filled)
        .header("tus-resumable", "1.0.0")
        .header("upload-length", "10")
        .header("upload-offset", "0")
        .header("upload-metadata", metadata.join(","))
        .header(header::CONTENT_TYPE, kind);
    let own = path.starts_with("/v1/account/");
    let (named, held) = match own {
        true => ("menshen-page", PERSONS),
        false => ("menshen-console", COOKIE),
    };
    request = request.header(named, "1");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, format!("{held}={cookie}"));
    }
    if !secret.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {secret}"));
    }
    let body = match body {
        Value::Null if *method == "POST" && path.ends_with("/attachments") => {
            Body::from(crate::pictures::png(64, 32))
        }
        Value::Null if form => Body::from("client_id=nobodys&token=x"),
        Value::Null if piece || *method == "PUT" => Body::from("0123456789"),
        Value::Null => Body::empty(),
        body => Body::from(body.to_string()),
    };
    request.body(body).unwrap()
}
