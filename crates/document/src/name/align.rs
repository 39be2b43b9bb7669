//! Laying the spellings of one name along the letters of another.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

use super::parts::{Folds, Parts, Unit};
use super::reading::{Reading, alphabetic, readings};
use super::{Detail, NameRelation, Relation, han};

/// Flat forms, times orders, tried of a name that has letters of several spellings on both sides.
/// Names of people stay far below; the limit keeps hostile input cheap.
const MAX_FORMS: usize = 240;

/// Letters (with the two fillers between surname and given names) from which on a name may be cut:
/// the shortest name field of Doc 9303 has 30 positions, on TD1 cards; two may be lost to fillers.
const SHORTEST_CUT: usize = 28;

/// A letter of a flat name, and where it stands.
#[derive(Clone, Copy, Debug)]
struct Letter {
    capital: char,
    at: usize,
}

/// How far two names go along with each other.
#[derive(Clone, Copy, Debug, Default)]
struct Way {
    /// Both end together.
    complete: bool,
    /// The flat name ends, at or before the end of the other.
    covered: bool,
    /// Letters of the flat name that some spelling reaches.
    letters: usize,
    /// Letters of the spelled name whose spelling fits.
    units: usize,
}

/// Finds a transliteration, in the order given or another.
pub(super) fn transliterated(left: &Parts, right: &Parts) -> Option<NameRelation> {
    let (spelled, flat) = sides(left, right)?;
    let both = !flat.has_han() && !is_plain(flat);
    spelled_as(spelled, flat).or_else(|| both.then(|| spelled_as(flat, spelled)).flatten())
}

/// Finds a spelling of one name, in the order given, that is the other one in any order.
fn spelled_as(spelled: &Parts, flat: &Parts) -> Option<NameRelation> {
    let readings = readings(spelled);
    let forms = flat_forms(flat, spelled.has_han());
    for order in flat.orders() {
        for reading in &readings {
            let fits =
                |form: &Vec<Vec<Letter>>| walk(&reading.letters, &joined(form, &order)).complete;
            if !forms.iter().any(fits) {
                continue;
            }
            let mut detail = reading.detail.clone();
            if forms.len() > 1 && !detail.contains(&Detail::IcaoLatin) {
                detail.push(Detail::IcaoLatin);
            }
            if order != flat.order() {
                detail.push(Detail::Order);
            }
            return Some(NameRelation::related(Relation::Transliteration, detail));
        }
    }
    None
}

/// Finds a name that was cut at the end of a machine-readable zone.
pub(super) fn truncated(left: &Parts, right: &Parts) -> Option<NameRelation> {
    [(left, right), (right, left)]
        .into_iter()
        .find_map(|(long, short)| cut(long, short))
}

/// Returns the place, in `left`, of the first letter that no reading of `right` explains.
pub(super) fn first_difference(left: &Parts, right: &Parts) -> usize {
    let ours = left.in_order(&left.order());
    let place = |index: usize| match ours.get(index) {
        Some(unit) => unit.at,
        None => ours.last().map_or(1, |last| last.at + 1),
    };
    match sides(left, right) {
        Some((_, flat)) if std::ptr::eq(flat, left) => flat_difference(left, right),
        Some((_, flat)) => {
            let reach = furthest(left, flat, |way| way.units);
            place(reach.max(common_letters(&ours, right)))
        }
        None => place(common_letters(&ours, right)),
    }
}

/// Which name is spelled out (the Han one, the one with letters beyond A to Z) and which is the flat
/// one; `None` when both are Han or neither has anything to spell.
fn sides<'a>(left: &'a Parts, right: &'a Parts) -> Option<(&'a Parts, &'a Parts)> {
    match (left.has_han(), right.has_han()) {
        (true, true) => None,
        (true, false) => Some((left, right)),
        (false, true) => Some((right, left)),
        (false, false) if !is_plain(left) => Some((left, right)),
        (false, false) if !is_plain(right) => Some((right, left)),
        (false, false) => None,
    }
}

fn is_plain(name: &Parts) -> bool {
    name.parts()
        .iter()
        .flatten()
        .all(|unit| unit.capital().is_ascii())
}

/// The flat forms of a name, part by part. Against Han characters tone marks go and ü stays;
/// otherwise letters beyond A to Z take each of their spellings.
fn flat_forms(name: &Parts, against_han: bool) -> Vec<Vec<Vec<Letter>>> {
    let limit = (MAX_FORMS / name.orders().len()).max(1);
    let mut forms = vec![Vec::new()];
    for part in name.parts() {
        let mut grown: Vec<Vec<Letter>> = vec![Vec::new()];
        for unit in part {
            let spellings = if against_han {
                vec![toneless(unit)]
            } else {
                alphabetic(unit)
            };
            grown = grown
                .iter()
                .flat_map(|form| extended(form, &spellings, unit.at))
                .collect();
            grown.truncate(limit);
        }
        forms = forms
            .iter()
            .flat_map(|form: &Vec<Vec<Letter>>| {
                grown
                    .iter()
                    .map(move |part| [form.as_slice(), std::slice::from_ref(part)].concat())
            })
            .take(limit)
            .collect();
    }
    forms
}

