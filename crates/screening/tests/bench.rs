//! The bench in small: the long one is the example `screening_bench`, its figures are in `docs/screening.md`.

mod synthetic;

use menshen_screening::DEFAULT_ALERT_SCORE;
use synthetic::bench::{Dates, Size, run};

/// A seed that nothing was tuned on.
const SEED: u64 = 1_001;

#[test]
fn listed_people_are_found_and_innocents_are_left_alone() {
    let size = Size {
        entities: 10_000,
        variants: 1_500,
        innocents: 1_500,
        seed: SEED,
    };
    let report = run(size, &Dates::Known);
    let (recall, ..) = report.recall(DEFAULT_ALERT_SCORE);
    let (alerts, ..) = report.alerts(DEFAULT_ALERT_SCORE);
    println!(
        "recall {recall:.2} %, alerts {alerts:.2} % ({} namesakes), p99 {:?}, build {:?}",
        report.namesakes,
        report.percentile(0.99),
        report.build
    );
    for (key, (share, low, high)) in report.shares(DEFAULT_ALERT_SCORE) {
        println!("{key}: {share:.2} % [{low:.2}, {high:.2}]");
    }
    let (names_only, ..) = run(
        Size {
            variants: 300,
            innocents: 300,
            ..size
        },
        &Dates::Hidden,
    )
    .recall(DEFAULT_ALERT_SCORE);
    println!("recall without dates of birth {names_only:.2} %");
    assert!(recall >= 97.5, "{recall}");
    assert!(alerts <= 2.0, "{alerts}");
    assert!(
        report.percentile(0.99).as_millis() < 100,
        "{:?}",
        report.percentile(0.99)
    );
}
