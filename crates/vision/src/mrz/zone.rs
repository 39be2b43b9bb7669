//! From looks at lines to the text of a zone: position rules, check digits, certainty.

use menshen_document::Country;
use menshen_document::mrz::{CharClass, Format, Part, Reading, char_class, is_blind_pair, parse};

use super::alphabet::{SYMBOLS, Weights, Zone, character, within};
use super::line::LineReading;

/// Least probability, in every look, of a character that the reader stands by. On 250 drawn zones
/// (capitals of 8 to 34 pixels, tilt, blur, noise, JPEG 40-95) 110 right characters fell below it,
/// and a third of the wrong ones: the rules below catch the others.
const CERTAIN_CHARACTER: f32 = 0.85;
/// An alternative that a check digit may choose has at least this probability. On drawn pages a `Z`
/// taken for a `2` kept 0.005 to 0.4.
const SUPPORTED: f32 = 0.005;
/// Where no check digit would notice, an alternative above this probability is a doubt. On the same
/// zones a `G` was read as a `6`, which weighs the same, and kept 0.005.
const DOUBT: f32 = 0.003;
/// The same for names and codes, which no check digit ever covers.
const LETTER_DOUBT: f32 = 0.05;
/// The same between letters that differ in their left edge or tail only: `COD` was read as `COO` with
/// 0.005 left for the `D`.
const ROUND_DOUBT: f32 = 0.003;
const ROUND_LETTERS: [char; 3] = ['D', 'O', 'Q'];
/// Looks that must agree.
const LOOKS: usize = 2;
/// Least height of capitals in source pixels for a certain reading: below 9 pixels half of the
/// specimens were misread, some with every check digit right; blur adds up to a pixel to what is
/// measured.
const CERTAIN_HEIGHT: f32 = 10.0;

/// All looks at one line.
#[derive(Clone, Debug, Default)]
pub(super) struct Looks {
    /// Looks with the right number of glyphs at a regular pitch.
    pub whole: Vec<LineReading>,
    /// Looks that got the right number of glyphs from the pitch.
    pub fitted: Vec<LineReading>,
}

/// A zone as read.
#[derive(Clone, Debug)]
pub(super) struct ZoneReading {
    pub reading: Reading,
    /// For each line the least probability of each character over all looks.
    pub confidences: Vec<Vec<f32>>,
    pub certain: bool,
}

/// Puts a zone together from the looks at its lines. `None` when the lines are no zone.
pub(super) fn assemble(lines: &[Looks], char_height: f32) -> Option<ZoneReading> {
    let format = guess_format(lines)?;
    let zones: Vec<Vec<Place>> = lines
        .iter()
        .enumerate()
        .map(|(index, looks)| places(format, index, looks))
        .collect();
    let texts: Vec<String> = zones.iter().map(|line| text(line)).collect();
    let reading = parse(&texts).ok()?;
    let confidences = |zones: &[Vec<Place>]| -> Vec<Vec<f32>> {
        let of_line = |line: &Vec<Place>| line.iter().map(|p| p.least).collect();
        zones.iter().map(of_line).collect()
    };
    if !reading.valid()
        && let Some(repaired) = repair(&zones)
    {
        return Some(ZoneReading {
            reading: repaired,
            confidences: confidences(&zones),
            certain: false,
        });
    }
    let certain = reading.valid()
        && reading.format() == format
        && codes_are_known(&reading)
        && char_height >= CERTAIN_HEIGHT
        && lines.iter().all(|looks| looks.whole.len() >= LOOKS)
        && zones.iter().flatten().all(Place::is_certain)
        && zones.iter().all(|line| !zeros_may_cancel(line));
    Some(ZoneReading {
        reading,
        confidences: confidences(&zones),
        certain,
    })
}

/// Tells whether issuing state and nationality are codes of Doc 9303-3, section 5.
fn codes_are_known(reading: &Reading) -> bool {
    [Part::IssuingState, Part::Nationality]
        .into_iter()
        .filter_map(|part| reading.raw(part))
        .all(|code| Country::parse(code).is_ok())
}

