//! A driving licence of Utopia with the numbered fields of Directive 2006/126/EC, annex I
//! (85.6 x 54 mm), in other colours and without flag.

use jiff::civil::Date;
use menshen_core::geometry::Rect;
use menshen_document::Field;

use super::{BLACK, Sources, ground};
use crate::SpecimenError;
use crate::page::{Ink, Page};

const SIZE: [f32; 2] = [85.6, 54.0];
const HEADING: Ink = [40, 92, 104];
const EM: f32 = 2.7;
/// Categories of the back's table.
const CATEGORIES: [&str; 7] = ["AM", "A1", "A", "B", "BE", "C", "D"];

/// Draws the side with the portrait.
pub fn front(sources: &Sources<'_>) -> Result<Page, SpecimenError> {
    let mut page = paper();
    let heading = sources.style(&sources.fonts.latin_bold, 3.4, HEADING);
    page.text(heading, [20.0, 8.0], "DRIVING LICENCE");
    let small = sources.style(&sources.fonts.latin, 2.1, HEADING);
    page.text(small, [54.5, 7.9], "PERMIS DE CONDUIRE");
    page.fill([4.5, 4.0, 12.6, 6.4], [236, 170, 60], 1.0);
    let code = sources.style(&sources.fonts.latin_bold, 3.2, BLACK);
    let region = page.text(code, [7.2, 8.4], "UTO");
    page.note(Field::IssuingState, "UTO", "UTO", region);
    sources.print_portrait(&mut page, [4.5, 14.5, 24.0, 31.0])?;
    lines(&mut page, sources);
    Ok(page)
}

fn lines(page: &mut Page, sources: &Sources<'_>) {
    let facts = sources.facts;
    let mut line = |row: u8, number: &str, text: &str| {
        let y = 16.4 + f32::from(row) * 4.5;
        numbered(page, sources, [32.0, y], number, text)
    };
    let surname = line(0, "1.", &facts.surname);
    let given = line(1, "2.", &facts.given);
    let birth = line(2, "3.", &dotted(facts.birth));
    let from = line(3, "4a.", &dotted(facts.issued));
    let authority = line(4, "4c.", &facts.authority);
    let number = line(5, "5.", &facts.number);
    line(7, "9.", "B");
    let until = numbered(
        page,
        sources,
        [58.0, 16.4 + 3.0 * 4.5],
        "4b.",
        &dotted(facts.expires),
    );
    let place = page.text(text_style(sources), [61.0, 16.4 + 2.0 * 4.5], &facts.place);
    page.note(Field::Surname, &facts.surname, &facts.surname, surname);
    page.note(Field::GivenNames, &facts.given, &facts.given, given);
    page.note(
        Field::BirthDate,
        &facts.birth.to_string(),
        &dotted(facts.birth),
        birth,
    );
    page.note(Field::BirthPlace, &facts.place, &facts.place, place);
    page.note(
        Field::ValidFrom,
        &facts.issued.to_string(),
        &dotted(facts.issued),
        from,
    );
    page.note(
        Field::ValidUntil,
        &facts.expires.to_string(),
        &dotted(facts.expires),
        until,
    );
    page.note(
        Field::Authority,
        &facts.authority,
        &facts.authority,
        authority,
    );
    page.note(Field::DocumentNumber, &facts.number, &facts.number, number);
}

/// Draws the side with the table of categories.
pub fn back(sources: &Sources<'_>) -> Page {
    let mut page = paper();
    let label = sources.style(&sources.fonts.latin, 2.2, HEADING);
    for (index, head) in ["9.", "10.", "11.", "12."].iter().enumerate() {
        page.text(label, [9.0 + index as f32 * 20.0, 8.6], head);
    }
    for (row, category) in CATEGORIES.iter().enumerate() {
        let y = 14.0 + row as f32 * 5.1;
        page.fill([6.0, y - 4.2, 73.6, 0.18], HEADING, 0.7);
        page.text(text_style(sources), [9.0, y], category);
        if *category == "B" {
            page.text(
                text_style(sources),
                [27.0, y],
                &dotted(sources.facts.issued),
            );
            page.text(
                text_style(sources),
                [47.0, y],
                &dotted(sources.facts.expires),
            );
        }
    }
    page
}

fn paper() -> Page {
    let mut page = Page::new(SIZE, 3.18, [240, 246, 244]);
    ground::gradient(&mut page, [244, 246, 226], [228, 242, 244]);
    ground::waves(&mut page, [[188, 216, 212], [220, 214, 172]], 1.8, 0.5);
    page
}

fn numbered(
    page: &mut Page,
    sources: &Sources<'_>,
    at: [f32; 2],
    number: &str,
    text: &str,
) -> Rect {
    let label = sources.style(&sources.fonts.latin, 1.9, HEADING);
    page.text(label, at, number);
    page.text(text_style(sources), [at[0] + 5.4, at[1]], text)
}

fn text_style<'a>(sources: &'a Sources<'_>) -> crate::page::Style<'a> {
    sources.style(&sources.fonts.latin_bold, EM, BLACK)
}

fn dotted(date: Date) -> String {
    date.strftime("%d.%m.%Y").to_string()
}
