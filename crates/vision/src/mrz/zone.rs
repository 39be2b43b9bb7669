//! From what the network says along lines to the text of a zone: which format, which text, and whether the reader stands by it.

use menshen_document::Country;
use menshen_document::mrz::{CharClass, Format, Part, Reading, char_class, parse};

use super::alphabet::{FILLER, SYMBOLS, Weights, character};
use super::joint::{Agreed, agree, strongest, text};
use super::places::{Explained, Step, explain};

/// Formats, by their first letters where the lines alone do not tell them apart.
const FORMATS: [Format; 6] = [
    Format::Td3,
    Format::MrvA,
    Format::Td2,
    Format::MrvB,
    Format::FrenchId,
    Format::Td1,
];

/// Least probability of a character that the reader stands by: letters, which no check digit covers, and everything else.
const CERTAIN_LETTER: f32 = 0.995;
const CERTAIN_CHECKED: f32 = 0.95;
/// Least height of capitals in source pixels for a certain reading: below it one letter looks like another.
const CERTAIN_HEIGHT: f32 = 9.0;
/// How much less probable every other text with agreeing check digits must be (natural logarithm): one in a thousand.
const SETTLED: f32 = 6.9;
/// Mean logarithm of a step's likelihood from which on lines are a zone at all: zones are above -0.02, burnt-out ones above -0.09, prose in another face below -0.1.
const LIKELY: f32 = -0.09;

/// A zone as read.
#[derive(Clone, Debug)]
pub(super) struct ZoneReading {
    pub reading: Reading,
    /// For each line the probability of each character.
    pub confidences: Vec<Vec<f32>>,
    pub certain: bool,
    /// How far the next text with agreeing check digits is behind.
    pub margin: f32,
    /// Which of the lines it is.
    pub lines: std::ops::Range<usize>,
    /// Mean logarithm of a step's likelihood: how well it explains the pixels.
    pub likelihood: f32,
}

/// Reads the zone among lines that follow each other; `None` where no format explains any of them.
pub(super) fn assemble(lines: &[Vec<Step>], char_height: f32) -> Option<ZoneReading> {
    let (format, range, explained, likelihood) = choose(lines)?;
    let places: Vec<Vec<Weights>> = explained.into_iter().map(|line| line.places).collect();
    let texts: Vec<String> = places.iter().map(|line| text(line)).collect();
    let agreed = agree(format, &places);
    let (reading, settled, margin) = match agreed {
        Some(Agreed {
            reading,
            cost,
            margin,
        }) => (reading, cost == 0.0 && margin >= SETTLED, margin),
        None => (parse(&texts).ok()?, false, 0.0),
    };
    let certain = settled
        && reading.format() == format
        && codes_are_known(&reading)
        && char_height >= CERTAIN_HEIGHT
        && all_certain(format, &places);
    let probability = |line: usize, column: usize, ch: char| {
        super::alphabet::symbol(ch).map_or(0.0, |s| places[line][column][s])
    };
    let of_line = |(line, text): (usize, &String)| {
        let each = text.chars().enumerate();
        each.map(|(column, ch)| probability(line, column, ch))
            .collect()
    };
    Some(ZoneReading {
        confidences: reading.lines().iter().enumerate().map(of_line).collect(),
        reading,
        certain,
        margin,
        lines: range,
        likelihood,
    })
}

/// Chooses the format and the lines that explain the pixels best.
fn choose(lines: &[Vec<Step>]) -> Option<(Format, std::ops::Range<usize>, Vec<Explained>, f32)> {
    let mut best: Option<(Format, std::ops::Range<usize>, Vec<Explained>, f32)> = None;
    for format in FORMATS {
        let count = format.size().0;
        for start in 0..(lines.len() + 1).saturating_sub(count) {
            let range = start..start + count;
            let explained: Option<Vec<Explained>> = (lines[range.clone()].iter().enumerate())
                .map(|(index, steps)| explain(steps, &admitted(format, index)))
                .collect();
            let Some(explained) = explained else {
                continue;
            };
            let steps: usize = lines[range.clone()].iter().map(Vec::len).sum();
            let total: f32 = explained.iter().map(|line| line.likelihood).sum();
            let likelihood = total / steps.max(1) as f32;
            // Of equally good ones the lowest: a zone is the last thing on a page.
            if likelihood >= LIKELY && best.as_ref().is_none_or(|(.., old)| likelihood >= *old) {
                best = Some((format, range, explained, likelihood));
            }
        }
    }
    best
}

/// Returns what each place of a line admits.
fn admitted(format: Format, line: usize) -> Vec<[bool; SYMBOLS]> {
    let place = |column: usize| {
        let class = char_class(format, line, column);
        let first = (line, column) == (0, 0);
        std::array::from_fn(|symbol| {
            let ch = character(symbol);
            let fits = match class {
                CharClass::Letter => ch.is_ascii_uppercase() || symbol == FILLER,
                CharClass::Digit => ch.is_ascii_digit() || symbol == FILLER,
                CharClass::Sex => matches!(ch, 'M' | 'F' | 'X' | '<'),
                CharClass::Any => true,
            };
            fits && (!first || begins(format, ch))
        })
    };
    (0..format.size().1).map(place).collect()
}

/// May a zone of a format begin with a letter? (Doc 9303-4 to -7: passports with P, visas with V, cards with A, C or I.)
fn begins(format: Format, first: char) -> bool {
    match format {
        Format::Td3 => first == 'P',
        Format::MrvA | Format::MrvB => first == 'V',
        Format::FrenchId => first == 'I',
        Format::Td1 | Format::Td2 => matches!(first, 'A' | 'C' | 'I'),
    }
}

fn all_certain(format: Format, places: &[Vec<Weights>]) -> bool {
    let sure = |line: usize, column: usize, weights: &Weights| {
        let least = match char_class(format, line, column) {
            CharClass::Digit | CharClass::Sex => CERTAIN_CHECKED,
            CharClass::Any if is_checked(format, line, column) => CERTAIN_CHECKED,
            CharClass::Any | CharClass::Letter => CERTAIN_LETTER,
        };
        weights[strongest(weights)] >= least
    };
    let line_is_sure = |(line, places): (usize, &Vec<Weights>)| {
        let mut each = places.iter().enumerate();
        each.all(|(column, weights)| sure(line, column, weights))
    };
    places.iter().enumerate().all(line_is_sure)
}

/// Visas have optional data that no check digit covers (Doc 9303-7).
fn is_checked(format: Format, line: usize, column: usize) -> bool {
    let visa = matches!(format, Format::MrvA | Format::MrvB);
    let optional = format.span(Part::Optional);
    !(visa && optional.is_some_and(|(at, span)| at == line && span.contains(&column)))
}

/// Tells whether issuing state and nationality are codes of Doc 9303-3, section 5.
fn codes_are_known(reading: &Reading) -> bool {
    [Part::IssuingState, Part::Nationality]
        .into_iter()
        .filter_map(|part| reading.raw(part))
        .all(|code| Country::parse(code).is_ok())
}
