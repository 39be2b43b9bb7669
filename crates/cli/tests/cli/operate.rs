//! What an operator does with a service: look, save, bring back, change keys, check.

use std::fs;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use crate::node::{Node, Setup, call, copy_keys, passport, postgres, wait};

/// Applicants of the test of rotation: enough that a rotation takes several transactions.
const APPLICANTS: usize = 300;

fn sandbox(data: &Path) -> Setup {
    Setup::new(data).with("MENSHEN_ENGINE__WORKERS", "0")
}

fn applicant(node: &Node, key: &str, nth: usize) -> String {
    let body = json!({ "external_id": format!("user-{nth}") });
    let answer = call(
        node.address,
        key,
        "POST",
        "/v1/applicants",
        Some(&body),
        &[],
    )
    .unwrap();
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.id()
}

/// Verifies an applicant by data alone; returns the verification's path.
fn verified(node: &Node, key: &str, applicant: &str, name: &str) -> String {
    let body = json!({ "applicant": applicant, "level": "L1" });
    let opened = call(
        node.address,
        key,
        "POST",
        "/v1/verifications",
        Some(&body),
        &[],
    )
    .unwrap();
    let path = format!("/v1/verifications/{}", opened.id());
    let data = passport(name);
    call(
        node.address,
        key,
        "PUT",
        &format!("{path}/data"),
        Some(&data),
        &[],
    )
    .unwrap();
    call(
        node.address,
        key,
        "POST",
        &format!("{path}/submit"),
        None,
        &[],
    )
    .unwrap();
    while node.get(key, &path).unwrap().json()["processing"] == true {
        wait(10);
    }
    path
}

#[test]
fn doctor_says_what_is_there_and_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let setup = sandbox(&folder.path().join("data"));
    let find = |lines: &[Value], check: &str| {
        let line = lines.iter().find(|line| line["check"] == check);
        line.unwrap_or_else(|| panic!("{check}: {lines:?}"))["level"].clone()
    };
    let (code, lines, error) = setup.run(&["doctor"]);
    assert_eq!(code, 0, "{error}");
    assert_eq!(find(&lines, "database"), "warning", "nothing yet");
    assert!(!setup.data.exists(), "looking makes nothing");
    assert_eq!(Node::start(&setup).stop(), Some(0));
    let (code, lines, error) = setup.run(&["doctor"]);
    assert_eq!(code, 0, "{error} {lines:?}");
    for check in [
        "configuration",
        "master keys",
        "database",
        "clock",
        "models",
        "engine",
    ] {
        assert_eq!(find(&lines, check), "ok", "{check}");
    }
    let misspelt = setup.clone().with("MENSHEN_DATABSE", "x");
    let (code, lines, _) = misspelt.run(&["doctor"]);
    assert_eq!((code, find(&lines, "configuration")), (1, json!("failed")));
    let other = "00".repeat(32);
    fs::write(setup.data.join("keys/master.key"), other).unwrap();
    let (code, lines, _) = setup.run(&["doctor"]);
    assert_eq!((code, find(&lines, "database")), (1, json!("failed")));
}

#[test]
fn commands_on_data_that_is_not_there_make_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let setup = sandbox(&folder.path().join("misspelt"));
    let file = folder.path().join("backup");
    let export = folder.path().join("export");
    for args in [
        vec!["backup", file.to_str().unwrap()],
        vec!["keys", "rotate"],
        vec!["keys", "list"],
        vec!["audit", "verify"],
        vec!["audit", "export", export.to_str().unwrap()],
    ] {
        assert_eq!(setup.run(&args).0, 2, "{args:?}");
    }
    assert!(!setup.data.exists() && !file.exists() && !export.exists());
}

