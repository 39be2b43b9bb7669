//! What was measured before, and whether a figure is worse now than chance explains.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::report::{Bar, Figure, Part};
use super::stats::Rate;
use crate::input::WrongUsage;

/// Figures of an earlier run by their names.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Baseline(BTreeMap<String, Counted>);

/// How often, of how many.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Counted {
    hits: u64,
    n: u64,
}

/// A figure that is worse than before.
#[derive(Debug, PartialEq, Serialize)]
pub struct Regression {
    /// The figure's name.
    pub id: String,
    /// What it was.
    pub before: Rate,
    /// What it is; nothing where it is not measured any more.
    pub now: Option<Rate>,
}

impl Baseline {
    /// Takes every figure that has a bar, as only there is better and worse, and whose interval can be compared.
    pub fn of(parts: &[Part]) -> Self {
        let figures = parts.iter().flat_map(|part| &part.figures);
        let compared = figures.filter(|figure| figure.bar.is_some() && !figure.bundled);
        Self(
            compared
                .map(|figure| {
                    let Rate { hits, n, .. } = figure.rate;
                    (figure.id.clone(), Counted { hits, n })
                })
                .collect(),
        )
    }

    /// Reads the file of an earlier run.
    ///
    /// # Errors
    /// A file that is not there or none of ours.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let wrong = |error: String| WrongUsage(format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        Ok(serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?)
    }

    /// Returns what is worse by more than chance explains: the two 95 % intervals have nothing in common. A part that was not
    /// measured now, for want of its data, says nothing; a figure that is gone from a part that was measured is worse.
    pub fn regressions(&self, parts: &[Part]) -> Vec<Regression> {
        let mut worse = Vec::new();
        for part in parts.iter().filter(|part| part.missing.is_none()) {
            let prefix = format!("{}.", part.id);
            let before = (self.0.iter()).filter(|(id, _)| id.starts_with(&prefix));
            for (id, counted) in before {
                let before = Rate::of(counted.hits, counted.n);
                let now = part.figures.iter().find(|figure| figure.id == *id);
                if now.is_none_or(|now| is_worse(before, now)) {
                    worse.push(Regression {
                        id: id.clone(),
                        before,
                        now: now.map(|now| now.rate),
                    });
                }
            }
        }
        worse
    }
}

fn is_worse(before: Rate, now: &Figure) -> bool {
    match now.bar {
        Some(Bar::AtLeast(_)) => now.rate.high < before.low,
        Some(Bar::AtMost(_)) => now.rate.low > before.high,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(figures: &[(&str, u64, u64, Bar)]) -> Part {
        let figure = |(id, hits, n, bar): &(&str, u64, u64, Bar)| Figure {
            id: (*id).to_owned(),
            what: String::new(),
            rate: Rate::of(*hits, *n),
            bar: Some(*bar),
            bundled: false,
        };
        Part {
            id: "mrz",
            title: "",
            data: String::new(),
            command: String::new(),
            figures: figures.iter().map(figure).collect(),
            missing: None,
            body: String::new(),
        }
    }

    #[test]
    fn worse_is_what_chance_does_not_explain() {
        let bar = Bar::AtLeast(0.97);
        let before = Baseline::of(&[part(&[("mrz.exact", 98, 100, bar)])]);
        let now = |hits| before.regressions(&[part(&[("mrz.exact", hits, 100, bar)])]);
        assert!(now(100).is_empty() && now(95).is_empty());
        assert_eq!(now(80).len(), 1);
    }

    #[test]
    fn for_an_error_rate_worse_is_more() {
        let bar = Bar::AtMost(0.02);
        let before = Baseline::of(&[part(&[("mrz.wrong", 1, 100, bar)])]);
        let now = |hits| before.regressions(&[part(&[("mrz.wrong", hits, 100, bar)])]);
        assert!(now(0).is_empty() && now(20).len() == 1);
    }

    #[test]
    fn a_figure_that_is_gone_is_worse_and_a_part_without_data_is_not() {
        let bar = Bar::AtLeast(0.9);
        let before = Baseline::of(&[part(&[("mrz.exact", 9, 10, bar)])]);
        assert_eq!(before.regressions(&[part(&[])])[0].now, None);
        let mut absent = part(&[]);
        absent.missing = Some("no data".to_owned());
        assert!(before.regressions(&[absent]).is_empty());
    }
}
