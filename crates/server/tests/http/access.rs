//! Every route, every role, other people's records.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::{Method, StatusCode};
use menshen_core::access::{Role, Scope};
use serde_json::Value;
use uuid::Uuid;

use crate::access_records::records;
use crate::access_table::For::{
    Account, Anyone, Everybody, Keys, Page, People, Public, SignedIn, Stranger, Whoever,
};
use crate::access_table::{For, TABLE};
use crate::calls::{Ids, name, names_a_record, request, request_with};
use crate::notices::Gateway;
use crate::oidc_support;
use crate::support::{Answer, Service, on_both_with};

#[test]
fn no_caller_reaches_what_is_not_theirs() {
    assert_eq!(documented(), listed(), "the table and the document differ");
    let gateway = Gateway::listen();
    let config = menshen_server::Config {
        sms: gateway.config().sms,
        ..oidc_support::config()
    };
    on_both_with(config, |service| async {
        let service = service;
        let world = World::new(&service, &gateway).await;
        let mut n_cells = 0;
        let shut = |whom: For| !matches!(whom, Everybody | Public | Stranger | Anyone(_) | Page);
        for route in TABLE.iter().filter(|(_, _, whom)| shut(*whom)) {
            n_cells += world.strangers(route).await;
            n_cells += world.other_tenant(route).await;
            n_cells += world.other_people(route).await;
            n_cells += world.wrong_scopes(route).await;
            n_cells += world.no_secret(route).await;
        }
        for route in TABLE.iter().filter(|(_, _, whom)| *whom == Stranger) {
            n_cells += world.anybody(route).await;
        }
        // What is allowed changes things, so it comes last; the right key must get past the door.
        for route in TABLE {
            n_cells += world.the_right_ones(route).await;
        }
        println!("{n_cells} cells: {} routes by role", TABLE.len());
        assert!(n_cells > 600, "{n_cells}");
    });
}

fn documented() -> BTreeSet<(String, String)> {
    let document: Value =
        serde_json::from_str(&menshen_server::table().1.to_json().unwrap()).unwrap();
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys();
        let methods = methods.filter(|name| name.parse::<Method>().is_ok());
        let methods = methods.filter(|name| !["parameters", "summary"].contains(&name.as_str()));
        found.extend(methods.map(|method| (method.to_uppercase(), path.clone())));
    }
    found
}

fn listed() -> BTreeSet<(String, String)> {
    let pair = |(method, path, _): &(&str, &str, For)| ((*method).to_owned(), (*path).to_owned());
    TABLE.iter().map(pair).collect()
}

struct World<'a> {
    service: &'a Service,
    /// Records of the first tenant, and ids that no record has.
    own: Ids,
    absent: Ids,
    ended: Vec<(&'static str, String)>,
    /// A key of each scope and somebody of each role: what they may do, and their secret.
    scoped: Vec<(Vec<Scope>, String)>,
    /// The same in another tenant: one key with everything, and somebody of each role.
    other_tenant: Vec<(Vec<Scope>, String)>,
    /// Somebody of each role in a browser: what it holds.
    signed_in: Vec<(Role, String)>,
    owner: String,
    other_person: String,
    other_case: String,
    gateway: &'a Gateway,
    persons: AtomicU32,
}

