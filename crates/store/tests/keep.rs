//! Erasure, holds, clocks, rotation, backups, places of files: the same on both databases.
#![allow(clippy::unwrap_used)]

mod support;

on_both! {
    a_moved_value_does_not_open
    an_erased_person_is_noise_and_the_name_is_free_again
    a_hold_and_the_law_forbid_erasure
    the_biometric_clock_ends_before_the_documents
    rotation_goes_on_after_a_kill_while_others_read
    a_backup_of_a_live_store_is_consistent
    a_backup_goes_into_either_database_and_place
    files_in_a_folder_are_sealed_and_swept
    files_in_a_bucket_are_sealed_and_swept
}

mod cases {
    use menshen_core::ids::BlobId;
    use menshen_core::time::DAY;
    use menshen_store::{
        BlobConfig, MasterKeys, Part, Purpose, Store, StoreConfig, StoreError, restore,
    };
    use tempfile::TempDir;

    use super::support::{
        KEY, NOW, On, World, new_database, new_verification, open, record_photo, s3_bucket, sql,
    };

    pub async fn a_moved_value_does_not_open(world: World) {
        let tenant = world.tenant().await.id;
        let mut rows = Vec::new();
        for name in ["a", "b"] {
            let applicant = world.applicant(tenant, name).await;
            for _ in 0..2 {
                let mut row = world.verification(&applicant).await;
                let mut tx = world.store.begin().await.unwrap();
                row.version = tx.put_claims(&row, b"claims", NOW).await.unwrap();
                tx.put_reasons(&row, b"reasons", NOW).await.unwrap();
                tx.commit().await.unwrap();
                rows.push(row);
            }
        }
        let store = &world.store;
        assert!(store.find_claims(tenant, rows[0].id).await.is_ok());
        // To another row of the same person, of another person, and to another column.
        for (from, to) in [(1, 0), (2, 0)] {
            let (from, to) = (rows[from].id, rows[to].id);
            let part = "SELECT claims_sealed FROM verification WHERE id =";
            sql(
                &world,
                &format!(
                    "UPDATE verification SET claims_sealed = ({part} '{from}') WHERE id = '{to}'"
                ),
            )
            .await;
            let found = store.find_claims(tenant, to).await;
            assert!(matches!(found, Err(StoreError::Damaged { .. })));
        }
        let id = rows[3].id;
        sql(
            &world,
            &format!("UPDATE verification SET claims_sealed = reasons_sealed WHERE id = '{id}'"),
        )
        .await;
        let found = store.find_claims(tenant, id).await;
        assert!(matches!(found, Err(StoreError::Damaged { .. })));
        // A person's key does not unwrap as another's.
        let (a, b) = (rows[0].applicant_id, rows[2].applicant_id);
        let part = format!(
            "SELECT wrapped FROM subject_key WHERE applicant_id = '{a}' AND purpose = 'document'"
        );
        sql(
            &world,
            &format!("UPDATE subject_key SET wrapped = ({part}) WHERE applicant_id = '{b}'"),
        )
        .await;
        let found = store.find_reasons(tenant, rows[2].id).await;
        assert!(matches!(found, Err(StoreError::Damaged { .. })));
    }

