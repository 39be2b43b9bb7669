//! Plots as SVG text: bars of error rates with their bounds, and a histogram of each sign.

use std::fmt::Write as _;

use super::report::{Line, Row};
use crate::eval::plot::{WIDTH, head};

/// Bins of a histogram.
const BINS: usize = 40;

/// Returns a bar for each kind: its error rate, and a thin line up to its 95 % bound.
pub fn bars(lines: &[Line]) -> String {
    let (left, row) = (230.0, 24.0);
    let height = 60.0 + row * lines.len() as f32;
    let full = WIDTH - left - 90.0;
    let mut svg = head(
        height,
        "Error rate by kind, with its one-sided 95 % upper bound (simulated)",
    );
    for (i, line) in lines.iter().enumerate() {
        let y = 44.0 + row * i as f32;
        let colour = if line.attack { "#b3261e" } else { "#1f6f54" };
        let (rate, upper) = (line.rate as f32 * full, line.upper as f32 * full);
        let _ = writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{left}\" y=\"{:.0}\" width=\"{:.1}\" height=\"12\" fill=\"{colour}\"/>\
             <path d=\"M{left} {:.0}h{upper:.1}m0 -4v8\" stroke=\"#444\" fill=\"none\"/>\
             <text x=\"{:.1}\" y=\"{:.0}\">{}/{} ({:.1} %)</text>",
            left - 8.0,
            y + 10.0,
            line.species,
            y,
            rate.max(0.5),
            y + 6.0,
            left + upper + 6.0,
            y + 10.0,
            if line.attack {
                line.accepted
            } else {
                line.refused
            },
            line.n,
            line.upper * 100.0
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// Returns the histogram of one sign: people above, attacks below, a dashed line at the policy's limit.
pub fn histogram(sign: &str, rows: &[Row], limit: Option<f32>) -> Option<String> {
    let of = |attack: bool| {
        let rows = rows
            .iter()
            .filter(move |row| (row.species != "bona_fide") == attack);
        let values = rows.filter_map(|row| super::report::signs(&row.evidence).get(sign).copied());
        values.filter(|v| v.is_finite()).collect::<Vec<f32>>()
    };
    let (people, attacks) = (of(false), of(true));
    let mut all: Vec<f32> = people.iter().chain(&attacks).copied().collect();
    all.sort_by(f32::total_cmp);
    // The outermost hundredth is drawn at the edge, so that one wild value hides nothing.
    let at = |part: f32| {
        all.get(((all.len().max(1) - 1) as f32 * part) as usize)
            .copied()
    };
    let (low, high) = (at(0.01)?, at(0.99)?);
    let (low, high) = match limit {
        Some(limit) => (low.min(limit), high.max(limit)),
        None => (low, high),
    };
    if high <= low {
        return None;
    }
    let mut svg = head(300.0, &format!("{sign} (simulated)"));
    let (left, full) = (40.0, WIDTH - 80.0);
    for (values, name, colour, base, up) in [
        (&people, "people", "#1f6f54", 150.0, true),
        (&attacks, "attacks", "#b3261e", 152.0, false),
    ] {
        let mut counts = [0usize; BINS];
        for value in values {
            let bin = (value - low) / (high - low) * BINS as f32;
            counts[(bin.max(0.0) as usize).min(BINS - 1)] += 1;
        }
        let most = counts.iter().copied().max().unwrap_or(0).max(1) as f32;
        for (bin, count) in counts.iter().enumerate() {
            let tall = *count as f32 / most * 100.0;
            let (x, wide) = (
                left + full * bin as f32 / BINS as f32,
                full / BINS as f32 - 1.0,
            );
            let y = if up { base - tall } else { base };
            let _ = writeln!(
                svg,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{tall:.1}\" fill=\"{colour}\"/>"
            );
        }
        let y = if up { 48.0 } else { 270.0 };
        let _ = writeln!(
            svg,
            "<text x=\"{left}\" y=\"{y}\" fill=\"{colour}\">{name}, N = {}</text>",
            values.len()
        );
    }
    if let Some(limit) = limit {
        let x = left + full * (limit - low) / (high - low);
        let _ = writeln!(
            svg,
            "<path d=\"M{x:.1} 40V262\" stroke=\"#444\" stroke-dasharray=\"4 3\"/><text x=\"{x:.1}\" y=\"36\" text-anchor=\"middle\">{limit}</text>"
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{left}\" y=\"290\">{low:.3}</text><text x=\"{:.0}\" y=\"290\" text-anchor=\"end\">{high:.3}</text></svg>",
        left + full
    );
    Some(svg)
}
