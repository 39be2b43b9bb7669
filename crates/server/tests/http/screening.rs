//! Whoever comes near an entry of a list waits for a person, and hears only the neutral text.

use axum::http::{Method, StatusCode};
use menshen_core::policy::{Policy, SanctionList};
use menshen_core::time::DAY;
use serde_json::json;

use crate::listed::{ADA, Listed, NOBODY, SCREENED, damaged, id, listed, live, not_searched};
use crate::support::{Service, on_both};

#[test]
fn a_listed_person_waits_for_somebody_and_hears_only_the_neutral_text() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        service.changed(&operator, &[NOBODY, ADA]).await;
        let other = service.applicant("other").await;
        let passed = service.typed(&other, "first", "Grace Hopper").await;
        assert_eq!(passed["status"], "verified");
        let applicant = service.applicant("listed").await;
        let state = service.typed(&applicant, "first", "Ada Lovelace").await;
        assert_eq!(state["status"], "pending");
        assert_eq!(service.why(&state).await, listed());
        let token = service.token(&applicant, None).await;
        let path = format!("/v1/verifications/{}", id(&state));
        let seen = service.call_as(&token, Method::GET, &path, None, &[]).await;
        let reason = &seen.body["reasons"][0];
        assert!(
            reason["code"].is_null() && reason["finding"].is_null(),
            "{reason}"
        );
        assert_eq!(reason["title"]["en"], "A person will look at this");
        assert_eq!(reason["title"]["zh-CN"], "已转人工核对");
        let notices = format!("/v1/applicants/{applicant}/notices");
        let notices = service
            .call_as(&token, Method::GET, &notices, None, &[])
            .await;
        for answer in [&seen, &notices] {
            let text = String::from_utf8_lossy(&answer.bytes).to_lowercase();
            for word in ["screening", "sanction", "list", "制裁", "名单", "specimen"] {
                let innocent = text.replace("listen", "");
                assert!(!innocent.contains(word), "{word}: {text}");
            }
        }
        let hits = service.hits("?state=open").await;
        assert_eq!(hits.len(), 1);
        assert_eq!(
            (&hits[0]["list"], &hits[0]["entry"]),
            (&json!("un"), &json!("2"))
        );
        assert_eq!(hits[0]["applicant"], applicant.as_str());
        let whole = service
            .get(&format!("/v1/screening/hits/{}", id(&hits[0])))
            .await
            .body;
        let said = whole["detail"]["explanation"].as_str().unwrap();
        assert!(said.contains("LOVELACE = LOVELACE (equal"), "{said}");
        assert_eq!(whole["detail"]["birth_dates"], json!(["1990-01-31"]));
        assert_eq!(service.n_events("screening.hit").await, 1);
        let events = service.get("/v1/events?limit=200").await;
        assert!(
            !String::from_utf8_lossy(&events.bytes)
                .to_lowercase()
                .contains("lovelace")
        );
        recomputes(&service, id(&state)).await;
    });
}

/// The signed evidence of a decision holds its search, and judged again it gives the same.
async fn recomputes(service: &Service, verification: &str) {
    let case = service.evidence(verification).await;
    let screening = case.evidence.screening.unwrap();
    assert_eq!(screening.lists[&SanctionList::Un].len(), 64);
    assert_eq!(screening.hits[0].entry, "2");
    assert!(screening.hits[0].score > 0.99);
}

