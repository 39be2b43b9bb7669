//! The whole story, as people live it: a worn document is refused, the person asks support and appeals with a statement, a
//! second reviewer and a senior overturn it, the limits open, the integrator hears of it, and every step can be proven.
//!
//! In a sandbox: no photo is looked at here. `crates/cli/tests/cli/integrate.rs` goes the same way with photos.

use axum::http::{Method, StatusCode};
use menshen_ledger::ProofFile;
use menshen_server::Config;
use serde_json::{Value, json};

use crate::appeal_verdicts::{Team, approve, claim, decide, dictated, open_case, refuse, sheet};
use crate::appeals::{Failed, HOUR};
use crate::notices::Gateway;
use crate::receiver::Receiver;
use crate::support::{Service, on_both_with};

const POLICY: &str = r#"
    version = "story"
    [calendar]
    zone = "Asia/Shanghai"
    opens = "09:00"
    closes = "18:00"
    [entitlements.levels.none]
    deposit = { "*" = { single = "100" } }
    [entitlements.levels.L2]
    deposit = { "*" = {} }
    withdraw = { USDT = { single = "500", daily = "1000" } }
"#;

/// Everything that the story says must be provable, in order.
const STEPS: [&str; 16] = [
    "applicant.created",
    "verification.created",
    "verification.submitted",
    "review.voted",
    "ticket.opened",
    "ticket.answered",
    "appeal.opened",
    "appeal.code_sent",
    "appeal.proven",
    "appeal.attached",
    "appeal.statement_dictated",
    "appeal.statement",
    "appeal.submitted",
    "review.voted",
    "review.voted",
    "appeal.decided",
];

async fn may_withdraw(service: &Service, applicant: &str) -> Value {
    let body = json!({ "applicant": applicant, "action": "withdraw", "asset": "USDT", "amount": "400", "used_today": "0" });
    let answer = service.post("/v1/entitlements/check", body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body["allowed"].clone()
}

/// The person's telephone, the integrator's server and the operator's people.
struct Scene {
    person: Failed,
    team: Team,
    hook_secret: String,
}

async fn begin(service: &Service, receiver: &Receiver) -> Scene {
    let put = service.put("/v1/policy", json!({ "toml": POLICY })).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.body);
    let hook = json!({ "url": receiver.url(), "events": [
        "verification.failed", "verification.verified", "appeal.opened", "appeal.decided" ] });
    let hook = service.post("/v1/webhooks", hook).await;
    assert_eq!(hook.status, StatusCode::CREATED, "{}", hook.body);
    let body = json!({ "external_id": "user-4711", "locale": "zh-CN", "contacts": { "phone": "+8613800004711" } });
    let created = service.post("/v1/applicants", body).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    let applicant = created.body["id"].as_str().unwrap().to_owned();
    let id = service.verification(&applicant, "L2", "first").await;
    // A card too worn to be read: a person looks at it.
    let state = service.whole_way(&id, "MAGIC doc_damaged").await;
    assert_eq!(state["status"], "pending", "{state}");
    Scene {
        person: Failed { applicant, id },
        team: Team::new(service).await,
        hook_secret: hook.body["secret"].as_str().unwrap().to_owned(),
    }
}

/// The person writes to support, which answers before the time that was promised.
async fn ask_support(service: &Service, scene: &Scene) {
    let token = service.token(&scene.person.applicant, None).await;
    let body = json!({ "kind": "document_photo", "text": "My card is old, but it is mine.", "verification": scene.person.id });
    let path = format!("/v1/applicants/{}/tickets", scene.person.applicant);
    let ticket = service
        .call_as(&token, Method::POST, &path, Some(body), &[])
        .await;
    assert_eq!(ticket.status, StatusCode::CREATED, "{}", ticket.body);
    let due = ticket.body["due_at"].as_str().unwrap().to_owned();
    service.app.clock.advance(2 * HOUR);
    let path = format!(
        "/v1/support/tickets/{}/messages",
        ticket.body["id"].as_str().unwrap()
    );
    let text = json!({ "text": "Please appeal: a colleague will look at it." });
    let answer = service
        .call_as(&scene.team.third, Method::POST, &path, Some(text), &[])
        .await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let path = format!("/v1/tickets/{}", ticket.body["id"].as_str().unwrap());
    // The first token has ended meanwhile.
    let token = service.token(&scene.person.applicant, None).await;
    let thread = service
        .call_as(&token, Method::GET, &path, None, &[])
        .await
        .body;
    assert_eq!(thread["ticket"]["status"], "answered", "{thread}");
    let answered = thread["messages"][1]["created_at"].as_str().unwrap();
    assert!(
        answered < due.as_str(),
        "answered at {answered}, due at {due}"
    );
}

