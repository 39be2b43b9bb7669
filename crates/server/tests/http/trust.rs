//! What can be proven afterwards, what is done again, and what must be found nowhere.

use std::path::Path;

use axum::http::StatusCode;
use menshen_ledger::{ProofFile, verify_evidence};
use serde_json::json;

use crate::support::{Service, on_both, passport};

/// Verifies one person and fails another; returns the ids of the verifications.
async fn activity(service: &Service) -> Vec<String> {
    let mut ids = Vec::new();
    for name in [
        "Ada Lovelace",
        "MAGIC name_mismatch",
        "MAGIC REVIEW",
        "MAGIC REFUSED",
    ] {
        let applicant = service.applicant(name).await;
        let id = service.verification(&applicant, "L2", "first").await;
        service.whole_way(&id, name).await;
        ids.push(id);
    }
    ids
}

#[test]
fn the_audit_log_verifies_and_every_entry_can_be_proven() {
    on_both(|service| async move {
        activity(&service).await;
        let verifier = service.app.signer.verifier();
        let note = service.get("/v1/audit/checkpoint").await;
        let note = String::from_utf8(note.bytes).unwrap();
        let entries = service.get("/v1/audit?limit=200").await.body;
        let entries = entries.as_array().unwrap();
        assert!(entries.len() > 20);
        for entry in entries {
            let seq = entry["seq"].as_u64().unwrap();
            let proof = service.get(&format!("/v1/audit/{seq}/proof")).await;
            assert_eq!(proof.status, StatusCode::OK, "{seq} {}", proof.body);
            let text = String::from_utf8(proof.bytes).unwrap();
            let (file, _) = ProofFile::verify(&text, &verifier).unwrap();
            assert_eq!(file.entry.seq, seq);
            assert_eq!(entry["action"], file.entry.action);
        }
        let verified = service
            .app
            .store
            .verify_audit(&verifier, &[note])
            .await
            .unwrap();
        assert!(verified.is_ok());
        let text = service.get("/v1/audit/1/proof").await.body.to_string();
        let forged = text.replacen("applicant.created", "applicant.invented", 1);
        let other = text.replacen("verification.created", "verification.invented", 1);
        for forged in [forged, other].iter().filter(|forged| **forged != text) {
            assert!(ProofFile::verify(forged, &verifier).is_err());
        }
    });
}

#[test]
fn a_decision_can_be_replayed_from_its_evidence_and_no_byte_can_be_changed() {
    on_both(|service| async move {
        let verifier = service.app.signer.verifier();
        for id in activity(&service).await {
            let decisions = service
                .get(&format!("/v1/verifications/{id}/decisions"))
                .await
                .body;
            let decision = &decisions[0];
            let path = format!(
                "/v1/decisions/{}/evidence",
                decision["id"].as_str().unwrap()
            );
            let file = service.get(&path).await.bytes;
            assert_eq!(
                menshen_ledger::Hash::of(&file).to_string(),
                decision["digest"].as_str().unwrap()
            );
            let evidence = verify_evidence(&file, &verifier).unwrap();
            let outcome = serde_json::to_value(evidence.case.decision.outcome).unwrap();
            assert_eq!(outcome, decision["outcome"]);
            assert_eq!(evidence.case.verification_id.to_string(), id);
            for at in (0..file.len()).step_by(file.len() / 40) {
                let mut flipped = file.clone();
                flipped[at] ^= 1;
                let same =
                    verify_evidence(&flipped, &verifier).is_ok_and(|found| found != evidence);
                assert!(!same, "byte {at} says something else");
            }
            let middle = file.len() / 2;
            let mut flipped = file.clone();
            flipped[middle] ^= 1;
            assert!(verify_evidence(&flipped, &verifier).is_err());
        }
    });
}

