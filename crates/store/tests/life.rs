//! Photos, uploads, attempts, decisions, jobs, repeats: the same on both databases.
#![allow(clippy::unwrap_used)]

mod support;

on_both! {
    the_same_bytes_are_the_same_photo
    a_photo_takes_the_place_of_the_last_one_and_may_come_back
    an_upload_grows_by_chunks_and_refuses_gaps
    counted_attempts_are_found_by_person_device_and_address
    the_first_identity_stands
    a_decision_keeps_its_evidence
    a_job_is_claimed_exactly_once_by_eight_claimers
    a_lost_lease_cannot_finish
    the_queue_tells_its_length_and_pace
    ten_duplicates_have_one_effect
    a_request_that_died_is_taken_over
    events_consents_and_holds_are_listed
    a_reader_of_events_misses_none_that_commits_late
}

mod cases {
    use menshen_core::ids::{DecisionId, TenantId};
    use menshen_core::time::{DAY, MINUTE};
    use menshen_store::{
        Appended, AttemptsOf, DigestKind, Idempotency, JobState, NewAttempt, NewDecision, NewFace,
        NewIdentity, NewUpload, Part, Recorded, Store, StoreError, TAKE_OVER,
    };

    use super::support::{NOW, On, World, record_photo};

    pub async fn the_same_bytes_are_the_same_photo(world: World) {
        let tenant = world.tenant().await;
        let applicant = world.applicant(tenant.id, "a").await;
        let verification = world.verification(&applicant).await;
        let first = record_photo(&world.store, &verification, Part::Selfie, b"photo", NOW).await;
        let again = record_photo(&world.store, &verification, Part::Selfie, b"photo", NOW).await;
        assert!(matches!(&first, Recorded::Fresh(_)) && matches!(&again, Recorded::Same(_)));
        let (id, image) = (first.row().id, first.row().image_blob.unwrap());
        assert_eq!(again.row().id, id);
        let store = &world.store;
        let listed = store
            .list_captures(tenant.id, verification.id)
            .await
            .unwrap();
        assert_eq!(listed.len(), 1);
        let open = store.open_blob(tenant.id, image).await.unwrap().unwrap();
        assert_eq!(&*open, b"photo");
        let embedding = store
            .find_capture_embedding(tenant.id, id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&*embedding, b"embedding");
        let evidence = store
            .find_capture_evidence(tenant.id, id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&*evidence, b"evidence");
        let reasons = store
            .find_capture_reasons(tenant.id, id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&*reasons, b"reasons");
        let other = world.tenant().await;
        assert!(store.open_blob(other.id, image).await.unwrap().is_none());
        assert!(store.find_capture(other.id, id).await.unwrap().is_none());
    }

    pub async fn a_photo_takes_the_place_of_the_last_one_and_may_come_back(world: World) {
        let tenant = world.tenant().await;
        let applicant = world.applicant(tenant.id, "a").await;
        let verification = world.verification(&applicant).await;
        let store = &world.store;
        for (bytes, at) in [(b"a", 0), (b"b", 1), (b"a", 2)] {
            record_photo(store, &verification, Part::Front, bytes, NOW.plus(at)).await;
        }
        let rows = store
            .list_captures(tenant.id, verification.id)
            .await
            .unwrap();
        let current: Vec<_> = rows.iter().filter(|c| c.replaced_at.is_none()).collect();
        let digest = store.digest(tenant.id, DigestKind::Photo, b"a");
        assert_eq!(
            (rows.len(), current.len(), &current[0].digest),
            (2, 1, &digest)
        );
    }

