//! A stolen disk is silent: nothing personal is in the database's files, its log, the files or a backup.
#![allow(clippy::unwrap_used)]

mod support;

on_both! {
    two_hundred_people_leave_no_trace_before_or_after_erasure
    an_error_holds_no_value
}

mod cases {
    use std::path::{Path, PathBuf};

    use menshen_core::access::Role;
    use menshen_core::ids::{
        ApplicantId, ContactId, DecisionId, LiveId, ScreeningListId, TenantId,
    };
    use menshen_core::policy::SanctionList;
    use menshen_core::time::DAY;
    use menshen_store::{
        AttachmentOwner, Author, BlobConfig, Blocked, CeremonyPurpose, Channel, DigestKind,
        Idempotency, ListPart, LiveEnd, LiveState, LiveStep, MarkKind, Met, NewAppeal,
        NewAppealCode, NewApplicant, NewAttachment, NewAttempt, NewBlock, NewCapture, NewCeremony,
        NewCode, NewDecision, NewFace, NewIdentity, NewLive, NewLogin, NewMark, NewMessage,
        NewNotice, NewPasskey, NewPrint, NewScreeningHit, NewScreeningList, NewTicket, NewUpload,
        Part, Purpose, ScreeningFinding, StatementPhoto, StatementRow, Store, StoreError,
        TenantKind, TenantRow, Tx, VerificationRow, Way,
    };
    use sqlx::Row;

