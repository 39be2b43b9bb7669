//! The guides that can be followed, every line of them, against a service that looks at real photos.

use crate::live::{postgres, run};

/// The commands of a guide, as they stand there.
fn commands(guide: &str) -> String {
    let blocks = guide.split("```sh\n").skip(1);
    let commands = blocks.map(|block| block.split("```").next().unwrap_or_default());
    format!("set -euo pipefail\n{}", commands.collect::<String>())
}

fn integrate(database: Option<&str>) {
    let guide = include_str!("../../../../docs/integrate.md");
    let out = run(&commands(guide), database);
    assert!(out.contains("verification.failed name_mismatch"), "{out}");
}

fn review(database: Option<&str>) {
    let guide = include_str!("../../../../docs/review.md");
    let out = run(&commands(guide), database);
    // The last line judges the file of evidence again; any that failed has ended the script.
    assert!(
        out.contains("exported") && out.ends_with("\ntrue\n"),
        "{out}"
    );
}

#[test]
fn every_line_of_the_guide_works_on_sqlite() {
    integrate(None);
}

#[test]
fn every_line_of_the_guide_works_on_postgresql() {
    if let Some(database) = postgres("integrate") {
        integrate(Some(&database));
    }
}

#[test]
fn every_line_about_review_works_on_sqlite() {
    review(None);
}

#[test]
fn every_line_about_review_works_on_postgresql() {
    if let Some(database) = postgres("review") {
        review(Some(&database));
    }
}