    pub async fn an_upload_grows_by_chunks_and_refuses_gaps(world: World) {
        let tenant = world.tenant().await;
        let applicant = world.applicant(tenant.id, "a").await;
        let verification = world.verification(&applicant).await;
        let store = &world.store;
        let mut tx = store.begin().await.unwrap();
        let new = NewUpload {
            tenant_id: tenant.id,
            verification_id: verification.id,
            part: Part::Back,
            length: 6,
            metadata: b"filename me.jpg",
            expires_at: NOW.plus(DAY),
        };
        let upload = tx.create_upload(&new, NOW).await.unwrap();
        let taken = tx.append_upload(&upload, 0, b"abc").await.unwrap();
        assert_eq!(taken, Appended::Received(3));
        let stale = tx.append_upload(&upload, 0, b"abc").await;
        assert!(matches!(stale, Err(StoreError::Conflict { .. })));
        let upload = tx.find_upload(tenant.id, upload.id).await.unwrap().unwrap();
        let gap = tx.append_upload(&upload, 5, b"f").await.unwrap();
        assert_eq!(gap, Appended::WrongOffset(3));
        let long = tx.append_upload(&upload, 3, b"defg").await;
        assert!(matches!(long, Err(StoreError::TooLong { .. })));
        tx.append_upload(&upload, 3, b"def").await.unwrap();
        tx.commit().await.unwrap();
        let upload = store
            .find_upload(tenant.id, upload.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((upload.received, upload.length), (6, 6));
        assert_eq!(&*store.read_upload(&upload).await.unwrap(), b"abcdef");
        let metadata = store
            .find_upload_metadata(tenant.id, upload.id)
            .await
            .unwrap();
        assert_eq!(&*metadata.unwrap(), b"filename me.jpg");
        let capture = record_photo(store, &verification, Part::Back, b"abcdef", NOW).await;
        let mut tx = store.begin().await.unwrap();
        tx.finish_upload(&upload, capture.row().id).await.unwrap();
        assert_eq!(tx.expire_uploads(NOW.plus(DAY)).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert!(
            store
                .find_upload(tenant.id, upload.id)
                .await
                .unwrap()
                .is_none()
        );
    }

    pub async fn counted_attempts_are_found_by_person_device_and_address(world: World) {
        let tenant = world.tenant().await;
        let applicant = world.applicant(tenant.id, "a").await;
        let verification = world.verification(&applicant).await;
        let mut tx = world.store.begin().await.unwrap();
        tx.lock_tenant(tenant.id).await.unwrap();
        for (n, counted) in [(1, true), (2, false), (3, true)] {
            let attempt = NewAttempt {
                tenant_id: tenant.id,
                applicant_id: applicant.id,
                verification_id: verification.id,
                device: Some("device".to_owned()),
                address: Some(format!("192.0.2.{n}")),
                counted,
            };
            tx.record_attempt(&attempt, NOW.plus(n)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let count = |of, since| {
            let store = world.store.clone();
            async move { store.counted_attempts(tenant.id, of, since).await.unwrap() }
        };
        let both = [NOW.plus(1), NOW.plus(3)];
        assert_eq!(count(AttemptsOf::Applicant(applicant.id), NOW).await, both);
        assert_eq!(
            count(AttemptsOf::Device("device"), NOW.plus(1)).await,
            both[1..]
        );
        assert_eq!(
            count(AttemptsOf::Address("192.0.2.1"), NOW).await,
            both[..1]
        );
        assert!(
            count(AttemptsOf::Address("192.0.2.2"), NOW)
                .await
                .is_empty()
        );
    }

    pub async fn the_first_identity_stands(world: World) {
        let tenant = world.tenant().await;
        let applicant = world.applicant(tenant.id, "a").await;
        let verification = world.verification(&applicant).await;
        let identity = |name, number| NewIdentity {
            tenant_id: tenant.id,
            applicant_id: applicant.id,
            verification_id: verification.id,
            name,
            number,
            claims: b"claims",
            face: Some(NewFace {
                model: "model",
                template: b"template",
            }),
        };
        let mut tx = world.store.begin().await.unwrap();
        let first = tx
            .record_identity(&identity("LI MEI", "E123"), NOW)
            .await
            .unwrap();
        let other = tx
            .record_identity(&identity("OTHER", "X9"), NOW.plus(1))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(first, other);
        let store = &world.store;
        assert_eq!(
            first.name_digest,
            store.digest(tenant.id, DigestKind::Name, b"LI MEI")
        );
        let found = store
            .list_identities_by_number(tenant.id, "E123")
            .await
            .unwrap();
        assert_eq!(found, [first]);
        let claims = store
            .find_identity_claims(tenant.id, applicant.id)
            .await
            .unwrap();
        assert_eq!(&*claims.unwrap(), b"claims");
        let template = store
            .find_identity_template(tenant.id, applicant.id)
            .await
            .unwrap();
        assert_eq!(&*template.unwrap(), b"template");
    }

    pub async fn a_decision_keeps_its_evidence(world: World) {
        let tenant = world.tenant().await;
        let applicant = world.applicant(tenant.id, "a").await;
        let verification = world.verification(&applicant).await;
        let new = NewDecision {
            id: DecisionId::new(NOW, Store::random_id_bytes().unwrap()),
            tenant_id: tenant.id,
            applicant_id: applicant.id,
            verification_id: verification.id,
            attempt: 1,
            outcome: "approve".to_owned(),
            codes: vec![],
            policy_identity: "p1".to_owned(),
            engine: "0.1.0".to_owned(),
            evidence_file: b"signed",
            digest: "d".to_owned(),
            case_id: None,
            kind: None,
            program: None,
            submitted_at: None,
        };
        let mut tx = world.store.begin().await.unwrap();
        tx.record_decision(&new, NOW).await.unwrap();
        let twice = tx.record_decision(&new, NOW).await;
        assert!(matches!(twice, Err(StoreError::Duplicate { .. })));
        drop(tx);
        let mut tx = world.store.begin().await.unwrap();
        tx.record_decision(&new, NOW).await.unwrap();
        tx.commit().await.unwrap();
        let store = &world.store;
        let row = store
            .find_decision(tenant.id, new.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((row.outcome.as_str(), row.codes.len()), ("approve", 0));
        let evidence = store
            .find_decision_evidence(tenant.id, new.id)
            .await
            .unwrap();
        assert_eq!(&*evidence.unwrap(), b"signed");
        let of = store
            .list_verification_decisions(tenant.id, verification.id)
            .await
            .unwrap();
        let all = store.list_decisions(tenant.id, None, 9).await.unwrap();
        assert_eq!((of.len(), all.len()), (1, 1));
    }

    pub async fn a_job_is_claimed_exactly_once_by_eight_claimers(world: World) {
        let mut tx = world.store.begin().await.unwrap();
        for n in 0..100 {
            tx.enqueue_job("decide", &n.to_string(), NOW, NOW)
                .await
                .unwrap();
        }
        tx.enqueue_job("decide", "later", NOW.plus(1), NOW)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let claimers: Vec<_> = (0..8)
            .map(|_| {
                let store = world.store.clone();
                tokio::spawn(async move {
                    let mut got = Vec::new();
                    while let Some(job) = store
                        .claim_job(&["other", "decide"], NOW, MINUTE)
                        .await
                        .unwrap()
                    {
                        got.push(job.payload.parse::<u32>().unwrap());
                        let mut tx = store.begin().await.unwrap();
                        tx.finish_job(&job, NOW).await.unwrap();
                        tx.commit().await.unwrap();
                    }
                    got
                })
            })
            .collect();
        let mut all = Vec::new();
        for claimer in claimers {
            all.extend(claimer.await.unwrap());
        }
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
    }

    pub async fn a_lost_lease_cannot_finish(world: World) {
        let store = &world.store;
        let mut tx = store.begin().await.unwrap();
        let id = tx.enqueue_job("decide", "{}", NOW, NOW).await.unwrap();
        tx.commit().await.unwrap();
        let mut slow = store
            .claim_job(&["decide"], NOW, MINUTE)
            .await
            .unwrap()
            .unwrap();
        let mut tx = store.begin().await.unwrap();
        slow.version = tx.renew_job(&slow, NOW.plus(2 * MINUTE)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(
            store
                .requeue_expired(NOW.plus(MINUTE))
                .await
                .unwrap()
                .is_empty()
        );
        let back = store.requeue_expired(NOW.plus(2 * MINUTE)).await.unwrap();
        assert_eq!(back[0].last_error.as_deref(), Some("lease_expired"));
        let mut tx = store.begin().await.unwrap();
        let late = tx.finish_job(&slow, NOW).await;
        assert!(matches!(late, Err(StoreError::Conflict { .. })));
        drop(tx);
        let at = NOW.plus(2 * MINUTE);
        let quick = store
            .claim_job(&["decide"], at, MINUTE)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((quick.id, quick.tries), (id, 2));
        let mut tx = store.begin().await.unwrap();
        tx.retry_job(&quick, at.plus(5), "engine_busy")
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(
            store
                .claim_job(&["decide"], at, MINUTE)
                .await
                .unwrap()
                .is_none()
        );
        let last = store
            .claim_job(&["decide"], at.plus(5), MINUTE)
            .await
            .unwrap()
            .unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.fail_job(&last, at, "gave_up").await.unwrap();
        tx.commit().await.unwrap();
        let row = store.find_job(id).await.unwrap().unwrap();
        assert_eq!(
            (row.state, row.last_error.as_deref()),
            (JobState::Failed, Some("gave_up"))
        );
    }

    pub async fn the_queue_tells_its_length_and_pace(world: World) {
        let store = &world.store;
        assert_eq!(store.queue("decide").await.unwrap().mean_ms, None);
        let mut tx = store.begin().await.unwrap();
        for _ in 0..4 {
            tx.enqueue_job("decide", "{}", NOW, NOW).await.unwrap();
        }
        tx.commit().await.unwrap();
        for took in [1_000, 2_000] {
            let job = store
                .claim_job(&["decide"], NOW, MINUTE)
                .await
                .unwrap()
                .unwrap();
            let mut tx = store.begin().await.unwrap();
            tx.finish_job(&job, NOW.plus(took)).await.unwrap();
            tx.commit().await.unwrap();
        }
        store
            .claim_job(&["decide"], NOW, MINUTE)
            .await
            .unwrap()
            .unwrap();
        let queue = store.queue("decide").await.unwrap();
        assert_eq!(
            (queue.ready, queue.leased, queue.mean_ms),
            (1, 1, Some(1_500.0))
        );
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.prune_jobs(NOW.plus(DAY)).await.unwrap(), 2);
    }

    pub async fn ten_duplicates_have_one_effect(world: World) {
        let tenant = world.tenant().await.id;
        for round in 0..20 {
            let key = format!("key {round}");
            let tasks: Vec<_> = (0..10)
                .map(|_| tokio::spawn(one_request(world.store.clone(), tenant, key.clone())))
                .collect();
            let mut fresh = 0;
            for task in tasks {
                fresh += usize::from(task.await.unwrap());
            }
            assert_eq!(fresh, 1);
        }
        let events = world.store.list_events(tenant, None, 99).await.unwrap();
        assert_eq!(events.len(), 20);
        let mut tx = world.store.begin().await.unwrap();
        let other = tx
            .begin_idempotent(tenant, "key 1", "POST /a", b"another", NOW)
            .await;
        assert!(matches!(other.unwrap(), Idempotency::OtherBody));
        let route = tx
            .begin_idempotent(tenant, "key 1", "POST /b", b"body", NOW)
            .await;
        assert!(matches!(route.unwrap(), Idempotency::OtherBody));
        let next_day = NOW.plus(DAY);
        let expired = tx
            .begin_idempotent(tenant, "key 1", "POST /b", b"body", next_day)
            .await;
        assert!(matches!(expired.unwrap(), Idempotency::Fresh));
        assert_eq!(tx.prune_idempotency(next_day).await.unwrap(), 19);
    }

    /// Does what a handler does; returns whether it had the effect.
    async fn one_request(store: Store, tenant: TenantId, key: String) -> bool {
        let mut tx = store.begin().await.unwrap();
        match tx
            .begin_idempotent(tenant, &key, "POST /a", b"body", NOW)
            .await
            .unwrap()
        {
            Idempotency::Fresh => {
                tx.append_event(tenant, "effect", "{}", NOW).await.unwrap();
                tx.finish_idempotent(tenant, &key, 201, b"answer")
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
                true
            }
            Idempotency::Done { status, body } => {
                assert_eq!((status, &*body), (201, &b"answer"[..]));
                false
            }
            Idempotency::InFlight | Idempotency::OtherBody => panic!("neither can be"),
        }
    }

    pub async fn a_request_that_died_is_taken_over(world: World) {
        let tenant = world.tenant().await.id;
        let ask = |at| {
            let store = world.store.clone();
            async move {
                let mut tx = store.begin().await.unwrap();
                let known = tx
                    .begin_idempotent(tenant, "key", "POST /a", b"body", at)
                    .await;
                tx.commit().await.unwrap();
                known.unwrap()
            }
        };
        assert!(matches!(ask(NOW).await, Idempotency::Fresh));
        assert!(matches!(ask(NOW.plus(1)).await, Idempotency::InFlight));
        assert!(matches!(ask(NOW.plus(TAKE_OVER)).await, Idempotency::Fresh));
        assert!(matches!(
            ask(NOW.plus(TAKE_OVER + 1)).await,
            Idempotency::InFlight
        ));
        let mut tx = world.store.begin().await.unwrap();
        tx.forget_idempotent(tenant, "key").await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(
            ask(NOW.plus(TAKE_OVER + 2)).await,
            Idempotency::Fresh
        ));
    }

    pub async fn a_reader_of_events_misses_none_that_commits_late(world: World) {
        let tenant = world.tenant().await.id;
        let begun = async |name: &str, at| {
            let mut tx = world.store.begin().await.unwrap();
            tx.append_event(tenant, name, "{}", at).await.unwrap();
            tx
        };
        let names = async |after| {
            let events = world.store.list_events(tenant, after, 9).await.unwrap();
            let named: Vec<_> = events.iter().map(|row| row.event.clone()).collect();
            (named, events.last().map(|row| row.id))
        };
        // SQLite has one writer at a time: there an event is late by the instant that it bears, as a sweep's are.
        let slow = match world.on {
            On::Postgres => Some(begun("slow", NOW).await),
            On::Sqlite => None,
        };
        let fast = begun("fast", NOW.plus(1)).await;
        fast.commit().await.unwrap();
        let (seen, last) = names(None).await;
        assert_eq!(seen, ["fast"]);
        let slow = match slow {
            Some(slow) => slow,
            None => begun("slow", NOW).await,
        };
        slow.commit().await.unwrap();
        assert_eq!(names(last).await.0, ["slow"]);
        assert_eq!(names(None).await.0, ["fast", "slow"]);
    }

    pub async fn events_consents_and_holds_are_listed(world: World) {
        let tenant = world.tenant().await.id;
        let applicant = world.applicant(tenant, "a").await.id;
        let mut tx = world.store.begin().await.unwrap();
        let first = tx.append_event(tenant, "one", "{}", NOW).await.unwrap();
        tx.append_event(tenant, "two", "{}", NOW.plus(1))
            .await
            .unwrap();
        tx.give_consent(tenant, applicant, "biometric", "v1", NOW)
            .await
            .unwrap();
        assert_eq!(
            tx.withdraw_consent(tenant, applicant, "biometric", NOW)
                .await
                .unwrap(),
            1
        );
        assert_eq!(
            tx.withdraw_consent(tenant, applicant, "biometric", NOW)
                .await
                .unwrap(),
            0
        );
        let end = Some(NOW.plus(DAY));
        let hold = tx
            .place_hold(tenant, applicant, "case 7", end, NOW)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let store = &world.store;
        let events = store.list_events(tenant, Some(first), 9).await.unwrap();
        assert_eq!((events.len(), events[0].event.as_str()), (1, "two"));
        let consents = store.list_consents(tenant, applicant).await.unwrap();
        assert_eq!(consents[0].withdrawn_at, Some(NOW));
        let holds = store.list_holds(tenant, applicant).await.unwrap();
        assert!(holds[0].is_in_force(NOW) && !holds[0].is_in_force(NOW.plus(DAY)));
        let mut tx = store.begin().await.unwrap();
        tx.lift_hold(tenant, hold, NOW).await.unwrap();
        let twice = tx.lift_hold(tenant, hold, NOW).await;
        assert!(matches!(twice, Err(StoreError::Missing { .. })));
        tx.commit().await.unwrap();
        let holds = store.list_holds(tenant, applicant).await.unwrap();
        assert!(!holds[0].is_in_force(NOW));
    }
}