#[test]
fn what_was_cleared_is_no_alert_until_its_time_is_over_or_the_entry_changes() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        service.changed(&operator, &[NOBODY]).await;
        let applicant = service.applicant("ada").await;
        let first = service.typed(&applicant, "first", "Ada Lovelace").await;
        assert_eq!(first["status"], "verified");
        service.changed(&operator, &[NOBODY, ADA]).await;
        let hits = service.hits("").await;
        assert_eq!(hits.len(), 1);
        assert_eq!(hits[0]["verification"], first["id"]);
        let clear = format!("/v1/screening/hits/{}/clear", id(&hits[0]));
        let until = (service.app.now().plus(30 * DAY))
            .to_timestamp()
            .to_string();
        let body = |reason: &str, until: &str| json!({ "reason": reason, "until": until });
        for (reason, until) in [
            ("", &*until),
            ("x", "2020-01-01T00:00:00Z"),
            ("x", "soon"),
            ("x", "2050-01-01T00:00:00Z"),
        ] {
            let answer = service.post(&clear, body(reason, until)).await;
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{reason} {until}"
            );
        }
        let cleared = service.post(&clear, body("born elsewhere", &until)).await;
        assert_eq!(cleared.status, StatusCode::OK, "{}", cleared.body);
        assert_eq!(cleared.body["state"], "cleared");
        let by = cleared.body["decided_by"].as_str().unwrap();
        assert!(by.starts_with("api_key:"), "{by}");
        let whole = service
            .get(&format!("/v1/screening/hits/{}", id(&hits[0])))
            .await
            .body;
        assert_eq!(whole["reason"], "born elsewhere");
        // The same entry on another version of the list is no news.
        let other = Listed {
            id: "3",
            name: "MODELA SPECIMEN",
            born: "1970-01-01",
            why: "SPECIMEN",
        };
        service.changed(&operator, &[NOBODY, ADA, other]).await;
        assert_eq!(service.hits("").await.len(), 1);
        let again = service
            .typed(&applicant, "stuck_state", "Ada Lovelace")
            .await;
        assert_eq!(again["status"], "verified", "{again}");
        // Another content of it is.
        let changed = Listed {
            why: "ANOTHER REGIME",
            ..ADA
        };
        service.changed(&operator, &[NOBODY, changed]).await;
        assert_eq!(service.hits("?state=open").await.len(), 1);
        assert_eq!(service.n_events("screening.hit").await, 2);
        let open = service.hits("?state=open").await;
        let clear = format!("/v1/screening/hits/{}/clear", id(&open[0]));
        let answer = service.post(&clear, body("the same", &until)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let once_more = service
            .typed(&applicant, "stuck_state", "Ada Lovelace")
            .await;
        assert_eq!(once_more["status"], "verified");
        service.app.clock.advance(31 * DAY);
        let late = service
            .typed(&applicant, "stuck_state", "Ada Lovelace")
            .await;
        assert_eq!(
            (late["status"].as_str(), service.why(&late).await),
            (Some("pending"), listed())
        );
        assert_eq!(
            service.hits(&format!("?applicant={applicant}")).await.len(),
            3
        );
    });
}

#[test]
fn whoever_is_confirmed_is_looked_at_for_ever_and_told_nothing() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        let applicant = service.applicant("ada").await;
        service.changed(&operator, &[NOBODY]).await;
        service.typed(&applicant, "first", "Ada Lovelace").await;
        service.changed(&operator, &[ADA]).await;
        let hits = service.hits("?state=open").await;
        let confirm = format!("/v1/screening/hits/{}/confirm", id(&hits[0]));
        let once = [("idempotency-key", "confirm-1")];
        let body = json!({ "reason": "same passport" });
        let call = || {
            service.call_as(
                &service.key,
                Method::POST,
                &confirm,
                Some(body.clone()),
                &once,
            )
        };
        let first = call().await;
        assert_eq!(
            (first.status, &first.body["state"]),
            (StatusCode::OK, &json!("confirmed"))
        );
        assert_eq!(call().await.bytes, first.bytes);
        service
            .changed(
                &operator,
                &[Listed {
                    why: "ANOTHER REGIME",
                    ..ADA
                }],
            )
            .await;
        assert_eq!(service.hits("").await.len(), 1);
        let state = service
            .typed(&applicant, "stuck_state", "Ada Lovelace")
            .await;
        assert_eq!(
            (state["status"].as_str(), service.why(&state).await),
            (Some("pending"), listed())
        );
    });
}

