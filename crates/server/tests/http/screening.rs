use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use menshen_core::ReasonCode;
use menshen_core::ids::{ApplicantId, TenantId};
use menshen_core::policy::{Policy, SanctionList};
use menshen_core::reason::{Param, Why};
use menshen_core::time::{DAY, HOUR, MINUTE, SECOND};
use menshen_ledger::{CaseFile, verify_evidence};
use menshen_store::{
    ListPart, Met, NewApplicant, NewIdentity, NewScreeningHit, NewScreeningList, NewVerification,
};
use serde_json::{Value, json};

use crate::support::{Answer, Service, on_both, passport};

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
fn un(people: &[Listed<'_>]) -> Vec<u8> {
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
    async fn import(&self, operator: &str, list: &str, bytes: Vec<u8>) -> Answer {
        let kind = "application/xml";
        self.import_as(operator, list, kind, bytes).await
    }

    async fn import_as(&self, key: &str, list: &str, kind: &str, bytes: Vec<u8>) -> Answer {
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

    async fn settle(&self) {
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
    async fn evidence(&self, verification: &str) -> CaseFile {
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

    async fn n_events(&self, name: &str) -> usize {
        let events = self.get("/v1/events?limit=200").await.body;
        let events = events["items"].as_array().unwrap();
        events.iter().filter(|event| event["event"] == name).count()
    }
}

fn unclear(why: Why) -> (Vec<String>, Option<Param>) {
    let code = ReasonCode::ScreeningUnclear.as_str();
    (vec![code.to_owned()], Some(Param::Why(why)))
}

fn listed() -> (Vec<String>, Option<Param>) {
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

#[test]
fn a_list_that_is_cut_is_refused_and_nothing_is_half_done() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        let whole = un(&[NOBODY, ADA]);
        for cut in [0, 1, whole.len() / 2, whole.len() - 1] {
            let answer = service.import(&operator, "un", whole[..cut].to_vec()).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{cut}");
            assert_eq!(answer.body["code"], "list_refused", "{cut}");
            let detail = answer.body["detail"].as_str().unwrap();
            assert!(detail.contains("consolidated.xml"), "{detail}");
            assert!(!detail.contains("LOVELACE"), "{detail}");
        }
        for (list, status) in [("eu", 422), ("ofac_sdn", 422), ("ours", 404)] {
            let answer = service.import(&operator, list, whole.clone()).await;
            assert_eq!(answer.status.as_u16(), status, "{list}");
        }
        let lists = service.get("/v1/screening/lists").await.body;
        assert_eq!(lists["items"], json!([]));
        assert_eq!(
            service.get("/v1/screening/runs").await.body["items"][0]["people"],
            0
        );
        let tenants_own = service.import(&service.key, "un", whole).await;
        assert_eq!(tenants_own.status, StatusCode::FORBIDDEN);
    });
}

#[test]
fn every_version_of_a_list_is_kept_and_the_same_file_changes_nothing() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        let first = service.import(&operator, "un", un(&[NOBODY])).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
        assert_eq!(first.body["entries"], 1);
        assert_eq!(first.body["published"], "2026-11-02");
        service.app.clock.advance(HOUR);
        let again = service.import(&operator, "un", un(&[NOBODY])).await;
        assert_eq!(again.status, StatusCode::OK);
        assert_eq!(id(&again.body), id(&first.body));
        let second = service.import(&operator, "un", un(&[NOBODY, ADA])).await;
        assert_eq!(second.status, StatusCode::CREATED);
        let lists = service.get("/v1/screening/lists").await.body;
        let lists = lists["items"].as_array().unwrap();
        let ids: Vec<&str> = lists.iter().map(id).collect();
        assert_eq!(ids, [id(&second.body), id(&first.body)]);
        assert!(lists[0]["replaced_at"].is_null() && lists[1]["replaced_at"].is_string());
        // The file as it came can be had again, in pieces and whole.
        let store = &service.app.store;
        let rows = store.list_screening_in_force().await.unwrap();
        let [row] = rows.as_slice() else {
            panic!("one is in force")
        };
        let parts = store.read_screening_list(row).await.unwrap();
        assert_eq!(parts[0].bytes, un(&[NOBODY, ADA]));
        let audit = service
            .call_as(&operator, Method::GET, "/v1/audit?limit=200", None, &[])
            .await;
        let imported = |entry: &&Value| entry["action"] == "screening.imported";
        let entries = audit
            .body
            .as_array()
            .unwrap()
            .iter()
            .filter(imported)
            .count();
        assert_eq!(entries, 2);
    });
}

