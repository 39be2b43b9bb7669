//! The emblem side of a PRC resident identity card: 签发机关 and 有效期限 in the lower third.

use std::collections::BTreeMap;

use jiff::civil::Date;
use menshen_document::Field;

use super::area::Area;
use super::labels::is_han;
use super::prc_front::is_overprint;
use super::row::{Piece, Row, rows};
use crate::text::Line;

/// What a long-term card prints instead of a last day.
pub(crate) const LONG_TERM: &str = "长期";

/// Which row of the emblem side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RowKind {
    /// 签发机关.
    Authority,
    /// 有效期限.
    Validity,
}

/// What was read of an emblem side.
#[derive(Clone, Debug, Default)]
pub(crate) struct PrcBack {
    pub fields: BTreeMap<Field, Piece>,
    pub rows: BTreeMap<RowKind, Area>,
    /// How many of the four printed words were read: 中华人民共和国, 居民身份证, 签发机关, 有效期限.
    pub labels: usize,
}

/// Sorts the lines of a page into the fields of an emblem side.
pub(crate) fn parse(lines: &[Line]) -> PrcBack {
    let used: Vec<&Line> = lines
        .iter()
        .filter(|line| !is_overprint(&line.text))
        .collect();
    let rows = rows(&used);
    let mut back = PrcBack {
        labels: labels_read(&rows),
        ..PrcBack::default()
    };
    let authority = rows
        .iter()
        .position(|row| label_end(row, "签发机关").is_some());
    let validity = rows
        .iter()
        .position(|row| label_end(row, "有效期限").is_some() || dates(row).len() == 2);
    if let Some(index) = authority {
        back.rows.insert(RowKind::Authority, rows[index].area());
        let end = validity.filter(|end| *end > index).unwrap_or(index + 1);
        back.fields
            .insert(Field::Authority, authority_of(&rows[index..end]));
    }
    if let Some(index) = validity {
        back.rows.insert(RowKind::Validity, rows[index].area());
        take_validity(&mut back.fields, &rows[index]);
    }
    back.fields.retain(|_, piece| !piece.text.is_empty());
    back
}

fn labels_read(rows: &[Row]) -> usize {
    let all: String = rows
        .iter()
        .map(Row::text)
        .filter(|text| !text.is_empty())
        .collect();
    let all: String = all.chars().filter(|ch| *ch != ' ').map(plain).collect();
    ["中华人民共和国", "居民身份证", "签发机关", "有效期限"]
        .into_iter()
        .filter(|word| all.contains(word))
        .count()
}

/// An authority may take two lines.
fn authority_of(rows: &[Row]) -> Piece {
    let Some((first, rest)) = rows.split_first() else {
        return Piece::default();
    };
    let start = label_end(first, "签发机关").unwrap_or(0);
    let keep = |ch: char| is_han(ch) || "()（）".contains(ch);
    let mut whole = first.kept(start, usize::MAX, keep);
    let (mut last, pitch) = (first.area(), first.area().height());
    for row in rest {
        let area = row.area();
        if area.top - last.bottom > pitch * 0.5 || area.left < last.left {
            break;
        }
        whole = whole.followed_by(row.kept(0, usize::MAX, keep));
        last = area;
    }
    whole
}

fn take_validity(fields: &mut BTreeMap<Field, Piece>, row: &Row) {
    let mut dates = dates(row).into_iter();
    if let Some(from) = dates.next() {
        fields.insert(Field::ValidFrom, from);
    }
    if let Some(until) = dates.next() {
        fields.insert(Field::ValidUntil, until);
    } else if let Some(at) = row
        .glyphs
        .iter()
        .position(|glyph| matches!(glyph.ch, '长' | '長'))
    {
        let piece = row.piece(at, at + 2);
        if piece.text.ends_with('期') {
            let text = LONG_TERM.to_owned();
            fields.insert(Field::ValidUntil, Piece { text, ..piece });
        }
    }
}

/// Returns the dates `YYYY.MM.DD` in a row; dots may be lost or read as something else.
fn dates(row: &Row) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut digits: Vec<usize> = Vec::new();
    for (index, glyph) in row.glyphs.iter().enumerate() {
        if glyph.ch.is_ascii_digit() {
            digits.push(index);
        }
        if digits.len() == 8 {
            let text: String = digits.iter().map(|at| row.glyphs[*at].ch).collect();
            let piece = row.piece(digits[0], index + 1);
            // One that does not exist keeps its place, so that the other one keeps its meaning.
            let text = eight_digits(&text).map_or(String::new(), |date| date.to_string());
            found.push(Piece { text, ..piece });
            digits.clear();
        }
    }
    found
}

fn eight_digits(text: &str) -> Option<Date> {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    // The second generation was issued from 2004 on; 20 years is the longest term (Identity Card
    // Law, articles 5 and 23).
    (1984..2100).contains(&year).then_some(date)
}

fn plain(ch: char) -> char {
    match ch {
        '華' => '华',
        '國' => '国',
        '證' => '证',
        '簽' => '签',
        '發' => '发',
        '機' => '机',
        '關' => '关',
        '効' => '效',
        _ => ch,
    }
}

/// Returns where the value begins after the label at the start of a row; one of the four
/// characters may be misread.
fn label_end(row: &Row, label: &str) -> Option<usize> {
    let places: Vec<usize> = (0..row.glyphs.len())
        .filter(|index| row.glyphs[*index].ch != ' ')
        .collect();
    let head = places.get(..label.chars().count())?;
    let same = head
        .iter()
        .zip(label.chars())
        .filter(|(index, ch)| plain(row.glyphs[**index].ch) == *ch)
        .count();
    (same + 1 >= head.len()).then(|| head.last().map_or(0, |last| last + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::row::tests::line;

    fn values(lines: &[Line]) -> Vec<(Field, String)> {
        let back = parse(lines);
        back.fields
            .into_iter()
            .map(|(field, piece)| (field, piece.text))
            .collect()
    }

    fn card(validity: &str) -> Vec<Line> {
        vec![
            line("中华人民共和国", 300.0, 60.0, 800.0, 120.0),
            line("居民身份证", 300.0, 160.0, 800.0, 240.0),
            line("签发机关", 200.0, 480.0, 340.0, 520.0),
            line("新疆维吾尔自治区乌鲁木齐市", 360.0, 481.0, 760.0, 521.0),
            line("公安局天山区分局", 360.0, 523.0, 620.0, 560.0),
            line(validity, 200.0, 565.0, 760.0, 605.0),
        ]
    }

    fn wanted(until: &str) -> Vec<(Field, String)> {
        vec![
            (
                Field::Authority,
                "新疆维吾尔自治区乌鲁木齐市公安局天山区分局".to_owned(),
            ),
            (Field::ValidFrom, "2010-01-31".to_owned()),
            (Field::ValidUntil, until.to_owned()),
        ]
    }

    #[test]
    fn an_emblem_side_reads_authority_and_both_dates() {
        let card = card("有效期限 2010.01.31-2030.01.31");
        assert_eq!(values(&card), wanted("2030-01-31"));
        assert_eq!(parse(&card).labels, 4);
    }

    #[test]
    fn a_long_term_stays_a_word_and_lost_dots_do_not_matter() {
        assert_eq!(values(&card("有效期眼2010 0131-長期")), wanted("长期"));
    }

    #[test]
    fn a_date_that_does_not_exist_is_no_date() {
        let mut wanted = wanted("2030-01-31");
        wanted.remove(1);
        assert_eq!(values(&card("有效期限 2010.13.31-2030.01.31")), wanted);
    }
}
