//! What people decide: who may, what it takes, what follows.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use menshen_core::ids::{ApplicantId, CaptureId, TenantId, VerificationId};
use menshen_core::time::Millis;
use menshen_ledger::verify_evidence;
use menshen_store::{NewCapture, Part, Purpose};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::{Answer, Service, codes, next, on_both};

/// How long a claim is held.
const CLAIM: i64 = 30 * 60_000;
/// Both levels ask for data alone, so that a case is a few calls; nothing is looked at again.
const POLICY: &str = "[levels]\nL1 = [\"data\"]\nL2 = [\"data\"]\n[review]\nrecheck_share = 0";

/// People at their desks.
pub struct Desk<'a> {
    service: &'a Service,
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

    async fn get(&self, who: &str, path: &str) -> Answer {
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
    async fn log(&self, action: &str) -> Vec<Value> {
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

async fn tenant(service: &Service) -> TenantId {
    let tenants = service.app.store.list_tenants(None, 10).await.unwrap();
    tenants.last().unwrap().id
}

#[test]
fn what_goes_to_a_person_is_a_case_and_ends_where_the_machine_would_have_ended_it() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L2", "MAGIC REVIEW doc_damaged").await;
        let path = format!("/v1/review/cases/{}", case.id);
        let seen = desk.get(&desk.reviewer, &path).await.body;
        assert_eq!(seen["codes"], json!(["doc_damaged"]));
        assert_eq!(
            (&seen["state"], &seen["kind"]),
            (&json!("waiting"), &json!("passport"))
        );
        assert!(seen.get("evidence").is_none(), "codes only before a claim");
        assert_eq!(
            desk.claim(&desk.reviewer, &case.id).await.status,
            StatusCode::OK
        );
        let held = desk.get(&desk.reviewer, &path).await.body;
        let beside = held["evidence"]["beside"].as_array().unwrap();
        let name = beside.iter().find(|row| row["field"] == "name").unwrap();
        assert_eq!(name["typed"], "MAGIC REVIEW doc_damaged");
        assert_eq!(
            held["evidence"]["reasons"][0]["finding"]["code"],
            "doc_damaged"
        );
        let other = desk.get(&desk.senior, &path).await.body;
        assert!(other.get("evidence").is_none(), "whoever does not hold it");
        let first = desk.decide(&desk.reviewer, &case.id, approve()).await.body;
        assert_eq!(first["standing"], "second", "{first}");
        assert_eq!(service.state(&case.verification).await["status"], "pending");
        assert_eq!(
            desk.vote(&desk.senior, &case.id, approve()).await,
            "settled"
        );
        let state = service.state(&case.verification).await;
        assert_eq!(state["status"], "verified", "{state}");
        let identity = service
            .app
            .store
            .find_identity(
                tenant(&service).await,
                ApplicantId(case.applicant.parse().unwrap()),
            )
            .await
            .unwrap();
        assert!(identity.is_some(), "the identity is remembered");
        let events = service.get("/v1/events").await.body;
        let names: Vec<_> = events["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| &e["event"])
            .collect();
        assert_eq!(
            names.last().unwrap().as_str(),
            Some("verification.verified")
        );
        let notices = service
            .get(&format!("/v1/applicants/{}/notices", case.applicant))
            .await
            .body;
        assert!(notices.to_string().contains("verified"), "{notices}");
    });
}

#[test]
fn peoples_decision_has_signed_evidence_of_who_said_what() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L2", "MAGIC REVIEW").await;
        desk.vote(&desk.reviewer, &case.id, approve()).await;
        desk.vote(&desk.senior, &case.id, approve()).await;
        let path = format!("/v1/verifications/{}/decisions", case.verification);
        let decisions = service.get(&path).await.body;
        let [people, machine] = decisions.as_array().unwrap().as_slice() else {
            panic!("{decisions}")
        };
        assert_eq!(
            (&people["outcome"], &people["case"]),
            (&json!("approved"), &json!(case.id))
        );
        assert_eq!(
            (&machine["outcome"], &machine["case"]),
            (&json!("review"), &Value::Null)
        );
        let path = format!("/v1/decisions/{}/evidence", people["id"].as_str().unwrap());
        let file = service.get(&path).await.bytes;
        let held = verify_evidence(&file, &service.app.signer.verifier()).unwrap();
        let human = held.case.human.unwrap();
        assert_eq!(human.votes.len(), 2);
        assert_eq!(human.saw.to_string(), machine["digest"].as_str().unwrap());
        let tried = service
            .post("/v1/policy/try", json!({ "toml": POLICY }))
            .await
            .body;
        assert_eq!(
            (&tried["cases"], &tried["same"]),
            (&json!(1), &json!(1)),
            "{tried}"
        );
    });
}

