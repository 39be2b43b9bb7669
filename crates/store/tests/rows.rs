//! Tenants, keys, tokens, applicants, verifications: the same on both databases.

#![allow(clippy::unwrap_used)]

mod support;

on_both! {
    a_policy_stays_in_the_history
    a_key_opens_until_it_is_revoked_or_expires
    a_token_opens_one_page_until_it_ends
    an_external_id_is_one_applicant_and_can_be_read_back
    lists_go_newest_first_by_cursor
    another_tenants_record_is_not_found
    a_stale_version_is_refused
    a_dropped_transaction_leaves_nothing
    two_hundred_concurrent_transactions_lose_none
    the_wrong_master_key_does_not_open_the_store
}

mod cases {
    use menshen_core::time::MINUTE;
    use menshen_store::{
        ApplicantTokenRow, MasterKeys, NewApiKey, NewApplicant, Store, StoreError, TenantKind,
    };

    use super::support::{NOW, World, new_verification};

    pub async fn a_policy_stays_in_the_history(world: World) {
        let tenant = world.tenant().await;
        let mut tx = world.store.begin().await.unwrap();
        let version = tx
            .set_policy(&tenant, "policy = 2", "p2", NOW.plus(1))
            .await
            .unwrap();
        assert_eq!(version, 2);
        let again = tx.set_policy(&tenant, "policy = 3", "p3", NOW).await;
        assert!(matches!(again, Err(StoreError::Conflict { .. })));
        tx.commit().await.unwrap();
        let found = world.store.find_tenant(tenant.id).await.unwrap().unwrap();
        assert_eq!(
            (found.policy_identity.as_str(), found.kind),
            ("p2", TenantKind::Sandbox)
        );
        let old = world
            .store
            .find_policy(tenant.id, "p1")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(old.toml, "policy = 1");
        let all = world.store.list_policies(tenant.id).await.unwrap();
        assert_eq!(
            all.iter().map(|p| p.identity.as_str()).collect::<Vec<_>>(),
            ["p2", "p1"]
        );
    }

