//! Proportions with intervals.

use serde::Serialize;

/// A proportion with its 95 % Wilson interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// Events counted.
    pub hits: u64,
    /// Trials.
    pub n: u64,
    /// `hits / n`; 0 where nothing was tried.
    pub rate: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval; 1 where nothing was tried.
    pub high: f64,
}

impl Rate {
    /// Returns the rate and its Wilson score interval (E. B. Wilson, 1927) at z = 1.96.
    pub fn of(hits: u64, n: u64) -> Self {
        if n == 0 {
            return Self {
                hits,
                n,
                rate: 0.0,
                low: 0.0,
                high: 1.0,
            };
        }
        const Z: f64 = 1.96;
        let (count, p) = (n as f64, hits as f64 / n as f64);
        let spread = Z * ((p * (1.0 - p) + Z * Z / (4.0 * count)) / count).sqrt();
        let centre = p + Z * Z / (2.0 * count);
        let scale = 1.0 + Z * Z / count;
        let low = ((centre - spread) / scale).max(0.0);
        let high = ((centre + spread) / scale).min(1.0);
        Self {
            hits,
            n,
            rate: p,
            low,
            high,
        }
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let percent = |value: f64| value * 100.0;
        write!(
            f,
            "{:.2} % [{:.2}, {:.2}] ({}/{})",
            percent(self.rate),
            percent(self.low),
            percent(self.high),
            self.hits,
            self.n
        )
    }
}

/// Returns the one-sided 95 % upper bound of a proportion (C. Clopper and E. Pearson, 1934): the largest one under which as
/// few events as these are seen in one case of twenty. 1 where nothing was tried.
pub fn clopper_pearson_upper(hits: u64, n: u64) -> f64 {
    if hits >= n {
        return 1.0;
    }
    // Likelihood of at most `hits` events, added up from the logarithm of each term.
    let at_most = |p: f64| {
        let mut term = n as f64 * (1.0 - p).ln();
        let mut sum = term.exp();
        for k in 1..=hits {
            term += ((n - k + 1) as f64 / k as f64).ln() + (p / (1.0 - p)).ln();
            sum += term.exp();
        }
        sum
    };
    let (mut low, mut high) = (hits as f64 / n as f64, 1.0 - 1e-12);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        match at_most(middle.max(1e-15)) > 0.05 {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_bound_is_that_of_the_tables() {
        // None of n: 1 - 0.05^(1/n). One of 20: 0.2161 (any table of exact binomial limits).
        let close = |a: f64, b: f64| (a - b).abs() < 5e-4;
        assert!(close(
            clopper_pearson_upper(0, 42),
            1.0 - 0.05_f64.powf(1.0 / 42.0)
        ));
        assert!(close(clopper_pearson_upper(1, 20), 0.2161));
        assert_eq!(
            (clopper_pearson_upper(3, 3), clopper_pearson_upper(0, 0)),
            (1.0, 1.0)
        );
    }

    #[test]
    fn wilson_of_no_event_in_42_is_below_nine_percent() {
        let rate = Rate::of(0, 42);
        assert!(
            rate.low == 0.0 && rate.high < 0.09 && rate.high > 0.08,
            "{rate:?}"
        );
    }
}