/// A position of the zone over all looks.
#[derive(Clone, Debug)]
struct Place {
    zone: Zone,
    /// No mixed field, or one that a check digit covers.
    checked: bool,
    /// Mean probability of each symbol that may stand here.
    mean: Weights,
    /// The symbol read.
    best: usize,
    /// Its least probability in any look.
    least: f32,
}

impl Place {
    /// Tells whether the reader stands by the character.
    fn is_certain(&self) -> bool {
        self.least >= CERTAIN_CHARACTER
            && match self.zone {
                Zone::Digit | Zone::Sex => true,
                Zone::Letter => self.others().all(|other| self.leaves_letter(other)),
                Zone::Any => self.others().all(|other| self.leaves_mixed(other)),
            }
            && (self.checked || !matches!(character(self.best), '0' | 'O'))
    }

    fn others(&self) -> impl Iterator<Item = usize> {
        (0..SYMBOLS).filter(|other| *other != self.best)
    }

    fn leaves_letter(&self, other: usize) -> bool {
        let round = |symbol: usize| ROUND_LETTERS.contains(&character(symbol));
        let limit = if round(self.best) && round(other) {
            ROUND_DOUBT
        } else {
            LETTER_DOUBT
        };
        self.mean[other] < limit
    }

    /// In mixed fields the network takes letters for digits and is sure of it, so there it counts
    /// whether a check digit would have noticed.
    fn leaves_mixed(&self, other: usize) -> bool {
        let noticed = self.checked && !is_blind_pair(character(self.best), character(other));
        noticed || self.mean[other] < DOUBT
    }
}

/// Tells whether two letters `O`, both read as zeros, could stand in a mixed field without any check
/// digit noticing: their weights (7, 3, 1) can add up to ten. Numbers that begin with their letters
/// are the rule and have none further on.
fn zeros_may_cancel(line: &[Place]) -> bool {
    line.split(|place| place.zone != Zone::Any).any(|field| {
        let read: Vec<char> = field.iter().map(|place| character(place.best)).collect();
        let zeros = read.iter().filter(|c| **c == '0').count();
        let letters_follow = read
            .windows(2)
            .any(|pair| pair[0].is_ascii_digit() && pair[1].is_ascii_uppercase());
        zeros >= 2 && letters_follow
    })
}

fn places(format: Format, line: usize, looks: &Looks) -> Vec<Place> {
    let used = if looks.whole.is_empty() {
        &looks.fitted
    } else {
        &looks.whole
    };
    let length = format.size().1;
    let place = |column: usize| {
        let zone = zone_of(format, line, column);
        let seen: Vec<Weights> = used
            .iter()
            .filter_map(|look| look.glyphs.get(column))
            .map(|glyph| within(zone, &glyph.weights))
            .collect();
        let mut mean = [0.0; SYMBOLS];
        for weights in &seen {
            for (total, weight) in mean.iter_mut().zip(weights) {
                *total += weight / seen.len() as f32;
            }
        }
        let best = strongest(&mean);
        let least = seen.iter().map(|w| w[best]).fold(1.0, f32::min);
        Place {
            zone,
            checked: is_checked(format, line, column),
            mean,
            best,
            least,
        }
    };
    (0..length).map(place).collect()
}

fn zone_of(format: Format, line: usize, column: usize) -> Zone {
    match char_class(format, line, column) {
        CharClass::Letter => Zone::Letter,
        CharClass::Digit => Zone::Digit,
        CharClass::Sex => Zone::Sex,
        CharClass::Any => Zone::Any,
    }
}

/// Visas have optional data that no check digit covers (Doc 9303-7); names, codes and sex are
/// never covered, but are not of a mixed alphabet.
fn is_checked(format: Format, line: usize, column: usize) -> bool {
    let visa = matches!(format, Format::MrvA | Format::MrvB);
    let optional = format.span(Part::Optional);
    !(visa && optional.is_some_and(|(at, span)| at == line && span.contains(&column)))
}

fn strongest(weights: &Weights) -> usize {
    let mut best = SYMBOLS - 1;
    for (index, weight) in weights.iter().enumerate() {
        if *weight > weights[best] {
            best = index;
        }
    }
    best
}

fn text(line: &[Place]) -> String {
    line.iter().map(|place| character(place.best)).collect()
}