#[test]
fn a_restored_copy_serves_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let from = sandbox(&folder.path().join("from"));
    let node = Node::start(&from);
    let key = node.key();
    let first = applicant(&node, &key, 1);
    let done = verified(&node, &key, &first, "Ada Lovelace");
    let second = applicant(&node, &key, 2);
    let failed = verified(&node, &key, &second, "MAGIC name_mismatch");
    let paths = [
        format!("/v1/applicants/{first}"),
        done.clone(),
        format!("{done}/decisions"),
        failed,
        "/v1/verifications".to_owned(),
        "/v1/events".to_owned(),
        "/v1/audit".to_owned(),
        // Last: to read it is written down.
        format!("{done}/data"),
    ];
    let see = |node: &Node| -> Vec<Value> {
        let get = |path: &String| node.get(&key, path).unwrap().json();
        paths.iter().map(get).collect()
    };
    let file = folder.path().join("backup");
    let name = file.to_str().unwrap();
    // Of a live service, once its log is signed.
    while node.get(&key, "/v1/audit/checkpoint").unwrap().status != 200 {
        wait(10);
    }
    let saved = from.line(&["backup", name]);
    let before = see(&node);
    let mut copies = vec![sandbox(&folder.path().join("sqlite"))];
    if let Some(url) = postgres() {
        let postgres = sandbox(&folder.path().join("postgres"));
        copies.push(postgres.with("MENSHEN_DATABASE", url));
    }
    for copy in copies {
        let restored = copy.line(&["restore", name]);
        assert_eq!(restored["rows"], saved["rows"]);
        assert_eq!(
            copy.run(&["restore", name]).0,
            1,
            "the database is not empty"
        );
        let refused = |word: &str| {
            let serve = ["serve", "--sandbox-only", "--listen", "127.0.0.1:0"];
            let (code, _, error) = copy.run(&serve);
            assert!(code == 1 && error.contains(word), "{error}");
        };
        let keys = copy.data.join("keys");
        refused("master key");
        assert!(
            !keys.join("master.key").exists(),
            "no other key takes its place"
        );
        copy_keys(&from.data, &copy.data);
        fs::remove_file(keys.join("signing.key")).unwrap();
        refused("signing.key");
        copy_keys(&from.data, &copy.data);
        let node = Node::start(&copy);
        assert_eq!(node.greeting["sandbox_key"], Value::Null);
        assert_eq!(see(&node), before);
        applicant(&node, &key, 3);
        assert_eq!(node.stop(), Some(0));
        assert_eq!(copy.line(&["audit", "verify"])["valid"], true);
    }
    let mut damaged = fs::read(&file).unwrap();
    let middle = damaged.len() / 3;
    damaged[middle] ^= 1;
    fs::write(&file, &damaged).unwrap();
    let empty = sandbox(&folder.path().join("empty"));
    assert_eq!(empty.run(&["restore", name]).0, 1, "a damaged backup");
}

#[test]
fn a_rotation_that_is_killed_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let setup = sandbox(&folder.path().join("data"));
    let node = Node::start(&setup);
    let key = node.key();
    let ids: Vec<String> = (0..APPLICANTS)
        .map(|nth| applicant(&node, &key, nth))
        .collect();
    let read = ids.iter().take(40);
    let read = read.map(|id| verified(&node, &key, id, "Ada Lovelace") + "/data");
    let read: Vec<String> = read.collect();
    assert_eq!(node.stop(), Some(0));
    let keys = |setup: &Setup| setup.run(&["keys", "list"]).1;
    let old = keys(&setup)[0]["id"].clone();
    let start = Instant::now();
    setup.line(&["keys", "rotate"]);
    let whole = start.elapsed();
    let (mut killed, mut halfway) = (0, 0);
    for nth in 1..=12 {
        let mut child = setup.command(&["keys", "rotate", "--json"]);
        let mut child = child.stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * nth / 14);
        killed += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        let used = |key: &&Value| key["wraps"] != 0;
        halfway += u32::from(keys(&setup).iter().filter(used).count() > 1);
    }
    let rotated = setup.line(&["keys", "rotate", "--drop-old"]);
    let left = keys(&setup);
    assert_eq!(left.len(), 1, "{left:?}");
    assert_ne!(left[0]["id"], old);
    let wraps = left[0]["wraps"].as_u64().unwrap();
    assert!(wraps >= APPLICANTS as u64, "{wraps}");
    println!(
        "rotation of {} ms: killed {killed} times, {halfway} of them halfway, {} left for the last run, \
         {wraps} in all",
        whole.as_millis(),
        rotated["rewrapped"]
    );
    // The way of several nodes.
    let added = setup.line(&["keys", "add"])["id"].clone();
    let added = added.as_str().unwrap();
    let node = Node::start(&setup);
    let rotated = setup.line(&["keys", "rotate", "--to", added]);
    assert_eq!(rotated["current"], added);
    applicant(&node, &key, APPLICANTS);
    for path in &read {
        let found = node.get(&key, path).unwrap().json();
        assert_eq!(found["name"], "Ada Lovelace", "{path}");
    }
    assert_eq!(node.stop(), Some(0));
    let dropped = setup.line(&["keys", "rotate", "--to", added, "--drop-old"]);
    assert_eq!(dropped["dropped"].as_array().map(Vec::len), Some(1));
    let node = Node::start(&setup);
    applicant(&node, &key, APPLICANTS + 1);
    assert_eq!(node.stop(), Some(0));
    assert_eq!(setup.line(&["audit", "verify"])["valid"], true);
}

