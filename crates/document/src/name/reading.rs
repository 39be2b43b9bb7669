//! How a name may be spelled in Latin letters.

use super::parts::{Folds, Parts, Unit};
use super::{Detail, cantonese, han, latin, pinyin, script};

/// Spellings of each letter of a name, in its order, under one system.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// For each letter all its spellings in `A-Z` and `Ü`.
    pub letters: Vec<Vec<String>>,
    /// What the system overlooks.
    pub detail: Vec<Detail>,
}

/// Surnames whose customary Latin spelling follows no system.
const CUSTOMARY_SURNAMES: &[(char, &str)] = &[
    ('李', "LEE"),
    ('宋', "SOONG"),
    ('顾', "KOO"),
    ('吴', "WOO"),
    ('卢', "LOO"),
    ('苏', "SOO"),
];

/// Returns the readings of a name, the most usual first.
pub(super) fn readings(name: &Parts) -> Vec<Reading> {
    let order = name.order();
    let units = name.in_order(&order);
    if !name.has_han() {
        let letters = units.iter().map(|unit| alphabetic(unit)).collect();
        return vec![Reading {
            letters,
            detail: scripts(&units),
        }];
    }
    let plain = |unit: &Unit| pinyin_of(unit, pinyin::spellings);
    let usual = usual_surname(&units, with(&units, &plain));
    let wade_giles = with(&units, &|unit| pinyin_of(unit, pinyin::wade_giles));
    let cantonese = with(&units, &|unit| cantonese::spellings(unit.capital()));
    let mut found = vec![
        Reading {
            letters: usual,
            detail: vec![Detail::Pinyin],
        },
        Reading {
            letters: with(&units, &plain),
            detail: vec![Detail::Pinyin, Detail::UncommonReading],
        },
        Reading {
            letters: wade_giles,
            detail: vec![Detail::WadeGiles],
        },
        Reading {
            letters: cantonese,
            detail: vec![Detail::Cantonese],
        },
    ];
    let customary: Vec<Reading> = found.iter().filter_map(|r| customary(&units, r)).collect();
    found.extend(customary);
    found
}

/// Returns the spellings of a letter of an alphabet; of anything else, the thing itself.
pub(super) fn alphabetic(unit: &Unit) -> Vec<String> {
    let capital = unit.capital();
    // Greek letters keep their spelling under an accent.
    [
        latin::spellings(capital),
        script::spellings(capital),
        script::spellings(unit.folded(Folds::ALL)),
    ]
    .into_iter()
    .find(|known| !known.is_empty())
    .unwrap_or_else(|| vec![capital.to_string()])
}

fn with(units: &[&Unit], spell: &dyn Fn(&Unit) -> Vec<String>) -> Vec<Vec<String>> {
    units
        .iter()
        .map(|unit| {
            if unit.is_han() {
                spell(unit)
            } else {
                alphabetic(unit)
            }
        })
        .collect()
}

fn pinyin_of(unit: &Unit, spell: fn(&str) -> Vec<String>) -> Vec<String> {
    let mut spellings: Vec<String> = pinyin::readings(unit.capital())
        .iter()
        .flat_map(|syllable| spell(syllable))
        .collect();
    spellings.sort_unstable();
    spellings.dedup();
    spellings
}

/// Narrows a surname of several readings to the usual ones.
fn usual_surname(units: &[&Unit], mut letters: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let characters: Vec<char> = units.iter().map(|unit| unit.capital()).collect();
    for (slot, usual) in letters
        .iter_mut()
        .zip(pinyin::surname_readings(&characters))
    {
        *slot = usual
            .iter()
            .flat_map(|syllable| pinyin::spellings(syllable))
            .collect();
    }
    letters
}

/// The reading with the surname in its customary spelling, where it has one.
fn customary(units: &[&Unit], reading: &Reading) -> Option<Reading> {
    let surname = units.first()?.capital();
    let (_, spelling) = CUSTOMARY_SURNAMES
        .iter()
        .find(|(known, _)| han::same(*known, surname))?;
    let mut found = reading.clone();
    *found.letters.first_mut()? = vec![(*spelling).to_owned()];
    found.detail.push(Detail::CustomarySurname);
    Some(found)
}

fn scripts(units: &[&Unit]) -> Vec<Detail> {
    let kind = |unit: &&Unit| {
        let capital = unit.capital();
        if script::is_cyrillic(capital) {
            Some(Detail::Cyrillic)
        } else if script::is_greek(capital) {
            Some(Detail::Greek)
        } else {
            (!capital.is_ascii()).then_some(Detail::IcaoLatin)
        }
    };
    units.iter().filter_map(kind).collect()
}
