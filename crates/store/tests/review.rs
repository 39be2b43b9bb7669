//! Cases that people decide: one at a time, written over the version that was read, gone with the person.

#![allow(clippy::unwrap_used)]

mod support;

on_both! {
    nobody_waits_for_two_answers_at_once
    a_case_comes_back_as_it_was_written
    of_two_who_write_at_once_one_is_refused
    a_case_goes_with_the_person_and_so_does_a_link
    another_tenant_finds_no_case
}

mod cases {
    use menshen_core::access::Role;
    use menshen_core::ids::{DecisionId, TenantId};
    use menshen_core::policy::ReviewRules;
    use menshen_core::review::{Queue, Reviewer, State, Verdict};
    use menshen_core::time::DAY;
    use menshen_store::{
        NewDecision, ReviewCaseRow, ReviewFilter, StaffRow, Store, StoreError, VerificationRow,
    };

    use super::support::{NOW, World, new_case};

    /// Somebody about whom the machine could not decide.
    async fn judged(world: &World, name: &str) -> (VerificationRow, DecisionId) {
        let tenant = world.tenant().await;
        let applicant = world.applicant(tenant.id, name).await;
        let row = world.verification(&applicant).await;
        let decision = NewDecision {
            id: DecisionId::new(NOW, Store::random_id_bytes().unwrap()),
            tenant_id: tenant.id,
            applicant_id: applicant.id,
            verification_id: row.id,
            attempt: 1,
            outcome: "review".to_owned(),
            codes: vec![],
            policy_identity: "p1".to_owned(),
            engine: "0".to_owned(),
            evidence_file: b"signed",
            digest: String::new(),
            case_id: None,
            kind: None,
            program: None,
            submitted_at: None,
        };
        let mut tx = world.store.begin().await.unwrap();
        tx.record_decision(&decision, NOW).await.unwrap();
        tx.commit().await.unwrap();
        (row, decision.id)
    }

    async fn open(world: &World, row: &VerificationRow, decision: DecisionId) -> ReviewCaseRow {
        let mut tx = world.store.begin().await.unwrap();
        let new = new_case(row, decision);
        let opened = tx.open_review_case(&new, NOW).await.unwrap();
        tx.commit().await.unwrap();
        opened
    }

    async fn staff(world: &World, tenant: TenantId) -> StaffRow {
        let mut tx = world.store.begin().await.unwrap();
        let made = tx.create_staff(tenant, "Grace", Role::Reviewer, NOW).await;
        tx.commit().await.unwrap();
        made.unwrap().0
    }

    fn reviewer(row: &StaffRow) -> Reviewer {
        Reviewer {
            tenant: row.tenant_id,
            staff: row.id,
            role: row.role,
            applicant: row.applicant,
        }
    }

    pub async fn nobody_waits_for_two_answers_at_once(world: World) {
        let (row, decision) = judged(&world, "one").await;
        open(&world, &row, decision).await;
        for queue in [Queue::Review, Queue::Appeal] {
            let mut tx = world.store.begin().await.unwrap();
            let mut second = new_case(&row, decision);
            second.case.matter.queue = queue;
            let refused = tx.open_review_case(&second, NOW).await;
            assert!(matches!(refused, Err(StoreError::Duplicate { .. })));
        }
        for (n, expected) in [(1, true), (2, false)] {
            let mut tx = world.store.begin().await.unwrap();
            let mut again = new_case(&row, decision);
            again.case.matter.queue = Queue::Recheck;
            let opened = tx.open_review_case(&again, NOW).await;
            assert_eq!(opened.is_ok(), expected, "recheck {n}");
            if expected {
                tx.commit().await.unwrap();
            }
        }
    }

    pub async fn a_case_comes_back_as_it_was_written(world: World) {
        let (row, decision) = judged(&world, "one").await;
        let who = staff(&world, row.tenant_id).await;
        let rules = ReviewRules::default();
        let mut case = open(&world, &row, decision).await;
        assert_eq!(case.case, new_case(&row, decision).case);
        let steps = [
            case.case.clone().claimed(&reviewer(&who), &rules, NOW),
            case.case
                .clone()
                .claimed(&reviewer(&who), &rules, NOW)
                .and_then(|held| held.voted(&reviewer(&who), Verdict::Approve, &rules, NOW))
                .map(|(voted, _)| voted),
        ];
        for expected in steps {
            let mut tx = world.store.begin().await.unwrap();
            case.case = expected.unwrap();
            case = tx.update_review_case(case).await.unwrap();
            tx.commit().await.unwrap();
            let found = world.store.find_review_case(row.tenant_id, case.id).await;
            let found = found.unwrap().unwrap();
            assert_eq!((&found.case, found.version), (&case.case, case.version));
        }
        let mut tx = world.store.begin().await.unwrap();
        let know = tx.list_who_know(row.tenant_id, row.id, None).await.unwrap();
        assert!(know.contains(&who.id));
    }

    pub async fn of_two_who_write_at_once_one_is_refused(world: World) {
        let (row, decision) = judged(&world, "one").await;
        let case = open(&world, &row, decision).await;
        let write = async || {
            let mut tx = world.store.begin().await?;
            tx.update_review_case(case.clone()).await?;
            tx.commit().await
        };
        assert!(write().await.is_ok());
        assert!(matches!(write().await, Err(StoreError::Conflict { .. })));
    }

    pub async fn a_case_goes_with_the_person_and_so_does_a_link(world: World) {
        let (row, decision) = judged(&world, "one").await;
        let case = open(&world, &row, decision).await;
        let who = staff(&world, row.tenant_id).await;
        let mut tx = world.store.begin().await.unwrap();
        tx.link_staff(who.clone(), row.applicant_id).await.unwrap();
        tx.add_review_note(&case, who.id, "a note", NOW)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let notes = world.store.list_review_notes(&case).await.unwrap();
        assert_eq!(notes[0].text.as_text(), Some("a note"));
        let mut tx = world.store.begin().await.unwrap();
        let late = NOW.plus(DAY);
        tx.erase(row.tenant_id, row.applicant_id, NOW, late)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let found = world.store.find_review_case(row.tenant_id, case.id).await;
        let found = found.unwrap().unwrap();
        assert_eq!(found.case.state, State::Dropped { at: late });
        assert_eq!(found.closed_at, Some(late));
        let notes = world.store.list_review_notes(&case).await;
        assert!(matches!(notes, Err(StoreError::Erased)));
        let who = world.store.find_staff(row.tenant_id, who.id).await;
        assert_eq!(who.unwrap().unwrap().applicant, None);
    }

    pub async fn another_tenant_finds_no_case(world: World) {
        let (row, decision) = judged(&world, "one").await;
        let case = open(&world, &row, decision).await;
        let other = world.tenant().await.id;
        let found = world.store.find_review_case(other, case.id).await;
        assert!(found.unwrap().is_none());
        let filter = ReviewFilter::default();
        let list = world
            .store
            .list_review_cases(other, &filter, Some(case.id), (10, NOW))
            .await;
        assert!(list.unwrap().is_empty());
        let figures = world.store.review_queues(other, NOW).await.unwrap();
        assert!(figures.is_empty());
    }
}
