//! Mail through a real process to a real mail server, which insists on TLS.
#![expect(
    clippy::disallowed_methods,
    reason = "a test is told by its environment where the mail server is"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::node::{Answer, Node, Setup, call, passport, wait};

pub struct MailServer {
    pub port: String,
    pub certificate: String,
    pub folder: PathBuf,
}

pub fn mail_server() -> Option<MailServer> {
    let told = |name: &str| std::env::var(format!("MENSHEN_TEST_SMTP{name}")).ok();
    let server = told("").and_then(|port| {
        Some(MailServer {
            port,
            certificate: told("_CA")?,
            folder: PathBuf::from(told("_BOX")?),
        })
    });
    if server.is_none() {
        println!("skipped: no mail server (MENSHEN_TEST_SMTP is not set; scripts/smtp starts one)");
    }
    server
}

pub fn setup(data: &Path, server: &MailServer) -> Setup {
    Setup::new(data)
        .with("MENSHEN_MAIL__HOST", "localhost")
        .with("MENSHEN_MAIL__PORT", server.port.clone())
        .with("MENSHEN_MAIL__SECURITY", "starttls")
        .with("MENSHEN_MAIL__FROM", "门神 <no-reply@menshen.example>")
}

fn post(node: &Node, key: &str, path: &str, body: &Value) -> Answer {
    call(node.address, key, "POST", path, Some(body), &[]).unwrap()
}

/// Takes a person of this address to a verdict by typed data alone.
fn verdict(node: &Node, address: &str, locale: &str, name: &str) -> String {
    let applicant = person(node, address, locale);
    verdict_of(node, &applicant, name)
}

fn person(node: &Node, address: &str, locale: &str) -> String {
    let body =
        json!({ "external_id": address, "locale": locale, "contacts": { "email": address } });
    post(node, &node.key(), "/v1/applicants", &body).id()
}

fn verdict_of(node: &Node, applicant: &str, name: &str) -> String {
    let key = node.key();
    let body = json!({ "applicant": applicant, "level": "L1" });
    let id = post(node, &key, "/v1/verifications", &body).id();
    let path = format!("/v1/verifications/{id}");
    let data = call(
        node.address,
        &key,
        "PUT",
        &format!("{path}/data"),
        Some(&passport(name)),
        &[],
    );
    assert_eq!(data.unwrap().status, 200);
    let submitted = call(
        node.address,
        &key,
        "POST",
        &format!("{path}/submit"),
        None,
        &[],
    );
    assert_eq!(submitted.unwrap().status, 202);
    id
}

/// Returns the mails to an address, as they lie in the folder.
pub fn mails_to(server: &MailServer, address: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(server.folder.join("new")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        if text.contains(&format!("To: {address}")) {
            found.push(text);
        }
    }
    found
}

fn first_mail_to(server: &MailServer, address: &str) -> String {
    let start = Instant::now();
    loop {
        if let Some(mail) = mails_to(server, address).pop() {
            return mail;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "no mail");
        wait(50);
    }
}

/// Asks a library that reads mail what a mail says.
pub fn read_mail(raw: &str) -> Value {
    let script = "import sys, json, email, email.policy\n\
        m = email.message_from_string(sys.stdin.read(), policy=email.policy.default)\n\
        print(json.dumps({'subject': m['subject'], 'from': m['from'], 'id': m['message-id'],\n\
            'auto': m['auto-submitted'], 'type': m.get_content_type(), 'body': m.get_content()}))";
    let mut child = std::process::Command::new("python3")
        .args(["-c", script])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), raw.as_bytes()).unwrap();
    serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn a_verdict_comes_by_mail_in_the_persons_language() {
    let Some(server) = mail_server() else { return };
    let folder = tempfile::tempdir().unwrap();
    let setup = setup(&folder.path().join("data"), &server)
        .with("SSL_CERT_FILE", server.certificate.clone());
    let node = Node::start(&setup);
    for (address, locale, name, subject, inside) in [
        (
            "good@example.com",
            "en",
            "MAGIC APPROVED",
            "You are verified",
            "Your verification is complete.",
        ),
        (
            "mismatch@example.com",
            "zh-CN",
            "MAGIC name_mismatch",
            "您的认证需要您处理",
            "原因和办法：",
        ),
    ] {
        let id = verdict(&node, address, locale, name);
        let mail = read_mail(&first_mail_to(&server, address));
        println!("{}\n{}", mail["subject"], mail["body"].as_str().unwrap());
        assert_eq!(mail["subject"], subject);
        assert_eq!(mail["from"], "门神 <no-reply@menshen.example>");
        assert_eq!(mail["auto"], "auto-generated");
        assert_eq!(mail["type"], "text/plain");
        let body = mail["body"].as_str().unwrap();
        assert!(body.contains(inside) && body.contains(&id), "{body}");
        assert!(!body.contains("://"), "{body}");
        assert_eq!(mails_to(&server, address).len(), 1);
    }
    let log = fs::read_to_string(&node.log).unwrap();
    assert!(!log.contains("example.com"), "{log}");
}

