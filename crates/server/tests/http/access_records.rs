//! A record of every kind, that every call has something to name.

use axum::http::{Method, StatusCode, header};
use menshen_core::access::Scope;
use menshen_core::ids::LiveId;
use menshen_store::{LiveState, NewLive};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::access_table::For::{Keys, People};
use crate::calls::{Ids, blocked, request};
use crate::oidc_support;
use crate::support::Service;

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
pub async fn records(service: &Service, applicant: &str, first: &str, open: &str) -> Ids {
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
