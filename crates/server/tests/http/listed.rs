//! Invented people on invented lists, and a service that searches for them.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use menshen_core::ReasonCode;
use menshen_core::ids::ApplicantId;
use menshen_core::policy::SanctionList;
use menshen_core::reason::{Param, Why};
use menshen_core::time::SECOND;
use menshen_ledger::{CaseFile, verify_evidence};
use menshen_store::{ListPart, Met, NewScreeningHit, NewScreeningList};
use serde_json::{Value, json};

use crate::support::{Answer, Service};

/// An invented person on an invented list.
pub struct Listed<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub born: &'a str,
    pub why: &'a str,
}

pub const NOBODY: Listed<'static> = Listed {
    id: "1",
    name: "FICTUS EXEMPLARIUS",
    born: "1960-03-12",
    why: "SPECIMEN",
};
/// The same as whom `passport` names, but for a letter.
pub const ADA: Listed<'static> = Listed {
    id: "2",
    name: "ADA LOVELACE",
    born: "1990-01-31",
    why: "SPECIMEN",
};

/// Writes a list as the Security Council does.
pub fn un(people: &[Listed<'_>]) -> Vec<u8> {
    let people: String = people
        .iter()
        .map(|Listed { id, name, born, why }| {
            format!(
                "<INDIVIDUAL><DATAID>{id}</DATAID><FIRST_NAME>{name}</FIRST_NAME><UN_LIST_TYPE>{why}</UN_LIST_TYPE>\
                 <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>{born}</DATE>\
                 </INDIVIDUAL_DATE_OF_BIRTH></INDIVIDUAL>"
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\"?><CONSOLIDATED_LIST dateGenerated=\"2026-11-02T23:00:03Z\"><INDIVIDUALS>{people}\
         </INDIVIDUALS></CONSOLIDATED_LIST>"
    )
    .into_bytes()
}

/// A policy that searches one list, and asks for typed data alone when somebody is verified again.
/// All of these people type the same number: this is not about duplicates.
pub const SCREENED: &str = "version = \"s\"\n[screening]\nrequired = true\nlists = [\"un\"]\n[flows]\nstuck_state = [\"data\"]\n[duplicates]\ndocuments = false";

/// A service with a live tenant whose policy is given; the keys of the tenant and of the operator.
pub async fn live(service: Service, policy: &str) -> (Service, String) {
    let mut service = service;
    let operator = service.operator().await;
    let body = json!({ "name": "live", "sandbox": false });
    let tenant = service
        .call_as(&operator, Method::POST, "/v1/tenants", Some(body), &[])
        .await;
    service.key = tenant.body["secret"].as_str().unwrap().to_owned();
    let put = service.put("/v1/policy", json!({ "toml": policy })).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.body);
    (service, operator)
}

impl Service {
    pub async fn import(&self, operator: &str, list: &str, bytes: Vec<u8>) -> Answer {
        let kind = "application/xml";
        self.import_as(operator, list, kind, bytes).await
    }

    pub async fn import_as(&self, key: &str, list: &str, kind: &str, bytes: Vec<u8>) -> Answer {
        let request = Request::builder()
            .method(Method::PUT)
            .uri(format!("/v1/screening/lists/{list}"))
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(bytes))
            .unwrap();
        self.send(request).await
    }

    /// Imports a list and does everything that follows.
    pub async fn changed(&self, operator: &str, people: &[Listed<'_>]) {
        let answer = self.import(operator, "un", un(people)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        self.settle().await;
    }

    pub async fn settle(&self) {
        self.app.clock.advance(41 * SECOND);
        self.work().await;
    }

    /// Goes the whole way of a level without photos; returns the verification.
    pub async fn typed(&self, applicant: &str, flow: &str, name: &str) -> Value {
        let id = self.verification(applicant, "L1", flow).await;
        self.attempt(&id, name, &[]).await;
        self.state(&id).await
    }

    /// Returns the codes of a decision and, from its signed evidence, which case of the first one it is.
    pub async fn why(&self, state: &Value) -> (Vec<String>, Option<Param>) {
        let decided = self.evidence(id(state)).await.decision;
        let codes = decided.reasons.iter().map(|r| r.code.as_str().to_owned());
        let why = decided.reasons[0].params.get("why").cloned();
        (codes.collect(), why)
    }

    /// Returns the evidence of the newest decision, judged again.
    pub async fn evidence(&self, verification: &str) -> CaseFile {
        let decisions = format!("/v1/verifications/{verification}/decisions");
        let decisions = self.get(&decisions).await.body;
        let path = format!("/v1/decisions/{}/evidence", id(&decisions[0]));
        let file = self.get(&path).await.bytes;
        verify_evidence(&file, &self.app.signer.verifier())
            .unwrap()
            .case
    }

    pub async fn hits(&self, query: &str) -> Vec<Value> {
        let answer = self.get(&format!("/v1/screening/hits{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body["items"].as_array().unwrap().clone()
    }

    pub async fn n_events(&self, name: &str) -> usize {
        let events = self.get("/v1/events?limit=200").await.body;
        let events = events["items"].as_array().unwrap();
        events.iter().filter(|event| event["event"] == name).count()
    }
}

pub fn unclear(why: Why) -> (Vec<String>, Option<Param>) {
    let code = ReasonCode::ScreeningUnclear.as_str();
    (vec![code.to_owned()], Some(Param::Why(why)))
}

pub fn listed() -> (Vec<String>, Option<Param>) {
    unclear(Why::Listed)
}

pub fn not_searched() -> (Vec<String>, Option<Param>) {
    unclear(Why::NotSearched)
}

pub fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

/// Makes a hit of an applicant, for tests of who may see it; returns its id.
pub async fn hit_of(service: &Service, applicant: &str, verification: &str) -> String {
    let store = &service.app.store;
    let applicant: ApplicantId = applicant.parse().unwrap();
    let tenants = store.list_tenants(None, 10).await.unwrap();
    let mut tenant = None;
    for row in tenants {
        let found = store.find_applicant(row.id, applicant).await.unwrap();
        tenant = tenant.or(found.map(|found| found.tenant_id));
    }
    let now = service.app.now();
    let mut tx = store.begin().await.unwrap();
    let new = NewScreeningList {
        list: SanctionList::Eu,
        format: "eu_xml",
        sha256: "",
        published: None,
        entries: 0,
        by: "system",
        parts: &[ListPart {
            name: "file".to_owned(),
            bytes: vec![0],
        }],
    };
    let list_id = tx.import_screening_list(&new, now).await.unwrap();
    let new = NewScreeningHit {
        tenant_id: tenant.unwrap(),
        applicant_id: applicant,
        verification_id: verification.parse().unwrap(),
        list: SanctionList::Eu,
        list_id,
        entry: "EU.0.1",
        entry_digest: "0",
        score_permille: 900,
        detail: b"{\"explanation\":\"\",\"names\":[],\"birth_dates\":[],\"countries\":[],\"programmes\":[]}",
    };
    let Met::New(id) = tx.meet_screening_hit(&new, now).await.unwrap() else {
        panic!("a first hit is news")
    };
    tx.commit().await.unwrap();
    id.to_string()
}

/// Puts a list in force whose kept file is another than was imported.
pub async fn damaged(service: &Service) {
    let mut tx = service.app.store.begin().await.unwrap();
    let parts = [ListPart {
        name: "file".to_owned(),
        bytes: un(&[NOBODY]),
    }];
    let new = NewScreeningList {
        list: SanctionList::Un,
        format: "un_xml",
        sha256: &"0".repeat(64),
        published: None,
        entries: 1,
        by: "system",
        parts: &parts,
    };
    tx.import_screening_list(&new, service.app.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}