#[test]
fn the_three_classic_files_are_one_list() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        let file = |name: &str, rows: &str| {
            format!(
                "--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}.csv\"\r\n\r\n{rows}\x1a\r\n"
            )
        };
        let row = "7,\"EXEMPLARIUS, Fictus\",\"individual\",\"SPECIMEN\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n";
        let sdn = file("sdn", row);
        let alt = file("alt", "7,1,\"aka\",\"EKSEMPLARIJ, Fiktus\",-0- \r\n");
        let add = file("add", "7,1,-0- ,-0- ,\"Utopia\",-0- \r\n");
        let kind = "multipart/form-data; boundary=b";
        let send = async |files: &[&String]| {
            let mut form: String = files.iter().map(|file| file.as_str()).collect();
            form.push_str("--b--\r\n");
            service
                .import_as(&operator, "ofac_sdn", kind, form.into_bytes())
                .await
        };
        let two = send(&[&sdn, &alt]).await;
        assert_eq!(two.body["code"], "list_refused", "{}", two.body);
        let twice = send(&[&sdn, &sdn, &alt]).await;
        assert_eq!(twice.body["code"], "files_invalid", "{}", twice.body);
        let all = send(&[&sdn, &alt, &add]).await;
        assert_eq!(all.status, StatusCode::CREATED, "{}", all.body);
        assert_eq!(
            (&all.body["format"], &all.body["entries"]),
            (&json!("ofac_csv"), &json!(1))
        );
    });
}

#[test]
fn a_listed_person_waits_for_somebody_and_hears_only_the_neutral_text() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        service.changed(&operator, &[NOBODY, ADA]).await;
        let other = service.applicant("other").await;
        let passed = service.typed(&other, "first", "Grace Hopper").await;
        assert_eq!(passed["status"], "verified");
        let applicant = service.applicant("listed").await;
        let state = service.typed(&applicant, "first", "Ada Lovelace").await;
        assert_eq!(state["status"], "pending");
        assert_eq!(service.why(&state).await, listed());
        let token = service.token(&applicant, None).await;
        let path = format!("/v1/verifications/{}", id(&state));
        let seen = service.call_as(&token, Method::GET, &path, None, &[]).await;
        let reason = &seen.body["reasons"][0];
        assert!(
            reason["code"].is_null() && reason["finding"].is_null(),
            "{reason}"
        );
        assert_eq!(reason["title"]["en"], "A person will look at this");
        assert_eq!(reason["title"]["zh-CN"], "已转人工核对");
        let notices = format!("/v1/applicants/{applicant}/notices");
        let notices = service
            .call_as(&token, Method::GET, &notices, None, &[])
            .await;
        for answer in [&seen, &notices] {
            let text = String::from_utf8_lossy(&answer.bytes).to_lowercase();
            for word in ["screening", "sanction", "list", "制裁", "名单", "specimen"] {
                let innocent = text.replace("listen", "");
                assert!(!innocent.contains(word), "{word}: {text}");
            }
        }
        let hits = service.hits("?state=open").await;
        assert_eq!(hits.len(), 1);
        assert_eq!(
            (&hits[0]["list"], &hits[0]["entry"]),
            (&json!("un"), &json!("2"))
        );
        assert_eq!(hits[0]["applicant"], applicant.as_str());
        let whole = service
            .get(&format!("/v1/screening/hits/{}", id(&hits[0])))
            .await
            .body;
        let said = whole["detail"]["explanation"].as_str().unwrap();
        assert!(said.contains("LOVELACE = LOVELACE (equal"), "{said}");
        assert_eq!(whole["detail"]["birth_dates"], json!(["1990-01-31"]));
        assert_eq!(service.n_events("screening.hit").await, 1);
        let events = service.get("/v1/events?limit=200").await;
        assert!(
            !String::from_utf8_lossy(&events.bytes)
                .to_lowercase()
                .contains("lovelace")
        );
        recomputes(&service, id(&state)).await;
    });
}