fn extended(form: &[Letter], spellings: &[String], at: usize) -> Vec<Vec<Letter>> {
    let letters = |s: &String| {
        s.chars()
            .map(|capital| Letter { capital, at })
            .collect::<Vec<_>>()
    };
    spellings
        .iter()
        .map(|spelling| [form, &letters(spelling)].concat())
        .collect()
}

/// A letter of typed pinyin: tone marks fall away, the two dots of ü do not.
fn toneless(unit: &Unit) -> String {
    let capital = unit.capital();
    let dotted = capital.nfd().any(|mark| mark == '\u{308}');
    match unit.folded(Folds::ALL) {
        'U' if dotted => "Ü".to_owned(),
        folded => folded.to_string(),
    }
}

fn joined(form: &[Vec<Letter>], order: &[usize]) -> Vec<Letter> {
    order
        .iter()
        .filter_map(|index| form.get(*index))
        .flatten()
        .copied()
        .collect()
}

/// Walks all spellings at once along the flat letters.
fn walk(spelled: &[Vec<String>], flat: &[Letter]) -> Way {
    let mut way = Way::default();
    let mut places = BTreeSet::from([0]);
    for spellings in spelled {
        let mut next = BTreeSet::new();
        for &place in &places {
            for spelling in spellings {
                let rest = flat.get(place..).unwrap_or_default();
                let fit = spelling
                    .chars()
                    .zip(rest)
                    .take_while(|(c, l)| *c == l.capital)
                    .count();
                way.letters = way.letters.max(place + fit);
                way.covered |= fit == rest.len();
                if fit == spelling.chars().count() {
                    next.insert(place + fit);
                }
            }
        }
        if next.is_empty() {
            return way;
        }
        way.units += 1;
        places = next;
    }
    way.complete = places.contains(&flat.len());
    way.covered |= way.complete;
    way
}

/// The furthest that any reading of `spelled` goes along any order of `flat`.
fn furthest(spelled: &Parts, flat: &Parts, measure: fn(&Way) -> usize) -> usize {
    let (readings, forms) = (readings(spelled), flat_forms(flat, spelled.has_han()));
    let ways = flat.orders().into_iter().flat_map(|order| {
        let walks = |reading: &Reading| {
            forms
                .iter()
                .map(|form| measure(&walk(&reading.letters, &joined(form, &order))))
                .max()
        };
        readings.iter().filter_map(walks).max()
    });
    ways.max().unwrap_or_default()
}

/// The place of the first letter of a flat `left` that no reading of `right` reaches; its own order
/// counts first, another one only when it goes further.
fn flat_difference(left: &Parts, right: &Parts) -> usize {
    let (readings, forms) = (readings(right), flat_forms(left, right.has_han()));
    let mut best = (0, 1);
    for order in left.orders() {
        for form in &forms {
            let letters = joined(form, &order);
            for reading in &readings {
                let reach = walk(&reading.letters, &letters).letters;
                if reach > best.0 || best.1 == 1 && reach == 0 {
                    let end = letters.last().map_or(1, |last| last.at + 1);
                    best = (reach, letters.get(reach).map_or(end, |letter| letter.at));
                }
            }
        }
    }
    best.1
}

/// Letters that both begin with in the same script, in the order of `right` that goes furthest.
fn common_letters(ours: &[&Unit], right: &Parts) -> usize {
    let alike = |(one, other): &(&&Unit, &Unit)| {
        let (a, b) = (one.folded(Folds::ALL), other.folded(Folds::ALL));
        a == b || han::same(a, b)
    };
    let common = |order: Vec<usize>| {
        ours.iter()
            .zip(right.in_order(&order))
            .take_while(alike)
            .count()
    };
    right
        .orders()
        .into_iter()
        .map(common)
        .max()
        .unwrap_or_default()
}

/// Every part of the short name begins a part of the long one, in its order.
fn cut(long: &Parts, short: &Parts) -> Option<NameRelation> {
    let positions = short.lengths().iter().sum::<usize>() + short.lengths().len();
    if positions < SHORTEST_CUT || long.has_han() || short.has_han() {
        return None;
    }
    let spelled = readings(long).into_iter().next()?;
    let mut letters = spelled.letters.into_iter();
    let parts: Vec<Vec<Vec<String>>> = long
        .lengths()
        .iter()
        .map(|&n| letters.by_ref().take(n).collect())
        .collect();
    for order in long.orders() {
        for form in flat_forms(short, false) {
            let mut rest = order.iter().filter_map(|index| parts.get(*index));
            let begins = |part: &Vec<Letter>| rest.any(|long| walk(long, part).covered);
            if form.iter().all(begins) {
                let mut detail = spelled.detail.clone();
                detail.push(Detail::Truncated);
                if order != long.order() {
                    detail.push(Detail::Order);
                }
                return Some(NameRelation::related(Relation::Truncated, detail));
            }
        }
    }
    None
}
