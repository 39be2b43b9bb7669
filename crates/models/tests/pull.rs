//! Pulling: verified, atomic, idempotent, resumable. No network: archives and servers are drawn.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use menshen_models::manifest::Archive;
use menshen_models::{
    Manifest, ModelStore, ModelsError, Packages, Progress, Pulled, Selection, Source, Status,
};
use support::{
    Drawn, Reply, archive_entry, manifest, member, model_entry, noise, pack, serve, wheel,
};

/// Paths and contents.
type Members<'a> = &'a [(&'a str, &'a [u8])];

const A: &[u8] = b"the network of model a";
const B: &[u8] = b"the network of model b";

fn archives() -> [(&'static str, Vec<u8>); 2] {
    let wheel = wheel(&[("alpha/a.onnx", A), ("alpha/code.py", b"raise")]);
    let pack = pack(&[("README.md", b"text"), ("model/b.onnx", B)]);
    [("alpha", wheel), ("beta", pack)]
}

fn clients() -> Drawn {
    let [(alpha, wheel), (beta, pack)] = archives();
    Drawn::new(&[(alpha, &wheel), (beta, &pack)])
}

fn two_models() -> Manifest {
    let [(_, wheel), (_, pack)] = archives();
    manifest(&[
        archive_entry("alpha", "pip", &wheel),
        archive_entry("beta", "npm", &pack),
        model_entry("a", "default", A, &member("alpha", "alpha/a.onnx")),
        model_entry("b", "default", B, &member("beta", "model/b.onnx")),
    ])
}

fn pull(store: &ModelStore, packages: &dyn Packages) -> Result<Pulled, ModelsError> {
    store.pull_with(
        packages,
        &Selection::Default,
        Source::Published,
        &mut |_| {},
    )
}

fn from(store: &ModelStore, folder: &Path) -> Result<Pulled, ModelsError> {
    let source = Source::Folder(folder);
    store.pull_with(&Drawn::default(), &Selection::All, source, &mut |_| {})
}

/// Names in the models folder, the lock aside.
fn files(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).unwrap();
    let names = names.map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|n| n != ".lock").collect();
    names.sort();
    names
}

#[test]
fn a_pull_brings_every_model_of_the_set_and_a_second_one_fetches_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = ModelStore::with_manifest(dir.path(), two_models()).unwrap();
    let packages = clients();
    assert_eq!(pull(&store, &packages).unwrap().installed, ["a", "b"]);
    assert_eq!(store.load("a").unwrap().0, A);
    assert_eq!(store.load("b").unwrap().0, B);
    assert_eq!(pull(&store, &packages).unwrap().present, ["a", "b"]);
    assert_eq!(*packages.calls.borrow(), ["alpha", "beta"]);
    assert_eq!(files(dir.path()), ["a.onnx", "b.onnx"]);
}

#[test]
fn a_damaged_model_is_brought_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = ModelStore::with_manifest(dir.path(), two_models()).unwrap();
    pull(&store, &clients()).unwrap();
    fs::write(dir.path().join("b.onnx"), b"damaged").unwrap();
    let packages = clients();
    assert_eq!(pull(&store, &packages).unwrap().installed, ["b"]);
    assert_eq!(*packages.calls.borrow(), ["beta"]);
    assert!(store.check().iter().all(|c| c.status == Status::Ok));
}

#[test]
fn an_archive_with_a_wrong_hash_is_refused_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let store = ModelStore::with_manifest(dir.path(), two_models()).unwrap();
    let mut packages = clients();
    packages
        .archives
        .insert("alpha".to_owned(), wheel(&[("alpha/a.onnx", b"evil")]));
    let answer = pull(&store, &packages);
    assert!(matches!(answer, Err(ModelsError::WrongHash { name, .. }) if name == "alpha.bin"));
    assert_eq!(files(&dir.path().join(".pull")), [""; 0]);
    assert_eq!(files(dir.path()), [".pull"]);
    // The right archive heals it.
    assert_eq!(pull(&store, &clients()).unwrap().installed, ["a", "b"]);
}

#[test]
fn a_member_that_is_longer_missing_or_other_than_promised_is_refused() {
    let cases: [(Members, &str); 3] = [
        (&[("alpha/a.onnx", &[b'x'; 100_000])], "22 bytes"),
        (&[("alpha/other.onnx", A)], "has no"),
        (&[("alpha/a.onnx", b"the NETWORK of model a")], "SHA-256"),
    ];
    for (members, said) in cases {
        for (client, bytes) in [("pip", wheel(members)), ("npm", pack(members))] {
            let dir = tempfile::tempdir().unwrap();
            let text = manifest(&[
                archive_entry("alpha", client, &bytes),
                model_entry("a", "default", A, &member("alpha", "alpha/a.onnx")),
            ]);
            let store = ModelStore::with_manifest(dir.path(), text).unwrap();
            let error = pull(&store, &Drawn::new(&[("alpha", &bytes)])).unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
            assert!(!dir.path().join("a.onnx").exists());
        }
    }
}

