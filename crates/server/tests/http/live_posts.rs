//! Live checks by single requests: what is asked before, what counts as a try, what becomes of the verdict, what is erased.

use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use menshen_core::ids::{ApplicantId, LiveId, TenantId};
use serde_json::{Value, json};

use crate::live_support::{Client, Opening, POLICY, World, on_both};
use crate::support::{Service, codes, next, passport};

async fn open(world: &World, id: &str, secret: &str) -> crate::support::Answer {
    let path = format!("/v1/verifications/{id}/live");
    let body = Some(Opening::new().body);
    world
        .service
        .call_as(secret, Method::POST, &path, body, &[])
        .await
}

async fn tenant(world: &World, applicant: &str) -> TenantId {
    let applicant: ApplicantId = applicant.parse().unwrap();
    for tenant in world.service.app.store.list_tenants(None, 9).await.unwrap() {
        let found = world
            .service
            .app
            .store
            .find_applicant(tenant.id, applicant)
            .await;
        if found.unwrap().is_some() {
            return tenant.id;
        }
    }
    panic!("nobody's applicant")
}

#[test]
fn the_whole_way_by_single_requests_comes_to_a_decision_that_reviewers_understand() {
    on_both(|world| async move {
        let (applicant, id) = world.person("one").await;
        assert_eq!(
            next(&world.state(&id).await),
            ["form", "document_front", "liveness"]
        );
        let token = world.token(&applicant).await;
        let mut client = Client::open(&world, &id, &token).await;
        let over = client.posts(&world).await;
        assert_eq!(over["state"], "done", "{over}");
        let state = world.state(&id).await;
        assert_eq!(next(&state), ["form", "document_front"], "{state}");
        // What was measured is for reviewers.
        let live = tenant(&world, &applicant).await;
        let session = LiveId(client.session);
        let evidence = world
            .service
            .app
            .store
            .find_live_evidence(live, session)
            .await
            .unwrap();
        let evidence: Value = serde_json::from_slice(&evidence.unwrap()).unwrap();
        assert_eq!(
            evidence["live"]["cues"].as_array().unwrap().len(),
            4,
            "{evidence}"
        );
        assert!(evidence["live"]["bits"].as_f64().unwrap() >= 20.0);
        assert!(evidence["signs"].is_object());
        let told = format!("{state} {over} {:?}", client.said);
        for word in [
            "grain", "jitter", "bits", "noise", "bent", "replayed", "measured",
        ] {
            assert!(!told.contains(word), "{word} is told to the person");
        }
        // A picture that is handed in by itself is not the live check's.
        let path = format!("/v1/verifications/{id}/captures/selfie");
        let request = axum::http::Request::builder()
            .method(Method::PUT)
            .uri(path)
            .header("authorization", format!("Bearer {}", world.key))
            .body(axum::body::Body::from("another picture"))
            .unwrap();
        let put = world.service.send(request).await;
        assert_eq!(put.status, StatusCode::CREATED, "{}", put.body);
        assert_eq!(
            next(&world.state(&id).await),
            ["form", "document_front", "liveness"]
        );
    });
}

#[test]
fn the_decision_takes_the_live_check_with_its_picture() {
    on_both(|world| async move {
        // A level that asks for the face alone.
        world
            .policy(&format!("{POLICY}\n[levels]\nL2 = [\"data\", \"face\"]"))
            .await;
        let (applicant, id) = world.person("decided").await;
        let mut client = Client::open(&world, &id, &world.key).await;
        client.posts(&world).await;
        let data = world
            .call(
                Method::PUT,
                &format!("/v1/verifications/{id}/data"),
                Some(passport("Ada Lovelace")),
            )
            .await;
        assert_eq!(data.status, StatusCode::OK, "{}", data.body);
        let submit = world
            .call(
                Method::POST,
                &format!("/v1/verifications/{id}/submit"),
                None,
            )
            .await;
        assert_eq!(submit.status, StatusCode::ACCEPTED, "{}", submit.body);
        world.service.work().await;
        let decisions = world
            .call(
                Method::GET,
                &format!("/v1/verifications/{id}/decisions"),
                None,
            )
            .await
            .body;
        let decision = decisions[0]["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{decisions}"));
        let file = world
            .call(
                Method::GET,
                &format!("/v1/decisions/{decision}/evidence"),
                None,
            )
            .await;
        let payload = file.body["payload"].as_str().unwrap();
        let text = String::from_utf8(BASE64_STANDARD.decode(payload).unwrap()).unwrap();
        let text = text.replace('\\', "");
        assert!(
            text.contains("\"live\"") && text.contains("\"signs\""),
            "{text}"
        );
        let state = world.state(&id).await;
        assert!(!codes(&state).contains(&"liveness_missing"), "{state}");
        let _ = applicant;
    });
}

