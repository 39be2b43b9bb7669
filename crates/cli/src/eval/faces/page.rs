//! The reports as a page that an auditor can read.

use std::fmt::Write as _;

use menshen_calibration::Interval;
use menshen_specimen::PrintedPortrait;

use super::measure::REPLICATES;
use super::report::{Condition, Report, Scope, Score};
use crate::eval::html;
use crate::eval::plot::{self, Bar, COLOURS, Curve, escaped};

/// Returns the whole page.
pub fn page(reports: &[Report], unreadable: usize, unsure: [usize; 2]) -> String {
    html::page("Face comparison", &fragment(reports, unreadable, unsure))
}

/// Returns what the page shows, without head and foot, to stand beside other evals.
pub fn fragment(reports: &[Report], unreadable: usize, unsure: [usize; 2]) -> String {
    let mut body = intro(reports, unreadable, unsure);
    for condition in [Condition::Clean, Condition::Portrait] {
        let of = |scope| select(reports, condition, scope);
        let _ = writeln!(body, "<h2>{}</h2>", upper(condition.words()));
        let everybody = of(Scope::Everybody);
        body.push_str(&everybody_table(&everybody));
        body.push_str(&det(condition, Scope::Everybody, &everybody));
        body.push_str(&group_bars(condition, &everybody));
        let half = of(Scope::OtherHalf);
        body.push_str(&half_table(&half));
        body.push_str(&det(condition, Scope::OtherHalf, &half));
    }
    body
}

fn select(reports: &[Report], condition: Condition, scope: Scope) -> Vec<&Report> {
    let all = reports.iter();
    all.filter(|report| report.condition == condition && report.scope == scope)
        .collect()
}

fn intro(reports: &[Report], unreadable: usize, unsure: [usize; 2]) -> String {
    let Some(first) = reports.iter().find(|r| r.scope == Scope::Everybody) else {
        return String::new();
    };
    let PrintedPortrait { face, blur, jpeg } = PrintedPortrait::USUAL;
    let [width, height] = face;
    let [clean, portrait] = unsure;
    format!(
        "<p>Measured by <code>menshen eval faces</code> on {}: {} people, {} images, {} genuine and {} impostor pairs: every two images \
         are compared. {unreadable} files could not be read or show no face at all. In {clean} clean and {portrait} degraded images no \
         mesh confirms the face; they are scored all the same.</p>\
         <p>A pair matches at or above a threshold. FMR is the part of the pairs of two people that match, FNMR the part of the pairs \
         of one person that do not (ISO/IEC 19795-1). Intervals in brackets hold 95 % of {REPLICATES} replicates in which the people \
         were drawn anew, with replacement.</p>\
         <p>AS-norm: s' = ((s - m<sub>a</sub>) / d<sub>a</sub> + (s - m<sub>b</sub>) / d<sub>b</sub>) / 2, with mean and deviation of \
         the {} highest scores of each image with a cohort, one image a person. Neither person of a pair is in its cohort. A plus sign \
         is a weighted sum of two embedders' standardised scores.</p>\
         <p>As a document's portrait: the second image of each pair is made smaller until its face is within {width} x {height} pixels \
         (never larger), blurred with a Gaussian of {blur} pixels, and coded as JPEG of quality {jpeg}.</p>\n",
        escaped(&first.dataset),
        first.people,
        first.images,
        first.genuine_pairs,
        first.impostor_pairs,
        menshen_calibration::TOP,
    )
}

fn everybody_table(reports: &[&Report]) -> String {
    let mut rows = String::new();
    for report in reports {
        let _ = write!(rows, "<tr><td>{}</td>", named(report));
        let accuracy = report.accuracy.as_ref();
        cell(
            &mut rows,
            accuracy.map(|a| format!("{:.2} %", a.rate * 100.0)),
        );
        for point in &report.points {
            let text = with(point.fnmr.rate, &point.fnmr_at_fmr_95);
            let threshold = format!("<br><small>from {:.3}</small>", point.threshold);
            cell(&mut rows, Some(text + &threshold));
        }
        let group = report.east_asian.as_ref();
        let at = |fmr: f64| group.and_then(|g| g.points.iter().find(|p| p.global_fmr == fmr));
        cell(&mut rows, at(1e-4).map(|p| with(p.fmr.rate, &p.fmr_95)));
        cell(&mut rows, at(1e-4).map(|p| with(p.fnmr.rate, &p.fnmr_95)));
        cell(
            &mut rows,
            at(1e-3).map(|p| with(p.fnmr_at_own_fmr.rate, &p.fnmr_at_own_fmr_95)),
        );
        rows.push_str("</tr>\n");
    }
    let group = reports.iter().find_map(|report| report.east_asian.as_ref());
    let group = group.map_or(String::new(), |g| {
        format!(
            " The East Asian cut has {} people, {} images, {} genuine and {} impostor pairs.",
            g.people, g.images, g.genuine_pairs, g.impostor_pairs
        )
    });
    format!(
        "<h3>All people</h3><p>Each pair of a normalised score has everybody else as its cohort. Weights of a sum were found on one half \
         of the people, who are judged here, too.{group}</p>\
         <table><tr><th rowspan=\"2\">score<th rowspan=\"2\">accuracy<th colspan=\"3\">FNMR at FMR<th colspan=\"2\">East Asian cut at \
         the threshold of all people at FMR 1e-4<th>East Asian cut<tr><th>1e-2<th>1e-3<th>1e-4<th>FMR<th>FNMR<th>FNMR at its own FMR \
         1e-3</tr>\n{rows}</table>\n"
    )
}

