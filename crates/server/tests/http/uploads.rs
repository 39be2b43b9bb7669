//! Photos in pieces, by the tus protocol.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use crate::support::{Answer, Service, on_both};

const PHOTO: &[u8] = b"a photo in three pieces";

/// Calls as a tus client does.
async fn tus(
    service: &Service,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {}", service.key));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    service.send(request.body(body.into()).unwrap()).await
}

async fn begin(service: &Service, id: &str, length: usize, more: &[(&str, &str)]) -> Answer {
    let metadata = format!(
        "filename {},verification {},part {}",
        BASE64_STANDARD.encode("passport.jpg"),
        BASE64_STANDARD.encode(id),
        BASE64_STANDARD.encode("front")
    );
    let length = length.to_string();
    let mut headers = vec![
        ("tus-resumable", "1.0.0"),
        ("upload-length", length.as_str()),
        ("upload-metadata", metadata.as_str()),
    ];
    headers.extend(more);
    tus(service, Method::POST, "/v1/uploads", &headers, "").await
}

async fn piece(
    service: &Service,
    path: &str,
    offset: usize,
    bytes: &[u8],
    more: &[(&str, &str)],
) -> Answer {
    let offset = offset.to_string();
    let mut headers = vec![
        ("tus-resumable", "1.0.0"),
        ("upload-offset", offset.as_str()),
        ("content-type", "application/offset+octet-stream"),
    ];
    headers.extend(more);
    tus(service, Method::PATCH, path, &headers, bytes.to_vec()).await
}

async fn offset(service: &Service, path: &str) -> String {
    let answer = tus(
        service,
        Method::HEAD,
        path,
        &[("tus-resumable", "1.0.0")],
        "",
    )
    .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    answer.headers["upload-offset"].to_str().unwrap().to_owned()
}

/// Opens a verification and an upload to it, and returns the id and the upload's path.
async fn opened(service: &Service) -> (String, String) {
    let applicant = service.applicant("one").await;
    let id = service.verification(&applicant, "L2", "first").await;
    let begun = begin(service, &id, PHOTO.len(), &[]).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
    let place = begun.headers[header::LOCATION].to_str().unwrap().to_owned();
    (id, place)
}

#[test]
fn a_photo_arrives_in_pieces_and_is_judged_when_it_is_whole() {
    on_both(|service| async move {
        let offer = tus(&service, Method::OPTIONS, "/v1/uploads", &[], "").await;
        assert_eq!(offer.status, StatusCode::NO_CONTENT);
        assert_eq!(offer.headers["tus-version"], "1.0.0");
        assert_eq!(
            offer.headers["tus-extension"],
            "creation,expiration,checksum,termination"
        );
        let (id, path) = opened(&service).await;
        let captures = format!("/v1/verifications/{id}/captures");
        assert_eq!(offset(&service, &path).await, "0");
        for (from, to) in [(0, 8), (8, 16)] {
            let answer = piece(&service, &path, from, &PHOTO[from..to], &[]).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.body);
            assert_eq!(answer.headers["upload-offset"], to.to_string());
            assert!(answer.headers.contains_key("upload-expires"));
            assert!(!answer.headers.contains_key("menshen-capture"));
            assert_eq!(
                service.get(&captures).await.body.as_array().unwrap().len(),
                0
            );
        }
        let done = piece(&service, &path, 16, &PHOTO[16..], &[]).await;
        assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.body);
        let found = service.get(&captures).await.body;
        assert_eq!(found[0]["part"], "front");
        assert_eq!(
            found[0]["id"],
            done.headers["menshen-capture"].to_str().unwrap()
        );
        let same = service.photo(&id, "front", PHOTO).await;
        assert_eq!(
            (same.status, &same.body["id"]),
            (StatusCode::OK, &found[0]["id"])
        );
    });
}

#[test]
fn a_piece_that_broke_on_the_way_is_not_kept_and_can_be_sent_again() {
    on_both(|service| async move {
        let (id, path) = opened(&service).await;
        let sum =
            |bytes: &[u8]| format!("sha256 {}", BASE64_STANDARD.encode(Sha256::digest(bytes)));
        let whole = sum(&PHOTO[..8]);
        let good = [("upload-checksum", whole.as_str())];
        let broken = piece(&service, &path, 0, b"a phXto ", &good).await;
        assert_eq!(broken.status.as_u16(), 460);
        assert_eq!(offset(&service, &path).await, "0");
        let strange = piece(
            &service,
            &path,
            0,
            &PHOTO[..8],
            &[("upload-checksum", "md5 xx")],
        )
        .await;
        assert!(strange.status.is_client_error());
        let again = piece(&service, &path, 0, &PHOTO[..8], &good).await;
        assert_eq!(again.status, StatusCode::NO_CONTENT);
        for wrong in [0, 4, 9] {
            let answer = piece(&service, &path, wrong, b"x", &[]).await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{wrong}");
            assert_eq!(answer.body["code"], "wrong_offset");
        }
        assert_eq!(
            offset(&service, &path).await,
            "8",
            "a client that lost its way asks"
        );
        let rest = piece(&service, &path, 8, &PHOTO[8..], &[]).await;
        assert_eq!(rest.status, StatusCode::NO_CONTENT);
        assert_eq!(
            service.state(&id).await["attempt"],
            0,
            "a broken upload is no attempt"
        );
    });
}