    pub async fn a_key_opens_until_it_is_revoked_or_expires(world: World) {
        let tenant = world.tenant().await;
        let mut tx = world.store.begin().await.unwrap();
        let new = NewApiKey {
            label: "server".to_owned(),
            scopes: vec!["read".to_owned(), "write".to_owned()],
            expires_at: Some(NOW.plus(10 * MINUTE)),
        };
        let (key, secret) = tx.create_api_key(&tenant, &new, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert!(secret.reveal().starts_with("mk_test_") && secret.reveal().len() == 51);
        let find = |secret: String, at| {
            let store = world.store.clone();
            async move { store.find_caller(&secret, at).await.unwrap() }
        };
        let caller = find(secret.reveal().to_owned(), NOW).await.unwrap();
        assert_eq!(
            (caller.key.scopes, caller.tenant.id),
            (new.scopes, tenant.id)
        );
        assert!(find("mk_test_guess".to_owned(), NOW).await.is_none());
        assert!(
            find(secret.reveal().to_owned(), NOW.plus(10 * MINUTE))
                .await
                .is_none()
        );
        world
            .store
            .note_api_key_use(&key, NOW.plus(5))
            .await
            .unwrap();
        let key = world
            .store
            .list_api_keys(tenant.id, None, 5)
            .await
            .unwrap()
            .remove(0);
        assert_eq!(key.last_used_at, Some(NOW.plus(5)));
        let mut tx = world.store.begin().await.unwrap();
        tx.revoke_api_key(&key, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert!(find(secret.reveal().to_owned(), NOW).await.is_none());
    }

    pub async fn a_token_opens_one_page_until_it_ends(world: World) {
        let tenant = world.tenant().await;
        let applicant = world.applicant(tenant.id, "a").await;
        let verification = world.verification(&applicant).await;
        let row = ApplicantTokenRow {
            tenant_id: tenant.id,
            applicant_id: applicant.id,
            verification_id: Some(verification.id),
            expires_at: NOW.plus(1_000),
        };
        let mut tx = world.store.begin().await.unwrap();
        let token = tx.create_applicant_token(&row).await.unwrap();
        tx.commit().await.unwrap();
        let found = world
            .store
            .find_applicant_token(token.reveal(), NOW)
            .await
            .unwrap();
        assert_eq!(found.unwrap().verification_id, Some(verification.id));
        let late = world
            .store
            .find_applicant_token(token.reveal(), NOW.plus(1_000))
            .await;
        assert!(late.unwrap().is_none());
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(
            tx.revoke_applicant_tokens(tenant.id, applicant.id, NOW)
                .await
                .unwrap(),
            1
        );
        tx.commit().await.unwrap();
        let revoked = world.store.find_applicant_token(token.reveal(), NOW).await;
        assert!(revoked.unwrap().is_none());
    }

    pub async fn an_external_id_is_one_applicant_and_can_be_read_back(world: World) {
        let tenant = world.tenant().await;
        let applicant = world.applicant(tenant.id, "someone@example.org").await;
        let mut tx = world.store.begin().await.unwrap();
        let new = NewApplicant {
            tenant_id: tenant.id,
            external_id: "someone@example.org".to_owned(),
            locale: "zh-CN".to_owned(),
        };
        let again = tx.create_applicant(&new, NOW).await;
        assert!(matches!(again, Err(StoreError::Duplicate { .. })));
        drop(tx);
        let store = &world.store;
        let found = store
            .find_applicant_by_external_id(tenant.id, "someone@example.org")
            .await;
        assert_eq!(found.unwrap().unwrap().id, applicant.id);
        let text = store
            .find_external_id(tenant.id, applicant.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(text.as_text(), Some("someone@example.org"));
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.set_locale(&applicant, "zh-CN").await.unwrap(), 2);
        tx.commit().await.unwrap();
        let found = store
            .find_applicant(tenant.id, applicant.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.locale, "zh-CN");
    }

    pub async fn lists_go_newest_first_by_cursor(world: World) {
        let tenant = world.tenant().await;
        let applicant = world.applicant(tenant.id, "a").await;
        let mut made = Vec::new();
        let mut tx = world.store.begin().await.unwrap();
        for n in 0..5 {
            let new = new_verification(&applicant);
            made.push(tx.create_verification(&new, NOW.plus(n)).await.unwrap().id);
        }
        tx.commit().await.unwrap();
        made.reverse();
        let store = &world.store;
        let page = store
            .list_verifications(tenant.id, None, None, 3)
            .await
            .unwrap();
        let next = store
            .list_verifications(tenant.id, Some("not_started"), Some(page[2].id), 3)
            .await
            .unwrap();
        let ids: Vec<_> = page.iter().chain(&next).map(|v| v.id).collect();
        assert_eq!(ids, made);
        let none = store
            .list_verifications(tenant.id, Some("verified"), None, 3)
            .await
            .unwrap();
        assert!(none.is_empty());
        let of = store
            .list_applicant_verifications(tenant.id, applicant.id, None, 9)
            .await;
        assert_eq!(of.unwrap().len(), 5);
    }

    pub async fn another_tenants_record_is_not_found(world: World) {
        let (mine, theirs) = (world.tenant().await, world.tenant().await);
        let applicant = world.applicant(mine.id, "a").await;
        let verification = world.verification(&applicant).await;
        let store = &world.store;
        assert!(
            store
                .find_applicant(theirs.id, applicant.id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            store
                .find_external_id(theirs.id, applicant.id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            store
                .find_verification(theirs.id, verification.id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            store
                .find_claims(theirs.id, verification.id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            store
                .list_applicants(theirs.id, None, 9)
                .await
                .unwrap()
                .is_empty()
        );
        let found = store
            .find_applicant_by_external_id(theirs.id, "a")
            .await
            .unwrap();
        assert!(found.is_none());
    }

    pub async fn a_stale_version_is_refused(world: World) {
        let tenant = world.tenant().await;
        let applicant = world.applicant(tenant.id, "a").await;
        let mut row = world.verification(&applicant).await;
        let mut tx = world.store.begin().await.unwrap();
        row.version = tx.put_claims(&row, b"claims", NOW.plus(1)).await.unwrap();
        row.status = "in_progress".to_owned();
        row.codes = vec!["blur".to_owned(), "glare".to_owned()];
        let version = tx.update_verification(&row, row.version).await.unwrap();
        let stale = tx.update_verification(&row, row.version).await;
        assert!(matches!(stale, Err(StoreError::Conflict { .. })));
        tx.commit().await.unwrap();
        let found = world
            .store
            .find_verification(tenant.id, row.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((found.version, found.codes), (version, row.codes));
        let claims = world
            .store
            .find_claims(tenant.id, row.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&*claims, b"claims");
        assert!(
            world
                .store
                .find_reasons(tenant.id, row.id)
                .await
                .unwrap()
                .is_none()
        );
    }

    pub async fn a_dropped_transaction_leaves_nothing(world: World) {
        let mut tx = world.store.begin().await.unwrap();
        tx.create_tenant("T", TenantKind::Live, "", "p", NOW)
            .await
            .unwrap();
        drop(tx);
        assert!(world.store.list_tenants(None, 9).await.unwrap().is_empty());
        world.tenant().await;
        assert_eq!(world.store.list_tenants(None, 9).await.unwrap().len(), 1);
        world.store.ping().await.unwrap();
    }

    pub async fn two_hundred_concurrent_transactions_lose_none(world: World) {
        let tenant = world.tenant().await;
        let applicant = world.applicant(tenant.id, "a").await;
        let id = world.verification(&applicant).await.id;
        let tasks: Vec<_> = (0..200)
            .map(|_| {
                let store = world.store.clone();
                tokio::spawn(async move {
                    let mut tx = store.begin().await.unwrap();
                    tx.lock_applicant(tenant.id, applicant.id).await.unwrap();
                    let mut row = tx.find_verification(tenant.id, id).await.unwrap().unwrap();
                    row.attempt += 1;
                    tx.update_verification(&row, row.version).await.unwrap();
                    tx.commit().await.unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let row = world
            .store
            .find_verification(tenant.id, id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((row.attempt, row.version), (200, 201));
    }

    pub async fn the_wrong_master_key_does_not_open_the_store(world: World) {
        let other = MasterKeys::new(vec![[1; 32]]);
        let opened = Store::open(&world.config, other, NOW).await;
        assert!(matches!(opened, Err(StoreError::MasterKey { .. })));
    }
}