#[test]
fn another_action_than_the_one_asked_for_is_told() {
    on_both(|world| async move {
        let (_, id) = world.person("wrong").await;
        let mut client = Client::open(&world, &id, &world.key).await;
        client.posts_until(&world, Client::was_asked).await;
        let asked = client
            .said
            .iter()
            .find(|said| said["say"] == "cue")
            .unwrap()["cue"]
            .clone();
        let wrong = if asked == "turn_left" {
            "turn_right"
        } else {
            "turn_left"
        };
        let mut client = Client::open(&world, &id, &world.key).await;
        client.person.instead = Some(wrong);
        let over = client.posts(&world).await;
        // By chance that very turn was asked for.
        let lucky = client
            .said
            .iter()
            .filter(|said| said["say"] == "seen")
            .count();
        assert_eq!(over["state"], "again", "{over} {lucky}");
        assert_eq!(over["reasons"][0]["code"], "action_not_done", "{over}");
        assert!(next(&world.state(&id).await).contains(&"liveness"));
    });
}

#[test]
fn a_clock_that_jumps_and_frames_of_another_session_do_not_pass() {
    on_both(|world| async move {
        let (_, id) = world.person("first").await;
        let mut client = Client::open(&world, &id, &world.key).await;
        client.person.recorded(4_711);
        assert_eq!(client.posts(&world).await["state"], "done");
        // The same pictures in the session of somebody else, whatever is done in them.
        let (_, other) = world.person("second").await;
        let mut client = Client::open(&world, &other, &world.key).await;
        client.person.recorded(4_711);
        let over = client.posts(&world).await;
        assert_eq!(over["state"], "again", "{over}");
        assert_eq!(
            over["reasons"][0]["code"],
            Value::Null,
            "what gave it away is not told: {over}"
        );
        for pace in [0, 3, 60_000] {
            let (_, id) = world.person(&format!("pace {pace}")).await;
            let mut client = Client::open(&world, &id, &world.key).await;
            client.pace = pace;
            let over = client.posts(&world).await;
            assert_eq!(over["state"], "again", "{pace}: {over}");
        }
    });
}

#[test]
fn what_must_be_there_first_is_named() {
    on_both(|world| async move {
        let (applicant, id) = world.person("first things").await;
        let path = format!("/v1/verifications/{id}/live");
        for (key, value, code) in [
            ("device", json!("short"), "device_invalid"),
            ("device", json!("a device with spaces"), "device_invalid"),
            ("capture_key", json!("AAAA"), "capture_key_invalid"),
            ("capture_key", json!("!".repeat(87)), "capture_key_invalid"),
            ("mode", json!("quick"), "body_invalid"),
            ("more", json!(1), "body_invalid"),
            (
                "camera",
                json!({ "label": "x".repeat(201), "width": 1, "height": 1 }),
                "camera_invalid",
            ),
        ] {
            let mut body = Opening::new().body;
            body[key] = value;
            let answer = world.call(Method::POST, &path, Some(body)).await;
            assert_eq!(
                (answer.status, answer.body["code"].as_str()),
                (StatusCode::UNPROCESSABLE_ENTITY, Some(code)),
                "{}",
                answer.body
            );
        }
        let consent = format!("/v1/applicants/{applicant}/consents/biometric_template");
        assert_eq!(
            world.call(Method::DELETE, &consent, None).await.status,
            StatusCode::NO_CONTENT
        );
        let answer = open(&world, &id, &world.key).await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (StatusCode::CONFLICT, Some("consent_needed"))
        );
        let (stranger, _) = world.person("stranger").await;
        let stranger = world.token(&stranger).await;
        assert_eq!(
            open(&world, &id, &stranger).await.status,
            StatusCode::NOT_FOUND
        );
        world.consent(&applicant).await;
        let client = Client::open(&world, &id, &world.key).await;
        for (method, rest) in [
            (Method::GET, ""),
            (Method::DELETE, ""),
            (Method::POST, "/frames"),
        ] {
            let answer = world
                .service
                .call_as(&stranger, method, &client.path(rest), None, &[])
                .await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND);
        }
        let again = Client::open(&world, &id, &world.key).await;
        let first = world.call(Method::GET, &client.path(""), None).await.body;
        assert_eq!(first["state"], "again", "another one ends it");
        assert_eq!(
            world
                .call(Method::DELETE, &again.path(""), None)
                .await
                .status,
            StatusCode::NO_CONTENT
        );
    });
}

