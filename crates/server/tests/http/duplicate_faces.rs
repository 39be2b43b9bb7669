//! One face, one person: found on every node, in nobody else's tenant, and on the blocklist until its day.

use std::time::Instant;

use menshen_core::card::{Calibration, ColourOrder, Grade, Input, Layout, Metric, ModelCard, Role};
use menshen_core::duplicate::FaceSearch;
use menshen_core::ids::{ApplicantId, BlockId, TenantId, VerificationId};
use menshen_core::policy::DuplicateRules;
use menshen_core::time::DAY;
use menshen_server::{Faces, Wanted};
use menshen_store::{
    BlockRow, Blocked, NewApplicant, NewBlock, NewFace, NewIdentity, NewVerification,
};

use crate::duplicates::uuid;
use crate::support::{Service, on_both};

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
            fnmr: None,
            scores_95: None,
        }),
        comparison: None,
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
            numbers: None,
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