#[test]
fn the_log_is_exported_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let setup = sandbox(&folder.path().join("data"));
    let node = Node::start(&setup);
    let key = node.key();
    let id = applicant(&node, &key, 1);
    verified(&node, &key, &id, "Ada Lovelace");
    assert_eq!(node.stop(), Some(0));
    let export = folder.path().join("export");
    let out = setup.line(&["audit", "export", export.to_str().unwrap()]);
    let at = |name: &str| export.join(name).to_str().unwrap().to_owned();
    let (entries, note, key) = (
        at("entries.jsonl"),
        at(&format!(
            "checkpoint-{:06}",
            out["checkpoints"].as_u64().unwrap()
        )),
        at("key"),
    );
    let verify = [
        "audit",
        "verify",
        "--entries",
        &entries,
        "--checkpoint",
        &note,
        "--key",
        &key,
    ];
    let found = setup.line(&verify);
    assert_eq!(found["valid"], true, "{found}");
    assert_eq!(found["size"], out["entries"]);
    // An anchored checkpoint of the own log.
    let found = setup.line(&["audit", "verify", "--checkpoint", &note]);
    assert_eq!(
        (&found["valid"], &found["signed"]),
        (&json!(true), &out["entries"])
    );
    let cut = fs::read_to_string(&entries).unwrap();
    let (cut, _) = cut.trim_end().rsplit_once('\n').unwrap();
    fs::write(&entries, format!("{cut}\n")).unwrap();
    assert_eq!(setup.line(&verify)["valid"], false);
}

#[test]
fn a_policy_is_checked_and_tried() {
    let folder = tempfile::tempdir().unwrap();
    let setup = sandbox(&folder.path().join("data"));
    let node = Node::start(&setup);
    let key = node.key();
    let id = applicant(&node, &key, 1);
    verified(&node, &key, &id, "Ada Lovelace");
    let good = folder.path().join("good.toml");
    fs::write(&good, "").unwrap();
    let bad = folder.path().join("bad.toml");
    fs::write(&bad, "no_such_key = 1").unwrap();
    let (good, bad) = (good.to_str().unwrap(), bad.to_str().unwrap());
    let check =
        |file| crate::shared::menshen(&["policy", "check", file, "--json"]).line()["valid"].clone();
    assert_eq!((check(good), check(bad)), (json!(true), json!(false)));
    let tried = setup.line(&["policy", "try", good]);
    assert_eq!(
        (&tried["cases"], &tried["same"]),
        (&json!(1), &json!(1)),
        "{tried}"
    );
    let route = json!({ "toml": "" });
    let route = call(
        node.address,
        &key,
        "POST",
        "/v1/policy/try",
        Some(&route),
        &[],
    )
    .unwrap();
    assert_eq!(route.json(), tried);
    let nobody = "00000000-0000-7000-8000-000000000000";
    assert_eq!(setup.run(&["policy", "try", good, "--tenant", nobody]).0, 2);
}

#[test]
fn a_list_is_imported_whole_from_the_command_line_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let setup = sandbox(&folder.path().join("data"));
    assert_eq!(Node::start(&setup).stop(), Some(0));
    let list = "<CONSOLIDATED_LIST dateGenerated=\"2026-11-02T23:00:03Z\"><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID>\
                <FIRST_NAME>FICTUS EXEMPLARIUS</FIRST_NAME></INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>";
    let path = folder.path().join("list.xml");
    let import = |text: &str| {
        fs::write(&path, text).unwrap();
        let path = path.to_str().unwrap();
        setup.run(&["screening", "import", "--list", "un", path])
    };
    let (code, _, error) = import(&list[..list.len() - 30]);
    assert_eq!(code, 1, "{error}");
    assert!(error.contains("consolidated.xml"), "{error}");
    for known in [false, true] {
        let (code, lines, error) = import(list);
        assert_eq!(code, 0, "{error}");
        assert_eq!(
            (&lines[0]["entries"], &lines[0]["known"]),
            (&json!(1), &json!(known))
        );
    }
}
