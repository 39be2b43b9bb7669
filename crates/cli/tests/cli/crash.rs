//! Nodes that are killed while others write: nothing that was acknowledged is lost, everything is decided once.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::node::{
    Answer, Node, Setup, call, copy_keys, kills, on_postgresql, on_sqlite, passport, postgres, wait,
};

/// The longest that a service may take to be ready again, in 99 of 100 cases: another test may have both cores.
const READY: Duration = Duration::from_secs(2);
const WRITERS: usize = 16;
/// How many of the newest writes are looked at after each kill: those that it could have lost. All are looked at in the
/// end. More would take longer than the writers need for as many again, so that a run of many kills would never end.
const NEWEST: usize = 48;
/// How many read at once when all writes are looked at.
const READERS: usize = 8;

/// A write that the service has acknowledged.
#[derive(Clone, Debug)]
enum Write {
    Applicant { id: String, external: String },
    Opened(String),
    Data(String),
    Submitted(String),
}

pub struct Service {
    address: Mutex<SocketAddr>,
    key: String,
    pub stop: AtomicBool,
    writes: Mutex<Vec<Write>>,
    serial: AtomicU64,
}

impl Service {
    pub fn new(node: &Node, key: String) -> Self {
        Self {
            address: Mutex::new(node.address),
            key,
            stop: AtomicBool::new(false),
            writes: Mutex::default(),
            serial: AtomicU64::new(0),
        }
    }

    pub fn moved(&self, node: &Node) {
        *self.address.lock().unwrap() = node.address;
    }

    /// Calls until there is an answer that is final, as an integrator must.
    fn insist(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        self.insist_as(&format!("call-{serial}"), method, path, body)
    }

    /// The same with a key of one's own.
    pub fn insist_as(&self, once: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let start = Instant::now();
        loop {
            let address = *self.address.lock().unwrap();
            let headers = [("idempotency-key", once)];
            match call(address, &self.key, method, path, body, &headers) {
                Ok(answer) if answer.status < 300 => return answer,
                Ok(answer) if answer.status == 503 => {}
                // The first request of this key may still be under way on a connection that broke.
                Ok(answer) if answer.status == 409 && answer.text.contains("idempotency") => {}
                Ok(answer) if answer.status == 409 && answer.text.contains("stale") => {}
                Ok(answer) => panic!("{method} {path}: {answer:?}"),
                Err(_) => {}
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{method} {path}");
            wait(10);
        }
    }

    fn acknowledged(&self, write: Write) {
        self.writes.lock().unwrap().push(write);
    }

    /// Brings one person to a submission.
    fn person(&self, name: &str) -> String {
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let external = format!("person-{serial}");
        let body = json!({ "external_id": external });
        let id = self.insist("POST", "/v1/applicants", Some(&body)).id();
        let body = json!({ "applicant": id, "level": "L1" });
        self.acknowledged(Write::Applicant { id, external });
        let id = self.insist("POST", "/v1/verifications", Some(&body)).id();
        self.acknowledged(Write::Opened(id.clone()));
        let path = format!("/v1/verifications/{id}");
        self.insist("PUT", &format!("{path}/data"), Some(&passport(name)));
        self.acknowledged(Write::Data(id.clone()));
        self.insist("POST", &format!("{path}/submit"), None);
        self.acknowledged(Write::Submitted(id.clone()));
        id
    }

    pub fn get(&self, path: &str) -> Value {
        let answer = self.insist("GET", path, None);
        assert_eq!(answer.status, 200, "{path}");
        answer.json()
    }

    fn state(&self, id: &str) -> Value {
        self.get(&format!("/v1/verifications/{id}"))
    }

    /// Panics where a write is not there.
    fn check(&self, write: &Write) {
        let status = |id: &str| self.state(id)["status"].as_str().unwrap().to_owned();
        match write {
            Write::Applicant { id, external } => {
                let found = self.get(&format!("/v1/applicants?external_id={external}"));
                assert_eq!(found["items"][0]["id"], id.as_str(), "{write:?}");
            }
            Write::Opened(id) => drop(status(id)),
            Write::Data(id) => assert_ne!(status(id), "not_started", "{write:?}"),
            Write::Submitted(id) => {
                let state = self.state(id);
                let status = state["status"].as_str().unwrap();
                let decided = ["pending", "verified", "failed"].contains(&status);
                assert!(decided || state["processing"] == true, "{write:?}: {state}");
            }
        }
    }

    fn submitted(&self) -> Vec<String> {
        let writes = self.writes.lock().unwrap();
        let ids = writes.iter().filter_map(|write| match write {
            Write::Submitted(id) => Some(id.clone()),
            _ => None,
        });
        ids.collect()
    }

    /// Waits until all submissions are decided, each by one decision; returns how long it took.
    fn all_decided(&self, within: Duration) -> Duration {
        let start = Instant::now();
        each(&self.submitted(), |id| {
            while self.state(id)["processing"] != false {
                assert!(start.elapsed() < within, "{id} gets no verdict");
                wait(50);
            }
            let decisions = self.get(&format!("/v1/verifications/{id}/decisions"));
            assert_eq!(decisions.as_array().map(Vec::len), Some(1), "{id}");
        });
        start.elapsed()
    }

    /// Returns how many events of a name there are.
    fn events(&self, name: &str) -> usize {
        let (mut count, mut after) = (0, String::new());
        loop {
            let page = self.get(&format!("/v1/events?limit=200{after}"));
            let items = page["items"].as_array().unwrap();
            count += items.iter().filter(|item| item["event"] == name).count();
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return count,
            }
        }
    }
}

