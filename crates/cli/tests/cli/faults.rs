//! A disk that fails while the service serves: what was acknowledged is there afterwards, the rest was an honest error.
#![expect(
    clippy::disallowed_methods,
    reason = "a test is told by its environment how long to run"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::crash::{Seeded, Stop, each};
use crate::node::{Answer, Node, Setup, answer, open, passport, wait};

const CLIENTS: usize = 8;
/// Of how many calls one fails, and how: no space at all, a broken disk, now and then everything.
const DISKS: [&str; 6] = ["1 n", "3 nes", "10 nes", "1 e", "30 nes", "100 nes"];
/// How soon the service must do its work again when the disk does.
const WELL: Duration = Duration::from_secs(5);
const NAMES: [&str; 3] = ["Ada Lovelace", "MAGIC REVIEW", "MAGIC name_mismatch"];
const PIECES: usize = 3;

/// The layer between a node and its disk.
struct Disk {
    library: PathBuf,
    control: PathBuf,
    tally: PathBuf,
}

impl Disk {
    /// Compiles the layer; nothing where there is no compiler of C.
    fn new(folder: &Path) -> Option<Self> {
        let library = folder.join("layer.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/layer.c");
        let mut compile = Command::new("cc");
        compile
            .args(["-O2", "-shared", "-fPIC", "-o"])
            .arg(&library);
        match compile.args([source, "-ldl"]).status() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                println!("skipped: there is no cc to compile the fault layer with");
                return None;
            }
            status => assert!(status.unwrap().success(), "compile {source}"),
        }
        Some(Self {
            library,
            control: folder.join("control"),
            tally: folder.join("tally"),
        })
    }

    fn under(&self, setup: &Setup, seed: u64) -> Setup {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let setup = setup.clone().with("LD_PRELOAD", text(&self.library));
        setup
            .clone()
            .with("FAULTS_BELOW", format!("{}/", setup.data.display()))
            .with("FAULTS_CONTROL", text(&self.control))
            .with("FAULTS_TALLY", text(&self.tally))
            .with("FAULTS_SEED", seed.to_string())
    }

    fn fail(&self, how: &str) {
        let beside = self.control.with_extension("new");
        fs::write(&beside, how).unwrap();
        fs::rename(&beside, &self.control).unwrap();
    }

    fn mend(&self) {
        fs::remove_file(&self.control).unwrap();
    }

    /// Returns how many faults there were of each kind.
    fn tally(&self) -> BTreeMap<char, usize> {
        let mut counts = BTreeMap::new();
        for kind in fs::read_to_string(&self.tally).unwrap_or_default().chars() {
            *counts.entry(kind).or_default() += 1;
        }
        counts
    }
}

/// What the service has said with a 2xx.
#[derive(Debug)]
enum Told {
    Applicant { id: String, external: String },
    Opened(String),
    Data { id: String, name: &'static str },
    Photo { verification: String, id: String },
    Pieces { upload: String, received: usize },
    Submitted(String),
    Verified(String),
}

struct Service {
    address: Mutex<SocketAddr>,
    key: String,
    stop: AtomicBool,
    told: Mutex<Vec<Told>>,
    errors: Mutex<BTreeMap<u16, usize>>,
    serial: AtomicU64,
}

impl Service {
    fn next(&self) -> u64 {
        self.serial.fetch_add(1, Ordering::Relaxed)
    }

    fn told(&self, told: Told) {
        self.told.lock().unwrap().push(told);
    }

    fn once(&self, method: &str, path: &str, body: &[u8], headers: &[(&str, &str)]) -> Answer {
        let address = *self.address.lock().unwrap();
        let (mut stream, head) = open(address, &self.key, method, path, body, headers).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let answer = answer(stream).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        if answer.status >= 300 {
            assert!(answer.status >= 500, "{method} {path}: {answer:?}");
            let problem = "content-type: application/problem+json";
            assert!(answer.head.contains(problem), "{method} {path}: {answer:?}");
            *self
                .errors
                .lock()
                .unwrap()
                .entry(answer.status)
                .or_default() += 1;
        }
        answer
    }

