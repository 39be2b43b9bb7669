//! A real service in a process of its own, and a small client for it.
#![expect(
    clippy::disallowed_methods,
    reason = "a test is told by its environment where PostgreSQL is"
)]

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// How a node is started.
#[derive(Clone, Default)]
pub struct Setup {
    pub data: PathBuf,
    pub variables: Vec<(&'static str, String)>,
}

impl Setup {
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            variables: Vec::new(),
        }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Returns a command of the binary on this service's data.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_menshen"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("MENSHEN_") {
                command.env_remove(name);
            }
        }
        command.args(args).arg("--data-dir").arg(&self.data);
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        command.envs(variables).stdin(Stdio::null());
        command
    }

    /// Runs a command to its end: exit code, lines of output, standard error.
    pub fn run(&self, args: &[&str]) -> (i32, Vec<Value>, String) {
        let output = self.command(args).arg("--json").output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        let lines = out.lines().map(|line| serde_json::from_str(line).unwrap());
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().unwrap_or(-1), lines.collect(), error)
    }

    /// Runs a command that must succeed with one line.
    pub fn line(&self, args: &[&str]) -> Value {
        let (code, mut lines, error) = self.run(args);
        assert_eq!((code, lines.len()), (0, 1), "{args:?}: {error}");
        lines.remove(0)
    }
}

/// A running node. Killed when dropped.
pub struct Node {
    pub child: Child,
    pub address: SocketAddr,
    /// What it printed.
    pub greeting: Value,
    /// From its start until it was ready.
    pub ready: Duration,
    pub log: PathBuf,
    _out: BufReader<ChildStdout>,
}

impl Node {
    pub fn start(setup: &Setup) -> Self {
        Self::with(setup, &["--sandbox-only"])
    }

    /// Starts one that looks at pictures, with the models that are installed.
    pub fn with_engine(setup: &Setup) -> Self {
        Self::with(setup, &["--offline"])
    }

    fn with(setup: &Setup, own: &[&str]) -> Self {
        let log = setup.data.with_extension("log");
        let errors = File::options().create(true).append(true).open(&log);
        let usual = ["serve", "--listen", "127.0.0.1:0", "--json"];
        let args = [&usual[..], own].concat();
        let start = Instant::now();
        let mut command = setup.command(&args);
        let command = command.stdout(Stdio::piped()).stderr(errors.unwrap());
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let said = || fs::read_to_string(&log).unwrap_or_default();
        let greeting: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{}", said()));
        let address = greeting["address"].as_str().unwrap().parse().unwrap();
        let mut node = Self {
            child,
            address,
            greeting,
            ready: Duration::ZERO,
            log,
            _out: out,
        };
        while !node
            .get("", "/readyz")
            .is_ok_and(|ready| ready.status == 200)
        {
            assert!(start.elapsed() < Duration::from_secs(20), "never ready");
            wait(5);
        }
        node.ready = start.elapsed();
        node
    }

    pub fn key(&self) -> String {
        let key = self.greeting["sandbox_key"].as_str();
        key.expect("a first start").to_owned()
    }

    pub fn get(&self, key: &str, path: &str) -> io::Result<Answer> {
        call(self.address, key, "GET", path, None, &[])
    }

    /// Asks it to end.
    pub fn terminate(&self) {
        let id = Pid::from_child(&self.child);
        kill_process(id, Signal::TERM).unwrap();
    }

    /// Asks it to end and returns its exit code.
    pub fn stop(mut self) -> Option<i32> {
        self.terminate();
        self.child.wait().unwrap().code()
    }

    /// Ends it at once, as a power cut does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Where it has ended already, there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn wait(millis: u64) {
    std::thread::sleep(Duration::from_millis(millis));
}

/// An answer of the service.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// The head in small letters.
    pub head: String,
    /// The cookie that it sets, as a browser sends it back.
    pub cookie: Option<String>,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn id(&self) -> String {
        self.json()["id"].as_str().expect("an id").to_owned()
    }
}

/// Writes a request; returns the open connection.
pub fn open(
    address: SocketAddr,
    key: &str,
    method: &str,
    path: &str,
    body: &[u8],
    headers: &[(&str, &str)],
) -> io::Result<(TcpStream, String)> {
    let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    if !key.is_empty() {
        head += &format!("authorization: Bearer {key}\r\n");
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("content-length: {}\r\n\r\n", body.len());
    Ok((stream, head))
}

/// Reads an answer to its end; one that was cut is an error.
pub fn answer(mut stream: TcpStream) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8(bytes).map_err(io::Error::other)?;
    let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(cut)?;
    let cookie = head
        .lines()
        .find_map(|line| {
            line.split_once(':')
                .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
        })
        .and_then(|(_, set)| Some(set.trim().split_once(';')?.0.to_owned()));
    let head = head.to_lowercase();
    let length = head.split("content-length: ").nth(1).unwrap_or_default();
    let length = length.lines().next().and_then(|text| text.parse().ok());
    if length.is_some_and(|length: usize| length != body.len()) {
        return Err(cut());
    }
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Ok(Answer {
        status: status.ok_or_else(cut)?,
        text: body.to_owned(),
        cookie,
        head,
    })
}

/// Calls a service once.
pub fn call(
    address: SocketAddr,
    key: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
    headers: &[(&str, &str)],
) -> io::Result<Answer> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let (mut stream, head) = open(address, key, method, path, body.as_bytes(), headers)?;
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    answer(stream)
}

/// Returns an empty PostgreSQL database's address, where a server is there.
pub fn postgres() -> Option<String> {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let Ok(url) = std::env::var("MENSHEN_TEST_POSTGRES") else {
        println!("skipped: MENSHEN_TEST_POSTGRES is not set");
        return None;
    };
    let nth = MADE.fetch_add(1, Ordering::Relaxed);
    let name = format!("cli_{}_{nth}", std::process::id());
    let create = format!("CREATE DATABASE {name}");
    let made = Command::new("psql")
        .args([&url, "-q", "-c", &create])
        .status();
    assert!(made.expect("run psql").success(), "create a database");
    let (server, rest) = url.rsplit_once('/').expect("a URL with a database");
    let options = rest.split_once('?').map_or("", |(_, options)| options);
    Some(format!("{server}/{name}?{options}"))
}

/// Runs a test on a setup of its own with SQLite.
pub fn on_sqlite(work: impl FnOnce(&Setup)) {
    let folder = tempfile::tempdir().unwrap();
    work(&Setup::new(folder.path().join("data")));
}

/// Runs a test on a setup of its own with PostgreSQL, where a server is there.
pub fn on_postgresql(work: impl FnOnce(&Setup)) {
    let Some(database) = postgres() else { return };
    on_sqlite(|setup| work(&setup.clone().with("MENSHEN_DATABASE", database)));
}

/// Returns how often the crash test kills.
pub fn kills() -> u32 {
    number("MENSHEN_KILLS", 30)
}

/// Returns what a variable says of how long a test is, or how long it usually is.
pub fn number(variable: &str, usual: u32) -> u32 {
    let asked = std::env::var(variable).ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Copies the key files of a service to another.
pub fn copy_keys(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("keys")).unwrap();
    for name in ["master.key", "signing.key"] {
        fs::copy(from.join("keys").join(name), to.join("keys").join(name)).unwrap();
    }
}

/// Typed data of a fictitious person.
pub fn passport(name: &str) -> Value {
    json!({
        "document": "passport", "country": "UTO", "name": name, "birth_date": "1990-01-31",
        "sex": "F", "nationality": "UTO", "number": "L898902C3",
    })
}