/// Does something with each item, some at once.
pub fn each<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(item);
                }
            });
        }
    });
}

/// Stops the writers also where a check fails: the test must end.
pub struct Stop<'a>(pub &'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Numbers that look random and are the same in every run.
pub struct Seeded(pub u64);

impl Seeded {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % limit
    }
}

#[test]
fn no_kill_loses_an_acknowledged_write() {
    on_sqlite(|setup| kill_while_others_write(setup, kills()));
}

#[test]
fn no_kill_loses_an_acknowledged_write_on_postgresql() {
    on_postgresql(|setup| kill_while_others_write(setup, kills()));
}

fn kill_while_others_write(setup: &Setup, kills: u32) {
    let node = Node::start(setup);
    let service = Service::new(&node, node.key());
    let (mut ready, mut seeded) = (Vec::new(), Seeded(7));
    let start = Instant::now();
    let node = std::thread::scope(|scope| {
        let mut node = node;
        let _stop = Stop(&service.stop);
        for writer in 0..WRITERS {
            let service = &service;
            scope.spawn(move || {
                let names = ["Ada Lovelace", "MAGIC REVIEW", "MAGIC name_mismatch"];
                while !service.stop.load(Ordering::Relaxed) {
                    service.person(names[writer % names.len()]);
                }
            });
        }
        for _ in 0..kills {
            wait(100 + seeded.below(500));
            node.kill();
            let writes = service.writes.lock().unwrap().clone();
            node = Node::start(setup);
            service.moved(&node);
            ready.push(node.ready);
            assert_eq!(node.greeting["sandbox_key"], Value::Null);
            let newest = writes.len().saturating_sub(NEWEST);
            each(&writes[newest..], |write| service.check(write));
        }
        node
    });
    ready.sort();
    let late = ready.iter().filter(|ready| **ready >= READY).count();
    assert!(late <= ready.len().div_ceil(100), "late: {ready:?}");
    let (seconds, writes) = (start.elapsed(), service.writes.lock().unwrap().clone());
    each(&writes, |write| service.check(write));
    // A job that died with its node is taken up after its lease of 30 seconds.
    let decided = service.all_decided(Duration::from_secs(120));
    assert_eq!(node.stop(), Some(0));
    assert_eq!(setup.line(&["audit", "verify"])["valid"], true);
    println!(
        "kills {kills}, acknowledged writes {} in {:.1} s ({:.0} a second), lost 0, submissions {}, ready again after \
         {} ms in the middle, {} ms at most, the rest decided within {:.1} s",
        writes.len(),
        seconds.as_secs_f64(),
        writes.len() as f64 / seconds.as_secs_f64(),
        service.submitted().len(),
        ready[ready.len() / 2].as_millis(),
        ready[ready.len() - 1].as_millis(),
        decided.as_secs_f64(),
    );
}

