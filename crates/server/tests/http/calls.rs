//! Every route, whom it is for, and a well-formed call of it.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, header};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use menshen_core::access::Scope;
use serde_json::{Value, json};

use crate::account_page::COOKIE as PERSONS;
use crate::browser::{NAME as COOKIE, PASSWORD};
use crate::support::passport;

/// Whom a route is for: the scope that a key or a role needs, and whether people may call it for themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum For {
    Keys(Scope),
    People(Scope),
    /// A browser in which somebody of staff has signed in, whatever their role; no secret.
    SignedIn,
    /// Whoever proves with the call who they are; no secret.
    Whoever,
    /// Anybody, who is asked nothing; of the tenant that the path names.
    Stranger,
    /// A browser in which a person has signed in to their account; no secret.
    Account,
    /// A person's own page, whoever looks at it.
    Page,
    /// Nobody in particular, who names a tenant, or whoever could read; what is shown must be good.
    Anyone(Scope),
    Everybody,
    /// Whoever comes, with whatever secret: it opens nothing, and is not looked at.
    Public,
}

use For::{Account, Anyone, Everybody, Keys, Page, People, Public, SignedIn, Stranger, Whoever};
use Scope::{
    AuditRead, BlocklistWrite, CasesRead, CasesWork, KeysWrite, Operate, PersonalRead, PolicyWrite,
    PrivacyWrite, ScreeningRead, ScreeningWrite, StaffWrite, TicketsAnswer, VerificationsRead,
    VerificationsWrite, WebhooksWrite,
};

