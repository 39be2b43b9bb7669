//! Reads a PRC card: sorts what the detector found, then looks again at the expected place of every
//! field that is missing or weak.

use std::collections::BTreeMap;

use image::RgbImage;
use menshen_document::{Field, Side, prc_id};

use super::area::Area;
use super::ink;
use super::prc_back;
use super::prc_front::{self, RowKind};
use super::row::Piece;
use crate::model::ModelError;
use crate::text::{Line, TextReader};

/// Below this mean confidence a field is read a second time; clean fields read above 0.95.
const SURE: f32 = 0.9;
/// Below this confidence a band of ink that the detector passed over was no line of text.
const MISSED: f32 = 0.6;
/// Middle of each row over the height of the card, and the left and right ends of the text over its
/// width (from the drawing in GA 461-2004); used only where too few rows were found.
const ROW_MIDDLES: [(RowKind, f32); 5] = [
    (RowKind::Name, 0.145),
    (RowKind::Sex, 0.265),
    (RowKind::Birth, 0.385),
    (RowKind::Address, 0.51),
    (RowKind::Number, 0.89),
];
const TEXT_LEFT: f32 = 0.05;
const VALUES_RIGHT: f32 = 0.625;
const NUMBER_RIGHT: f32 = 0.97;
/// Height of a row's strip over the height of the card, about 1.4 characters.
const STRIP_HEIGHT: f32 = 0.085;

/// Reads all fields of one side of a card. `lines` are what the detector found on `page`, read.
pub(crate) fn read(
    reader: &TextReader,
    page: &RgbImage,
    lines: &[Line],
    side: Side,
) -> Result<BTreeMap<Field, Piece>, ModelError> {
    match side {
        Side::Front => read_front(reader, page, lines),
        Side::Back => read_back(reader, page, lines),
    }
}

fn read_front(
    reader: &TextReader,
    page: &RgbImage,
    lines: &[Line],
) -> Result<BTreeMap<Field, Piece>, ModelError> {
    let (width, height) = (page.width() as f32, page.height() as f32);
    let mut first = prc_front::parse(lines, width, height);
    let missed = missed_lines(reader, page, lines, &first.rows)?;
    if !missed.is_empty() {
        let all: Vec<Line> = lines.iter().chain(&missed).cloned().collect();
        first = prc_front::parse(&all, width, height);
    }
    let mut fields = first.fields.clone();
    for (kind, wanted) in [
        (RowKind::Name, &[Field::Name][..]),
        (RowKind::Sex, &[Field::Sex, Field::Ethnicity]),
        (RowKind::Birth, &[Field::BirthDate]),
        (RowKind::Address, &[Field::Address]),
        (RowKind::Number, &[Field::DocumentNumber]),
    ] {
        if wanted
            .iter()
            .all(|field| is_sure(*field, fields.get(field)))
        {
            continue;
        }
        for strip in strips(&first.rows, kind, width, height) {
            let line = reader.recognise_box(page, &strip.corners())?;
            let again = prc_front::parse_row(kind, &line);
            keep_better(&mut fields, again, kind);
            if wanted
                .iter()
                .all(|field| is_sure(*field, fields.get(field)))
            {
                break;
            }
        }
    }
    Ok(fields)
}

/// Reads the rows of the address that the detector passed over.
fn missed_lines(
    reader: &TextReader,
    page: &RgbImage,
    lines: &[Line],
    rows: &BTreeMap<RowKind, Area>,
) -> Result<Vec<Line>, ModelError> {
    let (width, height) = (page.width() as f32, page.height() as f32);
    let above = [RowKind::Birth, RowKind::Sex, RowKind::Name];
    let Some(upper) = above.iter().find_map(|kind| rows.get(kind)) else {
        return Ok(Vec::new());
    };
    let window = Area {
        left: upper.left,
        right: VALUES_RIGHT * width,
        top: upper.bottom,
        bottom: rows
            .get(&RowKind::Number)
            .map_or(0.8 * height, |number| number.top),
    };
    let known: Vec<Area> = lines
        .iter()
        .filter(|line| !prc_front::is_overprint(&line.text))
        .map(|line| Area::around(&line.corners))
        .collect();
    let mut missed = Vec::new();
    // The detector's boxes are about 1.3 times as high as the characters.
    for band in ink::bands(page, &window, upper.height() / 1.3) {
        let covers = |area: &Area| area.shared_height(&band) > 0.5 * band.height();
        if known
            .iter()
            .any(|area| area.left < window.right && covers(area))
        {
            continue;
        }
        let strip = band.grown(4.0, band.height() * 0.17);
        let line = reader.recognise_box(page, &strip.corners())?;
        if line.confidence > MISSED {
            missed.push(line);
        }
    }
    Ok(missed)
}

