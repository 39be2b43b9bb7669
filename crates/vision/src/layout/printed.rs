//! The printed zone of passports, cards and licences: values beside or below their labels, and values
//! that relate to what the machine-readable zone says.
//!
//! The zone only points: a value is always the text that is printed, so that printed zone and
//! machine-readable zone stay independent evidence.

use std::collections::BTreeMap;

use menshen_document::Field;
use menshen_document::mrz::{Part, Reading};

use super::area::Area;
use super::dates::{About, printed_date};
use super::fold::{distance, fold};
use super::kind::licence_entry;
use super::labels::{Hit, Label, is_han, label_hits};
use super::row::{Glyph, Piece, Row};
use crate::text::Line;

/// A value stands at most this many line heights below its label, or this many to its right.
const BELOW: f32 = 1.9;
const BESIDE: f32 = 14.0;
/// Two names relate when at most this part of the longer one's letters differ.
const RELATED: f32 = 0.25;

/// Fields of the numbered entries of a driving licence (Directive 2006/126/EC, annex I).
const ENTRIES: [(&str, Field); 9] = [
    ("1", Field::Surname),
    ("2", Field::GivenNames),
    ("3", Field::BirthDate),
    ("4a", Field::ValidFrom),
    ("4b", Field::ValidUntil),
    ("4c", Field::Authority),
    ("4d", Field::PersonalNumber),
    ("5", Field::DocumentNumber),
    ("8", Field::Address),
];

/// A line of the printed zone with the labels in it.
struct Printed {
    row: Row,
    area: Area,
    hits: Vec<Hit>,
}

/// Reads the fields of a page by its labels, and by its machine-readable zone.
pub(crate) fn read(lines: &[Line], mrz: Option<&Reading>) -> BTreeMap<Field, Piece> {
    let printed: Vec<Printed> = lines
        .iter()
        .filter(|line| line.text.chars().filter(|ch| *ch == '<').count() < 2)
        .map(|line| Printed {
            row: Row::new(line),
            area: Area::around(&line.corners),
            hits: label_hits(&line.text),
        })
        .collect();
    let mut fields = BTreeMap::new();
    for (index, line) in printed.iter().enumerate() {
        for hit in &line.hits {
            let Label::Of(field) = hit.label else {
                continue;
            };
            if let Some(piece) = beside_label(&printed, index, hit, field) {
                fields.entry(field).or_insert(piece);
            }
        }
    }
    if let Some(mrz) = mrz {
        related(&printed, mrz, &mut fields);
    }
    // One date cannot be both ends: the label of the first one lost its own value.
    let ends = [Field::ValidFrom, Field::ValidUntil].map(|end| fields.get(&end).map(|p| p.area));
    if ends[0].is_some() && ends[0] == ends[1] {
        fields.remove(&Field::ValidFrom);
    }
    fields
}

/// Reads the numbered entries of a driving licence, and its labels for what they leave open.
pub(crate) fn read_licence(lines: &[Line]) -> BTreeMap<Field, Piece> {
    let mut fields = BTreeMap::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(entry) = licence_entry(&line.text) else {
            continue;
        };
        let Some((_, field)) = ENTRIES.iter().find(|(of, _)| *of == entry) else {
            continue;
        };
        let row = Row::new(line);
        let start = entry.chars().count();
        let own = row.piece(start, usize::MAX);
        let own = valid(*field, own.text.trim_start_matches(['.', ' ', ':']), &own);
        if let Some(piece) = own.or_else(|| right_of(lines, index, *field)) {
            fields.entry(*field).or_insert(piece);
        }
    }
    for (field, piece) in read(lines, None) {
        fields.entry(field).or_insert(piece);
    }
    lost_numbers(lines, &mut fields);
    fields
}

