//! The whole story that this service began with, on a real service with its real engine, real mails, a drawn document and a drawn
//! person before a camera: open an account, be verified, sign in by face, fail in the dark, fall back, come with a new phone, lose
//! everything, come back, be refused wrongly and appeal.

use std::cell::{Cell, RefCell};
use std::path::Path;

use menshen_specimen::attack::{Puppet, Species, drawn_portrait_jpeg};
use menshen_vision::Photo;
use menshen_vision::photo::Limits;
use serde_json::{Value, json};

use super::camera::{Camera, Drawn};
use super::client::{Session, Way};
use super::person::{App, Phone, World};
use super::service::{drawn, new_tenant, operator};
use crate::mail;
use crate::node::Node;
use crate::shared::menshen;

const POLICY: &str = r#"
version = "story"
[levels]
L1 = ["data"]
L2 = ["data", "document", "face"]
[liveness]
required = true
[liveness.challenge]
cues = ["turn_left", "turn_right", "mouth_open", "come_closer"]
[liveness.tries]
free = 1000
most = 1000
[appeals]
statement = false
[review]
single_approval_levels = ["L1", "L2"]
recheck_share = 0.0
[accounts]
recovery_wait_hours = 0
[entitlements.levels.none]
deposit = { "*" = {} }
[entitlements.levels.L2]
deposit = { "*" = {} }
withdraw = { "*" = { daily = "1000" } }
"#;
const MAIL: &str = "wei@example.com";
const NEW_MAIL: &str = "wei.new@example.com";
const PASSWORD: &str = "一只大熊猫 rides nine bikes";
const NEW_PASSWORD: &str = "thirteen herons at the ford";

/// Seeds of drawn people that are tried for one whose face is found.
const SEEDS: u64 = 20;

/// A camera in a dark room.
struct Dark<'a> {
    inner: Drawn<'a>,
    hinted: bool,
}

impl Camera for Dark<'_> {
    fn hear(&mut self, said: &Value, at_ms: u32) {
        self.hinted |= said.to_string().contains("too_dark");
        self.inner.hear(said, at_ms);
    }

    fn frame(&mut self, at_ms: u32) -> Option<Vec<u8>> {
        // Whoever is told that it is too dark gives up.
        let jpeg = self.inner.frame(at_ms).filter(|_| !self.hinted)?;
        let mut photo = Photo::decode(&jpeg, &Limits::default()).unwrap();
        for pixel in photo.pixels.pixels_mut() {
            pixel.0 = pixel.0.map(|value| value / 12);
        }
        Some(photo.clean_jpeg(10_000_000, 90).unwrap())
    }
}

/// The person of the story.
struct Wei<'w> {
    world: &'w World,
    people: Vec<Puppet>,
    passport: Vec<u8>,
    claims: Value,
    seen: RefCell<Vec<String>>,
    sessions: Cell<u64>,
    applicant: String,
}

impl Wei<'_> {
    fn code(&self, address: &str) -> String {
        self.world.code(address, &self.seen)
    }

    /// Goes through live checks until one is passed.
    fn lives(&self, token: &str, verification: &str) {
        let passed = (0..6).any(|_| {
            self.sessions.set(self.sessions.get() + 1);
            let camera = &mut Drawn::new(&self.people, Species::BonaFide, 2 + self.sessions.get());
            let session =
                Session::open(self.world.node.address, token, verification, camera.size());
            let ended = session.run(camera, Way::Socket, None);
            println!(
                "live check: {} {}",
                ended.state(),
                ended.over["reasons"][0]["title"]["en"]
            );
            ended.is_done()
        });
        assert!(passed, "no live check was passed");
    }

    /// A token of the person's own for a verification.
    fn token(&self, verification: &str) -> String {
        let path = format!("/v1/applicants/{}/tokens", self.applicant);
        let body = json!({ "verification": verification });
        let made = self.world.by(&self.world.key, "POST", &path, Some(&body));
        made["token"].as_str().unwrap().to_owned()
    }

    /// Hands everything in, and people approve what the machine leaves to them.
    fn is_verified(&self, token: &str, verification: &str) {
        let path = format!("/v1/verifications/{verification}/submit");
        self.world.by(token, "POST", &path, None);
        if self
            .world
            .until(verification, &["pending", "verified", "failed"])
            == "pending"
        {
            let approve = json!({ "verdict": "approve" });
            self.world.decide(0, verification, "review", &approve);
        }
        let status = self.world.until(verification, &["verified", "failed"]);
        assert_eq!(status, "verified", "{}", self.world.state(verification));
    }

    fn withdraws(&self, phone: &Phone<'_>) -> Value {
        let me = phone.get("/v1/account/session");
        let ask = json!({
            "applicant": self.applicant, "action": "withdraw", "asset": "USDT", "amount": "10", "session": me["session"],
        });
        self.world.by(
            &self.world.key,
            "POST",
            "/v1/entitlements/check",
            Some(&ask),
        )
    }
}

