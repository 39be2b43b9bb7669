//! The long bench: `cargo run --release -p menshen-screening --example screening_bench [SEED [ENTITIES [VARIANTS [INNOCENTS]]]]`.
//! `--misses` prints some of the misses and false alerts, `--without-dates` hides the dates of birth.

#[path = "../tests/synthetic/mod.rs"]
mod synthetic;

use menshen_screening::DEFAULT_ALERT_SCORE;
use synthetic::bench::{Dates, Size, run};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let numbers: Vec<u64> = arguments
        .iter()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let size = |place: usize, usual: usize| {
        numbers
            .get(place)
            .and_then(|number| usize::try_from(*number).ok())
            .unwrap_or(usual)
    };
    let sizes = Size {
        seed: numbers.first().copied().unwrap_or(1),
        entities: size(1, 50_000),
        variants: size(2, 20_000),
        innocents: size(3, 20_000),
    };
    let dates = if has("--without-dates") {
        Dates::Hidden
    } else {
        Dates::Known
    };
    let report = run(sizes, &dates);
    println!("{sizes:?}, build {:?}", report.build);
    println!(
        "search p50 {:?}, p99 {:?}, most {:?}, n={}",
        report.percentile(0.5),
        report.percentile(0.99),
        report.percentile(1.0),
        report.times.len()
    );
    for step in 0..13 {
        let threshold = 0.72 + 0.02 * step as f32;
        let ((recall, low, high), (alerts, least, most)) =
            (report.recall(threshold), report.alerts(threshold));
        println!(
            "at {threshold:.2}: recall {recall:.2} % [{low:.2}, {high:.2}], alerts {alerts:.2} % [{least:.2}, {most:.2}]"
        );
    }
    println!(
        "alerts by namesakes at the default: {} of {}",
        report.namesakes,
        report.innocents.len()
    );
    println!("at the default of {DEFAULT_ALERT_SCORE}:");
    for (key, (share, low, high)) in report.shares(DEFAULT_ALERT_SCORE) {
        println!("  {key:24} {share:6.2} % [{low:.2}, {high:.2}]");
    }
    if has("--misses") {
        let missed = report
            .variants
            .iter()
            .filter(|variant| variant.2 < DEFAULT_ALERT_SCORE);
        for (culture, change, score, shown) in missed.take(60) {
            println!("miss {score:.2} {culture:?} {change:?} {shown}");
        }
        let alerts = report
            .innocents
            .iter()
            .filter(|innocent| innocent.1 >= DEFAULT_ALERT_SCORE);
        for (culture, score, shown) in alerts.take(60) {
            println!("alert {score:.2} {culture:?} {shown}");
        }
    }
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        status
            .lines()
            .filter(|line| line.starts_with("VmHWM"))
            .for_each(|line| println!("{line}"));
    }
}
