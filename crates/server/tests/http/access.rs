//! Every route, every role, other people's records.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::{Method, StatusCode, header};
use menshen_core::access::{Role, Scope};
use menshen_core::ids::LiveId;
use menshen_store::{LiveState, NewLive};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::calls::For::{
    Account, Anyone, Everybody, Keys, Page, People, Public, SignedIn, Stranger, Whoever,
};
use crate::calls::{For, Ids, TABLE, blocked, name, names_a_record, request, request_with};
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

/// Makes a session of a live check, as a tenant that measures would have one.
async fn live(service: &Service, applicant: &str, verification: &str) -> String {
    let store = &service.app.store;
    let tenant = store.list_tenants(None, 9).await.unwrap();
    let (applicant, verification) = (applicant.parse().unwrap(), verification.parse().unwrap());
    let mut found = None;
    for row in tenant {
        found = found.or(store.find_applicant(row.id, applicant).await.unwrap());
    }
    let now = service.app.now();
    let id = LiveId::new(now, [7; 10]);
    let new = NewLive {
        id,
        tenant_id: found.unwrap().tenant_id,
        applicant_id: applicant,
        verification_id: verification,
        attempt: 0,
        device: "a device",
        expires_at: now,
        secret: b"{}",
    };
    let mut tx = store.begin().await.unwrap();
    tx.create_live(&new, now).await.unwrap();
    tx.drop_live(new.tenant_id, verification, LiveState::Failed, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id.to_string()
}

/// Makes a record of every kind, and returns their ids.
async fn records(service: &Service, applicant: &str, first: &str, open: &str) -> Ids {
    let text = |body: &Value| body.as_str().unwrap().to_owned();
    let app = oidc_support::register(service, json!({})).await;
    let holds = format!("/v1/applicants/{applicant}/holds");
    let hold = service
        .post(&holds, json!({ "reason": "case-1" }))
        .await
        .body;
    let consents = format!("/v1/applicants/{applicant}/consents");
    let consent = json!({ "purpose": "marketing", "version": "2026-11" });
    assert_eq!(
        service.post(&consents, consent).await.status,
        StatusCode::NO_CONTENT
    );
    let decisions = service
        .get(&format!("/v1/verifications/{first}/decisions"))
        .await
        .body;
    let captures = service
        .get(&format!("/v1/verifications/{first}/captures"))
        .await
        .body;
    let audit = service.get("/v1/audit").await.body;
    let mut ids = Ids::from([
        ("applicant", applicant.to_owned()),
        ("verification", open.to_owned()),
    ]);
    ids.insert("hold", text(&hold["id"]));
    ids.insert("oidc_client", app.id);
    ids.insert("tenant", oidc_support::tenant(service).await.to_string());
    ids.insert("decision", text(&decisions[0]["id"]));
    ids.insert("capture", text(&captures[0]["id"]));
    ids.insert("seq", audit[0]["seq"].to_string());
    let pending = service.applicant("pending").await;
    let pending = service.verification(&pending, "L1", "first").await;
    service.attempt(&pending, "MAGIC REVIEW", &[]).await;
    let (_, auditor) = service.staff(&service.key, "auditor").await;
    let cases = service
        .call_as(&auditor, Method::GET, "/v1/review/cases", None, &[])
        .await;
    ids.insert("case", text(&cases.body["items"][0]["id"]));
    let code = json!({ "code": "PANDA8", "label": "Panda", "benefit": {} });
    let invitation = service.post("/v1/invitation-codes", code).await.body;
    ids.insert("invitation", text(&invitation["id"]));
    ids.insert("step_up", Uuid::from_u128(7).to_string());
    ids.insert("staff", service.staff(&service.key, "reviewer").await.0);
    ids.insert(
        "key",
        service.key_for(&service.key, &["audit:read"]).await.0,
    );
    let picture = crate::pictures::png(64, 32);
    let picture = crate::attachments::picture(service, &service.key, applicant, &picture).await;
    let body = json!({
        "kind": "stuck", "text": "help", "verification": open, "attachments": [picture],
    });
    let tickets = format!("/v1/applicants/{applicant}/tickets");
    let ticket = service.post(&tickets, body).await.body;
    ids.insert("ticket", text(&ticket["id"]));
    ids.insert("attachment", picture);
    let hook = json!({ "url": "https://1.1.1.1/hook" });
    let hook = text(&service.post("/v1/webhooks", hook).await.body["id"]);
    let test = format!("/v1/webhooks/{hook}/test");
    let delivery = service.post(&test, json!({})).await.body;
    ids.insert("delivery", text(&delivery["id"]));
    for (kind, path) in [
        ("channel", "/v1/channels"),
        ("announcement", "/v1/announcements"),
    ] {
        let route = &("POST", path, Keys(Scope::PolicyWrite));
        let made = service.send(request(route, &ids, &service.key)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        ids.insert(kind, text(&made.body["id"]));
    }
    ids.insert(
        "report",
        crate::official::reported(service, "evil.example").await,
    );
    let block = service.post("/v1/blocklist", blocked("X2")).await.body;
    ids.insert("block", text(&block["id"]));
    ids.insert("webhook", hook);
    ids.insert(
        "hit",
        crate::listed::hit_of(service, applicant, first).await,
    );
    let route = &("POST", "/v1/uploads", People(Scope::VerificationsWrite));
    let upload = service.send(request(route, &ids, &service.key)).await;
    assert_eq!(upload.status, StatusCode::CREATED, "{}", upload.body);
    let place = upload.headers[header::LOCATION].to_str().unwrap();
    ids.insert("upload", place.rsplit('/').next().unwrap().to_owned());
    ids.insert("live", live(service, applicant, open).await);
    service.attempt(open, "MAGIC doc_expired", &[]).await;
    let appeal = json!({ "verification": open, "code": "doc_expired" });
    let appeal = service.post("/v1/appeals", appeal).await.body;
    ids.insert("appeal", text(&appeal["id"]));
    ids
}