#[test]
fn somebody_opens_an_account_fails_falls_back_loses_everything_and_comes_back() {
    let Some(world) = begin() else { return };
    let mut wei = draw(&world);
    let old = Phone::new(&world);
    register(&mut wei, &old);
    be_verified(&wei, &old);
    let app = second_factor(&wei, &old);
    by_face_and_in_the_dark(&wei, &old, &app);
    new_phone(&wei, &old);
    let last = lose_everything(&wei);
    appeal(&wei, &last);
    log_and_mails(&wei);
}

/// A service with a mail server, three people who review, and real networks; none, with a line, where one of these is absent.
fn begin() -> Option<World> {
    let mail = mail::mail_server()?;
    let folder = tempfile::tempdir().unwrap();
    let setup = mail::setup(&folder.path().join("data"), &mail)
        .with("SSL_CERT_FILE", mail.certificate.clone());
    super::service::engine()?;
    let node = Node::with_engine(&setup);
    let operator = operator(&node);
    let (tenant, key) = new_tenant(&node, &operator, POLICY);
    let mut world = World {
        node,
        tenant,
        key,
        reviewers: Default::default(),
        mail,
        _folder: folder,
    };
    for n in 0..3 {
        let body = json!({ "name": format!("Reviewer {n}"), "role": "senior" });
        let made = world.by(&world.key, "POST", "/v1/staff", Some(&body));
        world.reviewers[n] = made["secret"].as_str().unwrap().to_owned();
    }
    Some(world)
}

/// Draws the person and their passport.
fn draw(world: &World) -> Wei<'_> {
    let engine = super::service::engine().expect("it was there");
    let seen = |seed: &u64| drawn(&engine, *seed).is_some();
    let seeds: Vec<u64> = (1..SEEDS).filter(seen).take(2).collect();
    let people = seeds
        .iter()
        .map(|seed| drawn(&engine, *seed).expect("seen"));
    let people = people.collect();
    let folder = tempfile::tempdir().unwrap();
    let portrait = folder.path().join("portrait.jpg");
    std::fs::write(&portrait, drawn_portrait_jpeg(seeds[0]).unwrap()).unwrap();
    let out = folder.path().join("passport");
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (from, to) = (text(&portrait), text(&out));
    let run = menshen(&[
        "specimen",
        "passport",
        "--portrait",
        &from,
        "--out",
        &to,
        "--offline",
    ]);
    assert_eq!(run.code, 0, "{}", run.err);
    let claims = std::fs::read(out.join("claims.json")).unwrap();
    Wei {
        world,
        people,
        passport: std::fs::read(out.join("front.jpg")).unwrap(),
        claims: serde_json::from_slice(&claims).unwrap(),
        seen: RefCell::default(),
        sessions: Cell::new(0),
        applicant: String::new(),
    }
}

fn register(wei: &mut Wei<'_>, phone: &Phone<'_>) {
    let body = json!({ "tenant": wei.world.tenant, "email": MAIL, "locale": "zh-CN" });
    let begun = phone.post("/v1/account/registrations", &body);
    let code = wei.code(MAIL);
    let named = &begun["registration"];
    phone.post(
        "/v1/account/registrations/code",
        &json!({ "registration": named, "code": code }),
    );
    let body = json!({ "registration": named, "password": PASSWORD, "device": phone.proof() });
    let opened = phone.post("/v1/account/registrations/finish", &body);
    wei.applicant = opened["applicant"].as_str().unwrap().to_owned();
    let path = format!("/v1/applicants/{}", wei.applicant);
    let phrase = json!({ "phrase": "蓝色的鲸鱼 42" });
    phone.call("PUT", &format!("{path}/phrase"), Some(&phrase));
    let consent = json!({ "purpose": "biometric_template", "version": "1" });
    phone.post(&format!("{path}/consents"), &consent);
}