    /// Repeats a call until it succeeds; whatever else comes must be an honest error of the machine.
    fn insist(&self, method: &str, path: &str, body: &[u8], headers: &[(&str, &str)]) -> Answer {
        let once = format!("call-{}", self.next());
        let mut headers = headers.to_vec();
        headers.push(("idempotency-key", &once));
        let start = Instant::now();
        loop {
            let answer = self.once(method, path, body, &headers);
            if answer.status < 300 {
                return answer;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{answer:?}");
            wait(20);
        }
    }

    fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.insist(method, path, body.to_string().as_bytes(), &[])
    }

    fn get(&self, path: &str) -> Value {
        self.insist("GET", path, &[], &[]).json()
    }

    /// Brings one person to a submission, one photo whole and one in pieces.
    fn person(&self, nth: usize) {
        let external = format!("person-{}", self.next());
        let body = json!({ "external_id": external });
        let id = self.json("POST", "/v1/applicants", &body).id();
        let body = json!({ "applicant": id, "level": "L2" });
        self.told(Told::Applicant { id, external });
        let id = self.json("POST", "/v1/verifications", &body).id();
        self.told(Told::Opened(id.clone()));
        let (path, name) = (format!("/v1/verifications/{id}"), NAMES[nth % NAMES.len()]);
        self.json("PUT", &format!("{path}/data"), &passport(name));
        self.told(Told::Data {
            id: id.clone(),
            name,
        });
        let photo = format!("{id} front").repeat(400);
        let kind = [("content-type", "image/jpeg")];
        let front = format!("{path}/captures/front");
        let front = self.insist("PUT", &front, photo.as_bytes(), &kind).id();
        self.told(Told::Photo {
            verification: id.clone(),
            id: front,
        });
        let selfie = self.pieces(&id, format!("{id} selfie").repeat(400).as_bytes());
        self.told(Told::Photo {
            verification: id.clone(),
            id: selfie,
        });
        self.insist("POST", &format!("{path}/submit"), &[], &[]);
        self.told(Told::Submitted(id.clone()));
        if self.get(&path)["status"] == "verified" {
            self.told(Told::Verified(id));
        }
    }

    /// Hands in a selfie by tus and returns the photo's id; asks after an error how much has arrived.
    fn pieces(&self, verification: &str, photo: &[u8]) -> String {
        let (length, tus) = (photo.len().to_string(), ("tus-resumable", "1.0.0"));
        let metadata = format!(
            "verification {},part {}",
            base64(verification.as_bytes()),
            base64(b"selfie")
        );
        let headers = [
            tus,
            ("upload-length", length.as_str()),
            ("upload-metadata", metadata.as_str()),
        ];
        let begun = self.insist("POST", "/v1/uploads", &[], &headers);
        let path = header(&begun, "location").unwrap();
        loop {
            let state = self.insist("HEAD", &path, &[], &[tus]);
            let received: usize = header(&state, "upload-offset").unwrap().parse().unwrap();
            let end = (received + photo.len().div_ceil(PIECES)).min(photo.len());
            let offset = received.to_string();
            let headers = [
                tus,
                ("content-type", "application/offset+octet-stream"),
                ("upload-offset", offset.as_str()),
            ];
            let answer = self.once("PATCH", &path, &photo[received..end], &headers);
            if answer.status >= 300 {
                wait(20);
                continue;
            }
            self.told(Told::Pieces {
                upload: path.clone(),
                received: end,
            });
            if let Some(id) = header(&answer, "menshen-capture") {
                return id;
            }
        }
    }

