//! The service through its own process: start, the way of a person, stop, limits, silence.

use std::fs;
use std::io::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::node::{Node, Setup, answer, call, open, passport, wait};

fn post(node: &Node, key: &str, path: &str, body: &Value) -> crate::node::Answer {
    call(node.address, key, "POST", path, Some(body), &[]).unwrap()
}

/// Goes the whole way and returns the verification as it is after its verdict.
fn whole_way(node: &Node, key: &str, external: &str, data: &Value) -> Value {
    let applicant = post(
        node,
        key,
        "/v1/applicants",
        &json!({ "external_id": external }),
    )
    .id();
    let body = json!({ "applicant": applicant, "level": "L2" });
    let id = post(node, key, "/v1/verifications", &body).id();
    let path = format!("/v1/verifications/{id}");
    let put = call(
        node.address,
        key,
        "PUT",
        &format!("{path}/data"),
        Some(data),
        &[],
    )
    .unwrap();
    assert_eq!(put.status, 200, "{put:?}");
    for part in ["front", "selfie"] {
        let path = format!("{path}/captures/{part}");
        let kind = [("content-type", "image/jpeg")];
        let bytes = format!("{id} {part}");
        let (mut stream, head) =
            open(node.address, key, "PUT", &path, bytes.as_bytes(), &kind).unwrap();
        stream
            .write_all(format!("{head}{bytes}").as_bytes())
            .unwrap();
        let photo = answer(stream).unwrap();
        assert_eq!(photo.status, 201, "{photo:?}");
    }
    let submitted = call(
        node.address,
        key,
        "POST",
        &format!("{path}/submit"),
        None,
        &[],
    )
    .unwrap();
    assert_eq!(submitted.status, 202, "{submitted:?}");
    let start = Instant::now();
    loop {
        let state = node.get(key, &path).unwrap().json();
        if state["processing"] == false {
            return state;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{state}");
        wait(10);
    }
}

#[test]
fn it_starts_from_nothing_and_says_where_to_go() {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup::new(folder.path().join("data"));
    let node = Node::start(&setup);
    println!("ready {} ms after the first start", node.ready.as_millis());
    assert!(node.ready < Duration::from_secs(2), "{:?}", node.ready);
    for (path, text) in [
        ("/healthz", "ok"),
        ("/readyz", "database ready"),
        ("/metrics", "# EOF"),
        ("/docs", "<html"),
        ("/openapi.json", "\"openapi\":\"3.1"),
    ] {
        let answer = node.get("", path).unwrap();
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.text.contains(text), "{path}: {}", answer.text);
    }
    let url = node.greeting["url"].as_str().unwrap();
    let setup_path = node.greeting["setup"]
        .as_str()
        .unwrap()
        .strip_prefix(url)
        .unwrap();
    let post = |path: &str| call(node.address, "", "POST", path, None, &[]).unwrap();
    assert!(post(setup_path).json()["secret"].is_string());
    assert_eq!(post(setup_path).status, 404, "the link works once");
    assert_eq!(node.greeting["made_keys"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_second_start_keeps_everything_and_prints_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup::new(folder.path().join("data"));
    let node = Node::start(&setup);
    let key = node.key();
    let state = whole_way(&node, &key, "user-1", &passport("Ada Lovelace"));
    assert_eq!(state["status"], "verified", "{state}");
    assert_eq!(node.stop(), Some(0));
    let node = Node::start(&setup);
    assert_eq!(node.greeting["sandbox_key"], Value::Null);
    assert_eq!(node.greeting["made_keys"], json!([]));
    let path = format!("/v1/verifications/{}", state["id"].as_str().unwrap());
    assert_eq!(node.get(&key, &path).unwrap().json(), state);
}

#[test]
fn a_request_in_flight_is_answered_before_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = Node::start(&Setup::new(folder.path().join("data")));
    let key = node.key();
    let body = json!({ "external_id": "late" }).to_string();
    let path = "/v1/applicants";
    let (mut stream, head) = open(node.address, &key, "POST", path, body.as_bytes(), &[]).unwrap();
    let (first, rest) = body.split_at(5);
    stream
        .write_all(format!("{head}{first}").as_bytes())
        .unwrap();
    wait(200);
    node.terminate();
    wait(300);
    stream.write_all(rest.as_bytes()).unwrap();
    assert_eq!(answer(stream).unwrap().status, 201);
    assert_eq!(node.child.wait().unwrap().code(), Some(0));
}

#[test]
fn nothing_personal_is_logged_counted_or_stored_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup::new(folder.path().join("data")).with("MENSHEN_LOG", "trace");
    let node = Node::start(&setup);
    let key = node.key();
    let mut data = passport("Zyxquill Canaryname");
    data["number"] = json!("CANARY9137");
    whole_way(&node, &key, "canary-external-9137", &data);
    // What is refused is not repeated either.
    let wrong = json!({ "external_id": "canary-external-9137", "canary-field": 1 });
    assert_eq!(post(&node, &key, "/v1/applicants", &wrong).status, 422);
    assert_eq!(
        node.get("", "/v1/applicants?canary-query=1")
            .unwrap()
            .status,
        401
    );
    assert_eq!(node.get("", "/canary-path").unwrap().status, 404);
    let metrics = node.get("", "/metrics").unwrap().text;
    let log = node.log.clone();
    assert_eq!(node.stop(), Some(0));
    let logged = fs::read_to_string(&log).unwrap();
    assert!(logged.lines().count() > 10, "there is something to look at");
    for line in logged.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        assert!(line.is_object());
    }
    let mut database = Vec::new();
    for entry in fs::read_dir(&setup.data).unwrap() {
        database.extend(fs::read(entry.unwrap().path()).unwrap_or_default());
    }
    let database = String::from_utf8_lossy(&database).to_lowercase();
    for canary in ["canary", "zyxquill", key.as_str()] {
        let canary = canary.to_lowercase();
        assert!(
            !logged.to_lowercase().contains(&canary),
            "{canary} is logged"
        );
        assert!(
            !metrics.to_lowercase().contains(&canary),
            "{canary} is counted"
        );
        assert!(!database.contains(&canary), "{canary} lies in the clear");
    }
}