    pub async fn an_erased_person_is_noise_and_the_name_is_free_again(world: World) {
        let tenant = world.tenant().await.id;
        let applicant = world.applicant(tenant, "a").await;
        let verification = world.verification(&applicant).await;
        let store = &world.store;
        let capture = record_photo(store, &verification, Part::Front, b"photo", NOW).await;
        let image = capture.row().image_blob.unwrap();
        for at in [NOW, NOW.plus(1)] {
            let mut tx = store.begin().await.unwrap();
            tx.erase(tenant, applicant.id, NOW, at).await.unwrap();
            tx.commit().await.unwrap();
        }
        let erased = store
            .find_applicant(tenant, applicant.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(erased.erased_at, Some(NOW));
        let id = capture.row().id;
        for read in [
            store.find_claims(tenant, verification.id).await,
            store.find_external_id(tenant, applicant.id).await,
            store.find_capture_evidence(tenant, id).await,
            store.find_capture_embedding(tenant, id).await,
        ] {
            assert!(matches!(read, Err(StoreError::Erased)));
        }
        assert!(store.open_blob(tenant, image).await.unwrap().is_none());
        let staged = store
            .stage_blob(tenant, applicant.id, Purpose::Document, b"new", NOW)
            .await;
        assert!(matches!(staged, Err(StoreError::Erased)));
        assert!(
            store
                .find_applicant_by_external_id(tenant, "a")
                .await
                .unwrap()
                .is_none()
        );
        assert_ne!(world.applicant(tenant, "a").await.id, applicant.id);
        let captures = store.list_captures(tenant, verification.id).await.unwrap();
        assert_eq!((captures.len(), captures[0].image_blob), (1, None));
        assert_eq!(captures[0].digest, captures[0].id.to_string());
    }

    pub async fn a_hold_and_the_law_forbid_erasure(world: World) {
        let tenant = world.tenant().await.id;
        let applicant = world.applicant(tenant, "a").await.id;
        let mut tx = world.store.begin().await.unwrap();
        let early = tx.erase(tenant, applicant, NOW.plus(1), NOW).await;
        assert!(matches!(early, Err(StoreError::MustKeep)));
        let end = Some(NOW.plus(DAY));
        tx.place_hold(tenant, applicant, "case 7", end, NOW)
            .await
            .unwrap();
        let held = tx.erase(tenant, applicant, NOW, NOW).await;
        assert!(matches!(held, Err(StoreError::Held)));
        let held = tx.destroy_biometric(tenant, applicant, NOW).await;
        assert!(matches!(held, Err(StoreError::Held)));
        let other = world.store.clone();
        tx.erase(tenant, applicant, NOW, NOW.plus(DAY))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let found = other.find_external_id(tenant, applicant).await;
        assert!(matches!(found, Err(StoreError::Erased)));
        let stranger = world.tenant().await.id;
        let mut tx = world.store.begin().await.unwrap();
        let foreign = tx.erase(stranger, applicant, NOW, NOW).await;
        assert!(matches!(foreign, Err(StoreError::Missing { .. })));
    }

    pub async fn the_biometric_clock_ends_before_the_documents(world: World) {
        let tenant = world.tenant().await.id;
        let applicant = world.applicant(tenant, "a").await;
        let held = world.applicant(tenant, "held").await;
        let verification = world.verification(&applicant).await;
        let store = &world.store;
        let selfie = record_photo(store, &verification, Part::Selfie, b"face", NOW).await;
        let front = record_photo(store, &verification, Part::Front, b"page", NOW).await;
        let mut tx = store.begin().await.unwrap();
        tx.place_hold(tenant, held.id, "case 7", None, NOW)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let due = |purpose, before| {
            let store = store.clone();
            async move {
                store
                    .list_due(tenant, purpose, before, NOW, 9)
                    .await
                    .unwrap()
            }
        };
        assert!(due(Purpose::Biometric, NOW).await.is_empty());
        assert_eq!(due(Purpose::Biometric, NOW.plus(1)).await, [applicant.id]);
        let mut tx = store.begin().await.unwrap();
        tx.destroy_biometric(tenant, applicant.id, NOW)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(due(Purpose::Biometric, NOW.plus(1)).await.is_empty());
        assert_eq!(due(Purpose::Document, NOW.plus(1)).await, [applicant.id]);
        let face = selfie.row().image_blob.unwrap();
        assert!(store.open_blob(tenant, face).await.unwrap().is_none());
        let gone = store.find_capture_embedding(tenant, front.row().id).await;
        assert!(matches!(gone, Err(StoreError::Erased)));
        let page = store
            .open_blob(tenant, front.row().image_blob.unwrap())
            .await;
        assert_eq!(&*page.unwrap().unwrap(), b"page");
        let same = |part, row: &menshen_store::Recorded| {
            let digest = row.row().digest.clone();
            async move {
                let found = store.find_same_capture(tenant, verification.id, part, &digest);
                found.await.unwrap().is_some()
            }
        };
        assert!(
            !same(Part::Selfie, &selfie).await,
            "nobody is known by a face"
        );
        assert!(same(Part::Front, &front).await);
        assert!(
            !store
                .has_key(tenant, applicant.id, Purpose::Biometric)
                .await
                .unwrap()
        );
        // Whoever asks support later is kept for as long after that.
        let ticket = menshen_store::NewTicket {
            tenant_id: tenant,
            applicant_id: applicant.id,
            verification_id: None,
            kind: "other".to_owned(),
            status: "open".to_owned(),
            state: "{}".to_owned(),
            diagnostics: None,
            due_at: NOW,
            look_at: None,
        };
        let mut tx = store.begin().await.unwrap();
        tx.create_ticket(&ticket, NOW.plus(10)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(due(Purpose::Document, NOW.plus(1)).await.is_empty());
        let later = due(Purpose::Document, NOW.plus(11)).await;
        assert_eq!(later, [applicant.id]);
    }

    pub async fn rotation_goes_on_after_a_kill_while_others_read(world: World) {
        let tenant = world.tenant().await.id;
        let mut tx = world.store.begin().await.unwrap();
        let mut ids = Vec::new();
        for n in 0..300 {
            let new = menshen_store::NewApplicant {
                tenant_id: tenant,
                external_id: format!("person {n}"),
                locale: "en".to_owned(),
            };
            ids.push(tx.create_applicant(&new, NOW).await.unwrap().id);
        }
        tx.commit().await.unwrap();
        let secret = world.store.named_secret("signing").await.unwrap();
        let both = || MasterKeys::new(vec![[43; 32], KEY]);
        let mut killed = 0;
        for round in 0..40_u64 {
            let store = Store::open(&world.config, both(), NOW).await.unwrap();
            let worker = store.clone();
            let task =
                tokio::spawn(async move { while worker.rewrap_some(20).await.unwrap() > 0 {} });
            for id in ids.iter().skip(usize::try_from(round).unwrap()).step_by(60) {
                store.find_external_id(tenant, *id).await.unwrap().unwrap();
            }
            task.abort();
            killed += u32::from(task.await.is_err());
        }
        assert!(killed > 0);
        let store = Store::open(&world.config, both(), NOW).await.unwrap();
        while store.rewrap_some(20).await.unwrap() > 0 {}
        let new_only = MasterKeys::new(vec![[43; 32]]);
        let id = new_only.current_id().unwrap().to_owned();
        assert_eq!(store.list_master_keys().await.unwrap(), [(id, 603)]);
        let store = Store::open(&world.config, new_only, NOW).await.unwrap();
        for (n, id) in ids.iter().enumerate() {
            let text = store.find_external_id(tenant, *id).await.unwrap().unwrap();
            assert_eq!(text.as_text(), Some(format!("person {n}").as_str()));
        }
        let found = store
            .find_applicant_by_external_id(tenant, "person 7")
            .await
            .unwrap();
        assert_eq!(found.unwrap().id, ids[7]);
        assert_eq!(*store.named_secret("signing").await.unwrap(), *secret);
    }

    pub async fn a_backup_of_a_live_store_is_consistent(world: World) {
        let tenant = world.tenant().await.id;
        let applicant = world.applicant(tenant, "a").await;
        let store = world.store.clone();
        let writer = tokio::spawn(async move {
            // An event and a verification together, always.
            for n in 0.. {
                let mut tx = store.begin().await.unwrap();
                let new = new_verification(&applicant);
                tx.create_verification(&new, NOW.plus(n)).await.unwrap();
                tx.append_event(tenant, "created", "{}", NOW.plus(n))
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
            }
        });
        for n in 0..5 {
            let file = world.folder.path().join(format!("backup {n}.tar"));
            world.store.backup(&file).await.unwrap();
            let folder = TempDir::new().unwrap();
            let config = StoreConfig {
                database: new_database(On::Sqlite, &folder).await.unwrap(),
                ..world.config.clone()
            };
            restore(&config, &file).await.unwrap();
            let restored = open(&config).await;
            let events = restored.list_events(tenant, None, 99_999).await.unwrap();
            let rows = restored
                .list_verifications(tenant, None, None, 99_999)
                .await
                .unwrap();
            assert_eq!(events.len(), rows.len());
        }
        writer.abort();
    }

    pub async fn a_backup_goes_into_either_database_and_place(world: World) {
        let tenant = world.tenant().await.id;
        let applicant = world.applicant(tenant, "a").await;
        let mut verification = world.verification(&applicant).await;
        let mut tx = world.store.begin().await.unwrap();
        verification.version = tx.put_claims(&verification, b"claims", NOW).await.unwrap();
        tx.commit().await.unwrap();
        let capture = record_photo(&world.store, &verification, Part::Front, b"photo", NOW).await;
        let file = world.folder.path().join("backup.tar");
        let saved = world.store.backup(&file).await.unwrap();
        assert_eq!(saved.blobs, 2);
        let text = std::fs::read(&file).unwrap();
        for on in [On::Sqlite, On::Postgres] {
            let folder = TempDir::new().unwrap();
            let Some(database) = new_database(on, &folder).await else {
                continue;
            };
            let blobs = BlobConfig::Folder(folder.path().join("blobs"));
            let config = StoreConfig {
                database,
                blobs,
                max_connections: 4,
            };
            // A damaged or cut file is refused before a row is written.
            let bad = folder.path().join("bad.tar");
            for (at, length) in [
                (700, text.len()),
                (text.len() / 2, text.len()),
                (0, text.len() / 2),
            ] {
                let mut bytes = text[..length].to_vec();
                bytes[at] ^= 1;
                std::fs::write(&bad, bytes).unwrap();
                assert!(restore(&config, &bad).await.is_err());
            }
            assert_eq!(restore(&config, &file).await.unwrap(), saved);
            let again = restore(&config, &file).await;
            assert!(matches!(again, Err(StoreError::Backup { .. })));
            let store = open(&config).await;
            let found = store
                .find_verification(tenant, verification.id)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(found.version, verification.version);
            let claims = store
                .find_claims(tenant, verification.id)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(&*claims, b"claims");
            let image = capture.row().image_blob.unwrap();
            assert_eq!(
                &*store.open_blob(tenant, image).await.unwrap().unwrap(),
                b"photo"
            );
            let copy = folder.path().join("copy.tar");
            assert_eq!(store.backup(&copy).await.unwrap(), saved);
        }
    }

    pub async fn files_in_a_folder_are_sealed_and_swept(world: World) {
        let on = world.on;
        let blobs = |folder: &TempDir| BlobConfig::Folder(folder.path().join("blobs"));
        files_are_sealed_and_swept(World::with_blobs(on, blobs).await.unwrap()).await;
    }

    pub async fn files_in_a_bucket_are_sealed_and_swept(world: World) {
        let Some(bucket) = s3_bucket() else {
            return;
        };
        let world = World::with_blobs(world.on, |_| bucket.clone())
            .await
            .unwrap();
        files_are_sealed_and_swept(world).await;
    }

    async fn files_are_sealed_and_swept(world: World) {
        let tenant = world.tenant().await.id;
        let applicant = world.applicant(tenant, "a").await;
        let verification = world.verification(&applicant).await;
        let store = &world.store;
        let photo = vec![7; 300_000];
        let capture = record_photo(store, &verification, Part::Front, &photo, NOW).await;
        let again = record_photo(store, &verification, Part::Front, &photo, NOW).await;
        assert_eq!(capture.row().id, again.row().id);
        let image = capture.row().image_blob.unwrap();
        assert_eq!(
            &*store.open_blob(tenant, image).await.unwrap().unwrap(),
            &photo
        );
        // A request that died between file and row leaves a file that the sweep removes a day later.
        let staged = store
            .stage_blob(tenant, applicant.id, Purpose::Document, b"lost", NOW)
            .await;
        let lost: BlobId = staged.unwrap().id();
        assert!(store.open_blob(tenant, lost).await.unwrap().is_none());
        assert_eq!(store.sweep_blobs(NOW).await.unwrap(), 0);
        assert_eq!(store.sweep_blobs(NOW.plus(2 * DAY)).await.unwrap(), 1);
        assert_eq!(
            &*store.open_blob(tenant, image).await.unwrap().unwrap(),
            &photo
        );
        let mut tx = store.begin().await.unwrap();
        tx.erase(tenant, applicant.id, NOW, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.sweep_blobs(NOW.plus(2 * DAY)).await.unwrap(), 0);
    }
}
