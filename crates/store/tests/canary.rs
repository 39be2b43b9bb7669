//! A stolen disk is silent: nothing personal is in the database's files, its log, the files or a backup.
#![allow(clippy::unwrap_used)]

mod support;

on_both! {
    two_hundred_people_leave_no_trace_before_or_after_erasure
    an_error_holds_no_value
}

mod cases {
    use std::path::{Path, PathBuf};

    use menshen_core::ids::DecisionId;
    use menshen_core::time::DAY;
    use menshen_store::{
        BlobConfig, Blocked, Channel, DigestKind, Idempotency, MarkKind, NewApplicant, NewAttempt,
        NewBlock, NewCapture, NewDecision, NewFace, NewIdentity, NewMark, NewUpload, Part, Store,
        StoreError, TenantKind, TenantRow,
    };
    use sqlx::Row;

    use super::support::{NOW, On, World, new_verification};

    /// In front of everything personal.
    const CANARY: &str = "cAnArY-kQ7x-";
    /// In a column that is not personal: the search must find it, or it proves nothing.
    const PLANTED: &str = "pLaNtEd-kQ7x-";
    const PEOPLE: usize = 200;

    pub async fn two_hundred_people_leave_no_trace_before_or_after_erasure(world: World) {
        let blobs = |folder: &tempfile::TempDir| BlobConfig::Folder(folder.path().join("blobs"));
        // Half in the database, half in a folder.
        let other = World::with_blobs(world.on, blobs).await.unwrap();
        for world in [&world, &other] {
            let mut tx = world.store.begin().await.unwrap();
            let planted = format!("{PLANTED}tenant");
            let tenant = tx
                .create_tenant(&planted, TenantKind::Live, "", "p1", NOW)
                .await;
            let tenant = tenant.unwrap();
            tx.commit().await.unwrap();
            let mut people = Vec::new();
            for n in 0..PEOPLE / 2 {
                people.push(live(&world.store, &tenant, n).await);
            }
            search(world).await;
            for applicant in people {
                let mut tx = world.store.begin().await.unwrap();
                tx.erase(tenant.id, applicant, NOW, NOW.plus(DAY))
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
                let read = world.store.find_external_id(tenant.id, applicant).await;
                assert!(matches!(read, Err(StoreError::Erased)));
            }
            search(world).await;
            assert_eq!(files(&world.folder.path().join("blobs")).len(), 0);
        }
    }

    pub async fn an_error_holds_no_value(world: World) {
        let tenant = world.tenant().await.id;
        world.applicant(tenant, CANARY).await;
        let new = NewApplicant {
            tenant_id: tenant,
            external_id: CANARY.to_owned(),
            locale: "en".to_owned(),
        };
        let mut tx = world.store.begin().await.unwrap();
        let Err(error) = tx.create_applicant(&new, NOW).await else {
            panic!("the second of a name is refused")
        };
        assert!(!format!("{error} {error:?}").contains(CANARY));
    }

