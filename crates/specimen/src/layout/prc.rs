//! A card with the field positions of a second-generation resident identity card (85.6 x 54 mm).
//!
//! Positions and proportions are what a reader needs; everything that makes the real card
//! recognisable as genuine is left out: no emblem, no Great Wall, no guilloche, sand and mint instead
//! of its colours, an invented heading, an invented office.

use jiff::civil::Date;
use menshen_core::geometry::Rect;
use menshen_document::Field;

use super::{BLACK, Sources, ground};
use crate::SpecimenError;
use crate::page::{Ink, Page, union};

const SIZE: [f32; 2] = [85.6, 54.0];
const CORNER: f32 = 3.18;
/// Labels and headings.
const LABEL: Ink = [38, 112, 96];
/// Left edge of labels and of values, in millimetres.
const LABEL_X: f32 = 6.2;
const VALUE_X: f32 = 15.6;
/// Size of labels and values in millimetres.
const LABEL_EM: f32 = 2.75;
const VALUE_EM: f32 = 3.3;
/// Letters in a line of the address.
const ADDRESS_LINE: usize = 11;

/// Draws the side with the portrait.
pub fn front(sources: &Sources<'_>) -> Result<Page, SpecimenError> {
    let mut page = Page::new(SIZE, CORNER, [247, 245, 236]);
    ground::gradient(&mut page, [250, 244, 228], [230, 244, 236]);
    ground::waves(&mut page, [[196, 214, 168], [226, 204, 160]], 1.5, 0.42);
    sources.print_portrait(&mut page, [53.4, 7.4, 25.6, 32.0])?;
    person(&mut page, sources);
    birth(&mut page, sources);
    address(&mut page, sources);
    number(&mut page, sources);
    Ok(page)
}

fn person(page: &mut Page, sources: &Sources<'_>) {
    let facts = sources.facts;
    label(page, sources, [LABEL_X, 9.2], "姓名");
    let name = sources.style(&sources.fonts.han, 3.8, BLACK);
    let region = page.text(name, [VALUE_X, 9.5], &facts.name);
    page.note(Field::Name, &facts.name, &facts.name, region);
    label(page, sources, [LABEL_X, 16.3], "性别");
    let region = value(page, sources, [VALUE_X, 16.4], facts.sex.han());
    page.note(Field::Sex, facts.sex.letter(), facts.sex.han(), region);
    label(page, sources, [25.4, 16.3], "民族");
    let region = value(page, sources, [33.4, 16.4], facts.ethnicity);
    page.note(Field::Ethnicity, facts.ethnicity, facts.ethnicity, region);
}

fn birth(page: &mut Page, sources: &Sources<'_>) {
    let birth = sources.facts.birth;
    label(page, sources, [LABEL_X, 23.1], "出生");
    let mut region = value(page, sources, [VALUE_X, 23.2], &birth.year().to_string());
    region = union(region, label(page, sources, [24.2, 23.1], "年"));
    let month = birth.month().to_string();
    region = union(region, right_aligned(page, sources, [32.2, 23.2], &month));
    region = union(region, label(page, sources, [33.0, 23.1], "月"));
    let day = birth.day().to_string();
    region = union(region, right_aligned(page, sources, [40.2, 23.2], &day));
    region = union(region, label(page, sources, [41.0, 23.1], "日"));
    let printed = format!("{}年{month}月{day}日", birth.year());
    page.note(Field::BirthDate, &birth.to_string(), &printed, region);
}

fn address(page: &mut Page, sources: &Sources<'_>) {
    label(page, sources, [LABEL_X, 30.3], "住址");
    let place = &sources.facts.place;
    for (index, line) in address_lines(place).iter().enumerate() {
        let region = value(page, sources, [VALUE_X, 30.4 + index as f32 * 4.5], line);
        page.note(Field::Address, place, line, region);
    }
}

