//! How the tests call the binary and find what they need.
#![expect(
    clippy::disallowed_methods,
    reason = "a test finds its models and data by environment"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// What a run of the binary gave.
pub struct Run {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Run {
    /// Returns each line of standard output as JSON; every line must be one object.
    pub fn lines(&self) -> Vec<Value> {
        let parse = |line: &str| -> Value {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
        };
        self.out.lines().map(parse).collect()
    }

    /// Returns the only line of standard output as JSON, after a success.
    pub fn line(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.err);
        let mut lines = self.lines();
        assert_eq!(lines.len(), 1, "{}", self.out);
        lines.remove(0)
    }
}

/// Runs the binary.
pub fn menshen<S: AsRef<std::ffi::OsStr>>(args: &[S]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_menshen"))
        .args(args)
        .output()
        .unwrap();
    run_of(output)
}

/// Runs the binary with text on standard input.
pub fn menshen_with_input(args: &[&str], input: &str) -> Run {
    use std::io::Write;
    let mut child = Command::new(env!("CARGO_BIN_EXE_menshen"))
        .args(args)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    run_of(child.wait_with_output().unwrap())
}

fn run_of(output: Output) -> Run {
    Run {
        code: output
            .status
            .code()
            .expect("ended by itself, not by a signal"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Returns the folder of models, where the default set is there.
pub fn models() -> Option<PathBuf> {
    let folder = std::env::var_os("MENSHEN_MODELS").map_or_else(
        || {
            let home = std::env::var_os("HOME").unwrap_or_default();
            Path::new(&home).join(".local/share/menshen/models")
        },
        PathBuf::from,
    );
    if folder.join("dlib-resnet.onnx").exists() {
        return Some(folder);
    }
    println!("skipped: the default models are not installed");
    None
}

/// Returns a folder of the evaluation data beside the checkout, where it is there.
pub fn evaluation_data(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("MENSHEN_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = root.join("data").join(name);
    if folder.exists() {
        return Some(folder);
    }
    println!("skipped: ../shared is absent");
    None
}

/// Returns the codes of the reasons that block, without hints.
pub fn blocking(value: &Value) -> Vec<String> {
    let reasons = value["reasons"].as_array().expect("reasons");
    let blocking = reasons.iter().filter(|reason| reason["end"] != "hint");
    blocking
        .map(|reason| reason["code"].as_str().unwrap().to_owned())
        .collect()
}