fn be_verified(wei: &Wei<'_>, phone: &Phone<'_>) {
    let body = json!({ "applicant": wei.applicant, "level": "L2" });
    let id = phone.post("/v1/verifications", &body)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = wei.token(&id);
    phone.call(
        "PUT",
        &format!("/v1/verifications/{id}/data"),
        Some(&wei.claims),
    );
    phone.photo(&token, &id, "front", &wei.passport);
    wei.lives(&token, &id);
    wei.is_verified(&token, &id);
    assert_eq!(wei.withdraws(phone)["allowed"], true);
}

fn second_factor(wei: &Wei<'_>, phone: &Phone<'_>) -> App {
    let mailed = || wei.code(MAIL);
    let by = phone.confirmed("add_factor", "totp", "email_code", &mailed);
    let offered = phone.post("/v1/account/factors/totp/offer", &by);
    assert!(offered["qr_svg"].as_str().unwrap().contains("<svg"));
    let app = App::new(offered["secret"].as_str().unwrap());
    let code = app.shows();
    phone.call(
        "PUT",
        "/v1/account/factors/totp",
        Some(&json!({ "code": code })),
    );
    let shown = || app.shows();
    let by = phone.confirmed("add_factor", "face", "totp", &shown);
    phone.call("PUT", "/v1/account/factors/face", Some(&by));
    // Withdrawals are held after a change of factor, with its end.
    let held = wei.withdraws(phone);
    assert_eq!(held["reason"]["code"], "recovery_cooldown", "{held}");
    assert!(held["hold"]["until"].is_string(), "{held}");
    app
}

/// The device's key, then the live face.
fn by_device(wei: &Wei<'_>, phone: &Phone<'_>) -> Value {
    let body = json!({ "tenant": wei.world.tenant, "login": MAIL, "device": phone.proof() });
    let first = phone.post("/v1/account/session/device-key", &body);
    assert_eq!(
        first["phrase"], "蓝色的鲸鱼 42",
        "the page is ours: {first}"
    );
    assert_eq!(first["ways"][0]["factor"], "face", "{first}");
    phone.post("/v1/account/session/face", &json!({}))
}

fn by_face_and_in_the_dark(wei: &Wei<'_>, phone: &Phone<'_>, app: &App) {
    phone.call("DELETE", "/v1/account/session", None);
    let begun = by_device(wei, phone);
    let text = |name: &str| begun[name].as_str().unwrap().to_owned();
    wei.lives(&text("token"), &text("verification"));
    let body = json!({ "verification": begun["verification"] });
    let done = phone.post("/v1/account/session/face/finish", &body);
    if done["signed_in"] == true {
        assert_eq!(done["account"]["shown"], json!(["device_key", "face"]));
    } else {
        // An embedder that is graded for evaluation never approves by itself: another way is asked for.
        println!("the embedder signs nobody in: {}", done["reasons"]);
        assert_eq!(
            done["reasons"][0]["code"], "second_factor_required",
            "{done}"
        );
    }
    // The lights are out.
    phone.call("DELETE", "/v1/account/session", None);
    let body = json!({ "tenant": wei.world.tenant, "login": MAIL, "password": PASSWORD });
    phone.post("/v1/account/session", &body);
    let body = json!({ "device": phone.proof() });
    let begun = phone.post("/v1/account/session/face", &body);
    let text = |name: &str| begun[name].as_str().unwrap().to_owned();
    let mut dark = Dark {
        inner: Drawn::new(&wei.people, Species::BonaFide, 40),
        hinted: false,
    };
    let session = Session::open(
        wei.world.node.address,
        &text("token"),
        &text("verification"),
        dark.size(),
    );
    let ended = session.run(&mut dark, Way::Socket, None);
    assert!(dark.hinted && !ended.is_done(), "{ended:?}");
    let body = json!({ "verification": begun["verification"] });
    let failed = phone.post("/v1/account/session/face/finish", &body);
    assert_eq!(failed["signed_in"], false, "{failed}");
    let ways: Vec<&str> = failed["ways"]
        .as_array()
        .unwrap()
        .iter()
        .map(|way| way["factor"].as_str().unwrap())
        .collect();
    assert_eq!(ways, ["face", "totp", "email_code"]);
    let probe = json!({ "tenant": wei.world.tenant, "diagnostics": { "failed": "face_login", "light": "dark" } });
    let told = phone.post("/v1/diagnosis", &probe);
    assert_eq!(told["counted"], false);
    let remedies = told["remedies"].to_string();
    assert!(
        remedies.contains("light") && remedies.contains("光"),
        "{remedies}"
    );
    let code = app.shows();
    let body = json!({ "factor": "totp", "code": code });
    let signed_in = phone.post("/v1/account/session/factor", &body);
    assert_eq!(signed_in["device"]["trust"], "trusted", "{signed_in}");
}