#[test]
fn who_is_refused_by_people_hears_why_and_that_an_appeal_is_open() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L2", "MAGIC REVIEW").await;
        let verdict = json!({ "verdict": "refuse", "codes": ["doc_edited", "doc_expired"], "note": "the date" });
        assert_eq!(
            desk.vote(&desk.reviewer, &case.id, verdict).await,
            "settled"
        );
        let state = service.state(&case.verification).await;
        assert_eq!(
            (&state["status"], &state["retry"]),
            (&json!("failed"), &json!("appeal"))
        );
        assert_eq!(
            codes(&state),
            ["review_refused", "doc_expired"],
            "signs of fraud are not told"
        );
        assert_eq!(
            service
                .data(&case.verification, "Ada Lovelace")
                .await
                .status,
            StatusCode::CONFLICT
        );
        let again = desk.claim(&desk.senior, &case.id).await;
        assert_eq!(
            (again.status, &again.body["code"]),
            (StatusCode::CONFLICT, &json!("case_closed"))
        );
    });
}

#[test]
fn one_step_is_asked_for_again_and_the_rest_is_kept() {
    on_both(|service| async move {
        let desk = Desk::new(&service, "[review]\nrecheck_share = 0").await;
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L2", "first").await;
        service.whole_way(&id, "MAGIC REVIEW").await;
        let case = desk.open_case(&id, "review").await;
        let verdict = json!({ "verdict": "ask_again", "codes": ["doc_blurred"], "steps": ["document_front"] });
        assert_eq!(desk.vote(&desk.reviewer, &case, verdict).await, "settled");
        let state = service.state(&id).await;
        assert_eq!(
            (&state["status"], next(&state)),
            (&json!("in_progress"), vec!["document_front"])
        );
        assert_eq!(codes(&state), ["doc_blurred"]);
        let events = service.get("/v1/events").await.body.to_string();
        assert!(events.contains("verification.asked_again"), "{events}");
        let notices = service
            .get(&format!("/v1/applicants/{applicant}/notices"))
            .await
            .body;
        assert!(notices.to_string().contains("asked_again"), "{notices}");
        assert_eq!(service.submit(&id).await.status, StatusCode::CONFLICT);
        service.photo(&id, "front", b"a sharper photo").await;
        assert_eq!(service.submit(&id).await.status, StatusCode::ACCEPTED);
        service.work().await;
        let second = desk.open_case(&id, "review").await;
        assert_ne!(second, case, "another submission is another case");
        let missing =
            json!({ "verdict": "ask_again", "codes": ["doc_blurred"], "steps": ["document_back"] });
        desk.claim(&desk.reviewer, &second).await;
        let refused = desk.decide(&desk.reviewer, &second, missing).await;
        assert_eq!(refused.body["code"], "steps_invalid", "{}", refused.body);
    });
}

#[test]
fn a_verdict_that_cannot_be_told_is_refused() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L1", "MAGIC REVIEW").await;
        desk.claim(&desk.reviewer, &case.id).await;
        for (verdict, code) in [
            (json!({ "verdict": "refuse" }), "codes_invalid"),
            (
                json!({ "verdict": "refuse", "codes": ["nonsense"] }),
                "codes_invalid",
            ),
            (
                json!({ "verdict": "refuse", "codes": ["face_glasses"] }),
                "codes_invalid",
            ),
            (
                json!({ "verdict": "approve", "codes": ["doc_blurred"] }),
                "codes_invalid",
            ),
            (
                json!({ "verdict": "approve", "steps": ["form"] }),
                "steps_invalid",
            ),
            (
                json!({ "verdict": "ask_again", "codes": ["name_mismatch"] }),
                "steps_invalid",
            ),
            (
                json!({ "verdict": "ask_again", "codes": ["doc_edited"], "steps": ["form"] }),
                "codes_invalid",
            ),
            (json!({ "verdict": "maybe" }), "body_invalid"),
            (
                json!({ "verdict": "approve", "note": "\u{0007}" }),
                "note_invalid",
            ),
        ] {
            let answer = desk.decide(&desk.reviewer, &case.id, verdict.clone()).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{verdict}");
            assert_eq!(answer.body["code"], code, "{verdict}");
        }
        assert_eq!(service.state(&case.verification).await["status"], "pending");
    });
}