/// The signed evidence of a decision holds its search, and judged again it gives the same.
async fn recomputes(service: &Service, verification: &str) {
    let case = service.evidence(verification).await;
    let screening = case.evidence.screening.unwrap();
    assert_eq!(screening.lists[&SanctionList::Un].len(), 64);
    assert_eq!(screening.hits[0].entry, "2");
    assert!(screening.hits[0].score > 0.99);
}

#[test]
fn what_was_cleared_is_no_alert_until_its_time_is_over_or_the_entry_changes() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        service.changed(&operator, &[NOBODY]).await;
        let applicant = service.applicant("ada").await;
        let first = service.typed(&applicant, "first", "Ada Lovelace").await;
        assert_eq!(first["status"], "verified");
        service.changed(&operator, &[NOBODY, ADA]).await;
        let hits = service.hits("").await;
        assert_eq!(hits.len(), 1);
        assert_eq!(hits[0]["verification"], first["id"]);
        let clear = format!("/v1/screening/hits/{}/clear", id(&hits[0]));
        let until = (service.app.now().plus(30 * DAY))
            .to_timestamp()
            .to_string();
        let body = |reason: &str, until: &str| json!({ "reason": reason, "until": until });
        for (reason, until) in [
            ("", &*until),
            ("x", "2020-01-01T00:00:00Z"),
            ("x", "soon"),
            ("x", "2050-01-01T00:00:00Z"),
        ] {
            let answer = service.post(&clear, body(reason, until)).await;
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{reason} {until}"
            );
        }
        let cleared = service.post(&clear, body("born elsewhere", &until)).await;
        assert_eq!(cleared.status, StatusCode::OK, "{}", cleared.body);
        assert_eq!(cleared.body["state"], "cleared");
        let by = cleared.body["decided_by"].as_str().unwrap();
        assert!(by.starts_with("api_key:"), "{by}");
        let whole = service
            .get(&format!("/v1/screening/hits/{}", id(&hits[0])))
            .await
            .body;
        assert_eq!(whole["reason"], "born elsewhere");
        // The same entry on another version of the list is no news.
        let other = Listed {
            id: "3",
            name: "MODELA SPECIMEN",
            born: "1970-01-01",
            why: "SPECIMEN",
        };
        service.changed(&operator, &[NOBODY, ADA, other]).await;
        assert_eq!(service.hits("").await.len(), 1);
        let again = service
            .typed(&applicant, "stuck_state", "Ada Lovelace")
            .await;
        assert_eq!(again["status"], "verified", "{again}");
        // Another content of it is.
        let changed = Listed {
            why: "ANOTHER REGIME",
            ..ADA
        };
        service.changed(&operator, &[NOBODY, changed]).await;
        assert_eq!(service.hits("?state=open").await.len(), 1);
        assert_eq!(service.n_events("screening.hit").await, 2);
        let open = service.hits("?state=open").await;
        let clear = format!("/v1/screening/hits/{}/clear", id(&open[0]));
        let answer = service.post(&clear, body("the same", &until)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let once_more = service
            .typed(&applicant, "stuck_state", "Ada Lovelace")
            .await;
        assert_eq!(once_more["status"], "verified");
        service.app.clock.advance(31 * DAY);
        let late = service
            .typed(&applicant, "stuck_state", "Ada Lovelace")
            .await;
        assert_eq!(
            (late["status"].as_str(), service.why(&late).await),
            (Some("pending"), listed())
        );
        assert_eq!(
            service.hits(&format!("?applicant={applicant}")).await.len(),
            3
        );
    });
}

