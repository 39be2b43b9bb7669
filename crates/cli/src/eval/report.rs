//! The page that an auditor reads: every figure with its N, its interval, its bar and the command that makes it again.

use std::fmt::Write as _;

use serde::Serialize;

use super::html;
use super::plot::escaped;
use super::stats::Rate;

/// One thing that was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// Its name for machines, stable over versions.
    pub id: String,
    /// What it says.
    pub what: String,
    /// How often, of how many.
    pub rate: Rate,
    /// What it has to reach, where something is promised.
    pub bar: Option<Bar>,
    /// Its trials come in bundles (the characters of a zone, the pairs of a person): the interval is too narrow to compare runs by.
    pub bundled: bool,
}

/// What a rate has to reach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bar {
    /// As high as this.
    AtLeast(f64),
    /// As low as this.
    AtMost(f64),
}

impl Bar {
    /// Does a measured rate reach it?
    pub fn holds(self, rate: f64) -> bool {
        match self {
            Self::AtLeast(bar) => rate >= bar,
            Self::AtMost(bar) => rate <= bar,
        }
    }
}

/// One part of the report.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// Its name for machines.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// The data, by name and number.
    pub data: String,
    /// The command that measures it alone.
    pub command: String,
    /// The figures; none where it was not measured.
    pub figures: Vec<Figure>,
    /// Why it was not measured.
    pub missing: Option<String>,
    /// More of it as HTML: tables, plots.
    #[serde(skip)]
    pub body: String,
}

/// What the whole report is about.
#[derive(Clone, Debug, Serialize)]
pub struct Head {
    /// Version of the program.
    pub version: &'static str,
    /// Day of the measurement.
    pub day: String,
    /// Seed of everything drawn.
    pub seed: u64,
    /// Cores of the machine.
    pub cores: usize,
}

/// Returns the page; it needs nothing from outside.
pub fn page(head: &Head, parts: &[Part]) -> String {
    let mut body = format!(
        "<p>Menshen {}, on {}, {} cores, seed {}. Intervals are 95 % (Wilson) where nothing else is said. What is drawn is marked \
         SPECIMEN. This is a self-test.</p>\n",
        escaped(head.version),
        escaped(&head.day),
        head.cores,
        head.seed
    );
    for part in parts {
        write_part(&mut body, part);
    }
    html::page("Menshen: what was measured", &body)
}

fn write_part(html: &mut String, part: &Part) {
    let _ = write!(
        html,
        "<h2 id=\"{}\">{}</h2><p>{}<br><code>{}</code></p>",
        escaped(part.id),
        escaped(part.title),
        escaped(&part.data),
        escaped(&part.command)
    );
    if let Some(missing) = &part.missing {
        let _ = writeln!(
            html,
            "<p><strong>Not measured: {}</strong></p>",
            escaped(missing)
        );
    }
    if !part.figures.is_empty() {
        html.push_str("<table><tr><th>what<th>measured<th>95 % interval<th>of<th>bar</tr>");
        for figure in &part.figures {
            write_figure(html, figure);
        }
        html.push_str("</table>");
    }
    html.push_str(&part.body);
    html.push('\n');
}

fn write_figure(html: &mut String, figure: &Figure) {
    let Rate {
        hits,
        n,
        rate,
        low,
        high,
    } = figure.rate;
    let percent = |value: f64| format!("{:.2} %", value * 100.0);
    let bar = match figure.bar {
        None => String::new(),
        Some(bar) => {
            let (sign, value) = match bar {
                Bar::AtLeast(value) => ("≥", value),
                Bar::AtMost(value) => ("≤", value),
            };
            let word = match bar.holds(rate) {
                true => "reached",
                false => "<strong>missed</strong>",
            };
            format!("{sign} {}: {word}", percent(value))
        }
    };
    let _ = write!(
        html,
        "<tr><td>{}<td>{}<td>{} – {}<td>{hits} / {n}<td>{bar}</tr>",
        escaped(&figure.what),
        percent(rate),
        percent(low),
        percent(high),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(rate: Rate) -> Part {
        Part {
            id: "mrz",
            title: "Zones",
            data: "drawn <here>".to_owned(),
            command: "menshen eval mrz".to_owned(),
            figures: vec![Figure {
                id: "mrz.exact".to_owned(),
                what: "whole zones".to_owned(),
                rate,
                bar: Some(Bar::AtLeast(0.97)),
                bundled: false,
            }],
            missing: None,
            body: String::new(),
        }
    }

    const HEAD: Head = Head {
        version: "1",
        day: String::new(),
        seed: 1,
        cores: 2,
    };

    #[test]
    fn a_bar_is_said_to_be_reached_only_where_it_is() {
        assert!(page(&HEAD, &[part(Rate::of(97, 100))]).contains("reached"));
        let missed = page(&HEAD, &[part(Rate::of(96, 100))]);
        assert!(missed.contains("<strong>missed") && !missed.contains("reached"));
    }

    #[test]
    fn names_cannot_break_the_page() {
        assert!(page(&HEAD, &[part(Rate::of(1, 1))]).contains("drawn &lt;here&gt;"));
    }
}
