//! The portrait side of a PRC resident identity card (GA 461-2004): rows of label and value on the
//! left, the portrait on the right, the number along the bottom.
//!
//! Rows are told by their labels, and by their order where a label was not read; positions on the
//! page matter only roughly, so that cards of other proportions read as well.

use std::collections::BTreeMap;

use jiff::civil::Date;
use menshen_document::Field;

use super::area::Area;
use super::ethnicity::ethnic_group;
use super::fold::find_like;
use super::labels::is_han;
use super::row::{Glyph, Piece, Row, rows};
use crate::text::Line;

/// Text whose middle lies right of this part of the width and above [`PORTRAIT_BOTTOM`] belongs to
/// the portrait: values end left of it on the card (GA 461 puts its left edge at 0.63).
const PORTRAIT_LEFT: f32 = 0.66;
const PORTRAIT_BOTTOM: f32 = 0.72;
/// Digits in a row that make it the number's row even when some were not read.
const MIN_NUMBER_DIGITS: usize = 14;
/// Length of the identity number (GB 11643).
pub(crate) const NUMBER_LENGTH: usize = 18;
/// Labels, top to bottom, with the distance of their rows from the first in units of the pitch.
const LABELS: [(RowKind, &str); 5] = [
    (RowKind::Name, "姓名"),
    (RowKind::Sex, "性别"),
    (RowKind::Birth, "出生"),
    (RowKind::Address, "住址"),
    (RowKind::Number, "公民身份号码"),
];

/// What a row of the card holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RowKind {
    /// 姓名.
    Name,
    /// 性别 and 民族.
    Sex,
    /// 出生.
    Birth,
    /// 住址, its first row.
    Address,
    /// 公民身份号码.
    Number,
}

/// What was read of a portrait side.
#[derive(Clone, Debug, Default)]
pub(crate) struct PrcFront {
    pub fields: BTreeMap<Field, Piece>,
    /// Where each row stands, its label included.
    pub rows: BTreeMap<RowKind, Area>,
    /// Rows whose own label was read.
    pub labels: usize,
}

/// Sorts the lines of a page into the fields of a portrait side.
pub(crate) fn parse(lines: &[Line], width: f32, height: f32) -> PrcFront {
    let used: Vec<&Line> = lines
        .iter()
        .filter(|line| {
            let middle = Area::around(&line.corners).middle();
            let beside = middle.x < PORTRAIT_LEFT * width || middle.y > PORTRAIT_BOTTOM * height;
            beside && !is_overprint(&line.text)
        })
        .collect();
    let rows = rows(&used);
    let kinds = kinds(&rows);
    let mut front = PrcFront {
        labels: labels_read(&rows),
        ..PrcFront::default()
    };
    for (kind, index) in &kinds {
        front.rows.insert(*kind, rows[*index].area());
        let end = next_row(&kinds, *kind).unwrap_or(rows.len());
        take_fields(&mut front.fields, *kind, &rows[*index..end.max(index + 1)]);
    }
    front.fields.retain(|_, piece| !piece.text.is_empty());
    front
}

/// Reads one line that is known to be a certain row.
pub(crate) fn parse_row(kind: RowKind, line: &Line) -> BTreeMap<Field, Piece> {
    let mut fields = BTreeMap::new();
    take_fields(&mut fields, kind, &[Row::new(line)]);
    fields.retain(|_, piece| !piece.text.is_empty());
    fields
}

/// Is this a mark across a specimen rather than part of the card?
pub(crate) fn is_overprint(text: &str) -> bool {
    let letters: String = text.chars().filter(|ch| ch.is_alphabetic()).collect();
    let latin = letters.chars().filter(char::is_ascii_alphabetic).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    // A portrait side prints no Latin letter but X and the odd building number; boxes of nothing else
    // are marks, or pieces of one.
    let piece = latin > 0 && latin == letters.chars().count() && digits == 0 && is_mark(&letters);
    let all = letters.chars().count();
    // An address or an office may contain such a word; a mark consists of it.
    let marks: usize = ["样本", "样证", "样张", "仅供"]
        .iter()
        .map(|mark| letters.matches(mark).count() * mark.chars().count())
        .sum();
    piece || (latin >= 3 && latin * 2 > all && digits < latin) || (marks > 0 && marks * 2 >= all)
}

/// Is this a word that specimens carry, or a piece of one, half of it misread at most?
fn is_mark(letters: &str) -> bool {
    let letters: Vec<char> = letters.to_ascii_uppercase().chars().collect();
    let errors = match letters.len() {
        0..=2 => 0,
        3 => 1,
        length => length / 2,
    };
    ["SPECIMEN", "SAMPLE"].iter().any(|mark| {
        let mark: Vec<char> = mark.chars().collect();
        find_like(&mark, &letters, errors).is_some()
    })
}