    /// Panics where something that was said is not so.
    fn check(&self, told: &Told) {
        let state = |id: &str| self.get(&format!("/v1/verifications/{id}"));
        match told {
            Told::Applicant { id, external } => {
                let found = self.get(&format!("/v1/applicants?external_id={external}"));
                assert_eq!(found["items"][0]["id"], id.as_str(), "{told:?}");
                assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{told:?}");
            }
            Told::Opened(id) => drop(state(id)),
            Told::Data { id, name } => {
                let data = self.get(&format!("/v1/verifications/{id}/data"));
                assert_eq!(data["name"], *name, "{told:?}");
            }
            Told::Photo { verification, id } => {
                let list = self.get(&format!("/v1/verifications/{verification}/captures"));
                let mut list = list.as_array().unwrap().iter();
                assert!(list.any(|photo| photo["id"] == id.as_str()), "{told:?}");
            }
            Told::Pieces { upload, received } => {
                let state = self.insist("HEAD", upload, &[], &[("tus-resumable", "1.0.0")]);
                let there: usize = header(&state, "upload-offset").unwrap().parse().unwrap();
                assert!(there >= *received, "{told:?}: {there}");
            }
            Told::Submitted(id) => {
                let state = state(id);
                let status = state["status"].as_str().unwrap();
                let decided = ["pending", "verified", "failed"].contains(&status);
                assert!(decided || state["processing"] == true, "{told:?}: {state}");
            }
            Told::Verified(id) => assert_eq!(state(id)["status"], "verified", "{told:?}"),
        }
    }

    /// Panics where a verdict does not stand once in the database and once in the audit log, or where an approval stands
    /// in one of them only; returns how many submissions have a verdict.
    fn verdicts(&self) -> usize {
        let submitted = self.told.lock().unwrap();
        let submitted = submitted.iter().filter_map(|told| match told {
            Told::Submitted(id) => Some(id.clone()),
            _ => None,
        });
        let verdicts = Mutex::new(Vec::new());
        each(&submitted.collect::<Vec<_>>(), |id| {
            let path = format!("/v1/verifications/{id}");
            let state = self.get(&path);
            if state["processing"] == false {
                let kept = self.get(&format!("{path}/decisions"));
                verdicts.lock().unwrap().push((id.clone(), state, kept));
            }
        });
        // The log last: what is in the database already must be in it.
        let logged = self.logged();
        let verdicts = verdicts.into_inner().unwrap();
        for (id, state, kept) in &verdicts {
            let kept = kept.as_array().unwrap().iter();
            let kept: Vec<Value> = kept.map(|one| one["outcome"].clone()).collect();
            assert_eq!(kept.len(), 1, "{id}: {kept:?}");
            assert_eq!(logged.get(id), Some(&kept), "{id}: {state}");
            let approved = kept[0] == "approved";
            assert_eq!(state["status"] == "verified", approved, "{id}: {state}");
        }
        verdicts.len()
    }

