//! The most probable text of a zone whose check digits all agree, and how far the next one is behind it.
//!
//! The places of a zone are independent once each has its probabilities, so that texts can be looked at in the order of theirs: what is
//! changed against the best one costs the difference of logarithms. The first text whose check digits agree is the reading. A second one
//! that is nearly as probable is a doubt that no check digit settles, above all where they differ in a blind pair (6 and G, 8 and S).

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use menshen_document::mrz::{CharClass, Format, Reading, char_class, parse};

use super::alphabet::{SYMBOLS, Weights, character};

/// Texts that are looked at, at most. Where none of them is valid, too much was misread.
const MOST: usize = 1_500;
/// Alternatives less probable than this by themselves are none.
const LEAST: f32 = 1e-6;
/// How much less probable (natural logarithm) than the reading a text may be to count as a rival: one in ten thousand.
pub(super) const FAR: f32 = 9.2;

/// A zone whose check digits agree.
#[derive(Clone, Debug)]
pub(super) struct Agreed {
    /// The text.
    pub reading: Reading,
    /// How much less probable it is than what the pixels alone say, as a natural logarithm; 0 where it is the same.
    pub cost: f32,
    /// How much less probable the next text is whose check digits agree, too; [`FAR`] where none is nearer.
    pub margin: f32,
}

/// Looks for the text; `None` where none of the most probable ones has check digits that agree.
pub(super) fn agree(format: Format, lines: &[Vec<Weights>]) -> Option<Agreed> {
    let best: Vec<String> = lines.iter().map(|line| text(line)).collect();
    let changes = changes(format, lines);
    let mut found: Option<Agreed> = None;
    for (cost, chosen) in Texts::new(&changes).take(MOST) {
        if found.as_ref().is_some_and(|found| cost - found.cost > FAR) {
            break;
        }
        let mut texts = best.clone();
        for change in chosen.iter().map(|index| &changes[*index]) {
            let column = change.column;
            texts[change.line].replace_range(
                column..=column,
                character(change.symbol).encode_utf8(&mut [0; 4]),
            );
        }
        let Ok(reading) = parse(&texts) else {
            continue;
        };
        if !reading.valid() {
            continue;
        }
        match &mut found {
            None => {
                found = Some(Agreed {
                    reading,
                    cost,
                    margin: FAR,
                });
            }
            Some(found) => {
                found.margin = cost - found.cost;
                break;
            }
        }
    }
    found
}

/// Another symbol at one place.
#[derive(Clone, Debug)]
struct Change {
    line: usize,
    column: usize,
    symbol: usize,
    /// Logarithm of how much less probable it is than the best one there.
    cost: f32,
}

/// Returns what may be changed where a check digit would notice, the most probable first.
fn changes(format: Format, lines: &[Vec<Weights>]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (line, places) in lines.iter().enumerate() {
        for (column, weights) in places.iter().enumerate() {
            if !matches!(
                char_class(format, line, column),
                CharClass::Any | CharClass::Digit
            ) {
                continue;
            }
            let best = strongest(weights);
            for symbol in (0..SYMBOLS).filter(|s| *s != best && weights[*s] >= LEAST) {
                let cost = (weights[best] / weights[symbol]).ln();
                changes.push(Change {
                    line,
                    column,
                    symbol,
                    cost,
                });
            }
        }
    }
    changes.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    changes
}

/// Returns the most probable symbol of a place.
pub(super) fn strongest(weights: &Weights) -> usize {
    let mut best = 0;
    for (symbol, weight) in weights.iter().enumerate() {
        if *weight > weights[best] {
            best = symbol;
        }
    }
    best
}

/// Returns the most probable text of a line.
pub(super) fn text(line: &[Weights]) -> String {
    line.iter()
        .map(|place| character(strongest(place)))
        .collect()
}

/// Sets of changes in the order of what they cost together, the empty one first (the usual enumeration of sums of subsets: the last
/// change is followed by the next one, or gives way to it). A set changes no place twice.
struct Texts<'a> {
    changes: &'a [Change],
    waiting: BinaryHeap<Waiting>,
}

struct Waiting {
    cost: f32,
    chosen: Vec<usize>,
}

impl<'a> Texts<'a> {
    fn new(changes: &'a [Change]) -> Self {
        let nothing = Waiting {
            cost: 0.0,
            chosen: Vec::new(),
        };
        Self {
            changes,
            waiting: BinaryHeap::from([nothing]),
        }
    }