/// Returns the nearest value to the right of an entry's number that stands alone.
fn right_of(lines: &[Line], index: usize, field: Field) -> Option<Piece> {
    /// Farthest that a value stands from its number, in heights of the number.
    const NEAR: f32 = 6.0;
    let area = Area::around(&lines[index].corners);
    let beside = |line: &&Line| {
        let there = Area::around(&line.corners);
        let gap = (there.left - area.right) / area.height().max(1.0);
        let level = there.shared_height(&area) > area.height() * 0.5;
        level && (-0.3..NEAR).contains(&gap) && licence_entry(&line.text).is_none()
    };
    let left = |line: &&Line| Area::around(&line.corners).left;
    let nearest = lines
        .iter()
        .filter(beside)
        .min_by(|a, b| left(a).total_cmp(&left(b)))?;
    let piece = Row::new(nearest).piece(0, usize::MAX);
    valid(field, &piece.text, &piece)
}

/// Finds names and number whose own small numbers were not read: the entries stand in one column, in the directive's order, in
/// even rows.
fn lost_numbers(lines: &[Line], fields: &mut BTreeMap<Field, Piece>) {
    const ORDER: [Field; 6] = [
        Field::Surname,
        Field::GivenNames,
        Field::BirthDate,
        Field::ValidFrom,
        Field::Authority,
        Field::DocumentNumber,
    ];
    /// Field that was lost, the one beside it, and on which side of that it stands.
    const LOST: [(Field, Field, f32); 3] = [
        (Field::Surname, Field::GivenNames, -1.0),
        (Field::GivenNames, Field::Surname, 1.0),
        (Field::DocumentNumber, Field::Authority, 1.0),
    ];
    let place = |fields: &BTreeMap<Field, Piece>, field| fields.get(&field).map(|piece| piece.area);
    let pitch = ORDER.iter().zip(&ORDER[1..]).find_map(|(above, below)| {
        let (above, below) = (place(fields, *above)?, place(fields, *below)?);
        Some(below.middle().y - above.middle().y)
    });
    let Some(pitch) = pitch.filter(|pitch| *pitch > 0.0) else {
        return;
    };
    for (field, beside, side) in LOST {
        let (None, Some(known)) = (place(fields, field), place(fields, beside)) else {
            continue;
        };
        let found = lines.iter().find_map(|line| {
            let area = Area::around(&line.corners);
            let row = (area.middle().y - known.middle().y - side * pitch).abs() < 0.3 * pitch;
            let column = (area.left - known.left).abs() < known.height();
            let free = licence_entry(&line.text).is_none();
            let piece = Row::new(line).piece(0, usize::MAX);
            (row && column && free)
                .then(|| valid(field, &piece.text, &piece))
                .flatten()
        });
        if let Some(piece) = found {
            fields.insert(field, piece);
        }
    }
}

/// Returns the value of a label: in its own line, to its right, or below it.
fn beside_label(printed: &[Printed], index: usize, hit: &Hit, field: Field) -> Option<Piece> {
    let line = &printed[index];
    let label = line.row.piece(hit.start, hit.end).area;
    let height = line.area.height();
    let next = line.hits.iter().find(|other| other.start >= hit.end);
    let own = line
        .row
        .piece(hit.end, next.map_or(usize::MAX, |next| next.start));
    let text = own
        .text
        .trim_start_matches([':', '.', '/', ' ', '-', ')', '°', 'º', ',']);
    let foreign_label = own.text.trim_start().starts_with('/') || next.is_some();
    if !foreign_label && let Some(piece) = valid(field, text, &own) {
        return Some(piece);
    }
    // Where the next column of labels begins, values of this label end.
    let other = line
        .hits
        .iter()
        .filter(|other| other.start >= hit.end && other.label != hit.label);
    let end = other
        .map(|other| line.row.piece(other.start, other.end).area.left - height * 0.3)
        .fold(f32::INFINITY, f32::min);
    let mut best: Option<(f32, Piece)> = None;
    for candidate in printed.iter().filter(|other| other.hits.is_empty()) {
        let Some((cost, piece)) = candidate_value(candidate, &label, end, field) else {
            continue;
        };
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, piece));
        }
    }
    best.map(|(_, piece)| piece)
}