fn half_table(reports: &[&Report]) -> String {
    let mut rows = String::new();
    for report in reports {
        let _ = write!(rows, "<tr><td>{}</td>", named(report));
        for point in &report.points {
            cell(
                &mut rows,
                Some(with(point.fnmr.rate, &point.fnmr_at_fmr_95)),
            );
        }
        for fmr in [1e-3, 1e-4] {
            let point = report.points.iter().find(|point| point.fmr == fmr);
            let set = point.and_then(|point| point.set_elsewhere.as_ref());
            cell(&mut rows, set.map(|s| with(s.fmr.rate, &s.fmr_95)));
            cell(&mut rows, set.map(|s| with(s.fnmr.rate, &s.fnmr_95)));
        }
        rows.push_str("</tr>\n");
    }
    let counts = reports.first().map_or(String::new(), |report| {
        format!(
            "{} people, {} images, {} genuine and {} impostor pairs are judged.",
            report.people, report.images, report.genuine_pairs, report.impostor_pairs
        )
    });
    format!(
        "<h3>One half of the people, with weights, cohort and thresholds of the other</h3><p>{counts} Nobody who is judged has had a part \
         in what they are judged by.</p><table><tr><th rowspan=\"2\">score<th colspan=\"3\">FNMR at FMR of this half<th colspan=\"2\">at \
         the other half's threshold for FMR 1e-3<th colspan=\"2\">for FMR 1e-4<tr><th>1e-2<th>1e-3<th>1e-4<th>FMR<th>FNMR<th>FMR<th>FNMR\
         </tr>\n{rows}</table>\n"
    )
}

fn det(condition: Condition, scope: Scope, reports: &[&Report]) -> String {
    let curves: Vec<Curve> = reports
        .iter()
        .map(|report| Curve {
            name: report.way(),
            colour: colour(report, reports),
            dashed: report.score == Score::Raw,
            points: report.det.iter().map(|p| [p.fmr, p.fnmr]).collect(),
        })
        .collect();
    plot::deviates(
        &format!("DET: {}; {}", condition.words(), scope.words()),
        ["false match rate", "false non-match rate"],
        [
            &[1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1],
            &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6],
        ],
        &curves,
    )
}

/// One colour for each embedder or sum, raw and normalised alike.
fn colour(report: &Report, among: &[&Report]) -> &'static str {
    let mut models: Vec<&str> = among.iter().map(|report| &*report.model).collect();
    models.dedup();
    let place = models.iter().position(|model| *model == report.model);
    COLOURS[place.unwrap_or(0) % COLOURS.len()]
}

fn group_bars(condition: Condition, reports: &[&Report]) -> String {
    const GLOBAL: f64 = 1e-4;
    let bars: Vec<Bar> = reports
        .iter()
        .filter_map(|report| {
            let group = report.east_asian.as_ref()?;
            let point = group.points.iter().find(|p| p.global_fmr == GLOBAL)?;
            Some(Bar {
                name: report.way(),
                colour: colour(report, reports),
                rate: point.fmr.rate,
                interval: [point.fmr_95.low, point.fmr_95.high],
                text: format!("{} ({})", plot::percent(point.fmr.rate), point.fmr.hits),
            })
        })
        .collect();
    match bars.is_empty() {
        true => String::new(),
        false => {
            let condition = condition.words();
            let title = format!(
                "FMR among the East Asian cut where all people have 0.01 % (dashed); {condition}"
            );
            plot::log_bars(&title, 1e-5, Some(GLOBAL), &bars)
        }
    }
}

fn named(report: &Report) -> String {
    let mut name = escaped(&report.way());
    if let Some(weights) = &report.weights {
        let weights: Vec<String> = weights.iter().map(|w| format!("{w:.1}")).collect();
        let _ = write!(name, "<br><small>weights {}</small>", weights.join(" : "));
    }
    if let Some(people) = report.cohort_people {
        let _ = write!(name, "<br><small>cohort of {people} people</small>");
    }
    name
}

fn with(rate: f64, interval: &Interval) -> String {
    format!(
        "{}<br><small>[{}, {}]</small>",
        plot::percent(rate),
        plot::percent(interval.low),
        plot::percent(interval.high)
    )
}

fn cell(row: &mut String, text: Option<String>) {
    let _ = write!(row, "<td>{}</td>", text.as_deref().unwrap_or("-"));
}

fn upper(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