/// Is there no need to look again?
fn is_sure(field: Field, piece: Option<&Piece>) -> bool {
    piece.is_some_and(|piece| {
        piece.confidence >= SURE && (field != Field::DocumentNumber || is_number(&piece.text))
    })
}

/// Does the text close with its own check character?
fn is_number(text: &str) -> bool {
    text.len() == prc_front::NUMBER_LENGTH
        && text.is_ascii()
        && prc_id::check_character(&text[..17]) == text.chars().last()
}

/// Takes a field of the second reading where it is the better one. An address of several rows is
/// never given up for its first row.
fn keep_better(fields: &mut BTreeMap<Field, Piece>, again: BTreeMap<Field, Piece>, kind: RowKind) {
    for (field, piece) in again {
        let better = match fields.get(&field) {
            None => true,
            Some(_) if kind == RowKind::Address => false,
            Some(old) if field == Field::DocumentNumber => {
                let rank = |piece: &Piece| (is_number(&piece.text), piece.text.len() == 18);
                rank(&piece) > rank(old)
                    || (rank(&piece) == rank(old) && piece.confidence > old.confidence)
            }
            Some(old) => piece.confidence > old.confidence,
        };
        if better {
            fields.insert(field, piece);
        }
    }
}

/// Returns where a row may stand, most likely place first.
fn strips(rows: &BTreeMap<RowKind, Area>, kind: RowKind, width: f32, height: f32) -> Vec<Area> {
    let left = rows
        .values()
        .map(|area| area.left)
        .fold(f32::INFINITY, f32::min);
    let left = left.min(width * 0.2).max(0.0);
    let left = if left.is_finite() {
        left
    } else {
        TEXT_LEFT * width
    };
    let right = if kind == RowKind::Number {
        NUMBER_RIGHT
    } else {
        VALUES_RIGHT
    } * width;
    let mut strips = Vec::new();
    if let Some(area) = rows.get(&kind) {
        // The same row with a little more around it, from the label to the portrait.
        let whole = Area {
            left: left.min(area.left),
            right: right.max(area.right),
            ..*area
        };
        strips.push(whole.grown(6.0, area.height() * 0.06));
        strips.push(area.grown(area.height() * 0.25, -area.height() * 0.05));
    }
    let middle = expected_middle(rows, kind, height);
    let half = STRIP_HEIGHT * height / 2.0;
    strips.push(Area {
        left: left - 4.0,
        right,
        top: middle - half,
        bottom: middle + half,
    });
    strips
}

/// Places a row by the straight line through the rows that were found, or by the standard.
fn expected_middle(rows: &BTreeMap<RowKind, Area>, kind: RowKind, height: f32) -> f32 {
    let standard = |kind: RowKind| {
        let entry = ROW_MIDDLES.iter().find(|(of, _)| *of == kind);
        entry.map_or(0.5, |(_, middle)| middle * height)
    };
    let wanted = standard(kind);
    let known: Vec<(f32, f32)> = rows
        .iter()
        .filter(|(of, _)| **of != RowKind::Number && kind != RowKind::Number)
        .map(|(of, area)| (standard(*of), area.middle().y))
        .collect();
    match known.as_slice() {
        [] => wanted,
        [(from, to)] => wanted + to - from,
        many => {
            let n = many.len() as f32;
            let mean_x = many.iter().map(|p| p.0).sum::<f32>() / n;
            let mean_y = many.iter().map(|p| p.1).sum::<f32>() / n;
            let over: f32 = many.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum();
            let under: f32 = many.iter().map(|p| (p.0 - mean_x).powi(2)).sum();
            mean_y + (wanted - mean_x) * over / under.max(1.0)
        }
    }
}

