//! Passkeys and the questions about them: the same on both databases.
#![allow(clippy::unwrap_used)]

mod support;

on_both! {
    a_passkey_is_found_by_its_credential_in_its_tenant_only
    a_credential_is_registered_once_in_a_tenant
    of_two_who_show_one_passkey_at_once_one_is_too_late
    a_revoked_passkey_is_shown_no_more
    a_question_is_answered_once
    a_question_of_another_kind_person_or_time_is_not_there
    erasure_leaves_no_passkey
}

mod cases {
    use menshen_core::ids::{ApplicantId, TenantId};
    use menshen_store::{
        CeremonyPurpose, NewCeremony, NewPasskey, OpenedPasskey, PasskeyRow, StoreError,
    };

    use super::support::{NOW, World};

    async fn register(
        world: &World,
        (tenant, applicant): (TenantId, ApplicantId),
        credential_id: &[u8],
    ) -> Result<PasskeyRow, StoreError> {
        let mut tx = world.store.begin().await.unwrap();
        let new = NewPasskey {
            tenant,
            applicant,
            credential_id,
            credential: b"a credential",
            name: "Telephone",
            backup_eligible: true,
            backed_up: false,
            transports: vec!["hybrid".to_owned(), "internal".to_owned()],
        };
        let row = tx.create_passkey(new, NOW).await?;
        tx.commit().await.unwrap();
        Ok(row)
    }

    async fn find(world: &World, tenant: TenantId, id: &[u8]) -> Option<OpenedPasskey> {
        let mut tx = world.store.begin().await.unwrap();
        tx.find_passkey_by_credential(tenant, id).await.unwrap()
    }