fn new_phone(wei: &Wei<'_>, old: &Phone<'_>) {
    let new = Phone::new(wei.world);
    let body = json!({ "tenant": wei.world.tenant, "login": MAIL, "password": PASSWORD });
    new.post("/v1/account/session", &body);
    new.patiently(
        "/v1/account/session/code",
        &json!({ "factor": "email_code" }),
    );
    let body = json!({ "factor": "email_code", "code": wei.code(MAIL), "device": new.proof() });
    let signed_in = new.post("/v1/account/session/factor", &body);
    assert_eq!(signed_in["device"]["trust"], "verify", "{signed_in}");
    let held = wei.withdraws(&new);
    assert_eq!(held["reason"]["code"], "device_unknown", "{held}");
    let begun = new.post("/v1/account/session/verification", &json!({}));
    assert_eq!(begun["flow"], "new_device");
    let id = begun["verification"].as_str().unwrap();
    let token = wei.token(id);
    wei.lives(&token, id);
    wei.is_verified(&token, id);
    let trusted = new.call("POST", "/v1/account/session/trust", None);
    assert_eq!(trusted["device"]["trust"], "trusted", "{trusted}");
    assert_eq!(wei.withdraws(&new)["reason"]["code"], "recovery_cooldown");
    assert_eq!(old.get("/v1/account/devices").as_array().unwrap().len(), 2);
}

/// Phones, app, mailbox and password are gone: document and face are left.
fn lose_everything<'w>(wei: &Wei<'w>) -> Phone<'w> {
    let phone = Phone::new(wei.world);
    let body = json!({ "tenant": wei.world.tenant, "email": NEW_MAIL, "locale": "zh-CN" });
    let begun = phone.post("/v1/account/recoveries", &body);
    let body =
        json!({ "registration": begun["registration"], "code": wei.code(NEW_MAIL), "login": MAIL });
    let begun = phone.post("/v1/account/recoveries/code", &body);
    let text = |name: &str| begun[name].as_str().unwrap().to_owned();
    let (token, id) = (text("token"), text("verification"));
    phone.photo(&token, &id, "front", &wei.passport);
    wei.lives(&token, &id);
    wei.is_verified(&token, &id);
    let named = json!({ "recovery": begun["recovery"] });
    let state = phone.post("/v1/account/recoveries/state", &named);
    assert_eq!(state["state"], "waiting", "{state}");
    // The old mailbox is told how to stop it, while it can be stopped.
    wei.world.mail(MAIL, "有人称自己丢失了全部登录方式");
    let body =
        json!({ "recovery": begun["recovery"], "password": NEW_PASSWORD, "device": phone.proof() });
    phone.post("/v1/account/recoveries/finish", &body);
    let body = json!({ "tenant": wei.world.tenant, "login": NEW_MAIL, "password": NEW_PASSWORD });
    phone.post("/v1/account/session", &body);
    phone.patiently(
        "/v1/account/session/code",
        &json!({ "factor": "email_code" }),
    );
    let body =
        json!({ "factor": "email_code", "code": wei.code(NEW_MAIL), "device": phone.proof() });
    let signed_in = phone.post("/v1/account/session/factor", &body);
    assert_eq!(
        signed_in["applicant"],
        wei.applicant.as_str(),
        "{signed_in}"
    );
    assert_eq!(signed_in["hold"]["reason"], "recovered");
    assert_eq!(
        phone.get("/v1/account/devices").as_array().unwrap().len(),
        1
    );
    phone
}