#[test]
fn a_vote_that_is_repeated_is_one_vote() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L2", "MAGIC REVIEW").await;
        desk.claim(&desk.reviewer, &case.id).await;
        let path = format!("/v1/review/cases/{}/decide", case.id);
        let once = [("idempotency-key", "vote-1")];
        let vote = || service.call_as(&desk.reviewer, Method::POST, &path, Some(approve()), &once);
        let (first, second) = (vote().await, vote().await);
        assert_eq!((first.status, &first.body), (second.status, &second.body));
        assert_eq!(first.body["votes"], 1);
    });
}

/// What somebody has to do with a case before they try to decide it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Situation {
    Unclaimed,
    Mine,
    Released,
    RanOut,
    Others,
    FirstWasMe,
    SecondAfterReviewer,
    SawItBeforeTheFirst,
    Disputed,
    OwnCase,
    Closed,
}

const SITUATIONS: [Situation; 11] = [
    Situation::Unclaimed,
    Situation::Mine,
    Situation::Released,
    Situation::Others,
    Situation::FirstWasMe,
    Situation::SecondAfterReviewer,
    Situation::SawItBeforeTheFirst,
    Situation::Disputed,
    Situation::OwnCase,
    Situation::Closed,
    // Last: it turns the clock, and a person's token ends by it.
    Situation::RanOut,
];

/// Who tries.
struct Who {
    name: &'static str,
    id: Option<String>,
    secret: String,
}

/// What must come of it: the code of the problem, or where the case stands.
fn expected(situation: Situation, who: &str, verdict: &str) -> &'static str {
    use Situation::{
        Closed, Disputed, FirstWasMe, Mine, Others, OwnCase, Released, SawItBeforeTheFirst,
        SecondAfterReviewer, Unclaimed,
    };
    match (who, situation, verdict) {
        ("key" | "person" | "operator" | "auditor", ..) => "scope_missing",
        ("foreign senior", ..) => "not_found",
        (_, OwnCase, _) => "own_case",
        (_, Closed, _) => "case_closed",
        (_, Unclaimed | Released | Situation::RanOut | Others, _) => "not_claimed",
        (_, FirstWasMe, _) => "voted_before",
        (_, SawItBeforeTheFirst, _) => "seen_before",
        (_, Mine, "approve") => "second",
        (_, Mine, _) => "settled",
        ("reviewer", SecondAfterReviewer | Disputed, _) => "senior_needed",
        (_, SecondAfterReviewer, "approve") => "settled",
        (_, SecondAfterReviewer, _) => "disputed",
        (_, Disputed, "ask_again") => "stands_alone",
        (_, Disputed, _) => "settled",
    }
}

async fn bring_about(desk: &Desk<'_>, situation: Situation, case: &Case, who: &Who) {
    let me = &who.secret;
    match situation {
        Situation::Unclaimed => {}
        Situation::Mine => {
            desk.claim(me, &case.id).await;
        }
        Situation::Released => {
            desk.claim(me, &case.id).await;
            desk.release(me, &case.id, "open").await;
        }
        Situation::RanOut => {
            desk.claim(me, &case.id).await;
            if who.id.is_some() {
                desk.service.app.clock.advance(CLAIM);
            }
        }
        Situation::Others => {
            desk.claim(&desk.senior, &case.id).await;
        }
        Situation::FirstWasMe => {
            desk.claim(me, &case.id).await;
            desk.decide(me, &case.id, approve()).await;
            desk.claim(me, &case.id).await;
        }
        Situation::SecondAfterReviewer => {
            desk.vote(&desk.reviewer, &case.id, approve()).await;
            desk.claim(me, &case.id).await;
        }
        Situation::SawItBeforeTheFirst => {
            desk.claim(me, &case.id).await;
            desk.release(me, &case.id, "open").await;
            desk.vote(&desk.reviewer, &case.id, approve()).await;
            desk.claim(me, &case.id).await;
        }
        Situation::Disputed => {
            desk.vote(&desk.reviewer, &case.id, approve()).await;
            let standing = desk.vote(&desk.senior, &case.id, refuse()).await;
            assert_eq!(standing, "disputed");
            desk.claim(me, &case.id).await;
        }
        Situation::OwnCase => {
            if let Some(id) = &who.id {
                let body = json!({ "role": who.name, "applicant": case.applicant });
                let linked = desk.service.put(&format!("/v1/staff/{id}"), body).await;
                assert_eq!(linked.status, StatusCode::OK, "{}", linked.body);
            }
            desk.claim(me, &case.id).await;
        }
        Situation::Closed => {
            desk.vote(&desk.reviewer, &case.id, refuse()).await;
        }
    }
}