/// Judges a line without labels as the value of a label; a lower cost is a nearer one.
fn candidate_value(
    candidate: &Printed,
    label: &Area,
    end: f32,
    field: Field,
) -> Option<(f32, Piece)> {
    let height = label.height().max(candidate.area.height() * 0.6);
    let row_shared = candidate.area.shared_height(label) > height * 0.5;
    let gap = candidate.area.left - label.right;
    if row_shared && gap > -height * 0.5 && gap < BESIDE * height && candidate.area.left < end {
        let piece = candidate.row.piece(0, usize::MAX);
        return valid(field, &piece.text, &piece).map(|piece| (gap.max(0.0) / height + 0.5, piece));
    }
    let down = candidate.area.middle().y - label.middle().y;
    if down < height * 0.6 || down > BELOW * height {
        return None;
    }
    let start = label.left - height * 1.2;
    let words = columns(&candidate.row, start, end)?;
    let aside = (words.area.left - label.left).abs() / height;
    (words.area.left < label.right + height * 3.0)
        .then(|| valid(field, &words.text, &words))
        .flatten()
        .map(|piece| (down / height + aside * 0.3, piece))
}

/// Returns the words of a row that stand between two places along x.
fn columns(row: &Row, start: f32, end: f32) -> Option<Piece> {
    let inside = |glyph: &Glyph| glyph.area.middle().x >= start && glyph.area.middle().x < end;
    let first = row.glyphs.iter().position(inside)?;
    let last = row.glyphs.iter().rposition(inside)?;
    // A word that begins outside belongs to another column.
    let cut_word = first > 0 && row.glyphs[first - 1].ch != ' ';
    let first = if cut_word {
        row.glyphs[first..]
            .iter()
            .position(|glyph| glyph.ch == ' ')?
            + first
    } else {
        first
    };
    let piece = row.piece(first, last + 1);
    (!piece.text.is_empty()).then_some(piece)
}

/// Returns the value that a text holds for a field, normalised; `None` when it cannot be one.
fn valid(field: Field, text: &str, piece: &Piece) -> Option<Piece> {
    let text = text.trim();
    let value = match field {
        Field::BirthDate => printed_date(text, About::Birth)?.to_string(),
        Field::ValidFrom | Field::ValidUntil => printed_date(text, About::Document)?.to_string(),
        Field::Sex => sex(text)?.to_owned(),
        Field::Nationality | Field::IssuingState => code(text)?,
        Field::DocumentNumber | Field::PersonalNumber => number(text)?,
        Field::Surname | Field::GivenNames | Field::Name => name(text)?,
        Field::Ethnicity => return None,
        Field::Address | Field::Authority | Field::BirthPlace => {
            let letters = text.chars().filter(|ch| ch.is_alphabetic()).count();
            (letters >= 2).then(|| text.to_owned())?
        }
    };
    Some(Piece {
        text: value,
        ..piece.clone()
    })
}

fn sex(text: &str) -> Option<&'static str> {
    let words = text
        .split(|ch: char| !ch.is_alphabetic())
        .filter(|word| !word.is_empty());
    let meaning = |word: &str| match fold(word).as_str() {
        "m" | "male" | "男" | "masculin" | "masculino" => Some("M"),
        "f" | "female" | "女" | "feminin" | "femenino" | "w" => Some("F"),
        "x" => Some("X"),
        _ => None,
    };
    // `K/F`, `M/M`, `Ž/F`: the international letter comes last.
    words.take(3).filter_map(meaning).last()
}

fn code(text: &str) -> Option<String> {
    let mut words = text.split(|ch: char| !ch.is_alphanumeric());
    let code = words.find(|word| word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase()));
    // German passports write the one-letter code of Doc 9303-3.
    code.or_else(|| (text == "D").then_some("D"))
        .map(str::to_owned)
}

fn number(text: &str) -> Option<String> {
    let all: String = text
        .chars()
        .filter(|ch| !matches!(ch, ' ' | '-' | '.' | '/'))
        .collect();
    let digits = all.chars().filter(char::is_ascii_digit).count();
    let plain = all
        .chars()
        .all(|ch| ch.is_ascii_uppercase() || ch.is_ascii_digit());
    (plain && digits >= 3 && digits * 3 >= all.len() && (5..=20).contains(&all.len()))
        .then_some(all)
}