#[test]
fn two_nodes_decide_everything_once_though_one_is_killed() {
    const SUBMISSIONS: usize = 60;
    let Some(database) = postgres() else { return };
    let folder = tempfile::tempdir().unwrap();
    let setup = |name: &str| {
        Setup::new(folder.path().join(name)).with("MENSHEN_DATABASE", database.clone())
    };
    let first = Node::start(&setup("a"));
    copy_keys(&setup("a").data, &setup("b").data);
    let second = Node::start(&setup("b"));
    let one = Service::new(&first, first.key());
    let two = Service::new(&second, first.key());
    two.serial.store(1_000_000, Ordering::Relaxed);
    let (taken, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let nth = taken.fetch_add(1, Ordering::Relaxed);
                    if nth >= SUBMISSIONS {
                        break;
                    }
                    if nth % 2 == 0 { &one } else { &two }.person("Ada Lovelace");
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        while done.load(Ordering::Relaxed) < SUBMISSIONS / 2 {
            wait(1);
        }
        first.kill();
        one.moved(&second);
    });
    let submitting = start.elapsed();
    let decided = one.all_decided(Duration::from_secs(90));
    let decided = decided + two.all_decided(Duration::from_secs(90));
    assert_eq!(one.submitted().len() + two.submitted().len(), SUBMISSIONS);
    for name in ["created", "submitted", "verified"] {
        let count = two.events(&format!("verification.{name}"));
        assert_eq!(count, SUBMISSIONS, "{name}");
    }
    assert_eq!(second.stop(), Some(0));
    assert_eq!(setup("b").line(&["audit", "verify"])["valid"], true);
    println!(
        "two nodes: {SUBMISSIONS} submissions in {:.1} s, decided {:.1} s later, each once",
        submitting.as_secs_f64(),
        decided.as_secs_f64()
    );
}

#[test]
fn a_node_that_hangs_stops_the_others_for_half_a_minute_at_most() {
    let Some(database) = postgres() else { return };
    let folder = tempfile::tempdir().unwrap();
    let setup = |name: &str| {
        Setup::new(folder.path().join(name)).with("MENSHEN_DATABASE", database.clone())
    };
    let first = Node::start(&setup("a"));
    copy_keys(&setup("a").data, &setup("b").data);
    let second = Node::start(&setup("b"));
    let one = Service::new(&first, first.key());
    let two = Service::new(&second, first.key());
    two.serial.store(1_000_000, Ordering::Relaxed);
    let waited = std::thread::scope(|scope| {
        let _stop = Stop(&one.stop);
        for _ in 0..WRITERS {
            scope.spawn(|| {
                while !one.stop.load(Ordering::Relaxed) {
                    one.person("Ada Lovelace");
                }
            });
        }
        while one.submitted().len() < WRITERS {
            wait(1);
        }
        // Its sessions stay open, like those of a machine that lost its network: one of them holds the log's end.
        kill_process(Pid::from_child(&first.child), Signal::STOP).unwrap();
        let start = Instant::now();
        two.person("Ada Lovelace");
        let waited = start.elapsed();
        first.kill();
        one.moved(&second);
        waited
    });
    println!("a node hung: the other wrote again after {waited:.1?}");
    assert!(waited < Duration::from_secs(45), "{waited:?}");
    assert_eq!(second.stop(), Some(0));
    assert_eq!(setup("b").line(&["audit", "verify"])["valid"], true);
}
