//! One document, one person, one face: a second account goes to a person, however many submit at once.

use std::time::Instant;

use axum::http::{Method, StatusCode};
use menshen_core::card::{Calibration, ColourOrder, Grade, Input, Layout, Metric, ModelCard, Role};
use menshen_core::duplicate::FaceSearch;
use menshen_core::ids::{ApplicantId, BlockId, TenantId, VerificationId};
use menshen_core::policy::DuplicateRules;
use menshen_core::time::DAY;
use menshen_ledger::verify_evidence;
use menshen_server::{Faces, Wanted, do_one_job};
use menshen_store::{
    BlockRow, Blocked, NewApplicant, NewBlock, NewFace, NewIdentity, NewVerification,
};
use serde_json::{Value, json};

use crate::support::{Service, codes, on_both, passport};

const CONFLICT: &str = "account_linked_conflict";

/// Lets the sandbox search its people, too.
async fn searched(service: &Service) {
    let policy = json!({ "toml": "version = \"searched\"\n[duplicates]\nsandbox = true" });
    let answer = service.put("/v1/policy", policy).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

/// Opens a first-level verification of a new applicant, with data; returns both ids.
async fn opened(service: &Service, user: &str, data: Value) -> (String, String) {
    let applicant = service.applicant(user).await;
    let id = service.verification(&applicant, "L1", "first").await;
    let answer = service
        .put(&format!("/v1/verifications/{id}/data"), data)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    (applicant, id)
}

/// The same, submitted and judged; returns the applicant and the state.
async fn judged(service: &Service, user: &str, data: Value) -> (String, Value) {
    let (applicant, id) = opened(service, user, data).await;
    assert_eq!(service.submit(&id).await.status, StatusCode::ACCEPTED);
    service.work().await;
    (applicant, service.state(&id).await)
}

fn person(name: &str, number: &str) -> Value {
    let mut data = passport(name);
    data["number"] = json!(number);
    data
}

async fn events(service: &Service, name: &str) -> Vec<Value> {
    let events = service.get("/v1/events?limit=200").await.body;
    let events = events["items"].as_array().unwrap().clone();
    events
        .into_iter()
        .filter(|event| event["event"] == name)
        .collect()
}

#[test]
fn a_second_account_with_the_same_document_or_identity_goes_to_a_person() {
    on_both(|service| async move {
        searched(&service).await;
        let (first, state) = judged(&service, "first", person("Ada Lovelace", "L1")).await;
        assert_eq!(state["status"], "verified");
        // Another name, the same document, typed in another way.
        let (second, state) = judged(&service, "second", person("Grace Hopper", " l-1 ")).await;
        assert_eq!(
            (state["status"].as_str(), codes(&state)),
            (Some("pending"), vec![CONFLICT])
        );
        let found = events(&service, "duplicate.found").await;
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0]["payload"]["others"],
            json!([first]),
            "{}",
            found[0]
        );
        assert_eq!(
            found[0]["payload"]["applicant"],
            json!(second),
            "{}",
            found[0]
        );
        assert!(!found[0].to_string().contains("Grace"));
        // The same person with another document.
        let (_, state) = judged(&service, "third", person("LOVELACE, ADA", "L2")).await;
        assert_eq!(codes(&state), [CONFLICT]);
        let decision = service
            .get(&format!(
                "/v1/verifications/{}/decisions",
                state["id"].as_str().unwrap()
            ))
            .await
            .body;
        let path = format!(
            "/v1/decisions/{}/evidence",
            decision[0]["id"].as_str().unwrap()
        );
        let file = service.get(&path).await.bytes;
        let evidence = verify_evidence(&file, &service.app.signer.verifier()).unwrap();
        let found = evidence.case.evidence.duplicates.unwrap();
        assert_eq!(found.identity, [first.parse().unwrap()]);
        // Another person with another document is nobody else's.
        let (_, state) = judged(&service, "fourth", person("Grace Hopper", "L4")).await;
        assert_eq!(state["status"], "verified");
        // Whoever is verified again is no duplicate of themselves.
        let again = service.verification(&first, "L1", "new_device").await;
        service.photo(&again, "selfie", b"a face").await;
        assert_eq!(service.submit(&again).await.status, StatusCode::ACCEPTED);
        service.work().await;
        assert_eq!(service.state(&again).await["status"], "verified");
    });
}

