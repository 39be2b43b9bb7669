//! Counts of reason codes by degradation and strength, and what is right among them.

use std::collections::BTreeMap;

use menshen_core::ReasonCode;
use menshen_specimen::{Contradiction, Grade, LADDERS, Ladder};
use serde::Serialize;

use crate::eval::stats::Rate;
use crate::input::WrongUsage;

/// Where there was no reason.
pub const NONE: &str = "none";

/// Pages and documents that were judged, before anything is counted.
#[derive(Debug, Default)]
pub struct Table {
    rows: BTreeMap<Key, Vec<Vec<ReasonCode>>>,
}

/// A row, in the order in which rows are printed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Clean,
    /// Place of the ladder, place of the value among those of its ladder by harm, the value.
    Single(usize, Harm, String),
    Wrong(String, Vec<ReasonCode>),
}

/// How strong a degradation is, totally ordered.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Harm(f32);

impl Eq for Harm {}

impl PartialOrd for Harm {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Harm {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// What is expected of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// No code: nothing was done to the page.
    Clean,
    /// No code: what was done is too weak.
    Free,
    /// No code, or one that would be due beyond the limit.
    Between,
    /// One of the codes.
    Due,
    /// One of the codes, of the whole document.
    Wrong,
}

impl Expected {
    /// Returns the word that is printed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Free => "free",
            Self::Between => "between",
            Self::Due => "due",
            Self::Wrong => "wrong",
        }
    }
}

/// One degradation at one strength.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The degradation, the contradiction, or `clean`.
    pub name: String,
    /// Its strength, in the words of the command line; empty where there is none.
    pub value: String,
    /// What its number means.
    pub unit: &'static str,
    /// What is expected.
    pub grade: Expected,
    /// The codes of which one is due.
    pub due: Vec<&'static str>,
    /// Pages; documents for contradictions.
    pub n: u64,
    /// As expected; `None` where nothing is.
    pub right: Option<Rate>,
    /// As expected, and no other code beside it.
    pub alone: Option<Rate>,
    /// How often each code was given; [`NONE`] where there was none.
    pub codes: BTreeMap<&'static str, u64>,
}

impl Row {
    /// Returns name and strength in the words of the command line.
    pub fn label(&self) -> String {
        match self.value.as_str() {
            "" => self.name.clone(),
            value => format!("{}={value}", self.name),
        }
    }
}

/// The confusion table with its sums.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Always `quality`.
    pub eval: &'static str,
    /// Name of the data set.
    pub dataset: String,
    /// Identity of the policy.
    pub policy: String,
    /// Where kind and text come from.
    pub text: &'static str,
    /// Pages with one degradation beyond its limit on which a code came that is due.
    pub due_right: Rate,
    /// The same, and no other code beside it.
    pub due_alone: Rate,
    /// Clean pages on which any code came.
    pub clean_false: Rate,
    /// Pages with one degradation within its limit on which any code came.
    pub free_false: Rate,
    /// Contradictory documents whose contradiction was named.
    pub wrong_right: Rate,
    /// The degradation beyond its limit that is named least often, with its share.
    pub weakest: Option<(String, Rate)>,
    /// Every degradation at every strength.
    pub rows: Vec<Row>,
}

impl Report {
    /// Returns the sums of what was judged, with what they mean.
    pub fn figures(&self) -> Vec<(&'static str, Rate)> {
        let all = [
            ("beyond its limit: a right code", self.due_right),
            (
                "beyond its limit: a right code and no other",
                self.due_alone,
            ),
            ("clean: any code (false)", self.clean_false),
            ("within its limit: any code (false)", self.free_false),
            ("contradiction named (whole document)", self.wrong_right),
        ];
        all.into_iter().filter(|(_, rate)| rate.n > 0).collect()
    }
}

impl Table {
    /// Adds a page with its only degradation, as name and value; without one it is clean.
    ///
    /// # Errors
    /// A degradation without a documented limit.
    pub fn page(
        &mut self,
        degradation: Option<(&str, &str)>,
        codes: &[ReasonCode],
    ) -> anyhow::Result<()> {
        let key = match degradation {
            None => Key::Clean,
            Some((name, value)) => {
                let place = LADDERS.iter().position(|ladder| ladder.name == name);
                let unknown = || WrongUsage(format!("no documented limit for {name}"));
                let place = place.ok_or_else(unknown)?;
                Key::Single(
                    place,
                    Harm(LADDERS[place].strength(value)),
                    value.to_owned(),
                )
            }
        };
        self.rows.entry(key).or_default().push(codes.to_vec());
        Ok(())
    }

    /// Adds a document that contradicts itself.
    pub fn document(&mut self, wrong: Contradiction, codes: &[ReasonCode]) {
        let key = Key::Wrong(wrong.name().to_owned(), wrong.codes().to_vec());
        self.rows.entry(key).or_default().push(codes.to_vec());
    }

    /// Counts.
    pub fn report(&self, dataset: String, policy: String, text: &'static str) -> Report {
        let rows: Vec<Row> = self
            .rows
            .iter()
            .map(|(key, pages)| row(key, pages))
            .collect();
        let sum = |grade: Expected, pick: fn(&Row) -> Option<Rate>| {
            let of = rows
                .iter()
                .filter(|row| row.grade == grade)
                .filter_map(pick);
            let (hits, n) = of.fold((0, 0), |(hits, n), rate| (hits + rate.hits, n + rate.n));
            Rate::of(hits, n)
        };
        let false_of = |grade| {
            let right = sum(grade, |row| row.right);
            Rate::of(right.n - right.hits, right.n)
        };
        Report {
            eval: "quality",
            dataset,
            policy,
            text,
            due_right: sum(Expected::Due, |row| row.right),
            due_alone: sum(Expected::Due, |row| row.alone),
            clean_false: false_of(Expected::Clean),
            free_false: false_of(Expected::Free),
            wrong_right: sum(Expected::Wrong, |row| row.right),
            weakest: weakest(&rows),
            rows,
        }
    }
}