#[test]
fn an_archive_that_is_no_archive_is_an_error_even_with_the_right_hash() {
    for client in ["pip", "npm"] {
        let bytes = noise(5_000, 1);
        let text = manifest(&[
            archive_entry("alpha", client, &bytes),
            model_entry("a", "default", A, &member("alpha", "alpha/a.onnx")),
        ]);
        let dir = tempfile::tempdir().unwrap();
        let store = ModelStore::with_manifest(dir.path(), text).unwrap();
        let answer = pull(&store, &Drawn::new(&[("alpha", &bytes)]));
        assert!(
            matches!(answer, Err(ModelsError::Archive { .. })),
            "{answer:?}"
        );
    }
}

#[test]
fn a_folder_may_hold_the_files_or_the_packages() {
    let [(_, wheel), _] = archives();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("alpha.bin"), wheel).unwrap();
    fs::write(folder.path().join("b.onnx"), B).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let store = ModelStore::with_manifest(dir.path(), two_models()).unwrap();
    assert_eq!(from(&store, folder.path()).unwrap().installed, ["a", "b"]);

    fs::write(folder.path().join("b.onnx"), b"other").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let store = ModelStore::with_manifest(dir.path(), two_models()).unwrap();
    let answer = from(&store, folder.path());
    assert!(matches!(answer, Err(ModelsError::WrongHash { name, .. }) if name == "b.onnx"));

    fs::remove_file(folder.path().join("b.onnx")).unwrap();
    let answer = from(&store, folder.path());
    assert!(
        matches!(answer, Err(ModelsError::NotInFolder { file, .. }) if file.contains("beta.bin"))
    );
}

/// One optional model at an address; the folder of the store is given.
fn pull_address(
    dir: &Path,
    url: &str,
    bytes: &[u8],
    selection: &Selection,
) -> Result<Pulled, ModelsError> {
    let text = model_entry("far", "optional", bytes, &format!("url = \"{url}\""));
    let store = ModelStore::with_manifest(dir, manifest(&[text]))?;
    store.pull_with(&Drawn::default(), selection, Source::Published, &mut |_| {})
}

fn far() -> Selection {
    Selection::Named(vec!["far".to_owned()])
}

#[test]
fn a_cut_download_goes_on_where_it_stopped() {
    let (dir, bytes) = (tempfile::tempdir().unwrap(), noise(300_000, 2));
    let replies = [Reply::Cut(100_000), Reply::Cut(50_000), Reply::Honest];
    let (answer, asked) = serve(&bytes, &replies, |url| {
        pull_address(dir.path(), url, &bytes, &far())
    });
    assert_eq!(answer.unwrap().installed, ["far"]);
    assert_eq!(asked, [0, 100_000, 150_000]);
    assert_eq!(fs::read(dir.path().join("far.onnx")).unwrap(), bytes);
}

#[test]
fn a_later_pull_goes_on_where_an_earlier_one_stopped() {
    let (dir, bytes) = (tempfile::tempdir().unwrap(), noise(300_000, 3));
    let replies = [Reply::Cut(100_000), Reply::Status(404)];
    let (answer, _) = serve(&bytes, &replies, |url| {
        pull_address(dir.path(), url, &bytes, &far())
    });
    assert!(answer.unwrap_err().to_string().contains("404"));
    assert_eq!(files(dir.path()), [".pull"]);
    let (answer, asked) = serve(&bytes, &[Reply::Honest], |url| {
        pull_address(dir.path(), url, &bytes, &far())
    });
    assert_eq!(answer.unwrap().installed, ["far"]);
    assert_eq!(asked, [100_000]);
}

#[test]
fn a_server_without_ranges_or_in_trouble_still_serves() {
    let (dir, bytes) = (tempfile::tempdir().unwrap(), noise(200_000, 4));
    let replies = [Reply::Status(503), Reply::Cut(70_000), Reply::Everything];
    let (answer, _) = serve(&bytes, &replies, |url| {
        pull_address(dir.path(), url, &bytes, &far())
    });
    assert_eq!(answer.unwrap().installed, ["far"]);
    assert_eq!(fs::read(dir.path().join("far.onnx")).unwrap(), bytes);
}

