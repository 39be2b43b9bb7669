//! Identity cards of Utopia: TD1 (85.6 x 54 mm, ICAO Doc 9303 part 5) and TD2 (105 x 74 mm, part 6).

use menshen_document::Field;

use super::{BLACK, Sources, ground, visual};
use crate::SpecimenError;
use crate::page::{Ink, Page};

const TD1: [f32; 2] = [85.6, 54.0];
const TD2: [f32; 2] = [105.0, 74.0];
const HEADING: Ink = [120, 70, 34];

/// Draws the portrait side of a TD1 card.
pub fn td1_front(sources: &Sources<'_>) -> Result<Page, SpecimenError> {
    let mut page = paper(TD1);
    ground::seal(&mut page, [74.0, 40.5], 6.2, HEADING, 0.22);
    sources.print_portrait(&mut page, [4.5, 13.5, 25.0, 32.0])?;
    heading(&mut page, sources);
    let facts = sources.facts;
    let mut field = |field, at, label: &str, value: &str, printed: &str| {
        visual::field(&mut page, sources, field, at, label, value, printed);
    };
    let left = 33.0;
    field(
        Field::Surname,
        [left, 17.4],
        "Surname / Nom",
        &facts.surname,
        &facts.surname,
    );
    field(
        Field::GivenNames,
        [left, 24.6],
        "Given names / Prénoms",
        &facts.given,
        &facts.given,
    );
    let (born, birth) = (facts.birth.to_string(), visual::date(facts.birth));
    field(
        Field::BirthDate,
        [left, 31.8],
        "Date of birth / Naissance",
        &born,
        &birth,
    );
    let sex = facts.sex.letter();
    field(Field::Sex, [59.0, 31.8], "Sex / Sexe", sex, sex);
    field(Field::Nationality, [71.5, 31.8], "Nat.", "UTO", "UTO");
    let number = &facts.number;
    field(
        Field::DocumentNumber,
        [left, 39.0],
        "Card No. / Carte n°",
        number,
        number,
    );
    let (until, expires) = (facts.expires.to_string(), visual::date(facts.expires));
    field(
        Field::ValidUntil,
        [left, 46.2],
        "Date of expiry / Expiration",
        &until,
        &expires,
    );
    Ok(page)
}

/// Draws the machine-readable side of a TD1 card.
pub fn td1_back(sources: &Sources<'_>) -> Page {
    let mut page = paper(TD1);
    page.fill([0.0, 30.8, TD1[0], 23.2], [251, 250, 247], 0.8);
    ground::seal(&mut page, [70.0, 16.5], 7.0, HEADING, 0.22);
    let facts = sources.facts;
    let mut field = |field, at, label: &str, value: &str, printed: &str| {
        visual::field(&mut page, sources, field, at, label, value, printed);
    };
    let place = "Place of birth / Lieu de naissance";
    field(
        Field::BirthPlace,
        [6.0, 9.4],
        place,
        &facts.place,
        &facts.place,
    );
    let (from, issued) = (facts.issued.to_string(), visual::date(facts.issued));
    field(
        Field::ValidFrom,
        [6.0, 17.0],
        "Date of issue / Date de délivrance",
        &from,
        &issued,
    );
    let authority = "Authority / Autorité";
    field(
        Field::Authority,
        [6.0, 24.6],
        authority,
        &facts.authority,
        &facts.authority,
    );
    sources.print_zone(&mut page, 4.7, 6.8);
    page
}

/// Draws the only side of a TD2 card that matters: portrait and zone together.
pub fn td2_front(sources: &Sources<'_>) -> Result<Page, SpecimenError> {
    let mut page = paper(TD2);
    page.fill([0.0, 53.0, TD2[0], 21.0], [251, 250, 247], 0.8);
    ground::seal(&mut page, [93.0, 36.0], 7.0, HEADING, 0.22);
    sources.print_portrait(&mut page, [5.0, 13.0, 28.0, 36.0])?;
    heading(&mut page, sources);
    let facts = sources.facts;
    let mut field = |field, at, label: &str, value: &str, printed: &str| {
        visual::field(&mut page, sources, field, at, label, value, printed);
    };
    let left = 38.0;
    field(
        Field::Surname,
        [left, 17.4],
        "Surname / Nom",
        &facts.surname,
        &facts.surname,
    );
    field(
        Field::GivenNames,
        [left, 24.8],
        "Given names / Prénoms",
        &facts.given,
        &facts.given,
    );
    let (born, birth) = (facts.birth.to_string(), visual::date(facts.birth));
    field(
        Field::BirthDate,
        [left, 32.2],
        "Date of birth / Date de naissance",
        &born,
        &birth,
    );
    let sex = facts.sex.letter();
    field(Field::Sex, [75.0, 32.2], "Sex / Sexe", sex, sex);
    field(
        Field::Nationality,
        [75.0, 39.6],
        "Nationality / Nationalité",
        "UTO",
        "UTO",
    );
    let number = &facts.number;
    field(
        Field::DocumentNumber,
        [left, 39.6],
        "Card No. / Carte n°",
        number,
        number,
    );
    let (until, expires) = (facts.expires.to_string(), visual::date(facts.expires));
    field(
        Field::ValidUntil,
        [left, 47.0],
        "Date of expiry / Date d'expiration",
        &until,
        &expires,
    );
    sources.print_zone(&mut page, 6.8, 9.4);
    Ok(page)
}

fn paper(size: [f32; 2]) -> Page {
    let mut page = Page::new(size, 3.18, [248, 244, 238]);
    ground::gradient(&mut page, [252, 244, 226], [240, 238, 226]);
    ground::waves(&mut page, [[226, 204, 158], [206, 212, 176]], 1.6, 0.5);
    page
}

fn heading(page: &mut Page, sources: &Sources<'_>) {
    let bold = sources.style(&sources.fonts.latin_bold, 3.4, HEADING);
    page.text(bold, [4.8, 7.6], "UTOPIA");
    let small = sources.style(&sources.fonts.latin_bold, 2.3, HEADING);
    page.text(small, [23.0, 7.4], "IDENTITY CARD / CARTE D'IDENTITÉ");
    let code = sources.style(&sources.fonts.latin_bold, 2.9, BLACK);
    let right = page.size[0] - 13.0;
    let region = page.text(code, [right, 7.6], "UTO");
    page.note(Field::IssuingState, "UTO", "UTO", region);
}
