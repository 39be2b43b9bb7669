//! What a process can still do that is isolated as a worker is.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

/// Cargo builds examples beside the tests.
fn example() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let profile = tests.parent().unwrap().parent().unwrap();
    profile.join("examples/isolated")
}

#[test]
fn an_isolated_process_computes_and_does_nothing_else() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let folder = std::env::temp_dir().join(format!("menshen-isolated-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("secret");
    std::fs::write(&file, "secret").unwrap();
    let output = Command::new(example())
        .arg(port)
        .args([&folder, &file])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let left = std::fs::read_dir(&folder).unwrap().count();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(output.status.success(), "{}: {said}", output.status);
    // Kernels differ in landlock; the filter of system calls must stand on all that we test on.
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| !line.starts_with("missing: landlock"))
        .collect();
    let lines: Vec<&str> = lines
        .into_iter()
        .filter(|line| !line.starts_with("before: create"))
        .collect();
    let refused = ["connect", "send", "create", "read", "list", "remove", "run"];
    let mut expected = vec!["before: read done".to_owned()];
    for who in ["main", "thread"] {
        expected.extend(refused.map(|what| format!("{who}: {what} refused")));
    }
    expected.push("after: work done".to_owned());
    assert_eq!(lines, expected);
    assert!(
        left <= 2,
        "nothing but what landlock may be too old to refuse"
    );
}