    fn follow(&mut self, from: &Waiting) {
        let next = from.chosen.last().map_or(0, |last| last + 1);
        let Some(change) = self.changes.get(next) else {
            return;
        };
        let mut more = from.chosen.clone();
        more.push(next);
        self.waiting.push(Waiting {
            cost: from.cost + change.cost,
            chosen: more,
        });
        if let Some(last) = from.chosen.last() {
            let mut other = from.chosen.clone();
            other.pop();
            other.push(next);
            self.waiting.push(Waiting {
                cost: from.cost - self.changes[*last].cost + change.cost,
                chosen: other,
            });
        }
    }

    fn is_one_text(&self, chosen: &[usize]) -> bool {
        let place = |index: &usize| (self.changes[*index].line, self.changes[*index].column);
        let repeats = |(n, index): (usize, &usize)| {
            chosen[..n].iter().any(|other| place(other) == place(index))
        };
        !chosen.iter().enumerate().any(repeats)
    }
}

impl Iterator for Texts<'_> {
    type Item = (f32, Vec<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let first = self.waiting.pop()?;
            self.follow(&first);
            if self.is_one_text(&first.chosen) {
                return Some((first.cost, first.chosen));
            }
        }
    }
}

impl Ord for Waiting {
    /// The cheapest is the greatest, as the heap wants it.
    fn cmp(&self, other: &Self) -> Ordering {
        other.cost.total_cmp(&self.cost)
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

#[cfg(test)]
mod tests {
    use super::super::alphabet::symbol;
    use super::*;

    const ICAO: [&str; 2] = [
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ];

    /// The zone of the standard's example, with doubts at places of the second line.
    fn zone(doubts: &[(usize, &[(char, f32)])]) -> Vec<Vec<Weights>> {
        let mut lines: Vec<Vec<Weights>> = (ICAO.iter())
            .map(|line| line.chars().map(|ch| weights(&[(ch, 0.999)])).collect())
            .collect();
        for (column, options) in doubts {
            lines[1][*column] = weights(options);
        }
        lines
    }

    fn weights(options: &[(char, f32)]) -> Weights {
        let mut weights = [1e-9; SYMBOLS];
        for (ch, weight) in options {
            weights[symbol(*ch).unwrap()] = *weight;
        }
        weights
    }

    #[test]
    fn what_agrees_as_it_is_is_left_as_it_is() {
        let agreed = agree(Format::Td3, &zone(&[])).unwrap();
        assert_eq!(agreed.reading.lines(), ICAO);
        assert_eq!((agreed.cost, agreed.margin), (0.0, FAR));
    }

    #[test]
    fn two_misread_digits_are_found_together() {
        let doubts: [(usize, &[(char, f32)]); 2] = [
            (1, &[('3', 0.7), ('8', 0.29)]),
            (14, &[('1', 0.6), ('4', 0.39)]),
        ];
        let agreed = agree(Format::Td3, &zone(&doubts)).unwrap();
        assert_eq!(agreed.reading.lines(), ICAO);
        assert!(agreed.cost > 1.0 && agreed.margin == FAR, "{agreed:?}");
    }

    #[test]
    fn a_blind_pair_is_a_doubt_that_no_check_digit_settles() {
        // A 6 and a G weigh the same: both texts are valid.
        let doubts: [(usize, &[(char, f32)]); 1] = [(35, &[('6', 0.9), ('G', 0.1)])];
        let agreed = agree(Format::Td3, &zone(&doubts)).unwrap();
        assert_eq!(agreed.reading.lines(), ICAO);
        assert!(agreed.cost == 0.0 && agreed.margin < 3.0, "{agreed:?}");
    }

    #[test]
    fn a_sure_misreading_is_never_talked_over() {
        let agreed = agree(Format::Td3, &zone(&[(1, &[('6', 1.0)])]));
        assert!(agreed.is_none());
    }

    #[test]
    fn texts_come_in_the_order_of_their_cost() {
        let change = |column, cost| Change {
            line: 0,
            column,
            symbol: 1,
            cost,
        };
        let changes = [
            change(0, 0.1),
            change(0, 0.2),
            change(1, 0.25),
            change(2, 0.9),
        ];
        let costs: Vec<f32> = Texts::new(&changes).map(|(cost, _)| cost).collect();
        assert!(costs.is_sorted());
        // Two for the first place, one for each of two others: 3 x 2 x 2 texts.
        assert_eq!(costs.len(), 12);
    }
}