fn name(text: &str) -> Option<String> {
    let letters = text.chars().filter(|ch| ch.is_alphabetic()).count();
    let han = text.chars().filter(|ch| is_han(*ch)).count();
    let plain = text
        .chars()
        .all(|ch| ch.is_alphabetic() || matches!(ch, ' ' | '-' | '\'' | '’' | ',' | '.' | '·'));
    (plain && (letters >= 2 || han >= 1)).then(|| text.to_owned())
}

/// Finds the printed lines that relate to the machine-readable zone, for fields without a label and
/// for those where the label led to something that has nothing to do with it.
fn related(printed: &[Printed], mrz: &Reading, fields: &mut BTreeMap<Field, Piece>) {
    let raw = |part: Part| mrz.raw(part).unwrap_or_default();
    let names = raw(Part::Names);
    let (surname, given) = names
        .split_once("<<")
        .unwrap_or((names, raw(Part::GivenNames)));
    let wanted = [
        (Field::Surname, surname),
        (Field::GivenNames, given),
        (Field::DocumentNumber, raw(Part::Number)),
        (Field::BirthDate, raw(Part::Birth)),
        (Field::ValidUntil, raw(Part::Expiry)),
    ];
    for (field, zone) in wanted {
        let zone = fold(zone);
        if zone.len() < 2 {
            continue;
        }
        let known = fields
            .get(&field)
            .map(|piece| difference(field, &piece.text, &zone));
        if known.is_some_and(|difference| difference <= RELATED) {
            continue;
        }
        let pieces = printed.iter().filter_map(|line| {
            let start = line.hits.iter().map(|hit| hit.end).max().unwrap_or(0);
            let piece = line.row.piece(start, usize::MAX);
            let piece = valid(
                field,
                piece.text.trim_start_matches([':', '.', '/', ' ']),
                &piece,
            )?;
            Some((difference(field, &piece.text, &zone), piece))
        });
        let nearest = pieces.min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, piece)) = nearest.filter(|(difference, _)| *difference <= RELATED) {
            fields.insert(field, piece);
        }
    }
}

