//! People at their desks, and cases brought before them.

use axum::http::{Method, StatusCode};
use menshen_core::ids::TenantId;
use serde_json::{Value, json};

use crate::support::{Answer, Service};

/// How long a claim is held.
pub const CLAIM: i64 = 30 * 60_000;
/// Both levels ask for data alone, so that a case is a few calls; nothing is looked at again.
pub const POLICY: &str = "[levels]\nL1 = [\"data\"]\nL2 = [\"data\"]\n[review]\nrecheck_share = 0";

/// People at their desks.
pub struct Desk<'a> {
    pub service: &'a Service,
    pub reviewer: String,
    pub senior: String,
    n: std::cell::Cell<u32>,
}

impl<'a> Desk<'a> {
    pub async fn new(service: &'a Service, policy: &str) -> Self {
        let put = service.put("/v1/policy", json!({ "toml": policy })).await;
        assert_eq!(put.status, StatusCode::OK, "{}", put.body);
        Self {
            reviewer: service.staff(&service.key, "reviewer").await.1,
            senior: service.staff(&service.key, "senior").await.1,
            service,
            n: std::cell::Cell::new(0),
        }
    }

    pub async fn somebody(&self, role: &str) -> String {
        self.service.staff(&self.service.key, role).await.1
    }

    /// Brings somebody before people; returns the case with applicant and verification.
    pub async fn case(&self, level: &str, name: &str) -> Case {
        self.n.set(self.n.get() + 1);
        let applicant = self
            .service
            .applicant(&format!("{name} {}", self.n.get()))
            .await;
        let id = self.service.verification(&applicant, level, "first").await;
        self.again(&applicant, &id, name).await
    }

    pub async fn again(&self, applicant: &str, verification: &str, name: &str) -> Case {
        let answer = self.service.attempt(verification, name, &[]).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
        let state = self.service.state(verification).await;
        assert_eq!(state["status"], "pending", "{state}");
        Case {
            id: self.open_case(verification, "review").await,
            applicant: applicant.to_owned(),
            verification: verification.to_owned(),
        }
    }

    pub async fn open_case(&self, verification: &str, queue: &str) -> String {
        let found = self.find_case(verification, queue).await;
        found.unwrap_or_else(|| panic!("no case of {queue}"))
    }

    pub async fn find_case(&self, verification: &str, queue: &str) -> Option<String> {
        let mut after = String::new();
        loop {
            let path = format!("/v1/review/cases?limit=200&queue={queue}{after}");
            let list = self.get(&self.senior, &path).await;
            assert_eq!(list.status, StatusCode::OK, "{}", list.body);
            let items = list.body["items"].as_array().unwrap();
            let ours = items.iter().find(|i| i["verification"] == verification);
            if let Some(found) = ours {
                return Some(found["id"].as_str().unwrap().to_owned());
            }
            after = format!("&after={}", list.body["next"].as_str()?);
        }
    }

    pub async fn get(&self, who: &str, path: &str) -> Answer {
        self.service
            .call_as(who, Method::GET, path, None, &[])
            .await
    }

    pub async fn claim(&self, who: &str, case: &str) -> Answer {
        let path = format!("/v1/review/cases/{case}/claim");
        self.service
            .call_as(who, Method::POST, &path, None, &[])
            .await
    }

    pub async fn release(&self, who: &str, case: &str, why: &str) -> Answer {
        let path = format!("/v1/review/cases/{case}/claim?why={why}");
        self.service
            .call_as(who, Method::DELETE, &path, None, &[])
            .await
    }

    pub async fn decide(&self, who: &str, case: &str, verdict: Value) -> Answer {
        let path = format!("/v1/review/cases/{case}/decide");
        self.service
            .call_as(who, Method::POST, &path, Some(verdict), &[])
            .await
    }

    pub async fn note(&self, who: &str, case: &str, text: &str) -> Answer {
        let path = format!("/v1/review/cases/{case}/notes");
        let body = json!({ "text": text });
        self.service
            .call_as(who, Method::POST, &path, Some(body), &[])
            .await
    }

    /// Claims and decides, and returns where the case stands.
    pub async fn vote(&self, who: &str, case: &str, verdict: Value) -> String {
        let claimed = self.claim(who, case).await;
        assert_eq!(claimed.status, StatusCode::OK, "{}", claimed.body);
        let decided = self.decide(who, case, verdict).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        decided.body["standing"].as_str().unwrap().to_owned()
    }

    /// Returns the actions in the log of an object, oldest first.
    pub async fn log(&self, action: &str) -> Vec<Value> {
        let mut found = Vec::new();
        let mut from = 0;
        loop {
            let path = format!("/v1/audit?limit=200&from={from}");
            let page = self.service.get(&path).await.body;
            let entries = page.as_array().cloned().unwrap_or_default();
            let Some(last) = entries.last() else { break };
            from = last["seq"].as_u64().unwrap() + 1;
            found.extend(entries.into_iter().filter(|e| e["action"] == action));
        }
        found
    }
}

pub struct Case {
    pub id: String,
    pub applicant: String,
    pub verification: String,
}

pub fn approve() -> Value {
    json!({ "verdict": "approve" })
}

pub fn refuse() -> Value {
    json!({ "verdict": "refuse", "codes": ["name_mismatch"] })
}

pub fn ask_again() -> Value {
    json!({ "verdict": "ask_again", "codes": ["name_mismatch"], "steps": ["form"] })
}

pub async fn tenant(service: &Service) -> TenantId {
    let tenants = service.app.store.list_tenants(None, 10).await.unwrap();
    tenants.last().unwrap().id
}