#[test]
fn a_sandbox_is_searched_where_its_policy_says_so() {
    on_both(|service| async move {
        for user in ["first", "second"] {
            let (_, state) = judged(&service, user, passport("Ada Lovelace")).await;
            assert_eq!(state["status"], "verified", "{user}");
        }
        assert!(events(&service, "duplicate.found").await.is_empty());
    });
}

#[test]
fn of_many_who_submit_one_document_at_once_exactly_one_is_verified() {
    on_both(|service| async move {
        searched(&service).await;
        for round in 0..4 {
            let mut ids = Vec::new();
            for user in 0..5 {
                // Even rounds: one document. Odd rounds: one person with five documents.
                let data = match round % 2 {
                    0 => person(
                        &format!("Person {}", ["A", "B", "C", "D", "E"][user]),
                        &format!("R{round}"),
                    ),
                    _ => person(
                        &format!("Same Person {}", ["A", "B"][round / 2]),
                        &format!("R{round}U{user}"),
                    ),
                };
                let (_, id) = opened(&service, &format!("{round} {user}"), data).await;
                assert_eq!(service.submit(&id).await.status, StatusCode::ACCEPTED);
                ids.push(id);
            }
            let mut nodes = tokio::task::JoinSet::new();
            for _ in 0..4 {
                let app = service.app.clone();
                nodes.spawn(async move { while do_one_job(&app).await.unwrap() {} });
            }
            nodes.join_all().await;
            // A job that gave way takes its turn a moment later.
            for _ in 0..10 {
                service.app.clock.advance(1_000);
                service.work().await;
            }
            let mut verified = 0;
            for id in &ids {
                let state = service.state(id).await;
                match state["status"].as_str() {
                    Some("verified") => verified += 1,
                    Some("pending") => assert_eq!(codes(&state), [CONFLICT]),
                    _ => panic!("{state}"),
                }
            }
            assert_eq!(verified, 1, "round {round}");
        }
    });
}

#[test]
fn an_erased_person_leaves_the_document_free() {
    on_both(|service| async move {
        searched(&service).await;
        let (first, _) = judged(&service, "first", person("Ada Lovelace", "L1")).await;
        service.app.clock.advance(1_900 * DAY);
        let erased = service.delete(&format!("/v1/applicants/{first}")).await;
        assert_eq!(erased.status, StatusCode::NO_CONTENT, "{}", erased.body);
        let (_, state) = judged(&service, "second", person("Ada Lovelace", "L1")).await;
        assert_eq!(state["status"], "verified", "{state}");
    });
}