    use super::support::{NOW, On, World, new_case, new_verification};

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
            let list = import(&mut tx).await;
            tx.commit().await.unwrap();
            let mut people = Vec::new();
            for n in 0..PEOPLE / 2 {
                people.push(live(&world.store, &tenant, list, n).await);
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
                let phrase = world.store.find_phrase(tenant.id, applicant).await;
                assert!(matches!(phrase, Err(StoreError::Erased)));
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

    /// A list is not personal: only what it has to do with somebody is.
    async fn import(tx: &mut Tx) -> ScreeningListId {
        let new = NewScreeningList {
            list: SanctionList::Un,
            format: "un_xml",
            sha256: "",
            published: None,
            entries: 1,
            by: "system",
            parts: &[ListPart {
                name: "file".to_owned(),
                bytes: b"a list".to_vec(),
            }],
        };
        tx.import_screening_list(&new, NOW).await.unwrap()
    }

    async fn meet(
        tx: &mut Tx,
        tenant: TenantId,
        list_id: ScreeningListId,
        row: &VerificationRow,
        personal: &str,
    ) {
        let new = NewScreeningHit {
            tenant_id: tenant,
            applicant_id: row.applicant_id,
            verification_id: row.id,
            list: SanctionList::Un,
            list_id,
            entry: "1",
            entry_digest: "0",
            score_permille: 900,
            detail: personal.as_bytes(),
        };
        let Met::New(id) = tx.meet_screening_hit(&new, NOW).await.unwrap() else {
            panic!("a first hit is news")
        };
        let hit = tx.find_screening_hit(tenant, id).await.unwrap().unwrap();
        let finding = ScreeningFinding {
            cleared_until: Some(NOW.plus(DAY)),
            reason: personal,
            by: "system",
        };
        tx.decide_screening_hit(&hit, finding, NOW).await.unwrap();
        let known = tx.meet_screening_hit(&new, NOW).await.unwrap();
        assert!(matches!(known, Met::Known(row) if row.covers("0", NOW)));
    }

    /// One person with something personal in every place that can hold it.
    async fn live(
        store: &Store,
        tenant: &TenantRow,
        list: ScreeningListId,
        n: usize,
    ) -> ApplicantId {
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
        let contact = tx
            .add_contact(t, applicant.id, Channel::Email, &personal("contact"), NOW)
            .await
            .unwrap();
        let mut row = tx
            .create_verification(&new_verification(&applicant), NOW)
            .await
            .unwrap();
        row.version = tx.put_claims(&row, &bytes("claims"), NOW).await.unwrap();
        row.version = tx.put_reasons(&row, &bytes("reasons"), NOW).await.unwrap();
        meet(&mut tx, t, list, &row, &personal("hit")).await;
        let dictated = appeal(&mut tx, &row, contact, personal).await;
        tx.create_report(t, "page", &bytes("report"), NOW)
            .await
            .unwrap();
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
            case_id: None,
            kind: None,
            program: None,
            submitted_at: None,
        };
        tx.record_decision(&decision, NOW).await.unwrap();
        let new = new_case(&row, decision.id);
        let case = tx.open_review_case(&new, NOW).await.unwrap();
        let name = personal("staff");
        let (staff, _) = tx
            .create_staff(t, &name, Role::Reviewer, NOW)
            .await
            .unwrap();
        tx.add_review_note(&case, staff.id, &personal("note"), NOW)
            .await
            .unwrap();
        let login = NewLogin {
            login: &personal("login"),
            password_hash: &personal("hash"),
            totp: &bytes("totp"),
            totp_step: 1,
        };
        let whose = (t, staff.id);
        tx.set_login(whose, &login).await.unwrap();
        let codes = [personal("recovery")];
        tx.set_recovery_codes(whose, &codes).await.unwrap();
        let key = personal("key");
        let fresh = tx
            .begin_idempotent(t, &key, "POST /a", &bytes("request"), NOW)
            .await;
        assert!(matches!(fresh.unwrap(), Idempotency::Fresh));
        tx.finish_idempotent(t, &key, 201, &bytes("answer"))
            .await
            .unwrap();
        let phrase = personal("phrase");
        tx.set_phrase(&applicant, Some(&phrase)).await.unwrap();
        let passkey = NewPasskey {
            tenant: t,
            applicant: applicant.id,
            credential_id: &bytes("credential id"),
            credential: &bytes("credential"),
            name: &personal("passkey"),
            backup_eligible: true,
            backed_up: true,
            transports: vec!["internal".to_owned()],
        };
        let passkey = tx.create_passkey(passkey, NOW).await.unwrap();
        tx.use_passkey(&passkey, &bytes("counted"), true, NOW)
            .await
            .unwrap();
        let ceremony = NewCeremony {
            tenant: t,
            applicant: Some(applicant.id),
            purpose: CeremonyPurpose::Register,
            state: &bytes("state"),
            until: NOW.plus(DAY),
        };
        tx.create_ceremony(ceremony, NOW).await.unwrap();
        tx.commit().await.unwrap();
        photograph(store, &dictated, personal).await;
        check(store, &row, personal).await;
        ask(store, (t, applicant.id), n).await;
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

    /// An appeal with words, a code and a dictated statement.
    async fn appeal(
        tx: &mut Tx,
        row: &VerificationRow,
        contact: ContactId,
        personal: impl Fn(&str) -> String,
    ) -> StatementRow {
        let new = NewAppeal {
            tenant_id: row.tenant_id,
            applicant_id: row.applicant_id,
            verification_id: row.id,
            code: Some("doc_damaged".to_owned()),
            policy_identity: "p1".to_owned(),
            status: "opened".to_owned(),
            state: "{}".to_owned(),
            words: Some(&personal("words")),
            due_at: None,
        };
        let appeal = tx.create_appeal(&new, NOW).await.unwrap();
        let notice = NewNotice {
            tenant_id: row.tenant_id,
            applicant_id: row.applicant_id,
            verification_id: Some(row.id),
            contact: Some((Channel::Email, contact)),
            kind: "appeal_code".to_owned(),
            code_id: None,
        };
        let code = NewAppealCode {
            contact,
            notice: tx.create_notice(&notice, NOW).await.unwrap(),
            expires_at: NOW.plus(DAY),
        };
        tx.create_appeal_code(&appeal, &code, &personal("code"), NOW)
            .await
            .unwrap();
        let text = personal("dictated").into_bytes();
        tx.dictate(&appeal, &text, NOW).await.unwrap()
    }

    /// The photo of a statement.
    async fn photograph(store: &Store, row: &StatementRow, personal: impl Fn(&str) -> String) {
        let bytes = |what: &str| personal(what).into_bytes();
        let photo = bytes("sheet").repeat(50);
        let (t, applicant) = (row.tenant_id, row.applicant_id);
        let image = store
            .stage_blob(t, applicant, Purpose::Biometric, &photo, NOW)
            .await;
        let photo = StatementPhoto {
            digest: store.digest(t, DigestKind::Photo, &photo),
            evidence: &bytes("lines"),
            reasons: &bytes("statement reasons"),
            codes: vec![],
            image: Some(image.unwrap()),
            usable: true,
        };
        let mut tx = store.begin().await.unwrap();
        tx.receive_statement(row, &photo, NOW).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A live check that runs, and one that has ended.
    async fn check(store: &Store, row: &VerificationRow, personal: impl Fn(&str) -> String) {
        let bytes = |what: &str| personal(what).into_bytes();
        let (t, applicant) = (row.tenant_id, row.applicant_id);
        for ends in [true, false] {
            let mut tx = store.begin().await.unwrap();
            let new = NewLive {
                id: LiveId::new(NOW, Store::random_id_bytes().unwrap()),
                tenant_id: t,
                applicant_id: applicant,
                verification_id: row.id,
                attempt: 0,
                device: &personal("live device"),
                expires_at: NOW.plus(DAY),
                secret: &bytes("live secret"),
            };
            let mut live = tx.create_live(&new, NOW).await.unwrap();
            tx.commit().await.unwrap();
            let best = store
                .stage_blob(t, applicant, Purpose::Biometric, &bytes("best frame"), NOW)
                .await;
            let step = LiveStep {
                secret: &bytes("live state"),
                frames: Some(&bytes("frames")),
                best: Some(best.unwrap()),
            };
            let mut tx = store.begin().await.unwrap();
            tx.step_live(&mut live, step).await.unwrap();
            let mut print = [0; 32];
            print[..CANARY.len()].copy_from_slice(CANARY.as_bytes());
            let new = NewPrint {
                n: 0,
                print,
                bands: menshen_core::live::bands(&print),
            };
            tx.keep_prints(&live, &[new], NOW).await.unwrap();
            let end = LiveEnd {
                state: LiveState::Passed,
                evidence: &bytes("live evidence"),
                reasons: &bytes("live reasons"),
                codes: vec![],
                capture_id: None,
            };
            if ends {
                tx.end_live(&live, &end, NOW).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
    }

    /// A ticket with a thread, a picture and a code.
    async fn ask(store: &Store, (tenant, applicant): (TenantId, ApplicantId), n: usize) {
        let personal = |what: &str| format!("{CANARY}{what}-{n}");
        let picture = personal("attachment").repeat(50).into_bytes();
        let purpose = Purpose::Document;
        let image = store
            .stage_blob(tenant, applicant, purpose, &picture, NOW)
            .await;
        let mut tx = store.begin().await.unwrap();
        let new = NewAttachment {
            tenant_id: tenant,
            applicant_id: applicant,
            digest: store.digest(tenant, DigestKind::Photo, &picture),
            image: Some(image.unwrap()),
            size: 1,
        };
        let attachment = tx.record_attachment(&new, NOW).await.unwrap();
        let ticket = NewTicket {
            tenant_id: tenant,
            applicant_id: applicant,
            verification_id: None,
            kind: "other".to_owned(),
            status: "open".to_owned(),
            state: "{}".to_owned(),
            diagnostics: Some(&personal("diagnostics").into_bytes()),
            due_at: NOW,
            look_at: None,
        };
        let ticket = tx.create_ticket(&ticket, NOW).await.unwrap();
        let message = NewMessage {
            tenant_id: tenant,
            applicant_id: applicant,
            ticket_id: ticket.id,
            author: Author::Person,
            staff_id: None,
            text: &personal("message"),
        };
        let message = tx.add_message(&message, NOW).await.unwrap();
        let owner = (AttachmentOwner::Ticket, ticket.id.0);
        let who = (tenant, applicant);
        tx.attach(who, &[attachment.id], owner, Some(message), NOW)
            .await
            .unwrap();
        let code = NewCode {
            tenant_id: tenant,
            applicant_id: applicant,
            ticket_id: ticket.id,
            message_id: Some(message),
            way: Way::Thread,
            expires_at: NOW.plus(DAY),
        };
        tx.create_code(&code, NOW).await.unwrap();
        tx.commit().await.unwrap();
        let messages = store.list_messages(tenant, applicant, ticket.id).await;
        assert_eq!(
            messages.unwrap()[0].text.as_text(),
            Some(&*personal("message"))
        );
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