/// A person refuses wrongly; another one, who has not seen it, puts it right.
fn appeal(wei: &Wei<'_>, phone: &Phone<'_>) {
    let world = wei.world;
    // A flow that people decide, whatever the machine says.
    let body = json!({ "applicant": wei.applicant, "level": "L2", "flow": "account_conflict" });
    let id = phone.post("/v1/verifications", &body)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = wei.token(&id);
    let path = format!("/v1/verifications/{id}");
    phone.call("PUT", &format!("{path}/data"), Some(&wei.claims));
    phone.photo(&token, &id, "front", &wei.passport);
    wei.lives(&token, &id);
    world.by(&token, "POST", &format!("{path}/submit"), None);
    world.until(&id, &["pending"]);
    let refuse = json!({ "verdict": "refuse", "codes": ["doc_expired"] });
    world.decide(0, &id, "review", &refuse);
    world.until(&id, &["failed"]);
    let body = json!({ "verification": id, "code": "doc_expired", "words": "我的护照没有过期。" });
    let appeal = phone.post("/v1/appeals", &body);
    let path = format!("/v1/appeals/{}", appeal["id"].as_str().unwrap());
    // The old mailbox is lost: the code goes to the one of now.
    let contacts = appeal["contacts"].as_array().unwrap();
    let now = json!({ "contact": contacts.last().unwrap()["id"] });
    phone.post(&format!("{path}/code"), &now);
    let proof = json!({ "code": wei.code(NEW_MAIL) });
    phone.post(&format!("{path}/proof"), &proof);
    phone.post(&format!("{path}/submit"), &json!({}));
    // It takes two to grant one, of whom neither has seen the case.
    for reviewer in [1, 2] {
        world.decide(reviewer, &id, "appeal", &json!({ "verdict": "approve" }));
    }
    world.until(&id, &["verified"]);
}

/// Every step stands in the audit log, without a word about who it was, and in the mails, in the person's language; the app has
/// both.
fn log_and_mails(wei: &Wei<'_>) {
    let world = wei.world;
    let mut actions = Vec::new();
    let mut from = 0;
    loop {
        let path = format!("/v1/audit?limit=200&from={from}");
        let entries = world.by(&world.key, "GET", &path, None);
        let entries = entries.as_array().unwrap().clone();
        let Some(last) = entries.last() else { break };
        from = last["seq"].as_u64().unwrap() + 1;
        let text = Value::Array(entries.clone()).to_string();
        for secret in [MAIL, NEW_MAIL, PASSWORD, "鲸鱼"] {
            assert!(!text.contains(secret), "{secret} stands in the log");
        }
        let named = entries
            .iter()
            .map(|entry| entry["action"].as_str().unwrap().to_owned());
        actions.extend(named);
    }
    for action in [
        "account.opened",
        "account.totp_added",
        "account.face_login_on",
        "account.face_judged",
        "account.signed_in",
        "account.device_trusted",
        "account.recovery_begun",
        "account.recovery_waiting",
        "account.recovered",
    ] {
        assert!(
            actions.iter().any(|own| own == action),
            "{action}: {actions:?}"
        );
    }
    for (address, part) in [
        (MAIL, "您的认证已完成"),
        (MAIL, "您账户的登录方式被添加、更改或移除"),
        (MAIL, "在一台我们不认识的设备上登录"),
        (MAIL, "您的账户添加了一台设备"),
        (MAIL, "有人称自己丢失了全部登录方式"),
        (MAIL, "您的账户已找回"),
        (NEW_MAIL, "您的验证码是"),
    ] {
        let body = world.mail(address, part);
        // Neither a code to somebody who has no account there yet, nor a farewell to an address that may be another's by now.
        let bare = part.contains("验证码") || part.contains("已找回");
        assert!(
            bare || body.starts_with("您的防伪短语：蓝色的鲸鱼 42"),
            "{body}"
        );
    }
    let path = format!("/v1/applicants/{}/notices?limit=100", wei.applicant);
    let told = world.by(&world.key, "GET", &path, None);
    for part in [
        "Your account was recovered",
        "您的账户已找回",
        "A sign-in on a device that we do not know",
    ] {
        assert!(told.to_string().contains(part), "{part}: {told}");
    }
    let log = std::fs::read_to_string(&world.node.log).unwrap();
    assert!(
        !log.contains("example.com") && !log.contains("鲸鱼"),
        "{log}"
    );
}