#[test]
fn a_repeated_opening_is_one() {
    on_both(|world| async move {
        let (_, id) = world.person("repeated").await;
        let (path, body) = (format!("/v1/verifications/{id}/live"), Opening::new().body);
        let headers = [("idempotency-key", "one")];
        let ask = || {
            world.service.call_as(
                &world.key,
                Method::POST,
                &path,
                Some(body.clone()),
                &headers,
            )
        };
        let (first, second) = (ask().await, ask().await);
        assert_eq!(
            (first.status, second.status),
            (StatusCode::CREATED, StatusCode::CREATED),
            "{}",
            second.body
        );
        assert_eq!(first.bytes, second.bytes);
        let other = Some(Opening::new().body);
        let other = world
            .service
            .call_as(&world.key, Method::POST, &path, other, &headers)
            .await;
        assert_eq!(other.body["code"], "idempotency_key_reused");
    });
}

#[test]
fn a_sandbox_measures_nothing_and_says_so() {
    crate::support::on_both(|service: Service| async move {
        let applicant = service.applicant("sandbox").await;
        let id = service.verification(&applicant, "L2", "first").await;
        let path = format!("/v1/verifications/{id}/live");
        let refused = service.post(&path, Opening::new().body).await;
        assert_eq!(refused.body["code"], "consent_needed");
        let consent = json!({ "purpose": "biometric_template", "version": "1" });
        service
            .post(&format!("/v1/applicants/{applicant}/consents"), consent)
            .await;
        let opened = service.post(&path, Opening::new().body).await;
        assert_eq!(
            (opened.status, &opened.body["sandbox"]),
            (StatusCode::CREATED, &json!(true)),
            "{}",
            opened.body
        );
        assert!(!next(&service.state(&id).await).contains(&"selfie"));
    });
}

/// One try that shows a cue and is given up.
async fn fail(world: &World, id: &str) {
    let mut client = Client::open(world, id, &world.key).await;
    client.posts_until(world, Client::was_asked).await;
    assert_eq!(
        world
            .call(Method::DELETE, &client.path(""), None)
            .await
            .status,
        StatusCode::NO_CONTENT
    );
}

#[test]
fn tries_are_counted_exactly_and_nobody_waits_for_what_was_not_shown() {
    on_both(|world| async move {
        let toml = format!("{POLICY}\n[liveness.tries]\nfree = 3\nwait_seconds = 30\nmost = 5");
        world.policy(&toml).await;
        let (applicant, id) = world.person("tries").await;
        for _ in 0..8 {
            // Nothing was asked for: it costs nothing.
            let client = Client::open(&world, &id, &world.key).await;
            world.call(Method::DELETE, &client.path(""), None).await;
        }
        for _ in 0..2 {
            fail(&world, &id).await;
        }
        // The third is not even given up: another opening ends it, and it counts.
        let mut third = Client::open(&world, &id, &world.key).await;
        third.posts_until(&world, Client::was_asked).await;
        let early = open(&world, &id, &world.key).await;
        assert_eq!(
            early.status,
            StatusCode::TOO_MANY_REQUESTS,
            "{}",
            early.body
        );
        assert!(early.body["retry_at"].is_string(), "{}", early.body);
        // On another node just so; its clock stands where the first one's does.
        let node = world.node().await;
        let live = tenant(&world, &applicant).await;
        let tries = node
            .store
            .live_tries(live, applicant.parse().unwrap())
            .await
            .unwrap();
        assert_eq!((tries.run, tries.total), (3, 3));
        world.advance(31_000);
        // Of many at once one opens at a time, and no more is shown than allowed.
        let all =
            futures_util::future::join_all((0..8).map(|_| open(&world, &id, &world.key))).await;
        assert!(
            all.iter()
                .any(|answer| answer.status == StatusCode::CREATED)
        );
        assert!(
            all.iter()
                .all(|answer| answer.status != StatusCode::INTERNAL_SERVER_ERROR)
        );
        for _ in 0..2 {
            world.advance(31_000);
            fail(&world, &id).await;
        }
        world.advance(86_400_000);
        let never = open(&world, &id, &world.key).await;
        assert_eq!(
            (never.status, never.body["code"].as_str()),
            (StatusCode::CONFLICT, Some("live_tries_used_up"))
        );
        let tries = node
            .store
            .live_tries(live, applicant.parse().unwrap())
            .await
            .unwrap();
        assert_eq!(tries.total, 5);
        // The way to a person is left.
        let path = format!("/v1/verifications/{id}/face-refusal");
        let declined = world
            .call(Method::POST, &path, Some(json!({ "why": "cannot" })))
            .await;
        assert_eq!(declined.status, StatusCode::OK, "{}", declined.body);
    });
}

