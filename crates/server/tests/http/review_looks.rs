//! Who sees what of a case, and that it is logged.

use axum::http::StatusCode;
use menshen_core::ids::{ApplicantId, CaptureId, VerificationId};
use menshen_core::time::Millis;
use menshen_store::{NewCapture, Part, Purpose};
use serde_json::json;

use crate::desk::{CLAIM, Desk, POLICY, approve, refuse, tenant};
use crate::support::{Service, on_both};

/// Keeps a photo with a picture, as a live tenant's would be; a sandbox looks at none.
async fn keep_photo(
    service: &Service,
    case: (&str, &str),
    part: Part,
    picture: &[u8],
) -> CaptureId {
    let store = &service.app.store;
    let now: Millis = service.app.now();
    let tenant = tenant(service).await;
    let applicant = ApplicantId(case.0.parse().unwrap());
    let staged = store
        .stage_blob(tenant, applicant, Purpose::Document, picture, now)
        .await;
    let evidence = json!({ "measured": "nothing", "sha256": vec![0; 32], "bytes": picture.len() });
    let evidence = serde_json::to_vec(&evidence).unwrap();
    let new = NewCapture {
        tenant_id: tenant,
        applicant_id: applicant,
        verification_id: VerificationId(case.1.parse().unwrap()),
        part,
        attempt: 0,
        digest: format!("{picture:?}"),
        evidence: &evidence,
        embedding: None,
        reasons: b"[]",
        codes: Vec::new(),
        image: Some(staged.unwrap()),
        original: None,
        usable: true,
    };
    let mut tx = store.begin().await.unwrap();
    let id = tx.record_capture(new, now).await.unwrap().row().id;
    tx.commit().await.unwrap();
    id
}

#[test]
fn photos_are_seen_inside_a_claimed_case_only_and_every_look_is_logged() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let applicant = service.applicant("photographed").await;
        let id = service.verification(&applicant, "L2", "first").await;
        let front = keep_photo(&service, (&applicant, &id), Part::Front, b"the clean JPEG").await;
        let case = desk.again(&applicant, &id, "MAGIC REVIEW").await;
        let other = desk.case("L2", "MAGIC REVIEW").await;
        service.app.clock.advance(1);
        let later = keep_photo(&service, (&applicant, &id), Part::Back, b"a later JPEG").await;
        let image = |case: &str, photo: CaptureId, purpose: &str| {
            format!("/v1/review/cases/{case}/images/{photo}?purpose={purpose}")
        };
        let path = image(&case.id, front, "read_fields");
        let auditor = desk.somebody("auditor").await;
        for (who, status) in [
            (&service.key, StatusCode::FORBIDDEN),
            (&auditor, StatusCode::FORBIDDEN),
            (&desk.reviewer, StatusCode::NOT_FOUND),
        ] {
            assert_eq!(desk.get(who, &path).await.status, status);
        }
        desk.claim(&desk.reviewer, &case.id).await;
        desk.claim(&desk.senior, &other.id).await;
        let shown = desk.get(&desk.reviewer, &path).await;
        assert_eq!(
            (shown.status, shown.bytes.as_slice()),
            (StatusCode::OK, &b"the clean JPEG"[..])
        );
        assert_eq!(shown.headers["cache-control"], "no-store");
        assert_eq!(shown.headers["content-type"], "image/jpeg");
        for (who, path) in [
            (&desk.senior, path.clone()),
            (&desk.senior, image(&other.id, front, "read_fields")),
            (&desk.reviewer, image(&case.id, later, "read_fields")),
        ] {
            assert_eq!(
                desk.get(who, &path).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        for purpose in ["", "curiosity", "Ada%20Lovelace"] {
            let answer = desk
                .get(&desk.reviewer, &image(&case.id, front, purpose))
                .await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{purpose}");
        }
        service.app.clock.advance(CLAIM);
        assert_eq!(
            desk.get(&desk.reviewer, &path).await.status,
            StatusCode::NOT_FOUND,
            "ran out"
        );
        let log = desk.log("review.image_read").await;
        assert_eq!(log.len(), 1, "one look, one entry: {log:?}");
        assert_eq!(log[0]["object"], json!(format!("capture:{front}")));
        assert_eq!(log[0]["detail"]["purpose"], "read_fields");
        assert_eq!(log[0]["detail"]["case"], json!(case.id));
    });
}

#[test]
fn every_look_at_a_person_is_in_the_log() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L2", "MAGIC REVIEW").await;
        let path = format!("/v1/review/cases/{}", case.id);
        desk.get(&desk.reviewer, &path).await;
        assert_eq!(
            desk.log("review.case_read").await.len(),
            0,
            "codes are no look"
        );
        desk.claim(&desk.reviewer, &case.id).await;
        for n in 1..=3 {
            let look = desk.get(&desk.reviewer, &path).await;
            assert!(look.body["evidence"]["beside"].is_array(), "{}", look.body);
            assert_eq!(look.headers["cache-control"], "no-store");
            assert_eq!(desk.log("review.case_read").await.len(), n);
        }
        desk.decide(&desk.reviewer, &case.id, refuse()).await;
        for action in [
            "review.opened",
            "review.claimed",
            "review.voted",
            "verification.decided",
        ] {
            assert!(!desk.log(action).await.is_empty(), "{action}");
        }
    });
}

#[test]
fn the_second_does_not_know_what_the_first_has_said() {
    on_both(|service| async move {
        let desk = Desk::new(&service, POLICY).await;
        let case = desk.case("L2", "MAGIC REVIEW").await;
        let path = format!("/v1/review/cases/{}", case.id);
        desk.claim(&desk.reviewer, &case.id).await;
        assert_eq!(
            desk.note(&desk.reviewer, &case.id, "looks fine")
                .await
                .status,
            StatusCode::CREATED
        );
        desk.decide(&desk.reviewer, &case.id, approve()).await;
        desk.claim(&desk.senior, &case.id).await;
        let blind = desk.get(&desk.senior, &path).await.body;
        assert_eq!(blind["votes"], 1);
        assert_eq!(blind["evidence"]["votes"], json!([]));
        assert_eq!(blind["evidence"]["notes"], json!([]));
        let decided = desk.decide(&desk.senior, &case.id, refuse()).await;
        assert_eq!(decided.body["standing"], "disputed");
        let third = desk.somebody("senior").await;
        desk.claim(&third, &case.id).await;
        let all = desk.get(&third, &path).await.body;
        assert_eq!(all["evidence"]["votes"].as_array().unwrap().len(), 2);
        assert_eq!(all["evidence"]["notes"][0]["text"], "looks fine");
        assert_eq!(
            desk.decide(&third, &case.id, refuse()).await.body["standing"],
            "settled"
        );
        assert_eq!(service.state(&case.verification).await["status"], "failed");
    });
}