#[test]
fn whoever_is_confirmed_is_looked_at_for_ever_and_told_nothing() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        let applicant = service.applicant("ada").await;
        service.changed(&operator, &[NOBODY]).await;
        service.typed(&applicant, "first", "Ada Lovelace").await;
        service.changed(&operator, &[ADA]).await;
        let hits = service.hits("?state=open").await;
        let confirm = format!("/v1/screening/hits/{}/confirm", id(&hits[0]));
        let once = [("idempotency-key", "confirm-1")];
        let body = json!({ "reason": "same passport" });
        let call = || {
            service.call_as(
                &service.key,
                Method::POST,
                &confirm,
                Some(body.clone()),
                &once,
            )
        };
        let first = call().await;
        assert_eq!(
            (first.status, &first.body["state"]),
            (StatusCode::OK, &json!("confirmed"))
        );
        assert_eq!(call().await.bytes, first.bytes);
        service
            .changed(
                &operator,
                &[Listed {
                    why: "ANOTHER REGIME",
                    ..ADA
                }],
            )
            .await;
        assert_eq!(service.hits("").await.len(), 1);
        let state = service
            .typed(&applicant, "stuck_state", "Ada Lovelace")
            .await;
        assert_eq!(
            (state["status"].as_str(), service.why(&state).await),
            (Some("pending"), listed())
        );
    });
}

#[test]
fn a_list_that_is_missing_sends_everyone_to_a_person() {
    on_both(|service| async move {
        let policy = "version = \"m\"\n[screening]\nrequired = true\nlists = [\"un\", \"eu\"]";
        let (service, operator) = live(service, policy).await;
        for n in 0..2 {
            let applicant = service.applicant(&format!("nobody {n}")).await;
            let state = service.typed(&applicant, "first", "Grace Hopper").await;
            assert_eq!(
                (state["status"].as_str(), service.why(&state).await),
                (Some("pending"), not_searched())
            );
            if n == 0 {
                // One of the two is not enough.
                service.changed(&operator, &[NOBODY]).await;
            }
        }
        assert_eq!(service.hits("").await.len(), 0);
    });
}

#[test]
fn whoever_is_open_while_screening_is_turned_on_is_searched_too() {
    on_both(|service| async move {
        let before = "version = \"o\"\n[duplicates]\ndocuments = false";
        let (service, operator) = live(service, before).await;
        let applicant = service.applicant("ada").await;
        let id = service.verification(&applicant, "L1", "first").await;
        let put = service.put("/v1/policy", json!({ "toml": SCREENED })).await;
        assert_eq!(put.status, StatusCode::OK, "{}", put.body);
        service.changed(&operator, &[ADA]).await;
        assert!(service.hits("").await.is_empty());
        service.attempt(&id, "Ada Lovelace", &[]).await;
        // Decided by the policy that it was opened with, and somebody looks at the hit.
        assert_eq!(service.state(&id).await["status"], "verified");
        assert!(service.evidence(&id).await.evidence.screening.is_none());
        let hits = service.hits("?state=open").await;
        assert_eq!(hits.len(), 1, "{hits:?}");
        assert_eq!(hits[0]["verification"], id.as_str());
    });
}

#[test]
fn a_list_whose_kept_file_is_damaged_counts_as_missing() {
    on_both(|service| async move {
        let (service, _) = live(service, SCREENED).await;
        damaged(&service).await;
        let applicant = service.applicant("nobody").await;
        let state = service.typed(&applicant, "first", "Grace Hopper").await;
        assert_eq!(state["status"], "pending");
    });
}