    /// One person with something personal in every place that can hold it.
    async fn live(store: &Store, tenant: &TenantRow, n: usize) -> menshen_core::ids::ApplicantId {
        let personal = |what: &str| format!("{CANARY}{what}-{n}");
        let bytes = |what: &str| personal(what).into_bytes();
        let t = tenant.id;
        let mut tx = store.begin().await.unwrap();
        let new = NewApplicant {
            tenant_id: t,
            external_id: personal("external"),
            locale: "en".to_owned(),
        };
        let applicant = tx.create_applicant(&new, NOW).await.unwrap();
        tx.add_contact(t, applicant.id, Channel::Email, &personal("contact"), NOW)
            .await
            .unwrap();
        let mut row = tx
            .create_verification(&new_verification(&applicant), NOW)
            .await
            .unwrap();
        row.version = tx.put_claims(&row, &bytes("claims"), NOW).await.unwrap();
        row.version = tx.put_reasons(&row, &bytes("reasons"), NOW).await.unwrap();
        let upload = NewUpload {
            tenant_id: t,
            verification_id: row.id,
            part: Part::Selfie,
            length: 1_000,
            metadata: &bytes("filename"),
            expires_at: NOW.plus(DAY),
        };
        let upload = tx.create_upload(&upload, NOW).await.unwrap();
        tx.append_upload(&upload, 0, &bytes("chunk")).await.unwrap();
        let attempt = NewAttempt {
            tenant_id: t,
            applicant_id: applicant.id,
            verification_id: row.id,
            device: Some(personal("device")),
            address: Some(personal("address")),
            counted: true,
        };
        tx.record_attempt(&attempt, NOW).await.unwrap();
        let identity = NewIdentity {
            tenant_id: t,
            applicant_id: applicant.id,
            verification_id: row.id,
            name: &personal("name"),
            number: &personal("number"),
            claims: &bytes("identity"),
            face: Some(NewFace {
                model: "model",
                template: &bytes("template"),
            }),
        };
        tx.record_identity(&identity, NOW).await.unwrap();
        for kind in [MarkKind::Document, MarkKind::Person] {
            let mark = NewMark {
                tenant_id: t,
                applicant_id: applicant.id,
                verification_id: row.id,
                kind,
                key: &personal("mark"),
            };
            assert!(tx.mark(&mark, NOW).await.unwrap());
        }
        let blocked = [
            Blocked::Document {
                key: &personal("blocked"),
            },
            Blocked::Face {
                model: "model",
                template: &bytes("blocked face"),
            },
        ];
        for what in blocked {
            let block = NewBlock {
                tenant_id: t,
                what,
                reason: "case-1".to_owned(),
                actor: "system".to_owned(),
                verification_id: Some(row.id),
                ends_at: None,
            };
            tx.create_block(&block, NOW).await.unwrap();
        }
        let decision = NewDecision {
            id: DecisionId::new(NOW, Store::random_id_bytes().unwrap()),
            tenant_id: t,
            applicant_id: applicant.id,
            verification_id: row.id,
            attempt: 1,
            outcome: "approve".to_owned(),
            codes: vec![],
            policy_identity: "p1".to_owned(),
            engine: "0".to_owned(),
            evidence_file: &bytes("evidence file"),
            digest: String::new(),
        };
        tx.record_decision(&decision, NOW).await.unwrap();
        let key = personal("key");
        let fresh = tx
            .begin_idempotent(t, &key, "POST /a", &bytes("request"), NOW)
            .await;
        assert!(matches!(fresh.unwrap(), Idempotency::Fresh));
        tx.finish_idempotent(t, &key, 201, &bytes("answer"))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        for part in [Part::Front, Part::Selfie] {
            let (photo, purpose) = (bytes("photo").repeat(50), part.purpose());
            let image = store
                .stage_blob(t, applicant.id, purpose, &photo, NOW)
                .await;
            let original = store
                .stage_blob(t, applicant.id, purpose, &photo, NOW)
                .await;
            let capture = NewCapture {
                tenant_id: t,
                applicant_id: applicant.id,
                verification_id: row.id,
                part,
                attempt: 1,
                digest: store.digest(t, DigestKind::Photo, &photo),
                evidence: &bytes("evidence"),
                embedding: Some(&bytes("embedding")),
                reasons: &bytes("photo reasons"),
                codes: vec![],
                image: Some(image.unwrap()),
                original: Some(original.unwrap()),
                usable: true,
            };
            let mut tx = store.begin().await.unwrap();
            tx.record_capture(capture, NOW).await.unwrap();
            tx.commit().await.unwrap();
        }
        applicant.id
    }

    /// Searches every file that a thief could take.
    async fn search(world: &World) {
        let backup = world.folder.path().join("backup.tar");
        world.store.backup(&backup).await.unwrap();
        let mut places = files(world.folder.path());
        if world.on == On::Postgres {
            places.extend(postgres_files(world).await);
        }
        let (mut canaries, mut planted) = (0, 0);
        for path in places {
            // The server makes and removes files of its own meanwhile.
            let Ok(bytes) = std::fs::read(&path) else {
                continue;
            };
            canaries += count(&bytes, CANARY);
            planted += count(&bytes, PLANTED);
        }
        assert_eq!(canaries, 0);
        // In the backup and, where its files can be read, in the database.
        let readable = world.on == On::Sqlite || !postgres_files(world).await.is_empty();
        assert!(planted > usize::from(readable), "{planted}");
    }

    /// Returns the files of the test's database and of the server's log of writes, where they can be read.
    async fn postgres_files(world: &World) -> Vec<PathBuf> {
        let pool = sqlx::AnyPool::connect(&world.config.database)
            .await
            .unwrap();
        let flushed = sqlx::raw_sql("CHECKPOINT").execute(&pool).await;
        let row = sqlx::query(
            "SELECT CAST(current_setting('data_directory') AS TEXT) AS folder, CAST(oid AS BIGINT) AS oid \
             FROM pg_database WHERE datname = current_database()",
        )
        .fetch_one(&pool)
        .await
        .unwrap();
        pool.close().await;
        let (folder, oid): (String, i64) = (row.get("folder"), row.get("oid"));
        let folder = Path::new(&folder);
        let mut found = files(&folder.join("base").join(oid.to_string()));
        if found.is_empty() || flushed.is_err() {
            println!("skipped: the server's own files cannot be read");
            return Vec::new();
        }
        found.extend(files(&folder.join("pg_wal")));
        found
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                found.extend(files(&path));
            } else {
                found.push(path);
            }
        }
        found
    }

    fn count(bytes: &[u8], word: &str) -> usize {
        let word = word.as_bytes();
        let starts = bytes.windows(word.len());
        starts
            .filter(|start| start[0] == word[0] && *start == word)
            .count()
    }
}