#[test]
fn a_mail_begins_with_the_phrase_that_its_person_has_chosen() {
    let Some(server) = mail_server() else { return };
    let folder = tempfile::tempdir().unwrap();
    let setup = setup(&folder.path().join("data"), &server)
        .with("SSL_CERT_FILE", server.certificate.clone());
    let node = Node::start(&setup);
    let address = "phrase@example.com";
    let applicant = person(&node, address, "zh-CN");
    let path = format!("/v1/applicants/{applicant}/phrase");
    let phrase = json!({ "phrase": "蓝色的鲸鱼 42" });
    let set = call(node.address, &node.key(), "PUT", &path, Some(&phrase), &[]);
    assert_eq!(set.unwrap().status, 204);
    verdict_of(&node, &applicant, "MAGIC APPROVED");
    let mail = read_mail(&first_mail_to(&server, address));
    // Lines end as the server that received them writes them.
    let mut lines = mail["body"].as_str().unwrap().lines();
    assert_eq!(lines.next(), Some("您的防伪短语：蓝色的鲸鱼 42"), "{mail}");
    assert_eq!(lines.next(), Some(""), "{mail}");
    assert!(!mail["subject"].as_str().unwrap().contains("鲸鱼"));
    let log = fs::read_to_string(&node.log).unwrap();
    assert!(!log.contains("鲸鱼"), "{log}");
}

#[test]
fn nothing_goes_to_a_server_that_cannot_prove_its_name() {
    let Some(server) = mail_server() else { return };
    let folder = tempfile::tempdir().unwrap();
    // Without its certificate the server is a stranger.
    let setup = setup(&folder.path().join("data"), &server);
    let node = Node::start(&setup);
    let address = "careful@example.com";
    verdict(&node, address, "en", "MAGIC APPROVED");
    let start = Instant::now();
    while !fs::read_to_string(&node.log)
        .unwrap()
        .contains("mail_unreachable")
    {
        assert!(start.elapsed() < Duration::from_secs(20), "no try");
        wait(50);
    }
    assert!(mails_to(&server, address).is_empty());
    let (code, lines, _) = setup.run(&["doctor"]);
    assert_eq!(code, 1);
    let mail = lines.iter().find(|line| line["check"] == "mail").unwrap();
    assert_eq!(mail["level"], "failed", "{mail}");
}

#[test]
fn a_mail_that_waits_when_the_node_dies_is_sent_by_the_next() {
    let Some(server) = mail_server() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let stranger = setup(&data, &server);
    let node = Node::start(&stranger);
    let address = "late@example.com";
    verdict(&node, address, "en", "MAGIC APPROVED");
    let start = Instant::now();
    while !fs::read_to_string(&node.log)
        .unwrap()
        .contains("mail_unreachable")
    {
        assert!(start.elapsed() < Duration::from_secs(20), "no try");
        wait(50);
    }
    node.kill();
    let friend = stranger.with("SSL_CERT_FILE", server.certificate.clone());
    let _node = Node::start(&friend);
    let mail = read_mail(&first_mail_to(&server, address));
    assert_eq!(mail["subject"], "You are verified");
}