#[test]
fn too_many_at_once_are_told_to_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup::new(folder.path().join("data")).with("MENSHEN_LIMITS__IN_FLIGHT", "2");
    let node = Node::start(&setup);
    let key = node.key();
    // Two requests that never end hold both places.
    let held: Vec<_> = (0..2)
        .map(|_| {
            let (mut stream, head) = open(
                node.address,
                &key,
                "POST",
                "/v1/applicants",
                &[b' '; 9],
                &[],
            )
            .unwrap();
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    wait(200);
    for _ in 0..20 {
        let answer = node.get(&key, "/v1/verifications").unwrap();
        assert_eq!(answer.status, 503);
        assert!(answer.head.contains("retry-after: "), "{}", answer.head);
        assert!(
            answer
                .head
                .contains("content-type: application/problem+json")
        );
        assert_eq!(answer.json()["code"], "busy");
    }
    assert_eq!(node.get("", "/healthz").unwrap().status, 200);
    drop(held);
    wait(200);
    assert_eq!(node.get(&key, "/v1/verifications").unwrap().status, 200);
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup::new(folder.path().join("data"));
    assert_eq!(Node::start(&setup).stop(), Some(0));
    for name in ["master.key", "signing.key"] {
        let path = setup.data.join("keys").join(name);
        let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        mode(0o644);
        let (code, _, error) = setup.run(&["serve", "--sandbox-only", "--listen", "127.0.0.1:0"]);
        assert_eq!(code, 1, "{error}");
        assert!(error.contains("chmod 600"), "{error}");
        let (code, lines, _) = setup.run(&["doctor"]);
        assert_eq!(code, 1);
        let failed = lines.iter().any(|line| line["level"] == "failed");
        assert!(failed, "{lines:?}");
        mode(0o600);
    }
}