#[test]
fn wrong_bytes_from_an_address_are_refused_and_not_kept() {
    let (dir, bytes) = (tempfile::tempdir().unwrap(), noise(10_000, 5));
    let mut evil = bytes.clone();
    evil[9_999] ^= 1;
    let (answer, _) = serve(&evil, &[Reply::Honest], |url| {
        pull_address(dir.path(), url, &bytes, &far())
    });
    assert!(matches!(answer, Err(ModelsError::WrongHash { name, .. }) if name == "served.bin"));
    assert_eq!(files(&dir.path().join(".pull")), [""; 0]);

    let longer = noise(10_001, 5);
    let (answer, _) = serve(&longer, &[Reply::Honest], |url| {
        pull_address(dir.path(), url, &bytes, &far())
    });
    assert!(
        answer
            .unwrap_err()
            .to_string()
            .contains("longer than 10000 bytes")
    );

    let replies = [Reply::Cut(5_000), Reply::OtherRange];
    let (answer, _) = serve(&bytes, &replies, |url| {
        pull_address(dir.path(), url, &bytes, &far())
    });
    assert!(answer.unwrap_err().to_string().contains("another range"));
    assert!(!dir.path().join("far.onnx").exists());
}

#[test]
fn one_optional_model_that_cannot_be_had_does_not_stop_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("b.onnx"), B).unwrap();
    let [(_, wheel), (_, pack)] = archives();
    let text = manifest(&[
        archive_entry("alpha", "pip", &wheel),
        archive_entry("beta", "npm", &pack),
        model_entry("a", "optional", A, &member("alpha", "alpha/a.onnx")),
        model_entry("b", "optional", B, &member("beta", "model/b.onnx")),
    ]);
    let store = ModelStore::with_manifest(dir.path(), text).unwrap();
    let pulled = from(&store, folder.path()).unwrap();
    assert_eq!(
        (pulled.installed, pulled.failed.len()),
        (vec!["b".to_owned()], 1)
    );
    assert_eq!(pulled.failed[0].0, "a");
    assert_eq!(files(dir.path()), ["b.onnx"]);
}

/// Brings "alpha", and hangs with half of "beta" on disk.
struct HalfWay;

impl Packages for HalfWay {
    fn fetch(&self, archive: &Archive, into: &Path) -> Result<(), ModelsError> {
        let all = clients();
        if archive.package == "alpha" {
            return all.fetch(archive, into);
        }
        let bytes = &all.archives[&archive.package];
        fs::write(into.join(&archive.file), &bytes[..bytes.len() / 2]).unwrap();
        hang()
    }
}

/// Tells the parent that the moment has come, and waits to be killed.
fn hang() -> ! {
    println!("\nhanging");
    loop {
        std::thread::park();
    }
}

/// Not a test of its own: `killed_while` runs it in a process of its own, and kills that.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how a test tells its child process what to do"
)]
fn child_of_the_kill_tests() {
    let (Ok(dir), Ok(moment)) = (std::env::var("KILL_DIR"), std::env::var("KILL_MOMENT")) else {
        return;
    };
    let store = ModelStore::with_manifest(dir, two_models()).unwrap();
    let progress = &mut |progress: Progress| {
        if moment == "converting" && matches!(progress, Progress::Converting { .. }) {
            hang();
        }
    };
    store
        .pull_with(&HalfWay, &Selection::Default, Source::Published, progress)
        .unwrap();
}

fn killed_while(moment: &str, dir: &Path) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_of_the_kill_tests", "--nocapture"])
        .env("KILL_DIR", dir)
        .env("KILL_MOMENT", moment)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(
        lines.any(|line| line.unwrap() == "hanging"),
        "the child did not get that far"
    );
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn an_archive_that_arrived_before_a_kill_is_not_fetched_again() {
    let dir = tempfile::tempdir().unwrap();
    killed_while("converting", dir.path());
    assert_eq!(
        files(dir.path()),
        [".pull"],
        "nothing half-written beside the models"
    );
    let store = ModelStore::with_manifest(dir.path(), two_models()).unwrap();
    let packages = clients();
    assert_eq!(pull(&store, &packages).unwrap().installed, ["a", "b"]);
    assert_eq!(*packages.calls.borrow(), ["beta"]);
}

#[test]
fn half_an_archive_left_by_a_kill_is_fetched_again() {
    let dir = tempfile::tempdir().unwrap();
    killed_while("fetching", dir.path());
    assert_eq!(files(dir.path()), [".pull", "a.onnx"]);
    let store = ModelStore::with_manifest(dir.path(), two_models()).unwrap();
    assert_eq!(store.load("a").unwrap().0, A);
    let packages = clients();
    assert_eq!(pull(&store, &packages).unwrap().installed, ["b"]);
    assert_eq!(*packages.calls.borrow(), ["beta"]);
    assert_eq!(files(dir.path()), ["a.onnx", "b.onnx"]);
}