/// Whom each route is for. The document and this table name the same routes.
pub const TABLE: &[(&str, &str, For)] = &[
    ("GET", "/v1/applicants", Keys(VerificationsRead)),
    ("POST", "/v1/applicants", Keys(VerificationsWrite)),
    ("GET", "/v1/applicants/{id}", People(VerificationsRead)),
    ("DELETE", "/v1/applicants/{id}", Keys(PrivacyWrite)),
    (
        "POST",
        "/v1/applicants/{id}/tokens",
        Keys(VerificationsWrite),
    ),
    (
        "DELETE",
        "/v1/applicants/{id}/tokens",
        Keys(VerificationsWrite),
    ),
    (
        "GET",
        "/v1/applicants/{id}/contacts",
        People(VerificationsRead),
    ),
    (
        "PUT",
        "/v1/applicants/{id}/contacts",
        Keys(VerificationsWrite),
    ),
    (
        "GET",
        "/v1/applicants/{id}/notices",
        People(VerificationsRead),
    ),
    (
        "GET",
        "/v1/applicants/{id}/consents",
        People(VerificationsRead),
    ),
    (
        "POST",
        "/v1/applicants/{id}/consents",
        People(VerificationsWrite),
    ),
    (
        "DELETE",
        "/v1/applicants/{id}/consents/{purpose}",
        People(VerificationsWrite),
    ),
    ("GET", "/v1/applicants/{id}/holds", Keys(PrivacyWrite)),
    ("POST", "/v1/applicants/{id}/holds", Keys(PrivacyWrite)),
    (
        "DELETE",
        "/v1/applicants/{id}/holds/{hold}",
        Keys(PrivacyWrite),
    ),
    (
        "POST",
        "/v1/applicants/{id}/attachments",
        People(VerificationsWrite),
    ),
    (
        "POST",
        "/v1/applicants/{id}/tickets",
        People(VerificationsWrite),
    ),
    ("GET", "/v1/applicants/{id}/tickets", People(PersonalRead)),
    ("GET", "/v1/applicants/{id}/phrase", People(PersonalRead)),
    (
        "PUT",
        "/v1/applicants/{id}/phrase",
        People(VerificationsWrite),
    ),
    (
        "DELETE",
        "/v1/applicants/{id}/phrase",
        People(VerificationsWrite),
    ),
    ("GET", "/v1/tickets/{id}", People(PersonalRead)),
    (
        "GET",
        "/v1/tickets/{id}/attachments/{attachment}",
        People(PersonalRead),
    ),
    (
        "POST",
        "/v1/tickets/{id}/messages",
        People(VerificationsWrite),
    ),
    ("POST", "/v1/tickets/{id}/close", People(VerificationsWrite)),
    ("POST", "/v1/official/check", People(VerificationsWrite)),
    ("GET", "/v1/channels", Keys(PolicyWrite)),
    ("POST", "/v1/channels", Keys(PolicyWrite)),
    ("DELETE", "/v1/channels/{id}", Keys(PolicyWrite)),
    ("GET", "/v1/announcements", Keys(PolicyWrite)),
    ("POST", "/v1/announcements", Keys(PolicyWrite)),
    ("DELETE", "/v1/announcements/{id}", Keys(PolicyWrite)),
    ("GET", "/v1/public/{tenant}/channels", Stranger),
    ("POST", "/v1/public/{tenant}/channels/check", Stranger),
    ("GET", "/v1/public/{tenant}/announcements", Stranger),
    ("POST", "/v1/public/{tenant}/reports", Stranger),
    ("GET", "/v1/reports", Keys(TicketsAnswer)),
    ("GET", "/v1/reports/{id}", Keys(TicketsAnswer)),
    ("POST", "/v1/reports/{id}/close", Keys(TicketsAnswer)),
    ("POST", "/v1/diagnosis", Anyone(VerificationsRead)),
    ("GET", "/v1/support/tickets", Keys(TicketsAnswer)),
    ("GET", "/v1/support/tickets/{id}", Keys(TicketsAnswer)),
    (
        "GET",
        "/v1/support/tickets/{id}/attachments/{attachment}",
        Keys(TicketsAnswer),
    ),
    (
        "POST",
        "/v1/support/tickets/{id}/messages",
        Keys(TicketsAnswer),
    ),
    (
        "POST",
        "/v1/support/tickets/{id}/contacts",
        Keys(TicketsAnswer),
    ),
    (
        "POST",
        "/v1/support/tickets/{id}/close",
        Keys(TicketsAnswer),
    ),
    ("GET", "/v1/verifications", Keys(VerificationsRead)),
    ("POST", "/v1/verifications", People(VerificationsWrite)),
    ("GET", "/v1/verifications/{id}", People(VerificationsRead)),
    (
        "GET",
        "/v1/verifications/{id}/rules",
        People(VerificationsRead),
    ),
    (
        "POST",
        "/v1/verifications/{id}/submit",
        People(VerificationsWrite),
    ),
    ("GET", "/v1/appeals", Keys(VerificationsRead)),
    ("POST", "/v1/appeals", People(VerificationsWrite)),
    ("GET", "/v1/appeals/{id}", People(VerificationsRead)),
    ("DELETE", "/v1/appeals/{id}", People(VerificationsWrite)),
    ("POST", "/v1/appeals/{id}/code", People(VerificationsWrite)),
    ("POST", "/v1/appeals/{id}/proof", People(VerificationsWrite)),
    ("POST", "/v1/appeals/{id}/vouch", Keys(VerificationsWrite)),
    (
        "POST",
        "/v1/appeals/{id}/statement",
        People(VerificationsWrite),
    ),
    (
        "PUT",
        "/v1/appeals/{id}/statement",
        People(VerificationsWrite),
    ),
    (
        "POST",
        "/v1/appeals/{id}/attachments",
        People(VerificationsWrite),
    ),
    (
        "POST",
        "/v1/appeals/{id}/submit",
        People(VerificationsWrite),
    ),
    ("GET", "/v1/appeals/statistics", Keys(VerificationsRead)),
    ("GET", "/v1/verifications/{id}/data", Keys(PersonalRead)),
    (
        "PUT",
        "/v1/verifications/{id}/data",
        People(VerificationsWrite),
    ),
    (
        "GET",
        "/v1/verifications/{id}/captures",
        People(VerificationsRead),
    ),
    (
        "PUT",
        "/v1/verifications/{id}/captures/{part}",
        People(VerificationsWrite),
    ),
    ("GET", "/v1/verifications/{id}/live", Keys(PersonalRead)),
    (
        "POST",
        "/v1/verifications/{id}/live",
        People(VerificationsWrite),
    ),
    (
        "GET",
        "/v1/verifications/{id}/live/{session}",
        People(VerificationsRead),
    ),
    (
        "DELETE",
        "/v1/verifications/{id}/live/{session}",
        People(VerificationsWrite),
    ),
    (
        "POST",
        "/v1/verifications/{id}/live/{session}/frames",
        People(VerificationsWrite),
    ),
    (
        "GET",
        "/v1/verifications/{id}/live/{session}/socket",
        People(VerificationsWrite),
    ),
    (
        "POST",
        "/v1/verifications/{id}/face-refusal",
        People(VerificationsWrite),
    ),
    (
        "DELETE",
        "/v1/verifications/{id}/face-refusal",
        People(VerificationsWrite),
    ),
    ("GET", "/v1/captures/{id}/original", Keys(AuditRead)),
    ("GET", "/v1/verifications/{id}/decisions", Keys(AuditRead)),
    ("GET", "/v1/decisions/{id}/evidence", Keys(AuditRead)),
    ("OPTIONS", "/v1/uploads", Everybody),
    ("POST", "/v1/uploads", People(VerificationsWrite)),
    ("HEAD", "/v1/uploads/{id}", People(VerificationsRead)),
    ("PATCH", "/v1/uploads/{id}", People(VerificationsWrite)),
    ("DELETE", "/v1/uploads/{id}", People(VerificationsWrite)),
    ("POST", "/v1/entitlements/check", People(VerificationsRead)),
    ("GET", "/v1/events", Keys(VerificationsRead)),
    ("GET", "/v1/webhooks", Keys(WebhooksWrite)),
    ("POST", "/v1/webhooks", Keys(WebhooksWrite)),
    ("GET", "/v1/webhooks/{id}", Keys(WebhooksWrite)),
    ("PUT", "/v1/webhooks/{id}", Keys(WebhooksWrite)),
    ("POST", "/v1/webhooks/{id}/rotate", Keys(WebhooksWrite)),
    ("POST", "/v1/webhooks/{id}/test", Keys(WebhooksWrite)),
    ("GET", "/v1/webhooks/{id}/deliveries", Keys(WebhooksWrite)),
    (
        "POST",
        "/v1/webhooks/{id}/deliveries/{delivery}/resend",
        Keys(WebhooksWrite),
    ),
    ("DELETE", "/v1/webhooks/{id}", Keys(WebhooksWrite)),
    ("GET", "/v1/blocklist", Keys(BlocklistWrite)),
    ("POST", "/v1/blocklist", Keys(BlocklistWrite)),
    ("DELETE", "/v1/blocklist/{id}", Keys(BlocklistWrite)),
    ("GET", "/v1/keys", Keys(KeysWrite)),
    ("POST", "/v1/keys", Keys(KeysWrite)),
    ("DELETE", "/v1/keys/{id}", Keys(KeysWrite)),
    ("GET", "/v1/oidc/clients", Keys(KeysWrite)),
    ("POST", "/v1/oidc/clients", Keys(KeysWrite)),
    ("GET", "/v1/oidc/clients/{id}", Keys(KeysWrite)),
    ("PUT", "/v1/oidc/clients/{id}", Keys(KeysWrite)),
    ("POST", "/v1/oidc/clients/{id}/secret", Keys(KeysWrite)),
    ("DELETE", "/v1/oidc/clients/{id}", Keys(KeysWrite)),
    ("GET", "/v1/oidc/keys", Keys(KeysWrite)),
    ("POST", "/v1/oidc/keys/rotate", Keys(KeysWrite)),
    ("GET", "/v1/account/oidc/{request}", Public),
    ("POST", "/v1/account/oidc/{request}/continue", Whoever),
    ("POST", "/v1/account/oidc/{request}/deny", Public),
    (
        "GET",
        "/oidc/{tenant}/.well-known/openid-configuration",
        Public,
    ),
    ("GET", "/oidc/{tenant}/jwks", Public),
    ("GET", "/oidc/{tenant}/authorize", Public),
    ("POST", "/oidc/{tenant}/authorize", Public),
    ("POST", "/oidc/{tenant}/token", Whoever),
    ("GET", "/oidc/{tenant}/userinfo", Whoever),
    ("POST", "/oidc/{tenant}/userinfo", Whoever),
    ("POST", "/oidc/{tenant}/revoke", Whoever),
    ("GET", "/oidc/{tenant}/logout", Public),
    ("POST", "/oidc/{tenant}/logout", Public),
    ("GET", "/v1/staff", Keys(StaffWrite)),
    ("POST", "/v1/staff", Keys(StaffWrite)),
    ("PUT", "/v1/staff/{id}", Keys(StaffWrite)),
    ("POST", "/v1/staff/{id}/secret", Keys(StaffWrite)),
    ("POST", "/v1/staff/{id}/invitation", Keys(StaffWrite)),
    ("DELETE", "/v1/staff/{id}", Keys(StaffWrite)),
    ("POST", "/v1/enrolment", Whoever),
    ("POST", "/v1/enrolment/finish", Whoever),
    ("POST", "/v1/session", Whoever),
    ("POST", "/v1/session/factor", Whoever),
    ("GET", "/v1/session", SignedIn),
    ("DELETE", "/v1/session", SignedIn),
    ("PUT", "/v1/session/password", SignedIn),
    ("POST", "/v1/session/recovery-codes", SignedIn),
    ("GET", "/v1/sessions", SignedIn),
    ("DELETE", "/v1/sessions/{id}", SignedIn),
    ("GET", "/v1/review/queues", Keys(CasesRead)),
    ("GET", "/v1/review/statistics", Keys(CasesRead)),
    ("GET", "/v1/review/reviewers", Keys(CasesRead)),
    ("GET", "/v1/review/cases", Keys(CasesRead)),
    ("POST", "/v1/review/cases/{id}/claim", Keys(CasesWork)),
    ("GET", "/v1/review/cases/{id}", Keys(CasesRead)),
    (
        "GET",
        "/v1/review/cases/{id}/images/{capture}",
        Keys(CasesWork),
    ),
    ("POST", "/v1/review/cases/{id}/notes", Keys(CasesWork)),
    ("POST", "/v1/review/cases/{id}/decide", Keys(CasesWork)),
    ("DELETE", "/v1/review/cases/{id}/claim", Keys(CasesWork)),
    ("GET", "/v1/tenants", Keys(Operate)),
    ("POST", "/v1/tenants", Keys(Operate)),
    ("GET", "/v1/policy", Keys(PolicyWrite)),
    ("PUT", "/v1/policy", Keys(PolicyWrite)),
    ("POST", "/v1/policy/try", Keys(PolicyWrite)),
    ("GET", "/v1/screening/lists", Keys(ScreeningRead)),
    ("PUT", "/v1/screening/lists/{list}", Keys(Operate)),
    ("GET", "/v1/screening/runs", Keys(ScreeningRead)),
    ("GET", "/v1/screening/hits", Keys(ScreeningRead)),
    ("GET", "/v1/screening/hits/{id}", Keys(ScreeningRead)),
    (
        "POST",
        "/v1/screening/hits/{id}/clear",
        Keys(ScreeningWrite),
    ),
    (
        "POST",
        "/v1/screening/hits/{id}/confirm",
        Keys(ScreeningWrite),
    ),
    ("POST", "/v1/account/registrations", Page),
    ("POST", "/v1/account/registrations/code", Page),
    ("POST", "/v1/account/registrations/invitation", Page),
    ("POST", "/v1/account/registrations/finish", Page),
    ("POST", "/v1/invitation-codes", Keys(PolicyWrite)),
    ("GET", "/v1/invitation-codes", Keys(PolicyWrite)),
    ("DELETE", "/v1/invitation-codes/{id}", Keys(PolicyWrite)),
    ("POST", "/v1/account/session", Page),
    ("GET", "/v1/account/session", Account),
    ("DELETE", "/v1/account/session", Account),
    ("POST", "/v1/account/session/code", Whoever),
    ("POST", "/v1/account/session/factor", Whoever),
    ("POST", "/v1/account/session/device-key", Page),
    ("POST", "/v1/account/session/face", Whoever),
    ("POST", "/v1/account/session/face/finish", Whoever),
    ("GET", "/v1/account/sessions", Account),
    ("DELETE", "/v1/account/sessions/{id}", Account),
    ("POST", "/v1/account/devices/nonce", Page),
    ("GET", "/v1/account/devices", Account),
    ("POST", "/v1/account/session/device", Account),
    ("PUT", "/v1/account/devices/{id}", Account),
    ("POST", "/v1/account/devices/{id}/revoke", Account),
    ("POST", "/v1/account/session/verification", Account),
    ("POST", "/v1/account/session/trust", Account),
    ("POST", "/v1/account/step-ups", Account),
    ("POST", "/v1/account/step-ups/{id}/code", Account),
    ("POST", "/v1/account/step-ups/{id}/confirm", Account),
    ("POST", "/v1/step-ups/{id}/use", Keys(VerificationsWrite)),
    ("GET", "/v1/account/factors", Account),
    ("POST", "/v1/account/factors/recovery-codes", Account),
    ("PUT", "/v1/account/factors/face", Account),
    ("DELETE", "/v1/account/factors/face", Account),
    ("POST", "/v1/account/factors/totp/offer", Account),
    ("PUT", "/v1/account/factors/totp", Account),
    ("POST", "/v1/account/factors/totp/remove", Account),
    ("POST", "/v1/account/passkeys/options", Account),
    ("POST", "/v1/account/passkeys", Account),
    ("GET", "/v1/account/passkeys", Account),
    ("PUT", "/v1/account/passkeys/{id}", Account),
    ("POST", "/v1/account/passkeys/{id}/remove", Account),
    ("POST", "/v1/account/session/passkey/options", Page),
    ("POST", "/v1/account/session/passkey", Page),
    ("POST", "/v1/account/step-ups/{id}/passkey/options", Account),
    ("POST", "/v1/account/step-ups/{id}/passkey", Account),
    ("PUT", "/v1/account/password", Account),
    ("POST", "/v1/account/contacts", Account),
    ("PUT", "/v1/account/contacts", Account),
    ("POST", "/v1/account/password-resets", Page),
    ("POST", "/v1/account/password-resets/finish", Page),
    ("POST", "/v1/account/recoveries", Page),
    ("POST", "/v1/account/recoveries/code", Page),
    ("POST", "/v1/account/recoveries/state", Page),
    ("POST", "/v1/account/recoveries/stop", Page),
    ("POST", "/v1/account/recoveries/finish", Page),
    ("GET", "/v1/audit", Keys(AuditRead)),
    ("GET", "/v1/audit/checkpoint", Keys(AuditRead)),
    ("GET", "/v1/audit/{seq}/proof", Keys(AuditRead)),
];

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