/// Breaks an address after 11 letters, but never inside a number.
fn address_lines(place: &str) -> Vec<String> {
    let letters: Vec<char> = place.chars().collect();
    let mut lines = Vec::new();
    let mut rest = letters.as_slice();
    while rest.len() > ADDRESS_LINE {
        let inside = |at: usize| rest[at - 1].is_ascii_digit() && rest[at].is_ascii_digit();
        let at = (1..=ADDRESS_LINE)
            .rev()
            .find(|at| !inside(*at))
            .unwrap_or(ADDRESS_LINE);
        lines.push(rest[..at].iter().collect());
        rest = &rest[at..];
    }
    lines.push(rest.iter().collect());
    lines
}

fn number(page: &mut Page, sources: &Sources<'_>) {
    let number = &sources.facts.number;
    label(page, sources, [LABEL_X, 48.0], "公民身份号码");
    let style = sources.style(&sources.fonts.ocr_b, 4.3, BLACK);
    let region = page.pitched(style, [28.8, 48.2], 2.72, number);
    page.note(Field::DocumentNumber, number, number, region);
}

/// Draws the side with office and validity.
pub fn back(sources: &Sources<'_>) -> Page {
    let mut page = Page::new(SIZE, CORNER, [240, 246, 240]);
    ground::gradient(&mut page, [228, 244, 238], [250, 244, 228]);
    ground::waves(&mut page, [[178, 212, 190], [228, 206, 164]], 1.9, 0.45);
    ground::seal(&mut page, [13.5, 13.5], 7.6, [150, 150, 158], 0.75);
    let heading = sources.style(&sources.fonts.han_bold, 4.6, LABEL);
    page.centred(heading, [52.0, 13.0], "样 本 卡 片");
    let title = sources.style(&sources.fonts.han_bold, 6.4, BLACK);
    page.centred(title, [52.0, 23.4], "居 民 身 份 证");
    let facts = sources.facts;
    label(&mut page, sources, [23.6, 42.0], "签发机关");
    let region = value(&mut page, sources, [36.6, 42.1], &facts.authority);
    page.note(Field::Authority, &facts.authority, &facts.authority, region);
    label(&mut page, sources, [23.6, 48.4], "有效期限");
    validity(&mut page, sources, facts.issued, facts.expires);
    page
}

fn validity(page: &mut Page, sources: &Sources<'_>, issued: Date, expires: Date) {
    let from = issued.strftime("%Y.%m.%d").to_string();
    let until = expires.strftime("%Y.%m.%d").to_string();
    let style = sources.style(&sources.fonts.han, VALUE_EM, BLACK);
    let from_width = style.face.width(&from, 0.0) * style.em;
    let dash_width = style.face.width("-", 0.0) * style.em;
    let region = page.text(style, [36.6, 48.5], &from);
    page.note(Field::ValidFrom, &issued.to_string(), &from, region);
    page.text(style, [36.6 + from_width, 48.5], "-");
    let region = page.text(style, [36.6 + from_width + dash_width, 48.5], &until);
    page.note(Field::ValidUntil, &expires.to_string(), &until, region);
}

fn label(page: &mut Page, sources: &Sources<'_>, at: [f32; 2], text: &str) -> Rect {
    page.text(sources.style(&sources.fonts.han, LABEL_EM, LABEL), at, text)
}

fn value(page: &mut Page, sources: &Sources<'_>, at: [f32; 2], text: &str) -> Rect {
    page.text(sources.style(&sources.fonts.han, VALUE_EM, BLACK), at, text)
}

fn right_aligned(page: &mut Page, sources: &Sources<'_>, at: [f32; 2], text: &str) -> Rect {
    let width = sources.fonts.han.width(text, 0.0) * VALUE_EM;
    value(page, sources, [at[0] - width, at[1]], text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_never_breaks_inside_a_number() {
        let lines = address_lines("北京市东城区样本路178号504室");
        assert_eq!(lines, ["北京市东城区样本路", "178号504室"]);
    }
}