fn next_row(kinds: &BTreeMap<RowKind, usize>, kind: RowKind) -> Option<usize> {
    kinds
        .iter()
        .find(|(other, _)| **other > kind)
        .map(|(_, index)| *index)
}

/// Decides which row is which: by label and content first, by order for the rest.
fn kinds(rows: &[Row]) -> BTreeMap<RowKind, usize> {
    let mut kinds = BTreeMap::new();
    for (kind, label) in LABELS {
        let after = kinds.values().max().map_or(0, |last: &usize| last + 1);
        let found = (after..rows.len()).find(|index| is_kind(&rows[*index], kind, label));
        if let Some(index) = found {
            kinds.insert(kind, index);
        }
    }
    let by_order = [
        (RowKind::Name, RowKind::Sex, -1),
        (RowKind::Birth, RowKind::Sex, 1),
        (RowKind::Sex, RowKind::Birth, -1),
        (RowKind::Name, RowKind::Sex, -1),
        (RowKind::Address, RowKind::Birth, 1),
    ];
    for (missing, known, step) in by_order {
        let Some(index) = kinds.get(&known).and_then(|at| at.checked_add_signed(step)) else {
            continue;
        };
        let free = index < rows.len() && kinds.values().all(|taken| *taken != index);
        if !kinds.contains_key(&missing) && free && could_be(&rows[index], missing) {
            kinds.insert(missing, index);
        }
    }
    kinds
}

fn is_kind(row: &Row, kind: RowKind, label: &str) -> bool {
    let text = dense(row);
    match kind {
        RowKind::Number => digits(&text) >= MIN_NUMBER_DIGITS,
        RowKind::Birth if text.contains(&'年') && text.contains(&'月') => true,
        RowKind::Sex if find(&text, "民族").is_some() => true,
        _ => label_end(row, label).is_some(),
    }
}

/// Could a row without its label hold this?
fn could_be(row: &Row, kind: RowKind) -> bool {
    let text = dense(row);
    let han = text.iter().filter(|ch| is_han(**ch)).count();
    match kind {
        RowKind::Name => han >= 2 && digits(&text) == 0,
        RowKind::Sex => text.contains(&'男') || text.contains(&'女'),
        RowKind::Birth => (5..=8).contains(&digits(&text)),
        RowKind::Address => han >= 3,
        RowKind::Number => digits(&text) >= MIN_NUMBER_DIGITS,
    }
}

fn labels_read(rows: &[Row]) -> usize {
    let read = |label: &str| rows.iter().any(|row| find(&dense(row), label).is_some());
    let labels = ["姓名", "性别", "民族", "出生", "住址", "公民身份号码"];
    labels.into_iter().filter(|label| read(label)).count()
}

fn take_fields(fields: &mut BTreeMap<Field, Piece>, kind: RowKind, rows: &[Row]) {
    let Some(row) = rows.first() else { return };
    let label = LABELS
        .iter()
        .find(|(of, _)| *of == kind)
        .map_or("", |(_, label)| label);
    let start = label_end(row, label).unwrap_or(0);
    match kind {
        RowKind::Name => {
            fields.insert(Field::Name, name(row, start));
        }
        RowKind::Sex => {
            let (sex, group) = sex_and_group(row, start);
            fields.insert(Field::Sex, sex);
            fields.insert(Field::Ethnicity, group);
        }
        RowKind::Birth => {
            if let Some(birth) = birth_date(row, start) {
                fields.insert(Field::BirthDate, birth);
            }
        }
        RowKind::Address => {
            fields.insert(Field::Address, address(rows, start));
        }
        RowKind::Number => {
            fields.insert(Field::DocumentNumber, number(row));
        }
    }
}

fn name(row: &Row, start: usize) -> Piece {
    let mut piece = row.kept(start, usize::MAX, |ch| is_han(ch) || is_middle_dot(ch));
    piece.text = piece
        .text
        .chars()
        .map(|ch| if is_middle_dot(ch) { '·' } else { ch })
        .collect();
    piece.text = piece.text.trim_matches('·').to_owned();
    piece
}

/// Forms that the recogniser gives for the dot between the parts of a minority name.
fn is_middle_dot(ch: char) -> bool {
    matches!(ch, '·' | '•' | '・' | '∙' | '⋅' | '．' | '.' | '‧' | '●')
}

