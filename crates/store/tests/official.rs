//! Lists that a tenant publishes and reports that it gets: the same on both databases.
#![allow(clippy::unwrap_used)]

mod support;

on_both! {
    each_change_takes_the_next_number_however_many_race
    a_channel_stands_once_and_may_come_back
    announcements_end_and_are_withdrawn
    a_report_is_sealed_closed_once_and_goes_after_its_time
    another_tenant_knows_nothing
}

mod cases {
    use std::collections::BTreeSet;

    use menshen_core::ids::{AnnouncementId, TenantId};
    use menshen_core::time::{DAY, HOUR, Millis};
    use menshen_store::{AnnouncementRow, ReportState, Store, StoreError};

    use super::support::{NOW, World};

    pub async fn each_change_takes_the_next_number_however_many_race(world: World) {
        let tenant = world.tenant().await.id;
        let none = world.store.official_channels(tenant).await.unwrap();
        assert_eq!(
            (none.number, none.changed_at, none.entries.len()),
            (0, None, 0)
        );
        let mut tasks = Vec::new();
        for n in 0..16 {
            let store = world.store.clone();
            tasks.push(tokio::spawn(async move {
                add(&store, tenant, &format!("entry {n}"), NOW.plus(n)).await;
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let all = world.store.official_channels(tenant).await.unwrap();
        let different: BTreeSet<&String> = all.entries.iter().collect();
        assert_eq!((all.number, different.len()), (16, 16));
    }

    async fn add(store: &Store, tenant: TenantId, entry: &str, now: Millis) {
        let mut tx = store.begin().await.unwrap();
        tx.create_official_channel(tenant, entry, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn a_channel_stands_once_and_may_come_back(world: World) {
        let tenant = world.tenant().await.id;
        add(&world.store, tenant, "one", NOW).await;
        let mut tx = world.store.begin().await.unwrap();
        let twice = tx.create_official_channel(tenant, "one", NOW).await;
        assert!(matches!(twice, Err(StoreError::Duplicate { .. })));
        drop(tx);
        let row = world.store.list_official_channels(tenant, None, 9).await;
        let row = row.unwrap().remove(0);
        let mut tx = world.store.begin().await.unwrap();
        tx.remove_official_channel(&row, NOW.plus(1)).await.unwrap();
        let again = tx.remove_official_channel(&row, NOW).await;
        assert!(matches!(again, Err(StoreError::Conflict { .. })));
        drop(tx);
        let mut tx = world.store.begin().await.unwrap();
        tx.remove_official_channel(&row, NOW.plus(1)).await.unwrap();
        assert_eq!(tx.count_official_channels(tenant).await.unwrap(), 0);
        tx.commit().await.unwrap();
        let empty = world.store.official_channels(tenant).await.unwrap();
        assert_eq!((empty.number, empty.entries.len()), (2, 0));
        assert_eq!(empty.changed_at, Some(NOW.plus(1)));
        add(&world.store, tenant, "one", NOW.plus(2)).await;
        let back = world.store.official_channels(tenant).await.unwrap();
        assert_eq!((back.number, back.entries), (3, vec!["one".to_owned()]));
    }

    pub async fn announcements_end_and_are_withdrawn(world: World) {
        let tenant = world.tenant().await.id;
        let row = |n: u8, ends: i64| AnnouncementRow {
            id: AnnouncementId::new(NOW, [n; 10]),
            tenant_id: tenant,
            entry: format!("entry {n}"),
            ends_at: NOW.plus(ends),
            created_at: NOW,
            version: 1,
        };
        let mut tx = world.store.begin().await.unwrap();
        for row in [row(1, HOUR), row(2, DAY), row(3, DAY)] {
            tx.create_announcement(&row, NOW).await.unwrap();
        }
        tx.remove_announcement(&row(3, DAY), NOW).await.unwrap();
        assert_eq!(tx.count_announcements(tenant, NOW).await.unwrap(), 2);
        tx.commit().await.unwrap();
        for (after, n) in [(0, 2), (HOUR, 1), (DAY, 0)] {
            let told = world.store.announcements(tenant, NOW.plus(after)).await;
            let told = told.unwrap();
            assert_eq!((told.number, told.entries.len()), (4, n), "{after}");
        }
        let all = world
            .store
            .list_announcements(tenant, None, 9)
            .await
            .unwrap();
        let ids: Vec<AnnouncementId> = all.iter().map(|row| row.id).collect();
        assert_eq!(ids, [row(2, DAY).id, row(1, HOUR).id]);
    }

    pub async fn a_report_is_sealed_closed_once_and_goes_after_its_time(world: World) {
        let tenant = world.tenant().await.id;
        let store = &world.store;
        let mut tx = store.begin().await.unwrap();
        let id = tx.create_report(tenant, "page", b"evil.example", NOW).await;
        let id = id.unwrap();
        tx.create_report(tenant, "phone", b"+1", NOW).await.unwrap();
        tx.commit().await.unwrap();
        let row = store.find_report(tenant, id).await.unwrap().unwrap();
        assert!(row.content(store).unwrap().is(b"evil.example"));
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.count_open_reports(tenant).await.unwrap(), 2);
        tx.close_report(&row, "not_ours", NOW).await.unwrap();
        let again = tx.close_report(&row, "genuine", NOW).await;
        assert!(matches!(again, Err(StoreError::Conflict { .. })));
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        tx.close_report(&row, "not_ours", NOW).await.unwrap();
        tx.commit().await.unwrap();
        let closed = store
            .list_reports(tenant, ReportState::Closed, None, 9)
            .await;
        assert_eq!(closed.unwrap()[0].outcome.as_deref(), Some("not_ours"));
        for (closed_before, arrived_before, gone) in [(0, 0, 0), (1, 0, 1), (1, 1, 1)] {
            let mut tx = store.begin().await.unwrap();
            let pruned = tx
                .prune_reports(NOW.plus(closed_before), NOW.plus(arrived_before))
                .await;
            assert_eq!(pruned.unwrap(), gone, "{closed_before} {arrived_before}");
            tx.commit().await.unwrap();
        }
    }

    pub async fn another_tenant_knows_nothing(world: World) {
        let (own, other) = (world.tenant().await.id, world.tenant().await.id);
        add(&world.store, own, "one", NOW).await;
        let mut tx = world.store.begin().await.unwrap();
        let id = tx.create_report(own, "page", b"x", NOW).await.unwrap();
        let row = tx.create_official_channel(own, "two", NOW).await.unwrap();
        let found = tx.find_official_channel(other, row.id).await.unwrap();
        assert_eq!(found, None);
        assert!(tx.find_report(other, id).await.unwrap().is_none());
        tx.create_official_channel(other, "one", NOW).await.unwrap();
        tx.commit().await.unwrap();
        let theirs = world.store.official_channels(other).await.unwrap();
        assert_eq!((theirs.number, theirs.entries.len()), (1, 1));
        assert!(world.store.find_report(other, id).await.unwrap().is_none());
    }
}