#[test]
fn nobody_is_searched_for_where_the_policy_does_not_ask() {
    on_both(|service| async move {
        let (service, operator) = live(service, "version = \"off\"").await;
        service.changed(&operator, &[ADA]).await;
        let applicant = service.applicant("ada").await;
        let state = service.typed(&applicant, "first", "Ada Lovelace").await;
        assert_eq!(state["status"], "verified");
        let runs = service.get("/v1/screening/runs").await.body;
        assert_eq!(runs["items"][0]["state"], "not_required");
        // Whoever was verified before the policy asked is searched when it does.
        let put = service.put("/v1/policy", json!({ "toml": SCREENED })).await;
        assert_eq!(put.status, StatusCode::OK);
        service.settle().await;
        assert_eq!(service.hits("?state=open").await.len(), 1);
        let runs = service.get("/v1/screening/runs").await.body;
        assert_eq!(runs["items"][0]["state"], "done");
        assert_eq!(runs["items"][0]["people"], 1);
    });
}

#[test]
fn an_erased_person_leaves_no_entry_behind() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        service.changed(&operator, &[NOBODY]).await;
        let applicant = service.applicant("ada").await;
        service.typed(&applicant, "first", "Ada Lovelace").await;
        service.changed(&operator, &[NOBODY, ADA]).await;
        let hit = service.hits("").await.remove(0);
        service.app.clock.advance(1_827 * DAY);
        let erased = service.delete(&format!("/v1/applicants/{applicant}")).await;
        assert!(erased.status.is_success(), "{}", erased.body);
        assert_eq!(service.hits("").await.len(), 0);
        let whole = service
            .get(&format!("/v1/screening/hits/{}", id(&hit)))
            .await;
        assert_eq!(
            (whole.status, &whole.body["entry"]),
            (StatusCode::OK, &json!(""))
        );
        assert!(whole.body["detail"].is_null());
        service.changed(&operator, &[ADA]).await;
        assert_eq!(service.hits("").await.len(), 0);
    });
}

/// People of the long test; 100,000 for the figure in SECURITY.md.
#[expect(
    clippy::disallowed_methods,
    reason = "the person at the keyboard asks for more"
)]
fn many() -> usize {
    let asked = std::env::var("MENSHEN_TEST_SCREENED").ok();
    asked.map_or(450, |n| n.parse().unwrap())
}

/// Invented syllables: no two people have one name.
fn invented(n: usize) -> String {
    const ONSETS: [&str; 16] = [
        "B", "D", "F", "G", "H", "K", "L", "M", "N", "P", "R", "S", "T", "V", "W", "Z",
    ];
    const RHYMES: [&str; 8] = ["ado", "emi", "ika", "oru", "una", "abel", "into", "ost"];
    let word = |n: usize| {
        let (a, b) = (n % 128, n / 128 % 128);
        let tail = format!("{}{}", ONSETS[b % 16].to_lowercase(), RHYMES[b / 16]);
        format!("{}{}{tail}", ONSETS[a % 16], RHYMES[a / 16])
    };
    format!("{} {}", word(n), word(n.wrapping_mul(2_654_435_761) >> 7))
}

fn born(n: usize) -> String {
    format!("{}-{:02}-{:02}", 1950 + n % 50, 1 + n % 12, 1 + n % 28)
}