/// Returns by how much a printed value differs from the zone's, 0 (not at all) to 1.
fn difference(field: Field, value: &str, zone: &str) -> f32 {
    if matches!(field, Field::BirthDate | Field::ValidUntil) {
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        return if digits.get(2..) == Some(zone) {
            0.0
        } else {
            1.0
        };
    }
    let (value, zone): (Vec<char>, Vec<char>) =
        (fold(value).chars().collect(), zone.chars().collect());
    distance(&value, &zone) as f32 / value.len().max(zone.len()).max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::row::tests::line;
    use menshen_document::mrz;

    fn values(fields: BTreeMap<Field, Piece>) -> Vec<(Field, String)> {
        fields
            .into_iter()
            .map(|(field, piece)| (field, piece.text))
            .collect()
    }

    fn text(fields: &BTreeMap<Field, Piece>, field: Field) -> Option<&str> {
        fields.get(&field).map(|piece| piece.text.as_str())
    }

    fn passport() -> Vec<Line> {
        vec![
            line("Surname/Nom", 300.0, 100.0, 430.0, 122.0),
            line("ÉRIKSSON", 300.0, 126.0, 440.0, 156.0),
            line("Given names/Prénoms", 300.0, 160.0, 520.0, 182.0),
            line("ANNA MARIA", 300.0, 186.0, 480.0, 216.0),
            line(
                "Date of birth/Date de naissance",
                300.0,
                220.0,
                600.0,
                242.0,
            ),
            line("12 AUG/AOUT 74", 300.0, 246.0, 520.0, 276.0),
            line(
                "Sex/Sexe  Place of birth/Lieu de naissance",
                300.0,
                280.0,
                720.0,
                302.0,
            ),
            line("F         ZENITH", 300.0, 306.0, 520.0, 336.0),
        ]
    }

    #[test]
    fn values_below_their_labels_are_read_column_by_column() {
        let wanted = [
            (Field::Surname, "ÉRIKSSON"),
            (Field::GivenNames, "ANNA MARIA"),
            (Field::Sex, "F"),
            (Field::BirthDate, "1974-08-12"),
            (Field::BirthPlace, "ZENITH"),
        ];
        let wanted = wanted
            .map(|(field, text)| (field, text.to_owned()))
            .to_vec();
        assert_eq!(values(read(&passport(), None)), wanted);
    }

    #[test]
    fn the_zone_points_at_lines_but_never_gives_the_value() {
        let zone = mrz::parse(&[
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
            "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
        ])
        .unwrap();
        let lines = [
            line("ÉRIKSSON", 300.0, 126.0, 440.0, 156.0),
            line("ANNA MARlA", 300.0, 186.0, 480.0, 216.0),
            line("12.08.1974", 300.0, 246.0, 520.0, 276.0),
            line("SMITH", 300.0, 306.0, 400.0, 336.0),
        ];
        let fields = read(&lines, Some(&zone));
        assert_eq!(text(&fields, Field::Surname), Some("ÉRIKSSON"));
        assert_eq!(text(&fields, Field::GivenNames), Some("ANNA MARlA"));
        assert_eq!(text(&fields, Field::BirthDate), Some("1974-08-12"));
        assert_eq!(text(&fields, Field::DocumentNumber), None);
    }

    #[test]
    fn a_printed_name_that_differs_from_the_zone_is_kept_as_printed() {
        let zone = mrz::parse(&[
            "P<UTOJOHNSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<<",
            "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
        ])
        .unwrap();
        let fields = read(&passport(), Some(&zone));
        assert_eq!(text(&fields, Field::Surname), Some("ÉRIKSSON"));
    }

    #[test]
    fn numbered_entries_of_a_licence_are_fields() {
        let lines = [
            line("1. SMITH", 300.0, 100.0, 420.0, 130.0),
            line("2.", 300.0, 140.0, 330.0, 170.0),
            line("JANE", 350.0, 140.0, 420.0, 170.0),
            line("3. 01.02.1990 LONDON", 300.0, 180.0, 600.0, 210.0),
            line("4b. 01.01.2030", 300.0, 220.0, 500.0, 250.0),
            line("5. SMITH901020J99AB", 300.0, 260.0, 600.0, 290.0),
        ];
        let fields = read_licence(&lines);
        assert_eq!(text(&fields, Field::Surname), Some("SMITH"));
        assert_eq!(text(&fields, Field::GivenNames), Some("JANE"));
        assert_eq!(text(&fields, Field::BirthDate), Some("1990-02-01"));
        assert_eq!(text(&fields, Field::ValidUntil), Some("2030-01-01"));
        assert_eq!(
            text(&fields, Field::DocumentNumber),
            Some("SMITH901020J99AB")
        );
    }

    #[test]
    fn an_entry_is_found_without_its_number_and_in_any_order_of_lines() {
        let lines = [
            line("JANE", 350.0, 140.0, 420.0, 170.0),
            line("SMITH", 350.0, 100.0, 440.0, 130.0),
            line("2.", 300.0, 142.0, 330.0, 168.0),
            line("3. 01.02.1990", 300.0, 180.0, 520.0, 210.0),
            line("4c.", 300.0, 222.0, 330.0, 248.0),
            line("OFFICE 7", 350.0, 220.0, 500.0, 250.0),
            line("UE2678480", 352.0, 262.0, 520.0, 292.0),
            line("B", 352.0, 350.0, 370.0, 380.0),
        ];
        let fields = read_licence(&lines);
        assert_eq!(text(&fields, Field::GivenNames), Some("JANE"));
        assert_eq!(text(&fields, Field::Surname), Some("SMITH"));
        assert_eq!(text(&fields, Field::DocumentNumber), Some("UE2678480"));
        // What stands in another column is no entry.
        let aside = [
            line("2. JANE", 300.0, 140.0, 420.0, 170.0),
            line("3. 01.02.1990", 300.0, 180.0, 520.0, 210.0),
            line("ZENITH", 700.0, 100.0, 800.0, 130.0),
        ];
        assert_eq!(text(&read_licence(&aside), Field::Surname), None);
    }
}
