//! The confusion table as HTML: a heat map of codes by degradation and strength.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::table::{Expected, NONE, Report, Row};
use crate::eval::html;
use crate::eval::plot::escaped;

/// Returns a page of its own.
pub fn page(report: &Report) -> String {
    html::page(
        "Reason codes by degradation and strength",
        &fragment(report),
    )
}

/// Returns what a page about this measurement shows, without the page around it.
pub fn fragment(report: &Report) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<p>Data set {}, policy {}, {}.</p>",
        escaped(&report.dataset),
        escaped(&report.policy),
        escaped(report.text)
    );
    figures(&mut out, report);
    heat(&mut out, report);
    out
}

fn figures(out: &mut String, report: &Report) {
    out.push_str("<table style=\"border-collapse:collapse\">\n");
    for (what, rate) in report.figures() {
        let _ = writeln!(
            out,
            "<tr><td style=\"padding:.1rem 1.5rem .1rem 0\">{what}</td><td style=\"padding:.1rem 1rem;text-align:right\">\
             <b>{:.1}&nbsp;%</b></td><td style=\"padding:.1rem 1rem\">{} of {}</td>\
             <td>95&nbsp;% interval {:.1} to {:.1}&nbsp;%</td></tr>",
            rate.rate * 100.0,
            rate.hits,
            rate.n,
            rate.low * 100.0,
            rate.high * 100.0
        );
    }
    out.push_str("</table>\n");
    if let Some((name, rate)) = &report.weakest {
        let _ = writeln!(
            out,
            "<p>Least often named beyond its limit: {}, {} of {}.</p>",
            escaped(name),
            rate.hits,
            rate.n
        );
    }
}

fn heat(out: &mut String, report: &Report) {
    let codes: BTreeSet<&str> = (report.rows.iter())
        .flat_map(|row| row.codes.keys().copied())
        .filter(|code| *code != NONE)
        .collect();
    out.push_str(
        "<p>Each cell: the share of pages (documents below \u{201c}wrong\u{201d}) with that code. Green is what is expected, red what is \
         not, grey where the documented limit leaves it open. Codes may stand together, so that rows can add up to more than one.</p>\n\
         <table style=\"border-collapse:collapse;font-size:13px\">\n<thead><tr style=\"vertical-align:bottom\">\
         <th style=\"text-align:left\">degradation</th><th style=\"padding:0 .6rem\">expected</th><th>N</th>\
         <th style=\"padding:0 .6rem\">right</th>",
    );
    for code in [NONE].into_iter().chain(codes.iter().copied()) {
        let short = code.strip_prefix("doc_").unwrap_or(code);
        let _ = write!(
            out,
            "<th style=\"writing-mode:vertical-rl;transform:rotate(180deg);font-weight:500;padding:.3rem 0\">{}</th>",
            escaped(short)
        );
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    let mut last = "";
    for row in &report.rows {
        let edge = match row.name == last {
            true => "",
            false => "border-top:1px solid #bbb",
        };
        last = &row.name;
        let _ = write!(
            out,
            "<tr style=\"{edge}\"><td style=\"white-space:nowrap\" title=\"{}\">{}</td>\
             <td style=\"padding:0 .6rem\">{}</td><td style=\"text-align:right\">{}</td>\
             <td style=\"text-align:right;padding:0 .6rem\">{}</td>",
            escaped(row.unit),
            escaped(&row.label()),
            row.grade.word(),
            row.n,
            row.right.map_or("\u{2013}".to_owned(), |right| format!(
                "{:.0}&nbsp;%",
                right.rate * 100.0
            )),
        );
        for code in [NONE].into_iter().chain(codes.iter().copied()) {
            cell(out, row, code);
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table>\n");
}

fn cell(out: &mut String, row: &Row, code: &str) {
    let count = row.codes.get(code).copied().unwrap_or(0);
    if count == 0 {
        out.push_str("<td style=\"border:1px solid #eee;min-width:2.1rem\"></td>");
        return;
    }
    let share = count as f64 / row.n.max(1) as f64;
    let colour = match verdict(row, code) {
        Some(true) => "34,139,84",
        Some(false) => "200,48,40",
        None => "120,120,130",
    };
    let ink = if share > 0.55 { "#fff" } else { "#1c1c22" };
    let _ = write!(
        out,
        "<td style=\"border:1px solid #eee;min-width:2.1rem;text-align:center;background:rgba({colour},{:.2});color:{ink}\" \
         title=\"{} of {}\">{:.0}</td>",
        0.12 + 0.88 * share,
        count,
        row.n,
        share * 100.0
    );
}

/// Tells whether a code is what is expected of a row; `None` where nothing is.
fn verdict(row: &Row, code: &str) -> Option<bool> {
    let due = row.due.contains(&code);
    match row.grade {
        Expected::Clean | Expected::Free => Some(code == NONE),
        Expected::Due | Expected::Wrong => Some(due),
        Expected::Between if due || code == NONE || row.due.is_empty() => None,
        Expected::Between => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use menshen_core::ReasonCode;

    use super::super::table::Table;
    use super::*;

    #[test]
    fn what_is_expected_is_green_and_what_is_not_is_red() {
        let mut table = Table::default();
        let mut add = |value: &str, codes: &[ReasonCode]| {
            table
                .page(Some(("blur", value)), codes)
                .expect("a known one");
        };
        add("5", &[ReasonCode::DocBlurred]);
        add("5", &[ReasonCode::DocGlare]);
        let html = fragment(&table.report("<drawn>".to_owned(), "1".to_owned(), "read"));
        let row = html
            .lines()
            .find(|line| line.contains("blur=5"))
            .expect("the row");
        assert_eq!(row.matches("rgba(34,139,84").count(), 1, "{row}");
        assert_eq!(row.matches("rgba(200,48,40").count(), 1, "{row}");
        assert!(html.contains("&lt;drawn&gt;") && !html.contains("<drawn>"));
    }
}
