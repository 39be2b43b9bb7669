//! Pictures that people attach: what is one, what is none, and what becomes of those that nothing names.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use crate::pictures::{jpeg, png, zip};
use crate::support::{Answer, Service, on_both};

/// Hands in a picture.
pub async fn attach(service: &Service, secret: &str, applicant: &str, bytes: &[u8]) -> Answer {
    let request = Request::builder()
        .method("POST")
        .uri(format!("/v1/applicants/{applicant}/attachments"))
        .header(header::AUTHORIZATION, format!("Bearer {secret}"))
        .header(header::CONTENT_TYPE, "image/png")
        .body(Body::from(bytes.to_vec()))
        .unwrap();
    service.send(request).await
}

/// Hands in a picture and returns its id.
pub async fn picture(service: &Service, secret: &str, applicant: &str, bytes: &[u8]) -> String {
    let answer = attach(service, secret, applicant, bytes).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    answer.body["id"].as_str().unwrap().to_owned()
}

/// Returns how often the audit log says something.
pub async fn audited(service: &Service, action: &str) -> usize {
    let log = service.get("/v1/audit?limit=200").await.body;
    let entries = log.as_array().unwrap().iter();
    entries.filter(|entry| entry["action"] == action).count()
}

#[test]
fn bombs_and_what_is_no_picture_or_more_than_one_are_refused_and_leave_nothing() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let (small, whole) = (jpeg(64, 32), png(64, 32));
        let behind = |file: &[u8], tail: &[u8]| [file, tail].concat();
        let cases: [(Vec<u8>, u16, &str); 14] = [
            (Vec::new(), 422, "attachment_incomplete"),
            (b"hello".to_vec(), 422, "attachment_not_a_picture"),
            (
                b"GIF89a\x01\0\x01\0".to_vec(),
                422,
                "attachment_not_a_picture",
            ),
            (b"%PDF-1.7 a page".to_vec(), 422, "attachment_not_a_picture"),
            (zip(), 422, "attachment_not_a_picture"),
            (b"<svg xmlns=''/>".to_vec(), 422, "attachment_not_a_picture"),
            (jpeg(65535, 65535), 422, "attachment_too_many_pixels"),
            (png(65535, 65535), 422, "attachment_too_many_pixels"),
            (png(0, 10), 422, "attachment_damaged"),
            (
                small[..small.len() - 1].to_vec(),
                422,
                "attachment_incomplete",
            ),
            (whole[..40].to_vec(), 422, "attachment_incomplete"),
            (behind(&small, &zip()), 422, "attachment_not_only_a_picture"),
            (
                behind(&whole, b"<script>"),
                422,
                "attachment_not_only_a_picture",
            ),
            (vec![0xff; 10_000_001], 413, "attachment_too_large"),
        ];
        for (bytes, status, code) in cases {
            let answer = attach(&service, &service.key, &applicant, &bytes).await;
            let told = (answer.status.as_u16(), answer.body["code"].as_str());
            assert_eq!(told, (status, Some(code)), "{}", answer.body);
            for language in ["zh-CN", "en"] {
                let text = answer.body["text"][language].as_str().unwrap();
                assert!(text.len() > 20, "{}", answer.body);
            }
        }
        assert_eq!(audited(&service, "attachment.created").await, 0);
    });
}

#[test]
fn the_same_bytes_are_one_picture_and_another_persons_are_another() {
    on_both(|service| async move {
        let (one, two) = (
            service.applicant("one").await,
            service.applicant("two").await,
        );
        let first = picture(&service, &service.key, &one, &png(64, 32)).await;
        let same = picture(&service, &service.key, &one, &png(64, 32)).await;
        let other = picture(&service, &service.key, &one, &jpeg(64, 32)).await;
        let theirs = picture(&service, &service.key, &two, &png(64, 32)).await;
        assert_eq!(first, same);
        assert!(first != other && first != theirs);
        // Nobody attaches what is another's, and then there is no ticket either.
        let body = json!({ "kind": "other", "text": "look", "attachments": [theirs] });
        let tickets = format!("/v1/applicants/{one}/tickets");
        let refused = service.post(&tickets, body).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.body);
        assert_eq!(service.get(&tickets).await.body["items"], json!([]));
    });
}

#[test]
fn a_person_sends_at_most_so_many_pictures_a_day_however_they_race() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let files: Vec<Vec<u8>> = (1..=36).map(|width| png(width, 8)).collect();
        let mut answers = tokio::task::JoinSet::new();
        for chunk in files.chunks(6) {
            let (router, key) = (service.router.clone(), service.key.clone());
            let (chunk, applicant) = (chunk.to_vec(), applicant.clone());
            answers.spawn(async move {
                let mut statuses = Vec::new();
                for bytes in chunk {
                    let request = Request::builder()
                        .method("POST")
                        .uri(format!("/v1/applicants/{applicant}/attachments"))
                        .header(header::AUTHORIZATION, format!("Bearer {key}"))
                        .body(Body::from(bytes))
                        .unwrap();
                    let answer = tower::ServiceExt::oneshot(router.clone(), request).await;
                    statuses.push(answer.unwrap().status().as_u16());
                }
                statuses
            });
        }
        let statuses = answers.join_all().await.concat();
        let count = |status| statuses.iter().filter(|s| **s == status).count();
        assert_eq!((count(201), count(429)), (30, 6), "{statuses:?}");
        service.app.clock.advance(86_400_001);
        picture(&service, &service.key, &applicant, &png(100, 8)).await;
    });
}

#[test]
fn what_nothing_names_is_removed_after_a_day() {
    on_both(|service| async move {
        let applicant = service.applicant("one").await;
        let left = picture(&service, &service.key, &applicant, &png(64, 32)).await;
        let kept = picture(&service, &service.key, &applicant, &png(32, 32)).await;
        let tickets = format!("/v1/applicants/{applicant}/tickets");
        let with = |id: &str| json!({ "kind": "other", "text": "look", "attachments": [id] });
        let opened = service.post(&tickets, with(&kept)).await;
        assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.body);
        service.app.clock.advance(86_400_001);
        service.work().await;
        let late = service.post(&tickets, with(&left)).await;
        assert_eq!(late.status, StatusCode::NOT_FOUND, "{}", late.body);
        let ticket = opened.body["id"].as_str().unwrap();
        let thread = service.get(&format!("/v1/tickets/{ticket}")).await.body;
        assert_eq!(thread["messages"][0]["attachments"], json!([kept]));
        let twice: Value = json!({ "kind": "other", "text": "x", "attachments": [kept, kept] });
        let twice = service.post(&tickets, twice).await;
        assert_eq!(twice.body["code"], "attachments_invalid");
        let many = json!({ "kind": "other", "text": "x", "attachments": vec![kept; 7] });
        let many = service.post(&tickets, many).await;
        assert_eq!(many.body["code"], "attachments_too_many");
    });
}