/// Tells the format from the number of lines, their length, and the first letters.
fn guess_format(lines: &[Looks]) -> Option<Format> {
    let look = |looks: &Looks| looks.whole.first().or(looks.fitted.first()).cloned();
    let first = look(lines.first()?)?;
    let letters: String = first
        .glyphs
        .iter()
        .take(5)
        .map(|g| character(strongest(&within(Zone::Letter, &g.weights))))
        .collect();
    match (lines.len(), first.glyphs.len()) {
        (3, 30) => Some(Format::Td1),
        (2, 36) if letters.starts_with('V') => Some(Format::MrvB),
        (2, 36) if letters == "IDFRA" => Some(Format::FrenchId),
        (2, 36) => Some(Format::Td2),
        (2, 44) if letters.starts_with('V') => Some(Format::MrvA),
        (2, 44) => Some(Format::Td3),
        _ => None,
    }
}

/// Lets the check digits choose one character among those that the pixels support, when exactly one
/// choice makes all of them agree. Pairs that the check digits cannot tell apart are left alone.
fn repair(zones: &[Vec<Place>]) -> Option<Reading> {
    let texts: Vec<String> = zones.iter().map(|line| text(line)).collect();
    let mut found: Option<Reading> = None;
    for (line, places) in zones.iter().enumerate() {
        for (column, place) in places.iter().enumerate() {
            for other in alternatives(place) {
                let mut changed = texts.clone();
                changed[line].replace_range(column..=column, &other.to_string());
                let Ok(reading) = parse(&changed) else {
                    continue;
                };
                if !reading.valid() {
                    continue;
                }
                if found.is_some() {
                    return None;
                }
                found = Some(reading);
            }
        }
    }
    found
}

fn alternatives(place: &Place) -> impl Iterator<Item = char> {
    let read = character(place.best);
    let in_number = matches!(place.zone, Zone::Any | Zone::Digit);
    // The recogniser takes nearly every O for a zero and is sure of it: only here the shape of the
    // glyph says less than the check digit.
    let round = move |symbol_of: usize| {
        place.zone == Zone::Any && matches!((read, character(symbol_of)), ('0', 'O') | ('O', '0'))
    };
    (0..SYMBOLS)
        .filter(move |s| in_number && *s != place.best)
        .filter(move |s| place.mean[*s] >= SUPPORTED || round(*s))
        .map(character)
        .filter(move |other| !is_blind_pair(read, *other))
}

#[cfg(test)]
mod tests {
    use super::super::alphabet::symbol;
    use super::super::line::Glyph;
    use super::*;

    const ICAO: [&str; 2] = [
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ];

    fn glyph(options: &[(char, f32)], x: f32) -> Glyph {
        let mut weights = [0.0; SYMBOLS];
        for (ch, weight) in options {
            weights[symbol(*ch).unwrap()] = *weight;
        }
        Glyph { weights, x }
    }

    fn look(text: &str) -> LineReading {
        let place = |i: usize| (i as f32 + 0.5) / text.len() as f32;
        LineReading {
            glyphs: text
                .chars()
                .enumerate()
                .map(|(i, c)| glyph(&[(c, 0.99)], place(i)))
                .collect(),
            turned: 0,
        }
    }

    fn looks(text: &str) -> Looks {
        Looks {
            whole: vec![look(text), look(text)],
            fitted: Vec::new(),
        }
    }

    #[test]
    fn two_sure_looks_at_large_characters_are_certain() {
        let zone = assemble(&ICAO.map(looks), 14.0).unwrap();
        assert!(zone.reading.valid() && zone.certain);
        assert_eq!(zone.reading.lines(), ICAO);
    }

    #[test]
    fn small_characters_or_a_single_look_are_never_certain() {
        assert!(!assemble(&ICAO.map(looks), 8.0).unwrap().certain);
        let mut once = ICAO.map(looks);
        once[0].whole.pop();
        assert!(!assemble(&once, 14.0).unwrap().certain);
    }

    #[test]
    fn looks_that_differ_in_a_name_are_not_certain() {
        let mut lines = ICAO.map(looks);
        lines[0].whole[1] = look(&ICAO[0].replace("ERIKSSON", "ERIKSSDN"));
        let zone = assemble(&lines, 14.0).unwrap();
        assert!(zone.reading.valid() && !zone.certain);
    }

