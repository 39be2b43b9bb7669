//! Marks, faces to be searched and the blocklist: the same on both databases.
#![allow(clippy::unwrap_used)]

mod support;

on_both! {
    a_document_belongs_to_one_applicant_however_many_race
    two_people_may_bear_one_name
    another_tenant_knows_nothing
    erasure_frees_the_document_and_tells_readers_of_the_face
    who_reads_on_while_others_write_misses_nothing
    a_face_stands_as_it_was_added_and_its_model_with_it
    a_block_holds_until_its_day_and_leaves_nothing_behind
    a_damaged_face_is_told_as_one_that_cannot_be_compared
}

mod cases {
    use std::collections::BTreeMap;

    use menshen_core::ids::{ApplicantId, TenantId};
    use menshen_core::time::DAY;
    use menshen_store::{
        ApplicantRow, BlockKind, Blocked, FaceCursor, FaceOf, MarkKind, NewBlock, NewFace,
        NewIdentity, NewMark, Store, VerificationRow,
    };

    use super::support::{NOW, World, sql};

    fn mark<'a>(row: &VerificationRow, kind: MarkKind, key: &'a str) -> NewMark<'a> {
        NewMark {
            tenant_id: row.tenant_id,
            applicant_id: row.applicant_id,
            verification_id: row.id,
            kind,
            key,
        }
    }

    async fn marked(store: &Store, row: &VerificationRow, kind: MarkKind, key: &str) -> bool {
        let mut tx = store.begin().await.unwrap();
        let own = tx.mark(&mark(row, kind, key), NOW).await.unwrap();
        tx.commit().await.unwrap();
        own
    }

    /// Records an identity with a face of some bytes.
    async fn verified(store: &Store, row: &VerificationRow, face: Option<&[u8]>) {
        let face = face.map(|template| NewFace {
            model: "model",
            template,
        });
        let identity = NewIdentity {
            tenant_id: row.tenant_id,
            applicant_id: row.applicant_id,
            verification_id: row.id,
            name: "name",
            number: "number",
            claims: b"claims",
            face,
        };
        let mut tx = store.begin().await.unwrap();
        tx.record_identity(&identity, NOW).await.unwrap();
        tx.add_template(&identity).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Reads everything behind the cursor into a map of faces.
    async fn read(
        store: &Store,
        tenant: TenantId,
        cursor: &mut FaceCursor,
        known: &mut BTreeMap<FaceOf, Vec<u8>>,
    ) {
        loop {
            let page = store.list_faces(tenant, cursor, 3).await.unwrap();
            if page.is_empty() {
                return;
            }
            for face in page {
                match face.template {
                    Some(template) => known.insert(face.of, template.to_vec()),
                    None => known.remove(&face.of),
                };
            }
        }
    }

    async fn people(
        world: &World,
        tenant: TenantId,
        n: usize,
    ) -> Vec<(ApplicantRow, VerificationRow)> {
        let mut people = Vec::new();
        for at in 0..n {
            let applicant = world.applicant(tenant, &format!("person {at}")).await;
            let row = world.verification(&applicant).await;
            people.push((applicant, row));
        }
        people
    }

    pub async fn a_document_belongs_to_one_applicant_however_many_race(world: World) {
        let tenant = world.tenant().await.id;
        let people = people(&world, tenant, 8).await;
        for round in 0..5 {
            let key = format!("passport|UTO|{round}");
            let mut racing = tokio::task::JoinSet::new();
            for (_, row) in people.clone() {
                let (store, key) = (world.store.clone(), key.clone());
                racing.spawn(async move {
                    (
                        marked(&store, &row, MarkKind::Document, &key).await,
                        row.applicant_id,
                    )
                });
            }
            let all = racing.join_all().await;
            let owners: Vec<ApplicantId> = all
                .iter()
                .filter(|(own, _)| *own)
                .map(|(_, id)| *id)
                .collect();
            assert_eq!(owners.len(), 1, "{all:?}");
            let listed = world
                .store
                .list_marked(tenant, MarkKind::Document, &key, 9)
                .await;
            assert_eq!(listed.unwrap(), owners);
        }
    }

    pub async fn two_people_may_bear_one_name(world: World) {
        let tenant = world.tenant().await.id;
        let people = people(&world, tenant, 2).await;
        for (_, row) in &people {
            assert!(marked(&world.store, row, MarkKind::Person, "ADA|1990-01-31|UTO").await);
            // Twice is once.
            assert!(marked(&world.store, row, MarkKind::Person, "ADA|1990-01-31|UTO").await);
        }
        let listed = world
            .store
            .list_marked(tenant, MarkKind::Person, "ADA|1990-01-31|UTO", 9)
            .await;
        assert_eq!(listed.unwrap(), [people[0].0.id, people[1].0.id]);
        // Equal texts of two kinds are no hit.
        let listed = world
            .store
            .list_marked(tenant, MarkKind::Document, "ADA|1990-01-31|UTO", 9)
            .await;
        assert!(listed.unwrap().is_empty());
    }

    pub async fn another_tenant_knows_nothing(world: World) {
        let (one, two) = (world.tenant().await.id, world.tenant().await.id);
        let own = people(&world, one, 1).await;
        let other = people(&world, two, 1).await;
        let store = &world.store;
        verified(store, &own[0].1, Some(b"face")).await;
        assert!(marked(store, &own[0].1, MarkKind::Document, "key").await);
        assert!(marked(store, &other[0].1, MarkKind::Document, "key").await);
        let mut faces = BTreeMap::new();
        read(store, two, &mut FaceCursor::default(), &mut faces).await;
        assert!(faces.is_empty());
        assert!(store.find_face(two, own[0].0.id).await.unwrap().is_none());
        assert!(store.find_face(one, own[0].0.id).await.unwrap().is_some());
    }

    pub async fn erasure_frees_the_document_and_tells_readers_of_the_face(world: World) {
        let tenant = world.tenant().await.id;
        let people = people(&world, tenant, 3).await;
        let store = &world.store;
        for (at, (_, row)) in people.iter().enumerate() {
            verified(store, row, Some(&[at as u8; 8])).await;
        }
        assert!(marked(store, &people[0].1, MarkKind::Document, "key").await);
        let (mut cursor, mut faces) = (FaceCursor::default(), BTreeMap::new());
        read(store, tenant, &mut cursor, &mut faces).await;
        assert_eq!(faces.len(), 3);
        let before = store.gallery_seq(tenant).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.erase(tenant, people[0].0.id, NOW, NOW).await.unwrap();
        tx.destroy_biometric(tenant, people[1].0.id, NOW)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(store.gallery_seq(tenant).await.unwrap() > before);
        read(store, tenant, &mut cursor, &mut faces).await;
        let left: Vec<FaceOf> = faces.into_keys().collect();
        assert_eq!(left, [FaceOf::Applicant(people[2].0.id)]);
        for gone in &people[..2] {
            assert!(store.find_face(tenant, gone.0.id).await.unwrap().is_none());
        }
        // Whoever reads from the start learns the same.
        let mut fresh = BTreeMap::new();
        read(store, tenant, &mut FaceCursor::default(), &mut fresh).await;
        assert_eq!(fresh.into_keys().collect::<Vec<_>>(), left);
        assert!(marked(store, &people[1].1, MarkKind::Document, "key").await);
    }

    pub async fn who_reads_on_while_others_write_misses_nothing(world: World) {
        let tenant = world.tenant().await.id;
        let people = people(&world, tenant, 24).await;
        let mut writing = tokio::task::JoinSet::new();
        for (at, (_, row)) in people.iter().cloned().enumerate() {
            let store = world.store.clone();
            writing.spawn(async move { verified(&store, &row, Some(&[at as u8; 4])).await });
        }
        let (mut cursor, mut faces) = (FaceCursor::default(), BTreeMap::new());
        while !writing.is_empty() {
            read(&world.store, tenant, &mut cursor, &mut faces).await;
            writing.join_next().await.unwrap().unwrap();
        }
        read(&world.store, tenant, &mut cursor, &mut faces).await;
        assert_eq!(faces.len(), people.len());
        let mut tx = world.store.begin().await.unwrap();
        let held = tx.lock_gallery(tenant).await.unwrap();
        drop(tx);
        assert_eq!(held, world.store.gallery_seq(tenant).await.unwrap());
    }

    pub async fn a_face_stands_as_it_was_added_and_its_model_with_it(world: World) {
        let tenant = world.tenant().await.id;
        let people = people(&world, tenant, 1).await;
        let store = &world.store;
        verified(store, &people[0].1, None).await;
        assert!(
            store
                .find_face(tenant, people[0].0.id)
                .await
                .unwrap()
                .is_none()
        );
        verified(store, &people[0].1, Some(b"first")).await;
        verified(store, &people[0].1, Some(b"second")).await;
        let face = store
            .find_face(tenant, people[0].0.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&*face.template.unwrap(), b"first");
        assert_eq!(face.model.as_deref(), Some("model"));
    }

    pub async fn a_block_holds_until_its_day_and_leaves_nothing_behind(world: World) {
        let tenant = world.tenant().await.id;
        let other = world.tenant().await.id;
        let store = &world.store;
        let ends_at = Some(NOW.plus(DAY));
        let new = |what| NewBlock {
            tenant_id: tenant,
            what,
            reason: "case-1".to_owned(),
            actor: "system".to_owned(),
            verification_id: None,
            ends_at,
        };
        let face = Blocked::Face {
            model: "model",
            template: b"face",
        };
        let mut tx = store.begin().await.unwrap();
        let document = tx
            .create_block(&new(Blocked::Document { key: "key" }), NOW)
            .await
            .unwrap();
        let face = tx.create_block(&new(face), NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            (document.kind, face.kind),
            (BlockKind::Document, BlockKind::Face)
        );
        let documents = async |tenant, now| {
            let rows = store
                .list_blocked_documents(tenant, "key", now, 9)
                .await
                .unwrap();
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(documents(tenant, NOW).await, [document.id]);
        assert!(documents(tenant, NOW.plus(DAY)).await.is_empty());
        assert!(documents(other, NOW).await.is_empty());
        assert!(store.find_block(other, face.id).await.unwrap().is_none());
        let found = store.find_block(tenant, face.id).await.unwrap().unwrap();
        let (model, template) = found.face(store).unwrap().unwrap();
        assert_eq!((model, &*template), ("model", &b"face"[..]));
        let (mut cursor, mut faces) = (FaceCursor::default(), BTreeMap::new());
        read(store, tenant, &mut cursor, &mut faces).await;
        assert_eq!(
            faces.into_keys().collect::<Vec<_>>(),
            [FaceOf::Block(face.id)]
        );
        assert!(
            store
                .list_ended_blocks(tenant, NOW, 9)
                .await
                .unwrap()
                .is_empty()
        );
        let ended = store
            .list_ended_blocks(tenant, NOW.plus(DAY), 9)
            .await
            .unwrap();
        assert_eq!(ended.len(), 2);
        let mut tx = store.begin().await.unwrap();
        for row in &ended {
            tx.remove_block(row, NOW).await.unwrap();
            assert!(tx.remove_block(row, NOW).await.is_err());
        }
        tx.commit().await.unwrap();
        let mut faces = BTreeMap::from([(FaceOf::Block(face.id), Vec::new())]);
        read(store, tenant, &mut cursor, &mut faces).await;
        assert!(faces.is_empty());
        assert!(store.list_blocks(tenant, None, 9).await.unwrap().is_empty());
        assert!(documents(tenant, NOW).await.is_empty());
    }

    pub async fn a_damaged_face_is_told_as_one_that_cannot_be_compared(world: World) {
        let tenant = world.tenant().await.id;
        let people = people(&world, tenant, 2).await;
        let store = &world.store;
        for (_, row) in &people {
            verified(store, row, Some(b"face")).await;
        }
        // A value of another row does not open here.
        // A value of another column does not open here.
        sql(
            &world,
            "UPDATE identity SET template_sealed = claims_sealed",
        )
        .await;
        let page = store
            .list_faces(tenant, &mut FaceCursor::default(), 9)
            .await
            .unwrap();
        assert_eq!(page.len(), 2);
        assert!(page.iter().all(|face| face.template.is_none()));
        assert!(
            page.iter()
                .all(|face| face.model.as_deref() == Some("model"))
        );
    }
}