    async fn ask(
        world: &World,
        tenant: TenantId,
        applicant: Option<ApplicantId>,
    ) -> menshen_core::ids::CeremonyId {
        let mut tx = world.store.begin().await.unwrap();
        let new = NewCeremony {
            tenant,
            applicant,
            purpose: CeremonyPurpose::Authenticate,
            state: b"a state",
            until: NOW.plus(1_000),
        };
        let id = tx.create_ceremony(new, NOW).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub async fn a_passkey_is_found_by_its_credential_in_its_tenant_only(world: World) {
        let (tenant, other) = (world.tenant().await.id, world.tenant().await.id);
        let whose = (tenant, world.applicant(tenant, "a").await.id);
        let row = register(&world, whose, b"one").await.unwrap();
        let found = find(&world, tenant, b"one").await.unwrap();
        assert_eq!((found.row.id, found.row.applicant_id), (row.id, whose.1));
        assert_eq!(&*found.credential, b"a credential");
        assert_eq!(found.name.as_text(), Some("Telephone"));
        assert_eq!(found.row.transports, ["hybrid", "internal"]);
        assert!(found.row.backup_eligible && !found.row.backed_up);
        assert!(find(&world, other, b"one").await.is_none());
        assert!(find(&world, tenant, b"two").await.is_none());
        let stranger = world.applicant(tenant, "b").await.id;
        let mut tx = world.store.begin().await.unwrap();
        let none = tx.find_passkey((tenant, stranger), row.id).await.unwrap();
        assert!(none.is_none(), "another's");
        assert!(tx.find_passkey(whose, row.id).await.unwrap().is_some());
        drop(tx);
        for id in [b"two", b"six"] {
            register(&world, whose, id).await.unwrap();
        }
        let store = &world.store;
        let all = store.open_passkeys(tenant, whose.1, None, 9).await.unwrap();
        assert_eq!(all.len(), 3);
        let after = Some(all[0].row.id);
        let rest = store
            .open_passkeys(tenant, whose.1, after, 1)
            .await
            .unwrap();
        assert_eq!(rest[0].row.id, all[1].row.id, "newest first, by cursor");
    }

    pub async fn a_credential_is_registered_once_in_a_tenant(world: World) {
        let (tenant, other) = (world.tenant().await.id, world.tenant().await.id);
        let first = (tenant, world.applicant(tenant, "a").await.id);
        let second = (tenant, world.applicant(tenant, "b").await.id);
        let elsewhere = (other, world.applicant(other, "a").await.id);
        register(&world, first, b"one").await.unwrap();
        for whose in [first, second] {
            let again = register(&world, whose, b"one").await;
            assert!(matches!(again, Err(StoreError::Duplicate { .. })));
        }
        register(&world, elsewhere, b"one").await.unwrap();
    }

    pub async fn of_two_who_show_one_passkey_at_once_one_is_too_late(world: World) {
        let tenant = world.tenant().await.id;
        let whose = (tenant, world.applicant(tenant, "a").await.id);
        let row = register(&world, whose, b"one").await.unwrap();
        let mut tx = world.store.begin().await.unwrap();
        tx.use_passkey(&row, b"counted", true, NOW.plus(5))
            .await
            .unwrap();
        let late = tx.use_passkey(&row, b"counted too", true, NOW).await;
        assert!(matches!(late, Err(StoreError::Conflict { .. })));
        tx.commit().await.unwrap();
        let found = find(&world, tenant, b"one").await.unwrap();
        assert_eq!(&*found.credential, b"counted");
        assert_eq!(found.row.last_used_at, Some(NOW.plus(5)));
        assert!(found.row.backed_up);
    }

    pub async fn a_revoked_passkey_is_shown_no_more(world: World) {
        let tenant = world.tenant().await.id;
        let whose = (tenant, world.applicant(tenant, "a").await.id);
        let row = register(&world, whose, b"one").await.unwrap();
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(tx.count_passkeys(tenant, whose.1).await.unwrap(), 1);
        tx.revoke_passkey(&row, NOW).await.unwrap();
        assert_eq!(tx.count_passkeys(tenant, whose.1).await.unwrap(), 0);
        assert!(tx.find_passkey(whose, row.id).await.unwrap().is_none());
        let now = PasskeyRow {
            version: row.version + 1,
            ..row
        };
        let used = tx.use_passkey(&now, b"", false, NOW).await;
        assert!(matches!(used, Err(StoreError::Conflict { .. })));
        tx.commit().await.unwrap();
        let all = world.store.open_passkeys(tenant, whose.1, None, 9).await;
        assert!(all.unwrap().is_empty());
        let kept = find(&world, tenant, b"one").await.unwrap();
        assert_eq!(
            kept.row.revoked_at,
            Some(NOW),
            "it is known why it is refused"
        );
        let other = (tenant, world.applicant(tenant, "b").await.id);
        for (whose, id) in [(whose, b"two"), (whose, b"six"), (other, b"ten")] {
            register(&world, whose, id).await.unwrap();
        }
        let mut tx = world.store.begin().await.unwrap();
        tx.revoke_passkeys(whose, NOW).await.unwrap();
        assert_eq!(tx.count_passkeys(tenant, whose.1).await.unwrap(), 0);
        assert_eq!(tx.count_passkeys(tenant, other.1).await.unwrap(), 1);
    }

    pub async fn a_question_is_answered_once(world: World) {
        let tenant = world.tenant().await.id;
        let id = ask(&world, tenant, None).await;
        let tries = (0..12).map(|_| {
            let store = world.store.clone();
            tokio::spawn(async move {
                let mut tx = store.begin().await.unwrap();
                let purpose = CeremonyPurpose::Authenticate;
                let taken = tx.take_ceremony(id, purpose, NOW).await.unwrap();
                tx.commit().await.unwrap();
                taken.map(|taken| (taken.tenant, taken.applicant, taken.state.to_vec()))
            })
        });
        let mut taken = Vec::new();
        for one in tries.collect::<Vec<_>>() {
            taken.extend(one.await.unwrap());
        }
        assert_eq!(taken, [(tenant, None, b"a state".to_vec())]);
    }

    pub async fn a_question_of_another_kind_person_or_time_is_not_there(world: World) {
        use CeremonyPurpose::{Authenticate, Register};
        let tenant = world.tenant().await.id;
        let owner = world.applicant(tenant, "a").await.id;
        let stranger = world.applicant(tenant, "b").await.id;
        let other = world.tenant().await.id;
        let id = ask(&world, tenant, Some(owner)).await;
        let mut tx = world.store.begin().await.unwrap();
        let end = NOW.plus(1_000);
        assert!(tx.take_ceremony(id, Register, NOW).await.unwrap().is_none());
        assert!(
            tx.take_ceremony(id, Authenticate, end)
                .await
                .unwrap()
                .is_none()
        );
        let theirs = tx.take_ceremony_of((tenant, stranger), id, Authenticate, NOW);
        assert!(theirs.await.unwrap().is_none());
        let elsewhere = tx.take_ceremony_of((other, owner), id, Authenticate, NOW);
        assert!(elsewhere.await.unwrap().is_none());
        let own = tx.take_ceremony_of((tenant, owner), id, Authenticate, NOW);
        assert_eq!(own.await.unwrap().unwrap().applicant, Some(owner));
        let again = tx.take_ceremony_of((tenant, owner), id, Authenticate, NOW);
        assert!(again.await.unwrap().is_none());
        tx.commit().await.unwrap();
        ask(&world, tenant, None).await;
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(tx.prune_ceremonies(NOW).await.unwrap(), 0);
        assert_eq!(tx.prune_ceremonies(end).await.unwrap(), 1);
    }

    pub async fn erasure_leaves_no_passkey(world: World) {
        let tenant = world.tenant().await.id;
        let whose = (tenant, world.applicant(tenant, "a").await.id);
        register(&world, whose, b"one").await.unwrap();
        let asked = ask(&world, tenant, Some(whose.1)).await;
        let mut tx = world.store.begin().await.unwrap();
        tx.erase(tenant, whose.1, NOW, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert!(find(&world, tenant, b"one").await.is_none());
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(tx.count_passkeys(tenant, whose.1).await.unwrap(), 0);
        let purpose = CeremonyPurpose::Authenticate;
        assert!(
            tx.take_ceremony(asked, purpose, NOW)
                .await
                .unwrap()
                .is_none()
        );
        drop(tx);
        let next = (tenant, world.applicant(tenant, "b").await.id);
        register(&world, next, b"one").await.unwrap();
    }
}
