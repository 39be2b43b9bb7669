//! Scores at rates that no calibration has measured: the impostors' tail, taken for that of a normal distribution.

use super::{Calibration, MEASURED};

/// Smallest rate that is asked for: one false match in as many pairs as a billion people make in a search each.
const LEAST: f64 = 1e-18;

impl Calibration {
    /// Returns the score that a part of all impostor pairs reaches, in steps of 0.0001.
    ///
    /// Between the measured rates it lies on the line between their scores, by the deviation at which a normal
    /// distribution has that rate; below the smallest it goes on along the steeper of the two lines. That is an
    /// extrapolation: it asks for more than the measured points, never for less. No rate asks for less than the largest
    /// measured one.
    pub fn score_at(&self, rate: f64) -> f32 {
        let at = deviation(rate.clamp(LEAST, MEASURED[0]));
        let [a, b, c] = MEASURED.map(deviation);
        let scores = self.scores().map(f64::from);
        let first = (scores[1] - scores[0]) / (b - a);
        let second = (scores[2] - scores[1]) / (c - b);
        let score = if at <= b {
            scores[0] + first * (at - a)
        } else if at <= c {
            scores[1] + second * (at - b)
        } else {
            scores[2] + first.max(second) * (at - c)
        };
        // Libraries differ in the last bits of a logarithm, and a decision must follow on every machine.
        ((score * 1e4).round() / 1e4) as f32
    }
}

/// Returns the deviation above which a normal distribution has a part; for parts of 0.01 and less.
fn deviation(part: f64) -> f64 {
    let (mut low, mut high) = (2.0, 10.0);
    let wanted = part.ln();
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if log_above(middle) > wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// Returns the logarithm of the part above a deviation of 2 or more: density over Laplace's continued fraction.
fn log_above(x: f64) -> f64 {
    let fraction = (1..=100).rev().fold(x, |rest, n| x + f64::from(n) / rest);
    -x * x / 2.0 - (2.0 * std::f64::consts::PI).ln() / 2.0 - fraction.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calibration() -> Calibration {
        Calibration {
            dataset: "drawn".to_owned(),
            genuine_pairs: 1,
            impostor_pairs: 1,
            fmr_1e2: 0.2,
            fmr_1e3: 0.3,
            fmr_1e4: 0.4,
            fnmr: None,
            scores_95: None,
        }
    }

    #[test]
    fn deviations_are_those_of_the_tables() {
        for (part, known) in [
            (1e-2, 2.326_348),
            (1e-3, 3.090_232),
            (1e-4, 3.719_016),
            (1e-6, 4.753_424),
            (1e-9, 5.997_807),
            (1e-15, 7.941_345),
        ] {
            let found = deviation(part);
            assert!((found - known).abs() < 1e-5, "{part}: {found}");
        }
    }

    #[test]
    fn measured_points_are_kept_and_rarer_ones_ask_for_more() {
        let calibration = calibration();
        let at = |rate| calibration.score_at(rate);
        assert_eq!([at(1e-2), at(1e-3), at(1e-4)], [0.2, 0.3, 0.4]);
        // 0.1 over 0.6288 deviations, and 1.0344 deviations further.
        assert_eq!(at(1e-6), 0.5645);
        assert_eq!([at(1.0), at(f64::NAN.max(0.5))], [0.2, 0.2]);
        let mut last = 0.0;
        for step in 0..60 {
            let score = at(10_f64.powf(-f64::from(step) / 4.0));
            assert!(score >= last, "{step}");
            last = score;
        }
    }
}