/// Returns the degradation that is named least often over all of its strengths beyond the limit.
fn weakest(rows: &[Row]) -> Option<(String, Rate)> {
    let due = |name: &str| {
        let of = rows
            .iter()
            .filter(|row| row.grade == Expected::Due && row.name == name)
            .filter_map(|row| row.right);
        let (hits, n) = of.fold((0, 0), |(hits, n), rate| (hits + rate.hits, n + rate.n));
        Rate::of(hits, n)
    };
    LADDERS
        .iter()
        .map(|ladder| (ladder.name.to_owned(), due(ladder.name)))
        .filter(|(_, rate)| rate.n > 0)
        .min_by(|a, b| a.1.rate.total_cmp(&b.1.rate))
}

fn row(key: &Key, pages: &[Vec<ReasonCode>]) -> Row {
    let (name, value, unit, grade, due) = match key {
        Key::Clean => (
            "clean".to_owned(),
            String::new(),
            "",
            Expected::Clean,
            &[][..],
        ),
        Key::Wrong(name, due) => (name.clone(), String::new(), "", Expected::Wrong, &due[..]),
        Key::Single(place, _, value) => {
            let ladder = &LADDERS[*place];
            let grade = expected(ladder, value);
            (
                ladder.name.to_owned(),
                value.clone(),
                ladder.unit,
                grade,
                ladder.codes,
            )
        }
    };
    let n = pages.len() as u64;
    let count = |right: &dyn Fn(&[ReasonCode]) -> bool| {
        let hits = pages.iter().filter(|codes| right(codes)).count();
        Rate::of(hits as u64, n)
    };
    let named = |codes: &[ReasonCode]| codes.iter().any(|code| due.contains(code));
    let only = |codes: &[ReasonCode]| codes.iter().all(|code| due.contains(code));
    let (right, alone) = match grade {
        Expected::Clean | Expected::Free => {
            let none = count(&|codes| codes.is_empty());
            (Some(none), Some(none))
        }
        Expected::Between if due.is_empty() => (None, None),
        Expected::Between => {
            let only = count(&only);
            (Some(only), Some(only))
        }
        Expected::Due | Expected::Wrong => {
            let both = count(&|codes| named(codes) && only(codes));
            (Some(count(&named)), Some(both))
        }
    };
    let mut codes = BTreeMap::new();
    for page in pages {
        for code in page {
            *codes.entry(code.as_str()).or_default() += 1;
        }
        if page.is_empty() {
            *codes.entry(NONE).or_default() += 1;
        }
    }
    Row {
        name,
        value,
        unit,
        grade,
        due: due.iter().map(|code| code.as_str()).collect(),
        n,
        right,
        alone,
        codes,
    }
}

fn expected(ladder: &Ladder, value: &str) -> Expected {
    match ladder.grade(value) {
        Grade::Free => Expected::Free,
        Grade::Between => Expected::Between,
        Grade::Due => Expected::Due,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page: its degradation, if any, and the codes that it was given.
    type Page<'a> = (Option<(&'a str, &'a str)>, &'a [ReasonCode]);

    fn report(pages: &[Page]) -> Report {
        let mut table = Table::default();
        for (degradation, codes) in pages {
            table
                .page(*degradation, codes)
                .expect("a known degradation");
        }
        table.report("drawn".to_owned(), "1".to_owned(), "read")
    }

    #[test]
    fn a_code_is_right_beyond_the_limit_and_false_within_it() {
        let blurred = &[ReasonCode::DocBlurred][..];
        let both = &[ReasonCode::DocBlurred, ReasonCode::DocGlare][..];
        let report = report(&[
            (Some(("blur", "0.8")), &[]),
            (Some(("blur", "0.8")), blurred),
            (Some(("blur", "2")), blurred),
            (Some(("blur", "5")), blurred),
            (Some(("blur", "5")), both),
            (Some(("blur", "5")), &[ReasonCode::DocGlare]),
            (Some(("blur", "5")), &[]),
            (None, &[]),
            (None, blurred),
        ]);
        let figures = |rate: Rate| (rate.hits, rate.n);
        assert_eq!(figures(report.due_right), (2, 4));
        assert_eq!(figures(report.due_alone), (1, 4));
        assert_eq!(figures(report.free_false), (1, 2));
        assert_eq!(figures(report.clean_false), (1, 2));
        let labels: Vec<String> = report.rows.iter().map(Row::label).collect();
        assert_eq!(labels, ["clean", "blur=0.8", "blur=2", "blur=5"]);
        assert_eq!(report.rows[3].codes["doc_glare"], 2);
        assert_eq!(
            report.weakest.map(|(name, _)| name),
            Some("blur".to_owned())
        );
    }

    #[test]
    fn strengths_stand_from_weak_to_strong_also_where_smaller_is_stronger() {
        let report = report(&[
            (Some(("dark", "0.12")), &[]),
            (Some(("dark", "0.7")), &[]),
            (Some(("size", "380")), &[]),
            (Some(("size", "1600")), &[]),
        ]);
        let labels: Vec<String> = report.rows.iter().map(Row::label).collect();
        assert_eq!(labels, ["dark=0.7", "dark=0.12", "size=1600", "size=380"]);
    }

    #[test]
    fn a_degradation_without_a_limit_is_refused() {
        assert!(Table::default().page(Some(("rain", "1")), &[]).is_err());
    }
}
