//! Progress bars, on standard error, only where a person watches.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Returns a bar over `n` steps of `what`.
pub fn bar(n: u64, what: &'static str) -> ProgressBar {
    const TEMPLATE: &str = "{msg:>10} {wide_bar} {pos}/{len} {per_sec} {eta} left";
    let style = ProgressStyle::with_template(TEMPLATE).expect("the template is a constant");
    let bar = ProgressBar::new(n).with_style(style).with_message(what);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