#[test]
fn a_job_whose_node_died_is_taken_up_again_and_says_so() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L1", "first").await;
        service.data(&id, "MAGIC REVIEW").await;
        service.submit(&id).await;
        let now = service.app.now();
        let lost = service
            .app
            .store
            .claim_job(&["decide"], now, 30_000)
            .await
            .unwrap();
        assert!(lost.is_some(), "another node took it");
        service.work().await;
        assert_eq!(
            service.state(&id).await["processing"],
            true,
            "its lease holds"
        );
        service.app.clock.advance(30_001);
        service.work().await;
        assert_eq!(service.state(&id).await["status"], "pending");
        let events = service.get("/v1/events").await.body.to_string();
        assert_eq!(
            events.matches("\"verification.requeued\"").count(),
            1,
            "{events}"
        );
        let decisions = service
            .get(&format!("/v1/verifications/{id}/decisions"))
            .await
            .body;
        assert_eq!(decisions.as_array().unwrap().len(), 1);
    });
}

#[test]
fn a_submission_whose_job_was_lost_gets_another_one() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let id = service.verification(&applicant, "L1", "first").await;
        service.data(&id, "Ada Lovelace").await;
        service.submit(&id).await;
        let store = &service.app.store;
        let now = service.app.now();
        let job = store
            .claim_job(&["decide"], now, 30_000)
            .await
            .unwrap()
            .unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.fail_job(&job, now, "machine").await.unwrap();
        tx.commit().await.unwrap();
        service.app.clock.advance(3 * 60_000);
        service.work().await;
        assert_eq!(service.state(&id).await["status"], "verified");
        let events = service.get("/v1/events").await.body.to_string();
        assert_eq!(
            events.matches("\"verification.requeued\"").count(),
            1,
            "it says so"
        );
    });
}

#[test]
fn nothing_personal_lies_open_in_any_file() {
    on_both(|service| async move {
        let canaries = [
            "KANARIE-USER",
            "KANARIE GELB",
            "KANARIE77",
            "KANARIE-DEVICE",
            "KANARIE-FILE",
        ];
        let applicant = service.applicant(canaries[0]).await;
        let id = service.verification(&applicant, "L2", "first").await;
        let mut data = passport(canaries[1]);
        data["number"] = json!(canaries[2]);
        let path = format!("/v1/verifications/{id}/data");
        assert_eq!(service.put(&path, data).await.status, StatusCode::OK);
        for part in ["front", "selfie"] {
            service
                .photo(&id, part, format!("{part} KANARIE-PHOTO").as_bytes())
                .await;
        }
        let submit = format!("/v1/verifications/{id}/submit");
        let from = [
            ("menshen-device", canaries[3]),
            ("menshen-address", "203.0.113.77"),
            ("idempotency-key", canaries[4]),
        ];
        let answer = service
            .call_as(&service.key, axum::http::Method::POST, &submit, None, &from)
            .await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
        service.work().await;
        assert_eq!(service.state(&id).await["status"], "verified");
        let found = service
            .get(&format!("/v1/applicants?external_id={}", canaries[0]))
            .await
            .body;
        assert_eq!(found["items"][0]["id"], applicant);
        let mut words: Vec<&str> = canaries.to_vec();
        words.extend([
            "KANARIE",
            "KANARIE-PHOTO",
            "203.0.113.77",
            "1990-01-31",
            &service.key,
        ]);
        let metrics = service.get("/metrics").await;
        search("metrics", &metrics.bytes, &words);
        let events = service.get("/v1/events").await;
        search("events", &events.bytes, &words);
        let audit = service.get("/v1/audit").await;
        search("audit", &audit.bytes, &words);
        let n_files = walk(&service.app.config.data_dir, &words);
        assert!(n_files >= 2, "the keys at least lie there");
    });
}

fn walk(folder: &Path, words: &[&str]) -> usize {
    let mut n_files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            n_files += walk(&path, words);
        } else {
            search(
                &path.display().to_string(),
                &std::fs::read(&path).unwrap(),
                words,
            );
            n_files += 1;
        }
    }
    n_files
}

fn search(place: &str, bytes: &[u8], words: &[&str]) {
    for word in words {
        let word = word.as_bytes();
        let found = bytes
            .windows(word.len())
            .any(|window| window.eq_ignore_ascii_case(word));
        assert!(!found, "personal data lies open in {place}");
    }
}
