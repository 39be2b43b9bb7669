//! Queues, and what stands beside a case.

use axum::http::StatusCode;
use serde_json::json;

use crate::desk::{Desk, POLICY};
use crate::support::on_both;

#[test]
fn queues_are_listed_by_what_is_due_and_can_be_narrowed() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let mut ids = Vec::new();
        for name in [
            "MAGIC REVIEW",
            "MAGIC doc_edited",
            "MAGIC REVIEW doc_damaged",
            "MAGIC REVIEW",
            "MAGIC REVIEW",
        ] {
            ids.push(desk.case("L1", name).await.id);
            service.app.clock.advance(60_000);
        }
        let list = async |query: &str| {
            let path = format!("/v1/review/cases?{query}");
            let answer = desk.get(&desk.reviewer, &path).await;
            assert_eq!(answer.status, StatusCode::OK, "{query} {}", answer.body);
            let items = answer.body["items"].as_array().unwrap().clone();
            let ids: Vec<String> = items
                .iter()
                .map(|i| i["id"].as_str().unwrap().to_owned())
                .collect();
            (ids, answer.body["next"].as_str().map(str::to_owned))
        };
        assert_eq!(list("").await.0, ids);
        let (page, cursor) = list("limit=2").await;
        assert_eq!(page, ids[..2]);
        let (page, cursor) = list(&format!("limit=2&after={}", cursor.unwrap())).await;
        assert_eq!(page, ids[2..4]);
        let (page, cursor) = list(&format!("limit=2&after={}", cursor.unwrap())).await;
        assert_eq!((page.as_slice(), cursor), (&ids[4..], None));
        assert_eq!(list("code=doc_damaged").await.0, ids[2..3]);
        assert_eq!(
            list("code=doc_").await.0,
            Vec::<String>::new(),
            "whole codes only"
        );
        assert_eq!(list("older_minutes=4").await.0, ids[..2]);
        assert_eq!(list("level=L2").await.0, Vec::<String>::new());
        assert_eq!(
            list("kind=passport&level=L1&queue=review&disputed=false")
                .await
                .0,
            ids
        );
        desk.claim(&desk.reviewer, &ids[3]).await;
        assert_eq!(list("mine=true").await.0, ids[3..4]);
        let queues = desk.get(&desk.reviewer, "/v1/review/queues").await.body;
        assert_eq!(queues[0]["queue"], "review");
        assert_eq!(
            (
                &queues[0]["open"],
                &queues[0]["held"],
                &queues[0]["overdue"]
            ),
            (&json!(5), &json!(1), &json!(0))
        );
        assert_eq!(queues[0]["oldest_at"], "2026-11-22T09:00:00Z");
        service.app.clock.advance(24 * 3_600_000);
        let queues = desk.get(&desk.reviewer, "/v1/review/queues").await.body;
        assert_eq!(queues[0]["overdue"], 5);
        // The operator's machines see figures, without anybody's name.
        let metrics = service.get("/metrics").await.bytes;
        let metrics = String::from_utf8(metrics).unwrap();
        for line in [
            "menshen_people_waiting{queue=\"review\"} 5",
            "menshen_people_late{queue=\"review\"} 5",
            "menshen_people_waiting{queue=\"ticket\"} 0",
        ] {
            assert!(metrics.contains(line), "{line}: {metrics}");
        }
        for wrong in [
            "queue=lunch",
            "limit=0",
            "mine=perhaps",
            "older_minutes=-1",
            "colour=red",
        ] {
            let answer = desk
                .get(&desk.reviewer, &format!("/v1/review/cases?{wrong}"))
                .await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
    });
}

#[test]
fn other_accounts_with_the_same_document_are_shown_beside_it() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let other = service.applicant("the first of the two").await;
        let id = service.verification(&other, "L1", "first").await;
        service.attempt(&id, "Ada Lovelace", &[]).await;
        let case = desk.case("L1", "MAGIC REVIEW").await;
        desk.claim(&desk.reviewer, &case.id).await;
        let path = format!("/v1/review/cases/{}", case.id);
        let held = desk.get(&desk.reviewer, &path).await.body;
        assert_eq!(held["evidence"]["duplicates"], json!([other]));
    });
}