impl<'a> World<'a> {
    async fn new(service: &'a Service, gateway: &'a Gateway) -> Self {
        let operator = service.operator().await;
        let expired = service.key_for(&operator, &["operate"]).await.1;
        service.app.clock.advance(2 * 24 * 3_600_000);
        let revoked = service.key_for(&operator, &["operate"]).await;
        service.delete(&format!("/v1/keys/{}", revoked.0)).await;
        let applicant = service.applicant("owner").await;
        let old_token = service.token(&applicant, None).await;
        service.app.clock.advance(3_600_000);
        let revoked_token = service.token(&applicant, None).await;
        let tokens = format!("/v1/applicants/{applicant}/tokens");
        assert_eq!(service.delete(&tokens).await.status, StatusCode::NO_CONTENT);
        let first = service.verification(&applicant, "L2", "first").await;
        service.whole_way(&first, "Ada Lovelace").await;
        let open = service.verification(&applicant, "L2", "new_device").await;
        service.photo(&open, "selfie", b"a face").await;
        let other = service.applicant("other").await;
        let mut scoped = Vec::new();
        for scope in Scope::of_keys() {
            let scopes = needed_with(scope);
            let names: Vec<&str> = scopes.iter().map(|scope| scope.name()).collect();
            let secret = service.key_for(&operator, &names).await.1;
            scoped.push((scopes, secret));
        }
        for role in Role::ALL {
            let (_, secret) = service.staff(&service.key, role.name()).await;
            scoped.push((role.scopes().to_vec(), secret));
        }
        let mut signed_in = Vec::new();
        for role in Role::ALL {
            let (_, browser) = service.enrolled(role.name(), role.name()).await;
            signed_in.push((role, browser.cookie.take().unwrap()));
        }
        let other_key = service.tenant(&operator, "another").await;
        let of_tenant = Scope::of_keys().filter(|scope| *scope != Scope::Operate);
        let mut other_tenant = vec![(of_tenant.collect(), other_key.clone())];
        for role in Role::ALL {
            let (_, secret) = service.staff(&other_key, role.name()).await;
            other_tenant.push((role.scopes().to_vec(), secret));
        }
        let gone = service.staff(&service.key, "senior").await;
        service.delete(&format!("/v1/staff/{}", gone.0)).await;
        let own = records(service, &applicant, &first, &open).await;
        let mut absent = own.clone();
        for (kind, id) in &mut absent {
            *id = match *kind {
                "seq" => "999999".to_owned(),
                _ => Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0001).to_string(),
            };
        }
        Self {
            own,
            absent,
            ended: vec![
                ("no key", String::new()),
                ("wrong key", "mk_test_not-a-key-of-anybody".to_owned()),
                ("wrong token", "mt_not-a-token-of-anybody".to_owned()),
                ("revoked key", revoked.1),
                ("expired key", expired),
                ("revoked token", revoked_token),
                ("expired token", old_token),
                ("staff no longer let in", gone.1),
                ("wrong staff", "ms_not-the-secret-of-anybody".to_owned()),
            ],
            scoped,
            signed_in,
            other_tenant,
            owner: service.token(&applicant, None).await,
            other_person: service.token(&other, None).await,
            other_case: service.token(&applicant, Some(&first)).await,
            service,
            gateway,
            persons: AtomicU32::new(0),
        }
    }

    async fn ask(&self, route: &(&str, &str, For), ids: &Ids, secret: &str) -> Answer {
        self.service.send(request(route, ids, secret)).await
    }

    async fn strangers(&self, route: &(&str, &str, For)) -> u32 {
        let mut bodies = BTreeSet::new();
        for (who, secret) in &self.ended {
            let answer = self.ask(route, &self.own, secret).await;
            assert_eq!(
                answer.status,
                StatusCode::UNAUTHORIZED,
                "{who} {:?}",
                name(route)
            );
            bodies.insert(answer.bytes);
        }
        assert_eq!(
            bodies.len(),
            1,
            "the answer tells who asks: {:?}",
            name(route)
        );
        self.ended.len() as u32
    }

    /// Who asks makes no difference, not even whether they are somebody; a tenant that is not there is absent.
    async fn anybody(&self, route: &(&str, &str, For)) -> u32 {
        let mut answers = BTreeSet::new();
        let ended = self.ended.iter().take(3).map(|(_, secret)| secret.as_str());
        for secret in ended.chain([self.owner.as_str(), &self.service.key]) {
            let answer = self.ask(route, &self.own, secret).await;
            assert!(
                answer.status.is_success(),
                "{:?} {}",
                name(route),
                answer.body
            );
            answers.insert(answer.bytes);
            let absent = self.ask(route, &self.absent, secret).await;
            assert_eq!(absent.status, StatusCode::NOT_FOUND, "{:?}", name(route));
        }
        assert_eq!(
            answers.len(),
            1,
            "the answer tells who asks: {:?}",
            name(route)
        );
        10
    }

    async fn other_tenant(&self, route: &(&str, &str, For)) -> u32 {
        let (Keys(needed) | People(needed)) = route.2 else {
            return 0;
        };
        let mut n_cells = 0;
        for (scopes, secret) in &self.other_tenant {
            self.other_caller(route, secret, scopes.contains(&needed))
                .await;
            n_cells += 1;
        }
        n_cells
    }

    async fn other_caller(&self, route: &(&str, &str, For), secret: &str, allowed: bool) {
        let answer = self.ask(route, &self.own, secret).await;
        if !allowed {
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{:?}", name(route));
        } else if names_a_record(route) {
            let absent = self.ask(route, &self.absent, secret).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{:?}", name(route));
            let both = (absent.status, absent.bytes);
            assert_eq!((answer.status, answer.bytes), both, "{:?}", name(route));
        } else {
            assert!(
                answer.status.is_success(),
                "{:?} {}",
                name(route),
                answer.body
            );
            let text = String::from_utf8_lossy(&answer.bytes);
            for (kind, id) in self.own.iter().filter(|(kind, _)| **kind != "seq") {
                assert!(
                    !text.contains(id),
                    "a {kind} leaks through {:?}",
                    name(route)
                );
            }
        }
    }

    async fn other_people(&self, route: &(&str, &str, For)) -> u32 {
        let other = self.ask(route, &self.own, &self.other_person).await;
        let bound = self.ask(route, &self.own, &self.other_case).await;
        let opens = route.0 == "POST" && route.1 == "/v1/verifications";
        // What is about the person, whichever verification the token is for.
        let of_person = route.1.starts_with("/v1/applicants/")
            || ["/v1/entitlements/check", "/v1/official/check"].contains(&route.1);
        if matches!(route.2, SignedIn | Whoever | Account) {
            assert_eq!(other.status, StatusCode::UNAUTHORIZED, "{:?}", name(route));
            assert_eq!(bound.status, StatusCode::UNAUTHORIZED, "{:?}", name(route));
            return 2;
        }
        if matches!(route.2, Keys(_)) {
            assert_eq!(other.status, StatusCode::FORBIDDEN, "{:?}", name(route));
            assert_eq!(bound.status, StatusCode::FORBIDDEN, "{:?}", name(route));
            return 2;
        }
        let absent = self.ask(route, &self.absent, &self.other_person).await;
        assert_eq!(other.status, StatusCode::NOT_FOUND, "{:?}", name(route));
        assert_eq!(other.bytes, absent.bytes, "{:?}", name(route));
        if opens {
            assert_eq!(bound.status, StatusCode::FORBIDDEN, "{:?}", name(route));
        } else if !of_person {
            assert_eq!(bound.status, StatusCode::NOT_FOUND, "{:?}", name(route));
        }
        2
    }

    async fn wrong_scopes(&self, route: &(&str, &str, For)) -> u32 {
        let (Keys(needed) | People(needed)) = route.2 else {
            return 0;
        };
        let wrong = self
            .scoped
            .iter()
            .filter(|(scopes, _)| !scopes.contains(&needed));
        let mut n_cells = 0;
        for (scope, secret) in wrong {
            let answer = self.ask(route, &self.own, secret).await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "{scope:?} {:?}",
                name(route)
            );
            n_cells += 1;
        }
        n_cells
    }

    /// What is for browsers, no secret opens; what is for secrets, a browser opens by the same rules.
    async fn no_secret(&self, route: &(&str, &str, For)) -> u32 {
        let mut n_cells = 0;
        if matches!(route.2, SignedIn | Whoever | Account) {
            for (_, secret) in &self.scoped {
                let answer = self.ask(route, &self.own, secret).await;
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{:?}", name(route));
                n_cells += 1;
            }
        }
        let needed = match route.2 {
            Keys(needed) | People(needed) => needed,
            SignedIn | Whoever | Anyone(_) | Everybody | Account | Page | Public | Stranger => {
                return n_cells;
            }
        };
        for (role, cookie) in &self.signed_in {
            if role.scopes().contains(&needed) {
                continue;
            }
            // A cookie says nothing to a WebSocket: whatever page may have opened it.
            let refused = match route.1.ends_with("/socket") {
                true => StatusCode::UNAUTHORIZED,
                false => StatusCode::FORBIDDEN,
            };
            let request = request_with(route, &self.own, "", Some(cookie));
            let answer = self.service.send(request).await;
            assert_eq!(answer.status, refused, "{role:?} {:?}", name(route));
            n_cells += 1;
        }
        n_cells
    }

    /// Somebody who has just signed in gets past the door, by the rules of their role.
    async fn browsers(&self, route: &(&str, &str, For)) -> u32 {
        let login = format!("{}{}", route.0, route.1);
        let (_, browser) = self.service.enrolled("auditor", &login).await;
        let cookie = browser.cookie.borrow().clone();
        let request = request_with(route, &self.own, "", cookie.as_deref());
        let answer = self.service.send(request).await;
        let stranger = answer.body["code"] == "unauthenticated";
        assert!(
            !stranger && !answer.status.is_server_error(),
            "{:?} {}",
            name(route),
            answer.body
        );
        1
    }

    /// A person's own page: closed to other sites by construction, to staff's cookies, and to another person's records.
    async fn pages(&self, route: &(&str, &str, For)) -> u32 {
        let mut n_cells = 0;
        let page = crate::account_page::Page::new(self.service, self.gateway).await;
        if route.2 == Account {
            let phone = format!("+86139{:08}", self.persons.fetch_add(1, Ordering::Relaxed));
            page.open(&phone).await;
        }
        let cookie = page.cookie.borrow().clone();
        let call = |drop: &str, add: Option<(&'static str, &'static str)>| {
            let mut request = request_with(route, &self.own, "", cookie.as_deref());
            request.headers_mut().remove(drop);
            if let Some((name, value)) = add {
                let value = axum::http::HeaderValue::from_static(value);
                request.headers_mut().insert(name, value);
            }
            self.service.send(request)
        };
        let foreign = [
            ("", Some(("origin", "https://evil.example"))),
            ("", Some(("origin", "null"))),
            ("", Some(("sec-fetch-site", "cross-site"))),
            ("menshen-page", None),
        ];
        for (drop, add) in foreign {
            if drop == "menshen-page" && route.0 == "GET" {
                continue;
            }
            let drop = if drop.is_empty() { "x-none" } else { drop };
            let answer = call(drop, add).await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "{add:?} {:?}",
                name(route)
            );
            n_cells += 1;
        }
        let answer = call("x-none", None).await;
        let stranger = answer.body["code"] == "unauthenticated";
        let fine = !stranger && !answer.status.is_server_error();
        assert!(fine, "{:?} {} {}", name(route), answer.status, answer.body);
        if route.2 == Account {
            for (_, held) in &self.signed_in {
                let request = request_with(route, &self.own, "", Some(held));
                let answer = self.service.send(request).await;
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{:?}", name(route));
                n_cells += 1;
            }
        }
        n_cells + 1
    }

    /// Nobody in particular is let in and must say by whose rules; a secret that is shown must be good, and one that may read.
    async fn anyone(&self, route: &(&str, &str, For), needed: Scope) -> u32 {
        let nobody = self.ask(route, &self.own, "").await;
        assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(nobody.body["code"], "tenant_missing", "{:?}", name(route));
        let mut n_cells = 1;
        for (who, secret) in self.ended.iter().filter(|(_, secret)| !secret.is_empty()) {
            let answer = self.ask(route, &self.own, secret).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{who}");
            n_cells += 1;
        }
        for (scopes, secret) in self.scoped.iter().chain(&self.other_tenant) {
            let answer = self.ask(route, &self.own, secret).await;
            let expected = match scopes.contains(&needed) {
                true => StatusCode::OK,
                false => StatusCode::FORBIDDEN,
            };
            assert_eq!(answer.status, expected, "{scopes:?} {:?}", name(route));
            n_cells += 1;
        }
        n_cells
    }

    /// Whatever secret comes with it, the answer is the same.
    async fn public(&self, route: &(&str, &str, For)) -> u32 {
        let nobody = self.ask(route, &self.own, "").await;
        assert!(!nobody.status.is_server_error(), "{:?}", name(route));
        let all = self.ended.iter().map(|(_, secret)| secret);
        let all = all.chain(self.scoped.iter().map(|(_, secret)| secret));
        let mut n_cells = 1;
        for secret in all.chain([&self.owner]) {
            let answer = self.ask(route, &self.own, secret).await;
            let both = (answer.status, answer.bytes);
            assert_eq!(
                both,
                (nobody.status, nobody.bytes.clone()),
                "{:?}",
                name(route)
            );
            n_cells += 1;
        }
        n_cells
    }

    async fn the_right_ones(&self, route: &(&str, &str, For)) -> u32 {
        let passed = |answer: &Answer| {
            let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
            !refused.contains(&answer.status) && !answer.status.is_server_error()
        };
        if route.2 == SignedIn {
            return self.browsers(route).await;
        }
        if matches!(route.2, Account | Page) {
            return self.pages(route).await;
        }
        if let Anyone(needed) = route.2 {
            return self.anyone(route, needed).await;
        }
        if route.2 == Public {
            return self.public(route).await;
        }
        let (Keys(needed) | People(needed)) = route.2 else {
            if [Whoever, Stranger].contains(&route.2) {
                return 0;
            }
            let open = self.ask(route, &self.own, "").await;
            assert_eq!(open.status, StatusCode::NO_CONTENT, "{:?}", name(route));
            return 1;
        };
        if let People(_) = route.2 {
            let answer = self.ask(route, &self.own, &self.owner).await;
            // Whoever revokes the tokens of a person ends this one, too.
            let gone = answer.status == StatusCode::UNAUTHORIZED;
            assert!(passed(&answer) || gone, "{:?} {}", name(route), answer.body);
        }
        let mut n_cells = 1;
        for (_, cookie) in self
            .signed_in
            .iter()
            .filter(|(role, _)| role.scopes().contains(&needed))
        {
            let request = request_with(route, &self.own, "", Some(cookie));
            let answer = self.service.send(request).await;
            assert!(
                passed(&answer),
                "{:?} {} {}",
                name(route),
                answer.status,
                answer.body
            );
            n_cells += 1;
        }
        let right = self
            .scoped
            .iter()
            .filter(|(scopes, _)| scopes.contains(&needed));
        for (_, secret) in right {
            let answer = self.ask(route, &self.own, secret).await;
            assert!(
                passed(&answer),
                "{:?} {} {}",
                name(route),
                answer.status,
                answer.body
            );
            n_cells += 1;
        }
        n_cells
    }
}

/// Returns a scope, with those without which it does nothing: a key fills no role that may more than the key.
fn needed_with(scope: Scope) -> Vec<Scope> {
    let mut scopes = vec![scope];
    if scope == Scope::StaffWrite {
        let of_roles = Role::ALL.into_iter().flat_map(|role| role.scopes());
        scopes.extend(of_roles.filter(|scope| !scope.needs_a_person()));
    }
    scopes
}