#[test]
fn nobody_decides_what_they_may_not_the_whole_matrix() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let operator = service.operator().await;
        let foreign = service.tenant(&operator, "another").await;
        let anybody = service.applicant("anybody").await;
        let mut people = vec![
            Who {
                name: "key",
                id: None,
                secret: service.key.clone(),
            },
            Who {
                name: "person",
                id: None,
                secret: service.token(&anybody, None).await,
            },
            Who {
                name: "foreign senior",
                id: None,
                secret: service.staff(&foreign, "senior").await.1,
            },
        ];
        for name in ["operator", "reviewer", "senior", "auditor"] {
            let (id, secret) = service.staff(&service.key, name).await;
            people.push(Who {
                name,
                id: Some(id),
                secret,
            });
        }
        let mut n_cells = 0;
        let mut self_approvals = 0;
        for situation in SITUATIONS {
            for who in &people {
                for (verdict, body) in [
                    ("approve", approve()),
                    ("refuse", refuse()),
                    ("ask_again", ask_again()),
                ] {
                    let cell = format!("{situation:?} {} {verdict}", who.name);
                    let case = desk.case("L2", "MAGIC REVIEW").await;
                    bring_about(&desk, situation, &case, who).await;
                    let path = format!("/v1/review/cases/{}", case.id);
                    let look = desk.get(&who.secret, &path).await;
                    let shown = look.body.get("evidence").is_some();
                    let answer = desk.decide(&who.secret, &case.id, body).await;
                    let expected = expected(situation, who.name, verdict);
                    let found = answer.body["standing"]
                        .as_str()
                        .or(answer.body["code"].as_str());
                    assert_eq!(found, Some(expected), "{cell}: {}", answer.body);
                    let holds =
                        ["second", "settled", "disputed", "stands_alone"].contains(&expected);
                    assert_eq!(
                        shown, holds,
                        "who decides has seen it, who does not has not: {cell}"
                    );
                    let status = match (situation, expected, verdict) {
                        (Situation::Closed, ..) | (_, "settled", "refuse") => "failed",
                        (_, "settled", "approve") => "verified",
                        (_, "settled", _) => "in_progress",
                        _ => "pending",
                    };
                    let state = service.state(&case.verification).await;
                    assert_eq!(state["status"], status, "{cell}");
                    let alone = [Situation::OwnCase, Situation::FirstWasMe, Situation::Mine]
                        .contains(&situation);
                    self_approvals += u32::from(alone && state["status"] == "verified");
                    n_cells += 1;
                }
            }
        }
        println!("{n_cells} cells, {self_approvals} self-approvals");
        assert_eq!((n_cells, self_approvals), (11 * 7 * 3, 0));
    });
}

#[test]
fn one_of_many_who_claim_at_once_has_it() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let mut people = Vec::new();
        for _ in 0..6 {
            people.push(desk.somebody("reviewer").await);
        }
        for _ in 0..5 {
            let case = desk.case("L2", "MAGIC REVIEW").await;
            let mut claims = tokio::task::JoinSet::new();
            for who in &people {
                let request = Request::builder()
                    .method(Method::POST)
                    .uri(format!("/v1/review/cases/{}/claim", case.id))
                    .header("authorization", format!("Bearer {who}"));
                let request = request.body(Body::empty()).unwrap();
                claims.spawn(service.router.clone().oneshot(request));
            }
            let answers = claims.join_all().await;
            let count = |status| {
                let of = answers
                    .iter()
                    .map(|answer| answer.as_ref().unwrap().status());
                of.filter(|found| *found == status).count()
            };
            assert_eq!((count(StatusCode::OK), count(StatusCode::CONFLICT)), (1, 5));
        }
    });
}

#[test]
fn a_claim_that_ran_out_is_free_and_its_holder_sees_nothing_more() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L1", "MAGIC REVIEW").await;
        let path = format!("/v1/review/cases/{}", case.id);
        desk.claim(&desk.reviewer, &case.id).await;
        service.app.clock.advance(CLAIM - 1);
        let held = desk.claim(&desk.senior, &case.id).await;
        assert_eq!(held.body["code"], "case_held");
        assert_eq!(
            desk.claim(&desk.reviewer, &case.id).await.status,
            StatusCode::OK,
            "held on to"
        );
        service.app.clock.advance(CLAIM);
        assert!(
            desk.get(&desk.reviewer, &path)
                .await
                .body
                .get("evidence")
                .is_none()
        );
        let note = desk.note(&desk.reviewer, &case.id, "late").await;
        assert_eq!(note.body["code"], "not_claimed");
        assert_eq!(
            desk.vote(&desk.senior, &case.id, approve()).await,
            "settled"
        );
        assert_eq!(
            service.state(&case.verification).await["status"],
            "verified"
        );
    });
}

