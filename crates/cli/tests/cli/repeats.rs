//! Nodes that are killed between an effect and its reply: however often a request is repeated, it has one effect.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use serde_json::{Value, json};

use crate::crash::{Seeded, Service, Stop};
use crate::node::{Answer, Node, Setup, number, on_postgresql, on_sqlite, wait};

/// How often each request is sent at once.
const REPEATS: usize = 10;
/// How many requests are under way at once, each as often.
const SENDERS: usize = 4;

/// Returns how many keys are used.
fn keys() -> u32 {
    number("MENSHEN_TEST_REPEATED", 300)
}

#[test]
fn no_kill_makes_a_repeated_request_two() {
    on_sqlite(|setup| kill_while_others_repeat(setup, keys()));
}

#[test]
fn no_kill_makes_a_repeated_request_two_on_postgresql() {
    on_postgresql(|setup| kill_while_others_repeat(setup, keys()));
}

fn kill_while_others_repeat(setup: &Setup, keys: u32) {
    let first = Node::start(setup);
    let service = Service::new(&first, first.key());
    let next = AtomicU32::new(0);
    let start = Instant::now();
    let (mut seeded, mut kills) = (Seeded(11), 0);
    let node = std::thread::scope(|scope| {
        let mut node = first;
        for _ in 0..SENDERS {
            scope.spawn(|| {
                // Whoever has nothing left to send, or fails, ends the kills.
                let _stop = Stop(&service.stop);
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= keys {
                        break;
                    }
                    repeat(&service, nth);
                }
            });
        }
        while !service.stop.load(Ordering::Relaxed) {
            wait(50 + seeded.below(400));
            node.kill();
            kills += 1;
            node = Node::start(setup);
            service.moved(&node);
        }
        node
    });
    let took = start.elapsed();
    let made = made(&service);
    for nth in 0..keys {
        assert_eq!(made.get(&label(nth)), Some(&1), "{nth}");
    }
    assert_eq!(node.stop(), Some(0));
    assert_eq!(setup.line(&["audit", "verify"])["valid"], true);
    println!(
        "{keys} keys x {REPEATS} at once, {kills} kills in {:.1} s: one effect each",
        took.as_secs_f64()
    );
}

fn label(nth: u32) -> String {
    format!("repeated {nth}")
}

/// Sends one request many times at once: whoever is answered hears the same.
fn repeat(service: &Service, nth: u32) {
    let body = json!({ "label": label(nth), "scopes": ["verifications:read"] });
    let once = format!("repeat-{nth}");
    let send = || service.insist_as(&once, "POST", "/v1/keys", Some(&body));
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let sent: Vec<_> = (0..REPEATS).map(|_| scope.spawn(send)).collect();
        sent.into_iter().map(|one| one.join().unwrap()).collect()
    });
    for answer in &answers {
        assert_eq!(answer.text, answers[0].text, "{nth}");
    }
    let replayed = |answer: &&Answer| answer.head.contains("idempotency-replayed: true");
    // The first answer may have died with its node; two first ones would be two effects.
    let n_replayed = answers.iter().filter(replayed).count();
    assert!(n_replayed >= REPEATS - 1, "{nth}: {n_replayed}");
}

/// Counts the keys that were made, by label.
fn made(service: &Service) -> BTreeMap<String, u32> {
    let (mut made, mut after) = (BTreeMap::new(), String::new());
    loop {
        let page = service.get(&format!("/v1/keys?limit=200{after}"));
        for item in page["items"].as_array().unwrap() {
            let label = item["label"].as_str().unwrap().to_owned();
            *made.entry(label).or_default() += 1;
        }
        match &page["next"] {
            Value::String(next) => after = format!("&after={next}"),
            _ => return made,
        }
    }
}
