//! What the console draws.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::desk::{Desk, POLICY, approve, refuse};
use crate::support::on_both;

const HOUR: i64 = 3_600_000;

async fn statistics(desk: &Desk<'_>, weeks: u32) -> Value {
    let path = format!("/v1/review/statistics?weeks={weeks}");
    let answer = desk.get(&desk.reviewer, &path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body
}

/// Hands in typed data with a program, and does the work after so long.
async fn submitted(desk: &Desk<'_>, name: &str, program: Option<&str>, after: i64) -> String {
    let service = desk.service;
    let applicant = service.applicant(&format!("{name} {after}")).await;
    let id = service.verification(&applicant, "L1", "first").await;
    assert_eq!(service.data(&id, name).await.status, StatusCode::OK);
    let headers: Vec<(&str, &str)> = program.iter().map(|p| ("menshen-client", *p)).collect();
    let path = format!("/v1/verifications/{id}/submit");
    let post = axum::http::Method::POST;
    let answer = service
        .call_as(&service.key, post, &path, None, &headers)
        .await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    service.app.clock.advance(after);
    service.work().await;
    id
}

#[test]
fn reasons_are_counted_by_week_and_empty_weeks_are_there() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        // Sunday; the next day is another week.
        submitted(&desk, "MAGIC doc_damaged", None, 1_000).await;
        service.app.clock.advance(15 * HOUR);
        submitted(&desk, "MAGIC doc_damaged name_mismatch", None, 1_000).await;
        submitted(&desk, "MAGIC name_mismatch", None, 2_000).await;
        let weeks = statistics(&desk, 3).await["weeks"].clone();
        let brief = |n: usize| {
            (
                &weeks[n]["week"],
                &weeks[n]["submissions"],
                &weeks[n]["reasons"],
            )
        };
        assert_eq!(brief(0), (&json!("2026-11-09"), &json!(0), &json!([])));
        let damaged = json!([{ "code": "doc_damaged", "count": 1 }]);
        assert_eq!(brief(1), (&json!("2026-11-16"), &json!(1), &damaged));
        assert_eq!(
            (&weeks[2]["week"], &weeks[2]["submissions"]),
            (&json!("2026-11-23"), &json!(2))
        );
        assert_eq!(
            weeks[2]["reasons"][0],
            json!({ "code": "name_mismatch", "count": 2 }),
            "{weeks}"
        );
        assert_eq!(weeks.as_array().unwrap().len(), 3);
        let one = statistics(&desk, 1).await;
        assert_eq!(one["weeks"].as_array().unwrap().len(), 1);
        assert_eq!(
            one["kinds"][0]["submissions"], 2,
            "what was before is not counted: {one}"
        );
    });
}

#[test]
fn how_submissions_end_is_counted_by_kind_and_program() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        submitted(&desk, "Ada Lovelace", Some("menshen-web/1.0"), 1).await;
        submitted(&desk, "MAGIC name_mismatch", Some("menshen-web/1.1"), 2).await;
        let refused = submitted(&desk, "MAGIC REVIEW", Some("menshen-web/1.1"), 3).await;
        submitted(&desk, "MAGIC REVIEW", None, 4).await;
        let case = desk.open_case(&refused, "review").await;
        assert_eq!(desk.vote(&desk.reviewer, &case, refuse()).await, "settled");
        let found = statistics(&desk, 1).await;
        let all = json!([{
            "kind": "passport", "submissions": 4, "approved": 1, "refused": 1, "again": 1, "open": 1,
        }]);
        assert_eq!(found["kinds"], all, "{found}");
        let programs = json!([
            { "program": "menshen-web", "submissions": 3, "approved": 1, "refused": 1, "again": 1, "open": 0 },
            { "program": null, "submissions": 1, "approved": 0, "refused": 0, "again": 0, "open": 1 },
        ]);
        assert_eq!(found["programs"], programs, "{found}");
        assert_eq!(found["queues"][0]["queue"], "review");
        assert_eq!(found["queues"][0]["open"], 1);
        assert!(found["queues"][0]["oldest_at"].is_string());
    });
}

#[test]
fn times_to_a_decision_are_those_of_the_machine_and_of_people() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        for n in 1..=10 {
            submitted(&desk, &format!("MAGIC name_mismatch {n}"), None, n * 1_000).await;
        }
        let case = desk.case("L1", "MAGIC REVIEW").await;
        service.app.clock.advance(2 * HOUR);
        assert_eq!(
            desk.vote(&desk.reviewer, &case.id, approve()).await,
            "settled"
        );
        let week = statistics(&desk, 1).await["weeks"][0].clone();
        let machine = json!({ "count": 11, "p50_seconds": 5.0, "p90_seconds": 9.0 });
        assert_eq!(week["machine"], machine, "{week}");
        let people = json!({ "count": 1, "p50_seconds": 7_200.0, "p90_seconds": 7_200.0 });
        assert_eq!(week["people"], people, "{week}");
    });
}

#[test]
fn nobody_counts_what_is_anothers() {
    on_both(|mut service| async move {
        let desk = Desk::new(&service, POLICY).await;
        submitted(&desk, "MAGIC doc_damaged", Some("menshen-web/1.0"), 1).await;
        drop(desk);
        let operator = service.operator().await;
        service.key = service.tenant(&operator, "another").await;
        let desk = Desk::new(&service, POLICY).await;
        let found = statistics(&desk, 104).await;
        assert_eq!(
            (&found["kinds"], &found["programs"]),
            (&json!([]), &json!([]))
        );
        let weeks = found["weeks"].as_array().unwrap();
        assert!(weeks.len() == 104 && weeks.iter().all(|week| week["submissions"] == 0));
        for wrong in ["0", "105", "x"] {
            let path = format!("/v1/review/statistics?weeks={wrong}");
            let answer = desk.get(&desk.reviewer, &path).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
    });
}