#[test]
fn whoever_knows_the_person_says_so_and_never_gets_the_case_again() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L1", "MAGIC REVIEW").await;
        desk.claim(&desk.reviewer, &case.id).await;
        let released = desk.release(&desk.reviewer, &case.id, "conflict").await;
        assert_eq!(released.status, StatusCode::NO_CONTENT);
        let again = desk.claim(&desk.reviewer, &case.id).await;
        assert_eq!(
            (again.status, &again.body["code"]),
            (StatusCode::FORBIDDEN, &json!("seen_before"))
        );
    });
}

#[test]
fn nobody_finds_or_sees_their_own_case() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L1", "MAGIC REVIEW").await;
        for role in ["reviewer", "senior", "auditor"] {
            let body = json!({ "name": "Ada Lovelace", "role": role, "applicant": case.applicant });
            let created = service.post("/v1/staff", body).await;
            assert_eq!(
                created.body["applicant"],
                json!(case.applicant),
                "{}",
                created.body
            );
            let own = created.body["secret"].as_str().unwrap();
            let list = desk.get(own, "/v1/review/cases").await.body;
            assert_eq!(list["items"], json!([]), "{role}");
            let look = desk
                .get(own, &format!("/v1/review/cases/{}", case.id))
                .await;
            assert_eq!(look.body["code"], "own_case", "{role}");
        }
        let nobody = json!({ "name": "x", "role": "senior", "applicant": uuid::Uuid::nil() });
        assert_eq!(
            service.post("/v1/staff", nobody).await.status,
            StatusCode::NOT_FOUND
        );
    });
}

#[test]
fn who_is_erased_has_no_case_and_gets_no_verdict() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L1", "MAGIC REVIEW").await;
        desk.claim(&desk.reviewer, &case.id).await;
        desk.note(&desk.reviewer, &case.id, "she called").await;
        let erase = format!("/v1/applicants/{}", case.applicant);
        assert_eq!(service.delete(&erase).await.status, StatusCode::NO_CONTENT);
        let late = desk.decide(&desk.reviewer, &case.id, approve()).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
        let state = service.state(&case.verification).await;
        assert_eq!(
            (&state["status"], &state["ended"]),
            (&json!("expired"), &json!("erased"))
        );
        let path = format!("/v1/review/cases/{}", case.id);
        assert_eq!(
            desk.get(&desk.reviewer, &path).await.body["state"],
            "dropped"
        );
        assert_eq!(desk.find_case(&case.verification, "review").await, None);
    });
}

#[test]
fn a_verdict_and_an_erasure_at_once_are_one_after_the_other() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        for round in 0..8 {
            let case = desk.case("L1", "MAGIC REVIEW").await;
            desk.claim(&desk.reviewer, &case.id).await;
            let path = format!("/v1/applicants/{}", case.applicant);
            let (decided, erased) = tokio::join!(
                desk.decide(&desk.reviewer, &case.id, approve()),
                service.delete(&path)
            );
            let status = service.state(&case.verification).await["status"].clone();
            let both = (decided.status, erased.status);
            match both {
                (StatusCode::OK, StatusCode::CONFLICT) => assert_eq!(status, "verified", "{round}"),
                (StatusCode::CONFLICT, StatusCode::NO_CONTENT) => {
                    assert_eq!(status, "expired", "{round}")
                }
                _ => panic!("{round}: {both:?} {} {}", decided.body, erased.body),
            }
        }
    });
}

/// Keeps a photo with a picture, as a live tenant's would be; a sandbox looks at none.
async fn keep_photo(
    service: &Service,
    case: (&str, &str),
    part: Part,
    picture: &[u8],
) -> CaptureId {
    let store = &service.app.store;
    let now: Millis = service.app.now();
    let tenant = tenant(service).await;
    let applicant = ApplicantId(case.0.parse().unwrap());
    let staged = store
        .stage_blob(tenant, applicant, Purpose::Document, picture, now)
        .await;
    let evidence = json!({ "measured": "nothing", "sha256": vec![0; 32], "bytes": picture.len() });
    let evidence = serde_json::to_vec(&evidence).unwrap();
    let new = NewCapture {
        tenant_id: tenant,
        applicant_id: applicant,
        verification_id: VerificationId(case.1.parse().unwrap()),
        part,
        attempt: 0,
        digest: format!("{picture:?}"),
        evidence: &evidence,
        embedding: None,
        reasons: b"[]",
        codes: Vec::new(),
        image: Some(staged.unwrap()),
        original: None,
        usable: true,
    };
    let mut tx = store.begin().await.unwrap();
    let id = tx.record_capture(new, now).await.unwrap().row().id;
    tx.commit().await.unwrap();
    id
}