#[test]
fn a_document_on_the_blocklist_goes_to_a_person_who_is_not_told_why() {
    on_both(|service| async move {
        let document = json!({ "document": "passport", "country": "UTO", "number": "L898902C3" });
        let entry = |days: Value| json!({ "document": document, "reason": "case-1", "days": days });
        let made = service.post("/v1/blocklist", entry(json!(2))).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert!(!made.body.to_string().contains("L898902C3"));
        let (applicant, state) = judged(&service, "first", passport("Ada Lovelace")).await;
        assert_eq!(state["status"], "pending");
        let token = service.token(&applicant, None).await;
        let path = format!("/v1/verifications/{}", state["id"].as_str().unwrap());
        let seen = service
            .call_as(&token, Method::GET, &path, None, &[])
            .await
            .body;
        assert_eq!(codes(&seen), ["(none)"], "{seen}");
        assert!(!seen.to_string().contains("block"), "{seen}");
        let decisions = service.get(&format!("{path}/decisions")).await.body;
        assert!(
            decisions.to_string().contains("blocklist_hit"),
            "{decisions}"
        );
        // Its day comes.
        service.app.clock.advance(2 * DAY);
        service.work().await;
        let list = service.get("/v1/blocklist").await.body;
        assert_eq!(list["items"], json!([]));
        let (_, state) = judged(&service, "second", passport("Ada Lovelace")).await;
        assert_eq!(state["status"], "verified");
        // Or it is removed by hand.
        let made = service.post("/v1/blocklist", entry(Value::Null)).await.body;
        let path = format!("/v1/blocklist/{}", made["id"].as_str().unwrap());
        assert_eq!(
            judged(&service, "third", passport("Ada Lovelace")).await.1["status"],
            "pending"
        );
        assert_eq!(service.delete(&path).await.status, StatusCode::NO_CONTENT);
        assert_eq!(service.delete(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            judged(&service, "fourth", passport("Ada Lovelace")).await.1["status"],
            "verified"
        );
        let audit = service.get("/v1/audit?limit=200").await.body.to_string();
        for action in ["block.created", "block.ended", "block.removed"] {
            assert!(audit.contains(action), "{action}");
        }
    });
}

#[test]
fn an_entry_that_says_nothing_clear_is_refused() {
    on_both(|service| async move {
        let applicant = service.applicant("first").await;
        let id = service.verification(&applicant, "L2", "first").await;
        service.photo(&id, "selfie", b"a face").await;
        let document = |number: &str, country: &str| json!({ "document": "passport", "country": country, "number": number });
        for (body, code) in [
            (json!({ "reason": "x" }), "block_invalid"),
            (
                json!({ "document": document("1", "UTO"), "face_of": id, "reason": "x" }),
                "block_invalid",
            ),
            (
                json!({ "document": document("1", "UTO"), "reason": "Ada Lovelace" }),
                "block_invalid",
            ),
            (
                json!({ "document": document("-", "UTO"), "reason": "x" }),
                "block_invalid",
            ),
            (
                json!({ "document": document("1", "ZZZ"), "reason": "x" }),
                "block_invalid",
            ),
            (
                json!({ "document": document("1", "UTO"), "reason": "x", "days": 0 }),
                "block_invalid",
            ),
            (json!({ "face_of": id, "reason": "x" }), "block_invalid"),
            (
                json!({ "face_of": id, "reason": "x", "days": 1_096 }),
                "block_invalid",
            ),
            (
                json!({ "face_of": id, "reason": "x", "days": 30 }),
                "face_missing",
            ),
        ] {
            let answer = service.post("/v1/blocklist", body.clone()).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
            assert_eq!(answer.body["code"], code, "{body} {}", answer.body);
        }
        let stranger = json!({ "face_of": uuid(9), "reason": "x", "days": 30 });
        assert_eq!(
            service.post("/v1/blocklist", stranger).await.status,
            StatusCode::NOT_FOUND
        );
        let once = [("idempotency-key", "one")];
        let body = json!({ "document": document("1", "UTO"), "reason": "x" });
        let mut ids = Vec::new();
        for _ in 0..2 {
            let path = "/v1/blocklist";
            let answer = service
                .call_as(&service.key, Method::POST, path, Some(body.clone()), &once)
                .await;
            ids.push(answer.body["id"].clone());
        }
        assert_eq!(ids[0], ids[1]);
        assert_eq!(
            service.get("/v1/blocklist").await.body["items"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    });
}

fn uuid(n: u8) -> String {
    format!("01990000-0000-7000-8000-0000000000{n:02}")
}

fn card(name: &str) -> ModelCard {
    ModelCard {
        name: name.to_owned(),
        role: Role::FaceEmbedding,
        input: Input {
            width: 112,
            height: 112,
            colour: ColourOrder::Rgb,
            layout: Layout::Nchw,
            mean: [0.0; 3],
            scale: [1.0; 3],
        },
        crop_scale: None,
        alignment: None,
        metric: Some(Metric::Cosine),
        mirror: false,
        output: "vector of 16".to_owned(),
        grade: Grade::Production,
        calibration: Some(Calibration {
            dataset: "drawn for tests".to_owned(),
            genuine_pairs: 1_000,
            impostor_pairs: 100_000,
            fmr_1e2: 0.27,
            fmr_1e3: 0.37,
            fmr_1e4: 0.46,
        }),
    }
}

/// Returns a vector that is near its own number's, and far from every other's.
fn vector(person: usize, sample: usize) -> Vec<f32> {
    let mut values = vec![0.01; 16];
    values[person % 16] += 1.0;
    values[(person + 1 + sample) % 16] += 0.1;
    values
}

fn bytes(vector: &[f32]) -> Vec<u8> {
    vector
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// People of the sandbox with faces, and who searches for them.
struct World<'a> {
    service: &'a Service,
    tenant: TenantId,
}

impl World<'_> {
    async fn new(service: &Service) -> World<'_> {
        let tenants = service.app.store.list_tenants(None, 9).await.unwrap();
        let tenant = tenants[0].id;
        World { service, tenant }
    }

    /// Makes somebody with a verified face.
    async fn person(&self, n: usize, model: &str) -> ApplicantId {
        let applicant = self.service.applicant(&format!("person {n} {model}")).await;
        let id = self.service.verification(&applicant, "L2", "first").await;
        let applicant: ApplicantId = applicant.parse().unwrap();
        let template = bytes(&vector(n, 0));
        let identity = NewIdentity {
            tenant_id: self.tenant,
            applicant_id: applicant,
            verification_id: VerificationId(id.parse().unwrap()),
            name: "name",
            number: "number",
            claims: b"claims",
            face: Some(NewFace {
                model,
                template: &template,
            }),
        };
        let mut tx = self.service.app.store.begin().await.unwrap();
        tx.record_identity(&identity, self.service.app.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        applicant
    }

    /// Blocks a face for a day.
    async fn block(&self, vector: &[f32]) -> BlockRow {
        let template = bytes(vector);
        let now = self.service.app.now();
        let block = NewBlock {
            tenant_id: self.tenant,
            what: Blocked::Face {
                model: "model",
                template: &template,
            },
            reason: "case-1".to_owned(),
            actor: "system".to_owned(),
            verification_id: None,
            ends_at: Some(now.plus(DAY)),
        };
        let mut tx = self.service.app.store.begin().await.unwrap();
        let row = tx.create_block(&block, now).await.unwrap();
        tx.commit().await.unwrap();
        row
    }

    async fn search(&self, faces: &Faces, of: ApplicantId, vector: &[f32]) -> FaceSearch {
        let found = self.try_search(faces, of, vector).await;
        found.expect("few faces are read at once")
    }

    /// Searches, and gives up where not all faces were read in time.
    async fn try_search(
        &self,
        faces: &Faces,
        of: ApplicantId,
        vector: &[f32],
    ) -> Option<FaceSearch> {
        let card = card("model");
        let wanted = Wanted {
            tenant: self.tenant,
            applicant: of,
            card: &card,
            vector,
            rules: &DuplicateRules::default(),
            now: self.service.app.now(),
        };
        faces.search(&self.service.app.store, wanted).await.unwrap()
    }
}

#[test]
fn a_face_is_found_on_every_node_and_an_erased_one_on_none() {
    on_both(|service| async move {
        let world = World::new(&service).await;
        let mut people = Vec::new();
        for n in 0..10 {
            people.push(world.person(n, "model").await);
        }
        let other_model = world.person(3, "another").await;
        let nodes = [Faces::default(), Faces::default()];
        let stranger: ApplicantId = uuid(1).parse().unwrap();
        for faces in &nodes {
            for (n, id) in people.iter().enumerate() {
                let found = world.search(faces, stranger, &vector(n, 2)).await;
                let ids: Vec<ApplicantId> = found.others.iter().map(|hit| hit.id).collect();
                assert_eq!(ids, [*id]);
                assert_eq!((found.searched, found.uncompared), (10, 1));
                assert!(found.others[0].score > 0.9 && found.missing.is_none());
                // Nobody is a duplicate of themselves.
                let own = world.search(faces, *id, &vector(n, 2)).await;
                assert!(own.others.is_empty() && own.searched == 9);
            }
            let found = world.search(faces, stranger, &vector(12, 0)).await;
            assert!(found.others.is_empty(), "{found:?}");
        }
        // One is verified, one is erased, one withdraws: both nodes know at once.
        let new = world.person(12, "model").await;
        let mut tx = service.app.store.begin().await.unwrap();
        let now = service.app.now();
        tx.erase(world.tenant, people[0], now, now).await.unwrap();
        tx.destroy_biometric(world.tenant, people[1], now)
            .await
            .unwrap();
        tx.destroy_biometric(world.tenant, other_model, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        for faces in &nodes {
            for (n, expected) in [(0, None), (1, None), (2, Some(people[2])), (12, Some(new))] {
                let found = world.search(faces, stranger, &vector(n, 2)).await;
                let ids = found.others.iter().map(|hit| hit.id);
                assert!(ids.eq(expected), "{n} {found:?}");
                assert_eq!((found.searched, found.uncompared), (9, 0));
            }
        }
    });
}

#[test]
fn no_tenant_sees_the_faces_of_another() {
    on_both(|service| async move {
        let world = World::new(&service).await;
        world.person(1, "model").await;
        let operator = service.operator().await;
        service.tenant(&operator, "another").await;
        let tenants = service.app.store.list_tenants(None, 9).await.unwrap();
        let faces = Faces::default();
        let stranger: ApplicantId = uuid(1).parse().unwrap();
        let mut seen = Vec::new();
        for tenant in tenants {
            let world = World {
                service: &service,
                tenant: tenant.id,
            };
            let found = world.search(&faces, stranger, &vector(1, 2)).await;
            if !found.others.is_empty() {
                seen.push(tenant.id);
            }
        }
        assert_eq!(seen, [world.tenant]);
    });
}

#[test]
fn people_who_are_nearer_hide_no_face_on_the_blocklist() {
    on_both(|service| async move {
        let world = World::new(&service).await;
        for n in 0..25 {
            // All with one face.
            world.person(5 + 16 * n, "model").await;
        }
        let row = world.block(&vector(5, 3)).await;
        let stranger: ApplicantId = uuid(1).parse().unwrap();
        let found = world
            .search(&Faces::default(), stranger, &vector(5, 0))
            .await;
        assert_eq!((found.others.len(), found.searched), (20, 26));
        let blocked: Vec<BlockId> = found.blocked.iter().map(|hit| hit.id).collect();
        assert_eq!(blocked, [row.id]);
    });
}

#[test]
fn a_face_on_the_blocklist_is_found_until_its_day() {
    on_both(|service| async move {
        let world = World::new(&service).await;
        let faces = Faces::default();
        let stranger: ApplicantId = uuid(1).parse().unwrap();
        let row = world.block(&vector(5, 0)).await;
        let found = world.search(&faces, stranger, &vector(5, 3)).await;
        assert_eq!(
            found.blocked.iter().map(|hit| hit.id).collect::<Vec<_>>(),
            [row.id]
        );
        assert!(found.others.is_empty());
        // Nobody has swept yet, and it does not count any more.
        service.app.clock.advance(DAY);
        let found = world.search(&faces, stranger, &vector(5, 3)).await;
        assert!(found.blocked.is_empty() && found.searched == 1);
        service.work().await;
        let found = world.search(&faces, stranger, &vector(5, 3)).await;
        assert_eq!((found.blocked.len(), found.searched), (0, 0));
    });
}

/// How many faces the next test makes; more by `MENSHEN_TEST_FACES`.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by their environment how long they may take"
)]
fn many_faces() -> usize {
    let asked = std::env::var("MENSHEN_TEST_FACES").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(1_200)
}

/// Returns a vector of 128 numbers that follows from a number.
fn long_vector(n: usize) -> Vec<f32> {
    let mut seed = n as u64 + 1;
    let mut next = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((seed >> 40) as f32) / 8_388_608.0 - 1.0
    };
    (0..128).map(|_| next()).collect()
}

