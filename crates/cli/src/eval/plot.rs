//! Plots as SVG text: what all evals draw alike.

use std::fmt::Write as _;

/// Width of a plot, in SVG units.
pub const WIDTH: f32 = 760.0;

/// Colours of lines and bars that stand beside each other, told apart by people who see colours otherwise (M. Okabe, K. Ito, 2008).
pub const COLOURS: [&str; 7] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000",
];

/// Returns the beginning of a plot: its ground and its title. The caller closes it with `</svg>`.
pub fn head(height: f32, title: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\">\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\
         <text x=\"{:.0}\" y=\"20\" text-anchor=\"middle\" font-size=\"14\">{}</text>\n",
        WIDTH / 2.0,
        escaped(title)
    )
}

/// Returns text as it may stand in SVG and HTML.
pub fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}

/// One line of a plot of rates over rates.
pub struct Curve {
    /// What it shows.
    pub name: String,
    /// Its colour.
    pub colour: &'static str,
    /// Is it drawn in dashes?
    pub dashed: bool,
    /// Points: a rate and a rate, both above 0.
    pub points: Vec<[f64; 2]>,
}

/// Returns curves of one rate over another, both on the scale of normal deviates (ISO/IEC 19795-1), where the scores of two normal
/// distributions give a straight line. `marks` are rates on both axes.
pub fn deviates(title: &str, names: [&str; 2], marks: [&[f64]; 2], curves: &[Curve]) -> String {
    let (left, top, right, bottom) = (70.0, 40.0, WIDTH - 20.0, 420.0);
    let key_rows = curves.len().div_ceil(2) as f32;
    let mut svg = head(bottom + 60.0 + 18.0 * key_rows, title);
    let place = |rate: f64, marks: &[f64], from: f32, to: f32| {
        let (low, high) = (deviate(marks[0]), deviate(marks[marks.len() - 1]));
        from + (to - from) * ((deviate(rate) - low) / (high - low)) as f32
    };
    let x = |rate: f64| place(rate, marks[0], left, right);
    let y = |rate: f64| place(rate, marks[1], bottom, top);
    for &mark in marks[0] {
        let at = x(mark);
        let _ = writeln!(
            svg,
            "<path d=\"M{at:.1} {top}V{bottom}\" stroke=\"#ddd\"/><text x=\"{at:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>",
            bottom + 16.0,
            percent(mark)
        );
    }
    for &mark in marks[1] {
        let at = y(mark);
        let _ = writeln!(
            svg,
            "<path d=\"M{left} {at:.1}H{right}\" stroke=\"#ddd\"/><text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            left - 6.0,
            at + 4.0,
            percent(mark)
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text><text transform=\"translate(16 {:.0}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
        (left + right) / 2.0,
        bottom + 36.0,
        escaped(names[0]),
        (top + bottom) / 2.0,
        escaped(names[1])
    );
    for (index, curve) in curves.iter().enumerate() {
        let dash = match curve.dashed {
            true => " stroke-dasharray=\"6 4\"",
            false => "",
        };
        let inside = |[a, b]: &&[f64; 2]| {
            let within = |v: f64, m: &[f64]| v >= m[0] && v <= m[m.len() - 1];
            within(*a, marks[0]) && within(*b, marks[1])
        };
        let mut way = String::new();
        for (step, [a, b]) in curve.points.iter().filter(inside).enumerate() {
            let letter = if step == 0 { 'M' } else { 'L' };
            let _ = write!(way, "{letter}{:.1} {:.1}", x(*a), y(*b));
        }
        let colour = curve.colour;
        if !way.is_empty() {
            let _ = writeln!(
                svg,
                "<path d=\"{way}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dash}/>"
            );
        }
        let (kx, ky) = (
            left + (index % 2) as f32 * 340.0,
            bottom + 58.0 + 18.0 * (index / 2) as f32,
        );
        let _ = writeln!(
            svg,
            "<path d=\"M{kx:.0} {:.0}h28\" stroke=\"{colour}\" stroke-width=\"2\"{dash}/><text x=\"{:.0}\" y=\"{ky:.0}\">{}</text>",
            ky - 4.0,
            kx + 34.0,
            escaped(&curve.name)
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// One bar of a plot: a rate with its interval.
pub struct Bar {
    /// What it shows.
    pub name: String,
    /// Its colour.
    pub colour: &'static str,
    /// The rate.
    pub rate: f64,
    /// The ends of its interval.
    pub interval: [f64; 2],
    /// What stands behind it.
    pub text: String,
}

/// Returns bars of rates with their intervals, on a logarithmic scale from `least` to 1; `mark` is drawn across, dashed.
pub fn log_bars(title: &str, least: f64, mark: Option<f64>, bars: &[Bar]) -> String {
    let (left, row, top) = (270.0, 24.0, 44.0);
    let bottom = top + row * bars.len() as f32;
    let full = WIDTH - left - 150.0;
    let mut svg = head(bottom + 30.0, title);
    let x = |rate: f64| {
        let part = 1.0 - rate.max(least).log10() / least.log10();
        left + full * part.clamp(0.0, 1.0) as f32
    };
    let mut power = least;
    while power < 1.5 {
        let _ = writeln!(
            svg,
            "<path d=\"M{0:.1} {top}V{bottom}\" stroke=\"#ddd\"/><text x=\"{0:.1}\" y=\"{1:.0}\" text-anchor=\"middle\">{2}</text>",
            x(power),
            bottom + 16.0,
            percent(power)
        );
        power *= 10.0;
    }
    for (index, bar) in bars.iter().enumerate() {
        let y = top + row * index as f32 + 4.0;
        let [low, high] = bar.interval.map(x);
        let _ = writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{left}\" y=\"{y:.0}\" width=\"{:.1}\" height=\"14\" fill=\"{}\"/>\
             <path d=\"M{low:.1} {:.0}H{high:.1}m0 -4v8M{low:.1} {:.0}v8\" stroke=\"#222\" fill=\"none\"/>\
             <text x=\"{:.1}\" y=\"{:.0}\">{}</text>",
            left - 8.0,
            y + 11.0,
            escaped(&bar.name),
            (x(bar.rate) - left).max(0.5),
            bar.colour,
            y + 7.0,
            y + 3.0,
            high.max(x(bar.rate)) + 8.0,
            y + 11.0,
            escaped(&bar.text)
        );
    }
    if let Some(mark) = mark {
        let _ = writeln!(
            svg,
            "<path d=\"M{:.1} {:.0}V{bottom}\" stroke=\"#b3261e\" stroke-dasharray=\"4 3\"/>",
            x(mark),
            top - 8.0
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// Returns a rate in percent with the digits that it needs.
pub fn percent(rate: f64) -> String {
    let percent = rate * 100.0;
    let digits = (2.0 - percent.max(1e-9).log10().floor()).clamp(0.0, 5.0) as usize;
    let text = format!("{percent:.digits$}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    format!("{text} %")
}

/// Returns the deviation below which a normal distribution has a part, with an error below 4.5e-4 (M. Abramowitz and I. Stegun, 26.2.23),
/// which no plot shows.
fn deviate(part: f64) -> f64 {
    let part = part.clamp(1e-9, 1.0 - 1e-9);
    let tail = part.min(1.0 - part);
    let t = (-2.0 * tail.ln()).sqrt();
    let above = t
        - (2.515_517 + 0.802_853 * t + 0.010_328 * t * t)
            / (1.0 + 1.432_788 * t + 0.189_269 * t * t + 0.001_308 * t * t * t);
    if part < 0.5 { -above } else { above }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviates_are_those_of_the_tables() {
        for (part, known) in [(0.5, 0.0), (0.025, -1.960), (1e-4, -3.719), (0.9, 1.2816)] {
            assert!((deviate(part) - known).abs() < 1e-3, "{part}");
        }
    }

    #[test]
    fn percents_have_the_digits_they_need() {
        let found = [1e-6, 1e-4, 0.0123, 0.5, 1.0, 0.0].map(percent);
        assert_eq!(
            found,
            ["0.0001 %", "0.01 %", "1.23 %", "50 %", "100 %", "0 %"]
        );
    }

    #[test]
    fn names_cannot_break_a_plot() {
        let svg = head(10.0, "<b>&\"");
        assert!(svg.contains("&lt;b&gt;&amp;&quot;"));
    }
}