/// Writes verified people into the store, as decisions do.
async fn verified(service: &Service, tenant: TenantId, numbers: std::ops::Range<usize>) {
    let store = &service.app.store;
    let now = service.app.now();
    let mut tx = store.begin().await.unwrap();
    for n in numbers {
        let new = NewApplicant {
            tenant_id: tenant,
            external_id: n.to_string(),
            locale: "en".to_owned(),
        };
        let applicant = tx.create_applicant(&new, now).await.unwrap();
        let new = NewVerification {
            tenant_id: tenant,
            applicant_id: applicant.id,
            level: "L1".to_owned(),
            flow: "first".to_owned(),
            status: "verified".to_owned(),
            state: "{}".to_owned(),
            policy_identity: "p".to_owned(),
            due_at: None,
        };
        let row = tx.create_verification(&new, now).await.unwrap();
        let mut claims = passport(&invented(n));
        claims["birth_date"] = json!(born(n));
        let claims = claims.to_string();
        let identity = NewIdentity {
            tenant_id: tenant,
            applicant_id: applicant.id,
            verification_id: row.id,
            name: "",
            number: "",
            claims: claims.as_bytes(),
            face: None,
        };
        tx.record_identity(&identity, now).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[test]
fn everyone_is_searched_when_a_list_changes_whatever_dies_meanwhile() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        let n_people = many();
        let tenants = service.app.store.list_tenants(None, 1).await.unwrap();
        let tenant = tenants[0].id;
        for start in (0..n_people).step_by(1_000) {
            verified(&service, tenant, start..n_people.min(start + 1_000)).await;
        }
        // A list as long as the real ones together, for the figure; one in fifty of the people is on it.
        let listed = |n: usize| (n.to_string(), invented(n), born(n));
        let strangers = (n_people..n_people + n_people.min(50_000)).map(listed);
        let known = (0..n_people).step_by(50).map(listed);
        let people: Vec<_> = known.chain(strangers).collect();
        let n_listed = n_people.div_ceil(50);
        let people: Vec<Listed<'_>> = people
            .iter()
            .map(|(id, name, born)| Listed {
                id,
                name,
                born,
                why: "SPECIMEN",
            })
            .collect();
        let answer = service.import(&operator, "un", un(&people)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        service.app.clock.advance(41 * SECOND);
        let began = std::time::Instant::now();
        // A step, then a node that dies with the next one in its hands, then one whose job is given up.
        while !moved(&service).await {
            menshen_server::do_one_job(&service.app).await.unwrap();
        }
        let dead = claim(&service).await;
        service.app.clock.advance(31 * SECOND);
        if n_people > 400 {
            menshen_server::do_one_job(&service.app).await.unwrap();
            assert!(dead.is_some(), "the search goes on");
            if let Some(job) = claim(&service).await {
                let mut tx = service.app.store.begin().await.unwrap();
                tx.fail_job(&job, service.app.now(), "machine")
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
                service.app.clock.advance(6 * MINUTE);
            }
        }
        service.work().await;
        let took = began.elapsed();
        let run = service.get("/v1/screening/runs").await.body["items"][0].clone();
        assert_eq!(run["state"], "done", "{run}");
        assert_eq!(
            (&run["people"], &run["unread"]),
            (&json!(n_people), &json!(0))
        );
        println!(
            "{n_people} people, {} hits, {n_listed} listed, {took:?}",
            run["hits"]
        );
        let hits = run["hits"].as_u64().unwrap();
        assert!(hits >= n_listed as u64, "{hits}");
        // Another search finds nothing new, and the same people are not told twice.
        let told = service.n_events("screening.hit").await;
        assert_eq!(told as u64, hits.min(200));
        service.changed(&operator, &people[1..]).await;
        let run = service.get("/v1/screening/runs").await.body["items"][0].clone();
        assert_eq!(
            (&run["people"], &run["hits"]),
            (&json!(n_people), &json!(0))
        );
    });
}

async fn moved(service: &Service) -> bool {
    let runs = service.get("/v1/screening/runs").await.body;
    runs["items"][0]["people"] != 0
}

async fn claim(service: &Service) -> Option<menshen_store::JobRow> {
    let now = service.app.now();
    let store = &service.app.store;
    store
        .claim_job(&["search"], now, 30 * SECOND)
        .await
        .unwrap()
}

#[test]
fn the_policys_default_is_the_measured_score() {
    let rules = Policy::default().screening;
    assert_eq!(rules.alert_score, menshen_screening::DEFAULT_ALERT_SCORE);
}
