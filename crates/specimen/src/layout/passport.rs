//! A TD3 data page (125 x 88 mm, ICAO Doc 9303 part 4) of Utopia, the invented state UTO.

use menshen_document::Field;

use super::{Sources, ground, visual};
use crate::SpecimenError;
use crate::page::{Ink, Page};

const SIZE: [f32; 2] = [125.0, 88.0];
const HEADING: Ink = [92, 52, 120];

/// Draws the data page.
pub fn data_page(sources: &Sources<'_>) -> Result<Page, SpecimenError> {
    let mut page = Page::new(SIZE, 2.0, [244, 240, 248]);
    ground::gradient(&mut page, [250, 240, 232], [234, 238, 250]);
    ground::waves(&mut page, [[208, 196, 226], [226, 208, 190]], 1.7, 0.5);
    // The zone lies on plain paper so that machines see nothing but the letters.
    page.fill([0.0, 64.8, SIZE[0], 23.2], [250, 249, 247], 0.8);
    ground::seal(&mut page, [111.0, 44.0], 8.5, HEADING, 0.22);
    sources.print_portrait(&mut page, [5.5, 17.0, 35.0, 45.0])?;
    heading(&mut page, sources);
    let facts = sources.facts;
    let mut field = |field, at, label: &str, value: &str, printed: &str| {
        visual::field(&mut page, sources, field, at, label, value, printed);
    };
    let left = 45.0;
    field(
        Field::Surname,
        [left, 20.5],
        "Surname / Nom",
        &facts.surname,
        &facts.surname,
    );
    field(
        Field::GivenNames,
        [left, 28.3],
        "Given names / Prénoms",
        &facts.given,
        &facts.given,
    );
    field(
        Field::Nationality,
        [left, 36.1],
        "Nationality / Nationalité",
        "UTO",
        "UTOPIAN",
    );
    let (birth, issued) = (visual::date(facts.birth), visual::date(facts.issued));
    let born = facts.birth.to_string();
    field(
        Field::BirthDate,
        [left, 43.9],
        "Date of birth / Date de naissance",
        &born,
        &birth,
    );
    let sex = facts.sex.letter();
    field(Field::Sex, [84.0, 43.9], "Sex / Sexe", sex, sex);
    let place = "Place of birth / Lieu de naissance";
    field(
        Field::BirthPlace,
        [84.0, 36.1],
        place,
        &facts.place,
        &facts.place,
    );
    let from = facts.issued.to_string();
    field(
        Field::ValidFrom,
        [left, 51.7],
        "Date of issue / Date de délivrance",
        &from,
        &issued,
    );
    let (until, expires) = (facts.expires.to_string(), visual::date(facts.expires));
    field(
        Field::ValidUntil,
        [left, 59.5],
        "Date of expiry / Date d'expiration",
        &until,
        &expires,
    );
    let authority = "Authority / Autorité";
    field(
        Field::Authority,
        [84.0, 51.7],
        authority,
        &facts.authority,
        &facts.authority,
    );
    sources.print_zone(&mut page, 6.6, 9.4);
    Ok(page)
}

fn heading(page: &mut Page, sources: &Sources<'_>) {
    let bold = sources.style(&sources.fonts.latin_bold, 4.0, HEADING);
    page.text(bold, [5.5, 8.0], "UTOPIA / UTOPIE");
    let small = sources.style(&sources.fonts.latin_bold, 2.6, HEADING);
    page.text(small, [5.5, 13.0], "PASSPORT / PASSEPORT");
    let facts = sources.facts;
    let mut field = |field, at, label: &str, value: &str| {
        visual::field(page, sources, field, at, label, value, value);
    };
    field(Field::IssuingState, [66.0, 9.6], "Code / Code", "UTO");
    field(
        Field::DocumentNumber,
        [84.0, 9.6],
        "Passport No. / Passeport n°",
        &facts.number,
    );
    let label = sources.style(&sources.fonts.latin, 1.7, [96, 88, 104]);
    page.text(label, [50.0, 6.2], "Type / Type");
    let letter = sources.style(&sources.fonts.latin_bold, 2.9, super::BLACK);
    page.text(letter, [50.0, 9.6], "P");
}