#[test]
fn photos_are_seen_inside_a_claimed_case_only_and_every_look_is_logged() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let applicant = service.applicant("photographed").await;
        let id = service.verification(&applicant, "L2", "first").await;
        let front = keep_photo(&service, (&applicant, &id), Part::Front, b"the clean JPEG").await;
        let case = desk.again(&applicant, &id, "MAGIC REVIEW").await;
        let other = desk.case("L2", "MAGIC REVIEW").await;
        service.app.clock.advance(1);
        let later = keep_photo(&service, (&applicant, &id), Part::Back, b"a later JPEG").await;
        let image = |case: &str, photo: CaptureId, purpose: &str| {
            format!("/v1/review/cases/{case}/images/{photo}?purpose={purpose}")
        };
        let path = image(&case.id, front, "read_fields");
        let auditor = desk.somebody("auditor").await;
        for (who, status) in [
            (&service.key, StatusCode::FORBIDDEN),
            (&auditor, StatusCode::FORBIDDEN),
            (&desk.reviewer, StatusCode::NOT_FOUND),
        ] {
            assert_eq!(desk.get(who, &path).await.status, status);
        }
        desk.claim(&desk.reviewer, &case.id).await;
        desk.claim(&desk.senior, &other.id).await;
        let shown = desk.get(&desk.reviewer, &path).await;
        assert_eq!(
            (shown.status, shown.bytes.as_slice()),
            (StatusCode::OK, &b"the clean JPEG"[..])
        );
        assert_eq!(shown.headers["cache-control"], "no-store");
        assert_eq!(shown.headers["content-type"], "image/jpeg");
        for (who, path) in [
            (&desk.senior, path.clone()),
            (&desk.senior, image(&other.id, front, "read_fields")),
            (&desk.reviewer, image(&case.id, later, "read_fields")),
        ] {
            assert_eq!(
                desk.get(who, &path).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        for purpose in ["", "curiosity", "Ada%20Lovelace"] {
            let answer = desk
                .get(&desk.reviewer, &image(&case.id, front, purpose))
                .await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{purpose}");
        }
        service.app.clock.advance(CLAIM);
        assert_eq!(
            desk.get(&desk.reviewer, &path).await.status,
            StatusCode::NOT_FOUND,
            "ran out"
        );
        let log = desk.log("review.image_read").await;
        assert_eq!(log.len(), 1, "one look, one entry: {log:?}");
        assert_eq!(log[0]["object"], json!(format!("capture:{front}")));
        assert_eq!(log[0]["detail"]["purpose"], "read_fields");
        assert_eq!(log[0]["detail"]["case"], json!(case.id));
    });
}

#[test]
fn every_look_at_a_person_is_in_the_log() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L2", "MAGIC REVIEW").await;
        let path = format!("/v1/review/cases/{}", case.id);
        desk.get(&desk.reviewer, &path).await;
        assert_eq!(
            desk.log("review.case_read").await.len(),
            0,
            "codes are no look"
        );
        desk.claim(&desk.reviewer, &case.id).await;
        for n in 1..=3 {
            let look = desk.get(&desk.reviewer, &path).await;
            assert!(look.body["evidence"]["beside"].is_array(), "{}", look.body);
            assert_eq!(look.headers["cache-control"], "no-store");
            assert_eq!(desk.log("review.case_read").await.len(), n);
        }
        desk.decide(&desk.reviewer, &case.id, refuse()).await;
        for action in [
            "review.opened",
            "review.claimed",
            "review.voted",
            "verification.decided",
        ] {
            assert!(!desk.log(action).await.is_empty(), "{action}");
        }
    });
}