fn read_back(
    reader: &TextReader,
    page: &RgbImage,
    lines: &[Line],
) -> Result<BTreeMap<Field, Piece>, ModelError> {
    let first = prc_back::parse(lines);
    let mut fields = first.fields.clone();
    let rows = [
        (prc_back::RowKind::Authority, &[Field::Authority][..]),
        (
            prc_back::RowKind::Validity,
            &[Field::ValidFrom, Field::ValidUntil],
        ),
    ];
    for (kind, wanted) in rows {
        if wanted
            .iter()
            .all(|field| is_sure(*field, fields.get(field)))
        {
            continue;
        }
        for strip in back_strips(&first.rows, kind, page) {
            let line = reader.recognise_box(page, &strip.corners())?;
            for (field, piece) in prc_back::parse(std::slice::from_ref(&line)).fields {
                let old = fields.get(&field);
                if wanted.contains(&field)
                    && old.is_none_or(|old| piece.confidence > old.confidence)
                {
                    fields.insert(field, piece);
                }
            }
        }
    }
    Ok(fields)
}

/// Returns where a row of the emblem side may stand: where it was found, and one pitch below or
/// above its neighbour.
fn back_strips(
    rows: &BTreeMap<prc_back::RowKind, Area>,
    kind: prc_back::RowKind,
    page: &RgbImage,
) -> Vec<Area> {
    use prc_back::RowKind::{Authority, Validity};
    let (width, height) = (page.width() as f32, page.height() as f32);
    // GA 461-2004: the two rows stand at 0.80 and 0.90 of the height.
    let pitch = 0.105 * height;
    let mut strips = Vec::new();
    if let Some(area) = rows.get(&kind) {
        let whole = Area {
            right: area.right.max(0.93 * width),
            ..*area
        };
        strips.push(area.grown(area.height() * 0.25, 0.0));
        strips.push(whole.grown(6.0, area.height() * 0.06));
    }
    let (other, step) = match kind {
        Authority => (Validity, -pitch),
        Validity => (Authority, pitch),
    };
    if let Some(area) = rows.get(&other).filter(|_| strips.is_empty()) {
        strips.push(Area {
            left: area.left - 6.0,
            right: 0.93 * width,
            top: area.top + step,
            bottom: area.bottom + step,
        });
    }
    strips
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(middle: f32) -> Area {
        Area {
            left: 60.0,
            right: 400.0,
            top: middle - 20.0,
            bottom: middle + 20.0,
        }
    }

    #[test]
    fn a_missing_row_is_expected_between_its_neighbours() {
        let rows = BTreeMap::from([(RowKind::Name, row(100.0)), (RowKind::Birth, row(260.0))]);
        let middle = expected_middle(&rows, RowKind::Sex, 631.0);
        assert!((middle - 180.0).abs() < 2.0, "{middle}");
        let strip = strips(&rows, RowKind::Sex, 1000.0, 631.0)[0];
        assert!(strip.left < 60.0 && strip.right > 600.0, "{strip:?}");
    }

    #[test]
    fn a_number_that_closes_with_its_check_character_wins() {
        let piece = |text: &str, confidence: f32| Piece {
            text: text.to_owned(),
            confidence,
            area: Area::default(),
        };
        let field = Field::DocumentNumber;
        let mut fields = BTreeMap::from([(field, piece("11010519491231002K", 0.99))]);
        let again = BTreeMap::from([(field, piece("11010519491231002X", 0.6))]);
        keep_better(&mut fields, again, RowKind::Number);
        assert_eq!(fields[&field].text, "11010519491231002X");
    }
}