    #[test]
    fn a_state_that_does_not_exist_is_not_certain() {
        let unknown = ICAO.map(|line| looks(&line.replace("UTO", "COO")));
        let zone = assemble(&unknown, 14.0).unwrap();
        assert!(zone.reading.valid() && !zone.certain);
    }

    #[test]
    fn a_letter_that_could_be_another_round_one_is_not_certain() {
        let mut lines = ICAO.map(looks);
        for look in &mut lines[0].whole {
            let x = look.glyphs[11].x;
            look.glyphs[11] = glyph(&[('O', 0.99), ('D', 0.006)], x);
        }
        let zone = assemble(&lines, 14.0).unwrap();
        assert_eq!(zone.reading.lines(), ICAO);
        assert!(!zone.certain);
    }

    #[test]
    fn letters_and_digits_follow_their_zone() {
        let zeros = ICAO[0].replace('O', "0");
        let letters = ICAO[1].replace("UTO7408122", "UT074O81Z2");
        let lines = [looks(&zeros), looks(&letters)];
        let zone = assemble(&lines, 14.0).unwrap();
        assert_eq!(zone.reading.lines(), ICAO);
    }

    #[test]
    fn a_check_digit_chooses_a_supported_alternative_but_certainty_is_gone() {
        let wrong = ICAO[1].replacen('8', "6", 1);
        assert!(!parse(&[ICAO[0], &wrong]).unwrap().valid());
        let mut lines = ICAO.map(looks);
        for look in &mut lines[1].whole {
            let x = look.glyphs[1].x;
            look.glyphs[1] = glyph(&[('6', 0.9), ('8', 0.08)], x);
        }
        let zone = assemble(&lines, 14.0).unwrap();
        assert_eq!(zone.reading.lines(), ICAO);
        assert!(!zone.certain);
    }

    #[test]
    fn a_sure_misreading_that_breaks_a_check_digit_stays_invalid() {
        let mut lines = ICAO.map(looks);
        lines[1] = looks(&ICAO[1].replacen('8', "6", 1));
        let zone = assemble(&lines, 14.0).unwrap();
        assert!(!zone.reading.valid() && !zone.certain);
    }

    #[test]
    fn a_zero_that_no_check_digit_covers_could_be_a_letter() {
        let visa = |optional: &str| {
            let names = ICAO[0].replacen('P', "V", 1);
            let data = format!("{}{optional}", &ICAO[1][..28]);
            assemble(&[looks(&names), looks(&data)], 14.0).unwrap()
        };
        let plain = visa("ZE184226B<<<<<<<");
        assert!(plain.reading.valid() && plain.certain);
        assert!(!visa("ZE184220B<<<<<<<").certain);
    }

    #[test]
    fn zeros_among_letters_could_cancel_each_other() {
        let sure = |text: &str| {
            let read = LineReading { ..look(text) };
            let place = |g: &Glyph| Place {
                zone: Zone::Any,
                checked: true,
                mean: g.weights,
                best: strongest(&g.weights),
                least: 0.99,
            };
            zeros_may_cancel(&read.glyphs.iter().map(place).collect::<Vec<_>>())
        };
        assert!(sure("9H00Y8027"));
        assert!(!sure("ZE0000509"));
        assert!(!sure("L898902C3"));
    }

    #[test]
    fn a_blind_pair_is_never_chosen_between() {
        // 5 and Z weigh the same: the line is valid either way, so what was read stays.
        assert!(is_blind_pair('5', 'Z'));
        let place = Place {
            zone: Zone::Any,
            checked: true,
            mean: glyph(&[('5', 0.5), ('Z', 0.4), ('2', 0.1)], 0.0).weights,
            best: 5,
            least: 0.5,
        };
        assert_eq!(alternatives(&place).collect::<String>(), "2");
    }

    #[test]
    fn lines_of_odd_number_are_no_zone() {
        assert!(assemble(&[looks(ICAO[0])], 14.0).is_none());
        assert!(assemble(&[], 14.0).is_none());
        assert!(assemble(&[Looks::default(), Looks::default()], 14.0).is_none());
    }
}