#[test]
fn the_second_does_not_know_what_the_first_has_said() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L2", "MAGIC REVIEW").await;
        let path = format!("/v1/review/cases/{}", case.id);
        desk.claim(&desk.reviewer, &case.id).await;
        assert_eq!(
            desk.note(&desk.reviewer, &case.id, "looks fine")
                .await
                .status,
            StatusCode::CREATED
        );
        desk.decide(&desk.reviewer, &case.id, approve()).await;
        desk.claim(&desk.senior, &case.id).await;
        let blind = desk.get(&desk.senior, &path).await.body;
        assert_eq!(blind["votes"], 1);
        assert_eq!(blind["evidence"]["votes"], json!([]));
        assert_eq!(blind["evidence"]["notes"], json!([]));
        let decided = desk.decide(&desk.senior, &case.id, refuse()).await;
        assert_eq!(decided.body["standing"], "disputed");
        let third = desk.somebody("senior").await;
        desk.claim(&third, &case.id).await;
        let all = desk.get(&third, &path).await.body;
        assert_eq!(all["evidence"]["votes"].as_array().unwrap().len(), 2);
        assert_eq!(all["evidence"]["notes"][0]["text"], "looks fine");
        assert_eq!(
            desk.decide(&third, &case.id, refuse()).await.body["standing"],
            "settled"
        );
        assert_eq!(service.state(&case.verification).await["status"], "failed");
    });
}

#[test]
fn a_sign_of_fraud_takes_two_at_any_level() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        for (name, first, status) in [
            ("MAGIC REVIEW", "settled", "verified"),
            ("MAGIC doc_edited", "second", "pending"),
            ("MAGIC account_linked_conflict", "second", "pending"),
        ] {
            let case = desk.case("L1", name).await;
            assert_eq!(
                desk.vote(&desk.senior, &case.id, approve()).await,
                first,
                "{name}"
            );
            assert_eq!(
                service.state(&case.verification).await["status"],
                status,
                "{name}"
            );
        }
    });
}

#[test]
fn what_one_has_decided_another_looks_at_again() {
    on_both(|service| async move {
        let policy = POLICY.replace("recheck_share = 0", "recheck_share = 1");
        let desk = Desk::new(&service, &policy).await;
        let (other, third) = (
            desk.somebody("reviewer").await,
            desk.somebody("senior").await,
        );
        // Upheld.
        let case = desk.case("L1", "MAGIC REVIEW").await;
        desk.vote(&desk.reviewer, &case.id, approve()).await;
        let again = desk.open_case(&case.verification, "recheck").await;
        let own = desk.claim(&desk.reviewer, &again).await;
        assert_eq!(own.body["code"], "voted_before");
        assert_eq!(desk.vote(&other, &again, approve()).await, "settled");
        assert_eq!(
            service.state(&case.verification).await["status"],
            "verified"
        );
        // Not confirmed: by one it stands, by two it does not.
        let case = desk.case("L1", "MAGIC REVIEW").await;
        desk.vote(&desk.reviewer, &case.id, approve()).await;
        let again = desk.open_case(&case.verification, "recheck").await;
        assert_eq!(desk.vote(&other, &again, refuse()).await, "disputed");
        assert_eq!(
            service.state(&case.verification).await["status"],
            "verified"
        );
        let disputed = desk
            .get(&third, "/v1/review/cases?disputed=true")
            .await
            .body;
        assert_eq!(disputed["items"][0]["id"], json!(again));
        assert_eq!(desk.vote(&third, &again, refuse()).await, "settled");
        let state = service.state(&case.verification).await;
        assert_eq!(
            (&state["status"], &state["ended"]),
            (&json!("expired"), &json!("overturned"))
        );
        // Refused wrongly: nobody is approved by that, and the person may try again.
        let case = desk.case("L1", "MAGIC REVIEW").await;
        desk.vote(&desk.reviewer, &case.id, refuse()).await;
        let again = desk.open_case(&case.verification, "recheck").await;
        desk.vote(&other, &again, approve()).await;
        desk.vote(&third, &again, approve()).await;
        let state = service.state(&case.verification).await;
        assert_eq!(
            (&state["status"], &state["retry"]),
            (&json!("failed"), &json!("now"))
        );
        assert_eq!(next(&state), ["form"]);
        let figures = desk.get(&third, "/v1/review/reviewers").await.body;
        let figures = &figures[0];
        assert_eq!(
            (
                &figures["rechecked"],
                &figures["disagreed"],
                &figures["overturned"]
            ),
            (&json!(3), &json!(2), &json!(2))
        );
        for file in service
            .get(&format!(
                "/v1/verifications/{}/decisions",
                case.verification
            ))
            .await
            .body
            .as_array()
            .unwrap()
        {
            let path = format!("/v1/decisions/{}/evidence", file["id"].as_str().unwrap());
            let file = service.get(&path).await.bytes;
            assert!(verify_evidence(&file, &service.app.signer.verifier()).is_ok());
        }
    });
}