/// The person appeals: proves the telephone, attaches a screenshot, states who they are, hands in.
async fn appeal(service: &Service, scene: &Scene, gateway: &Gateway) -> String {
    let person = &scene.person;
    let opened = person.appeal(service, "doc_damaged").await;
    let id = opened["id"].as_str().unwrap().to_owned();
    service.work().await;
    let code = person.code(service, gateway, &id).await;
    let proven = person.prove(service, &id, &code).await;
    assert_eq!(proven.status, StatusCode::OK, "{}", proven.body);
    let token = service.token(&person.applicant, None).await;
    let shot = crate::attachments::picture(
        service,
        &token,
        &person.applicant,
        &crate::pictures::png(64, 32),
    )
    .await;
    let attach = json!({ "attachments": [shot] });
    let attached = person
        .call(service, &format!("/{id}/attachments"), attach)
        .await;
    assert_eq!(
        attached.body["attachments"],
        json!([shot]),
        "{}",
        attached.body
    );
    let lines = dictated(service, person, &id).await;
    let written = format!("MAGIC\n{}", lines.join("\n"));
    let photo = sheet(service, person, &id, written.as_bytes()).await;
    assert_eq!(photo.body["usable"], true, "{}", photo.body);
    let handed = person
        .call(service, &format!("/{id}/submit"), json!(null))
        .await;
    assert_eq!(handed.status, StatusCode::ACCEPTED, "{}", handed.body);
    // Handed in on Sunday: the third business day after Monday is Thursday.
    assert_eq!(handed.body["due_at"], "2026-11-26T10:00:00Z");
    id
}

#[test]
fn a_worn_document_is_appealed_and_everybody_hears_of_it() {
    let (gateway, receiver) = (Gateway::listen(), Receiver::listen());
    let config = Config {
        sms: gateway.config().sms,
        ..Receiver::config()
    };
    on_both_with(config, |service| async {
        let service = service;
        let scene = begin(&service, &receiver).await;
        let (person, team) = (&scene.person, &scene.team);
        assert_eq!(may_withdraw(&service, &person.applicant).await, false);
        let refused = decide(&service, &team.first, &person.id, refuse("doc_damaged")).await;
        assert_eq!(refused.body["standing"], "settled", "{}", refused.body);
        assert_eq!(service.state(&person.id).await["status"], "failed");
        ask_support(&service, &scene).await;
        let id = appeal(&service, &scene, &gateway).await;
        let again = service.submit(&person.id).await;
        assert_eq!(
            again.body["code"], "appeal_in_progress",
            "resubmission is locked"
        );
        let case = open_case(&service, &team.first, &person.id).await;
        assert_eq!(
            claim(&service, &team.first, &case).await.body["code"],
            "seen_before"
        );
        let one = decide(&service, &team.second, &person.id, approve()).await;
        assert_eq!(one.body["standing"], "second", "{}", one.body);
        let two = decide(&service, &team.senior, &person.id, approve()).await;
        assert_eq!(two.body["standing"], "settled", "{}", two.body);
        service.work().await;
        let state = service.state(&person.id).await;
        assert_eq!(
            (&state["status"], &state["appeal"]["outcome"]),
            (&json!("verified"), &json!("overturned"))
        );
        assert_eq!(person.show(&service, &id).await["status"], "decided");
        assert_eq!(
            may_withdraw(&service, &person.applicant).await,
            true,
            "the limits open"
        );
        heard(&receiver, &scene, &id);
        prove(&service).await;
        let statistics = service.get("/v1/appeals/statistics").await.body;
        assert_eq!(
            (&statistics[0]["code"], &statistics[0]["overturned"]),
            (&json!("doc_damaged"), &json!(1))
        );
    });
}

/// The integrator was told, in order, signed, without anything personal.
fn heard(receiver: &Receiver, scene: &Scene, appeal: &str) {
    let received = receiver.taken();
    let mut kinds: Vec<&str> = received
        .iter()
        .map(|got| got.body["type"].as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    let expected = [
        "appeal.decided",
        "appeal.opened",
        "verification.failed",
        "verification.verified",
    ];
    assert_eq!(kinds, expected);
    for got in &received {
        assert!(got.is_signed_with(&scene.hook_secret), "{}", got.text);
        assert_eq!(got.body["data"]["verification"], scene.person.id.as_str());
        assert!(
            !got.text.contains("4711") && !got.text.contains("My card"),
            "{}",
            got.text
        );
    }
    let decided = received
        .iter()
        .find(|got| got.body["type"] == "appeal.decided")
        .unwrap();
    assert_eq!(decided.body["data"]["outcome"], "overturned");
    assert_eq!(decided.body["data"]["appeal"], appeal);
}

/// Each step stands in the log, and its proof verifies against the signed checkpoint.
async fn prove(service: &Service) {
    let verifier = service.app.signer.verifier();
    let note = service.get("/v1/audit/checkpoint").await;
    assert_eq!(note.status, StatusCode::OK);
    let entries = service.get("/v1/audit?limit=200").await.body;
    let entries = entries.as_array().unwrap();
    let mut steps = STEPS.iter().copied().peekable();
    for entry in entries {
        let seq = entry["seq"].as_u64().unwrap();
        let proof = service.get(&format!("/v1/audit/{seq}/proof")).await;
        let text = String::from_utf8(proof.bytes).unwrap();
        let (file, _) = ProofFile::verify(&text, &verifier).unwrap();
        assert_eq!(entry["action"], file.entry.action);
        steps.next_if(|step| *step == file.entry.action);
    }
    assert_eq!(steps.next(), None, "the log lacks a step");
}
