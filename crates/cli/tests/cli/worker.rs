//! The pool of engine workers, through the binary itself.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use menshen_engine::pool::PoolStatus;
use menshen_engine::{
    Answer, Engine, Loader, Pool, PoolConfig, PoolError, Request, Standing, child,
};
use menshen_models::ModelStore;
use menshen_vision::Photo;
use rustix::process::{Pid, Signal, kill_process};

use crate::shared::{menshen, models};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn config() -> Option<PoolConfig> {
    let args = [
        "engine-worker".into(),
        "--models-dir".into(),
        models()?.into(),
    ];
    let mut config = PoolConfig::new(env!("CARGO_BIN_EXE_menshen"), args);
    config.workers = 1;
    config.timeout = PATIENCE;
    Some(config)
}

fn compare() -> Request {
    let (a, b) = (vec![1.0, 0.0], vec![1.0, 0.0]);
    Request::Compare { a, b }
}

fn page(bytes: &[u8]) -> Request {
    let bytes = bytes.to_vec();
    Request::Page { bytes }
}

/// The front of a drawn card.
fn specimen() -> Option<Vec<u8>> {
    let portrait = models()?.join("samples/sample1.jpg");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let portrait = portrait.to_str().unwrap();
    let run = menshen(&[
        "specimen",
        "prc-id",
        "--portrait",
        portrait,
        "--out",
        out,
        "--offline",
    ]);
    assert_eq!(run.code, 0, "{}", run.err);
    Some(std::fs::read(folder.path().join("front.jpg")).unwrap())
}

