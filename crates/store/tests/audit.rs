//! The audit log in a database: one order for all writers, and no change that goes unseen.

#![allow(clippy::unwrap_used)]

mod support;

on_both! {
    entries_are_appended_with_their_transaction_or_not_at_all
    what_may_be_personal_is_refused
    many_writers_on_two_nodes_make_one_log
    a_checkpoint_is_signed_once_for_each_size_and_by_a_new_key_after_the_old
    what_is_changed_in_the_database_is_found_and_never_signed
    a_log_rolled_back_with_its_checkpoints_is_found_by_an_anchored_one
    an_entry_is_proven_under_the_newest_checkpoint
    erasing_a_person_changes_no_entry
}

mod cases {
    use menshen_core::ids::TenantId;
    use menshen_ledger::{ProofFile, Signer, Tampered, Verified};
    use menshen_store::{NewAuditEntry, Store, StoreError};

    use super::support::{NOW, World, open};

    fn signer() -> Signer {
        Signer::new("kyc.example", &[1; 32]).unwrap()
    }

    fn entry(tenant: Option<TenantId>, count: u32) -> NewAuditEntry {
        NewAuditEntry {
            at: NOW,
            tenant,
            actor: "system".to_owned(),
            action: "applicant.erased".to_owned(),
            object: format!("applicant:{}", TenantId::new(NOW, [9; 10])),
            detail: [("count".to_owned(), count.to_string())].into(),
        }
    }

    async fn append(store: &Store, entries: impl IntoIterator<Item = NewAuditEntry>) {
        let mut tx = store.begin().await.unwrap();
        entries
            .into_iter()
            .for_each(|entry| tx.append_audit(entry).unwrap());
        tx.commit().await.unwrap();
    }

    async fn checkpoint(store: &Store) -> Result<String, StoreError> {
        store.checkpoint(&signer(), &signer().verifier(), NOW).await
    }

    async fn verify(store: &Store, anchored: &[String]) -> Result<Verified, Tampered> {
        let verified = store.verify_audit(&signer().verifier(), anchored).await;
        verified.unwrap()
    }

    /// Does to the database what nobody should.
    async fn tamper(world: &World, sql: &'static str) {
        let pool = sqlx::AnyPool::connect(&world.config.database)
            .await
            .unwrap();
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
        pool.close().await;
    }

    pub async fn entries_are_appended_with_their_transaction_or_not_at_all(world: World) {
        let store = &world.store;
        assert_eq!(verify(store, &[]).await.unwrap().head.size, 0);
        let tenant = world.tenant().await.id;
        append(store, [entry(Some(tenant), 1), entry(None, 2)]).await;
        let mut dropped = store.begin().await.unwrap();
        dropped.append_audit(entry(None, 3)).unwrap();
        drop(dropped);
        append(store, [entry(Some(tenant), 4)]).await;
        let listed = store.list_audit(0, 10).await.unwrap();
        let count = |n: usize| listed[n].entry.detail["count"].clone();
        assert_eq!([count(0), count(1), count(2)], ["1", "2", "4"]);
        let of_tenant = store.list_audit_of(tenant, 1, 10).await.unwrap();
        assert_eq!(of_tenant, listed[2..]);
        let verified = verify(store, &[]).await.unwrap();
        assert_eq!((verified.head.size, verified.signed), (3, 0));
    }

    pub async fn what_may_be_personal_is_refused(world: World) {
        let mut tx = world.store.begin().await.unwrap();
        let mut personal = entry(None, 1);
        personal.detail.insert("name".into(), "Eriksson".into());
        let refused = tx.append_audit(personal).unwrap_err();
        assert!(matches!(refused, StoreError::AuditEntry { .. }));
        assert!(!format!("{refused:?}").contains("Eriksson"));
    }

    pub async fn many_writers_on_two_nodes_make_one_log(world: World) {
        let other = open(&world.config).await;
        let mut writers = Vec::new();
        for count in 0..100 {
            let store = if count % 2 == 0 { &world.store } else { &other }.clone();
            writers.push(tokio::spawn(async move {
                append(&store, [entry(None, count), entry(None, count)]).await;
            }));
        }
        let meanwhile = verify(&world.store, &[]).await;
        assert!(meanwhile.is_ok(), "{meanwhile:?}");
        for writer in writers {
            writer.await.unwrap();
        }
        let listed = world.store.list_audit(0, 1_000).await.unwrap();
        let pairs = listed.chunks(2);
        assert!(
            pairs
                .into_iter()
                .all(|pair| pair[0].entry.detail == pair[1].entry.detail)
        );
        assert_eq!(verify(&other, &[]).await.unwrap().head.size, 200);
    }