#[test]
fn a_finished_upload_answers_the_same_when_its_last_piece_is_asked_for_again() {
    on_both(|service| async move {
        let (_, path) = opened(&service).await;
        let done = piece(&service, &path, 0, PHOTO, &[]).await;
        assert_eq!(done.status, StatusCode::NO_CONTENT);
        assert_eq!(offset(&service, &path).await, PHOTO.len().to_string());
        let again = piece(&service, &path, PHOTO.len(), b"", &[]).await;
        assert_eq!(again.status, StatusCode::NO_CONTENT, "{}", again.body);
        assert_eq!(
            again.headers["menshen-capture"],
            done.headers["menshen-capture"]
        );
        let more = piece(&service, &path, PHOTO.len(), b"more", &[]).await;
        assert_eq!(more.status, StatusCode::PAYLOAD_TOO_LARGE);
    });
}

#[test]
fn an_upload_ends_by_itself_or_when_it_is_not_wanted() {
    on_both(|service| async move {
        let (id, path) = opened(&service).await;
        let ended = tus(
            &service,
            Method::DELETE,
            &path,
            &[("tus-resumable", "1.0.0")],
            "",
        )
        .await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
        let gone = piece(&service, &path, 0, PHOTO, &[]).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
        let begun = begin(&service, &id, PHOTO.len(), &[]).await;
        let path = begun.headers[header::LOCATION].to_str().unwrap();
        let hours = i64::from(service.app.config.limits.upload_hours);
        service.app.clock.advance(hours * 3_600_000);
        for swept in [false, true] {
            if swept {
                service.work().await;
            }
            let late = piece(&service, path, 0, PHOTO, &[]).await;
            assert_eq!(late.status, StatusCode::NOT_FOUND, "swept: {swept}");
        }
    });
}

#[test]
fn what_is_no_upload_is_refused() {
    on_both(|service| async move {
        let (id, path) = opened(&service).await;
        let largest = service.app.config.limits.photo_mib << 20;
        let large = begin(&service, &id, largest + 1, &[]).await;
        assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(
            begin(&service, &id, largest, &[]).await.status,
            StatusCode::CREATED
        );
        assert!(begin(&service, &id, 0, &[]).await.status.is_client_error());
        let over = piece(&service, &path, 0, &[b'x'; 100], &[]).await;
        assert_eq!(over.status, StatusCode::PAYLOAD_TOO_LARGE);
        let headers = [("upload-length", "5")];
        let unversioned = tus(&service, Method::POST, "/v1/uploads", &headers, "").await;
        assert_eq!(unversioned.status, StatusCode::PRECONDITION_FAILED);
        assert_eq!(unversioned.headers["tus-version"], "1.0.0");
        let headers = [
            ("upload-offset", "0"),
            ("tus-resumable", "1.0.0"),
            ("content-type", "image/jpeg"),
        ];
        let kind = tus(&service, Method::PATCH, &path, &headers, "x").await;
        assert_eq!(kind.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        for metadata in ["", "verification !!!", "part ZnJvbnQ=", "verification,part"] {
            let headers = [
                ("tus-resumable", "1.0.0"),
                ("upload-length", "5"),
                ("upload-metadata", metadata),
            ];
            let answer = tus(&service, Method::POST, "/v1/uploads", &headers, "").await;
            assert!(answer.status.is_client_error(), "{metadata}");
        }
        service.whole_way(&id, "Ada Lovelace").await;
        assert_eq!(
            begin(&service, &id, 5, &[]).await.status,
            StatusCode::CONFLICT,
            "it is over"
        );
    });
}

#[test]
fn a_repeated_creation_begins_one_upload() {
    on_both(|service| async move {
        let (id, _) = opened(&service).await;
        let key = [("idempotency-key", "k")];
        let first = begin(&service, &id, PHOTO.len(), &key).await;
        let again = begin(&service, &id, PHOTO.len(), &key).await;
        assert_eq!(
            first.headers[header::LOCATION],
            again.headers[header::LOCATION]
        );
        assert_eq!(again.headers["idempotency-replayed"], "true");
        assert_eq!(
            begin(&service, &id, 5, &key).await.status,
            StatusCode::CONFLICT
        );
    });
}