/// The markers of a JPEG of that size and coding, with next to no data.
fn header_only(coding: u8, width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = vec![0xff, 0xd8, 0xff, coding, 0, 17, 8];
    jpeg.extend(height.to_be_bytes());
    jpeg.extend(width.to_be_bytes());
    jpeg.extend([3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
    jpeg.extend([
        0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0, 0, 0xff, 0xd9,
    ]);
    jpeg
}

fn send(process: u32, signal: Signal) {
    let process = Pid::from_raw(process.try_into().unwrap()).unwrap();
    kill_process(process, signal).unwrap();
}

/// Is the process there and not only waiting to be counted?
fn runs(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"));
    status.is_ok_and(|status| !status.contains("State:\tZ"))
}

async fn until(mut holds: impl FnMut() -> bool) {
    let wait = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("in time");
}

#[tokio::test]
async fn a_page_is_measured_in_a_child_as_it_is_in_process() {
    let (Some(config), Some(specimen)) = (config(), specimen()) else {
        return;
    };
    let pool = Pool::start(config).await.unwrap();
    let answer = pool.ask(page(&specimen), Standing::Begun).await.unwrap();
    let loader = Loader::new(ModelStore::open(models().unwrap()).unwrap());
    let engine = Engine::load(&loader).unwrap();
    assert!(answer == child::answer(&engine, page(&specimen)).unwrap());
    assert_eq!(pool.cards(), engine.face.cards());
    let Answer::Page {
        evidence,
        portrait,
        clean,
    } = answer
    else {
        panic!("a page is answered by a page");
    };
    assert!(evidence.seen.is_some() && portrait.is_some());
    let clean = Photo::decode(&clean.unwrap(), &Default::default()).unwrap();
    assert_eq!(evidence.size, [clean.pixels.width(), clean.pixels.height()]);
    pool.stop().await;
}

#[tokio::test]
async fn a_hostile_header_is_an_answer_that_says_why() {
    let Some(config) = config() else { return };
    let pool = Pool::start(config).await.unwrap();
    for (bytes, why) in [
        (header_only(0xc0, 65535, 65535), "too_many_pixels"),
        (header_only(0xc2, 6320, 6320), "too_much_memory"),
        (Vec::new(), "empty"),
        (vec![0; 26_000_000], "too_large"),
        (b"GIF89a".to_vec(), "unsupported_format"),
    ] {
        let Ok(Answer::Page {
            evidence,
            portrait,
            clean,
        }) = pool.ask(page(&bytes), Standing::Begun).await
        else {
            panic!("no page for {why}");
        };
        assert_eq!(evidence.unreadable.as_deref(), Some(why));
        assert!(portrait.is_none() && clean.is_none());
    }
    let bytes = vec![0; 33 << 20];
    assert_eq!(
        pool.ask(Request::Selfie { bytes }, Standing::Begun).await,
        Err(PoolError::TooLarge)
    );
    assert_eq!(pool.depth(), 0);
}

#[tokio::test]
async fn a_picture_is_written_anew_and_nothing_else_of_its_file_survives() {
    let (Some(config), Some(specimen)) = (config(), specimen()) else {
        return;
    };
    let pool = Pool::start(config).await.unwrap();
    let cleaned = async |bytes: Vec<u8>| {
        let Ok(Answer::Clean { picture }) = pool.ask(Request::Clean { bytes }, Standing::New).await
        else {
            panic!("a picture is answered by a picture");
        };
        picture
    };
    // A comment and a second picture behind the first, as cameras write them.
    let mut marked = vec![0xff, 0xd8, 0xff, 0xfe, 0, 8];
    marked.extend(b"canary");
    marked.extend(&specimen[2..]);
    marked.extend(&specimen);
    let clean = cleaned(marked.clone()).await.expect("a picture");
    assert!(marked.windows(6).any(|bytes| bytes == b"canary"));
    assert!(!clean.windows(6).any(|bytes| bytes == b"canary"));
    let whole = |bytes: &[u8]| Photo::decode(bytes, &Default::default()).unwrap().pixels;
    assert_eq!(whole(&clean).dimensions(), whole(&specimen).dimensions());
    let zip = b"PK\x03\x04 and what PK\x05\x06 follows";
    for (bytes, why) in [
        ([&specimen[..], zip].concat(), "not_only_a_picture"),
        (specimen[..specimen.len() / 2].to_vec(), "truncated"),
        (header_only(0xc0, 65535, 65535), "too_many_pixels"),
        (header_only(0xc2, 6320, 6320), "too_much_memory"),
        (b"GIF89a".to_vec(), "unsupported_format"),
        (Vec::new(), "empty"),
    ] {
        assert_eq!(cleaned(bytes).await, Err(why.to_owned()));
    }
    pool.stop().await;
}

#[tokio::test]
async fn a_child_that_is_killed_at_work_gives_an_error_and_is_replaced() {
    let Some(config) = config() else { return };
    let pool = Arc::new(Pool::start(config).await.unwrap());
    let process = pool.process_ids()[0];
    send(process, Signal::STOP);
    let asked = tokio::spawn({
        let pool = Arc::clone(&pool);
        async move { pool.ask(compare(), Standing::Begun).await }
    });
    until(|| pool.status().working == 1).await;
    send(process, Signal::KILL);
    assert_eq!(asked.await.unwrap(), Err(PoolError::Died));
    assert!(matches!(
        pool.ask(compare(), Standing::Begun).await,
        Ok(Answer::Score { score: 1.0, .. })
    ));
    assert_ne!(pool.process_ids(), [process]);
}

#[tokio::test]
async fn a_child_that_dies_while_it_waits_costs_no_request() {
    let Some(config) = config() else { return };
    let pool = Pool::start(config).await.unwrap();
    send(pool.process_ids()[0], Signal::KILL);
    until(|| pool.status().ready == 0).await;
    assert!(pool.ask(compare(), Standing::Begun).await.is_ok());
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_ended_and_the_pool_recovers() {
    let (Some(mut config), Some(specimen)) = (config(), specimen()) else {
        return;
    };
    config.timeout = Duration::from_millis(30);
    let pool = Pool::start(config).await.unwrap();
    assert_eq!(
        pool.ask(page(&specimen), Standing::Begun).await,
        Err(PoolError::TimedOut)
    );
    // While the child is replaced, requests wait no longer than they may.
    let answered = async {
        while let Err(error) = pool.ask(compare(), Standing::Begun).await {
            assert_eq!(error, PoolError::Busy);
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, answered)
        .await
        .expect("in time");
}

#[tokio::test]
async fn a_child_without_memory_gives_an_error_and_never_an_answer() {
    let (Some(mut config), Some(specimen)) = (config(), specimen()) else {
        return;
    };
    config.memory_bytes = 16 << 20;
    match Pool::start(config).await {
        Ok(pool) => assert_eq!(
            pool.ask(page(&specimen), Standing::Begun).await,
            Err(PoolError::Died)
        ),
        Err(error) => assert!(matches!(error, PoolError::NotReady(_))),
    }
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_loses_nothing_that_it_took() {
    let Some(mut config) = config() else { return };
    config.queue = 1;
    let pool = Arc::new(Pool::start(config).await.unwrap());
    let process = pool.process_ids()[0];
    send(process, Signal::STOP);
    let ask = || {
        let pool = Arc::clone(&pool);
        tokio::spawn(async move { pool.ask(compare(), Standing::Begun).await })
    };
    let (first, second) = (ask(), ask());
    let full = PoolStatus {
        workers: 1,
        ready: 1,
        working: 1,
        waiting: 1,
    };
    until(|| pool.status() == full).await;
    assert_eq!(
        pool.ask(compare(), Standing::Begun).await,
        Err(PoolError::Busy)
    );
    send(process, Signal::CONT);
    assert!(first.await.unwrap().is_ok() && second.await.unwrap().is_ok());
    assert_eq!(pool.depth(), 0);
}

#[tokio::test]
async fn what_is_begun_is_finished_before_new_people_are_let_in() {
    let Some(mut config) = config() else { return };
    config.queue = 2;
    let pool = Arc::new(Pool::start(config).await.unwrap());
    let process = pool.process_ids()[0];
    send(process, Signal::STOP);
    let ask = |standing| {
        let pool = Arc::clone(&pool);
        tokio::spawn(async move { pool.ask(compare(), standing).await })
    };
    let (first, second) = (ask(Standing::New), ask(Standing::New));
    until(|| pool.depth() == 2).await;
    let refused = pool.ask(compare(), Standing::New).await;
    assert_eq!(refused, Err(PoolError::Busy), "half of the queue is full");
    let third = ask(Standing::Begun);
    until(|| pool.depth() == 3).await;
    send(process, Signal::CONT);
    for asked in [first, second, third] {
        assert!(asked.await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn a_dropped_pool_leaves_no_child() {
    let Some(mut config) = config() else { return };
    config.workers = 2;
    let pool = Pool::start(config).await.unwrap();
    let processes = pool.process_ids();
    assert_eq!(processes.len(), 2);
    drop(pool);
    until(|| !processes.iter().any(|process| runs(*process))).await;
}

#[tokio::test]
async fn a_stopped_pool_ends_its_children_and_takes_no_request() {
    let Some(config) = config() else { return };
    let pool = Pool::start(config).await.unwrap();
    let processes = pool.process_ids();
    pool.stop().await;
    assert!(!processes.iter().any(|process| runs(*process)));
    assert!(matches!(
        pool.ask(compare(), Standing::Begun).await,
        Err(PoolError::NotReady(_))
    ));
}

#[tokio::test]
async fn a_pool_that_cannot_start_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let args = [
        "engine-worker".into(),
        "--models-dir".into(),
        folder.path().into(),
    ];
    let without_models = PoolConfig::new(env!("CARGO_BIN_EXE_menshen"), args);
    let no_worker = PoolConfig::new("/bin/sh", ["-c".into(), "exec cat /dev/zero".into()]);
    let nothing = PoolConfig::new("/nonexistent", []);
    for (config, why) in [
        (without_models, "menshen models pull"),
        (no_worker, "ended"),
        (nothing, "not found"),
    ] {
        let Err(PoolError::NotReady(said)) = Pool::start(config).await else {
            panic!("started: {why}");
        };
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn a_worker_ends_with_its_parent_even_where_its_pipe_stays_open() {
    let Some(models) = models() else { return };
    let mut parent = Command::new("/bin/sh")
        .args(["-c", r#""$0" engine-worker --models-dir "$1"; true"#])
        .args([env!("CARGO_BIN_EXE_menshen").as_ref(), models.as_os_str()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = parent.stdout.take().unwrap();
    let mut length = [0; 4];
    out.read_exact(&mut length).unwrap();
    parent.kill().unwrap();
    parent.wait().unwrap();
    let (ended, end) = mpsc::channel();
    let reader = std::thread::Builder::new().spawn(move || {
        let read = out.read_to_end(&mut Vec::new());
        ended.send(read.is_ok())
    });
    assert_eq!(end.recv_timeout(PATIENCE), Ok(true));
    reader.unwrap().join().unwrap().unwrap();
}