fn sex_and_group(row: &Row, start: usize) -> (Piece, Piece) {
    let label = find_glyphs(row, "民族");
    let (middle, group_start) = label.unwrap_or((row.glyphs.len(), row.glyphs.len()));
    let mut sex = row.kept(start.min(middle), middle, |ch| ch == '男' || ch == '女');
    sex.text = match sex.text.chars().next() {
        Some('男') => "M".to_owned(),
        Some('女') => "F".to_owned(),
        _ => String::new(),
    };
    let mut group = row.kept(group_start, usize::MAX, is_han);
    if let Some(known) = ethnic_group(&group.text) {
        group.text = known.to_owned();
    }
    (sex, group)
}

fn birth_date(row: &Row, start: usize) -> Option<Piece> {
    let text: String = row.glyphs[start.min(row.glyphs.len())..]
        .iter()
        .map(|g| g.ch)
        .collect();
    let date = chinese_date(&text)?;
    let piece = row.kept(start, usize::MAX, |ch| {
        ch.is_ascii_digit() || "年月日".contains(ch)
    });
    Some(Piece {
        text: date.to_string(),
        ..piece
    })
}

/// Reads `1990年1月1日`, whatever stands between the numbers.
pub(crate) fn chinese_date(text: &str) -> Option<Date> {
    let mut numbers = text
        .split(|ch: char| !ch.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse::<i16>().ok());
    let (year, month, day) = (numbers.next()??, numbers.next()??, numbers.next()??);
    if numbers.next().is_some() || !(1850..2100).contains(&year) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn address(rows: &[Row], start: usize) -> Piece {
    let Some((first, rest)) = rows.split_first() else {
        return Piece::default();
    };
    let head = first.kept(start, usize::MAX, is_address_char);
    let pitch = first.area().height();
    let mut last = first.area();
    let mut whole = head;
    for row in rest {
        let area = row.area();
        // The rows of an address follow each other closely; what stands apart is another thing.
        let follows = area.top - last.bottom < pitch && area.left < last.right;
        if !follows || find(&dense(row), "号码").is_some() {
            break;
        }
        whole = whole.followed_by(row.kept(0, usize::MAX, is_address_char));
        last = area;
    }
    without_marks(whole)
}

/// Returns the text without runs of two letters or more that belong to a mark across the card.
fn without_marks(piece: Piece) -> Piece {
    let chars: Vec<char> = piece.text.chars().collect();
    let kept = chars
        .chunk_by(|a, b| a.is_ascii_uppercase() == b.is_ascii_uppercase())
        .map(|run| run.iter().collect::<String>())
        .filter(|run| {
            run.len() < 2 || !run.bytes().all(|b| b.is_ascii_uppercase()) || !is_mark(run)
        });
    Piece {
        text: kept.collect(),
        ..piece
    }
}

fn is_address_char(ch: char) -> bool {
    is_han(ch) || ch.is_ascii_alphanumeric() || "-—#()（）·/、".contains(ch)
}

fn number(row: &Row) -> Piece {
    let start = find_glyphs(row, "号码").map_or(0, |(_, end)| end);
    let digits: Vec<Glyph> = row.glyphs[start..]
        .iter()
        .filter_map(|glyph| {
            Some(Glyph {
                ch: number_char(glyph.ch)?,
                ..*glyph
            })
        })
        .collect();
    let surplus = digits.len().saturating_sub(NUMBER_LENGTH);
    let row = Row { glyphs: digits };
    row.piece(surplus, usize::MAX)
}

/// A number has only digits and a closing X; what else is read there is a look-alike.
fn number_char(ch: char) -> Option<char> {
    match ch {
        '0'..='9' | 'X' => Some(ch),
        'x' | '×' | 'Х' => Some('X'),
        'O' | 'o' | '〇' | 'D' => Some('0'),
        'l' | 'I' | '|' => Some('1'),
        _ => None,
    }
}

fn dense(row: &Row) -> Vec<char> {
    row.glyphs
        .iter()
        .map(|glyph| plain(glyph.ch))
        .filter(|ch| *ch != ' ')
        .collect()
}

/// The forms that the recogniser gives for characters of the labels.
fn plain(ch: char) -> char {
    match ch {
        '別' => '别',
        '號' => '号',
        '碼' => '码',
        '岀' => '出',
        _ => ch,
    }
}

fn digits(text: &[char]) -> usize {
    text.iter().filter(|ch| number_char(**ch).is_some()).count()
}

fn find(text: &[char], word: &str) -> Option<usize> {
    let word: Vec<char> = word.chars().collect();
    text.windows(word.len()).position(|window| window == word)
}

/// Returns where a word starts and ends among the glyphs of a row, spaces ignored.
fn find_glyphs(row: &Row, word: &str) -> Option<(usize, usize)> {
    let places: Vec<usize> = (0..row.glyphs.len())
        .filter(|index| row.glyphs[*index].ch != ' ')
        .collect();
    let at = find(&dense(row), word)?;
    let last = at + word.chars().count() - 1;
    Some((places[at], places[last] + 1))
}

/// Returns where the value begins after a label at the start of the row; one of the label's
/// characters may be misread or missing.
fn label_end(row: &Row, label: &str) -> Option<usize> {
    if let Some((_, end)) = find_glyphs(row, label) {
        return Some(end);
    }
    let places: Vec<usize> = (0..row.glyphs.len())
        .filter(|index| row.glyphs[*index].ch != ' ')
        .collect();
    let text = dense(row);
    let mut label = label.chars();
    let (first, second) = (label.next()?, label.next()?);
    if label.next().is_some() {
        return None;
    }
    let cut = match text.as_slice() {
        [a, ..] if *a == first => 2,
        [_, b, ..] if *b == second => 2,
        [a, ..] if *a == second => 1,
        _ => return None,
    };
    Some(places.get(cut).copied().unwrap_or(row.glyphs.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::row::tests::line;

    fn values(lines: &[Line]) -> Vec<(Field, String)> {
        let front = parse(lines, 1000.0, 631.0);
        front
            .fields
            .into_iter()
            .map(|(field, piece)| (field, piece.text))
            .collect()
    }

    fn card() -> Vec<Line> {
        vec![
            line("姓名买买提·阿不都拉", 60.0, 70.0, 420.0, 110.0),
            line("性別男", 60.0, 145.0, 170.0, 185.0),
            line("民族维吾尔", 220.0, 146.0, 420.0, 186.0),
            line("出生 1990 年 1 月 12 日", 60.0, 220.0, 420.0, 260.0),
            line("住址新疆乌鲁木齐市天山区", 60.0, 295.0, 480.0, 335.0),
            line("人民路1号2单元", 160.0, 340.0, 420.0, 380.0),
            line("SPECIMEN", 400.0, 200.0, 640.0, 300.0),
            line("公民身份号码", 60.0, 540.0, 260.0, 580.0),
            line("65010219900112001X", 320.0, 541.0, 800.0, 581.0),
        ]
    }

    fn whole() -> Vec<(Field, String)> {
        [
            (Field::Name, "买买提·阿不都拉"),
            (Field::Sex, "M"),
            (Field::Ethnicity, "维吾尔"),
            (Field::BirthDate, "1990-01-12"),
            (Field::Address, "新疆乌鲁木齐市天山区人民路1号2单元"),
            (Field::DocumentNumber, "65010219900112001X"),
        ]
        .map(|(field, text)| (field, text.to_owned()))
        .to_vec()
    }

    #[test]
    fn a_card_reads_field_by_field() {
        assert_eq!(values(&card()), whole());
    }

    #[test]
    fn rows_without_their_labels_are_told_by_order() {
        let mut lines = card();
        lines[0] = line("买买提・阿不都拉", 160.0, 70.0, 420.0, 110.0);
        lines[3] = line("1990年1月12日", 160.0, 220.0, 420.0, 260.0);
        lines[4] = line("新疆乌鲁木齐市天山区", 160.0, 295.0, 480.0, 335.0);
        lines.remove(7);
        assert_eq!(values(&lines), whole());
    }

    #[test]
    fn half_a_label_is_enough() {
        let mut lines = card();
        lines[0] = line("姓各张三", 60.0, 70.0, 220.0, 110.0);
        lines[4] = line("主址新疆乌鲁木齐市天山区", 60.0, 295.0, 480.0, 335.0);
        let read = values(&lines);
        assert_eq!(read[0].1, "张三");
        assert_eq!(read[4].1, whole()[4].1);
    }

    #[test]
    fn pieces_of_a_mark_across_the_card_are_left_out() {
        let mut lines = card();
        lines[6] = line("CIMEN", 440.0, 342.0, 600.0, 392.0);
        lines[5] = line("人民路MEN1号2单元", 160.0, 340.0, 430.0, 380.0);
        assert_eq!(values(&lines), whole());
        assert!(is_overprint("S") && !is_overprint("A座") && !is_overprint("12"));
        assert!(is_overprint("样本 样本") && is_overprint("仅供测试"));
        assert!(!is_overprint("北京市东城区样本路"));
    }

    #[test]
    fn a_page_of_prose_has_no_fields() {
        let lines = [
            line("今天天气很好", 60.0, 70.0, 420.0, 110.0),
            line("我们去公园", 60.0, 145.0, 420.0, 185.0),
        ];
        assert!(values(&lines).is_empty());
    }
}
