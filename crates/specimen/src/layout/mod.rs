//! The layouts: facts to marked pages.

mod ground;
mod id_card;
mod licence;
mod passport;
mod prc;
mod visual;

use image::RgbImage;
use menshen_core::geometry::Rect;
use menshen_document::{DocumentKind, Side};

use crate::facts::Facts;
use crate::fonts::{Fonts, Typeface};
use crate::mrz::Zone;
use crate::page::{Ink, Page, Style};
use crate::{SpecimenError, mark, portrait};

/// Dark ink of all values.
const BLACK: Ink = [28, 28, 34];

/// What the layouts draw from.
pub struct Sources<'a> {
    /// The fonts.
    pub fonts: &'a Fonts,
    /// The facts.
    pub facts: &'a Facts,
    /// The portrait picture.
    pub picture: &'a RgbImage,
    /// The face's box in it.
    pub face: Option<Rect>,
    /// The machine-readable zone, on documents that have one.
    pub zone: Option<Zone>,
}

impl Sources<'_> {
    fn style<'s>(&'s self, face: &'s Typeface, em: f32, ink: Ink) -> Style<'s> {
        Style {
            face,
            em,
            ink,
            tracking: 0.0,
        }
    }

    /// Prints the portrait into an area (x, y, width, height in millimetres).
    fn print_portrait(&self, page: &mut Page, area: [f32; 4]) -> Result<(), SpecimenError> {
        let picture = portrait::crop(self.picture, self.face, area[2] / area[3])?;
        page.paste_portrait(&picture, area);
        Ok(())
    }

    /// Prints the machine-readable lines, 2.54 mm a character and 6.35 mm a line (ICAO Doc 9303
    /// parts 4-6), the centre of the lowest line `bottom` millimetres above the page's lower edge.
    fn print_zone(&self, page: &mut Page, left: f32, bottom: f32) {
        const PITCH: f32 = 2.54;
        const LINE: f32 = 6.35;
        let Some(zone) = &self.zone else { return };
        let style = self.style(
            &self.fonts.ocr_b,
            PITCH / self.fonts.ocr_b.advance('0'),
            BLACK,
        );
        // OCR-B capitals are 0.7 em high; half of that lies below a line's centre.
        let lowest = page.size[1] - bottom + 0.35 * style.em;
        let mut area = Rect::default();
        for (index, line) in zone.lines.iter().enumerate() {
            let above = (zone.lines.len() - 1 - index) as f32 * LINE;
            let region = page.pitched(style, [left, lowest - above], PITCH, line);
            area = crate::page::union(area, region);
        }
        page.mrz = Some((zone.lines.clone(), area));
    }
}

/// Draws every side of a document, marked as SPECIMEN. There is no way to an unmarked page outside
/// this module.
///
/// # Errors
/// A portrait that cannot be printed, or a kind without a layout.
pub fn draw(sources: &Sources<'_>) -> Result<Vec<(Side, Page)>, SpecimenError> {
    let mut pages = draw_unmarked(sources)?;
    for (_, page) in &mut pages {
        mark::stamp(page, sources.fonts);
    }
    Ok(pages)
}

fn draw_unmarked(sources: &Sources<'_>) -> Result<Vec<(Side, Page)>, SpecimenError> {
    match sources.facts.kind {
        DocumentKind::PrcIdCard => Ok(vec![
            (Side::Front, prc::front(sources)?),
            (Side::Back, prc::back(sources)),
        ]),
        DocumentKind::Passport => Ok(vec![(Side::Front, passport::data_page(sources)?)]),
        DocumentKind::IdCardTd1 => Ok(vec![
            (Side::Front, id_card::td1_front(sources)?),
            (Side::Back, id_card::td1_back(sources)),
        ]),
        DocumentKind::IdCardTd2 => Ok(vec![(Side::Front, id_card::td2_front(sources)?)]),
        DocumentKind::DrivingLicence => Ok(vec![
            (Side::Front, licence::front(sources)?),
            (Side::Back, licence::back(sources)),
        ]),
        kind @ DocumentKind::Visa => Err(SpecimenError::KindNotDrawn(kind)),
    }
}