#[test]
fn a_new_node_reads_every_face_from_the_database() {
    on_both(|service| async move {
        let world = World::new(&service).await;
        let (store, now, faces) = (&service.app.store, service.app.now(), many_faces());
        let mut people: Vec<ApplicantId> = Vec::new();
        while people.len() < faces {
            let mut tx = store.begin().await.unwrap();
            for _ in 0..500.min(faces - people.len()) {
                let n = people.len();
                let new = NewApplicant {
                    tenant_id: world.tenant,
                    external_id: format!("face {n}"),
                    locale: "en".to_owned(),
                };
                let applicant = tx.create_applicant(&new, now).await.unwrap().id;
                let new = NewVerification {
                    tenant_id: world.tenant,
                    applicant_id: applicant,
                    level: "L2".to_owned(),
                    flow: "first".to_owned(),
                    status: "verified".to_owned(),
                    state: "{}".to_owned(),
                    policy_identity: "none".to_owned(),
                    due_at: None,
                };
                let row = tx.create_verification(&new, now).await.unwrap();
                let template = bytes(&long_vector(n));
                let identity = NewIdentity {
                    tenant_id: world.tenant,
                    applicant_id: applicant,
                    verification_id: row.id,
                    name: "name",
                    number: "number",
                    claims: b"claims",
                    face: Some(NewFace {
                        model: "model",
                        template: &template,
                    }),
                };
                tx.record_identity(&identity, now).await.unwrap();
                people.push(applicant);
            }
            tx.commit().await.unwrap();
        }
        let node = Faces::default();
        let stranger: ApplicantId = uuid(1).parse().unwrap();
        let begun = Instant::now();
        let mut found = world.try_search(&node, stranger, &long_vector(0)).await;
        while found.is_none() {
            found = world.try_search(&node, stranger, &long_vector(0)).await;
        }
        println!("{faces} faces read in {:?}", begun.elapsed());
        assert_eq!(found.unwrap().searched as usize, faces);
        let mut times = Vec::new();
        for n in (0..faces).step_by((faces / 50).max(1)) {
            let begun = Instant::now();
            let found = world.search(&node, stranger, &long_vector(n)).await;
            times.push(begun.elapsed());
            assert_eq!(found.others[0].id, people[n]);
        }
        times.sort();
        println!(
            "searched in {:?} (median), {:?} at most",
            times[times.len() / 2],
            times[times.len() - 1]
        );
    });
}
