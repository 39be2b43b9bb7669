//! The guide of integration, every line of it, against a service that looks at real photos.

use crate::live::{postgres, run};

/// The commands of the guide, as they stand there.
fn guide() -> String {
    let text = include_str!("../../../../docs/integrate.md");
    let blocks = text.split("```sh\n").skip(1);
    let commands = blocks.map(|block| block.split("```").next().unwrap_or_default());
    format!("set -euo pipefail\n{}", commands.collect::<String>())
}

fn follow(database: Option<&str>) {
    let out = run(&guide(), database);
    assert!(out.contains("verification.failed name_mismatch"), "{out}");
}

#[test]
fn every_line_of_the_guide_works_on_sqlite() {
    follow(None);
}

#[test]
fn every_line_of_the_guide_works_on_postgresql() {
    if let Some(database) = postgres("integrate") {
        follow(Some(&database));
    }
}
