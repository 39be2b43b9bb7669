//! A service that looks at real photos, in a process of its own, and scripts that call it.
#![expect(
    clippy::disallowed_methods,
    reason = "a test is told by its environment where models and PostgreSQL are"
)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

const MENSHEN: &str = env!("CARGO_BIN_EXE_menshen");

/// A service in a process of its own; it ends with this.
struct Service {
    child: Child,
    greeting: Value,
}

impl Service {
    fn start(folder: &Path, database: Option<&str>) -> Self {
        let mut command = Command::new(MENSHEN);
        command
            .args([
                "serve",
                "--json",
                "--offline",
                "--listen",
                "127.0.0.1:0",
                "--data-dir",
            ])
            .arg(folder.join("data"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if let Some(database) = database {
            command.env("MENSHEN_DATABASE", database);
        }
        let mut child = command.spawn().expect("start menshen serve");
        let mut line = String::new();
        let out = child.stdout.take().expect("its output is a pipe");
        BufReader::new(out)
            .read_line(&mut line)
            .expect("read the greeting");
        let greeting = serde_json::from_str(&line).expect("one JSON object");
        Self { child, greeting }
    }

    fn said(&self, key: &str) -> &str {
        self.greeting[key]
            .as_str()
            .expect("a string of the greeting")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a script of bash against a fresh service with a drawn person; returns what it printed.
pub fn run(script: &str, database: Option<&str>) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let drawn = Command::new(MENSHEN)
        .args(["verify", "--sample", "--json", "--offline"])
        .output()
        .expect("draw the sample");
    assert!(drawn.status.success());
    let service = Service::start(folder.path(), database);
    let mut bash = Command::new("bash");
    if let Some(database) = database {
        bash.env("MENSHEN_DATABASE", database);
    }
    let done = bash
        .args(["-c", script])
        .current_dir(folder.path())
        .env("MENSHEN", service.said("url"))
        .env("SETUP", service.said("setup"))
        .env("SANDBOX", service.said("sandbox_key"))
        .env("PERSON", own_person(folder.path()))
        .env("PATH", with_menshen())
        .output()
        .expect("run bash");
    let out = String::from_utf8_lossy(&done.stdout).into_owned();
    let err = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{out}\n{err}");
    out
}

/// Makes an empty database on PostgreSQL, where one is there, and returns its address.
pub fn postgres(prefix: &str) -> Option<String> {
    let Ok(url) = std::env::var("MENSHEN_TEST_POSTGRES") else {
        println!("skipped: MENSHEN_TEST_POSTGRES is not set");
        return None;
    };
    let name = format!("{prefix}_{}", std::process::id());
    let made = Command::new("psql")
        .args([&url, "-q", "-c", &format!("CREATE DATABASE {name}")])
        .status()
        .expect("run psql");
    assert!(made.success());
    let (server, _) = url.rsplit_once('/').expect("a URL with a database");
    Some(format!("{server}/{name}"))
}

/// The search path with the command in front, as it is where it was installed.
fn with_menshen() -> std::ffi::OsString {
    let own = Path::new(MENSHEN).parent().expect("a file in a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(own.to_path_buf()).chain(std::env::split_paths(&path));
    std::env::join_paths(all).expect("folders without a separator in their names")
}

/// Copies the drawn person: other tests draw theirs in the same folder meanwhile.
fn own_person(folder: &Path) -> std::path::PathBuf {
    let own = folder.join("person");
    std::fs::create_dir(&own).expect("make a folder");
    for file in std::fs::read_dir(drawn_person()).expect("read the drawn person") {
        let file = file.expect("read an entry");
        std::fs::copy(file.path(), own.join(file.file_name())).expect("copy a file");
    }
    own
}

/// Where `menshen verify --sample` keeps what it has drawn.
fn drawn_person() -> std::path::PathBuf {
    let folder = menshen_models::ModelStore::default_dir(|name| std::env::var_os(name));
    let folder = std::env::var_os("MENSHEN_MODELS")
        .map(Into::into)
        .or(folder.ok());
    folder
        .expect("a folder of models")
        .join("samples")
        .join("drawn")
}