#[test]
fn a_list_that_is_missing_sends_everyone_to_a_person() {
    on_both(|service| async move {
        let policy = "version = \"m\"\n[screening]\nrequired = true\nlists = [\"un\", \"eu\"]";
        let (service, operator) = live(service, policy).await;
        for n in 0..2 {
            let applicant = service.applicant(&format!("nobody {n}")).await;
            let state = service.typed(&applicant, "first", "Grace Hopper").await;
            assert_eq!(
                (state["status"].as_str(), service.why(&state).await),
                (Some("pending"), not_searched())
            );
            if n == 0 {
                // One of the two is not enough.
                service.changed(&operator, &[NOBODY]).await;
            }
        }
        assert_eq!(service.hits("").await.len(), 0);
    });
}

#[test]
fn whoever_is_open_while_screening_is_turned_on_is_searched_too() {
    on_both(|service| async move {
        let before = "version = \"o\"\n[duplicates]\ndocuments = false";
        let (service, operator) = live(service, before).await;
        let applicant = service.applicant("ada").await;
        let id = service.verification(&applicant, "L1", "first").await;
        let put = service.put("/v1/policy", json!({ "toml": SCREENED })).await;
        assert_eq!(put.status, StatusCode::OK, "{}", put.body);
        service.changed(&operator, &[ADA]).await;
        assert!(service.hits("").await.is_empty());
        service.attempt(&id, "Ada Lovelace", &[]).await;
        // Decided by the policy that it was opened with, and somebody looks at the hit.
        assert_eq!(service.state(&id).await["status"], "verified");
        assert!(service.evidence(&id).await.evidence.screening.is_none());
        let hits = service.hits("?state=open").await;
        assert_eq!(hits.len(), 1, "{hits:?}");
        assert_eq!(hits[0]["verification"], id.as_str());
    });
}

#[test]
fn a_list_whose_kept_file_is_damaged_counts_as_missing() {
    on_both(|service| async move {
        let (service, _) = live(service, SCREENED).await;
        damaged(&service).await;
        let applicant = service.applicant("nobody").await;
        let state = service.typed(&applicant, "first", "Grace Hopper").await;
        assert_eq!(state["status"], "pending");
    });
}

#[test]
fn nobody_is_searched_for_where_the_policy_does_not_ask() {
    on_both(|service| async move {
        let (service, operator) = live(service, "version = \"off\"").await;
        service.changed(&operator, &[ADA]).await;
        let applicant = service.applicant("ada").await;
        let state = service.typed(&applicant, "first", "Ada Lovelace").await;
        assert_eq!(state["status"], "verified");
        let runs = service.get("/v1/screening/runs").await.body;
        assert_eq!(runs["items"][0]["state"], "not_required");
        // Whoever was verified before the policy asked is searched when it does.
        let put = service.put("/v1/policy", json!({ "toml": SCREENED })).await;
        assert_eq!(put.status, StatusCode::OK);
        service.settle().await;
        assert_eq!(service.hits("?state=open").await.len(), 1);
        let runs = service.get("/v1/screening/runs").await.body;
        assert_eq!(runs["items"][0]["state"], "done");
        assert_eq!(runs["items"][0]["people"], 1);
    });
}

#[test]
fn an_erased_person_leaves_no_entry_behind() {
    on_both(|service| async move {
        let (service, operator) = live(service, SCREENED).await;
        service.changed(&operator, &[NOBODY]).await;
        let applicant = service.applicant("ada").await;
        service.typed(&applicant, "first", "Ada Lovelace").await;
        service.changed(&operator, &[NOBODY, ADA]).await;
        let hit = service.hits("").await.remove(0);
        service.app.clock.advance(1_827 * DAY);
        let erased = service.delete(&format!("/v1/applicants/{applicant}")).await;
        assert!(erased.status.is_success(), "{}", erased.body);
        assert_eq!(service.hits("").await.len(), 0);
        let whole = service
            .get(&format!("/v1/screening/hits/{}", id(&hit)))
            .await;
        assert_eq!(
            (whole.status, &whole.body["entry"]),
            (StatusCode::OK, &json!(""))
        );
        assert!(whole.body["detail"].is_null());
        service.changed(&operator, &[ADA]).await;
        assert_eq!(service.hits("").await.len(), 0);
    });
}

#[test]
fn the_policys_default_is_the_measured_score() {
    let rules = Policy::default().screening;
    assert_eq!(rules.alert_score, menshen_screening::DEFAULT_ALERT_SCORE);
}