    /// Returns the outcomes that the audit log holds for each verification.
    fn logged(&self) -> BTreeMap<String, Vec<Value>> {
        let (mut logged, mut from) = (BTreeMap::<String, Vec<Value>>::new(), 0);
        loop {
            let page = self.get(&format!("/v1/audit?limit=200&from={from}"));
            let page = page.as_array().unwrap();
            let Some(last) = page.last() else {
                return logged;
            };
            from = last["seq"].as_u64().unwrap() + 1;
            for entry in page {
                if entry["action"] == "verification.decided" {
                    let id = entry["object"].as_str().unwrap().split_once(':').unwrap().1;
                    let outcome = entry["detail"]["outcome"].clone();
                    logged.entry(id.to_owned()).or_default().push(outcome);
                }
            }
        }
    }
}

fn header(answer: &Answer, name: &str) -> Option<String> {
    let lines = answer.head.lines().filter_map(|line| line.split_once(": "));
    let mut found = lines.filter(|(key, _)| *key == name);
    found.next().map(|(_, value)| value.to_owned())
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let at = |nth: usize| u32::from(three.get(nth).copied().unwrap_or_default());
        let number = at(0) << 16 | at(1) << 8 | at(2);
        for nth in 0..4 {
            let digit = DIGITS[(number >> (18 - 6 * nth)) as usize & 63];
            text.push(if nth <= three.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    text
}

fn number(name: &str, usual: u64) -> u64 {
    let asked = std::env::var(name).ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn no_fault_of_the_disk_makes_an_answer_untrue() {
    let (seconds, seed) = (
        number("MENSHEN_FAULT_SECONDS", 8),
        number("MENSHEN_FAULT_SEED", 1),
    );
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::new(folder.path()) else {
        return;
    };
    let data = fs::canonicalize(folder.path()).unwrap().join("data");
    let setup = Setup::new(&data);
    let node = Node::start(&disk.under(&setup, seed));
    let service = Service {
        address: Mutex::new(node.address),
        key: node.key(),
        stop: AtomicBool::new(false),
        told: Mutex::default(),
        errors: Mutex::default(),
        serial: AtomicU64::new(0),
    };
    let (mut seeded, mut slowest, mut rounds) = (Seeded(seed), Duration::ZERO, 0);
    let start = Instant::now();
    std::thread::scope(|scope| {
        let _stop = Stop(&service.stop);
        for client in 0..CLIENTS {
            let service = &service;
            scope.spawn(move || {
                while !service.stop.load(Ordering::Relaxed) {
                    service.person(client);
                }
            });
        }
        while start.elapsed() < Duration::from_secs(seconds) {
            wait(100 + seeded.below(200));
            disk.fail(DISKS[rounds % DISKS.len()]);
            wait(200 + seeded.below(400));
            disk.mend();
            let mended = Instant::now();
            let body = json!({ "external_id": format!("well-{rounds}") });
            service.json("POST", "/v1/applicants", &body);
            slowest = slowest.max(mended.elapsed());
            assert!(slowest < WELL, "at work again after {slowest:?}");
            rounds += 1;
        }
    });
    let told = std::mem::take(&mut *service.told.lock().unwrap());
    each(&told, |told| service.check(told));
    let errors = std::mem::take(&mut *service.errors.lock().unwrap());
    println!(
        "disk: {rounds} times broken in {} s, faults {:?}, errors answered {errors:?}, answers 2xx {}, at work again \
         after {} ms at most",
        start.elapsed().as_secs(),
        disk.tally(),
        told.len(),
        slowest.as_millis(),
    );
    assert!(disk.tally().len() == 4, "every kind of fault came");
    *service.told.lock().unwrap() = told;
    let before = service.verdicts();
    // What was said must be true for the next node, too, which finds the files as they are.
    node.kill();
    let node = Node::start(&setup);
    *service.address.lock().unwrap() = node.address;
    each(&service.told.lock().unwrap(), |told| service.check(told));
    let after = service.verdicts();
    assert_eq!(*service.errors.lock().unwrap(), BTreeMap::new(), "no fault");
    assert_eq!(node.stop(), Some(0));
    assert_eq!(setup.line(&["audit", "verify"])["valid"], true);
    // Models and engine have no part in this.
    let (_, lines, error) = setup.run(&["doctor"]);
    for check in ["master keys", "signing key", "database", "audit log"] {
        let line = lines.iter().find(|line| line["check"] == check);
        let line = line.unwrap_or_else(|| panic!("{check}: {error}"));
        assert_eq!(line["level"], "ok", "{line}");
    }
    everything_is_saved(&setup, folder.path());
    the_file_is_whole(&data);
    println!("verdicts {before}, after a restart {after}: each once in database and log");
}

/// Saves everything and brings it back elsewhere: each row is read once more.
fn everything_is_saved(setup: &Setup, folder: &Path) {
    let backup = folder.join("backup");
    let backup = backup.to_str().unwrap();
    let saved = setup.line(&["backup", backup]);
    let copy = Setup::new(folder.join("copy"));
    assert_eq!(copy.line(&["restore", backup])["rows"], saved["rows"]);
}

/// Has SQLite look at every page and index, through the library that Python brings.
fn the_file_is_whole(data: &Path) {
    let script = "import pathlib, sqlite3, sys\n\
                  [file] = pathlib.Path(sys.argv[1]).glob('*.db')\n\
                  print(sqlite3.connect(file).execute('PRAGMA integrity_check').fetchall())";
    let mut python = Command::new("python3");
    match python.args(["-c", script]).arg(data).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("skipped: there is no python3 to check the file's pages with");
        }
        output => {
            let output = output.unwrap();
            let said = String::from_utf8_lossy(&output.stdout);
            assert_eq!(said.trim(), "[('ok',)]", "{output:?}");
        }
    }
}