    pub async fn a_checkpoint_is_signed_once_for_each_size_and_by_a_new_key_after_the_old(
        world: World,
    ) {
        let store = &world.store;
        append(store, (0..3).map(|n| entry(None, n))).await;
        let first = checkpoint(store).await.unwrap();
        assert_eq!(checkpoint(store).await.unwrap(), first);
        append(store, (0..3).map(|n| entry(None, n))).await;
        let new = Signer::new("kyc.example", &[2; 32]).unwrap();
        let both = new.verifier().and(signer().verifier());
        let alone = store.checkpoint(&new, &new.verifier(), NOW).await;
        assert!(matches!(alone, Err(StoreError::AuditTampered { .. })));
        let second = store.checkpoint(&new, &both, NOW).await.unwrap();
        assert_eq!(store.list_checkpoints().await.unwrap(), [first, second]);
        let verified = store.verify_audit(&both, &[]).await.unwrap().unwrap();
        assert_eq!((verified.signed, verified.checkpoints), (6, 2));
    }

    pub async fn what_is_changed_in_the_database_is_found_and_never_signed(world: World) {
        let store = &world.store;
        append(store, (0..5).map(|n| entry(None, n))).await;
        checkpoint(store).await.unwrap();
        append(store, (5..9).map(|n| entry(None, n))).await;
        tamper(&world, "UPDATE audit_entry SET line = REPLACE(line, '\"count\":\"6\"', '\"count\":\"7\"') WHERE seq = 6").await;
        assert_eq!(
            verify(store, &[]).await,
            Err(Tampered::Altered { place: 6 })
        );
        let signed = checkpoint(store).await;
        assert!(matches!(signed, Err(StoreError::AuditTampered { .. })));

        tamper(&world, "DELETE FROM audit_entry WHERE seq = 6").await;
        let missing = Tampered::Misplaced { place: 6, found: 7 };
        assert_eq!(verify(store, &[]).await, Err(missing));

        tamper(&world, "DELETE FROM audit_entry WHERE seq > 5").await;
        let cut = Tampered::EndDiffers {
            proven: 5,
            size: 6,
            kept: 9,
        };
        assert_eq!(verify(store, &[]).await, Err(cut));
        assert!(checkpoint(store).await.is_err());

        tamper(&world, "DELETE FROM audit_entry WHERE seq > 2").await;
        let rolled_back = Tampered::RolledBack {
            proven: 0,
            size: 3,
            signed: 5,
        };
        assert_eq!(verify(store, &[]).await, Err(rolled_back));
        tamper(&world, "UPDATE audit_entry SET line = 'x' WHERE seq = 1").await;
        assert_eq!(
            verify(store, &[]).await,
            Err(Tampered::Malformed { place: 1 })
        );
    }

    pub async fn a_log_rolled_back_with_its_checkpoints_is_found_by_an_anchored_one(world: World) {
        let store = &world.store;
        append(store, (0..5).map(|n| entry(None, n))).await;
        let anchored = [checkpoint(store).await.unwrap()];
        assert!(verify(store, &anchored).await.is_ok());
        tamper(&world, "DELETE FROM audit_entry").await;
        tamper(&world, "DELETE FROM audit_checkpoint").await;
        tamper(&world, "DELETE FROM audit_edge").await;
        assert!(verify(store, &[]).await.is_ok());
        let found = Tampered::RolledBack {
            proven: 0,
            size: 0,
            signed: 5,
        };
        assert_eq!(verify(store, &anchored).await, Err(found));
    }

    pub async fn an_entry_is_proven_under_the_newest_checkpoint(world: World) {
        let (store, keys) = (&world.store, signer().verifier());
        append(store, (0..7).map(|n| entry(None, n))).await;
        assert!(store.prove_audit(3, &keys).await.unwrap().is_none());
        checkpoint(store).await.unwrap();
        append(store, [entry(None, 7)]).await;
        let proof = store.prove_audit(3, &keys).await.unwrap().unwrap();
        let (proven, signed) = ProofFile::verify(&proof.to_text(), &keys).unwrap();
        assert_eq!(
            (proven.entry.detail["count"].as_str(), signed.head.size),
            ("3", 7)
        );
        assert!(store.prove_audit(7, &keys).await.unwrap().is_none());
    }

    pub async fn erasing_a_person_changes_no_entry(world: World) {
        let store = &world.store;
        let tenant = world.tenant().await.id;
        let applicant = world.applicant(tenant, "external").await;
        append(store, [entry(Some(tenant), 1)]).await;
        let anchored = [checkpoint(store).await.unwrap()];
        let before = store.list_audit(0, 10).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.erase(tenant, applicant.id, NOW, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.list_audit(0, 10).await.unwrap(), before);
        assert_eq!(verify(store, &anchored).await.unwrap().signed, 1);
    }
}