#[test]
fn forged_single_requests_are_named_and_end_it() {
    on_both(|world| async move {
        let (_, id) = world.person("forged").await;
        let mut client = Client::open(&world, &id, &world.key).await;
        assert_eq!(
            client.post(&world, vec![1; 12]).await.body["code"],
            "frame_invalid"
        );
        let large = client.post(&world, vec![1; (300 << 10) + 1]).await;
        assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
        for _ in 0..3 {
            assert_eq!(client.post_frame(&world).await.status, StatusCode::OK);
        }
        let jpeg = client.person.shown();
        let forged = client.message(1, 9_000, &jpeg);
        let answer = client.post(&world, forged).await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("frame_forged"))
        );
        assert_eq!(client.post_frame(&world).await.body["code"], "live_over");
        // A picture that nobody can read is a lost frame, not an error.
        let mut client = Client::open(&world, &id, &world.key).await;
        let broken = client.message(5, 7_000, b"no picture");
        assert_eq!(client.post(&world, broken).await.status, StatusCode::OK);
        client.seq = 6;
        assert_eq!(client.posts(&world).await["state"], "done");
    });
}

#[test]
fn a_face_may_be_declined_and_asked_for_again() {
    on_both(|world| async move {
        let (applicant, id) = world.person("declined").await;
        let consent = format!("/v1/applicants/{applicant}/consents/biometric_template");
        world.call(Method::DELETE, &consent, None).await;
        let path = format!("/v1/verifications/{id}/face-refusal");
        let wrong = world
            .call(Method::POST, &path, Some(json!({ "why": "lazy" })))
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let declined = world
            .call(Method::POST, &path, Some(json!({ "why": "will_not" })))
            .await;
        assert_eq!(declined.status, StatusCode::OK, "{}", declined.body);
        assert_eq!(next(&declined.body), ["form", "document_front"]);
        assert_eq!(
            world.call(Method::DELETE, &path, None).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            next(&world.state(&id).await),
            ["form", "document_front", "liveness"]
        );
        world
            .call(Method::POST, &path, Some(json!({ "why": "cannot" })))
            .await;
        world.consent(&applicant).await;
        let mut client = Client::open(&world, &id, &world.key).await;
        assert_eq!(
            client.posts(&world).await["state"],
            "done",
            "a live check takes it back"
        );
        let audit = world
            .call(Method::GET, "/v1/audit?limit=200", None)
            .await
            .body
            .to_string();
        assert!(
            audit.contains("face.declined") && audit.contains("will_not"),
            "{audit}"
        );
    });
}

#[test]
fn erasure_and_withdrawal_end_what_runs_and_forget_every_print() {
    on_both(|world| async move {
        let (applicant, id) = world.person("erased").await;
        let live = tenant(&world, &applicant).await;
        let store = &world.service.app.store;
        let mut client = Client::open(&world, &id, &world.key).await;
        client.person.recorded(815);
        assert_eq!(client.posts(&world).await["state"], "done");
        let mut running = Client::open(&world, &id, &world.key).await;
        running.posts_until(&world, Client::was_asked).await;
        let row = store
            .find_live(live, LiveId(running.session))
            .await
            .unwrap()
            .unwrap();
        assert!(row.best_blob.is_some() && row.chunks > 0);
        let consent = format!("/v1/applicants/{applicant}/consents/biometric_template");
        assert_eq!(
            world.call(Method::DELETE, &consent, None).await.status,
            StatusCode::NO_CONTENT
        );
        let answer = running.post_frame(&world).await;
        assert_eq!(answer.body["code"], "live_over", "{}", answer.body);
        let row = store
            .find_live(live, LiveId(running.session))
            .await
            .unwrap()
            .unwrap();
        assert!(row.best_blob.is_none() && row.ended_at.is_some());
        assert!(store.find_live_secret(live, row.id).await.is_err());
        // Nobody knows the frames any more.
        let (_, other) = world.person("another").await;
        let mut client = Client::open(&world, &other, &world.key).await;
        client.person.recorded(815);
        assert_eq!(client.posts(&world).await["state"], "done");
        let erased = world
            .call(Method::DELETE, &format!("/v1/applicants/{applicant}"), None)
            .await;
        assert_eq!(erased.status, StatusCode::NO_CONTENT, "{}", erased.body);
        let row = store
            .find_live(live, LiveId(running.session))
            .await
            .unwrap()
            .unwrap();
        assert!(store.find_live_evidence(live, row.id).await.is_err());
        // Prints go after their time, too.
        world.advance(91 * 86_400_000);
        world.service.work().await;
        let (_, third) = world.person("third").await;
        let mut client = Client::open(&world, &third, &world.key).await;
        client.person.recorded(815);
        assert_eq!(client.posts(&world).await["state"], "done");
    });
}