#[test]
fn a_decision_that_is_not_in_force_any_more_is_not_overturned() {
    on_both(|service| async move {
        let policy = POLICY.replace("recheck_share = 0", "recheck_share = 1");
        let desk = Desk::new(&service, &format!("{policy}\n[times]\nverified_days = 1")).await;
        let other = desk.somebody("reviewer").await;
        let third = desk.somebody("senior").await;
        let case = desk.case("L1", "MAGIC REVIEW").await;
        desk.vote(&desk.reviewer, &case.id, approve()).await;
        let again = desk.open_case(&case.verification, "recheck").await;
        assert_eq!(desk.vote(&other, &again, refuse()).await, "disputed");
        service.app.clock.advance(24 * 3_600_000);
        service.work().await;
        let before = service.state(&case.verification).await;
        assert_eq!(before["ended"], "ran_out", "{before}");
        assert_eq!(desk.vote(&third, &again, refuse()).await, "settled");
        assert_eq!(service.state(&case.verification).await, before);
    });
}

#[test]
fn queues_are_listed_by_what_is_due_and_can_be_narrowed() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let mut ids = Vec::new();
        for name in [
            "MAGIC REVIEW",
            "MAGIC doc_edited",
            "MAGIC REVIEW doc_damaged",
            "MAGIC REVIEW",
            "MAGIC REVIEW",
        ] {
            ids.push(desk.case("L1", name).await.id);
            service.app.clock.advance(60_000);
        }
        let list = async |query: &str| {
            let path = format!("/v1/review/cases?{query}");
            let answer = desk.get(&desk.reviewer, &path).await;
            assert_eq!(answer.status, StatusCode::OK, "{query} {}", answer.body);
            let items = answer.body["items"].as_array().unwrap().clone();
            let ids: Vec<String> = items
                .iter()
                .map(|i| i["id"].as_str().unwrap().to_owned())
                .collect();
            (ids, answer.body["next"].as_str().map(str::to_owned))
        };
        assert_eq!(list("").await.0, ids);
        let (page, cursor) = list("limit=2").await;
        assert_eq!(page, ids[..2]);
        let (page, cursor) = list(&format!("limit=2&after={}", cursor.unwrap())).await;
        assert_eq!(page, ids[2..4]);
        let (page, cursor) = list(&format!("limit=2&after={}", cursor.unwrap())).await;
        assert_eq!((page.as_slice(), cursor), (&ids[4..], None));
        assert_eq!(list("code=doc_damaged").await.0, ids[2..3]);
        assert_eq!(
            list("code=doc_").await.0,
            Vec::<String>::new(),
            "whole codes only"
        );
        assert_eq!(list("older_minutes=4").await.0, ids[..2]);
        assert_eq!(list("level=L2").await.0, Vec::<String>::new());
        assert_eq!(
            list("kind=passport&level=L1&queue=review&disputed=false")
                .await
                .0,
            ids
        );
        desk.claim(&desk.reviewer, &ids[3]).await;
        assert_eq!(list("mine=true").await.0, ids[3..4]);
        let queues = desk.get(&desk.reviewer, "/v1/review/queues").await.body;
        assert_eq!(queues[0]["queue"], "review");
        assert_eq!(
            (
                &queues[0]["open"],
                &queues[0]["held"],
                &queues[0]["overdue"]
            ),
            (&json!(5), &json!(1), &json!(0))
        );
        assert_eq!(queues[0]["oldest_at"], "2026-11-22T09:00:00Z");
        service.app.clock.advance(24 * 3_600_000);
        let queues = desk.get(&desk.reviewer, "/v1/review/queues").await.body;
        assert_eq!(queues[0]["overdue"], 5);
        for wrong in [
            "queue=lunch",
            "limit=0",
            "mine=perhaps",
            "older_minutes=-1",
            "colour=red",
        ] {
            let answer = desk
                .get(&desk.reviewer, &format!("/v1/review/cases?{wrong}"))
                .await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
    });
}

#[test]
fn other_accounts_with_the_same_document_are_shown_beside_it() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let other = service.applicant("the first of the two").await;
        let id = service.verification(&other, "L1", "first").await;
        service.attempt(&id, "Ada Lovelace", &[]).await;
        let case = desk.case("L1", "MAGIC REVIEW").await;
        desk.claim(&desk.reviewer, &case.id).await;
        let path = format!("/v1/review/cases/{}", case.id);
        let held = desk.get(&desk.reviewer, &path).await.body;
        assert_eq!(held["evidence"]["duplicates"], json!([other]));
    });
}
